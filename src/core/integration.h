/* The integration of a body's back office with Hèstia (procedure B): its states, what may happen in each, who may do
 * it, what must be there before, and what follows from it. ONE table; pages, commands, tests and the drawing in
 * docs/integration.md read it. Pure.
 *
 *     const struct integration_move *m = integration_next(state, INTEGRATION_EVENT_APPROVE);
 *     if (m == NULL) …                                   // cannot happen here
 *     unsigned lacks = integration_lacks(m, &facts);     // 0: it may happen now
 *
 * Between asking for approval and having it nothing is configured; between approval and configuration the state says
 * so, and whatever dies in between leaves an integration that says what is to be done next. */
#ifndef TALAIA_CORE_INTEGRATION_H
#define TALAIA_CORE_INTEGRATION_H

#include "base/day.h"
#include "base/str.h"
#include "core/permission.h"

/* Who must do the next thing. X(NAME, "code", words) */
#define INTEGRATION_TURNS(X)                                                                                           \
    X(NOBODY, "nobody", N_("nobody"))                                                                                  \
    X(TECHNICIAN, "technician", N_("the team"))                                                                        \
    X(REQUESTER, "requester", N_("the body or its provider"))                                                          \
    X(HEAD, "head", N_("the head of service"))                                                                         \
    X(ALL, "all", N_("the body and its provider")) /* of messages alone: nobody's turn */
enum integration_turn {
#define X(name, ...) INTEGRATION_TURN_##name,
    INTEGRATION_TURNS(X)
#undef X
        INTEGRATION_TURN_COUNT
};
const char *integration_turn_code(enum integration_turn t);
const char *integration_turn_words(enum integration_turn t); /* English, for tr() */

/* X(NAME, "code", words, whose turn it is, open: something is still to happen) */
#define INTEGRATION_STATES(X)                                                                                          \
    X(INTAKE, "intake", N_("eligibility to be looked up"), TECHNICIAN, true)                                           \
    X(UNLISTED, "unlisted", N_("not on the list: the head of service decides"), HEAD, true)                            \
    X(DOCUMENTS, "documents", N_("documents to be checked"), TECHNICIAN, true)                                         \
    X(ASKED, "asked", N_("waits for documents"), REQUESTER, true)                                                      \
    X(FILED, "filed", N_("documents filed"), TECHNICIAN, true)                                                         \
    X(APPROVAL_PRE, "approval-pre", N_("waits for the approval of pre-production"), HEAD, true)                        \
    X(APPROVED_PRE, "approved-pre", N_("approved: pre-production to be configured"), TECHNICIAN, true)                 \
    X(PRE, "pre", N_("in pre-production: the integrator tests"), REQUESTER, true)                                      \
    X(APPROVAL_PRO, "approval-pro", N_("waits for the approval of production"), HEAD, true)                            \
    X(APPROVED_PRO, "approved-pro", N_("approved: production to be configured"), TECHNICIAN, true)                     \
    X(PRO, "pro", N_("in production"), NOBODY, false)                                                                  \
    X(DEPENDS, "depends", N_("closed: it integrates through another ABSS"), NOBODY, false)                             \
    X(REFUSED, "refused", N_("closed: refused by the head of service"), NOBODY, false)                                 \
    X(WITHDRAWN, "withdrawn", N_("closed: withdrawn"), NOBODY, false)                                                  \
    X(REVOKED, "revoked", N_("closed: revoked"), NOBODY, false)
enum integration_state {
#define X(name, ...) INTEGRATION_##name,
    INTEGRATION_STATES(X)
#undef X
        INTEGRATION_STATE_COUNT
};
const char *integration_state_code(enum integration_state s);
const char *integration_state_words(enum integration_state s);
enum integration_turn integration_state_turn(enum integration_state s);
bool integration_state_open(enum integration_state s);
bool integration_state_parse(struct str code, enum integration_state *ret);
/* Its permissions are given: its CDA is watched, and what they were given by stays as it is. */
bool integration_state_in_force(enum integration_state s);

/* X(NAME, "code", what happens) */
#define INTEGRATION_EVENTS(X)                                                                                          \
    X(ELIGIBLE, "eligible", N_("the body is on the list"))                                                             \
    X(DEPEND, "depends", N_("the body depends on another ABSS"))                                                       \
    X(UNLIST, "unlisted", N_("the body is not on the list"))                                                           \
    X(RECEIVE, "receive", N_("a document or a datum comes in"))                                                        \
    X(ASK, "ask", N_("what is missing is asked for"))                                                                  \
    X(REMIND, "remind", N_("nothing came: asked again"))                                                               \
    X(FILE, "file", N_("what was verified is filed"))                                                                  \
    X(REQUEST, "request", N_("approval is asked for"))                                                                 \
    X(APPROVE, "approve", N_("the head of service approves"))                                                          \
    X(RETURN, "return", N_("the head of service sends it back"))                                                       \
    X(REFUSE, "refuse", N_("the head of service refuses"))                                                             \
    X(TAKE_BACK, "take-back", N_("the request for approval is taken back"))                                            \
    X(CONFIGURE, "configure", N_("permissions are given, and the requester is told"))                                  \
    X(REVOKE, "revoke", N_("the permissions are taken back"))                                                          \
    X(WITHDRAW, "withdraw", N_("it does not go on"))                                                                   \
    X(REOPEN, "reopen", N_("it goes on after all"))                                                                    \
    X(WARN, "warn", N_("the CDA expires: a new one is asked for"))                                                     \
    X(ANSWER, "answer", N_("the requester has answered: a new CDA is under way"))                                      \
    X(DISTRUST, "distrust", N_("the authority has revoked the CDA: a new one is asked for"))                           \
    X(RENEW, "renew", N_("the new CDA takes the place of the old one"))
