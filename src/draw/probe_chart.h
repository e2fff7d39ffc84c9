/* The past of a probe as one SVG: above, how much of each stretch it was up; below, how long its runs took. It stands
 * alone (a file, an <img>): colours for both themes are in it, no script, and what it shows is in its title too. */
#ifndef TALAIA_DRAW_PROBE_CHART_H
#define TALAIA_DRAW_PROBE_CHART_H

#include "base/mem.h"
#include "draw/html.h"

struct probe_chart_bar {
    int availability;         /* per mille of thousand, as probe_availability; -1: nothing is known */
    int64_t us_half, us_most; /* time that half of the runs, and 95 of 100, did not exceed; -1: none */
};
struct probe_chart {
    const char *title; /* what it says in words */
    const char *times; /* the same of the runs' times */
    const char *from, *until;
    const struct probe_chart_bar *bars; /* at most LIMIT_PROBE_CHART_BARS */
    size_t count;
    int level; /* agreed availability, 0: none */
};
bool probe_chart_draw(const struct probe_chart *x, struct arena *a, struct buf *to, struct err *e);

#endif
