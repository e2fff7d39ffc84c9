#include "base/text.h"

#include <unicase.h>
#include <uniconv.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>
#include <uniwidth.h>

/* Valid UTF-8 of what may hold bad bytes: those are left out. */
static struct str valid_part(struct arena *a, struct str s)
{
    if (str_utf8_valid(s))
        return s;
    char *copy = arena_alloc(a, s.n + 1, 1);
    size_t n = 0;
    while (s.n > 0) {
        const char *start = s.p;
        uint32_t c;
        if (!str_utf8_next(&s, &c)) {
            s.p++;
            s.n--;
            continue;
        }
        memcpy(copy + n, start, (size_t)(s.p - start));
        n += (size_t)(s.p - start);
    }
    return str_part(copy, n);
}

/* The same for ASCII and the accented letters of Catalan and Spanish, which need no Unicode tables; false otherwise.
 * `out` has room for 3 bytes for every 2 of `s`. */
static bool decompose_latin(char *out, struct str s, size_t *ret_n)
{
    /* U+00C0…U+00DF (and 0x20 more): the base letter, and the last byte of its mark, which is U+03xx: 0xcc and this. */
    static const char base[] = "aaaaaa?ceeeeiiii?nooooo??uuuuy??";
    static const char mark[] =
        "\x80\x81\x82\x83\x88\x8a?\xa7\x80\x81\x82\x88\x80\x81\x82\x88?\x83\x80\x81\x82\x83\x88??"
        "\x80\x81\x82\x88\x81??";
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i], next = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;
        if (c < 0x80) {
            out[n++] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
        } else if (c == 0xc3 && next >= 0x80 && next < 0xbf && base[(next - 0x80) % 32] != '?') {
            out[n++] = base[(next - 0x80) % 32];
            out[n++] = '\xcc';
            out[n++] = mark[(next - 0x80) % 32];
            i++;
        } else if (c == 0xc2 && next == 0xb7) {
            out[n++] = (char)c;
            out[n++] = (char)next;
            i++;
        } else {
            return false;
        }
    }
    out[n] = '\0';
    *ret_n = n;
    return true;
}

/* Case-folded and decomposed (NFKD), in the arena. */
static struct str decomposed(struct arena *a, struct str s)
{
    size_t n = 0;
    char *quick = arena_alloc(a, s.n + s.n / 2 + 2, 1);
    if (decompose_latin(quick, s, &n))
        return str_part(quick, n);
    uint8_t *folded = u8_casefold((const uint8_t *)s.p, s.n, "ca", UNINORM_NFKD, NULL, &n);
    if (folded == NULL)
        return s;
    char *copy = arena_text(a, str_part((const char *)folded, n));
    free(folded);
    return str_part(copy, n);
}

static bool is_joiner(uint32_t c) /* stands inside a word without separating it: l·l */
{
    return c == 0xb7 || c == 0x2027 || c == 0x2022 || c == 0x22c5;
}

/* Catalan and Spanish names need no Unicode tables: U+00C0…U+00FF by their second UTF-8 byte, '?' where the letter has
 * no base of its own, ' ' for the two signs. */
static const char latin_base[] = "aaaaaa?ceeeeiiii?nooooo ?uuuuy??aaaaaa?ceeeeiiii?nooooo ?uuuuy?y";

/* Writes the fold when every character is ASCII or in latin_base; -1 when the general way is needed. */
static ssize_t fold_latin(char *out, struct str s)
{
    size_t n = 0;
    bool gap = false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i], next = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;
        if (c >= 'A' && c <= 'Z') {
            c = (unsigned char)(c + ('a' - 'A'));
        } else if (c == 0xc3 && next >= 0x80 && next < 0xc0 && latin_base[next - 0x80] != '?') {
            c = (unsigned char)latin_base[next - 0x80];
            i++;
        } else if (c == 0xc2 && next == 0xb7) {
            i++;
            continue;
        } else if (c == 0xc2 && next == 0xa0) {
            c = ' ';
            i++;
        } else if (c >= 0x80) {
            return -1;
        }
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) {
            gap = n > 0;
            continue;
        }
        if (gap)
            out[n++] = ' ';
        gap = false;
        out[n++] = (char)c;
    }
    out[n] = '\0';
    return (ssize_t)n;
}

char *text_fold(struct arena *a, struct str s)
{
    char *quick = arena_alloc(a, s.n + 1, 1);
    if (fold_latin(quick, s) >= 0)
        return quick;
    struct str d = decomposed(a, valid_part(a, s));
    char *out = arena_alloc(a, d.n + 1, 1);
    size_t n = 0;
    bool gap = false;
    while (d.n > 0) {
        const char *start = d.p;
        uint32_t c;
        if (!str_utf8_next(&d, &c))
            break;
        if (c >= 'A' && c <= 'Z')
            c += 'a' - 'A';
        bool ascii_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!ascii_word) {
            if (c >= 0x80 && (uc_is_general_category_withtable(c, UC_CATEGORY_MASK_M) || is_joiner(c)))
                continue;
            if (c < 0x80 || !uc_is_general_category_withtable(c, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N)) {
                gap = n > 0;
                continue;
            }
        }
        if (gap)
            out[n++] = ' ';
        gap = false;
        if (c < 0x80) {
            out[n++] = (char)c;
        } else {
            memcpy(out + n, start, (size_t)(d.p - start));
            n += (size_t)(d.p - start);
        }
    }
    out[n] = '\0';
    return out;
}

