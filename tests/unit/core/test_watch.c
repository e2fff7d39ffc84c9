/* The rules of watching: up, failing, down; what the registry and the wire say of each other; is it us? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/watch.h"

#define MINUTE ((instant_t)60 * INSTANT_PER_SECOND)

static const struct watch_rule rule = {.failures = 3, .minutes = 10, .retry_minutes = 5};

static struct seen_address seen(enum verdict_code connection, enum verdict_code trust, enum verdict_code application)
{
    return (struct seen_address){
        .address = "127.0.0.1", .verdict = {connection, trust, application}, .not_after = DAY_NONE, .fingerprint = ""};
}

static struct seen_address served(day_t until, const char *fingerprint)
{
    struct seen_address s = seen(CONNECTION_OK, TRUST_OK, APPLICATION_OK);
    s.not_after = until;
    s.fingerprint = fingerprint;
    return s;
}

static void test_outcome(void **state)
{
    (void)state;
    const struct seen_address good = seen(CONNECTION_OK, TRUST_OK, APPLICATION_OK);
    const struct seen_address expired = seen(CONNECTION_OK, TRUST_EXPIRED, APPLICATION_OK);
    const struct seen_address changed = seen(CONNECTION_OK, TRUST_OK, APPLICATION_CHANGED);
    const struct seen_address refused = seen(CONNECTION_REFUSED, TRUST_NONE, APPLICATION_NONE);
    const struct seen_address html = seen(CONNECTION_OK, TRUST_OK, APPLICATION_HTML);
    const struct seen_address stopped = seen(CONNECTION_INTERRUPTED, TRUST_NONE, APPLICATION_NONE);
    assert_int_equal(watch_outcome(&good, 1), OUTCOME_UP);
    assert_int_equal(watch_outcome(&expired, 1), OUTCOME_UP); /* expired is not unreachable */
    assert_int_equal(watch_outcome(&changed, 1), OUTCOME_UP);
    assert_int_equal(watch_outcome(&refused, 1), OUTCOME_FAILED);
    assert_int_equal(watch_outcome(&html, 1), OUTCOME_FAILED);
    assert_int_equal(watch_outcome(&stopped, 1), OUTCOME_UNKNOWN);
    assert_int_equal(watch_outcome(NULL, 0), OUTCOME_UNKNOWN);
    const struct seen_address half[] = {refused, good};
    assert_int_equal(watch_outcome(half, 2), OUTCOME_UP);
    assert_ptr_equal(watch_telling(half, 2), &half[1]);
    const struct seen_address both[] = {refused, html};
    assert_ptr_equal(watch_telling(both, 2), &both[1]); /* a wrong answer says more than none */
    assert_null(watch_telling(NULL, 0));
}

static void test_reconcile(void **state)
{
    (void)state;
    const struct seen_address a = served(1000, "aa"), later = served(1365, "bb");
    assert_int_equal(watch_reconcile(&a, 1, 1000, true), RECONCILIATION_AGREES);
    assert_int_equal(watch_reconcile(&a, 1, 1001, true), RECONCILIATION_AGREES);
    assert_int_equal(watch_reconcile(&a, 1, 999, true), RECONCILIATION_AGREES);
    assert_int_equal(watch_reconcile(&a, 1, 998, true), RECONCILIATION_REGISTRY_STALE);
    assert_int_equal(watch_reconcile(&a, 1, 1002, true), RECONCILIATION_OLD_SERVED);
    assert_int_equal(watch_reconcile(&a, 1, DAY_NONE, true), RECONCILIATION_NO_DATE);
    const struct seen_address two[] = {a, later};
    assert_int_equal(watch_reconcile(two, 2, 1000, true), RECONCILIATION_ADDRESSES_DIFFER);
    const struct seen_address same[] = {a, a};
    assert_int_equal(watch_reconcile(same, 2, 1000, true), RECONCILIATION_AGREES);

    struct seen_address other = a;
    other.other_owner = true;
    const struct seen_address stolen[] = {later, other};
    assert_int_equal(watch_reconcile(stolen, 2, 1000, true), RECONCILIATION_WRONG_BODY);
}

