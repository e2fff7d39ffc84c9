/* Whether our own probe still sees the failure. Another monitor's word, or a person's, closes no incident while it
 * does: the provider would be told that it is well. */
#include "conf/probes.h"
#include "flow/incident.h"
#include "record/probe.h"

#define WATCHER_SECONDS 60 /* its mark of being at work is written every few seconds */

static bool has_pause(struct tx *tx, struct arena *a, int64_t probe_id, instant_t now, bool *ret, struct err *e)
{
    struct probe_maintenance *pauses;
    size_t count;
    if (!probe_maintenance_load(tx, a, now, now + 1, &pauses, &count, e))
        return false;
    *ret = false;
    for (size_t i = 0; i < count; i++)
        *ret = *ret || pauses[i].probe_id == 0 || pauses[i].probe_id == probe_id; /* 0: all */
    return true;
}

bool incident_still_fails(struct desk *d, struct tx *tx, const char *probe, instant_t *ret_at, struct err *e)
{
    struct arena *a = &d->arena;
    struct probes all;
    struct probe_now *now;
    size_t count;
    instant_t seen, at = d->by.at;
    bool paused;
    struct err unread = {.lang = e->lang};
    *ret_at = INSTANT_NONE;
    const struct probe *p = probes_load(a, &d->files, &all, &unread) ? probe_find(&all, probe) : NULL;
    if (p == NULL)
        return true;
    if (!probe_watcher_get(tx, "seen", &seen, e) || !probes_now_load(tx, a, &now, &count, e))
        return false;
    if (seen == INSTANT_NONE || at - seen > WATCHER_SECONDS * INSTANT_PER_SECOND)
        return true; /* nobody watches */
    for (size_t i = 0; i < count; i++) {
        if (strcmp(now[i].name, probe) != 0 || !now[i].state.down || strcmp(now[i].outcome, "blind") == 0 ||
            at - now[i].at > (PROBE_SILENT * p->rule.seconds + WATCHER_SECONDS) * INSTANT_PER_SECOND)
            continue;
        if (!has_pause(tx, a, now[i].id, at, &paused, e))
            return false;
        if (!paused)
            *ret_at = now[i].at;
    }
    return true;
}
