/* Not here: sending, filing, permitting. That is flow/onboard; this only says that it follows. */
#include "core/integration.h"

#include <string.h>

#include "base/lang.h"

#define TABLE(list, table)                                                                                             \
    static const struct {                                                                                              \
        const char *code, *words;                                                                                      \
    } table[] = {list(ENTRY)};
#define ENTRY(name, code, words) {(code), (words)},
TABLE(INTEGRATION_TURNS, turns)
TABLE(INTEGRATION_EVENTS, events)
TABLE(INTEGRATION_CHECKS, checks)
TABLE(INTEGRATION_EFFECTS, effects)
TABLE(INTEGRATION_STANDINGS, standings)
TABLE(INTEGRATION_ALARMS, alarms)
#undef ENTRY
#undef TABLE

static const struct {
    const char *code, *words;
    enum integration_turn turn;
    bool open;
} states[INTEGRATION_STATE_COUNT] = {
#define X(name, code, words, turn, open) {(code), (words), INTEGRATION_TURN_##turn, (open)},
    INTEGRATION_STATES(X)
#undef X
};

const char *integration_turn_code(enum integration_turn t)
{
    return turns[t].code;
}

const char *integration_turn_words(enum integration_turn t)
{
    return turns[t].words;
}

const char *integration_state_code(enum integration_state s)
{
    return states[s].code;
}

const char *integration_state_words(enum integration_state s)
{
    return states[s].words;
}

enum integration_turn integration_state_turn(enum integration_state s)
{
    return states[s].turn;
}

bool integration_state_open(enum integration_state s)
{
    return states[s].open;
}

bool integration_state_in_force(enum integration_state s)
{
    return s == INTEGRATION_PRE || s == INTEGRATION_APPROVAL_PRO || s == INTEGRATION_APPROVED_PRO ||
           s == INTEGRATION_PRO;
}

const char *integration_event_code(enum integration_event v)
{
    return events[v].code;
}

const char *integration_event_words(enum integration_event v)
{
    return events[v].words;
}

const char *integration_check_code(enum integration_check c)
{
    return checks[c].code;
}

const char *integration_check_words(enum integration_check c)
{
    return checks[c].words;
}

const char *integration_effect_code(enum integration_effect f)
{
    return effects[f].code;
}

const char *integration_effect_words(enum integration_effect f)
{
    return effects[f].words;
}

const char *integration_standing_code(enum integration_standing s)
{
    return standings[s].code;
}

const char *integration_standing_words(enum integration_standing s)
{
    return standings[s].words;
}

const char *integration_alarm_code(enum integration_alarm a)
{
    return alarms[a].code;
}

const char *integration_alarm_words(enum integration_alarm a)
{
    return alarms[a].words;
}

bool integration_state_parse(struct str code, enum integration_state *ret)
{
    for (int i = 0; i < INTEGRATION_STATE_COUNT; i++) {
        if (str_is(code, states[i].code)) {
            *ret = (enum integration_state)i;
            return true;
        }
    }
    return false;
}

bool integration_event_parse(struct str code, enum integration_event *ret)
{
    for (int i = 0; i < INTEGRATION_EVENT_COUNT; i++) {
        if (str_is(code, events[i].code)) {
            *ret = (enum integration_event)i;
            return true;
        }
    }
    return false;
}

