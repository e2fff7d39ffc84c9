#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/module.h"
#include "net/http.h"
#include "started.h"

static struct started plain;
static struct arena arena;
static const char *certificates;

static struct http_options options(void)
{
    return (struct http_options){.url_key = "tracker.url",
                                 .login_key = "tracker.token",
                                 .ca_key = "tracker.ca",
                                 .connect_seconds = 5,
                                 .seconds = 5};
}

static const char *at(int port, const char *scheme, const char *path)
{
    return arena_printf(&arena, "%s://127.0.0.1:%d%s", scheme, port, path);
}

static struct http_client *client(void)
{
    struct err e = {0};
    struct http_options o = options();
    struct http_client *c = http_open(&o, &e);
    if (c == NULL)
        fail_msg("%s", e.log);
    return c;
}

static bool has(struct str s, const char *what)
{
    return s.n > 0 && memmem(s.p, s.n, what, strlen(what)) != NULL;
}

#define must_say(e, with)                                                                                              \
    do {                                                                                                               \
        if (strstr((e).log, (with)) == NULL)                                                                           \
            fail_msg("'%s' does not say '%s'", (e).log, (with));                                                       \
    } while (0)

static enum http_fate ask(struct http_client *c, enum http_method method, const char *path, struct http_answer *a,
                          struct err *e)
{
    static const char *const headers[] = {"Authorization: Bearer top-secret-token", "Accept: application/json"};
    struct http_request r = {.method = method,
                             .url = at(plain.port, "http", path),
                             .headers = headers,
                             .header_count = 2,
                             .type = method == HTTP_GET ? NULL : "application/json",
                             .body = str_of(method == HTTP_GET ? "" : "{\"a\":1}")};
    *e = (struct err){0};
    enum http_fate fate = http_send(c, &r, a, e);
    assert_int_equal(fate, a->fate);
    assert_int_equal(fate == HTTP_GOOD, e->code == ERR_NONE);
    assert_null(strstr(e->log, "top-secret"));
    return fate;
}

static void test_requests(void **state)
{
    (void)state;
    struct http_client *c = client();
    struct http_answer a;
    struct err e;
    assert_int_equal(ask(c, HTTP_POST, "/echo?x=%C3%A0", &a, &e), HTTP_GOOD);
    assert_int_equal(a.status, 200);
    assert_true(has(a.body, "\"method\": \"POST\""));
    assert_true(has(a.body, "\"path\": \"/echo?x=%C3%A0\""));
    assert_true(has(a.body, "[\"Authorization\", \"Bearer top-secret-token\"]"));
    assert_true(has(a.body, "[\"Accept\", \"application/json\"]"));
    assert_true(has(a.body, "[\"Content-Type\", \"application/json\"]"));
    assert_true(has(a.body, "{\\\"a\\\":1}"));
    assert_false(has(a.body, "Expect"));
    assert_true(str_is(http_header(&a, "content-type"), "application/json"));
    assert_int_equal(http_header(&a, "nothing").n, 0);
    assert_int_equal(ask(c, HTTP_PUT, "/echo", &a, &e), HTTP_GOOD);
    assert_true(has(a.body, "\"method\": \"PUT\"") && has(a.body, "{\\\"a\\\":1}"));
    assert_int_equal(ask(c, HTTP_GET, "/echo", &a, &e), HTTP_GOOD);
    assert_true(has(a.body, "\"method\": \"GET\"") && has(a.body, "\"body\": \"\""));
    assert_false(has(a.body, "Content-Type\","));
    struct http_request r = {.method = HTTP_DELETE, .url = at(plain.port, "http", "/status/204")};
    assert_int_equal(http_send(c, &r, &a, &e), HTTP_GOOD);
    assert_int_equal(a.status, 204);
    assert_int_equal(a.body.n, 0);
    assert_int_equal(ask(c, HTTP_GET, "/counts", &a, &e), HTTP_GOOD);
    assert_true(has(a.body, "\"connections\": 1,")); /* one connection for all of them */
    http_close(c);
}

static void test_file(void **state)
{
    (void)state;
    struct http_client *c = client();
    struct http_answer a;
    struct err e = {0};
    struct http_file f = {"file", "informe \"à\".pdf", "application/pdf", {"%PDF\0\r\n--x", 10}};
    static const char *const headers[] = {"X-Atlassian-Token: no-check"};
    struct http_request r = {
        .method = HTTP_POST, .url = at(plain.port, "http", "/echo"), .headers = headers, .header_count = 1, .file = &f};
    assert_int_equal(http_send(c, &r, &a, &e), HTTP_GOOD);
    assert_true(has(a.body, "multipart/form-data; boundary="));
    assert_true(has(a.body, "name=\\\"file\\\"; filename=\\\"informe %22"));
    assert_true(has(a.body, "Content-Type: application/pdf\\r\\n\\r\\n%PDF\\u0000\\r\\n--x"));
    assert_true(has(a.body, "no-check"));
    http_close(c);
}

