#include "record/account.h"

#define ACCOUNT_COLUMNS                                                                                                \
    "SELECT id, name, role, password, totp, totp_step, at, disabled, (SELECT count(*) FROM recovery_code WHERE "       \
    "account_id = account.id), (SELECT max(seen) FROM session WHERE account_id = account.id), once_until, "            \
    "directory FROM account "

static struct account read_account(struct stmt *s, struct arena *a)
{
    struct account x = {
        .id = stmt_int(s, 0),
        .name = arena_strdup(a, stmt_text(s, 1)),
        .role = ROLE_VIEWER,
        .password = arena_strdup(a, stmt_text(s, 3)),
        .totp = arena_strdup(a, stmt_text(s, 4)),
        .totp_step = stmt_int(s, 5),
        .at = stmt_instant(s, 6),
        .disabled = stmt_instant(s, 7),
        .recovery_codes = stmt_int(s, 8),
        .seen = stmt_instant(s, 9),
        .once_until = stmt_instant(s, 10),
        .directory = stmt_bool(s, 11),
    };
    (void)role_parse(stmt_text(s, 2), &x.role); /* a role that we do not know looks and does nothing */
    return x;
}

bool account_insert(struct tx *tx, const struct by *by, const char *name, enum role role, const char *password,
                    int64_t *ret_id, struct err *e)
{
    bool is_new = false;
    if (!sql_insert(tx, ret_id, &is_new, e,
                    "INSERT INTO account (name, role, password, totp, totp_step, at, who) VALUES ($1, $2, $3, '', 0, "
                    "$4, $5) ON CONFLICT DO NOTHING",
                    "sssts", name, role_code(role), password, by->at, by->who))
        return false;
    return is_new ||
           err_set(e, ERR_STATE, N_("there is an account \"%s\" already; `talaia account list` shows it"), name);
}

static bool one(struct stmt *s, struct arena *a, struct account *ret, bool *ret_found)
{
    *ret_found = false;
    if (stmt_next(s)) {
        *ret = read_account(s, a);
        *ret_found = true;
    }
    return stmt_close(s);
}

bool account_find(struct tx *tx, struct arena *a, const char *name, struct account *ret, bool *ret_found, struct err *e)
{
    return one(stmt_open(tx, e, ACCOUNT_COLUMNS "WHERE name = $1", "s", name), a, ret, ret_found);
}

bool account_get(struct tx *tx, struct arena *a, int64_t id, struct account *ret, bool *ret_found, struct err *e)
{
    return one(stmt_open(tx, e, ACCOUNT_COLUMNS "WHERE id = $1", "i", id), a, ret, ret_found);
}

bool accounts_load(struct tx *tx, struct arena *a, struct account **ret, size_t *ret_count, struct err *e)
{
    VEC(struct account) list = {0};
    struct stmt *s = stmt_open(tx, e, ACCOUNT_COLUMNS "ORDER BY name", "");
    while (stmt_next(s))
        vec_push(&list, read_account(s, a));
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&list, a);
        *ret_count = list.count;
    }
    vec_release(&list);
    return ok;
}

bool account_set_role(struct tx *tx, int64_t id, enum role role, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE account SET role = $2 WHERE id = $1", "is", id, role_code(role));
}

bool account_set_password(struct tx *tx, int64_t id, const char *password, instant_t once_until, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE account SET password = $2, once_until = $3 WHERE id = $1", "ist", id, password,
                   once_until);
}

bool account_set_directory(struct tx *tx, int64_t id, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE account SET directory = 1 WHERE id = $1", "i", id);
}

bool account_set_disabled(struct tx *tx, int64_t id, instant_t disabled, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE account SET disabled = $2 WHERE id = $1", "it", id, disabled);
}

bool account_set_totp(struct tx *tx, int64_t id, const char *key, struct err *e)
{
    return recovery_forget(tx, id, e) &&
           sql_run(tx, NULL, e, "UPDATE account SET totp = $2, totp_step = 0 WHERE id = $1", "is", id, key);
}

bool account_use_totp(struct tx *tx, int64_t id, int64_t step, bool *ret_new, struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e, "UPDATE account SET totp_step = $2 WHERE id = $1 AND totp_step < $2", "ii", id, step))
        return false;
    *ret_new = changed > 0;
    return true;
}

bool recovery_forget(struct tx *tx, int64_t account_id, struct err *e)
{
    return sql_run(tx, NULL, e, "DELETE FROM recovery_code WHERE account_id = $1", "i", account_id);
}

bool recovery_add(struct tx *tx, int64_t account_id, const char *hash, struct err *e)
{
    return sql_run(tx, NULL, e, "INSERT INTO recovery_code (account_id, hash) VALUES ($1, $2)", "is", account_id, hash);
}

bool recovery_use(struct tx *tx, int64_t account_id, const char *hash, bool *ret_found, struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e, "DELETE FROM recovery_code WHERE account_id = $1 AND hash = $2", "is", account_id,
                 hash))
        return false;
    *ret_found = changed > 0;
    return true;
}
