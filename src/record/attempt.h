/* Wrong attempts at logging in, by a hash of the account's name or of the address: what people typed is not kept. */
#ifndef TALAIA_RECORD_ATTEMPT_H
#define TALAIA_RECORD_ATTEMPT_H

#include "store/store.h"

/* *ret_failures 0 and *ret_last INSTANT_NONE when there are none. */
bool attempt_get(struct tx *tx, const char *key, int64_t *ret_failures, instant_t *ret_last, struct err *e);
bool attempt_set(struct tx *tx, const char *key, int64_t failures, instant_t last, struct err *e);
bool attempt_forget(struct tx *tx, const char *key, struct err *e);
/* Forgets those whose last one was before `old`, and of the others all but `most`: those with many wrong ones stay, so
 * that nobody makes room for another try by inventing names. */
bool attempts_sweep(struct tx *tx, instant_t old, size_t most, struct err *e);

#endif
