/* INE10 codes and Spanish tax numbers: padding, check digits (reference: security.md, "Check digits"). */
#ifndef TALAIA_CORE_IDENTITY_H
#define TALAIA_CORE_IDENTITY_H

#include <stdbool.h>

#include "base/str.h"

#define INE10_BYTES 11 /* ten digits and NUL */

enum ine10_verdict {
    INE10_GOOD,
    INE10_CHECK,  /* the check digits do not agree: the rule is derived, not official, so warn and go on */
    INE10_FORMAT, /* not 1 to 10 digits, or all of them zero */
};
/* Pads on the left to ten digits (sources drop the leading zero). `out` is filled unless INE10_FORMAT. White space and
 * a trailing ".0" (spreadsheets) are forgiven. */
enum ine10_verdict ine10_parse(struct str s, char out[INE10_BYTES]);
/* The INE10 of a town council from its codes: province 1–52, municipality 1–999. False when out of range. */
bool ine10_of_town(int province, int municipality, char out[INE10_BYTES]);

enum nif_kind { NIF_BAD, NIF_DNI, NIF_NIE, NIF_CIF };
/* Upper-cases, drops white space, dashes, dots and a leading "ES" or "VATES-"; checks the control character. `out`
 * gets the nine characters unless NIF_BAD. K, L, M personal numbers count as DNI. */
#define NIF_BYTES 10
enum nif_kind nif_parse(struct str s, char out[NIF_BYTES]);

/* The same for the number of a body, where it matters why it is none. `out` is filled when CIF_GOOD. */
enum cif_verdict {
    CIF_GOOD,
    CIF_CHECK,  /* the shape is right and the control character is not: a typing mistake */
    CIF_PERSON, /* a natural person's (DNI, NIE, K, L, M), whatever its letter: never a body's, and not to be shown */
    CIF_FORMAT, /* not a letter, seven digits and a control character */
};
enum cif_verdict cif_parse(struct str s, char out[NIF_BYTES]);

/* Whether the text may stand as a mail address here: local@domain in printable ASCII without spaces, quotes or
 * brackets, at most LIMIT_EMAIL_BYTES (RFC 5321 §4.1.2 without quoted strings). Whether it exists only its server
 * knows. */
bool email_ok(struct str s);

#endif
