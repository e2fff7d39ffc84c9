/* Codes that identify bodies. The digits are checked, never looked up: which body has a code is src/record's. */
#include "core/identity.h"

#include "base/limits.h"

#include <stdio.h>
#include <string.h>

/* What the INE's published codes obey: each digit goes through a table chosen by its place (security.md). */
static const char table_a[] = "0382741596";
static const char table_b[] = "0246813579";
static const char table_c[] = "0123456789";
static const char *const first_tables[] = {table_b, table_a, table_c, table_b, table_a};
static const char *const second_tables[] = {table_a, table_c, table_b, table_a};

static char check_digit(const char *digits, const char *const *tables, size_t count)
{
    int sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += tables[i][digits[i] - '0'] - '0';
    return (char)('0' + (10 - sum % 10) % 10);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

enum { INE10_DIGITS = INE10_BYTES - 1 };

enum ine10_verdict ine10_parse(struct str s, char out[INE10_BYTES])
{
    s = str_trim(s);
    if (str_ends(s, ".0"))
        s = str_trim(str_part(s.p, s.n - 2));
    char digits[INE10_DIGITS];
    size_t n = 0;
    bool some = false;
    while (s.n > 0) {
        struct str rest = str_trim(s); /* white space between groups of digits */
        char c = rest.p[0];
        if (!is_digit(c) || n == INE10_DIGITS)
            return INE10_FORMAT;
        digits[n++] = c;
        some = some || c != '0';
        s = str_part(rest.p + 1, rest.n - 1);
    }
    if (!some) /* nothing at all, or the zero with which databases write "none" */
        return INE10_FORMAT;
    memset(out, '0', INE10_DIGITS);
    memcpy(out + INE10_DIGITS - n, digits, n);
    out[INE10_DIGITS] = '\0';
    bool good = out[5] == check_digit(out, first_tables, 5) && out[9] == check_digit(out + 5, second_tables, 4);
    return good ? INE10_GOOD : INE10_CHECK;
}

bool ine10_of_town(int province, int municipality, char out[INE10_BYTES])
{
    if (province < 1 || province > 52 || municipality < 1 || municipality > 999)
        return false;
    (void)snprintf(out, INE10_BYTES, "%02d%03d00000", province, municipality);
    out[5] = check_digit(out, first_tables, 5);
    out[9] = check_digit(out + 5, second_tables, 4);
    return true;
}

/* Upper case without what people put between the characters; the length, or NIF_BYTES when too long. */
static size_t nif_clean(struct str s, char out[NIF_BYTES])
{
    static const char *const prefixes[] = {"VATES", "ES"};
    char all[sizeof "VATES" - 1 + NIF_BYTES];
    size_t n = 0;
    while (s.n > 0) {
        uint32_t c;
        if (!str_utf8_next(&s, &c))
            return NIF_BYTES;
        bool dash = c == '-' || (c >= 0x2010 && c <= 0x2015);
        if (dash || c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0 || c == 0x202f || c == '.' || c == '/')
            continue;
        bool word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!word || n == sizeof all)
            return NIF_BYTES;
        all[n++] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    size_t skip = 0;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes && skip == 0; i++) {
        if (str_starts(str_part(all, n), prefixes[i]))
            skip = strlen(prefixes[i]);
    }
    n -= skip;
    if (n < NIF_BYTES) {
        memcpy(out, all + skip, n);
        out[n] = '\0';
    }
    return n;
}

static bool all_digits(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_digit(p[i]))
            return false;
    }
    return true;
}

static char dni_letter(const char *digits, size_t n, int first)
{
    int number = first;
    for (size_t i = 0; i < n; i++)
        number = number * 10 + (digits[i] - '0');
    return "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23];
}

/* Seven digits of a legal person: even places as they are, odd places doubled and their digits added. */
static int cif_control(const char *digits)
{
    int sum = 0;
    for (int i = 0; i < 7; i++) {
        int digit = digits[i] - '0';
        sum += i % 2 == 1 ? digit : digit * 2 / 10 + digit * 2 % 10;
    }
    return (10 - sum % 10) % 10;
}

static bool cif_is_good(const char nif[NIF_BYTES])
{
    int control = cif_control(nif + 1);
    bool letter = nif[8] == "JABCDEFGHI"[control], digit = nif[8] == '0' + control;
    if (strchr("NPQRSW", nif[0]) != NULL) /* public bodies, congregations, foreigners: always a letter */
        return letter;
    if (strchr("ABEH", nif[0]) != NULL) /* companies, communities: always a digit */
        return digit;
    return letter || digit;
}

enum nif_kind nif_parse(struct str s, char out[NIF_BYTES])
{
    char nif[NIF_BYTES];
    if (nif_clean(s, nif) != NIF_BYTES - 1 || !all_digits(nif + 1, 7))
        return NIF_BAD;
    enum nif_kind kind = NIF_BAD;
    if (is_digit(nif[0]))
        kind = nif[8] == dni_letter(nif, 8, 0) ? NIF_DNI : NIF_BAD;
    else if (nif[0] >= 'K' && nif[0] <= 'M')
        kind = nif[8] == dni_letter(nif + 1, 7, 0) ? NIF_DNI : NIF_BAD;
    else if (nif[0] >= 'X' && nif[0] <= 'Z')
        kind = nif[8] == dni_letter(nif + 1, 7, nif[0] - 'X') ? NIF_NIE : NIF_BAD;
    else if (strchr("ABCDEFGHJNPQRSUVW", nif[0]) != NULL)
        kind = cif_is_good(nif) ? NIF_CIF : NIF_BAD;
    if (kind != NIF_BAD)
        memcpy(out, nif, NIF_BYTES);
    return kind;
}

enum cif_verdict cif_parse(struct str s, char out[NIF_BYTES])
{
    char nif[NIF_BYTES];
    if (nif_clean(s, nif) != NIF_BYTES - 1 || !all_digits(nif + 1, 7))
        return CIF_FORMAT;
    bool letter_last = nif[8] >= 'A' && nif[8] <= 'Z';
    if (is_digit(nif[0]) || strchr("KLMXYZ", nif[0]) != NULL)
        return letter_last ? CIF_PERSON : CIF_FORMAT;
    if (strchr("ABCDEFGHJNPQRSUVW", nif[0]) == NULL || (letter_last && nif[8] > 'J'))
        return CIF_FORMAT;
    if (!cif_is_good(nif))
        return CIF_CHECK;
    memcpy(out, nif, NIF_BYTES);
    return CIF_GOOD;
}

bool email_ok(struct str s)
{
    enum { LOCAL_MOST = 64 }; /* RFC 5321 §4.5.3.1.1 */
    size_t at = str_find(s, '@');
    if (s.n > LIMIT_EMAIL_BYTES || at == 0 || at > LOCAL_MOST || at + 1 >= s.n)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c <= 0x20 || c >= 0x7f || strchr("\"(),:;<>[\\]", c) != NULL || (c == '@' && i != at) ||
            (c == '.' && i + 1 < s.n && s.p[i + 1] == '.'))
            return false;
    }
    return s.p[at + 1] != '.' && s.p[at + 1] != '-' && s.p[s.n - 1] != '.';
}
