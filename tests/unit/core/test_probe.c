/* When probes run, what a row of runs means, and what is left of them after years: each against a plain second opinion.
 */
#include "core/probe.h"

#include <stdlib.h>

#include "core/watch.h"
#include "sample.h"

#define SECOND INSTANT_PER_SECOND
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define WORKDAYS ((1u << MONDAY) | (1u << TUESDAY) | (1u << WEDNESDAY) | (1u << THURSDAY) | (1u << FRIDAY))

static const struct probe_hours always = {.always = true};
static day_t holidays[1];
static struct profile profile;

static int set_up(void **state)
{
    (void)state;
    holidays[0] = day_text("2026-12-08"); /* a Tuesday */
    profile_sample(&profile, holidays, COUNT(holidays));
    srand(8);
    return 0;
}

static instant_t at(const char *day, int minute)
{
    return watch_instant(day_text(day), minute);
}

/* ------------------------------------------------------------------ when */

static void test_grid(void **state)
{
    (void)state;
    static const int seconds[] = {1, 7, 30, 60, 300, 3600, 86400};
    for (size_t i = 0; i < COUNT(seconds); i++) {
        instant_t step = seconds[i] * SECOND, t = at("2026-11-20", 0) + rand();
        instant_t due = probe_due("OCSP_AOC", seconds[i], &always, &profile, t);
        assert_true(due > t && due - t <= step);
        for (int k = 0; k < 50; k++) { /* exactly one step, from anywhere in between */
            assert_int_equal(probe_due("OCSP_AOC", seconds[i], &always, &profile, due), due + step);
            assert_int_equal(probe_due("OCSP_AOC", seconds[i], &always, &profile, due + rand() % step), due + step);
            due += step;
        }
    }
    /* Before 1970 too: a grid has no beginning. */
    assert_true(probe_due("x", 60, &always, &profile, -HOUR) > -HOUR);
    assert_true(probe_due("x", 60, &always, &profile, -HOUR) <= -HOUR + MINUTE);
}

/* A thousand probes of a minute: no second gets much more than its share. */
static void test_spread(void **state)
{
    (void)state;
    int in[60] = {0};
    char name[16];
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(name, sizeof name, "PROBE_%d", i);
        in[probe_due(name, 60, &always, &profile, 0) / SECOND % 60]++;
    }
    for (int i = 0; i < 60; i++)
        assert_in_range(in[i], 4, 40);
}

/* The night of 25 October has 02:30 twice, that of 28 March not at all: the grid goes on, hour by hour. */
static void test_change_of_hour(void **state)
{
    (void)state;
    const struct probe_hours night = {.days = 0xff, .from = 120, .until = 180, .holidays = true};
    static const struct {
        const char *day;
        int runs;
    } nights[] = {{"2026-10-24", 60}, {"2026-10-25", 120}, {"2027-03-28", 0}, {"2027-03-29", 60}};
    for (size_t i = 0; i < COUNT(nights); i++) {
        int runs = 0;
        instant_t t = at(nights[i].day, 0) - 1, end = at(nights[i].day, 20 * 60);
        while ((t = probe_due("x", 60, &night, &profile, t)) != INSTANT_NONE && t < end)
            runs++;
        assert_int_equal(runs, nights[i].runs);
    }
}

/* Against a walk over every minute of three weeks with a holiday and a change of hour. */
static void test_hours(void **state)
{
    (void)state;
    const struct probe_hours all[] = {
        {.days = WORKDAYS, .from = 8 * 60, .until = 15 * 60},
        {.days = WORKDAYS, .from = 8 * 60, .until = 15 * 60, .holidays = true},
        {.days = 1u << SUNDAY, .from = 0, .until = 1440},
        {.days = 1u << TUESDAY, .from = 1430, .until = 1440},
    };
    static const char *const from[] = {"2026-10-20", "2026-12-01"};
    for (size_t i = 0; i < COUNT(all) * COUNT(from); i++) {
        const struct probe_hours *h = &all[i / 2];
        instant_t t = at(from[i % 2], 0), end = t + 21 * 24 * HOUR;
        instant_t due = probe_due("x", 300, h, &profile, t), grid = probe_due("x", 300, &always, &profile, t);
        int runs = 0;
        for (; grid < end; grid = probe_due("x", 300, &always, &profile, grid)) {
            if (!probe_hours_have(h, &profile, grid))
                continue;
            assert_int_equal(due, grid);
            due = probe_due("x", 300, h, &profile, due);
            runs++;
        }
        assert_true(runs > 0 && due >= end);
    }
    assert_false(probe_hours_have(&all[0], &profile, at("2026-12-08", 600)));
    assert_true(probe_hours_have(&all[1], &profile, at("2026-12-08", 600)));
    assert_true(probe_hours_have(&all[0], &profile, at("2026-12-09", 480)));
    assert_false(probe_hours_have(&all[0], &profile, at("2026-12-09", 479)));
    assert_false(probe_hours_have(&all[0], &profile, at("2026-12-09", 900)));
    const struct probe_hours never = {.days = 0, .from = 0, .until = 1440};
    assert_int_equal(probe_due("x", 60, &never, &profile, 0), INSTANT_NONE);
}

