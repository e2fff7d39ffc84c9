/* A table of the report as a picture: PNG, opaque, two pixels per CSS pixel, 1200 CSS pixels wide. For mail clients
 * that spoil HTML tables, and for documents. */
#ifndef TALAIA_REPORT_PICTURE_H
#define TALAIA_REPORT_PICTURE_H

#include "base/buf.h"
#include "base/err.h"
#include "report/grid.h"

/* Adds the PNG to the buffer. A table that is taller than a picture may be (LIMIT_PICTURE_PIXELS) ends with a line that
 * tells how many rows are left for the workbook; with report_table_png_part a caller gets them all. */
bool report_table_png(const struct report *r, enum report_table which, struct buf *png, struct err *e);

/* Draws the rows from `first` on, as many as fit in one picture; *ret_next is the first row that did not, the table's
 * row count when all is drawn. The heading is repeated. */
bool report_table_png_part(const struct report *r, enum report_table which, size_t first, size_t *ret_next,
                           struct buf *png, struct err *e);

/* What talaia-picture.so exports as talaia_module. */
struct picture_request {
    const struct grid *grid;
    const char *subtitle;
    const char *remainder; /* printf format with one %zu for rows that did not fit; NULL: nothing is said */
    size_t first;
};
struct paper; /* report/paper.h */
struct picture_module {
    bool (*paper)(const struct paper *p, struct buf *pdf, struct err *e);
    bool (*table)(const struct picture_request *request, size_t *ret_next, struct buf *png, struct err *e);
};

#endif
