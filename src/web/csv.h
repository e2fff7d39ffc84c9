/* Files that spreadsheets in our languages open as they are: UTF-8 with its mark, semicolons, CR LF. Internal to the
 * web. */
#ifndef TALAIA_WEB_CSV_H
#define TALAIA_WEB_CSV_H

#include "web/call.h"

void csv_begin(struct buf *to);
/* A formula in it is text (table_csv_field). `last` of its row. */
void csv_cell(struct buf *to, const char *text, bool last);
/* The answer, as a file of that name (a literal). */
void csv_send(struct call *c, struct buf *text, const char *name);

#endif
