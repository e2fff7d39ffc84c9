/* Hours, days and months of runs; the time in which nobody watched; the watcher. */
#include "record/probe.h"

bool probe_sum_set(struct tx *tx, enum probe_span span, const struct probe_sum *x, struct err *e)
{
    struct buf times = BUF_INIT(PROBE_TIMES_TEXT_BYTES);
    const struct probe_tally *t = &x->tally;
    probe_times_write(&x->times, &times);
    const struct probe_phases *p = &x->phases;
    bool ok = sql_run(tx, NULL, e,
                      "INSERT INTO probe_sum (span, probe_id, began, runs, up, down, blind, maintenance, times, good, "
                      "us_dns, us_tcp, us_tls, us_http, us_rest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
                      "$12, $13, $14, $15) ON CONFLICT (span, probe_id, began) DO UPDATE SET runs = $4, up = $5, down "
                      "= $6, blind = $7, maintenance = $8, times = $9, good = $10, us_dns = $11, us_tcp = $12, us_tls "
                      "= $13, us_http = $14, us_rest = $15",
                      "sitiiiiisiiiiii", probe_span_code(span), x->probe_id, x->began, t->runs, t->up, t->down,
                      t->blind, t->maintenance, buf_text(&times), p->runs, p->us[PROBE_DNS_TIME], p->us[PROBE_TCP_TIME],
                      p->us[PROBE_TLS_TIME], p->us[PROBE_HTTP_TIME], p->us[PROBE_REST_TIME]);
    buf_release(&times);
    return ok;
}

#define SUM_COLUMNS                                                                                                    \
    "SELECT probe_id, began, runs, up, down, blind, maintenance, times, good, us_dns, us_tcp, us_tls, us_http, "       \
    "us_rest FROM probe_sum WHERE span = $1 AND "

