/* Who is asking: by password and one-time code, by session, by token, or by the reverse proxy's word.
 *
 * A wrong name, a wrong password and a disabled account are told alike and take equally long. After a few wrong
 * attempts at an account or from an address one waits, longer each time; that is kept in the store, so that a restart
 * forgives nothing and every process knows it. Passwords are hashed one at a time (19 MiB each); one more may wait, the
 * others are told to come back.
 *
 * An account with a password comes in with that, also when a directory (LDAP) is configured; every other name is asked
 * of the directory, which says the role too: the account is made at the first login. One question at a time; a
 * directory that did not answer is left alone for LIMIT_DIRECTORY_REST_SECONDS. */
#ifndef TALAIA_FLOW_LOGIN_H
#define TALAIA_FLOW_LOGIN_H

#include "flow/account.h"

/* Somebody who is in. */
struct identity {
    int64_t account_id;
    const char *name;
    enum role role;
    enum scope scope;
    const char *csrf;    /* what a form of this session must carry; NULL for a token: it is no browser */
    const char *session; /* hash of the session, NULL when there is none */
    instant_t proved;    /* when the password was last given; INSTANT_NONE */
    bool once;           /* came in with a first password: chooses another one before anything else */
};
bool identity_may(const struct identity *who, enum permission p); /* NULL: nobody */

struct login_guard;
struct login_guard *login_guard_new(void);
void login_guard_free(struct login_guard *g); /* NULL is fine */

enum login_result {
    LOGIN_IN,
    LOGIN_WRONG,
    LOGIN_CODE,      /* right so far: the one-time code is missing */
    LOGIN_WAIT,      /* too many wrong attempts */
    LOGIN_BUSY,      /* too many log in at this moment */
    LOGIN_LATE,      /* right, but a first password whose time is over */
    LOGIN_NO_ROLE,   /* right, and in no group of the directory that gives a role */
    LOGIN_DIRECTORY, /* the directory cannot be asked: `why` */
};
struct login {
    const char *name, *password;
    const char *half;    /* instead of both: what LOGIN_CODE gave */
    const char *code;    /* "" when none is given */
    const char *address; /* of the person */
};
struct login_done {
    enum login_result result;
    int wait_seconds;   /* LOGIN_WAIT */
    const char *half;   /* LOGIN_CODE: to be given back with the code, within minutes */
    const char *secret; /* LOGIN_IN: for the cookie */
    const char *why;    /* LOGIN_DIRECTORY: for the log; people are told less */
    const char *name;
};
/* False only when the desk itself fails. In the desk's arena. */
bool login_try(struct desk *d, struct login_guard *g, const struct login *l, struct login_done *ret, struct err *e);

/* Whether the password is that of the account, with the same waits: asked again before something that matters. */
bool login_confirm(struct desk *d, struct login_guard *g, const struct login *l, bool *ret_right, struct err *e);
/* The same for a session, which then counts as proved for LIMIT_PROVED_SECONDS. */
bool login_prove(struct desk *d, struct login_guard *g, const struct login *l, const struct identity *who,
                 bool *ret_right, struct err *e);

/* What a page gives away and takes back within minutes, so that nothing needs to be kept: sealed with a key of this
 * process. NULL when it is not ours or too old. In the arena. */
const char *seal_make(struct arena *a, struct login_guard *g, const char *text, instant_t now);
const char *seal_read(struct arena *a, struct login_guard *g, const char *sealed, instant_t now);

/* *ret_found false: the session has ended, or never was. */
bool login_by_session(struct desk *d, const char *secret, struct identity *ret, bool *ret_found, struct err *e);
/* "Bearer tal_…" without "Bearer ". */
bool login_by_token(struct desk *d, const char *token, struct identity *ret, bool *ret_found, struct err *e);
/* The name that the reverse proxy vouches for; the caller has checked where it comes from and the secret. */
bool login_by_proxy(struct desk *d, const char *name, const char *proxy_secret, struct identity *ret, bool *ret_found,
                    struct err *e);
bool logout(struct desk *d, const struct identity *who, struct err *e);

/* In a time that does not depend on where they differ. */
bool secret_same(const char *a, const char *b);

#endif
