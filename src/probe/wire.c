/* Not here: names, redirects, what an answer means. */
#include "probe/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>

#include "probe/tls.h"

#define US_PER_MS 1000
#define KEPT_BODY_BYTES (32u * 1024u) /* a spare wire keeps a buffer for an ordinary WSDL */

enum going { GO_ON, WAITS, IS_OVER };

/* ---------------------------------------------------------------- the wires of a run */

bool wires_open(struct wires *all, struct loop *l, const struct probe_settings *s, struct err *e)
{
    all->loop = l;
    all->settings = s;
    return tls_open(all, e);
}

static void wire_destroy(struct wire *w)
{
    buf_release(&w->stapled);
    buf_release(&w->body);
    buf_release(&w->out);
    buf_release(&w->plain);
    mem_free(w);
}

void wires_close(struct wires *all)
{
    while (all->spare != NULL) {
        struct wire *w = all->spare;
        all->spare = w->next;
        wire_destroy(w);
    }
    tls_close(all);
}

static void place_take(struct wire *w)
{
    if (!w->holds)
        w->all->moving++;
    w->holds = true;
}

static void place_give(struct wire *w)
{
    if (w->holds)
        w->all->moving--;
    w->holds = false;
}

/* ---------------------------------------------------------------- the end */

static void finish(struct wire *w, enum verdict_code code, const char *detail)
{
    struct wires *all = w->all;
    w->code = code;
    w->detail = detail;
    w->phase = WIRE_OVER;
    place_give(w);
    loop_timer_stop(all->loop, &w->timer);
    if (w->io.fd >= 0) {
        loop_remove(all->loop, &w->io, true);
        all->open--;
        all->freed = true;
    }
    if (w->ssl != NULL) {
        SSL_free(w->ssl);
        w->ssl = NULL;
        all->tls_count--;
    }
    w->over(w);
}

/* Whole seconds that the phase has lasted, for "did not answer in {seconds} seconds". */
static int phase_seconds(const struct wire *w)
{
    int64_t us = w->all->loop->now - w->began;
    return us < INSTANT_PER_SECOND ? 1 : (int)((us + INSTANT_PER_SECOND / 2) / INSTANT_PER_SECOND);
}

static void proxy_failed(struct wire *w, const char *why)
{
    finish(w, CONNECTION_PROXY, tr(w->all->settings->lang, why));
}

static void connect_failed(struct wire *w, int why)
{
    bool proxied = w->all->has_proxy;
    if (why == ECONNREFUSED) {
        if (proxied)
            proxy_failed(w, N_("it refuses connections"));
        else
            finish(w, CONNECTION_REFUSED, NULL);
    } else if (why == ETIMEDOUT) {
        w->seconds = phase_seconds(w);
        if (proxied)
            proxy_failed(w, N_("it does not answer"));
        else
            finish(w, CONNECTION_TIMEOUT, NULL);
    } else if (proxied) {
        proxy_failed(w, N_("it cannot be reached"));
    } else {
        finish(w, why == ECONNRESET || why == ECONNABORTED ? CONNECTION_RESET : CONNECTION_UNREACHABLE, NULL);
    }
}

/* ---------------------------------------------------------------- time */

static int64_t earliest(const struct wire *w)
{
    int64_t at = w->phase_deadline < w->deadline ? w->phase_deadline : w->deadline;
    int patience = w->phase == WIRE_CONNECT ? LIMIT_PROBE_CONNECT_PATIENCE_MS : LIMIT_PROBE_PATIENCE_MS;
    int64_t park = w->progress + patience * US_PER_MS;
    return w->holds && park < at ? park : at;
}

static void tell(const struct wire *w, enum wire_phase phase)
{
    const struct probe_onlooker *o = w->all->settings->onlooker;
    char address[ADDRESS_TEXT_BYTES];
    if (o != NULL && (phase == WIRE_CONNECT || phase == WIRE_TLS || phase == WIRE_HTTP))
        o->phase(o->ctx, w->url->host, address_text(&w->address, address),
                 phase == WIRE_CONNECT ? PHASE_TCP
                 : phase == WIRE_TLS   ? PHASE_TLS
                                       : PHASE_HTTP);
}

