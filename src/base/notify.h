/* What a service tells the service manager (sd_notify(3)): "READY=1", "WATCHDOG=1". Nothing happens when there is none,
 * and a message that cannot be delivered is no error: the manager notices. */
#ifndef TALAIA_BASE_NOTIFY_H
#define TALAIA_BASE_NOTIFY_H

#include <stdint.h>

void notify_send(const char *state);
/* How often WATCHDOG=1 must be sent, in µs: half of what the manager waits. 0: it does not wait for it. */
int64_t notify_watchdog_us(void);

#endif
