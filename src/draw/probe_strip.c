#include "draw/probe_strip.h"

#include "draw/tokens.h"

enum { STEP = 10, STRIP = 28, PLOT = 480, LEAST = 3 };

/* One class of shapes as one path. */
static void box(struct buf *d, double x, double y, double w, double h)
{
    (void)buf_printf(d, "M%.6g %.4gh%.4gv%.4gh-%.4gz", x, y, w, h, w);
}

static void put(struct html *h, struct buf *d, const char *class)
{
    if (d->n > 0) {
        html_open(h, "path");
        html_attr(h, "class", class);
        html_attr(h, "d", buf_text(d));
        html_close(h);
    }
    buf_release(d);
}

static void begin(struct html *h, struct arena *a, const char *class, size_t width, int height, const char *label)
{
    html_open(h, "svg");
    html_attr(h, "class", class);
    html_attr(h, "viewBox", arena_printf(a, "0 0 %zu %d", width, height));
    html_attr(h, "preserveAspectRatio", "none");
    html_attr(h, "role", "img");
    html_attr(h, "aria-label", label);
}

/* ------------------------------------------------------------------ availability */

enum { DOWN, UP, STILL, BLIND, NONE, KINDS };

/* Heights from above; what is there at all is seen, at the cost of the highest. */
static void heights(const struct probe_tally *t, double *ret)
{
    const int64_t of[] = {[DOWN] = t->down, [UP] = t->up, [STILL] = t->maintenance, [BLIND] = t->blind};
    int64_t all = t->up + t->down + t->blind + t->maintenance;
    double sum = 0;
    int highest = 0;
    for (int k = DOWN; k <= BLIND; k++) {
        double x = all <= 0 ? 0 : STRIP * (double)of[k] / (double)all;
        ret[k] = of[k] > 0 && x < LEAST ? LEAST : x;
        sum += ret[k];
        highest = ret[k] > ret[highest] ? k : highest;
    }
    ret[highest] -= all > 0 ? sum - STRIP : 0;
}

static bool is_known(const struct probe_slot *s)
{
    const struct probe_tally *t = &s->tally;
    return s->known && t->up + t->down + t->blind + t->maintenance > 0;
}

static void slot_heights(const struct probe_slot *s, double *ret)
{
    for (int k = 0; k < KINDS; k++)
        ret[k] = 0;
    if (is_known(s))
        heights(&s->tally, ret);
    else
        ret[NONE] = LEAST;
}

static void draw_slots(struct html *h, const struct probe_slot *slots, size_t count)
{
    static const char *const classes[KINDS] = {[DOWN] = "d", [UP] = "g", [STILL] = "m", [BLIND] = "b", [NONE] = "u"};
    struct buf d[KINDS];
    for (int k = 0; k < KINDS; k++)
        d[k] = (struct buf)BUF_INIT(LIMIT_PROBE_CHART_BYTES);
    for (size_t i = 0; i < count; i++) {
        double high[KINDS], x = (double)i * STEP + 1, y = 0;
        slot_heights(&slots[i], high);
        for (int k = DOWN; k <= BLIND; k++) {
            if (high[k] > 0)
                box(&d[k], x, y, STEP - 2, high[k]);
            y += high[k];
        }
        if (high[NONE] > 0)
            box(&d[NONE], x, STRIP - LEAST, STEP - 2, LEAST);
    }
    for (int k = 0; k < KINDS; k++)
        put(h, &d[k], classes[k]);
}

void probe_strip_draw(struct html *h, struct arena *a, const struct probe_slot *slots, size_t count, const char *label)
{
    begin(h, a, "bars strip", count * STEP, STRIP, label);
    draw_slots(h, slots, count);
    html_close(h);
}

/* The colours of both themes, for a file that stands alone. */
static void colours(struct html *h, struct arena *a)
{
    const char *css = "";
    for (int t = 0; t < THEME_COUNT; t++)
        css = arena_printf(a, "%s%s.g{fill:#%06x}.d{fill:#%06x}.b{fill:#%06x}.m,.u{fill:#%06x}%s", css,
                           t == THEME_DARK ? "@media(prefers-color-scheme:dark){" : "",
                           (unsigned)token_colour(TOKEN_GOOD, (enum theme)t),
                           (unsigned)token_colour(TOKEN_DOWN, (enum theme)t),
                           (unsigned)token_colour(TOKEN_UNKNOWN, (enum theme)t),
                           (unsigned)token_colour(TOKEN_MUTED, (enum theme)t), t == THEME_DARK ? "}" : "");
    html_element(h, "style", css);
}

