/* ResumAjuntaments.xlsx: sheets Query, OK, KO and Certificats (A2), each a real Excel table under its header row.
 *
 * Days left are live formulas on the report's date, which stands in the named cell DataInforme, never on TODAY(); their
 * values are stored with them. Text is always a string cell, so nothing that people or registries write can become a
 * formula. The same report gives the same bytes. Excluded bodies are the last rows of Query, with their reason. */
#ifndef TALAIA_REPORT_WORKBOOK_H
#define TALAIA_REPORT_WORKBOOK_H

#include "base/err.h"
#include "report/grid.h"

#define WORKBOOK_FILE_NAME "ResumAjuntaments.xlsx"
#define WORKBOOK_PROPERTY "talaia-report" /* custom property: the report's id */
#define WORKBOOK_DATE_NAME "DataInforme"  /* defined name: the report's date */
#define WORKBOOK_HEADER_ROW 4             /* of every sheet, as people count rows */

/* Writes the workbook beside `path` and renames it over it: whoever looks sees the old file or the new one. On an error
 * nothing is left behind. */
bool report_workbook_write(const struct report *r, const char *path, struct err *e);

/* What talaia-workbook.so exports as talaia_module. The sentences are made by the light part. */
struct workbook_words {
    const char *query_summary;
    const char *title[REPORT_TABLES], *summary[REPORT_TABLES];
    const char *changes; /* since the last report, one per line; "" when there is nothing to say */
};
struct workbook_list;
struct workbook_module {
    bool (*write)(const struct report *r, const struct workbook_words *words, const char *path, struct err *e);
    bool (*write_list)(const struct workbook_list *x, const char *path, struct err *e);
};

#endif
