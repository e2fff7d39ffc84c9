#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "draw/tokens.h"

static void test_contrast_formula(void **state)
{
    (void)state;
    assert_true(colour_contrast(0x000000, 0xffffff) > 20.99 && colour_contrast(0xffffff, 0x000000) < 21.01);
    assert_true(colour_contrast(0x777777, 0xffffff) > 4.47 && colour_contrast(0x777777, 0xffffff) < 4.49);
}

/* Each state's text on its own tag, on the card and on the page. */
static void test_states_are_readable(void **state)
{
    (void)state;
    for (int theme = 0; theme < THEME_COUNT; theme++) {
        for (int s = 0; s < STATE_COUNT; s++) {
            const struct token_state *t = token_state((enum body_state)s);
            enum token backs[] = {t->back, TOKEN_CARD, TOKEN_PAPER};
            for (size_t i = 0; i < sizeof backs / sizeof *backs; i++) {
                double c =
                    colour_contrast(token_colour(t->ink, (enum theme)theme), token_colour(backs[i], (enum theme)theme));
                if (c < 4.5)
                    fail_msg("state %d, theme %d, on %s: contrast %.2f", s, theme, token_property(backs[i]), c);
            }
        }
    }
}

static void test_text_is_readable(void **state)
{
    (void)state;
    static const enum token pairs[][2] = {
        {TOKEN_INK, TOKEN_PAPER},   {TOKEN_INK, TOKEN_CARD},     {TOKEN_INK, TOKEN_HOVER},
        {TOKEN_SOFT, TOKEN_PAPER},  {TOKEN_SOFT, TOKEN_CARD},    {TOKEN_SOFT, TOKEN_HOVER},
        {TOKEN_ACCENT, TOKEN_CARD}, {TOKEN_ACCENT, TOKEN_PAPER}, {TOKEN_ACCENT_INK, TOKEN_ACCENT},
        {TOKEN_INK, TOKEN_SOON_BG},
    };
    for (int theme = 0; theme < THEME_COUNT; theme++)
        for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
            assert_true(colour_contrast(token_colour(pairs[i][0], (enum theme)theme),
                                        token_colour(pairs[i][1], (enum theme)theme)) >= 4.5);
}

static void test_css_has_every_token_in_both_themes(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(16384);
    assert_true(tokens_css(&b));
    for (int t = 0; t < TOKEN_COUNT; t++) {
        for (int theme = 0; theme < THEME_COUNT; theme++) {
            char line[64];
            snprintf(line, sizeof line, "--%s:#%06x;", token_property((enum token)t),
                     (unsigned)token_colour((enum token)t, (enum theme)theme));
            assert_non_null(strstr(buf_text(&b), line));
        }
        char hex[16];
        snprintf(hex, sizeof hex, "#%06x", (unsigned)token_colour((enum token)t, THEME_LIGHT));
        assert_string_equal(token_hex((enum token)t), hex);
    }
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contrast_formula),
        cmocka_unit_test(test_states_are_readable),
        cmocka_unit_test(test_text_is_readable),
        cmocka_unit_test(test_css_has_every_token_in_both_themes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
