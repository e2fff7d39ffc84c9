#include "flow/probe_past.h"

#include "base/text.h"

#include "draw/probe_chart.h"

static bool now_of(struct tx *tx, struct arena *a, const char *name, struct probe_now *ret, struct err *e)
{
    struct probe_now *all;
    size_t count;
    if (!probes_now_load(tx, a, &all, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (strcmp(all[i].name, name) == 0)
            *ret = all[i];
    return true;
}

static bool read_all(struct tx *tx, struct arena *a, const char *name, const struct probe_ask_past *ask,
                     struct probe_past *p, struct err *e)
{
    struct probe_sum *sums = NULL;
    struct probe_down *downs = NULL;
    struct probe_blind *blind = NULL;
    struct probe_run *runs = NULL;
    if (!now_of(tx, a, name, &p->now, e))
        return false;
    if (p->now.id == 0)
        return true;
    if (!probe_sums_load(tx, a, ask->span, p->now.id, ask->from, ask->until, &sums, &p->sum_count, e) ||
        !probe_downs_load(tx, a, p->now.id, ask->from, ask->until, &downs, &p->down_count, e) ||
        !probe_blind_load(tx, a, ask->from, ask->until, &blind, &p->blind_count, e) ||
        !probe_runs_load(tx, a, p->now.id, ask->from, ask->until, ask->runs, &runs, &p->run_count, e))
        return false;
    p->sums = sums;
    p->downs = downs;
    p->blind = blind;
    p->runs = runs;
    for (size_t i = 0; i < p->sum_count; i++) {
        probe_tally_join(&p->whole.tally, &sums[i].tally);
        probe_times_join(&p->whole.times, &sums[i].times);
    }
    return true;
}

bool probe_past_read(struct desk *d, struct arena *a, const char *name, const struct probe_ask_past *ask,
                     struct probe_past *ret, struct err *e)
{
    struct probes all;
    struct tx tx;
    struct probe_past p = {.now = PROBE_NOW_NEW};
    p.now.name = name;
    if (!probes_load(a, &d->files, &all, e) || !tx_begin(d->store, TX_READ, &tx, e))
        return false;
    p.probe = probe_find(&all, name);
    bool ok = read_all(&tx, a, name, ask, &p, e);
    tx_rollback(&tx);
    if (ok && p.probe == NULL && p.now.id == 0)
        ok = err_set(e, ERR_UNKNOWN, N_("there is no probe %s; `talaia probe list` names them"), name);
    if (ok)
        *ret = p;
    return ok;
}

bool probe_past_draw(struct arena *a, enum lang lang, const char *name, const struct probe_ask_past *ask,
                     const struct probe_past *p, struct buf *to, struct err *e)
{
    char from[DAY_TEXT_BYTES], until[DAY_TEXT_BYTES];
    VEC(struct probe_chart_bar) bars = {0};
    size_t k = 0;
    for (instant_t t = probe_span_begin(ask->span, ask->from); t < ask->until; t = probe_span_end(ask->span, t)) {
        struct probe_chart_bar b = {-1, -1, -1};
        while (k < p->sum_count && p->sums[k].began < t)
            k++;
        if (k < p->sum_count && p->sums[k].began == t)
            b = (struct probe_chart_bar){probe_availability(&p->sums[k].tally),
                                         probe_times_permille(&p->sums[k].times, 500),
                                         probe_times_permille(&p->sums[k].times, 950)};
        vec_push(&bars, b);
    }
    int up = probe_availability(&p->whole.tally);
    int64_t half = probe_times_permille(&p->whole.times, 500), most = probe_times_permille(&p->whole.times, 950);
    const struct probe_chart chart = {
        .title = up < 0 ? name
                        : arena_printf(a, tr(lang, N_("%s: available %s")), name,
                                       text_decimal(lang, arena_printf(a, "%.3f %%", up / 1000.0))),
        .times = half < 0
                     ? ""
                     : arena_printf(a, tr(lang, N_("Response time: half of the runs at most %s, 95 of 100 at most %s")),
                                    text_decimal(lang, arena_printf(a, "%.1f ms", (double)half / 1000)),
                                    text_decimal(lang, arena_printf(a, "%.1f ms", (double)most / 1000))),
        .from = day_dmy(day_madrid(ask->from), from),
        .until = day_dmy(day_madrid(ask->until - 1), until),
        .bars = bars.items,
        .count = bars.count,
        .level = p->probe == NULL ? 0 : p->probe->level,
    };
    bool ok = probe_chart_draw(&chart, a, to, e);
    vec_release(&bars);
    return ok;
}

/* ------------------------------------------------------------------ for other monitors */

const char *plugin_state_text(enum plugin_state s)
{
    static const char *const texts[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
    return texts[s];
}

static bool is_late(const struct probe *p, const struct probe_now *now, const struct profile *profile, instant_t at)
{
    int timeout = 0;
    for (size_t i = 0; i < p->check_count; i++)
        timeout += p->checks[i].timeout_seconds;
    instant_t due = probe_due(p->name, p->rule.seconds, &p->hours, profile, now->at);
    if (now->at > at + (instant_t)p->rule.seconds * INSTANT_PER_SECOND)
        return true; /* by a clock that was set back since */
    return due != INSTANT_NONE && at > due + (instant_t)(2 * p->rule.seconds + timeout) * INSTANT_PER_SECOND;
}

enum plugin_state probe_plugin_state(const struct probe *p, const struct probe_now *now, const struct profile *profile,
                                     instant_t at)
{
    if (now->at == INSTANT_NONE || p == NULL || is_late(p, now, profile, at) || strcmp(now->outcome, "blind") == 0)
        return PLUGIN_UNKNOWN;
    if (now->state.down)
        return PLUGIN_CRITICAL;
    return strcmp(now->outcome, "bad") == 0 || now->degraded || now->state.flapping ? PLUGIN_WARNING : PLUGIN_OK;
}
