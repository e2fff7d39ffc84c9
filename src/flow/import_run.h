/* Private to the import files of this room: one import in flight. */
#ifndef TALAIA_FLOW_IMPORT_RUN_H
#define TALAIA_FLOW_IMPORT_RUN_H

#include <sodium.h>

#include "flow/import.h"
#include "record/body.h"
#include "record/registrar.h"
#include "registry/row.h"

struct import {
    struct desk *desk;
    const struct import_options *options;
    struct arena *arena; /* the summary's */
    struct tx *tx;
    struct table *table;
    struct row_scratch scratch;
    const char *source; /* shown name */
    VEC(struct import_part) parts;
    VEC(struct import_line) lines;
    struct import_part *part; /* being filled */
    /* The registry may stand on several sheets of a workbook: together they are one registry. */
    struct registrar *registrar;            /* from its first sheet on */
    int64_t registry_import, registry_next; /* this import; the next one known when this one is of an earlier day */
    size_t registry_part, registry_header;
    int64_t listed[IMPORT_EVENT_COUNT];
    size_t rows_since_progress;
    crypto_hash_sha256_state plan; /* of every event, listed or not */
    struct err *e;
};

/* Counts the event in the current part and lists it while there is room. `body` and `text` are copied. */
void import_note(struct import *im, enum import_event event, size_t row, const char *body, const char *text);
/* What else the plan stands for: a change whose line does not say it all. */
void import_plan_add(struct import *im, const char *what, const char *before, const char *now);
/* A refused row: the reason is in `why`, which is cleared. */
void import_refuse(struct import *im, size_t row, struct str body, struct err *why);
/* Next data row, with progress; NULL at the end or on an error. */
const struct table_row *import_next(struct import *im);
/* Begins a part, and the import that it is kept as: one `as` such (record/import.h); *ret_id its number. */
bool import_part_begin(struct import *im, const char *kind, const char *as, const char *sheet, int64_t *ret_id);

/* Each reads the rows of the current sheet after its header. */
bool import_registry(struct import *im, const struct columns *c, const char *sheet);
/* After the last sheet: what has vanished, and the guard. Nothing when there was no registry. */
bool import_registry_end(struct import *im);
bool import_contacts(struct import *im, const struct columns *c);
bool import_bodies(struct import *im, const struct columns *c);
/* The list of bodies and ABSS that may integrate (import_eligible.c): what is not in it any more ends. */
bool import_eligible(struct import *im, const struct columns *c);

/* The sheets of a ResumAjuntaments. `day` is the day of the workbook; `report` the one it was built for (id 0:
 * unknown). */
struct workbook_origin {
    day_t day;
    bool dated; /* the day is in the file's name */
    int64_t report_id;
    const struct bodies *bodies;
    const struct body_index *index;
};
bool import_actions(struct import *im, const struct columns *c, const struct workbook_origin *o);
bool import_outages(struct import *im, const struct columns *c, const struct workbook_origin *o);
bool import_comments(struct import *im, const struct columns *c, const struct workbook_origin *o);

/* The alerts of the mailbox that options->source names (procedure A4). */
bool import_alerts(struct import *im);

/* The body that a row names, or NULL and the row is refused with a suggestion. */
const struct body *import_body(struct import *im, const struct body_index *index, struct str name, size_t row,
                               const char *place);

#endif
