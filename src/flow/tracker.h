/* The tracker that the configuration names, with the desk's profile. Room ticket is the manual of what can be done with
 * it. */
#ifndef TALAIA_FLOW_TRACKER_H
#define TALAIA_FLOW_TRACKER_H

#include "flow/desk.h"
#include "ticket/ticket.h"

/* The desk must stay open as long as the tracker. Nobody is asked yet. */
bool desk_tracker_open(struct desk *d, struct tracker **ret, struct err *e) __attribute__((warn_unused_result));

#endif
