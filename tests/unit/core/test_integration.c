/* Every state × every event: what is written here can happen, by those and with those consequences, and nothing else.
 */
#include "core/integration.h"

#include "core/integration_draw.h"
#include "sample.h"

/* in, event, then, who: t technician and administrator, h head of service, * by itself; message and its reader. */
static const struct {
    const char *from, *event, *to, *who, *message, *told;
} expected[] = {
    {"intake", "eligible", "documents", "th*", "", ""},
    {"intake", "depends", "depends", "th*", "integration-depends", "requester"},
    {"intake", "unlisted", "unlisted", "th*", "integration-unlisted", "head"},
    {"intake", "receive", "intake", "th*", "", ""},
    {"intake", "withdraw", "withdrawn", "th", "integration-withdrawn", "requester"},
    {"unlisted", "approve", "documents", "h", "", ""},
    {"unlisted", "refuse", "refused", "h", "integration-refused", "requester"},
    {"unlisted", "receive", "unlisted", "th*", "", ""},
    {"unlisted", "take-back", "intake", "th", "", ""},
    {"unlisted", "withdraw", "withdrawn", "th", "integration-withdrawn", "requester"},
    {"documents", "receive", "documents", "th*", "", ""},
    {"documents", "ask", "asked", "th", "integration-missing", "requester"},
    {"documents", "file", "filed", "th", "", ""},
    {"documents", "withdraw", "withdrawn", "th", "integration-withdrawn", "requester"},
    {"asked", "receive", "documents", "th*", "", ""},
    {"asked", "remind", "asked", "th*", "integration-reminder", "requester"},
    {"asked", "take-back", "documents", "th", "", ""},
    {"asked", "withdraw", "withdrawn", "th", "integration-withdrawn", "requester"},
    {"filed", "request", "approval-pre", "th", "integration-approval-pre", "head"},
    {"filed", "receive", "documents", "th*", "", ""},
    {"filed", "take-back", "documents", "th", "", ""},
    {"filed", "withdraw", "withdrawn", "th", "integration-withdrawn", "requester"},
    {"approval-pre", "approve", "approved-pre", "h", "", ""},
    {"approval-pre", "return", "documents", "h", "", ""},
    {"approval-pre", "take-back", "documents", "th", "", ""},
    {"approval-pre", "withdraw", "withdrawn", "th", "integration-withdrawn", "requester"},
    {"approved-pre", "configure", "pre", "th*", "integration-pre", "requester"},
    {"approved-pre", "take-back", "documents", "th", "", ""},
    {"approved-pre", "withdraw", "withdrawn", "th", "integration-withdrawn", "requester"},
    {"pre", "receive", "pre", "th*", "", ""},
    {"pre", "request", "approval-pro", "th", "integration-approval-pro", "head"},
    {"pre", "revoke", "revoked", "th", "integration-revoked", "all"},
    {"pre", "take-back", "documents", "th", "", ""},
    {"approval-pro", "approve", "approved-pro", "h", "", ""},
    {"approval-pro", "return", "pre", "h", "", ""},
    {"approval-pro", "take-back", "pre", "th", "", ""},
    {"approval-pro", "revoke", "revoked", "th", "integration-revoked", "all"},
    {"approval-pro", "receive", "approval-pro", "th*", "", ""},
    {"approved-pro", "configure", "pro", "th*", "integration-pro", "requester"},
    {"approved-pro", "take-back", "pre", "th", "", ""},
    {"approved-pro", "revoke", "revoked", "th", "integration-revoked", "all"},
    {"approved-pro", "receive", "approved-pro", "th*", "", ""},
    {"pro", "revoke", "revoked", "th", "integration-revoked", "all"},
    {"pro", "receive", "pro", "th*", "", ""},
    {"pre", "warn", "pre", "th*", "integration-cda-expires", "requester"},
    {"pre", "answer", "pre", "th", "", ""},
    {"pre", "distrust", "pre", "th*", "integration-cda-revoked", "all"},
    {"pre", "renew", "pre", "th", "integration-cda-renewed", "all"},
    {"approval-pro", "warn", "approval-pro", "th*", "integration-cda-expires", "requester"},
    {"approval-pro", "answer", "approval-pro", "th", "", ""},
    {"approval-pro", "distrust", "approval-pro", "th*", "integration-cda-revoked", "all"},
    {"approval-pro", "renew", "approval-pro", "th", "integration-cda-renewed", "all"},
    {"approved-pro", "warn", "approved-pro", "th*", "integration-cda-expires", "requester"},
    {"approved-pro", "answer", "approved-pro", "th", "", ""},
    {"approved-pro", "distrust", "approved-pro", "th*", "integration-cda-revoked", "all"},
    {"approved-pro", "renew", "approved-pro", "th", "integration-cda-renewed", "all"},
    {"pro", "warn", "pro", "th*", "integration-cda-expires", "requester"},
    {"pro", "answer", "pro", "th", "", ""},
    {"pro", "distrust", "pro", "th*", "integration-cda-revoked", "all"},
    {"pro", "renew", "pro", "th", "integration-cda-renewed", "all"},
    {"depends", "reopen", "intake", "th", "", ""},
    {"withdrawn", "reopen", "intake", "th", "", ""},
    {"revoked", "reopen", "documents", "th", "", ""},
    {"refused", "reopen", "intake", "h", "", ""},
};

