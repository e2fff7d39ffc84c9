/* The role that keeps watch: the daily round, and sooner ones for what failed; beside them, in a thread with a desk of
 * its own, the probes around the clock (flow/vigil.h). */
#ifndef TALAIA_FLOW_PROBER_H
#define TALAIA_FLOW_PROBER_H

#include "flow/sweep.h"

/* Told of each round and each trouble; text in English for the log. */
typedef void prober_log(void *context, const char *text);

/* Runs until stop_fd becomes readable. Opens the desk anew for each round, so that a changed configuration counts and
 * nothing is held between rounds. A round that fails (store busy, no network) is logged and tried again a minute later.
 * False only when at the beginning the desk cannot be opened or probe.at is wrong. */
bool prober_run(const struct desk_options *o, int stop_fd, prober_log *log, void *context, struct err *e);

/* What prober_run checks at its beginning, alone. */
bool prober_check(const struct desk_options *o, struct err *e);

#endif
