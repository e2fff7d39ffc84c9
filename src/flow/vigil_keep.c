/* What the vigil writes: runs, where probes stand, when they were down; and what it reads when it begins. */
#include "flow/vigil_parts.h"

#define SECOND INSTANT_PER_SECOND
#define GONE_SECONDS 15 /* not seen for so long: nobody watched */
#define SEEN_SECONDS 5  /* between two marks of being at work */

/* ---------------------------------------------------------------- the beginning */

/* Incidents of ours that are open: what a person or another monitor opened is closed by them, unless our probe has seen
 * it fail too. */
static bool take_incidents(struct vigil *v, struct tx *tx, struct err *e)
{
    const struct incident_filter open = {.open_only = true};
    struct incidents found;
    if (!incidents_load(tx, &v->work, &open, &found, e))
        return false;
    for (size_t i = 0; i < found.count; i++)
        for (size_t k = 0; k < v->all.count; k++)
            if (strcmp(found.items[i].probe, v->all.items[k].name) == 0)
                v->posts[k].incident = strcmp(found.items[i].source, incident_source_code(INCIDENT_FROM_PROBE)) == 0 ||
                                       v->posts[k].now.state.down;
    return true;
}

static bool take_states(struct vigil *v, struct tx *tx, struct err *e)
{
    struct probe_now *known;
    size_t count;
    for (size_t i = 0; i < v->all.count; i++) {
        struct post *p = &v->posts[i];
        p->now = PROBE_NOW_NEW;
        p->now.name = v->all.items[i].name;
        if (!probe_register(tx, p->now.name, &p->now.id, e))
            return false;
    }
    if (!probes_now_load(tx, &v->arena, &known, &count, e))
        return false;
    for (size_t i = 0; i < v->all.count; i++)
        for (size_t k = 0; k < count; k++)
            if (known[k].id == v->posts[i].now.id) {
                const char *name = v->posts[i].now.name;
                v->posts[i].now = known[k];
                v->posts[i].now.name = name;
                break;
            }
    return true;
}

/* It may have changed too late for the sums of that time, and whoever found it out was killed before they were made
 * anew. */
static void take_late(struct post *p, instant_t summed)
{
    const struct probe_rule *r = &p->station->probe->rule;
    instant_t since = p->now.state.since,
              most = (instant_t)(r->failures > r->recoveries ? r->failures : r->recoveries) * PROBE_SILENT * r->seconds;
    if (since != INSTANT_NONE && summed != INSTANT_NONE && since < summed && summed < since + (most + 3600) * SECOND)
        p->again = since;
}

/* From when to when nobody watched. */
static bool take_absence(struct vigil *v, struct tx *tx, instant_t now, struct err *e)
{
    char from[INSTANT_TEXT_BYTES], until[INSTANT_TEXT_BYTES];
    instant_t seen, summed;
    struct probe_blind *blind;
    size_t count;
    if (!probe_watcher_get(tx, "seen", &seen, e) || !probe_watcher_get(tx, "summed", &summed, e) ||
        !probe_blind_load(tx, &v->work, now, now + 1, &blind, &count, e))
        return false;
    if (seen != INSTANT_NONE && seen - now > GONE_SECONDS * SECOND) { /* the clock was set back meanwhile */
        for (size_t i = 0; i < v->all.count; i++)
            probe_state_clock_back(&v->posts[i].now.state, now);
        if (!probe_clock_back(tx, now, e) || !probe_watcher_get(tx, "summed", &summed, e))
            return false;
    }
    for (size_t i = 0; i < count; i++)
        v->network_blind = v->network_blind || strcmp(blind[i].why, "network") == 0;
    if (seen != INSTANT_NONE && now - seen > GONE_SECONDS * SECOND) {
        vigil_say(v, "the watcher has been blind from %s to %s", instant_iso(seen, from), instant_iso(now, until));
        if (!probe_blind_add(tx, seen, now, "stopped", e))
            return false;
    }
    for (size_t i = 0; i < v->all.count; i++)
        take_late(&v->posts[i], summed);
    return (summed != INSTANT_NONE || probe_watcher_set(tx, "summed", probe_span_begin(SPAN_HOUR, now), e)) &&
           probe_watcher_set(tx, "seen", now, e);
}