static void test_perhaps_blocked(void **state)
{
    (void)state;
    static const enum verdict_code blocking[] = {CONNECTION_TIMEOUT, CONNECTION_TLS_TIMEOUT, CONNECTION_TLS_CLOSED,
                                                 CONNECTION_RESET, CONNECTION_HTTP_403};
    for (size_t i = 0; i < sizeof blocking / sizeof *blocking; i++) {
        const struct seen_address s = seen(blocking[i], TRUST_NONE, APPLICATION_NONE);
        assert_int_equal(watch_reconcile(&s, 1, 1000, true), RECONCILIATION_PERHAPS_BLOCKED);
        assert_int_equal(watch_reconcile(&s, 1, 1000, false),
                         RECONCILIATION_UNSEEN); /* nobody answers: it is no proof */
    }
    const struct seen_address refused = seen(CONNECTION_REFUSED, TRUST_NONE, APPLICATION_NONE);
    assert_int_equal(watch_reconcile(&refused, 1, 1000, true), RECONCILIATION_UNSEEN);
    struct seen_address box = served(1000, "cc");
    box.middlebox = true;
    assert_int_equal(watch_reconcile(&box, 1, 1000, true), RECONCILIATION_PERHAPS_BLOCKED);
    assert_int_equal(watch_reconcile(NULL, 0, 1000, true), RECONCILIATION_UNSEEN);
    /* One address of two is enough, whatever the other shows, and with nobody else who answers. */
    const struct seen_address honest = served(1000, "aa");
    const struct seen_address both[] = {honest, box}, turned[] = {box, honest};
    assert_int_equal(watch_reconcile(both, 2, 1000, true), RECONCILIATION_PERHAPS_BLOCKED);
    assert_int_equal(watch_reconcile(turned, 2, 1000, false), RECONCILIATION_PERHAPS_BLOCKED);
    assert_int_equal(watch_outcome(both, 2), OUTCOME_UP); /* it answers all the same */
}

static void test_one_failure_is_dropped(void **state)
{
    (void)state;
    struct watch w = {0};
    assert_int_equal(watch_take(&w, OUTCOME_FAILED, 0, &rule), WATCH_FAILING);
    assert_int_equal(watch_take(&w, OUTCOME_UP, 5 * MINUTE, &rule), WATCH_NOTHING);
    assert_int_equal(w.failures, 0);
}

static void test_down_needs_failures_and_time(void **state)
{
    (void)state;
    struct watch quick = {0};
    for (int i = 0; i < 5; i++) /* many failures in a minute are one moment */
        assert_int_equal(watch_take(&quick, OUTCOME_FAILED, i * MINUTE / 10, &rule), WATCH_FAILING);
    assert_int_equal(watch_take(&quick, OUTCOME_FAILED, 10 * MINUTE, &rule), WATCH_WENT_DOWN);

    struct watch slow = {0};
    assert_int_equal(watch_take(&slow, OUTCOME_FAILED, 0, &rule), WATCH_FAILING);
    assert_int_equal(watch_take(&slow, OUTCOME_FAILED, 60 * MINUTE, &rule),
                     WATCH_FAILING); /* two failures are not three */
    assert_int_equal(watch_take(&slow, OUTCOME_UNKNOWN, 61 * MINUTE, &rule), WATCH_NOTHING);
    assert_int_equal(watch_take(&slow, OUTCOME_FAILED, 62 * MINUTE, &rule), WATCH_WENT_DOWN);
    assert_int_equal(slow.first, 0); /* the outage began with the first failure */
    assert_int_equal(watch_take(&slow, OUTCOME_FAILED, 70 * MINUTE, &rule), WATCH_STAYS_DOWN);
    assert_int_equal(watch_take(&slow, OUTCOME_UNKNOWN, 71 * MINUTE, &rule), WATCH_STAYS_DOWN);
    assert_int_equal(watch_take(&slow, OUTCOME_UP, 80 * MINUTE, &rule), WATCH_RECOVERED);
    assert_false(slow.down);
}

static void test_clock_that_goes_back(void **state)
{
    (void)state;
    struct watch w = {0};
    watch_take(&w, OUTCOME_FAILED, 100 * MINUTE, &rule);
    watch_take(&w, OUTCOME_FAILED, 101 * MINUTE, &rule);
    assert_int_equal(watch_take(&w, OUTCOME_FAILED, 40 * MINUTE, &rule), WATCH_FAILING);
    assert_int_equal(watch_take(&w, OUTCOME_FAILED, 49 * MINUTE, &rule), WATCH_FAILING);
    assert_int_equal(watch_take(&w, OUTCOME_FAILED, 50 * MINUTE, &rule), WATCH_WENT_DOWN);
}

