/* The audit trail: every change made by a person, append-only, each line carrying the hash of the one before.
 *
 * Called last in a transaction: it takes the lock of the trail, which is held until the end. */
#ifndef TALAIA_RECORD_AUDIT_H
#define TALAIA_RECORD_AUDIT_H

#include "base/mem.h"
#include "record/by.h"
#include "store/store.h"

/* `what` is a stable word such as "outage-open"; `body_id` 0 when it concerns none; `detail` in plain words. */
bool audit_add(struct tx *tx, const struct by *by, const char *what, int64_t body_id, const char *detail, struct err *e)
    __attribute__((warn_unused_result));

struct audit_line {
    int64_t id;
    instant_t at;
    const char *who, *what, *detail;
    int64_t body_id;
};
struct audit_lines {
    const struct audit_line *items;
    size_t count;
};
struct audit_filter {
    const char *who;       /* "" anybody */
    const char *what;      /* "" anything */
    const char *text;      /* found in the detail, case does not count for letters of ASCII; "" any */
    instant_t from, until; /* from ≤ at < until; INSTANT_NONE: open */
};
/* Those that the filter lets through, newest first, at most `most`; in the arena. */
bool audit_find(struct tx *tx, struct arena *a, const struct audit_filter *f, size_t most, struct audit_lines *ret,
                struct err *e);
/* The names and the words that occur, in their order; in the arena. */
bool audit_kinds(struct tx *tx, struct arena *a, const char ***ret_who, size_t *ret_who_count, const char ***ret_what,
                 size_t *ret_what_count, struct err *e);
/* The last `most` lines, newest first; in the arena. */
bool audit_load(struct tx *tx, struct arena *a, size_t most, struct audit_lines *ret, struct err *e);

/* Recomputes every hash. *ret_lines = lines read; a broken chain is an error that names the line. */
bool audit_verify(struct tx *tx, int64_t *ret_lines, struct err *e);

#endif
