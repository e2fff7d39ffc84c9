/* Not here: what one answer is worth (probe/step), what a row of runs means (vigil_judge.c). */
#include "flow/patrol_parts.h"

#include "base/file.h"
#include "net/xml_safe.h"

#define NAMES_SECONDS 300 /* an address that moved is known by then, whatever its authority promised */

/* ---------------------------------------------------------------- stations */

void station_due(struct station *s, int64_t at)
{
    timers_set(&s->patrol->due, &s->due, at);
}

/* NULL: nobody is due. */
static struct station *first_due(const struct patrol *p, int64_t now)
{
    struct loop_timer *t = timers_first(&p->due);
    return t == NULL || t->at > now ? NULL : MEMBER_OF(t, struct station, due);
}

static int64_t monotonic(const struct patrol *p)
{
    const struct probe_clock *c = &p->outlook.settings.clock;
    return c->monotonic(c->ctx);
}

static instant_t real(const struct patrol *p)
{
    const struct probe_clock *c = &p->outlook.settings.clock;
    return c->real(c->ctx);
}

struct step_how patrol_how(const struct patrol *p)
{
    return (struct step_how){.lang = p->outlook.settings.lang, .now = real(p), .signers = p->signers};
}

/* ---------------------------------------------------------------- a run */

static void run_begin(struct station *s, int64_t now)
{
    s->running = true;
    s->at = 0;
    s->began = now;
    s->run = (struct patrol_run){.probe = s->probe,
                                 .at = real(s->patrol),
                                 .late_us = now - s->due.at,
                                 .times = {-1, -1, -1, -1, -1},
                                 .steps = s->steps};
    if (s->vantage != NULL)
        *s->vantage = (struct vantage){.first = (s->vantage->first + 1) % s->probe->from_count};
}

static void add_time(int64_t *to, int64_t us)
{
    if (us >= 0)
        *to = (*to < 0 ? 0 : *to) + us;
}

static void run_note(struct station *s, const struct step_result *r)
{
    struct probe_times *t = &s->run.times;
    add_time(&t->dns_us, r->times.dns_us);
    add_time(&t->tcp_us, r->times.tcp_us);
    add_time(&t->tls_us, r->times.tls_us);
    add_time(&t->http_us, r->times.http_us);
    add_time(&t->total_us, r->times.total_us);
    bool said = s->run.degraded && r->outcome == PROBE_GOOD;
    s->run.degraded = s->run.degraded || r->degraded;
    s->run.outcome = r->outcome;
    s->run.decided = said ? s->run.decided : r;
    s->run.transition = said ? s->run.transition : s->steps[s->at].at;
    s->run.tried = s->at + 1;
}

/* ---------------------------------------------------------------- from several addresses */

static const char *from_of(const struct station *s)
{
    const struct probe *p = s->probe;
    return p->from_count == 0   ? NULL
           : s->vantage == NULL ? p->from[0]
                                : p->from[(s->vantage->first + s->vantage->asked) % p->from_count];
}

static void run_again(struct station *s)
{
    s->at = 0;
    s->run.degraded = false;
    s->run.times = (struct probe_times){-1, -1, -1, -1, -1};
    station_due(s, monotonic(s->patrol));
}

/* Enough of them find it well, and `x` does not: that is said, and is no fault of the service. */
static void say_vantage(struct station *s, struct vantage_seen *x)
{
    struct arena a = {0};
    struct str why = str_of(x->result.detail);
    why.n -= str_ends(why, "."); /* it becomes a part of another sentence */
    const struct verdict_facts facts = {.detail = arena_printf(&a, "%s: %.*s", x->from, STR_ARG(why)), .day = DAY_NONE};
    const char *text =
        verdict_fill(&a, tr(s->patrol->outlook.settings.lang, probe_verdict_sentence(PROBE_VERDICT_VANTAGE)), &facts);
    x->result.verdict = PROBE_VERDICT_VANTAGE;
    x->result.outcome = PROBE_GOOD;
    x->result.code = probe_verdict_code(PROBE_VERDICT_VANTAGE);
    x->result.network = false;
    s->run.degraded = true;
    (void)snprintf(x->result.detail, sizeof x->result.detail, "%.*s",
                   STR_ARG(str_utf8_cut(str_of(text), sizeof x->result.detail - 1)));
    s->run.decided = &x->result;
    arena_release(&a);
}

