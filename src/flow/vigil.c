/* The watch itself: beginning, each turn, taking up what was changed. */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <time.h>

#include "base/file.h"
#include "base/notify.h"
#include "flow/vigil_parts.h"

#define SECOND INSTANT_PER_SECOND
#define LOOK_SECONDS 5      /* between two looks at the files */
#define TRY_SECONDS 30      /* between two attempts to read files with a mistake */
#define IDLE_SECONDS 10     /* without probes, or after trouble */
#define JUMP (5 * SECOND)   /* more than a clock is ever slewed between two turns */
#define STILL (10 * SECOND) /* between two turns, which come every second: the process stood still */
#define STANDBY_SECONDS 2   /* between two looks at who watches */
#define STORE_WAIT_MS 200   /* for another writer: the watch goes on meanwhile */
#define IN_FLIGHT 256
#define PER_HOST 16

void vigil_say(const struct vigil *v, const char *format, ...)
{
    struct buf text = BUF_INIT(LIMIT_ERR_BYTES);
    va_list args;
    va_start(args, format);
    (void)buf_vprintf(&text, format, args);
    va_end(args);
    v->log(v->log_context, buf_text(&text));
    buf_release(&text);
}

/* ---------------------------------------------------------------- each turn */

/* Nothing is said of a time in which another prober watched. */
static void add_blind(struct vigil *v, instant_t from, instant_t until, const char *why)
{
    struct err e = {.lang = LANG_EN};
    struct tx tx = {0};
    bool ours = false;
    if (!tx_begin(v->desk.store, TX_WRITE, &tx, &e) || !vigil_lease_beat(&tx, &ours, &e) ||
        (ours && (!probe_blind_add(&tx, from, until, why, &e) || !tx_commit(&tx, &e))))
        vigil_say(v, "%s", e.log);
    tx_rollback(&tx);
}

bool vigil_stood_still(const struct vigil *v, int64_t now)
{
    return now - (v->tick - SECOND) > STILL;
}

/* Stopped and let go on (SIGSTOP), or starved: nobody watched meanwhile, and both clocks went on. */
static void look_at_gap(struct vigil *v, int64_t now)
{
    char from[INSTANT_TEXT_BYTES], until[INSTANT_TEXT_BYTES];
    instant_t real = vigil_real(v), then = real - (now - (v->tick - SECOND));
    if (!vigil_stood_still(v, now))
        return;
    v->woke = now;
    vigil_say(v, "the watcher has been blind from %s to %s: it stood still", instant_iso(then, from),
              instant_iso(real, until));
    add_blind(v, then, real, "stopped");
}

/* What was kept of a time that is to come again is not true of it. */
static void clock_back(struct vigil *v, instant_t real)
{
    struct err e = {.lang = LANG_EN};
    struct tx tx = {0};
    bool ours = false;
    for (size_t i = 0; i < v->all.count; i++)
        probe_state_clock_back(&v->posts[i].now.state, real);
    if (!tx_begin(v->desk.store, TX_WRITE, &tx, &e) || !vigil_lease_beat(&tx, &ours, &e) ||
        (ours && (!probe_clock_back(&tx, real, &e) || !tx_commit(&tx, &e))))
        vigil_say(v, "%s", e.log);
    tx_rollback(&tx);
    v->sum_at = 0;
}

/* The clock of the world was set, or the machine slept. Where it was set forward there is a time that nobody saw. */
static void look_at_clock(struct vigil *v, int64_t now)
{
    instant_t real = vigil_real(v), drift = real - now, moved = drift - v->drift;
    char text[INSTANT_TEXT_BYTES];
    v->drift = drift;
    if (moved < JUMP && moved > -JUMP)
        return;
    vigil_say(v, "the clock was set by %lld s, to %s", (long long)(moved / SECOND), instant_iso(real, text));
    if (moved > 0)
        add_blind(v, real - moved, real, "clock");
    else
        clock_back(v, real);
    for (size_t i = 0; i < v->all.count; i++) {
        struct post *p = &v->posts[i];
        if (p->station->running || p->held)
            continue;
        p->station->due_real = INSTANT_NONE;
        vigil_schedule(p->station);
    }
}

static void file_times(struct vigil *v, struct timespec ret[2])
{
    const char *const paths[] = {v->config_file, v->all.path};
    for (int i = 0; i < 2; i++) {
        struct stat st;
        ret[i] = (struct timespec){0};
        if (paths[i] != NULL && paths[i][0] != '\0' && stat(paths[i], &st) == 0)
            ret[i] = st.st_mtim;
    }
}

static bool same_times(const struct timespec a[2], const struct timespec b[2])
{
    bool same = true;
    for (int i = 0; i < 2; i++)
        same = same && a[i].tv_sec == b[i].tv_sec && a[i].tv_nsec == b[i].tv_nsec;
    return same;
}