static void enter(struct wire *w, enum wire_phase phase, int ms)
{
    tell(w, phase);
    w->phase = phase;
    w->began = w->progress = w->all->loop->now;
    w->phase_deadline = w->patient ? w->deadline : w->began + (int64_t)ms * US_PER_MS;
    /* a timer that is due too early looks again: it is moved only when it would be late */
    int64_t at = earliest(w);
    if (w->timer.place == 0 || w->timer.at > at)
        loop_timer_set(w->all->loop, &w->timer, at);
}

static void out_of_time(struct wire *w)
{
    w->seconds = phase_seconds(w);
    switch (w->phase) {
    case WIRE_CONNECT: connect_failed(w, ETIMEDOUT); return;
    case WIRE_PROXY: proxy_failed(w, N_("it does not answer")); return;
    case WIRE_TLS: finish(w, CONNECTION_TLS_TIMEOUT, NULL); return;
    case WIRE_HTTP: finish(w, CONNECTION_HTTP_TIMEOUT, NULL); return;
    default: finish(w, CONNECTION_INTERRUPTED, NULL);
    }
}

static void on_due(struct loop_timer *timer)
{
    struct wire *w = MEMBER_OF(timer, struct wire, timer);
    int64_t now = w->all->loop->now;
    if (now >= w->phase_deadline || now >= w->deadline) {
        out_of_time(w);
        return;
    }
    if (earliest(w) <= now)
        place_give(w); /* waits aside from now on */
    loop_timer_set(w->all->loop, &w->timer, earliest(w));
}

/* ---------------------------------------------------------------- bytes out */

static void push(struct wire *w)
{
    while (w->out_at < w->out.n && !w->send_failed) {
        ssize_t n = send(w->io.fd, w->out.p + w->out_at, w->out.n - w->out_at, MSG_NOSIGNAL);
        if (n > 0)
            w->out_at += (size_t)n;
        else if (n < 0 && errno == EAGAIN)
            return;
        else if (n < 0 && errno != EINTR)
            w->send_failed = true; /* what the peer said before is still read: it may tell why */
    }
    if (w->out_at >= w->out.n || w->send_failed) {
        buf_clear(&w->out);
        w->out_at = 0;
    }
}

/* ---------------------------------------------------------------- HTTP */

static bool head_is_huge(const struct http1_reader *r)
{
    return !r->head_done && r->status != 0 &&
           (r->headers > LIMIT_HTTP_HEADERS || r->head_bytes > LIMIT_HTTP_HEAD_BYTES);
}

static enum going answer_complete(struct wire *w, enum http1_state state)
{
    enum lang lang = w->all->settings->lang;
    w->http_us = w->all->loop->now - w->began;
    switch (state) {
    case HTTP1_DONE: finish(w, CONNECTION_OK, NULL); break;
    case HTTP1_HUGE:
        snprintf(w->detail_text, sizeof w->detail_text, w->max_body_bytes >= 1 << 20 ? "%.4g MiB" : "%.4g KiB",
                 (double)w->max_body_bytes / (w->max_body_bytes >= 1 << 20 ? 1048576.0 : 1024.0));
        finish(w, CONNECTION_HTTP_HUGE, w->detail_text);
        break;
    case HTTP1_TRUNCATED: finish(w, w->reader.started ? CONNECTION_HTTP_TRUNCATED : CONNECTION_RESET, NULL); break;
    default:
        if (head_is_huge(&w->reader)) {
            snprintf(w->detail_text, sizeof w->detail_text, tr(lang, N_("%u KiB of header lines")),
                     LIMIT_HTTP_HEAD_BYTES / 1024u);
            finish(w, CONNECTION_HTTP_HUGE, w->detail_text);
        } else {
            finish(w, CONNECTION_HTTP_MALFORMED, w->reader.fault == NULL ? NULL : tr(lang, w->reader.fault));
        }
    }
    return IS_OVER;
}

