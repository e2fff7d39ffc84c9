/* The calendar of what is coming, as a feed that other programs subscribe to (RFC 5545): the warnings that go out, the
 * certificates that expire, the weeks with too much in them. */
#ifndef TALAIA_FLOW_CALENDAR_H
#define TALAIA_FLOW_CALENDAR_H

#include "base/buf.h"
#include "flow/desk.h"

#define CALENDAR_DAYS_DEFAULT 365
#define CALENDAR_DAYS_MOST 3660

/* The next `days` days from the desk's day, in the desk's language. `to` needs LIMIT_ICS_BYTES. *ret_events counts. */
bool calendar_write(struct desk *d, struct arena *a, int days, struct buf *to, size_t *ret_events, struct err *e);

#endif
