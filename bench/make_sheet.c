/* A workbook of the registry for the benchmarks, as spreadsheets save it: shared strings, real dates.
 *
 *     make_sheet FILE.csv FILE.xlsx
 *
 * Every field of the CSV (separator ;, no quotes) becomes a cell, dd/mm/yyyy a date, and a ninth column holds a remark.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

static int is_day(const char *s)
{
    return strlen(s) == 10 && s[2] == '/' && s[5] == '/';
}

static void put(lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column, const char *text, lxw_format *date)
{
    if (row > 0 && is_day(text)) {
        lxw_datetime day = {.day = (int)strtol(text, NULL, 10),
                            .month = (int)strtol(text + 3, NULL, 10),
                            .year = (int)strtol(text + 6, NULL, 10)};
        worksheet_write_datetime(sheet, row, column, &day, date);
    } else if (row > 0 && column == 0) {
        worksheet_write_number(sheet, row, column, strtod(text, NULL), NULL);
    } else {
        worksheet_write_string(sheet, row, column, text, NULL);
    }
}

int main(int argc, char **argv)
{
    char line[4096];
    FILE *in = argc == 3 ? fopen(argv[1], "r") : NULL;
    if (in == NULL) {
        (void)fprintf(stderr, "usage: make_sheet FILE.csv FILE.xlsx\n");
        return 2;
    }
    lxw_workbook *book = workbook_new(argv[2]);
    lxw_worksheet *sheet = workbook_add_worksheet(book, "Query");
    lxw_format *date = workbook_add_format(book);
    format_set_num_format(date, "dd/mm/yyyy");
    for (lxw_row_t row = 0; fgets(line, sizeof line, in) != NULL; row++) {
        lxw_col_t column = 0;
        line[strcspn(line, "\n")] = '\0';
        for (char *p = line, *next; p != NULL; p = next, column++) {
            next = strchr(p, ';');
            if (next != NULL)
                *next++ = '\0';
            put(sheet, row, column, p, date);
        }
        worksheet_write_string(sheet, row, column, row == 0 ? "OBSERVACIONS" : "revisat pel servei", NULL);
    }
    (void)fclose(in);
    lxw_error failed = workbook_close(book);
    if (failed != LXW_NO_ERROR)
        (void)fprintf(stderr, "make_sheet: %s\n", lxw_strerror(failed));
    return failed == LXW_NO_ERROR ? 0 : 1;
}
