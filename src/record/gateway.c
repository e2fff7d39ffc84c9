#include "record/gateway.h"

/* --- loading --- */

static const char *kept(struct arena *a, struct stmt *s, int column)
{
    return arena_strdup(a, stmt_text(s, column));
}

static bool load_bodies(struct tx *tx, struct arena *a, struct gateway_permissions *p, struct err *e)
{
    VEC(struct gateway_integrator) found = {0};
    struct stmt *s =
        stmt_open(tx, e, "SELECT id, ine10, name, nif, body_id, suspended FROM gateway_body ORDER BY ine10", "");
    while (stmt_next(s))
        vec_push(&found, (struct gateway_integrator){
                             .id = stmt_int(s, 0),
                             .ine10 = kept(a, s, 1),
                             .name = kept(a, s, 2),
                             .nif = kept(a, s, 3),
                             .body_id = stmt_int(s, 4),
                             .active = stmt_null(s, 5),
                         });
    bool ok = stmt_close(s);
    if (ok)
        *p = (struct gateway_permissions){vec_to_arena(&found, a), found.count};
    vec_release(&found);
    return ok;
}

/* Rows come in the same order as the bodies, so one walk over both suffices. NULL: rows of none. */
static struct gateway_integrator *walk_to(struct gateway_permissions *p, size_t *at, const char *ine10)
{
    while (*at < p->count && strcmp(p->items[*at].ine10, ine10) < 0)
        (*at)++;
    if (*at == p->count || strcmp(p->items[*at].ine10, ine10) != 0)
        return NULL;
    return (struct gateway_integrator *)&p->items[*at];
}

static bool load_certificates(struct tx *tx, struct arena *a, struct gateway_permissions *p, struct err *e)
{
    VEC(struct gateway_certificate) found = {0};
    size_t at = 0;
    struct stmt *s =
        stmt_open(tx, e,
                  "SELECT b.ine10, c.id, c.fingerprint, c.subject, c.nif, c.not_before, c.not_after, "
                  "c.allow_sha1, c.authority, c.since, c.until, s.state, s.until FROM gateway_certificate c JOIN "
                  "gateway_body b ON b.id = c.gateway_body_id LEFT JOIN gateway_standing s ON s.fingerprint = "
                  "c.fingerprint WHERE c.revoked IS NULL ORDER BY b.ine10, c.id",
                  "");
    while (stmt_next(s)) {
        struct gateway_integrator *b = walk_to(p, &at, stmt_text(s, 0));
        if (b == NULL)
            continue;
        enum gateway_standing standing = GATEWAY_STANDING_NONE;
        if (!stmt_null(s, 11))
            (void)gateway_standing_parse(str_of(stmt_text(s, 11)), &standing);
        b->certificate_count++;
        vec_push(&found, (struct gateway_certificate){
                             .id = stmt_int(s, 1),
                             .fingerprint = kept(a, s, 2),
                             .subject = kept(a, s, 3),
                             .nif = kept(a, s, 4),
                             .not_before = stmt_instant(s, 5),
                             .not_after = stmt_instant(s, 6),
                             .allow_sha1 = stmt_bool(s, 7),
                             .authority = kept(a, s, 8),
                             .from = stmt_instant(s, 9),
                             .until = stmt_instant(s, 10),
                             .standing = standing,
                             .standing_until = stmt_instant(s, 12),
                         });
    }
    bool ok = stmt_close(s);
    const struct gateway_certificate *items = vec_to_arena(&found, a);
    for (size_t i = 0, first = 0; i < p->count; first += p->items[i++].certificate_count)
        ((struct gateway_integrator *)&p->items[i])->certificates = items + first;
    vec_release(&found);
    return ok;
}

