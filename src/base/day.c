#include "base/day.h"

#include <stdio.h>
#include <time.h>

/* Days to civil dates and back after the era method: 400 years are 146,097 days, and a year counted
 * from March ends with the leap day. */
enum { ERA_DAYS = 146097, EPOCH_SHIFT = 719468 /* 0000-03-01 to 1970-01-01 */ };

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

day_t day_from_civil(int year, int month, int day)
{
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return DAY_NONE;
    int y = month <= 2 ? year - 1 : year;
    int era = y / 400;
    int year_of_era = y - era * 400;
    int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * ERA_DAYS + day_of_era - EPOCH_SHIFT;
}

struct civil day_to_civil(day_t d)
{
    int z = d + EPOCH_SHIFT;
    int era = (z >= 0 ? z : z - (ERA_DAYS - 1)) / ERA_DAYS;
    int day_of_era = z - era * ERA_DAYS;
    int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / (ERA_DAYS - 1)) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int m = (5 * day_of_year + 2) / 153;
    int month = m < 10 ? m + 3 : m - 9;
    return (struct civil){
        .year = year_of_era + era * 400 + (month <= 2),
        .month = month,
        .day = day_of_year - (153 * m + 2) / 5 + 1,
    };
}

enum weekday day_weekday(day_t d)
{
    int w = (d + 3) % 7; /* 1970-01-01 was a Thursday */
    return (enum weekday)((w < 0 ? w + 7 : w) + 1);
}

int day_iso_week(day_t d, int *ret_year)
{
    day_t thursday = d - (int)day_weekday(d) + THURSDAY;
    int year = day_to_civil(thursday).year;
    if (ret_year != NULL)
        *ret_year = year;
    return (thursday - day_from_civil(year, 1, 1)) / 7 + 1;
}

/* 01:00 UTC on the last Sunday of that month. */
static instant_t change_of_hour(int year, int month)
{
    day_t last = day_from_civil(year, month, 31);
    day_t sunday = last - (int)day_weekday(last) % 7;
    return ((instant_t)sunday * 86400 + 3600) * INSTANT_PER_SECOND;
}

static day_t utc_day(instant_t t)
{
    instant_t day = 86400 * INSTANT_PER_SECOND;
    instant_t d = t / day;
    return (day_t)(t % day < 0 ? d - 1 : d);
}

int madrid_offset(instant_t t)
{
    int year = day_to_civil(utc_day(t)).year;
    bool summer = t >= change_of_hour(year, 3) && t < change_of_hour(year, 10);
    return summer ? 7200 : 3600;
}

day_t day_madrid(instant_t t)
{
    return utc_day(t + madrid_offset(t) * INSTANT_PER_SECOND);
}

/* By hand: every row that the store takes or gives has days, and printf would be a tenth of an import. */
const char *day_iso(day_t d, char out[DAY_TEXT_BYTES])
{
    out[0] = '\0';
    if (d == DAY_NONE)
        return out;
    struct civil c = day_to_civil(d);
    if (c.year < 0 || c.year > 9999) {
        (void)snprintf(out, DAY_TEXT_BYTES, "%04d-%02d-%02d", c.year, c.month, c.day);
        return out;
    }
    const int digits[] = {c.year / 1000, c.year / 100 % 10, c.year / 10 % 10, c.year % 10, '-' - '0',
                          c.month / 10,  c.month % 10,      '-' - '0',        c.day / 10,  c.day % 10};
    enum { COUNT = sizeof digits / sizeof *digits };
    for (int i = 0; i < COUNT; i++)
        out[i] = (char)('0' + digits[i]);
    out[COUNT] = '\0';
    return out;
}

const char *day_dmy(day_t d, char out[DAY_TEXT_BYTES])
{
    out[0] = '\0';
    if (d != DAY_NONE) {
        struct civil c = day_to_civil(d);
        (void)snprintf(out, DAY_TEXT_BYTES, "%02d/%02d/%04d", c.day, c.month, c.year);
    }
    return out;
}

const char *day_dmy_short(day_t d, char out[DAY_TEXT_BYTES])
{
    out[0] = '\0';
    if (d != DAY_NONE) {
        struct civil c = day_to_civil(d);
        (void)snprintf(out, DAY_TEXT_BYTES, "%d/%d/%d", c.day, c.month, c.year);
    }
    return out;
}

bool day_parse_iso(struct str s, day_t *ret)
{
    int64_t year, month, day;
    if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-' || s.p[0] == '+' || s.p[0] == '-' || s.p[5] == '+' ||
        s.p[8] == '+' || !str_to_int64(str_part(s.p, 4), 1, 9999, &year) ||
        !str_to_int64(str_part(s.p + 5, 2), 1, 12, &month) || !str_to_int64(str_part(s.p + 8, 2), 1, 31, &day))
        return false;
    day_t d = day_from_civil((int)year, (int)month, (int)day);
    if (d == DAY_NONE)
        return false;
    *ret = d;
    return true;
}

static const char *instant_format(instant_t t, const char *format, char out[INSTANT_TEXT_BYTES])
{
    out[0] = '\0';
    if (t == INSTANT_NONE)
        return out;
    day_t d = utc_day(t);
    int second = (int)((t - (instant_t)d * 86400 * INSTANT_PER_SECOND) / INSTANT_PER_SECOND);
    struct civil c = day_to_civil(d);
    struct tm tm = {
        .tm_year = c.year - 1900,
        .tm_mon = c.month - 1,
        .tm_mday = c.day,
        .tm_hour = second / 3600,
        .tm_min = second / 60 % 60,
        .tm_sec = second % 60,
    };
    if (strftime(out, INSTANT_TEXT_BYTES, format, &tm) == 0)
        out[0] = '\0';
    return out;
}

const char *instant_iso(instant_t t, char out[INSTANT_TEXT_BYTES])
{
    return instant_format(t, "%Y-%m-%dT%H:%M:%SZ", out);
}

const char *instant_madrid(instant_t t, char out[INSTANT_TEXT_BYTES])
{
    if (t == INSTANT_NONE)
        return instant_iso(t, out);
    return instant_format(t + madrid_offset(t) * INSTANT_PER_SECOND, "%Y-%m-%d %H:%M", out);
}

struct clock clock_system(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    instant_t t = (instant_t)now.tv_sec * INSTANT_PER_SECOND + now.tv_nsec / 1000;
    return (struct clock){.now = t, .today = day_madrid(t)};
}