static void test_statuses(void **state)
{
    static const struct {
        const char *path;
        enum http_fate fate;
        int status, retry;
        bool maybe;
        enum err_code code;
        const char *says;
    } cases[] = {
        {"/status/429?retry=7", HTTP_LATER, 429, 7, false, ERR_NET, "429"},
        {"/status/429?retry=99999999999999999999", HTTP_LATER, 429, -1, false, ERR_NET, "429"},
        {"/status/429?retry=1000000", HTTP_LATER, 429, LIMIT_HTTP_RETRY_SECONDS, false, ERR_NET, "429"},
        {"/status/429?date=-60", HTTP_LATER, 429, 0, false, ERR_NET, "429"},
        {"/status/429?date=172800", HTTP_LATER, 429, LIMIT_HTTP_RETRY_SECONDS, false, ERR_NET, "429"},
        {"/status/429?retry=Sun,%2031%20Feb%202027%2008:49:37%20GMT", HTTP_LATER, 429, -1, false, ERR_NET, "429"},
        {"/status/429?retry=soon", HTTP_LATER, 429, -1, false, ERR_NET, "429"},
        {"/status/429", HTTP_LATER, 429, -1, false, ERR_NET, "fewer"},
        {"/status/500", HTTP_LATER, 500, -1, true, ERR_NET, "500"},
        {"/status/503?retry=0", HTTP_LATER, 503, 0, true, ERR_NET, "503"},
        {"/status/401", HTTP_PERSON, 401, -1, false, ERR_LOGIN, "tracker.token"},
        {"/status/403", HTTP_PERSON, 403, -1, false, ERR_LOGIN, "tracker.token"},
        {"/status/404", HTTP_PERSON, 404, -1, false, ERR_REMOTE, "tracker.url"},
        {"/status/400", HTTP_PERSON, 400, -1, false, ERR_REMOTE, "400"},
        {"/status/422", HTTP_PERSON, 422, -1, false, ERR_REMOTE, "422"},
        {"/redirect/302?to=/echo", HTTP_PERSON, 302, -1, false, ERR_REMOTE, "tracker.url"},
    };
    (void)state;
    struct http_client *c = client();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct http_answer a;
        struct err e;
        assert_int_equal(ask(c, HTTP_POST, cases[i].path, &a, &e), cases[i].fate);
        assert_int_equal(a.status, cases[i].status);
        assert_int_equal(a.retry_after, cases[i].retry);
        assert_int_equal(a.maybe_done, cases[i].maybe);
        assert_int_equal(e.code, cases[i].code);
        must_say(e, cases[i].says);
        must_say(e, "127.0.0.1");
        if (cases[i].status >= 400)
            assert_true(has(a.body, "errorMessages"));
    }
    http_close(c);
}

static void test_retry_date(void **state)
{
    (void)state;
    struct http_client *c = client();
    struct http_answer a;
    struct err e;
    assert_int_equal(ask(c, HTTP_GET, "/status/503?date=120", &a, &e), HTTP_LATER);
    assert_in_range(a.retry_after, 119, 121); /* the server looks at its clock twice */
    http_close(c);
}

static void test_redirections(void **state)
{
    (void)state;
    struct started other = started_run((const char *const[]){"tests/servers/web.py", NULL});
    struct http_client *c = client();
    struct http_answer a;
    struct err e;
    assert_int_equal(ask(c, HTTP_GET, "/redirect/302?to=/echo%3Fb=2", &a, &e), HTTP_GOOD);
    assert_true(has(a.body, "\"path\": \"/echo?b=2\""));
    /* Another port is another server: the token must not go there. */
    const char *path = arena_printf(&arena, "/redirect/301?to=http://127.0.0.1:%d/echo", other.port);
    assert_int_equal(ask(c, HTTP_GET, path, &a, &e), HTTP_PERSON);
    must_say(e, "/echo");
    must_say(e, "tracker.url");
    assert_int_equal(ask(c, HTTP_GET, "/redirect/302?to=http://localhost/", &a, &e), HTTP_PERSON);
    assert_int_equal(ask(c, HTTP_GET, "/redirect/302?to=file:///etc/passwd", &a, &e), HTTP_PERSON);
    /* Round and round. */
    assert_int_equal(ask(c, HTTP_GET, "/redirect/302?to=/redirect/302%3Fto=/redirect/302", &a, &e), HTTP_PERSON);
    struct http_request r = {.method = HTTP_GET, .url = at(other.port, "http", "/counts")};
    e = (struct err){0};
    assert_int_equal(http_send(c, &r, &a, &e), HTTP_GOOD);
    assert_false(has(a.body, "GET /echo"));
    http_close(c);
    started_end(&other);
}

