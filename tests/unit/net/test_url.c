#include "net/url.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "sample.h"

static const struct url *parsed(const char *text)
{
    static struct url u;
    struct err e = {.lang = LANG_EN};
    if (!url_parse(str_of(text), &u, &e))
        fail_msg("%s: %s", text, e.log);
    return &u;
}

static void addresses_that_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *regular, *host;
        int port;
        enum url_host_kind kind;
    } cases[] = {
        {"https://padro.example.cat/Sincron?wsdl", "https://padro.example.cat/Sincron?wsdl", "padro.example.cat", 443,
         URL_NAME},
        {"HTTPS://Padro.Example.CAT", "https://padro.example.cat/", "padro.example.cat", 443, URL_NAME},
        {"http://a.example:80/x", "http://a.example/x", "a.example", 80, URL_NAME},
        {"http://a.example:443/x", "http://a.example:443/x", "a.example", 443, URL_NAME},
        {"https://a.example:/x", "https://a.example/x", "a.example", 443, URL_NAME},
        {"https://a.example:08443/", "https://a.example:8443/", "a.example", 8443, URL_NAME},
        {"https://a.example?wsdl", "https://a.example/?wsdl", "a.example", 443, URL_NAME},
        {"https://a.example#top", "https://a.example/", "a.example", 443, URL_NAME},
        {"https://a.example/x?a=b#top?c", "https://a.example/x?a=b", "a.example", 443, URL_NAME},
        {"https://a.example./x", "https://a.example/x", "a.example", 443, URL_NAME},
        {"https://serv_1.a-b.example/", "https://serv_1.a-b.example/", "serv_1.a-b.example", 443, URL_NAME},
        {"https://localhost/", "https://localhost/", "localhost", 443, URL_NAME},
        {"https://1.2.3.example/", "https://1.2.3.example/", "1.2.3.example", 443, URL_NAME},
        {"https://xn--peneds-7ua.example/", "https://xn--peneds-7ua.example/", "xn--peneds-7ua.example", 443, URL_NAME},
        {"https://Pened\xC3\xA8s.example/", "https://xn--peneds-7ua.example/", "xn--peneds-7ua.example", 443, URL_NAME},
        {"https://PENED\xC3\x88S.example./", "https://xn--peneds-7ua.example/", "xn--peneds-7ua.example", 443,
         URL_NAME},
        {"http://192.0.2.7/", "http://192.0.2.7/", "192.0.2.7", 80, URL_IPV4},
        {"http://192.0.2.7:8080", "http://192.0.2.7:8080/", "192.0.2.7", 8080, URL_IPV4},
        {"http://\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x97.0.0.1/", "http://127.0.0.1/", "127.0.0.1", 80,
         URL_IPV4}, /* full width */
        {"https://[2001:DB8:0:0::1]:8443/x", "https://[2001:db8::1]:8443/x", "2001:db8::1", 8443, URL_IPV6},
        {"https://[::ffff:10.0.0.1]/", "https://[::ffff:10.0.0.1]/", "::ffff:10.0.0.1", 443, URL_IPV6},
        /* dot segments, escaped or not */
        {"https://a.example/b/./c/../d", "https://a.example/b/d", "a.example", 443, URL_NAME},
        {"https://a.example/../../d", "https://a.example/d", "a.example", 443, URL_NAME},
        {"https://a.example/b/..", "https://a.example/", "a.example", 443, URL_NAME},
        {"https://a.example/b/.", "https://a.example/b/", "a.example", 443, URL_NAME},
        {"https://a.example/b/%2e%2E/c", "https://a.example/c", "a.example", 443, URL_NAME},
        {"https://a.example/b/.%2e", "https://a.example/", "a.example", 443, URL_NAME},
        {"https://a.example/b/.../c", "https://a.example/b/.../c", "a.example", 443, URL_NAME},
        {"https://a.example//b//c", "https://a.example//b//c", "a.example", 443, URL_NAME},
        {"https://a.example/?a=/../b", "https://a.example/?a=/../b", "a.example", 443, URL_NAME},
        /* escaping */
        {"https://a.example/padr\xC3\xB3?q=\xC3\xB3", "https://a.example/padr%C3%B3?q=%C3%B3", "a.example", 443,
         URL_NAME},
        {"https://a.example/a|b{c}\"<>^`[]", "https://a.example/a%7Cb%7Bc%7D%22%3C%3E%5E%60%5B%5D", "a.example", 443,
         URL_NAME},
        {"https://a.example/a%2Fb%00c", "https://a.example/a%2Fb%00c", "a.example", 443, URL_NAME},
        {"https://a.example/a@b:c;d=e,f", "https://a.example/a@b:c;d=e,f", "a.example", 443, URL_NAME},
        {"https://a.example/x?y?z", "https://a.example/x?y?z", "a.example", 443, URL_NAME},
        {"https://a.example/x?", "https://a.example/x?", "a.example", 443, URL_NAME},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct url *u = parsed(cases[i].text);
        assert_string_equal(u->text, cases[i].regular);
        assert_string_equal(u->host, cases[i].host);
        assert_int_equal(u->port, cases[i].port);
        assert_int_equal(u->kind, cases[i].kind);
        assert_int_equal(url_target(u)[0], '/');
        assert_string_equal(parsed(cases[i].regular)->text, cases[i].regular);
    }
}

