/* Inside src/table only: the two parts that all sheets of a workbook share: texts and cell formats. */
#ifndef TALAIA_TABLE_XLSX_STRINGS_H
#define TALAIA_TABLE_XLSX_STRINGS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "table/xlsx_value.h"
#include "table/xlsx_zip.h"

/* All texts, one after another in one piece of memory. */
struct xlsx_strings {
    char *bytes;
    size_t used, capacity;
    uint32_t *ends; /* where text i ends in bytes; it begins where i - 1 ends */
    size_t count, ends_capacity;
};

/* Formats by the number that a cell's `s` gives. */
struct xlsx_styles {
    unsigned char *formats; /* enum xlsx_format */
    size_t count, capacity;
};

bool xlsx_strings_read(struct xlsx_strings *s, struct xlsx_zip *z, const char *part, struct err *e);
void xlsx_strings_release(struct xlsx_strings *s);

bool xlsx_styles_read(struct xlsx_styles *s, struct xlsx_zip *z, const char *part, struct err *e);
void xlsx_styles_release(struct xlsx_styles *s);

static inline bool xlsx_strings_get(const struct xlsx_strings *s, size_t i, struct str *ret)
{
    if (i >= s->count)
        return false;
    size_t from = i == 0 ? 0 : s->ends[i - 1];
    *ret = str_part(s->bytes + from, s->ends[i] - from);
    return true;
}

static inline enum xlsx_format xlsx_styles_get(const struct xlsx_styles *s, size_t i)
{
    return i < s->count ? (enum xlsx_format)s->formats[i] : XLSX_NUMBER;
}

#endif
