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
    {"intake", "withdraw", "withdrawn", "th", "", ""},
    {"unlisted", "approve", "documents", "h", "", ""},
    {"unlisted", "refuse", "refused", "h", "integration-refused", "requester"},
    {"unlisted", "receive", "unlisted", "th*", "", ""},
    {"unlisted", "take-back", "intake", "th", "", ""},
    {"unlisted", "withdraw", "withdrawn", "th", "", ""},
    {"documents", "receive", "documents", "th*", "", ""},
    {"documents", "ask", "asked", "th", "integration-missing", "requester"},
    {"documents", "file", "filed", "th", "", ""},
    {"documents", "withdraw", "withdrawn", "th", "", ""},
    {"asked", "receive", "documents", "th*", "", ""},
    {"asked", "remind", "asked", "th*", "integration-reminder", "requester"},
    {"asked", "take-back", "documents", "th", "", ""},
    {"asked", "withdraw", "withdrawn", "th", "", ""},
    {"filed", "request", "approval-pre", "th", "integration-approval-pre", "head"},
    {"filed", "receive", "documents", "th*", "", ""},
    {"filed", "take-back", "documents", "th", "", ""},
    {"filed", "withdraw", "withdrawn", "th", "", ""},
    {"approval-pre", "approve", "approved-pre", "h", "", ""},
    {"approval-pre", "return", "documents", "h", "", ""},
    {"approval-pre", "take-back", "documents", "th", "", ""},
    {"approval-pre", "withdraw", "withdrawn", "th", "", ""},
    {"approved-pre", "configure", "pre", "th*", "integration-pre", "requester"},
    {"approved-pre", "take-back", "documents", "th", "", ""},
    {"approved-pre", "withdraw", "withdrawn", "th", "", ""},
    {"pre", "receive", "pre", "th*", "", ""},
    {"pre", "request", "approval-pro", "th", "integration-approval-pro", "head"},
    {"pre", "revoke", "revoked", "th", "", ""},
    {"approval-pro", "approve", "approved-pro", "h", "", ""},
    {"approval-pro", "return", "pre", "h", "", ""},
    {"approval-pro", "take-back", "pre", "th", "", ""},
    {"approval-pro", "revoke", "revoked", "th", "", ""},
    {"approved-pro", "configure", "pro", "th*", "integration-pro", "requester"},
    {"approved-pro", "take-back", "pre", "th", "", ""},
    {"approved-pro", "revoke", "revoked", "th", "", ""},
    {"pro", "revoke", "revoked", "th", "", ""},
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
    assert_int_equal((m->effects >> INTEGRATION_EFFECT_MESSAGE & 1) != 0, m->message[0] != '\0');
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
        if (m->to == INTEGRATION_APPROVED_PRE || m->to == INTEGRATION_APPROVED_PRO)
            assert_int_equal(m->permission, PERMISSION_INTEGRATE_APPROVE);
        assert_true((m->effects & 1u << INTEGRATION_EFFECT_TICKET) != 0);
    }
}

static const struct integration_facts complete = {
    .body = true,
    .contact = true,
    .form = INTEGRATION_DOCUMENT_GOOD,
    .cda = INTEGRATION_DOCUMENT_GOOD,
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
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_drawing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
