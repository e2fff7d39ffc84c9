/* Calendar days and instants. Pure: nothing here asks the clock or the time zone files.
 *
 * A day is a civil date in Europe/Madrid, counted from 1970-01-01 (proleptic Gregorian).
 * An instant is microseconds since 1970-01-01T00:00:00Z. Rules compare days; logs and provenance keep
 * instants. The only bridge is day_madrid(). */
#ifndef TALAIA_BASE_DAY_H
#define TALAIA_BASE_DAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

typedef int32_t day_t;
typedef int64_t instant_t;

#define DAY_NONE INT32_MIN
#define INSTANT_NONE INT64_MIN
#define INSTANT_PER_SECOND ((instant_t)1000000)

enum weekday { MONDAY = 1, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY }; /* ISO 8601 */

struct civil {
    int year, month, day;
};

/* DAY_NONE when there is no such date (31/02, year 0, month 13) or the year is not 1–9999. */
day_t day_from_civil(int year, int month, int day);
struct civil day_to_civil(day_t d);
enum weekday day_weekday(day_t d);
/* ISO 8601 week number; *year gets its year, which may differ at the turn of the year. */
int day_iso_week(day_t d, int *ret_year);

/* The civil date in Madrid at that instant: UTC+1, in summer UTC+2 (Directive 2000/84/EC: last Sunday of
 * March to last Sunday of October, both at 01:00 UTC). Checked against the zone files in the tests. */
day_t day_madrid(instant_t t);
/* Offset from UTC in Madrid at that instant, in seconds. */
int madrid_offset(instant_t t);

#define DAY_TEXT_BYTES 16
/* "2026-11-20"; "" for DAY_NONE. Returns `out`. */
const char *day_iso(day_t d, char out[DAY_TEXT_BYTES]);
/* "20/11/2026" (subjects, tables) and "3/4/2026" (the Friday subject). */
const char *day_dmy(day_t d, char out[DAY_TEXT_BYTES]);
const char *day_dmy_short(day_t d, char out[DAY_TEXT_BYTES]);
/* Exactly YYYY-MM-DD. */
bool day_parse_iso(struct str s, day_t *ret);

#define INSTANT_TEXT_BYTES 32
/* "2026-11-20T08:00:00Z". */
const char *instant_iso(instant_t t, char out[INSTANT_TEXT_BYTES]);
/* "2026-11-20 09:00" in Madrid. */
const char *instant_madrid(instant_t t, char out[INSTANT_TEXT_BYTES]);

/* Where the time comes from: passed to whoever needs it, so that tests and --on decide. */
struct clock {
    instant_t now;
    day_t today; /* Madrid; may be set apart from `now` by --on */
};
struct clock clock_system(void); /* the only function here that asks the system */

#endif
