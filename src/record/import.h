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

bool import_find(struct tx *tx, struct arena *a, int64_t id, struct import_info *ret, bool *ret_found, struct err *e);

/* What it told row by row (flow/import.h), in the order in which it did. */
struct import_told {
    const char *event, *sheet, *body, *text;
    int64_t row; /* 0: about no row */
};
bool import_tell(struct tx *tx, int64_t id, int64_t place, const struct import_told *x, struct err *e);
bool import_told(struct tx *tx, struct arena *a, int64_t id, struct import_told **ret, size_t *ret_count,
                 struct err *e);

/* What an import of the registry did to a body. */
enum import_field {
    IMPORT_NAME,
    IMPORT_ENDPOINT,
    IMPORT_CDS,
    IMPORT_CDA, /* days as ISO text, "" without one */
    IMPORT_PROVINCE,
    IMPORT_MUNICIPALITY,
    IMPORT_INE10,
    IMPORT_PLATFORM, /* its number */
    IMPORT_FIELD_COUNT
};
enum import_deed { IMPORT_DID_ADD, IMPORT_DID_CHANGE, IMPORT_DID_RETURN, IMPORT_DID_LOSE };
struct import_difference {
    int64_t body_id;
    enum import_deed deed;
    const char *before[IMPORT_FIELD_COUNT]; /* NULLs when it is new */
    const char *now[IMPORT_FIELD_COUNT];
};
/* Gone, then changed and back, then new; the first `most`. None for imports of other kinds. */
bool import_differences(struct tx *tx, struct arena *a, int64_t id, size_t most, struct import_difference **ret,
                        size_t *ret_count, struct err *e);

#endif
