/* Stretches summed up, and what a run can show. */
#include "core/probe_sum.h"
#include "core/probe_verdict.h"
#include "core/verdict.h"
#include "core/watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define SECOND INSTANT_PER_SECOND
#define HOUR (3600 * SECOND)

static const struct profile profile;

static struct probe_tally tally(const struct probe *p, instant_t from, instant_t until, struct stretch incident,
                                struct stretch blind, struct stretch maintenance)
{
    struct probe_tally t = {0};
    probe_tally_add(&t, p, &profile, from, until, (struct stretches){&incident, 1}, (struct stretches){&blind, 1},
                    (struct stretches){&maintenance, 1});
    return t;
}

static void seconds_of_an_hour(void **state)
{
    (void)state;
    const struct probe p = {.name = "X", .hours.always = true};
    const struct stretch none = {1, 2};
    instant_t h = watch_instant(day_from_civil(2026, 11, 20), 10 * 60);
    struct probe_tally t = tally(&p, h, h + HOUR, none, none, none);
    assert_int_equal(t.up, 3600);
    /* an incident that goes on, of which the last ten minutes are blind and the first five of the blind ones
     * maintenance */
    t = tally(&p, h, h + HOUR, (struct stretch){h - 5 * SECOND, INSTANT_NONE},
              (struct stretch){h + 3000 * SECOND, h + 2 * HOUR},
              (struct stretch){h + 3000 * SECOND, h + 3300 * SECOND});
    assert_int_equal(t.down, 3000);
    assert_int_equal(t.maintenance, 300);
    assert_int_equal(t.blind, 300);
    assert_int_equal(t.up, 0);
    assert_int_equal(probe_availability(&t), 0);
    /* twenty seconds are not lost */
    t = tally(&p, h, h + HOUR, (struct stretch){h + 7 * SECOND, h + 27 * SECOND}, none, none);
    assert_int_equal(t.down, 20);
    assert_int_equal(t.up, 3580);
}

static int64_t silent(const struct probe_mark *runs, size_t count, instant_t from, struct stretch *ret)
{
    size_t n = probe_silences(runs, count, 60, from, from + HOUR, ret);
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        assert_true(from <= ret[i].from && ret[i].from < ret[i].until && ret[i].until <= from + HOUR);
        assert_true(i == 0 || ret[i].from > ret[i - 1].until);
        sum += ret[i].until - ret[i].from;
    }
    ret[n] = (struct stretch){0, 0};
    return sum / SECOND;
}

/* Time is known from runs alone: none, and nothing is. */
static void what_no_run_says(void **state)
{
    (void)state;
    const instant_t h = watch_instant(day_from_civil(2026, 11, 20), 10 * 60);
    struct stretch found[70];
    struct probe_mark runs[62];
    assert_int_equal(silent(NULL, 0, h, found), 3600);
    /* the first there ever was, at 10:20:30 */
    for (int i = 0; i < 40; i++)
        runs[i] = (struct probe_mark){h + (1230 + 60 * i) * SECOND, 2000, false};
    assert_int_equal(silent(runs, 40, h, found), 1230);
    assert_true(found[0].from == h && found[0].until == h + 1230 * SECOND);
    /* it ran long ago: from a minute before it was due again */
    for (int i = 40; i > 0; i--)
        runs[i] = runs[i - 1];
    runs[0] = (struct probe_mark){h - 5 * HOUR, -1, false};
    assert_int_equal(silent(runs, 41, h, found), 1170);
    /* a minute before the hour, and all of it is known; one minute without a run is not silence, five are */
    runs[0].at = h - 30 * SECOND;
    for (int i = 1; i <= 60; i++)
        runs[i] = (struct probe_mark){h + (60 * i - 30) * SECOND, 0, false};
    assert_int_equal(silent(runs, 61, h, found), 0);
    runs[21].at = runs[20].at;
    assert_int_equal(silent(runs, 61, h, found), 0);
    for (int i = 21; i < 26; i++)
        runs[i].at = runs[20].at;
    assert_int_equal(silent(runs, 61, h, found), 6 * 60 - 180 - 60);
    /* the one before took two minutes of them: a server that hangs */
    for (int i = 20; i < 26; i++)
        runs[i].us = 120 * SECOND;
    assert_int_equal(silent(runs, 61, h, found), 0);
    /* runs that said nothing: until the next, as one stretch, and the last of them to the end */
    for (int i = 10; i < 13; i++)
        runs[i].blind = true;
    assert_int_equal(silent(runs, 61, h, found), 180);
    assert_true(found[0].from == runs[10].at && found[0].until == runs[13].at && found[1].until == 0);
    runs[60].blind = true;
    assert_int_equal(silent(runs, 61, h, found), 210);
    /* the last one is three minutes and its time ago at the end */
    assert_int_equal(silent(runs, 10, h, found), 3600 - 510 - 180);
    /* one that ended before the hour and says nothing */
    const struct probe_mark before = {h - 10 * SECOND, 5, true};
    assert_int_equal(silent(&before, 1, h, found), 3600);
}

