#include "record/outage.h"

/* The one that is open on a day. One that a workbook brought ends the day after it, which may still be to come. */
static bool open_outage(struct tx *tx, int64_t body_id, day_t on, int64_t *ret_id, day_t *ret_since, struct err *e)
{
    struct stmt *s =
        stmt_open(tx, e,
                  "SELECT id, since FROM outage WHERE body_id = $1 AND (closed IS NULL OR (since <= $2 AND "
                  "closed > $2)) ORDER BY closed IS NULL DESC, since",
                  "id", body_id, on);
    *ret_id = 0;
    if (stmt_next(s)) {
        *ret_id = stmt_int(s, 0);
        *ret_since = stmt_day(s, 1);
    }
    return stmt_close(s);
}

bool outage_open(struct tx *tx, const struct by *by, int64_t body_id, const char *error, day_t since,
                 const char *source, int64_t *ret_id, struct err *e)
{
    int64_t id;
    day_t before = DAY_NONE;
    char text[DAY_TEXT_BYTES];
    if (!open_outage(tx, body_id, by->day, &id, &before, e))
        return false;
    if (id != 0)
        return err_set(e, ERR_STATE, N_("the body is already down since %s; add to it with `talaia outage note`"),
                       day_dmy(before, text));
    struct stmt *s =
        stmt_open(tx, e, "SELECT max(closed) FROM outage WHERE body_id = $1 AND closed > $2", "id", body_id, since);
    if (stmt_next(s))
        before = stmt_day(s, 0);
    if (!stmt_close(s))
        return false;
    if (before != DAY_NONE)
        return err_set(e, ERR_VALUE, N_("an outage that ended on %s is known already; this one cannot begin before"),
                       day_dmy(before, text));
    return sql_int(
        tx, ret_id, NULL, e,
        "INSERT INTO outage (body_id, error, since, at, who, source) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
        "isdtss", body_id, error, since, by->at, by->who, source);
}

bool outage_close(struct tx *tx, const struct by *by, int64_t body_id, const char *closing, day_t closed, struct err *e)
{
    int64_t id;
    day_t since = DAY_NONE;
    char text[DAY_TEXT_BYTES], text2[DAY_TEXT_BYTES];
    if (!open_outage(tx, body_id, by->day, &id, &since, e))
        return false;
    if (id == 0)
        return err_set(e, ERR_STATE, N_("the body has no open outage; `talaia outage open` begins one"));
    if (closed < since)
        return err_set(e, ERR_VALUE, N_("the outage began on %s and cannot end on %s, before it"), day_dmy(since, text),
                       day_dmy(closed, text2));
    return sql_run(tx, NULL, e,
                   "UPDATE outage SET closed = $2, closing = $3, closed_at = $4, closed_who = $5 WHERE id = $1",
                   "idsts", id, closed, closing, by->at, by->who);
}

bool outage_from_history(struct tx *tx, const struct by *by, int64_t body_id, const char *error, day_t since,
                         day_t closed, const char *source, bool *ret_new, struct err *e)
{
    struct stmt *s =
        stmt_open(tx, e, "SELECT id, closed FROM outage WHERE body_id = $1 AND since = $2", "id", body_id, since);
    int64_t id = 0;
    day_t known = DAY_NONE;
    bool open = false;
    if (stmt_next(s)) {
        id = stmt_int(s, 0);
        open = stmt_null(s, 1);
        known = stmt_day(s, 1);
    }
    if (!stmt_close(s))
        return false;
    *ret_new = id == 0;
    if (id == 0)
        return sql_run(
            tx, NULL, e,
            "INSERT INTO outage (body_id, error, since, at, who, source, closed, closing, closed_at, closed_who) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, '', $4, $5)",
            "isdtssd", body_id, error, since, by->at, by->who, source, closed);
    if (open || known >= closed)
        return true;
    return sql_run(tx, NULL, e, "UPDATE outage SET closed = $2 WHERE id = $1", "id", id, closed);
}

bool outages_load(struct tx *tx, struct arena *a, int64_t body_id, day_t on, bool open_only, struct outage **ret,
                  size_t *ret_count, struct err *e)
{
    VEC(struct outage) found = {0};
    struct stmt *s = stmt_open(
        tx, e,
        "SELECT id, body_id, error, since, closed, closing, source FROM outage WHERE ($1 = 0 OR body_id = $1) "
        "AND since <= $2 AND ($3 = 0 OR closed IS NULL OR closed > $2) ORDER BY since, id",
        "idb", body_id, on, (int)open_only);
    while (stmt_next(s)) {
        struct outage o = {
            .id = stmt_int(s, 0),
            .body_id = stmt_int(s, 1),
            .error = arena_strdup(a, stmt_text(s, 2)),
            .since = stmt_day(s, 3),
            .closed = stmt_day(s, 4),
            .closing = arena_strdup(a, stmt_text(s, 5)),
            .source = arena_strdup(a, stmt_text(s, 6)),
        };
        vec_push(&found, o);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}
