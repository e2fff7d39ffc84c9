/* Any bytes as a filter: never more terms than fit, never a read beyond, and asked twice it says the same. */
#include <stdint.h>
#include <stdlib.h>

#include "web/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct filter f;
    const struct body body = {.name = "", .description = "", .ine10 = "", .expires = {20800, DAY_NONE}};
    const struct view_body item = {.body = &body, .urgency = 23, .fold = "prat de llobregat"};
    filter_read(&a, arena_text(&a, str_part((const char *)data, size)), &f);
    if (f.count > FILTER_TERMS_MAX || filter_holds(&f, &item, 20777) != filter_holds(&f, &item, 20777))
        abort();
    for (size_t i = 0; i < f.count; i++) {
        if (f.terms[i].key == FILTER_WORD && (f.terms[i].word == NULL || f.terms[i].word[0] == '\0'))
            abort();
    }
    arena_release(&a);
    return 0;
}
