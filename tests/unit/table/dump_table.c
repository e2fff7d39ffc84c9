#include "dump_table.h"

struct totals {
    size_t rows, cells, bytes;
};

static void print_text(FILE *to, struct str s)
{
    fputc('"', to);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\')
            fprintf(to, "\\%c", c);
        else if (c == '\n')
            fprintf(to, "\\n");
        else if (c < 0x20 || c == 0x7f)
            fprintf(to, "\\x%02x", c);
        else
            fputc(c, to);
    }
    fputc('"', to);
}

static void print_row(FILE *to, const struct table_row *row)
{
    fprintf(to, "%zu:", row->number);
    for (size_t i = 0; i < row->count; i++) {
        const struct cell *c = &row->cells[i];
        char day[DAY_TEXT_BYTES];
        fputc(' ', to);
        switch (c->kind) {
        case CELL_EMPTY: fputc('-', to); break;
        case CELL_TEXT: print_text(to, c->text); break;
        case CELL_NUMBER: fprintf(to, "%.*s", STR_ARG(c->text)); break;
        case CELL_DAY:
            fprintf(to, "d:%.*s", STR_ARG(c->text));
            if (!str_is(c->text, day_iso(c->day, day)))
                fprintf(to, "!=%s", day);
            break;
        case CELL_BOOL:
            fprintf(to, "b:%.*s%s", STR_ARG(c->text), c->number == (str_is(c->text, "TRUE") ? 1 : 0) ? "" : "!=number");
            break;
        case CELL_ERROR: fprintf(to, "e:%.*s", STR_ARG(c->text)); break;
        }
    }
    fputc('\n', to);
}

void dump_table(FILE *to, struct table *t, bool quiet, struct err *e)
{
    const struct table_sheet *sheet;
    const struct table_row *row;
    struct totals sum = {0};
    while (table_next_sheet(t, &sheet, e)) {
        if (!quiet)
            fprintf(to, "sheet %zu \"%s\"%s\n", sheet->index, sheet->name, sheet->hidden ? " hidden" : "");
        while (table_next_row(t, &row, e)) {
            sum.rows++;
            sum.cells += row->count;
            for (size_t i = 0; i < row->count; i++) {
                sum.bytes += row->cells[i].text.n;
                if (!str_utf8_valid(row->cells[i].text))
                    err_set(e, ERR_INTERNAL, "row %zu: not UTF-8", row->number);
            }
            if (!quiet)
                print_row(to, row);
        }
        if (e->code != ERR_NONE)
            break;
    }
    if (quiet)
        fprintf(to, "%zu rows, %zu cells, %zu bytes\n", sum.rows, sum.cells, sum.bytes);
}

void dump_error(FILE *to, const struct err *e)
{
    if (e->code != ERR_NONE)
        fprintf(to, "error %s %s\n", err_code_text(e->code), e->log);
}
