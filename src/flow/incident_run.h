/* What follows from incidents outside: pages and their escalation, the ticket with observers and related ones, mails to
 * the provider, notes to the ticket, and the same once more when it is over (procedure C).
 *
 * One pass does what is due and may be killed anywhere: what was decided is in the store before anybody is asked, each
 * page carries an id, tickets are found by their uid and notes by their marker. Several passes may run at once. */
#ifndef TALAIA_FLOW_INCIDENT_RUN_H
#define TALAIA_FLOW_INCIDENT_RUN_H

#include "flow/incident.h"
#include "flow/prober.h"
#include "ticket/ticket.h"

/* What one pass did. X(NAME, "json name", words) */
#define INCIDENT_COUNTS(X)                                                                                             \
    X(PLANNED, "planned", N_("pages planned"))                                                                         \
    X(SENT, "sent", N_("pages sent"))                                                                                  \
    X(WAITING, "waiting", N_("wait"))                                                                                  \
    X(REFUSED, "refused", N_("pages refused"))                                                                         \
    X(UNKNOWN, "unknown", N_("pages of which nobody knows whether they were sent"))                                    \
    X(TICKETED, "ticketed", N_("tickets made or found"))                                                               \
    X(MAILED, "mailed", N_("mails put into the outbox"))                                                               \
    X(TOLD, "told", N_("notes to tickets"))                                                                            \
    X(OVER, "over", N_("recoveries told"))
enum incident_count {
#define X(name, code, words) INCIDENT_DID_##name,
    INCIDENT_COUNTS(X)
#undef X
        INCIDENT_COUNT_COUNT
};
const char *incident_count_code(enum incident_count c);
const char *incident_count_words(enum incident_count c);

struct incident_report {
    size_t of[INCIDENT_COUNT_COUNT];
    struct err server; /* the first server that did not do its part; code ERR_NONE when all did */
};
/* One pass. False: nothing could be done (the store, the runbook file). */
bool incident_run(struct desk *d, struct incident_report *ret, struct err *e);
/* The same as if it were `at`: a night of the past, for the demo. The mailer is not told. */
bool incident_run_at(struct desk *d, instant_t at, struct incident_report *ret, struct err *e);

/* The role: a pass every few seconds until stop_fd becomes readable. A runbook with a mistake is told, and the one that
 * could last be read stays in force. */
bool incident_serve(const struct desk_options *o, int stop_fd, prober_log *log, void *context, struct err *e);

/* ------------------------------------------------------------------ private to the pass */

struct incident_pass {
    struct desk *desk;
    struct incident_report *report;
    struct runbooks books;
    struct arena a; /* of the pass */
    const char *worker;
    instant_t at;      /* INSTANT_NONE: now */
    instant_t paged;   /* when pages were last looked at */
    bool tracker_gone; /* it did not answer: it is not asked again in this pass */
};
instant_t incident_now(struct incident_pass *p);

/* Decides who is paged now (incident_plan.c), and sends what was decided (incident_send.c). */
bool incident_plan(struct incident_pass *p, struct err *e);
/* The same of recoveries, out of these. */
bool incident_plan_over(struct incident_pass *p, const struct incidents *work, struct err *e);
bool incident_send(struct incident_pass *p, struct err *e);
/* Tells each Alertmanager once more what lasts: it forgets its alerts when it is restarted, and takes it for granted
 * that whoever raised one says so again and again. */
bool incident_repeat(struct incident_pass *p, struct err *e);
/* One page to one channel about these incidents, in an open transaction; `over`: about their recovery. */
bool incident_page(struct incident_pass *p, struct tx *tx, const struct channel *c, const struct incident *const *list,
                   size_t count, bool over, struct err *e);
/* Incidents as Prometheus's Alertmanager takes alerts (POST /api/v2/alerts), or as it gives them to its receivers
 * (a webhook, version 4), as the channel wants them. JSON in the arena of the pass; NULL: no memory. */
const char *incident_alerts(struct incident_pass *p, const struct channel *c, const struct incident *const *list,
                            size_t count, bool over, const char *title);
/* A mail of ours into the outbox, approved. `text` LF; *ret_id its number. */
struct incident_letter {
    const struct address *to, *cc;
    size_t to_count, cc_count;
    enum lang lang;
    const char *subject, *text;
    int64_t answers; /* the message whose thread it belongs to; 0 */
};
bool incident_letter_put(struct desk *d, struct tx *tx, struct arena *a, const struct incident_letter *l,
                         int64_t *ret_id, struct err *e);
/* What failed together with an incident and shares its ticket and mail, itself first. */
struct incident_group {
    struct incident leader;
    const struct incident *followers; /* oldest first */
    size_t count, open;               /* followers; of all, those that are not over */
};
bool incident_group_load(struct incident_pass *p, struct tx *tx, int64_t leader_id, struct incident_group *ret,
                         bool *ret_found, struct err *e);
/* "A, B, C and 87 more" of the followers. */
const char *incident_group_names(struct incident_pass *p, const struct incident_group *g, enum lang lang);
/* Its story, once what fails together is gathered, and once all of it is over (incident_group.c). */
bool incident_group_tell(struct incident_pass *p, int64_t leader_id, struct err *e);
/* A follower has the leader's ticket as soon as that has one. */
bool incident_group_ticket(struct incident_pass *p, int64_t id, struct err *e);
/* What the provider is told of it now. */
bool incident_group_provider(struct incident_pass *p, int64_t leader_id, struct err *e);
/* An event; the ticket is told of the kinds that it is told of. */
bool incident_story(struct incident_pass *p, struct tx *tx, const struct incident *x, enum incident_event_kind kind,
                    const char *text, struct err *e);
/* The provider's mail about the group, of the failure or the recovery; the leader's mail numbers are set. */
bool incident_provider_mail(struct incident_pass *p, struct tx *tx, struct incident_group *g, const struct runbook *r,
                            bool over, struct err *e);
/* What became of mails (incident_post.c): of pages, and of the provider's mail about the failure. */
bool incident_post_pages(struct incident_pass *p, struct err *e);
enum incident_posted { POSTED_NOT_YET, POSTED, POSTED_NEVER };
bool incident_post_provider(struct incident_pass *p, struct tx *tx, const struct incident_group *g,
                            const char *provider, enum incident_posted *ret, struct err *e);
/* "Paged" or "Could not be paged", with its reason, in the stories of all that the page is about. */
bool incident_page_story(struct incident_pass *p, struct tx *tx, const struct incident_page *x, bool sent,
                         struct err *e);
/* It failed again after a recovery that the provider was told of. */
bool incident_provider_again(struct incident_pass *p, struct tx *tx, struct incident *leader, struct err *e);
/* Ticket, observers, notes of one incident (incident_ticket.c). */
bool incident_ticket(struct incident_pass *p, struct tracker *t, int64_t id, struct err *e);

#endif
