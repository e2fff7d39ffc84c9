/* Permissions: given and taken. Judging with them is core's. */
#include "flow/gateway.h"

#include <sodium.h>

#include "base/file.h"
#include "base/text.h"
#include "core/name.h"
#include "flow/change.h"
#include "flow/given.h"
#include "flow/owners.h"
#include "net/guard.h"
#include "record/audit.h"
#include "record/directory.h"

/* --- whom a person means --- */

static bool in_directory(struct desk *d, struct tx *tx, const char *text, const char *code, struct integrator *ret,
                         bool *ret_found, struct err *e)
{
    struct directory_entry *list;
    size_t count;
    const char *fold = text_fold(&d->arena, str_of(text));
    if (!directory_load(tx, &d->arena, &list, &count, e))
        return false;
    *ret_found = false;
    for (size_t i = 0; i < count && !*ret_found; i++) {
        const struct directory_entry *t = &list[i];
        if (t->ine10[0] == '\0' ||
            (code[0] != '\0' ? strcmp(t->ine10, code) != 0 : strcmp(text_fold(&d->arena, str_of(t->name)), fold) != 0))
            continue;
        *ret = (struct integrator){.ine10 = t->ine10, .name = t->name, .nif = t->nif, .suspended = INSTANT_NONE};
        *ret_found = true;
    }
    return true;
}

static bool in_registry(struct desk *d, struct tx *tx, const char *text, struct integrator *ret, struct err *e)
{
    struct bodies bodies;
    const struct body *b;
    if (!bodies_load(tx, &d->arena, &d->files.profile, d->by.day, &bodies, e) || !bodies_find(&bodies, text, &b, e))
        return false;
    if (b->ine10[0] == '\0')
        return err_set(e, ERR_VALUE, N_("the INE10 code of %s is not known; write the code itself"), b->name);
    *ret = (struct integrator){
        .ine10 = b->ine10, .name = b->name, .nif = b->nif, .body_id = b->id, .suspended = INSTANT_NONE};
    return true;
}

static bool with_permissions(struct desk *d, struct tx *tx, const char *text, const char *code, struct integrator *ret,
                             bool *ret_found, struct err *e)
{
    struct integrator *known;
    size_t count;
    const char *fold = text_fold(&d->arena, str_of(text));
    if (!integrators_load(tx, &d->arena, &known, &count, e))
        return false;
    *ret_found = false;
    for (size_t i = 0; i < count && !*ret_found; i++) {
        *ret_found = code[0] != '\0' ? strcmp(known[i].ine10, code) == 0
                                     : strcmp(text_fold(&d->arena, str_of(known[i].name)), fold) == 0;
        if (*ret_found)
            *ret = known[i];
    }
    return true;
}

/* Its number may have become known since. */
static bool number_fill(struct desk *d, struct tx *tx, struct integrator *b, struct err *e)
{
    struct integrator now = {.nif = ""};
    struct err unknown = {.lang = e->lang};
    bool found = false;
    if (b->nif[0] != '\0')
        return true;
    if (!in_registry(d, tx, b->ine10, &now, &unknown) && !in_directory(d, tx, b->ine10, b->ine10, &now, &found, e))
        return false;
    b->nif = now.nif;
    return true;
}

bool gateway_integrator_named(struct desk *d, struct tx *tx, const char *text, struct integrator *ret, struct err *e)
{
    char code[INE10_BYTES] = "";
    bool found = false;
    struct integrator b;
    struct err unknown = {.lang = e->lang};
    if (ine10_parse(str_of(text), code) == INE10_FORMAT)
        code[0] = '\0';
    if (!with_permissions(d, tx, text, code, &b, &found, e))
        return false;
    if (found) {
        *ret = b;
        return number_fill(d, tx, ret, e);
    }
    if (in_registry(d, tx, text, &b, &unknown)) {
        *ret = b;
        return true;
    }
    if (!in_directory(d, tx, text, code, &b, &found, e))
        return false;
    if (found)
        *ret = b;
    else
        *e = unknown;
    return found;
}

