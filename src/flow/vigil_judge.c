/* What a run means: what it depends on is asked first, then core/probe judges the row of runs. */
#include "flow/vigil_parts.h"

#define SECOND INSTANT_PER_SECOND
#define EARLY (SECOND / 2)      /* of its time: clocks are slewed */
#define WAIT_MOST (60 * SECOND) /* before the world's clock is looked at again */
#define PATIENCE                                                                                                       \
    (60 * SECOND) /* of the heartbeat with a store that takes nothing, or incidents that cannot be written */
#define ROUND_FRESH (2 * SECOND) /* a round of the canaries that began so shortly before a failure tells of it too */

static struct vigil *vigil_of(const struct station *s)
{
    return s->patrol->context;
}

static struct post *post_of(const struct station *s)
{
    return s->own;
}

/* ---------------------------------------------------------------- when */

void vigil_schedule(struct station *s)
{
    struct vigil *v = vigil_of(s);
    const struct probe *p = s->probe;
    instant_t real = vigil_real(v), after = real, step = (instant_t)p->rule.seconds * SECOND;
    int64_t now = vigil_now(v);
    /* begun a little early, and over already: not once more for the same time */
    if (s->due_real != INSTANT_NONE && s->due_real > real && s->due_real - real < step / 2)
        after = s->due_real;
    instant_t due = probe_due(p->name, p->rule.seconds, &p->hours, &v->desk.files.profile, after);
    s->due_real = due;
    int64_t wait = due == INSTANT_NONE || due - real > WAIT_MOST ? WAIT_MOST : due - real;
    station_due(s, now + (wait < 0 ? 0 : wait));
}

/* It says that somebody watches. Runs that nobody keeps, and incidents of which nobody is told, are no watch: then it
 * is silent, so that whoever waits for it looks here. */
static bool heartbeat_is_true(struct vigil *v, int64_t now)
{
    bool works = now - v->kept <= PATIENCE && now - v->told <= PATIENCE;
    if (works != !v->heartbeat_held)
        vigil_say(v, works ? "the heartbeat goes on" : "no heartbeat: what is seen cannot be kept");
    v->heartbeat_held = !works;
    if (!works)
        station_due(v->heartbeat, now + SECOND);
    return works;
}

/* The world's clock may have moved while the monotonic one was waited for, or the wait was cut. */
bool vigil_may_begin(struct station *s, int64_t now)
{
    struct vigil *v = vigil_of(s);
    if (post_of(s) == NULL)
        return s != v->heartbeat || heartbeat_is_true(v, now);
    if (s->due_real == INSTANT_NONE) {
        vigil_schedule(s);
        return false;
    }
    if (s->due_real - vigil_real(v) <= EARLY)
        return true;
    s->due_real = INSTANT_NONE;
    vigil_schedule(s);
    return false;
}

/* ---------------------------------------------------------------- judging */

static bool covers(struct stretch when, instant_t at)
{
    return when.from <= at && at < when.until;
}

bool vigil_in_maintenance(const struct vigil *v, const struct post *p, instant_t at)
{
    for (size_t i = 0; i < v->maintenance_count; i++) {
        const struct probe_maintenance *m = &v->maintenance[i];
        if ((m->probe_id == 0 || m->probe_id == p->now.id) && covers(m->when, at))
            return true;
    }
    return false;
}

static const char *outcome_text(enum probe_outcome o)
{
    static const char *const texts[] = {[PROBE_GOOD] = "good", [PROBE_BAD] = "bad", [PROBE_BLIND] = "blind"};
    return texts[o];
}

static void row_add(struct vigil *v, const struct post *p, enum probe_step step)
{
    const struct patrol_run *run = &p->station->run;
    bool bare = p->now.detail[0] == '\0';
    struct vigil_row row = {
        .run = {.probe_id = p->now.id,
                .at = run->at,
                .outcome = p->now.outcome,
                .code = p->now.code,
                .transition = run->transition,
                .us_dns = run->times.dns_us,
                .us_tcp = run->times.tcp_us,
                .us_tls = run->times.tls_us,
                .us_http = run->times.http_us,
                .us = run->times.total_us,
                .us_late = run->late_us < 0 ? 0 : run->late_us},
        .owned = bare ? NULL : mem_dup_text(p->now.detail),
        .step = step,
        .since = p->now.state.since,
        .flapping = p->now.state.flapping,
    };
    row.run.detail = bare ? "" : row.owned;
    vec_push(&v->queue, row);
}

