/* How commands print. */
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "cli/cli.h"

/* ------------------------------------------------------------------ tables */

struct cell_text {
    const char *text, *ink;
    int width;
};

struct cli_table {
    struct cli *cli;
    const struct cli_column *columns;
    size_t column_count;
    struct arena arena;
    VEC(struct cell_text) cells;
};

struct cli_table *cli_table_new(struct cli *c, const struct cli_column *columns, size_t count)
{
    struct cli_table *t = mem_alloc(1, sizeof *t);
    t->cli = c;
    t->columns = columns;
    t->column_count = count;
    return t;
}

void cli_cell(struct cli_table *t, const char *text, const char *ink)
{
    char *copy = arena_strdup(&t->arena, text);
    str_make_printable(copy);
    struct cell_text cell = {.text = copy, .ink = ink, .width = text_width(str_of(copy))};
    vec_push(&t->cells, cell);
}

void cli_cellf(struct cli_table *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct buf text = BUF_INIT(LIMIT_ERR_BYTES);
    buf_vprintf(&text, format, args);
    va_end(args);
    cli_cell(t, buf_text(&text), NULL);
    buf_release(&text);
}

static void put_spaces(int n)
{
    for (; n > 0; n--)
        putchar(' ');
}

/* The longest beginning that fits in `width` columns less one for the "…". */
static struct str cut(const char *text, int width)
{
    struct str rest = str_of(text), kept = str_part(text, 0);
    uint32_t c;
    while (rest.n > 0 && str_utf8_next(&rest, &c)) {
        struct str longer = str_part(text, (size_t)(rest.p - text));
        if (text_width(longer) > width - 1)
            break;
        kept = longer;
    }
    return kept;
}

static void put_cell(const struct cli_table *t, const struct cell_text *cell, int width, enum cli_align align,
                     bool last)
{
    bool colour = t->cli->colour && cell->ink != NULL;
    int spare = width - cell->width;
    if (align == ALIGN_RIGHT)
        put_spaces(spare);
    if (colour)
        printf("\033[%sm", cell->ink);
    if (spare >= 0) {
        fputs(cell->text, stdout);
    } else {
        struct str part = cut(cell->text, width);
        printf("%.*s…", STR_ARG(part));
        spare = width - text_width(part) - 1;
    }
    if (colour)
        fputs("\033[0m", stdout);
    if (align == ALIGN_LEFT && !last)
        put_spaces(spare);
}

/* Widths by content, between each column's bounds; what is too much in all is taken from the widest. */
static void fit(const struct cli_table *t, const struct cell_text *titles, int *widths)
{
    int total = 2 * ((int)t->column_count - 1);
    for (size_t i = 0; i < t->column_count; i++) {
        widths[i] = titles[i].width;
        for (size_t k = i; k < t->cells.count; k += t->column_count)
            widths[i] = t->cells.items[k].width > widths[i] ? t->cells.items[k].width : widths[i];
        if (widths[i] > t->columns[i].max)
            widths[i] = t->columns[i].max;
        if (widths[i] < t->columns[i].min)
            widths[i] = t->columns[i].min;
        total += widths[i];
    }
    while (total > CLI_COLUMNS) {
        size_t widest = t->column_count;
        for (size_t i = 0; i < t->column_count; i++) {
            if (widths[i] > t->columns[i].min && (widest == t->column_count || widths[i] > widths[widest]))
                widest = i;
        }
        if (widest == t->column_count)
            break;
        widths[widest]--;
        total--;
    }
}

void cli_table_print(struct cli_table *t)
{
    struct cell_text *titles = arena_array(&t->arena, struct cell_text, t->column_count);
    int *widths = arena_array(&t->arena, int, t->column_count);
    for (size_t i = 0; i < t->column_count; i++) {
        titles[i].text = tr(t->cli->lang, t->columns[i].title);
        titles[i].width = text_width(str_of(titles[i].text));
        titles[i].ink = "1";
    }
    fit(t, titles, widths);
    for (size_t row = 0; row <= t->cells.count / t->column_count; row++) {
        const struct cell_text *cells = row == 0 ? titles : t->cells.items + (row - 1) * t->column_count;
        for (size_t i = 0; i < t->column_count; i++) {
            bool last = i + 1 == t->column_count;
            put_cell(t, &cells[i], widths[i], t->columns[i].align, last);
            if (!last)
                put_spaces(2);
        }
        putchar('\n');
    }
}