static void check_row(const struct integration_move *m, size_t i)
{
    bool team = strchr(expected[i].who, 't') != NULL;
    assert_string_equal(integration_state_code(m->to), expected[i].to);
    assert_string_equal(m->message, expected[i].message);
    assert_string_equal(m->told == INTEGRATION_TURN_NOBODY ? "" : integration_turn_code(m->told), expected[i].told);
    unsigned says = m->effects >> INTEGRATION_EFFECT_MESSAGE & 1, offers = m->effects >> INTEGRATION_EFFECT_OFFER & 1;
    assert_int_equal(says + offers, m->message[0] != '\0');
    assert_int_equal(m->alone, strchr(expected[i].who, '*') != NULL);
    assert_int_equal(integration_may(m, ROLE_TECHNICIAN), team);
    assert_int_equal(integration_may(m, ROLE_ADMINISTRATOR), team);
    assert_true(integration_may(m, ROLE_HEAD));
    assert_false(integration_may(m, ROLE_VIEWER));
    assert_false(integration_may(m, ROLE_ON_CALL));
    assert_false(m->alone && m->permission == PERMISSION_INTEGRATE_APPROVE);
}

static void test_every_state_and_event(void **state)
{
    (void)state;
    size_t found = 0;
    for (int s = 0; s < INTEGRATION_STATE_COUNT; s++) {
        for (int v = 0; v < INTEGRATION_EVENT_COUNT; v++) {
            const struct integration_move *m = integration_next((enum integration_state)s, (enum integration_event)v);
            size_t i = 0;
            while (i < COUNT(expected) &&
                   (strcmp(expected[i].from, integration_state_code((enum integration_state)s)) != 0 ||
                    strcmp(expected[i].event, integration_event_code((enum integration_event)v)) != 0))
                i++;
            if ((m != NULL) != (i < COUNT(expected)))
                fail_msg("%s, %s", integration_state_code((enum integration_state)s),
                         integration_event_code((enum integration_event)v));
            if (m != NULL)
                check_row(m, i);
            found += m != NULL;
        }
    }
    assert_int_equal(found, COUNT(expected));
    assert_int_equal(integration_move_count, COUNT(expected));
}

static bool reaches(enum integration_state from, enum integration_state to)
{
    bool at[INTEGRATION_STATE_COUNT] = {false};
    at[from] = true;
    for (size_t round = 0; round < INTEGRATION_STATE_COUNT; round++) {
        for (size_t i = 0; i < integration_move_count; i++)
            at[integration_moves[i].to] = at[integration_moves[i].to] || at[integration_moves[i].from];
    }
    return at[to];
}

