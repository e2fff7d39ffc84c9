/* The engine under strain: deadlines, the dead beside the living, limits, no descriptors, a stop, clocks that jump,
 * many. */
#include "servers.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define MS 1000

/* Under 20 seconds, which is what the other deadlines give: the one that is meant ended it. */
#define FOR_ONCE (15000 * MS)

static int tear_down(void **state)
{
    (void)state;
    servers_end();
    return 0;
}

static int end_all(void **state)
{
    (void)state;
    maker_release();
    return 0;
}

static struct seen run_one(struct sweep *w, const char *url)
{
    assert_true(sweep_run(w, &url, 1, 1));
    struct seen s = *sweep_only(w, 0);
    sweep_release(w);
    return s;
}

static void deadlines(void **state)
{
    (void)state;
    struct server *silent = SERVE(.act = ACT_SILENT);
    struct server *slow = SERVE(.act = ACT_ANSWER, .leaf = good_leaf(), .delay_ms = 3000);
    struct sweep w = sweep_new();
    w.s.tls_ms = 400;
    struct seen s = run_one(&w, url_at("https", silent->port, "/"));
    assert_int_equal(s.verdict[VERDICT_CONNECTION], CONNECTION_TLS_TIMEOUT);
    assert_in_range(w.wall_us, 400 * MS, FOR_ONCE);
    w = sweep_new();
    w.s.http_ms = 300;
    s = run_one(&w, url_at("http", silent->port, "/"));
    assert_int_equal(s.verdict[VERDICT_CONNECTION], CONNECTION_HTTP_TIMEOUT);
    assert_int_equal(s.seconds, 1);
    assert_in_range(w.wall_us, 300 * MS, FOR_ONCE);
    w = sweep_new();
    w.s.total_ms = 1400; /* comes first */
    s = run_one(&w, url_at("https", slow->port, "/"));
    assert_int_equal(s.verdict[VERDICT_CONNECTION], CONNECTION_HTTP_TIMEOUT);
    assert_int_equal(s.verdict[VERDICT_TRUST], TRUST_OK); /* its certificate was seen all the same */
    assert_in_range(w.wall_us, 1400 * MS, FOR_ONCE);
}

/* Two hundred that say nothing, before twenty that answer, with four places. */
static void the_dead_hold_nobody_up(void **state)
{
    (void)state;
    struct server *silent = SERVE(.act = ACT_SILENT);
    struct server *good = SERVE(.act = ACT_ANSWER);
    const char *urls[220];
    for (size_t i = 0; i < COUNT(urls); i++)
        urls[i] = url_at("http", i < 200 ? silent->port : good->port, "/");
    struct sweep w = sweep_new();
    w.s.in_flight = 16;
    w.s.http_ms = 4000;
    assert_true(sweep_run(&w, urls, COUNT(urls), 1));
    assert_int_equal(w.count, 220);
    assert_int_equal(w.good, 20);
    for (size_t i = 0; i < w.seen.count; i++)
        if (w.seen.items[i].tag >= 200)
            assert_in_range(w.seen.items[i].at, 0, 3900 * MS); /* while all the silent still wait */
    assert_in_range(w.wall_us, 4000 * MS, 30000 * MS);         /* not 200/16 times as long */
    sweep_release(&w);
}

/* A listener that accepts nobody and whose queue is full: what knocks is not answered. */
static int black_hole(int fds[4])
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    for (int i = 0; i < 4; i++)
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | (i == 0 ? 0 : SOCK_NONBLOCK), 0);
    assert_int_equal(bind(fds[0], (struct sockaddr *)&at, n), 0);
    assert_int_equal(listen(fds[0], 0), 0);
    assert_int_equal(getsockname(fds[0], (struct sockaddr *)&at, &n), 0);
    for (int i = 1; i < 4; i++)
        (void)!connect(fds[i], (struct sockaddr *)&at, n);
    usleep(50000);
    return ntohs(at.sin_port);
}

/* Thirty bodies at one address that is dead: known once, it is known for all that wait for it. */
static void one_dead_address(void **state)
{
    (void)state;
    int fds[4];
    const char *url = url_at("https", black_hole(fds), "/");
    struct sweep w = sweep_new();
    w.s.per_host = 2;
    w.s.connect_ms = 700;
    assert_true(sweep_run(&w, &url, 1, 30));
    assert_int_equal(w.count, 30);
    for (size_t i = 0; i < w.seen.count; i++)
        assert_int_equal(w.seen.items[i].verdict[VERDICT_CONNECTION], CONNECTION_TIMEOUT);
    assert_in_range(w.wall_us, 700 * MS, 7000 * MS); /* not 15 times as long */
    assert_in_range(w.sum.connections, 2, 4);
    sweep_release(&w);
    for (int i = 0; i < 4; i++)
        close(fds[i]);
}

