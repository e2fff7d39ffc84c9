/* The desk, examined: what `talaia doctor` and the page Health show. */
#ifndef TALAIA_FLOW_HEALTH_H
#define TALAIA_FLOW_HEALTH_H

#include "flow/desk.h"

/* One thing that was looked at: good when `e` has no reason. `what` is English, for tr(). */
typedef void health_found(void *context, const char *what, const char *detail, const struct err *e);

/* A desk that was opened with DESK_EXAMINE or DESK_STORE. Reads the store whole: seconds for years of history. */
void health_examine(struct desk *d, health_found *found, void *context);
/* The parts that are loaded on demand; needs no desk. */
void health_modules(enum lang lang, health_found *found, void *context);

#endif