bool probe_sums_load(struct tx *tx, struct arena *a, enum probe_span span, int64_t probe_id, instant_t from,
                     instant_t until, struct probe_sum **ret, size_t *ret_count, struct err *e)
{
    VEC(struct probe_sum) found = {0};
    const char *code = probe_span_code(span);
    struct stmt *s = probe_id != 0
                         ? stmt_open(tx, e, SUM_COLUMNS "probe_id = $2 AND began >= $3 AND began < $4 ORDER BY began",
                                     "sitt", code, probe_id, from, until)
                         : stmt_open(tx, e, SUM_COLUMNS "began >= $2 AND began < $3 ORDER BY probe_id, began", "stt",
                                     code, from, until);
    while (stmt_next(s)) {
        struct probe_sum x = {
            .probe_id = stmt_int(s, 0),
            .began = stmt_instant(s, 1),
            .tally = {.runs = stmt_int(s, 2),
                      .up = stmt_int(s, 3),
                      .down = stmt_int(s, 4),
                      .blind = stmt_int(s, 5),
                      .maintenance = stmt_int(s, 6)},
        };
        probe_times_read(stmt_str(s, 7), &x.times);
        x.phases.runs = stmt_int(s, 8);
        for (int k = 0; k < PROBE_PHASES; k++)
            x.phases.us[k] = stmt_int(s, 9 + k);
        vec_push(&found, x);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool probe_parts_load(struct tx *tx, struct arena *a, enum probe_span span, int64_t probe_id, instant_t from,
                      instant_t until, struct probe_part **ret, size_t *ret_count, struct err *e)
{
    VEC(struct probe_part) found = {0};
    const char *code = probe_span_code(span);
    struct stmt *s =
        probe_id != 0 ? stmt_open(tx, e,
                                  "SELECT probe_id, began, runs, up, down, blind, maintenance FROM probe_sum WHERE "
                                  "span = $1 AND probe_id = $2 AND began >= $3 AND began < $4 ORDER BY began",
                                  "sitt", code, probe_id, from, until)
                      : stmt_open(tx, e,
                                  "SELECT s.probe_id, s.began, s.runs, s.up, s.down, s.blind, s.maintenance FROM probe "
                                  "p, probe_sum s WHERE s.span = $1 AND s.probe_id = p.id AND s.began >= $2 AND "
                                  "s.began < $3 ORDER BY s.probe_id, s.began",
                                  "stt", code, from, until);
    while (stmt_next(s)) {
        const struct probe_part x = {.probe_id = stmt_int(s, 0),
                                     .began = stmt_instant(s, 1),
                                     .tally = {.runs = stmt_int(s, 2),
                                               .up = stmt_int(s, 3),
                                               .down = stmt_int(s, 4),
                                               .blind = stmt_int(s, 5),
                                               .maintenance = stmt_int(s, 6)}};
        vec_push(&found, x);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool probe_forget(struct tx *tx, instant_t runs_before, instant_t hours_before, size_t most, int64_t *ret_gone,
                  struct err *e)
{
    int64_t runs = 0, hours = 0;
    bool ok = sql_run(tx, &runs, e,
                      "DELETE FROM probe_run WHERE (probe_id, at) IN (SELECT r.probe_id, r.at FROM probe p, probe_run "
                      "r WHERE r.probe_id = p.id AND r.at < $1 LIMIT $2)",
                      "ti", runs_before, (int64_t)most) &&
              sql_run(tx, &hours, e,
                      "DELETE FROM probe_sum WHERE (span, probe_id, began) IN (SELECT h.span, h.probe_id, h.began FROM "
                      "probe p, probe_sum h WHERE h.span = 'h' AND h.probe_id = p.id AND h.began < $1 LIMIT $2)",
                      "ti", hours_before, (int64_t)most);
    if (ok)
        *ret_gone = runs + hours;
    return ok;
}

/* ------------------------------------------------------------------ blind */

bool probe_blind_add(struct tx *tx, instant_t began, instant_t ended, const char *why, struct err *e)
{
    return sql_run(tx, NULL, e, "INSERT INTO probe_blind (began, ended, why) VALUES ($1, $2, $3)", "tts", began, ended,
                   why);
}

bool probe_blind_begin(struct tx *tx, instant_t at, const char *why, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "INSERT INTO probe_blind (began, why) SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM probe_blind "
                   "WHERE ended IS NULL AND why = $2)",
                   "ts", at, why);
}

bool probe_blind_end(struct tx *tx, instant_t at, const char *why, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "UPDATE probe_blind SET ended = CASE WHEN began > $1 THEN began ELSE $1 END WHERE ended IS NULL AND "
                   "why = $2",
                   "ts", at, why);
}

bool probe_clock_back(struct tx *tx, instant_t now, struct err *e)
{
    return sql_run(tx, NULL, e, "UPDATE probe_blind SET ended = $1 WHERE began < $1 AND ended > $1", "t", now) &&
           sql_run(tx, NULL, e, "UPDATE probe_blind SET began = $1 WHERE began > $1 AND ended IS NULL", "t", now) &&
           sql_run(tx, NULL, e, "UPDATE probe_down SET began = $1, judged = $1 WHERE began > $1 AND ended IS NULL", "t",
                   now) &&
           sql_run(tx, NULL, e, "UPDATE probe_watcher SET at = $1 WHERE name = 'seen' AND at > $1", "t", now) &&
           sql_run(tx, NULL, e, "UPDATE probe_watcher SET at = $1 WHERE name = 'summed' AND at > $1", "t",
                   probe_span_begin(SPAN_HOUR, now));
}

bool probe_blind_load(struct tx *tx, struct arena *a, instant_t from, instant_t until, struct probe_blind **ret,
                      size_t *ret_count, struct err *e)
{
    VEC(struct probe_blind) found = {0};
    struct stmt *s = stmt_open(tx, e,
                               "SELECT began, ended, why FROM probe_blind WHERE began < $2 AND (ended IS NULL OR ended "
                               "> $1) ORDER BY began, id",
                               "tt", from, until);
    while (stmt_next(s)) {
        struct probe_blind b = {
            .when = {stmt_instant(s, 0), stmt_null(s, 1) ? INSTANT_NONE : stmt_instant(s, 1)},
            .why = arena_strdup(a, stmt_text(s, 2)),
        };
        vec_push(&found, b);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

/* ------------------------------------------------------------------ maintenance, the watcher */

bool probe_maintenance_add(struct tx *tx, int64_t probe_id, instant_t from, instant_t until, const char *note,
                           const char *who, instant_t at, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "INSERT INTO probe_maintenance (probe_id, began, ended, note, who, at) VALUES ($1, $2, $3, $4, $5, "
                   "$6)",
                   "tttsst", probe_id == 0 ? INSTANT_NONE : probe_id, from, until, note, who, at);
}

bool probe_maintenance_load(struct tx *tx, struct arena *a, instant_t from, instant_t until,
                            struct probe_maintenance **ret, size_t *ret_count, struct err *e)
{
    VEC(struct probe_maintenance) found = {0};
    struct stmt *s = stmt_open(tx, e,
                               "SELECT probe_id, began, ended, note, who, id FROM probe_maintenance WHERE began < $2 "
                               "AND ended > $1 AND ended > began ORDER BY began, id",
                               "tt", from, until);
    while (stmt_next(s)) {
        struct probe_maintenance m = {
            .id = stmt_int(s, 5),
            .probe_id = stmt_int(s, 0),
            .when = {stmt_instant(s, 1), stmt_instant(s, 2)},
            .note = arena_strdup(a, stmt_text(s, 3)),
            .who = arena_strdup(a, stmt_text(s, 4)),
        };
        vec_push(&found, m);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool probe_maintenance_end(struct tx *tx, int64_t id, int64_t probe_id, instant_t at, bool *ret_done, struct err *e)
{
    int64_t n = 0;
    if (!sql_run(tx, &n, e,
                 "UPDATE probe_maintenance SET ended = CASE WHEN began > $1 THEN began ELSE $1 END WHERE id = $2 AND "
                 "probe_id = $3 AND ended > $1 AND ended > began",
                 "tii", at, id, probe_id))
        return false;
    *ret_done = n > 0;
    return true;
}

bool probe_watcher_get(struct tx *tx, const char *name, instant_t *ret, struct err *e)
{
    int64_t at = INSTANT_NONE;
    bool found;
    if (!sql_int(tx, &at, &found, e, "SELECT at FROM probe_watcher WHERE name = $1", "s", name))
        return false;
    *ret = found ? at : INSTANT_NONE;
    return true;
}

bool probe_watcher_set(struct tx *tx, const char *name, instant_t at, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "INSERT INTO probe_watcher (name, at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET at = $2",
                   "st", name, at);
}

bool probe_lease_get(struct tx *tx, struct arena *a, const char **ret_holder, int64_t *ret_beat, struct err *e)
{
    const char *holder = "";
    int64_t beat = 0;
    struct stmt *s = stmt_open(tx, e, "SELECT holder, beat FROM probe_lease WHERE name = 'prober'", "");
    if (stmt_next(s)) {
        holder = arena_strdup(a, stmt_text(s, 0));
        beat = stmt_int(s, 1);
    }
    if (!stmt_close(s))
        return false;
    *ret_holder = holder;
    *ret_beat = beat;
    return true;
}

bool probe_lease_take(struct tx *tx, const char *holder, const char *old, int64_t beat, bool *ret_done, struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, NULL, e,
                 "INSERT INTO probe_lease (name, holder, beat) VALUES ('prober', '', 0) ON CONFLICT DO NOTHING", "") ||
        !sql_run(tx, &changed, e,
                 "UPDATE probe_lease SET holder = $1, beat = beat + 1 WHERE name = 'prober' AND holder = $2 AND beat = "
                 "$3",
                 "ssi", holder, old, beat))
        return false;
    *ret_done = changed == 1;
    return true;
}

bool probe_lease_beat(struct tx *tx, const char *holder, bool *ret_ours, struct err *e)
{
    int64_t changed = 0;
    if (!sql_run(tx, &changed, e, "UPDATE probe_lease SET beat = beat + 1 WHERE name = 'prober' AND holder = $1", "s",
                 holder))
        return false;
    *ret_ours = changed == 1;
    return true;
}

bool probe_lease_leave(struct tx *tx, const char *holder, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "UPDATE probe_lease SET holder = '', beat = beat + 1 WHERE name = 'prober' AND holder = $1", "s",
                   holder);
}
