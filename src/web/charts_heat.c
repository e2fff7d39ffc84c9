/* The heat map of a year's weeks: one row for each month, one cell for each week that begins in it. Every cell is a
 * link with its figures in words; a table beside it has them for those who want a table. */
#include "web/charts.h"
#include "web/words.h"

enum { LABEL = 76, CELL_W = 50, CELL_H = 34, GAP = 4, COLUMNS = 5, TOP = 4, LEVELS = 4 };

static const char *summary_of(struct call *c, const struct chart_week *w)
{
    struct arena *a = call_arena(c);
    const char *text = call_text(c, N_("Week of %s: %s, %s"), words_date(a, c->lang, w->load.monday),
                                 words_count(a, c->lang, "%zu expiry", "%zu expiries", w->expiries),
                                 words_count(a, c->lang, "%zu warning", "%zu warnings", w->load.count));
    const char *special = plan_week_words(c->desk, a, &w->load);
    return special[0] == '\0' ? text : arena_printf(a, "%s; %s", text, special);
}

/* 0: nothing; LEVELS: as many as the fullest week has. */
static int level_of(size_t n, size_t most)
{
    return n == 0 ? 0 : (int)((n * LEVELS + most - 1) / most);
}

static void text_at(struct html *h, const char *class, int x, int y, const char *text)
{
    html_open(h, "text");
    html_attr(h, "class", class);
    html_attr_int(h, "x", x);
    html_attr_int(h, "y", y);
    html_text(h, text);
    html_close(h);
}

static void box(struct html *h, const char *class, int x, int y)
{
    html_open(h, "rect");
    html_attr(h, "class", class);
    html_attr_int(h, "x", x);
    html_attr_int(h, "y", y);
    html_attr_int(h, "width", CELL_W);
    html_attr_int(h, "height", CELL_H);
    html_attr_int(h, "rx", 5);
    html_close(h);
}

static void write_cell(struct call *c, const struct chart_week *w, size_t most, bool here, int x, int y)
{
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    char iso[DAY_TEXT_BYTES];
    int level = level_of(w->expiries, most);
    html_open(h, "a");
    html_attr(h, "href", arena_printf(a, "/calendari?setmana=%s#setmana", day_iso(w->load.monday, iso)));
    html_attr(h, "class", arena_printf(a, "h%d%s", level, w->load.overloaded ? " over" : ""));
    if (here)
        html_attr(h, "aria-current", "true");
    html_element(h, "title", summary_of(c, w));
    html_raw(h, "<g aria-hidden=\"true\">");
    box(h, "cell", x, y);
    if (w->load.august)
        box(h, "august", x, y);
    text_at(h, "day", x + 6, y + 12, arena_printf(a, "%d", day_to_civil(w->load.monday).day));
    if (w->expiries > 0)
        text_at(h, "count", x + CELL_W - 6, y + CELL_H - 8, arena_printf(a, "%zu", w->expiries));
    if (w->load.overloaded)
        text_at(h, "sign", x + 6, y + CELL_H - 7, "▲");
    if (w->load.holidays > 0)
        text_at(h, "day end", x + CELL_W - 6, y + 12, "•");
    html_raw(h, "</g>");
    html_close(h);
}

static int month_of(const struct chart_week *w)
{
    struct civil d = day_to_civil(w->load.monday);
    return d.year * 12 + d.month - 1;
}

void chart_heat(struct call *c, const struct chart_week *weeks, size_t count, day_t here)
{
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    size_t most = 1;
    for (size_t i = 0; i < count; i++)
        most = weeks[i].expiries > most ? weeks[i].expiries : most;
    int rows = count == 0 ? 0 : month_of(&weeks[count - 1]) - month_of(&weeks[0]) + 1;
    html_open(h, "svg");
    html_attr(h, "class", "heat");
    html_attr(h, "viewBox",
              arena_printf(a, "0 0 %d %d", LABEL + COLUMNS * (CELL_W + GAP), TOP + rows * (CELL_H + GAP)));
    html_attr(h, "role", "group");
    html_attr(h, "aria-label", call_tr(c, N_("Expiries by week")));
    html_raw(h, "<defs><pattern id=\"august\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
                "patternTransform=\"rotate(45)\"><rect width=\"2\" height=\"6\"></rect></pattern></defs>");
    for (size_t i = 0; i < count; i++) {
        int row = month_of(&weeks[i]) - month_of(&weeks[0]), y = TOP + row * (CELL_H + GAP);
        int column = (day_to_civil(weeks[i].load.monday).day - 1) / 7; /* of the month's Mondays */
        if (i == 0 || month_of(&weeks[i - 1]) != month_of(&weeks[i]))
            text_at(h, "month", 0, y + 22, words_month(a, c->lang, weeks[i].load.monday));
        write_cell(c, &weeks[i], most, weeks[i].load.monday == here, LABEL + column * (CELL_W + GAP), y);
    }
    html_close(h);
}
