/* Inside src/table only: the merged areas of a sheet. They are written after the rows, so a small sheet is looked
 * through for them beforehand. */
#ifndef TALAIA_TABLE_XLSX_MERGE_H
#define TALAIA_TABLE_XLSX_MERGE_H

#include "base/mem.h"
#include "table/table.h"
#include "table/xlsx_zip.h"

struct xlsx_area {
    size_t first_row, last_row, first_column, last_column; /* rows from 1, columns from 0 */
};

struct xlsx_merges {
    const char *file;            /* what errors call it; set by xlsx_merges_read */
    VEC(struct xlsx_area) areas; /* by first row */
    VEC(struct xlsx_area) active;
    size_t next; /* of areas, to become active */
};

bool xlsx_merges_read(struct xlsx_merges *m, struct xlsx_zip *z, const char *part, struct err *e);
/* Empties the cells of the row that merged areas cover. Rows come in order. */
void xlsx_merges_apply(struct xlsx_merges *m, size_t row, struct cell *cells, size_t count);
void xlsx_merges_release(struct xlsx_merges *m);

/* "BC12" at the front of *s: column from 0 and row from 1; *ret_row is 0 when only letters stand there. */
bool xlsx_reference(const char **s, size_t *ret_column, size_t *ret_row);

#endif
