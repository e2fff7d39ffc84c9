/* Charts of pages: SVG drawn here, directly labelled, each with its data in words for those who do not see it. Internal
 * to the web. */
#ifndef TALAIA_WEB_CHARTS_H
#define TALAIA_WEB_CHARTS_H

#include "core/outage.h"
#include "web/call.h"

/* The last LIMIT_WEB_PAST_DAYS days of a body: down or not. */
struct chart_days {
    bool down[LIMIT_WEB_PAST_DAYS]; /* the last one is today */
    int down_count;
    double percent; /* of days that it was up */
};
struct chart_days chart_days_of(const struct outage *outages, size_t count, day_t today);
void chart_bars(struct call *c, const struct chart_days *days, day_t today);

#endif
