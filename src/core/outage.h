/* Outages: counting the days a body is down, and what changed since last week (A4, A5). */
#ifndef TALAIA_CORE_OUTAGE_H
#define TALAIA_CORE_OUTAGE_H

#include <stddef.h>
#include <stdint.h>

#include <stdbool.h>

#include "base/day.h"

struct outage {
    int64_t id, body_id;
    const char *error;   /* what was seen, in the words of who opened it */
    day_t since, closed; /* closed: DAY_NONE while it lasts */
    const char *closing; /* how it recovered, "" while open */
    const char *source;  /* "" = a person, "sweep" = a round of checks, "monitor" = an alert mail, else the workbook it
                            came from */
};

/* Calendar days down on that day: 0 on the first day. -1 when it had not begun or was over. An outage counts as down
 * up to the day before `closed`. */
int outage_days(const struct outage *o, day_t on);
bool outage_is_open(const struct outage *o, day_t on);
/* Whole weeks down: 0 below 7 days, 1 below 14, … */
int outage_weeks(const struct outage *o, day_t on);

/* One line of a report's memory: what a body was in it. */
struct report_line {
    int64_t body_id;
    bool down;
    bool soon; /* it stood in Certificats */
    int weeks; /* down: outage_weeks() on the day of the report */
};
enum change { CHANGE_NEW_DOWN, CHANGE_RECOVERED, CHANGE_STILL_DOWN, CHANGE_RENEWED, CHANGE_NEW_SOON, CHANGE_COUNT };
const char *change_code(enum change c); /* "new-down", … */
struct change_item {
    enum change change;
    int64_t body_id;
    int weeks; /* CHANGE_STILL_DOWN: whole weeks since it began, as this week's line says */
};
/* Compares last week's lines with this week's, both sorted by body_id, each body once. A body without a line was
 * neither down nor in Certificats. `renewed` are the bodies whose certificates were renewed in between (sorted; a body
 * twice counts once). Writes at most REPORT_CHANGES_MAX items, in order of enum change then body_id; returns the
 * number. With before_count 0 and `first` true nothing is "new": there is nothing to compare with. */
#define REPORT_CHANGES_MAX(before_count, now_count, renewed_count) ((before_count) + 2 * (now_count) + (renewed_count))
size_t report_changes(const struct report_line *before, size_t before_count, const struct report_line *now,
                      size_t now_count, const int64_t *renewed, size_t renewed_count, bool first,
                      struct change_item *ret);

#endif