/* The connection broke, in the middle of TLS or below. */
static enum going answer_broken(struct wire *w, bool by_tls)
{
    enum verdict_code code = CONNECTION_RESET;
    const char *detail = NULL;
    if (by_tls)
        code = tls_failure(w, &detail, w->detail_text, sizeof w->detail_text);
    if (w->reader.started)
        code = CONNECTION_HTTP_TRUNCATED, detail = NULL;
    else if (code == CONNECTION_TLS_CLOSED)
        code = CONNECTION_RESET;
    finish(w, code, detail);
    return IS_OVER;
}

static enum going feed(struct wire *w, const void *bytes, size_t n)
{
    size_t used;
    enum http1_state state = http1_feed(&w->reader, bytes, n, &used);
    return state == HTTP1_MORE ? GO_ON : answer_complete(w, state);
}

static enum going read_tls(struct wire *w)
{
    unsigned char *scratch = w->all->scratch;
    for (;;) {
        size_t n = 0;
        if (SSL_read_ex(w->ssl, scratch, sizeof w->all->scratch, &n) == 1) {
            if (feed(w, scratch, n) == IS_OVER)
                return IS_OVER;
            continue;
        }
        switch (SSL_get_error(w->ssl, 0)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE:
            push(w); /* an answer to a key update, say */
            return WAITS;
        case SSL_ERROR_ZERO_RETURN:
            return w->io_error != 0 ? answer_broken(w, false) : answer_complete(w, http1_end(&w->reader));
        default: return answer_broken(w, true);
        }
    }
}

static enum going read_plain(struct wire *w)
{
    unsigned char *scratch = w->all->scratch;
    for (;;) {
        ssize_t n = wire_receive(w, scratch, sizeof w->all->scratch);
        if (n > 0) {
            if (feed(w, scratch, (size_t)n) == IS_OVER)
                return IS_OVER;
        } else if (n == 0) {
            return answer_complete(w, http1_end(&w->reader));
        } else {
            return errno == EAGAIN ? WAITS : answer_broken(w, false);
        }
    }
}

static enum going begin_http(struct wire *w)
{
    struct err e = {.lang = w->all->settings->lang};
    if (w->bare) {
        finish(w, CONNECTION_OK, NULL);
        return IS_OVER;
    }
    buf_clear(&w->plain);
    if (!http1_write(&w->plain, &w->request, &e)) {
        finish(w, CONNECTION_URL, NULL);
        return IS_OVER;
    }
    enter(w, WIRE_HTTP, w->all->settings->http_ms);
    w->body.max = w->max_body_bytes;
    http1_reader_init(&w->reader, w->request.method, &w->body);
    w->reader_used = true;
    size_t written = 0;
    if (w->ssl == NULL)
        buf_add(&w->out, w->plain.p, w->plain.n);
    else if (SSL_write_ex(w->ssl, w->plain.p, w->plain.n, &written) != 1)
        return answer_broken(w, true);
    push(w);
    return GO_ON;
}

/* ---------------------------------------------------------------- TLS */

static enum going begin_tls(struct wire *w)
{
    bool full = w->all->tls_count >= LIMIT_PROBE_TLS;
    if (full || (!w->holds && w->all->moving >= w->all->settings->in_flight)) {
        place_give(w);
        enter(w, WIRE_READY, w->all->settings->total_ms);
        w->all->wants_place(w->all, w);
        return WAITS;
    }
    place_take(w);
    if (!tls_attach(w)) {
        ERR_clear_error();
        finish(w, CONNECTION_TLS_FAILED, tr(w->all->settings->lang, N_("its name cannot be asked for")));
        return IS_OVER;
    }
    enter(w, WIRE_TLS, w->all->settings->tls_ms);
    return GO_ON;
}

