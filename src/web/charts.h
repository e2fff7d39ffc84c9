/* Charts of pages: SVG drawn here, directly labelled, each with its data in words for those who do not see it. Internal
 * to the web. */
#ifndef TALAIA_WEB_CHARTS_H
#define TALAIA_WEB_CHARTS_H

#include "core/outage.h"
#include "flow/plan.h"
#include "web/call.h"

/* The last LIMIT_WEB_PAST_DAYS days of a body. A day that nobody looked is neither up nor down. */
enum chart_day { DAY_UNSEEN, DAY_UP, DAY_DOWN };
struct chart_days {
    enum chart_day days[LIMIT_WEB_PAST_DAYS]; /* the last one is today */
    int down_count, known_count;
    double percent;    /* of the days that are known, those that it was up */
    const char *words; /* "98.9 % of 90 days", "no data" */
};
/* `checked`: the days that it was looked at (record/sweep.h). */
struct chart_days chart_days_of(struct call *c, const struct outage *outages, size_t count, const bool *checked,
                                day_t today);
void chart_bars(struct call *c, const struct chart_days *days, day_t today);

/* A week of the calendar: what goes out in it, and how many certificates expire. */
struct chart_week {
    struct week_load load;
    size_t expiries;
};
/* Consecutive weeks, at most a year and a bit; `here` is the Monday of the one that is shown below. */
void chart_heat(struct call *c, const struct chart_week *weeks, size_t count, day_t here);

#endif