/* --- giving --- */

struct giving {
    struct desk *desk;
    struct tx *tx;
    const struct modalities *known;
    const struct gateway_authorise *w;
    struct integrator *body;
    instant_t since, until;
    struct gateway_authorised *result;
    VEC(const char *) remarks;
    struct err *e;
};

/* The first moment of that day in Madrid. */
instant_t gateway_day_starts(day_t day)
{
    instant_t utc = (instant_t)day * 86400 * INSTANT_PER_SECOND;
    return utc - madrid_offset(utc - 3600 * INSTANT_PER_SECOND) * INSTANT_PER_SECOND;
}

static const char *told(const struct giving *g, const char *format)
{
    return tr(g->desk->lang, format);
}

static void count_put(struct giving *g, enum gateway_put put)
{
    if (put == GATEWAY_PUT_SAME)
        g->result->same++;
    else
        g->result->added++;
}

static bool read_certificate(struct giving *g)
{
    struct buf file = BUF_INIT(LIMIT_XML_BYTES);
    const struct gateway_authorise *w = g->w;
    const char *what = w->cda != NULL ? path_base(w->cda) : told(g, N_("the file"));
    bool ok = w->cda == NULL || file_read(w->cda, &file, g->e);
    ok = ok &&
         given_read(g->desk, w->cda != NULL ? buf_str(&file) : w->cda_bytes, what, true, &g->result->certificate, g->e);
    buf_release(&file);
    g->result->has_certificate = ok;
    return ok;
}

static bool check_dates(struct giving *g)
{
    const struct certificate *c = &g->result->certificate;
    char day[DAY_TEXT_BYTES];
    if (g->desk->by.at > c->not_after)
        return err_set(g->e, ERR_VALUE, N_("the certificate expired on %s; have the renewed one authorised"),
                       day_dmy(c->last_day, day));
    if (g->desk->by.at < c->not_before)
        vec_push(&g->remarks, arena_printf(&g->desk->arena, told(g, N_("The certificate is valid from %s on.")),
                                           day_dmy(c->first_day, day)));
    return (c->key != KEY_RSA || c->key_bits >= 2048) ||
           err_set(g->e, ERR_VALUE,
                   N_("the key of the certificate is too short (%s): ask for one with 2048 bits or more"), c->key_name);
}

/* Whose the certificate's organisation is, where the body's tax number is not known. */
static bool owner_by_name(struct giving *g, struct owner_told *ret)
{
    struct arena *a = &g->desk->arena;
    const struct body b = {.nif = "", .name = g->body->name, .name_key = name_key(a, str_of(g->body->name))};
    struct bodies bodies;
    struct owners owners = {0};
    bool ok = bodies_load(g->tx, a, &g->desk->files.profile, g->desk->by.day, &bodies, g->e) &&
              owners_load(g->tx, a, &bodies, &owners, g->e);
    if (ok)
        owners_tell(&owners, &b, &g->result->certificate, NULL, ret);
    owners_release(&owners);
    return ok;
}

/* Nothing contradicts it: the person who gives it vouches for it, and from now on its number is the body's. */
static bool take_number(struct giving *g)
{
    struct owner_told told_owner;
    const struct certificate *c = &g->result->certificate;
    if (!owner_by_name(g, &told_owner))
        return false;
    if (c->nif[0] == '\0' || told_owner.owner == OWNER_OTHER || told_owner.owner == OWNER_HOST)
        return err_set(
            g->e, ERR_VALUE,
            N_("the tax number of %s is not known, and the certificate is of \"%s\" (%s), so it is not its own: ask "
               "for "
               "the body's own CDA. If it may ask with this one all the same, name the written authorisation: "
               "--authority \"document, date\""),
            g->body->name, c->organisation, c->nif[0] == '\0' ? "-" : c->nif);
    g->body->nif = c->nif;
    vec_push(&g->remarks,
             arena_printf(&g->desk->arena,
                          told(g, N_("The body's tax number was not known; from now on it is %s, of \"%s\", as the "
                                     "certificate says. Compare it.")),
                          c->nif, c->organisation));
    return integrator_ensure(g->tx, &g->desk->by, g->body, &g->body->id, g->e);
}

