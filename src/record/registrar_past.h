/* A registry of an earlier day, brought in later: years of saved query results become the bodies' past.
 *
 * The day of the import lies before that of the last registry import, so what is in force now does not change. A body
 * whose values were others on that day gets a version of that day, which lasts until the next import that is known; a
 * body that nobody knew gets into the store as one that has gone. Bodies that the old file does not have stay as they
 * are: an old file may well be a part. */
#ifndef TALAIA_RECORD_REGISTRAR_PAST_H
#define TALAIA_RECORD_REGISTRAR_PAST_H

#include "record/registrar.h"

/* The first registry import after `day`: *ret_id 0 when there is none, and then the import is an ordinary one. */
bool registry_next_import(struct tx *tx, day_t day, int64_t *ret_id, struct err *e);

/* One row of the old registry. `next_import` from registry_next_import. REGISTERED_NEW: nobody knew the body;
 * REGISTERED_CHANGED: it had other values that day; REGISTERED_SAME; REGISTERED_AMBIGUOUS. */
bool registrar_put_past(struct tx *tx, int64_t import_id, int64_t next_import, day_t day,
                        const struct registry_values *v, int64_t row, enum registered *ret, struct err *e);

#endif