/* What may have been carried out is told apart from what certainly was not. */
static void test_lost(void **state)
{
    static const struct {
        const char *path, *says;
    } cases[] = {{"/drop", "ended"}, {"/reset", "ended"}, {"/partial", "ended"}, {"/silent", "in time"}};
    (void)state;
    struct http_client *c = client();
    struct http_answer a;
    struct err e;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(ask(c, HTTP_POST, cases[i].path, &a, &e), HTTP_LATER);
        assert_true(a.maybe_done);
        assert_int_equal(a.status, 0);
        assert_int_equal(e.code, ERR_NET);
        must_say(e, cases[i].says);
    }
    struct http_request r = {.method = HTTP_POST, .url = "http://127.0.0.1:1/x"};
    e = (struct err){0};
    assert_int_equal(http_send(c, &r, &a, &e), HTTP_LATER);
    assert_false(a.maybe_done);
    must_say(e, "127.0.0.1:1");
    r.url = "http://nobody.invalid/";
    e = (struct err){0};
    assert_int_equal(http_send(c, &r, &a, &e), HTTP_LATER);
    assert_false(a.maybe_done);
    must_say(e, "no such host");
    http_close(c);
}

/* A listener that never accepts: the connection stands, TLS does not. */
static void test_silent_tls(void **state)
{
    (void)state;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof to;
    assert_int_equal(bind(fd, (struct sockaddr *)&to, sizeof to), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&to, &n), 0);
    struct http_client *c = client();
    struct http_answer a;
    struct err e = {0};
    struct http_request r = {.method = HTTP_POST, .url = at(ntohs(to.sin_port), "https", "/")};
    assert_int_equal(http_send(c, &r, &a, &e), HTTP_LATER);
    assert_false(a.maybe_done);
    must_say(e, "in time");
    http_close(c);
    close(fd);
}

/* A kept connection that ends under a request: a GET is repeated, a POST never. */
static void test_kept(void **state)
{
    (void)state;
    struct http_client *c = client();
    struct http_answer a;
    struct err e;
    assert_int_equal(ask(c, HTTP_GET, "/close-next", &a, &e), HTTP_GOOD);
    assert_int_equal(ask(c, HTTP_POST, "/status/201", &a, &e), HTTP_LATER);
    assert_true(a.maybe_done);
    assert_int_equal(ask(c, HTTP_GET, "/counts", &a, &e), HTTP_GOOD);
    assert_true(has(a.body, "\"POST /status/201\": 1"));
    assert_int_equal(ask(c, HTTP_GET, "/close-next", &a, &e), HTTP_GOOD);
    assert_int_equal(ask(c, HTTP_GET, "/status/202", &a, &e), HTTP_GOOD);
    assert_int_equal(ask(c, HTTP_GET, "/counts", &a, &e), HTTP_GOOD);
    assert_true(has(a.body, "\"GET /status/202\": 2"));
    http_close(c);
}

static void test_limits(void **state)
{
    (void)state;
    struct http_client *c = client();
    struct http_answer a;
    struct err e;
    assert_int_equal(ask(c, HTTP_GET, "/large/1000000", &a, &e), HTTP_GOOD);
    assert_int_equal(a.body.n, 1000000);
    const char *path = arena_printf(&arena, "/large/%u", LIMIT_HTTP_ANSWER_BYTES + 1);
    assert_int_equal(ask(c, HTTP_GET, path, &a, &e), HTTP_PERSON);
    assert_int_equal(e.code, ERR_LIMIT);
    assert_int_equal(ask(c, HTTP_GET, "/heads/20", &a, &e), HTTP_GOOD);
    assert_int_equal(ask(c, HTTP_GET, "/heads/90", &a, &e), HTTP_PERSON);
    assert_int_equal(e.code, ERR_LIMIT);
    http_close(c);
}