static bool load_ranges(struct tx *tx, struct arena *a, struct gateway_permissions *p, struct err *e)
{
    VEC(struct gateway_range) found = {0};
    size_t at = 0;
    bool good = true;
    struct stmt *s =
        stmt_open(tx, e,
                  "SELECT b.ine10, r.id, r.cidr, r.since, r.until FROM gateway_address r JOIN gateway_body b "
                  "ON b.id = r.gateway_body_id WHERE r.revoked IS NULL ORDER BY b.ine10, r.id",
                  "");
    while (good && stmt_next(s)) {
        struct gateway_integrator *b = walk_to(p, &at, stmt_text(s, 0));
        struct gateway_range r = {
            .id = stmt_int(s, 1), .text = kept(a, s, 2), .from = stmt_instant(s, 3), .until = stmt_instant(s, 4)};
        if (b == NULL)
            continue;
        good = cidr_parse(str_of(r.text), &r.cidr, e);
        b->range_count++;
        vec_push(&found, r);
    }
    bool ok = stmt_close(s) && good;
    const struct gateway_range *items = vec_to_arena(&found, a);
    for (size_t i = 0, first = 0; i < p->count; first += p->items[i++].range_count)
        ((struct gateway_integrator *)&p->items[i])->ranges = items + first;
    vec_release(&found);
    return ok;
}

static bool load_grants(struct tx *tx, struct arena *a, struct gateway_permissions *p, struct err *e)
{
    VEC(struct gateway_grant) found = {0};
    size_t at = 0;
    struct stmt *s =
        stmt_open(tx, e,
                  "SELECT b.ine10, g.id, g.product, g.modality, g.purpose, g.since, g.until FROM "
                  "gateway_grant g JOIN gateway_body b ON b.id = g.gateway_body_id WHERE g.revoked IS NULL "
                  "ORDER BY b.ine10, g.id",
                  "");
    while (stmt_next(s)) {
        struct gateway_integrator *b = walk_to(p, &at, stmt_text(s, 0));
        if (b == NULL)
            continue;
        b->grant_count++;
        vec_push(&found, (struct gateway_grant){
                             .id = stmt_int(s, 1),
                             .product = kept(a, s, 2),
                             .modality = kept(a, s, 3),
                             .purpose = kept(a, s, 4),
                             .from = stmt_instant(s, 5),
                             .until = stmt_instant(s, 6),
                         });
    }
    bool ok = stmt_close(s);
    const struct gateway_grant *items = vec_to_arena(&found, a);
    for (size_t i = 0, first = 0; i < p->count; first += p->items[i++].grant_count)
        ((struct gateway_integrator *)&p->items[i])->grants = items + first;
    vec_release(&found);
    return ok;
}

bool gateway_permissions_load(struct tx *tx, struct arena *a, struct gateway_permissions *ret, struct err *e)
{
    struct gateway_permissions p = {0};
    if (!load_bodies(tx, a, &p, e) || !load_certificates(tx, a, &p, e) || !load_ranges(tx, a, &p, e) ||
        !load_grants(tx, a, &p, e))
        return false;
    *ret = p;
    return true;
}

bool gateway_cache_get(struct gateway_cache *c, struct tx *tx, const struct gateway_permissions **ret, struct err *e)
{
    struct change_mark mark;
    if (!change_mark_get(tx, &mark, e))
        return false;
    /* Each permission that is given or taken leaves a line in the audit trail; what authorities say has a mark of its
     * own, and nothing else matters. */
    if (!c->loaded || c->mark.audit != mark.audit || c->mark.standing != mark.standing) {
        c->loaded = false;
        arena_reset(&c->arena);
        if (!gateway_permissions_load(tx, &c->arena, &c->permissions, e))
            return false;
        c->mark = mark;
        c->loaded = true;
        c->loads++;
    }
    *ret = &c->permissions;
    return true;
}

void gateway_cache_release(struct gateway_cache *c)
{
    arena_release(&c->arena);
    *c = (struct gateway_cache){0};
}

/* --- bodies --- */

bool integrator_ensure(struct tx *tx, const struct by *by, const struct integrator *b, int64_t *ret_id, struct err *e)
{
    int64_t id = 0;
    if (!sql_int(tx, &id, NULL, e,
                 "INSERT INTO gateway_body (ine10, name, nif, body_id, at, who) VALUES ($1, $2, $3, NULLIF($4, 0), $5, "
                 "$6) ON CONFLICT (ine10) DO UPDATE SET name = $2, nif = COALESCE(NULLIF($3, ''), gateway_body.nif), "
                 "body_id = COALESCE(NULLIF($4, 0), gateway_body.body_id) RETURNING id",
                 "sssits", b->ine10, b->name, b->nif, b->body_id, by->at, by->who))
        return false;
    *ret_id = id;
    return true;
}

#define INTEGRATOR_COLUMNS "SELECT id, ine10, name, nif, body_id, suspended, at, who FROM gateway_body"

