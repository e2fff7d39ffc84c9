#include "conf/probes.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "base/text.h"
#include "conf/value.h"
#include "core/watch.h"

/* X(NAME, key, type, default, min, max); without a default it must be there */
#define PROBE_KEYS(X)                                                                                                  \
    X(SERVICE, "service", CONFIG_TEXT, "", 0, 0)                                                                       \
    X(HOURS, "hours", CONFIG_TEXT, "24x7", 0, 0)                                                                       \
    X(SECONDS, "seconds", CONFIG_INT, "60", 5, 86400)                                                                  \
    X(FAILURES, "failures", CONFIG_INT, "3", 1, 100)                                                                   \
    X(RECOVERIES, "recoveries", CONFIG_INT, "2", 1, 100)                                                               \
    X(FLAPS, "flaps", CONFIG_INT, "6", 0, PROBE_ROW - 1)                                                               \
    X(DEPENDS, "depends", CONFIG_TEXT, "", 0, 0)                                                                       \
    X(FROM, "from", CONFIG_LIST, "", 0, 0)                                                                             \
    X(NEED, "need", CONFIG_INT, "1", 1, LIMIT_PROBE_VANTAGES)                                                          \
    X(LEVEL, "level", CONFIG_TEXT, "", 0, 0)                                                                           \
    X(PUBLIC, "public", CONFIG_TEXT, "", 0, 0)                                                                         \
    X(TRANSITIONS, "transitions", CONFIG_TREE, NULL, 0, 0)

#define OF(kind) (1u << PROBE_##kind)
#define OF_ALL ((1u << PROBE_KIND_COUNT) - 1)
#define OF_WEB (OF(HTTP) | OF(WSDL))
#define OF_CERTIFICATE (OF_WEB | OF(SOAP) | OF(TLS))

/* X(NAME, key, type, default, min, max, kinds that may have it) */
#define CHECK_KEYS(X)                                                                                                  \
    X(NAME, "name", CONFIG_TEXT, "", 0, 0, OF_ALL)                                                                     \
    X(TIMEOUT, "timeout", CONFIG_INT, "10", 1, 120, OF_ALL)                                                            \
    X(SLOW, "slow_ms", CONFIG_INT, "0", 0, 120000, OF_ALL)                                                             \
    X(STATUS, "status", CONFIG_INT, "200", 100, 599, OF_WEB)                                                           \
    X(MAX, "max_kb", CONFIG_INT, "1024", 1, 16384, OF_WEB | OF(SOAP))                                                  \
    X(CONTAINS, "contains", CONFIG_TEXT, "", 0, 0, OF(HTTP) | OF(SOAP))                                                \
    X(LACKS, "lacks", CONFIG_TEXT, "", 0, 0, OF(HTTP) | OF(SOAP))                                                      \
    X(MATCHES, "matches", CONFIG_TEXT, "", 0, 0, OF(HTTP) | OF(SOAP))                                                  \
    X(EXPIRING, "expiring_days", CONFIG_INT, "0", 0, 825, OF_CERTIFICATE)                                              \
    X(WARN, "warn_days", CONFIG_INT, "0", 0, 825, OF_CERTIFICATE)                                                      \
    X(ADDRESSES, "addresses", CONFIG_LIST, "", 0, 0, OF(DNS))                                                          \
    X(ISSUER, "issuer", CONFIG_TEXT, "", 0, 0, OF(OCSP))                                                               \
    X(GOOD, "good", CONFIG_TEXT, "", 0, 0, OF(OCSP))                                                                   \
    X(REVOKED, "revoked", CONFIG_TEXT, "", 0, 0, OF(OCSP))                                                             \
    X(NONCE, "nonce", CONFIG_BOOL, "false", 0, 0, OF(OCSP))                                                            \
    X(MODALITY, "modality", CONFIG_TEXT, "", 0, 0, OF(SOAP))                                                           \
    X(BODY, "body", CONFIG_TEXT, "", 0, 0, OF(SOAP))                                                                   \
    X(CERTIFICATE, "certificate", CONFIG_TEXT, "", 0, 0, OF(SOAP))                                                     \
    X(KEY, "key", CONFIG_TEXT, "", 0, 0, OF(SOAP))                                                                     \
    X(ASK, "ask", CONFIG_LIST, "", 0, 0, OF(SOAP))

