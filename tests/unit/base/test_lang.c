#include "base/lang.h"

#include <string.h>

#include "check.h"

static void codes(void **state)
{
    (void)state;
    for (int i = 0; i < LANG_COUNT; i++) {
        enum lang lang = LANG_COUNT;
        assert_true(lang_parse(lang_code((enum lang)i), &lang));
        assert_int_equal(lang, i);
    }
    enum lang lang = LANG_ES;
    static const char *const wrong[] = {"", "c", "CA", "cat", "ca_ES", "fr"};
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_false(lang_parse(wrong[i], &lang));
    assert_int_equal(lang, LANG_ES);
}

static void without_a_catalogue_the_text_is_shown(void **state)
{
    (void)state;
    lang_init("/nonexistent");
    for (int i = 0; i < LANG_COUNT; i++) {
        assert_string_equal(tr((enum lang)i, "a text that nobody translates"), "a text that nobody translates");
        assert_string_equal(tr((enum lang)i, ""), "");
        assert_string_equal(trn((enum lang)i, "%d zzz", "%d zzzs", 1), "%d zzz");
        assert_string_equal(trn((enum lang)i, "%d zzz", "%d zzzs", 0), "%d zzzs");
        assert_string_equal(trn((enum lang)i, "%d zzz", "%d zzzs", 2), "%d zzzs");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes),
        cmocka_unit_test(without_a_catalogue_the_text_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
