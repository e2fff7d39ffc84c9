/* Reading and writing dates. One forward pass over a short folded copy; which columns hold dates is src/registry's. */
#include "core/date_text.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"

/* --- names --- */

struct month_names {
    const char *name[LANG_COUNT];       /* as written after the day */
    const char *short_name[LANG_COUNT]; /* as in a table */
};
static const struct month_names months[12] = {
    {{"January", "gener", "enero"}, {"Jan", "gen.", "ene."}},
    {{"February", "febrer", "febrero"}, {"Feb", "febr.", "feb."}},
    {{"March", "març", "marzo"}, {"Mar", "març", "mar."}},
    {{"April", "abril", "abril"}, {"Apr", "abr.", "abr."}},
    {{"May", "maig", "mayo"}, {"May", "maig", "may."}},
    {{"June", "juny", "junio"}, {"Jun", "juny", "jun."}},
    {{"July", "juliol", "julio"}, {"Jul", "jul.", "jul."}},
    {{"August", "agost", "agosto"}, {"Aug", "ag.", "ago."}},
    {{"September", "setembre", "septiembre"}, {"Sep", "set.", "sept."}},
    {{"October", "octubre", "octubre"}, {"Oct", "oct.", "oct."}},
    {{"November", "novembre", "noviembre"}, {"Nov", "nov.", "nov."}},
    {{"December", "desembre", "diciembre"}, {"Dec", "des.", "dic."}},
};
static const struct month_names weekdays[7] = {
    {{"Monday", "dilluns", "lunes"}, {"Mon", "dl.", "lun."}},
    {{"Tuesday", "dimarts", "martes"}, {"Tue", "dt.", "mar."}},
    {{"Wednesday", "dimecres", "miércoles"}, {"Wed", "dc.", "mié."}},
    {{"Thursday", "dijous", "jueves"}, {"Thu", "dj.", "jue."}},
    {{"Friday", "divendres", "viernes"}, {"Fri", "dv.", "vie."}},
    {{"Saturday", "dissabte", "sábado"}, {"Sat", "ds.", "sáb."}},
    {{"Sunday", "diumenge", "domingo"}, {"Sun", "dg.", "dom."}},
};
_Static_assert(LANG_EN == 0 && LANG_CA == 1 && LANG_ES == 2 && LANG_COUNT == 3, "the order of the columns above");

/* --- folding: the letters of month names without case and accents --- */

enum { FOLDED_BYTES = 80 }; /* the longest date, weekday and time with zone take about 60 */

static char base_letter(uint32_t c)
{
    if (c < 0x80)
        return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    static const struct {
        uint32_t code;
        char letter;
    } others[] = {
        {0xe0, 'a'},   {0xe1, 'a'},   {0xe7, 'c'},   {0xe8, 'e'},    {0xe9, 'e'},  {0xed, 'i'},   {0xef, 'i'},
        {0xf2, 'o'},   {0xf3, 'o'},   {0xfa, 'u'},   {0xfc, 'u'},    {0xba, 'o'},  {0xaa, 'a'},   {0xa0, ' '},
        {0x202f, ' '}, {0x2007, ' '}, {0x2009, ' '}, {0x2019, '\''}, {0xb4, '\''}, {0x2010, '-'}, {0x2011, '-'},
        {0x2012, '-'}, {0x2013, '-'}, {0x2014, '-'}, {0x2212, '-'},
    };
    if (c >= 0xc0 && c < 0xde) /* capitals of Latin-1 */
        c += 0x20;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (others[i].code == c)
            return others[i].letter;
    }
    return '\0';
}

