/* The two certificates of a body and the vocabulary shared by every room. Plain values, no I/O. */
#ifndef TALAIA_CORE_CERTIFICATE_H
#define TALAIA_CORE_CERTIFICATE_H

#include <stdbool.h>

#include "base/day.h"
#include "base/str.h"

/* CDS: certificat de dispositiu servidor segur, the TLS server certificate. CDA: certificat d'aplicació, with
 * which the body signs XML messages (procedures.md, vocabulary). */
enum cert_kind { CERT_CDS, CERT_CDA, CERT_KINDS };
const char *cert_kind_code(enum cert_kind kind);         /* "CDS", "CDA" */
bool cert_kind_parse(struct str s, enum cert_kind *ret); /* case-insensitive */

/* Registry column PLATAFORMA: 0 = JAVA, 1 = NET, anything else = OTHER (A1). */
enum platform { PLATFORM_JAVA, PLATFORM_NET, PLATFORM_OTHER };
const char *platform_code(enum platform p); /* "JAVA", "NET", "OTHER" */
/* Accepts the number and the words ("JAVA", ".NET", "NET"), in any case; anything else is OTHER. */
enum platform platform_parse(struct str s);
bool platform_from_code(const char *code, enum platform *ret); /* exactly as platform_code writes it */

/* Groups of actions and of the ticket dashboard (A4). */
enum action_group { GROUP_RENEWAL, GROUP_MIGRATION, GROUP_OUTAGE, GROUP_OTHER, GROUP_COUNT };
const char *action_group_code(enum action_group g); /* "renewal", "migration", "outage", "other" */
bool action_group_parse(const char *code, enum action_group *ret);

/* Whole calendar days from `today` to the expiry; negative when past (A1). DAYS_NONE when unknown. */
#define DAYS_NONE INT32_MAX
int days_left(day_t expires, day_t today);

/* Whether a certificate declared to expire on that day has expired. Days are what people count and warn by; a
 * certificate ends at an instant. So on its last day it is still valid, until the instant `ends` that the certificate
 * itself bears, when it was seen, bears that same day and `now` is of that day; seen from another day's clock (--on),
 * the day is over. INSTANT_NONE: it was not seen, its last day is valid whole. */
bool cert_has_ended(day_t expires, instant_t ends, day_t today, instant_t now);

#endif