bool integration_standing_parse(struct str code, enum integration_standing *ret)
{
    for (int i = 0; i < INTEGRATION_STANDING_COUNT; i++) {
        if (str_is(code, standings[i].code)) {
            *ret = (enum integration_standing)i;
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ the table */

#define PREPARE PERMISSION_INTEGRATE
#define DECIDE PERMISSION_INTEGRATE_APPROVE
#define C(check) INTEGRATION_BIT(check)
#define F(effect) (1u << INTEGRATION_EFFECT_##effect)
#define SAID (F(MESSAGE) | F(TICKET))
/* What must be verified before anything is filed, approved or configured. */
#define VERIFIED (C(BODY) | C(CONTACT) | C(FORM) | C(CDA) | C(ADDRESSES) | C(CONFIRMED))

/* clang-format off */
/* Its CDA is watched wherever permissions are in force. A closed ticket is open again while a new CDA is asked for. */
#define WATCHED(in, opens, closes) \
    ROW(in, WARN, in, PREPARE, true, C(CONTACT), SAID | opens, "integration-cda-expires", REQUESTER), \
    ROW(in, ANSWER, in, PREPARE, false, C(REASON), F(TICKET), "", NOBODY), \
    ROW(in, DISTRUST, in, PREPARE, true, 0, SAID | opens, "integration-cda-revoked", ALL), \
    ROW(in, RENEW, in, PREPARE, false, C(NEXT), F(PLACE) | F(EXCHANGE) | SAID | closes, "integration-cda-renewed", ALL)
#define REVOCATION(in, closes) \
    ROW(in, REVOKE, REVOKED, PREPARE, false, C(REASON), F(TAKE) | SAID | closes, "integration-revoked", ALL)
/* Nothing was in force yet. Often the requester said so; else it is courteous to tell. */
#define WITHDRAWAL(in) \
    ROW(in, WITHDRAW, WITHDRAWN, PREPARE, false, C(REASON), F(OFFER) | F(TICKET) | F(CLOSE), "integration-withdrawn", REQUESTER)
#define ROW(from, event, to, who, alone, checks, effects, message, told) \
    {INTEGRATION_##from, INTEGRATION_EVENT_##event, INTEGRATION_##to, who, alone, checks, effects, message, \
     INTEGRATION_TURN_##told}
const struct integration_move integration_moves[] = {
    /* 1. eligibility */
    ROW(INTAKE, ELIGIBLE, DOCUMENTS, PREPARE, true, C(BODY), F(TICKET), "", NOBODY),
    ROW(INTAKE, DEPEND, DEPENDS, PREPARE, true, C(BODY) | C(CONTACT), SAID | F(CLOSE), "integration-depends", REQUESTER),
    ROW(INTAKE, UNLIST, UNLISTED, PREPARE, true, C(BODY), SAID, "integration-unlisted", HEAD),
    ROW(INTAKE, RECEIVE, INTAKE, PREPARE, true, 0, F(TICKET), "", NOBODY),
    WITHDRAWAL(INTAKE),
    ROW(UNLISTED, APPROVE, DOCUMENTS, DECIDE, false, 0, F(TICKET), "", NOBODY),
    ROW(UNLISTED, REFUSE, REFUSED, DECIDE, false, C(REASON), SAID | F(CLOSE), "integration-refused", REQUESTER),
    ROW(UNLISTED, RECEIVE, UNLISTED, PREPARE, true, 0, F(TICKET), "", NOBODY),
    ROW(UNLISTED, TAKE_BACK, INTAKE, PREPARE, false, C(REASON), F(TICKET), "", NOBODY),
    WITHDRAWAL(UNLISTED),
    /* 2. documents */
    ROW(DOCUMENTS, RECEIVE, DOCUMENTS, PREPARE, true, 0, F(TICKET), "", NOBODY),
    ROW(DOCUMENTS, ASK, ASKED, PREPARE, false, C(CONTACT) | C(MISSING), SAID, "integration-missing", REQUESTER),
    ROW(DOCUMENTS, FILE, FILED, PREPARE, false, VERIFIED, F(PLACE) | F(TICKET), "", NOBODY),
    WITHDRAWAL(DOCUMENTS),
    ROW(ASKED, RECEIVE, DOCUMENTS, PREPARE, true, 0, F(TICKET), "", NOBODY),
    ROW(ASKED, REMIND, ASKED, PREPARE, true, C(CONTACT) | C(MISSING), SAID, "integration-reminder", REQUESTER),
    ROW(ASKED, TAKE_BACK, DOCUMENTS, PREPARE, false, 0, F(TICKET), "", NOBODY),
    WITHDRAWAL(ASKED),
    /* 3, 4. filed before the approval is asked for */
    ROW(FILED, REQUEST, APPROVAL_PRE, PREPARE, false, VERIFIED | C(FILED), SAID, "integration-approval-pre", HEAD),
    ROW(FILED, RECEIVE, DOCUMENTS, PREPARE, true, 0, F(TICKET), "", NOBODY),
    ROW(FILED, TAKE_BACK, DOCUMENTS, PREPARE, false, 0, F(TICKET), "", NOBODY),
    WITHDRAWAL(FILED),
    ROW(APPROVAL_PRE, APPROVE, APPROVED_PRE, DECIDE, false, VERIFIED | C(FILED), F(TICKET), "", NOBODY),
    ROW(APPROVAL_PRE, RETURN, DOCUMENTS, DECIDE, false, C(REASON), F(TICKET), "", NOBODY),
    ROW(APPROVAL_PRE, TAKE_BACK, DOCUMENTS, PREPARE, false, 0, F(TICKET), "", NOBODY),
    WITHDRAWAL(APPROVAL_PRE),
    /* 5. pre-production */
    ROW(APPROVED_PRE, CONFIGURE, PRE, PREPARE, true, VERIFIED | C(FILED), F(PERMIT_PRE) | SAID, "integration-pre", REQUESTER),
    ROW(APPROVED_PRE, TAKE_BACK, DOCUMENTS, PREPARE, false, C(REASON), F(TICKET), "", NOBODY),
    WITHDRAWAL(APPROVED_PRE),
    /* 6, 7. tests and homologation */
    ROW(PRE, RECEIVE, PRE, PREPARE, true, 0, F(TICKET), "", NOBODY),
    ROW(PRE, REQUEST, APPROVAL_PRO, PREPARE, false, VERIFIED | C(FILED) | C(HOMOLOGATED), SAID, "integration-approval-pro", HEAD),
    ROW(PRE, TAKE_BACK, DOCUMENTS, PREPARE, false, C(REASON), F(TAKE) | F(TICKET), "", NOBODY),
    WATCHED(PRE, 0, 0),
    REVOCATION(PRE, F(CLOSE)),
    ROW(APPROVAL_PRO, APPROVE, APPROVED_PRO, DECIDE, false, VERIFIED | C(FILED), F(TICKET), "", NOBODY),
    ROW(APPROVAL_PRO, RETURN, PRE, DECIDE, false, C(REASON), F(TICKET), "", NOBODY),
    ROW(APPROVAL_PRO, TAKE_BACK, PRE, PREPARE, false, 0, F(TICKET), "", NOBODY),
    ROW(APPROVAL_PRO, RECEIVE, APPROVAL_PRO, PREPARE, true, 0, F(TICKET), "", NOBODY),
    WATCHED(APPROVAL_PRO, 0, 0),
    REVOCATION(APPROVAL_PRO, F(CLOSE)),
    /* 8. production */
    ROW(APPROVED_PRO, CONFIGURE, PRO, PREPARE, true, VERIFIED | C(FILED), F(PERMIT_PRO) | SAID | F(CLOSE), "integration-pro", REQUESTER),
    ROW(APPROVED_PRO, TAKE_BACK, PRE, PREPARE, false, C(REASON), F(TICKET), "", NOBODY),
    ROW(APPROVED_PRO, RECEIVE, APPROVED_PRO, PREPARE, true, 0, F(TICKET), "", NOBODY),
    WATCHED(APPROVED_PRO, 0, 0),
    REVOCATION(APPROVED_PRO, F(CLOSE)),
    ROW(PRO, RECEIVE, PRO, PREPARE, true, 0, F(TICKET), "", NOBODY),
    WATCHED(PRO, F(OPEN), F(CLOSE)),
    REVOCATION(PRO, F(CLOSE)),
    /* what was closed by mistake */
    ROW(DEPENDS, REOPEN, INTAKE, PREPARE, false, C(REASON), F(OPEN) | F(TICKET), "", NOBODY),
    ROW(WITHDRAWN, REOPEN, INTAKE, PREPARE, false, C(REASON), F(OPEN) | F(TICKET), "", NOBODY),
    ROW(REVOKED, REOPEN, DOCUMENTS, PREPARE, false, C(REASON), F(OPEN) | F(TICKET), "", NOBODY),
    ROW(REFUSED, REOPEN, INTAKE, DECIDE, false, C(REASON), F(OPEN) | F(TICKET), "", NOBODY),
};
/* clang-format on */
const size_t integration_move_count = sizeof integration_moves / sizeof *integration_moves;

const struct integration_move *integration_next(enum integration_state s, enum integration_event v)
{
    for (size_t i = 0; i < integration_move_count; i++) {
        if (integration_moves[i].from == s && integration_moves[i].event == v)
            return &integration_moves[i];
    }
    return NULL;
}

bool integration_may(const struct integration_move *m, enum role r)
{
    return role_may(r, m->permission);
}

/* ------------------------------------------------------------------ what is there */

unsigned integration_to_ask(const struct integration_facts *f)
{
    unsigned ask = 0;
    if (!f->only_cda && f->form <= INTEGRATION_DOCUMENT_BAD)
        ask |= C(FORM);
    if (f->cda <= INTEGRATION_DOCUMENT_BAD)
        ask |= C(CDA);
    if (!f->only_cda && f->addresses == 0)
        ask |= C(ADDRESSES);
    return ask;
}

unsigned integration_missing(const struct integration_facts *f)
{
    unsigned lacks = 0;
    if (!f->body)
        lacks |= C(BODY);
    if (!f->contact)
        lacks |= C(CONTACT);
    if (!f->only_cda && f->form != INTEGRATION_DOCUMENT_GOOD)
        lacks |= C(FORM);
    if (f->cda != INTEGRATION_DOCUMENT_GOOD)
        lacks |= C(CDA);
    if (!f->only_cda && f->addresses == 0)
        lacks |= C(ADDRESSES);
    if (!f->confirmed)
        lacks |= C(CONFIRMED);
    if (!f->filed)
        lacks |= C(FILED);
    if (!f->homologated)
        lacks |= C(HOMOLOGATED);
    if (integration_to_ask(f) == 0)
        lacks |= C(MISSING);
    if (!f->reason)
        lacks |= C(REASON);
    if (f->next != INTEGRATION_DOCUMENT_GOOD)
        lacks |= C(NEXT);
    return lacks;
}

unsigned integration_lacks(const struct integration_move *m, const struct integration_facts *f)
{
    return m->checks & integration_missing(f);
}

/* ------------------------------------------------------------------ eligibility */

enum integration_standing integration_standing_of(bool listed, const char *through, bool integrated)
{
    if (listed && through[0] != '\0')
        return INTEGRATION_STANDING_DEPENDS;
    if (integrated)
        return INTEGRATION_STANDING_INTEGRATED;
    return listed ? INTEGRATION_STANDING_ELIGIBLE : INTEGRATION_STANDING_UNLISTED;
}

enum integration_event integration_standing_event(enum integration_standing s)
{
    switch (s) {
    case INTEGRATION_STANDING_DEPENDS: return INTEGRATION_EVENT_DEPEND;
    case INTEGRATION_STANDING_UNLISTED: return INTEGRATION_EVENT_UNLIST;
    default: return INTEGRATION_EVENT_ELIGIBLE;
    }
}

/* ------------------------------------------------------------------ the CDA of one that is in force */

int integration_cda_due(const struct integration_cda *c, const int *thresholds, size_t count, day_t today,
                        unsigned *ret_crossed)
{
    unsigned crossed = 0;
    int lowest = 0;
    if (c->expires == DAY_NONE || c->answered || c->revoked || c->next > INTEGRATION_DOCUMENT_BAD)
        return 0;
    for (size_t i = 0; i < count; i++) {
        if (c->expires - today >= thresholds[i])
            continue;
        crossed |= 1u << i;
        lowest = (c->consumed >> i & 1) == 0 ? thresholds[i] : lowest;
    }
    if (lowest != 0)
        *ret_crossed = crossed & ~c->consumed;
    return lowest;
}

enum integration_alarm integration_cda_alarm(const struct integration_cda *c, const int *thresholds, size_t count,
                                             day_t today)
{
    if (c->revoked)
        return INTEGRATION_ALARM_REVOKED;
    if (c->next > INTEGRATION_DOCUMENT_BAD)
        return INTEGRATION_ALARM_WAITS;
    if (c->expires == DAY_NONE || count == 0)
        return INTEGRATION_ALARM_NONE;
    if (c->expires < today)
        return INTEGRATION_ALARM_EXPIRED;
    if (c->answered)
        return c->expires - today < thresholds[count - 1] ? INTEGRATION_ALARM_STUCK : INTEGRATION_ALARM_NONE;
    return c->expires - today < thresholds[0] ? INTEGRATION_ALARM_EXPIRING : INTEGRATION_ALARM_NONE;
}

/* ------------------------------------------------------------------ time */

int integration_age(day_t since, day_t today)
{
    return since == DAY_NONE || since > today ? 0 : today - since;
}

bool integration_remind(day_t asked, size_t reminders, const int *days, size_t count, size_t most, day_t today)
{
    if (asked == DAY_NONE || count == 0 || reminders >= most)
        return false;
    return today - asked >= days[reminders < count ? reminders : count - 1];
}