/* False when it is too long or holds what no date holds. White space of any kind becomes one blank. */
static bool fold_date(struct str s, char out[FOLDED_BYTES], size_t *ret_n)
{
    size_t n = 0;
    while (s.n > 0) {
        uint32_t code;
        if (!str_utf8_next(&s, &code))
            return false;
        if (code >= 0x300 && code < 0x370) /* a combining accent */
            continue;
        char c = base_letter(code);
        if (c == '\0' || n == FOLDED_BYTES - 1)
            return false;
        if (c >= '\t' && c <= '\r')
            c = ' ';
        if (c != ' ' || (n > 0 && out[n - 1] != ' '))
            out[n++] = c;
    }
    out[n] = '\0';
    *ret_n = n;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
static bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

/* --- a cursor --- */

static bool take(struct str *s, char c)
{
    if (s->n == 0 || s->p[0] != c)
        return false;
    *s = str_part(s->p + 1, s->n - 1);
    return true;
}

static bool take_any(struct str *s, const char *of)
{
    bool some = false;
    while (s->n > 0 && s->p[0] != '\0' && strchr(of, s->p[0]) != NULL) {
        *s = str_part(s->p + 1, s->n - 1);
        some = true;
    }
    return some;
}

/* Between min and max digits, all that there are. */
static bool take_number(struct str *s, size_t min, size_t max, int *ret, size_t *ret_digits)
{
    size_t n = 0;
    int value = 0;
    while (n < s->n && is_digit(s->p[n])) {
        if (n == max)
            return false;
        value = value * 10 + (s->p[n++] - '0');
    }
    if (n < min)
        return false;
    *s = str_part(s->p + n, s->n - n);
    *ret = value;
    if (ret_digits != NULL)
        *ret_digits = n;
    return true;
}

static struct str take_word(struct str *s)
{
    size_t n = 0;
    while (n < s->n && is_letter(s->p[n]))
        n++;
    struct str word = str_part(s->p, n);
    *s = str_part(s->p + n, s->n - n);
    return word;
}

/* True when `word` is `name` (any case, any accents) or its first three letters or more. */
static bool is_name(struct str word, const char *name)
{
    char folded[FOLDED_BYTES];
    size_t n;
    return word.n >= 3 && fold_date(str_of(name), folded, &n) && word.n <= n && memcmp(word.p, folded, word.n) == 0;
}

/* Its short form without the dot, which may have two letters ("ag.", "dv."). */
static bool is_short_name(struct str word, const char *name)
{
    char folded[FOLDED_BYTES];
    size_t n;
    if (!fold_date(str_of(name), folded, &n))
        return false;
    n -= folded[n - 1] == '.';
    return word.n == n && memcmp(word.p, folded, n) == 0;
}

/* 1 … count; 0 when it is none of them or could be several ("dim"). */
static int name_index(struct str word, const struct month_names *names, int count)
{
    int found = 0;
    for (int i = 0; i < count; i++) {
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            if (is_short_name(word, names[i].short_name[lang]))
                return i + 1;
            if (is_name(word, names[i].name[lang])) {
                if (found != 0 && found != i + 1)
                    return 0;
                found = i + 1;
            }
        }
    }
    return found;
}

static int month_index(struct str word)
{
    return str_starts(word, "set") && is_name(word, "setiembre") ? 9 : name_index(word, months, 12);
}

/* --- parts of a date --- */

static int year_of(int value, size_t digits)
{
    if (digits != 2)
        return value;
    return value + (value < LIMIT_YEAR_MIN % 100 ? 2000 : 1900); /* two digits never mean a year before the limit */
}

static bool take_year(struct str *s, int *ret)
{
    int value;
    size_t digits;
    if (!take_number(s, 2, 4, &value, &digits) || digits == 3)
        return false;
    *ret = year_of(value, digits);
    return true;
}

/* "Z", "+01:00", "+0100", "utc": seconds east of Greenwich. */
static bool take_zone(struct str *s, int *ret)
{
    take(s, ' ');
    if (s->n > 0 && is_letter(s->p[0])) {
        struct str word = take_word(s);
        *ret = 0;
        return str_is(word, "z") || str_is(word, "utc") || str_is(word, "gmt");
    }
    bool west = s->n > 0 && s->p[0] == '-';
    int hours, minutes = 0;
    if (!take(s, west ? '-' : '+'))
        return false;
    if (s->n >= 4 && is_digit(s->p[2])) { /* 0100 */
        struct str hour_part = str_part(s->p, 2), minute_part = str_part(s->p + 2, s->n - 2);
        if (!take_number(&hour_part, 2, 2, &hours, NULL) || !take_number(&minute_part, 2, 2, &minutes, NULL))
            return false;
        *s = minute_part;
    } else if (!take_number(s, 2, 2, &hours, NULL) || (take(s, ':') && !take_number(s, 2, 2, &minutes, NULL))) {
        return false;
    }
    if (hours > 14 || minutes > 59)
        return false;
    *ret = (hours * 3600 + minutes * 60) * (west ? -1 : 1);
    return true;
}

