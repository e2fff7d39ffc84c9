#include "record/idempotency.h"

bool idempotency_begin(struct tx *tx, struct arena *a, const struct by *by, int64_t account_id, const char *key,
                       const char *request, bool *ret_new, struct idempotency *ret, struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, NULL, e, "DELETE FROM idempotency WHERE at < $1", "t",
                 by->at - LIMIT_IDEMPOTENCY_HOURS * 3600 * INSTANT_PER_SECOND) ||
        !sql_run(tx, &changed, e,
                 "INSERT INTO idempotency (account_id, key, request, status, answer, etag, at) VALUES ($1, $2, $3, 0, "
                 "'', '', $4) ON CONFLICT (account_id, key) DO NOTHING",
                 "isst", account_id, key, request, by->at))
        return false;
    *ret_new = changed > 0;
    if (changed > 0)
        return true;
    struct stmt *s = stmt_open(tx, e,
                               "SELECT request, status, answer, etag FROM idempotency WHERE account_id = $1 AND key = "
                               "$2",
                               "is", account_id, key);
    *ret = (struct idempotency){.request = "", .answer = "", .etag = ""};
    if (stmt_next(s))
        *ret = (struct idempotency){.request = arena_strdup(a, stmt_text(s, 0)),
                                    .status = (int)stmt_int(s, 1),
                                    .answer = arena_strdup(a, stmt_text(s, 2)),
                                    .etag = arena_strdup(a, stmt_text(s, 3))};
    return stmt_close(s);
}

bool idempotency_end(struct tx *tx, int64_t account_id, const char *key, int status, const char *answer,
                     const char *etag, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "UPDATE idempotency SET status = $3, answer = $4, etag = $5 WHERE account_id = $1 AND key = $2",
                   "isiss", account_id, key, (int64_t)status, answer, etag);
}

bool idempotency_drop(struct tx *tx, int64_t account_id, const char *key, struct err *e)
{
    return sql_run(tx, NULL, e, "DELETE FROM idempotency WHERE account_id = $1 AND key = $2", "is", account_id, key);
}