/* The certificate must be the body's own, or a paper must say that it may ask in its name. */
static bool check_owner(struct giving *g)
{
    const struct certificate *c = &g->result->certificate;
    const char *nif = g->body->nif;
    if (nif[0] != '\0' && strcmp(c->nif, nif) == 0)
        return true;
    if (g->w->authority != NULL && g->w->authority[0] != '\0') {
        vec_push(&g->remarks, told(g, N_("Its tax number is not the body's; by which authorisation it may ask was "
                                         "noted.")));
        return true;
    }
    if (nif[0] == '\0')
        return take_number(g);
    return err_set(g->e, ERR_VALUE,
                   N_("the certificate carries the tax number %s, and %s has %s: ask for the body's own CDA. If it may "
                      "ask with this one all the same, name the written authorisation: --authority \"document, date\""),
                   c->nif[0] == '\0' ? "-" : c->nif, g->body->name, nif);
}

static const char *base64_of(struct arena *a, struct str bytes)
{
    size_t room = sodium_base64_encoded_len(bytes.n, sodium_base64_VARIANT_ORIGINAL);
    char *text = arena_alloc(a, room, 1);
    return sodium_bin2base64(text, room, (const unsigned char *)bytes.p, bytes.n, sodium_base64_VARIANT_ORIGINAL);
}

static bool give_certificate(struct giving *g)
{
    const struct certificate *c = &g->result->certificate;
    if (!g->result->has_certificate)
        return true;
    if (!check_dates(g) || !check_owner(g))
        return false;
    const struct gateway_certificate_record r = {
        .fingerprint = c->fingerprint_hex,
        .der_base64 = base64_of(&g->desk->arena, c->der),
        .subject = c->subject,
        .issuer = c->issuer_name,
        .nif = c->nif,
        .not_before = c->not_before,
        .not_after = c->not_after,
        .allow_sha1 = g->w->allow_sha1,
        .authority = g->w->authority == NULL ? "" : text_clean(&g->desk->arena, str_of(g->w->authority), false),
        .since = g->since,
        .until = g->until,
    };
    if (g->w->allow_sha1)
        vec_push(&g->remarks, told(g, N_("Signatures with SHA-1 are taken from it: they can be forged. Take it back as "
                                         "soon as the integrator can do without.")));
    if (!gateway_certificate_put(g->tx, &g->desk->by, g->body->id, &r, &g->result->certificate_put, g->e))
        return false;
    count_put(g, g->result->certificate_put);
    return true;
}

/* --- addresses --- */

/* Every range that somebody has, with whose it is. */
static bool known_ranges(struct giving *g, struct address_known **ret, size_t *ret_count)
{
    struct gateway_permissions p;
    struct arena *a = &g->desk->arena;
    VEC(struct address_known) found = {0};
    if (!gateway_permissions_load(g->tx, a, &p, g->e))
        return false;
    for (size_t i = 0; i < p.count; i++)
        for (size_t k = 0; k < p.items[i].range_count; k++)
            vec_push(&found,
                     (struct address_known){p.items[i].ranges[k].cidr, p.items[i].name, p.items[i].id == g->body->id});
    *ret = vec_to_arena(&found, a);
    *ret_count = found.count;
    vec_release(&found);
    return true;
}

const char *gateway_range_sentence(struct arena *a, enum lang lang, const struct cidr *range,
                                   const struct address_remark *r)
{
    char text[CIDR_TEXT_BYTES];
    cidr_text(range, text);
    switch (r->code) {
    case ADDRESS_SPECIAL:
        return arena_printf(
            a, tr(lang, N_("%s is no public address (%s, %s): nobody calls from there over the internet.")), text,
            tr(lang, r->range->what), r->range->source);
    case ADDRESS_WIDE:
        return arena_printf(
            a,
            tr(lang, N_("%s is too wide: a body calls from a few addresses; name those (at least /%d in "
                        "IPv4, /%d in IPv6).")),
            text, LIMIT_GATEWAY_RANGE_V4, LIMIT_GATEWAY_RANGE_V6);
    case ADDRESS_SHARED:
        return arena_printf(a, tr(lang, N_("%s is also given to %s: in order when both have the same provider.")), text,
                            r->known->whose);
    default: return arena_printf(a, tr(lang, N_("%s was given already.")), text);
    }
}

