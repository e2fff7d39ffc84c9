/* The role that plans: each working day at warnings.at, the day's warnings become messages of the outbox (in automatic
 * mode they are approved too). What came due while nothing ran is planned when it runs again; a day is never planned
 * twice, because what was told once is consumed. Then it also asks again for what integrations lack (flow/onboard.h).
 * Each status.seconds it writes the public status page (flow/public_status.h). */
#ifndef TALAIA_FLOW_SCHEDULER_H
#define TALAIA_FLOW_SCHEDULER_H

#include "flow/prober.h"

/* Runs until stop_fd becomes readable. The desk is opened anew each time, so that a changed profile counts. A plan that
 * fails is logged and tried again a minute later. False only when at the beginning the desk cannot be opened. */
bool scheduler_run(const struct desk_options *o, int stop_fd, prober_log *log, void *context, struct err *e);

/* Whether the day of `now` is to be planned: a working day, not before `minute` (of the day, in Madrid), and not
 * `planned` already. */
bool scheduler_is_due(const struct profile *p, instant_t now, day_t planned);

#endif