static void addresses_that_are_refused(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        const char *reason; /* part of it */
    } cases[] = {
        {BYTES(""), "empty"},
        {BYTES("padro.example.cat/Sincron?wsdl"), "not a web address"},
        {BYTES("//a.example/"), "not a web address"},
        {BYTES("/etc/passwd"), "not a web address"},
        {BYTES("ftp://a.example/"), "only https"},
        {BYTES("file:///etc/passwd"), "only https"},
        {BYTES("javascript:alert(1)"), "only https"},
        {BYTES("http:a.example"), "two slashes"},
        {BYTES("http:/a.example"), "two slashes"},
        {BYTES("https://"), "no host"},
        {BYTES("https:///x"), "no host"},
        {BYTES("https://:443/"), "no host"},
        {BYTES("https://./"), "no host"},
        {BYTES("https://user@a.example/"), "user name"},
        {BYTES("https://user:secret@a.example/"), "user name"},
        {BYTES("https://a.example@b.example/"), "user name"},
        {BYTES("https://a.example\\@b.example/"), "backslash"},
        {BYTES("https:\\\\a.example/"), "backslash"},
        {BYTES(" https://a.example/"), "space at position 1"},
        {BYTES("https://a.example/x y"), "space at position 20"},
        {BYTES("https://a.example/\r\nHost:b.example"), "invisible character (U+000D)"},
        {BYTES("https://a.example/\t"), "invisible"},
        {BYTES("https://a.example/\0x"), "invisible character (U+0000)"},
        {BYTES("https://a.example/\x7F"), "invisible"},
        {BYTES("https://a.example/\xE2\x80\xAEgpj"), "invisible character (U+202E)"},
        {BYTES("https://a.example/\xC2\xA0"), "invisible"},
        {BYTES("https://a.example/\xE2\x80\x8B"), "invisible"},
        {BYTES("https://a.example/\xF3"), "not UTF-8"},
        {BYTES("https://a.example/%"), "percent sign"},
        {BYTES("https://a.example/%2"), "percent sign"},
        {BYTES("https://a.example/%g0"), "percent sign"},
        {BYTES("https://a.example/?q=%zz"), "percent sign"},
        {BYTES("https://a%2eexample/"), "percent sign"},
        {BYTES("https://a..example/"), "between dots"},
        {BYTES("https://.a.example/"), "between dots"},
        {BYTES("https://a.example../"), "between dots"},
        {BYTES("https://-a.example/"), "hyphen"},
        {BYTES("https://a-.example/"), "hyphen"},
        {BYTES("https://a!b.example/"), "\"!\""},
        {BYTES("https://a,b.example/"), "\",\""},
        {BYTES("https://a.example:0/"), "no port"},
        {BYTES("https://a.example:65536/"), "no port"},
        {BYTES("https://a.example:+443/"), "no port"},
        {BYTES("https://a.example:4a3/"), "no port"},
        {BYTES("https://a.example:443:443/"), "no port"},
        {BYTES("https://a.example:-1/"), "no port"},
        /* other ways to write 127.0.0.1 */
        {BYTES("http://2130706433/"), "IPv4"},
        {BYTES("http://127.1/"), "IPv4"},
        {BYTES("http://0x7f.0.0.1/"), "IPv4"},
        {BYTES("http://0x7f000001/"), "IPv4"},
        {BYTES("http://0X7F000001./"), "IPv4"},
        {BYTES("http://127.0.0.01/"), "IPv4"},
        {BYTES("http://0177.0.0.1/"), "IPv4"},
        {BYTES("http://256.0.0.1/"), "IPv4"},
        {BYTES("http://1.2.3.4.5/"), "IPv4"},
        {BYTES("http://a.0x/"), "IPv4"},
        {BYTES("https://[::1"), "bracket"},
        {BYTES("https://[::1]443/"), "bracket"},
        {BYTES("https://[]/"), "no IPv6"},
        {BYTES("https://[fe80::1%25eth0]/"), "no IPv6"},
        {BYTES("https://[::1]:x/"), "no port"},
        {BYTES("https://[127.0.0.1]/"), "no IPv6"},
        {BYTES("https://[1:2:3:4:5:6:7:8:9]/"), "no IPv6"},
        {BYTES("https://::1/"), "no host"},
        {BYTES("https://a\xE2\x98\x83.\xCC\x81.example/"), "international"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct url u = {.port = -7};
        struct err e = {.lang = LANG_EN};
        if (url_parse(cases[i].text, &u, &e))
            fail_msg("%.*s was read as %s", STR_ARG(cases[i].text), u.text);
        assert_int_equal(u.port, -7);
        if (strstr(e.log, cases[i].reason) == NULL)
            fail_msg("%.*s: \"%s\" without \"%s\"", STR_ARG(cases[i].text), e.log, cases[i].reason);
    }
}