static bool give_range(struct giving *g, const char *text, const struct guard *internal,
                       const struct address_known *known, size_t known_count)
{
    struct address_remark remarks[8];
    struct cidr range;
    char kept[CIDR_TEXT_BYTES];
    enum gateway_put put;
    if (!cidr_parse(str_trim(str_of(text)), &range, g->e))
        return false;
    size_t n = address_judge(&range, internal->allow, internal->allow_count, known, known_count, remarks, 8);
    for (size_t i = 0; i < n; i++) {
        const char *sentence = gateway_range_sentence(&g->desk->arena, g->desk->lang, &range, &remarks[i]);
        if (remarks[i].refused)
            return err_set(g->e, ERR_VALUE, "%s", sentence);
        if (remarks[i].code != ADDRESS_TWICE)
            vec_push(&g->remarks, sentence);
    }
    if (!gateway_address_put(g->tx, &g->desk->by, g->body->id, cidr_text(&range, kept), g->since, g->until, &put, g->e))
        return false;
    count_put(g, put);
    return true;
}

static bool give_ranges(struct giving *g)
{
    struct arena *a = &g->desk->arena;
    const char *const *texts;
    size_t count = config_list(g->desk->config, KEY_NET_ALLOW, &texts), known_count;
    struct str *list = arena_array(a, struct str, count);
    struct guard internal;
    struct address_known *known;
    for (size_t i = 0; i < count; i++)
        list[i] = str_of(texts[i]);
    if (g->w->range_count > LIMIT_GATEWAY_RANGES)
        return err_set(g->e, ERR_LIMIT, N_("%zu ranges at once; at most %d"), g->w->range_count, LIMIT_GATEWAY_RANGES);
    if (!guard_init(&internal, a, list, count, g->e) || !known_ranges(g, &known, &known_count))
        return false;
    for (size_t i = 0; i < g->w->range_count; i++)
        if (!give_range(g, g->w->ranges[i], &internal, known, known_count))
            return false;
    return true;
}

/* --- what may be asked for --- */

static bool check_product(struct giving *g, const char *product)
{
    for (size_t i = 0; i < g->known->count; i++)
        if (strcmp(g->known->items[i].product, product) == 0)
            return true;
    return err_set(g->e, ERR_VALUE, N_("no modality of a product \"%s\" is known here"), product);
}

static bool check_modality(struct giving *g, const char *product, const char *name)
{
    const struct modality *m = modality_find(g->known, str_of(name));
    const struct modality *near = m == NULL ? modality_nearest(g->known, str_of(name)) : NULL;
    if (m == NULL)
        return near == NULL
                   ? err_set(g->e, ERR_VALUE, N_("there is no modality \"%s\""), name)
                   : err_set(g->e, ERR_VALUE, N_("there is no modality \"%s\"; did you mean %s?"), name, near->name);
    return strcmp(m->product, product) == 0 ||
           err_set(g->e, ERR_VALUE, N_("%s is a modality of %s, not of %s"), name, m->product, product);
}

static bool give_grant(struct giving *g, const char *product, const char *modality, const char *purpose)
{
    enum gateway_put put;
    if (!gateway_grant_put(g->tx, &g->desk->by, g->body->id, product, modality, purpose, g->since, g->until, &put,
                           g->e))
        return false;
    count_put(g, put);
    return true;
}

