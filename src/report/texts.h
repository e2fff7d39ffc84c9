/* The words of the Friday e-mail: the profile's template messages/report-mail.LANG.txt, loaded by whoever calls.
 *
 * Placeholders: {day} 20/11/2026 · {day_long} "divendres, 20 de novembre de 2026" · {from} and {until}, the period's
 * first and last day · {ok_count} {ko_count} {certificate_count} {excluded_count} · {organisation}, the sender's name.
 * Slots, each alone in its paragraph: {changes} what changed since the last report · {ok} {ko} {certificates} the
 * tables · {excluded} the bodies left out and those not verifiable, with the reason. */
#ifndef TALAIA_REPORT_TEXTS_H
#define TALAIA_REPORT_TEXTS_H

#include "draw/template.h"
#include "report/model.h"

struct report_texts {
    struct str text;  /* the template */
    const char *file; /* its name, for errors: "report-mail.ca.txt" */
};

/* The template read with the report's values. In the arena. */
bool report_template(struct arena *a, const struct report *r, const struct report_texts *t, struct template *ret,
                     struct err *e);

/* The subject of the e-mail: the profile's template with {day} as D/M/YYYY. In the arena; NULL with a reason. */
const char *report_subject(struct arena *a, const struct report *r, struct err *e);

#endif