static struct integrator read_integrator(struct arena *a, struct stmt *s)
{
    return (struct integrator){
        .id = stmt_int(s, 0),
        .ine10 = kept(a, s, 1),
        .name = kept(a, s, 2),
        .nif = kept(a, s, 3),
        .body_id = stmt_int(s, 4),
        .suspended = stmt_instant(s, 5),
        .at = stmt_instant(s, 6),
        .who = kept(a, s, 7),
    };
}

bool integrator_find(struct tx *tx, struct arena *a, const char *ine10, struct integrator *ret, bool *ret_found,
                     struct err *e)
{
    struct stmt *s = stmt_open(tx, e, INTEGRATOR_COLUMNS " WHERE ine10 = $1", "s", ine10);
    bool found = stmt_next(s);
    struct integrator b = {0};
    if (found)
        b = read_integrator(a, s);
    if (!stmt_close(s))
        return false;
    if (found)
        *ret = b;
    *ret_found = found;
    return true;
}

bool integrators_load(struct tx *tx, struct arena *a, struct integrator **ret, size_t *ret_count, struct err *e)
{
    VEC(struct integrator) found = {0};
    struct stmt *s = stmt_open(tx, e, INTEGRATOR_COLUMNS " ORDER BY name, ine10", "");
    while (stmt_next(s))
        vec_push(&found, read_integrator(a, s));
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool integrator_suspend(struct tx *tx, int64_t id, instant_t since, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE gateway_body SET suspended = $2 WHERE id = $1", "it", id, since);
}

/* --- giving --- */

/* What stands in force in the place of a new permission. */
struct standing {
    int64_t id; /* 0: nothing */
    bool same;
};

static bool replace(struct tx *tx, const struct by *by, const char *sql, const struct standing *old,
                    enum gateway_put *ret, struct err *e)
{
    *ret = old->id == 0 ? GATEWAY_PUT_NEW : old->same ? GATEWAY_PUT_SAME : GATEWAY_PUT_CHANGED;
    return *ret != GATEWAY_PUT_CHANGED || sql_run(tx, NULL, e, sql, "its", old->id, by->at, by->who);
}

bool gateway_certificate_put(struct tx *tx, const struct by *by, int64_t gateway_body_id,
                             const struct gateway_certificate_record *c, enum gateway_put *ret, struct err *e)
{
    struct standing old = {0};
    struct stmt *s = stmt_open(tx, e,
                               "SELECT id, allow_sha1, authority, until FROM gateway_certificate WHERE "
                               "gateway_body_id = $1 AND fingerprint = $2 AND revoked IS NULL",
                               "is", gateway_body_id, c->fingerprint);
    if (stmt_next(s))
        old = (struct standing){stmt_int(s, 0), stmt_bool(s, 1) == c->allow_sha1 &&
                                                    strcmp(stmt_text(s, 2), c->authority) == 0 &&
                                                    stmt_instant(s, 3) == c->until};
    if (!stmt_close(s) ||
        !replace(tx, by,
                 "UPDATE gateway_certificate SET revoked = $2, revoked_who = $3, reason = 'changed' WHERE id = $1",
                 &old, ret, e))
        return false;
    return *ret == GATEWAY_PUT_SAME ||
           sql_run(tx, NULL, e,
                   "INSERT INTO gateway_certificate (gateway_body_id, fingerprint, der_base64, subject, issuer, nif, "
                   "not_before, not_after, allow_sha1, authority, since, until, at, who) VALUES ($1, $2, $3, $4, $5, "
                   "$6, $7, $8, $9, $10, $11, $12, $13, $14)",
                   "isssssttbsttts", gateway_body_id, c->fingerprint, c->der_base64, c->subject, c->issuer, c->nif,
                   c->not_before, c->not_after, (int)c->allow_sha1, c->authority, c->since, c->until, by->at, by->who);
}

bool gateway_address_put(struct tx *tx, const struct by *by, int64_t gateway_body_id, const char *cidr, instant_t since,
                         instant_t until, enum gateway_put *ret, struct err *e)
{
    struct standing old = {0};
    struct stmt *s = stmt_open(
        tx, e, "SELECT id, until FROM gateway_address WHERE gateway_body_id = $1 AND cidr = $2 AND revoked IS NULL",
        "is", gateway_body_id, cidr);
    if (stmt_next(s))
        old = (struct standing){stmt_int(s, 0), stmt_instant(s, 1) == until};
    if (!stmt_close(s) ||
        !replace(tx, by, "UPDATE gateway_address SET revoked = $2, revoked_who = $3, reason = 'changed' WHERE id = $1",
                 &old, ret, e))
        return false;
    return *ret == GATEWAY_PUT_SAME ||
           sql_run(tx, NULL, e,
                   "INSERT INTO gateway_address (gateway_body_id, cidr, since, until, at, who) VALUES ($1, $2, $3, $4, "
                   "$5, $6)",
                   "isttts", gateway_body_id, cidr, since, until, by->at, by->who);
}

bool gateway_grant_put(struct tx *tx, const struct by *by, int64_t gateway_body_id, const char *product,
                       const char *modality, const char *purpose, instant_t since, instant_t until,
                       enum gateway_put *ret, struct err *e)
{
    struct standing old = {0};
    struct stmt *s = stmt_open(tx, e,
                               "SELECT id, until FROM gateway_grant WHERE gateway_body_id = $1 AND product = $2 AND "
                               "modality = $3 AND purpose = $4 AND revoked IS NULL",
                               "isss", gateway_body_id, product, modality, purpose);
    if (stmt_next(s))
        old = (struct standing){stmt_int(s, 0), stmt_instant(s, 1) == until};
    if (!stmt_close(s) ||
        !replace(tx, by, "UPDATE gateway_grant SET revoked = $2, revoked_who = $3, reason = 'changed' WHERE id = $1",
                 &old, ret, e))
        return false;
    return *ret == GATEWAY_PUT_SAME ||
           sql_run(tx, NULL, e,
                   "INSERT INTO gateway_grant (gateway_body_id, product, modality, purpose, since, until, at, who) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                   "isssttts", gateway_body_id, product, modality, purpose, since, until, by->at, by->who);
}

/* --- taking --- */

const char *gateway_permission_kind_code(enum gateway_permission_kind k)
{
    static const char *const codes[] = {"certificate", "address", "grant"};
    return codes[k];
}

bool gateway_permission_revoke(struct tx *tx, const struct by *by, int64_t gateway_body_id,
                               enum gateway_permission_kind kind, const char *what, const char *reason,
                               int64_t *ret_count, struct err *e)
{
    static const char *const sql[] = {
        "UPDATE gateway_certificate SET revoked = $3, revoked_who = $4, reason = $5 WHERE gateway_body_id = $1 AND "
        "revoked IS NULL AND (fingerprint = $2 OR $2 IS NULL)",
        "UPDATE gateway_address SET revoked = $3, revoked_who = $4, reason = $5 WHERE gateway_body_id = $1 AND revoked "
        "IS NULL AND (cidr = $2 OR $2 IS NULL)",
        "UPDATE gateway_grant SET revoked = $3, revoked_who = $4, reason = $5 WHERE gateway_body_id = $1 AND revoked "
        "IS "
        "NULL AND (product = $2 OR $2 IS NULL)",
    };
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e, sql[kind], "istss", gateway_body_id, what, by->at, by->who, reason))
        return false;
    *ret_count = changed;
    return true;
}

