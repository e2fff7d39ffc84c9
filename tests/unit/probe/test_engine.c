/* The engine against small servers: what is seen, where it may go, and what it says when it cannot. */
#include "servers.h"

#include "probe/tls_library.h"

#define CODES(s, connection, trust, application)                                                                       \
    do {                                                                                                               \
        assert_string_equal(verdict_text((s)->verdict[0]), verdict_text(CONNECTION_##connection));                     \
        assert_string_equal(verdict_text((s)->verdict[1]), verdict_text(TRUST_##trust));                               \
        assert_string_equal(verdict_text((s)->verdict[2]), verdict_text(APPLICATION_##application));                   \
    } while (0)

static struct seen run_one(struct sweep *w, const char *url)
{
    assert_true(sweep_run(w, &url, 1, 1));
    struct seen s = *sweep_only(w, 0);
    sweep_release(w);
    return s;
}

static struct seen look(const char *url)
{
    struct sweep w = sweep_new();
    return run_one(&w, url);
}

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

static void plain(void **state)
{
    (void)state;
    struct server *server = SERVE(.act = ACT_ANSWER);
    struct seen s = look(url_at("http", server->port, "/padro?wsdl"));
    CODES(&s, OK, NO_TLS, OK);
    assert_int_equal(s.status, 200);
    assert_string_equal(s.address, "127.0.0.1");
    assert_int_equal(s.port, server->port);
    assert_int_equal(s.operations, 1);
    assert_int_equal(strlen(s.wsdl_hash), 64);
    assert_true(s.times.dns_us == -1 && s.times.tls_us == -1 && s.times.tcp_us >= 0 && s.times.http_us >= 0);
    assert_true(s.times.total_us >= s.times.tcp_us + s.times.http_us);
    assert_true(s.chain == 0 && s.last_day == DAY_NONE && s.protocol[0] == '\0');
}

static void over_tls(void **state)
{
    (void)state;
    struct server *server = SERVE(.act = ACT_ANSWER, .leaf = good_leaf(), .issuer = authority(), .issuer_too = true);
    struct seen s = look(url_at("https", server->port, "/padro?wsdl"));
    CODES(&s, OK, OK, OK);
    assert_string_equal(s.protocol, "TLSv1.3");
    assert_int_equal(s.chain, 2);
    assert_int_equal(s.last_day, day_from_civil(2027, 1, 1));
    assert_true(s.times.tls_us > 0);
    assert_int_equal(s.revocation, PROBE_REVOCATION_NOT_ASKED); /* it names no source */
}

/* The date is seen although the certificate is bad: its service still answers. */
static void expired(void **state)
{
    (void)state;
    const struct made leaf = MAKE(.cn = "old", .issuer = authority(), .from = "20250101000000Z",
                                  .to = "20260501120000Z", .extensions = MAKER_LEAF "subjectAltName=IP:127.0.0.1\n");
    struct server *server = SERVE(.act = ACT_ANSWER, .leaf = &leaf);
    struct seen s = look(url_at("https", server->port, "/"));
    CODES(&s, OK, EXPIRED, OK);
    assert_int_equal(s.last_day, day_from_civil(2026, 5, 1));
}

static void expiring(void **state)
{
    (void)state;
    struct server *server = SERVE(.act = ACT_ANSWER, .leaf = good_leaf());
    struct sweep w = sweep_new();
    const char *url = url_at("https", server->port, "/");
    w.s.expiring_days = 42; /* 42 are left */
    struct seen s = run_one(&w, url);
    CODES(&s, OK, OK, OK);
    w = sweep_new();
    w.s.expiring_days = 43;
    s = run_one(&w, url);
    CODES(&s, OK, EXPIRING, OK);
}

static void refused(void **state)
{
    (void)state;
    struct seen s = look(url_at("https", port_of_nobody(), "/"));
    CODES(&s, REFUSED, NONE, NONE);
    assert_true(s.times.tcp_us == -1 && s.times.total_us >= 0);
}

static void no_address(void **state)
{
    (void)state;
    struct seen s = look(NULL);
    CODES(&s, NO_URL, NONE, NONE);
    s = look("   ");
    CODES(&s, NO_URL, NONE, NONE);
    s = look("htps:/padro");
    CODES(&s, URL, NONE, NONE);
    assert_true(s.detail[VERDICT_CONNECTION][0] != '\0');
    s = look("http://127.0.0.1:25/"); /* mail */
    CODES(&s, URL, NO_TLS, NONE);
}

static void ipv6(void **state)
{
    (void)state;
    struct server *server = SERVE(.act = ACT_ANSWER, .v6 = true, .leaf = good_leaf());
    struct seen s = look(arena_printf(maker_arena(), "https://[::1]:%d/padro", server->port));
    CODES(&s, OK, OK, OK);
    assert_string_equal(s.address, "::1");
}

/* A name of the hosts file: one observation for each of its addresses, the last one says so. */
static void names(void **state)
{
    (void)state;
    struct server *server = SERVE(.act = ACT_ANSWER);
    struct sweep w = sweep_new();
    const char *url = arena_printf(maker_arena(), "http://localhost:%d/padro?wsdl", server->port);
    assert_true(sweep_run(&w, &url, 1, 3));
    assert_int_equal(w.sum.targets, 3);
    assert_true(w.count >= 3 && w.count % 3 == 0);
    size_t last = 0, good = 0;
    for (size_t i = 0; i < w.seen.count; i++) {
        const struct seen *s = &w.seen.items[i];
        bool v4 = strcmp(s->address, "127.0.0.1") == 0;
        last += s->last;
        good += v4 && s->verdict[VERDICT_CONNECTION] == CONNECTION_OK;
        assert_true(v4 || s->verdict[VERDICT_CONNECTION] == CONNECTION_REFUSED);
        assert_true(s->times.dns_us >= 0);
    }
    assert_int_equal(last, 3);
    assert_int_equal(good, 3);
    sweep_release(&w);
}

static void guarded(void **state)
{
    (void)state;
    struct server *server = SERVE(.act = ACT_ANSWER);
    struct sweep w = sweep_new();
    w.no_allow = true;
    struct seen s = run_one(&w, url_at("http", server->port, "/"));
    CODES(&s, FORBIDDEN, NO_TLS, NONE);
    assert_string_equal(s.address, "127.0.0.1");
    assert_int_equal(atomic_load(&server->connections), 0);
}

/* ---------------------------------------------------------------- redirects */

static const char *to(const char *location)
{
    return arena_printf(maker_arena(), "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", location);
}

static void redirected(void **state)
{
    (void)state;
    struct server *good = SERVE(.act = ACT_ANSWER, .leaf = good_leaf());
    struct server *from = SERVE(.act = ACT_ANSWER, .answer = to(url_at("https", good->port, "/new?wsdl")));
    struct seen s = look(url_at("http", from->port, "/old"));
    CODES(&s, OK, OK, OK); /* to https: its certificate is judged */
    assert_int_equal(s.redirects, 1);
    assert_string_equal(s.final_url, url_at("https", good->port, "/new?wsdl"));
}

static void redirected_wrongly(void **state)
{
    (void)state;
    struct server *good = SERVE(.act = ACT_ANSWER);
    const char *places[] = {"http://10.0.0.1/", "file:///etc/hostname", "http://[::", url_at("http", good->port, "/"),
                            "http://127.0.0.1:22/"};
    for (size_t i = 0; i < COUNT(places); i++) {
        struct server *from = SERVE(.act = ACT_ANSWER, .leaf = good_leaf(), .answer = to(places[i]));
        struct seen s = look(url_at("https", from->port, "/"));
        CODES(&s, REDIRECT_BAD, OK, NONE);
        assert_true(s.detail[VERDICT_CONNECTION][0] != '\0');
    }
    assert_int_equal(atomic_load(&good->connections), 0); /* never from https to http */
}

static void redirected_for_ever(void **state)
{
    (void)state;
    struct server *from = SERVE(.act = ACT_ANSWER, .answer = to("/again"));
    struct sweep w = sweep_new();
    w.s.max_redirects = 3;
    struct seen s = run_one(&w, url_at("http", from->port, "/"));
    CODES(&s, REDIRECT_LOOP, NO_TLS, NONE);
    assert_int_equal(s.redirects, 3);
    assert_int_equal(atomic_load(&from->connections), 4);
}

/* A good door with a bad one behind it is no good way: the worse certificate is the one that is told. */
static void redirected_to_a_worse_certificate(void **state)
{
    (void)state;
    const struct made self = MAKE(.cn = "self", .extensions = MAKER_LEAF "subjectAltName=IP:127.0.0.1\n");
    struct server *bad = SERVE(.act = ACT_ANSWER, .leaf = &self);
    struct server *from = SERVE(.act = ACT_ANSWER, .leaf = good_leaf(), .answer = to(url_at("https", bad->port, "/")));
    struct seen s = look(url_at("https", from->port, "/"));
    CODES(&s, OK, SELF_SIGNED, OK);
}

/* ---------------------------------------------------------------- HTTP */

static void answers(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        enum verdict_code connection, application;
    } cases[] = {
        {"HTTP/1.1 204 No Content\r\n\r\n", CONNECTION_OK, APPLICATION_EMPTY},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<html", CONNECTION_OK, APPLICATION_HTML},
        {"HTTP/1.1 304 Not Modified\r\n\r\n", CONNECTION_REDIRECT_BAD, APPLICATION_NONE},
        {"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", CONNECTION_HTTP_404, APPLICATION_NONE},
        {"HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n\r\n", CONNECTION_HTTP_4XX, APPLICATION_NONE},
        {"HTTP/1.1 599 Odd\r\nContent-Length: 0\r\n\r\n", CONNECTION_HTTP_5XX, APPLICATION_NONE},
        {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<a", CONNECTION_HTTP_TRUNCATED, APPLICATION_NONE},
        {"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n<a", CONNECTION_HTTP_HUGE, APPLICATION_NONE},
        {"HTTP/1.1 500 Oh\r\nContent-Length: 99999999\r\n\r\n<a", CONNECTION_HTTP_5XX, APPLICATION_NONE},
        {"220 mail.example ESMTP\r\n", CONNECTION_HTTP_MALFORMED, APPLICATION_NONE},
        {"", CONNECTION_RESET, APPLICATION_NONE},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct server *server = SERVE(.act = ACT_ANSWER, .answer = cases[i].answer);
        struct seen s = look(url_at("http", server->port, "/"));
        assert_string_equal(verdict_text(s.verdict[VERDICT_CONNECTION]), verdict_text(cases[i].connection));
        assert_string_equal(verdict_text(s.verdict[VERDICT_APPLICATION]), verdict_text(cases[i].application));
    }
}

static void operations(void **state)
{
    (void)state;
    static const char *const expected[] = {"procesa", "consulta"};
    struct server *server = SERVE(.act = ACT_ANSWER);
    struct sweep w = sweep_new();
    w.s.operations = expected;
    w.s.operation_count = 2;
    struct seen s = run_one(&w, url_at("http", server->port, "/"));
    CODES(&s, OK, NO_TLS, OPERATION);
    assert_non_null(strstr(s.detail[VERDICT_APPLICATION], "consulta"));
}

static void not_tls(void **state)
{
    (void)state;
    struct server *server = SERVE(.act = ACT_ANSWER, .answer = "HTTP/1.1 400 Bad Request\r\n\r\n");
    struct sweep w = sweep_new();
    w.s.tls_ms = 300; /* this server waits for the end of a request that is no request */
    struct seen s = run_one(&w, url_at("https", server->port, "/"));
    CODES(&s, TLS_TIMEOUT, NONE, NONE);
}

/* ---------------------------------------------------------------- the proxy */

static void through_a_proxy(void **state)
{
    (void)state;
    struct server *good = SERVE(.act = ACT_ANSWER, .leaf = good_leaf());
    struct server *proxy = SERVE(.act = ACT_PROXY);
    struct sweep w = sweep_new();
    w.s.proxy = url_at("http", proxy->port, "/");
    struct seen s = run_one(&w, url_at("https", good->port, "/"));
    CODES(&s, OK, OK, OK);
    assert_int_equal(atomic_load(&proxy->connections), 1);
    assert_int_equal(atomic_load(&good->connections), 1);
    w = sweep_new();
    w.s.proxy = url_at("http", proxy->port, "/");
    s = run_one(&w,
                arena_printf(maker_arena(), "https://name.example:%d/", good->port)); /* which only the proxy knows */
    CODES(&s, OK, WRONG_HOST, OK);
    assert_string_equal(s.address, "");
}

static void bad_proxies(void **state)
{
    (void)state;
    struct server *good = SERVE(.act = ACT_ANSWER);
    struct server *closed = SERVE(.act = ACT_PROXY, .answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    struct server *odd = SERVE(.act = ACT_PROXY, .answer = "SSH-2.0-proxy\r\n");
    struct server *silent = SERVE(.act = ACT_SILENT);
    const struct {
        int port;
        const char *detail;
    } cases[] = {{closed->port, "it answers HTTP 403"},
                 {odd->port, "what it answers is not HTTP"},
                 {silent->port, "it does not answer"},
                 {port_of_nobody(), "it refuses connections"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct sweep w = sweep_new();
        w.s.connect_ms = 300;
        w.s.proxy = url_at("http", cases[i].port, "/");
        struct seen s = run_one(&w, url_at("http", good->port, "/"));
        CODES(&s, PROXY, NO_TLS, NONE);
        assert_string_equal(s.detail[VERDICT_CONNECTION], cases[i].detail);
    }
    assert_int_equal(atomic_load(&good->connections), 0);
}

/* The short list of keys is in force with this OpenSSL; without it a sweep would be right and slower. */
static void filtered(void **state)
{
    (void)state;
    assert_non_null(tls_library());
    assert_ptr_equal(tls_library(), tls_library());
}

/* Every kind of key that a certificate has; sweeps one after another in one process. */
static void kinds_of_keys(void **state)
{
    (void)state;
    static const enum maker_key kinds[] = {MAKER_EC, MAKER_RSA, MAKER_P384, MAKER_ED25519, MAKER_RSA_SHORT};
    for (size_t i = 0; i < COUNT(kinds); i++) {
        const struct made leaf = MAKE(.cn = "leaf", .issuer = authority(), .key = kinds[i],
                                      .extensions = MAKER_LEAF "subjectAltName=IP:127.0.0.1\n");
        struct server *server = SERVE(.act = ACT_ANSWER, .leaf = &leaf);
        struct seen s = look(url_at("https", server->port, "/"));
        if (kinds[i] == MAKER_RSA_SHORT)
            CODES(&s, OK, WEAK_KEY, OK);
        else
            CODES(&s, OK, OK, OK);
    }
}

static void settings_that_cannot_be(void **state)
{
    (void)state;
    const char *url = "http://127.0.0.1:1024/";
    struct sweep w = sweep_new();
    w.s.proxy = "socks5://127.0.0.1:1080";
    assert_false(sweep_run(&w, &url, 1, 1));
    assert_int_equal(w.e.code, ERR_VALUE);
    w = sweep_new();
    w.s.dns_servers = "not a server";
    assert_false(sweep_run(&w, &url, 1, 1));
    assert_int_equal(w.e.code, ERR_VALUE);
    assert_int_equal(w.count, 0);
}

#define TEST(f) cmocka_unit_test_teardown(f, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(plain),
        TEST(over_tls),
        TEST(expired),
        TEST(expiring),
        TEST(refused),
        TEST(no_address),
        TEST(ipv6),
        TEST(names),
        TEST(guarded),
        TEST(redirected),
        TEST(redirected_wrongly),
        TEST(redirected_for_ever),
        TEST(redirected_to_a_worse_certificate),
        TEST(answers),
        TEST(operations),
        TEST(not_tls),
        TEST(through_a_proxy),
        TEST(bad_proxies),
        TEST(filtered),
        TEST(kinds_of_keys),
        TEST(settings_that_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, end_all);
}
