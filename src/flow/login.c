#include "flow/login.h"

#include <inttypes.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>

#include "core/login_rule.h"
#include "pki/totp.h"
#include "record/audit.h"
#include "record/session.h"

bool identity_may(const struct identity *who, enum permission p)
{
    return p == PERMISSION_NONE || (who != NULL && role_may(who->role, p) && scope_may(who->scope, p));
}

bool secret_same(const char *a, const char *b)
{
    unsigned char one[crypto_generichash_BYTES], other[crypto_generichash_BYTES];
    crypto_generichash(one, sizeof one, (const unsigned char *)a, strlen(a), NULL, 0);
    crypto_generichash(other, sizeof other, (const unsigned char *)b, strlen(b), NULL, 0);
    return sodium_memcmp(one, other, sizeof one) == 0;
}

/* ------------------------------------------------------------------ wrong attempts */

struct attempts {
    unsigned char key[16]; /* hash of "a" + address or "n" + name */
    int failures;
    instant_t last;
};

struct login_guard {
    pthread_mutex_t lock;    /* of all below */
    pthread_mutex_t hashing; /* one password at a time */
    int waiting;
    struct attempts table[LIMIT_LOGIN_REMEMBERED];
    size_t count;
    unsigned char key[crypto_auth_KEYBYTES]; /* of `half` */
    char *dummy;                             /* a hash that no password fits: equally slow */
};

struct login_guard *login_guard_new(void)
{
    struct login_guard *g = mem_alloc(1, sizeof *g);
    pthread_mutex_init(&g->lock, NULL);
    pthread_mutex_init(&g->hashing, NULL);
    randombytes_buf(g->key, sizeof g->key);
    return g;
}

void login_guard_free(struct login_guard *g)
{
    if (g == NULL)
        return;
    sodium_memzero(g->key, sizeof g->key);
    mem_free(g->dummy);
    mem_free(g);
}

static void attempts_key(unsigned char out[16], char kind, const char *text)
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, 16);
    crypto_generichash_update(&state, (const unsigned char *)&kind, 1);
    crypto_generichash_update(&state, (const unsigned char *)text, strlen(text));
    crypto_generichash_final(&state, out, 16);
}

/* Under the lock. NULL when there have been no wrong ones and `make` is false; the oldest gives way when it is full. */
static struct attempts *attempts_of(struct login_guard *g, char kind, const char *text, bool make)
{
    unsigned char key[16];
    attempts_key(key, kind, text);
    size_t oldest = 0;
    for (size_t i = 0; i < g->count; i++) {
        if (memcmp(g->table[i].key, key, sizeof key) == 0)
            return &g->table[i];
        if (g->table[i].last < g->table[oldest].last)
            oldest = i;
    }
    if (!make)
        return NULL;
    struct attempts *x = &g->table[g->count < LIMIT_LOGIN_REMEMBERED ? g->count++ : oldest];
    *x = (struct attempts){0};
    memcpy(x->key, key, sizeof key);
    return x;
}

static int wait_of(const struct attempts *x, int free, instant_t now)
{
    if (x == NULL)
        return 0;
    int64_t passed = (now - x->last) / INSTANT_PER_SECOND, wait = login_wait_seconds(x->failures, free);
    return passed < 0 || passed >= wait ? 0 : (int)(wait - passed);
}

static int must_wait(struct login_guard *g, const char *name, const char *address, instant_t now)
{
    pthread_mutex_lock(&g->lock);
    int one = wait_of(attempts_of(g, 'n', name, false), LIMIT_LOGIN_FREE_ACCOUNT, now);
    int other = wait_of(attempts_of(g, 'a', address, false), LIMIT_LOGIN_FREE_ADDRESS, now);
    pthread_mutex_unlock(&g->lock);
    return one > other ? one : other;
}

static void note_result(struct login_guard *g, const char *name, const char *address, bool good, instant_t now)
{
    pthread_mutex_lock(&g->lock);
    struct attempts *both[] = {attempts_of(g, 'n', name, true), attempts_of(g, 'a', address, true)};
    for (int i = 0; i < 2; i++) {
        int64_t quiet = (now - both[i]->last) / INSTANT_PER_SECOND;
        /* A right password forgives the account; an address that tries many accounts is forgiven by time alone. */
        if ((good && i == 0) || quiet > 4 * LIMIT_LOGIN_WAIT_SECONDS)
            both[i]->failures = 0;
        if (!good) {
            both[i]->failures++;
            both[i]->last = now;
        }
    }
    pthread_mutex_unlock(&g->lock);
}

/* ------------------------------------------------------------------ passwords */

