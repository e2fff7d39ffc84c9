/* Where probes stand, and their runs. Sums and incidents: probe_sum.c, probe_incident.c. */
#include "record/probe.h"

const struct probe_now PROBE_NOW_NEW = {.name = "",
                                        .state = {.since = INSTANT_NONE, .first = INSTANT_NONE, .last = INSTANT_NONE},
                                        .at = INSTANT_NONE,
                                        .outcome = "",
                                        .code = "",
                                        .detail = "",
                                        .us = -1,
                                        .facts = ""};

bool probe_register(struct tx *tx, const char *name, int64_t *ret_id, struct err *e)
{
    bool found;
    return sql_run(tx, NULL, e, "INSERT INTO probe (name) VALUES ($1) ON CONFLICT DO NOTHING", "s", name) &&
           sql_int(tx, ret_id, &found, e, "SELECT id FROM probe WHERE name = $1", "s", name);
}

bool probe_now_set(struct tx *tx, const struct probe_now *p, struct err *e)
{
    const struct probe_state *s = &p->state;
    return sql_run(tx, NULL, e,
                   "UPDATE probe SET known = $2, down = $3, flapping = $4, bad = $5, good = $6, since = $7, first = "
                   "$8, said = $9, runs_row = $10, runs_count = $11, at = $12, outcome = $13, code = $14, detail = "
                   "$15, transition = $16, us = $17, slow = $18, facts = $19 WHERE id = $1",
                   "iiiiiitttiitsssiiis", p->id, (int64_t)s->known, (int64_t)s->down, (int64_t)s->flapping,
                   (int64_t)s->bad, (int64_t)s->good, s->since, s->first, s->last, (int64_t)s->row,
                   (int64_t)s->row_count, p->at, p->outcome, p->code, p->detail, (int64_t)p->transition, p->us,
                   (int64_t)p->degraded, p->facts);
}

static instant_t instant_or_none(struct stmt *s, int column)
{
    return stmt_null(s, column) ? INSTANT_NONE : stmt_instant(s, column);
}

