/* Working days. Which days are holidays is the profile's; what happens on them is src/flow's. */
#include "core/calendar.h"

static bool is_holiday(const struct profile *p, day_t d)
{
    size_t low = 0, high = p->holiday_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (p->holidays[middle] == d)
            return true;
        if (p->holidays[middle] < d)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

bool day_is_working(const struct profile *p, day_t d)
{
    return d != DAY_NONE && day_weekday(d) <= FRIDAY && !is_holiday(p, d);
}

/* Both end: the holidays are a finite list, so beyond it every Monday works. */
day_t day_next_working(const struct profile *p, day_t d)
{
    while (d != DAY_NONE && !day_is_working(p, d))
        d++;
    return d;
}

day_t day_previous_working(const struct profile *p, day_t d)
{
    while (d != DAY_NONE && !day_is_working(p, d))
        d--;
    return d;
}

day_t report_day(const struct profile *p, day_t d)
{
    if (d == DAY_NONE)
        return DAY_NONE;
    return day_previous_working(p, d - (int)day_weekday(d) + (int)p->report_weekday);
}

struct period report_period(const struct profile *p, day_t until, day_t last_sent)
{
    if (last_sent == DAY_NONE)
        last_sent = report_day(p, until - 7);
    return (struct period){.after = last_sent, .until = until};
}

struct week_load week_empty(const struct profile *p, day_t monday)
{
    struct week_load w = {.monday = monday};
    for (day_t d = monday; d < monday + FRIDAY; d++) {
        bool works = day_is_working(p, d);
        w.holidays += !works;
        w.august = w.august || (works && day_to_civil(d).month == 8);
    }
    return w;
}

size_t week_loads(const struct profile *p, const day_t *days, size_t count, struct week_load *ret)
{
    size_t weeks = 0;
    for (size_t i = 0; i < count; i++) {
        day_t monday = week_monday(days[i]);
        if (weeks == 0 || ret[weeks - 1].monday != monday)
            ret[weeks++] = week_empty(p, monday);
        struct week_load *w = &ret[weeks - 1];
        w->count++;
        w->overloaded = w->count > (size_t)p->week_most;
    }
    return weeks;
}

/* The "anonymous" Gregorian computus (Nature, 1876): golden number, century corrections, epact, then the Sunday
 * after the full moon. */
day_t easter_sunday(int year)
{
    if (year < 1583 || year > 9999) /* the Gregorian calendar begins in October 1582 */
        return DAY_NONE;
    int golden = year % 19, century = year / 100, rest = year % 100;
    int moon_shift = (8 * century + 13) / 25;
    int epact = (19 * golden + century - century / 4 - moon_shift + 15) % 30;
    int to_sunday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
    int late_moon = (golden + 11 * epact + 22 * to_sunday) / 451;
    int n = epact + to_sunday - 7 * late_moon + 114;
    return day_from_civil(year, n / 31, n % 31 + 1);
}