enum integration_event {
#define X(name, ...) INTEGRATION_EVENT_##name,
    INTEGRATION_EVENTS(X)
#undef X
        INTEGRATION_EVENT_COUNT
};
const char *integration_event_code(enum integration_event v);
const char *integration_event_words(enum integration_event v);
bool integration_event_parse(struct str code, enum integration_event *ret);

/* What must be there. X(NAME, "code", what is missing without it) */
#define INTEGRATION_CHECKS(X)                                                                                          \
    X(BODY, "body", N_("which body it is, with its INE10 code"))                                                       \
    X(CONTACT, "contact", N_("somebody to write to"))                                                                  \
    X(FORM, "form", N_("the integration form, digitally signed by the body"))                                          \
    X(CDA, "cda", N_("the public key (X.509 certificate) of the CDA that will sign"))                                  \
    X(ADDRESSES, "addresses", N_("the IP addresses from which it will call"))                                          \
    X(CONFIRMED, "confirmed", N_("a person's confirmation of what was read from the documents"))                       \
    X(FILED, "filed", N_("the documents in their folder, the same bytes that were verified"))                          \
    X(HOMOLOGATED, "homologated", N_("a correct and recent test of each modality"))                                    \
    X(MISSING, "missing", N_("something that the requester must send"))                                                \
    X(REASON, "reason", N_("a reason"))                                                                                \
    X(NEXT, "next", N_("a new CDA that can be used"))
enum integration_check {
#define X(name, ...) INTEGRATION_CHECK_##name,
    INTEGRATION_CHECKS(X)
#undef X
        INTEGRATION_CHECK_COUNT
};
const char *integration_check_code(enum integration_check c);
const char *integration_check_words(enum integration_check c);
#define INTEGRATION_BIT(check) (1u << INTEGRATION_CHECK_##check)

/* What follows, in this order. X(NAME, "code", what it is) */
#define INTEGRATION_EFFECTS(X)                                                                                         \
    X(PLACE, "file", N_("the documents are filed"))                                                                    \
    X(PERMIT_PRE, "permit-pre", N_("permissions at the gateway"))                                                      \
    X(PERMIT_PRO, "permit-pro", N_("permissions of production are recorded and exported"))                             \
    X(TAKE, "take", N_("permissions are revoked"))                                                                     \
    X(EXCHANGE, "exchange", N_("the new CDA is permitted, the old one for some days more"))                            \
    X(MESSAGE, "message", N_("a message goes out"))                                                                    \
    X(OFFER, "message-if-wanted", N_("a message goes out when whoever does it wants so"))                              \
    X(TICKET, "ticket", N_("the ticket is told"))                                                                      \
    X(CLOSE, "close", N_("the ticket is closed"))                                                                      \
    X(OPEN, "open", N_("the ticket is open again"))
enum integration_effect {
#define X(name, ...) INTEGRATION_EFFECT_##name,
    INTEGRATION_EFFECTS(X)
#undef X
        INTEGRATION_EFFECT_COUNT
};
const char *integration_effect_code(enum integration_effect f);
const char *integration_effect_words(enum integration_effect f);

/* One row of the table. */
struct integration_move {
    enum integration_state from;
    enum integration_event event;
    enum integration_state to;
    enum permission permission; /* a person needs it */
    bool alone;                 /* the program does it by itself too */
    unsigned checks, effects;   /* bits 1 << … */
    const char *message;        /* name of the text ("integration-missing"); "" none */
    enum integration_turn told; /* who gets it: REQUESTER or HEAD; NOBODY without a message */
};
extern const struct integration_move integration_moves[];
extern const size_t integration_move_count;

/* NULL: it cannot happen in that state. */
const struct integration_move *integration_next(enum integration_state s, enum integration_event v);
bool integration_may(const struct integration_move *m, enum role r);

/* How a document stands, in the least that the table must know. */
enum integration_document_state {
    INTEGRATION_DOCUMENT_NONE,
    INTEGRATION_DOCUMENT_BAD,    /* it cannot be used: another one is needed */
    INTEGRATION_DOCUMENT_REVIEW, /* a person must look at it */
    INTEGRATION_DOCUMENT_GOOD,   /* verified, or a person has looked and taken it with a reason */
};

