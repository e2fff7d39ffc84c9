/* Warnings: who is warned, when, with which text, and why (A3). Pure: the same input gives the same plan.
 *
 * A *case* is what is warned together: one certificate alone, or a body's two certificates whose dates are less than
 * pair_gap_days apart when it begins; from then on it stays as it is. Thresholds are consumed per certificate; a
 * message consumes, for each certificate that it names, every threshold that certificate has crossed ("crossed" = days
 * left strictly below; an expired one has crossed all). The case is driven by its earliest certificate that is not
 * renewed, not answered and still has an unconsumed threshold. One message is due when the driver has crossed a
 * threshold that is not consumed; its `threshold` is the lowest of those crossed. */
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
#define CASE_FORMER 4 /* mistaken dates remembered of one renewal; people correct once */
struct case_cert {
    enum cert_kind kind;
    day_t expires;     /* as declared; after a correction the right date */
    unsigned consumed; /* bit i = profile.thresholds[i] is consumed */
    bool renewed;      /* the registry declares another date, or it is checked: no more warnings for it */
    bool answered;     /* the body said that its renewal goes ahead: no more warnings for it */
    bool checked;      /* renewed, and all the evidence is there or a person confirmed it: nothing is left to do */
    bool confirmed;    /* a person did, whatever the registry says */
    unsigned stages;   /* bit of each enum stage that was reached */
    day_t former[CASE_FORMER]; /* dates that a person marked as mistakes for this one */
    size_t former_count;
    day_t declared;     /* what the registry says now of this kind; DAY_NONE when it says nothing */
    int64_t renewal_id; /* 0 while the record does not have it */
};
struct warning_case {
    int64_t id;                         /* 0 while the record does not have it */
    struct case_cert certs[CERT_KINDS]; /* in order CDA, CDS as subjects name them */
    size_t count;                       /* 1 or 2 */
    const char *ticket;                 /* key, or NULL while there is none */
    const char *subject;                /* frozen with the first message, or NULL */
    const char *comment;                /* or NULL */
    bool closed;
};

/* How the body's declared dates fall into cases: 0, 1 or 2 of them, earliest first. Nothing consumed, renewed or
 * answered. Returns the number. */
size_t warning_cases(const struct profile *p, const struct body *b, struct warning_case ret[CERT_KINDS]);

/* The body's open cases: those that the record knows (open or closed, with what was consumed, answered, checked), and
 * the declared dates that it does not know yet. Writes at most known_count + CERT_KINDS cases, earliest first.
 *
 * A renewal stays in its case for good; a date that is not known never joins one, and forms a case with the other
 * unknown date when they are close enough. A renewal whose kind has another declared date now is `renewed`; when
 * nothing was ever warned, answered or noted of its case, the registry's word is enough and it is `checked` too. A
 * declared date that is known, also as the mistake that was corrected, is that renewal with all that it had: a closed
 * case to which the registry goes back is open again, unless a person confirmed that renewal. */
size_t warning_cases_known(const struct profile *p, const struct body *b, const struct warning_case *known,
                           size_t known_count, struct warning_case *ret);
/* Warned, ticketed, answered or noted: somebody follows it up to the end. */
bool case_is_followed(const struct warning_case *c);
/* Nothing is left to do for any of its certificates. */
bool case_is_over(const struct warning_case *c);
/* The earliest expiry of what is left to do; DAY_NONE when nothing is. */
day_t case_expires(const struct warning_case *c);

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

/* "CDS[04/12/2026]" or "CDA[20/12/2026] + CDS[04/12/2026]": the certificates of the case, for the subject of its first
 * message; one that was renewed before it is left out. */
#define WARNING_CERTIFICATES_BYTES 64
const char *warning_certificates(const struct warning_case *c, char out[WARNING_CERTIFICATES_BYTES]);

/* The subject that is frozen, else the profile's subject template with {name}, {certificates} and {ticket} ("PROJECT-?"
 * while there is none). In the arena. CR, LF and other controls in the name become spaces. */
char *warning_subject(struct arena *a, const struct profile *p, const char *natural_name, const struct warning_case *c);

#endif
