#include "core/calendar.h"

#include "sample.h"

static const char *const holiday_texts[] = {"2026-12-08", "2026-12-25", "2026-12-26", "2027-01-01",
                                            "2027-01-06", "2027-03-26", "2027-03-29"};
static day_t holidays[COUNT(holiday_texts)];
static struct profile profile;

static int set_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(holiday_texts); i++)
        holidays[i] = day_text(holiday_texts[i]);
    profile_sample(&profile, holidays, COUNT(holidays));
    return 0;
}

static void working_days(void **state)
{
    (void)state;
    static const struct {
        const char *day;
        bool works;
        const char *next, *previous;
    } cases[] = {
        {"2026-11-20", true, "2026-11-20", "2026-11-20"},  /* Friday */
        {"2026-11-21", false, "2026-11-23", "2026-11-20"}, /* Saturday */
        {"2026-11-22", false, "2026-11-23", "2026-11-20"}, /* Sunday */
        {"2026-11-23", true, "2026-11-23", "2026-11-23"},
        {"2026-12-08", false, "2026-12-09", "2026-12-07"}, /* a Tuesday off */
        {"2026-12-25", false, "2026-12-28", "2026-12-24"}, /* Friday, then a weekend */
        {"2026-12-31", true, "2026-12-31", "2026-12-31"},
        {"2027-01-01", false, "2027-01-04", "2026-12-31"}, /* across the year */
        {"2027-03-26", false, "2027-03-30", "2027-03-25"}, /* Good Friday to Easter Monday, with the change of hour */
        {"2027-03-28", false, "2027-03-30", "2027-03-25"},
        {"2026-10-25", false, "2026-10-26", "2026-10-23"}, /* the other change of hour */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        day_t d = day_text(cases[i].day);
        assert_int_equal(day_is_working(&profile, d), cases[i].works);
        assert_int_equal(day_next_working(&profile, d), day_text(cases[i].next));
        assert_int_equal(day_previous_working(&profile, d), day_text(cases[i].previous));
    }
    assert_false(day_is_working(&profile, DAY_NONE));
    assert_int_equal(day_next_working(&profile, DAY_NONE), DAY_NONE);
    assert_int_equal(day_previous_working(&profile, DAY_NONE), DAY_NONE);
}

/* Against a plain search, for every day of thirty years and a dense list of holidays. */
static void working_days_agree_with_a_plain_search(void **state)
{
    (void)state;
    enum { MANY = 400 };
    static day_t dense[MANY];
    day_t start = day_text("2020-01-01");
    uint32_t random = 7;
    day_t at = start;
    for (size_t i = 0; i < MANY; i++) {
        random = random * 1664525u + 1013904223u;
        at += 1 + (int)(random >> 24) % 40;
        dense[i] = at;
    }
    struct profile p;
    profile_sample(&p, dense, MANY);
    for (day_t d = start; d < start + 30 * 366; d++) {
        bool holiday = false;
        for (size_t i = 0; i < MANY; i++)
            holiday = holiday || dense[i] == d;
        bool works = !holiday && day_weekday(d) != SATURDAY && day_weekday(d) != SUNDAY;
        assert_int_equal(day_is_working(&p, d), works);
    }
}

