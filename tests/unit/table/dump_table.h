/* A table as text, one line a row: what the golden files and the dump program show.
 *
 * A cell is "text", a number as it stands, d:YYYY-MM-DD, b:TRUE, e:#REF! or - for an empty one. */
#ifndef TALAIA_TESTS_DUMP_TABLE_H
#define TALAIA_TESTS_DUMP_TABLE_H

#include <stdio.h>

#include "table/table.h"

/* All sheets and rows; only their numbers when quiet. Text that is not UTF-8 is an error. */
void dump_table(FILE *to, struct table *t, bool quiet, struct err *e);
/* "error T-FORMAT …" in English, nothing when there is none. */
void dump_error(FILE *to, const struct err *e);

#endif
