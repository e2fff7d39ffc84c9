/* The subject of a warning, read back: as Talaia writes it (core/warning.h, warning_subject) and as people wrote it
 * before, by hand and over the years. Pure.
 *
 *     PRO - PADRO - Ajuntament de Berga - Recordatori data d'expiració CDS[04/12/2026] - [ST-12]
 *     RE: RV: PRO - PADRO - Berga - Recordatori data expiració CDA [20-12-26] + CDS[4.12.2026] - [ST-12]
 *     Ajuntament de Berga: caducitat CDS i CDA 04/12/2026 [ST-12]
 */
#ifndef TALAIA_CORE_SUBJECT_H
#define TALAIA_CORE_SUBJECT_H

#include "base/mem.h"
#include "core/certificate.h"

#define SUBJECT_NAMES 8 /* parts that may be the name; a subject has five parts in all */

struct subject_seen {
    day_t expires[CERT_KINDS]; /* DAY_NONE: that certificate is not named */
    const char *bad_date;      /* what stands where a date should be, when none can be read there; "" else */
    const char *ticket;        /* "ST-12"; "" none */
    const char *names[SUBJECT_NAMES];
    size_t name_count;
    bool answers, forwards; /* "RE:" or "RV:" stands in front */
};
/* False: it names no certificate. All in the arena. */
bool subject_read(struct arena *a, const char *subject, struct subject_seen *ret);

#endif
