/* Writes of programs that may be repeated (Idempotency-Key): each key of an account is carried out once, and a
 * repetition gets the answer that was given. Kept for LIMIT_IDEMPOTENCY_HOURS. */
#ifndef TALAIA_RECORD_IDEMPOTENCY_H
#define TALAIA_RECORD_IDEMPOTENCY_H

#include "base/mem.h"
#include "record/by.h"
#include "store/store.h"

struct idempotency {
    const char *request; /* hash of what was asked under this key */
    int status;          /* 0: begun, and no answer is kept: what became of it is not known */
    const char *answer, *etag;
};

/* *ret_new true: the key is taken and the caller carries it out; else *ret is what was kept. Forgets old ones. */
bool idempotency_begin(struct tx *tx, struct arena *a, const struct by *by, int64_t account_id, const char *key,
                       const char *request, bool *ret_new, struct idempotency *ret, struct err *e);
bool idempotency_end(struct tx *tx, int64_t account_id, const char *key, int status, const char *answer,
                     const char *etag, struct err *e);
/* Nothing was changed under that key: it is free again. */
bool idempotency_drop(struct tx *tx, int64_t account_id, const char *key, struct err *e);

#endif
