#include "record/session.h"

bool session_add(struct tx *tx, const char *hash, int64_t account_id, instant_t now, instant_t until,
                 const char *address, struct err *e)
{
    return sql_run(
        tx, NULL, e,
        "INSERT INTO session (hash, account_id, at, seen, until, address, proved) VALUES ($1, $2, $3, $3, $4, $5, "
        "$3)",
        "sitts", hash, account_id, now, until, address);
}

#define SESSION_COLUMNS                                                                                                \
    "SELECT s.hash, s.account_id, a.name, a.role, s.at, s.seen, s.until, s.proved, a.once_until, s.address FROM "      \
    "session s JOIN account a ON a.id = s.account_id "

/* False when the role is none that we know. */
static bool read_session(struct stmt *s, struct arena *a, struct session_record *ret)
{
    *ret = (struct session_record){.hash = arena_strdup(a, stmt_text(s, 0)),
                                   .account_id = stmt_int(s, 1),
                                   .name = arena_strdup(a, stmt_text(s, 2)),
                                   .at = stmt_instant(s, 4),
                                   .seen = stmt_instant(s, 5),
                                   .until = stmt_instant(s, 6),
                                   .proved = stmt_instant(s, 7),
                                   .once = !stmt_null(s, 8),
                                   .address = arena_strdup(a, stmt_text(s, 9))};
    return role_parse(stmt_text(s, 3), &ret->role);
}

bool session_find(struct tx *tx, struct arena *a, const char *hash, instant_t now, instant_t idle_since,
                  struct session_record *ret, bool *ret_found, struct err *e)
{
    struct stmt *s = stmt_open(tx, e,
                               SESSION_COLUMNS "WHERE s.hash = $1 AND s.until > $2 AND s.seen >= $3 AND "
                                               "a.disabled IS NULL",
                               "stt", hash, now, idle_since);
    *ret_found = stmt_next(s) && read_session(s, a, ret);
    return stmt_close(s);
}

bool sessions_load(struct tx *tx, struct arena *a, int64_t account_id, instant_t now, instant_t idle_since,
                   struct session_record **ret, size_t *ret_count, struct err *e)
{
    VEC(struct session_record) list = {0};
    struct session_record one;
    struct stmt *s = stmt_open(tx, e,
                               SESSION_COLUMNS "WHERE s.account_id = $1 AND s.until > $2 AND s.seen >= $3 ORDER BY "
                                               "s.at DESC, s.hash",
                               "itt", account_id, now, idle_since);
    while (stmt_next(s)) {
        if (read_session(s, a, &one))
            vec_push(&list, one);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&list, a);
        *ret_count = list.count;
    }
    vec_release(&list);
    return ok;
}

bool session_prove(struct tx *tx, const char *hash, instant_t now, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE session SET proved = $2 WHERE hash = $1", "st", hash, now);
}

bool session_end_one(struct tx *tx, int64_t account_id, const char *hash, bool *ret_found, struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e, "DELETE FROM session WHERE account_id = $1 AND hash = $2", "is", account_id, hash))
        return false;
    *ret_found = changed > 0;
    return true;
}

bool session_touch(struct tx *tx, const char *hash, instant_t now, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE session SET seen = $2 WHERE hash = $1", "st", hash, now);
}

bool session_end(struct tx *tx, const char *hash, struct err *e)
{
    return sql_run(tx, NULL, e, "DELETE FROM session WHERE hash = $1", "s", hash);
}

bool session_end_all(struct tx *tx, int64_t account_id, const char *keep, struct err *e)
{
    return sql_run(tx, NULL, e, "DELETE FROM session WHERE account_id = $1 AND hash <> $2", "is", account_id, keep);
}

bool session_sweep(struct tx *tx, int64_t account_id, instant_t now, size_t most, struct err *e)
{
    return sql_run(tx, NULL, e, "DELETE FROM session WHERE until <= $1", "t", now) &&
           sql_run(tx, NULL, e,
                   "DELETE FROM session WHERE account_id = $1 AND hash NOT IN (SELECT hash FROM session WHERE "
                   "account_id = $1 ORDER BY at DESC, hash LIMIT $2)",
                   "ii", account_id, (int64_t)most);
}
