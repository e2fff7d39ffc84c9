#include "servers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#define MOST_SERVERS 32

static struct server *servers[MOST_SERVERS];
static size_t server_count;

/* ---------------------------------------------------------------- bytes, with or without TLS */

struct peer {
    int fd;
    SSL *ssl;
};

static ssize_t peer_read(struct peer *p, void *to, size_t n)
{
    return p->ssl != NULL ? SSL_read(p->ssl, to, (int)n) : recv(p->fd, to, n, 0);
}

static void peer_write(struct peer *p, const void *from, size_t n)
{
    if (n == 0)
        return;
    if (p->ssl != NULL)
        (void)!SSL_write(p->ssl, from, (int)n);
    else
        (void)!send(p->fd, from, n, MSG_NOSIGNAL);
}

/* The head of a request, and as much of its content as came along. */
static bool read_request(struct peer *p, char *to, size_t n)
{
    size_t have = 0;
    while (have + 1 < n) {
        ssize_t got = peer_read(p, to + have, n - 1 - have);
        if (got <= 0)
            return false;
        have += (size_t)got;
        to[have] = '\0';
        if (strstr(to, "\r\n\r\n") != NULL)
            return true;
    }
    return false;
}

/* ---------------------------------------------------------------- what they do */

static void act_proxy(struct peer *p, const struct server_script *s)
{
    char request[4096];
    if (!read_request(p, request, sizeof request))
        return;
    if (s->answer != NULL) {
        peer_write(p, s->answer, strlen(s->answer));
        return;
    }
    const char *colon = strrchr(request, ' '); /* "CONNECT host:port HTTP/1.1" */
    struct str line = str_part(request, strcspn(request, "\r")), part;
    str_split(&line, ' ', &part);
    str_split(&line, ' ', &part);
    int64_t port = 0;
    size_t at = part.n;
    while (at > 0 && part.p[at - 1] != ':')
        at--;
    (void)colon;
    if (!str_to_int64(str_part(part.p + at, part.n - at), 1, 65535, &port))
        return;
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0) {
        peer_write(p, "HTTP/1.1 200 Connection established\r\n\r\n", 39);
        struct pollfd both[2] = {{.fd = p->fd, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
        char bytes[16384];
        for (bool open = true; open && poll(both, 2, 5000) > 0;)
            for (int i = 0; i < 2; i++)
                if (both[i].revents != 0) {
                    ssize_t n = recv(both[i].fd, bytes, sizeof bytes, 0);
                    open = open && n > 0;
                    if (n > 0)
                        (void)!send(both[1 - i].fd, bytes, (size_t)n, MSG_NOSIGNAL);
                }
    }
    close(fd);
}

static void act_ocsp(struct peer *p, const struct server_script *s)
{
    char request[8192], head[128];
    if (!read_request(p, request, sizeof request))
        return;
    int n = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", s->ocsp.n);
    peer_write(p, head, (size_t)n);
    peer_write(p, s->ocsp.p, s->ocsp.n);
}

/* From here on the client may go: it no longer counts as a connection at the same time. */
static void answered(struct server *s)
{
    atomic_fetch_sub(&s->open_now, 1);
}

static void act(struct peer *p, struct server *server)
{
    const struct server_script *s = &server->script;
    char bytes[8192];
    const char *answer = s->answer != NULL ? s->answer : GOOD_ANSWER;
    if (s->act != ACT_ANSWER)
        answered(server);
    switch (s->act) {
    case ACT_SILENT:
        while (recv(p->fd, bytes, sizeof bytes, 0) > 0)
            ;
        return;
    case ACT_PROXY: act_proxy(p, s); return;
    case ACT_OCSP:
        if (s->delay_ms > 0)
            usleep((useconds_t)s->delay_ms * 1000);
        act_ocsp(p, s);
        return;
    case ACT_ANSWER:
        if (!read_request(p, bytes, sizeof bytes)) {
            answered(server);
            return;
        }
        if (s->delay_ms > 0)
            usleep((useconds_t)s->delay_ms * 1000);
        answered(server);
        peer_write(p, answer, strlen(answer));
    }
}

/* ---------------------------------------------------------------- threads */

struct job {
    struct server *server;
    int fd;
};

static SSL_CTX *tls_of(const struct server_script *s)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_security_level(ctx, 0); /* short keys, too */
    assert_int_equal(SSL_CTX_use_certificate(ctx, s->leaf->cert), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(ctx, s->leaf->key), 1);
    if (s->issuer_too)
        assert_int_equal(SSL_CTX_add1_chain_cert(ctx, s->issuer->cert), 1);
    return ctx;
}

