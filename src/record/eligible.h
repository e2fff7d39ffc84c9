/* The list of bodies and ABSS that may integrate with Hèstia (procedure B1), as of any day: each import of the list
 * ends the lines that it no longer has, and none is ever deleted. */
#ifndef TALAIA_RECORD_ELIGIBLE_H
#define TALAIA_RECORD_ELIGIBLE_H

#include "base/mem.h"
#include "record/by.h"
#include "store/store.h"

struct eligible {
    int64_t id;
    const char *name_key, *name;
    const char *ine10, *nif; /* "" when the list does not say it */
    const char *through;     /* the ABSS through which it must integrate; "" it may by itself */
    int64_t import_id;
    day_t since, until; /* until: DAY_NONE while it is in force */
    const char *source; /* the file */
};
/* In force on that day (since ≤ on < until); by name_key. In the arena. */
bool eligible_load(struct tx *tx, struct arena *a, day_t on, struct eligible **ret, size_t *ret_count, struct err *e);
/* Every line that ever was about that body (by name_key, or by INE10 when it is not ""), oldest first. */
bool eligible_history(struct tx *tx, struct arena *a, const char *name_key, const char *ine10, struct eligible **ret,
                      size_t *ret_count, struct err *e);
bool eligible_add(struct tx *tx, const struct eligible *x, struct err *e) __attribute__((warn_unused_result));
bool eligible_end(struct tx *tx, int64_t id, day_t day, int64_t import_id, struct err *e)
    __attribute__((warn_unused_result));

#endif