bool probes_now_load(struct tx *tx, struct arena *a, struct probe_now **ret, size_t *ret_count, struct err *e)
{
    VEC(struct probe_now) found = {0};
    struct stmt *s =
        stmt_open(tx, e,
                  "SELECT id, name, known, down, flapping, bad, good, since, first, said, runs_row, "
                  "runs_count, at, outcome, code, detail, transition, us, slow, facts FROM probe ORDER BY name",
                  "");
    while (stmt_next(s)) {
        struct probe_now p = {
            .id = stmt_int(s, 0),
            .name = arena_strdup(a, stmt_text(s, 1)),
            .state = {.known = stmt_bool(s, 2),
                      .down = stmt_bool(s, 3),
                      .flapping = stmt_bool(s, 4),
                      .bad = (int)stmt_int(s, 5),
                      .good = (int)stmt_int(s, 6),
                      .since = instant_or_none(s, 7),
                      .first = instant_or_none(s, 8),
                      .last = instant_or_none(s, 9),
                      .row = (uint32_t)stmt_int(s, 10),
                      .row_count = (int)stmt_int(s, 11)},
            .at = instant_or_none(s, 12),
            .outcome = arena_strdup(a, stmt_text(s, 13)),
            .code = arena_strdup(a, stmt_text(s, 14)),
            .detail = arena_strdup(a, stmt_text(s, 15)),
            .transition = (int)stmt_int(s, 16),
            .us = stmt_null(s, 17) ? -1 : stmt_int(s, 17),
            .degraded = stmt_bool(s, 18),
            .facts = arena_strdup(a, stmt_text(s, 19)),
        };
        vec_push(&found, p);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

/* ------------------------------------------------------------------ runs */

/* A phase that did not happen is NULL, as the instant that is none. */
static instant_t phase(int64_t us)
{
    return us < 0 ? INSTANT_NONE : us;
}

bool probe_run_add(struct tx *tx, const struct probe_run *r, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "INSERT INTO probe_run (probe_id, at, outcome, code, detail, transition, us_dns, us_tcp, us_tls, "
                   "us_http, us, us_late) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO "
                   "NOTHING",
                   "itsssitttttt", r->probe_id, r->at, r->outcome, r->code, r->detail, (int64_t)r->transition,
                   phase(r->us_dns), phase(r->us_tcp), phase(r->us_tls), phase(r->us_http), phase(r->us), r->us_late);
}

static int64_t us_of(struct stmt *s, int column)
{
    return stmt_null(s, column) ? -1 : stmt_int(s, column);
}

#define RUN_COLUMNS "at, outcome, code, detail, transition, us_dns, us_tcp, us_tls, us_http, us, us_late"

static struct probe_run run_of(struct stmt *s, struct arena *a, int64_t probe_id)
{
    return (struct probe_run){
        .probe_id = probe_id,
        .at = stmt_instant(s, 0),
        .outcome = arena_strdup(a, stmt_text(s, 1)),
        .code = arena_strdup(a, stmt_text(s, 2)),
        .detail = arena_strdup(a, stmt_text(s, 3)),
        .transition = (int)stmt_int(s, 4),
        .us_dns = us_of(s, 5),
        .us_tcp = us_of(s, 6),
        .us_tls = us_of(s, 7),
        .us_http = us_of(s, 8),
        .us = us_of(s, 9),
        .us_late = stmt_int(s, 10),
    };
}

bool probe_runs_load(struct tx *tx, struct arena *a, int64_t probe_id, instant_t from, instant_t until, size_t most,
                     struct probe_run **ret, size_t *ret_count, struct err *e)
{
    VEC(struct probe_run) found = {0};
    struct stmt *s = stmt_open(tx, e,
                               "SELECT " RUN_COLUMNS " FROM probe_run WHERE probe_id = $1 AND at >= $2 AND at < $3 "
                               "ORDER BY at DESC LIMIT $4",
                               "itti", probe_id, from, until, (int64_t)most);
    while (stmt_next(s))
        vec_push(&found, run_of(s, a, probe_id));
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool probe_run_last_bad(struct tx *tx, struct arena *a, int64_t probe_id, instant_t from, struct probe_run *ret,
                        bool *ret_found, struct err *e)
{
    struct stmt *s = stmt_open(tx, e,
                               "SELECT " RUN_COLUMNS " FROM probe_run WHERE probe_id = $1 AND at >= $2 AND outcome = "
                               "'bad' ORDER BY at DESC LIMIT 1",
                               "it", probe_id, from);
    bool found = stmt_next(s);
    struct probe_run r = found ? run_of(s, a, probe_id) : (struct probe_run){.probe_id = probe_id};
    if (!stmt_close(s))
        return false;
    *ret_found = found;
    *ret = r;
    return true;
}

/* How long it took says something of runs that were well: a failure at its deadline is no time of the service. */
static bool mark_before(struct tx *tx, int64_t probe_id, instant_t from, struct probe_mark *ret, bool *ret_found,
                        struct err *e)
{
    struct stmt *s = stmt_open(
        tx, e, "SELECT at, us, outcome FROM probe_run WHERE probe_id = $1 AND at < $2 ORDER BY at DESC LIMIT 1", "it",
        probe_id, from);
    *ret_found = stmt_next(s);
    if (*ret_found)
        *ret = (struct probe_mark){stmt_instant(s, 0), stmt_null(s, 1) ? -1 : stmt_int(s, 1),
                                   str_is(stmt_str(s, 2), "blind")};
    return stmt_close(s);
}

bool probe_runs_sum(struct tx *tx, struct arena *a, int64_t probe_id, instant_t from, instant_t until,
                    struct probe_hour *ret, struct err *e)
{
    struct probe_hour h = {0};
    struct probe_mark before;
    bool any;
    VEC(struct probe_mark) marks = {0};
    if (!mark_before(tx, probe_id, from, &before, &any, e))
        return false;
    if (any)
        vec_push(&marks, before);
    struct stmt *s = stmt_open(tx, e,
                               "SELECT at, outcome, us, us_dns, us_tcp, us_tls, us_http FROM probe_run WHERE probe_id "
                               "= $1 AND at >= $2 AND at < $3 ORDER BY at",
                               "itt", probe_id, from, until);
    while (stmt_next(s)) {
        struct str outcome = stmt_str(s, 1);
        int64_t us = stmt_null(s, 2) ? -1 : stmt_int(s, 2);
        vec_push(&marks, ((struct probe_mark){stmt_instant(s, 0), us, str_is(outcome, "blind")}));
        h.runs++;
        if (us < 0 || !str_is(outcome, "good"))
            continue;
        int64_t phases[PROBE_REST_TIME];
        for (int k = 0; k < PROBE_REST_TIME; k++)
            phases[k] = stmt_null(s, 3 + k) ? -1 : stmt_int(s, 3 + k);
        probe_times_add(&h.times, us);
        probe_phases_add(&h.phases, phases, us);
    }
    bool ok = stmt_close(s);
    if (ok) {
        h.marks = vec_to_arena(&marks, a);
        h.mark_count = marks.count;
        *ret = h;
    }
    vec_release(&marks);
    return ok;
}
