/* The outbox: the states of a message that goes out, who may move it, and what a server's answer means (procedures A3,
 * A5; invariants 2 and 3). Pure.
 *
 *     planned → approved → ticketed → rendered → sending → sent → filed
 *
 * and beside the road: ambiguous (the connection was lost while the server had the whole message: it may have accepted
 * it), refused (a person must look), cancelled. Each transition is one transaction of the store. `sending` is committed
 * after the server has said 354 and before the first byte of the message: whoever dies before it has sent nothing, and
 * whoever dies in it leaves something that must be looked for and is never simply sent again. */
#ifndef TALAIA_CORE_OUTBOX_H
#define TALAIA_CORE_OUTBOX_H

#include "base/day.h"
#include "base/str.h"

/* X(name, code, words for people) */
#define OUTBOX_STATES(X)                                                                                               \
    X(PLANNED, "planned", N_("waits for approval"))                                                                    \
    X(APPROVED, "approved", N_("approved"))                                                                            \
    X(TICKETED, "ticketed", N_("has its ticket"))                                                                      \
    X(RENDERED, "rendered", N_("ready to be sent"))                                                                    \
    X(SENDING, "sending", N_("being sent"))                                                                            \
    X(SENT, "sent", N_("sent"))                                                                                        \
    X(FILED, "filed", N_("sent and filed"))                                                                            \
    X(AMBIGUOUS, "ambiguous", N_("not known whether it was sent"))                                                     \
    X(REFUSED, "refused", N_("refused"))                                                                               \
    X(CANCELLED, "cancelled", N_("cancelled"))
enum outbox_state {
#define X(name, code, words) OUTBOX_##name,
    OUTBOX_STATES(X)
#undef X
        OUTBOX_STATE_COUNT
};
const char *outbox_state_code(enum outbox_state s);
const char *outbox_state_words(enum outbox_state s); /* English, for tr() */
bool outbox_state_parse(struct str text, enum outbox_state *ret);

/* What is sent. X(name, code, goes with a ticket) */
#define OUTBOX_KINDS(X)                                                                                                \
    X(WARNING, "warning", true)         /* of a case that has a ticket */                                              \
    X(REPORT, "report", false)          /* the Friday e-mail */                                                        \
    X(COPY, "copy", false)              /* of the report, for somebody's eyes: it is not the sending of the report */  \
    X(LETTER, "letter", false)          /* anything else */                                                            \
    X(INTEGRATION, "integration", true) /* about an integration that has a ticket */
enum outbox_kind {
#define X(name, code, ticket) OUTBOX_##name,
    OUTBOX_KINDS(X)
#undef X
        OUTBOX_KIND_COUNT
};
const char *outbox_kind_code(enum outbox_kind k);
bool outbox_kind_parse(struct str text, enum outbox_kind *ret);

enum outbox_actor {
    ACTOR_PERSON = 1,    /* by a command or a page */
    ACTOR_SCHEDULER = 2, /* plans, and approves in automatic mode */
    ACTOR_MAILER = 4,    /* carries it on */
};

/* Whether that one may make that transition of such a message. */
bool outbox_may(enum outbox_kind kind, enum outbox_state from, enum outbox_state to, enum outbox_actor who);

/* Neither the mailer nor a person has anything more to do; `files` false: there is no mailbox to file it in. */
bool outbox_is_over(enum outbox_state s, bool files);
/* The thresholds that it consumed stay consumed: it went out, or may have. */
bool outbox_has_left(enum outbox_state s);

/* The rule for a message whose worker has died: `sending` becomes ambiguous, everything else is taken up where it is.
 */
enum outbox_state outbox_taken_over(enum outbox_state s);

/* How one attempt to hand it to the mail server ended. */
enum outbox_attempt {
    ATTEMPT_ACCEPTED,  /* 250 after the whole message, or nobody is left to send it to */
    ATTEMPT_TEMPORARY, /* the server said 4xx to the message, or its connection failed before the message */
    ATTEMPT_PERMANENT, /* the server said 5xx to the message, or to all its recipients */
    ATTEMPT_LOST,      /* the connection ended after 354 and before an answer */
};
/* The state after an attempt. `deferred`: some recipients were told 4xx and must be tried again; `tries` made so far,
 * this one included. A message that was put off too often is refused: a person must look. */
enum outbox_state outbox_after(enum outbox_attempt got, bool deferred, int tries);

/* When to try again after so many attempts that failed: a minute, doubled each time up to an hour, and up to a quarter
 * more or less by the uid, so that what failed together does not come back together. The same values give the same
 * instant. */
instant_t outbox_retry(const char *uid, int tries, instant_t now);

/* The storm guard: `today` warnings of the day are approved or beyond, `more` are to be. */
enum outbox_storm {
    STORM_NONE,  /* go on */
    STORM_FIRST, /* more than `most`: this gesture is noted as the first approval, a second one is needed */
    STORM_AGAIN, /* the second approval: go on */
};
enum outbox_storm outbox_storm(int most, size_t today, size_t more, bool second);

#endif
