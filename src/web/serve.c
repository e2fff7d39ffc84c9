/* Beginning and ending, and what machines ask: files, health, metrics. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>

#include "flow/onboard.h"
#include "web/call.h"
#include "web/pages.h"

/* ------------------------------------------------------------------ for machines */

void serve_file(struct call *c)
{
    const struct static_file *f = site_file(c->site, c->request->path);
    if (f == NULL) {
        call_problem(c, 404, N_("There is no such file."));
        return;
    }
    finished_take(f->content);
    call_finished(c, f->content, f->type, "public, max-age=31536000, immutable");
}

void serve_icon(struct call *c)
{
    const struct static_file *f = &c->site->files[STATIC_ICON];
    finished_take(f->content);
    call_finished(c, f->content, f->type, "public, max-age=86400");
}

static void plain(struct call *c, int status, const char *text)
{
    struct buf out = BUF_INIT(LIMIT_ERR_BYTES);
    buf_add_text(&out, text);
    call_plain(c, status, "text/plain; charset=utf-8", &out);
}

void serve_health(struct call *c)
{
    plain(c, 200, "ok\n");
}

/* Ready: the store answers. */
void serve_ready(struct call *c)
{
    struct tx tx = {0};
    struct change_mark mark;
    bool ok = tx_begin(c->desk->store, TX_READ, &tx, &c->err) && change_mark_get(&tx, &mark, &c->err);
    tx_rollback(&tx);
    plain(c, ok ? 200 : 503, ok ? "ready\n" : "the store does not answer\n");
}

void serve_robots(struct call *c)
{
    plain(c, 200, "User-agent: *\nDisallow: /\n");
}

void serve_metrics(struct call *c)
{
    struct buf out = BUF_INIT(64 * 1024 + LIMIT_PROBES * 512);
    struct site *s = c->site;
    const struct view *v = call_view(c);
    if (v == NULL)
        return;
    buf_add_text(&out, "# HELP talaia_bodies Bodies by state.\n# TYPE talaia_bodies gauge\n");
    for (int i = 0; i < STATE_COUNT; i++)
        buf_printf(&out, "talaia_bodies{state=\"%s\"} %zu\n", body_state_code((enum body_state)i), v->in_state[i]);
    buf_printf(&out,
               "# HELP talaia_blind Whether our own network keeps the desk from seeing.\n# TYPE talaia_blind gauge\n"
               "talaia_blind %d\n",
               v->blind != INSTANT_NONE);
    buf_printf(&out,
               "# HELP talaia_last_round_timestamp_seconds When the last round of checks began.\n"
               "# TYPE talaia_last_round_timestamp_seconds gauge\ntalaia_last_round_timestamp_seconds %" PRId64 "\n",
               v->last_round.id == 0 ? 0 : v->last_round.started / INSTANT_PER_SECOND);
    const struct {
        const char *name, *help;
        uint_fast64_t value;
    } counters[] = {
        {"talaia_web_requests_total", "Requests answered.", atomic_load(&s->requests)},
        {"talaia_web_refused_total", "Requests refused before they were read.", atomic_load(&s->refused)},
        {"talaia_web_logins_total", "People who logged in.", atomic_load(&s->logins)},
        {"talaia_web_failed_logins_total", "Attempts that did not.", atomic_load(&s->failed_logins)},
    };
    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
        buf_printf(&out, "# HELP %s %s\n# TYPE %s counter\n%s %" PRIuFAST64 "\n", counters[i].name, counters[i].help,
                   counters[i].name, counters[i].name, counters[i].value);
    (void)metrics_probes(c, &out); /* without them the rest is still true */
    call_plain(c, 200, "text/plain; version=0.0.4; charset=utf-8", &out);
}

/* ------------------------------------------------------------------ beginning and ending */

/* Documents that an earlier run of the role left unchecked. */
static bool go_on(struct site *s, struct err *e)
{
    struct desk *d = &s->desks[0];
    const struct job_request job = {.kind = JOB_DOCUMENTS, .by = &d->by, .lang = d->lang};
    enum job_begun begun;
    bool waits = false;
    return onboard_waits(d, &waits, e) && (!waits || job_begin(&s->jobs, &job, &begun, e));
}

