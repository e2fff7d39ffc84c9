/* Charts of a probe for pages: SVG that stretches with them, so that its words stand beside it as text and never
 * shrink; colours come from the page's stylesheet by class. Equal shapes are one path each: a year is a few kilobytes.
 */
#ifndef TALAIA_DRAW_PROBE_STRIP_H
#define TALAIA_DRAW_PROBE_STRIP_H

#include "base/mem.h"
#include "core/probe.h"
#include "draw/html.h"

/* One stretch of time. */
struct probe_slot {
    bool known; /* it was summed up */
    struct probe_tally tally;
    int64_t half, most;           /* µs that half of the runs, and 95 of 100, did not exceed; -1 */
    int64_t phases[PROBE_PHASES]; /* µs in the mean */
    bool has_phases;
};

/* How available it was, from left to right: what was down hangs from above (class d), what was good stands below it
 * (g), then maintenance (m), and what was blind lies at the bottom (b); a thin line (u) where nothing is known. `label`
 * says it in words. */
void probe_strip_draw(struct html *h, struct arena *a, const struct probe_slot *slots, size_t count, const char *label);
/* The same in few bytes: slots that are alike are one shape, and the page's stylesheet cuts them apart. `alone`: with
 * what it needs as a file of its own, colours of both themes too. */
void probe_strip_draw_small(struct html *h, struct arena *a, const struct probe_slot *slots, size_t count,
                            const char *label, bool alone);
/* How long its runs took: phases one upon the other (classes p0 … p4) where there are, else half of the runs (h) before
 * 95 of 100 (q). Returns the longest time, which is its upper edge. */
int64_t probe_times_draw(struct html *h, struct arena *a, const struct probe_slot *slots, size_t count,
                         const char *label);

#endif
