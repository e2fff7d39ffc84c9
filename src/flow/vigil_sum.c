/* Hours that are over are summed up from their runs, days from hours, months from days: a few probes at a time, so that
 * no run begins late because of it. What is older than the profile keeps is forgotten. */
#include "flow/vigil_parts.h"

#define SECOND INSTANT_PER_SECOND
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)
#define AFTER (120 * SECOND) /* runs of the hour that were under way when it ended are kept by then */
#define AT_ONCE 8            /* probes in one go: some milliseconds */
#define AT_ONCE_STOPPED 64   /* of an hour in which nobody watched, of which nothing is read */
#define FORGET_AT_ONCE 2000

struct hour {
    instant_t from, until;
    struct probe_blind *blind;
    size_t blind_count;
    struct probe_maintenance *maintenance;
    size_t maintenance_count;
    bool stopped, next; /* nobody watched in all of it, and of the next one, which is of the same day */
};

static struct stretches blind_of(struct vigil *v, const struct hour *h)
{
    struct stretch *items = arena_array(&v->work, struct stretch, h->blind_count + 1);
    for (size_t i = 0; i < h->blind_count; i++)
        items[i] = h->blind[i].when;
    return (struct stretches){items, h->blind_count};
}

static struct stretches maintenance_of(struct vigil *v, const struct hour *h, int64_t probe_id)
{
    struct stretch *items = arena_array(&v->work, struct stretch, h->maintenance_count + 1);
    size_t n = 0;
    for (size_t i = 0; i < h->maintenance_count; i++)
        if (h->maintenance[i].probe_id == 0 || h->maintenance[i].probe_id == probe_id)
            items[n++] = h->maintenance[i].when;
    return (struct stretches){items, n};
}

static bool downs_of(struct vigil *v, struct tx *tx, const struct hour *h, int64_t probe_id, struct stretches *ret,
                     struct err *e)
{
    struct probe_down *found;
    size_t count;
    if (!probe_downs_load(tx, &v->work, probe_id, h->from, h->until, &found, &count, e))
        return false;
    struct stretch *items = arena_array(&v->work, struct stretch, count + 1);
    for (size_t i = 0; i < count; i++)
        items[i] = (struct stretch){found[i].began, found[i].ended};
    *ret = (struct stretches){items, count};
    return true;
}

/* Nothing is known of the time in which nobody watched, what it depends on was down, or no run said anything. */
static bool sum_hour(struct vigil *v, struct tx *tx, const struct hour *h, const struct post *p, struct err *e)
{
    struct probe_sum sum = {.probe_id = p->now.id, .began = h->from};
    const struct probe *probe = p->station->probe;
    struct probe_hour runs = {0};
    struct stretches incidents = {0}, blind = blind_of(v, h), other = {0};
    bool watched = !h->stopped;
    if (watched && (!probe_runs_sum(tx, &v->work, p->now.id, h->from, h->until, &runs, e) ||
                    !downs_of(v, tx, h, p->now.id, &incidents, e) ||
                    (p->guardian != NULL && !downs_of(v, tx, h, p->guardian->now.id, &other, e))))
        return false;
    sum.tally.runs = runs.runs;
    sum.times = runs.times;
    sum.phases = runs.phases;
    struct stretch *all = arena_array(&v->work, struct stretch, blind.count + other.count + runs.mark_count + 1);
    size_t n = 0;
    for (; n < blind.count + other.count; n++)
        all[n] = n < blind.count ? blind.items[n] : other.items[n - blind.count];
    if (watched)
        n += probe_silences(runs.marks, runs.mark_count, probe->rule.seconds, h->from, h->until, all + n);
    probe_tally_add(&sum.tally, probe, &v->desk.files.profile, h->from, h->until, incidents, (struct stretches){all, n},
                    maintenance_of(v, h, p->now.id));
    return probe_sum_set(tx, SPAN_HOUR, &sum, e);
}

