/* Inside src/table only: the rows of one sheet of a workbook, as they stream by. */
#ifndef TALAIA_TABLE_XLSX_SHEET_H
#define TALAIA_TABLE_XLSX_SHEET_H

#include "table/table.h"
#include "table/xlsx_strings.h"
#include "table/xlsx_zip.h"

struct xlsx_sheet;

/* What a sheet needs of its workbook; all of it stays the workbook's. */
struct xlsx_context {
    struct xlsx_zip *zip;
    const struct xlsx_strings *strings;
    const struct xlsx_styles *styles;
    bool date1904;
};

/* `part` is read now, `name` is what errors call the sheet; it must stay. */
bool xlsx_sheet_open(const struct xlsx_context *context, const char *part, const char *name, struct xlsx_sheet **ret,
                     struct err *e);
/* The next row that is not blank. False at the end or with a reason. The value of a merged area stands in its top
 * left cell; what other cells of it may hide is not shown (in sheets of at most LIMIT_XLSX_MERGE_SCAN_BYTES). */
bool xlsx_sheet_next(struct xlsx_sheet *s, const struct table_row **ret, struct err *e);
void xlsx_sheet_close(struct xlsx_sheet *s); /* NULL is fine */

#endif
