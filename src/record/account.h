/* Accounts: who works at the desk, in which role, and what lets them in. Never deleted: the audit trail names them. */
#ifndef TALAIA_RECORD_ACCOUNT_H
#define TALAIA_RECORD_ACCOUNT_H

#include "base/mem.h"
#include "core/permission.h"
#include "record/by.h"
#include "store/store.h"

struct account {
    int64_t id;
    const char *name;
    enum role role;
    const char *password; /* Argon2id, "" when none: never shown */
    const char *totp;     /* base32 key, "" when none: never shown */
    int64_t totp_step;
    instant_t at, disabled; /* disabled: INSTANT_NONE */
    int64_t recovery_codes; /* not yet used */
    instant_t seen;         /* the last time a session of it did something; INSTANT_NONE */
    instant_t once_until;   /* the password was made for the first login and works until then; INSTANT_NONE */
    bool directory;         /* comes in through the directory, which says the role */
};

bool account_insert(struct tx *tx, const struct by *by, const char *name, enum role role, const char *password,
                    int64_t *ret_id, struct err *e);
/* *ret_found false: there is none of that name. Texts in the arena. */
bool account_find(struct tx *tx, struct arena *a, const char *name, struct account *ret, bool *ret_found,
                  struct err *e);
bool account_get(struct tx *tx, struct arena *a, int64_t id, struct account *ret, bool *ret_found, struct err *e);
/* By name. */
bool accounts_load(struct tx *tx, struct arena *a, struct account **ret, size_t *ret_count, struct err *e);

bool account_set_role(struct tx *tx, int64_t id, enum role role, struct err *e);
/* `once_until` as above. */
bool account_set_password(struct tx *tx, int64_t id, const char *password, instant_t once_until, struct err *e);
bool account_set_directory(struct tx *tx, int64_t id, struct err *e);
bool account_set_disabled(struct tx *tx, int64_t id, instant_t disabled, struct err *e);
/* A new key forgets the recovery codes of the old one; "" turns it off. */
bool account_set_totp(struct tx *tx, int64_t id, const char *key, struct err *e);
/* *ret_new false: that step or a later one was used already, by somebody quicker. */
bool account_use_totp(struct tx *tx, int64_t id, int64_t step, bool *ret_new, struct err *e);

bool recovery_forget(struct tx *tx, int64_t account_id, struct err *e);
bool recovery_add(struct tx *tx, int64_t account_id, const char *hash, struct err *e);
bool recovery_use(struct tx *tx, int64_t account_id, const char *hash, bool *ret_found, struct err *e);

#endif