static bool sum_of(struct vigil *v, struct tx *tx, enum probe_span parts, enum probe_span whole, const struct post *p,
                   instant_t at, struct err *e)
{
    struct probe_sum *items, sum = {.probe_id = p->now.id, .began = probe_span_begin(whole, at)};
    size_t count;
    if (!probe_sums_load(tx, &v->work, parts, p->now.id, sum.began, probe_span_end(whole, at), &items, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        probe_tally_join(&sum.tally, &items[i].tally);
        probe_times_join(&sum.times, &items[i].times);
        probe_phases_join(&sum.phases, &items[i].phases);
    }
    return probe_sum_set(tx, whole, &sum, e);
}

static bool hour_open(struct vigil *v, struct tx *tx, instant_t from, struct hour *h, struct err *e)
{
    *h = (struct hour){.from = from, .until = from + HOUR};
    if (!probe_blind_load(tx, &v->work, h->from, h->until, &h->blind, &h->blind_count, e) ||
        !probe_maintenance_load(tx, &v->work, h->from, h->until, &h->maintenance, &h->maintenance_count, e))
        return false;
    for (size_t i = 0; i < h->blind_count; i++) {
        struct stretch s = h->blind[i].when;
        if (strcmp(h->blind[i].why, "network") == 0 || s.from > h->from || s.until < h->until)
            continue;
        h->stopped = true;
        h->next = h->next || (s.until >= h->until + HOUR && probe_span_end(SPAN_DAY, from) > h->until);
    }
    return true;
}

/* The day and the month of an hour after which more hours of that day come at once are left to those. */
static bool sum_one(struct vigil *v, struct tx *tx, const struct hour *h, const struct post *p, struct err *e)
{
    return sum_hour(v, tx, h, p, e) && (h->next || (sum_of(v, tx, SPAN_HOUR, SPAN_DAY, p, h->from, e) &&
                                                    sum_of(v, tx, SPAN_DAY, SPAN_MONTH, p, h->from, e)));
}

static bool sum_some(struct vigil *v, struct tx *tx, instant_t from, struct err *e)
{
    struct hour h;
    if (!hour_open(v, tx, from, &h, e))
        return false;
    for (int i = 0; i < (h.stopped ? AT_ONCE_STOPPED : AT_ONCE) && v->sum_at < v->all.count; i++, v->sum_at++)
        if (!sum_one(v, tx, &h, &v->posts[v->sum_at], e))
            return false;
    if (v->sum_at < v->all.count)
        return true;
    v->sum_at = 0;
    v->forgetting = true;
    return probe_watcher_set(tx, "summed", h.until, e);
}

/* The next probe of which an hour is to be summed up once more; those that are still to come need nothing. */
static struct post *late_one(struct vigil *v, instant_t summed, size_t *at)
{
    for (; *at < v->all.count; ++*at) {
        struct post *p = &v->posts[*at];
        if (p->again == INSTANT_NONE)
            continue;
        if (probe_span_begin(SPAN_HOUR, p->again) < summed + (*at < v->sum_at ? HOUR : 0))
            return p;
        p->again = INSTANT_NONE;
    }
    return NULL;
}

static bool sum_late(struct vigil *v, struct tx *tx, instant_t summed, size_t *at, struct err *e)
{
    struct hour h;
    for (int i = 0; i < AT_ONCE; i++, ++*at) {
        const struct post *p = late_one(v, summed, at);
        if (p == NULL)
            return true;
        if (!hour_open(v, tx, probe_span_begin(SPAN_HOUR, p->again), &h, e))
            return false;
        h.next = false;
        if (!sum_one(v, tx, &h, p, e))
            return false;
    }
    return true;
}

/* Their next hours. */
static void late_done(struct vigil *v, instant_t summed, size_t until)
{
    size_t at = 0;
    for (struct post *p; (p = late_one(v, summed, &at)) != NULL && at < until; at++)
        p->again = probe_span_end(SPAN_HOUR, p->again);
}

static bool forget_some(struct vigil *v, struct tx *tx, instant_t now, struct err *e)
{
    const struct profile *p = &v->desk.files.profile;
    int64_t gone = 0;
    if (!probe_forget(tx, now - p->probe_runs_days * DAY, now - p->probe_hours_days * DAY, FORGET_AT_ONCE, &gone, e))
        return false;
    v->forgetting = gone > 0;
    return true;
}

void vigil_sum(struct vigil *v, instant_t now)
{
    struct err e = {.lang = LANG_EN};
    struct tx tx;
    instant_t from = INSTANT_NONE;
    size_t before = v->sum_at, late = 0;
    if (!tx_begin(v->desk.store, TX_READ, &tx, &e))
        return;
    bool ok = probe_watcher_get(&tx, "summed", &from, &e);
    tx_rollback(&tx);
    bool known = ok && from != INSTANT_NONE, due = known && from + HOUR + AFTER <= now;
    bool again = known && !due && late_one(v, from, &late) != NULL;
    if (!due && !again && !v->forgetting)
        return;
    ok = tx_begin(v->desk.store, TX_WRITE_SOON, &tx, &e);
    if (ok && !(due     ? sum_some(v, &tx, from, &e)
                : again ? sum_late(v, &tx, from, &late, &e)
                        : forget_some(v, &tx, now, &e))) {
        tx_rollback(&tx);
        ok = false;
    }
    if (!ok || !tx_commit(&tx, &e)) {
        v->sum_at = before;
        vigil_say(v, "%s", e.log); /* tried again */
    } else if (again) {
        late_done(v, from, late);
    }
}