char *text_sort_key(struct arena *a, struct str s)
{
    /* The fold decides; the accents, as they stand in the decomposed text, break ties after a 0x01. */
    struct str d = decomposed(a, valid_part(a, s));
    char *fold = text_fold(a, s);
    size_t n = strlen(fold);
    char *key = arena_alloc(a, n + 1 + d.n + 1, 1);
    memcpy(key, fold, n);
    key[n] = '\x01';
    memcpy(key + n + 1, d.p, d.n);
    return key;
}

int text_width(struct str s)
{
    int width = 0;
    while (s.n > 0) {
        uint32_t c;
        if (!str_utf8_next(&s, &c)) {
            s.p++;
            s.n--;
            width++;
            continue;
        }
        int w = c < 0x80 ? 1 : uc_width(c, "UTF-8");
        width += w > 0 ? w : 0;
    }
    return width;
}

char *text_clean(struct arena *a, struct str s, bool keep_lines)
{
    s = valid_part(a, s);
    char *out = arena_alloc(a, s.n + 1, 1);
    size_t n = 0;
    bool gap = false, line = false, ascii = true;
    while (s.n > 0) {
        const char *start = s.p;
        uint32_t c;
        if (!str_utf8_next(&s, &c))
            break;
        if (keep_lines && c == '\n') {
            line = true;
        } else if (c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0 || c == 0x2007 || c == 0x202f) {
            gap = true;
        } else if (!str_is_control(c) && c != 0xfeff && c != 0x200b) {
            if (line && n > 0)
                out[n++] = '\n';
            else if (gap && n > 0)
                out[n++] = ' ';
            gap = line = false;
            ascii = ascii && c < 0x80;
            memcpy(out + n, start, (size_t)(s.p - start));
            n += (size_t)(s.p - start);
        }
    }
    out[n] = '\0';
    if (ascii)
        return out;
    /* Composed last: a letter and its accent may meet only when what stood between them is gone. */
    size_t composed_n = 0;
    uint8_t *composed = u8_normalize(UNINORM_NFC, (const uint8_t *)out, n, NULL, &composed_n);
    if (composed != NULL)
        out = arena_text(a, str_part((const char *)composed, composed_n));
    free(composed);
    return out;
}

struct str text_clean_str(struct arena *a, struct str s)
{
    bool clean = s.n == 0 || (s.p[0] != ' ' && s.p[s.n - 1] != ' ');
    for (size_t i = 0; clean && i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i], next = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;
        if (c < 0x80)
            clean = c >= ' ' && c != 0x7f && !(c == ' ' && next == ' ');
        else if (c == 0xc2)
            clean = next > 0xa0 && next < 0xc0; /* no C1 control, no hard space */
        else if (c == 0xc3)
            clean = next >= 0x80 && next < 0xc0;
        else
            clean = false; /* combining marks, controls, or bytes that are not UTF-8: the general way decides */
        if (c >= 0xc2)
            i++;
    }
    return clean ? s : str_of(text_clean(a, s, false));
}

int text_distance(const char *a, const char *b, int max)
{
    enum { LONGEST = 256 };
    size_t na = strlen(a), nb = strlen(b);
    if (na >= LONGEST || nb >= LONGEST || (na > nb ? na - nb : nb - na) > (size_t)max)
        return max + 1;
    int rows[3][LONGEST];
    for (size_t j = 0; j <= nb; j++)
        rows[0][j] = (int)j;
    for (size_t i = 1; i <= na; i++) {
        int *now = rows[i % 3];
        const int *before = rows[(i + 2) % 3], *two_before = rows[(i + 1) % 3];
        now[0] = (int)i;
        int least = now[0];
        for (size_t j = 1; j <= nb; j++) {
            int d = before[j - 1] + (a[i - 1] != b[j - 1]);
            if (before[j] + 1 < d)
                d = before[j] + 1;
            if (now[j - 1] + 1 < d)
                d = now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && two_before[j - 2] + 1 < d)
                d = two_before[j - 2] + 1;
            now[j] = d;
            if (d < least)
                least = d;
        }
        if (least > max)
            return max + 1;
    }
    int d = rows[na % 3][nb];
    return d > max ? max + 1 : d;
}

char *text_decimal(enum lang lang, char *text)
{
    char *point = lang == LANG_EN ? NULL : strchr(text, '.');
    if (point != NULL)
        *point = ',';
    return text;
}
