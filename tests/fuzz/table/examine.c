#include "examine.h"

#include <sys/mman.h>

#include "base/limits.h"
#include "table/reader.h"

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

/* FNV-1a */
static uint64_t sum(uint64_t so_far, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    for (size_t i = 0; i < n; i++)
        so_far = (so_far ^ p[i]) * UINT64_C(0x100000001b3);
    return so_far;
}

static void cell_examine(const struct cell *c)
{
    double again;
    char day[DAY_TEXT_BYTES];
    require(c->text.n <= LIMIT_TABLE_CELL_BYTES, "a cell is within its limit");
    require(str_utf8_valid(c->text), "text is UTF-8");
    require(c->text.n == 0 || memchr(c->text.p, '\0', c->text.n) == NULL, "text has no NUL");
    require((c->kind == CELL_EMPTY) == (c->text.n == 0), "just empty cells have no text");
    if (c->kind == CELL_NUMBER)
        require(str_to_double(c->text, &again) && again == c->number, "the text of a number gives it back");
    if (c->kind == CELL_DAY)
        require(c->day != DAY_NONE && str_is(c->text, day_iso(c->day, day)), "the text of a day is the day");
    else
        require(c->day == DAY_NONE, "only days have a day");
}

static uint64_t row_examine(const struct table_row *row, uint64_t so_far)
{
    bool blank = true;
    require(row->number >= 1 && row->number <= LIMIT_TABLE_ROWS, "the row's number is within its limit");
    require(row->count >= 1 && row->count <= LIMIT_TABLE_COLUMNS, "the columns are within their limit");
    so_far = sum(so_far, &row->number, sizeof row->number);
    for (size_t i = 0; i < row->count; i++) {
        cell_examine(&row->cells[i]);
        blank = blank && table_text_blank(row->cells[i].text);
        so_far = sum(so_far, &row->cells[i].kind, sizeof row->cells[i].kind);
        so_far = sum(so_far, row->cells[i].text.p, row->cells[i].text.n);
    }
    require(!blank, "blank rows are skipped");
    return so_far;
}

static uint64_t rows_examine(struct table *t, struct err *e)
{
    const struct table_sheet *sheet;
    const struct table_row *row;
    uint64_t so_far = UINT64_C(0xcbf29ce484222325);
    while (table_next_sheet(t, &sheet, e)) {
        require(str_utf8_valid(str_of(sheet->name)), "a sheet's name is UTF-8");
        while (table_next_row(t, &row, e))
            so_far = row_examine(row, so_far);
    }
    require(!table_next_row(t, &row, e) && !table_next_sheet(t, &sheet, e), "the end stays the end");
    require(str_utf8_valid(str_of(table_property(t, "talaia-report"))), "a property is UTF-8");
    return so_far;
}

uint64_t table_examine(const void *bytes, size_t n)
{
    struct err e = {0};
    struct table *t = NULL;
    uint64_t result = 0;
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || write(fd, bytes, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET) != 0)
        abort();
    bool opened = table_open_fd(fd, n, "fuzz", &t, &e);
    require(opened == (t != NULL) && opened == (e.code == ERR_NONE), "a table or a reason");
    if (opened) {
        size_t done, total;
        result = rows_examine(t, &e);
        table_progress(t, &done, &total);
        require(done <= total, "progress ends");
    }
    require((e.code == ERR_NONE) == (e.log[0] == '\0') && str_utf8_valid(str_of(e.log)), "a reason is text");
    require(e.code != ERR_INTERNAL, "no mistake of ours");
    table_close(t);
    return sum(result, e.log, strlen(e.log));
}