#define X(name, ...) P_##name,
enum { PROBE_KEYS(X) P_COUNT };
#undef X
#define X(name, ...) C_##name,
enum { CHECK_KEYS(X) C_COUNT };
#undef X

static const struct config_key_info probe_keys[P_COUNT] = {
#define X(name, path, type_, default_, min_, max_)                                                                     \
    [P_##name] = {.key = path, .type = type_, .default_text = default_, .min = min_, .max = max_},
    PROBE_KEYS(X)
#undef X
};
/* Those of a check, and behind them one for each kind. */
enum { CHECK_KEY_COUNT = C_COUNT + PROBE_KIND_COUNT };
static const struct config_key_info check_keys[CHECK_KEY_COUNT] = {
#define X(name, path, type_, default_, min_, max_, kinds)                                                              \
    [C_##name] = {.key = path, .type = type_, .default_text = default_, .min = min_, .max = max_},
    CHECK_KEYS(X)
#undef X
#define X(name, path, what) [C_COUNT + PROBE_##name] = {.key = path, .type = CONFIG_TEXT},
        PROBE_KIND_LIST(X)
#undef X
};
static const unsigned check_kinds[C_COUNT] = {
#define X(name, path, type_, default_, min_, max_, kinds) [C_##name] = (kinds),
    CHECK_KEYS(X)
#undef X
};

struct reading {
    struct finder *find;
    struct arena *a;
    const char *of; /* the probe: "OCSP_AOC" */
};

/* ------------------------------------------------------------------ hours, level */

static const char weekday_words[] = "mon tue wed thu fri sat sun";

/* "mon-fri", "mon,wed,fri-sun" */
static bool days_read(struct arena *a, struct str s, unsigned *ret)
{
    struct str part;
    *ret = 0;
    while (str_split(&s, ',', &part)) {
        size_t dash = str_find(part, '-');
        int from = word_index(arena_text(a, str_part(part.p, dash)), weekday_words);
        int until = dash == part.n
                        ? from
                        : word_index(arena_text(a, str_part(part.p + dash + 1, part.n - dash - 1)), weekday_words);
        if (from < 0 || until < from)
            return false;
        for (int d = from; d <= until; d++)
            *ret |= 1u << (MONDAY + d);
    }
    return *ret != 0;
}

/* "08:00-15:00"; 24:00 is the end of a day. */
static bool minutes_read(struct arena *a, struct str s, struct probe_hours *h)
{
    size_t dash = str_find(s, '-');
    if (dash == s.n)
        return false;
    struct str end = str_part(s.p + dash + 1, s.n - dash - 1);
    h->from = watch_minute_of(arena_text(a, str_part(s.p, dash)));
    h->until = str_is(end, "24:00") ? 24 * 60 : watch_minute_of(arena_text(a, end));
    return h->from >= 0 && h->until > h->from;
}

/* "22:00-06:00": what people write for a night. */
static bool is_backwards(struct arena *a, struct str s)
{
    struct probe_hours h = {.from = -1};
    struct str days, minutes;
    return str_split(&s, ' ', &days) && str_split(&s, ' ', &minutes) && !minutes_read(a, minutes, &h) && h.from >= 0 &&
           h.until >= 0 && h.until <= h.from;
}

static bool hours_read(struct arena *a, struct str s, struct probe_hours *ret)
{
    struct str days, minutes, more = {0};
    *ret = (struct probe_hours){.always = str_is(s, "24x7") || str_is(s, "24×7")};
    if (ret->always)
        return true;
    if (!str_split(&s, ' ', &days) || !str_split(&s, ' ', &minutes))
        return false;
    ret->holidays = str_split(&s, ' ', &more);
    return (!ret->holidays || (str_is(more, "holidays") && s.n == 0)) && days_read(a, days, &ret->days) &&
           minutes_read(a, minutes, ret);
}

/* "99.95" or "99.95%", as probe_availability counts: 99950. */
static bool level_read(struct str s, int *ret)
{
    int64_t whole, part = 0;
    if (str_ends(s, "%"))
        s.n--;
    size_t dot = str_find(s, '.');
    struct str digits = dot < s.n ? str_part(s.p + dot + 1, s.n - dot - 1) : (struct str){0};
    if (!str_to_int64(str_part(s.p, dot), 0, 100, &whole) ||
        (dot < s.n && (digits.n > 3 || !str_to_int64(digits, 0, 999, &part))))
        return false;
    for (size_t i = digits.n; i < 3; i++)
        part *= 10;
    *ret = (int)(whole * 1000 + part);
    return *ret <= 100000;
}

/* ------------------------------------------------------------------ transitions */

/* Which of its keys names the target; PROBE_KIND_COUNT with a finding when none does, or two do. */
static enum probe_kind kind_of(struct reading *r, const struct node *map)
{
    enum probe_kind kind = PROBE_KIND_COUNT;
    for (const struct node *n = map->first; n != NULL; n = n->next) {
        int k = 0;
        while (k < PROBE_KIND_COUNT && strcmp(probe_kind_code((enum probe_kind)k), n->key) != 0)
            k++;
        if (k < PROBE_KIND_COUNT && kind != PROBE_KIND_COUNT) {
            finding_add(r->find, n->key_line, n->key_column,
                        N_("%s: a transition is one thing; write %s as another transition"), r->of, n->key);
            return PROBE_KIND_COUNT;
        }
        kind = k < PROBE_KIND_COUNT ? (enum probe_kind)k : kind;
    }
    if (kind == PROBE_KIND_COUNT)
        finding_add(r->find, map->line, map->column,
                    N_("%s: this transition does not say what to try; write one of http, wsdl, soap, tls, tcp, dns, "
                       "ocsp and its target"),
                    r->of);
    return kind;
}

static bool is_web(struct str s)
{
    return (str_starts(s, "http://") && s.n > 7) || (str_starts(s, "https://") && s.n > 8);
}

/* "name:443", "[2001:db8::1]:443" */
static bool is_host_port(struct str s)
{
    size_t colon = s.n;
    while (colon > 0 && s.p[colon - 1] != ':')
        colon--;
    int64_t port;
    return colon > 1 && str_to_int64(str_part(s.p + colon, s.n - colon), 1, 65535, &port) && str_find(s, ' ') == s.n &&
           (s.p[0] == '[') == (str_find(s, ']') == colon - 2);
}

static void target_check(struct reading *r, const struct node *n, enum probe_kind kind, const char *target)
{
    struct str s = str_of(target);
    bool web = kind == PROBE_HTTP || kind == PROBE_WSDL || kind == PROBE_SOAP || kind == PROBE_OCSP;
    if (n->kind != NODE_TEXT)
        return; /* said already */
    if (web && !is_web(s))
        finding_add(r->find, n->line, n->column, N_("%s: '%s' is no address that begins with http:// or https://"),
                    r->of, target);
    else if ((kind == PROBE_TLS || kind == PROBE_TCP) && !is_host_port(s))
        finding_add(r->find, n->line, n->column, N_("%s: '%s' is not HOST:PORT"), r->of, target);
    else if (kind == PROBE_DNS && (s.n == 0 || s.n > 253 || str_find(s, ' ') < s.n || str_find(s, '/') < s.n ||
                                   str_find(s, ':') < s.n || str_find(s, '@') < s.n))
        finding_add(r->find, n->line, n->column, N_("%s: '%s' is no name of a host"), r->of, target);
}

/* Keys that this kind does not have, and those that need one another. */
static void keys_check(struct reading *r, const struct node *map, const struct node *const *nodes, enum probe_kind kind)
{
    for (int i = 0; i < C_COUNT; i++) {
        if (nodes[i] != NULL && (check_kinds[i] & (1u << kind)) == 0)
            finding_add(r->find, nodes[i]->key_line, nodes[i]->key_column, N_("%s: %s has no %s"), r->of,
                        probe_kind_code(kind), check_keys[i].key);
    }
    if (kind == PROBE_OCSP && (nodes[C_ISSUER] == NULL || nodes[C_GOOD] == NULL || nodes[C_REVOKED] == NULL))
        finding_add(r->find, map->line, map->column,
                    N_("%s: ocsp needs issuer, good and revoked: a responder that says \"good\" of everything would "
                       "not be noticed otherwise"),
                    r->of);
    if (kind == PROBE_SOAP && (nodes[C_MODALITY] == NULL || nodes[C_BODY] == NULL))
        finding_add(r->find, map->line, map->column, N_("%s: soap needs modality and body"), r->of);
}

/* An address as getnameinfo() writes it; NULL: it is none. */
static const char *address_of(struct arena *a, const char *text)
{
    char canonical[INET6_ADDRSTRLEN];
    unsigned char bytes[16];
    int family = strchr(text, ':') == NULL ? AF_INET : AF_INET6;
    return inet_pton(family, text, bytes) == 1 &&
                   inet_ntop(family, bytes, canonical, (socklen_t)sizeof canonical) != NULL
               ? arena_strdup(a, canonical)
               : NULL;
}

static const char *addresses_of(struct reading *r, const struct node *where, const struct value *v)
{
    const char *text = "";
    for (size_t i = 0; i < v->count; i++) {
        const char *one = address_of(r->a, v->items[i]);
        if (one == NULL)
            finding_add(r->find, where->line, where->column, N_("%s: '%s' is no address, such as 192.0.2.10"), r->of,
                        v->items[i]);
        else
            text = arena_printf(r->a, "%s%s%s", text, i == 0 ? "" : " ", one);
    }
    return text;
}

static void check_read(struct reading *r, const struct node *map, struct probe_check *ret)
{
    struct value v[CHECK_KEY_COUNT];
    if (map->kind != NODE_MAP) {
        if (map->kind != NODE_BAD)
            finding_add(r->find, map->line, map->column, N_("%s: a transition begins with '- http: …' or another kind"),
                        r->of);
        return;
    }
    const struct node **nodes = keys_read(r->find, r->a, map, r->of, check_keys, CHECK_KEY_COUNT, v);
    enum probe_kind kind = kind_of(r, map);
    if (kind == PROBE_KIND_COUNT)
        return;
    const char *target = v[C_COUNT + kind].text;
    target_check(r, nodes[C_COUNT + kind], kind, target);
    keys_check(r, map, nodes, kind);
    if (nodes[C_WARN] != NULL && v[C_WARN].number <= v[C_EXPIRING].number)
        finding_add(r->find, nodes[C_WARN]->line, nodes[C_WARN]->column,
                    N_("%s: warn_days must be more than expiring_days: it warns before that"), r->of);
    *ret = (struct probe_check){
        .line = (int)map->line,
        .kind = kind,
        .target = target,
        .name = v[C_NAME].text[0] == '\0' ? target : v[C_NAME].text,
        .timeout_seconds = (int)v[C_TIMEOUT].number,
        .slow_ms = (int)v[C_SLOW].number,
        .status = (int)v[C_STATUS].number,
        .max_bytes = v[C_MAX].number * 1024,
        .contains = v[C_CONTAINS].text,
        .lacks = v[C_LACKS].text,
        .matches = v[C_MATCHES].text,
        .expiring_days = (int)v[C_EXPIRING].number,
        .warn_days = (int)v[C_WARN].number,
        .addresses = addresses_of(r, nodes[C_ADDRESSES], &v[C_ADDRESSES]),
        .issuer = v[C_ISSUER].text,
        .good = v[C_GOOD].text,
        .revoked = v[C_REVOKED].text,
        .nonce = v[C_NONCE].flag,
        .modality = v[C_MODALITY].text,
        .body = v[C_BODY].text,
        .certificate = v[C_CERTIFICATE].text,
        .key = v[C_KEY].text,
        .ask = v[C_ASK].items,
        .ask_count = v[C_ASK].count,
    };
}

/* ------------------------------------------------------------------ probes */

static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'))
            return false;
    }
    return s.n > 0 && s.n <= LIMIT_PROBE_NAME_CHARS;
}