/* "9:30", "00:00:00.0", "12.00.00.000000 am", "23:00:00z": the whole rest. *ret_zone is INT32_MAX without a zone. */
static bool take_time(struct str *s, int *ret_seconds, int *ret_zone)
{
    int hour, minute, second = 0, fraction;
    *ret_zone = INT32_MAX;
    if (!take_number(s, 1, 2, &hour, NULL) || !(take(s, ':') || take(s, '.')) || !take_number(s, 2, 2, &minute, NULL))
        return false;
    if (take(s, ':') || take(s, '.')) {
        if (!take_number(s, 2, 2, &second, NULL))
            return false;
        if ((take(s, '.') || take(s, ',')) && !take_number(s, 1, 9, &fraction, NULL))
            return false;
    }
    struct str rest = *s;
    take(&rest, ' ');
    bool morning = str_starts(rest, "am") || str_starts(rest, "a.m."), evening = str_starts(rest, "p");
    if (morning || (evening && (str_starts(rest, "pm") || str_starts(rest, "p.m.")))) {
        if (hour < 1 || hour > 12)
            return false;
        hour = hour % 12 + (evening ? 12 : 0);
        size_t skip = rest.p[1] == '.' ? 4 : 2;
        *s = str_part(rest.p + skip, rest.n - skip);
    } else if (take(&rest, 'h')) {
        *s = rest;
    }
    if (hour > 23 || minute > 59 || second > 60)
        return false;
    *ret_seconds = hour * 3600 + minute * 60 + second;
    return s->n == 0 || (take_zone(s, ret_zone) && s->n == 0);
}

struct parsed {
    int year, month, day;
    int weekday; /* 0: not given */
};

/* "de", "d'", "del", "of", dots, commas and blanks between the parts written in words. */
static void skip_between(struct str *s)
{
    static const char *const words[] = {"del", "de", "d", "of"};
    take_any(s, " .,-/");
    struct str rest = *s, word = take_word(&rest);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_is(word, words[i])) {
            *s = rest;
            take_any(s, " '");
            return;
        }
    }
}

/* "novembre de 2026" after the day. */
static bool take_words(struct str *s, struct parsed *ret)
{
    static const char *const ordinals[] = {"r", "er", "o", "st", "nd", "rd", "th"};
    struct str rest = *s, word = take_word(&rest);
    for (size_t i = 0; i < sizeof ordinals / sizeof *ordinals; i++) {
        if (str_is(word, ordinals[i]))
            *s = rest;
    }
    skip_between(s);
    ret->month = month_index(take_word(s));
    skip_between(s);
    return ret->month != 0 && take_year(s, &ret->year);
}

static bool take_date(struct str *s, struct parsed *ret)
{
    if (s->n > 0 && is_letter(s->p[0])) {
        ret->weekday = name_index(take_word(s), weekdays, 7);
        if (ret->weekday == 0)
            return false;
        take_any(s, " .,");
    }
    int first;
    size_t digits;
    if (!take_number(s, 1, 8, &first, &digits))
        return false;
    if (digits == 8) {
        *ret = (struct parsed){first / 10000, first / 100 % 100, first % 100, ret->weekday};
        return true;
    }
    char separator = s->n > 0 ? s->p[0] : '\0';
    bool numeric = (separator == '-' || separator == '/' || separator == '.') && s->n > 1 && is_digit(s->p[1]);
    if (digits == 4) {
        ret->year = first;
        return numeric && take(s, separator) && take_number(s, 1, 2, &ret->month, NULL) && take(s, separator) &&
               take_number(s, 1, 2, &ret->day, NULL);
    }
    if (digits > 2)
        return false;
    ret->day = first;
    if (numeric)
        return take(s, separator) && take_number(s, 1, 2, &ret->month, NULL) && take(s, separator) &&
               take_year(s, &ret->year);
    return take_words(s, ret);
}

static bool is_empty_word(struct str s)
{
    static const char *const words[] = {
        "",    "-",  "--",  "---", "null", "(null)", "<null>",     "nil",       "none",
        "n/a", "na", "n/d", "s/d", "#n/a", "#n/d",   "sense data", "sin fecha", "no date",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_is(s, words[i]))
            return true;
    }
    return false;
}

static int digits_value(const char *p, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        if (!is_digit(p[i]))
            return -1;
        value = value * 10 + (p[i] - '0');
    }
    return value;
}

/* dd/mm/yyyy and yyyy-mm-dd, which nearly every cell has, without the general way. False says nothing about the text.
 */
static bool parse_common(struct str s, day_t *ret)
{
    int year, month, day;
    if (s.n != sizeof "20/11/2026" - 1)
        return false;
    if (s.p[2] == '/' && s.p[5] == '/') {
        day = digits_value(s.p, 2);
        month = digits_value(s.p + 3, 2);
        year = digits_value(s.p + 6, 4);
    } else if (s.p[4] == '-' && s.p[7] == '-') {
        year = digits_value(s.p, 4);
        month = digits_value(s.p + 5, 2);
        day = digits_value(s.p + 8, 2);
    } else {
        return false;
    }
    day_t d = year < LIMIT_YEAR_MIN || year > LIMIT_YEAR_MAX ? DAY_NONE : day_from_civil(year, month, day);
    if (d == DAY_NONE)
        return false;
    *ret = d;
    return true;
}

