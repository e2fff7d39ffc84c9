/* Targets in, observations out: who is asked when, and what is handed out. Not here: how one exchange goes (wire.c,
 * trip.c), what it means (judge.c), what the authorities say (revocation.c). */
#include "probe/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "probe/run.h"

#define US_PER_MS 1000
#define STARVED_US (30 * INSTANT_PER_SECOND) /* without any descriptor for so long: somebody else holds them all */

const struct probe_settings PROBE_DEFAULTS = {
    .in_flight = 64,
    .per_host = 4,
    .dns_ms = 5000,
    .connect_ms = 5000,
    .tls_ms = 5000,
    .http_ms = 5000,
    .total_ms = 20000,
    .revocation_ms = 10000,
    .max_body_bytes = 1u << 20,
    .max_redirects = 5,
    .revocation = true,
    .expiring_days = 30,
};

static int64_t system_monotonic(void *ctx)
{
    (void)ctx;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * INSTANT_PER_SECOND + t.tv_nsec / 1000;
}

static instant_t system_real(void *ctx)
{
    (void)ctx;
    return clock_system().now;
}

struct probe_clock probe_clock_system(void)
{
    return (struct probe_clock){system_monotonic, system_real, NULL};
}

/* ---------------------------------------------------------------- handing out */

static void target_free(struct target *t)
{
    struct run *run = t->run;
    names_drop(&t->question);
    loop_timer_stop(&run->loop, &t->timer);
    if (t->holds)
        run->looking--;
    *(t->all_previous == NULL ? &run->targets : &t->all_previous->all_next) = t->all_next;
    if (t->all_next != NULL)
        t->all_next->all_previous = t->all_previous;
    run->target_count--;
    mem_free(t->text);
    mem_free(t);
}

/* The last observation of a target ends it. */
static void emit(struct target *t, struct probe_observation *o)
{
    struct run *run = t->run;
    o->tag = t->tag;
    o->url = t->text;
    o->last = --t->pending == 0;
    run->summary.addresses++;
    if (o->verdict[VERDICT_CONNECTION] == CONNECTION_INTERRUPTED)
        run->summary.interrupted++;
    if (o->verdict[VERDICT_CONNECTION] != CONNECTION_OK && t->has_url)
        names_forget(run->names, t->url.host); /* it may have moved */
    run->sink->seen(run->sink->ctx, o);
    if (o->last)
        target_free(t);
}

/* A target, or one of its addresses, that was never asked. */
static void emit_unasked(struct target *t, enum verdict_code code, const char *address, const char *detail, int seconds)
{
    const char *host = t->has_url ? t->url.host : "";
    struct verdict_facts facts = {.host = host,
                                  .address = address,
                                  .detail = detail == NULL ? "" : detail,
                                  .port = t->has_url ? t->url.port : 0,
                                  .seconds = seconds,
                                  .day = DAY_NONE};
    bool plain = t->has_url && t->url.scheme == URL_HTTP;
    struct probe_observation o = {
        .host = host,
        .address = address,
        .port = facts.port,
        .verdict = {code, plain ? TRUST_NO_TLS : TRUST_NONE, APPLICATION_NONE},
        .facts = {facts, facts, facts},
        .times = {t->dns_us, -1, -1, -1, -1},
        .protocol = "",
        .cipher = "",
        .final_url = t->has_url ? t->url.text : "",
        .content_type = "",
        .encoding = "",
        .addresses = "",
        .revocation_source = "",
        .revoked_on = DAY_NONE,
    };
    emit(t, &o);
}

