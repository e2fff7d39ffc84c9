/* Pages that go to people and systems when a probe fails, and the links in them. One page is about one incident or
 * many. */
#ifndef TALAIA_RECORD_INCIDENT_PAGE_H
#define TALAIA_RECORD_INCIDENT_PAGE_H

#include "core/incident.h"
#include "record/by.h"
#include "store/store.h"

struct incident_page {
    int64_t id;
    const char *uid; /* by which the other side knows it again */
    const char *channel, *kind, *person;
    bool over; /* it tells a recovery */
    enum page_state state;
    const char *payload, *type; /* "" once it was sent */
    int64_t message_id;         /* of the outbox, for e-mails; 0 */
    instant_t created, next_try, claimed, sent;
    int attempts;
    const char *worker, *reply;
};

bool incident_page_add(struct tx *tx, const struct by *by, const struct incident_page *x, const int64_t *incidents,
                       size_t count, int64_t *ret_id, struct err *e) __attribute__((warn_unused_result));
/* Of one incident, oldest first; of all that wait or are being sent when it is 0. */
bool incident_pages_load(struct tx *tx, struct arena *a, int64_t incident_id, struct incident_page **ret,
                         size_t *ret_count, struct err *e);
/* E-mails whose outcome is not known yet, of pages made after `since`; and whether that one still is as it was. */
bool incident_pages_mailed(struct tx *tx, struct arena *a, instant_t since, struct incident_page **ret,
                           size_t *ret_count, struct err *e);
bool incident_page_mailed(struct tx *tx, const struct incident_page *x, bool *ret, struct err *e);
/* That of the message of the outbox. */
bool incident_page_by_mail(struct tx *tx, struct arena *a, int64_t message_id, struct incident_page *ret,
                           bool *ret_found, struct err *e);
/* The incidents that it is about. */
bool incident_page_items(struct tx *tx, struct arena *a, int64_t page_id, const int64_t **ret, size_t *ret_count,
                         struct err *e);
/* The last page of that channel about failures, or about recoveries; INSTANT_NONE: none. */
bool incident_page_last(struct tx *tx, const char *channel, bool over, instant_t *ret, struct err *e);
/* waiting → sending, for `worker`; *ret_claimed false: somebody else has it, or it waits no more. */
bool incident_page_claim(struct tx *tx, const struct by *by, int64_t id, const char *worker, bool *ret_claimed,
                         struct err *e) __attribute__((warn_unused_result));
/* What came of it: state, attempts, next_try, sent, reply. What is over loses its payload. */
bool incident_page_settle(struct tx *tx, const struct incident_page *x, struct err *e)
    __attribute__((warn_unused_result));
/* Those of an incident that wait are not needed any more, when nobody has to be woken for the others they are about. */
bool incident_pages_cancel(struct tx *tx, int64_t incident_id, struct err *e) __attribute__((warn_unused_result));

/* ------------------------------------------------------------------ links */

bool incident_link_add(struct tx *tx, const char *hash, int64_t page_id, instant_t until, struct err *e)
    __attribute__((warn_unused_result));
struct incident_link {
    int64_t page_id;
    const char *person;
    instant_t until, used; /* used INSTANT_NONE: not yet */
};
bool incident_link_get(struct tx *tx, struct arena *a, const char *hash, struct incident_link *ret, bool *ret_found,
                       struct err *e);
/* *ret_done false: somebody else did. */
bool incident_link_use(struct tx *tx, const struct by *by, const char *hash, bool *ret_done, struct err *e)
    __attribute__((warn_unused_result));

#endif
