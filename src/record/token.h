/* Tokens: programs that call the API in an account's name, by the hash of what they send. */
#ifndef TALAIA_RECORD_TOKEN_H
#define TALAIA_RECORD_TOKEN_H

#include "base/mem.h"
#include "record/account.h"

struct token_record {
    int64_t id, account_id;
    const char *account; /* its name */
    enum role role;
    const char *label;
    enum scope scope;
    instant_t at;
    day_t until;       /* its last day, DAY_NONE: none */
    instant_t revoked; /* INSTANT_NONE */
    instant_t used;    /* the last time, to the minute; INSTANT_NONE */
};

/* ERR_STATE when the account has one of that label that is not revoked. */
bool token_add(struct tx *tx, const struct by *by, int64_t account_id, const char *label, const char *hash,
               enum scope scope, day_t until, struct err *e);
bool token_revoke(struct tx *tx, const struct by *by, int64_t account_id, const char *label, bool *ret_found,
                  struct err *e);
/* Not found when revoked, past its last day, or its account is disabled. */
bool token_find(struct tx *tx, struct arena *a, const char *hash, day_t today, struct token_record *ret,
                bool *ret_found, struct err *e);
bool token_touch(struct tx *tx, int64_t id, instant_t now, struct err *e);
/* Those not revoked; of one account, or of all (0). By account, then label. */
bool tokens_load(struct tx *tx, struct arena *a, int64_t account_id, struct token_record **ret, size_t *ret_count,
                 struct err *e);

#endif
