#include "record/eligible.h"

#define SELECT_ELIGIBLE                                                                                                \
    "SELECT l.id, l.name_key, l.name, l.ine10, l.nif, l.through, l.import_id, l.since, l.until, i.source FROM "        \
    "eligible l JOIN import i ON i.id = l.import_id WHERE "

static bool load(struct stmt *s, struct arena *a, struct eligible **ret, size_t *ret_count)
{
    VEC(struct eligible) found = {0};
    while (stmt_next(s)) {
        struct eligible x = {
            .id = stmt_int(s, 0),
            .name_key = arena_strdup(a, stmt_text(s, 1)),
            .name = arena_strdup(a, stmt_text(s, 2)),
            .ine10 = arena_strdup(a, stmt_text(s, 3)),
            .nif = arena_strdup(a, stmt_text(s, 4)),
            .through = arena_strdup(a, stmt_text(s, 5)),
            .import_id = stmt_int(s, 6),
            .since = stmt_day(s, 7),
            .until = stmt_day(s, 8),
            .source = arena_strdup(a, stmt_text(s, 9)),
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

bool eligible_load(struct tx *tx, struct arena *a, day_t on, struct eligible **ret, size_t *ret_count, struct err *e)
{
    return load(stmt_open(tx, e,
                          SELECT_ELIGIBLE "l.since <= $1 AND (l.until IS NULL OR l.until > $1) ORDER BY l.name_key, "
                                          "l.id",
                          "d", on),
                a, ret, ret_count);
}

bool eligible_history(struct tx *tx, struct arena *a, const char *name_key, const char *ine10, struct eligible **ret,
                      size_t *ret_count, struct err *e)
{
    return load(
        stmt_open(tx, e, SELECT_ELIGIBLE "l.name_key = $1 OR (l.ine10 = $2 AND l.ine10 <> '') ORDER BY l.since, l.id",
                  "ss", name_key, ine10),
        a, ret, ret_count);
}

bool eligible_add(struct tx *tx, const struct eligible *x, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "INSERT INTO eligible (name_key, name, ine10, nif, through, import_id, since) VALUES ($1, $2, $3, "
                   "$4, $5, $6, $7)",
                   "sssssid", x->name_key, x->name, x->ine10, x->nif, x->through, x->import_id, x->since);
}

bool eligible_end(struct tx *tx, int64_t id, day_t day, int64_t import_id, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE eligible SET until = $2, ended_by = $3 WHERE id = $1 AND until IS NULL", "idi",
                   id, day, import_id);
}