/* False: too many are at it. */
static bool check_password(struct login_guard *g, const char *hash, const char *password, bool *ret_fits)
{
    pthread_mutex_lock(&g->lock);
    bool room = g->waiting < 2;
    g->waiting += room;
    pthread_mutex_unlock(&g->lock);
    if (!room)
        return false;
    pthread_mutex_lock(&g->hashing);
    if (g->dummy == NULL) {
        struct arena scratch = {0};
        struct err ignored = {0};
        char secret[SECRET_TEXT_BYTES];
        secret_make(secret);
        const char *made = password_hash(&scratch, secret, &ignored);
        g->dummy = mem_dup_text(made == NULL ? "" : made);
        arena_release(&scratch);
    }
    bool known = hash[0] != '\0';
    bool fits = strlen(password) <= LIMIT_PASSWORD_BYTES && password_fits(known ? hash : g->dummy, password);
    *ret_fits = fits && known;
    pthread_mutex_unlock(&g->hashing);
    pthread_mutex_lock(&g->lock);
    g->waiting--;
    pthread_mutex_unlock(&g->lock);
    return true;
}

/* ------------------------------------------------------------------ the half way between password and code */

enum { HALF_SECONDS = 300 };

static const char *half_make(struct arena *a, struct login_guard *g, const char *name, instant_t now)
{
    unsigned char mac[crypto_auth_BYTES];
    char hex[crypto_auth_BYTES * 2 + 1];
    const char *text = arena_printf(a, "%" PRId64 ":%s", now / INSTANT_PER_SECOND + HALF_SECONDS, name);
    crypto_auth(mac, (const unsigned char *)text, strlen(text), g->key);
    return arena_printf(a, "%s:%s", sodium_bin2hex(hex, sizeof hex, mac, sizeof mac), text);
}

/* The account's name, NULL when it is not ours or too old. */
static const char *half_read(struct arena *a, struct login_guard *g, const char *half, instant_t now)
{
    unsigned char mac[crypto_auth_BYTES];
    struct str rest = str_of(half), hex, until;
    size_t n = 0;
    int64_t seconds;
    if (!str_split(&rest, ':', &hex) || rest.p == NULL ||
        sodium_hex2bin(mac, sizeof mac, hex.p, hex.n, NULL, &n, NULL) != 0 || n != sizeof mac ||
        crypto_auth_verify(mac, (const unsigned char *)rest.p, rest.n, g->key) != 0 || !str_split(&rest, ':', &until) ||
        rest.p == NULL || !str_to_int64(until, 0, INT64_MAX, &seconds) || seconds < now / INSTANT_PER_SECOND)
        return NULL;
    return arena_text(a, rest);
}

/* ------------------------------------------------------------------ logging in */

static bool load_account(struct desk *d, const char *name, struct account *ret, bool *ret_found, struct err *e)
{
    struct tx tx;
    *ret_found = false;
    if (!account_name_valid(name))
        return true;
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = account_find(&tx, &d->arena, name, ret, ret_found, e);
    tx_rollback(&tx);
    *ret_found = *ret_found && ret->disabled == INSTANT_NONE;
    return ok;
}

/* A code of the telephone, or one of the recovery codes; each counts once. */
static bool use_code(struct desk *d, struct tx *tx, const struct account *x, const char *code, bool *ret_good,
                     struct err *e)
{
    unsigned char key[TOTP_KEY_BYTES];
    int64_t step;
    char hash[SECRET_HASH_BYTES];
    *ret_good = false;
    if (totp_key_read(x->totp, key) && totp_check(key, code, d->by.at, x->totp_step, &step))
        return account_use_totp(tx, x->id, step, ret_good, e);
    secret_hash(code, hash);
    return recovery_use(tx, x->id, hash, ret_good, e);
}

static bool open_session(struct desk *d, const struct account *x, const struct login *l, struct login_done *ret,
                         struct err *e)
{
    struct tx tx = {0};
    char hash[SECRET_HASH_BYTES], *secret = arena_alloc(&d->arena, SECRET_TEXT_BYTES, 1);
    bool good = true;
    secret_make(secret);
    secret_hash(secret, hash);
    instant_t until = d->by.at + config_int(d->config, KEY_WEB_SESSION_HOURS) * 3600 * INSTANT_PER_SECOND;
    struct by by = {.who = x->name, .day = d->by.day, .at = d->by.at};
    bool ok = tx_begin(d->store, TX_WRITE, &tx, e) && (x->totp[0] == '\0' || use_code(d, &tx, x, l->code, &good, e));
    if (ok && !good) {
        tx_rollback(&tx);
        ret->result = LOGIN_WRONG;
        return true;
    }
    ok = ok && session_add(&tx, hash, x->id, d->by.at, until, l->address, e) &&
         session_sweep(&tx, x->id, d->by.at, LIMIT_SESSIONS, e) && audit_add(&tx, &by, "login", 0, l->address, e) &&
         tx_commit(&tx, e);
    tx_rollback(&tx);
    *ret = (struct login_done){.result = LOGIN_IN, .secret = secret, .name = x->name};
    return ok;
}