/* The outline of `count` columns one wide, hanging from above or standing on the ground, which is so far below. */
static void skyline(struct html *h, const int *high, size_t count, bool hangs, int ground, const char *class)
{
    struct buf d = BUF_INIT(LIMIT_PROBE_CHART_BYTES);
    int now = 0;
    bool any = false;
    (void)buf_printf(&d, "M0 %d", hangs ? 0 : ground);
    for (size_t i = 0, n; i < count; i += n) {
        for (n = 1; i + n < count && high[i + n] == high[i]; n++)
            ;
        if (high[i] != now)
            (void)buf_printf(&d, "v%d", hangs ? high[i] - now : now - high[i]);
        now = high[i];
        any = any || now > 0;
        (void)buf_printf(&d, "h%zu", n);
    }
    (void)buf_printf(&d, "V%dz", hangs ? 0 : ground);
    if (any)
        put(h, &d, class);
    else
        buf_release(&d);
}

/* One over the other: what was good behind everything, maintenance behind what was blind. */
static void draw_small(struct html *h, struct arena *a, const struct probe_slot *slots, size_t count)
{
    static const char *const classes[] = {"g", "m", "b", "d", "u"};
    enum { GOOD, AT_REST, NO_SIGHT, FELL, EMPTY, SHAPES };
    int *high[SHAPES];
    for (int k = 0; k < SHAPES; k++)
        high[k] = arena_array(a, int, count + 1);
    for (size_t i = 0; i < count; i++) {
        double of[KINDS];
        slot_heights(&slots[i], of);
        high[GOOD][i] = of[UP] > 0 ? STRIP : 0;
        high[NO_SIGHT][i] = (int)(of[BLIND] + 0.5);
        high[AT_REST][i] = of[STILL] > 0 ? (int)(of[BLIND] + of[STILL] + 0.5) : 0;
        high[FELL][i] = (int)(of[DOWN] + 0.5);
        high[EMPTY][i] = (int)of[NONE];
    }
    for (int k = 0; k < SHAPES; k++)
        skyline(h, high[k], count, k == FELL, STRIP, classes[k]);
}

void probe_strip_draw_small(struct html *h, struct arena *a, const struct probe_slot *slots, size_t count,
                            const char *label, bool alone)
{
    html_open(h, "svg");
    html_attr(h, "class", "bars");
    html_attr(h, "viewBox", arena_printf(a, "0 0 %zu %d", count, STRIP));
    html_attr(h, "preserveAspectRatio", "none");
    html_attr(h, "role", "img");
    html_attr(h, "aria-label", label);
    if (alone) {
        html_attr(h, "xmlns", "http://www.w3.org/2000/svg");
        html_element(h, "title", label);
        colours(h, a);
    }
    draw_small(h, a, slots, count);
    html_close(h);
}

/* ------------------------------------------------------------------ times */

/* What is drawn, the highest first: what comes later stands before it. */
enum { P4, P3, P2, P1, P0, MOST, HALF, CURVES };

static void slot_curves(const struct probe_slot *s, int64_t ret[CURVES])
{
    int64_t sum = 0;
    for (int k = 0; k < CURVES; k++)
        ret[k] = 0;
    for (int k = 0; s->has_phases && k < PROBE_PHASES; k++)
        ret[P0 - k] = sum += s->phases[k];
    if (!s->has_phases && s->most >= 0)
        ret[MOST] = s->most;
    if (!s->has_phases && s->half >= 0)
        ret[HALF] = s->half;
}

int64_t probe_times_draw(struct html *h, struct arena *a, const struct probe_slot *slots, size_t count,
                         const char *label)
{
    static const char *const classes[CURVES] = {"p4", "p3", "p2", "p1", "p0", "q", "h"};
    int64_t longest = 1000, (*us)[CURVES] = arena_alloc(a, (count + 1) * sizeof *us, _Alignof(int64_t));
    int *high = arena_array(a, int, count + 1);
    for (size_t i = 0; i < count; i++) {
        slot_curves(&slots[i], us[i]);
        for (int k = 0; k < CURVES; k++)
            longest = us[i][k] > longest ? us[i][k] : longest;
    }
    begin(h, a, "times", count, PLOT, label);
    for (int k = 0; k < CURVES; k++) {
        for (size_t i = 0; i < count; i++)
            high[i] = (int)(PLOT * (double)us[i][k] / (double)longest + 0.5);
        skyline(h, high, count, false, PLOT, classes[k]);
    }
    html_close(h);
    return longest;
}
