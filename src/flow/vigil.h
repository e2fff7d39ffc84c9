/* The watch around the clock: every probe of the profile on its schedule, judged, kept, summed up (procedure C).
 *
 * When. A probe runs at its own instants of the world's clock (core/probe.h), waited for on the monotonic clock, so
 * that a clock that jumps neither stops the watch nor makes it run double; how late each run began is kept with it.
 *
 * Canary first. A bad run says nothing until what it depends on was asked anew: its probe of `depends`, then, when our
 * own network could be the cause, the addresses of probe.canaries. What fails too makes the run blind. While our own
 * network is down, while the process did not run, and where the clock was set forward, the time is recorded as blind:
 * it is neither up nor down.
 *
 * Kept. Runs go to the store once a second in one transaction, with where each probe stands, incidents opened and
 * closed, and their events; hours, days and months are summed up from them when the hour is over. When the store is
 * busy they wait here.
 *
 * Blind watchers are noticed from outside: WATCHDOG=1 to the service manager, and probe.heartbeat is fetched as long as
 * runs are made and kept. */
#ifndef TALAIA_FLOW_VIGIL_H
#define TALAIA_FLOW_VIGIL_H

#include "flow/prober.h"

/* Runs until stop_fd becomes readable; takes up a changed configuration or profile within seconds. Of several on one
 * store one watches and the others stand by; *leads says whether it is this one. False only when it could not begin. */
bool vigil_run(const struct desk_options *o, int stop_fd, _Atomic bool *leads, prober_log *log, void *context,
               struct err *e);

#endif