/* A run from several addresses of ours. */
static void from_read(struct reading *r, const struct node *const *nodes, const struct value *v, struct probe *ret)
{
    const struct node *from = nodes[P_FROM], *need = nodes[P_NEED];
    ret->from = v[P_FROM].items;
    ret->from_count = v[P_FROM].count;
    ret->need = (size_t)v[P_NEED].number;
    for (size_t i = 0; i < ret->from_count; i++)
        if (address_of(r->a, ret->from[i]) == NULL)
            finding_add(r->find, from->line, from->column, N_("%s.from: '%s' is no address, such as 192.0.2.10"), r->of,
                        ret->from[i]);
    if (ret->from_count > LIMIT_PROBE_VANTAGES)
        finding_add(r->find, from->line, from->column, N_("%s.from is a list of at most %d addresses"), r->of,
                    LIMIT_PROBE_VANTAGES);
    else if (need != NULL && ret->need > ret->from_count)
        finding_add(r->find, need->line, need->column, N_("%s.need: from names %zu addresses, not %zu"), r->of,
                    ret->from_count, ret->need);
}

static void transitions_read(struct reading *r, const struct node *map, const struct node *list, struct probe *p)
{
    if (list == NULL || (list->kind == NODE_LIST && list->count == 0) || list->kind == NODE_NONE) {
        finding_add(r->find, map->key_line, map->key_column, N_("%s has no transitions: there is nothing to try"),
                    r->of);
        return;
    }
    if (list->kind != NODE_LIST || list->count > LIMIT_PROBE_TRANSITIONS) {
        if (list->kind != NODE_BAD)
            finding_add(r->find, list->line, list->column,
                        N_("%s.transitions is a list of at most %d, each of which begins with a hyphen"), r->of,
                        LIMIT_PROBE_TRANSITIONS);
        return;
    }
    struct probe_check *checks = arena_array(r->a, struct probe_check, list->count);
    for (const struct node *n = list->first; n != NULL; n = n->next)
        check_read(r, n, &checks[p->check_count++]);
    p->checks = checks;
}

