/* Names as they stand in a filter of a directory (RFC 4515 §3), and DNs that are the same. */
#include "net/directory.h"

#include <string.h>

#include "../base/check.h"

static struct arena arena;

static void test_escape(void **state)
{
    static const struct {
        const char *name, *escaped;
    } cases[] = {
        {"", ""},
        {"joan", "joan"},
        {"joan.puig-roca_2@ens.example", "joan.puig-roca_2@ens.example"},
        /* The examples of RFC 4515 §4. */
        {"Parens R Us (for all your parenthetical needs)", "Parens R Us \\28for all your parenthetical needs\\29"},
        {"*", "\\2a"},
        {"C:\\MyFile", "C:\\5cMyFile"},
        {"\x04\x02\x48\x69", "\\04\\02Hi"},
        {"Lučić", "Lu\\c4\\8di\\c4\\87"},
        /* What would widen the filter. */
        {"*)(uid=*", "\\2a\\29\\28uid=\\2a"},
        {"x)(|(cn=a)", "x\\29\\28|\\28cn=a\\29"},
        {"\\2a", "\\5c2a"},
        {"a&b|c!d=e~f<g>h", "a&b|c!d=e~f<g>h"}, /* stand for themselves inside a value */
        {"\x7f\xff\n\r\t", "\\7f\\ff\\0a\\0d\\09"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(directory_escape(&arena, cases[i].name), cases[i].escaped);
}

static void test_filter(void **state)
{
    (void)state;
    assert_string_equal(directory_filter(&arena, "(uid=%s)", "joan"), "(uid=joan)");
    assert_string_equal(directory_filter(&arena, "(|(uid=%s)(mail=%s))", "a*b"), "(|(uid=a\\2ab)(mail=a\\2ab))");
    /* A name that looks like the place for a name is not looked at again. */
    assert_string_equal(directory_filter(&arena, "(uid=%s)", "%s"), "(uid=%s)");
    assert_string_equal(directory_filter(&arena, "(&(uid=%s)(x=100%))", "a"), "(&(uid=a)(x=100%))");
    assert_null(directory_filter(&arena, "(uid=joan)", "anna"));
    assert_null(directory_filter(&arena, "", "anna"));
    char *name = arena_alloc(&arena, LIMIT_DIRECTORY_BYTES + 1, 1);
    memset(name, '*', LIMIT_DIRECTORY_BYTES);
    name[LIMIT_DIRECTORY_BYTES] = '\0';
    assert_null(directory_filter(&arena, "(uid=%s)", name)); /* never one that is cut */
}

static void test_same_dn(void **state)
{
    static const struct {
        const char *one, *other;
        bool same;
    } cases[] = {
        {"cn=desk,ou=groups,dc=example", "CN=Desk, OU=Groups, DC=Example", true},
        {" cn = desk , dc = example ", "cn=desk,dc=example", true},
        {"cn=the desk,dc=example", "cn=thedesk,dc=example", false},
        {"cn=the desk,dc=example", "cn=the  desk,dc=example", false},
        {"cn=desk,dc=example", "cn=desk,dc=example,dc=cat", false},
        {"cn=desk", "cn=des", false},
        {"", "", true},
        {"", "cn=x", false},
        {"   ", "", true},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(directory_same_dn(cases[i].one, cases[i].other), cases[i].same);
        assert_int_equal(directory_same_dn(cases[i].other, cases[i].one), cases[i].same);
    }
}

static int end(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escape),
        cmocka_unit_test(test_filter),
        cmocka_unit_test(test_same_dn),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}
