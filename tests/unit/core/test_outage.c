#include "core/outage.h"

#include "sample.h"

static void days_down(void **state)
{
    (void)state;
    static const struct {
        const char *since, *closed, *on;
        int days, weeks;
    } cases[] = {
        {"2026-11-20", NULL, "2026-11-20", 0, 0}, /* the first day is day 0 */
        {"2026-11-20", NULL, "2026-11-21", 1, 0},          {"2026-11-20", NULL, "2026-11-26", 6, 0},
        {"2026-11-20", NULL, "2026-11-27", 7, 1},          {"2026-11-20", NULL, "2026-12-03", 13, 1},
        {"2026-11-20", NULL, "2026-12-04", 14, 2},         {"2026-11-20", NULL, "2026-11-19", -1, 0}, /* not begun */
        {"2026-11-20", "2026-11-24", "2026-11-23", 3, 0}, /* down up to the day before */
        {"2026-11-20", "2026-11-24", "2026-11-24", -1, 0}, {"2026-11-20", "2026-11-24", "2026-12-24", -1, 0},
        {"2026-11-20", "2026-11-20", "2026-11-20", -1, 0}, /* over on its own day */
        {"2026-10-23", NULL, "2026-10-26", 3, 0},          /* over the change of hour */
        {"2027-03-26", NULL, "2027-03-29", 3, 0},          {"2026-12-30", NULL, "2027-01-02", 3, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct outage o = {.since = day_text(cases[i].since),
                           .closed = cases[i].closed == NULL ? DAY_NONE : day_text(cases[i].closed)};
        day_t on = day_text(cases[i].on);
        assert_int_equal(outage_days(&o, on), cases[i].days);
        assert_int_equal(outage_weeks(&o, on), cases[i].weeks);
        assert_int_equal(outage_is_open(&o, on), cases[i].days >= 0);
    }
    struct outage unknown = {.since = DAY_NONE, .closed = DAY_NONE}, open = {.since = 10, .closed = DAY_NONE};
    assert_int_equal(outage_days(&unknown, 20), -1);
    assert_int_equal(outage_days(&open, DAY_NONE), -1);
}

static void what_changed_since_last_week(void **state)
{
    (void)state;
    const struct report_line before[] = {
        {.body_id = 1, .down = true, .weeks = 1},
        {.body_id = 2, .down = true},
        {.body_id = 3, .down = true, .soon = true},
        {.body_id = 4, .soon = true},
        {.body_id = 6, .soon = true},
    };
    const struct report_line now[] = {
        {.body_id = 0, .down = true},                          /* new */
        {.body_id = 1, .down = true, .weeks = 2},              /* still */
        {.body_id = 2, .down = false},                         /* recovered, and has a line */
        {.body_id = 4, .down = true, .soon = true},            /* down now; was already in Certificats */
        {.body_id = 5, .soon = true},                          /* new in Certificats */
        {.body_id = 7, .down = true, .soon = true, .weeks = 9} /* both at once */
    };
    const int64_t renewed[] = {3, 6, 6};
    struct change_item items[REPORT_CHANGES_MAX(COUNT(before), COUNT(now), COUNT(renewed))];
    size_t n = report_changes(before, COUNT(before), now, COUNT(now), renewed, COUNT(renewed), false, items);
    static const struct change_item wanted[] = {
        {CHANGE_NEW_DOWN, 0, 0},   {CHANGE_NEW_DOWN, 4, 0},  {CHANGE_NEW_DOWN, 7, 0},
        {CHANGE_RECOVERED, 2, 0},  {CHANGE_RECOVERED, 3, 0}, /* 3 has no line any more */
        {CHANGE_STILL_DOWN, 1, 2}, {CHANGE_RENEWED, 3, 0},   {CHANGE_RENEWED, 6, 0},
        {CHANGE_NEW_SOON, 5, 0},   {CHANGE_NEW_SOON, 7, 0},
    };
    assert_int_equal(n, COUNT(wanted));
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(items[i].change, wanted[i].change);
        assert_int_equal(items[i].body_id, wanted[i].body_id);
        assert_int_equal(items[i].weeks, wanted[i].weeks);
    }
}