enum date_verdict date_parse(struct str text, day_t *ret)
{
    if (parse_common(text, ret))
        return DATE_OK;
    char folded[FOLDED_BYTES];
    size_t n;
    if (!fold_date(str_trim(text), folded, &n))
        return DATE_FORM;
    struct str s = str_part(folded, n);
    if (is_empty_word(s))
        return DATE_EMPTY;

    struct parsed date = {0};
    int seconds = 0, zone = INT32_MAX;
    if (!take_date(&s, &date))
        return DATE_FORM;
    if (s.n > 0) {
        struct str end = s; /* what may still stand after the date alone: "de 2026." */
        bool only_dots = take_any(&end, " .") && end.n == 0;
        take(&s, ',');
        if (!only_dots && (!(take(&s, ' ') || take(&s, 't')) || !take_time(&s, &seconds, &zone)))
            return DATE_FORM;
    }
    day_t d = day_from_civil(date.year, date.month, date.day);
    if (d == DAY_NONE)
        return DATE_IMPOSSIBLE;
    if (date.weekday != 0 && day_weekday(d) != (enum weekday)date.weekday)
        return DATE_IMPOSSIBLE; /* the date or its weekday is a slip: which, we cannot know */
    if (zone != INT32_MAX)      /* an instant: 23:00Z in winter is the next day's midnight in Madrid */
        d = day_madrid(((instant_t)d * 86400 + seconds - zone) * INSTANT_PER_SECOND);
    int year = day_to_civil(d).year;
    if (year < LIMIT_YEAR_MIN || year > LIMIT_YEAR_MAX)
        return DATE_RANGE;
    *ret = d;
    return DATE_OK;
}

enum date_verdict date_from_serial(double serial, day_t *ret)
{
    /* 1 = 1900-01-01, and 60 is a 29 February that never was: from 61 on the origin is 1899-12-30. */
    enum { FIRST = 36526 /* 2000-01-01 */, LAST = 73415 /* 2100-12-31 */, ORIGIN = -25569 };
    const double half_millisecond = 0.5 / 86400e3; /* what a sum of fractions may lack to the next midnight */
    if (serial != serial)
        return DATE_FORM;
    serial += half_millisecond;
    if (!(serial >= FIRST && serial < LAST + 1))
        return DATE_RANGE;
    *ret = (day_t)serial + ORIGIN;
    return DATE_OK;
}

const char *date_verdict_text(enum date_verdict v)
{
    switch (v) {
    case DATE_OK: return N_("the date is right");
    case DATE_EMPTY: return N_("there is no date");
    case DATE_FORM: return N_("it is not written as a date (write it as 20/11/2026 or 2026-11-20)");
    case DATE_IMPOSSIBLE: return N_("that day does not exist (the day comes before the month)");
    case DATE_RANGE: return N_("the year is outside what is possible for a certificate");
    }
    return "";
}

/* --- writing --- */

const char *date_short(day_t d, enum lang lang, char out[DATE_LONG_BYTES])
{
    out[0] = '\0';
    if (d == DAY_NONE)
        return out;
    struct civil c = day_to_civil(d);
    (void)snprintf(out, DATE_LONG_BYTES, "%s %d %s %d", weekdays[day_weekday(d) - 1].short_name[lang], c.day,
                   months[c.month - 1].short_name[lang], c.year);
    return out;
}

const char *date_plain(day_t d, enum lang lang, char out[DATE_LONG_BYTES])
{
    out[0] = '\0';
    if (d == DAY_NONE)
        return out;
    struct civil c = day_to_civil(d);
    const char *month = months[c.month - 1].name[lang];
    if (lang == LANG_EN)
        (void)snprintf(out, DATE_LONG_BYTES, "%d %s %d", c.day, month, c.year);
    else
        (void)snprintf(out, DATE_LONG_BYTES, "%d %s%s de %d", c.day,
                       lang == LANG_CA && strchr("ao", month[0]) != NULL ? "d'" : "de ", month, c.year);
    return out;
}

const char *date_long(day_t d, enum lang lang, char out[DATE_LONG_BYTES])
{
    char plain[DATE_LONG_BYTES];
    out[0] = '\0';
    if (d != DAY_NONE)
        (void)snprintf(out, DATE_LONG_BYTES, "%s, %s", weekdays[day_weekday(d) - 1].name[lang],
                       date_plain(d, lang, plain));
    return out;
}
