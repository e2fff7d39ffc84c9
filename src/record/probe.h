/* What is remembered of probes: where each stands, every run, hours, days and months of them, when they were down,
 * and the time in which nobody watched. */
#ifndef TALAIA_RECORD_PROBE_H
#define TALAIA_RECORD_PROBE_H

#include "base/mem.h"
#include "core/probe_sum.h"
#include "store/store.h"

/* ------------------------------------------------------------------ where it stands */

struct probe_now {
    int64_t id;
    const char *name;
    struct probe_state state;
    instant_t at; /* last run; INSTANT_NONE: never */
    const char *outcome, *code, *detail;
    int transition;
    int64_t us;        /* that it took, -1 */
    bool degraded;     /* it is good, and something is to be looked at */
    const char *facts; /* what certificates and responders said of themselves, a line for each transition; "" */
};
extern const struct probe_now PROBE_NOW_NEW; /* it never ran, and has no name */
/* Makes those that are not there yet. */
bool probe_register(struct tx *tx, const char *name, int64_t *ret_id, struct err *e);
bool probe_now_set(struct tx *tx, const struct probe_now *p, struct err *e);
bool probes_now_load(struct tx *tx, struct arena *a, struct probe_now **ret, size_t *ret_count, struct err *e);

/* ------------------------------------------------------------------ runs */

struct probe_run {
    int64_t probe_id;
    instant_t at;
    const char *outcome, *code, *detail;
    int transition;
    int64_t us_dns, us_tcp, us_tls, us_http, us, us_late; /* -1: not; us_late at least 0 */
};
bool probe_run_add(struct tx *tx, const struct probe_run *r, struct err *e);
/* from ≤ at < until, newest first, at most `most`; in the arena. */
bool probe_runs_load(struct tx *tx, struct arena *a, int64_t probe_id, instant_t from, instant_t until, size_t most,
                     struct probe_run **ret, size_t *ret_count, struct err *e);
/* The newest bad one since `from`. *ret_found false: there is none. */
bool probe_run_last_bad(struct tx *tx, struct arena *a, int64_t probe_id, instant_t from, struct probe_run *ret,
                        bool *ret_found, struct err *e);
/* What an hour's sum needs of them. */
struct probe_hour {
    int64_t runs;
    struct probe_times_of times; /* of the good ones */
    struct probe_phases phases;
    struct probe_mark *marks; /* oldest first, with the last one before `from` when there is one; in the arena */
    size_t mark_count;
};
bool probe_runs_sum(struct tx *tx, struct arena *a, int64_t probe_id, instant_t from, instant_t until,
                    struct probe_hour *ret, struct err *e);

/* ------------------------------------------------------------------ sums */

struct probe_sum {
    int64_t probe_id;
    instant_t began;
    struct probe_tally tally;
    struct probe_times_of times;
    struct probe_phases phases;
};
bool probe_sum_set(struct tx *tx, enum probe_span span, const struct probe_sum *s, struct err *e);
/* from ≤ began < until, oldest first; probe_id 0: of all, by probe. In the arena. */
bool probe_sums_load(struct tx *tx, struct arena *a, enum probe_span span, int64_t probe_id, instant_t from,
                     instant_t until, struct probe_sum **ret, size_t *ret_count, struct err *e);
/* The same without times, which take most of the space; `parts` of many probes at once. */
struct probe_part {
    int64_t probe_id;
    instant_t began;
    struct probe_tally tally;
};
bool probe_parts_load(struct tx *tx, struct arena *a, enum probe_span span, int64_t probe_id, instant_t from,
                      instant_t until, struct probe_part **ret, size_t *ret_count, struct err *e);
/* At most `most` rows of each, the oldest: *ret_gone tells how many went. */
bool probe_forget(struct tx *tx, instant_t runs_before, instant_t hours_before, size_t most, int64_t *ret_gone,
                  struct err *e);

/* ------------------------------------------------------------------ down */

struct probe_down {
    int64_t probe_id;
    instant_t began, judged, ended; /* ended INSTANT_NONE: still */
    int transition;
    const char *code, *detail;
};
/* Nothing happens when it is down already. */
bool probe_down_begin(struct tx *tx, const struct probe_down *x, struct err *e);
bool probe_down_end(struct tx *tx, int64_t probe_id, instant_t ended, struct err *e);
/* Those that overlap, oldest first. */
bool probe_downs_load(struct tx *tx, struct arena *a, int64_t probe_id, instant_t from, instant_t until,
                      struct probe_down **ret, size_t *ret_count, struct err *e);

/* ------------------------------------------------------------------ blind, maintenance, the watcher */

struct probe_blind {
    struct stretch when;
    const char *why;
};
bool probe_blind_add(struct tx *tx, instant_t began, instant_t ended, const char *why, struct err *e);
/* Begins one, or ends the one that is open, of this cause. */
bool probe_blind_begin(struct tx *tx, instant_t at, const char *why, struct err *e);
bool probe_blind_end(struct tx *tx, instant_t at, const char *why, struct err *e);
/* The clock was set back to `now`: what was kept of later is made true again: stretches that nobody saw end, what is
 * open begins, and hours are summed up from then on. */
bool probe_clock_back(struct tx *tx, instant_t now, struct err *e);
bool probe_blind_load(struct tx *tx, struct arena *a, instant_t from, instant_t until, struct probe_blind **ret,
                      size_t *ret_count, struct err *e);
bool probe_maintenance_add(struct tx *tx, int64_t probe_id, instant_t from, instant_t until, const char *note,
                           const char *who, instant_t at, struct err *e);
/* `probe_id` 0 belongs to all. */
struct probe_maintenance {
    int64_t id, probe_id;
    struct stretch when;
    const char *note, *who;
};
bool probe_maintenance_load(struct tx *tx, struct arena *a, instant_t from, instant_t until,
                            struct probe_maintenance **ret, size_t *ret_count, struct err *e);
/* Ends now; what has not begun does not take place. *ret_done false: there is no such one of that probe, or it is over.
 */
bool probe_maintenance_end(struct tx *tx, int64_t id, int64_t probe_id, instant_t at, bool *ret_done, struct err *e);
/* "seen": when it was last at work; "summed": up to where hours are summed up. INSTANT_NONE: never. */
bool probe_watcher_get(struct tx *tx, const char *name, instant_t *ret, struct err *e);
bool probe_watcher_set(struct tx *tx, const char *name, instant_t at, struct err *e);
/* Whose watch it is; *ret_holder "" when it is nobody's. */
bool probe_lease_get(struct tx *tx, struct arena *a, const char **ret_holder, int64_t *ret_beat, struct err *e);
/* Taken from `old` as it was at that beat. *ret_done false: its beat went on, or somebody was faster. */
bool probe_lease_take(struct tx *tx, const char *holder, const char *old, int64_t beat, bool *ret_done, struct err *e);
/* One more beat. *ret_ours false: it is another's. */
bool probe_lease_beat(struct tx *tx, const char *holder, bool *ret_ours, struct err *e);
bool probe_lease_leave(struct tx *tx, const char *holder, struct err *e);

#endif
