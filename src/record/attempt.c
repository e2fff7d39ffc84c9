#include "record/attempt.h"

bool attempt_get(struct tx *tx, const char *key, int64_t *ret_failures, instant_t *ret_last, struct err *e)
{
    struct stmt *s = stmt_open(tx, e, "SELECT failures, last FROM login_attempt WHERE key = $1", "s", key);
    bool found = stmt_next(s);
    int64_t failures = found ? stmt_int(s, 0) : 0;
    instant_t last = found ? stmt_instant(s, 1) : INSTANT_NONE;
    if (!stmt_close(s))
        return false;
    *ret_failures = failures;
    *ret_last = last;
    return true;
}

bool attempt_set(struct tx *tx, const char *key, int64_t failures, instant_t last, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "INSERT INTO login_attempt (key, failures, last) VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE "
                   "SET failures = $2, last = $3",
                   "sit", key, failures, last);
}

bool attempt_forget(struct tx *tx, const char *key, struct err *e)
{
    return sql_run(tx, NULL, e, "DELETE FROM login_attempt WHERE key = $1", "s", key);
}

bool attempts_sweep(struct tx *tx, instant_t old, size_t most, struct err *e)
{
    return sql_run(tx, NULL, e, "DELETE FROM login_attempt WHERE last < $1", "t", old) &&
           sql_run(tx, NULL, e,
                   "DELETE FROM login_attempt WHERE key NOT IN (SELECT key FROM login_attempt ORDER BY failures DESC, "
                   "last DESC, key LIMIT $1)",
                   "i", (int64_t)most);
}
