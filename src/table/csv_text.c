#include "table/csv_text.h"

#include <stdint.h>

/* Rows that decide the separator: enough to outvote a title, few enough to cost nothing. */
#define GUESS_ROWS 50

enum csv_encoding csv_declared(struct str head, size_t *ret_mark)
{
    const unsigned char *p = (const unsigned char *)head.p;
    *ret_mark = 0;
    if (str_starts(head, "\xef\xbb\xbf")) {
        *ret_mark = 3;
        return CSV_UTF8;
    }
    if (head.n < 2)
        return CSV_UNDECIDED;
    if ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff)) {
        *ret_mark = 2;
        return p[0] == 0xff ? CSV_UTF16_LE : CSV_UTF16_BE;
    }
    if (head.n >= 4 && p[0] != 0 && p[1] == 0 && p[2] != 0 && p[3] == 0)
        return CSV_UTF16_LE;
    if (head.n >= 4 && p[0] == 0 && p[1] != 0 && p[2] == 0 && p[3] != 0)
        return CSV_UTF16_BE;
    return CSV_UNDECIDED;
}

enum csv_encoding csv_guess_encoding(struct str sample)
{
    size_t good = 0, bad = 0;
    struct str s = sample;
    while (s.n > 0) {
        if ((unsigned char)s.p[0] < 0x80) {
            s = str_part(s.p + 1, s.n - 1);
            continue;
        }
        uint32_t c;
        if (str_utf8_next(&s, &c)) {
            good++;
        } else {
            bad += s.n >= 4; /* a character may be cut in the last three bytes */
            s = str_part(s.p + 1, s.n - 1);
        }
    }
    if (good == 0 && bad == 0)
        return CSV_UNDECIDED;
    return good >= bad ? CSV_UTF8 : CSV_WINDOWS_1252;
}

/* One row of the sample seen with one separator: how many fields. Quotes only count at the start of a field, as in
 * the reader. Advances; false at the end, and for a row that the end of the sample may have cut. */
static bool count_fields(struct str *s, char separator, bool whole, size_t *ret_fields, size_t *ret_spaced)
{
    size_t fields = 1, spaced = 0, i = 0;
    bool at_start = true, quoted = false;
    for (; i < s->n; i++) {
        char c = s->p[i];
        if (quoted) {
            if (c == '"' && i + 1 < s->n && s->p[i + 1] == '"')
                i++;
            else if (c == '"')
                quoted = false;
            continue;
        }
        if (c == '\n' || c == '\r')
            break;
        quoted = at_start && c == '"';
        at_start = c == separator;
        if (at_start) {
            fields++;
            spaced += i + 1 < s->n && s->p[i + 1] == ' ';
        }
    }
    if (s->n == 0 || (i == s->n && !whole))
        return false;
    if (i + 1 < s->n && s->p[i] == '\r' && s->p[i + 1] == '\n')
        i++;
    i += i < s->n;
    *s = str_part(s->p + i, s->n - i);
    *ret_fields = fields;
    *ret_spaced = spaced;
    return true;
}

/* How evenly a separator splits the rows: the share of rows with the commonest number of fields, squared so that a
 * steady separator beats one that many texts contain, times the separators in such a row. One that splits the first row
 * just so counts three times, for headers hold no prose; one followed by spaces counts down to a quarter, for prose
 * does that. */
static double separator_score(struct str sample, char separator, bool whole)
{
    size_t counts[GUESS_ROWS], rows = 0, spaced = 0, separators = 0, fields, row_spaced;
    for (struct str s = sample; rows < GUESS_ROWS;) {
        struct str before = s;
        if (!count_fields(&s, separator, whole, &fields, &row_spaced))
            break;
        if (str_trim(str_part(before.p, before.n - s.n)).n == 0)
            continue;
        counts[rows++] = fields;
        spaced += row_spaced;
        separators += fields - 1;
    }
    size_t best = 0, mode = 1;
    for (size_t i = 0; i < rows; i++) {
        size_t same = 0;
        for (size_t j = 0; j < rows; j++)
            same += counts[j] == counts[i];
        if (counts[i] > 1 && (same > best || (same == best && counts[i] > mode))) {
            best = same;
            mode = counts[i];
        }
    }
    /* One column of inverted names ("Prat de Llobregat, Ajuntament del") under a header is no table of two. */
    if (best == 0 || (separator == ',' && mode == 2 && counts[0] == 1 && spaced == separators))
        return 0;
    double share = (double)best / (double)rows;
    double prose = (double)spaced / (double)separators;
    return share * share * (double)(mode - 1) * (counts[0] == mode ? 3 : 1) * (1 - 0.75 * prose);
}

char csv_guess_separator(struct str sample, bool whole)
{
    static const char candidates[] = {'\t', ';', ',', '|'};
    char chosen = '\t'; /* when nothing splits the rows: what does not occur in them */
    double best = 0;
    /* A first row longer than the sample is still better than none. */
    size_t fields, spaced;
    struct str probe = sample;
    bool use_all = whole || !count_fields(&probe, '\t', false, &fields, &spaced);
    for (size_t i = 0; i < sizeof candidates; i++) {
        double score = separator_score(sample, candidates[i], use_all);
        if (score > best) {
            best = score;
            chosen = candidates[i];
        }
    }
    return chosen;
}

char csv_told_separator(struct str sample, size_t *ret_line)
{
    size_t quoted = str_starts(sample, "\"") ? 1 : 0; /* "sep=;" in quotes is written by some tools */
    struct str s = str_part(sample.p + quoted, sample.n - quoted);
    if (s.n < 6 || !str_is_nocase(str_part(s.p, 4), "sep="))
        return 0;
    char separator = s.p[4];
    size_t at = 5;
    if (separator == '"' || separator == '\n' || separator == '\r' || (unsigned char)separator >= 0x80)
        return 0;
    if (quoted != 0 && s.p[at++] != '"')
        return 0;
    if (at < s.n && s.p[at] == '\r')
        at++;
    if (at < s.n && s.p[at] == '\n')
        at++;
    if (s.p[at - 1] != '\n' && s.p[at - 1] != '\r')
        return 0;
    *ret_line = at + quoted;
    return separator;
}

static size_t put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xe0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 0x3f));
        to[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    to[0] = (char)(0xf0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 0x3f));
    to[2] = (char)(0x80 | (c >> 6 & 0x3f));
    to[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* 0x80–0x9f, where Windows-1252 differs from Latin-1. */
static const uint16_t windows_1252[32] = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178,
};

size_t csv_from_windows_1252(struct str from, char *to)
{
    size_t n = 0;
    for (size_t i = 0; i < from.n; i++) {
        unsigned char c = (unsigned char)from.p[i];
        n += put_utf8(to + n, c >= 0x80 && c < 0xa0 ? windows_1252[c - 0x80] : c);
    }
    return n;
}

static uint32_t unit_at(struct str s, size_t at, bool big_endian)
{
    const unsigned char *p = (const unsigned char *)s.p + at;
    return big_endian ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

size_t csv_from_utf16(struct str from, bool big_endian, char *to, size_t *ret_used)
{
    size_t at = 0, n = 0;
    while (at + 2 <= from.n) {
        uint32_t c = unit_at(from, at, big_endian);
        if (c >= 0xd800 && c < 0xdc00) {
            if (at + 4 > from.n)
                break;
            uint32_t low = unit_at(from, at + 2, big_endian);
            if (low >= 0xdc00 && low < 0xe000) {
                n += put_utf8(to + n, 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00));
                at += 4;
                continue;
            }
        }
        n += put_utf8(to + n, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
        at += 2;
    }
    *ret_used = at;
    return n;
}