/* True: another address of ours is asked. Otherwise it is decided, or nobody is left: those that saw nothing (an
 * address that is not ours any more, say) cannot be counted on either side. */
static bool goes_on_elsewhere(struct station *s)
{
    struct vantage *g = s->vantage;
    if (g == NULL)
        return false;
    struct vantage_seen *seen = s->run.outcome == PROBE_BAD ? &g->bad : &g->blind;
    if (s->run.outcome != PROBE_GOOD)
        *seen = (struct vantage_seen){*s->run.decided, from_of(s), s->run.transition};
    g->outcomes[g->asked++] = s->run.outcome;
    for (size_t i = g->asked; i < s->probe->from_count; i++)
        g->outcomes[i] = PROBE_BLIND;
    enum probe_outcome found = probe_outcome_of(g->outcomes, s->probe->from_count, s->probe->need);
    if (found == PROBE_BLIND && g->asked < s->probe->from_count) {
        run_again(s);
        return true;
    }
    seen = found == PROBE_BLIND || g->bad.from == NULL ? &g->blind : &g->bad;
    if (found == PROBE_GOOD && seen->from != NULL) {
        say_vantage(s, seen);
    } else if (found != PROBE_GOOD) {
        s->run.decided = &seen->result;
        s->run.transition = seen->transition;
    }
    s->run.outcome = found;
    return false;
}

static void step_over(struct station *s)
{
    const struct step_result *r = step_end(&s->steps[s->at]);
    run_note(s, r);
    if (r->outcome == PROBE_GOOD && s->at + 1 < s->count) {
        s->at++;
        station_due(s, monotonic(s->patrol));
        return;
    }
    if (goes_on_elsewhere(s))
        return;
    s->running = false;
    s->patrol->over(s);
}

/* ---------------------------------------------------------------- the engine's two ends */

/* An address of ours that the machine has lost says nothing about others. */
static bool is_ours(const char *source, struct err *e)
{
    int why = source == NULL ? 0 : probe_source_try(source);
    return why == 0 || err_set(e, ERR_CONFIG, N_("it cannot be asked from %s: %s"), source, err_system(e, why));
}

/* Asked after every turn of the engine, so that the patrol's own work is done here too. */
static int64_t source_due(void *context, int64_t now)
{
    struct patrol *p = context;
    int64_t at = INT64_MAX;
    if (p->turn != NULL)
        at = p->turn(p, now);
    if (p->ending)
        return 0;
    const struct loop_timer *first = timers_first(&p->due);
    return first != NULL && first->at < at ? first->at : at;
}

static bool source_next(void *context, struct probe_target *ret)
{
    struct patrol *p = context;
    int64_t now = monotonic(p);
    for (struct station *s; !p->ending && (s = first_due(p, now)) != NULL;) {
        if (!s->running && p->may_begin != NULL && !p->may_begin(s, now))
            continue;
        if (!s->running)
            run_begin(s, now);
        timers_stop(&p->due, &s->due);
        struct step *step = &s->steps[s->at];
        struct err why = {.lang = p->outlook.settings.lang};
        step->ask.source = from_of(s);
        if (s->broken != NULL)
            (void)err_set(&why, ERR_CONFIG, "%s", s->broken);
        s->failed_to_begin = s->broken != NULL || !step_begin(step, &why) || !is_ours(step->ask.source, &why);
        *ret = step->target;
        ret->tag = s - p->stations;
        if (s->failed_to_begin) { /* it comes back at once, and says what we say */
            struct step_how how = patrol_how(p);
            step_say(step, PROBE_VERDICT_SETUP, why.text, &how);
            *ret = (struct probe_target){.tag = ret->tag, .url = ""};
        }
        return true;
    }
    if (p->ending)
        return false;
    *ret = (struct probe_target){.tag = -1, .url = ""}; /* the clock stood between two looks at it: nobody is due */
    return true;
}

