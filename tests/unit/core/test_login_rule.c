/* Names, passwords, and the wait after wrong ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/limits.h"
#include "core/login_rule.h"

static void names_are_those_of_single_sign_on(void **state)
{
    (void)state;
    static const char *const good[] = {"maria", "j.puig", "maria@example.cat", "3n", "a-b_c"};
    static const char *const bad[] = {
        "",    "Maria", "-maria", ".maria", "màrius",
        "a b", "a\nb",  "a/b",    "a:b",    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(account_name_valid(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(account_name_valid(bad[i]));
}

static void length_counts_and_what_everybody_tries_does_not(void **state)
{
    (void)state;
    char longest[LIMIT_PASSWORD_BYTES + 2];
    for (size_t i = 0; i < sizeof longest; i++)
        longest[i] = "correct horse battery staple "[i % 29];
    longest[sizeof longest - 1] = '\0';
    const struct {
        const char *password;
        enum password_fault fault;
    } cases[] = {
        {"cavall bateria grapa", PASSWORD_GOOD},
        {"iy5w-i7k5-kmpr-h42y", PASSWORD_GOOD},
        {"àèíòúçñ·l·làèíò", PASSWORD_GOOD},
        {"onze lletre", PASSWORD_SHORT},
        {"", PASSWORD_SHORT},
        {longest, PASSWORD_LONG},
        {"visca la MARIA bonica", PASSWORD_NAME},
        {"aaaaaaaaaaaaaaaa", PASSWORD_SIMPLE},
        {"abcdefghijklmnop", PASSWORD_SIMPLE},
        {"9876543210987", PASSWORD_SIMPLE},
        {"Password1234", PASSWORD_SIMPLE},
        {"talaia talaia", PASSWORD_SIMPLE},
        {"una \x01 contrasenya llarga", PASSWORD_TEXT},
        {"\xff\xfe no text at all", PASSWORD_TEXT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(password_judge(cases[i].password, "maria"), cases[i].fault);
}

static void the_wait_doubles_and_has_an_end(void **state)
{
    (void)state;
    assert_int_equal(login_wait_seconds(0, 5), 0);
    assert_int_equal(login_wait_seconds(5, 5), 0);
    assert_int_equal(login_wait_seconds(6, 5), 2);
    assert_int_equal(login_wait_seconds(7, 5), 4);
    assert_int_equal(login_wait_seconds(14, 5), 512);
    assert_int_equal(login_wait_seconds(15, 5), LIMIT_LOGIN_WAIT_SECONDS);
    assert_int_equal(login_wait_seconds(1000000, 5), LIMIT_LOGIN_WAIT_SECONDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_those_of_single_sign_on),
        cmocka_unit_test(length_counts_and_what_everybody_tries_does_not),
        cmocka_unit_test(the_wait_doubles_and_has_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