/* --- lists --- */

static bool list_kind(struct tx *tx, struct arena *a, int64_t gateway_body_id, enum gateway_permission_kind kind,
                      bool revoked, struct gateway_permission *out, size_t most, size_t *count, struct err *e)
{
    static const char *const sql[] = {
        "SELECT c.id, c.fingerprint, subject, issuer, nif, authority, '', '', not_before, not_after, allow_sha1, "
        "c.since, c.until, at, revoked, who, revoked_who, reason, s.state, s.looked, s.until, s.since, s.why FROM "
        "gateway_certificate c LEFT JOIN gateway_standing s ON s.fingerprint = c.fingerprint WHERE gateway_body_id = "
        "$1 ORDER BY c.id",
        "SELECT id, cidr, '', '', '', '', '', '', NULL, NULL, 0, since, until, at, revoked, who, revoked_who, reason, "
        "NULL FROM gateway_address WHERE gateway_body_id = $1 ORDER BY id",
        "SELECT id, product, '', '', '', '', modality, purpose, NULL, NULL, 0, since, until, at, revoked, who, "
        "revoked_who, reason, NULL FROM gateway_grant WHERE gateway_body_id = $1 ORDER BY id",
    };
    struct stmt *s = stmt_open(tx, e, sql[kind], "i", gateway_body_id);
    while (*count < most && stmt_next(s)) {
        if (!revoked && !stmt_null(s, 14))
            continue;
        struct gateway_permission *p = &out[(*count)++];
        *p = (struct gateway_permission){
            .id = stmt_int(s, 0),
            .kind = kind,
            .what = kept(a, s, 1),
            .subject = kept(a, s, 2),
            .issuer = kept(a, s, 3),
            .nif = kept(a, s, 4),
            .authority = kept(a, s, 5),
            .modality = kept(a, s, 6),
            .purpose = kept(a, s, 7),
            .not_before = stmt_instant(s, 8),
            .not_after = stmt_instant(s, 9),
            .allow_sha1 = stmt_bool(s, 10),
            .since = stmt_instant(s, 11),
            .until = stmt_instant(s, 12),
            .at = stmt_instant(s, 13),
            .revoked = stmt_instant(s, 14),
            .who = kept(a, s, 15),
            .revoked_who = kept(a, s, 16),
            .reason = kept(a, s, 17),
            .looked = INSTANT_NONE,
            .standing_until = INSTANT_NONE,
            .standing_since = INSTANT_NONE,
            .standing_why = "",
        };
        if (stmt_null(s, 18) || !gateway_standing_parse(str_of(stmt_text(s, 18)), &p->standing))
            continue;
        p->looked = stmt_instant(s, 19);
        p->standing_until = stmt_instant(s, 20);
        p->standing_since = stmt_instant(s, 21);
        p->standing_why = kept(a, s, 22);
    }
    return stmt_close(s);
}

