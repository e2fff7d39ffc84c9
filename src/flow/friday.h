/* The Friday report: from the record to the model, and from the model to the files (procedures A2, A4, A5). */
#ifndef TALAIA_FLOW_FRIDAY_H
#define TALAIA_FLOW_FRIDAY_H

#include "flow/desk.h"
#include "report/model.h"

struct friday_files {
    const char *const *paths; /* what was written, in the order of the procedure */
    size_t count;
};

/* Builds the report of the desk's day (see --on) into the directory: ResumAjuntaments.xlsx, report.eml, report.html,
 * report.txt, ok.png, ko.png, certificats.png. Opens the cases of the certificates that have come below the first
 * threshold, and remembers what each body was, for the next report's differences and for workbooks that come back
 * edited. All or nothing in the store; on an error the files that were written already stay. The model lives in `a`. */
struct friday_progress { /* told after each step; NULL function: nobody looks */
    void (*told)(void *context, size_t done, size_t total);
    void *context;
};
bool friday_build(struct desk *d, struct arena *a, const char *dir, struct friday_progress progress, struct report *ret,
                  struct friday_files *ret_files, struct err *e);

/* The report of the desk's day as it would be built now; nothing is changed. In `a`. */
bool friday_look(struct desk *d, struct tx *tx, struct arena *a, struct report *ret, struct err *e);

/* Whether the e-mail whose plain text is `words` says what the report says now: *ret false when something of it has
 * changed since it was built. */
bool friday_says(struct desk *d, const struct report *r, struct str words, bool *ret, struct err *e);

#endif
