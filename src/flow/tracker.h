/* The tracker that the configuration names, with the desk's profile. Room ticket is the manual of what can be done with
 * it. */
#ifndef TALAIA_FLOW_TRACKER_H
#define TALAIA_FLOW_TRACKER_H

#include "core/profile.h"
#include "flow/desk.h"
#include "ticket/ticket.h"

/* The desk must stay open as long as the tracker. Nobody is asked yet. */
bool desk_tracker_open(struct desk *d, struct tracker **ret, struct err *e) __attribute__((warn_unused_result));

/* Reading with a transaction of its own where the tracker needs one; arguments as in ticket.h. */
bool desk_tickets(struct desk *d, struct tracker *t, struct arena *a, const struct ticket_query *q, size_t most,
                  struct ticket **ret, size_t *ret_count, int64_t *ret_total, struct err *e);
/* ERR_UNKNOWN when there is none. */
bool desk_ticket(struct desk *d, struct tracker *t, struct arena *a, const char *key, struct ticket *ret,
                 struct err *e);
bool desk_tracker_examine(struct desk *d, struct tracker *t, struct arena *a, struct tracker_report *ret,
                          struct err *e);

/* Renewals, migrations, outages × done since the last report that was sent, pending (procedure A4). From the local
 * tracker by what it knows; from the others by the profile's saved filters. */
struct dashboard_cell {
    bool known;
    int64_t count;
    const char *filter; /* "" none, or counted here */
    const char *why;    /* it is not known; in the desk's language */
};
struct dashboard {
    day_t since; /* done after that day */
    struct dashboard_cell cells[GROUP_OTHER][DASHBOARD_COLUMNS];
};
/* A filter that cannot be counted leaves its cell unknown, and after a tracker that is not reached the others are not
 * asked any more. */
bool desk_dashboard(struct desk *d, struct tracker *t, struct arena *a, struct dashboard *ret, struct err *e);

#endif
