/* Every transition of every kind by every actor: what is written here is allowed, and nothing else. */
#include "core/outbox.h"

#include "sample.h"

/* from → to: who, for messages with a ticket and for those without one. p person, s scheduler, m mailer. */
static const struct {
    const char *from, *to, *with_ticket, *without;
} allowed[] = {
    {"planned", "approved", "ps", "ps"},
    {"planned", "cancelled", "psm", "psm"},
    {"approved", "ticketed", "m", ""},
    {"approved", "rendered", "", "m"},
    {"approved", "refused", "m", "m"},
    {"approved", "cancelled", "psm", "psm"},
    {"ticketed", "rendered", "m", ""},
    {"ticketed", "refused", "m", ""},
    {"ticketed", "cancelled", "psm", ""},
    {"rendered", "sending", "m", "m"},
    {"rendered", "refused", "m", "m"},
    {"rendered", "cancelled", "psm", "psm"},
    {"sending", "sent", "m", "m"},
    {"sending", "rendered", "m", "m"},
    {"sending", "ambiguous", "m", "m"},
    {"sending", "refused", "m", "m"},
    {"sent", "filed", "m", "m"},
    {"ambiguous", "sent", "pm", "pm"},
    {"ambiguous", "rendered", "p", "p"},
    {"refused", "approved", "p", "p"},
    {"refused", "cancelled", "psm", "psm"},
};

static bool expected(enum outbox_kind kind, enum outbox_state from, enum outbox_state to, char who)
{
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
        if (strcmp(allowed[i].from, outbox_state_code(from)) == 0 && strcmp(allowed[i].to, outbox_state_code(to)) == 0)
            return strchr(kind == OUTBOX_WARNING || kind == OUTBOX_INTEGRATION ? allowed[i].with_ticket
                                                                               : allowed[i].without,
                          who) != NULL;
    }
    return false;
}

static void test_transitions(void **state)
{
    (void)state;
    static const struct {
        enum outbox_actor actor;
        char letter;
    } actors[] = {{ACTOR_PERSON, 'p'}, {ACTOR_SCHEDULER, 's'}, {ACTOR_MAILER, 'm'}};
    size_t count = 0;
    for (int kind = 0; kind < OUTBOX_KIND_COUNT; kind++) {
        for (int from = 0; from < OUTBOX_STATE_COUNT; from++) {
            for (int to = 0; to < OUTBOX_STATE_COUNT; to++) {
                for (size_t a = 0; a < 3; a++) {
                    enum outbox_kind k = (enum outbox_kind)kind;
                    enum outbox_state f = (enum outbox_state)from, t = (enum outbox_state)to;
                    if (outbox_may(k, f, t, actors[a].actor) != expected(k, f, t, actors[a].letter))
                        fail_msg("%s: %s -> %s by %c", outbox_kind_code(k), outbox_state_code(f), outbox_state_code(t),
                                 actors[a].letter);
                    count += outbox_may(k, f, t, actors[a].actor);
                }
            }
        }
    }
    assert_true(count > 80);
}

/* Only a person makes something that may have been sent go out again, and nothing comes back from sent or filed. */
static void test_nothing_is_sent_again_by_itself(void **state)
{
    (void)state;
    for (int kind = 0; kind < OUTBOX_KIND_COUNT; kind++) {
        for (int to = 0; to < OUTBOX_STATE_COUNT; to++) {
            enum outbox_state t = (enum outbox_state)to;
            enum outbox_kind k = (enum outbox_kind)kind;
            if (t != OUTBOX_SENT)
                assert_false(outbox_may(k, OUTBOX_AMBIGUOUS, t, ACTOR_MAILER));
            assert_false(outbox_may(k, OUTBOX_AMBIGUOUS, t, ACTOR_SCHEDULER));
            for (int who = ACTOR_PERSON; who <= ACTOR_MAILER; who *= 2) {
                if (t != OUTBOX_FILED)
                    assert_false(outbox_may(k, OUTBOX_SENT, t, (enum outbox_actor)who));
                assert_false(outbox_may(k, OUTBOX_FILED, t, (enum outbox_actor)who));
                assert_false(outbox_may(k, OUTBOX_CANCELLED, t, (enum outbox_actor)who));
            }
        }
    }
    /* A dead worker's message: what was on the wire is asked about, the rest goes on. */
    for (int s = 0; s < OUTBOX_STATE_COUNT; s++)
        assert_int_equal(outbox_taken_over((enum outbox_state)s), s == OUTBOX_SENDING ? OUTBOX_AMBIGUOUS : s);
}

