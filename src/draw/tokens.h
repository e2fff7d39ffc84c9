/* The design tokens: one table of colours that feeds pages, workbook, e-mail and pictures, in light and dark.
 *
 * State is glyph + word + colour, never colour alone: glyph and word come from core/body.h (body_state_glyph,
 * body_state_word), the colours from here. Contrast of text on its background is at least 4.5:1 in both themes; the tests
 * compute it. */
#ifndef TALAIA_DRAW_TOKENS_H
#define TALAIA_DRAW_TOKENS_H

#include <stdint.h>

#include "base/buf.h"
#include "core/body.h"

enum theme { THEME_LIGHT, THEME_DARK, THEME_COUNT };

/* X(name, CSS custom property, light, dark) */
#define TOKEN_LIST(X)                                                                                                  \
    X(PAPER, "paper", 0xfbfaf7, 0x14181b)           /* the page */                                                     \
    X(CARD, "card", 0xffffff, 0x1b2024)             /* what stands on it */                                            \
    X(INK, "ink", 0x1d2327, 0xe8e6e1)               /* text */                                                         \
    X(SOFT, "soft", 0x5a646b, 0xa7b0b6)             /* text of second rank */                                          \
    X(LINE, "line", 0xdcd9d2, 0x333a40)             /* rules and borders */                                            \
    X(HOVER, "hover", 0xf2efe8, 0x23292e)           /* row under the pointer, head of a table in a workbook */         \
    X(ACCENT, "accent", 0x0b5c8a, 0x7cc0ea)         /* links, the primary button */                                    \
    X(ACCENT_INK, "accent-ink", 0xffffff, 0x0c1a22) /* text on the accent */                                           \
    X(FOCUS, "focus", 0xb45309, 0xf5b14c)           /* the focus ring */                                               \
    X(GOOD, "good", 0x1b6e3c, 0x7fd19b)                                                                                \
    X(SOON, "soon", 0x8a5a00, 0xf0c25e)                                                                                \
    X(PAST, "past", 0xa03c00, 0xf5a067)                                                                                \
    X(DOWN, "down", 0xb3141b, 0xff8f8f)                                                                                \
    X(UNKNOWN, "unknown", 0x5d4b8c, 0xbfaef0)                                                                          \
    X(MUTED, "muted", 0x5f686e, 0xa0a8ad)                                                                              \
    X(GOOD_BG, "good-bg", 0xe6f3ea, 0x17301f)                                                                          \
    X(SOON_BG, "soon-bg", 0xfbf0d6, 0x352a10)                                                                          \
    X(PAST_BG, "past-bg", 0xfbe6d8, 0x3a2113)                                                                          \
    X(DOWN_BG, "down-bg", 0xfde4e4, 0x3d1a1c)                                                                          \
    X(UNKNOWN_BG, "unknown-bg", 0xeeeaf7, 0x29233d)                                                                    \
    X(MUTED_BG, "muted-bg", 0xeeeeec, 0x2a2f33)

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
