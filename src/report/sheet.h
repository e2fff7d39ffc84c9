/* Inside the workbook module: the sheets' formats and the few operations that all of them are made of. */
#ifndef TALAIA_REPORT_SHEET_H
#define TALAIA_REPORT_SHEET_H

#include <xlsxwriter.h>

#include "report/workbook.h"

#define SHEET_COLUMNS_MAX 12

enum sheet_kind { SHEET_QUERY, SHEET_OK, SHEET_KO, SHEET_CERTIFICATES, SHEET_COUNT };

/* Made once and shared by every cell. */
struct formats {
    lxw_format *title, *sub, *sub_lines, *sub_day, *head, *head_number, *text, *wrap, *name, *day, *number;
    lxw_format *state[STATE_COUNT], *warn, *negative, *negative_warn, *soon, *soon_warn,
        *struck; /* of conditional formats */
};
void formats_make(lxw_workbook *workbook, struct formats *f);

enum column_kind { COLUMN_NAME, COLUMN_TEXT, COLUMN_WRAP, COLUMN_DAY, COLUMN_NUMBER, COLUMN_STATE };

/* Titles are part of the file: an import finds its columns by them (headers in profile.yaml). */
struct sheet_column {
    const char *title[LANG_COUNT];
    enum column_kind kind;
    int most; /* width in pixels beyond which text goes on in the next line; 0: as wide as it needs */
};

struct sheet {
    lxw_worksheet *to;
    const struct formats *formats;
    const struct report *report;
    const struct workbook_words *words;
    const struct sheet_column *columns;
    int column_count;
    int width[SHEET_COLUMNS_MAX];        /* of the widest line so far, in thousandths of the font's size */
    lxw_row_t row;                       /* the one being written, from 0 */
    int lines;                           /* that its text takes so far */
    const char *state_text[STATE_COUNT]; /* "▲ Caduca aviat" */
    lxw_error error;                     /* the first one */
};

/* Width of text in thousandths of the font's size, and the lines it takes when none may be wider than `width` (0: no
 * limit). */
struct text_size {
    int widest, lines;
};
struct text_size text_measure(const char *text, int width);

/* After the cells of a row: as high as its text, and on to the next. */
void row_end(struct sheet *s);

/* One cell of the current row; empty text is an empty cell with its format. */
void put_text(struct sheet *s, int column, const char *text);
void put_day(struct sheet *s, int column, day_t d);
/* A formula on this row and what it gives now; DAYS_NONE: nothing. */
void put_formula(struct sheet *s, int column, const char *formula, int value);

/* Excel's serial number of a day. */
double day_serial(day_t d);

/* Title, subtitle and header, widths, table, conditional formats of states, printing: around the rows. */
void sheet_begin(struct sheet *s, const char *title);
void sheet_end(struct sheet *s, const char *table_name);

/* The four. */
void sheet_query(struct sheet *s);
void sheet_ok(struct sheet *s);
void sheet_ko(struct sheet *s);
void sheet_certificates(struct sheet *s);

/* workbook_list.c: the one sheet of a list. */
struct workbook_list;
lxw_error workbook_list_fill(lxw_workbook *workbook, const struct workbook_list *x);

/* Whether the finished file is whole: libxlsxwriter does not notice when the disk of its temporary files is full. */
bool workbook_is_whole(const char *path, struct err *e);

#endif