static void test_codes(void **state)
{
    (void)state;
    for (int s = 0; s < OUTBOX_STATE_COUNT; s++) {
        enum outbox_state back;
        assert_true(outbox_state_parse(str_of(outbox_state_code((enum outbox_state)s)), &back));
        assert_int_equal(back, s);
        assert_true(outbox_state_words((enum outbox_state)s)[0] != '\0');
    }
    for (int k = 0; k < OUTBOX_KIND_COUNT; k++) {
        enum outbox_kind back;
        assert_true(outbox_kind_parse(str_of(outbox_kind_code((enum outbox_kind)k)), &back));
        assert_int_equal(back, k);
    }
    enum outbox_state none;
    enum outbox_kind nothing;
    assert_false(outbox_state_parse(str_of("Sent"), &none));
    assert_false(outbox_state_parse(str_of(""), &none));
    assert_false(outbox_kind_parse(str_of("warnings"), &nothing));
    assert_true(outbox_is_over(OUTBOX_SENT, false));
    assert_false(outbox_is_over(OUTBOX_SENT, true));
    assert_true(outbox_is_over(OUTBOX_FILED, true) && outbox_is_over(OUTBOX_CANCELLED, true));
    assert_false(outbox_is_over(OUTBOX_REFUSED, true) || outbox_is_over(OUTBOX_AMBIGUOUS, true));
    assert_true(outbox_has_left(OUTBOX_AMBIGUOUS) && outbox_has_left(OUTBOX_SENDING) && outbox_has_left(OUTBOX_SENT));
    assert_false(outbox_has_left(OUTBOX_RENDERED) || outbox_has_left(OUTBOX_REFUSED));
}

static void test_attempts(void **state)
{
    (void)state;
    assert_int_equal(outbox_after(ATTEMPT_ACCEPTED, false, 1), OUTBOX_SENT);
    assert_int_equal(outbox_after(ATTEMPT_ACCEPTED, true, 1), OUTBOX_RENDERED);
    assert_int_equal(outbox_after(ATTEMPT_ACCEPTED, true, LIMIT_OUTBOX_TRIES), OUTBOX_SENT);
    assert_int_equal(outbox_after(ATTEMPT_TEMPORARY, false, LIMIT_OUTBOX_TRIES - 1), OUTBOX_RENDERED);
    assert_int_equal(outbox_after(ATTEMPT_TEMPORARY, false, LIMIT_OUTBOX_TRIES), OUTBOX_REFUSED);
    assert_int_equal(outbox_after(ATTEMPT_PERMANENT, false, 1), OUTBOX_REFUSED);
    for (int tries = 1; tries < LIMIT_OUTBOX_TRIES * 2; tries++) {
        assert_int_equal(outbox_after(ATTEMPT_LOST, false, tries), OUTBOX_AMBIGUOUS);
        assert_int_equal(outbox_after(ATTEMPT_LOST, true, tries), OUTBOX_AMBIGUOUS);
    }
}

/* A minute, two, four … an hour, each a quarter more or less; the same for the same message, different for another. */
static void test_retry(void **state)
{
    (void)state;
    const instant_t now = 1795000000 * INSTANT_PER_SECOND;
    int64_t nominal = LIMIT_OUTBOX_RETRY_SECONDS;
    size_t same = 0;
    for (int tries = 1; tries < 60; tries++) {
        instant_t a = outbox_retry("0123", tries, now), b = outbox_retry("0124", tries, now);
        assert_int_equal(a, outbox_retry("0123", tries, now));
        same += a == b;
        int64_t quarter = nominal * INSTANT_PER_SECOND / 4;
        assert_in_range(a - now, nominal * INSTANT_PER_SECOND - quarter, nominal * INSTANT_PER_SECOND + quarter);
        assert_in_range(b - now, nominal * INSTANT_PER_SECOND - quarter, nominal * INSTANT_PER_SECOND + quarter);
        nominal = nominal * 2 > LIMIT_OUTBOX_RETRY_MOST_SECONDS ? LIMIT_OUTBOX_RETRY_MOST_SECONDS : nominal * 2;
    }
    assert_true(same < 3);
    /* A hundred that failed together come back spread over the half minute around the first wait. */
    instant_t first = INT64_MAX, last = 0;
    for (int i = 0; i < 100; i++) {
        char uid[16];
        snprintf(uid, sizeof uid, "uid-%d", i);
        instant_t t = outbox_retry(uid, 1, now);
        first = t < first ? t : first;
        last = t > last ? t : last;
    }
    assert_true(last - first > 20 * INSTANT_PER_SECOND);
}

static void test_storm(void **state)
{
    (void)state;
    assert_int_equal(outbox_storm(40, 0, 40, false), STORM_NONE);
    assert_int_equal(outbox_storm(40, 0, 41, false), STORM_FIRST);
    assert_int_equal(outbox_storm(40, 30, 10, false), STORM_NONE);
    assert_int_equal(outbox_storm(40, 30, 11, false), STORM_FIRST); /* in portions it is as many */
    assert_int_equal(outbox_storm(40, 30, 11, true), STORM_AGAIN);
    assert_int_equal(outbox_storm(40, 60, 0, false), STORM_NONE); /* nothing more: nothing to guard */
    assert_int_equal(outbox_storm(0, 0, 1, false), STORM_FIRST);
    assert_int_equal(outbox_storm(-1, 0, 1, false), STORM_FIRST);
    assert_int_equal(outbox_storm(40, 0, 10, true), STORM_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transitions), cmocka_unit_test(test_nothing_is_sent_again_by_itself),
        cmocka_unit_test(test_codes),       cmocka_unit_test(test_attempts),
        cmocka_unit_test(test_retry),       cmocka_unit_test(test_storm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