/* ------------------------------------------------------------------ what a row of runs means */

static void test_addresses(void **state)
{
    (void)state;
    /* All mixtures of up to five addresses and every need, counted by hand. */
    for (int count = 0; count <= 5; count++) {
        for (int mix = 0; mix < 243; mix++) {
            enum probe_outcome o[5];
            int good = 0, bad = 0, m = mix;
            for (int i = 0; i < count; i++, m /= 3) {
                o[i] = (enum probe_outcome)(m % 3);
                good += o[i] == PROBE_GOOD;
                bad += o[i] == PROBE_BAD;
            }
            for (int need = 1; need <= count; need++) {
                bool surely_good = good >= need, surely_bad = good + (count - good - bad) < need;
                enum probe_outcome wanted = surely_good ? PROBE_GOOD : surely_bad ? PROBE_BAD : PROBE_BLIND;
                assert_int_equal(probe_outcome_of(o, (size_t)count, (size_t)need), wanted);
            }
        }
    }
    assert_int_equal(probe_outcome_of(NULL, 0, 1), PROBE_BLIND);
}

static const struct probe_rule rule = {.failures = 3, .recoveries = 2, .flaps = 6, .seconds = 60};

/* Steps of a row of runs, a minute between them: g good, b bad, . blind. */
static void steps(const char *runs, const char *wanted, struct probe_state *s)
{
    static const char codes[] = "-fDdrU";
    *s = PROBE_STATE_NEW;
    for (size_t i = 0; runs[i] != '\0'; i++) {
        enum probe_outcome o = runs[i] == 'g' ? PROBE_GOOD : runs[i] == 'b' ? PROBE_BAD : PROBE_BLIND;
        char got = codes[probe_take(s, o, (instant_t)i * MINUTE, &rule)];
        if (got != wanted[i])
            fail_msg("%s: run %zu: %c, not %c", runs, i, got, wanted[i]);
    }
}

static void test_steps(void **state)
{
    (void)state;
    struct probe_state s;
    steps("gggg", "----", &s);
    assert_int_equal(s.since, 0);
    steps("gbbgbbb", "-ff-ffD", &s);
    assert_true(s.down);
    assert_int_equal(s.since, 4 * MINUTE); /* from the first bad one on */
    steps("gbbbbgbgg", "-ffDdrdrU", &s);
    assert_false(s.down);
    assert_int_equal(s.since, 7 * MINUTE);
    steps("bbb", "ffD", &s); /* at once from the beginning */
    assert_int_equal(s.since, 0);
    steps("gb..b..b", "-f--f--D", &s); /* what is blind neither counts nor breaks the row */
    steps("gbbb..gg", "-ffDddrU", &s);
    steps("", "", &s);
    assert_false(s.known);
    steps(".", "-", &s);
    assert_false(s.known);
    assert_int_equal(s.last, INSTANT_NONE);
}

static void test_silence_and_clock(void **state)
{
    (void)state;
    struct probe_state s = PROBE_STATE_NEW;
    assert_int_equal(probe_take(&s, PROBE_BAD, 0, &rule), PROBE_FAILING);
    assert_int_equal(probe_take(&s, PROBE_BAD, MINUTE, &rule), PROBE_FAILING);
    /* Nobody looked for an hour: two from before say nothing of now. */
    assert_int_equal(probe_take(&s, PROBE_BAD, HOUR, &rule), PROBE_FAILING);
    assert_int_equal(probe_take(&s, PROBE_BAD, HOUR + 3 * MINUTE, &rule), PROBE_FAILING);
    assert_int_equal(probe_take(&s, PROBE_BAD, HOUR + 6 * MINUTE, &rule), PROBE_WENT_DOWN);
    assert_int_equal(s.since, HOUR);
    /* A clock that went back. */
    assert_int_equal(probe_take(&s, PROBE_GOOD, 0, &rule), PROBE_RECOVERING);
    assert_int_equal(probe_take(&s, PROBE_GOOD, MINUTE, &rule), PROBE_RECOVERED);
    assert_int_equal(s.since, HOUR + 6 * MINUTE);
}

