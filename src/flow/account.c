#include "flow/account.h"

#include <sodium.h>
#include <stdio.h>

#include "base/text.h"
#include "core/login_rule.h"
#include "pki/totp.h"
#include "record/audit.h"

/* ------------------------------------------------------------------ secrets */

void secret_make(char out[SECRET_TEXT_BYTES])
{
    unsigned char bytes[32];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(out, SECRET_TEXT_BYTES, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes, sizeof bytes);
}

void secret_hash(const char *secret, char out[SECRET_HASH_BYTES])
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, (const unsigned char *)secret, strlen(secret));
    sodium_bin2hex(out, SECRET_HASH_BYTES, hash, sizeof hash);
}

const char *password_hash(struct arena *a, const char *password, struct err *e)
{
    char *out = arena_alloc(a, crypto_pwhash_STRBYTES, 1);
    if (crypto_pwhash_str(out, password, strlen(password), LIMIT_PASSWORD_PASSES, LIMIT_PASSWORD_MEMORY) == 0)
        return out;
    err_set(e, ERR_INTERNAL, N_("there is not enough memory to hash a password"));
    return NULL;
}

bool password_fits(const char *hash, const char *password)
{
    return hash[0] != '\0' && crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}

void password_make(char out[PASSWORD_MADE_BYTES])
{
    static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789"; /* 32: five bits each */
    size_t n = 0;
    for (int i = 0; i < 16; i++) {
        if (i > 0 && i % 4 == 0)
            out[n++] = '-';
        out[n++] = letters[randombytes_uniform(32)];
    }
    out[n] = '\0';
}

static bool password_allowed(const char *password, const char *name, struct err *e)
{
    switch (password_judge(password, name)) {
    case PASSWORD_GOOD: return true;
    case PASSWORD_SHORT:
        return err_set(e, ERR_VALUE, N_("a password has at least %d characters"), LIMIT_PASSWORD_MIN_CHARS);
    case PASSWORD_LONG: return err_set(e, ERR_VALUE, N_("a password has at most %d bytes"), LIMIT_PASSWORD_BYTES);
    case PASSWORD_NAME: return err_set(e, ERR_VALUE, N_("the password holds the name of the account; choose another"));
    case PASSWORD_SIMPLE:
        return err_set(e, ERR_VALUE,
                       N_("the password is easy to guess; take several words that do not belong together"));
    case PASSWORD_TEXT: break;
    }
    return err_set(e, ERR_VALUE, N_("the password has characters that cannot be typed everywhere"));
}

/* ------------------------------------------------------------------ one account, one transaction */

static bool find(struct desk *d, struct tx *tx, const char *name, struct account *ret, struct err *e)
{
    bool found = false;
    if (!account_find(tx, &d->arena, name, ret, &found, e))
        return false;
    return found || err_set(e, ERR_UNKNOWN, N_("there is no account \"%s\"; `talaia account list` shows them"), name);
}

static bool open_account(struct desk *d, struct tx *tx, const char *name, struct account *ret, struct err *e)
{
    *tx = (struct tx){0};
    if (!tx_begin(d->store, TX_WRITE, tx, e))
        return false;
    if (find(d, tx, name, ret, e))
        return true;
    tx_rollback(tx);
    return false;
}

static bool finish(struct desk *d, struct tx *tx, bool ok, const char *what, const char *detail, struct err *e)
{
    ok = ok && audit_add(tx, &d->by, what, 0, detail, e) && tx_commit(tx, e);
    tx_rollback(tx);
    return ok;
}