/* The first run that reached somebody, whatever was found there, ends the blindness; the first that our network kept
 * from it begins one. */
static void note_network(struct vigil *v, const struct post *p, enum probe_verdict verdict)
{
    struct tx tx;
    struct err e = {.lang = LANG_EN};
    bool begins = verdict == PROBE_VERDICT_NETWORK && !v->network_blind;
    bool ends = v->network_blind && p->last != PROBE_BLIND;
    if (!begins && !ends)
        return;
    instant_t at = p->station->run.at;
    if (tx_begin(v->desk.store, TX_WRITE, &tx, &e) &&
        (begins ? probe_blind_begin(&tx, at, "network", &e) : probe_blind_end(&tx, at, "network", &e)) &&
        tx_commit(&tx, &e)) {
        v->network_blind = begins;
        vigil_say(v, begins ? "our own network is down: blind from now on" : "our own network works again");
    } else {
        tx_rollback(&tx);
        vigil_say(v, "%s", e.log); /* tried again with the next run */
    }
}

static void tell(const struct vigil *v, const struct post *p, enum probe_step step)
{
    char at[INSTANT_TEXT_BYTES];
    if (step == PROBE_WENT_DOWN)
        vigil_say(v, "%s is down since %s: %s%s", p->now.name, instant_iso(p->now.state.since, at), p->now.detail,
                  p->now.state.flapping ? " (flapping)" : "");
    else if (step == PROBE_RECOVERED)
        vigil_say(v, "%s is up again since %s", p->now.name, instant_iso(p->now.state.since, at));
}

static void settle_others(struct vigil *v);

/* What its steps saw of certificates and responders, a line each. */
static void take_facts(struct post *p)
{
    struct buf text = BUF_INIT(LIMIT_PROBE_FACTS_BYTES);
    const struct patrol_run *run = &p->station->run;
    for (size_t i = 0; i < run->tried; i++) {
        const char *facts = run->steps[i].result.facts;
        if (facts != NULL && !buf_printf(&text, "%s%s", text.n == 0 ? "" : "\n", facts))
            break;
    }
    mem_free(p->facts);
    p->facts = text.n == 0 ? NULL : mem_dup_text(buf_text(&text));
    p->now.facts = p->facts == NULL ? "" : p->facts;
    buf_release(&text);
    station_rest(p->station);
}

/* It is found out after some runs that it was down, or up, since the first of them; of what depends on it too. */
static void sum_again(struct vigil *v, const struct post *p, instant_t since)
{
    for (size_t i = 0; i < v->all.count; i++) {
        struct post *x = &v->posts[i];
        if ((x == p || x->guardian == p) && (x->again == INSTANT_NONE || x->again > since))
            x->again = since;
    }
}

/* The run is what it is. `by`: what was to blame instead, NULL. */
static void conclude(struct post *p, enum probe_outcome outcome, enum probe_verdict verdict, const char *by)
{
    struct station *s = p->station;
    struct vigil *v = vigil_of(s);
    const struct step_result *r = s->run.decided;
    struct probe_now *n = &p->now;
    v->held -= p->held;
    p->held = false;
    n->at = s->run.at;
    n->outcome = outcome_text(outcome);
    n->code = by == NULL ? r->code : probe_verdict_code(verdict);
    n->transition = s->run.transition;
    n->us = s->run.times.total_us;
    n->degraded = s->run.degraded;
    const char *said = by == NULL ? r->detail
                                  : verdict_fill(&v->work, tr(v->desk.lang, probe_verdict_sentence(verdict)),
                                                 &(struct verdict_facts){.detail = by, .day = DAY_NONE});
    (void)snprintf(p->detail, sizeof p->detail, "%.*s", STR_ARG(str_utf8_cut(str_of(said), sizeof p->detail - 1)));
    n->detail = p->detail;
    take_facts(p);
    enum probe_step step = PROBE_NOTHING;
    if (!vigil_in_maintenance(v, p, n->at))
        step = probe_take(&n->state, outcome, n->at, &s->probe->rule);
    if (step == PROBE_WENT_DOWN || step == PROBE_RECOVERED)
        sum_again(v, p, n->state.since);
    p->last = outcome;
    p->last_began = s->began;
    p->dirty = true;
    row_add(v, p, step);
    note_network(v, p, verdict);
    tell(v, p, step);
    vigil_schedule(s);
    if (v->held > 0)
        settle_others(v);
}

