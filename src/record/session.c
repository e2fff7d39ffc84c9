#include "record/session.h"

bool session_add(struct tx *tx, const char *hash, int64_t account_id, instant_t now, instant_t until,
                 const char *address, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "INSERT INTO session (hash, account_id, at, seen, until, address) VALUES ($1, $2, $3, $3, $4, $5)",
                   "sitts", hash, account_id, now, until, address);
}

bool session_find(struct tx *tx, struct arena *a, const char *hash, instant_t now, instant_t idle_since,
                  struct session_record *ret, bool *ret_found, struct err *e)
{
    struct stmt *s =
        stmt_open(tx, e,
                  "SELECT s.account_id, a.name, a.role, s.at, s.seen, s.until FROM session s JOIN account a "
                  "ON a.id = s.account_id WHERE s.hash = $1 AND s.until > $2 AND s.seen >= $3 AND "
                  "a.disabled IS NULL",
                  "stt", hash, now, idle_since);
    *ret_found = false;
    if (stmt_next(s)) {
        *ret = (struct session_record){.account_id = stmt_int(s, 0),
                                       .name = arena_strdup(a, stmt_text(s, 1)),
                                       .at = stmt_instant(s, 3),
                                       .seen = stmt_instant(s, 4),
                                       .until = stmt_instant(s, 5)};
        *ret_found = role_parse(stmt_text(s, 2), &ret->role);
    }
    return stmt_close(s);
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
