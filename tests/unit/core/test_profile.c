#include "core/profile.h"

#include <stdio.h>

#include "sample.h"

static void a_missing_text_falls_back(void **state)
{
    (void)state;
    const struct text3 all = {{[LANG_EN] = "en", [LANG_CA] = "ca", [LANG_ES] = "es"}};
    const struct text3 catalan = {{[LANG_CA] = "ca"}};
    const struct text3 no_catalan = {{[LANG_ES] = "es"}};
    const struct text3 none = {{NULL}};
    assert_string_equal(text3_get(&all, LANG_EN), "en");
    assert_string_equal(text3_get(&all, LANG_CA), "ca");
    assert_string_equal(text3_get(&all, LANG_ES), "es");
    assert_string_equal(text3_get(&catalan, LANG_ES), "ca");
    assert_string_equal(text3_get(&no_catalan, LANG_EN), "es");
    assert_string_equal(text3_get(&no_catalan, LANG_CA), "es");
    assert_string_equal(text3_get(&none, LANG_EN), "");
    const struct text3 two = {{[LANG_EN] = "en", [LANG_CA] = "ca"}};
    assert_string_equal(text3_get(&two, LANG_ES), "ca"); /* Catalan before any other */
}

static void exclusions_are_found_whatever_their_number(void **state)
{
    (void)state;
    enum { MOST = 40 };
    static char keys[MOST][16];
    struct exclusion exclusions[MOST];
    for (int i = 0; i < MOST; i++) {
        (void)snprintf(keys[i], sizeof keys[i], "body %02d", i * 2);
        exclusions[i] = (struct exclusion){.description = "x", .key = keys[i], .reason = (size_t)i};
    }
    for (size_t count = 0; count <= MOST; count++) {
        struct profile p = {.exclusions = exclusions, .exclusion_count = count};
        for (size_t i = 0; i < MOST; i++) {
            const struct exclusion *x = profile_exclusion(&p, keys[i]);
            if (i < count)
                assert_ptr_equal(x, &exclusions[i]);
            else
                assert_null(x);
            char between[16];
            (void)snprintf(between, sizeof between, "body %02d", (int)i * 2 + 1);
            assert_null(profile_exclusion(&p, between));
        }
        assert_null(profile_exclusion(&p, ""));
        assert_null(profile_exclusion(&p, "zzz"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_text_falls_back),
        cmocka_unit_test(exclusions_are_found_whatever_their_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
