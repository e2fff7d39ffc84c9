/* Sessions of people in the browser, by the hash of what the browser holds. */
#ifndef TALAIA_RECORD_SESSION_H
#define TALAIA_RECORD_SESSION_H

#include "base/mem.h"
#include "record/account.h"

struct session_record {
    const char *hash;
    int64_t account_id;
    const char *name;
    enum role role;
    instant_t at, seen, until;
    instant_t proved; /* when the password was last given */
    bool once;        /* the account has a first password that must be changed */
    const char *address;
};

bool session_add(struct tx *tx, const char *hash, int64_t account_id, instant_t now, instant_t until,
                 const char *address, struct err *e);
/* Not found when it has ended, was idle since before `idle_since`, or its account is disabled. */
bool session_find(struct tx *tx, struct arena *a, const char *hash, instant_t now, instant_t idle_since,
                  struct session_record *ret, bool *ret_found, struct err *e);
/* Those of an account that have not ended, the newest first; in the arena. */
bool sessions_load(struct tx *tx, struct arena *a, int64_t account_id, instant_t now, instant_t idle_since,
                   struct session_record **ret, size_t *ret_count, struct err *e);
/* The password was given again. */
bool session_prove(struct tx *tx, const char *hash, instant_t now, struct err *e);
bool session_touch(struct tx *tx, const char *hash, instant_t now, struct err *e);
bool session_end(struct tx *tx, const char *hash, struct err *e);
/* One of an account's own. */
bool session_end_one(struct tx *tx, int64_t account_id, const char *hash, bool *ret_found, struct err *e);
/* All of an account but `keep` ("" keeps none). */
bool session_end_all(struct tx *tx, int64_t account_id, const char *keep, struct err *e);
/* Forgets those that have ended, and of the account all but its newest `most`. */
bool session_sweep(struct tx *tx, int64_t account_id, instant_t now, size_t most, struct err *e);

#endif
