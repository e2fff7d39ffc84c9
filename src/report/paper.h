/* A document of one or a few pages, to print or to file: a title, facts, one table, a note. The same content as HTML
 * and as PDF (A4). Everything is the caller's and only read. */
#ifndef TALAIA_REPORT_PAPER_H
#define TALAIA_REPORT_PAPER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/lang.h"
#include "draw/html.h"

struct paper_fact {
    const char *name, *value;
};
struct paper {
    enum lang lang;
    const char *title, *name; /* name: of the file, shown by readers and at the foot of each page */
    const struct paper_fact *facts;
    size_t fact_count;
    const char *const *heads; /* of the table */
    const double *weights;    /* of each column's width */
    size_t column_count;
    const char *const *cells; /* row after row */
    size_t row_count;
    const char *note;
    const char *made; /* when, as ISO 8601 in UTC; the PDF's date */
};

/* Adds one page of HTML, complete in itself. */
bool paper_html(const struct paper *p, struct buf *html, struct err *e);
/* Adds the PDF. ERR_FILE without fonts, ERR_LIMIT when it is larger than the buffer may be. */
bool paper_pdf(const struct paper *p, struct buf *pdf, struct err *e);

#endif
