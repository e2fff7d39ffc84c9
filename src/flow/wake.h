/* Waking the mailer: a Unix datagram beside the store. It says nothing but "look now", so that losing one costs a
 * minute at most, and sending one to nobody costs nothing. */
#ifndef TALAIA_FLOW_WAKE_H
#define TALAIA_FLOW_WAKE_H

#include "flow/desk.h"

/* For whoever has put something into the outbox. */
void wake_mailer(const struct desk *d);

/* For the mailer: a socket that becomes readable; -1 when there can be none (then it looks each minute). Another mailer
 * of this desk on this machine takes the place over. */
int wake_listen(const struct desk *d);
void wake_drain(int fd);
void wake_close(int fd);

#endif