static void *converse(void *arg)
{
    struct job *job = arg;
    struct server *s = job->server;
    sigset_t pipe_signal; /* here alone: the engine must never cause one */
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, NULL);
    struct peer p = {.fd = job->fd};
    mem_free(job);
    int now = atomic_fetch_add(&s->open_now, 1) + 1, most = atomic_load(&s->most_open);
    while (now > most && !atomic_compare_exchange_weak(&s->most_open, &most, now))
        ;
    bool ok = true;
    if (s->tls != NULL) {
        p.ssl = SSL_new(s->tls);
        SSL_set_fd(p.ssl, p.fd);
        ok = SSL_accept(p.ssl) == 1;
    }
    if (ok)
        act(&p, s);
    else
        answered(s);
    if (ok && p.ssl != NULL)
        SSL_shutdown(p.ssl);
    SSL_free(p.ssl);
    ERR_clear_error();
    shutdown(p.fd, SHUT_WR);
    char rest[256];
    struct timeval soon = {.tv_sec = 1};
    setsockopt(p.fd, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon);
    while (recv(p.fd, rest, sizeof rest, 0) > 0)
        ;
    atomic_fetch_sub(&s->threads, 1);
    close(p.fd);
    return NULL;
}

static void *listen_on(void *arg)
{
    struct server *s = arg;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 256 * 1024);
    for (;;) {
        int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC);
        if (atomic_load(&s->ending))
            break;
        if (fd < 0)
            continue;
        atomic_fetch_add(&s->connections, 1);
        struct job *job = mem_alloc(1, sizeof *job);
        *job = (struct job){s, fd};
        pthread_t thread;
        atomic_fetch_add(&s->threads, 1); /* before it runs: the end waits for it */
        if (pthread_create(&thread, &attributes, converse, job) != 0) {
            atomic_fetch_sub(&s->threads, 1);
            close(fd);
            mem_free(job);
        }
    }
    pthread_attr_destroy(&attributes);
    return NULL;
}

static int listener(bool v6, int *ret_port)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t n = v6 ? sizeof six : sizeof four;
    struct sockaddr *at = v6 ? (struct sockaddr *)&six : (struct sockaddr *)&four;
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, at, n), 0);
    assert_int_equal(getsockname(fd, at, &n), 0);
    *ret_port = ntohs(v6 ? six.sin6_port : four.sin_port);
    return fd;
}

struct server *server_start(const struct server_script *script)
{
    struct server *s = mem_alloc(1, sizeof *s);
    assert_true(server_count < MOST_SERVERS);
    servers[server_count++] = s;
    s->script = *script;
    s->tls = script->leaf == NULL ? NULL : tls_of(script);
    s->fd = listener(script->v6, &s->port);
    assert_int_equal(listen(s->fd, 4096), 0);
    assert_int_equal(pthread_create(&s->listener, NULL, listen_on, s), 0);
    return s;
}

int port_of_nobody(void)
{
    int port, fd = listener(false, &port);
    close(fd);
    return port;
}

void servers_end(void)
{
    for (size_t i = 0; i < server_count; i++) {
        atomic_store(&servers[i]->ending, true);
        shutdown(servers[i]->fd, SHUT_RDWR);
    }
    for (size_t i = 0; i < server_count; i++) {
        pthread_join(servers[i]->listener, NULL);
        for (int tries = 0; atomic_load(&servers[i]->threads) > 0 && tries < 300; tries++)
            usleep(10000);
        close(servers[i]->fd);
        SSL_CTX_free(servers[i]->tls);
        mem_free(servers[i]);
    }
    server_count = 0;
}

/* ---------------------------------------------------------------- certificates */

const struct made *authority(void)
{
    static struct made a;
    if (a.cert == NULL)
        a = MAKE(.cn = "Authority of the tests", .extensions = MAKER_CA);
    return &a;
}

const struct made *good_leaf(void)
{
    static struct made leaf;
    if (leaf.cert == NULL)
        leaf =
            MAKE(.cn = "leaf", .issuer = authority(), .extensions = MAKER_LEAF "subjectAltName=IP:127.0.0.1,IP:::1\n");
    return &leaf;
}

const char *const *authority_anchor(void)
{
    static const char *paths[2];
    const struct made *a = authority();
    if (paths[0] == NULL)
        paths[0] = maker_file("anchor.pem", maker_pem(&a, 1));
    return paths;
}

const char *url_at(const char *scheme, int port, const char *path)
{
    return arena_printf(maker_arena(), "%s://127.0.0.1:%d%s", scheme, port, path);
}

/* ---------------------------------------------------------------- sweeps */

struct course {
    struct sweep *w;
    const char *const *urls;
    size_t count, total, at;
    int stop_fd;
    int64_t began;
};

