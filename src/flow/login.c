#include "flow/login.h"

#include <inttypes.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>

#include "core/login_rule.h"
#include "flow/directory.h"
#include "pki/totp.h"
#include "record/attempt.h"
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

struct login_guard {
    pthread_mutex_t lock;    /* of `waiting` */
    pthread_mutex_t hashing; /* one password at a time */
    int waiting;
    pthread_mutex_t directory; /* one question at a time; of the two below */
    instant_t rests_until;     /* the directory did not answer */
    struct err rests_why;
    unsigned char key[crypto_auth_KEYBYTES]; /* of what is sealed */
    char *dummy;                             /* a hash that no password fits: equally slow */
};

struct login_guard *login_guard_new(void)
{
    struct login_guard *g = mem_alloc(1, sizeof *g);
    pthread_mutex_init(&g->lock, NULL);
    pthread_mutex_init(&g->hashing, NULL);
    pthread_mutex_init(&g->directory, NULL);
    g->rests_until = INSTANT_NONE;
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

enum { BY_NAME, BY_ADDRESS, BY_COUNT };
#define ATTEMPT_KEY_BYTES 33

/* A name that can be none of ours may be a password in the wrong field: it counts for the address alone. */
static void attempt_keys(const char *name, const char *address, char out[BY_COUNT][ATTEMPT_KEY_BYTES])
{
    const char *texts[BY_COUNT] = {name, address};
    for (int i = 0; i < BY_COUNT; i++) {
        unsigned char hash[16];
        crypto_generichash_state state;
        crypto_generichash_init(&state, NULL, 0, sizeof hash);
        crypto_generichash_update(&state, (const unsigned char *)(i == BY_NAME ? "n" : "a"), 1);
        crypto_generichash_update(&state, (const unsigned char *)texts[i], strlen(texts[i]));
        crypto_generichash_final(&state, hash, sizeof hash);
        sodium_bin2hex(out[i], ATTEMPT_KEY_BYTES, hash, sizeof hash);
    }
    if (!account_name_valid(name))
        out[BY_NAME][0] = '\0';
}

struct attempts {
    char keys[BY_COUNT][ATTEMPT_KEY_BYTES]; /* "" for none */
    int64_t failures[BY_COUNT];
    instant_t last[BY_COUNT];
};

static bool attempts_load(struct desk *d, const char *name, const char *address, struct attempts *ret, struct err *e)
{
    struct tx tx;
    attempt_keys(name, address, ret->keys);
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = true;
    for (int i = 0; ok && i < BY_COUNT; i++) {
        ret->failures[i] = 0;
        ret->last[i] = INSTANT_NONE;
        ok = ret->keys[i][0] == '\0' || attempt_get(&tx, ret->keys[i], &ret->failures[i], &ret->last[i], e);
    }
    tx_rollback(&tx);
    return ok;
}

/* *ret_seconds 0: at once. A clock that was set back makes nobody wait longer than the rule says. */
static bool must_wait(struct desk *d, const char *name, const char *address, int *ret_seconds, struct err *e)
{
    static const int free_ones[BY_COUNT] = {LIMIT_LOGIN_FREE_ACCOUNT, LIMIT_LOGIN_FREE_ADDRESS};
    struct attempts x;
    if (!attempts_load(d, name, address, &x, e))
        return false;
    *ret_seconds = 0;
    for (int i = 0; i < BY_COUNT; i++) {
        if (x.failures[i] == 0)
            continue;
        int wait = login_wait_seconds(x.failures[i] > 1000 ? 1000 : (int)x.failures[i], free_ones[i]);
        int64_t left = wait - (d->by.at - x.last[i]) / INSTANT_PER_SECOND;
        left = left > wait ? wait : left;
        *ret_seconds = left > *ret_seconds ? (int)left : *ret_seconds;
    }
    return true;
}

/* A right password forgives the account; an address that tries many accounts is forgiven by time alone. Written without
 * waiting for the disk: what a loss of power forgets is the last second. */
static bool note_result(struct desk *d, const char *name, const char *address, bool good, struct err *e)
{
    struct attempts x;
    struct tx tx = {0};
    instant_t old = d->by.at - (instant_t)4 * LIMIT_LOGIN_WAIT_SECONDS * INSTANT_PER_SECOND;
    if (!attempts_load(d, name, address, &x, e))
        return false;
    if (good && x.failures[BY_NAME] == 0)
        return true;
    bool ok = tx_begin(d->store, TX_WRITE_SOON, &tx, e);
    if (ok && good)
        ok = attempt_forget(&tx, x.keys[BY_NAME], e);
    for (int i = 0; ok && !good && i < BY_COUNT; i++) {
        if (x.keys[i][0] == '\0')
            continue;
        ok = attempt_get(&tx, x.keys[i], &x.failures[i], &x.last[i], e) &&
             attempt_set(&tx, x.keys[i], x.last[i] < old ? 1 : x.failures[i] + 1, d->by.at, e);
    }
    ok = ok && (good || attempts_sweep(&tx, old, LIMIT_LOGIN_REMEMBERED, e)) && tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
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

/* ------------------------------------------------------------------ what is sealed: also the half way between password
 * and code */

enum { SEAL_SECONDS = 300 };

const char *seal_make(struct arena *a, struct login_guard *g, const char *text, instant_t now)
{
    unsigned char mac[crypto_auth_BYTES];
    char hex[crypto_auth_BYTES * 2 + 1];
    const char *whole = arena_printf(a, "%" PRId64 ":%s", now / INSTANT_PER_SECOND + SEAL_SECONDS, text);
    crypto_auth(mac, (const unsigned char *)whole, strlen(whole), g->key);
    return arena_printf(a, "%s:%s", sodium_bin2hex(hex, sizeof hex, mac, sizeof mac), whole);
}

const char *seal_read(struct arena *a, struct login_guard *g, const char *sealed, instant_t now)
{
    unsigned char mac[crypto_auth_BYTES];
    struct str rest = str_of(sealed), hex, until;
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

/* The password was right, the code is still missing. */
static const char *half_make(struct desk *d, struct login_guard *g, const char *name)
{
    return seal_make(&d->arena, g, arena_printf(&d->arena, "half %s", name), d->by.at);
}

/* The account's name; NULL. */
static const char *half_read(struct desk *d, struct login_guard *g, const char *half)
{
    const char *text = seal_read(&d->arena, g, half, d->by.at);
    return text != NULL && strncmp(text, "half ", 5) == 0 ? text + 5 : NULL;
}

/* *ret_found: there is one and it is not disabled; *ret_exists (may be NULL): there is one. */
static bool load_account(struct desk *d, const char *name, struct account *ret, bool *ret_found, bool *ret_exists,
                         struct err *e)
{
    struct tx tx;
    *ret_found = false;
    if (ret_exists != NULL)
        *ret_exists = false;
    if (!account_name_valid(name))
        return true;
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = account_find(&tx, &d->arena, name, ret, ret_found, e);
    tx_rollback(&tx);
    if (ret_exists != NULL)
        *ret_exists = *ret_found;
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

/* ------------------------------------------------------------------ through the directory */

/* The account of somebody whom the directory takes, in the role that it says: made at the first login. */
static bool keep_account(struct desk *d, const char *name, enum role role, struct account *ret, struct err *e)
{
    struct tx tx = {0};
    struct by by = {.who = name, .day = d->by.day, .at = d->by.at};
    bool found = false, ok = tx_begin(d->store, TX_WRITE, &tx, e) && account_find(&tx, &d->arena, name, ret, &found, e);
    bool is_new = !found, change = is_new || ret->role != role || !ret->directory;
    int64_t id = found ? ret->id : 0;
    ok = ok && (found || account_insert(&tx, &by, name, role, "", &id, e)) &&
         (!change || (account_set_role(&tx, id, role, e) && account_set_directory(&tx, id, e) &&
                      audit_add(&tx, &by, is_new ? "account-add" : "account-role", 0,
                                arena_printf(&d->arena, "%s: %s (directory)", name, role_code(role)), e))) &&
         account_get(&tx, &d->arena, id, ret, &found, e) && (!change || tx_commit(&tx, e));
    tx_rollback(&tx);
    return ok;
}

/* False when it cannot be known: *ret says whether somebody else is being asked for, else `e` why. */
static bool ask_directory(struct desk *d, struct login_guard *g, const char *name, const char *password,
                          enum directory_answer *ret, enum role *ret_role, bool *ret_busy, struct err *e)
{
    *ret_busy = pthread_mutex_trylock(&g->directory) != 0;
    if (*ret_busy)
        return false;
    bool ok = false;
    if (d->by.at < g->rests_until) {
        *e = g->rests_why;
    } else if (!(ok = desk_directory_ask(d, name, password, ret, ret_role, e))) {
        g->rests_why = *e;
        if (e->code == ERR_NET)
            g->rests_until = clock_system().now + (instant_t)LIMIT_DIRECTORY_REST_SECONDS * INSTANT_PER_SECOND;
    }
    pthread_mutex_unlock(&g->directory);
    return ok;
}

/* Whether a name is one for the directory: it has no password here. */
static bool is_for_directory(const struct desk *d, const char *name, const struct account *x, bool exists, bool found)
{
    return desk_has_directory(d) && account_name_valid(name) && strcmp(name, "talaia") != 0 &&
           (!exists || (found && x->password[0] == '\0'));
}

/* *ret_fits: the person is who it says. When `ret` says anything but LOGIN_WRONG, that is the answer. */
static bool login_directory(struct desk *d, struct login_guard *g, const char *name, const char *password,
                            struct account *x, bool *ret_fits, struct login_done *ret, struct err *e)
{
    struct err why = {.lang = e->lang};
    enum directory_answer answer;
    enum role role;
    bool busy;
    *ret_fits = false;
    if (password[0] == '\0') /* refused before anybody is asked: a directory takes it as "nobody" */
        return true;
    if (!ask_directory(d, g, name, password, &answer, &role, &busy, &why)) {
        ret->result = busy ? LOGIN_BUSY : LOGIN_DIRECTORY;
        ret->why = arena_strdup(&d->arena, why.log);
        return true;
    }
    if (answer == DIRECTORY_NO_ROLE)
        ret->result = LOGIN_NO_ROLE;
    *ret_fits = answer == DIRECTORY_TAKEN;
    return !*ret_fits || keep_account(d, name, role, x, e);
}

bool login_try(struct desk *d, struct login_guard *g, const struct login *l, struct login_done *ret, struct err *e)
{
    const char *name = l->half == NULL ? l->name : half_read(d, g, l->half);
    struct account x = {.password = "", .totp = ""};
    bool found = false, exists = false, fits = l->half != NULL && name != NULL;
    *ret = (struct login_done){.result = LOGIN_WRONG};
    if (name == NULL) /* the half way is too old: begin again */
        return true;
    if (!must_wait(d, name, l->address, &ret->wait_seconds, e))
        return false;
    if (ret->wait_seconds > 0) {
        ret->result = LOGIN_WAIT;
        return true;
    }
    if (!load_account(d, name, &x, &found, &exists, e))
        return false;
    if (l->half == NULL && is_for_directory(d, name, &x, exists, found)) {
        if (!login_directory(d, g, name, l->password, &x, &fits, ret, e))
            return false;
        if (ret->result != LOGIN_WRONG)
            return true;
        found = fits;
    } else if (l->half == NULL && !check_password(g, found ? x.password : "", l->password, &fits)) {
        ret->result = LOGIN_BUSY;
        return true;
    }
    if (found && fits && x.once_until != INSTANT_NONE && d->by.at > x.once_until) {
        ret->result = LOGIN_LATE;
        return true;
    }
    if (found && fits && x.totp[0] != '\0' && l->code[0] == '\0') {
        *ret = (struct login_done){.result = LOGIN_CODE, .half = half_make(d, g, x.name), .name = x.name};
        return true;
    }
    if (found && fits && !open_session(d, &x, l, ret, e))
        return false;
    if (!note_result(d, name, l->address, ret->result == LOGIN_IN, e))
        return false;
    if (ret->result == LOGIN_WRONG && l->half != NULL && fits && found) /* the code was wrong: it may be typed again */
        ret->half = half_make(d, g, x.name);
    return true;
}

bool login_confirm(struct desk *d, struct login_guard *g, const struct login *l, bool *ret_right, struct err *e)
{
    struct account x = {.password = ""};
    bool found = false;
    *ret_right = false;
    int wait;
    if (!must_wait(d, l->name, l->address, &wait, e))
        return false;
    if (wait > 0)
        return true;
    if (!load_account(d, l->name, &x, &found, NULL, e))
        return false;
    if (found && is_for_directory(d, l->name, &x, true, true)) {
        enum directory_answer answer = DIRECTORY_WRONG;
        enum role role;
        bool busy;
        if (l->password[0] != '\0' && !ask_directory(d, g, l->name, l->password, &answer, &role, &busy, e))
            return busy ? err_set(e, ERR_STATE, N_("many people are logging in: try again in a moment")) : false;
        *ret_right = answer != DIRECTORY_WRONG;
        return note_result(d, l->name, l->address, *ret_right, e);
    }
    return !check_password(g, found ? x.password : "", l->password, ret_right) ||
           note_result(d, l->name, l->address, *ret_right, e);
}

bool login_prove(struct desk *d, struct login_guard *g, const struct login *l, const struct identity *who,
                 bool *ret_right, struct err *e)
{
    struct tx tx = {0};
    if (!login_confirm(d, g, l, ret_right, e))
        return false;
    if (!*ret_right || who->session == NULL)
        return true;
    bool ok =
        tx_begin(d->store, TX_WRITE_SOON, &tx, e) && session_prove(&tx, who->session, d->by.at, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
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
                             .scope = SCOPE_ACCOUNTS,
                             .csrf = csrf_of(&d->arena, secret),
                             .session = arena_strdup(&d->arena, hash),
                             .proved = s.proved,
                             .once = s.once};
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
    if (!ok || !*ret_found)
        return ok;
    *ret = (struct identity){
        .account_id = t.account_id, .name = t.account, .role = t.role, .scope = t.scope, .proved = INSTANT_NONE};
    if (t.used == INSTANT_NONE || d->by.at - t.used >= 60 * INSTANT_PER_SECOND) {
        struct err ignored = {0};
        if (tx_begin(d->store, TX_WRITE_SOON, &tx, &ignored) && token_touch(&tx, t.id, d->by.at, &ignored))
            (void)!tx_commit(&tx, &ignored);
        tx_rollback(&tx);
    }
    return true;
}

bool login_by_proxy(struct desk *d, const char *name, const char *proxy_secret, struct identity *ret, bool *ret_found,
                    struct err *e)
{
    struct account x;
    if (!load_account(d, name, &x, ret_found, NULL, e))
        return false;
    if (*ret_found)
        *ret = (struct identity){.account_id = x.id,
                                 .name = x.name,
                                 .role = x.role,
                                 .scope = SCOPE_ACCOUNTS,
                                 .proved = INSTANT_NONE,
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
