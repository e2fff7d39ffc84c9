/* Trackers: where tickets are kept. One interface, three of them: `local` (our own tables), `jira` (Data Center, REST
 * v2) and `redmine` (REST). Procedures A3 and A4; reference/integrations.md.
 *
 * Every operation may be repeated at any time and does its work once: a ticket is found by its uid, a note by its
 * marker, a link, watcher, date, state or file by being there already. After an ambiguous result (sent, no answer)
 * remote trackers look, wait, because their index lags, and look again, before they do it a second time.
 *
 * Errors say what a person or a queue does next (ticket_is_later):
 *   later     ERR_NET: not reached, busy, 429, 5xx, or no way to know yet. Repeat the same call, not before
 *             tracker_retry_seconds(); nothing is lost and nothing is doubled by repeating.
 *   a person  all others, above all ERR_LOGIN (token refused, no permission), ERR_REMOTE (a field that is not on the
 *             create screen, template or project missing, an answer that is none), ERR_UNKNOWN (no such ticket). The
 *             text names host, ticket, field and what to do.
 * Errors of the store are as everywhere.
 *
 * `tx` is the caller's transaction: the local tracker works inside it, so that a ticket and what the flow remembers of
 * it are one deed. Remote trackers ignore it: pass NULL and never hold a transaction while they work;
 * tracker_is_local() tells. Results live in the arena that is given.
 *
 *     char uid[TICKET_UID_BYTES];
 *     ticket_uid_make(uid);                       // kept by the caller before the first attempt
 *     struct ticket_new n = {.uid = uid, .kind = GROUP_RENEWAL, .summary = subject, .description = text, .due = day,
 *                            .tried = INSTANT_NONE};
 *     if (!ticket_create(tracker, tx, &arena, &n, &made, e) && ticket_is_later(e)) …
 */
#ifndef TALAIA_TICKET_TICKET_H
#define TALAIA_TICKET_TICKET_H

#include "base/mem.h"
#include "core/ticket.h"
#include "record/by.h"
#include "store/store.h"

enum tracker_kind { TRACKER_LOCAL, TRACKER_JIRA, TRACKER_REDMINE };

/* The keys tracker.* and the profile's tickets.*; all texts must live as long as the tracker. "" = not set. */
struct tracker_options {
    enum tracker_kind kind;
    const struct by *by; /* who works, read at each call */
    const char *project; /* "ST"; Redmine: the project's identifier */
    const char *template_key;
    /* of the remote ones: */
    const char *url, *token, *type, *date_field, *close, *ca;
    const char *const *watchers;
    size_t watcher_count;
};

struct tracker;
/* Asks nobody yet: only what is plainly wrong in the options fails. */
bool tracker_open(const struct tracker_options *o, struct tracker **ret, struct err *e)
    __attribute__((warn_unused_result));
void tracker_close(struct tracker *t); /* NULL is fine */
bool tracker_is_local(const struct tracker *t);
const char *tracker_code(const struct tracker *t); /* "local", "jira", "redmine" */
/* Whether the same call may succeed later by itself. */
bool ticket_is_later(const struct err *e);
/* After such an error: seconds until it makes sense to ask again, as the tracker itself wished; 0 when it did not say.
 * A call before that time fails at once without going over the network. */
int tracker_retry_seconds(const struct tracker *t);

/* ------------------------------------------------------------------ writing */

/* From sixteen random bytes. Returns `out`. */
const char *ticket_uid_make(char out[TICKET_UID_BYTES]);

struct ticket_new {
    const char *uid;
    enum action_group kind;
    const char *summary;     /* one line; control characters become spaces, longer than the tracker takes is cut */
    const char *description; /* plain text; what the tracker does not take is attached as a file, never lost */
    day_t due;               /* also written into tracker.date_field; DAY_NONE: none */
    /* When an earlier attempt that may have got through was made; INSTANT_NONE: this is the first. When nothing is
     * found, a remote tracker goes on looking until LIMIT_TRACKER_FLIGHT_SECONDS after it: whoever tried may have been
     * killed while the tracker was at work. */
    instant_t tried;
};
/* Makes the ticket from the template ticket (its fields that the project's create screen takes), with watchers and a
 * link to the template; or finds the one that has this uid and completes it. *ret->remark: what did not work about a
 * watcher or a link; the ticket is there all the same. */
