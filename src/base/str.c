#include "base/str.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

bool str_equal(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_is(struct str s, const char *text)
{
    return str_equal(s, str_of(text));
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool str_is_nocase(struct str s, const char *text)
{
    if (strlen(text) != s.n)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (lower(s.p[i]) != lower(text[i]))
            return false;
    }
    return true;
}

bool str_starts(struct str s, const char *prefix)
{
    size_t n = strlen(prefix);
    return s.n >= n && memcmp(s.p, prefix, n) == 0;
}

bool str_ends(struct str s, const char *suffix)
{
    size_t n = strlen(suffix);
    return s.n >= n && memcmp(s.p + s.n - n, suffix, n) == 0;
}

static const char *const wide_spaces[] = {"\xc2\xa0", "\xef\xbb\xbf", "\xe2\x80\x8b"};

static size_t space_before(struct str s)
{
    if (s.n > 0 && (s.p[0] == ' ' || (s.p[0] >= '\t' && s.p[0] <= '\r')))
        return 1;
    if (s.n == 0 || (unsigned char)s.p[0] < 0x80)
        return 0;
    for (size_t i = 0; i < sizeof wide_spaces / sizeof *wide_spaces; i++) {
        if (str_starts(s, wide_spaces[i]))
            return strlen(wide_spaces[i]);
    }
    return 0;
}

static size_t space_after(struct str s)
{
    if (s.n > 0 && (s.p[s.n - 1] == ' ' || (s.p[s.n - 1] >= '\t' && s.p[s.n - 1] <= '\r')))
        return 1;
    if (s.n == 0 || (unsigned char)s.p[s.n - 1] < 0x80)
        return 0;
    for (size_t i = 0; i < sizeof wide_spaces / sizeof *wide_spaces; i++) {
        if (str_ends(s, wide_spaces[i]))
            return strlen(wide_spaces[i]);
    }
    return 0;
}

struct str str_trim(struct str s)
{
    size_t n;
    while ((n = space_before(s)) > 0) {
        s.p += n;
        s.n -= n;
    }
    while ((n = space_after(s)) > 0)
        s.n -= n;
    return s;
}

size_t str_find(struct str s, char c)
{
    const char *at = s.n == 0 ? NULL : memchr(s.p, c, s.n);
    return at == NULL ? s.n : (size_t)(at - s.p);
}

bool str_split(struct str *s, char separator, struct str *ret)
{
    if (s->p == NULL)
        return false;
    size_t at = str_find(*s, separator);
    *ret = str_part(s->p, at);
    *s = at == s->n ? (struct str){NULL, 0} : str_part(s->p + at + 1, s->n - at - 1);
    return true;
}

bool str_to_int64(struct str s, int64_t min, int64_t max, int64_t *ret)
{
    bool negative = s.n > 0 && s.p[0] == '-';
    size_t i = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+') ? 1 : 0;
    if (i == s.n)
        return false;
    int64_t value = 0;
    for (; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        int digit = s.p[i] - '0';
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, negative ? -digit : digit, &value))
            return false;
    }
    if (value < min || value > max)
        return false;
    *ret = value;
    return true;
}

bool str_to_double(struct str s, double *ret)
{
    char copy[64];
    if (s.n == 0 || s.n >= sizeof copy)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E'))
            return false;
        copy[i] = c;
    }
    copy[s.n] = '\0';
    /* The program runs in C.UTF-8 (lang_init), whose decimal separator is the point. */
    char *end;
    double value = strtod(copy, &end);
    if (end != copy + s.n || !isfinite(value))
        return false;
    *ret = value;
    return true;
}

bool str_utf8_next(struct str *s, uint32_t *ret)
{
    if (s->n == 0)
        return false;
    const unsigned char *p = (const unsigned char *)s->p;
    uint32_t c = p[0];
    size_t more = c < 0x80 ? 0 : c >= 0xc2 && c < 0xe0 ? 1 : c >= 0xe0 && c < 0xf0 ? 2 : c >= 0xf0 && c < 0xf5 ? 3 : 4;
    if (more == 4 || more >= s->n)
        return false;
    static const uint32_t masks[] = {0x7f, 0x1f, 0x0f, 0x07};
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    c &= masks[more];
    for (size_t i = 1; i <= more; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return false;
        c = c << 6 | (p[i] & 0x3f);
    }
    if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return false;
    s->p += more + 1;
    s->n -= more + 1;
    *ret = c;
    return true;
}

bool str_utf8_valid(struct str s)
{
    uint32_t c;
    while (s.n > 0) {
        /* Eight ASCII bytes at a time: nearly all of every file. */
        uint64_t block;
        if (s.n >= sizeof block) {
            memcpy(&block, s.p, sizeof block);
            if ((block & 0x8080808080808080u) == 0) {
                s.p += sizeof block;
                s.n -= sizeof block;
                continue;
            }
        }
        if ((unsigned char)*s.p < 0x80) { /* the ends of short texts */
            s.p++;
            s.n--;
        } else if (!str_utf8_next(&s, &c)) {
            return false;
        }
    }
    return true;
}

size_t str_utf8_count(struct str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.n; i++)
        count += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return count;
}

struct str str_utf8_cut(struct str s, size_t max_bytes)
{
    if (s.n <= max_bytes)
        return s;
    size_t n = max_bytes;
    while (n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
        n--;
    return str_part(s.p, n);
}

bool str_is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
           c == 0x200e || c == 0x200f || c == 0x061c || c == 0x2028 || c == 0x2029;
}

void str_make_printable(char *line)
{
    struct str rest = str_of(line);
    char *out = line;
    while (rest.n > 0) {
        const char *start = rest.p;
        uint32_t c;
        if (!str_utf8_next(&rest, &c)) { /* an ill-formed byte: one '?' for it */
            rest.p++;
            rest.n--;
            *out++ = '?';
        } else if (c == '\t' || c == '\n' || c == '\r') {
            *out++ = ' ';
        } else if (str_is_control(c)) {
            if (c < 0x80)
                *out++ = '?';
        } else {
            size_t n = (size_t)(rest.p - start);
            memmove(out, start, n);
            out += n;
        }
    }
    *out = '\0';
}