/* A target of which only the name was asked. */
static void emit_name(struct target *t, const union address *items, size_t count)
{
    struct run *run = t->run;
    arena_reset(&run->scratch);
    const char *all = "";
    char text[ADDRESS_TEXT_BYTES];
    for (size_t i = 0; i < count; i++)
        all = arena_printf(&run->scratch, "%s%s%s", all, i == 0 ? "" : " ", address_text(&items[i], text));
    struct verdict_facts facts = {.host = t->url.host, .address = "", .detail = "", .day = DAY_NONE};
    struct probe_observation o = {
        .host = t->url.host,
        .address = "",
        .verdict = {CONNECTION_OK, TRUST_NONE, APPLICATION_NONE},
        .facts = {facts, facts, facts},
        .times = {t->dns_us, -1, -1, -1, 0},
        .answered = true,
        .protocol = "",
        .cipher = "",
        .final_url = t->url.text,
        .content_type = "",
        .encoding = "",
        .addresses = all,
        .revocation_source = "",
        .revoked_on = DAY_NONE,
    };
    emit(t, &o);
}

static void check_free(struct check *c)
{
    if (c->inquiry != NULL)
        inquiry_drop(c);
    if (c->issuer_fetch != NULL)
        issuer_drop(c);
    trip_release(&c->trip);
    mem_free(c);
}

static void hand_out(struct check *c, const struct judgement *j, const struct revocation_outcome *r)
{
    struct run *run = c->trip.run;
    struct target *t = c->target;
    char address[ADDRESS_TEXT_BYTES] = "";
    if (c->has_address)
        address_text(&c->address, address);
    struct probe_observation o = {.host = t->url.host,
                                  .address = address,
                                  .port = t->url.port,
                                  .content_type = "",
                                  .encoding = "",
                                  .addresses = "",
                                  .revocation_source = "",
                                  .revoked_on = DAY_NONE};
    judge_connection(run, c, &o);
    judge_trust(run, c, j, r, &o);
    judge_application(run, c, &o);
    emit(t, &o);
    check_free(c);
}

static void judge(struct check *c, struct judgement *ret)
{
    struct run *run = c->trip.run;
    struct probe_clock clock = run->settings->clock;
    arena_reset(&run->scratch);
    *ret = (struct judgement){.code = TRUST_NONE};
    if (c->trip.chain != NULL)
        trust_judge_stack(run->settings->trust, &run->scratch, c->trip.chain, c->trip.tls_host, clock.real(clock.ctx),
                          ret);
}

void check_settled(struct check *c, const struct revocation_outcome *outcome)
{
    struct judgement j;
    judge(c, &j);
    hand_out(c, &j, outcome);
}

void check_go_on(struct check *c)
{
    struct run *run = c->trip.run;
    struct judgement j;
    struct revocation_outcome outcome = {PROBE_REVOCATION_NOT_ASKED, "", DAY_NONE};
    judge(c, &j);
    bool interrupted = c->trip.code == CONNECTION_INTERRUPTED;
    if (!interrupted && issuer_ask(run->issuers, c, &j))
        return;
    bool ask = !interrupted && judge_wants_revocation(run->settings, &j);
    if (!ask || inquiry_ask(run->inquiries, c, &j, &run->scratch, &outcome))
        hand_out(c, &j, &outcome);
}

static void on_check_over(struct trip *trip)
{
    check_go_on(MEMBER_OF(trip, struct check, trip));
}

/* ---------------------------------------------------------------- targets */

/* Its time is the caller's: whoever waits ten seconds for an answer does not want it given up after five of them. */
static int names_ms(const struct target *t)
{
    int most = t->run->settings->dns_ms;
    return t->ask != NULL && t->ask->total_ms < most ? t->ask->total_ms : most;
}

static void take_ask(struct trip *trip, const struct probe_ask *ask, int64_t dns_us)
{
    int64_t used = dns_us > 0 ? dns_us / US_PER_MS : 0;

    trip->accept = ask->accept;
    trip->body_type = ask->body_type;
    trip->soap_action = ask->soap_action;
    trip->method = ask->body_type == NULL ? HTTP1_GET : HTTP1_POST;
    trip->body = ask->body;
    trip->max_body_bytes = ask->max_body_bytes;
    trip->total_ms = used < ask->total_ms ? ask->total_ms - (int)used : 1;
    trip->patient = true;
    trip->bare = ask->how == PROBE_HOW_CONNECT;
    trip->stay = ask->stay;
    trip->source = ask->source;
}

