/* Incidents: who is paged when, what becomes of a page, how long things took and what they cost. */
#include "core/incident.h"

#include "sample.h"

#define MINUTES(n) ((n)*60 * INSTANT_PER_SECOND)

static void test_levels(void **state)
{
    (void)state;
    const struct escalation levels[] = {{.minutes = 0}, {.minutes = 15}, {.minutes = 30}};
    const struct runbook r = {.levels = levels, .level_count = 3}, none = {0};
    const instant_t from = MINUTES(1000);
    assert_int_equal(incident_levels_due(&r, from, from - 1), 1);
    assert_int_equal(incident_levels_due(&r, from, from), 1);
    assert_int_equal(incident_levels_due(&r, from, from + MINUTES(15) - 1), 1);
    assert_int_equal(incident_levels_due(&r, from, from + MINUTES(15)), 2);
    assert_int_equal(incident_levels_due(&r, from, from + MINUTES(1000)), 3);
    assert_int_equal(incident_levels_due(&none, from, from), 0);
    assert_ptr_equal(incident_level(&r, 1), &levels[1]);
    assert_ptr_equal(incident_level(&r, 9), &levels[2]);
    /* The last one again and again, for a day. */
    const struct escalation again[] = {{.minutes = 0}, {.minutes = 15, .every = 30}};
    const struct runbook s = {.levels = again, .level_count = 2};
    assert_int_equal(incident_levels_due(&s, from, from - MINUTES(90)), 1);
    assert_int_equal(incident_levels_due(&s, from, from + MINUTES(14)), 1);
    assert_int_equal(incident_levels_due(&s, from, from + MINUTES(45) - 1), 2);
    assert_int_equal(incident_levels_due(&s, from, from + MINUTES(45)), 3);
    assert_int_equal(incident_levels_due(&s, from, from + MINUTES(75)), 4);
    assert_int_equal(incident_levels_due(&s, from, from + MINUTES(1000000)), 2 + 48);
    assert_true(incident_goes_on(from, from + MINUTES(29)));
    assert_false(incident_goes_on(from, from + MINUTES(30)));
}

static void test_pages(void **state)
{
    (void)state;
    assert_int_equal(page_after(true, false, false, false, 1), PAGE_SENT);
    assert_int_equal(page_after(false, false, true, true, 1), PAGE_REFUSED);
    assert_int_equal(page_after(false, true, false, false, 1), PAGE_WAITING);
    assert_int_equal(page_after(false, true, true, false, 1), PAGE_UNKNOWN); /* never twice */
    assert_int_equal(page_after(false, true, true, true, 1), PAGE_WAITING);
    assert_int_equal(page_after(false, true, false, true, 1000), PAGE_REFUSED);
    for (int s = 0; s < PAGE_STATE_COUNT; s++) {
        enum page_state back;
        assert_true(page_state_parse(page_state_code((enum page_state)s), &back));
        assert_int_equal(back, s);
    }
    for (int k = 0; k < INCIDENT_EVENT_COUNT; k++) {
        enum incident_event_kind back;
        assert_true(incident_event_parse(incident_event_code((enum incident_event_kind)k), &back));
        assert_int_equal(back, k);
    }
}

static void test_words(void **state)
{
    (void)state;
    struct arena a = {0};
    static const struct {
        int64_t seconds;
        const char *words;
    } durations[] = {{-1, "0 s"},        {59, "59 s"},         {60, "1 min"},
                     {3599, "59 min"},   {3900, "1 h 05 min"}, {172799, "47 h 59 min"},
                     {172800, "2 d 0 h"}};
    static const struct {
        const char *text;
        int64_t cents;
    } amounts[] = {{"12,50", 1250}, {"12.5", 1250}, {" 12 € ", 1200}, {"0,05", 5}, {"9999,99", 999999}, {"", -1},
                   {"-1", -1},      {"+1", -1},     {"1,234", -1},    {"1,", -1},  {",5", -1},          {"10000", -1},
                   {"1,-5", -1},    {"x", -1},      {"1 2", -1},      {"1e2", -1}, {"1,2,3", -1}};
    for (size_t i = 0; i < COUNT(durations); i++)
        assert_string_equal(duration_words(&a, durations[i].seconds), durations[i].words);
    for (size_t i = 0; i < COUNT(amounts); i++) {
        int64_t cents = -1;
        assert_int_equal(amount_parse(str_of(amounts[i].text), &cents), amounts[i].cents >= 0);
        assert_true(cents == amounts[i].cents);
    }
    assert_string_equal(amount_words(&a, 1205), "12,05 €");
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_levels), cmocka_unit_test(test_pages),
                                       cmocka_unit_test(test_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
