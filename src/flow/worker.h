/* Who works on a message: a name that tells one process of one machine from every other, also after a restart, so that
 * what a dead one left is taken up at once on its own machine and after a while on others (record/message.h, claims).
 */
#ifndef TALAIA_FLOW_WORKER_H
#define TALAIA_FLOW_WORKER_H

#include <stdbool.h>

#include "base/mem.h"

/* This process: "BOOT:NAMESPACE:PID:START". In the arena. */
const char *worker_name(struct arena *a);
/* The present run of this machine: another one after each start of it. In the arena. */
const char *worker_boot(struct arena *a);
/* True when it is certain that the process with that name is no more: it was of this machine's present run and is not
 * in the process table, or its number belongs to another process. One of another machine is never certain. */
bool worker_is_dead(struct arena *a, const char *name);

#endif
