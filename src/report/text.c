/* The tables as aligned text. A table whose columns fit is a table; a cell that is too long goes on in the next line of
 * its own column, so nothing is cut and nothing is wider than the page. */
#include "report/text.h"

#include "base/text.h"
#include "draw/wrap.h"

#define GAP 2

struct layout {
    int width[GRID_COLUMNS_MAX];
    bool below[GRID_COLUMNS_MAX]; /* does not stand in the table but under its row, over the whole width */
};

static int widest_line(const char *text)
{
    struct str rest = str_of(text), line;
    int widest = 0;
    while (str_split(&rest, '\n', &line)) {
        int w = text_width(line);
        widest = w > widest ? w : widest;
    }
    return widest;
}

/* What the state column shows: glyph and words. */
static const char *cell_text(struct arena *a, const struct grid *g, const struct grid_row *row, size_t column)
{
    if (column == g->state_column)
        return arena_printf(a, "%s %s", body_state_glyph(row->state), row->cells[column].text);
    return row->cells[column].text;
}

/* Long free text goes under its row; the other columns get what they need, the body what is left. */
static void lay_out(struct arena *a, const struct grid *g, struct layout *l)
{
    int sum = 0;
    size_t main_column = 0;
    for (size_t c = 0; c < g->column_count; c++) {
        int need = text_width(str_of(g->columns[c].title));
        for (size_t i = 0; i < g->row_count; i++) {
            int w = widest_line(cell_text(a, g, &g->rows[i], c));
            need = w > need ? w : need;
        }
        if (g->columns[c].main)
            main_column = c;
        l->below[c] = !g->columns[c].main && !g->columns[c].keep && !g->columns[c].number && g->columns[c].weight >= 8;
        l->width[c] = need;
        if (!l->below[c])
            sum += need + GAP;
    }
    int over = sum - GAP - REPORT_TEXT_WIDTH;
    for (size_t n = 0; over > 0 && n < 2 * g->column_count; n++) { /* the state only when the others were not enough */
        size_t c = n % g->column_count;
        bool state = c == g->state_column && n >= g->column_count;
        if (l->below[c] || (!state && (g->columns[c].keep || g->columns[c].number)))
            continue;
        int least = c == main_column ? 24 : 18;
        int give = l->width[c] - least < over ? l->width[c] - least : over;
        if (give > 0) {
            l->width[c] -= give;
            over -= give;
        }
    }
}

static void pad(struct buf *to, int columns)
{
    for (int i = 0; i < columns; i++)
        buf_add_char(to, ' ');
}

/* Cells side by side, each going on in its own column. Trailing blanks are not written. */
static void write_row(struct buf *to, const struct grid *g, const struct layout *l, const char *const *cells)
{
    struct str rest[GRID_COLUMNS_MAX];
    for (size_t c = 0; c < g->column_count; c++)
        rest[c] = str_of(cells[c]);
    for (bool more = true; more;) {
        more = false;
        int owed = 0; /* blanks that only count when something follows */
        for (size_t c = 0; c < g->column_count; c++) {
            struct str line = {0};
            if (l->below[c])
                continue;
            wrap_next(&rest[c], l->width[c], true, &line);
            more = more || rest[c].p != NULL;
            int blank = l->width[c] - text_width(line);
            if (g->columns[c].number) {
                owed += blank;
                blank = 0;
            }
            if (line.n > 0) {
                pad(to, owed);
                buf_add_str(to, line);
                owed = blank + GAP;
            } else {
                owed += blank + GAP;
            }
        }
        buf_add_char(to, '\n');
    }
}

static void write_below(struct buf *to, const struct grid *g, const struct layout *l, const char *const *cells)
{
    for (size_t c = 0; c < g->column_count; c++) {
        if (!l->below[c] || cells[c][0] == '\0')
            continue;
        struct str rest = str_of(cells[c]), line;
        while (str_split(&rest, '\n', &line)) {
            struct buf one = BUF_INIT(LIMIT_MAIL_BYTES);
            buf_add_str(&one, line);
            wrap_text(to, "    ", buf_text(&one), REPORT_TEXT_WIDTH);
            buf_release(&one);
        }
    }
}

static void write_grid(struct arena *a, const struct grid *g, struct buf *to)
{
    if (g->row_count == 0) {
        buf_printf(to, "%s\n", g->empty);
        return;
    }
    struct layout l;
    const char *cells[GRID_COLUMNS_MAX];
    lay_out(a, g, &l);
    bool airy = false; /* rows with text under them stand apart */
    for (size_t c = 0; c < g->column_count; c++)
        airy = airy || l.below[c];
    for (size_t c = 0; c < g->column_count; c++)
        cells[c] = g->columns[c].title;
    write_row(to, g, &l, cells);
    for (size_t c = 0; c < g->column_count; c++) {
        if (l.below[c])
            continue;
        for (int i = 0; i < l.width[c]; i++)
            buf_add_char(to, '-');
        pad(to, GAP);
    }
    while (to->n > 0 && to->p[to->n - 1] == ' ')
        to->n--;
    buf_add_char(to, '\n');
    for (size_t i = 0; i < g->row_count; i++) {
        for (size_t c = 0; c < g->column_count; c++)
            cells[c] = cell_text(a, g, &g->rows[i], c);
        if (i > 0 && airy)
            buf_add_char(to, '\n');
        write_row(to, g, &l, cells);
        write_below(to, g, &l, cells);
    }
}

struct slots {
    struct arena *arena;
    const struct report *report;
};

static void write_changes(const struct slots *s, struct buf *to)
{
    size_t count;
    const char *const *lines = report_change_lines(s->arena, s->report, &count);
    for (size_t i = 0; i < count; i++)
        wrap_text(to, "- ", lines[i], REPORT_TEXT_WIDTH);
    if (count == 0)
        wrap_text(to, "", report_no_change_text(s->report), REPORT_TEXT_WIDTH);
}

static void write_left_out(const struct slots *s, struct buf *to)
{
    size_t count;
    const char *const *lines = report_left_out_lines(s->arena, s->report, &count);
    if (count > 0)
        buf_printf(to, "%s\n", tr(s->report->lang, report_left_out_title));
    for (size_t i = 0; i < count; i++)
        wrap_text(to, "- ", lines[i], REPORT_TEXT_WIDTH);
}

static bool write_slot(const char *name, void *context, struct buf *to, struct err *e)
{
    const struct slots *s = context;
    (void)e;
    if (strcmp(name, "changes") == 0)
        write_changes(s, to);
    else if (strcmp(name, "excluded") == 0)
        write_left_out(s, to);
    else
        write_grid(s->arena, report_grid(s->arena, s->report, report_slot_table(name)), to);
    return true;
}

bool report_text(const struct report *r, const struct report_texts *t, struct buf *text, struct err *e)
{
    struct arena a = {0};
    struct template read;
    struct slots slots = {.arena = &a, .report = r};
    bool good =
        report_template(&a, r, t, &read, e) && template_text(&read, REPORT_TEXT_WIDTH, write_slot, &slots, text, e);
    arena_release(&a);
    return good;
}