/* The same for one that accepts and says nothing: found out by two, then eight, then all. */
static void one_silent_address(void **state)
{
    (void)state;
    struct server *silent = SERVE(.act = ACT_SILENT);
    const char *url = url_at("https", silent->port, "/");
    struct sweep w = sweep_new();
    w.s.per_host = 2;
    w.s.tls_ms = 500;
    assert_true(sweep_run(&w, &url, 1, 40));
    assert_int_equal(w.count, 40);
    for (size_t i = 0; i < w.seen.count; i++)
        assert_int_equal(w.seen.items[i].verdict[VERDICT_CONNECTION], CONNECTION_TLS_TIMEOUT);
    assert_in_range(w.wall_us, 1000 * MS, 9000 * MS); /* not 20 times half a second */
    sweep_release(&w);
}

static void per_host(void **state)
{
    (void)state;
    struct server *a = SERVE(.act = ACT_ANSWER, .delay_ms = 20), *b = SERVE(.act = ACT_ANSWER, .delay_ms = 20);
    const char *urls[60];
    for (size_t i = 0; i < COUNT(urls); i++)
        urls[i] = url_at("http", i % 3 == 0 ? b->port : a->port, "/");
    struct sweep w = sweep_new();
    w.s.per_host = 3;
    assert_true(sweep_run(&w, urls, COUNT(urls), 1));
    assert_int_equal(w.good, 60);
    assert_in_range(atomic_load(&a->most_open), 1, 3);
    assert_in_range(atomic_load(&b->most_open), 1, 3);
    sweep_release(&w);
}

static void in_flight(void **state)
{
    (void)state;
    struct server *a = SERVE(.act = ACT_ANSWER, .delay_ms = 5);
    const char *url = url_at("http", a->port, "/");
    struct sweep w = sweep_new();
    w.s.in_flight = 5;
    assert_true(sweep_run(&w, &url, 1, 200));
    assert_int_equal(w.good, 200);
    assert_in_range(w.sum.most_open, 1, 5);
    sweep_release(&w);
}

/* ---------------------------------------------------------------- a process of its own */

struct measured {
    size_t count, good, waited, most_open;
    long grown_kib;
    bool ok;
};

static struct measured apart(struct sweep *w, const char *url, size_t repeat, rlim_t descriptors)
{
    int ends[2];
    struct measured m = {0};
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = {descriptors, descriptors};
        if (descriptors > 0)
            setrlimit(RLIMIT_NOFILE, &limit);
        w->keep_none = true;
        struct rusage before;
        getrusage(RUSAGE_SELF, &before); /* of the parent's pages, too */
        m.ok = sweep_run(w, &url, 1, repeat);
        struct rusage used;
        getrusage(RUSAGE_SELF, &used);
        m = (struct measured){
            w->count, w->good, w->sum.waited_descriptors, w->sum.most_open, used.ru_maxrss - before.ru_maxrss, m.ok};
        _exit(write(ends[1], &m, sizeof m) != sizeof m);
    }
    close(ends[1]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(read(ends[0], &m, sizeof m), sizeof m);
    close(ends[0]);
    return m;
}

static void no_descriptors(void **state)
{
    (void)state;
    struct server *a = SERVE(.act = ACT_ANSWER, .delay_ms = 10);
    struct sweep w = sweep_new();
    w.s.in_flight = 200;
    int probe = open("/dev/null", O_RDONLY | O_CLOEXEC); /* the lowest free one tells how many are in use */
    close(probe);
    struct measured m = apart(&w, url_at("http", a->port, "/"), 400, (rlim_t)probe + 24);
    assert_true(m.ok);
    assert_int_equal(m.count, 400);
    assert_int_equal(m.good, 400);
    assert_true(m.waited > 0);
    assert_in_range(m.most_open, 2, 24);
}

