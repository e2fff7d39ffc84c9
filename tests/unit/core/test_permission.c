/* Who may do what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "core/permission.h"
#include <stdio.h>

static void everybody_looks_and_only_the_head_approves(void **state)
{
    (void)state;
    for (int r = 0; r < ROLE_COUNT; r++) {
        assert_true(role_may((enum role)r, PERMISSION_NONE));
        assert_true(role_may((enum role)r, PERMISSION_LOOK));
        assert_int_equal(role_may((enum role)r, PERMISSION_INTEGRATE_APPROVE), r == ROLE_HEAD);
        assert_int_equal(role_may((enum role)r, PERMISSION_ACCOUNTS), r == ROLE_ADMINISTRATOR);
    }
}

static void the_table_says_what_each_role_is_for(void **state)
{
    (void)state;
    static const char *const expected[ROLE_COUNT] = {
        [ROLE_VIEWER] = "look",
        [ROLE_TECHNICIAN] = "look note silence round warn report import integrate incident share",
        [ROLE_HEAD] = "look note silence round warn report integrate approve incident share audit",
        [ROLE_ON_CALL] = "look note silence round incident",
        [ROLE_ADMINISTRATOR] =
            "look note silence round warn report import integrate incident share audit accounts configure",
    };
    for (int r = 0; r < ROLE_COUNT; r++) {
        char all[256] = "";
        size_t n = 0;
        for (int p = PERMISSION_NONE + 1; p < PERMISSION_COUNT; p++) {
            if (role_may((enum role)r, (enum permission)p))
                n += (size_t)snprintf(all + n, sizeof all - n, "%s%s", n > 0 ? " " : "",
                                      permission_code((enum permission)p));
        }
        assert_string_equal(all, expected[r]);
    }
}

static void a_token_that_reads_changes_nothing(void **state)
{
    (void)state;
    for (int p = PERMISSION_NONE; p < PERMISSION_COUNT; p++) {
        bool looks = p == PERMISSION_NONE || p == PERMISSION_LOOK || p == PERMISSION_AUDIT;
        assert_int_equal(scope_may(SCOPE_READ, (enum permission)p), looks);
        assert_int_equal(scope_may(SCOPE_WRITE, (enum permission)p), p != PERMISSION_ACCOUNTS);
        assert_true(scope_may(SCOPE_ACCOUNTS, (enum permission)p));
    }
}

static void codes_are_read_as_they_are_written(void **state)
{
    (void)state;
    for (int r = 0; r < ROLE_COUNT; r++) {
        enum role back = ROLE_COUNT;
        assert_true(role_parse(role_code((enum role)r), &back));
        assert_int_equal(back, r);
    }
    enum role role = ROLE_HEAD;
    enum scope scope = SCOPE_WRITE;
    assert_false(role_parse("root", &role));
    assert_false(role_parse("", &role));
    assert_false(scope_parse("all", &scope));
    assert_int_equal(role, ROLE_HEAD);
    assert_true(scope_parse("read", &scope));
    assert_int_equal(scope, SCOPE_READ);
    assert_true(scope_parse("accounts", &scope));
    assert_int_equal(scope, SCOPE_ACCOUNTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_looks_and_only_the_head_approves),
        cmocka_unit_test(the_table_says_what_each_role_is_for),
        cmocka_unit_test(a_token_that_reads_changes_nothing),
        cmocka_unit_test(codes_are_read_as_they_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
