/* A plain list as a workbook of one sheet: a title, a header row, rows, a sum below. Text is always a string cell. */
#ifndef TALAIA_REPORT_WORKBOOK_LIST_H
#define TALAIA_REPORT_WORKBOOK_LIST_H

#include "base/day.h"
#include "base/err.h"

#define WORKBOOK_LIST_COLUMNS 12

enum list_kind { LIST_TEXT, LIST_DAY, LIST_EURO };
struct list_column {
    const char *title;
    enum list_kind kind;
};
/* Of the column's kind: text ("" or NULL nothing), day (DAY_NONE nothing), cents (-1 nothing). */
struct list_value {
    const char *text;
    day_t day;
    int64_t cents;
};
struct workbook_list {
    const char *title, *sheet; /* sheet: its name, at most 31 characters */
    instant_t made;
    const struct list_column *columns;
    size_t column_count;             /* at most WORKBOOK_LIST_COLUMNS */
    const struct list_value *values; /* row after row */
    size_t row_count;
    const char *sum; /* label of the sums of LIST_EURO columns, NULL: none */
};
/* As report_workbook_write: the file appears whole or not at all. */
bool report_list_write(const struct workbook_list *x, const char *path, struct err *e);

#endif
