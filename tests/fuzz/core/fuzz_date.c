/* Any bytes as a date: no crash, a verdict, and what was read can be written and read again. */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "core/date_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const day_t untouched = -123456;
    day_t d = untouched;
    enum date_verdict v = date_parse(str_part((const char *)data, size), &d);
    must(date_verdict_text(v)[0] != '\0');
    if (v == DATE_OK) {
        int year = day_to_civil(d).year;
        must(year >= LIMIT_YEAR_MIN && year <= LIMIT_YEAR_MAX);
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            char text[DATE_LONG_BYTES];
            day_t again = untouched;
            must(date_parse(str_of(date_long(d, (enum lang)lang, text)), &again) == DATE_OK && again == d);
            must(date_parse(str_of(date_short(d, (enum lang)lang, text)), &again) == DATE_OK && again == d);
        }
    } else {
        must(d == untouched);
    }
    double serial;
    if (size >= sizeof serial) {
        memcpy(&serial, data, sizeof serial);
        d = untouched;
        v = date_from_serial(serial, &d);
        must((v == DATE_OK) == (d != untouched));
    }
    return 0;
}