static void limits_of_length(void **state)
{
    (void)state;
    struct url u;
    struct err e = {.lang = LANG_EN};
    char text[3 * LIMIT_URL_BYTES];
    static const char front[] = "https://a.example/";
    memset(text, 'x', sizeof text);
    memcpy(text, front, sizeof front - 1);
    assert_true(url_parse(str_part(text, LIMIT_URL_BYTES), &u, &e));
    assert_int_equal(strlen(u.text), LIMIT_URL_BYTES);
    assert_false(url_parse(str_part(text, LIMIT_URL_BYTES + 1), &u, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    err_clear(&e);
    memset(text + sizeof front - 1, '|', LIMIT_URL_BYTES / 2); /* grows to three times that */
    assert_false(url_parse(str_part(text, LIMIT_URL_BYTES / 2 + 10), &u, &e));
    assert_int_equal(e.code, ERR_LIMIT);

    /* Labels of 63 and names of 253. */
    char host[300] = "https://";
    for (size_t i = 0; i < 260; i++)
        host[8 + i] = i % 64 == 63 ? '.' : 'a';
    err_clear(&e);
    assert_true(url_parse(str_part(host, 8 + 253), &u, &e));
    assert_int_equal(strlen(u.host), LIMIT_HOST_BYTES);
    assert_false(url_parse(str_part(host, 8 + 254), &u, &e));
    err_clear(&e);
    host[8 + 63] = 'a';
    assert_false(url_parse(str_part(host, 8 + 100), &u, &e));
    assert_non_null(strstr(e.log, "between dots"));
}

/* RFC 3986 §5.4, with our base. */
static void references(void **state)
{
    (void)state;
    static const struct {
        const char *reference, *result; /* NULL: refused */
    } cases[] = {
        {"https:g", NULL},
        {"g", "https://a.example/b/c/g"},
        {"./g", "https://a.example/b/c/g"},
        {"g/", "https://a.example/b/c/g/"},
        {"/g", "https://a.example/g"},
        {"//g", "https://g/"},
        {"//g.example:8443/x", "https://g.example:8443/x"},
        {"?y", "https://a.example/b/c/d;p?y"},
        {"g?y", "https://a.example/b/c/g?y"},
        {"#s", "https://a.example/b/c/d;p?q"},
        {"", "https://a.example/b/c/d;p?q"},
        {"g#s", "https://a.example/b/c/g"},
        {";x", "https://a.example/b/c/;x"},
        {".", "https://a.example/b/c/"},
        {"./", "https://a.example/b/c/"},
        {"..", "https://a.example/b/"},
        {"../g", "https://a.example/b/g"},
        {"../..", "https://a.example/"},
        {"../../g", "https://a.example/g"},
        {"../../../g", "https://a.example/g"},
        {"/./g", "https://a.example/g"},
        {"/../g", "https://a.example/g"},
        {"g.", "https://a.example/b/c/g."},
        {"..g", "https://a.example/b/c/..g"},
        {"./g/.", "https://a.example/b/c/g/"},
        {"g/./h", "https://a.example/b/c/g/h"},
        {"g;x=1/../y", "https://a.example/b/c/y"},
        {"g?y/../x", "https://a.example/b/c/g?y/../x"},
        {"http://h.example:8080/z?w", "http://h.example:8080/z?w"},
        {"./a:b", "https://a.example/b/c/a:b"},
        {"a:b", NULL},
        {"javascript:alert(1)", NULL},
        {"file:///etc/passwd", NULL},
        {"//user@h.example/", NULL},
        {"http://", NULL},
        {"//", NULL},
        {"/x\r\nSet-Cookie: a=b", NULL},
        {"/\\h.example", NULL},
        {"\\\\h.example", NULL},
        {"/x y", NULL},
        {"/padr\xC3\xB3", "https://a.example/padr%C3%B3"},
        {"/padr\xF3", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct url u = *parsed("https://a.example/b/c/d;p?q"), kept = u;
        struct err e = {.lang = LANG_EN};
        bool good = url_resolve(&u, str_of(cases[i].reference), &u, &e);
        if (good != (cases[i].result != NULL))
            fail_msg("\"%s\": %s", cases[i].reference, good ? u.text : e.log);
        assert_string_equal(u.text, good ? cases[i].result : kept.text);
        assert_true(good || e.code == ERR_VALUE);
    }
    struct url u = *parsed("http://[2001:db8::1]:8080/x");
    struct err e = {.lang = LANG_EN};
    assert_true(url_resolve(&u, SPAN("y"), &u, &e));
    assert_string_equal(u.text, "http://[2001:db8::1]:8080/y");
    assert_int_equal(u.kind, URL_IPV6);
}

static void comparisons(void **state)
{
    (void)state;
    struct url a = *parsed("https://a.example/x"), b = *parsed("http://A.EXAMPLE.:8080/y"),
               c = *parsed("https://b.example/"), d = *parsed("https://a.example:443/z");
    assert_true(url_same_host(&a, &b));
    assert_false(url_same_place(&a, &b));
    assert_false(url_same_host(&a, &c));
    assert_true(url_same_place(&a, &d));
    assert_string_equal(url_scheme_text(a.scheme), "https");
    assert_string_equal(url_scheme_text(b.scheme), "http");
}

static void forms(void **state)
{
    (void)state;
    char authority[URL_AUTHORITY_BYTES], shown[URL_SHOWN_BYTES], text[LIMIT_URL_BYTES];
    struct url u = *parsed("https://a.example/x?NIF=12345678Z");
    assert_string_equal(url_authority(&u, false, authority), "a.example");
    assert_string_equal(url_authority(&u, true, authority), "a.example:443");
    assert_string_equal(url_shown(&u, shown), "https://a.example/x");
    u = *parsed("http://[2001:db8::1]:8080/");
    assert_string_equal(url_authority(&u, false, authority), "[2001:db8::1]:8080");
    memset(text, 'y', sizeof text);
    memcpy(text, "https://a.example/", 18);
    struct err e = {.lang = LANG_EN};
    assert_true(url_parse(str_part(text, sizeof text), &u, &e));
    assert_int_equal(strlen(url_shown(&u, shown)), LIMIT_URL_SHOWN_BYTES + 3);
    assert_true(str_ends(str_of(shown), "y…"));
}

static void literals_have_an_address(void **state)
{
    (void)state;
    struct sockaddr_storage sa;
    socklen_t n = 0;
    char text[INET6_ADDRSTRLEN];
    assert_false(url_address(parsed("https://a.example/"), &sa, &n));
    assert_true(url_address(parsed("https://192.0.2.7:8443/"), &sa, &n));
    struct sockaddr_in *four = (struct sockaddr_in *)&sa;
    assert_int_equal(n, sizeof *four);
    assert_int_equal(ntohs(four->sin_port), 8443);
    assert_string_equal(inet_ntop(AF_INET, &four->sin_addr, text, sizeof text), "192.0.2.7");
    assert_true(url_address(parsed("http://[2001:db8::7]/"), &sa, &n));
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&sa;
    assert_int_equal(n, sizeof *six);
    assert_int_equal(ntohs(six->sin6_port), 80);
    assert_string_equal(inet_ntop(AF_INET6, &six->sin6_addr, text, sizeof text), "2001:db8::7");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_that_are_read),
        cmocka_unit_test(addresses_that_are_refused),
        cmocka_unit_test(limits_of_length),
        cmocka_unit_test(references),
        cmocka_unit_test(comparisons),
        cmocka_unit_test(forms),
        cmocka_unit_test(literals_have_an_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
