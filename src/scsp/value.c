/* Forms of values; what a wrong one means for a request is the tables' business. */
#include "scsp/value.h"

#include <stdio.h>

#include "base/lang.h"

static const struct {
    const char *name, *must;
} kinds[VALUE_KIND_COUNT] = {
#define X(name, text, must) [VALUE_##name] = {text, must},
    VALUE_KINDS(X)
#undef X
};

const char *value_must(enum value_kind kind)
{
    return kinds[kind].must;
}

bool value_kind_find(struct str name, enum value_kind *ret)
{
    for (int k = 0; k < VALUE_KIND_COUNT; k++)
        if (str_is(name, kinds[k].name)) {
            *ret = (enum value_kind)k;
            return true;
        }
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct str xml_trim(struct str s)
{
    while (s.n > 0 && is_blank(s.p[0]))
        s = str_part(s.p + 1, s.n - 1);
    while (s.n > 0 && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

bool xml_squeeze(struct str s, char *out, size_t max, size_t *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (is_blank(s.p[i]))
            continue;
        if (n == max)
            return false;
        out[n++] = s.p[i];
    }
    *ret = n;
    return true;
}

/* --- numbers --- */

static size_t digits_take(struct str *s)
{
    size_t n = 0;
    while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
        n++;
    *s = str_part(s->p + n, s->n - n);
    return n;
}

static bool char_take(struct str *s, const char *any)
{
    if (s->n == 0 || s->p[0] == '\0' || strchr(any, s->p[0]) == NULL)
        return false;
    *s = str_part(s->p + 1, s->n - 1);
    return true;
}

static enum value_fault int_check(const struct value_rule *rule, struct str s)
{
    struct str rest = s;
    bool negative = s.n > 0 && s.p[0] == '-';
    (void)char_take(&rest, "+-");
    struct str digits = rest;
    if (digits_take(&rest) == 0 || rest.n > 0)
        return VALUE_BAD_KIND;
    while (digits.n > 1 && digits.p[0] == '0')
        digits = str_part(digits.p + 1, digits.n - 1);
    int64_t number = 0;
    if (digits.n > 10 || !str_to_int64(digits, 0, INT64_MAX, &number) || number > (int64_t)INT32_MAX + negative)
        return VALUE_BAD_KIND;
    if (rule->min == 1 && negative && number > 0)
        return VALUE_BAD_RANGE;
    return rule->max > 0 && digits.n > (size_t)rule->max ? VALUE_BAD_LONG : VALUE_GOOD;
}

static bool double_check(struct str s)
{
    if (str_is(s, "INF") || str_is(s, "-INF") || str_is(s, "NaN"))
        return true;
    (void)char_take(&s, "+-");
    size_t digits = digits_take(&s);
    if (char_take(&s, "."))
        digits += digits_take(&s);
    if (digits == 0)
        return false;
    if (char_take(&s, "eE")) {
        (void)char_take(&s, "+-");
        if (digits_take(&s) == 0)
            return false;
    }
    return s.n == 0;
}

/* --- dates --- */

/* Exactly so many digits. */
static bool number_take(struct str *s, size_t count, int *ret)
{
    int64_t number = 0;
    if (s->n < count || !str_to_int64(str_part(s->p, count), 0, INT32_MAX, &number) || s->p[0] == '+')
        return false;
    *s = str_part(s->p + count, s->n - count);
    *ret = (int)number;
    return true;
}

static bool zone_take(struct str *s, int *ret_minutes, bool *ret_zoned)
{
    int hours = 0, minutes = 0;
    *ret_zoned = s->n > 0;
    *ret_minutes = 0;
    if (s->n == 0 || char_take(s, "Z"))
        return true;
    bool west = s->p[0] == '-';
    if (!char_take(s, "+-") || !number_take(s, 2, &hours) || !char_take(s, ":") || !number_take(s, 2, &minutes) ||
        hours > 14 || minutes > 59 || (hours == 14 && minutes > 0))
        return false;
    *ret_minutes = (west ? -1 : 1) * (hours * 60 + minutes);
    return true;
}

bool date_time_parse(struct str s, instant_t *ret, bool *ret_zoned)
{
    int year, month, day, hour, minute, second, micros = 0, offset;
    if (!number_take(&s, 4, &year) || !char_take(&s, "-") || !number_take(&s, 2, &month) || !char_take(&s, "-") ||
        !number_take(&s, 2, &day) || !char_take(&s, "T") || !number_take(&s, 2, &hour) || !char_take(&s, ":") ||
        !number_take(&s, 2, &minute) || !char_take(&s, ":") || !number_take(&s, 2, &second))
        return false;
    if (char_take(&s, ".")) {
        int scale = 100000;
        struct str fraction = s;
        fraction.n = digits_take(&s);
        if (fraction.n == 0)
            return false;
        for (size_t i = 0; i < fraction.n; i++, scale /= 10)
            micros += (fraction.p[i] - '0') * scale;
    }
    day_t d = day_from_civil(year, month, day);
    if (!zone_take(&s, &offset, ret_zoned) || s.n > 0 || d == DAY_NONE || minute > 59 || second > 59 || hour > 24 ||
        (hour == 24 && (minute > 0 || second > 0 || micros > 0)))
        return false;
    *ret = (((instant_t)d * 1440 + hour * 60 + minute - offset) * 60 + second) * INSTANT_PER_SECOND + micros;
    return true;
}

/* xs:dateTime knows years of more digits and before Christ too; no message has them. */
static bool date_time_check(struct str s)
{
    instant_t t;
    bool zoned;
    return date_time_parse(s, &t, &zoned);
}

bool time_stamp_documented(struct str s)
{
    instant_t t;
    bool zoned;
    return s.n == 29 && s.p[19] == '.' && date_time_parse(s, &t, &zoned) && zoned;
}

const char *time_stamp_text(instant_t t, char out[INSTANT_TEXT_BYTES])
{
    char local[INSTANT_TEXT_BYTES];
    int offset = madrid_offset(t);
    (void)instant_iso(t + offset * INSTANT_PER_SECOND, local);
    int millis = (int)(((t % INSTANT_PER_SECOND) + INSTANT_PER_SECOND) % INSTANT_PER_SECOND / 1000);
    (void)snprintf(out, INSTANT_TEXT_BYTES, "%.19s.%03d+%02d:00", local, millis, offset / 3600);
    return out;
}

/* --- bytes --- */

static bool base64_check(struct str s)
{
    size_t letters = 0, fill = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (is_blank(c))
            continue;
        bool letter =
            (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
        if (c == '=' ? ++fill > 2 : !letter || fill > 0)
            return false;
        letters += letter;
    }
    return (letters + fill) % 4 == 0;
}

static bool uuid_check(struct str s)
{
    if (s.n != 36)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (dash ? c != '-' : !hex)
            return false;
    }
    return true;
}

static bool choice_check(const char *choices, struct str text)
{
    struct str rest = str_of(choices), word;
    while (str_split(&rest, ' ', &word))
        if (str_equal(word, text))
            return true;
    return false;
}

static enum value_fault text_check(const struct value_rule *rule, struct str text)
{
    if (rule->choices != NULL)
        return choice_check(rule->choices, text) ? VALUE_GOOD : VALUE_BAD_CHOICE;
    if (rule->max > 0 && text.n > (size_t)rule->max && str_utf8_count(text) > (size_t)rule->max)
        return VALUE_BAD_LONG;
    return rule->min > 0 && str_utf8_count(text) < (size_t)rule->min ? VALUE_BAD_SHORT : VALUE_GOOD;
}

enum value_fault value_check(const struct value_rule *rule, struct str text)
{
    bool good = true;
    switch (rule->kind) {
    case VALUE_INT: return int_check(rule, xml_trim(text));
    case VALUE_DOUBLE: good = double_check(xml_trim(text)); break;
    case VALUE_BOOLEAN: good = choice_check("true false 1 0", xml_trim(text)); break;
    case VALUE_DATE_TIME: good = date_time_check(xml_trim(text)); break;
    case VALUE_BASE64: good = base64_check(text); break;
    case VALUE_UUID: good = uuid_check(text); break;
    case VALUE_STRING:
    case VALUE_IDS:
    case VALUE_DATE_TEXT:
    case VALUE_CODE:
    case VALUE_KIND_COUNT: return text_check(rule, text);
    }
    return good ? VALUE_GOOD : VALUE_BAD_KIND;
}

bool value_is_known(const struct value_rule *rule, struct str text)
{
    text = xml_trim(text);
    if (text.n == 0)
        return true;
    struct str rest = text;
    if (rule->digits > 0 && (digits_take(&rest) != (size_t)rule->digits || rest.n > 0))
        return false;
    return rule->known == NULL || choice_check(rule->known, text);
}
