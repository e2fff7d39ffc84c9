/* Questions to a profile. Reading its files is src/conf's work. */
#include "core/profile.h"

#include <string.h>

#include "core/body.h"

const char *text3_get(const struct text3 *t, enum lang lang)
{
    if (t->in[lang] != NULL)
        return t->in[lang];
    if (t->in[LANG_CA] != NULL)
        return t->in[LANG_CA];
    for (int i = 0; i < LANG_COUNT; i++) {
        if (t->in[i] != NULL)
            return t->in[i];
    }
    return "";
}

const struct exclusion *profile_exclusion(const struct profile *p, const char *name_key)
{
    size_t low = 0, high = p->exclusion_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(p->exclusions[middle].key, name_key);
        if (order == 0)
            return &p->exclusions[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const char *exclusion_words(const struct profile *p, const struct body *b, enum lang lang)
{
    if (b->excluded == NULL)
        return "";
    if (b->excluded_why != NULL)
        return b->excluded_why;
    for (size_t i = 0; i < p->reason_count; i++) {
        if (strcmp(p->reasons[i].code, b->excluded) == 0)
            return text3_get(&p->reasons[i].text, lang);
    }
    return b->excluded;
}
