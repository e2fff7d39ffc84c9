/* The design tokens: one table of colours that feeds pages, workbook, e-mail and pictures, in light and dark.
 *
 * State is glyph + word + colour, never colour alone: glyph and word come from core/body.h (body_state_glyph,
 * body_state_word), the colours from here. Contrast of text on its background is at least 4.5:1 in both themes; the
 * tests compute it. */
#ifndef TALAIA_DRAW_TOKENS_H
#define TALAIA_DRAW_TOKENS_H

#include <stdint.h>

#include "base/buf.h"
#include "core/body.h"

enum theme { THEME_LIGHT, THEME_DARK, THEME_COUNT };

/* X(name, CSS custom property, light, dark): colours as six hexadecimal digits */
#define TOKEN_LIST(X)                                                                                                  \
    X(PAPER, "paper", fbfaf7, 14181b)           /* the page */                                                         \
    X(CARD, "card", ffffff, 1b2024)             /* what stands on it */                                                \
    X(INK, "ink", 1d2327, e8e6e1)               /* text */                                                             \
    X(SOFT, "soft", 5a646b, a7b0b6)             /* text of second rank */                                              \
    X(LINE, "line", dcd9d2, 333a40)             /* rules and borders */                                                \
    X(HOVER, "hover", f2efe8, 23292e)           /* row under the pointer, head of a table in a workbook */             \
    X(ACCENT, "accent", 0b5c8a, 7cc0ea)         /* links, the primary button */                                        \
    X(ACCENT_INK, "accent-ink", ffffff, 0c1a22) /* text on the accent */                                               \
    X(FOCUS, "focus", b45309, f5b14c)           /* the focus ring */                                                   \
    X(GOOD, "good", 1b6e3c, 7fd19b)                                                                                    \
    X(SOON, "soon", 8a5a00, f0c25e)                                                                                    \
    X(PAST, "past", a03c00, f5a067)                                                                                    \
    X(DOWN, "down", b3141b, ff8f8f)                                                                                    \
    X(UNKNOWN, "unknown", 5d4b8c, bfaef0)                                                                              \
    X(MUTED, "muted", 5f686e, a0a8ad)                                                                                  \
    X(GOOD_BG, "good-bg", e6f3ea, 17301f)                                                                              \
    X(SOON_BG, "soon-bg", fbf0d6, 352a10)                                                                              \
    X(PAST_BG, "past-bg", fbe6d8, 3a2113)                                                                              \
    X(DOWN_BG, "down-bg", fde4e4, 3d1a1c)                                                                              \
    X(UNKNOWN_BG, "unknown-bg", eeeaf7, 29233d)                                                                        \
    X(MUTED_BG, "muted-bg", eeeeec, 2a2f33)

enum token {
#define X(name, property, light, dark) TOKEN_##name,
    TOKEN_LIST(X)
#undef X
        TOKEN_COUNT
};

/* 0xRRGGBB. */
uint32_t token_colour(enum token t, enum theme theme);
/* "#RRGGBB", lower case; a constant of the light theme, where custom properties cannot be used (mail). */
const char *token_hex(enum token t);
const char *token_property(enum token t); /* "paper", without the dashes */

/* What a state looks like: the colours of its text and of the tag behind it. */
struct token_state {
    enum token ink, back;
    bool struck; /* the name is drawn with a line through it: excluded */
};
const struct token_state *token_state(enum body_state s);

/* The custom properties of both themes: ":root{--paper:#fbfaf7;…}@media(prefers-color-scheme:dark){:root{…}}". A
 * data-theme attribute on the root element ("light", "dark") wins over the system's preference. */
bool tokens_css(struct buf *to);

/* WCAG 2.2 contrast ratio of two colours, 1.0 to 21.0. */
double colour_contrast(uint32_t a, uint32_t b);

#endif