static void canaries_ask(struct vigil *v)
{
    struct canaries *c = &v->canaries;
    int64_t now = vigil_now(v);
    if (c->running)
        return;
    c->running = true;
    c->answered = false;
    c->began = now;
    c->left = c->count;
    for (size_t i = 0; i < c->count; i++)
        station_due(&c->first[i], now);
}

/* Goes on with a bad run as far as is known. */
static void settle(struct post *p)
{
    struct station *s = p->station;
    struct vigil *v = vigil_of(s);
    struct post *g = p->guardian;
    if (g != NULL && g->last_began < s->began) {
        if (!g->station->running && !g->held)
            g->station->due_real = vigil_real(v), station_due(g->station, vigil_now(v));
        return;
    }
    if (g != NULL && g->last != PROBE_GOOD) {
        conclude(p, PROBE_BLIND, PROBE_VERDICT_DEPENDS, g->now.name);
        return;
    }
    const struct canaries *c = &v->canaries;
    if (c->count > 0 && s->run.decided->network) {
        if (c->finished < s->began - ROUND_FRESH) {
            canaries_ask(v);
            return;
        }
        if (!c->answered) {
            struct str why = str_of(s->run.decided->detail);
            why.n -= str_ends(why, "."); /* it becomes a part of another sentence */
            conclude(p, PROBE_BLIND, PROBE_VERDICT_NETWORK, arena_text(&v->work, why));
            return;
        }
    }
    if (!v->store_trouble) /* whoever pauses a probe stops the service in the next second */
        vigil_maintenance(v, vigil_now(v), 1);
    conclude(p, PROBE_BAD, PROBE_VERDICT_FOREIGN, NULL);
}

/* Each conclusion may settle more: conclude() comes back here, which is noted, and done in another pass. */
static void settle_others(struct vigil *v)
{
    v->again = true;
    if (v->settling)
        return;
    v->settling = true;
    while (v->again) {
        v->again = false;
        for (size_t i = 0; v->held > 0 && i < v->all.count; i++)
            if (v->posts[i].held)
                settle(&v->posts[i]);
    }
    v->settling = false;
}

static void canary_over(struct vigil *v, const struct station *s)
{
    struct canaries *c = &v->canaries;
    c->answered = c->answered || !s->run.decided->network; /* whatever it says, it answers */
    if (--c->left > 0)
        return;
    c->running = false;
    c->finished = c->began;
    settle_others(v);
}

static void heartbeat_over(struct vigil *v, struct station *s)
{
    bool bad = s->run.outcome != PROBE_GOOD;
    if (bad != v->heartbeat_trouble)
        vigil_say(v, bad ? "the heartbeat is not taken: %s" : "the heartbeat is taken again%s", s->run.decided->detail);
    v->heartbeat_trouble = bad;
    station_due(s, vigil_now(v) + config_int(v->desk.config, KEY_PROBE_HEARTBEAT_SECONDS) * SECOND);
}

void vigil_over(struct station *s)
{
    struct vigil *v = vigil_of(s);
    struct post *p = post_of(s);
    /* we are ending, descriptors ran out, or we stood still and its time with us: nothing was seen */
    bool asleep = s->run.outcome != PROBE_GOOD && (s->began < v->woke || vigil_stood_still(v, vigil_now(v)));
    if (asleep || strcmp(s->run.decided->code, verdict_text(CONNECTION_INTERRUPTED)) == 0) {
        if (p != NULL)
            vigil_schedule(s);
        else if (s == v->heartbeat)
            heartbeat_over(v, s);
        else
            canary_over(v, s);
        if (asleep && v->held > 0) /* those who wait for it would do so until its next time, which may be tomorrow */
            settle_others(v);
        return;
    }
    if (s == v->heartbeat) {
        heartbeat_over(v, s);
    } else if (p == NULL) {
        canary_over(v, s);
    } else if (s->run.outcome == PROBE_BAD) {
        p->held = true;
        v->held++;
        settle(p);
    } else {
        conclude(p, s->run.outcome, s->run.decided->verdict, NULL);
    }
}