/* No state is a trap: from each the way to production or out can be gone; permissions follow an approval only. */
static void test_ways(void **state)
{
    (void)state;
    for (int s = 0; s < INTEGRATION_STATE_COUNT; s++) {
        assert_true(reaches(INTEGRATION_INTAKE, (enum integration_state)s));
        if (s != INTEGRATION_PRO)
            assert_true(reaches((enum integration_state)s, INTEGRATION_PRO));
    }
    for (size_t i = 0; i < integration_move_count; i++) {
        const struct integration_move *m = &integration_moves[i];
        unsigned permit = 1u << INTEGRATION_EFFECT_PERMIT_PRE | 1u << INTEGRATION_EFFECT_PERMIT_PRO;
        if ((m->effects & permit) != 0)
            assert_true(m->from == INTEGRATION_APPROVED_PRE || m->from == INTEGRATION_APPROVED_PRO);
        if (m->from != m->to && (m->to == INTEGRATION_APPROVED_PRE || m->to == INTEGRATION_APPROVED_PRO))
            assert_int_equal(m->permission, PERMISSION_INTEGRATE_APPROVE);
        assert_true((m->effects & 1u << INTEGRATION_EFFECT_TICKET) != 0);
        /* What is in force is left only by taking its permissions back. */
        if (integration_state_in_force(m->from) && !integration_state_in_force(m->to))
            assert_true((m->effects & 1u << INTEGRATION_EFFECT_TAKE) != 0);
        if ((m->effects & 1u << INTEGRATION_EFFECT_EXCHANGE) != 0)
            assert_true(integration_state_in_force(m->from) && m->from == m->to);
    }
}

static const struct integration_facts complete = {
    .body = true,
    .contact = true,
    .form = INTEGRATION_DOCUMENT_GOOD,
    .cda = INTEGRATION_DOCUMENT_GOOD,
    .next = INTEGRATION_DOCUMENT_GOOD,
    .addresses = 2,
    .confirmed = true,
    .filed = true,
    .homologated = true,
    .reason = true,
};

static unsigned lacks(const struct integration_facts *f, enum integration_state s, enum integration_event v)
{
    const struct integration_move *m = integration_next(s, v);
    assert_non_null(m);
    return integration_lacks(m, f);
}

static void test_missing(void **state)
{
    (void)state;
    struct integration_facts f = complete;
    const enum integration_event request = INTEGRATION_EVENT_REQUEST, ask = INTEGRATION_EVENT_ASK;
    assert_int_equal(lacks(&f, INTEGRATION_PRE, request), 0);
    assert_int_equal(integration_missing(&f), INTEGRATION_BIT(MISSING)); /* there is nothing to ask for */
    assert_int_equal(lacks(&f, INTEGRATION_DOCUMENTS, ask), INTEGRATION_BIT(MISSING));
    f.homologated = false;
    assert_int_equal(lacks(&f, INTEGRATION_PRE, request), INTEGRATION_BIT(HOMOLOGATED));
    assert_int_equal(lacks(&f, INTEGRATION_FILED, request), 0);
    f.filed = false;
    assert_int_equal(lacks(&f, INTEGRATION_FILED, request), INTEGRATION_BIT(FILED));
    assert_int_equal(lacks(&f, INTEGRATION_APPROVAL_PRE, INTEGRATION_EVENT_APPROVE), INTEGRATION_BIT(FILED));
    assert_int_equal(lacks(&f, INTEGRATION_DOCUMENTS, INTEGRATION_EVENT_FILE), 0);
    f.confirmed = false;
    assert_int_equal(lacks(&f, INTEGRATION_DOCUMENTS, INTEGRATION_EVENT_FILE), INTEGRATION_BIT(CONFIRMED));
    f.form = INTEGRATION_DOCUMENT_REVIEW; /* a person must look: the body is not asked for it again */
    assert_int_equal(lacks(&f, INTEGRATION_DOCUMENTS, INTEGRATION_EVENT_FILE),
                     INTEGRATION_BIT(CONFIRMED) | INTEGRATION_BIT(FORM));
    assert_int_equal(integration_to_ask(&f), 0);
    f.form = INTEGRATION_DOCUMENT_BAD;
    f.cda = INTEGRATION_DOCUMENT_NONE;
    f.addresses = 0;
    assert_int_equal(integration_to_ask(&f), INTEGRATION_BIT(FORM) | INTEGRATION_BIT(CDA) | INTEGRATION_BIT(ADDRESSES));
    assert_int_equal(lacks(&f, INTEGRATION_DOCUMENTS, ask), 0);
    f.contact = false;
    assert_int_equal(lacks(&f, INTEGRATION_DOCUMENTS, ask), INTEGRATION_BIT(CONTACT));
    f = complete;
    f.reason = false;
    assert_int_equal(lacks(&f, INTEGRATION_APPROVAL_PRE, INTEGRATION_EVENT_RETURN), INTEGRATION_BIT(REASON));
    assert_int_equal(lacks(&f, INTEGRATION_PRO, INTEGRATION_EVENT_REVOKE), INTEGRATION_BIT(REASON));
}

