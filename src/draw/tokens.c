/* Colours only: what a state is called and which glyph it has is decided in src/core/body.c. */
#include "draw/tokens.h"

#include <math.h>

static const struct {
    const char *property;
    const char *hex;
    uint32_t colour[THEME_COUNT];
} tokens[TOKEN_COUNT] = {
#define X(name, css, light, dark)                                                                                      \
    [TOKEN_##name] = {css, "#" #light, {[THEME_LIGHT] = 0x##light, [THEME_DARK] = 0x##dark}},
    TOKEN_LIST(X)
#undef X
};

static const struct token_state states[STATE_COUNT] = {
    [STATE_GOOD] = {TOKEN_GOOD, TOKEN_GOOD_BG, false},          [STATE_SOON] = {TOKEN_SOON, TOKEN_SOON_BG, false},
    [STATE_PAST] = {TOKEN_PAST, TOKEN_PAST_BG, false},          [STATE_DOWN] = {TOKEN_DOWN, TOKEN_DOWN_BG, false},
    [STATE_UNKNOWN] = {TOKEN_UNKNOWN, TOKEN_UNKNOWN_BG, false}, [STATE_MUTED] = {TOKEN_MUTED, TOKEN_MUTED_BG, false},
    [STATE_EXCLUDED] = {TOKEN_MUTED, TOKEN_MUTED_BG, true},
};

uint32_t token_colour(enum token t, enum theme theme)
{
    return tokens[t].colour[theme];
}

const char *token_hex(enum token t)
{
    return tokens[t].hex;
}

const char *token_property(enum token t)
{
    return tokens[t].property;
}

const struct token_state *token_state(enum body_state s)
{
    return &states[s];
}

static void properties(struct buf *to, enum theme theme)
{
    for (int t = 0; t < TOKEN_COUNT; t++)
        buf_printf(to, "--%s:#%06x;", tokens[t].property, (unsigned)tokens[t].colour[theme]);
}

bool tokens_css(struct buf *to)
{
    buf_add_text(to, ":root{color-scheme:light dark;");
    properties(to, THEME_LIGHT);
    buf_add_text(to, "}@media(prefers-color-scheme:dark){:root:not([data-theme=light]){");
    properties(to, THEME_DARK);
    buf_add_text(to, "}}:root[data-theme=light]{color-scheme:light}:root[data-theme=dark]{color-scheme:dark;");
    properties(to, THEME_DARK);
    buf_add_text(to, "}\n");
    return !buf_full(to);
}

/* WCAG 2.2, "relative luminance". */
static double luminance(uint32_t colour)
{
    static const double share[3] = {0.2126, 0.7152, 0.0722};
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        double c = (double)((colour >> (16 - 8 * i)) & 0xff) / 255.0;
        sum += share[i] * (c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

double colour_contrast(uint32_t a, uint32_t b)
{
    double one = luminance(a), other = luminance(b);
    return (fmax(one, other) + 0.05) / (fmin(one, other) + 0.05);
}
