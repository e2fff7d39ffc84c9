/* Imports: what came in, from where, when, with which result. Everything the store knows of the registry points to one.
 */
#ifndef TALAIA_RECORD_IMPORT_H
#define TALAIA_RECORD_IMPORT_H

#include "base/mem.h"
#include "record/by.h"
#include "store/store.h"

struct import_counts {
    int64_t rows, added, changed, same, vanished, refused;
};

/* `kind`: "registry", "contacts", "bodies", "workbook" or "alerts"; `source` without secrets. */
bool import_add(struct tx *tx, const struct by *by, const char *kind, const char *source, int64_t *ret_id,
                struct err *e);
bool import_set_counts(struct tx *tx, int64_t id, const struct import_counts *counts, struct err *e);

/* The day of the first registry import, DAY_NONE when there is none. Days before it are read as if it had happened
 * then. */
bool import_first_registry_day(struct tx *tx, day_t *ret, struct err *e);

struct import_info {
    int64_t id;
    const char *kind, *source, *who;
    day_t day;
    instant_t at;
    struct import_counts counts;
};
/* The last `most`, newest first. */
bool import_load(struct tx *tx, struct arena *a, size_t most, struct import_info **ret, size_t *ret_count,
                 struct err *e);

#endif
