/* Incidents: what it means for people that a probe went down (procedure C). Pure.
 *
 * One probe has one open incident. Who is paged when, what a failure soon after a recovery is, and how long things
 * took. What is done about it is a runbook (core/runbook.h); what was done are its events. */
#ifndef TALAIA_CORE_INCIDENT_H
#define TALAIA_CORE_INCIDENT_H

#include "base/day.h"
#include "base/mem.h"
#include "core/runbook.h"

/* X(NAME, "code", words: English, for tr()) */
#define INCIDENT_STATES(X)                                                                                             \
    X(OPEN, "open", N_("nobody has taken it"))                                                                         \
    X(TAKEN, "taken", N_("taken"))                                                                                     \
    X(CLOSED, "closed", N_("closed"))
enum incident_state {
#define X(name, code, words) INCIDENT_##name,
    INCIDENT_STATES(X)
#undef X
        INCIDENT_STATE_COUNT
};
const char *incident_state_code(enum incident_state s);
const char *incident_state_words(enum incident_state s);

/* Who said that it failed. X(NAME, "code", words) */
#define INCIDENT_SOURCES(X)                                                                                            \
    X(PROBE, "probe", N_("our own probe"))                                                                             \
    X(PERSON, "person", N_("a person"))                                                                                \
    X(MAIL, "mail", N_("an alert by mail"))                                                                            \
    X(WEBHOOK, "webhook", N_("an alert of another monitor"))
enum incident_source {
#define X(name, code, words) INCIDENT_FROM_##name,
    INCIDENT_SOURCES(X)
#undef X
        INCIDENT_SOURCE_COUNT
};
const char *incident_source_code(enum incident_source s);
const char *incident_source_words(enum incident_source s);

/* What happened in it. X(NAME, "code", words, the ticket is told, and also when it is the ticket of another incident
 * that this one failed with: a hundred probes that fail and recover together are no hundred remarks) */
#define INCIDENT_EVENTS(X)                                                                                             \
    X(OPENED, "opened", N_("It failed"), false, false)                                                                 \
    X(AGAIN, "again", N_("It failed again"), true, false)                                                              \
    X(JOINED, "joined", N_("Failed with it"), true, false)                                                             \
    X(TICKET, "ticket", N_("Ticket opened"), false, false)                                                             \
    X(MAIL, "mail", N_("Mail to the provider"), true, false)                                                           \
    X(UNMAILED, "unmailed", N_("The mail to the provider has not arrived"), true, false)                               \
    X(ANSWERED, "answered", N_("The provider answered"), true, true)                                                   \
    X(PAGED, "paged", N_("Paged"), false, false)                                                                       \
    X(UNPAGED, "unpaged", N_("Could not be paged"), false, false)                                                      \
    X(ACKED, "acked", N_("Taken"), true, false)                                                                        \
    X(FORGOTTEN, "forgotten", N_("Nothing was done about it, so it is told anew"), true, false)                        \
    X(TICKED, "ticked", N_("Step done"), true, true)                                                                   \
    X(SKIPPED, "skipped", N_("Step left out"), true, true)                                                             \
    X(UNTICKED, "unticked", N_("Step not done after all"), true, true)                                                 \
    X(CALL, "call", N_("Call"), true, true)                                                                            \
    X(NOTE, "note", N_("Note"), true, true)                                                                            \
    X(HANDOVER, "handover", N_("Handed over"), true, true)                                                             \
    X(CLOSED, "closed", N_("Recovered"), true, false)                                                                  \
    X(CLEARED, "cleared", N_("All that failed with it have recovered"), true, false)
enum incident_event_kind {
#define X(name, code, words, told, apart) EVENT_##name,
    INCIDENT_EVENTS(X)
#undef X
        INCIDENT_EVENT_COUNT
};
const char *incident_event_code(enum incident_event_kind k);
const char *incident_event_words(enum incident_event_kind k);
bool incident_event_told(enum incident_event_kind k, bool of_follower);
bool incident_event_parse(const char *code, enum incident_event_kind *ret);

/* What becomes of a page by HTTP. X(NAME, "code", words)
 *
 * `sending` is kept on the disk before the first byte; whoever dies in it leaves a page that is sent again when the
 * other side recognises it by its id, and is `unknown` when not: it is never simply sent twice, and the next level is
 * paged at once. */
#define PAGE_STATES(X)                                                                                                 \
    X(WAITING, "waiting", N_("waits"))                                                                                 \
    X(SENDING, "sending", N_("being sent"))                                                                            \
    X(SENT, "sent", N_("sent"))                                                                                        \
    X(MAILED, "mailed", N_("in the outbox"))                                                                           \
    X(UNKNOWN, "unknown", N_("not known whether it was sent"))                                                         \
    X(REFUSED, "refused", N_("refused"))                                                                               \
    X(CANCELLED, "cancelled", N_("not needed any more"))
enum page_state {
#define X(name, code, words) PAGE_##name,
    PAGE_STATES(X)
#undef X
        PAGE_STATE_COUNT
};
const char *page_state_code(enum page_state s);
const char *page_state_words(enum page_state s);
bool page_state_parse(const char *code, enum page_state *ret);
/* After an attempt: `good`, or `later` (may succeed by itself) with what may have arrived. */
enum page_state page_after(bool good, bool later, bool maybe_done, bool repeats, int tries);

/* How many levels of the runbook are paged at `now`, when it is counted from `from`; the repetitions of the last one
 * count as levels beyond it. */
size_t incident_levels_due(const struct runbook *r, instant_t from, instant_t now);
/* The level with that number, from 0; below incident_levels_due. */
const struct escalation *incident_level(const struct runbook *r, size_t level);
/* A failure so soon after the last one was over belongs to it. Nobody is told once more while it comes and goes; */
bool incident_goes_on(instant_t closed, instant_t now);
/* when it has failed again for so long, whoever heard of the recovery must hear that, too. */
bool incident_stays(instant_t reopened, instant_t now);
/* What fails so soon after another one has the same cause, as far as anybody knows: one ticket, one mail. */
bool incident_gathers(instant_t opened, instant_t now);

/* "42 s", "12 min", "1 h 05 min", "3 d 2 h". In the arena. */
const char *duration_words(struct arena *a, int64_t seconds);
/* "12,50", "12.5", "12" → cents; false when it is none, negative, or beyond 9,999. */
bool amount_parse(struct str s, int64_t *ret_cents);
/* "12,50 €" */
const char *amount_words(struct arena *a, int64_t cents);

#endif
