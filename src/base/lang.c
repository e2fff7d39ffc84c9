#include "base/lang.h"

#include <libintl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *code;
    const char *domain; /* NULL: the language of the source */
} languages[LANG_COUNT] = {
    [LANG_EN] = {"en", NULL},
    [LANG_CA] = {"ca", "talaia-ca"},
    [LANG_ES] = {"es", "talaia-es"},
};

void lang_init(const char *catalogue_dir)
{
    /* gettext consults LANGUAGE before the domain's own locale and would miss our catalogues. */
    unsetenv("LANGUAGE");
    setlocale(LC_ALL, "C.UTF-8");
    for (int i = 0; i < LANG_COUNT; i++) {
        if (languages[i].domain == NULL)
            continue;
        bindtextdomain(languages[i].domain, catalogue_dir);
        bind_textdomain_codeset(languages[i].domain, "UTF-8");
    }
}

const char *tr(enum lang lang, const char *text)
{
    const char *domain = languages[lang].domain;
    if (domain == NULL || text[0] == '\0')
        return text;
    return dgettext(domain, text);
}

const char *trn(enum lang lang, const char *one, const char *many, unsigned long n)
{
    const char *domain = languages[lang].domain;
    if (domain == NULL)
        return n == 1 ? one : many;
    return dngettext(domain, one, many, n);
}

const char *lang_code(enum lang lang)
{
    return languages[lang].code;
}

bool lang_parse(const char *code, enum lang *ret)
{
    for (int i = 0; i < LANG_COUNT; i++) {
        if (strcmp(code, languages[i].code) == 0) {
            *ret = (enum lang)i;
            return true;
        }
    }
    return false;
}
