#include "draw/probe_strip.h"

enum { STEP = 10, STRIP = 28, PLOT = 120, LEAST = 3, PHASES = 5 };

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

static void begin(struct html *h, struct arena *a, const char *class, size_t count, int height, const char *label)
{
    html_open(h, "svg");
    html_attr(h, "class", class);
    html_attr(h, "viewBox", arena_printf(a, "0 0 %zu %d", count * STEP, height));
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

void probe_strip_draw(struct html *h, struct arena *a, const struct probe_slot *slots, size_t count, const char *label)
{
    static const char *const classes[KINDS] = {[DOWN] = "d", [UP] = "g", [STILL] = "m", [BLIND] = "b", [NONE] = "u"};
    struct buf d[KINDS];
    for (int k = 0; k < KINDS; k++)
        d[k] = (struct buf)BUF_INIT(LIMIT_PROBE_CHART_BYTES);
    for (size_t i = 0; i < count; i++) {
        const struct probe_tally *t = &slots[i].tally;
        double x = (double)i * STEP + 1, y = 0, high[KINDS];
        if (!slots[i].known || t->up + t->down + t->blind + t->maintenance <= 0) {
            box(&d[NONE], x, STRIP - LEAST, STEP - 2, LEAST);
            continue;
        }
        heights(t, high);
        for (int k = DOWN; k <= BLIND; k++) {
            if (high[k] > 0)
                box(&d[k], x, y, STEP - 2, high[k]);
            y += high[k];
        }
    }
    begin(h, a, "bars strip", count, STRIP, label);
    for (int k = 0; k < KINDS; k++)
        put(h, &d[k], classes[k]);
    html_close(h);
}

/* ------------------------------------------------------------------ times */

static int64_t slot_longest(const struct probe_slot *s)
{
    int64_t sum = 0;
    for (int k = 0; s->has_phases && k < PHASES; k++)
        sum += s->phases[k];
    return s->has_phases ? sum : s->most;
}

static void draw_slot(const struct probe_slot *s, double x, double scale, struct buf *d)
{
    double y = PLOT;
    for (int k = 0; s->has_phases && k < PHASES; k++) {
        double high = (double)s->phases[k] * scale;
        if (high > 0)
            box(&d[k], x, y - high, STEP, high);
        y -= high;
    }
    if (!s->has_phases && s->most >= 0)
        box(&d[PHASES], x, PLOT - (double)s->most * scale, STEP, (double)s->most * scale);
    if (!s->has_phases && s->half >= 0)
        box(&d[PHASES + 1], x, PLOT - (double)s->half * scale, STEP, (double)s->half * scale);
}

int64_t probe_times_draw(struct html *h, struct arena *a, const struct probe_slot *slots, size_t count,
                         const char *label)
{
    static const char *const classes[PHASES + 2] = {"p0", "p1", "p2", "p3", "p4", "q", "h"};
    struct buf d[PHASES + 2];
    int64_t longest = 1000;
    for (int k = 0; k < PHASES + 2; k++)
        d[k] = (struct buf)BUF_INIT(LIMIT_PROBE_CHART_BYTES);
    for (size_t i = 0; i < count; i++)
        longest = slot_longest(&slots[i]) > longest ? slot_longest(&slots[i]) : longest;
    for (size_t i = 0; i < count; i++)
        draw_slot(&slots[i], (double)i * STEP, PLOT / (double)longest, d);
    begin(h, a, "times", count, PLOT, label);
    for (int k = 0; k < PHASES + 2; k++)
        put(h, &d[k], classes[k]);
    html_close(h);
    return longest;
}
