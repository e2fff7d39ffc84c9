#include "core/body.h"

#include <stdio.h>

#include "sample.h"

#define TODAY 20000
#define NOON ((TODAY * INT64_C(86400) + 11 * 3600) * INSTANT_PER_SECOND)

static struct body body_with(int cds, int cda)
{
    return (struct body){
        .id = 1,
        .sort_key = "",
        .expires = {[CERT_CDS] = cds == DAYS_NONE ? DAY_NONE : TODAY + cds,
                    [CERT_CDA] = cda == DAYS_NONE ? DAY_NONE : TODAY + cda},
        .vanished = DAY_NONE,
    };
}

static void a_missing_date_never_hides_the_other(void **state)
{
    (void)state;
    static const struct {
        int cds, cda, urgency;
    } cases[] = {
        {10, 20, 10},
        {20, 10, 10},
        {-3, 20, -3},
        {DAYS_NONE, 20, 20},
        {20, DAYS_NONE, 20},
        {0, DAYS_NONE, 0},
        {DAYS_NONE, -400, -400},
        {DAYS_NONE, DAYS_NONE, DAYS_NONE},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct body b = body_with(cases[i].cds, cases[i].cda);
        assert_int_equal(body_urgency(&b, TODAY), cases[i].urgency);
    }
}

static void the_list_is_ordered_by_urgency(void **state)
{
    (void)state;
    static const struct {
        int cds, cda;
        const char *key;
    } wanted[] = {
        {-5, 300, "z"},
        {0, -1, "z"},
        {8, 3, "c"},
        {9, 3, "a"},
        {3, 9, "b"},         /* same counts: by name */
        {3, DAYS_NONE, "a"}, /* a missing other one comes after any other one */
        {DAYS_NONE, 4, "a"},
        {5, 6, "z"},
        {5, 7, "a"},
        {DAYS_NONE, DAYS_NONE, "a"},
        {DAYS_NONE, DAYS_NONE, "b"},
    };
    enum { N = COUNT(wanted) };
    struct body bodies[N];
    for (size_t i = 0; i < N; i++) {
        bodies[i] = body_with(wanted[i].cds, wanted[i].cda);
        bodies[i].sort_key = wanted[i].key;
        bodies[i].id = (int64_t)i;
    }
    /* from many starting orders, the same list */
    uint32_t random = 3;
    for (int round = 0; round < 200; round++) {
        const struct body *list[N];
        for (size_t i = 0; i < N; i++)
            list[i] = &bodies[i];
        for (size_t i = N - 1; i > 0; i--) {
            random = random * 1664525u + 1013904223u;
            size_t j = (random >> 16) % (i + 1);
            const struct body *kept = list[i];
            list[i] = list[j];
            list[j] = kept;
        }
        bodies_sort(list, N, TODAY);
        for (size_t i = 0; i < N; i++)
            assert_int_equal(list[i]->id, (int64_t)i);
    }
    bodies_sort(NULL, 0, TODAY);
}

static void bodies_alike_in_all_keep_the_order_of_their_numbers(void **state)
{
    (void)state;
    struct body a = body_with(5, 6), b = body_with(6, 5);
    a.id = 8;
    b.id = 7;
    b.sort_key = a.sort_key = NULL;
    const struct body *list[] = {&a, &b};
    bodies_sort(list, 2, TODAY);
    assert_ptr_equal(list[0], &b);
}

