/* Which bodies a round asks, and its course. Not here: the checks themselves (src/probe), what they mean
 * (sweep_judge.c), what is kept (sweep_keep.c). */
#include "flow/sweep_round.h"

#define US_WITNESSES 8 /* bodies that were up, asked besides when a round asks only some */

struct watch_record *round_watch(struct rounding *r, int64_t body_id)
{
    for (size_t low = 0, high = r->watch_count; low < high;) {
        size_t middle = (low + high) / 2;
        if (r->watches[middle].body_id == body_id)
            return &r->watches[middle];
        if (r->watches[middle].body_id < body_id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool has_failed(struct rounding *r, const struct body *b)
{
    const struct watch_record *w = round_watch(r, b->id);
    return w != NULL && w->watch.failures > 0;
}

static bool is_due(struct rounding *r, const struct body *b)
{
    return !r->options->failing_only || has_failed(r, b);
}

static bool choose(struct rounding *r)
{
    const struct sweep_options *o = r->options;
    r->targets = arena_array(r->arena, const struct body *, r->bodies.count + o->name_count);
    for (size_t i = 0; i < o->name_count; i++) {
        if (!bodies_find(&r->bodies, o->names[i], &r->targets[r->target_count++], r->e))
            return false;
    }
    /* Those that did not answer last time go first: their deadlines pass while the others are asked. */
    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = 0; o->name_count == 0 && i < r->bodies.count; i++) {
            const struct body *b = &r->bodies.items[i];
            if (round_watches(b) && is_due(r, b) && has_failed(r, b) == (turn == 0))
                r->targets[r->target_count++] = b;
        }
    }
    return true;
}

static bool is_target(const struct rounding *r, const struct body *b)
{
    for (size_t i = 0; i < r->target_count; i++) {
        if (r->targets[i] == b)
            return true;
    }
    return false;
}

/* A round of a few bodies that all fail cannot tell whether it is us. So some that were up are asked after them, and
 * nothing is kept of it; they stand all over the registry, as not to be one server of many names. */
static void choose_witnesses(struct rounding *r)
{
    VEC(const struct body *) up = {0};
    for (size_t i = 0; i < r->bodies.count; i++) {
        const struct body *b = &r->bodies.items[i];
        const struct watch_record *w = round_watch(r, b->id);
        if (w != NULL && w->watch.last != 0 && w->watch.failures == 0 && b->excluded == NULL &&
            b->vanished == DAY_NONE && !is_target(r, b))
            vec_push(&up, b);
    }
    size_t count = up.count < US_WITNESSES ? up.count : US_WITNESSES;
    for (size_t i = 0; i < count; i++)
        r->canaries[r->canary_count++].url = up.items[i * up.count / count]->endpoint;
    vec_release(&up);
}

static void choose_canaries(struct rounding *r)
{
    const char *const *urls;
    size_t count = config_list(r->desk->config, KEY_PROBE_CANARIES, &urls);
    r->canaries = arena_array(r->arena, struct canary, count + US_WITNESSES);
    for (size_t i = 0; i < count; i++)
        r->canaries[r->canary_count++].url = urls[i];
}

static bool load(struct rounding *r)
{
    struct desk *d = r->desk;
    struct tx tx;
    if (!tx_begin(d->store, TX_READ, &tx, r->e))
        return false;
    bool ok = bodies_load(&tx, r->arena, &d->files.profile, d->by.day, &r->bodies, r->e) &&
              watches_load(&tx, r->arena, 0, &r->watches, &r->watch_count, r->e) &&
              silences_load(&tx, r->arena, d->by.day, &r->silences, &r->silence_count, r->e) &&
              owners_load(&tx, r->arena, &r->bodies, &r->owners, r->e) &&
              answers_load(&r->answers, &tx, r->arena, clock_system().now,
                           config_int(d->config, KEY_PROBE_REVOCATION_HOURS), r->e);
    tx_rollback(&tx);
    if (!ok || !choose(r))
        return false;
    choose_canaries(r);
    return true;
}

bool round_watches(const struct body *b)
{
    return b->excluded == NULL && b->vanished == DAY_NONE;
}

size_t round_us_percent(const struct rounding *r)
{
    return (size_t)config_int(r->desk->config, KEY_PROBE_US);
}

/* Whether the bodies of this round leave open if the fault is ours, and nobody else was asked. */
static bool wants_witnesses(const struct rounding *r)
{
    const struct round_counts *c = &r->sweep.counts;
    bool few = r->options->failing_only || r->options->name_count > 0;
    return few && !r->sweep.interrupted && r->canary_count == 0 && c->failed > 0 &&
           (r->sweep.up == 0 || c->failed_network * 100 >= c->bodies * round_us_percent(r));
}

static bool ask_witnesses(struct rounding *r)
{
    if (wants_witnesses(r))
        choose_witnesses(r);
    return r->next_canary == r->canary_count || round_ask(r);
}

bool sweep_run(struct desk *d, const struct sweep_options *o, struct arena *a, struct sweep *ret, struct err *e)
{
    struct rounding r = {.desk = d, .arena = a, .options = o, .served.arena = a, .e = e};
    bool ok = load(&r) && round_ask(&r);
    if (ok)
        round_judge(&r);
    ok = ok && ask_witnesses(&r);
    if (ok)
        round_conclude(&r);
    ok = ok && (r.sweep.interrupted || round_keep(&r));
    if (ok)
        *ret = r.sweep;
    vec_release(&r.lines);
    served_release(&r.served);
    owners_release(&r.owners);
    answers_release(&r.answers);
    return ok;
}
