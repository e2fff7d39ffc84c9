/* Probes, run (procedure C): once, on demand.
 *
 *     patrol_once(&desk, names, count, stop_fd, seen, ctx, &e)
 *
 * All that are asked for run at once on one engine (probe/engine.h), each transition of a probe after the one before;
 * the first that is not well ends the run. Nothing is kept and nothing is concluded: flow/vigil.h does both. */
#ifndef TALAIA_FLOW_PATROL_H
#define TALAIA_FLOW_PATROL_H

#include "conf/probes.h"
#include "flow/desk.h"
#include "probe/step.h"

/* One run of one probe. Valid during the callback only. */
struct patrol_run {
    const struct probe *probe;
    instant_t at;                      /* when it began */
    int64_t late_us;                   /* after its time */
    enum probe_outcome outcome;        /* of the run */
    const struct step_result *decided; /* the last that was tried, or the first that was degraded when all are good */
    int transition;                    /* of it, from 1 */
    bool degraded;                     /* some transition was */
    struct probe_times times;          /* of all transitions together; -1 where there was none */
    const struct step *steps;          /* what was tried */
    size_t tried;
};
typedef void patrol_seen(void *context, const struct patrol_run *run);

/* `names`: none for all. ERR_UNKNOWN when there is no such probe; otherwise false only when it could not begin. */
bool patrol_once(struct desk *d, const char *const *names, size_t count, int stop_fd, patrol_seen *seen, void *context,
                 struct err *e);
/* Reads all that the probes name (addresses, files, expressions, modalities). `found` is told of each mistake; without
 * it the first is the error. The desk's configuration and profile are enough. */
typedef void patrol_mistake(void *context, const struct err *why);
bool patrol_check(struct desk *d, patrol_mistake *found, void *context, struct err *e);

#endif
