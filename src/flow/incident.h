/* Incidents: opened by whoever sees that something failed, worked on by the person on call, closed when it recovers
 * (procedure C). What follows from them outside — pages, ticket, mails — is done by flow/incident_run.h.
 *
 * Whoever judges probes, or reads alerts of other monitors, calls incident_begin and incident_recover in a transaction
 * of its own; everything else is one gesture of a person: one transaction with its line in the audit trail. */
#ifndef TALAIA_FLOW_INCIDENT_H
#define TALAIA_FLOW_INCIDENT_H

#include "core/runbook.h"
#include "flow/desk.h"
#include "record/incident.h"
#include "record/incident_page.h"

/* ------------------------------------------------------------------ by what sees it */

struct incident_alert {
    const char *probe;            /* as probes.yaml names it, or as another monitor does */
    const char *service, *target; /* "" not known */
    enum incident_source source;
    const char *seen; /* what was seen, for people, in the profile's language */
    instant_t since;  /* it has failed since then */
};
/* Opens an incident; one that is open for the probe stays as it is, and one that was closed a moment ago goes on
 * without telling anybody once more. *ret_id in any case; *ret_new (may be NULL): a new one. */
bool incident_begin(struct desk *d, struct tx *tx, const struct incident_alert *x, int64_t *ret_id, bool *ret_new,
                    struct err *e) __attribute__((warn_unused_result));
/* It is good again since `good`. *ret_id 0: there was none open. */
bool incident_recover(struct desk *d, struct tx *tx, const char *probe, instant_t good, int64_t *ret_id, struct err *e)
    __attribute__((warn_unused_result));

/* Another monitor says that it is good again since `good`. *ret_id 0: none was open, or that word is older than what
 * failed, or our own probe still sees it fail (incident_still_fails): then that one closes it. */
bool incident_recover_told(struct desk *d, struct tx *tx, const char *probe, instant_t good, int64_t *ret_id,
                           struct err *e) __attribute__((warn_unused_result));
/* *ret_at: the last run of our own probe, which is watched and sees it down; INSTANT_NONE when it does not. */
bool incident_still_fails(struct desk *d, struct tx *tx, const char *probe, instant_t *ret_at, struct err *e)
    __attribute__((warn_unused_result));

/* A mail that has just come in, in the transaction in which it is kept: when it comes from an address that the runbook
 * believes (alerts.from), names one probe and says that it is down or up, its incident is opened or closed. Mails older
 * than a day, or than what is known already, say nothing any more. */
struct mail_seen;
bool incident_alert_mail(struct desk *d, struct tx *tx, const struct mail_seen *m, struct err *e)
    __attribute__((warn_unused_result));

/* A mail that has just come in and answers one of ours: the provider's answer, or the report that a page or the
 * provider's mail was not delivered. In the transaction in which it is kept. */
struct incoming;
bool incident_post_in(struct desk *d, struct tx *tx, const struct incoming *in, struct err *e)
    __attribute__((warn_unused_result));

/* ------------------------------------------------------------------ looking */

struct incident_step {
    const struct runbook_step *step;
    bool
        persons; /* a person does it: also what Talaia would do and the runbook gives no address for, or could not do */
    bool done, skipped; /* skipped: done with, without having been done */
    instant_t at;       /* done, or INSTANT_NONE */
    const char *who;
    const char *text; /* what was noted; of a mail that did not arrive, why */
};
struct incident_whole {
    struct incident incident;
    const struct runbook *runbook; /* NULL: none */
    const char *unread;            /* why the runbook cannot be read; "" */
    struct incidents others;       /* that failed for the same cause, the first one first */
    const struct runbooks *books;
    struct incident_step *steps;
    size_t step_count, next; /* the first that a person has to do; step_count: none is left */
    struct incident_event *events;
    size_t event_count;
    struct incident_call *calls;
    size_t call_count;
    struct incident_page *pages;
    size_t page_count;
};
/* The same in the caller's transaction. */
bool incident_load(struct desk *d, struct tx *tx, struct arena *a, int64_t id, struct incident_whole *ret,
                   struct err *e);
/* The call that the event tells; NULL. */
const struct incident_call *incident_call_of(const struct incident_whole *w, const struct incident_event *v);
/* ERR_UNKNOWN when there is none. Everything in the arena. */
bool incident_look(struct desk *d, struct arena *a, int64_t id, struct incident_whole *ret, struct err *e);
/* The number that a person means: "12", "#12", or the name of a probe, whose newest it is. */
bool incident_find(struct desk *d, struct arena *a, const char *text, int64_t *ret, struct err *e);
bool incidents_list(struct desk *d, struct arena *a, const struct incident_filter *f, struct incidents *ret,
                    struct err *e);
