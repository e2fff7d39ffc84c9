/* How pages say days and counts, in the person's language (design-language.md, "Time"). Texts live in the arena. */
#ifndef TALAIA_WEB_WORDS_H
#define TALAIA_WEB_WORDS_H

#include "base/day.h"
#include "base/lang.h"
#include "base/mem.h"

/* "20 nov. 2026"; "—" for DAY_NONE. */
const char *words_date(struct arena *a, enum lang lang, day_t d);
/* "nov. 2026". */
const char *words_month(struct arena *a, enum lang lang, day_t d);
/* "dv. 20 nov. 2026". */
const char *words_weekday_date(struct arena *a, enum lang lang, day_t d);
/* "d'aquí a 12 dies", "avui", "fa 3 dies"; "" for DAY_NONE. */
const char *words_distance(struct arena *a, enum lang lang, day_t d, day_t today);
/* "dv. 20 nov. 2026, 9:02" in Madrid. */
const char *words_instant(struct arena *a, enum lang lang, instant_t t);
/* A day as people write it: "31/12/2026", "1.2.27", "31-12-2026", "31122026", or as programs do, "2026-12-31". False
 * for what is none, or lies beyond LIMIT_YEAR_MIN and LIMIT_YEAR_MAX. */
bool words_day(struct str text, day_t *ret);
/* A plural form with its number in it: "%zu bodies". */
const char *words_count(struct arena *a, enum lang lang, const char *one, const char *many, size_t n);

/* The sentence or word with a capital at its beginning. */
const char *words_capital(struct arena *a, const char *text);
/* The desk's languages in the order in which they are offered. */
extern const enum lang words_languages[LANG_COUNT];
/* How a language calls itself: "Català". */
const char *words_language(enum lang lang);

/* What a contact is to its body (record/contact.h), in words. */
const char *words_role(enum lang lang, const char *role);

#endif
