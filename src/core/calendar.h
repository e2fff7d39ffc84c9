/* Working days and report weeks (A3 "Days", A4 "This week"). */
#ifndef TALAIA_CORE_CALENDAR_H
#define TALAIA_CORE_CALENDAR_H

#include "core/profile.h"

/* Monday to Friday, minus the profile's holidays. */
bool day_is_working(const struct profile *p, day_t d);
/* The day itself when it works, else the next one that does. */
day_t day_next_working(const struct profile *p, day_t d);
day_t day_previous_working(const struct profile *p, day_t d);

/* The day on which the report of the ISO week that holds `d` is made: the profile's weekday (Friday) or, when that is a
 * holiday, the working day before it. */
day_t report_day(const struct profile *p, day_t d);

/* Days are whole: an action of the day of the last report belongs to that report even when it was done after sending;
 * whoever records it later that day gives it the next day, or compares instants. */
/* The days that a report covers: after `last_sent` up to and including `until`. Without an earlier report: the days
 * after the previous week's report day. */
struct period {
    day_t after, until;
};
struct period report_period(const struct profile *p, day_t until, day_t last_sent);
static inline bool period_has(struct period w, day_t d)
{
    return d != DAY_NONE && d > w.after && d <= w.until;
}

/* A week with something to send. */
struct week_load {
    day_t monday;
    size_t count;    /* warnings that go out in it */
    bool overloaded; /* more than the profile's week_most */
    bool august;     /* one of its days that work is in August, when hardly anybody is at the bodies */
    size_t holidays; /* of its days from Monday to Friday */
};
static inline day_t week_monday(day_t d)
{
    return d - ((int)day_weekday(d) - MONDAY);
}
/* The week that begins on that Monday, with nothing to send yet. */
struct week_load week_empty(const struct profile *p, day_t monday);
/* The weeks of these days (sorted, each as often as there are warnings on it), oldest first. Writes at most `count`.
 * Returns the number. */
size_t week_loads(const struct profile *p, const day_t *days, size_t count, struct week_load *ret);

/* Easter by the Gregorian computus, for movable holidays; DAY_NONE outside 1583–9999. */
day_t easter_sunday(int year);

#endif
