/* How pages say days. In English: the language of the source. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/text.h"
#include "web/words.h"

static void days_as_people_say_them(void **state)
{
    (void)state;
    struct arena a = {0};
    day_t d = day_from_civil(2026, 11, 20);
    assert_string_equal(words_date(&a, LANG_EN, d), "20 Nov 2026");
    assert_string_equal(words_weekday_date(&a, LANG_EN, d), "Fri 20 Nov 2026");
    assert_string_equal(words_date(&a, LANG_EN, DAY_NONE), "—");
    assert_string_equal(words_weekday_date(&a, LANG_EN, DAY_NONE), "—");
    static const struct {
        int offset;
        const char *words;
    } cases[] = {{0, "today"},     {1, "tomorrow"},    {-1, "yesterday"},
                 {2, "in 2 days"}, {-3, "3 days ago"}, {400, "in 400 days"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(words_distance(&a, LANG_EN, d + cases[i].offset, d), cases[i].words);
    assert_string_equal(words_distance(&a, LANG_EN, DAY_NONE, d), "");
    arena_release(&a);
}

static void instants_in_madrid(void **state)
{
    (void)state;
    struct arena a = {0};
    instant_t t = (instant_t)20777 * 86400 * INSTANT_PER_SECOND; /* 2026-11-20T00:00Z */
    assert_string_equal(words_instant(&a, LANG_EN, t + 8 * 3600 * INSTANT_PER_SECOND), "Fri 20 Nov 2026, 9:00");
    assert_string_equal(words_instant(&a, LANG_EN, t + 23 * 3600 * INSTANT_PER_SECOND), "Sat 21 Nov 2026, 0:00");
    assert_string_equal(words_instant(&a, LANG_EN, INSTANT_NONE), "—");
    arena_release(&a);
}

static void days_as_people_write_them(void **state)
{
    (void)state;
    static const char *const good[] = {"31/12/2026",   "31-12-2026", "31.12.26",
                                       " 31 12 2026 ", "31122026",   "2026-12-31"};
    static const char *const bad[] = {"",          "31",        "31/12",      "12/31/2026",  "31/12/26/1", "2026/12/31",
                                      "29/2/2027", "31/12/206", "31,12,2026", "+1/12/2026",  "311226",     "1/1/1980",
                                      "1/1/2101",  "31//2026",  "dilluns",    "31/12/2026x", "//"};
    day_t day, wanted = day_from_civil(2026, 12, 31);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        day = DAY_NONE;
        assert_true(words_day(str_of(good[i]), &day));
        assert_int_equal(day, wanted);
    }
    day = 7;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(words_day(str_of(bad[i]), &day));
    assert_int_equal(day, 7);
    assert_true(words_day(str_of("1/2/2027"), &day));
    assert_int_equal(day, day_from_civil(2027, 2, 1));
}

static void beginnings_and_decimals(void **state)
{
    (void)state;
    struct arena a = {0};
    char text[] = "99.5 %";
    assert_string_equal(words_capital(&a, "expires soon"), "Expires soon");
    assert_string_equal(words_capital(&a, "última"), "Última");
    assert_string_equal(words_capital(&a, "Últim"), "Últim");
    assert_string_equal(words_capital(&a, "÷"), "÷");
    assert_string_equal(words_capital(&a, "\xc3"), "\xc3"); /* cut off */
    assert_string_equal(words_capital(&a, "7 dies"), "7 dies");
    assert_string_equal(words_capital(&a, ""), "");
    assert_string_equal(text_decimal(LANG_EN, text), "99.5 %");
    assert_string_equal(text_decimal(LANG_CA, text), "99,5 %");
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(days_as_people_say_them), cmocka_unit_test(instants_in_madrid),
                                       cmocka_unit_test(days_as_people_write_them),
                                       cmocka_unit_test(beginnings_and_decimals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