/* What is known of one integration. */
struct integration_facts {
    bool body, contact; /* its INE10 is known; there is an address to write to */
    bool only_cda;      /* integrated already through another provider: only this one's CDA is configured */
    enum integration_document_state form, cda;
    enum integration_document_state next; /* the CDA that is to take the place of the one in force */
    size_t addresses;                     /* confirmed by a person and acceptable */
    bool confirmed;                       /* a person said that what was read from the documents is right */
    bool filed;                           /* and what is filed is still what was verified */
    bool homologated;
    bool reason; /* given with this event */
};
/* Everything that is not there, as bits of checks; MISSING is set when there is nothing to ask the requester for. */
unsigned integration_missing(const struct integration_facts *f);
/* Of these only what the move needs. */
unsigned integration_lacks(const struct integration_move *m, const struct integration_facts *f);
/* What the requester is asked for: FORM, CDA, ADDRESSES, and what of these must be sent anew because it cannot be used;
 * what only a person of the team must look at is not there. */
unsigned integration_to_ask(const struct integration_facts *f);

/* --- eligibility (procedure B1) --- */

/* X(NAME, "code", words) */
#define INTEGRATION_STANDINGS(X)                                                                                       \
    X(UNKNOWN, "unknown", N_("not looked up yet"))                                                                     \
    X(ELIGIBLE, "eligible", N_("may integrate"))                                                                       \
    X(DEPENDS, "depends", N_("depends on another ABSS"))                                                               \
    X(UNLISTED, "unlisted", N_("not on the list"))                                                                     \
    X(INTEGRATED, "integrated", N_("integrated already: only this provider's CDA"))                                    \
    X(ADMITTED, "admitted", N_("not on the list; admitted by the head of service"))
enum integration_standing {
#define X(name, ...) INTEGRATION_STANDING_##name,
    INTEGRATION_STANDINGS(X)
#undef X
        INTEGRATION_STANDING_COUNT
};
const char *integration_standing_code(enum integration_standing s);
const char *integration_standing_words(enum integration_standing s);
bool integration_standing_parse(struct str code, enum integration_standing *ret);

/* `listed`: the body is on the list that is in force; `through`: the ABSS that it depends on there ("" none);
 * `integrated`: another integration of the body is in pre-production or beyond, and is not revoked. */
enum integration_standing integration_standing_of(bool listed, const char *through, bool integrated);
/* What it makes of an integration that was just taken in. */
enum integration_event integration_standing_event(enum integration_standing s);

/* --- the CDA of one that is in force: the ladder of warnings of procedure A3 --- */

/* What a person should know of a CDA. X(NAME, "code", words) */
#define INTEGRATION_ALARMS(X)                                                                                          \
    X(NONE, "none", N_("nothing to do"))                                                                               \
    X(EXPIRING, "expiring", N_("the CDA expires soon"))                                                                \
    X(WAITS, "waits", N_("a new CDA has come: it waits for the team"))                                                 \
    X(STUCK, "stuck", N_("the requester has answered, and the new CDA is not there"))                                  \
    X(EXPIRED, "expired", N_("the CDA has expired"))                                                                   \
    X(REVOKED, "revoked", N_("the authority has revoked the CDA"))
enum integration_alarm {
#define X(name, ...) INTEGRATION_ALARM_##name,
    INTEGRATION_ALARMS(X)
#undef X
        INTEGRATION_ALARM_COUNT
};
const char *integration_alarm_code(enum integration_alarm a);
const char *integration_alarm_words(enum integration_alarm a); /* English, for tr() */

struct integration_cda {
    day_t expires;     /* DAY_NONE: not known, nothing is warned */
    unsigned consumed; /* bit i: thresholds[i] was told */
    bool answered;     /* the requester said that a new one is under way */
    bool revoked;      /* its authority says so */
    bool revoked_told;
    enum integration_document_state next;
};
/* The threshold to be told of today, 0 none; the lowest of those crossed ("crossed" = days left strictly below; an
 * expired one has crossed all). *ret_crossed: bits of all that this message consumes. `thresholds` descend. Nothing is
 * told once the requester has answered or a new CDA has come that is not plainly bad. */
int integration_cda_due(const struct integration_cda *c, const int *thresholds, size_t count, day_t today,
                        unsigned *ret_crossed);
/* The gravest that holds. WAITS whenever a new one is there; an answered one that is below the last threshold comes
 * back to a person (STUCK). */
enum integration_alarm integration_cda_alarm(const struct integration_cda *c, const int *thresholds, size_t count,
                                             day_t today);

/* --- time --- */

/* Days that it has been in this state; never negative. */
int integration_age(day_t since, day_t today);
/* Whether to ask again today: `asked` is the day of the last asking, `reminders` how many went out, `days` after how
 * many days each is due (the last one repeats up to `most` in all). */
bool integration_remind(day_t asked, size_t reminders, const int *days, size_t count, size_t most, day_t today);

#endif