bool vigil_begin(struct vigil *v, struct err *e)
{
    struct tx tx;
    if (!tx_begin(v->desk.store, TX_WRITE, &tx, e))
        return false;
    if (take_states(v, &tx, e) && take_incidents(v, &tx, e) && take_absence(v, &tx, vigil_real(v), e))
        return tx_commit(&tx, e);
    tx_rollback(&tx);
    return false;
}

/* ---------------------------------------------------------------- once a second */

static bool write_row(struct tx *tx, const struct vigil_row *r, struct err *e)
{
    if (!probe_run_add(tx, &r->run, e))
        return false;
    if (r->step == PROBE_RECOVERED)
        return probe_down_end(tx, r->run.probe_id, r->since, e);
    const struct probe_down x = {.probe_id = r->run.probe_id,
                                 .began = r->since,
                                 .judged = r->run.at,
                                 .transition = r->run.transition,
                                 .code = r->run.code,
                                 .detail = r->run.detail};
    return r->step != PROBE_WENT_DOWN || probe_down_begin(tx, &x, e);
}

static bool write_all(struct vigil *v, struct tx *tx, struct err *e)
{
    bool ours;
    if (!vigil_lease_beat(tx, &ours, e))
        return false;
    v->lost = !ours;
    if (!ours)
        return err_set(e, ERR_STATE, N_("another prober has taken over the watch"));
    tx_batch_begin(tx);
    for (size_t i = 0; i < v->queue.count; i++)
        if (!write_row(tx, &v->queue.items[i], e))
            return false;
    for (size_t i = 0; i < v->all.count; i++)
        if (v->posts[i].dirty && !probe_now_set(tx, &v->posts[i].now, e))
            return false;
    return tx_batch_end(tx, e) && probe_watcher_set(tx, "seen", vigil_real(v), e);
}

/* That it is down must survive a loss of power; a run of the last second need not. */
static enum tx_kind how_surely(const struct vigil *v)
{
    for (size_t i = 0; i < v->queue.count; i++)
        if (v->queue.items[i].step == PROBE_WENT_DOWN || v->queue.items[i].step == PROBE_RECOVERED)
            return TX_WRITE;
    return TX_WRITE_SOON;
}

void vigil_rows_release(struct vigil *v)
{
    for (size_t i = 0; i < v->queue.count; i++)
        mem_free(v->queue.items[i].owned);
    v->queue.count = 0;
}

/* Too many wait: the oldest are given up, and that is said; not those from which on something was down, or up. */
static void drop_oldest(struct vigil *v)
{
    size_t before = v->queue.count, left = 0;
    for (size_t i = 0; i < before; i++) {
        struct vigil_row *r = &v->queue.items[i];
        if (i >= before / 2 || r->step == PROBE_WENT_DOWN || r->step == PROBE_RECOVERED)
            v->queue.items[left++] = *r;
        else
            mem_free(r->owned);
    }
    v->queue.count = left;
    size_t gone = before - left;
    vigil_say(v, "the store takes nothing: %zu runs are given up", gone);
}

bool vigil_flush(struct vigil *v, int64_t now)
{
    struct err e = {.lang = LANG_EN};
    struct tx tx;
    if (v->queue.count == 0 && now - v->kept < SEEN_SECONDS * SECOND)
        return true;
    bool ok = tx_begin(v->desk.store, how_surely(v), &tx, &e);
    if (ok && !write_all(v, &tx, &e)) {
        tx_rollback(&tx);
        ok = false;
    }
    ok = ok && tx_commit(&tx, &e);
    if (ok != !v->store_trouble)
        vigil_say(v, "%s", ok ? "the store takes runs again" : e.log);
    v->store_trouble = !ok;
    if (!ok) {
        if (v->queue.count > LIMIT_VIGIL_QUEUE)
            drop_oldest(v);
        return false;
    }
    for (size_t i = 0; i < v->all.count; i++) {
        v->posts[i].dirty = false;
        mem_free(v->posts[i].facts);
        v->posts[i].facts = NULL;
        v->posts[i].now.facts = "";
    }
    vigil_rows_release(v);
    v->kept = now;
    return true;
}