static bool can_be_read(const struct desk_options *o, struct err *e)
{
    struct desk d;
    if (!desk_open(o, DESK_CONFIG, &d, e))
        return false;
    bool ok = patrol_check(&d, NULL, NULL, e);
    desk_close(&d);
    return ok;
}

/* A mistake in what was changed must not end the watch: it goes on as before until the files can be read. They are
 * read again when they change, and now and then, since what they name may come after them. */
static void look_at_files(struct vigil *v, int64_t now)
{
    struct timespec times[2];
    struct err e = {.lang = LANG_EN};
    file_times(v, times);
    bool changed = !same_times(times, v->tried), old = !same_times(times, v->files) || v->broken;
    bool others = times[0].tv_sec == v->files[0].tv_sec && times[0].tv_nsec == v->files[0].tv_nsec;
    if (!old || (!changed && now < v->try_again))
        return;
    if (v->store_trouble && others) /* the runs that wait for the store would be given up */
        return;
    memcpy(v->tried, times, sizeof times);
    v->try_again = now + TRY_SECONDS * SECOND;
    v->reload = can_be_read(v->options, &e);
    if (!v->reload && changed)
        vigil_say(v, "what was changed cannot be read, the watch goes on as before: %s", e.log);
}

static int64_t turn(struct patrol *patrol, int64_t now)
{
    struct vigil *v = patrol->context;
    if (now < v->tick)
        return v->tick;
    look_at_gap(v, now);
    v->tick = now + SECOND;
    look_at_clock(v, now);
    vigil_maintenance(v, now, VIGIL_MAINTENANCE_SECONDS);
    bool kept = vigil_flush(v, now);
    arena_reset(&v->work);
    if (kept)
        vigil_incidents(v);
    if (kept)
        vigil_sum(v, vigil_real(v));
    if (!v->incident_trouble)
        v->told = now;
    if (now >= v->look) {
        v->look = now + LOOK_SECONDS * SECOND;
        look_at_files(v, now);
    }
    patrol->ending = v->reload || v->lost;
    if (v->watchdog_every > 0 && now >= v->watchdog) {
        v->watchdog = now + v->watchdog_every;
        notify_send("WATCHDOG=1");
    }
    return v->tick;
}

/* ---------------------------------------------------------------- beginning */

static const struct probe *other_probe(struct arena *a, const char *name, const char *url, int seconds)
{
    struct probe_check *k = arena_new(a, struct probe_check);
    struct probe *p = arena_new(a, struct probe);
    *k = (struct probe_check){.kind = PROBE_HTTP,
                              .name = name,
                              .target = url,
                              .timeout_seconds = 10,
                              .status = 200,
                              .max_bytes = 1 << 20,
                              .contains = "",
                              .lacks = "",
                              .matches = "",
                              .addresses = ""};
    *p = (struct probe){
        .name = name, .hours = {.always = true}, .rule = {.seconds = seconds}, .checks = k, .check_count = 1};
    return p;
}

static bool add_others(struct vigil *v, struct err *e)
{
    const char *const *urls, *heartbeat = config_text(v->desk.config, KEY_PROBE_HEARTBEAT);
    size_t count = config_list(v->desk.config, KEY_PROBE_CANARIES, &urls);
    v->canaries =
        (struct canaries){.first = &v->patrol.stations[v->patrol.count], .count = count, .finished = INT64_MIN};
    for (size_t i = 0; i < count; i++)
        if (!patrol_add(&v->patrol, other_probe(&v->arena, "canary", urls[i], 60), e))
            return false;
    if (heartbeat[0] == '\0')
        return true;
    v->heartbeat = &v->patrol.stations[v->patrol.count];
    return patrol_add(&v->patrol, other_probe(&v->arena, "heartbeat", heartbeat, 60), e);
}

static struct post *post_named(struct vigil *v, const char *name)
{
    for (size_t i = 0; name != NULL && name[0] != '\0' && i < v->all.count; i++)
        if (strcmp(v->all.items[i].name, name) == 0)
            return &v->posts[i];
    return NULL;
}

static void make_posts(struct vigil *v)
{
    v->posts = arena_array(&v->arena, struct post, v->all.count + 1);
    for (size_t i = 0; i < v->all.count; i++) {
        struct post *p = &v->posts[i];
        *p = (struct post){.station = &v->patrol.stations[i],
                           .guardian = post_named(v, v->all.items[i].depends),
                           .again = INSTANT_NONE,
                           .last_began = INT64_MIN};
        p->station->own = p;
    }
}

