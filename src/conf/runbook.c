#include "conf/runbook.h"

#include "conf/value.h"
#include "core/identity.h"

#define OF(kind) (1u << CHANNEL_##kind)
#define OF_ALL ((1u << CHANNEL_KIND_COUNT) - 1)

/* X(NAME, key, type, default, choices, kinds that may have it) */
#define CHANNEL_KEYS(X)                                                                                                \
    X(PERSON, "person", CONFIG_TEXT, "", NULL, OF_ALL)                                                                 \
    X(LANGUAGE, "language", CONFIG_ENUM, "ca", "en ca es", OF_ALL)                                                     \
    X(TO, "to", CONFIG_TEXT, "", NULL, OF(SMS))                                                                        \
    X(TO_FIELD, "to_field", CONFIG_TEXT, "to", NULL, OF(SMS))                                                          \
    X(TEXT_FIELD, "text_field", CONFIG_TEXT, "text", NULL, OF(SMS))                                                    \
    X(FORMAT, "format", CONFIG_ENUM, "json", "json form alertmanager", OF(SMS) | OF(WEBHOOK))                          \
    X(TOKEN_FILE, "token_file", CONFIG_TEXT, "", NULL, OF_ALL & ~OF(EMAIL))                                            \
    X(TOKEN_ENV, "token_env", CONFIG_TEXT, "", NULL, OF_ALL & ~OF(EMAIL))