static bool give_grants(struct giving *g)
{
    const struct gateway_authorise *w = g->w;
    const char *product = w->product == NULL ? "HESTIA" : w->product;
    const char *purpose =
        w->purpose == NULL ? g->known->environment.purpose : text_clean(&g->desk->arena, str_of(w->purpose), false);
    if (purpose[0] == '\0' || strlen(purpose) > 250)
        return err_set(g->e, ERR_VALUE, N_("a purpose has 1 to 250 characters, such as PROVES"));
    if (w->modality_count > LIMIT_GATEWAY_MODALITIES)
        return err_set(g->e, ERR_LIMIT, N_("%zu modalities at once; at most %d"), w->modality_count,
                       LIMIT_GATEWAY_MODALITIES);
    if (!check_product(g, product))
        return false;
    for (size_t i = 0; i < w->modality_count; i++)
        if (!check_modality(g, product, w->modalities[i]) || !give_grant(g, product, w->modalities[i], purpose))
            return false;
    return w->modality_count > 0 || give_grant(g, product, "", purpose);
}

/* --- the whole --- */

static const char *authorise_line(const struct giving *g)
{
    const struct gateway_authorise *w = g->w;
    struct arena *a = &g->desk->arena;
    const char *line =
        arena_printf(a, "%s (%s): %s", g->body->name, g->body->ine10, w->product == NULL ? "HESTIA" : w->product);
    for (size_t i = 0; i < w->modality_count; i++)
        line = arena_printf(a, "%s %s", line, w->modalities[i]);
    if (g->result->has_certificate)
        line = arena_printf(a, "%s, CDA %s%s", line, g->result->certificate.fingerprint_hex,
                            w->allow_sha1 ? " (SHA-1)" : "");
    for (size_t i = 0; i < w->range_count; i++)
        line = arena_printf(a, "%s, %s", line, w->ranges[i]);
    return w->authority == NULL || !g->result->has_certificate ? line : arena_printf(a, "%s; %s", line, w->authority);
}

static bool give(struct giving *g)
{
    struct desk *d = g->desk;
    if (!gateway_integrator_named(d, g->tx, g->w->body, g->body, g->e) ||
        !integrator_ensure(g->tx, &d->by, g->body, &g->body->id, g->e))
        return false;
    bool suspended = g->body->suspended != INSTANT_NONE;
    if (suspended && !integrator_suspend(g->tx, g->body->id, INSTANT_NONE, g->e))
        return false;
    g->body->suspended = INSTANT_NONE;
    if (!give_certificate(g) || !give_ranges(g) || (!g->w->only_certificate && !give_grants(g)))
        return false;
    return (g->result->added == 0 && !suspended) ||
           audit_add(g->tx, &d->by, "gateway-authorise", g->body->body_id, authorise_line(g), g->e);
}

static bool check_words(struct giving *g)
{
    const struct gateway_authorise *w = g->w;
    const char *const texts[] = {w->body, w->purpose, w->authority, w->product};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i] != NULL && (!str_utf8_valid(str_of(texts[i])) || strlen(texts[i]) > 4 * LIMIT_NOTE_CHARS))
            return err_set(g->e, ERR_VALUE, N_("a text is not UTF-8, or is too long"));
    g->since = w->since == DAY_NONE ? g->desk->by.at : gateway_day_starts(w->since);
    g->until = w->until == DAY_NONE ? INSTANT_NONE : gateway_day_starts(w->until + 1);
    return g->until == INSTANT_NONE || (g->until > g->since && w->until >= g->desk->by.day) ||
           err_set(g->e, ERR_VALUE, N_("the permission would have ended before it begins"));
}

bool gateway_authorise(struct desk *d, const struct modalities *known, const struct gateway_authorise *w,
                       struct gateway_authorised *ret, struct err *e)
{
    struct gateway_authorised result = {0};
    struct tx tx = {0};
    struct giving g = {.desk = d, .tx = &tx, .known = known, .w = w, .result = &result, .e = e};
    g.body = arena_new(&d->arena, struct integrator);
    bool ok = check_words(&g) && ((w->cda == NULL && w->cda_bytes.p == NULL) || read_certificate(&g)) &&
              tx_begin(d->store, TX_WRITE, &tx, e) && give(&g) && tx_commit(&tx, e);
    tx_rollback(&tx);
    if (ok) {
        result.body = g.body;
        result.remarks = vec_to_arena(&g.remarks, &d->arena);
        result.remark_count = g.remarks.count;
        *ret = result;
    }
    vec_release(&g.remarks);
    return ok;
}