static void probe_read(struct reading *r, const struct node *map, struct probe *ret)
{
    struct value v[P_COUNT];
    if (!is_name(str_of(map->key)))
        finding_add(r->find, map->key_line, map->key_column,
                    N_("a probe's name has letters, digits, '_' and '-', at most %d, not '%s'"), LIMIT_PROBE_NAME_CHARS,
                    map->key);
    if (map->kind != NODE_MAP) {
        if (map->kind != NODE_BAD)
            finding_add(r->find, map->line, map->column, N_("%s is a group of keys: hours, seconds, transitions…"),
                        map->key);
        return;
    }
    r->of = map->key;
    const struct node **nodes = keys_read(r->find, r->a, map, r->of, probe_keys, P_COUNT, v);
    struct probe p = {
        .name = map->key,
        .service = v[P_SERVICE].text,
        .rule = {.failures = (int)v[P_FAILURES].number,
                 .recoveries = (int)v[P_RECOVERIES].number,
                 .flaps = (int)v[P_FLAPS].number,
                 .seconds = (int)v[P_SECONDS].number},
        .depends = v[P_DEPENDS].text,
        .public_name = v[P_PUBLIC].text == NULL ? "" : v[P_PUBLIC].text,
    };
    if (str_utf8_cut(str_of(p.public_name), LIMIT_PROBE_PUBLIC_CHARS).n < strlen(p.public_name))
        finding_add(r->find, nodes[P_PUBLIC]->line, nodes[P_PUBLIC]->column,
                    N_("%s.public: the name for the public has at most %d bytes"), r->of, LIMIT_PROBE_PUBLIC_CHARS);
    bool has_hours = v[P_HOURS].text != NULL && (nodes[P_HOURS] == NULL || nodes[P_HOURS]->kind == NODE_TEXT);
    if (has_hours && is_backwards(r->a, str_of(v[P_HOURS].text)))
        finding_add(r->find, nodes[P_HOURS]->line, nodes[P_HOURS]->column,
                    N_("%s.hours: '%s' ends before it begins: the hours are those of one day, at most until 24:00"),
                    r->of, v[P_HOURS].text);
    else if (has_hours && !hours_read(r->a, str_of(v[P_HOURS].text), &p.hours))
        finding_add(r->find, nodes[P_HOURS]->line, nodes[P_HOURS]->column,
                    N_("%s.hours: '%s' is none; write 24x7, or days and hours as in \"mon-fri 08:00-15:00\", and "
                       "\"holidays\" after it when they count too"),
                    r->of, v[P_HOURS].text);
    if (nodes[P_LEVEL] != NULL && nodes[P_LEVEL]->kind == NODE_TEXT && !level_read(str_of(v[P_LEVEL].text), &p.level))
        finding_add(r->find, nodes[P_LEVEL]->line, nodes[P_LEVEL]->column,
                    N_("%s.level: '%s' is no percentage from 0 to 100 with at most three decimals"), r->of,
                    v[P_LEVEL].text);
    from_read(r, nodes, v, &p);
    transitions_read(r, map, nodes[P_TRANSITIONS], &p);
    *ret = p;
}

