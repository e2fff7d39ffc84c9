#include "record/action.h"

bool action_add(struct tx *tx, const struct by *by, const struct action *action, bool *ret_new, struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(
            tx, &changed, e,
            "INSERT INTO action (body_id, day, grp, text, ticket, at, who, source) VALUES ($1, $2, $3, $4, $5, $6, $7, "
            "$8) ON CONFLICT DO NOTHING",
            "idssstss", action->body_id, action->day, action_group_code(action->group), action->text, action->ticket,
            by->at, by->who, action->source))
        return false;
    *ret_new = changed == 1;
    return true;
}

bool actions_load(struct tx *tx, struct arena *a, int64_t body_id, day_t after, day_t until, struct action **ret,
                  size_t *ret_count, struct err *e)
{
    VEC(struct action) found = {0};
    struct stmt *s =
        stmt_open(tx, e,
                  "SELECT id, body_id, day, grp, text, ticket, who, source, at FROM action WHERE ($1 = 0 OR "
                  "body_id = $1) AND day > $2 AND day <= $3 ORDER BY day, id",
                  "isd", body_id, after == DAY_NONE ? "" : day_iso(after, (char[DAY_TEXT_BYTES]){0}), until);
    while (stmt_next(s)) {
        struct action x = {
            .id = stmt_int(s, 0),
            .body_id = stmt_int(s, 1),
            .day = stmt_day(s, 2),
            .group = GROUP_OTHER,
            .text = arena_strdup(a, stmt_text(s, 4)),
            .ticket = arena_strdup(a, stmt_text(s, 5)),
            .who = arena_strdup(a, stmt_text(s, 6)),
            .source = arena_strdup(a, stmt_text(s, 7)),
            .at = stmt_instant(s, 8),
        };
        (void)action_group_parse(stmt_text(s, 3), &x.group);
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