static bool read_addresses(struct site *s, struct desk *d, struct err *e)
{
    const char *url = config_text(d->config, KEY_WEB_URL), *listen = config_text(d->config, KEY_WEB_LISTEN);
    struct arena *a = &d->arena;
    s->proxy_header = config_text(d->config, KEY_WEB_PROXY_HEADER);
    s->proxy_secret = config_text(d->config, KEY_WEB_PROXY_SECRET);
    if (s->proxy_header[0] != '\0' && strlen(s->proxy_secret) < 24)
        return err_set(e, ERR_CONFIG, N_("web.proxy_header needs a web.proxy_secret of 24 characters or more (%s)"),
                       config_source(d->config, KEY_WEB_PROXY_HEADER));
    s->origin = s->host = "";
    s->loopback = str_starts(str_of(listen), "127.") || str_starts(str_of(listen), "[::1]") ||
                  str_starts(str_of(listen), "localhost:");
    if (url[0] != '\0') {
        s->https = str_starts(str_of(url), "https://");
        const char *host = url + (s->https ? 8 : 7);
        size_t n = strcspn(host, "/");
        if (n == 0 || strcspn(host, "?#@") < strlen(host) || strlen(host) > n + 1)
            return err_set(e, ERR_CONFIG,
                           N_("web.url is an address without a path, like https://talaia.example.cat (%s)"),
                           config_source(d->config, KEY_WEB_URL));
        s->host = arena_text(a, str_part(host, n));
        s->origin = arena_printf(a, "%s%s", s->https ? "https://" : "http://", s->host);
    }
    s->cookie = s->https ? "__Host-talaia" : "talaia";
    return true;
}

static bool open_desks(struct site *s, const struct desk_options *o, struct err *e)
{
    if (!desk_open(o, DESK_STORE, &s->desks[0], e))
        return false;
    s->desk_count = 1;
    size_t want = (size_t)config_int(s->desks[0].config, KEY_WEB_THREADS);
    while (s->desk_count < want) {
        if (!desk_open(o, DESK_STORE, &s->desks[s->desk_count], e))
            return false;
        s->desk_count++;
    }
    for (size_t i = 0; i < s->desk_count; i++)
        s->idle[s->idle_count++] = &s->desks[i];
    return true;
}

static void close_site(struct site *s)
{
    jobs_end(&s->jobs);
    uploads_end(&s->uploads);
    view_drop(s->view);
    cache_empty(&s->cache);
    for (size_t i = 0; i < STATIC_COUNT; i++)
        finished_drop(s->files[i].content);
    for (size_t i = s->desk_count; i > 0; i--)
        desk_close(&s->desks[i - 1]);
    login_guard_free(s->guard);
    mem_free(s);
}

static void wait_for(int stop_fd)
{
    struct pollfd fd = {.fd = stop_fd, .events = POLLIN};
    while (poll(&fd, 1, -1) < 0 && errno == EINTR)
        continue;
}

static void say_line(void *site, const char *line)
{
    struct site *s = site;
    s->log(s->log_context, line);
}

bool web_run(const struct desk_options *o, int stop_fd, web_log *log, void *context, struct err *e)
{
    struct site *s = mem_alloc(1, sizeof *s);
    struct clock now = clock_system();
    s->log = log;
    s->log_context = context;
    s->began = now.now;
    s->fixed_day = o->by.day == now.today ? DAY_NONE : o->by.day;
    s->guard = login_guard_new();
    s->jobs =
        (struct jobs){.options = *o, .fixed_day = s->fixed_day, .stop_fd = stop_fd, .log = log, .log_context = context};
    pthread_mutex_init(&s->jobs.lock, NULL);
    pthread_mutex_init(&s->uploads.lock, NULL);
    pthread_mutex_init(&s->lock, NULL);
    pthread_mutex_init(&s->cache.lock, NULL);
    pthread_cond_init(&s->given_back, NULL);
    const struct server_api *api = server_api(e);
    bool ok = api != NULL && open_desks(s, o, e) && read_addresses(s, &s->desks[0], e) &&
              site_load_files(s, o->data_dir, e) && go_on(s, e);
    if (ok) {
        const struct server_service service = {
            .context = s, .body_max = call_body_max, .answer = call_answer, .refuse = call_refuse, .log = say_line};
        const struct server_options options = {.listen = config_text(s->desks[0].config, KEY_WEB_LISTEN),
                                               .threads = (int)s->desk_count};
        struct server *server;
        ok = api->start(&options, &service, &server, e);
        if (ok) {
            site_say(s, "listening on %s", api->address(server));
            wait_for(stop_fd);
            site_say(s, "stopping");
            api->stop(server, LIMIT_SERVER_STOP_SECONDS);
        }
    }
    close_site(s);
    return ok;
}
