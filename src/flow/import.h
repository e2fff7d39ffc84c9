/* Imports: a file or the registry's database → the store, in one transaction (procedures A1, A2).
 *
 * What a file holds is told from its headers: the registry, contacts, the list of bodies, or a ResumAjuntaments
 * workbook (comments, actions, outages); a mailbox (one mail, an mbox, a Maildir) holds alerts of another monitor.
 * Everything is read and compared first; the summary is shown; then it is committed whole, or not at all. */
#ifndef TALAIA_FLOW_IMPORT_H
#define TALAIA_FLOW_IMPORT_H

#include "flow/desk.h"
#include "record/import.h"

enum import_event {
    IMPORT_NEW,
    IMPORT_CHANGED,
    IMPORT_RETURNED,
    IMPORT_VANISHED,
    IMPORT_REFUSED,
    IMPORT_REMARK,   /* taken, with something odd about it */
    IMPORT_CONFLICT, /* a comment changed in the workbook and here */
    IMPORT_EVENT_COUNT
};
const char *import_event_code(enum import_event event); /* "new", … */

struct import_line {
    enum import_event event;
    int64_t import_id;
    const char *sheet; /* "" for CSV */
    size_t row;        /* 0 when it is about no row */
    const char *body;  /* "" when unknown */
    const char *text;  /* in the desk's language */
};

/* One kind of thing that the file held. */
struct import_part {
    const char *kind; /* registry, contacts, bodies, actions, outages, comments, alerts */
    const char *sheet;
    int64_t import_id;
    struct import_counts counts;
    int64_t events[IMPORT_EVENT_COUNT];
};

#define IMPORT_PLAN_BYTES 65 /* SHA-256 in hexadecimal, ended */
struct import_summary {
    const char *source;
    const struct import_part *parts;
    size_t part_count;
    char plan[IMPORT_PLAN_BYTES];    /* what would be done, all of it, in hexadecimal: the same when it is the same */
    const struct import_line *lines; /* at most LIMIT_IMPORT_LISTED of each event */
    size_t line_count;
    int64_t events[IMPORT_EVENT_COUNT];
    bool committed;
};

struct import_options {
    const char
        *source; /* a path (for a Maildir, a directory), or "odbc:" alone (the configured source) or "odbc:DSN" */
    bool dry_run;
    bool force; /* past the guard against losing bodies */
    /* NULL or "": nothing. The name that is shown and kept when the path is another, without a directory; why it is
     * forced, for the trail; the plan of a dry run in the same language: another one is ERR_STATE, and nothing is done.
     */
    const char *name, *reason, *plan;
    struct tx *tx; /* the caller's, who commits; NULL: one of its own */
    /* Called now and then; total 0 when unknown. NULL = nobody looks. */
    void (*progress)(void *context, size_t done, size_t total);
    void *progress_context;
};

/* The summary lives in `a`. On an error nothing was changed; a summary made so far is still there for showing. */
bool import_run(struct desk *d, const struct import_options *o, struct arena *a, struct import_summary *ret,
                struct err *e);

#endif
