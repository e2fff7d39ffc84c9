#include "flow/probe_look.h"

#include "flow/change.h"
#include "flow/probe_past.h"
#include "record/audit.h"

#define SECOND INSTANT_PER_SECOND
#define HOUR (3600 * SECOND)
#define ONE_DAY (24 * HOUR)
#define BAD_DAYS 7       /* how far back the last bad run is looked for */
#define PLANNED_DAYS 366 /* how far ahead maintenance is shown */
#define INCIDENTS 20

static const struct {
    const char *code, *words;
    enum body_state look;
} standings[STANDING_COUNT] = {
#define X(name, code_, look_, words_) [STANDING_##name] = {code_, words_, look_},
    PROBE_STANDING_LIST(X)
#undef X
};

const struct probe_range_of probe_ranges[RANGE_COUNT] = {
#define X(name, code_, drawn_, table_, days_, label_) [RANGE_##name] = {code_, label_, drawn_, table_, days_},
    PROBE_RANGE_LIST(X)
#undef X
};

const char *probe_standing_code(enum probe_standing s)
{
    return standings[s].code;
}

const char *probe_standing_words(enum probe_standing s)
{
    return standings[s].words;
}

enum body_state probe_standing_look(enum probe_standing s)
{
    return standings[s].look;
}

/* ------------------------------------------------------------------ where they stand */

/* What is read once for all of them. */
struct reading {
    struct desk *desk;
    struct tx *tx;
    struct arena *a;
    struct err *e;
    instant_t at, seen, blind;
    struct probes all;
    struct probe_now *now;
    size_t now_count;
    struct probe_maintenance *pauses;
    size_t pause_count;
    struct incidents open;
    struct probe_part *hours, *months; /* by probe */
    size_t hour_count, month_count;
};

