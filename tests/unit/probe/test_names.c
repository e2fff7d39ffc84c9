/* Names: asked of a small DNS server in the test, and known as long as it promises. */
#include "servers.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe/names.h"

/* Answers A with 127.0.0.1 for as many seconds as the name begins with ("60.example"), AAAA with nothing. */
struct dns {
    int fd, port;
    pthread_t thread;
    atomic_int asked; /* A */
    atomic_bool ending;
};

static size_t dns_answer(struct dns *d, unsigned char *p, size_t n)
{
    size_t end = 12;
    while (end < n && p[end] != 0)
        end += 1u + p[end];
    bool a = p[end + 2] == 1;
    uint32_t ttl = (uint32_t)strtoul((const char *)p + 13, NULL, 10);
    n = end + 5;
    p[2] = 0x81, p[3] = 0x80; /* an answer, recursive */
    memset(p + 6, 0, 6);
    if (!a)
        return n;
    atomic_fetch_add(&d->asked, 1);
    const unsigned char answer[] = {0xc0,
                                    12,
                                    0,
                                    1,
                                    0,
                                    1,
                                    (unsigned char)(ttl >> 24),
                                    (unsigned char)(ttl >> 16),
                                    (unsigned char)(ttl >> 8),
                                    (unsigned char)ttl,
                                    0,
                                    4,
                                    127,
                                    0,
                                    0,
                                    1};
    p[7] = 1;
    memcpy(p + n, answer, sizeof answer);
    return n + sizeof answer;
}

static void *dns_serve(void *dns)
{
    struct dns *d = dns;
    while (!atomic_load(&d->ending)) {
        unsigned char packet[600];
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        struct pollfd p = {.fd = d->fd, .events = POLLIN};
        if (poll(&p, 1, 20) <= 0)
            continue;
        ssize_t n = recvfrom(d->fd, packet, 512, 0, (struct sockaddr *)&from, &size);
        if (n > 17)
            (void)!sendto(d->fd, packet, dns_answer(d, packet, (size_t)n), 0, (struct sockaddr *)&from, size);
    }
    return NULL;
}

static void dns_start(struct dns *d)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    *d = (struct dns){.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    assert_true(d->fd >= 0 && bind(d->fd, (struct sockaddr *)&at, size) == 0);
    assert_int_equal(getsockname(d->fd, (struct sockaddr *)&at, &size), 0);
    d->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&d->thread, NULL, dns_serve, d), 0);
}

static void dns_end(struct dns *d)
{
    atomic_store(&d->ending, true);
    pthread_join(d->thread, NULL);
    close(d->fd);
}

/* A clock that can be put forward. */
static int64_t ahead;
static int64_t now(void *ctx)
{
    struct probe_clock c = probe_clock_system();
    (void)ctx;
    return c.monotonic(c.ctx) + ahead;
}

struct question {
    struct names_question q;
    struct names_answer answer;
    bool answered;
};

static void on_answered(struct names_question *q, const struct names_answer *answer)
{
    struct question *own = MEMBER_OF(q, struct question, q);
    own->answer = *answer;
    own->answered = true;
}

struct world {
    struct dns dns;
    struct loop loop;
    struct names *names;
};

static void world_open(struct world *w, int keep_seconds)
{
    struct err e = {.lang = LANG_EN};
    dns_start(&w->dns);
    struct probe_clock clock = probe_clock_system();
    clock.monotonic = now;
    assert_true(loop_open(&w->loop, clock, &e));
    const char *server = arena_printf(maker_arena(), "127.0.0.1:%d", w->dns.port);
    assert_true(names_open(&w->loop, server, 20000, keep_seconds, &w->names, &e));
}

static void world_close(struct world *w)
{
    names_close(w->names);
    loop_close(&w->loop);
    dns_end(&w->dns);
}

/* Whether the server was asked. */
static bool ask(struct world *w, const char *host, int port, bool anew)
{
    struct question q = {.q.answered = on_answered};
    int before = atomic_load(&w->dns.asked);
    w->loop.now = now(NULL);
    names_ask(w->names, &q.q, host, port, anew);
    while (!q.answered)
        assert_true(loop_turn(&w->loop));
    assert_int_equal(q.answer.code, CONNECTION_OK);
    assert_int_equal(q.answer.count, 1);
    assert_int_equal(address_port(&q.answer.items[0]), port);
    bool asked = atomic_load(&w->dns.asked) > before;
    assert_int_equal(q.answer.known, !asked);
    return asked;
}

static void as_long_as_promised(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, 300);
    assert_true(ask(&w, "60.example", 443, false));
    assert_false(ask(&w, "60.example", 8443, false));
    assert_true(ask(&w, "60b.example", 443, false));
    ahead += 59 * INSTANT_PER_SECOND;
    ahead += 2 * INSTANT_PER_SECOND;
    assert_true(ask(&w, "60.example", 443, false));
    assert_true(ask(&w, "86400.example", 443, false));
    ahead += 200 * INSTANT_PER_SECOND;
    assert_false(ask(&w, "86400.example", 443, false));
    ahead += 101 * INSTANT_PER_SECOND; /* no longer than the caller wants */
    assert_true(ask(&w, "86400.example", 443, false));
    assert_true(ask(&w, "0.example", 443, false));
    assert_true(ask(&w, "0.example", 443, false));
    world_close(&w);
}

static void forgotten_and_anew(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, 300);
    assert_true(ask(&w, "86400.example", 443, false));
    assert_true(ask(&w, "86400.example", 443, true));
    assert_false(ask(&w, "86400.example", 443, false));
    names_forget(w.names, "86400.example");
    names_forget(w.names, "nobody.example");
    assert_true(ask(&w, "86400.example", 443, false));
    world_close(&w);
}

static void not_kept(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, 0);
    assert_true(ask(&w, "86400.example", 443, false));
    assert_true(ask(&w, "86400.example", 443, false));
    world_close(&w);
}

static int end_all(void **state)
{
    (void)state;
    maker_release();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_long_as_promised),
        cmocka_unit_test(forgotten_and_anew),
        cmocka_unit_test(not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, end_all);
}
