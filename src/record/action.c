#include "record/action.h"

/* A report writes the ticket after the text. */
static bool was_corrected(struct tx *tx, const struct action *x, bool *ret, struct err *e)
{
    int64_t count = 0;
    if (!sql_int(tx, &count, NULL, e,
                 "SELECT count(*) FROM action_past WHERE body_id = $1 AND day = $2 AND (text = $3 OR text || ' (' || "
                 "ticket || ')' = $3)",
                 "ids", x->body_id, x->day, x->text))
        return false;
    *ret = count > 0;
    return true;
}

bool action_add(struct tx *tx, const struct by *by, const struct action *action, bool *ret_new, struct err *e)
{
    int64_t changed = 0;
    bool corrected = false;
    if (action->source[0] != '\0' && !was_corrected(tx, action, &corrected, e))
        return false;
    if (corrected) {
        *ret_new = false;
        return true;
    }
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

static struct action take(struct stmt *s, struct arena *a)
{
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
    return x;
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
        struct action x = take(s, a);
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

bool action_get(struct tx *tx, struct arena *a, int64_t id, struct action *ret, bool *ret_found, struct err *e)
{
    struct stmt *s = stmt_open(
        tx, e, "SELECT id, body_id, day, grp, text, ticket, who, source, at FROM action WHERE id = $1", "i", id);
    bool found = stmt_next(s);
    struct action x = {0};
    if (found)
        x = take(s, a);
    if (!stmt_close(s))
        return false;
    *ret_found = found;
    if (found)
        *ret = x;
    return true;
}

static bool keep_past(struct tx *tx, const struct by *by, const struct action *x, bool withdrawn, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "INSERT INTO action_past (action_id, body_id, day, grp, text, ticket, at, who, withdrawn) VALUES "
                   "($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                   "iidssstsb", x->id, x->body_id, x->day, action_group_code(x->group), x->text, x->ticket, by->at,
                   by->who, (int)withdrawn);
}

bool action_correct(struct tx *tx, const struct by *by, const struct action *old, const struct action *now,
                    struct err *e)
{
    int64_t same = 0;
    if (!sql_int(tx, &same, NULL, e,
                 "SELECT count(*) FROM action WHERE body_id = $1 AND day = $2 AND text = $3 AND id <> $4", "idsi",
                 old->body_id, now->day, now->text, old->id))
        return false;
    if (same > 0)
        return err_set(e, ERR_STATE,
                       N_("the body has an action with that text on that day already; `talaia action list` shows it"));
    return keep_past(tx, by, old, false, e) &&
           sql_run(tx, NULL, e, "UPDATE action SET day = $2, grp = $3, text = $4, ticket = $5 WHERE id = $1", "idsss",
                   old->id, now->day, action_group_code(now->group), now->text, now->ticket);
}

bool action_withdraw(struct tx *tx, const struct by *by, const struct action *old, struct err *e)
{
    return keep_past(tx, by, old, true, e) && sql_run(tx, NULL, e, "DELETE FROM action WHERE id = $1", "i", old->id);
}
