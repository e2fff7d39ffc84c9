/* "Date not verifiable": set and lifted by a person, with a reason (procedure A1). */
#ifndef TALAIA_RECORD_MARK_H
#define TALAIA_RECORD_MARK_H

#include "record/by.h"
#include "store/store.h"

/* ERR_STATE when it is marked already / not marked. */
bool mark_set(struct tx *tx, const struct by *by, int64_t body_id, const char *reason, struct err *e);
bool mark_lift(struct tx *tx, const struct by *by, int64_t body_id, const char *reason, struct err *e);

#endif
