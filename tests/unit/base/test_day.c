#include "base/day.h"

#include <stdlib.h>
#include <time.h>

#include "check.h"

static day_t at(int year, int month, int day)
{
    day_t d = day_from_civil(year, month, day);
    assert_int_not_equal(d, DAY_NONE);
    return d;
}

/* Against the C library, which counts seconds. */
static void every_day_agrees_with_the_system(void **state)
{
    (void)state;
    day_t wanted = at(1990, 1, 1);
    assert_int_equal(wanted, 7305);
    for (day_t d = wanted; d <= at(2100, 12, 31); d++) {
        time_t t = (time_t)d * 86400;
        struct tm tm;
        assert_non_null(gmtime_r(&t, &tm));
        struct civil c = day_to_civil(d);
        assert_int_equal(c.year, tm.tm_year + 1900);
        assert_int_equal(c.month, tm.tm_mon + 1);
        assert_int_equal(c.day, tm.tm_mday);
        assert_int_equal(day_from_civil(c.year, c.month, c.day), d);
        assert_int_equal(day_weekday(d), tm.tm_wday == 0 ? 7 : tm.tm_wday);
        char week[16], mine[16], text[DAY_TEXT_BYTES];
        int year;
        (void)strftime(week, sizeof week, "%G-W%V", &tm);
        int number = day_iso_week(d, &year);
        (void)snprintf(mine, sizeof mine, "%04d-W%02d", year, number);
        assert_string_equal(mine, week);
        assert_int_equal(day_iso_week(d, NULL), number);
        day_t back = DAY_NONE;
        assert_true(day_parse_iso(str_of(day_iso(d, text)), &back));
        assert_int_equal(back, d);
    }
}

static void all_years_and_the_far_past(void **state)
{
    (void)state;
    day_t d = at(1, 1, 1);
    for (int year = 1; year <= 9999; year++) {
        for (int month = 1; month <= 12; month++) {
            assert_int_equal(at(year, month, 1), d); /* no gap and no overlap between months */
            int days = 28;
            while (days < 31 && day_from_civil(year, month, days + 1) != DAY_NONE)
                days++;
            struct civil last = day_to_civil(d + days - 1);
            assert_int_equal(last.year, year);
            assert_int_equal(last.month, month);
            assert_int_equal(last.day, days);
            d += days;
        }
    }
}

static void there_is_no_such_day(void **state)
{
    (void)state;
    static const int wrong[][3] = {{2026, 2, 29}, {2100, 2, 29}, {1900, 2, 29}, {2026, 4, 31}, {2026, 0, 1},
                                   {2026, 13, 1}, {2026, 1, 0},  {2026, 1, 32}, {0, 1, 1},     {10000, 1, 1},
                                   {-1, 1, 1},    {2026, -1, 1}, {2026, 1, -1}, {2026, 2, 31}};
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_int_equal(day_from_civil(wrong[i][0], wrong[i][1], wrong[i][2]), DAY_NONE);
    (void)at(2000, 2, 29);
    (void)at(2028, 2, 29);
}

static void zone_of_madrid(void)
{
    setenv("TZ", "Europe/Madrid", 1);
    tzset();
}

static void check_instant(int64_t second)
{
    time_t t = (time_t)second;
    struct tm tm;
    assert_non_null(localtime_r(&t, &tm));
    instant_t i = second * INSTANT_PER_SECOND;
    assert_int_equal(madrid_offset(i), tm.tm_gmtoff);
    assert_int_equal(day_madrid(i), day_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday));
    assert_int_equal(madrid_offset(i + INSTANT_PER_SECOND - 1), tm.tm_gmtoff); /* its last microsecond */
    char mine[INSTANT_TEXT_BYTES], wanted[INSTANT_TEXT_BYTES];
    (void)strftime(wanted, sizeof wanted, "%Y-%m-%d %H:%M", &tm);
    assert_string_equal(instant_madrid(i, mine), wanted);
}

/* 1996: the first year with the common end of summer; 2037: the last in every zone file. */
static void madrid_agrees_with_the_zone_files(void **state)
{
    (void)state;
    zone_of_madrid();
    int changes = 0;
    for (int year = 1996; year <= 2037; year++) {
        int before = 3600;
        for (day_t d = at(year, 1, 1); d <= at(year, 12, 31); d++) {
            int64_t start = (int64_t)d * 86400;
            for (int hour = 0; hour < 24; hour += 3)
                check_instant(start + hour * 3600);
            check_instant(start + 86399);
            int offset = madrid_offset((start + 43200) * INSTANT_PER_SECOND);
            if (offset == before)
                continue;
            before = offset;
            changes++;
            for (int half_hour = -100; half_hour <= 100; half_hour++) { /* four days around the change */
                check_instant(start + half_hour * 1800);
                check_instant(start + half_hour * 1800 - 1);
                check_instant(start + half_hour * 1800 + 1);
            }
        }
    }
    assert_int_equal(changes, 2 * (2037 - 1996 + 1));
}