/* What the environment says is not looked at; what the administrator says is. */
static void test_proxy(void **state)
{
    (void)state;
    struct http_answer a;
    struct err e = {0};
    static const char *const names[] = {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(setenv(names[i], "http://127.0.0.1:1", 1), 0);
    struct http_client *c = client();
    assert_int_equal(ask(c, HTTP_GET, "/echo", &a, &e), HTTP_GOOD);
    http_close(c);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unsetenv(names[i]);

    struct http_options o = options();
    o.proxy = at(plain.port, "http", "");
    c = http_open(&o, &e);
    assert_non_null(c);
    struct http_request r = {.method = HTTP_GET, .url = "http://jira.example:8080/rest?x=1"};
    assert_int_equal(http_send(c, &r, &a, &e), HTTP_GOOD);
    assert_true(has(a.body, "\"path\": \"http://jira.example:8080/rest?x=1\""));
    http_close(c);
    o.proxy = "http://127.0.0.1:1";
    c = http_open(&o, &e);
    assert_int_equal(ask(c, HTTP_POST, "/echo", &a, &e), HTTP_LATER);
    assert_false(a.maybe_done);
    http_close(c);
}

static void test_refused(void **state)
{
    static const char *const bad[] = {"X: a\r\nInjected: b", "X: a\nb", "no colon", ": empty", "X y: z", "X: \xff"};
    (void)state;
    struct http_client *c = client();
    struct http_answer a;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = {0};
        struct http_request r = {
            .url = at(plain.port, "http", "/echo"), .headers = &bad[i], .header_count = 1, .method = HTTP_GET};
        assert_int_equal(http_send(c, &r, &a, &e), HTTP_PERSON);
        assert_int_equal(e.code, ERR_VALUE);
    }
    struct err e = {0};
    struct http_request r = {.url = "ftp://127.0.0.1/", .method = HTTP_GET};
    assert_int_equal(http_send(c, &r, &a, &e), HTTP_PERSON);
    assert_int_equal(e.code, ERR_VALUE);
    http_close(c);
    struct http_options o = options();
    o.proxy = "not a proxy";
    e = (struct err){0};
    assert_null(http_open(&o, &e));
    assert_int_equal(e.code, ERR_VALUE);
}

static void test_certificates(void **state)
{
    static const struct {
        const char *name, *says;
    } cases[] = {
        {"good", NULL},
        {"other-name", "another name"},
        {"expired", "expired"},
        {"self-signed", "tracker.ca"},
        {"unknown", "tracker.ca"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *pem = arena_printf(&arena, "%s/%s.pem", certificates, cases[i].name);
        struct started s = started_run((const char *const[]){"tests/servers/web.py", "--tls", pem, NULL});
        struct http_options o = options();
        o.ca_file = arena_printf(&arena, "%s/ca.pem", certificates);
        struct err e = {0};
        struct http_client *c = http_open(&o, &e);
        assert_non_null(c);
        struct http_answer a;
        struct http_request r = {.method = HTTP_POST, .url = at(s.port, "https", "/echo")};
        enum http_fate fate = http_send(c, &r, &a, &e);
        if (cases[i].says == NULL) {
            if (fate != HTTP_GOOD)
                fail_msg("%s", e.log);
        } else {
            assert_int_equal(fate, HTTP_PERSON);
            assert_int_equal(e.code, ERR_CERTIFICATE);
            assert_false(a.maybe_done);
            must_say(e, cases[i].says);
            must_say(e, "127.0.0.1");
        }
        http_close(c);
        started_end(&s);
    }
    struct http_options o = options();
    o.ca_file = "/nonexistent/ca.pem";
    struct err e = {0};
    struct http_client *c = http_open(&o, &e);
    struct http_answer a;
    struct http_request r = {.method = HTTP_GET, .url = "https://127.0.0.1:1/"};
    assert_int_equal(http_send(c, &r, &a, &e), HTTP_LATER); /* not there at all */
    http_close(c);
}

static int start(void **state)
{
    (void)state;
    module_init(arena_printf(&arena, "%s/src/net", getenv("TALAIA_TEST_BUILD")));
    certificates = started_certificates(&arena);
    plain = started_run((const char *const[]){"tests/servers/web.py", NULL});
    return 0;
}

static int end(void **state)
{
    (void)state;
    started_end(&plain);
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests), cmocka_unit_test(test_file),       cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_lost),     cmocka_unit_test(test_silent_tls), cmocka_unit_test(test_redirections),
        cmocka_unit_test(test_kept),     cmocka_unit_test(test_retry_date), cmocka_unit_test(test_proxy),
        cmocka_unit_test(test_limits),   cmocka_unit_test(test_refused),    cmocka_unit_test(test_certificates),
    };
    return cmocka_run_group_tests(tests, start, end);
}