/* *ret_leads false: another prober watches, and nothing else was read. */
static bool open_all(struct vigil *v, const struct desk_options *options, struct vigil_lease *lease, bool *ret_leads,
                     struct err *e)
{
    struct desk_options o = *options;
    struct clock now = clock_system();
    size_t canaries;
    const char *const *urls;
    o.by.day = now.today;
    o.by.at = now.now;
    if (!desk_open(&o, DESK_STORE, &v->desk, e) || !store_move_beside(v->desk.store, e) ||
        !store_set_wait(v->desk.store, STORE_WAIT_MS, e) || /* last: each has its own way of waiting */
        !vigil_lease_hold(lease, v->desk.store, probe_clock_system().monotonic(NULL), ret_leads, e))
        return false;
    if (!*ret_leads)
        return true;
    if (!probes_load(&v->arena, &v->desk.files, &v->all, e))
        return false;
    v->config_file =
        o.config_path != NULL ? o.config_path : path_join(&v->arena, config_dir(v->desk.config), "talaia.yaml");
    file_times(v, v->files);
    memcpy(v->tried, v->files, sizeof v->tried);
    if (v->all.count == 0)
        return true;
    canaries = config_list(v->desk.config, KEY_PROBE_CANARIES, &urls);
    const struct probe **list = arena_array(&v->arena, const struct probe *, v->all.count);
    for (size_t i = 0; i < v->all.count; i++)
        list[i] = &v->all.items[i];
    v->patrol.lenient = true;
    if (!patrol_open(&v->patrol, &v->desk, &v->arena, list, v->all.count, canaries + 1, e))
        return false;
    struct probe_settings *s = &v->patrol.outlook.settings;
    s->in_flight = s->in_flight < IN_FLIGHT ? IN_FLIGHT : s->in_flight;
    s->per_host = s->per_host < PER_HOST ? PER_HOST : s->per_host;
    v->patrol.context = v;
    v->patrol.over = vigil_over;
    v->patrol.turn = turn;
    v->patrol.may_begin = vigil_may_begin;
    if (!add_others(v, e))
        return false;
    make_posts(v);
    for (size_t i = 0; i < v->all.count; i++)
        if (v->patrol.stations[i].broken != NULL) {
            vigil_say(v, "it cannot be tried: %s", v->patrol.stations[i].broken);
            v->broken = true;
        }
    return vigil_begin(v, e);
}

static void close_all(struct vigil *v)
{
    vigil_rows_release(v);
    for (size_t i = 0; i < v->all.count; i++)
        mem_free(v->posts[i].facts);
    vec_release(&v->queue);
    if (v->patrol.stations != NULL)
        patrol_close(&v->patrol);
    desk_close(&v->desk);
    arena_release(&v->maintenance_arena);
    arena_release(&v->work);
    arena_release(&v->arena);
}

static bool watch(struct vigil *v, int stop_fd, struct err *e)
{
    int64_t now = vigil_now(v);
    v->drift = vigil_real(v) - now;
    v->tick = now + SECOND;
    v->look = now + LOOK_SECONDS * SECOND;
    v->kept = v->told = now;
    v->maintenance_read = now - 60 * SECOND;
    v->watchdog_every = notify_watchdog_us();
    vigil_maintenance(v, now, VIGIL_MAINTENANCE_SECONDS);
    for (size_t i = 0; i < v->all.count; i++)
        vigil_schedule(v->posts[i].station);
    if (v->heartbeat != NULL)
        station_due(v->heartbeat, now);
    bool ok = patrol_go(&v->patrol, stop_fd, e);
    (void)vigil_flush(v, vigil_now(v) + 60 * SECOND);
    return ok;
}

/* ---------------------------------------------------------------- around the clock */

/* True: it is time to stop. */
static bool wait_or_stop(int stop_fd, int seconds)
{
    struct pollfd fd = {.fd = stop_fd, .events = POLLIN};
    int got = poll(&fd, 1, seconds * 1000);
    return got > 0 || (got < 0 && errno != EINTR);
}

static void tell_lead(const struct vigil *v, _Atomic bool *leads, bool now)
{
    if (*leads && !now)
        vigil_say(v, "another prober watches now; standing by");
    *leads = now;
}

bool vigil_run(const struct desk_options *o, int stop_fd, _Atomic bool *leads, prober_log *log, void *context,
               struct err *e)
{
    size_t before = SIZE_MAX;
    struct vigil_lease lease = {.waiting = false};
    bool ending = false;
    (void)e;
    while (!ending && !wait_or_stop(stop_fd, 0)) {
        struct vigil v = {.options = o, .log = log, .log_context = context};
        struct err why = {.lang = LANG_EN};
        bool leading = false, ok = open_all(&v, o, &lease, &leading, &why);
        tell_lead(&v, leads, leading);
        if (ok && leading && v.all.count != before)
            vigil_say(&v, "%zu probes run around the clock", v.all.count);
        before = ok && leading ? v.all.count : SIZE_MAX;
        if (ok && leading && v.all.count > 0)
            ok = watch(&v, stop_fd, &why);
        if (v.lost)
            tell_lead(&v, leads, false);
        bool idle = !ok || v.all.count == 0;
        if (!ok)
            vigil_say(&v, "%s", why.log);
        ending = idle && wait_or_stop(stop_fd, leading ? IDLE_SECONDS : STANDBY_SECONDS);
        if (leading && !v.lost && (ending || wait_or_stop(stop_fd, 0)))
            vigil_lease_leave(v.desk.store);
        close_all(&v);
    }
    return true;
}