static void sink_seen(void *context, const struct probe_observation *o)
{
    struct patrol *p = context;
    if (o->tag < 0)
        return;
    struct station *s = &p->stations[o->tag];
    struct step_how how = patrol_how(p);
    if (!s->failed_to_begin)
        step_take(&s->steps[s->at], o, &how);
    if (o->last)
        step_over(s);
}

/* ---------------------------------------------------------------- making and ending */

static void say_where(const struct patrol *p, const struct probe_check *k, const char *name, struct err *e)
{
    err_where(e, "%s", name);
    if (k->line > 0)
        err_where(e, "%s:%d", p->path, k->line);
}

static bool station_open(struct patrol *p, struct station *s, const struct probe *probe, const char *dir, struct err *e)
{
    *s = (struct station){.patrol = p, .probe = probe, .due_real = INSTANT_NONE};
    size_t most = 0;
    for (size_t i = 0; i < probe->check_count; i++)
        most += steps_of(&probe->checks[i]);
    s->steps = arena_array(p->arena, struct step, most);
    if (probe->from_count > 1)
        s->vantage = arena_new(p->arena, struct vantage);
    for (size_t i = 0; i < probe->check_count; i++) {
        size_t n = 0;
        if (!steps_open(p->arena, &s->steps[s->count], &n, &probe->checks[i], (int)i + 1, dir, e)) {
            say_where(p, &probe->checks[i], probe->name, e);
            return false;
        }
        s->count += n;
        if (probe->checks[i].kind == PROBE_SOAP && !soap_open(p, &s->steps[s->count - 1], dir, e)) {
            say_where(p, &probe->checks[i], probe->name, e);
            return false;
        }
    }
    return true;
}

/* One step that says why it cannot be tried. */
static void station_break(struct station *s, const struct err *why)
{
    for (size_t i = 0; i < s->count; i++) {
        soap_step_close(&s->steps[i]);
        step_close(&s->steps[i]);
    }
    s->steps[0] = (struct step){.check = s->probe->checks, .at = 1, .arena = s->patrol->arena, .url = ""};
    s->steps[0].result = (struct step_result){.times = {-1, -1, -1, -1, -1}, .code = ""};
    s->count = 1;
    s->broken = arena_strdup(s->patrol->arena, why->text);
}

bool patrol_add(struct patrol *p, const struct probe *probe, struct err *e)
{
    return station_open(p, &p->stations[p->count++], probe, ".", e);
}

bool patrol_open(struct patrol *p, struct desk *d, struct arena *a, const struct probe *const *probes, size_t count,
                 size_t more, struct err *e)
{
    *p = (struct patrol){.desk = d, .arena = a, .lenient = p->lenient};
    p->stations = arena_array(a, struct station, count + more + 1);
    xml_init();
    bool ok = outlook_open(&p->outlook, d, a, e);
    p->outlook.settings.revocation = false; /* the rounds ask; a probe that wants to know says ocsp */
    p->outlook.settings.expiring_days = 0;
    p->outlook.settings.names_seconds = NAMES_SECONDS;
    p->signers = ocsp_signers_new();
    struct err none = {.lang = e->lang};
    const char *path = profile_path(a, &d->files, "probes.yaml", &none);
    p->dir = path == NULL ? "." : path_dir(a, path);
    p->path = path == NULL ? "" : path;
    for (size_t i = 0; ok && i < count; i++) {
        struct station *s = &p->stations[p->count++];
        ok = station_open(p, s, probes[i], p->dir, e);
        if (!ok && p->lenient) {
            station_break(s, e);
            err_clear(e);
            ok = true;
        }
    }
    if (!ok)
        patrol_close(p);
    return ok;
}

