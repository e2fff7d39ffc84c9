/* Warnings: who is warned, when, with which text, and why (A3). Pure: the same input gives the same plan.
 *
 * A *case* is what is warned together: one certificate alone, or a body's two certificates whose dates are less than
 * pair_gap_days apart. Thresholds are consumed per certificate; a message consumes, for each certificate that it names,
 * every threshold that certificate has crossed ("crossed" = days left strictly below; an expired one has crossed all).
 * The case is driven by its earliest certificate that is not renewed, not answered and still has an unconsumed
 * threshold. One message is due when the driver has crossed a threshold that is not consumed; its `threshold` is the
 * lowest of those crossed. */
#ifndef TALAIA_CORE_WARNING_H
#define TALAIA_CORE_WARNING_H

#include "base/mem.h"
#include "core/body.h"
#include "core/profile.h"

enum situation {
    SITUATION_SINGLE,    /* one certificate, alone */
    SITUATION_PAIR_ONE,  /* two dates, only one below the first threshold */
    SITUATION_PAIR_BOTH, /* two dates, both below */
};
const char *situation_code(enum situation s); /* "single", "pair-one", "pair-both" */

/* One certificate of a case, as it stands. */
struct case_cert {
    enum cert_kind kind;
    day_t expires;
    unsigned consumed; /* bit i = profile.thresholds[i] is consumed */
    bool renewed;      /* a newer one is declared, served and checked, or a person confirmed it */
    bool answered;     /* the body said that its renewal goes ahead: no more warnings for it */
};
struct warning_case {
    struct case_cert certs[CERT_KINDS]; /* in order CDA, CDS as subjects name them */
    size_t count;                       /* 1 or 2 */
    const char *ticket;                 /* key, or NULL while there is none */
};

/* How the body's declared dates fall into cases: 0, 1 or 2 of them, earliest first. Nothing consumed, renewed or
 * answered. Returns the number. */
size_t warning_cases(const struct profile *p, const struct body *b, struct warning_case ret[CERT_KINDS]);

/* A message that goes out on day `on` (a working day). */
struct warning {
    day_t due, on;    /* first calendar day below the threshold; day it goes out */
    int threshold;    /* the lowest that the driver has crossed on `on` */
    unsigned crossed; /* of the driver: bits of all thresholds that this message consumes anew */
    enum cert_kind driver;
    enum situation situation; /* by the state of both on `on` */
    bool names[CERT_KINDS];   /* the certificates that the text names and whose thresholds it consumes */
    int days[CERT_KINDS];     /* days left on `on`, DAYS_NONE when not in the case */
};

/* The next message of the case going out on or after `from` (a day before which nothing can go out any more: today) and
 * not later than `until`. False when there is none. */
bool warning_next(const struct profile *p, const struct warning_case *c, day_t from, day_t until, struct warning *ret);
/* Marks what that message consumes. Asked again with the same `from`, warning_next then gives a later day, unless an
 * answer or a renewal was taken back meanwhile: whoever sends asks from the day after the last message. */
void warning_consume(const struct profile *p, struct warning_case *c, const struct warning *w);

/* An answered certificate that is below the last threshold without being installed comes back to a person (never to the
 * body by itself). */
bool warning_comes_back(const struct profile *p, const struct case_cert *c, bool installed, day_t today);

/* Whether a body is warned at all, and if not, why: WARN_YES, or the reason. */
/* The first that holds of: excluded, vanished, not verifiable, no dates. */
enum warn_whether { WARN_YES, WARN_EXCLUDED, WARN_NOT_VERIFIABLE, WARN_VANISHED, WARN_NO_DATES };
enum warn_whether warning_whether(const struct body *b);

/* "CDS[04/12/2026]" or "CDA[20/12/2026] + CDS[04/12/2026]": the certificates of the case, for the subject. It
 * does not change while the case lives. */
#define WARNING_CERTIFICATES_BYTES 64
const char *warning_certificates(const struct warning_case *c, char out[WARNING_CERTIFICATES_BYTES]);

/* The profile's subject template with {name}, {certificates} and {ticket} ("PROJECT-?" while there is none). In the
 * arena. CR, LF and other controls in the name become spaces. */
char *warning_subject(struct arena *a, const struct profile *p, const char *natural_name, const struct warning_case *c);

#endif
