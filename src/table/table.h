/* Foreign tables: rows out of CSV and TSV files, XLSX workbooks and ODBC sources.
 *
 * A reader is a cursor: sheets, and rows in them. It hands out cells as they stand in the source, cleaned of
 * encoding but not interpreted; what a column means is decided by src/registry.
 *
 *     struct table *t;
 *     if (!table_open(path, &t, e)) …
 *     const struct table_sheet *sheet;
 *     while (table_next_sheet(t, &sheet, e)) {
 *         const struct table_row *row;
 *         while (table_next_row(t, &row, e)) …
 *         if (e->code) …
 *     }
 *     table_close(t);
 *
 * Text is valid UTF-8 without NUL. Every reader keeps the limits of base/limits.h and names file, sheet, row and
 * column in its errors. A row and its cells are valid until the next call. Readers hold one row in memory, so the
 * size of a file does not matter (shared strings of a workbook excepted). */
#ifndef TALAIA_TABLE_TABLE_H
#define TALAIA_TABLE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/day.h"
#include "base/err.h"
#include "base/str.h"

enum cell_kind {
    CELL_EMPTY,
    CELL_TEXT,   /* text */
    CELL_NUMBER, /* number, and text as the shortest decimal that gives it back ("805690004", "12.5") */
    CELL_DAY,    /* a date or timestamp cell: day (its time of day is dropped), and text as YYYY-MM-DD */
    CELL_BOOL,   /* number is 0 or 1; text is "FALSE" or "TRUE" */
    CELL_ERROR,  /* a spreadsheet error such as #REF!; text holds it */
};

struct cell {
    enum cell_kind kind;
    struct str text; /* never NULL-terminated; empty for CELL_EMPTY */
    double number;
    day_t day;
};

struct table_row {
    /* 1 = the first line of the file or row of the sheet, as a person would count there. A row of a text file that has
     * line ends inside quotes counts from the line where it begins; of a query, the labels are row 1. */
    size_t number;
    size_t count;
    const struct cell *cells; /* trailing empty cells may be absent */
};

struct table_sheet {
    const char *name; /* "" for CSV; the DSN, or "ODBC", for a query */
    size_t index;     /* from 0 */
    bool hidden;
};

struct table;

/* Rows that are blank all over are skipped by every reader; their numbers still count.
 *
 * By content, not by name: a ZIP signature is read as XLSX, anything else as delimited text. Legacy .xls and .ods
 * files, HTML saved as .xls, directories and devices get an error that says what to do ("save it as .xlsx").
 *
 * Delimited text: the separator (TAB ; , |) is told by a first line `sep=;` or guessed from the first 50 rows; UTF-8,
 * UTF-16 and Windows-1252 are recognised, and in a UTF-8 file a field that is not UTF-8 is read as Windows-1252.
 * Every cell is CELL_TEXT or CELL_EMPTY. */
bool table_open(const char *path, struct table **ret, struct err *e) __attribute__((warn_unused_result));
/* The same; errors call it `name`. */
bool table_open_as(const char *path, const char *name, struct table **ret, struct err *e)
    __attribute__((warn_unused_result));

/* The rows of one query, the column labels as first row, in a read-only transaction that is rolled back. Of SQLite, a
 * schema that the query names ("FROM REGSERVPADRO.…") is attached: the same file under that name. `connection` is an
 * ODBC connection string or DSN name. */
struct table_odbc {
    /* "REGSERVPADRO", a DSN, or "DRIVER=…;DBQ=…". Messages name the DSN, and hide passwords that drivers repeat. */
    const char *connection;
    const char *sql;
    int seconds; /* the query, fetching included, is cancelled after this; 0 = LIMIT_ODBC_SECONDS */
};
bool table_open_odbc(const struct table_odbc *source, struct table **ret, struct err *e)
    __attribute__((warn_unused_result));

/* False at the end or on an error (then e->code is set). Rows not read of the previous sheet are skipped. */
bool table_next_sheet(struct table *t, const struct table_sheet **ret, struct err *e);
bool table_next_row(struct table *t, const struct table_row **ret, struct err *e);

/* The value of a custom document property of a workbook (docProps/custom.xml), "" when absent. */
const char *table_property(struct table *t, const char *name);

/* Bytes read and to read in all, for a progress bar; total 0 when unknown. */
void table_progress(const struct table *t, size_t *ret_done, size_t *ret_total);

void table_close(struct table *t); /* NULL is fine */

/* "A", "Z", "AA": the name of a column (from 0) as spreadsheets show it. */
#define TABLE_COLUMN_NAME_BYTES 8
const char *table_column_name(size_t column, char out[TABLE_COLUMN_NAME_BYTES]);

/* Writes one CSV field: quoted when needed, and a field that a spreadsheet would take for a formula
 * (= + - @ TAB CR first) gets a leading apostrophe, unless it is just a negative number ("-5", "-2.5"). */
struct buf;
void table_csv_field(struct buf *to, struct str value, char separator);

#endif