static enum going handshake(struct wire *w)
{
    ERR_clear_error();
    int done = SSL_do_handshake(w->ssl);
    if (done == 1) {
        w->tls_us = w->all->loop->now - w->began;
        tls_take_facts(w);
        return begin_http(w);
    }
    int why = SSL_get_error(w->ssl, done);
    push(w);
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) {
        if (!w->send_failed || !w->drained)
            return WAITS;
    }
    tls_take_facts(w); /* a server that demands a certificate of ours has shown its own */
    const char *detail;
    enum verdict_code code = tls_failure(w, &detail, w->detail_text, sizeof w->detail_text);
    finish(w, code, detail);
    return IS_OVER;
}

static enum going tunnel_stands(struct wire *w)
{
    w->tcp_us = w->all->loop->now - w->began;
    w->first_count = 0;
    return w->url->scheme == URL_HTTPS ? begin_tls(w) : begin_http(w);
}

/* ---------------------------------------------------------------- the proxy */

static enum going begin_proxy(struct wire *w)
{
    struct err e = {.lang = w->all->settings->lang};
    enter(w, WIRE_PROXY, w->all->settings->connect_ms);
    http1_reader_init(&w->proxy_reader, HTTP1_CONNECT, &w->proxy_body);
    w->proxy_used = true;
    if (!http1_write_connect(&w->out, w->url, NULL, &e)) {
        finish(w, CONNECTION_URL, NULL);
        return IS_OVER;
    }
    push(w);
    return GO_ON;
}

static enum going read_proxy(struct wire *w)
{
    enum http1_state state = HTTP1_MORE;
    while (state == HTTP1_MORE) {
        ssize_t n = wire_receive(w, w->all->scratch, sizeof w->all->scratch);
        if (n < 0 && errno == EAGAIN)
            return WAITS;
        if (n <= 0) {
            proxy_failed(w, N_("it closes the connection"));
            return IS_OVER;
        }
        size_t used;
        state = http1_feed(&w->proxy_reader, w->all->scratch, (size_t)n, &used);
        if (w->proxy_reader.head_done)
            break;
    }
    int status = w->proxy_reader.status;
    if (!w->proxy_reader.head_done || state == HTTP1_MALFORMED) {
        proxy_failed(w, N_("what it answers is not HTTP"));
        return IS_OVER;
    }
    if (status < 200 || status > 299) {
        snprintf(w->detail_text, sizeof w->detail_text, tr(w->all->settings->lang, N_("it answers HTTP %d")), status);
        finish(w, CONNECTION_PROXY, w->detail_text);
        return IS_OVER;
    }
    return tunnel_stands(w);
}

/* ---------------------------------------------------------------- moving */

static enum going connected(struct wire *w, uint32_t events)
{
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
        int why = 0;
        socklen_t n = sizeof why;
        if (getsockopt(w->io.fd, SOL_SOCKET, SO_ERROR, &why, &n) != 0 || why != 0) {
            connect_failed(w, why);
            return IS_OVER;
        }
    }
    if ((events & (EPOLLOUT | EPOLLHUP)) == 0)
        return WAITS;
    w->tcp_us = w->all->loop->now - w->began;
    if (w->all->has_proxy)
        return begin_proxy(w);
    return w->url->scheme == URL_HTTPS ? begin_tls(w) : begin_http(w);
}

static void move(struct wire *w, uint32_t events)
{
    enum going going = GO_ON;
    while (going == GO_ON) {
        switch (w->phase) {
        case WIRE_CONNECT: going = connected(w, events); break;
        case WIRE_PROXY: going = read_proxy(w); break;
        case WIRE_TLS: going = handshake(w); break;
        case WIRE_HTTP: going = w->ssl != NULL ? read_tls(w) : read_plain(w); break;
        default: going = WAITS;
        }
    }
}

static void on_ready(struct loop_io *io, uint32_t events)
{
    struct wire *w = MEMBER_OF(io, struct wire, io);
    w->progress = w->all->loop->now;
    if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
        w->hung_up = true;
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
        w->drained = false;
    if (w->phase != WIRE_CONNECT && (events & EPOLLOUT) != 0 && w->out.n > w->out_at)
        push(w);
    if (w->phase > WIRE_READY && !w->holds) {
        place_take(w); /* it moves again */
        loop_timer_set(w->all->loop, &w->timer, earliest(w));
    }
    move(w, events);
}