/* --- taking --- */

/* The whole fingerprint of one of the body's certificates, of which a person wrote the beginning. */
static bool whole_fingerprint(struct desk *d, struct tx *tx, int64_t id, const char *begin, const char **ret,
                              struct err *e)
{
    struct gateway_permission *list;
    size_t count, fits = 0;
    if (!gateway_permission_list(tx, &d->arena, id, false, &list, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct str what = str_of(list[i].what);
        if (list[i].kind != GATEWAY_IS_CERTIFICATE || strlen(begin) < 8 || strlen(begin) > what.n ||
            !str_is_nocase(str_part(what.p, strlen(begin)), begin))
            continue;
        *ret = list[i].what;
        fits++;
    }
    if (fits == 1)
        return true;
    return fits == 0 ? err_set(e, ERR_UNKNOWN, N_("no certificate that is in force begins with %s (8 digits at least)"),
                               begin)
                     : err_set(e, ERR_AMBIGUOUS, N_("several certificates begin with %s; write more of it"), begin);
}

static bool take(struct desk *d, struct tx *tx, const struct gateway_revoke *w, const struct integrator *b,
                 const char *reason, size_t *ret_count, struct err *e)
{
    const char *what[] = {NULL, w->range, w->product};
    const bool all = w->fingerprint == NULL && w->range == NULL && w->product == NULL;
    struct cidr range;
    char kept[CIDR_TEXT_BYTES];
    size_t taken = 0;
    if (w->fingerprint != NULL && !whole_fingerprint(d, tx, b->id, w->fingerprint, &what[0], e))
        return false;
    if (w->range != NULL) {
        if (!cidr_parse(str_trim(str_of(w->range)), &range, e))
            return false;
        what[1] = cidr_text(&range, kept);
    }
    for (int k = GATEWAY_IS_CERTIFICATE; k <= GATEWAY_IS_GRANT; k++) {
        int64_t count = 0;
        if ((all || what[k] != NULL) &&
            !gateway_permission_revoke(tx, &d->by, b->id, (enum gateway_permission_kind)k, what[k], reason, &count, e))
            return false;
        taken += (size_t)count;
    }
    if (all && b->suspended == INSTANT_NONE) {
        if (!integrator_suspend(tx, b->id, d->by.at, e))
            return false;
        taken++;
    }
    *ret_count = taken;
    return taken > 0 ||
           err_set(e, ERR_STATE, N_("%s has no such permission in force: there is nothing to revoke"), b->name);
}

bool gateway_revoke(struct desk *d, const struct gateway_revoke *w, size_t *ret_count, struct err *e)
{
    struct integrator b;
    struct tx tx = {0};
    size_t count = 0;
    const char *reason = w->reason == NULL ? "" : change_text(d, w->reason, e);
    bool ok = reason != NULL && tx_begin(d->store, TX_WRITE, &tx, e) &&
              gateway_integrator_named(d, &tx, w->body, &b, e) &&
              (b.id != 0 || err_set(e, ERR_STATE, N_("%s has no permissions at the gateway"), b.name)) &&
              take(d, &tx, w, &b, reason, &count, e) &&
              audit_add(&tx, &d->by, "gateway-revoke", b.body_id,
                        arena_printf(&d->arena, "%s (%s): %s%s%s%s", b.name, b.ine10,
                                     w->fingerprint != NULL ? w->fingerprint
                                     : w->range != NULL     ? w->range
                                     : w->product != NULL   ? w->product
                                                            : "*",
                                     reason[0] == '\0' ? "" : " (", reason, reason[0] == '\0' ? "" : ")"),
                        e) &&
              tx_commit(&tx, e);
    tx_rollback(&tx);
    if (ok)
        *ret_count = count;
    return ok;
}