static bool give(void *ctx, struct probe_target *ret)
{
    struct course *c = ctx;
    if (c->at == c->total)
        return false;
    *ret = (struct probe_target){(int64_t)c->at, c->urls[c->at % c->count]};
    c->at++;
    return true;
}

static void copy(char *to, size_t n, const char *from)
{
    snprintf(to, n, "%s", from == NULL ? "" : from);
}

static void keep(struct course *c, const struct probe_observation *o)
{
    struct seen s = {.tag = o->tag,
                     .last = o->last,
                     .port = o->port,
                     .status = o->status,
                     .seconds = o->facts[VERDICT_CONNECTION].seconds,
                     .redirects = o->redirects,
                     .times = o->times,
                     .chain = o->chain_count,
                     .bytes = o->body_bytes,
                     .operations = o->wsdl == NULL ? 0 : o->wsdl->operations.count,
                     .last_day = o->leaf == NULL ? DAY_NONE : o->leaf->last_day,
                     .revoked_on = o->revoked_on,
                     .revocation = o->revocation,
                     .middlebox = o->middlebox,
                     .at = c->w->s.clock.monotonic(c->w->s.clock.ctx) - c->began};
    for (int p = 0; p < VERDICT_PARTS; p++) {
        s.verdict[p] = o->verdict[p];
        copy(s.detail[p], sizeof s.detail[p], o->facts[p].detail);
        assert_int_equal(verdict_part(o->verdict[p]), p);
    }
    copy(s.address, sizeof s.address, o->address);
    copy(s.host, sizeof s.host, o->facts[VERDICT_CONNECTION].host);
    copy(s.final_url, sizeof s.final_url, o->final_url);
    copy(s.protocol, sizeof s.protocol, o->protocol);
    copy(s.source, sizeof s.source, o->revocation_source);
    copy(s.wsdl_hash, sizeof s.wsdl_hash, o->wsdl == NULL ? "" : o->wsdl->hash);
    assert_string_equal(o->url, c->urls[(size_t)o->tag % c->count] == NULL ? "" : c->urls[(size_t)o->tag % c->count]);
    vec_push(&c->w->seen, s);
}

static void take(void *ctx, const struct probe_observation *o)
{
    struct course *c = ctx;
    c->w->count++;
    c->w->good += o->verdict[VERDICT_APPLICATION] == APPLICATION_OK;
    if (!c->w->keep_none)
        keep(c, o);
    if (c->w->stop_after > 0 && c->w->count == (size_t)c->w->stop_after)
        assert_int_equal(eventfd_write(c->stop_fd, 1), 0);
}

static instant_t maker_now(void *ctx)
{
    (void)ctx;
    return MAKER_NOW;
}

struct sweep sweep_new(void)
{
    struct sweep w = {.s = PROBE_DEFAULTS, .e = {.lang = LANG_EN}};
    /* Who answers has all the time that a busy machine may take: a test of a deadline sets the one it is about. */
    w.s.dns_ms = w.s.connect_ms = w.s.tls_ms = w.s.http_ms = 20000;
    w.s.total_ms = 60000;
    w.s.revocation_ms = 20000;
    w.s.per_host = 1000;
    w.s.clock = probe_clock_system();
    w.s.clock.real = maker_now;
    return w;
}

bool sweep_run(struct sweep *w, const char *const *urls, size_t count, size_t repeat)
{
    struct arena a = {0};
    struct guard guard;
    struct trust *trust;
    struct str allow[] = {str_of("127.0.0.0/8"), str_of("::1/128")};
    const char *const *anchors = w->anchors == NULL ? authority_anchor() : w->anchors;
    assert_true(guard_init(&guard, &a, allow, w->no_allow ? 0 : 2, &w->e));
    assert_true(trust_open(NULL, anchors, 1, &trust, &w->e));
    struct course c = {
        w, urls, count, count * repeat, 0, eventfd(0, EFD_CLOEXEC), w->s.clock.monotonic(w->s.clock.ctx)};
    w->s.guard = &guard;
    w->s.trust = trust;
    bool ok =
        probe_run(&w->s, &(struct probe_source){give, &c}, &(struct probe_sink){take, &c}, c.stop_fd, &w->sum, &w->e);
    w->wall_us = w->s.clock.monotonic(w->s.clock.ctx) - c.began;
    close(c.stop_fd);
    trust_free(trust);
    arena_release(&a);
    return ok;
}

const struct seen *sweep_only(const struct sweep *w, int64_t tag)
{
    const struct seen *found = NULL;
    for (size_t i = 0; i < w->seen.count; i++)
        if (w->seen.items[i].tag == tag) {
            assert_null(found);
            found = &w->seen.items[i];
        }
    assert_non_null(found);
    assert_true(found->last);
    return found;
}

void sweep_release(struct sweep *w)
{
    vec_release(&w->seen);
}