bool patrol_go(struct patrol *p, int stop_fd, struct err *e)
{
    struct probe_summary summary;
    return probe_run(&p->outlook.settings, &(struct probe_source){.next = source_next, .ctx = p, .due = source_due},
                     &(struct probe_sink){sink_seen, p}, stop_fd, &summary, e);
}

void station_rest(struct station *s)
{
    for (size_t i = 0; i < s->count; i++)
        step_rest(&s->steps[i]);
}

void patrol_close(struct patrol *p)
{
    for (size_t i = 0; i < p->count; i++)
        for (size_t k = 0; k < p->stations[i].count; k++) {
            soap_step_close(&p->stations[i].steps[k]);
            step_close(&p->stations[i].steps[k]);
        }
    p->count = 0;
    timers_release(&p->due);
    ocsp_signers_free(p->signers);
    p->signers = NULL;
    soap_close(p->soap);
    p->soap = NULL;
    outlook_close(&p->outlook);
}

/* ---------------------------------------------------------------- once */

struct once {
    patrol_seen *seen;
    void *context;
    size_t left;
};

static void once_over(struct station *s)
{
    struct once *o = s->patrol->context;
    o->seen(o->context, &s->run);
    s->patrol->ending = --o->left == 0;
}

static bool choose(const struct probes *all, const char *const *names, size_t count, const struct probe **ret,
                   size_t *ret_count, struct err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        const struct probe *p = probe_find(all, names[i]);
        if (p == NULL)
            return err_set(e, ERR_UNKNOWN, N_("there is no probe %s; `talaia probe list` names them"), names[i]);
        ret[n++] = p;
    }
    for (size_t i = 0; count == 0 && i < all->count; i++)
        ret[n++] = &all->items[i];
    *ret_count = n;
    return true;
}

bool patrol_once(struct desk *d, const char *const *names, size_t count, int stop_fd, patrol_seen *seen, void *context,
                 struct err *e)
{
    struct arena a = {0};
    struct probes all;
    struct patrol p = {0};
    size_t chosen = 0;
    bool ok = probes_load(&a, &d->files, &all, e);
    const struct probe **probes = arena_array(&a, const struct probe *, (ok ? all.count : 0) + count + 1);
    ok = ok && choose(&all, names, count, probes, &chosen, e) && patrol_open(&p, d, &a, probes, chosen, 0, e);
    if (ok && chosen > 0) {
        struct once once = {.seen = seen, .context = context, .left = chosen};
        p.over = once_over;
        p.context = &once;
        for (size_t i = 0; i < p.count; i++)
            station_due(&p.stations[i], monotonic(&p));
        ok = patrol_go(&p, stop_fd, e);
    }
    if (ok)
        patrol_close(&p);
    arena_release(&a);
    return ok;
}

bool patrol_check(struct desk *d, patrol_mistake *found, void *context, struct err *e)
{
    struct arena a = {0};
    struct probes all;
    struct patrol p = {0};
    bool ok = probes_load(&a, &d->files, &all, e);
    bool good = ok && (all.count == 0 || patrol_open(&p, d, &a, NULL, 0, all.count, e));
    for (size_t i = 0; good && i < all.count; i++) {
        struct err why = {.lang = e->lang};
        if (station_open(&p, &p.stations[p.count++], &all.items[i], p.dir, &why))
            continue;
        ok = false;
        if (found == NULL)
            *e = why;
        else
            found(context, &why);
        good = found != NULL;
    }
    if (p.stations != NULL)
        patrol_close(&p);
    arena_release(&a);
    return good && ok;
}
