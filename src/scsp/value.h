/* The kinds of value that messages hold: what is checked of a text. Lexical forms are those of XML Schema 1.0 part 2,
 * because that is what the platform's own schemas are written in. Pure. */
#ifndef TALAIA_SCSP_VALUE_H
#define TALAIA_SCSP_VALUE_H

#include <stdbool.h>

#include "base/day.h"
#include "base/str.h"

/* X(NAME, "as written in a modality's file", what a value must be) */
#define VALUE_KINDS(X)                                                                                                 \
    X(STRING, "string", N_("text"))                                                                                    \
    X(INT, "int", N_("a whole number"))                                                                                \
    X(DOUBLE, "double", N_("a number with a decimal point"))                                                           \
    X(BOOLEAN, "boolean", N_("true or false"))                                                                         \
    X(DATE_TIME, "dateTime", N_("a date and time such as 2026-11-20T09:00:00"))                                        \
    X(BASE64, "base64", N_("bytes as base64"))                                                                         \
    X(UUID, "uuid", N_("a UUID"))                                                                                      \
    X(IDS, "ids", N_("whole numbers separated by commas"))                                                             \
    X(DATE_TEXT, "dateText", N_("a date and time such as 2026-11-20T09:00:00.000"))                                    \
    X(CODE, "code", N_("an INE10 code of ten digits"))

#define X(name, text, must) VALUE_##name,
enum value_kind { VALUE_KINDS(X) VALUE_KIND_COUNT };
#undef X

struct value_rule {
    enum value_kind kind;
    int min, max;        /* texts: characters (0: none); INT: `max` digits in all and `min` 1 = not negative */
    const char *choices; /* "Si Ley NoOpo", NULL: any */
    /* Beyond the schema, said by the service's documentation: */
    int digits;        /* exactly so many digits, 0: none */
    const char *known; /* "1 2 3": values that mean something, NULL: any */
};

enum value_fault { VALUE_GOOD, VALUE_BAD_KIND, VALUE_BAD_LONG, VALUE_BAD_SHORT, VALUE_BAD_RANGE, VALUE_BAD_CHOICE };
/* Against the schema only: IDS, DATE_TEXT and CODE are plain texts there. */
enum value_fault value_check(const struct value_rule *rule, struct str text);
/* Whether it is as the service's documentation says; an empty text is. */
bool value_is_known(const struct value_rule *rule, struct str text);
/* "a whole number": English for tr(). */
const char *value_must(enum value_kind kind);
bool value_kind_find(struct str name, enum value_kind *ret);

/* XML white space at both ends taken off. */
struct str xml_trim(struct str s);
/* Without any XML white space, as a copy of at most `max` bytes in `out`; false when it is longer. */
bool xml_squeeze(struct str s, char *out, size_t max, size_t *ret);

/* yyyy-MM-ddTHH:mm:ss[.fraction][Z|±hh:mm]; without a zone it is UTC and *ret_zoned false. */
bool date_time_parse(struct str s, instant_t *ret, bool *ret_zoned);
/* The shape that the platform documents for TimeStamp, AAAA-MM-DDThh:mm:ss.mmm±hh:mm. */
bool time_stamp_documented(struct str s);
/* That shape, in Madrid: "2026-11-20T09:00:00.000+01:00". Returns `out`. */
const char *time_stamp_text(instant_t t, char out[INSTANT_TEXT_BYTES]);

#endif
