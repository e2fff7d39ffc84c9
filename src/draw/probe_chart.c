#include "draw/probe_chart.h"

#include "base/mem.h"
#include "draw/tokens.h"

enum { WIDTH = 1000, UP_TOP = 24, UP_HEIGHT = 90, TIME_TOP = 150, TIME_HEIGHT = 110, HEIGHT = 290, EDGE = 12 };

static const char *number(struct arena *a, double x)
{
    return arena_printf(a, "%.2f", x);
}

static void rect(struct html *h, struct arena *a, const char *class, double x, double y, double w, double height)
{
    html_open(h, "rect");
    html_attr(h, "class", class);
    html_attr(h, "x", number(a, x));
    html_attr(h, "y", number(a, y));
    html_attr(h, "width", number(a, w));
    html_attr(h, "height", number(a, height));
    html_close(h);
}

static void label(struct html *h, struct arena *a, double x, double y, const char *anchor, const char *text)
{
    html_open(h, "text");
    html_attr(h, "x", number(a, x));
    html_attr(h, "y", number(a, y));
    html_attr(h, "text-anchor", anchor);
    html_text(h, text);
    html_close(h);
}

static void style(struct html *h, struct arena *a)
{
    const char *css = "";
    for (int t = 0; t < THEME_COUNT; t++) {
        const uint32_t c[] = {token_colour(TOKEN_GOOD, (enum theme)t), token_colour(TOKEN_DOWN, (enum theme)t),
                              token_colour(TOKEN_LINE, (enum theme)t), token_colour(TOKEN_ACCENT, (enum theme)t),
                              token_colour(TOKEN_SOFT, (enum theme)t), token_colour(TOKEN_SOON, (enum theme)t)};
        css = arena_printf(a,
                           "%s%s.g{fill:#%06x}.d{fill:#%06x}.u{fill:#%06x}.t{fill:#%06x}.m{fill:#%06x;opacity:.35}"
                           "text{fill:#%06x;font:13px sans-serif}.s{fill:#%06x}%s",
                           css, t == THEME_DARK ? "@media(prefers-color-scheme:dark){" : "", c[0], c[1], c[2], c[3],
                           c[3], c[4], c[5], t == THEME_DARK ? "}" : "");
    }
    html_element(h, "style", css);
}

static int64_t longest(const struct probe_chart *x)
{
    int64_t most = 1000;
    for (size_t i = 0; i < x->count; i++)
        most = x->bars[i].us_most > most ? x->bars[i].us_most : most;
    return most;
}

/* What was not up is drawn from above, at least a pixel of it; below the agreed level the rest is drawn as a warning.
 */
static void draw_up(struct html *h, struct arena *a, const struct probe_chart *x)
{
    double step = (double)WIDTH / (double)(x->count == 0 ? 1 : x->count), w = step > 3 ? step - 1 : step;
    for (size_t i = 0; i < x->count; i++) {
        int up = x->bars[i].availability;
        double at = step * (double)i, down = up < 0 ? 0 : UP_HEIGHT * (100000 - up) / 100000.0;
        if (up < 0) {
            rect(h, a, "u", at, UP_TOP + UP_HEIGHT - 6, w, 6);
            continue;
        }
        down = up < 100000 && down < 2 ? 2 : down;
        rect(h, a, x->level > 0 && up < x->level ? "s" : "g", at, UP_TOP + down, w, UP_HEIGHT - down);
        if (down > 0)
            rect(h, a, "d", at, UP_TOP, w, down);
    }
}

static void draw_times(struct html *h, struct arena *a, const struct probe_chart *x)
{
    double step = (double)WIDTH / (double)(x->count == 0 ? 1 : x->count), w = step > 3 ? step - 1 : step;
    double scale = TIME_HEIGHT / (double)longest(x);
    for (size_t i = 0; i < x->count; i++) {
        const struct probe_chart_bar *b = &x->bars[i];
        double most = (double)b->us_most * scale, half = (double)b->us_half * scale;
        if (b->us_most >= 0)
            rect(h, a, "m", step * (double)i, TIME_TOP + TIME_HEIGHT - most, w, most);
        if (b->us_half >= 0)
            rect(h, a, "t", step * (double)i, TIME_TOP + TIME_HEIGHT - half, w, half);
    }
}

bool probe_chart_draw(const struct probe_chart *x, struct arena *a, struct buf *to, struct err *e)
{
    struct html h = HTML_INIT(to);
    html_open(&h, "svg");
    html_attr(&h, "xmlns", "http://www.w3.org/2000/svg");
    html_attr(&h, "viewBox", arena_printf(a, "%d %d %d %d", -EDGE, -EDGE, WIDTH + 2 * EDGE, HEIGHT + 2 * EDGE));
    html_attr(&h, "role", "img");
    html_attr(&h, "aria-label", x->title);
    html_element(&h, "title", x->title);
    style(&h, a);
    draw_up(&h, a, x);
    draw_times(&h, a, x);
    label(&h, a, 0, UP_TOP - 8, "start", x->title);
    label(&h, a, 0, TIME_TOP - 8, "start", x->times);
    label(&h, a, 0, HEIGHT - 8, "start", x->from);
    label(&h, a, WIDTH, HEIGHT - 8, "end", x->until);
    html_close(&h);
    return html_end(&h, e);
}