static void both_changes_of_2026(void **state)
{
    (void)state;
    static const struct {
        const char *utc, *madrid;
        int offset;
    } cases[] = {
        {"2026-03-29T00:59:59Z", "2026-03-29 01:59", 3600}, {"2026-03-29T01:00:00Z", "2026-03-29 03:00", 7200},
        {"2026-10-25T00:59:59Z", "2026-10-25 02:59", 7200}, {"2026-10-25T01:00:00Z", "2026-10-25 02:00", 3600},
        {"2026-12-31T23:00:00Z", "2027-01-01 00:00", 3600}, {"2026-07-31T22:00:00Z", "2026-08-01 00:00", 7200},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str s = str_of(cases[i].utc);
        day_t d;
        int64_t h, m, sec;
        assert_true(day_parse_iso(str_part(s.p, 10), &d) && str_to_int64(str_part(s.p + 11, 2), 0, 23, &h) &&
                    str_to_int64(str_part(s.p + 14, 2), 0, 59, &m) && str_to_int64(str_part(s.p + 17, 2), 0, 59, &sec));
        instant_t t = ((int64_t)d * 86400 + h * 3600 + m * 60 + sec) * INSTANT_PER_SECOND;
        char text[INSTANT_TEXT_BYTES];
        assert_string_equal(instant_iso(t, text), cases[i].utc);
        assert_string_equal(instant_madrid(t, text), cases[i].madrid);
        assert_int_equal(madrid_offset(t), cases[i].offset);
    }
}

static void texts(void **state)
{
    (void)state;
    char text[DAY_TEXT_BYTES], instant[INSTANT_TEXT_BYTES];
    assert_string_equal(day_iso(at(2026, 4, 3), text), "2026-04-03");
    assert_string_equal(day_dmy(at(2026, 4, 3), text), "03/04/2026");
    assert_string_equal(day_dmy_short(at(2026, 4, 3), text), "3/4/2026");
    assert_string_equal(day_dmy_short(at(2026, 11, 20), text), "20/11/2026");
    assert_string_equal(day_iso(DAY_NONE, text), "");
    assert_string_equal(day_dmy(DAY_NONE, text), "");
    assert_string_equal(day_dmy_short(DAY_NONE, text), "");
    assert_string_equal(instant_iso(INSTANT_NONE, instant), "");
    assert_string_equal(instant_madrid(INSTANT_NONE, instant), "");
    assert_string_equal(instant_iso(0, instant), "1970-01-01T00:00:00Z");
    assert_string_equal(instant_iso(-1, instant), "1969-12-31T23:59:59Z"); /* before the epoch it rounds down */
    assert_string_equal(instant_iso(1795161600999999, instant), "2026-11-20T08:00:00Z");
    assert_int_equal(day_madrid(-1), 0); /* 00:59:59 of 1970-01-01 in Madrid */
}

static void only_the_exact_form_is_iso(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",           "2026-11-2",   "2026-11-200", "2026/11/20", "20261120",   "2026-13-01", "2026-02-29",
        "0000-01-01", "+026-11-20",  "-026-11-20",  "2026-+1-20", "2026-11-+2", "2026--1-20", "2026-11--2",
        "2026-1 -20", " 2026-11-20", "2026-11-2o",  "2026-00-10", "2026-11-00", "２026-1-2"};
    day_t d = 77;
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_false(day_parse_iso(str_of(wrong[i]), &d));
    assert_false(day_parse_iso((struct str){0}, &d));
    assert_false(day_parse_iso(str_part("2026-11\0-20", 10), &d));
    assert_int_equal(d, 77);
}

static void the_clock_of_the_system(void **state)
{
    (void)state;
    zone_of_madrid();
    time_t before = time(NULL);
    struct clock c = clock_system();
    time_t after = time(NULL);
    assert_true(c.now / INSTANT_PER_SECOND >= before && c.now / INSTANT_PER_SECOND <= after);
    assert_int_equal(c.today, day_madrid(c.now));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_agrees_with_the_system),
        cmocka_unit_test(all_years_and_the_far_past),
        cmocka_unit_test(there_is_no_such_day),
        cmocka_unit_test(madrid_agrees_with_the_zone_files),
        cmocka_unit_test(both_changes_of_2026),
        cmocka_unit_test(texts),
        cmocka_unit_test(only_the_exact_form_is_iso),
        cmocka_unit_test(the_clock_of_the_system),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
