/* Dates as people and databases write them.
 *
 *   2026-11-20 · 2026-11-20T00:00:00Z · 2026-11-20 00:00:00.0 · 20261120 · 20/11/2026 · 20-11-2026 · 20.11.2026
 *   1/2/2026 · 20/11/26 (→ 2026) · 20/11/2026 9:30 · 20-NOV-26, 20-NOV.-2026 (Oracle) · 20 nov. 2026
 *   20 de novembre de 2026 · 20 d'octubre del 2026 · 3 de marzo de 2027 · dv. 20 nov. 2026 · divendres, 20 de …
 *
 * The day always comes before the month (Catalan and Spanish); "11/20/2026" is refused, not guessed. Month names in
 * Catalan, Spanish and English, whole or abbreviated, any case, with or without accents and dots. */
#ifndef TALAIA_CORE_DATE_TEXT_H
#define TALAIA_CORE_DATE_TEXT_H

#include "base/day.h"
#include "base/lang.h"
#include "base/str.h"

/* A time after the date is read and dropped; with a zone ("Z", "+01:00") it is an instant, whose day in Madrid counts:
 * 2026-11-19T23:00:00Z is the 20th. A weekday that does not agree makes the date impossible. Two digits of a year are
 * 1990–2089. */
enum date_verdict {
    DATE_OK,
    DATE_EMPTY,      /* nothing, "-", "NULL", "(null)", "n/a", "s/d", "#N/A", "sense data", "sin fecha" */
    DATE_FORM,       /* not a form of date that is known */
    DATE_IMPOSSIBLE, /* the form is right, the day does not exist: 31/02, month 20, year 0 */
    DATE_RANGE,      /* it exists, outside LIMIT_YEAR_MIN…LIMIT_YEAR_MAX */
};
enum date_verdict date_parse(struct str s, day_t *ret); /* *ret only for DATE_OK */
/* Excel's serial day (1900 system, 60 = the day that never was): 36526 … 73415 only. */
enum date_verdict date_from_serial(double serial, day_t *ret);
/* Why, as an English sentence part for tr(): "that day does not exist …". Never NULL. */
const char *date_verdict_text(enum date_verdict v);

/* "dv. 20 nov. 2026", "vie. 20 nov. 2026", "Fri 20 Nov 2026". */
#define DATE_LONG_BYTES 64
const char *date_short(day_t d, enum lang lang, char out[DATE_LONG_BYTES]);
/* "divendres, 20 de novembre de 2026" (d' before a vowel), "viernes, 20 de noviembre de 2026", "Friday, 20 November
 * 2026". */
const char *date_long(day_t d, enum lang lang, char out[DATE_LONG_BYTES]);
/* The same without the weekday: "20 de novembre de 2026". */
const char *date_plain(day_t d, enum lang lang, char out[DATE_LONG_BYTES]);

#endif