/* ---------------------------------------------------------------- incidents */

/* While it flaps an incident stays open, and is not opened and closed all the time. */
static bool wants_incident(const struct post *p)
{
    return p->now.state.down || (p->now.state.flapping && p->incident);
}

static bool incident_write(struct vigil *v, const struct post *p, struct err *e)
{
    struct tx tx;
    int64_t id;
    const struct probe *probe = p->station->probe;
    const struct incident_alert alert = {.probe = probe->name,
                                         .service = probe->service == NULL ? "" : probe->service,
                                         .target = probe->checks[0].target,
                                         .source = INCIDENT_FROM_PROBE,
                                         .seen = p->now.detail,
                                         .since = p->now.state.since};
    v->desk.by.at = vigil_real(v);
    v->desk.by.day = day_madrid(v->desk.by.at);
    v->desk.by.who = "talaia"; /* whoever started the watch saw nothing */
    if (!tx_begin(v->desk.store, TX_WRITE, &tx, e))
        return false;
    if (p->incident ? incident_recover(&v->desk, &tx, probe->name, p->now.state.since, &id, e)
                    : incident_begin(&v->desk, &tx, &alert, &id, NULL, e))
        return tx_commit(&tx, e);
    tx_rollback(&tx);
    return false;
}

/* Each in a transaction of its own, so that a runbook with a mistake never keeps runs from being kept; what fails is
 * tried again the next second. */
void vigil_incidents(struct vigil *v)
{
    bool trouble = false;
    for (size_t i = 0; i < v->all.count; i++) {
        struct post *p = &v->posts[i];
        struct err e = {.lang = LANG_EN};
        if (p->dirty || p->held || p->now.state.last == INSTANT_NONE || wants_incident(p) == p->incident)
            continue;
        if (incident_write(v, p, &e)) {
            p->incident = !p->incident;
            continue;
        }
        if (!v->incident_trouble)
            vigil_say(v, "%s", e.log);
        trouble = true;
        break;
    }
    v->incident_trouble = trouble;
}

/* One that was closed although the probe has been seen down since (while it was not watched, or in maintenance) is
 * opened again. */
static void look_at_incidents(struct vigil *v, const struct incidents *open)
{
    for (size_t i = 0; i < v->all.count; i++) {
        struct post *p = &v->posts[i];
        bool there = false;
        if (!p->incident || !p->now.state.down || p->now.at <= v->incidents_read ||
            vigil_in_maintenance(v, p, p->now.at))
            continue;
        for (size_t k = 0; k < open->count; k++)
            there = there || strcmp(open->items[k].probe, v->all.items[i].name) == 0;
        p->incident = there;
    }
}

void vigil_maintenance(struct vigil *v, int64_t now, int most)
{
    struct err e = {.lang = LANG_EN};
    struct tx tx;
    if (now - v->maintenance_read < most * SECOND)
        return;
    instant_t real = vigil_real(v);
    struct arena fresh = {0};
    struct probe_maintenance *items;
    size_t count;
    struct incidents open = {0};
    if (!tx_begin(v->desk.store, TX_READ, &tx, &e))
        return;
    bool ok = probe_maintenance_load(&tx, &fresh, real - SECOND, real + 2 * VIGIL_MAINTENANCE_SECONDS * SECOND, &items,
                                     &count, &e) &&
              incidents_load(&tx, &fresh, &(struct incident_filter){.open_only = true}, &open, &e);
    tx_rollback(&tx);
    if (!ok) {
        arena_release(&fresh);
        return;
    }
    arena_release(&v->maintenance_arena);
    v->maintenance_arena = fresh;
    v->maintenance = items;
    v->maintenance_count = count;
    v->maintenance_read = now;
    look_at_incidents(v, &open);
    v->incidents_read = real;
}