/* A provider of a body that is integrated already sends its CDA and nothing else. */
static void test_only_cda(void **state)
{
    (void)state;
    struct integration_facts f = {.body = true, .contact = true, .only_cda = true};
    assert_int_equal(integration_to_ask(&f), INTEGRATION_BIT(CDA));
    f.cda = INTEGRATION_DOCUMENT_GOOD;
    f.confirmed = true;
    assert_int_equal(integration_to_ask(&f), 0);
    assert_int_equal(lacks(&f, INTEGRATION_DOCUMENTS, INTEGRATION_EVENT_FILE), 0);
}

static void test_standing(void **state)
{
    (void)state;
    static const struct {
        bool listed;
        const char *through;
        bool integrated;
        const char *standing, *event;
    } cases[] = {
        {true, "", false, "eligible", "eligible"},   {true, "Consell Comarcal de X", false, "depends", "depends"},
        {false, "", false, "unlisted", "unlisted"},  {true, "", true, "integrated", "eligible"},
        {false, "", true, "integrated", "eligible"}, {true, "Consell Comarcal de X", true, "depends", "depends"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        enum integration_standing s = integration_standing_of(cases[i].listed, cases[i].through, cases[i].integrated),
                                  back;
        assert_string_equal(integration_standing_code(s), cases[i].standing);
        assert_string_equal(integration_event_code(integration_standing_event(s)), cases[i].event);
        assert_true(integration_standing_parse(str_of(cases[i].standing), &back));
        assert_int_equal(back, s);
    }
}

static void test_time(void **state)
{
    (void)state;
    static const int days[] = {7, 15};
    day_t asked = day_text("2026-11-02");
    assert_int_equal(integration_age(asked, day_text("2026-11-20")), 18);
    assert_int_equal(integration_age(day_text("2026-11-21"), day_text("2026-11-20")), 0);
    assert_false(integration_remind(asked, 0, days, 2, 3, day_text("2026-11-08")));
    assert_true(integration_remind(asked, 0, days, 2, 3, day_text("2026-11-09")));
    assert_false(integration_remind(asked, 1, days, 2, 3, day_text("2026-11-16")));
    assert_true(integration_remind(asked, 1, days, 2, 3, day_text("2026-11-17")));
    assert_true(integration_remind(asked, 2, days, 2, 3, day_text("2026-11-17")));
    assert_false(integration_remind(asked, 3, days, 2, 3, day_text("2026-12-31")));
    assert_false(integration_remind(asked, 0, days, 0, 3, day_text("2026-12-31")));
    assert_false(integration_remind(DAY_NONE, 0, days, 2, 3, day_text("2026-12-31")));
}

/* The ladder of procedure A3 over every day of a certificate's life: each threshold once, the lowest when several. */
static void test_ladder(void **state)
{
    (void)state;
    static const int thresholds[] = {60, 30, 15, 10, 5};
    day_t expires = day_text("2027-03-28"); /* the night on which clocks change */
    struct integration_cda c = {.expires = expires};
    int told[COUNT(thresholds) + 1], at[COUNT(thresholds) + 1];
    size_t count = 0;
    for (day_t today = expires - 400; today <= expires + 40; today++) {
        unsigned crossed = 0;
        int threshold = integration_cda_due(&c, thresholds, COUNT(thresholds), today, &crossed);
        if (threshold == 0)
            continue;
        assert_true(count < COUNT(told));
        told[count] = threshold;
        at[count++] = expires - today;
        c.consumed |= crossed;
        assert_int_equal(integration_cda_due(&c, thresholds, COUNT(thresholds), today, &crossed), 0);
    }
    assert_int_equal(count, COUNT(thresholds));
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(told[i], thresholds[i]);
        assert_int_equal(at[i], thresholds[i] - 1); /* strictly below */
    }
}