static void memory_is_flat(void **state)
{
    (void)state;
    struct server *a = SERVE(.act = ACT_ANSWER, .leaf = good_leaf(), .issuer = authority(), .issuer_too = true);
    struct sweep w = sweep_new();
    const char *url = url_at("https", a->port, "/padro?wsdl");
    w.s.in_flight = 32; /* as many at once in both, however busy the machine is */
    struct measured few = apart(&w, url, 500, 0), many = apart(&w, url, 5000, 0);
    assert_int_equal(few.good, 500);
    assert_int_equal(many.good, 5000);
#if !defined(__SANITIZE_ADDRESS__) /* whose quarantine keeps what was given back */
    if (many.grown_kib > few.grown_kib + 2048)
        fail_msg("grown by %ld KiB for 500 (%zu open), %ld KiB for 5,000 (%zu open)", few.grown_kib, few.most_open,
                 many.grown_kib, many.most_open);
#endif
}

/* ---------------------------------------------------------------- stopping, clocks */

static void stopped(void **state)
{
    (void)state;
    struct server *silent = SERVE(.act = ACT_SILENT), *good = SERVE(.act = ACT_ANSWER);
    const char *urls[400];
    for (size_t i = 0; i < COUNT(urls); i++)
        urls[i] = url_at(i % 2 == 0 ? "https" : "http", i % 2 == 0 ? silent->port : good->port, "/");
    struct sweep w = sweep_new();
    w.s.in_flight = 8;
    w.stop_after = 10;
    assert_true(sweep_run(&w, urls, COUNT(urls), 1));
    assert_in_range(w.wall_us, 0, FOR_ONCE);
    assert_true(w.sum.interrupted > 0 && w.sum.targets < 400);
    assert_int_equal(w.count, w.sum.targets); /* whoever began is handed out, once */
    size_t interrupted = 0;
    for (size_t i = 0; i < w.seen.count; i++) {
        assert_true(w.seen.items[i].last);
        interrupted += w.seen.items[i].verdict[VERDICT_CONNECTION] == CONNECTION_INTERRUPTED;
    }
    assert_int_equal(interrupted, w.sum.interrupted);
    sweep_release(&w);
}

static instant_t wild(void *ctx)
{
    int *n = ctx;
    return MAKER_NOW + (++*n % 2 == 0 ? -1 : 1) * INSTANT_PER_SECOND * 86400 * 20; /* inside the certificate's time */
}

static int64_t steady(void *ctx)
{
    (void)ctx;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * INSTANT_PER_SECOND + t.tv_nsec / 1000;
}

static void the_wall_clock_jumps(void **state)
{
    (void)state;
    struct server *good = SERVE(.act = ACT_ANSWER, .leaf = good_leaf()), *silent = SERVE(.act = ACT_SILENT);
    const char *urls[] = {url_at("https", good->port, "/"), url_at("http", silent->port, "/"),
                          url_at("https", good->port, "/")};
    int n = 0;
    struct sweep w = sweep_new();
    w.s.clock = (struct probe_clock){steady, wild, &n};
    w.s.expiring_days = 0;
    w.s.http_ms = 1000;
    assert_true(sweep_run(&w, urls, COUNT(urls), 1));
    assert_int_equal(sweep_only(&w, 0)->verdict[VERDICT_TRUST], TRUST_OK);
    assert_int_equal(sweep_only(&w, 1)->verdict[VERDICT_CONNECTION], CONNECTION_HTTP_TIMEOUT);
    assert_int_equal(sweep_only(&w, 2)->verdict[VERDICT_TRUST], TRUST_OK);
    assert_in_range(w.wall_us, 1000 * MS, FOR_ONCE);
    assert_true(n > 0);
    sweep_release(&w);
}

/* Nothing to do is done at once. */
static void nothing(void **state)
{
    (void)state;
    struct sweep w = sweep_new();
    const char *none = NULL;
    assert_true(sweep_run(&w, &none, 1, 0));
    assert_int_equal(w.count, 0);
    assert_in_range(w.wall_us, 0, FOR_ONCE);
}

#define TEST(f) cmocka_unit_test_teardown(f, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(deadlines),        TEST(the_dead_hold_nobody_up),
        TEST(one_dead_address), TEST(one_silent_address),
        TEST(per_host),         TEST(in_flight),
        TEST(no_descriptors),   TEST(memory_is_flat),
        TEST(stopped),          TEST(the_wall_clock_jumps),
        TEST(nothing),
    };
    return cmocka_run_group_tests(tests, NULL, end_all);
}