static void check_begin(struct target *t, const union address *address)
{
    struct check *c = mem_alloc(1, sizeof *c);
    c->target = t;
    trip_init(&c->trip, t->run, on_check_over);
    c->trip.url = t->url;
    c->trip.accept = "text/xml, application/wsdl+xml, application/xml;q=0.9, */*;q=0.5";
    if (t->ask != NULL)
        take_ask(&c->trip, t->ask, t->dns_us);
    if (address != NULL) {
        c->address = *address;
        c->has_address = true;
        c->trip.candidates[0] = *address;
        c->trip.candidate_count = 1;
    }
    trip_begin(&c->trip);
}

/* Asks the kernel without sending anything. Without IPv6 of our own nothing can be said about an IPv6 address. */
static bool has_route(const union address *a)
{
    int fd = socket(a->sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return errno != EAFNOSUPPORT;
    bool ok = connect(fd, &a->sa, address_size(a)) == 0 || (errno != ENETUNREACH && errno != EADDRNOTAVAIL);
    close(fd);
    return ok;
}

static size_t without_lame_ipv6(union address *items, size_t count)
{
    size_t kept = 0;
    bool v4 = items[0].sa.sa_family == AF_INET; /* they come first */
    for (size_t i = 0; i < count; i++)
        if (!v4 || items[i].sa.sa_family == AF_INET || has_route(&items[i]))
            items[kept++] = items[i];
    return kept;
}

/* From an IPv4 address of ours only IPv4 addresses can be reached. When there are none of the family, all are tried,
 * and fail with their reason. */
static size_t of_family(union address *items, size_t count, const char *source)
{
    int family = strchr(source, ':') == NULL ? AF_INET : AF_INET6;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (items[i].sa.sa_family == family)
            items[kept++] = items[i];
    return kept > 0 ? kept : count;
}

static void target_addresses(struct target *t, const union address *given, size_t count)
{
    union address items[LIMIT_PROBE_ADDRESSES];
    const char *source = t->ask == NULL ? NULL : t->ask->source;
    memcpy(items, given, count * sizeof *given);
    count = source == NULL ? without_lame_ipv6(items, count) : of_family(items, count, source);
    const struct guard *guard = t->run->settings->guard;
    t->pending = count;
    for (size_t i = 0; i < count; i++) { /* the target lives until its last address was handed out */
        char text[ADDRESS_TEXT_BYTES];
        if (guard_address(guard, &items[i].sa) == NULL)
            check_begin(t, &items[i]);
        else
            emit_unasked(t, CONNECTION_FORBIDDEN, address_text(&items[i], text), NULL, 0);
    }
}

static void give_place(struct target *t)
{
    if (t->holds)
        t->run->looking--;
    t->holds = false;
}

static void ask_names(struct target *t);

static bool descriptors_left(const struct run *run)
{
    int fd = fcntl(run->loop.epoll, F_DUPFD_CLOEXEC, 0);
    if (fd >= 0)
        close(fd);
    return fd >= 0 || errno != EMFILE;
}

static void on_names(struct names_question *q, const struct names_answer *answer)
{
    struct target *t = MEMBER_OF(q, struct target, question);
    struct run *run = t->run;
    if (answer->code == CONNECTION_DNS_FAILED && !descriptors_left(run) &&
        run->loop.now < t->asked_at + STARVED_US) { /* not the fault of the name: ask again */
        run->summary.waited_descriptors++;
        give_place(t);
        loop_timer_set(&run->loop, &t->timer, run->loop.now + LIMIT_PROBE_RETRY_MS * US_PER_MS);
        return;
    }
    loop_timer_stop(&run->loop, &t->timer);
    give_place(t);
    t->dns_us = answer->known ? -1 : run->loop.now - t->asked_at;
    if (answer->code == CONNECTION_OK && target_how(t) == PROBE_HOW_NAME)
        emit_name(t, answer->items, answer->count);
    else if (answer->code == CONNECTION_OK)
        target_addresses(t, answer->items, answer->count);
    else
        emit_unasked(t, answer->code, "", answer->detail == NULL ? NULL : tr(run->settings->lang, answer->detail),
                     names_ms(t) / 1000);
}

static void on_target_due(struct loop_timer *timer)
{
    struct target *t = MEMBER_OF(timer, struct target, timer);
    struct run *run = t->run;
    int64_t deadline = t->asked_at + (int64_t)names_ms(t) * US_PER_MS;
    if (t->question.ticket == NULL) {
        ask_names(t);
    } else if (run->loop.now < deadline) {
        give_place(t); /* waits aside */
        loop_timer_set(&run->loop, &t->timer, deadline);
    } else {
        names_drop(&t->question);
        emit_unasked(t, CONNECTION_DNS_TIMEOUT, "", NULL, names_ms(t) / 1000);
    }
}

static void ask_names(struct target *t)
{
    struct run *run = t->run;
    t->holds = true;
    run->looking++;
    if (run->settings->onlooker != NULL)
        run->settings->onlooker->phase(run->settings->onlooker->ctx, t->url.host, "", PHASE_DNS);
    t->question.answered = on_names;
    loop_timer_set(&run->loop, &t->timer, run->loop.now + LIMIT_PROBE_PATIENCE_MS * US_PER_MS);
    names_ask(run->names, &t->question, t->url.host, t->url.port, target_how(t) == PROBE_HOW_NAME);
}

static void target_begin(struct target *t)
{
    struct run *run = t->run;
    struct err e = {.lang = run->settings->lang};
    t->pending = 1;
    if (str_trim(str_of(t->text)).n == 0) {
        emit_unasked(t, CONNECTION_NO_URL, "", NULL, 0);
        return;
    }
    t->has_url = url_parse(str_of(t->text), &t->url, &e);
    if (!t->has_url) {
        emit_unasked(t, CONNECTION_URL, "", e.text, 0);
        return;
    }
    if (target_how(t) != PROBE_HOW_CONNECT && !guard_port(t->url.port)) {
        emit_unasked(t, CONNECTION_URL, "", tr(e.lang, N_("its port belongs to another service")), 0);
        return;
    }
    union address literal = {0};
    struct sockaddr_storage storage;
    socklen_t n;
    if (url_address(&t->url, &storage, &n)) {
        memcpy(&literal, &storage, sizeof literal);
        if (target_how(t) == PROBE_HOW_NAME)
            emit_name(t, &literal, 1);
        else
            target_addresses(t, &literal, 1);
    } else if (run->wires.has_proxy && target_how(t) != PROBE_HOW_NAME) {
        check_begin(t, NULL);
    } else {
        ask_names(t);
    }
}

static void pull(struct run *run)
{
    struct probe_target given = {0};
    if (!run->source->next(run->source->ctx, &given)) {
        run->source_done = true;
        return;
    }
    struct target *t = mem_alloc(1, sizeof *t);
    t->run = run;
    t->tag = given.tag;
    t->text = mem_dup_text(given.url == NULL ? "" : given.url);
    t->ask = given.ask;
    t->asked_at = run->loop.now;
    t->dns_us = -1;
    t->timer.due = on_target_due;
    t->all_next = run->targets;
    if (run->targets != NULL)
        run->targets->all_previous = t;
    run->targets = t;
    run->target_count++;
    run->summary.targets++;
    target_begin(t);
}

/* ---------------------------------------------------------------- places */

static void on_wants_place(struct wires *all, struct wire *w)
{
    struct run *run = MEMBER_OF(all, struct run, wires);
    line_add(&run->ready, w->owner);
}

void run_starves(struct run *run, struct trip *t)
{
    line_add_front(t->kind != TRIP_CHECK ? &run->urgent : &run->waiting, t);
    run->summary.waited_descriptors++;
    run->no_descriptors = true;
    if (run->starving_since == 0)
        run->starving_since = run->loop.now;
    loop_timer_set(&run->loop, &run->retry, run->loop.now + LIMIT_PROBE_RETRY_MS * US_PER_MS);
}

static void on_retry(struct loop_timer *timer)
{
    struct run *run = MEMBER_OF(timer, struct run, retry);
    run->no_descriptors = false;
    if (run->wires.open > 0 || run->loop.now - run->starving_since < STARVED_US)
        return;
    for (struct trip *t; (t = run->urgent.first != NULL ? run->urgent.first : run->waiting.first) != NULL;)
        trip_stop(t, CONNECTION_INTERRUPTED);
    run->starving_since = 0;
}

static void on_feed(struct loop_timer *timer)
{
    (void)timer; /* the turn ends, and the source is asked */
}

static bool source_is_due(struct run *run)
{
    if (run->source->due == NULL)
        return true;
    int64_t at = run->source->due(run->source->ctx, run->loop.now);
    if (at <= run->loop.now)
        return true;
    if (at == INT64_MAX)
        loop_timer_stop(&run->loop, &run->feed);
    else if (run->feed.place == 0 || run->feed.at != at)
        loop_timer_set(&run->loop, &run->feed, at);
    return false;
}

/* Gives the free places away: to what is connected, then to fetches, to addresses, and at last to new targets. */
static void pump(struct run *run)
{
    struct wires *wires = &run->wires;
    if (wires->freed) {
        wires->freed = false;
        run->no_descriptors = false;
        run->starving_since = 0;
    }
    while (!run->stopped && wires->moving + run->looking < run->settings->in_flight) {
        struct trip *t = wires->tls_count < LIMIT_PROBE_TLS ? line_take(&run->ready) : NULL;
        if (t != NULL) {
            wire_go_on(t->wire);
            continue;
        }
        if (!run->no_descriptors && wires->open < run->open_limit &&
            ((t = line_take(&run->urgent)) != NULL || (t = line_take(&run->waiting)) != NULL)) {
            trip_start(t);
            continue;
        }
        if (run->source_done || run->waiting.first != NULL || run->ready.first != NULL ||
            run->looking >= LIMIT_PROBE_LOOKUPS || run->target_count >= LIMIT_PROBE_OPEN)
            return;
        if (!source_is_due(run))
            return;
        pull(run);
    }
}

/* ---------------------------------------------------------------- the run */

static void on_stop(struct loop_io *io, uint32_t events)
{
    (void)events;
    struct run *run = MEMBER_OF(io, struct run, stop);
    run->stopped = true;
    loop_remove(&run->loop, io, false); /* it is the caller's to read and close */
}

/* What is under way is handed out as it stands. */
static void interrupt(struct run *run)
{
    for (struct trip *t = run->trips; t != NULL;) {
        if (t->kind != TRIP_CHECK) {
            t = t->all_next;
            continue;
        }
        struct check *c = MEMBER_OF(t, struct check, trip);
        if (c->inquiry != NULL)
            inquiry_drop(c);
        if (c->issuer_fetch != NULL)
            issuer_drop(c);
        trip_stop(t, CONNECTION_INTERRUPTED);
        t = run->trips;
    }
    while (run->targets != NULL)
        emit_unasked(run->targets, CONNECTION_INTERRUPTED, "", NULL, 0);
}

struct proxy_question {
    struct names_question question;
    struct names_answer answer;
    bool answered;
};

static void on_proxy_names(struct names_question *q, const struct names_answer *answer)
{
    struct proxy_question *p = MEMBER_OF(q, struct proxy_question, question);
    p->answer = *answer;
    p->answered = true;
}

/* The proxy is ours: no guard. */
static bool find_proxy(struct run *run, struct err *e)
{
    const char *text = run->settings->proxy;
    struct url u;
    struct err why = {.lang = e->lang};
    if (text == NULL)
        return true;
    run->wires.has_proxy = true;
    if (!url_parse(str_of(text), &u, &why) || u.scheme != URL_HTTP)
        return err_set(e, ERR_VALUE, N_("The proxy “%s” is not an address like “http://proxy.example.cat:3128”."),
                       text);
    struct sockaddr_storage storage;
    socklen_t n;
    if (url_address(&u, &storage, &n)) {
        memcpy(&run->wires.proxy, &storage, sizeof run->wires.proxy);
        return true;
    }
    struct proxy_question p = {.question.answered = on_proxy_names};
    int64_t deadline = run->loop.now + (int64_t)run->settings->dns_ms * US_PER_MS;
    names_ask(run->names, &p.question, u.host, u.port, false);
    while (!p.answered && run->loop.now < deadline)
        if (!loop_turn(&run->loop))
            break;
    names_drop(&p.question);
    if (!p.answered || p.answer.code != CONNECTION_OK)
        return err_set(e, ERR_VALUE, N_("The name of the proxy “%s” cannot be resolved."), text);
    run->wires.proxy = p.answer.items[0];
    return true;
}

/* Others in this process need descriptors too. */
static size_t open_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur / 4 * 3 > LIMIT_PROBE_OPEN)
        return LIMIT_PROBE_OPEN;
    return limit.rlim_cur < 8 ? 4 : (size_t)(limit.rlim_cur / 4 * 3);
}

