/* Outages as they were opened and closed (procedure A4). What was done meanwhile are actions of the group outage. */
#ifndef TALAIA_RECORD_OUTAGE_H
#define TALAIA_RECORD_OUTAGE_H

#include "base/mem.h"
#include "core/outage.h"
#include "record/by.h"
#include "store/store.h"

/* One outage of a body is open at a time: ERR_STATE otherwise. `source` "" = a person. */
bool outage_open(struct tx *tx, const struct by *by, int64_t body_id, const char *error, day_t since,
                 const char *source, int64_t *ret_id, struct err *e);
/* ERR_STATE when none is open; ERR_VALUE when `closed` is before it began. */
bool outage_close(struct tx *tx, const struct by *by, int64_t body_id, const char *closing, day_t closed,
                  struct err *e);

/* An outage that an old workbook tells of: an outage of the body that began the same day is taken for the same one and
 * lasts at least until `closed`. *ret_new: it was not known. */
bool outage_from_history(struct tx *tx, const struct by *by, int64_t body_id, const char *error, day_t since,
                         day_t closed, const char *source, bool *ret_new, struct err *e);

/* Outages of one body (0: of all) that had begun by `on`; open ones only, or all. Oldest first. */
bool outages_load(struct tx *tx, struct arena *a, int64_t body_id, day_t on, bool open_only, struct outage **ret,
                  size_t *ret_count, struct err *e);

#endif