static void the_first_report_has_nothing_new(void **state)
{
    (void)state;
    const struct report_line now[] = {{.body_id = 1, .down = true}, {.body_id = 2, .soon = true}};
    const int64_t renewed[] = {9};
    struct change_item items[REPORT_CHANGES_MAX(0, 2, 1)];
    assert_int_equal(report_changes(NULL, 0, now, 2, renewed, 1, true, items), 1);
    assert_int_equal(items[0].change, CHANGE_RENEWED);
    /* an empty report before this one is another thing: then all is new */
    assert_int_equal(report_changes(NULL, 0, now, 2, NULL, 0, false, items), 2);
    assert_int_equal(items[0].change, CHANGE_NEW_DOWN);
    assert_int_equal(items[1].change, CHANGE_NEW_SOON);
    assert_int_equal(report_changes(NULL, 0, NULL, 0, NULL, 0, false, items), 0);
}

/* Against sets built by hand, body by body, for many random weeks. */
static void changes_agree_with_sets(void **state)
{
    (void)state;
    enum { BODIES = 12 };
    uint32_t random = 99;
    for (int round = 0; round < 5000; round++) {
        struct report_line lines[2][BODIES];
        size_t count[2] = {0, 0};
        bool down[2][BODIES] = {0}, soon[2][BODIES] = {0}, is_renewed[BODIES] = {0};
        int64_t renewed[BODIES];
        size_t renewed_count = 0;
        for (int id = 0; id < BODIES; id++) {
            for (int week = 0; week < 2; week++) {
                random = random * 1664525u + 1013904223u;
                if ((random >> 30) == 0)
                    continue; /* no line */
                down[week][id] = (random >> 29 & 1) != 0;
                soon[week][id] = (random >> 28 & 1) != 0;
                lines[week][count[week]++] =
                    (struct report_line){.body_id = id, .down = down[week][id], .soon = soon[week][id], .weeks = id};
            }
            if ((random >> 25 & 3) == 0) {
                is_renewed[id] = true;
                renewed[renewed_count++] = id;
            }
        }
        struct change_item items[REPORT_CHANGES_MAX(BODIES, BODIES, BODIES)];
        size_t n = report_changes(lines[0], count[0], lines[1], count[1], renewed, renewed_count, false, items);
        assert_true(n <= REPORT_CHANGES_MAX(count[0], count[1], renewed_count));
        size_t at = 0;
        for (int c = 0; c < CHANGE_COUNT; c++) {
            for (int id = 0; id < BODIES; id++) {
                bool wanted = (c == CHANGE_NEW_DOWN && !down[0][id] && down[1][id]) ||
                              (c == CHANGE_RECOVERED && down[0][id] && !down[1][id]) ||
                              (c == CHANGE_STILL_DOWN && down[0][id] && down[1][id]) ||
                              (c == CHANGE_RENEWED && is_renewed[id]) ||
                              (c == CHANGE_NEW_SOON && !soon[0][id] && soon[1][id]);
                if (!wanted)
                    continue;
                assert_true(at < n);
                assert_int_equal(items[at].change, c);
                assert_int_equal(items[at].body_id, id);
                assert_int_equal(items[at].weeks, c == CHANGE_STILL_DOWN ? id : 0);
                at++;
            }
        }
        assert_int_equal(at, n);
    }
}

static void codes(void **state)
{
    (void)state;
    static const char *const wanted[] = {"new-down", "recovered", "still-down", "renewed", "new-soon"};
    assert_int_equal(COUNT(wanted), CHANGE_COUNT);
    for (int i = 0; i < CHANGE_COUNT; i++)
        assert_string_equal(change_code((enum change)i), wanted[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_down),
        cmocka_unit_test(what_changed_since_last_week),
        cmocka_unit_test(the_first_report_has_nothing_new),
        cmocka_unit_test(changes_agree_with_sets),
        cmocka_unit_test(codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
