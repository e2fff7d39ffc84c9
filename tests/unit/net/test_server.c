/* Reading requests: targets, parameters, cookies, what the other side accepts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "net/server.h"

static void a_path_means_one_thing(void **state)
{
    (void)state;
    static const struct {
        const char *target, *path, *query;
    } good[] = {
        {"/", "/", ""},
        {"/ens", "/ens", ""},
        {"/ens/", "/ens/", ""},
        {"/ens?q=vic", "/ens", "q=vic"},
        {"/ens?", "/ens", ""},
        {"/ens/12?a=1&b=/../", "/ens/12", "a=1&b=/../"},
        {"/b%C3%BAstia", "/bústia", ""},
        {"/a%20b", "/a b", ""},
        {"/a+b", "/a+b", ""},
        {"/...", "/...", ""},
    };
    static const char *const bad[] = {
        "",
        "ens",
        "*",
        "http://other.example/",
        "//other.example/",
        "/a//b",
        "/../etc/passwd",
        "/a/../b",
        "/a/..",
        "/./a",
        "/%2e%2e/etc",
        "/a/%2E%2E/b",
        "/a%2fb",
        "/a%2Fb",
        "/a%00b",
        "/a%",
        "/a%4",
        "/a%zz",
        "/a%5cb",
        "/a\\b",
        "/a%0ab",
        "/a%ff",
        "/a%c0%ae",
        "/a%e2%80%ae",
        "/..%2f",
        "/%2e",
    };
    struct arena a = {0};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        const char *path;
        struct str query;
        assert_true(server_target(&a, good[i].target, &path, &query));
        assert_string_equal(path, good[i].path);
        assert_string_equal(arena_text(&a, query), good[i].query);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *path = "untouched";
        struct str query;
        if (server_target(&a, bad[i], &path, &query))
            fail_msg("accepted: %s", bad[i]);
        assert_string_equal(path, "untouched");
    }
    arena_release(&a);
}

static void parameters_are_decoded_once(void **state)
{
    (void)state;
    struct arena a = {0};
    const struct str query =
        str_of("q=prat+de%20llobregat&x=%2541&buit=&sol&q=dos&%61=b&dolent=%zz&nul=%00&l%00=1&ff=%ff");
    assert_string_equal(server_param(&a, query, "q"), "prat de llobregat"); /* the first one */
    assert_string_equal(server_param(&a, query, "x"), "%41");
    assert_string_equal(server_param(&a, query, "buit"), "");
    assert_string_equal(server_param(&a, query, "sol"), "");
    assert_string_equal(server_param(&a, query, "a"), "b");
    assert_null(server_param(&a, query, "dolent"));
    assert_null(server_param(&a, query, "nul"));
    assert_null(server_param(&a, query, "l"));
    assert_null(server_param(&a, query, "ff"));
    assert_null(server_param(&a, query, "cap"));
    assert_null(server_param(&a, str_of(""), "q"));
    assert_false(server_params_valid(&a, query));
    assert_true(server_params_valid(&a, str_of("a=1&b=%C3%A7&c")));
    assert_true(server_params_valid(&a, str_of("")));
    char many[(LIMIT_SERVER_PARAMS + 1) * 2];
    for (size_t i = 0; i + 1 < sizeof many; i++)
        many[i] = i % 2 == 0 ? 'a' : '&';
    many[sizeof many - 1] = '\0';
    assert_false(server_params_valid(&a, str_of(many)));
    arena_release(&a);
}

static void a_cookie_that_is_there_twice_was_planted(void **state)
{
    (void)state;
    struct arena a = {0};
    struct server_field fields[] = {
        {"cookie", "lang=ca; __Host-s=abc;x=1"}, {"Accept", "*/*"}, {"Cookie", "tema=dark"}};
    struct server_request r = {.headers = fields, .header_count = 3};
    assert_string_equal(server_cookie(&a, &r, "__Host-s"), "abc");
    assert_string_equal(server_cookie(&a, &r, "tema"), "dark");
    assert_string_equal(server_cookie(&a, &r, "x"), "1");
    assert_null(server_cookie(&a, &r, "Host-s"));
    fields[2].value = "__Host-s=def";
    assert_null(server_cookie(&a, &r, "__Host-s"));
    size_t count;
    assert_string_equal(server_header(&r, "COOKIE", &count), "lang=ca; __Host-s=abc;x=1");
    assert_int_equal(count, 2);
    assert_null(server_header(&r, "Host", &count));
    assert_int_equal(count, 0);
    arena_release(&a);
}

static void codings_that_are_accepted(void **state)
{
    (void)state;
    assert_true(server_accepts("gzip, deflate, br", "gzip"));
    assert_true(server_accepts("br;q=1.0, GZIP;q=0.5", "gzip"));
    assert_false(server_accepts("gzip;q=0", "gzip"));
    assert_false(server_accepts("gzip; q=0.0, br", "gzip"));
    assert_false(server_accepts("x-gzip", "gzip"));
    assert_false(server_accepts("", "gzip"));
    assert_false(server_accepts(NULL, "gzip"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_means_one_thing),
        cmocka_unit_test(parameters_are_decoded_once),
        cmocka_unit_test(a_cookie_that_is_there_twice_was_planted),
        cmocka_unit_test(codings_that_are_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
