/* Accounts: made, changed and closed, each in one transaction with its line in the audit trail. Passwords, keys and
 * tokens are kept as hashes (the key of one-time codes as it is: the server must compute with it), shown once, and
 * never in an error, a log or the trail. */
#ifndef TALAIA_FLOW_ACCOUNT_H
#define TALAIA_FLOW_ACCOUNT_H

#include "flow/desk.h"
#include "record/account.h"
#include "record/session.h"
#include "record/token.h"

/* Random bytes as text without padding (base64url), so many characters for 32 bytes, and its NUL. */
#define SECRET_TEXT_BYTES 44
#define SECRET_HASH_BYTES 65
void secret_make(char out[SECRET_TEXT_BYTES]);
/* The hash under which a session, token or recovery code is kept: SHA-256 in hexadecimal. Random secrets need no
 * slower one. */
void secret_hash(const char *secret, char out[SECRET_HASH_BYTES]);

/* Argon2id with 19 MiB (LIMIT_PASSWORD_MEMORY); in the arena. NULL with a reason. */
const char *password_hash(struct arena *a, const char *password, struct err *e);
bool password_fits(const char *hash, const char *password);
/* Four groups of letters and digits without look-alikes: 80 bits, for a first password. */
#define PASSWORD_MADE_BYTES 24
void password_make(char out[PASSWORD_MADE_BYTES]);

/* `password` NULL: none, the account comes in through the reverse proxy only. */
bool account_create(struct desk *d, const char *name, enum role role, const char *password, struct err *e);
/* With a password made here, shown once, that works for LIMIT_INVITATION_DAYS and must be changed at the first login.
 * In the desk's arena. */
bool account_invite(struct desk *d, const char *name, enum role role, const char **ret_password, struct err *e);
/* The same for somebody who has forgotten the password: sessions end. ERR_STATE for who comes in by the directory. */
bool account_reset(struct desk *d, const char *name, const char **ret_password, struct err *e);
bool account_role(struct desk *d, const char *name, enum role role, struct err *e);
/* A new password ends the account's sessions, but the one whose hash is `keep` (NULL: all). */
bool account_password(struct desk *d, const char *name, const char *password, const char *keep, struct err *e);
/* Ends its sessions: the one whose hash is `session`, or all (NULL) but the one whose hash is `keep` (NULL: none). */
bool account_logout(struct desk *d, const char *name, const char *session, const char *keep, struct err *e);
bool account_disable(struct desk *d, const char *name, bool disabled, struct err *e);

struct totp_made {
    const char *key, *url;                      /* base32; otpauth://… for a QR code */
    const char *recovery[LIMIT_RECOVERY_CODES]; /* shown once */
};
/* One-time codes from now on; a key that is there is replaced. In the desk's arena. */
bool account_totp(struct desk *d, const char *name, struct totp_made *ret, struct err *e);
/* The same in two steps, so that nobody is shut out by a telephone that did not take the key: a new key that is not
 * kept yet (`key` NULL; else its address again), and the key with a code that was computed from it. ERR_VALUE when the
 * code is not right. */
void account_totp_offer(struct desk *d, const char *name, const char *key, struct totp_made *ret);
bool account_totp_take(struct desk *d, const char *name, const char *key, const char *code, struct totp_made *ret,
                       struct err *e);
/* New recovery codes; the old ones no longer work. ERR_STATE without one-time codes. */
bool account_recovery(struct desk *d, const char *name, struct totp_made *ret, struct err *e);
bool account_totp_off(struct desk *d, const char *name, struct err *e);

/* *ret_token: what the program sends, shown once; in the desk's arena. */
bool account_token(struct desk *d, const char *name, const char *label, enum scope scope, day_t until,
                   const char **ret_token, struct err *e);
bool account_token_revoke(struct desk *d, const char *name, const char *label, struct err *e);

/* By name; everything in the desk's arena. */
bool account_list(struct desk *d, struct account **ret, size_t *ret_count, struct token_record **ret_tokens,
                  size_t *ret_token_count, struct err *e);

/* One account with what belongs to it; texts in the desk's arena. */
struct account_whole {
    struct account account;
    struct token_record *tokens;
    size_t token_count;
    struct session_record *sessions;
    size_t session_count;
};
/* By number, or by name when `id` is 0. ERR_UNKNOWN. */
bool account_look(struct desk *d, int64_t id, const char *name, struct account_whole *ret, struct err *e);

#endif
