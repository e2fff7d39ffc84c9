#include "table/xlsx_value.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum xlsx_format xlsx_builtin_format(long id)
{
    static const struct {
        short first, last;
        enum xlsx_format format;
    } ranges[] = {
        {14, 17, XLSX_DATE}, {18, 21, XLSX_TIME}, {22, 22, XLSX_DATE}, {27, 31, XLSX_DATE},
        {32, 35, XLSX_TIME}, {36, 36, XLSX_DATE}, {45, 45, XLSX_TIME}, {47, 47, XLSX_TIME},
        {50, 54, XLSX_DATE}, {55, 56, XLSX_TIME}, {57, 58, XLSX_DATE},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (id >= ranges[i].first && id <= ranges[i].last)
            return ranges[i].format;
    }
    return XLSX_NUMBER;
}

/* What stands in brackets: a colour, condition or locale says nothing; elapsed time [h], [mm], [ss] makes a number. */
static bool is_elapsed(struct str inside)
{
    if (inside.n == 0)
        return false;
    char first = (char)(inside.p[0] | 0x20);
    if (first != 'h' && first != 'm' && first != 's')
        return false;
    for (size_t i = 1; i < inside.n; i++) {
        if ((inside.p[i] | 0x20) != first)
            return false;
    }
    return true;
}

enum xlsx_format xlsx_custom_format(struct str code)
{
    bool date = false, time = false, month = false, other = false;
    for (size_t i = 0; i < code.n; i++) {
        char c = code.p[i];
        struct str rest = str_part(code.p + i + 1, code.n - i - 1);
        if (c == '"')
            i += str_find(rest, '"') + 1;
        else if (c == '\\' || c == '_' || c == '*')
            i++; /* the next character is shown, left blank or repeated */
        else if (c == '[') {
            size_t close = str_find(rest, ']');
            if (is_elapsed(str_part(rest.p, close)))
                return XLSX_NUMBER;
            i += close + 1;
        } else if (c == ';') {
            break; /* the other sections are for negative numbers, zero and text */
        } else if (rest.n >= 6 && str_is_nocase(str_part(code.p + i, 7), "general")) {
            return XLSX_NUMBER;
        } else if ((c | 0x20) == 'y' || (c | 0x20) == 'd') {
            date = true;
        } else if ((c | 0x20) == 'h' || (c | 0x20) == 's') {
            time = true;
        } else if ((c | 0x20) == 'm') {
            month = true;
        } else if (c == '#' || c == '?') {
            other = true; /* digits of a number; 0 stands in seconds too (ss.000) */
        }
    }
    if (other)
        return XLSX_NUMBER;
    if (date || (month && !time))
        return XLSX_DATE;
    return time ? XLSX_TIME : XLSX_NUMBER;
}

bool xlsx_day(double serial, enum xlsx_format format, bool date1904, day_t *ret)
{
    if (format == XLSX_NUMBER || !(serial >= 0) || serial >= 2958466)
        return false;
    /* Half a millisecond of rounding in the last place must not move midnight to the day before. */
    int32_t days = (int32_t)floor(serial + 1e-8);
    if (days == 0 && (format == XLSX_TIME || !date1904))
        return false;
    day_t zero = date1904 ? day_from_civil(1904, 1, 1) : day_from_civil(1899, 12, days < 60 ? 31 : 30);
    day_t d = zero + days;
    if (d > day_from_civil(9999, 12, 31))
        return false;
    *ret = d;
    return true;
}

/* Plain digits that are their own shortest form: -?(0|[1-9][0-9]*)(.[0-9]*[1-9])?, 15 digits at most. */
static bool is_shortest(struct str s, bool *ret_integer, int64_t *ret_value)
{
    size_t i = s.n > 0 && s.p[0] == '-' ? 1 : 0, first = i, digits = 0;
    int64_t value = 0;
    for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && digits <= 15; i++, digits++)
        value = value * 10 + (s.p[i] - '0');
    if (digits == 0 || digits > 15 || (s.p[first] == '0' && (digits > 1 || (first == 1 && i == s.n))))
        return false;
    *ret_integer = i == s.n;
    *ret_value = first == 1 ? -value : value;
    if (i == s.n)
        return true;
    if (s.p[i] != '.' || s.p[s.n - 1] == '0' || s.n - i < 2 || value == 0)
        return false; /* below 1, %g might choose an exponent: the slow path decides */
    for (size_t j = i + 1; j < s.n; j++, digits++) {
        if (s.p[j] < '0' || s.p[j] > '9')
            return false;
    }
    return digits <= 15;
}

bool xlsx_number(struct str text, double *ret, char out[XLSX_NUMBER_BYTES], size_t *ret_n)
{
    bool integer = false;
    int64_t whole = 0;
    if (is_shortest(text, &integer, &whole)) {
        if (integer)
            *ret = (double)whole;
        else if (!str_to_double(text, ret))
            return false;
        memcpy(out, text.p, text.n); /* 17 bytes at most */
        *ret_n = text.n;
        return true;
    }
    double value;
    if (!str_to_double(str_trim(text), &value))
        return false;
    int n;
    if (value == floor(value) && fabs(value) < 1e18) {
        n = snprintf(out, XLSX_NUMBER_BYTES, "%.0f", value == 0 ? 0.0 : value);
    } else {
        double again = 0;
        n = 0;
        for (int digits = 15; digits <= 17; digits++) {
            n = snprintf(out, XLSX_NUMBER_BYTES, "%.*g", digits, value);
            if (str_to_double(str_part(out, (size_t)n), &again) && again == value)
                break;
        }
    }
    *ret = value;
    *ret_n = (size_t)n;
    return true;
}

/* The four hex digits of _xHHHH_ at p. */
static bool escape_at(const char *p, size_t n, uint32_t *ret)
{
    if (n < 7 || p[0] != '_' || p[1] != 'x' || p[6] != '_')
        return false;
    uint32_t c = 0;
    for (int i = 2; i < 6; i++) {
        char d = p[i];
        int v = d >= '0' && d <= '9'   ? d - '0'
                : d >= 'A' && d <= 'F' ? d - 'A' + 10
                : d >= 'a' && d <= 'f' ? d - 'a' + 10
                                       : -1;
        if (v < 0)
            return false;
        c = c << 4 | (uint32_t)v;
    }
    *ret = c;
    return true;
}

/* At most 4 bytes, where 7 or 14 stood. */
static size_t put_utf8(char *to, uint32_t c)
{
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    if (c < 0x80) {
        to[0] = (char)c;
        return c == 0 ? 0 : 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        to[i] = (char)(0x80 | (c & 0x3f));
    to[0] = (char)(lead[n] | c);
    return n;
}

size_t xlsx_unescape(char *text, size_t n)
{
    char *found = n < 7 ? NULL : memmem(text, n, "_x", 2);
    if (found == NULL)
        return n;
    size_t at = (size_t)(found - text), to = at;
    while (at < n) {
        uint32_t c, low;
        if (!escape_at(text + at, n - at, &c)) {
            text[to++] = text[at++];
            continue;
        }
        at += 7;
        if (c >= 0xd800 && c < 0xdc00 && escape_at(text + at, n - at, &low) && low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            at += 7;
        }
        to += put_utf8(text + to, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
    }
    return to;
}