static void the_report_is_made_on_friday_or_before(void **state)
{
    (void)state;
    static const struct {
        const char *day, *report;
    } cases[] = {
        {"2026-11-16", "2026-11-20"}, {"2026-11-20", "2026-11-20"}, {"2026-11-22", "2026-11-20"},
        {"2026-11-23", "2026-11-27"}, {"2026-12-21", "2026-12-24"}, /* Christmas is a Friday */
        {"2026-12-25", "2026-12-24"}, {"2026-12-28", "2026-12-31"}, /* so is New Year's Day */
        {"2027-01-01", "2026-12-31"}, {"2027-03-22", "2027-03-25"}, /* Good Friday */
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(report_day(&profile, day_text(cases[i].day)), day_text(cases[i].report));
    assert_int_equal(report_day(&profile, DAY_NONE), DAY_NONE);
    struct profile other = profile;
    other.report_weekday = WEDNESDAY;
    assert_int_equal(report_day(&other, day_text("2026-11-20")), day_text("2026-11-18"));
    assert_int_equal(report_day(&other, day_text("2027-01-08")), day_text("2027-01-05")); /* the 6th is off */
}

static void a_report_covers_what_the_last_did_not(void **state)
{
    (void)state;
    day_t friday = day_text("2026-11-20");
    struct period w = report_period(&profile, friday, day_text("2026-11-12"));
    assert_int_equal(w.after, day_text("2026-11-12"));
    assert_int_equal(w.until, friday);
    assert_false(period_has(w, day_text("2026-11-12")));
    assert_true(period_has(w, day_text("2026-11-13")));
    assert_true(period_has(w, friday));
    assert_false(period_has(w, friday + 1));
    assert_false(period_has(w, DAY_NONE));
    w = report_period(&profile, friday, DAY_NONE); /* the first report */
    assert_int_equal(w.after, day_text("2026-11-13"));
    w = report_period(&profile, day_text("2026-11-16"), DAY_NONE); /* made on a Monday */
    assert_int_equal(w.after, day_text("2026-11-13"));
    w = report_period(&profile, day_text("2026-12-31"), DAY_NONE);
    assert_int_equal(w.after, day_text("2026-12-24"));
    w = report_period(&profile, day_text("2026-12-24"), DAY_NONE);
    assert_int_equal(w.after, day_text("2026-12-18"));
}

static void easter(void **state)
{
    (void)state;
    /* Published tables; 1818 and 2285 are the earliest possible, 1886, 1943 and 2038 the latest. */
    static const char *const known[] = {
        "1818-03-22", "1886-04-25", "1943-04-25", "1961-04-02", "1981-04-19", "2000-04-23", "2001-04-15", "2008-03-23",
        "2011-04-24", "2016-03-27", "2019-04-21", "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16",
        "2029-04-01", "2030-04-21", "2038-04-25", "2049-04-18", "2076-04-19", "2100-03-28", "2285-03-22",
    };
    for (size_t i = 0; i < COUNT(known); i++)
        assert_int_equal(easter_sunday(day_to_civil(day_text(known[i])).year), day_text(known[i]));
    for (int year = 1583; year <= 9999; year++) {
        day_t d = easter_sunday(year);
        assert_int_equal(day_weekday(d), SUNDAY);
        assert_true(d >= day_from_civil(year, 3, 22) && d <= day_from_civil(year, 4, 25));
    }
    assert_int_equal(easter_sunday(1582), DAY_NONE);
    assert_int_equal(easter_sunday(10000), DAY_NONE);
}

static void weeks_with_too_much(void **state)
{
    (void)state;
    const day_t closed[] = {day_text("2026-08-15"), day_text("2026-12-08"), day_text("2026-12-25")};
    struct profile p;
    profile_sample(&p, closed, COUNT(closed));
    p.week_most = 2;
    const day_t days[] = {day_text("2026-07-31"), day_text("2026-08-03"), day_text("2026-08-14"),
                          day_text("2026-12-07"), day_text("2026-12-09"), day_text("2026-12-11"),
                          day_text("2027-01-01")};
    struct week_load w[COUNT(days)];
    assert_int_equal(week_loads(&p, days, COUNT(days), w), 5);
    static const struct {
        const char *monday;
        size_t count, holidays;
        bool overloaded, august;
    } wanted[] = {
        {"2026-07-27", 1, 0, false, false}, {"2026-08-03", 1, 0, false, true}, /* the 15th is a Saturday */
        {"2026-08-10", 1, 0, false, true},  {"2026-12-07", 3, 1, true, false},
        {"2026-12-28", 1, 0, false, false}, /* the year does not cut a week in two */
    };
    for (size_t i = 0; i < COUNT(wanted); i++) {
        assert_int_equal(w[i].monday, day_text(wanted[i].monday));
        assert_int_equal(w[i].count, wanted[i].count);
        assert_int_equal(w[i].holidays, wanted[i].holidays);
        assert_int_equal(w[i].overloaded, wanted[i].overloaded);
        assert_int_equal(w[i].august, wanted[i].august);
    }
    assert_int_equal(week_loads(&p, days, 0, w), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(working_days),
        cmocka_unit_test(working_days_agree_with_a_plain_search),
        cmocka_unit_test(the_report_is_made_on_friday_or_before),
        cmocka_unit_test(a_report_covers_what_the_last_did_not),
        cmocka_unit_test(easter),
        cmocka_unit_test(weeks_with_too_much),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