bool ticket_create(struct tracker *t, struct tx *tx, struct arena *a, const struct ticket_new *n, struct ticket *ret,
                   struct err *e);

/* Adds a note once. `marker` is a uid of its own. `tried` as above. */
bool ticket_note_add(struct tracker *t, struct tx *tx, const char *key, const char *marker, const char *text,
                     instant_t tried, struct err *e);
/* The due date and tracker.date_field. */
bool ticket_set_due(struct tracker *t, struct tx *tx, const char *key, day_t due, struct err *e);
/* Adds a watcher by user name. */
bool ticket_watch(struct tracker *t, struct tx *tx, const char *key, const char *user, struct err *e);
/* Two tickets are related. */
bool ticket_link(struct tracker *t, struct tx *tx, const char *key, const char *other, struct err *e);
/* Closing goes through tracker.close, or the first transition that ends in a closed state. */
bool ticket_set_open(struct tracker *t, struct tx *tx, const char *key, bool open, struct err *e);

struct ticket_file {
    const char *name; /* no path */
    const char *type; /* media type */
    struct str bytes; /* up to LIMIT_TICKET_FILE_BYTES */
};
/* A file with the same name and size is taken for the same one. */
bool ticket_attach(struct tracker *t, struct tx *tx, const char *key, const struct ticket_file *f, struct err *e);

/* ------------------------------------------------------------------ reading */

/* Everything about one ticket; *ret_found false: there is none. */
bool ticket_get(struct tracker *t, struct tx *tx, struct arena *a, const char *key, struct ticket *ret, bool *ret_found,
                struct err *e);
/* The ticket that has this uid; the oldest, should somebody have copied it. */
bool ticket_find(struct tracker *t, struct tx *tx, struct arena *a, const char *uid, struct ticket *ret,
                 bool *ret_found, struct err *e);

struct ticket_query {
    /* "": the tickets of the project. Else a saved filter (Jira: its number, or a JQL; Redmine: the number of a query),
     * which alone decides; local: not understood. */
    const char *filter;
    bool open_only;
    bool ours_only; /* made by Talaia */
    bool one_kind;  /* only those of `kind` (local; Jira and Redmine: ours) */
    enum action_group kind;
    /* Closed after that day, or on it after that instant (INSTANT_NONE: not on it); DAY_NONE: does not matter. Local
     * only: the others have saved filters. */
    day_t closed_after;
    instant_t closed_since;
};
/* Newest first, up to `most`; *ret_total: how many there are in all. */
bool ticket_list(struct tracker *t, struct tx *tx, struct arena *a, const struct ticket_query *q, size_t most,
                 struct ticket **ret, size_t *ret_count, int64_t *ret_total, struct err *e);
bool ticket_count(struct tracker *t, struct tx *tx, const struct ticket_query *q, int64_t *ret, struct err *e);

/* ------------------------------------------------------------------ looking whether it works */

/* X(name, "code", "what is looked at") */
#define TRACKER_CHECKS(X)                                                                                              \
    X(REACHED, "reached", N_("the tracker answers"))                                                                   \
    X(LOGIN, "login", N_("logged in"))                                                                                 \
    X(PROJECT, "project", N_("project"))                                                                               \
    X(TEMPLATE, "template", N_("template ticket"))                                                                     \
    X(TYPE, "type", N_("kind of ticket"))                                                                              \
    X(DATE_FIELD, "date-field", N_("date field"))                                                                      \
    X(CLOSING, "closing", N_("closing"))
enum tracker_check {
#define X(name, ...) CHECK_##name,
    TRACKER_CHECKS(X)
#undef X
        CHECK_COUNT
};
enum check_result { CHECK_NOT_ASKED, CHECK_GOOD, CHECK_BAD };
struct tracker_report {
    struct {
        enum check_result result;
        const char *detail; /* "as talaia", "Data Estimada (customfield_10123)", or what is wrong and what to do */
    } checks[CHECK_COUNT];
};
const char *tracker_check_code(enum tracker_check c);
const char *tracker_check_words(enum tracker_check c); /* English, for tr() */
/* Changes nothing. True also when something is bad; false only for mistakes of ours. */
bool tracker_examine(struct tracker *t, struct tx *tx, struct arena *a, struct tracker_report *ret, struct err *e);

#endif
