/* Languages of the interface and their message catalogues.
 *
 * English is the language of the source: a message without a translation is shown in English.
 * Catalogues are GNU gettext, one domain per language ("talaia-ca", "talaia-es") under the locale
 * C.UTF-8, so that one process can answer each person in their own language without generated
 * locales and without shared state. */
#ifndef TALAIA_BASE_LANG_H
#define TALAIA_BASE_LANG_H

#include <stdbool.h>

enum lang { LANG_EN, LANG_CA, LANG_ES, LANG_COUNT };

/* Marks a string for xgettext where it cannot be translated on the spot (tables). */
#define N_(text) text

/* Once, at the start of a program: sets the C.UTF-8 locale and where the catalogues are. */
void lang_init(const char *catalogue_dir);

/* The text in that language; the text itself when there is no translation. Never NULL. */
const char *tr(enum lang lang, const char *text) __attribute__((format_arg(2)));
/* The same with a plural. */
const char *trn(enum lang lang, const char *one, const char *many, unsigned long n) __attribute__((format_arg(2)));

/* "ca", "es", "en". */
const char *lang_code(enum lang lang);
/* False when the code is none of ours. */
bool lang_parse(const char *code, enum lang *ret);

#endif