/* Seconds from its beginning to its recovery, or to now. */
int64_t incident_seconds(const struct incident *x, instant_t now);
/* "A, B, C and 87 more". */
const char *incident_names(struct arena *a, const struct incidents *x, enum lang lang);
/* "02:50" in Madrid, and "02:50 CEST" in the hour of October that is there twice. */
const char *incident_hour(struct arena *a, instant_t t);
/* "the last after 14 min", of all of one cause. */
const char *incident_cleared_words(struct arena *a, const struct incident *x, const struct incidents *others,
                                   enum lang lang);
/* What is told of a call, with its hour or without. */
const char *incident_call_words(struct arena *a, const struct incident_call *c, enum lang lang, bool hour);
/* An event's text for whoever reads in that language: what the desk wrote itself is in it, what people wrote is as they
 * wrote it. */
const char *incident_event_text(const struct desk *d, struct arena *a, const struct incident_whole *w,
                                const struct incident_event *v, enum lang lang);
/* What is pasted into a report afterwards: plain text in that language. */
bool incident_summary(const struct desk *d, struct arena *a, const struct incident_whole *w, enum lang lang,
                      struct buf *to, struct err *e);

/* ------------------------------------------------------------------ by a person */

bool incident_open_by_hand(struct desk *d, const char *probe, const char *seen, int64_t *ret_id, bool *ret_new,
                           struct err *e);
bool incident_close_by_hand(struct desk *d, int64_t id, const char *reason, struct err *e);
/* "I have it", and with it all of its cause that nobody has. *ret_taken: how many; 0: *ret_who had it before (in the
 * arena). `how`: "page", "command". */
bool incident_take(struct desk *d, int64_t id, const char *how, size_t *ret_taken, const char **ret_who, struct err *e);
/* Step from 1; `done` false takes it back. A call that is ticked without having been recorded was not made, which is a
 * person's decision: the story says that it was left out. What stands so already is done once. */
bool incident_tick(struct desk *d, int64_t id, int step, bool done, const char *text, struct err *e);
/* With a step, which it ticks, or without (0). `once`: the form's own mark (incident_once), so that a form that arrives
 * twice is kept once; "" none. */
bool incident_note(struct desk *d, int64_t id, int step, const char *text, const char *once, struct err *e);
/* To another person, with all of its cause: a name and what that one must know. Nobody else is paged. */
bool incident_hand_over(struct desk *d, int64_t id, const char *to, const char *text, const char *once, struct err *e);
/* A mark for one form, in the arena. */
const char *incident_once(struct arena *a);

struct call_given {
    int step;          /* of the runbook, which gives contact and number; 0: none */
    instant_t at;      /* INSTANT_NONE: now */
    const char *phone; /* from which; "" not said */
    bool answered;     /* ticks the step */
    const char *amount, *said;
    const char *contact, *number; /* without a step */
    const char *once;             /* the form's mark; NULL or "": none */
    const char *file_name, *file_type;
    struct str file; /* the statement; p NULL: none */
};
/* *ret_claim: it needs an expense claim. */
bool incident_call(struct desk *d, int64_t id, const struct call_given *x, int64_t *ret_call, bool *ret_claim,
                   struct err *e);
/* The amount ("" as it was) and the statement, which come later. */
bool incident_call_later(struct desk *d, int64_t call_id, const char *amount, const char *file_name,
                         const char *file_type, struct str file, struct err *e);

/* ------------------------------------------------------------------ by a link */

/* What the link of a page is about. ERR_UNKNOWN: no such link; ERR_STATE: it is over. */
struct link_view {
    struct incident_link link;
    const int64_t *incidents;
    size_t count;
};
bool incident_link_look(struct desk *d, struct arena *a, const char *token, struct link_view *ret, struct err *e);
/* Takes all that the page was about, with what has failed for the same cause since, and nobody has taken; once. *ret_taken: how many; 0 uses nothing up. */
bool incident_link_take(struct desk *d, struct arena *a, const char *token, size_t *ret_taken, struct err *e);
/* The hash under which a link's token is kept. In the arena. */
const char *incident_link_hash(struct arena *a, const char *token);

#endif