static void test_ladder_at_once(void **state)
{
    (void)state;
    static const int thresholds[] = {60, 30, 15, 10, 5};
    const struct integration_cda late = {.expires = 1000};
    struct integration_cda c = late;
    unsigned crossed = 0;
    assert_int_equal(integration_cda_due(&c, thresholds, 5, 988, &crossed), 15);
    assert_int_equal(crossed, 7);
    c.consumed = 3;
    assert_int_equal(integration_cda_due(&c, thresholds, 5, 988, &crossed), 15);
    assert_int_equal(crossed, 4);
    c.consumed = 0;
    assert_int_equal(integration_cda_due(&c, thresholds, 5, 1100, &crossed), 5); /* expired: below 5 */
    assert_int_equal(crossed, 31);
    /* Silence: answered, a new one is there, revoked, no date. A new one that is bad is none. */
    struct integration_cda quiet[] = {late, late, late, late, late};
    quiet[0].answered = true;
    quiet[1].next = INTEGRATION_DOCUMENT_REVIEW;
    quiet[2].next = INTEGRATION_DOCUMENT_GOOD;
    quiet[3].revoked = true;
    quiet[4].expires = DAY_NONE;
    for (size_t i = 0; i < COUNT(quiet); i++)
        assert_int_equal(integration_cda_due(&quiet[i], thresholds, 5, 988, &crossed), 0);
    c = late;
    c.next = INTEGRATION_DOCUMENT_BAD;
    assert_int_equal(integration_cda_due(&c, thresholds, 5, 988, &crossed), 15);
    assert_int_equal(integration_cda_due(&late, thresholds, 0, 988, &crossed), 0);
}

static void test_alarms(void **state)
{
    (void)state;
    static const int thresholds[] = {60, 5};
    static const struct {
        bool answered, revoked;
        enum integration_document_state next;
        int left;
        const char *alarm;
    } cases[] = {
        {false, false, INTEGRATION_DOCUMENT_NONE, 60, "none"},
        {false, false, INTEGRATION_DOCUMENT_NONE, 59, "expiring"},
        {false, false, INTEGRATION_DOCUMENT_NONE, 0, "expiring"},
        {false, false, INTEGRATION_DOCUMENT_NONE, -1, "expired"},
        {true, false, INTEGRATION_DOCUMENT_NONE, 5, "none"},
        {true, false, INTEGRATION_DOCUMENT_NONE, 4, "stuck"},
        {true, false, INTEGRATION_DOCUMENT_NONE, -1, "expired"},
        {false, false, INTEGRATION_DOCUMENT_BAD, 59, "expiring"},
        {true, false, INTEGRATION_DOCUMENT_GOOD, -1, "waits"},
        {false, false, INTEGRATION_DOCUMENT_REVIEW, 300, "waits"},
        {true, true, INTEGRATION_DOCUMENT_GOOD, 300, "revoked"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct integration_cda c = {.expires = 1000 + cases[i].left,
                                          .answered = cases[i].answered,
                                          .revoked = cases[i].revoked,
                                          .next = cases[i].next};
        assert_string_equal(integration_alarm_code(integration_cda_alarm(&c, thresholds, 2, 1000)), cases[i].alarm);
    }
}

static void test_codes(void **state)
{
    (void)state;
    for (int s = 0; s < INTEGRATION_STATE_COUNT; s++) {
        enum integration_state back;
        assert_true(integration_state_parse(str_of(integration_state_code((enum integration_state)s)), &back));
        assert_int_equal(back, s);
        assert_int_equal(integration_state_open(back), integration_state_turn(back) != INTEGRATION_TURN_NOBODY);
    }
    for (int v = 0; v < INTEGRATION_EVENT_COUNT; v++) {
        enum integration_event back;
        assert_true(integration_event_parse(str_of(integration_event_code((enum integration_event)v)), &back));
        assert_int_equal(back, v);
    }
    enum integration_state s = INTEGRATION_PRO;
    assert_false(integration_state_parse(str_of("nonsense"), &s));
    assert_int_equal(s, INTEGRATION_PRO);
}

/* The drawing has every state and every transition. */
static void test_drawing(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(1 << 16);
    integration_draw(&b);
    assert_false(buf_full(&b));
    size_t lines = 0;
    for (const char *p = buf_text(&b); (p = strstr(p, "\n| `")) != NULL; p++)
        lines++;
    assert_int_equal(lines, INTEGRATION_STATE_COUNT + integration_move_count);
    assert_non_null(strstr(buf_text(&b), "    approval_pre --> approved_pre : approve\n"));
    assert_non_null(strstr(buf_text(&b), "| `approval-pre` | approve | `approved-pre` | head of service | "));
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_state_and_event),
        cmocka_unit_test(test_ways),
        cmocka_unit_test(test_missing),
        cmocka_unit_test(test_only_cda),
        cmocka_unit_test(test_standing),
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_ladder),
        cmocka_unit_test(test_ladder_at_once),
        cmocka_unit_test(test_alarms),
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_drawing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
