#include "flow/prober.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>

#include "base/notify.h"
#include "flow/vigil.h"

#include "flow/gateway_standing.h"

#define TROUBLE_SECONDS 60   /* between attempts when something is in the way */
#define ROUNDS_OF_A_DAY 3000 /* more than there can be since the last daily one */
#define STANDBY_MS 100       /* between two looks at whether the vigil leads */
#define SLEEP_SECONDS 60     /* the clock and the store are looked at this often: both may change under us */

struct prober {
    const struct desk_options *options;
    int stop_fd;
    prober_log *log;
    void *context;
    _Atomic bool leads; /* of several probers on one store, this is the one that works (flow/vigil.h) */
};

static void say(const struct prober *p, const char *text)
{
    p->log(p->context, text);
}

/* True when it is time to stop. */
static bool wait_or_stop(const struct prober *p, int64_t seconds)
{
    struct pollfd fd = {.fd = p->stop_fd, .events = POLLIN};
    int ms = (int)((seconds > SLEEP_SECONDS ? SLEEP_SECONDS : seconds) * 1000);
    int got = poll(&fd, 1, p->leads ? ms : STANDBY_MS);
    return got > 0 || (got < 0 && errno != EINTR);
}

/* The newest daily round, and the newest of all; one that ended in the future was of a clock that has been put back. */
static void read_rounds(const struct sweep_info *sweeps, size_t count, instant_t now, struct round_plan *plan)
{
    for (size_t i = 0; i < count; i++) {
        if (sweeps[i].ended == INSTANT_NONE || sweeps[i].ended > now)
            continue;
        if (plan->last_round == 0)
            plan->last_round = sweeps[i].ended;
        if (plan->last_daily == INSTANT_NONE && strcmp(sweeps[i].kind, "daily") == 0)
            plan->last_daily = sweeps[i].started;
    }
}

/* Only bodies that are still watched: the others are asked no more, whatever they showed. */
static void count_failing(const struct bodies *bodies, const struct watch_record *watches, size_t count,
                          struct round_plan *plan)
{
    for (size_t i = 0; i < count; i++) {
        const struct body *b = bodies_by_id(bodies, watches[i].body_id);
        if (b == NULL || b->excluded != NULL || b->vanished != DAY_NONE)
            continue;
        plan->failing += watches[i].watch.failures > 0 && !watches[i].watch.down;
        plan->down += watches[i].watch.down;
    }
}

static bool check_time(const struct desk *d, struct err *e)
{
    const char *at = config_text(d->config, KEY_PROBE_AT);
    return watch_minute_of(at) >= 0 ||
           err_set(e, ERR_CONFIG, N_("probe.at is no time of day: \"%s\" (%s); write it as 09:00"), at,
                   config_source(d->config, KEY_PROBE_AT));
}

