/* Internal to the vigil. */
#ifndef TALAIA_FLOW_VIGIL_PARTS_H
#define TALAIA_FLOW_VIGIL_PARTS_H

#include "flow/incident.h"
#include "flow/patrol_parts.h"
#include "flow/vigil.h"
#include "record/probe.h"

/* A run that waits for the store. `detail` is its own when `owned`. */
struct vigil_row {
    struct probe_run run;
    char *owned;
    enum probe_step step;
    instant_t since; /* of WENT_DOWN and RECOVERED */
    bool flapping;
};

/* A probe, its station and where it stands. */
struct post {
    struct station *station;
    struct probe_now now;
    bool dirty;            /* not in the store yet */
    struct post *guardian; /* of `depends` */
    bool incident;         /* one is open */
    bool held;             /* its last run is bad, and waits for what the guardian or the canaries show */
    instant_t again;       /* hours from then on are summed up once more: what they were came out late; INSTANT_NONE */
    int64_t last_began;    /* of the last run that was concluded, on the monotonic clock */
    enum probe_outcome last;
    char detail[LIMIT_PROBE_SAID_BYTES]; /* now.detail */
    char *facts;                         /* now.facts until it is kept; NULL: none */
};

/* One round of the canaries. */
struct canaries {
    struct station *first;
    size_t count, left;
    bool running, answered;
    int64_t began, finished; /* `began` of the round under way, and of the last that finished */
};

/* What a prober that waits for its turn has seen of the one that watches (vigil_lease.c). */
struct vigil_lease {
    bool waiting;
    int64_t beat, seen; /* `seen`: when the beat was seen first, on the monotonic clock */
};

struct vigil {
    struct desk desk;
    struct arena arena, work; /* work: reset each second */
    struct probes all;
    struct patrol patrol;
    prober_log *log;
    void *log_context;
    struct post *posts;
    size_t held;
    bool settling, again;
    struct canaries canaries;
    struct station *heartbeat; /* NULL: none */
    VEC(struct vigil_row) queue;
    int64_t tick, look, kept, watchdog, watchdog_every;
    int64_t told;    /* when there was no incident left that could not be written */
    instant_t drift; /* world's clock less monotonic one at the last turn */
    int64_t woke;    /* when it went on after a time in which the process stood still, on the monotonic clock */
    bool lost;       /* another prober has taken over */
    bool network_blind, reload, store_trouble, heartbeat_trouble, heartbeat_held, incident_trouble;
    struct probe_maintenance *maintenance;
    size_t maintenance_count;
    struct arena maintenance_arena;
    int64_t maintenance_read;
    instant_t incidents_read; /* which incidents are open */
    size_t sum_at;            /* next probe of the hour that is being summed up */
    bool forgetting;
    const char *config_file;
    struct timespec files[2]; /* when configuration and probes.yaml were changed */
    struct timespec tried[2]; /* those that were read last, whether they could be or not */
    int64_t try_again;
    bool broken; /* some probe cannot be tried */
    const struct desk_options *options;
};

void vigil_say(const struct vigil *v, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* vigil_judge.c */
bool vigil_in_maintenance(const struct vigil *v, const struct post *p, instant_t at);
void vigil_over(struct station *s);
bool vigil_may_begin(struct station *s, int64_t now);
void vigil_schedule(struct station *s);

/* vigil_lease.c: *ret_ours false: another prober watches. */
bool vigil_lease_hold(struct vigil_lease *l, struct store *store, int64_t now, bool *ret_ours, struct err *e);
bool vigil_lease_beat(struct tx *tx, bool *ret_ours, struct err *e);
void vigil_lease_leave(struct store *store);

/* vigil_keep.c */
bool vigil_begin(struct vigil *v, struct err *e); /* registers, reads where probes stand */
bool vigil_flush(struct vigil *v, int64_t now);   /* false: the store does not take it now */
#define VIGIL_MAINTENANCE_SECONDS 15
void vigil_maintenance(struct vigil *v, int64_t now, int most); /* reads it again when that was so many seconds ago */
void vigil_rows_release(struct vigil *v);

void vigil_incidents(struct vigil *v);
/* The process stood still since the last turn (stopped, or starved): what it had under way says nothing. */
bool vigil_stood_still(const struct vigil *v, int64_t now);

/* vigil_sum.c: some of what there is to sum up and to forget; a few milliseconds */
void vigil_sum(struct vigil *v, instant_t now);

static inline int64_t vigil_now(const struct vigil *v)
{
    const struct probe_clock *c = &v->patrol.outlook.settings.clock;
    return c->monotonic(c->ctx);
}
static inline instant_t vigil_real(const struct vigil *v)
{
    const struct probe_clock *c = &v->patrol.outlook.settings.clock;
    return c->real(c->ctx);
}

#endif