void cli_table_free(struct cli_table *t)
{
    if (t == NULL)
        return;
    vec_release(&t->cells);
    arena_release(&t->arena);
    mem_free(t);
}

/* ------------------------------------------------------------------ the rest */

const char *cli_state_ink(enum body_state s)
{
    static const char *const inks[STATE_COUNT] = {
        [STATE_GOOD] = "32",    [STATE_SOON] = "33", [STATE_PAST] = "1;33",    [STATE_DOWN] = "1;31",
        [STATE_UNKNOWN] = "35", [STATE_MUTED] = "2", [STATE_EXCLUDED] = "2;9",
    };
    return inks[s];
}

void cli_say(struct cli *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vprintf(tr(c->lang, format), args);
    va_end(args);
    putchar('\n');
}

/* Words up to CLI_COLUMNS; `column` is where the cursor stands, 0 at the beginning of a line. */
static void wrap(const char *text, int indent, int column)
{
    struct str rest = str_of(text), word;
    bool first = column > 0;
    while (str_split(&rest, ' ', &word)) {
        int width = text_width(word);
        if (column > 0 && !first && column + 1 + width > CLI_COLUMNS) {
            putchar('\n');
            column = 0;
        }
        if (column == 0) {
            put_spaces(indent);
            column = indent;
        } else if (!first) {
            putchar(' ');
            column++;
        }
        first = false;
        printf("%.*s", STR_ARG(word));
        column += width;
    }
    putchar('\n');
}

void cli_wrap(const char *text, int indent)
{
    wrap(text, indent, 0);
}

void cli_wrap_after(const char *label, const char *text)
{
    int width = text_width(str_of(label));
    fputs(label, stdout);
    wrap(text, width, width);
}

enum { JSON_STYLE = JSON_INDENT(2) | JSON_REAL_PRECISION(12) };

static bool json_written(bool ok, struct err *e)
{
    return ok || err_set(e, ERR_FILE, N_("cannot write the JSON to standard output"));
}

bool cli_json(json_t *value, struct err *e)
{
    bool ok = value != NULL && json_dumpf(value, stdout, JSON_STYLE) == 0 && putchar('\n') != EOF;
    json_decref(value);
    return json_written(ok, e);
}

/* One step further in. Inside a text a line end is written as \n, so that a real one is always the layout's. */
static int write_indented(const char *bytes, size_t n, void *unused)
{
    (void)unused;
    for (struct str rest = str_part(bytes, n); rest.n > 0;) {
        size_t line = str_find(rest, '\n');
        bool ends = line < rest.n;
        if (fwrite_unlocked(rest.p, 1, line + ends, stdout) != line + ends ||
            (ends && fwrite_unlocked("  ", 1, 2, stdout) != 2))
            return -1;
        rest = str_part(rest.p + line + ends, rest.n - line - ends);
    }
    return 0;
}

void cli_list_add(struct cli_list *list, json_t *item)
{
    bool ok = !list->failed && item != NULL && fputs(list->count++ == 0 ? "[\n  " : ",\n  ", stdout) != EOF &&
              json_dump_callback(item, write_indented, NULL, JSON_STYLE) == 0;
    list->failed = !ok;
    json_decref(item);
}

bool cli_list_end(struct cli_list *list, struct err *e)
{
    return json_written(!list->failed && puts(list->count == 0 ? "[]" : "\n]") != EOF, e);
}

json_t *json_day(day_t d)
{
    char text[DAY_TEXT_BYTES];
    return d == DAY_NONE ? json_null() : json_string(day_iso(d, text));
}

json_t *json_text(const char *s)
{
    return s == NULL || s[0] == '\0' ? json_null() : json_string(s);
}

void cli_progress_update(void *progress, size_t done, size_t total)
{
    enum { BAR = 30 };
    struct cli_progress *p = progress;
    if (p->cli->json || !isatty(STDERR_FILENO))
        return;
    instant_t now = clock_system().now;
    if (p->began == 0)
        p->began = now;
    if (now - p->began < INSTANT_PER_SECOND || now - p->last < INSTANT_PER_SECOND / 10)
        return;
    p->last = now;
    p->shown = true;
    int filled = total == 0 ? 0 : (int)(done * BAR / total);
    fprintf(stderr, "\r%s  [", p->what);
    for (int i = 0; i < BAR; i++)
        fputs(i < filled ? "█" : "·", stderr);
    if (total > 0)
        fprintf(stderr, "] %3d %%", (int)(done * 100 / total));
    else
        fputs("]", stderr);
    fflush(stderr);
}

void cli_progress_end(struct cli_progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
}