static bool read_blind(struct reading *r)
{
    struct probe_blind *blind;
    size_t count;
    r->blind = INSTANT_NONE;
    if (!probe_blind_load(r->tx, r->a, r->at - 1, r->at + 1, &blind, &count, r->e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (blind[i].when.until == INSTANT_NONE && r->blind == INSTANT_NONE)
            r->blind = blind[i].when.from;
    return true;
}

static bool read_all(struct reading *r, int64_t probe_id)
{
    const struct incident_filter open = {.open_only = true};
    instant_t hours = probe_span_begin(SPAN_HOUR, r->at) - PROBE_STRIP_HOURS * HOUR;
    return read_blind(r) && probe_watcher_get(r->tx, "seen", &r->seen, r->e) &&
           probe_maintenance_load(r->tx, r->a, r->at, r->at + 1, &r->pauses, &r->pause_count, r->e) &&
           incidents_load(r->tx, r->a, &open, &r->open, r->e) &&
           probe_parts_load(r->tx, r->a, SPAN_HOUR, probe_id, hours, r->at, &r->hours, &r->hour_count, r->e) &&
           probe_parts_load(r->tx, r->a, SPAN_MONTH, probe_id, probe_span_begin(SPAN_MONTH, r->at), r->at, &r->months,
                            &r->month_count, r->e);
}

static int by_name(const void *a, const void *b)
{
    const struct probe_now *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static const struct probe_now *now_of(const struct reading *r, const char *name)
{
    const struct probe_now key = {.name = name};
    return r->now_count == 0 ? NULL : bsearch(&key, r->now, r->now_count, sizeof key, by_name);
}

/* The parts of that probe, which are in the order of probes. */
static const struct probe_part *parts_of(const struct probe_part *items, size_t count, int64_t id, size_t *ret_count)
{
    size_t from = 0, until = count;
    while (from < until) {
        size_t middle = from + (until - from) / 2;
        if (items[middle].probe_id < id)
            from = middle + 1;
        else
            until = middle;
    }
    size_t n = 0;
    while (from + n < count && items[from + n].probe_id == id)
        n++;
    *ret_count = n;
    return items + from;
}

/* It does not run now, and nothing is wrong with that. */
static bool rests(const struct reading *r, const struct probe_line *x)
{
    const struct profile *p = &r->desk->files.profile;
    return x->probe != NULL && !probe_hours_have(&x->probe->hours, p, r->at) && !x->now.state.down && x->incident == 0;
}

static void stand(const struct reading *r, struct probe_line *x)
{
    const struct probe_now *n = &x->now;
    x->why = "";
    x->standing = STANDING_RESTING;
    if (rests(r, x))
        return;
    bool late = x->probe != NULL && probe_plugin_state(x->probe, n, &r->desk->files.profile, r->at) == PLUGIN_UNKNOWN &&
                n->at != INSTANT_NONE && strcmp(n->outcome, "blind") != 0;
    x->why = n->at == INSTANT_NONE      ? N_("It has not run yet.")
             : x->probe == NULL         ? N_("It is not tried any more.")
             : late                     ? N_("It has not run for longer than it should: nobody watches it.")
             : r->blind != INSTANT_NONE ? N_("Our own network fails: nothing can be said of it.")
             : !n->state.known && strcmp(n->outcome, "good") == 0 ? N_("It has not run often enough yet.")
                                                                  : "";
    if (x->why[0] != '\0' || strcmp(n->outcome, "blind") == 0)
        x->standing = STANDING_UNKNOWN;
    else if (x->pause != NULL)
        x->standing = STANDING_PAUSED;
    else if (n->state.down)
        x->standing = STANDING_DOWN;
    else if (strcmp(n->outcome, "bad") == 0)
        x->standing = STANDING_FAILING;
    else
        x->standing = n->state.flapping ? STANDING_FLAPPING : n->degraded ? STANDING_DEGRADED : STANDING_GOOD;
}

static struct probe_line line_of(const struct reading *r, const struct probe *p, const char *name)
{
    struct probe_line x = {.probe = p, .now = PROBE_NOW_NEW};
    x.now.name = name;
    const struct probe_now *now = now_of(r, name);
    if (now != NULL)
        x.now = *now;
    for (size_t i = 0; i < r->pause_count && x.now.id != 0; i++)
        if (r->pauses[i].probe_id == 0 || r->pauses[i].probe_id == x.now.id)
            x.pause = &r->pauses[i];
    for (size_t i = 0; i < r->open.count; i++)
        if (strcmp(r->open.items[i].probe, name) == 0)
            x.incident = r->open.items[i].id;
    x.hours = parts_of(r->hours, r->hour_count, x.now.id, &x.hour_count);
    size_t months;
    const struct probe_part *month = parts_of(r->months, r->month_count, x.now.id, &months);
    if (months > 0)
        x.month = month->tally;
    stand(r, &x);
    return x;
}

static bool lines_in(struct reading *r, const char *name, struct probe_lines *ret)
{
    const struct probe *one = name == NULL ? NULL : probe_find(&r->all, name);
    size_t room = name == NULL ? r->all.count : 1;
    if (!probes_now_load(r->tx, r->a, &r->now, &r->now_count, r->e))
        return false;
    if (r->now_count > 1)
        qsort(r->now, r->now_count, sizeof *r->now, by_name);
    const struct probe_now *now = name == NULL ? NULL : now_of(r, name);
    if (name != NULL && one == NULL && now == NULL)
        return err_set(r->e, ERR_UNKNOWN, N_("there is no probe %s; `talaia probe list` names them"), name);
    /* -1: none of them, as it has no row yet */
    if (!read_all(r, name == NULL ? 0 : now == NULL ? -1 : now->id))
        return false;
    struct probe_line *items = arena_array(r->a, struct probe_line, room + 1);
    struct probe_lines lines = {.items = items, .at = r->at, .seen = r->seen, .blind = r->blind};
    for (size_t i = 0; i < room; i++) {
        const struct probe *p = name == NULL ? &r->all.items[i] : one;
        items[lines.count++] = line_of(r, p, name == NULL ? p->name : name);
        lines.in[items[i].standing]++;
    }
    *ret = lines;
    return true;
}

static bool lines_read_in(struct desk *d, struct tx *tx, struct arena *a, const char *name, instant_t at,
                          struct probe_lines *ret, struct err *e)
{
    struct reading r = {.desk = d, .tx = tx, .a = a, .e = e, .at = at};
    return probes_load(a, &d->files, &r.all, e) && lines_in(&r, name, ret);
}

bool probe_lines_read(struct desk *d, struct arena *a, const char *name, instant_t at, struct probe_lines *ret,
                      struct err *e)
{
    struct tx tx;
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = lines_read_in(d, &tx, a, name, at, ret, e);
    tx_rollback(&tx);
    return ok;
}

/* ------------------------------------------------------------------ one, with its past */

static bool sums_of(struct tx *tx, struct arena *a, enum probe_span span, int64_t id, instant_t from, instant_t until,
                    const struct probe_sum **ret, size_t *ret_count, struct err *e)
{
    struct probe_sum *items;
    if (!probe_sums_load(tx, a, span, id, from, until, &items, ret_count, e))
        return false;
    *ret = items;
    return true;
}

static bool stretches_of(struct tx *tx, struct arena *a, struct probe_whole *w, instant_t at, struct err *e)
{
    struct probe_blind *blind;
    struct probe_maintenance *all;
    struct probe_down *downs;
    size_t n;
    if (!probe_blind_load(tx, a, w->from, w->until, &blind, &w->blind_count, e) ||
        !probe_maintenance_load(tx, a, w->from, at + PLANNED_DAYS * ONE_DAY, &all, &n, e) ||
        !probe_downs_load(tx, a, w->line.now.id, probe_span_begin(SPAN_MONTH, at - 395 * ONE_DAY), w->until, &downs,
                          &w->down_count, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (all[i].probe_id == 0 || all[i].probe_id == w->line.now.id)
            all[w->maintenance_count++] = all[i];
    w->blind = blind;
    w->maintenance = all;
    w->downs = downs;
    return true;
}

static bool past_of(struct tx *tx, struct arena *a, struct probe_whole *w, enum probe_range range, instant_t at,
                    struct err *e)
{
    const struct probe_range_of *r = &probe_ranges[range];
    const struct incident_filter f = {.probe = w->line.now.name, .most = INCIDENTS};
    int64_t id = w->line.now.id;
    struct probe_run *runs = NULL;
    w->until = at + 1;
    w->from = probe_span_begin(r->table, at - r->days * ONE_DAY);
    if (!incidents_load(tx, a, &f, &w->incidents, e))
        return false;
    if (id == 0)
        return true;
    if (!sums_of(tx, a, r->drawn, id, w->from, w->until, &w->sums, &w->sum_count, e) ||
        !sums_of(tx, a, SPAN_MONTH, id, probe_span_begin(SPAN_MONTH, at - 395 * ONE_DAY), w->until, &w->months,
                 &w->month_count, e) ||
        !stretches_of(tx, a, w, at, e) ||
        !probe_run_last_bad(tx, a, id, at - BAD_DAYS * ONE_DAY, &w->bad, &w->has_bad, e))
        return false;
    w->rows = w->sums;
    w->row_count = w->sum_count;
    if (r->table != r->drawn && !sums_of(tx, a, r->table, id, w->from, w->until, &w->rows, &w->row_count, e))
        return false;
    if (range == RANGE_DAY &&
        !probe_runs_load(tx, a, id, w->from, w->until, LIMIT_PROBE_DAY_RUNS, &runs, &w->run_count, e))
        return false;
    w->runs = runs;
    for (size_t i = 0; i < w->sum_count; i++) {
        probe_tally_join(&w->tally, &w->sums[i].tally);
        probe_times_join(&w->times, &w->sums[i].times);
    }
    return true;
}

bool probe_whole_read(struct desk *d, struct arena *a, const char *name, enum probe_range range, instant_t at,
                      struct probe_whole *ret, struct err *e)
{
    struct tx tx;
    struct probe_lines lines;
    struct probe_whole w = {0};
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = lines_read_in(d, &tx, a, name, at, &lines, e);
    if (ok) {
        w.line = lines.items[0];
        ok = past_of(&tx, a, &w, range, at, e);
    }
    tx_rollback(&tx);
    if (ok)
        *ret = w;
    return ok;
}

/* ------------------------------------------------------------------ maintenance */

static bool pause_write(struct desk *d, const char *name, instant_t from, instant_t until, const char *note,
                        struct err *e)
{
    struct tx tx;
    int64_t id;
    char begins[INSTANT_TEXT_BYTES], ends[INSTANT_TEXT_BYTES];
    if (!tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    if (probe_register(&tx, name, &id, e) &&
        probe_maintenance_add(&tx, id, from, until, note, d->by.who, d->by.at, e) &&
        audit_add(
            &tx, &d->by, "probe-pause", 0,
            arena_printf(&d->arena, "%s %s → %s: %s", name, instant_iso(from, begins), instant_iso(until, ends), note),
            e))
        return tx_commit(&tx, e);
    tx_rollback(&tx);
    return false;
}

static bool must_be_there(struct desk *d, const char *name, struct err *e)
{
    struct probes all;
    return probes_load(&d->arena, &d->files, &all, e) &&
           (probe_find(&all, name) != NULL ||
            err_set(e, ERR_UNKNOWN, N_("there is no probe %s; `talaia probe list` names them"), name));
}

bool probe_pause(struct desk *d, const char *name, instant_t from, int64_t minutes, const char *note, struct err *e)
{
    const char *clean = change_text(d, note, e);
    if (clean == NULL || !must_be_there(d, name, e))
        return false;
    if (minutes < 1 || minutes > PROBE_PAUSE_MINUTES_MAX)
        return err_set(e, ERR_VALUE, N_("maintenance lasts from 1 to %d minutes"), PROBE_PAUSE_MINUTES_MAX);
    instant_t begins = from == INSTANT_NONE ? d->by.at : from;
    if (begins < d->by.at)
        return err_set(e, ERR_VALUE, N_("maintenance begins now or later: what was seen stays as it was judged"));
    if (begins > d->by.at + PLANNED_DAYS * ONE_DAY)
        return err_set(e, ERR_VALUE, N_("maintenance is planned at most %d days ahead"), PLANNED_DAYS);
    return pause_write(d, name, begins, begins + minutes * 60 * SECOND, clean, e);
}

static bool resume_in(struct desk *d, struct tx *tx, const char *name, int64_t id, size_t *ret_ended, struct err *e)
{
    int64_t probe_id;
    struct probe_maintenance *all;
    size_t count;
    instant_t until = id == 0 ? d->by.at + 1 : d->by.at + (PLANNED_DAYS + 1) * ONE_DAY;
    if (!probe_register(tx, name, &probe_id, e) ||
        !probe_maintenance_load(tx, &d->arena, d->by.at, until, &all, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        bool done = false;
        if (all[i].probe_id == probe_id && (id == 0 || all[i].id == id) &&
            !probe_maintenance_end(tx, all[i].id, probe_id, d->by.at, &done, e))
            return false;
        *ret_ended += done;
    }
    return true;
}

bool probe_resume(struct desk *d, const char *name, int64_t id, const char *note, struct err *e)
{
    struct tx tx;
    size_t ended = 0;
    const char *clean = change_text(d, note, e);
    if (clean == NULL || !must_be_there(d, name, e) || !tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok = resume_in(d, &tx, name, id, &ended, e);
    if (ok && ended == 0)
        ok = err_set(e, ERR_STATE, N_("%s is under no such maintenance now"), name);
    if (ok && audit_add(&tx, &d->by, "probe-resume", 0, arena_printf(&d->arena, "%s: %s", name, clean), e))
        return tx_commit(&tx, e);
    tx_rollback(&tx);
    return false;
}