static void states(void **state)
{
    (void)state;
    static const struct {
        int cds, cda;
        unsigned flags;
        bool excluded, vanished, down;
        enum body_state wanted;
    } cases[] = {
        {60, 60, 0, false, false, false, STATE_GOOD}, /* below 60, not at 60 */
        {59, 60, 0, false, false, false, STATE_SOON},
        {400, 59, 0, false, false, false, STATE_SOON},
        {0, 400, 0, false, false, false, STATE_SOON}, /* the last day is still valid */
        {-1, 400, 0, false, false, false, STATE_PAST},
        {400, DAYS_NONE, 0, false, false, false, STATE_GOOD},
        {DAYS_NONE, DAYS_NONE, 0, false, false, false, STATE_UNKNOWN},
        {-1, 400, BODY_NOT_VERIFIABLE, false, false, false, STATE_UNKNOWN},
        {-1, 400, BODY_NOT_VERIFIABLE, false, false, true, STATE_DOWN},
        {400, 400, 0, false, false, true, STATE_DOWN},
        {-1, -1, 0, false, false, true, STATE_DOWN}, /* expired is not down, but down comes first */
        {10, 10, BODY_VANISHED, false, false, true, STATE_MUTED},
        {10, 10, 0, false, true, false, STATE_MUTED},
        {10, 10, BODY_VANISHED, true, true, true, STATE_EXCLUDED},
        {400, 400, BODY_NO_CONTACT | BODY_INE10_UNKNOWN | BODY_ANSWERED, false, false, false, STATE_GOOD},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct body b = body_with(cases[i].cds, cases[i].cda);
        b.flags = cases[i].flags;
        b.excluded = cases[i].excluded ? "migrated" : NULL;
        b.vanished = cases[i].vanished ? TODAY - 7 : DAY_NONE;
        if (body_state(&b, TODAY, NOON, 60, cases[i].down) != cases[i].wanted)
            fail_msg("case %zu", i);
    }
}

/* Declared for today: valid whole, unless the certificate itself was seen and is over at this moment. */
static void on_its_last_day_the_instant_decides(void **state)
{
    (void)state;
    const instant_t minute = 60 * INSTANT_PER_SECOND;
    static const struct {
        int days;      /* left */
        bool seen;     /* the certificate */
        int ends, now; /* minutes from noon of today */
        bool wanted;
    } cases[] = {
        {0, false, 0, 0, false},         {0, true, 1, 0, false},       {0, true, 0, 0, false}, /* not_after is inclusive
                                                                                                */
        {0, true, -1, 0, true},          {0, true, 24 * 60, 0, false}, /* another one is served than is declared */
        {0, true, -24 * 60, 0, false},   {0, true, 60, 24 * 60, true}, /* asked later about today: the day is over */
        {0, false, 0, 24 * 60, false},   {1, true, -1, 0, false},      {-1, true, 60, 0, true}, {-1, false, 0, 0, true},
        {DAYS_NONE, true, -1, 0, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct body b = body_with(cases[i].days, 400);
        b.ends[CERT_CDS] = cases[i].seen ? NOON + cases[i].ends * minute : INSTANT_NONE;
        b.ends[CERT_CDA] = INSTANT_NONE;
        instant_t now = NOON + cases[i].now * minute;
        if (body_has_ended(&b, CERT_CDS, TODAY, now) != cases[i].wanted ||
            (body_state(&b, TODAY, now, 60, false) == STATE_PAST) != cases[i].wanted)
            fail_msg("case %zu", i);
    }
    struct body both = body_with(400, 0);
    both.ends[CERT_CDS] = INSTANT_NONE;
    both.ends[CERT_CDA] = NOON - minute;
    assert_int_equal(body_state(&both, TODAY, NOON, 60, false), STATE_PAST);
}

static void each_state_has_its_own_signs(void **state)
{
    (void)state;
    for (int i = 0; i < STATE_COUNT; i++) {
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(body_state_code((enum body_state)i), body_state_code((enum body_state)j));
            assert_string_not_equal(body_state_glyph((enum body_state)i), body_state_glyph((enum body_state)j));
            assert_string_not_equal(body_state_word((enum body_state)i), body_state_word((enum body_state)j));
        }
        assert_int_equal(str_utf8_count(str_of(body_state_glyph((enum body_state)i))), 1);
    }
    static const char *const codes[] = {"not-verifiable", "no-dates", "no-contact",
                                        "ine10-unknown",  "vanished", "answered"};
    assert_int_equal(COUNT(codes), BODY_FLAG_COUNT);
    for (int i = 0; i < BODY_FLAG_COUNT; i++)
        assert_string_equal(body_flag_code((enum body_flag_index)i), codes[i]);
    assert_int_equal(BODY_NOT_VERIFIABLE, 1);
    assert_int_equal(BODY_ANSWERED, 1 << (BODY_FLAG_COUNT - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_date_never_hides_the_other),
        cmocka_unit_test(the_list_is_ordered_by_urgency),
        cmocka_unit_test(bodies_alike_in_all_keep_the_order_of_their_numbers),
        cmocka_unit_test(states),
        cmocka_unit_test(on_its_last_day_the_instant_decides),
        cmocka_unit_test(each_state_has_its_own_signs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