struct place {
    const char *name;
    size_t at;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct place *)a)->name, ((const struct place *)b)->name);
}

/* Of each probe the place of what it depends on, or `count`. */
static const size_t *guardians_find(struct arena *a, struct finder *f, const struct probes *all,
                                    const struct node *const *where)
{
    struct place *sorted = arena_array(a, struct place, all->count + 1);
    size_t *to = arena_array(a, size_t, all->count + 1);
    for (size_t i = 0; i < all->count; i++)
        sorted[i] = (struct place){all->items[i].name, i};
    if (all->count > 1)
        qsort(sorted, all->count, sizeof *sorted, by_name);
    for (size_t i = 0; i < all->count; i++) {
        const struct probe *p = &all->items[i];
        to[i] = all->count;
        if (p->depends == NULL || p->depends[0] == '\0')
            continue;
        const struct place key = {.name = p->depends}, *found = bsearch(&key, sorted, all->count, sizeof key, by_name);
        if (found != NULL)
            to[i] = found->at;
        else
            finding_add(f, where[i]->line, where[i]->column, N_("%s depends on %s, and there is no such probe"),
                        p->name, p->depends);
    }
    return to;
}

/* What a probe depends on is there, and not itself in the end. */
static void depends_check(struct arena *a, struct finder *f, const struct probes *all, const struct node *root)
{
    const struct node **where = arena_array(a, const struct node *, all->count + 1);
    size_t *walk = arena_array(a, size_t, all->count + 1), at = 0; /* that came by first, from 1 */
    for (const struct node *n = root->first; n != NULL; n = n->next)
        where[at++] = node_child(n, "depends");
    const size_t *to = guardians_find(a, f, all, where);
    memset(walk, 0, (all->count + 1) * sizeof *walk);
    for (size_t i = 0; i < all->count; i++) {
        for (at = i; at < all->count && walk[at] == 0; at = to[at])
            walk[at] = i + 1;
        if (at == all->count || walk[at] != i + 1)
            continue;
        size_t k = at;
        do {
            finding_add(f, where[k]->line, where[k]->column, N_("%s depends on itself in the end"), all->items[k].name);
            k = to[k];
        } while (k != at);
    }
}

