/* Texts of the profile that were written at the desk, version by version. */
#ifndef TALAIA_RECORD_TEXT_VERSION_H
#define TALAIA_RECORD_TEXT_VERSION_H

#include "base/mem.h"
#include "record/by.h"
#include "store/store.h"

struct text_version {
    int64_t id;
    const char *name; /* "warning-single" */
    enum lang lang;
    const char *text; /* NULL: the profile's file again */
    const char *reason, *who;
    day_t day;
    instant_t at;
};

/* `expect`: the id of the version that the person saw (0: the file, none was kept); ERR_STATE when somebody wrote
 * another meanwhile. -1: whatever is there. */
bool text_version_add(struct tx *tx, const struct by *by, const struct text_version *v, int64_t expect, int64_t *ret_id,
                      struct err *e);
/* The newest id of all, 0 when there is none: whether anything has changed. */
bool text_version_mark(struct tx *tx, int64_t *ret, struct err *e);
/* The newest version of each name and language. */
bool text_versions_load(struct tx *tx, struct arena *a, struct text_version **ret, size_t *ret_count, struct err *e);
/* All of one, newest first, the last `most`. */
bool text_version_history(struct tx *tx, struct arena *a, const char *name, enum lang lang, size_t most,
                          struct text_version **ret, size_t *ret_count, struct err *e);

#endif
