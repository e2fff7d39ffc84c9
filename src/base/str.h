/* Text spans, numbers, UTF-8: parsing by advancing a cursor with bounds. No I/O. */
#ifndef TALAIA_BASE_STR_H
#define TALAIA_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A span of bytes that belongs to someone else; not NUL-terminated. {NULL, 0} is empty. */
struct str {
    const char *p;
    size_t n;
};

static inline struct str str_of(const char *text)
{
    return (struct str){text, text == NULL ? 0 : strlen(text)};
}
static inline struct str str_part(const char *p, size_t n)
{
    return (struct str){p, n};
}
/* For printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)((s).n > INT32_MAX ? INT32_MAX : (s).n), ((s).p == NULL ? "" : (s).p)

bool str_equal(struct str a, struct str b);
bool str_is(struct str s, const char *text);
bool str_is_nocase(struct str s, const char *text); /* ASCII only */
bool str_starts(struct str s, const char *prefix);
bool str_ends(struct str s, const char *suffix);
/* Without white space at both ends (ASCII, U+00A0, U+FEFF, U+200B). */
struct str str_trim(struct str s);
/* Index of the first such byte, or s.n. */
size_t str_find(struct str s, char c);

/* Takes the part before the first `separator` off the front of *s; what remains is after it. False
 * when *s was already used up (p == NULL). */
bool str_split(struct str *s, char separator, struct str *ret);

/* The whole span must be a decimal number, with an optional sign, inside the range. */
bool str_to_int64(struct str s, int64_t min, int64_t max, int64_t *ret);
/* Decimal point, optional exponent, the whole span; not inf or nan; independent of the locale. */
bool str_to_double(struct str s, double *ret);

/* Well-formed UTF-8 (RFC 3629: no overlong forms, surrogates, or beyond U+10FFFF). */
bool str_utf8_valid(struct str s);
/* Next code point; advances. False at the end or at an ill-formed byte (then *s is unchanged). */
bool str_utf8_next(struct str *s, uint32_t *ret);
size_t str_utf8_count(struct str s); /* code points of valid text */
/* Longest prefix of valid UTF-8 with at most that many bytes, never cutting a character. */
struct str str_utf8_cut(struct str s, size_t max_bytes);

/* True for C0, DEL, C1, bidirectional controls (U+202A–E, U+2066–9, U+200E/F, U+061C) and U+2028/9:
 * what may not stand in a name or on a terminal line. */
bool str_is_control(uint32_t code_point);
/* In place: makes a line that is safe on a terminal (see err_set). Never grows. */
void str_make_printable(char *line);

#endif
