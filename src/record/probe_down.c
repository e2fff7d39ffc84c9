/* When a probe was down, as it was judged: what availability is counted from. What people did about it is an incident
 * (record/incident.h), which may be closed by hand or go on after a recovery. */
#include "record/probe.h"

bool probe_down_begin(struct tx *tx, const struct probe_down *x, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "INSERT INTO probe_down (probe_id, began, judged, transition, code, detail) SELECT $1, $2, $3, $4, "
                   "$5, $6 WHERE NOT EXISTS (SELECT 1 FROM probe_down WHERE probe_id = $1 AND ended IS NULL)",
                   "ittiss", x->probe_id, x->began, x->judged, (int64_t)x->transition, x->code, x->detail);
}

bool probe_down_end(struct tx *tx, int64_t probe_id, instant_t ended, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "UPDATE probe_down SET ended = CASE WHEN began > $2 THEN began ELSE $2 END WHERE probe_id = $1 AND "
                   "ended IS NULL",
                   "it", probe_id, ended);
}

bool probe_downs_load(struct tx *tx, struct arena *a, int64_t probe_id, instant_t from, instant_t until,
                      struct probe_down **ret, size_t *ret_count, struct err *e)
{
    VEC(struct probe_down) found = {0};
    struct stmt *s = stmt_open(tx, e,
                               "SELECT probe_id, began, judged, ended, transition, code, detail FROM probe_down WHERE "
                               "probe_id = $1 AND began < $3 AND (ended IS NULL OR ended >= $2) ORDER BY began",
                               "itt", probe_id, from, until);
    while (stmt_next(s)) {
        struct probe_down x = {
            .probe_id = stmt_int(s, 0),
            .began = stmt_instant(s, 1),
            .judged = stmt_instant(s, 2),
            .ended = stmt_null(s, 3) ? INSTANT_NONE : stmt_instant(s, 3),
            .transition = (int)stmt_int(s, 4),
            .code = arena_strdup(a, stmt_text(s, 5)),
            .detail = arena_strdup(a, stmt_text(s, 6)),
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
