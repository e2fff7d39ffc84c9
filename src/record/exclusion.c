#include "record/exclusion.h"

bool exclusion_add(struct tx *tx, const struct by *by, const struct exclusion_word *x, int64_t *ret_id, struct err *e)
{
    int64_t open = 0;
    /* One that has run out gives its place to the next. */
    if (!sql_run(tx, NULL, e,
                 "UPDATE exclusion SET lifted = $2, lifted_reason = '', lifted_at = $3, lifted_who = $4 WHERE body_id "
                 "= $1 AND lifted IS NULL AND until < $2",
                 "idts", x->body_id, by->day, by->at, by->who) ||
        !sql_int(tx, &open, NULL, e, "SELECT count(*) FROM exclusion WHERE body_id = $1 AND lifted IS NULL", "i",
                 x->body_id))
        return false;
    if (open > 0)
        return err_set(
            e, ERR_STATE,
            N_("somebody has said already whether the body is in or out; `talaia exclude lift` takes that back"));
    return sql_int(tx, ret_id, NULL, e,
                   "INSERT INTO exclusion (body_id, leaves_out, code, reason, until, day, at, who) VALUES ($1, $2, $3, "
                   "$4, $5, $6, $7, $8) RETURNING id",
                   "ibssddts", x->body_id, x->leaves_out, x->code, x->reason, x->until, by->day, by->at, by->who);
}

bool exclusion_lift(struct tx *tx, const struct by *by, int64_t body_id, const char *reason, struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e,
                 "UPDATE exclusion SET lifted = $2, lifted_reason = $3, lifted_at = $4, lifted_who = $5 WHERE body_id "
                 "= $1 AND lifted IS NULL AND (until IS NULL OR until >= $2)",
                 "idsts", body_id, by->day, reason, by->at, by->who))
        return false;
    return changed > 0 || err_set(e, ERR_STATE,
                                  N_("nobody has said that the body is in or out: there is nothing to "
                                     "lift. What the profile excludes is put in with `--in`"));
}

static bool load(struct stmt *s, struct arena *a, struct exclusion_word **ret, size_t *ret_count)
{
    VEC(struct exclusion_word) found = {0};
    while (stmt_next(s)) {
        struct exclusion_word x = {
            .id = stmt_int(s, 0),
            .body_id = stmt_int(s, 1),
            .leaves_out = stmt_bool(s, 2),
            .code = arena_strdup(a, stmt_text(s, 3)),
            .reason = arena_strdup(a, stmt_text(s, 4)),
            .until = stmt_day(s, 5),
            .day = stmt_day(s, 6),
            .at = stmt_instant(s, 7),
            .who = arena_strdup(a, stmt_text(s, 8)),
            .lifted = stmt_day(s, 9),
            .lifted_reason = arena_strdup(a, stmt_text(s, 10)),
            .lifted_who = arena_strdup(a, stmt_text(s, 11)),
        };
        vec_push(&found, x);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

#define SELECT_EXCLUSIONS                                                                                              \
    "SELECT id, body_id, leaves_out, code, reason, until, day, at, who, lifted, lifted_reason, lifted_who FROM "       \
    "exclusion WHERE "

bool exclusions_load(struct tx *tx, struct arena *a, day_t on, struct exclusion_word **ret, size_t *ret_count,
                     struct err *e)
{
    return load(stmt_open(tx, e,
                          SELECT_EXCLUSIONS "day <= $1 AND (lifted IS NULL OR lifted > $1) AND (until IS NULL OR until "
                                            ">= $1) ORDER BY body_id, id",
                          "d", on),
                a, ret, ret_count);
}

bool exclusions_history(struct tx *tx, struct arena *a, int64_t body_id, size_t most, struct exclusion_word **ret,
                        size_t *ret_count, struct err *e)
{
    return load(stmt_open(tx, e,
                          SELECT_EXCLUSIONS "body_id BETWEEN $1 AND (CASE WHEN $1 = 0 THEN 9223372036854775807 ELSE $1 "
                                            "END) ORDER BY id DESC LIMIT $2",
                          "ii", body_id, (int64_t)most),
                a, ret, ret_count);
}