static bool create(struct desk *d, const char *name, enum role role, const char *password, instant_t once_until,
                   struct err *e)
{
    struct tx tx = {0};
    int64_t id, count = 0;
    if (!account_name_valid(name) || strcmp(name, "talaia") == 0)
        return err_set(
            e, ERR_VALUE,
            N_("\"%s\" cannot be the name of an account: lower-case letters, digits and . _ - @, at most %d"),
            str_utf8_count(str_of(name)) > LIMIT_ACCOUNT_NAME_CHARS ? arena_printf(&d->arena, "%.40s…", name) : name,
            LIMIT_ACCOUNT_NAME_CHARS);
    const char *hash = "";
    if (password != NULL &&
        (!password_allowed(password, name, e) || (hash = password_hash(&d->arena, password, e)) == NULL))
        return false;
    if (!tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    struct account *all;
    size_t n = 0;
    bool ok = accounts_load(&tx, &d->arena, &all, &n, e);
    count = (int64_t)n;
    if (ok && count >= LIMIT_ACCOUNTS)
        ok = err_set(e, ERR_LIMIT, N_("a desk has at most %d accounts"), LIMIT_ACCOUNTS);
    ok = ok && account_insert(&tx, &d->by, name, role, hash, &id, e) &&
         (once_until == INSTANT_NONE || account_set_password(&tx, id, hash, once_until, e));
    return finish(d, &tx, ok, "account-add", arena_printf(&d->arena, "%s: %s", name, role_code(role)), e);
}

bool account_create(struct desk *d, const char *name, enum role role, const char *password, struct err *e)
{
    return create(d, name, role, password, INSTANT_NONE, e);
}

static instant_t first_password_ends(const struct desk *d)
{
    return d->by.at + LIMIT_INVITATION_DAYS * 86400 * INSTANT_PER_SECOND;
}

bool account_invite(struct desk *d, const char *name, enum role role, const char **ret_password, struct err *e)
{
    char *made = arena_alloc(&d->arena, PASSWORD_MADE_BYTES, 1);
    password_make(made);
    if (!create(d, name, role, made, first_password_ends(d), e))
        return false;
    *ret_password = made;
    return true;
}

/* A desk without anybody who may make accounts could only be helped from the command line: said before it happens. */
static bool not_the_last_administrator(struct desk *d, struct tx *tx, const struct account *x, struct err *e)
{
    struct account *all;
    size_t count, others = 0;
    if (x->role != ROLE_ADMINISTRATOR || x->disabled != INSTANT_NONE)
        return true;
    if (!accounts_load(tx, &d->arena, &all, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        others += all[i].id != x->id && all[i].role == ROLE_ADMINISTRATOR && all[i].disabled == INSTANT_NONE;
    return others > 0 || err_set(e, ERR_STATE, N_("%s is the only administrator; make another one first"), x->name);
}

bool account_role(struct desk *d, const char *name, enum role role, struct err *e)
{
    struct tx tx;
    struct account x;
    if (!open_account(d, &tx, name, &x, e))
        return false;
    bool ok = (role == ROLE_ADMINISTRATOR || not_the_last_administrator(d, &tx, &x, e)) &&
              account_set_role(&tx, x.id, role, e);
    const char *detail = arena_printf(&d->arena, "%s: %s → %s", x.name, role_code(x.role), role_code(role));
    return finish(d, &tx, ok, "account-role", detail, e);
}

bool account_password(struct desk *d, const char *name, const char *password, const char *keep, struct err *e)
{
    struct tx tx;
    struct account x;
    const char *hash;
    if (!password_allowed(password, name, e) || (hash = password_hash(&d->arena, password, e)) == NULL ||
        !open_account(d, &tx, name, &x, e))
        return false;
    bool ok = account_set_password(&tx, x.id, hash, INSTANT_NONE, e) &&
              session_end_all(&tx, x.id, keep == NULL ? "" : keep, e);
    return finish(d, &tx, ok, "account-password", x.name, e);
}

bool account_reset(struct desk *d, const char *name, const char **ret_password, struct err *e)
{
    struct tx tx;
    struct account x;
    char *made = arena_alloc(&d->arena, PASSWORD_MADE_BYTES, 1);
    password_make(made);
    const char *hash = password_hash(&d->arena, made, e);
    if (hash == NULL || !open_account(d, &tx, name, &x, e))
        return false;
    bool ok = !x.directory ||
              err_set(e, ERR_STATE, N_("%s comes in through the directory: its password is changed there"), x.name);
    ok = ok && account_set_password(&tx, x.id, hash, first_password_ends(d), e) && session_end_all(&tx, x.id, "", e);
    if (!finish(d, &tx, ok, "account-reset", x.name, e))
        return false;
    *ret_password = made;
    return true;
}

bool account_logout(struct desk *d, const char *name, const char *session, const char *keep, struct err *e)
{
    struct tx tx;
    struct account x;
    bool found = true;
    if (!open_account(d, &tx, name, &x, e))
        return false;
    bool ok = session != NULL ? session_end_one(&tx, x.id, session, &found, e)
                              : session_end_all(&tx, x.id, keep == NULL ? "" : keep, e);
    if (ok && !found)
        ok = err_set(e, ERR_STATE, N_("that session has ended already"));
    return finish(d, &tx, ok, "account-logout", x.name, e);
}

bool account_disable(struct desk *d, const char *name, bool disabled, struct err *e)
{
    struct tx tx;
    struct account x;
    if (!open_account(d, &tx, name, &x, e))
        return false;
    bool ok = !disabled || not_the_last_administrator(d, &tx, &x, e);
    if (ok && (x.disabled != INSTANT_NONE) == disabled)
        ok = err_set(e, ERR_STATE, disabled ? N_("%s is disabled already") : N_("%s is not disabled"), x.name);
    ok = ok && account_set_disabled(&tx, x.id, disabled ? d->by.at : INSTANT_NONE, e) &&
         (!disabled || session_end_all(&tx, x.id, "", e));
    return finish(d, &tx, ok, disabled ? "account-disable" : "account-enable", x.name, e);
}

/* ------------------------------------------------------------------ one-time codes */

void account_totp_offer(struct desk *d, const char *name, const char *key, struct totp_made *ret)
{
    char *made = arena_alloc(&d->arena, TOTP_KEY_TEXT_BYTES, 1);
    if (key == NULL) {
        unsigned char bytes[TOTP_KEY_BYTES];
        randombytes_buf(bytes, sizeof bytes);
        totp_key_text(bytes, made);
        sodium_memzero(bytes, sizeof bytes);
    }
    const char *text = key == NULL ? made : key;
    *ret = (struct totp_made){
        .key = text, .url = arena_printf(&d->arena, "otpauth://totp/Talaia:%s?secret=%s&issuer=Talaia", name, text)};
}

static bool make_recovery(struct desk *d, struct tx *tx, const struct account *x, struct totp_made *made, struct err *e)
{
    bool ok = recovery_forget(tx, x->id, e);
    for (size_t i = 0; ok && i < LIMIT_RECOVERY_CODES; i++) {
        char code[PASSWORD_MADE_BYTES], hash[SECRET_HASH_BYTES];
        password_make(code);
        secret_hash(code, hash);
        made->recovery[i] = arena_strdup(&d->arena, code);
        ok = recovery_add(tx, x->id, hash, e);
    }
    return ok;
}

bool account_totp(struct desk *d, const char *name, struct totp_made *ret, struct err *e)
{
    struct tx tx;
    struct account x;
    struct totp_made made;
    if (!open_account(d, &tx, name, &x, e))
        return false;
    account_totp_offer(d, x.name, NULL, &made);
    bool ok = account_set_totp(&tx, x.id, made.key, e) && make_recovery(d, &tx, &x, &made, e);
    if (!finish(d, &tx, ok, "account-totp", arena_printf(&d->arena, "%s: on", x.name), e))
        return false;
    *ret = made;
    return true;
}

bool account_totp_take(struct desk *d, const char *name, const char *key, const char *code, struct totp_made *ret,
                       struct err *e)
{
    struct tx tx;
    struct account x;
    struct totp_made made = {.key = key, .url = ""};
    unsigned char bytes[TOTP_KEY_BYTES];
    int64_t step;
    bool is_new = false;
    if (!totp_key_read(key, bytes) || !totp_check(bytes, code, d->by.at, 0, &step))
        return err_set(e, ERR_VALUE,
                       N_("the code is not right; look whether the clock of the telephone is, and take the next code"));
    if (!open_account(d, &tx, name, &x, e))
        return false;
    /* The code that was shown counts once, too. */
    bool ok = account_set_totp(&tx, x.id, key, e) && account_use_totp(&tx, x.id, step, &is_new, e) &&
              make_recovery(d, &tx, &x, &made, e);
    if (!finish(d, &tx, ok, "account-totp", arena_printf(&d->arena, "%s: on", x.name), e))
        return false;
    *ret = made;
    return true;
}

bool account_recovery(struct desk *d, const char *name, struct totp_made *ret, struct err *e)
{
    struct tx tx;
    struct account x;
    struct totp_made made = {.key = "", .url = ""};
    if (!open_account(d, &tx, name, &x, e))
        return false;
    bool ok = x.totp[0] != '\0' ||
              err_set(e, ERR_STATE, N_("%s has no one-time codes; `talaia account totp` sets them up"), x.name);
    ok = ok && make_recovery(d, &tx, &x, &made, e);
    if (!finish(d, &tx, ok, "account-recovery", x.name, e))
        return false;
    *ret = made;
    return true;
}

bool account_totp_off(struct desk *d, const char *name, struct err *e)
{
    struct tx tx;
    struct account x;
    if (!open_account(d, &tx, name, &x, e))
        return false;
    bool ok = x.totp[0] != '\0' ||
              err_set(e, ERR_STATE, N_("%s has no one-time codes; `talaia account totp` sets them up"), x.name);
    ok = ok && account_set_totp(&tx, x.id, "", e);
    return finish(d, &tx, ok, "account-totp", arena_printf(&d->arena, "%s: off", x.name), e);
}

/* ------------------------------------------------------------------ tokens */

bool account_token(struct desk *d, const char *name, const char *label, enum scope scope, day_t until,
                   const char **ret_token, struct err *e)
{
    struct tx tx;
    struct account x;
    const char *clean = text_clean(&d->arena, str_of(label), false);
    if (!str_utf8_valid(str_of(label)) || clean[0] == '\0' || str_utf8_count(str_of(clean)) > LIMIT_TOKEN_LABEL_CHARS)
        return err_set(e, ERR_VALUE, N_("a token's name has 1 to %d characters"), LIMIT_TOKEN_LABEL_CHARS);
    if (until != DAY_NONE && until < d->by.day)
        return err_set(e, ERR_VALUE, N_("the token's last day is in the past"));
    if (!open_account(d, &tx, name, &x, e))
        return false;
    char secret[SECRET_TEXT_BYTES], hash[SECRET_HASH_BYTES];
    secret_make(secret);
    const char *token = arena_printf(&d->arena, "tal_%s", secret);
    secret_hash(token, hash);
    sodium_memzero(secret, sizeof secret);
    bool ok = token_add(&tx, &d->by, x.id, clean, hash, scope, until, e);
    const char *detail = arena_printf(&d->arena, "%s: %s (%s)", x.name, clean, scope_code(scope));
    if (!finish(d, &tx, ok, "token-add", detail, e))
        return false;
    *ret_token = token;
    return true;
}

bool account_token_revoke(struct desk *d, const char *name, const char *label, struct err *e)
{
    struct tx tx;
    struct account x;
    bool found = false;
    if (!open_account(d, &tx, name, &x, e))
        return false;
    bool ok = token_revoke(&tx, &d->by, x.id, label, &found, e);
    if (ok && !found)
        ok = err_set(e, ERR_UNKNOWN, N_("%s has no token \"%s\""), x.name, label);
    return finish(d, &tx, ok, "token-revoke", arena_printf(&d->arena, "%s: %s", x.name, label), e);
}

bool account_list(struct desk *d, struct account **ret, size_t *ret_count, struct token_record **ret_tokens,
                  size_t *ret_token_count, struct err *e)
{
    struct tx tx;
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = accounts_load(&tx, &d->arena, ret, ret_count, e) &&
              tokens_load(&tx, &d->arena, 0, ret_tokens, ret_token_count, e);
    tx_rollback(&tx);
    return ok;
}

bool account_look(struct desk *d, int64_t id, const char *name, struct account_whole *ret, struct err *e)
{
    struct tx tx;
    struct account_whole w = {0};
    bool found = false;
    instant_t idle = d->by.at - config_int(d->config, KEY_WEB_IDLE_HOURS) * 3600 * INSTANT_PER_SECOND;
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = id > 0 ? account_get(&tx, &d->arena, id, &w.account, &found, e)
                     : account_find(&tx, &d->arena, name, &w.account, &found, e);
    if (ok && !found)
        ok = err_set(e, ERR_UNKNOWN, N_("there is no such account"));
    ok = ok && tokens_load(&tx, &d->arena, w.account.id, &w.tokens, &w.token_count, e) &&
         sessions_load(&tx, &d->arena, w.account.id, d->by.at, idle, &w.sessions, &w.session_count, e);
    tx_rollback(&tx);
    if (ok)
        *ret = w;
    return ok;
}
