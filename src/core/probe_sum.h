/* Stretches of time of a probe, summed up: what share of an hour it was up, and of hours a day and a month. Pure.
 *
 * Down is the time of incidents, from their first bad run to their first good one; a single bad run is none. What is
 * maintenance, or blind, or outside the probe's hours, is neither up nor down, in this order. */
#ifndef TALAIA_CORE_PROBE_SUM_H
#define TALAIA_CORE_PROBE_SUM_H

#include "base/buf.h"
#include "core/probe.h"

struct stretch {
    instant_t from, until; /* from ≤ t < until; INSTANT_NONE: open at that end */
};
struct stretches {
    const struct stretch *items;
    size_t count;
};

/* A run, as far as it says how long something was known. */
struct probe_mark {
    instant_t at;
    int64_t us; /* that it took; less than 0: not known */
    bool blind; /* it said nothing */
};
/* The time between `from` and `until` of which no run says anything: before the first run there ever was, from a blind
 * run to the next one, and in a silence of more than PROBE_SILENT times `seconds` after a run was over. `runs`: oldest
 * first, and the last one before `from` too, when there is one. *ret has room for count + 1; the number of those found
 * is returned. */
size_t probe_silences(const struct probe_mark *runs, size_t count, int seconds, instant_t from, instant_t until,
                      struct stretch *ret);

/* Adds the seconds between `from` and `until` (an hour, say: whole minutes) to *ret. Runs are not counted here. */
void probe_tally_add(struct probe_tally *ret, const struct probe *probe, const struct profile *p, instant_t from,
                     instant_t until, struct stretches incidents, struct stretches blind, struct stretches maintenance);
void probe_tally_join(struct probe_tally *to, const struct probe_tally *more);

/* "24:3 31:12 ": the steps that are not zero. */
#define PROBE_TIMES_TEXT_BYTES 4096
void probe_times_write(const struct probe_times_of *t, struct buf *to);
/* What cannot be read is left out: it comes out of our own store. */
void probe_times_read(struct str text, struct probe_times_of *ret);

/* The beginning of the hour, the day or the month of Madrid in which `t` lies; and of the next. An hour that is there
 * twice is two hours. */
enum probe_span { SPAN_HOUR, SPAN_DAY, SPAN_MONTH };
const char *probe_span_code(enum probe_span s); /* "h", "d", "m" */
instant_t probe_span_begin(enum probe_span s, instant_t t);
instant_t probe_span_end(enum probe_span s, instant_t t);

#endif
