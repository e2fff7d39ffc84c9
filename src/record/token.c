#include "record/token.h"

#define TOKEN_COLUMNS                                                                                                  \
    "SELECT t.id, t.account_id, a.name, a.role, t.label, t.scope, t.at, t.until, t.revoked, t.used FROM token t JOIN " \
    "account a ON a.id = t.account_id "

static bool read_token(struct stmt *s, struct arena *a, struct token_record *ret)
{
    *ret = (struct token_record){.id = stmt_int(s, 0),
                                 .account_id = stmt_int(s, 1),
                                 .account = arena_strdup(a, stmt_text(s, 2)),
                                 .label = arena_strdup(a, stmt_text(s, 4)),
                                 .at = stmt_instant(s, 6),
                                 .until = stmt_day(s, 7),
                                 .revoked = stmt_instant(s, 8),
                                 .used = stmt_instant(s, 9)};
    return role_parse(stmt_text(s, 3), &ret->role) && scope_parse(stmt_text(s, 5), &ret->scope);
}

bool token_add(struct tx *tx, const struct by *by, int64_t account_id, const char *label, const char *hash,
               enum scope scope, day_t until, struct err *e)
{
    int64_t same = 0, all = 0;
    if (!sql_int(tx, &same, NULL, e,
                 "SELECT count(*) FROM token WHERE account_id = $1 AND label = $2 AND revoked IS NULL", "is",
                 account_id, label) ||
        !sql_int(tx, &all, NULL, e, "SELECT count(*) FROM token WHERE account_id = $1 AND revoked IS NULL", "i",
                 account_id))
        return false;
    if (same > 0)
        return err_set(e, ERR_STATE, N_("the account has a token \"%s\" already; revoke it or choose another name"),
                       label);
    if (all >= LIMIT_TOKENS)
        return err_set(e, ERR_LIMIT, N_("an account has at most %d tokens; revoke one first"), LIMIT_TOKENS);
    return sql_run(tx, NULL, e,
                   "INSERT INTO token (account_id, label, hash, scope, at, who, until) VALUES ($1, $2, $3, $4, $5, $6, "
                   "$7)",
                   "issstsd", account_id, label, hash, scope_code(scope), by->at, by->who, until);
}

bool token_revoke(struct tx *tx, const struct by *by, int64_t account_id, const char *label, bool *ret_found,
                  struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e,
                 "UPDATE token SET revoked = $3 WHERE account_id = $1 AND label = $2 AND revoked IS NULL", "ist",
                 account_id, label, by->at))
        return false;
    *ret_found = changed > 0;
    return true;
}

bool token_find(struct tx *tx, struct arena *a, const char *hash, day_t today, struct token_record *ret,
                bool *ret_found, struct err *e)
{
    struct stmt *s = stmt_open(tx, e,
                               TOKEN_COLUMNS "WHERE t.hash = $1 AND t.revoked IS NULL AND a.disabled IS NULL AND "
                                             "(t.until IS NULL OR t.until >= $2)",
                               "sd", hash, today);
    *ret_found = stmt_next(s) && read_token(s, a, ret);
    return stmt_close(s);
}

bool token_touch(struct tx *tx, int64_t id, instant_t now, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE token SET used = $2 WHERE id = $1", "it", id, now);
}

bool tokens_load(struct tx *tx, struct arena *a, int64_t account_id, struct token_record **ret, size_t *ret_count,
                 struct err *e)
{
    VEC(struct token_record) list = {0};
    struct token_record one;
    struct stmt *s = stmt_open(
        tx, e, TOKEN_COLUMNS "WHERE (t.account_id = $1 OR $1 = 0) AND t.revoked IS NULL ORDER BY a.name, t.label", "i",
        account_id);
    while (stmt_next(s)) {
        if (read_token(s, a, &one))
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