bool login_try(struct desk *d, struct login_guard *g, const struct login *l, struct login_done *ret, struct err *e)
{
    instant_t now = d->by.at;
    const char *name = l->half == NULL ? l->name : half_read(&d->arena, g, l->half, now);
    struct account x = {.password = "", .totp = ""};
    bool found = false, fits = l->half != NULL && name != NULL;
    *ret = (struct login_done){.result = LOGIN_WRONG};
    if (name == NULL) /* the half way is too old: begin again */
        return true;
    ret->wait_seconds = must_wait(g, name, l->address, now);
    if (ret->wait_seconds > 0) {
        ret->result = LOGIN_WAIT;
        return true;
    }
    if (!load_account(d, name, &x, &found, e))
        return false;
    if (l->half == NULL && !check_password(g, found ? x.password : "", l->password, &fits)) {
        ret->result = LOGIN_BUSY;
        return true;
    }
    if (found && fits && x.totp[0] != '\0' && l->code[0] == '\0') {
        *ret = (struct login_done){.result = LOGIN_CODE, .half = half_make(&d->arena, g, x.name, now), .name = x.name};
        return true;
    }
    if (found && fits && !open_session(d, &x, l, ret, e))
        return false;
    note_result(g, name, l->address, ret->result == LOGIN_IN, now);
    if (ret->result == LOGIN_WRONG && l->half != NULL && fits && found) /* the code was wrong: it may be typed again */
        ret->half = half_make(&d->arena, g, x.name, now);
    return true;
}

bool login_confirm(struct desk *d, struct login_guard *g, const struct login *l, bool *ret_right, struct err *e)
{
    struct account x = {.password = ""};
    bool found = false;
    *ret_right = false;
    if (must_wait(g, l->name, l->address, d->by.at) > 0)
        return true;
    if (!load_account(d, l->name, &x, &found, e))
        return false;
    if (check_password(g, found ? x.password : "", l->password, ret_right))
        note_result(g, l->name, l->address, *ret_right, d->by.at);
    return true;
}

/* ------------------------------------------------------------------ each request */

/* What a form carries: a hash of the session's own secret, so that nothing needs to be kept. */
static const char *csrf_of(struct arena *a, const char *secret)
{
    unsigned char hash[32];
    char *out = arena_alloc(a, SECRET_TEXT_BYTES, 1);
    static const unsigned char purpose[] = "talaia form token";
    crypto_generichash(hash, sizeof hash, (const unsigned char *)secret, strlen(secret), purpose, sizeof purpose - 1);
    sodium_bin2base64(out, SECRET_TEXT_BYTES, hash, sizeof hash, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return out;
}

bool login_by_session(struct desk *d, const char *secret, struct identity *ret, bool *ret_found, struct err *e)
{
    struct tx tx = {0};
    struct session_record s;
    char hash[SECRET_HASH_BYTES];
    *ret_found = false;
    if (strlen(secret) != SECRET_TEXT_BYTES - 1)
        return true;
    secret_hash(secret, hash);
    instant_t idle = d->by.at - config_int(d->config, KEY_WEB_IDLE_HOURS) * 3600 * INSTANT_PER_SECOND;
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = session_find(&tx, &d->arena, hash, d->by.at, idle, &s, ret_found, e);
    tx_rollback(&tx);
    if (!ok || !*ret_found)
        return ok;
    *ret = (struct identity){.account_id = s.account_id,
                             .name = s.name,
                             .role = s.role,
                             .scope = SCOPE_WRITE,
                             .csrf = csrf_of(&d->arena, secret),
                             .session = arena_strdup(&d->arena, hash)};
    /* Once a minute is enough, and a busy store is no reason to refuse a page. */
    if (d->by.at - s.seen >= 60 * INSTANT_PER_SECOND) {
        struct err ignored = {0};
        if (tx_begin(d->store, TX_WRITE, &tx, &ignored) && session_touch(&tx, hash, d->by.at, &ignored))
            (void)!tx_commit(&tx, &ignored);
        tx_rollback(&tx);
    }
    return true;
}

bool login_by_token(struct desk *d, const char *token, struct identity *ret, bool *ret_found, struct err *e)
{
    struct tx tx = {0};
    struct token_record t;
    char hash[SECRET_HASH_BYTES];
    secret_hash(token, hash);
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = token_find(&tx, &d->arena, hash, d->by.day, &t, ret_found, e);
    tx_rollback(&tx);
    if (ok && *ret_found)
        *ret = (struct identity){.account_id = t.account_id, .name = t.account, .role = t.role, .scope = t.scope};
    return ok;
}

bool login_by_proxy(struct desk *d, const char *name, const char *proxy_secret, struct identity *ret, bool *ret_found,
                    struct err *e)
{
    struct account x;
    if (!load_account(d, name, &x, ret_found, e))
        return false;
    if (*ret_found)
        *ret = (struct identity){.account_id = x.id,
                                 .name = x.name,
                                 .role = x.role,
                                 .scope = SCOPE_WRITE,
                                 .csrf = csrf_of(&d->arena, arena_printf(&d->arena, "%s:%s", x.name, proxy_secret))};
    return true;
}

bool logout(struct desk *d, const struct identity *who, struct err *e)
{
    struct tx tx = {0};
    if (who->session == NULL)
        return true;
    bool ok = tx_begin(d->store, TX_WRITE, &tx, e) && session_end(&tx, who->session, e) &&
              audit_add(&tx, &d->by, "logout", 0, "", e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
}