static void hours_of_service_and_the_nights_of_the_clock(void **state)
{
    (void)state;
    const struct probe office = {.name = "X", .hours = {.days = 1u << FRIDAY, .from = 8 * 60, .until = 15 * 60}};
    const struct probe always = {.name = "X", .hours.always = true};
    const struct stretch none = {1, 2};
    day_t friday = day_from_civil(2026, 11, 20);
    struct probe_tally t =
        tally(&office, watch_instant(friday, 0), watch_instant(friday + 1, 0),
              (struct stretch){watch_instant(friday, 14 * 60 + 30), watch_instant(friday, 20 * 60)}, none, none);
    assert_int_equal(t.up + t.down, 7 * 3600);
    assert_int_equal(t.down, 1800);
    /* 25 hours in October, 23 in March: the days of Madrid */
    instant_t october = watch_instant(day_from_civil(2026, 10, 25), 0),
              march = watch_instant(day_from_civil(2026, 3, 29), 0);
    assert_int_equal(probe_span_end(SPAN_DAY, october) - probe_span_begin(SPAN_DAY, october), 25 * HOUR);
    assert_int_equal(probe_span_end(SPAN_DAY, march) - probe_span_begin(SPAN_DAY, march), 23 * HOUR);
    t = tally(&always, october, probe_span_end(SPAN_DAY, october), none, none, none);
    assert_int_equal(t.up, 25 * 3600);
    assert_int_equal(probe_span_begin(SPAN_MONTH, october), watch_instant(day_from_civil(2026, 10, 1), 0));
    assert_int_equal(probe_span_end(SPAN_MONTH, watch_instant(day_from_civil(2026, 12, 31), 600)),
                     watch_instant(day_from_civil(2027, 1, 1), 0));
    assert_int_equal(probe_span_begin(SPAN_HOUR, october + 90 * 60 * SECOND), october + HOUR);
}

static void times_as_text(void **state)
{
    (void)state;
    struct probe_times_of t = {0}, back;
    struct buf text = BUF_INIT(PROBE_TIMES_TEXT_BYTES);
    probe_times_add(&t, 3);
    probe_times_add(&t, 1500);
    probe_times_add(&t, 1500);
    probe_times_add(&t, INT64_MAX);
    probe_times_write(&t, &text);
    probe_times_read(buf_str(&text), &back);
    assert_memory_equal(&t, &back, sizeof t);
    probe_times_read(str_of("7: x 999:1 8:-1 :: 9:5 9"), &back);
    assert_int_equal(back.count[9], 5);
    assert_int_equal(back.count[8], 0);
    /* every step at its largest fits */
    for (size_t i = 0; i < PROBE_TIMES; i++)
        t.count[i] = UINT32_MAX;
    buf_clear(&text);
    probe_times_write(&t, &text);
    assert_false(buf_full(&text));
    buf_release(&text);
}

static void phases_of_a_run(void **state)
{
    (void)state;
    struct probe_phases p = {0}, more = {0};
    const int64_t whole[PROBE_REST_TIME] = {10, 20, 30, 100}, plain[PROBE_REST_TIME] = {-1, 20, -1, 100};
    probe_phases_add(&p, whole, 175);
    probe_phases_add(&p, plain, 119); /* a µs less than its phases: rounded */
    probe_phases_add(&more, plain, 121);
    probe_phases_join(&p, &more);
    assert_int_equal(p.runs, 3);
    assert_int_equal(p.us[PROBE_DNS_TIME], 10);
    assert_int_equal(p.us[PROBE_TCP_TIME], 60);
    assert_int_equal(p.us[PROBE_TLS_TIME], 30);
    assert_int_equal(p.us[PROBE_HTTP_TIME], 300);
    assert_int_equal(p.us[PROBE_REST_TIME], 16);
}

/* A code means one thing, also beside those of core/verdict.h; silence and confusion are never good. */
static void verdicts(void **state)
{
    (void)state;
    enum verdict_code other;
    for (int i = 0; i < PROBE_VERDICT_COUNT; i++) {
        const char *code = probe_verdict_code((enum probe_verdict)i);
        bool good = probe_verdict_outcome((enum probe_verdict)i) == PROBE_GOOD;
        bool degraded = i == PROBE_VERDICT_SLOW || i == PROBE_VERDICT_VANTAGE || i == PROBE_VERDICT_ENDING;
        assert_int_equal(good, i == PROBE_VERDICT_OK || degraded);
        assert_int_equal(probe_verdict_degraded((enum probe_verdict)i), degraded);
        for (int k = 0; k < i && code[0] != '\0'; k++)
            assert_string_not_equal(code, probe_verdict_code((enum probe_verdict)k));
        for (int part = 0; part < VERDICT_PARTS && i != PROBE_VERDICT_OK; part++)
            assert_false(verdict_find((enum verdict_part)part, code, &other));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seconds_of_an_hour),
        cmocka_unit_test(what_no_run_says),
        cmocka_unit_test(hours_of_service_and_the_nights_of_the_clock),
        cmocka_unit_test(times_as_text),
        cmocka_unit_test(phases_of_a_run),
        cmocka_unit_test(verdicts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
