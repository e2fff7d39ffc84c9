/* Shows what the readers of foreign tables see, one line a row: the golden files of the tests are its output, and
 * `time dump -q FILE` measures them.
 *
 *     dump [-q] [-p PROPERTY] FILE…
 *     dump [-q] [-s SECONDS] -o CONNECTION SQL        (modules are looked for in $TALAIA_MODULES)
 *
 * A cell is "text", a number as it stands, d:YYYY-MM-DD, b:TRUE, e:#REF! or - for an empty one. Exit 1 on an error. */
#include <inttypes.h>
#include <stdio.h>

#include "base/module.h"
#include "table/table.h"

struct totals {
    size_t rows, cells, bytes;
};

static void print_text(struct str s)
{
    putchar('"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c == '\n')
            printf("\\n");
        else if (c < 0x20 || c == 0x7f)
            printf("\\x%02x", c);
        else
            putchar(c);
    }
    putchar('"');
}

static void print_row(const struct table_row *row)
{
    printf("%zu:", row->number);
    for (size_t i = 0; i < row->count; i++) {
        const struct cell *c = &row->cells[i];
        char day[DAY_TEXT_BYTES];
        putchar(' ');
        switch (c->kind) {
        case CELL_EMPTY:
            putchar('-');
            break;
        case CELL_TEXT:
            print_text(c->text);
            break;
        case CELL_NUMBER:
            printf("%.*s", STR_ARG(c->text));
            break;
        case CELL_DAY:
            printf("d:%.*s", STR_ARG(c->text));
            if (!str_is(c->text, day_iso(c->day, day)))
                printf("!=%s", day);
            break;
        case CELL_BOOL:
            printf("b:%.*s%s", STR_ARG(c->text), c->number == (str_is(c->text, "TRUE") ? 1 : 0) ? "" : "!=number");
            break;
        case CELL_ERROR:
            printf("e:%.*s", STR_ARG(c->text));
            break;
        }
    }
    putchar('\n');
}

static void show(struct table *t, bool quiet, struct err *e)
{
    const struct table_sheet *sheet;
    const struct table_row *row;
    struct totals sum = {0};
    while (table_next_sheet(t, &sheet, e)) {
        if (!quiet)
            printf("sheet %zu \"%s\"%s\n", sheet->index, sheet->name, sheet->hidden ? " hidden" : "");
        while (table_next_row(t, &row, e)) {
            sum.rows++;
            sum.cells += row->count;
            for (size_t i = 0; i < row->count; i++) {
                sum.bytes += row->cells[i].text.n;
                if (!str_utf8_valid(row->cells[i].text))
                    err_set(e, ERR_INTERNAL, "row %zu: not UTF-8", row->number);
            }
            if (!quiet)
                print_row(row);
        }
        if (e->code != ERR_NONE)
            break;
    }
    if (quiet)
        printf("%zu rows, %zu cells, %zu bytes\n", sum.rows, sum.cells, sum.bytes);
}

static int finish(struct table *t, const struct err *e)
{
    table_close(t);
    if (e->code == ERR_NONE)
        return 0;
    printf("error %s %s\n", err_code_text(e->code), e->log);
    return 1;
}

int main(int argc, char **argv)
{
    bool quiet = false;
    const char *property = NULL;
    struct table_odbc source = {0};
    int option, status = 0;
    while ((option = getopt(argc, argv, "qp:o:s:")) != -1) {
        int64_t seconds;
        if (option == 'q')
            quiet = true;
        else if (option == 'p')
            property = optarg;
        else if (option == 'o')
            source.connection = optarg;
        else if (option == 's' && str_to_int64(str_of(optarg), 0, 3600, &seconds))
            source.seconds = (int)seconds;
        else
            return 2;
    }
    lang_init("");
    if (getenv("TALAIA_MODULES") != NULL)
        module_init(getenv("TALAIA_MODULES"));
    for (int i = optind; i < argc; i++) {
        struct err e = {0};
        struct table *t = NULL;
        source.sql = argv[i];
        bool opened = source.connection != NULL ? table_open_odbc(&source, &t, &e) : table_open(argv[i], &t, &e);
        if (opened && property != NULL)
            printf("property %s = \"%s\"\n", property, table_property(t, property));
        if (opened)
            show(t, quiet, &e);
        status |= finish(t, &e);
    }
    return status;
}