static bool run_open(struct run *run, int stop_fd, struct err *e)
{
    const struct probe_settings *s = run->settings;
    if (!loop_open(&run->loop, s->clock, e))
        return false;
    run->open_limit = open_limit();
    run->retry.due = on_retry;
    run->feed.due = on_feed;
    run->stop = (struct loop_io){stop_fd, on_stop};
    run->wires.wants_place = on_wants_place;
    run->inquiries = inquiries_new(run);
    run->issuers = issuers_new(run);
    if (!names_open(&run->loop, s->dns_servers, s->dns_ms, s->names_seconds, &run->names, e) ||
        !wires_open(&run->wires, &run->loop, s, e) || !find_proxy(run, e))
        return false;
    if (stop_fd >= 0 && !loop_add(&run->loop, &run->stop, EPOLLIN))
        return err_set(e, ERR_INTERNAL, N_("The sweep cannot watch for being stopped: %s."), err_system(e, errno));
    return true;
}

static void run_close(struct run *run)
{
    inquiries_free(run->inquiries);
    issuers_free(run->issuers);
    names_close(run->names);
    wires_close(&run->wires);
    hosts_release(&run->hosts);
    arena_release(&run->scratch);
    loop_close(&run->loop);
}

static bool run_all(struct run *run, struct err *e)
{
    for (;;) {
        pump(run);
        if (run->stopped || (run->source_done && run->target_count == 0))
            return true;
        if (!loop_turn(&run->loop))
            return err_set(e, ERR_INTERNAL, N_("The event loop failed: %s."), err_system(e, errno));
    }
}

static struct probe_settings sane(const struct probe_settings *given)
{
    struct probe_settings s = *given;
    s.in_flight = s.in_flight < 1 ? 1 : s.in_flight > LIMIT_PROBE_IN_FLIGHT ? LIMIT_PROBE_IN_FLIGHT : s.in_flight;
    s.per_host = s.per_host < 1 ? 1 : s.per_host;
    return s;
}

bool probe_run(const struct probe_settings *given, const struct probe_source *source, const struct probe_sink *sink,
               int stop_fd, struct probe_summary *ret, struct err *e)
{
    struct probe_settings settings = sane(given);
    struct run *run = mem_alloc(1, sizeof *run);
    run->settings = &settings;
    run->source = source;
    run->sink = sink;
    run->loop.epoll = -1;
    bool ok = run_open(run, stop_fd, e) && run_all(run, e);
    if (run->stopped || !ok)
        interrupt(run);
    run->summary.connections = run->wires.connections;
    run->summary.most_open = run->wires.most_open;
    if (run->loop.epoll >= 0)
        run_close(run);
    if (ok && ret != NULL)
        *ret = run->summary;
    mem_free(run);
    return ok;
}