/* *ret_blind: the last round saw nothing because of our own network. */
static bool read_plan(struct desk *d, struct arena *a, instant_t now, struct round_plan *ret, bool *ret_blind,
                      struct err *e)
{
    struct round_plan plan = {
        .minute = watch_minute_of(config_text(d->config, KEY_PROBE_AT)),
        .working = strcmp(config_text(d->config, KEY_PROBE_DAYS), "working") == 0 ? &d->files.profile : NULL,
        .retry_minutes = (int)config_int(d->config, KEY_PROBE_RETRY),
        .last_daily = INSTANT_NONE,
        .last_round = 0,
    };
    struct sweep_info *sweeps = NULL;
    struct watch_record *watches = NULL;
    struct bodies bodies;
    instant_t blind = INSTANT_NONE;
    size_t sweep_count = 0, watch_count = 0;
    struct tx tx;
    if (!check_time(d, e) || !tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = sweeps_load(&tx, a, ROUNDS_OF_A_DAY, &sweeps, &sweep_count, e) &&
              watches_load(&tx, a, 0, &watches, &watch_count, e) && blind_since(&tx, &blind, e) &&
              bodies_load(&tx, a, &d->files.profile, d->by.day, &bodies, e);
    tx_rollback(&tx);
    if (!ok)
        return false;
    read_rounds(sweeps, sweep_count, now, &plan);
    count_failing(&bodies, watches, watch_count, &plan);
    *ret_blind = blind != INSTANT_NONE;
    plan.failing += *ret_blind;
    *ret = plan;
    return true;
}

static void tell(const struct prober *p, struct arena *a, const char *kind, const struct sweep *s)
{
    if (s->interrupted)
        say(p, arena_printf(a, "%s round: stopped in the middle, nothing kept; the next start asks again", kind));
    else
        say(p, arena_printf(a, "%s round: %zu bodies, %zu answer, %zu do not, %zu went down, %zu recovered%s", kind,
                            s->body_count, s->up, s->failed, s->went_down, s->recovered,
                            s->us ? "; our own network failed, nothing concluded" : ""));
}

/* Whether integrators' certificates are revoked. What is in the way of that is in the way of no round. */
static void look_at_integrators(const struct prober *p, struct desk *d, struct arena *a)
{
    struct err trouble = {.lang = LANG_EN};
    size_t count = 0;
    if (!gateway_standing_look(d, a, &count, &trouble))
        say(p, trouble.log);
    else if (count > 0)
        say(p, arena_printf(a, "%zu integrators' certificates: asked whether they are revoked", count));
}

/* Makes a round when one is due. *ret_wait gets the seconds until the next look. */
static bool look(const struct prober *p, struct arena *a, int64_t *ret_wait, struct err *e)
{
    struct desk_options options = *p->options;
    struct clock now = clock_system();
    struct desk d;
    struct round_plan plan;
    struct sweep s;
    bool daily, blind = false;
    options.by.day = now.today;
    options.by.at = now.now;
    if (!desk_open(&options, DESK_STORE, &d, e))
        return false;
    look_at_integrators(p, &d, a);
    bool never = strcmp(config_text(d.config, KEY_PROBE_DAYS), "never") == 0;
    bool ok = never || read_plan(&d, a, now.now, &plan, &blind, e);
    if (never)
        *ret_wait = SLEEP_SECONDS;
    else if (ok) {
        instant_t due = watch_next_round(&plan, now.now, &daily);
        *ret_wait = (due - now.now + INSTANT_PER_SECOND - 1) / INSTANT_PER_SECOND;
        if (due <= now.now) {
            /* After a round that saw nothing of any body, all are asked. */
            struct sweep_options o = {
                .kind = daily ? "daily" : "retry", .failing_only = !daily && !blind, .stop_fd = p->stop_fd};
            *ret_wait = 0;
            ok = sweep_run(&d, &o, a, &s, e);
            if (ok)
                tell(p, a, o.kind, &s);
        }
    }
    desk_close(&d);
    return ok;
}

bool prober_check(const struct desk_options *o, struct err *e)
{
    struct desk d;
    if (!desk_open(o, DESK_STORE, &d, e))
        return false;
    bool ok = check_time(&d, e);
    desk_close(&d);
    return ok;
}

static void *watch(void *prober)
{
    struct prober *p = prober;
    struct err trouble = {.lang = LANG_EN};
    if (!vigil_run(p->options, p->stop_fd, &p->leads, p->log, p->context, &trouble))
        say(p, trouble.log);
    return NULL;
}

bool prober_run(const struct desk_options *o, int stop_fd, prober_log *log, void *context, struct err *e)
{
    struct prober p = {.options = o, .stop_fd = stop_fd, .log = log, .context = context};
    pthread_t vigil;
    if (!prober_check(o, e))
        return false;
    if (pthread_create(&vigil, NULL, watch, &p) != 0)
        return err_set(e, ERR_INTERNAL, N_("the watch of the probes cannot begin"));
    notify_send("READY=1");
    for (int64_t wait = 0; !wait_or_stop(&p, wait);) {
        struct arena a = {0};
        struct err trouble = {.lang = LANG_EN};
        if (!p.leads)
            wait = 0;
        else if (!look(&p, &a, &wait, &trouble)) {
            say(&p, trouble.log);
            wait = TROUBLE_SECONDS;
        }
        arena_release(&a);
    }
    (void)pthread_join(vigil, NULL);
    return true;
}
