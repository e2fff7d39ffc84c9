#include "record/gateway_standing.h"

static void columns_read(struct arena *a, struct stmt *s, int at, struct gateway_standing_row *ret)
{
    ret->state = GATEWAY_STANDING_NONE;
    ret->looked = ret->due = ret->until = ret->since = INSTANT_NONE;
    ret->why = "";
    if (stmt_null(s, at))
        return;
    (void)gateway_standing_parse(str_of(stmt_text(s, at)), &ret->state);
    ret->looked = stmt_instant(s, at + 1);
    ret->due = stmt_instant(s, at + 2);
    ret->until = stmt_instant(s, at + 3);
    ret->since = stmt_instant(s, at + 4);
    ret->why = arena_strdup(a, stmt_text(s, at + 5));
}

#define COLUMNS "s.state, s.looked, s.due, s.until, s.since, s.why"

bool gateway_standing_due(struct tx *tx, struct arena *a, instant_t now, size_t most, struct gateway_standing_row **ret,
                          size_t *ret_count, struct err *e)
{
    VEC(struct gateway_standing_row) found = {0};
    struct stmt *s =
        stmt_open(tx, e,
                  "SELECT c.fingerprint, c.der_base64, b.body_id, " COLUMNS
                  " FROM gateway_certificate c JOIN gateway_body b ON b.id = c.gateway_body_id LEFT JOIN "
                  "gateway_standing s ON s.fingerprint = c.fingerprint WHERE c.revoked IS NULL AND (c.not_after IS "
                  "NULL OR c.not_after > $1) AND (s.due IS NULL OR s.due <= $1 OR s.looked > $1) AND c.id = (SELECT "
                  "min(o.id) FROM gateway_certificate o WHERE o.fingerprint = c.fingerprint AND o.revoked IS NULL) "
                  "ORDER BY coalesce(s.due, 0), c.id LIMIT $2",
                  "ti", now, (int64_t)most);
    while (stmt_next(s)) {
        struct gateway_standing_row r = {.fingerprint = arena_strdup(a, stmt_text(s, 0)),
                                         .der_base64 = arena_strdup(a, stmt_text(s, 1)),
                                         .body_id = stmt_int(s, 2)};
        columns_read(a, s, 3, &r);
        vec_push(&found, r);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool gateway_standing_put(struct tx *tx, const struct gateway_standing_row *r, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "INSERT INTO gateway_standing (fingerprint, looked, due, state, until, since, why) VALUES ($1, $2, "
                   "$3, $4, $5, $6, $7) ON CONFLICT (fingerprint) DO UPDATE SET looked = $2, due = $3, state = $4, "
                   "until = $5, since = $6, why = $7",
                   "sttstts", r->fingerprint, r->looked, r->due, gateway_standing_code(r->state), r->until, r->since,
                   r->why);
}

bool gateway_standing_get(struct tx *tx, struct arena *a, const char *fingerprint, struct gateway_standing_row *ret,
                          struct err *e)
{
    struct gateway_standing_row r = {.fingerprint = arena_strdup(a, fingerprint),
                                     .der_base64 = "",
                                     .looked = INSTANT_NONE,
                                     .due = INSTANT_NONE,
                                     .until = INSTANT_NONE,
                                     .since = INSTANT_NONE,
                                     .why = ""};
    struct stmt *s =
        stmt_open(tx, e, "SELECT " COLUMNS " FROM gateway_standing s WHERE s.fingerprint = $1", "s", fingerprint);
    if (stmt_next(s))
        columns_read(a, s, 0, &r);
    if (!stmt_close(s))
        return false;
    *ret = r;
    return true;
}