bool gateway_permission_list(struct tx *tx, struct arena *a, int64_t gateway_body_id, bool revoked,
                             struct gateway_permission **ret, size_t *ret_count, struct err *e)
{
    int64_t all = 0;
    size_t count = 0;
    if (!sql_int(tx, &all, NULL, e,
                 "SELECT (SELECT count(*) FROM gateway_certificate WHERE gateway_body_id = $1) + (SELECT count(*) FROM "
                 "gateway_address WHERE gateway_body_id = $1) + (SELECT count(*) FROM gateway_grant WHERE "
                 "gateway_body_id = $1)",
                 "i", gateway_body_id))
        return false;
    struct gateway_permission *items = arena_array(a, struct gateway_permission, (size_t)all);
    for (int k = GATEWAY_IS_CERTIFICATE; k <= GATEWAY_IS_GRANT; k++)
        if (!list_kind(tx, a, gateway_body_id, (enum gateway_permission_kind)k, revoked, items, (size_t)all, &count, e))
            return false;
    *ret = items;
    *ret_count = count;
    return true;
}

bool gateway_certificate_der(struct tx *tx, struct arena *a, const char *fingerprint, const char **ret_base64,
                             bool *ret_found, struct err *e)
{
    struct stmt *s = stmt_open(
        tx, e, "SELECT der_base64 FROM gateway_certificate WHERE fingerprint = $1 ORDER BY id DESC", "s", fingerprint);
    bool found = stmt_next(s);
    const char *text = found ? kept(a, s, 0) : "";
    if (!stmt_close(s))
        return false;
    if (found)
        *ret_base64 = text;
    *ret_found = found;
    return true;
}

/* --- the proof of the secret --- */

bool gateway_proof_get(struct tx *tx, struct arena *a, const char **ret, struct err *e)
{
    struct stmt *s = stmt_open(tx, e, "SELECT proof FROM gateway_secret WHERE id = 1", "");
    const char *proof = stmt_next(s) ? kept(a, s, 0) : "";
    if (!stmt_close(s))
        return false;
    *ret = proof;
    return true;
}

bool gateway_proof_put(struct tx *tx, const char *proof, instant_t at, struct err *e)
{
    return sql_run(
        tx, NULL, e,
        "INSERT INTO gateway_secret (id, proof, at) VALUES (1, $1, $2) ON CONFLICT (id) DO UPDATE SET proof = "
        "$1, at = $2",
        "st", proof, at);
}
