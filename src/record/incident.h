/* Incidents, their story and their calls, as the store keeps them; pages are in record/incident_page.h. */
#ifndef TALAIA_RECORD_INCIDENT_H
#define TALAIA_RECORD_INCIDENT_H

#include "base/buf.h"
#include "core/incident.h"
#include "record/by.h"
#include "store/store.h"

/* Texts that say nothing are ""; instants INSTANT_NONE. */
struct incident {
    int64_t id;
    const char *probe, *service, *target, *runbook, *source, *seen;
    instant_t since, opened;
    const char *opened_who;
    instant_t counted; /* escalation is counted from here */
    int again;         /* how often it failed again soon after a recovery */
    size_t level;      /* levels that were paged */
    instant_t acked;
    const char *acked_who, *acked_how;
    instant_t recovered, closed;
    const char *closed_who;
    bool over_told;
    const char *ticket, *ticket_uid;
    instant_t ticket_tried;
    bool ticket_ready; /* observers and related ones are set */
    instant_t next_try;
    int attempts;
    const char *trouble;
    int64_t mail_id, mail_over_id; /* 0: not written */
    int64_t leader_id;             /* whose ticket and mail it shares; 0: it has its own */
    int again_told;                /* of `again` */
};
struct incidents {
    const struct incident *items;
    size_t count;
};
enum incident_state incident_state(const struct incident *x);

struct incident_filter {
    bool open_only;
    bool unfinished;   /* open, or something is left to tell */
    int64_t leader;    /* those that share with it; 0: any */
    const char *probe; /* NULL: any */
    size_t most;       /* 0: all */
};
/* Newest first. */
bool incidents_load(struct tx *tx, struct arena *a, const struct incident_filter *f, struct incidents *ret,
                    struct err *e);
/* *ret_found false: there is none. */
bool incident_get(struct tx *tx, struct arena *a, int64_t id, struct incident *ret, bool *ret_found, struct err *e);
/* The newest of the probe, open or closed. */
bool incident_last(struct tx *tx, struct arena *a, const char *probe, struct incident *ret, bool *ret_found,
                   struct err *e);

/* The others that share its ticket and mail, the one that has them first. */
bool incident_cause_load(struct tx *tx, struct arena *a, const struct incident *x, struct incidents *ret,
                         struct err *e);

/* The first of the runbook that is open and was opened after `after`, and shares nothing; *ret_id 0: there is none. */
bool incident_leader(struct tx *tx, const char *runbook, instant_t after, int64_t *ret_id, struct err *e);
/* Whose mail of the failure to the provider that message is; *ret_id 0: nobody's. */
bool incident_by_mail(struct tx *tx, int64_t message_id, int64_t *ret_id, struct err *e);
/* `x` gives probe, service, target, runbook, source, seen, since, leader_id. One that is open already: *ret_id 0. */
bool incident_add(struct tx *tx, const struct by *by, const struct incident *x, int64_t *ret_id, struct err *e)
    __attribute__((warn_unused_result));
/* A closed one goes on. When nobody was told that it was over, nobody needs to be told that it is not. */
bool incident_reopen(struct tx *tx, const struct by *by, int64_t id, const char *seen, struct err *e)
    __attribute__((warn_unused_result));
/* *ret_done false: somebody has, or it is closed. */
bool incident_ack(struct tx *tx, const struct by *by, int64_t id, const char *how, bool *ret_done, struct err *e)
    __attribute__((warn_unused_result));
/* Another person has it now. */
bool incident_give(struct tx *tx, const struct by *by, int64_t id, const char *to, struct err *e)
    __attribute__((warn_unused_result));
bool incident_close(struct tx *tx, const struct by *by, int64_t id, instant_t recovered, bool *ret_done, struct err *e)
    __attribute__((warn_unused_result));
/* As if nobody had taken it, and nobody been paged: it has failed again for long. */
bool incident_wake(struct tx *tx, struct incident *x, struct err *e) __attribute__((warn_unused_result));
/* The same, and its levels are counted from now on: whoever took it may be asleep. */
bool incident_forget(struct tx *tx, const struct by *by, struct incident *x, struct err *e)
    __attribute__((warn_unused_result));
/* When a person last did something about it or about those that share with it; INSTANT_NONE: nobody. */
bool incident_touched(struct tx *tx, const struct incident *x, instant_t *ret, struct err *e);
/* level, over_told, ticket…, next_try, attempts, trouble, mail ids. */
bool incident_update(struct tx *tx, const struct incident *x, struct err *e) __attribute__((warn_unused_result));

/* ------------------------------------------------------------------ the story */

struct incident_event {
    int64_t id, incident_id;
    enum incident_event_kind kind;
    int step; /* of the runbook, from 1; 0: none */
    const char *text, *who;
    instant_t at;
    const char *marker; /* of the note at the ticket; "" the ticket is not told */
    instant_t tried, told;
};
bool incident_event_add(struct tx *tx, const struct by *by, int64_t incident_id, enum incident_event_kind kind,
                        int step, const char *text, const char *marker, struct err *e)
    __attribute__((warn_unused_result));
/* The event with that marker; *ret_found false: none. */
bool incident_event_marked(struct tx *tx, struct arena *a, int64_t incident_id, const char *marker,
                           struct incident_event *ret, bool *ret_found, struct err *e);
/* Oldest first; `untold`: only those that the ticket is still to be told. */
bool incident_events_load(struct tx *tx, struct arena *a, int64_t incident_id, bool untold, struct incident_event **ret,
                          size_t *ret_count, struct err *e);
bool incident_event_tried(struct tx *tx, int64_t id, instant_t at, struct err *e) __attribute__((warn_unused_result));
bool incident_event_told_now(struct tx *tx, int64_t id, instant_t at, struct err *e)
    __attribute__((warn_unused_result));

/* ------------------------------------------------------------------ calls */

struct incident_call {
    int64_t id, incident_id;
    int step;
    instant_t at;    /* of the call */
    instant_t noted; /* when it was recorded; when loaded */
    const char *who, *contact, *number, *phone;
    bool answered;
    int64_t cents; /* -1: not known yet */
    const char *said;
    bool claim; /* it needs an expense claim */
    const char *file_name, *file_type;
    const char *probe; /* of its incident; when loaded */
};
bool incident_call_add(struct tx *tx, const struct by *by, const struct incident_call *x, struct str file,
                       int64_t *ret_id, struct err *e) __attribute__((warn_unused_result));
/* The amount and the statement, which come later. cents -1, file.p NULL: as they were. */
bool incident_call_complete(struct tx *tx, int64_t id, int64_t cents, const char *file_name, const char *file_type,
                            struct str file, struct err *e) __attribute__((warn_unused_result));
/* Of one incident, or of all (0) with from ≤ at < until; oldest first. `claims`: only those. */
struct call_filter {
    int64_t incident_id;
    bool claims;
    instant_t from, until; /* INSTANT_NONE: open */
};
bool incident_calls_load(struct tx *tx, struct arena *a, const struct call_filter *f, struct incident_call **ret,
                         size_t *ret_count, struct err *e);
/* The statement's bytes are added; *ret_found false: there is none. */
bool incident_call_file(struct tx *tx, struct arena *a, int64_t id, struct incident_call *ret, struct buf *bytes,
                        bool *ret_found, struct err *e);

#endif