/* Else a service that fails could be missing from a page that says that all of them work. */
static void public_check(struct finder *f, const struct probes *all, const struct node *root)
{
    size_t shown = 0, at = 0;
    for (const struct node *n = root->first; n != NULL; n = n->next, at++) {
        shown += all->items[at].public_name != NULL && all->items[at].public_name[0] != '\0';
        const struct node *where = node_child(n, "public");
        if (shown <= LIMIT_STATUS_SERVICES || where == NULL)
            continue;
        finding_add(f, where->line, where->column, N_("%s.public: the public status page shows at most %d services"),
                    all->items[at].name, LIMIT_STATUS_SERVICES);
        return;
    }
}

bool probes_load_text(struct arena *a, struct str text, struct finder *f, struct probes *ret)
{
    bool complete;
    struct reading r = {.find = f, .a = a, .of = ""};
    const struct node *root = tree_read(a, text, f, &complete);
    if (root->count > LIMIT_PROBES)
        finding_add(f, 1, 1, N_("there are %zu probes; at most %d are run"), root->count, LIMIT_PROBES);
    if (!complete || f->found.count > 0)
        return false;
    struct probe *items = arena_array(a, struct probe, root->count + 1);
    struct probes all = {.items = items};
    for (const struct node *n = root->first; n != NULL; n = n->next) {
        items[all.count] = (struct probe){.name = n->key};
        probe_read(&r, n, &items[all.count++]);
    }
    depends_check(a, f, &all, root);
    public_check(f, &all, root);
    if (f->found.count > 0)
        return false;
    *ret = all;
    return true;
}

static bool read_text(struct arena *a, struct str text, struct finder *f, void *ret)
{
    return probes_load_text(a, text, f, ret);
}

bool probes_load_all(struct arena *a, const struct profile_files *files, struct probes *ret,
                     struct config_findings *all, struct err *e)
{
    const char *path;
    struct probes found = {0};
    bool good = profile_read_optional(a, files, "probes.yaml", read_text, &found, &path, all, e);
    found.path = path;
    *ret = found;
    return good;
}

bool probes_load(struct arena *a, const struct profile_files *files, struct probes *ret, struct err *e)
{
    struct config_findings all;
    bool good = probes_load_all(a, files, ret, &all, e);
    config_findings_release(&all);
    return good;
}

const struct probe *probe_find(const struct probes *all, const char *name)
{
    for (size_t i = 0; i < all->count; i++) {
        if (strcmp(all->items[i].name, name) == 0)
            return &all->items[i];
    }
    return NULL;
}
