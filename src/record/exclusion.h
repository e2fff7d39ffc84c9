/* Who is left out of warnings and report by a person's word, or is in although the profile leaves it out. One word per
 * body is open; it ends by being lifted, or with its last day. */
#ifndef TALAIA_RECORD_EXCLUSION_H
#define TALAIA_RECORD_EXCLUSION_H

#include "base/mem.h"
#include "record/by.h"
#include "store/store.h"

struct exclusion_word {
    int64_t id, body_id;
    bool leaves_out;          /* false: it is in, whatever the profile says */
    const char *code;         /* a reason of the profile, or EXCLUSION_PERSON */
    const char *reason, *who; /* in the person's words */
    day_t until;              /* its last day; DAY_NONE: until it is lifted */
    day_t day;
    instant_t at;
    day_t lifted; /* no longer in force from that day on; DAY_NONE */
    const char *lifted_reason, *lifted_who;
};
#define EXCLUSION_PERSON "person" /* the code of a reason that is none of the profile's */

/* ERR_STATE when a word about the body is in force on by->day. */
bool exclusion_add(struct tx *tx, const struct by *by, const struct exclusion_word *x, int64_t *ret_id, struct err *e);
/* ERR_STATE when there is none. */
bool exclusion_lift(struct tx *tx, const struct by *by, int64_t body_id, const char *reason, struct err *e);

/* Those in force on that day, by body. */
bool exclusions_load(struct tx *tx, struct arena *a, day_t on, struct exclusion_word **ret, size_t *ret_count,
                     struct err *e);
/* All that were ever said of a body (0: of all), newest first, the last `most`. */
bool exclusions_history(struct tx *tx, struct arena *a, int64_t body_id, size_t most, struct exclusion_word **ret,
                        size_t *ret_count, struct err *e);

#endif