#define X(name, ...) C_##name,
enum { CHANNEL_KEYS(X) C_COUNT, CHANNEL_KEY_COUNT = C_COUNT + CHANNEL_KIND_COUNT };
#undef X
static const struct config_key_info channel_keys[CHANNEL_KEY_COUNT] = {
#define X(name, path, type_, default_, choices_, kinds)                                                                \
    [C_##name] = {.key = path, .type = type_, .default_text = default_, .choices = choices_},
    CHANNEL_KEYS(X)
#undef X
#define X(name, path, what, once) [C_COUNT + CHANNEL_##name] = {.key = path, .type = CONFIG_TEXT, .secret = true},
        CHANNEL_KIND_LIST(X)
#undef X
};
static const unsigned channel_kinds[C_COUNT] = {
#define X(name, path, type_, default_, choices_, kinds) [C_##name] = (kinds),
    CHANNEL_KEYS(X)
#undef X
};

/* The other groups, each with its keys in the order of its enumeration. */
enum { ROOT_PHONE, ROOT_ALERTS, ROOT_CHANNELS, ROOT_RUNBOOKS, ROOT_COUNT };
static const struct config_key_info root_keys[ROOT_COUNT] = {
    {.key = "phone", .type = CONFIG_TEXT, .default_text = ""},
    {.key = "alerts.from", .type = CONFIG_LIST, .default_text = ""},
    {.key = "channels", .type = CONFIG_TREE},
    {.key = "runbooks", .type = CONFIG_TREE},
};
enum { R_PROBES, R_PAGE, R_FORGOTTEN, R_OBSERVERS, R_RELATED, R_PROVIDER, R_LANGUAGE, R_TO, R_CC, R_STEPS, R_COUNT };
static const struct config_key_info runbook_keys[R_COUNT] = {
    {.key = "probes", .type = CONFIG_LIST, .default_text = ""},
    {.key = "page", .type = CONFIG_TREE},
    {.key = "forgotten", .type = CONFIG_INT, .default_text = "0", .min = 0, .max = 1440},
    {.key = "ticket.observers", .type = CONFIG_LIST, .default_text = ""},
    {.key = "ticket.related", .type = CONFIG_LIST, .default_text = ""},
    {.key = "provider.name", .type = CONFIG_TEXT, .default_text = ""},
    {.key = "provider.language", .type = CONFIG_ENUM, .default_text = "ca", .choices = "en ca es"},
    {.key = "provider.to", .type = CONFIG_LIST, .default_text = ""},
    {.key = "provider.cc", .type = CONFIG_LIST, .default_text = ""},
    {.key = "steps", .type = CONFIG_TREE},
};
enum { L_AFTER, L_EVERY, L_TO, L_COUNT };
static const struct config_key_info level_keys[L_COUNT] = {
    {.key = "after", .type = CONFIG_INT, .default_text = "0", .min = 0, .max = 1440},
    {.key = "every", .type = CONFIG_INT, .default_text = "0", .min = 0, .max = 1440},
    {.key = "to", .type = CONFIG_LIST, .default_text = ""},
};
enum { S_DOES, S_TEXT, S_MORE, S_CONTACT, S_PHONE, S_WARNING, S_PAID, S_RECORD, S_COUNT };
static const struct config_key_info step_keys[S_COUNT] = {
    {.key = "does", .type = CONFIG_ENUM, .default_text = "do", .choices = "ticket mail call note do"},
    {.key = "text", .type = CONFIG_TEXT, .default_text = ""},
    {.key = "more", .type = CONFIG_TEXT, .default_text = ""},
    {.key = "contact", .type = CONFIG_TEXT, .default_text = ""},
    {.key = "phone", .type = CONFIG_TEXT, .default_text = ""},
    {.key = "warning", .type = CONFIG_TEXT, .default_text = ""},
    {.key = "paid", .type = CONFIG_BOOL, .default_text = "false"},
    {.key = "record", .type = CONFIG_LIST, .default_text = ""},
};

struct reading {
    struct finder *find;
    struct arena *a;
    const char *of; /* "guardia-sms", "certificacio" */
    struct runbooks *all;
};

static bool is_name(const char *text)
{
    size_t n = strlen(text);
    return n > 0 && n <= LIMIT_PROBE_NAME_CHARS &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == n;
}

/* A group of named groups, as `channels:`: how many there are, 0 with a finding when it is none. */
static size_t group_count(struct reading *r, const struct node *n, const char *what, size_t most)
{
    if (n == NULL || n->kind == NODE_NONE || n->kind == NODE_BAD)
        return 0;
    if (n->kind != NODE_MAP || n->count > most) {
        finding_add(r->find, n->line, n->column, N_("%s is a group of at most %zu names, each with its keys below it"),
                    what, most);
        return 0;
    }
    return n->count;
}

static bool is_group(struct reading *r, const struct node *n)
{
    if (!is_name(n->key))
        finding_add(r->find, n->key_line, n->key_column,
                    N_("a name has letters, digits, '_' and '-', at most %d, not '%s'"), LIMIT_PROBE_NAME_CHARS,
                    n->key);
    if (n->kind != NODE_MAP && n->kind != NODE_BAD)
        finding_add(r->find, n->line, n->column, N_("%s is a group of keys; write them below it, indented"), n->key);
    return n->kind == NODE_MAP;
}

/* The items of a list of groups, as `steps:`; NULL with a finding when it is none. */
static const struct node *list_first(struct reading *r, const struct node *n, const char *what, size_t most)
{
    if (n == NULL || n->kind == NODE_NONE || n->kind == NODE_BAD)
        return NULL;
    if (n->kind == NODE_LIST && n->count <= most)
        return n->first;
    finding_add(r->find, n->line, n->column, N_("%s.%s is a list of at most %zu, each of which begins with a hyphen"),
                r->of, what, most);
    return NULL;
}

/* ------------------------------------------------------------------ channels */

static enum channel_kind kind_of(struct reading *r, const struct node *map, const struct node *const *nodes)
{
    enum channel_kind kind = CHANNEL_KIND_COUNT;
    for (int k = 0; k < CHANNEL_KIND_COUNT; k++) {
        const struct node *n = nodes[C_COUNT + k];
        if (n == NULL)
            continue;
        if (kind != CHANNEL_KIND_COUNT) {
            finding_add(r->find, n->key_line, n->key_column,
                        N_("%s: a channel is one thing; write %s as another channel"), r->of, n->key);
            return CHANNEL_KIND_COUNT;
        }
        kind = (enum channel_kind)k;
    }
    if (kind == CHANNEL_KIND_COUNT)
        finding_add(r->find, map->line, map->column,
                    N_("%s: this channel does not say where it goes; write one of email, webhook, ntfy, matrix, sms, "
                       "alertmanager and its address"),
                    r->of);
    return kind;
}

/* Addresses may carry secrets: they are not shown. */
static void target_check(struct reading *r, const struct node *n, enum channel_kind kind, const char *target)
{
    struct str s = str_of(target);
    bool web = (str_starts(s, "https://") && s.n > 8) || (str_starts(s, "http://") && s.n > 7);
    if (n->kind != NODE_TEXT)
        return; /* said already */
    if (kind == CHANNEL_EMAIL && !email_ok(s))
        finding_add(r->find, n->line, n->column, N_("%s: '%s' is not an e-mail address"), r->of, target);
    else if (kind != CHANNEL_EMAIL && (!web || str_find(s, ' ') < s.n))
        finding_add(r->find, n->line, n->column, N_("%s.%s must be an address that begins with https:// or http://"),
                    r->of, n->key);
    else if (kind == CHANNEL_MATRIX && strstr(target, "/rooms/") == NULL)
        finding_add(r->find, n->line, n->column,
                    N_("%s.matrix is the address of a room: https://SERVER/_matrix/client/v3/rooms/ROOM"), r->of);
}

static void channel_check(struct reading *r, const struct node *map, const struct node *const *nodes,
                          const struct channel *c)
{
    char number[PHONE_BYTES];
    for (int i = 0; i < C_COUNT; i++) {
        if (nodes[i] != NULL && (channel_kinds[i] & (1u << c->kind)) == 0)
            finding_add(r->find, nodes[i]->key_line, nodes[i]->key_column, N_("%s: %s has no %s"), r->of,
                        channel_kind_code(c->kind), channel_keys[i].key);
    }
    if (c->kind == CHANNEL_SMS && (c->to == NULL || phone_link(c->to, number)[0] == '\0')) {
        const struct node *at = nodes[C_TO] == NULL ? map : nodes[C_TO];
        finding_add(r->find, at->line, at->column, N_("%s: an SMS needs the number it goes to (to: '+34 …')"), r->of);
    }
    if ((c->kind == CHANNEL_SMS && c->alertmanager) || (c->kind == CHANNEL_WEBHOOK && c->form))
        finding_add(r->find, nodes[C_FORMAT]->line, nodes[C_FORMAT]->column,
                    N_("%s: the format of an SMS is json or form, that of a webhook json or alertmanager"), r->of);
    if (nodes[C_TOKEN_FILE] != NULL && nodes[C_TOKEN_ENV] != NULL)
        finding_add(r->find, nodes[C_TOKEN_ENV]->key_line, nodes[C_TOKEN_ENV]->key_column,
                    N_("%s: the token is in a file or in the environment, not in both"), r->of);
}

static void channel_read(struct reading *r, const struct node *map, struct channel *ret)
{
    struct value v[CHANNEL_KEY_COUNT];
    *ret = (struct channel){.name = map->key, .kind = CHANNEL_WEBHOOK};
    if (!is_group(r, map))
        return;
    r->of = map->key;
    const struct node **nodes = keys_read(r->find, r->a, map, r->of, channel_keys, CHANNEL_KEY_COUNT, v);
    enum channel_kind kind = kind_of(r, map, nodes);
    if (kind == CHANNEL_KIND_COUNT)
        return;
    *ret = (struct channel){
        .name = map->key,
        .kind = kind,
        .target = v[C_COUNT + kind].text,
        .person = v[C_PERSON].text[0] == '\0' ? map->key : v[C_PERSON].text,
        .lang = (enum lang)v[C_LANGUAGE].number,
        .to = v[C_TO].text,
        .to_field = v[C_TO_FIELD].text,
        .text_field = v[C_TEXT_FIELD].text,
        .form = v[C_FORMAT].number == 1,
        .alertmanager = v[C_FORMAT].number == 2,
        .token_file = v[C_TOKEN_FILE].text,
        .token_env = v[C_TOKEN_ENV].text,
    };
    target_check(r, nodes[C_COUNT + kind], kind, ret->target);
    channel_check(r, map, nodes, ret);
}

static void channels_read(struct reading *r, const struct node *group)
{
    size_t count = group_count(r, group, "channels", LIMIT_RUNBOOK_CHANNELS);
    struct channel *items = arena_array(r->a, struct channel, count + 1);
    for (const struct node *n = count == 0 ? NULL : group->first; n != NULL; n = n->next)
        channel_read(r, n, &items[r->all->channel_count++]);
    r->all->channels = items;
}

/* ------------------------------------------------------------------ who is paged */

static const char *channel_names(struct reading *r)
{
    const char *names = "";
    for (size_t i = 0; i < r->all->channel_count; i++)
        names = arena_printf(r->a, "%s%s%s", names, i == 0 ? "" : " ", r->all->channels[i].name);
    return names;
}

static void level_read(struct reading *r, const struct node *map, int before, struct escalation *ret)
{
    struct value v[L_COUNT];
    if (map->kind != NODE_MAP) {
        if (map->kind != NODE_BAD)
            finding_add(r->find, map->line, map->column, N_("%s.page: write '- to: [CHANNEL]', with after: below it"),
                        r->of);
        return;
    }
    const struct node **nodes =
        keys_read(r->find, r->a, map, arena_printf(r->a, "%s.page", r->of), level_keys, L_COUNT, v);
    const struct channel **channels = arena_array(r->a, const struct channel *, v[L_TO].count + 1);
    *ret =
        (struct escalation){.minutes = (int)v[L_AFTER].number, .every = (int)v[L_EVERY].number, .channels = channels};
    if (ret->every > 0 && map->next != NULL)
        finding_add(r->find, nodes[L_EVERY]->line, nodes[L_EVERY]->column,
                    N_("%s.page: every is for the last of them, which is paged again and again"), r->of);
    if (ret->minutes <= before && before >= 0)
        finding_add(r->find, map->line, map->column,
                    N_("%s.page: after must grow from one to the next; %d comes after %d"), r->of, ret->minutes,
                    before);
    if (v[L_TO].count == 0 && (nodes[L_TO] == NULL || nodes[L_TO]->kind == NODE_LIST))
        finding_add(r->find, map->line, map->column, N_("%s.page does not say whom (to: [CHANNEL])"), r->of);
    for (size_t i = 0; i < v[L_TO].count; i++) {
        const struct channel *c = channel_find(r->all, v[L_TO].items[i]);
        const char *near = c != NULL ? NULL : word_nearest(r->a, v[L_TO].items[i], channel_names(r));
        if (c != NULL)
            channels[ret->count++] = c;
        else if (near != NULL)
            finding_add(r->find, nodes[L_TO]->line, nodes[L_TO]->column,
                        N_("%s.page: there is no channel %s; did you mean %s?"), r->of, v[L_TO].items[i], near);
        else
            finding_add(r->find, nodes[L_TO]->line, nodes[L_TO]->column, N_("%s.page: there is no channel %s"), r->of,
                        v[L_TO].items[i]);
    }
}

static void levels_read(struct reading *r, const struct node *list, struct runbook *ret)
{
    const struct node *n = list_first(r, list, "page", LIMIT_RUNBOOK_LEVELS);
    struct escalation *levels = arena_array(r->a, struct escalation, LIMIT_RUNBOOK_LEVELS);
    for (int before = -1; n != NULL; n = n->next) {
        level_read(r, n, before, &levels[ret->level_count]);
        before = levels[ret->level_count++].minutes;
    }
    ret->levels = levels;
}

/* ------------------------------------------------------------------ steps */

static unsigned facts_read(struct reading *r, const struct value *v, const struct node *at)
{
    unsigned bits = 0;
    for (size_t i = 0; i < v->count; i++) {
        int f = 0;
        while (f < CALL_FACT_COUNT && strcmp(call_fact_code((enum call_fact)f), v->items[i]) != 0)
            f++;
        if (f < CALL_FACT_COUNT)
            bits |= 1u << f;
        else
            finding_add(r->find, at->line, at->column,
                        N_("%s.record: '%s' is nothing that is recorded of a call; write some of phone, amount, "
                           "statement, said"),
                        r->of, v->items[i]);
    }
    return bits;
}

static void step_check(struct reading *r, const struct node *map, const struct node *const *nodes,
                       const struct runbook_step *s)
{
    static const int of_calls[] = {S_CONTACT, S_PHONE, S_PAID, S_RECORD};
    char number[PHONE_BYTES];
    if (s->text == NULL || s->text[0] == '\0')
        finding_add(r->find, map->line, map->column, N_("%s: this step does not say what to do (text: …)"), r->of);
    for (size_t i = 0; i < sizeof of_calls / sizeof *of_calls; i++) {
        const struct node *n = nodes[of_calls[i]];
        if (n != NULL && s->kind != RUNBOOK_CALL)
            finding_add(r->find, n->key_line, n->key_column, N_("%s: only a call has %s"), r->of, n->key);
    }
    if (s->phone != NULL && s->phone[0] != '\0' && phone_link(s->phone, number)[0] == '\0')
        finding_add(r->find, nodes[S_PHONE]->line, nodes[S_PHONE]->column, N_("%s: '%s' is no telephone number"), r->of,
                    s->phone);
}

static void step_read(struct reading *r, const struct node *map, struct runbook_step *ret)
{
    struct value v[S_COUNT];
    if (map->kind != NODE_MAP) {
        if (map->kind != NODE_BAD)
            finding_add(r->find, map->line, map->column, N_("%s.steps: a step begins with '- does: …'"), r->of);
        return;
    }
    const struct node **nodes =
        keys_read(r->find, r->a, map, arena_printf(r->a, "%s.steps", r->of), step_keys, S_COUNT, v);
    static const enum runbook_step_kind kinds[] = {RUNBOOK_TICKET, RUNBOOK_MAIL, RUNBOOK_CALL, RUNBOOK_NOTE,
                                                   RUNBOOK_DO};
    *ret = (struct runbook_step){
        .kind = kinds[v[S_DOES].number],
        .text = v[S_TEXT].text,
        .more = v[S_MORE].text,
        .contact = v[S_CONTACT].text,
        .phone = v[S_PHONE].text,
        .warning = v[S_WARNING].text,
        .paid = v[S_PAID].flag,
        .record = nodes[S_RECORD] == NULL ? 0 : facts_read(r, &v[S_RECORD], nodes[S_RECORD]),
    };
    step_check(r, map, nodes, ret);
}

static void steps_read(struct reading *r, const struct node *map, const struct node *list, struct runbook *ret)
{
    const struct node *n = list_first(r, list, "steps", LIMIT_RUNBOOK_STEPS);
    struct runbook_step *steps = arena_array(r->a, struct runbook_step, LIMIT_RUNBOOK_STEPS);
    if (n == NULL && (list == NULL || list->kind == NODE_NONE || list->kind == NODE_LIST))
        finding_add(r->find, map->key_line, map->key_column, N_("%s has no steps: nobody would know what to do"),
                    r->of);
    for (; n != NULL; n = n->next)
        step_read(r, n, &steps[ret->step_count++]);
    ret->steps = steps;
}

/* ------------------------------------------------------------------ runbooks */

static const struct address *addresses_read(struct reading *r, const struct value *v, const struct node *at)
{
    struct address *list = arena_array(r->a, struct address, v->count + 1);
    for (size_t i = 0; i < v->count; i++) {
        list[i] = (struct address){.name = "", .email = v->items[i]};
        if (!email_ok(str_of(v->items[i])))
            finding_add(r->find, at->line, at->column, N_("%s: '%s' is not an e-mail address"), r->of, v->items[i]);
    }
    return list;
}

static void probes_check(struct reading *r, const struct node *map, const struct node *at, const struct runbook *b)
{
    if (b->probe_count == 0 && (at == NULL || at->kind == NODE_LIST))
        finding_add(r->find, map->key_line, map->key_column,
                    N_("%s does not say for which probes it is (probes: [NAME], or ['*'] for all others)"), r->of);
    for (size_t i = 0; i < b->probe_count; i++) {
        for (size_t k = 0; k < r->all->count; k++) {
            const struct runbook *other = &r->all->items[k];
            for (size_t j = 0; j < other->probe_count; j++) {
                if (strcmp(other->probes[j], b->probes[i]) == 0)
                    finding_add(r->find, at->line, at->column, N_("%s: %s has the runbook %s already"), r->of,
                                b->probes[i], other->name);
            }
        }
    }
}

static void runbook_read(struct reading *r, const struct node *map, struct runbook *ret)
{
    struct value v[R_COUNT];
    *ret = (struct runbook){.name = map->key};
    if (!is_group(r, map))
        return;
    r->of = map->key;
    const struct node **nodes = keys_read(r->find, r->a, map, r->of, runbook_keys, R_COUNT, v);
    *ret = (struct runbook){
        .name = map->key,
        .probes = v[R_PROBES].items,
        .probe_count = v[R_PROBES].count,
        .forgotten = (int)v[R_FORGOTTEN].number,
        .observers = v[R_OBSERVERS].items,
        .observer_count = v[R_OBSERVERS].count,
        .related = v[R_RELATED].items,
        .related_count = v[R_RELATED].count,
        .provider = v[R_PROVIDER].text,
        .provider_lang = (enum lang)v[R_LANGUAGE].number,
        .to = addresses_read(r, &v[R_TO], nodes[R_TO]),
        .to_count = v[R_TO].count,
        .cc = addresses_read(r, &v[R_CC], nodes[R_CC]),
        .cc_count = v[R_CC].count,
    };
    probes_check(r, map, nodes[R_PROBES], ret);
    levels_read(r, nodes[R_PAGE], ret);
    steps_read(r, map, nodes[R_STEPS], ret);
}

bool runbooks_load_text(struct arena *a, struct str text, struct finder *f, struct runbooks *ret)
{
    bool complete;
    char number[PHONE_BYTES];
    struct value v[ROOT_COUNT];
    struct runbooks all = {.path = "", .phone = ""};
    struct reading r = {.find = f, .a = a, .of = "", .all = &all};
    const struct node *root = tree_read(a, text, f, &complete);
    if (!complete || f->found.count > 0)
        return false;
    const struct node **nodes = keys_read(f, a, root, "", root_keys, ROOT_COUNT, v);
    all.phone = v[ROOT_PHONE].text;
    if (all.phone != NULL && all.phone[0] != '\0' && phone_link(all.phone, number)[0] == '\0')
        finding_add(f, nodes[ROOT_PHONE]->line, nodes[ROOT_PHONE]->column, N_("%s: '%s' is no telephone number"),
                    "phone", all.phone);
    all.alerts = v[ROOT_ALERTS].items;
    all.alert_count = v[ROOT_ALERTS].count;
    for (size_t i = 0; i < all.alert_count; i++) {
        if (!email_ok(str_of(all.alerts[i])))
            finding_add(f, nodes[ROOT_ALERTS]->line, nodes[ROOT_ALERTS]->column,
                        N_("%s: '%s' is not an e-mail address"), "alerts.from", all.alerts[i]);
    }
    channels_read(&r, nodes[ROOT_CHANNELS]);
    size_t count = group_count(&r, nodes[ROOT_RUNBOOKS], "runbooks", LIMIT_RUNBOOKS);
    struct runbook *items = arena_array(a, struct runbook, count + 1);
    all.items = items;
    for (const struct node *n = count == 0 ? NULL : nodes[ROOT_RUNBOOKS]->first; n != NULL; n = n->next) {
        runbook_read(&r, n, &items[all.count]);
        all.count++;
    }
    if (f->found.count > 0)
        return false;
    *ret = all;
    return true;
}

static bool read_text(struct arena *a, struct str text, struct finder *f, void *ret)
{
    return runbooks_load_text(a, text, f, ret);
}

bool runbooks_load_all(struct arena *a, const struct profile_files *files, struct runbooks *ret,
                       struct config_findings *all, struct err *e)
{
    const char *path;
    struct runbooks found = {.phone = ""};
    bool good = profile_read_optional(a, files, "runbook.yaml", read_text, &found, &path, all, e);
    found.path = path;
    *ret = found;
    return good;
}

bool runbooks_load(struct arena *a, const struct profile_files *files, struct runbooks *ret, struct err *e)
{
    struct config_findings all;
    bool good = runbooks_load_all(a, files, ret, &all, e);
    config_findings_release(&all);
    return good;
}