static void test_is_it_us(void **state)
{
    (void)state;
    const struct {
        struct round_counts c;
        bool us;
    } cases[] = {
        {{.canaries = 2, .canaries_failed = 2, .bodies = 300, .failed = 300, .failed_network = 300}, true},
        {{.canaries = 2, .canaries_failed = 1, .bodies = 300, .failed = 300, .failed_network = 300}, false},
        {{.canaries = 2, .canaries_failed = 2, .bodies = 300}, false},
        {{.canaries = 2, .canaries_failed = 2, .bodies = 300, .failed = 149, .failed_network = 149},
         false}, /* misspelt */
        {{.canaries = 2, .canaries_failed = 2, .bodies = 300, .failed = 300, .failed_network = 10}, false},
        {{.canaries = 1, .canaries_failed = 1, .bodies = 1, .failed = 1, .failed_network = 1}, true},
        {{.bodies = 300, .failed = 300, .failed_network = 300}, true},
        {{.bodies = 300, .failed = 150, .failed_network = 150}, true},
        {{.bodies = 300, .failed = 149, .failed_network = 149}, false},
        {{.bodies = 300, .failed = 300, .failed_network = 10}, false}, /* they answered: the fault is theirs */
        {{.bodies = 3, .failed = 3, .failed_network = 3}, false},      /* too few to tell */
        /* A provider of 180 of them goes dark: one network of 121. Half of the networks: it is us. */
        {{.bodies = 300, .failed = 180, .failed_network = 180, .networks = 121, .networks_failed = 1}, false},
        {{.bodies = 300, .failed = 180, .failed_network = 180, .networks = 121, .networks_failed = 61}, true},
        {{.canaries = 2,
          .canaries_failed = 1,
          .bodies = 300,
          .failed = 300,
          .failed_network = 300,
          .networks = 2,
          .networks_failed = 2},
         false},
        {{.canaries = 2,
          .canaries_failed = 2,
          .bodies = 300,
          .failed = 180,
          .failed_network = 180,
          .networks = 121,
          .networks_failed = 1},
         false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(watch_is_us(&cases[i].c, 50, 5), cases[i].us);
}

static void test_minutes(void **state)
{
    (void)state;
    const struct {
        const char *text;
        int minute;
    } cases[] = {{"09:00", 540}, {"9:05", 545},  {"00:00", 0}, {"23:59", 1439}, {"24:00", -1},
                 {"9", -1},      {"9:5", -1},    {"", -1},     {"09:60", -1},   {"-1:00", -1},
                 {"+9:00", -1},  {"09:00 ", -1}, {"9h00", -1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(watch_minute_of(cases[i].text), cases[i].minute);
}

static void assert_instant(instant_t t, const char *madrid)
{
    char text[INSTANT_TEXT_BYTES];
    assert_string_equal(instant_madrid(t, text), madrid);
}

static void test_daily_round(void **state)
{
    (void)state;
    bool daily;
    day_t day = day_from_civil(2026, 11, 20);
    struct round_plan p = {.minute = 540, .last_daily = INSTANT_NONE, .retry_minutes = 5};
    assert_instant(watch_next_round(&p, watch_instant(day, 480), &daily), "2026-11-20 09:00");
    assert_true(daily);
    assert_instant(watch_next_round(&p, watch_instant(day, 600), &daily), "2026-11-20 10:00"); /* missed: at once */
    p.last_daily = watch_instant(day, 540);
    assert_instant(watch_next_round(&p, watch_instant(day, 600), &daily), "2026-11-21 09:00"); /* done: tomorrow */
    p.last_daily = watch_instant(day - 1, 540);
    assert_instant(watch_next_round(&p, watch_instant(day, 480), &daily), "2026-11-20 09:00");
    p.last_daily = watch_instant(day + 5, 540); /* the clock went back: what lies ahead did not happen */
    assert_instant(watch_next_round(&p, watch_instant(day, 600), &daily), "2026-11-20 10:00");
}

static void test_round_on_working_days(void **state)
{
    (void)state;
    bool daily;
    const day_t friday = day_from_civil(2026, 11, 20), monday = friday + 3;
    const struct profile profile = {.holidays = &monday, .holiday_count = 1};
    struct round_plan p = {
        .minute = 540, .last_daily = watch_instant(friday, 540), .working = &profile, .retry_minutes = 5};
    assert_instant(watch_next_round(&p, watch_instant(friday, 600), &daily),
                   "2026-11-24 09:00"); /* Monday is a holiday */
    assert_instant(watch_next_round(&p, watch_instant(friday + 1, 600), &daily), "2026-11-24 09:00");
    p.working = NULL;
    assert_instant(watch_next_round(&p, watch_instant(friday, 600), &daily), "2026-11-21 09:00");
}

static void test_round_at_changes_of_hour(void **state)
{
    (void)state;
    assert_instant(watch_instant(day_from_civil(2026, 3, 29), 540), "2026-03-29 09:00");
    assert_instant(watch_instant(day_from_civil(2026, 10, 25), 540), "2026-10-25 09:00");
    assert_instant(watch_instant(day_from_civil(2026, 3, 29), 60), "2026-03-29 01:00");
    assert_instant(watch_instant(day_from_civil(2026, 3, 29), 180), "2026-03-29 03:00");
    assert_instant(watch_instant(day_from_civil(2026, 3, 29), 150), "2026-03-29 03:30"); /* 02:30 does not exist */
}

static void test_retry_round(void **state)
{
    (void)state;
    bool daily;
    day_t day = day_from_civil(2026, 11, 20);
    struct round_plan p = {.minute = 540,
                           .last_daily = watch_instant(day, 540),
                           .last_round = watch_instant(day, 541),
                           .failing = 2,
                           .down = 1,
                           .retry_minutes = 5};
    assert_instant(watch_next_round(&p, watch_instant(day, 542), &daily), "2026-11-20 09:06");
    assert_false(daily);
    p.failing = 0;
    assert_instant(watch_next_round(&p, watch_instant(day, 542), &daily), "2026-11-20 10:01");
    p.last_round = watch_instant(day + 1, 539);
    p.failing = 1;
    assert_instant(watch_next_round(&p, watch_instant(day + 1, 539), &daily),
                   "2026-11-21 09:00"); /* the daily one is nearer */
    assert_true(daily);
}

static void test_every_code_is_complete(void **state)
{
    (void)state;
    struct arena a = {0};
    const struct verdict_facts facts = {.host = "padro.example",
                                        .address = "192.0.2.1",
                                        .detail = "detail",
                                        .port = 443,
                                        .status = 500,
                                        .seconds = 5,
                                        .day = 20000};
    for (int c = 0; c < VERDICT_CODE_COUNT; c++) {
        enum verdict_code found;
        const char *reason = verdict_fill(&a, verdict_reason((enum verdict_code)c), &facts);
        assert_true(verdict_find(verdict_part((enum verdict_code)c), verdict_text((enum verdict_code)c), &found));
        assert_int_equal(found, c);
        assert_null(strchr(reason, '{'));
        assert_null(strchr(reason, '?'));
        assert_true(strlen(verdict_fill(&a, verdict_advice((enum verdict_code)c), &facts)) > 10);
        assert_int_equal(reason[strlen(reason) - 1], '.');
    }
    arena_release(&a);
}

static void test_facts_cannot_break_a_line(void **state)
{
    (void)state;
    struct arena a = {0};
    const struct verdict_facts facts = {.host = "a\nb\x1b[31m\xe2\x80\xae{port}", .port = 443};
    const char *reason = verdict_fill(&a, verdict_reason(CONNECTION_REFUSED), &facts);
    assert_null(strchr(reason, '\n'));
    assert_null(strchr(reason, '\x1b'));
    assert_null(strstr(reason, "\xe2\x80\xae"));
    assert_non_null(strstr(reason, "{port}")); /* a value is never a placeholder */
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outcome),
        cmocka_unit_test(test_reconcile),
        cmocka_unit_test(test_perhaps_blocked),
        cmocka_unit_test(test_one_failure_is_dropped),
        cmocka_unit_test(test_down_needs_failures_and_time),
        cmocka_unit_test(test_clock_that_goes_back),
        cmocka_unit_test(test_is_it_us),
        cmocka_unit_test(test_minutes),
        cmocka_unit_test(test_daily_round),
        cmocka_unit_test(test_round_on_working_days),
        cmocka_unit_test(test_round_at_changes_of_hour),
        cmocka_unit_test(test_retry_round),
        cmocka_unit_test(test_every_code_is_complete),
        cmocka_unit_test(test_facts_cannot_break_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