/* Random rows against a judge who keeps them all and counts anew each time. */
static void test_random_rows(void **state)
{
    (void)state;
    for (int turn = 0; turn < 2000; turn++) {
        const struct probe_rule r = {
            .failures = 1 + rand() % 4, .recoveries = 1 + rand() % 4, .flaps = rand() % 12, .seconds = 60};
        struct probe_state s = PROBE_STATE_NEW;
        bool bad[120], down = false, flapping = false;
        for (int n = 0; n < 120; n++) {
            bad[n] = rand() % (1 + turn % 5) == 0;
            enum probe_step step = probe_take(&s, bad[n] ? PROBE_BAD : PROBE_GOOD, n * MINUTE, &r);
            int row = 0, changes = 0;
            for (int k = n; k >= 0 && bad[k] == bad[n]; k--)
                row++;
            for (int k = n; k > 0 && k > n - PROBE_ROW + 1; k--)
                changes += bad[k] != bad[k - 1];
            bool was = down;
            down = bad[n] ? down || row >= r.failures : down && row < r.recoveries;
            flapping = r.flaps > 0 && (changes >= r.flaps || (flapping && changes > r.flaps / 2));
            assert_int_equal(s.down, down);
            assert_int_equal(s.flapping, flapping);
            assert_int_equal(step == PROBE_WENT_DOWN, down && !was);
            assert_int_equal(step == PROBE_RECOVERED, !down && was);
            if (down != was)
                assert_int_equal(s.since, (n - row + 1) * MINUTE);
        }
    }
}

/* ------------------------------------------------------------------ months and years */

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void test_percentiles(void **state)
{
    (void)state;
    static int64_t times[5000];
    struct probe_times_of all = {0}, half[2] = {{{0}}, {{0}}};
    assert_int_equal(probe_times_permille(&all, 500), -1);
    for (size_t i = 0; i < COUNT(times); i++) {
        times[i] = (int64_t)(rand() % 1000) * (rand() % 1000) * (i % 7 == 0 ? 97 : 1);
        probe_times_add(&half[i % 2], times[i]);
    }
    probe_times_join(&all, &half[0]);
    probe_times_join(&all, &half[1]);
    qsort(times, COUNT(times), sizeof *times, compare);
    static const int marks[] = {1, 10, 100, 500, 900, 950, 990, 999, 1000};
    for (size_t i = 0; i < COUNT(marks); i++) {
        int64_t right = times[(COUNT(times) * (size_t)marks[i] + 999) / 1000 - 1];
        int64_t got = probe_times_permille(&all, marks[i]);
        assert_true(got >= right && got <= right + right / 8 + 1);
    }
    struct probe_times_of edge = {0};
    probe_times_add(&edge, -5);
    assert_int_equal(probe_times_permille(&edge, 1000), 0);
    probe_times_add(&edge, INT64_MAX); /* more than an hour is as good as an hour */
    assert_true(probe_times_permille(&edge, 1000) > 3600 * SECOND);
    for (int64_t us = 0; us < 100000; us = us * 9 / 8 + 1) { /* each falls below its own edge, never below another's */
        struct probe_times_of one = {0};
        probe_times_add(&one, us);
        assert_true(probe_times_permille(&one, 500) >= us);
    }
    edge.count[3] = UINT32_MAX;
    probe_times_add(&edge, 3);
    probe_times_join(&edge, &edge);
    assert_int_equal(edge.count[3], UINT32_MAX);
}

static void test_availability(void **state)
{
    (void)state;
    assert_int_equal(probe_availability(&(struct probe_tally){0}), -1);
    assert_int_equal(probe_availability(&(struct probe_tally){.blind = 500, .maintenance = 20}), -1);
    assert_int_equal(probe_availability(&(struct probe_tally){.up = 1}), 100000);
    assert_int_equal(probe_availability(&(struct probe_tally){.down = 1}), 0);
    assert_int_equal(probe_availability(&(struct probe_tally){.up = 2678399, .down = 1}), 99999); /* never rounded up */
    assert_int_equal(probe_availability(&(struct probe_tally){.up = 90, .down = 10, .blind = 900}), 90000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grid),        cmocka_unit_test(test_spread),
        cmocka_unit_test(test_hours),       cmocka_unit_test(test_change_of_hour),
        cmocka_unit_test(test_addresses),   cmocka_unit_test(test_steps),
        cmocka_unit_test(test_random_rows), cmocka_unit_test(test_silence_and_clock),
        cmocka_unit_test(test_percentiles), cmocka_unit_test(test_availability),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