void wire_go_on(struct wire *w)
{
    place_take(w);
    if (begin_tls(w) == GO_ON)
        move(w, 0);
}

/* ---------------------------------------------------------------- life */

struct wire *wire_new(struct wires *all)
{
    struct wire *w = all->spare;
    if (w == NULL) {
        w = mem_alloc(1, sizeof *w);
        w->stapled = (struct buf)BUF_INIT(LIMIT_PROBE_STAPLED_BYTES);
        w->out = (struct buf)BUF_INIT(LIMIT_PROBE_OUT_BYTES);
        w->plain = (struct buf)BUF_INIT(LIMIT_PROBE_REQUEST_BYTES);
    } else {
        all->spare = w->next;
    }
    struct buf stapled = w->stapled, out = w->out, plain = w->plain, body = w->body;
    *w = (struct wire){.all = all,
                       .io = {-1, on_ready},
                       .timer = {.due = on_due},
                       .protocol = "",
                       .cipher = "",
                       .tcp_us = -1,
                       .tls_us = -1,
                       .http_us = -1,
                       .stapled = stapled,
                       .out = out,
                       .plain = plain,
                       .body = body};
    buf_clear(&w->stapled);
    buf_clear(&w->out);
    buf_clear(&w->plain);
    buf_clear(&w->body);
    return w;
}

static bool out_of_descriptors(int why)
{
    return why == EMFILE || why == ENFILE || why == ENOBUFS || why == ENOMEM || why == ENOSPC;
}

static bool bind_source(int fd, const char *source)
{
    union address from = {0};
    if (inet_pton(AF_INET, source, &from.v4.sin_addr) == 1)
        from.sa.sa_family = AF_INET;
    else if (inet_pton(AF_INET6, source, &from.v6.sin6_addr) == 1)
        from.sa.sa_family = AF_INET6;
    return bind(fd, &from.sa, address_size(&from)) == 0;
}

int probe_source_try(const char *source)
{
    int fd = socket(strchr(source, ':') == NULL ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int why = fd < 0 || !bind_source(fd, source) ? errno : 0;
    if (fd >= 0)
        close(fd);
    return out_of_descriptors(why) ? 0 : why; /* that is waited for elsewhere */
}

bool wire_begin(struct wire *w)
{
    struct wires *all = w->all;
    const union address *to = all->has_proxy ? &all->proxy : &w->address;
    int fd = socket(to->sa.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 && out_of_descriptors(errno))
        return false;
    if (fd < 0) { /* no IPv6 in this kernel, say */
        enter(w, WIRE_CONNECT, all->settings->connect_ms);
        connect_failed(w, errno);
        return true;
    }
    w->io.fd = fd;
    if (!loop_add(all->loop, &w->io, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET)) {
        close(fd);
        w->io.fd = -1;
        return false;
    }
    all->connections++;
    if (++all->open > all->most_open)
        all->most_open = all->open;
    place_take(w);
    enter(w, WIRE_CONNECT, all->settings->connect_ms);
    if ((w->source != NULL && !bind_source(fd, w->source)) ||
        (connect(fd, &to->sa, address_size(to)) != 0 && errno != EINPROGRESS && errno != EINTR))
        connect_failed(w, errno);
    return true; /* the loop tells when it stands, also when it stands already */
}

void wire_stop(struct wire *w, enum verdict_code code)
{
    finish(w, code, NULL);
}

void wire_free(struct wire *w)
{
    if (w == NULL)
        return;
    if (w->reader_used)
        http1_reader_release(&w->reader);
    if (w->proxy_used)
        http1_reader_release(&w->proxy_reader);
    buf_release(&w->proxy_body);
    sk_X509_pop_free(w->chain, X509_free);
    w->chain = NULL;
    if (w->body.capacity > KEPT_BODY_BYTES)
        buf_release(&w->body);
    if (w->out.capacity > KEPT_BODY_BYTES)
        buf_release(&w->out);
    w->next = w->all->spare;
    w->all->spare = w;
}
