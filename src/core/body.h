/* A body as the rules see it on one day, and the order of urgency (A1). */
#ifndef TALAIA_CORE_BODY_H
#define TALAIA_CORE_BODY_H

#include <stddef.h>
#include <stdint.h>

#include "core/certificate.h"

/* Flags of `talaia certificates --json`; X(name, code) */
#define BODY_FLAG_LIST(X)                                                                                              \
    X(NOT_VERIFIABLE, "not-verifiable") /* a person says that the registry's date cannot be read as true */            \
    X(NO_DATES, "no-dates")             /* both dates are missing */                                                   \
    X(NO_CONTACT, "no-contact")         /* nobody to write to */                                                       \
    X(INE10_UNKNOWN, "ine10-unknown")   /* not matched to the list of bodies */                                        \
    X(VANISHED, "vanished")             /* no longer in the registry */                                                \
    X(ANSWERED, "answered")             /* the body said that the renewal can go ahead */
enum body_flag_index {
#define X(name, code) BODY_FLAG_INDEX_##name,
    BODY_FLAG_LIST(X)
#undef X
        BODY_FLAG_COUNT
};
enum body_flag {
#define X(name, code) BODY_##name = 1 << BODY_FLAG_INDEX_##name,
    BODY_FLAG_LIST(X)
#undef X
};
const char *body_flag_code(enum body_flag_index i);

struct body {
    int64_t id;                          /* ours */
    const char *source_id;               /* the registry's row id, "" when the source does not give it */
    const char *description;             /* as the registry writes it */
    const char *name;                    /* natural form */
    const char *name_key;                /* name_key(description) */
    const char *sort_key;                /* by the place, as the registry inverts it: text_sort_key(description) */
    const char *ine10;                   /* ten digits, or "" */
    const char *nif;                     /* by the list of bodies, "" when it does not say */
    const char *province, *municipality; /* codes as the registry gives them */
    enum platform platform;
    const char *endpoint;       /* URL of the WSDL, "" when missing */
    day_t expires[CERT_KINDS];  /* declared in the registry; DAY_NONE when missing */
    instant_t ends[CERT_KINDS]; /* of those declared to expire on the day that is asked about: the instant, when it was
                                   seen; INSTANT_NONE */
    const char *excluded;       /* reason code of the profile, or "person"; NULL: it is in */
    const char *excluded_why;   /* a person's words; NULL: the profile says so */
    day_t excluded_until;       /* the last day of a person's word, or DAY_NONE */
    unsigned flags;             /* BODY_… */
    const char *mark_reason;    /* why a person marked it not verifiable, or NULL */
    day_t vanished;             /* the day of the import that no longer had it, or DAY_NONE */
};

/* The smaller of the two day counts; a missing date never hides the other; DAYS_NONE when both are missing. */
int body_urgency(const struct body *b, day_t today);

/* Most urgent first: urgency, then the other certificate, then the name; bodies without dates last. For qsort_r with
 * the day as context (pointers to struct body). */
int body_compare_urgency(const void *a, const void *b, void *today);
void bodies_sort(const struct body **bodies, size_t count, day_t today);

/* What a body's row shows: design-language.md, "State". */
enum body_state {
    STATE_GOOD,
    STATE_SOON,    /* below the first threshold */
    STATE_PAST,    /* expired */
    STATE_DOWN,    /* KO */
    STATE_UNKNOWN, /* not verifiable, or no dates */
    STATE_MUTED,   /* silenced, vanished */
    STATE_EXCLUDED,
    STATE_COUNT
};
/* Vanished shows as MUTED. A silence that a person set is not known here: the caller shows MUTED instead of what this
 * says, unless it is EXCLUDED. On a certificate's last day `now` decides (cert_has_ended). `first_threshold` = 60;
 * `down` = an outage is open. Excluded > vanished > down > unknown > past > soon > good. */
enum body_state body_state(const struct body *b, day_t today, instant_t now, int first_threshold, bool down);
bool body_has_ended(const struct body *b, enum cert_kind kind, day_t today, instant_t now);
const char *body_state_code(enum body_state s);  /* "good", "soon", … */
const char *body_state_glyph(enum body_state s); /* ● ▲ ✕ ■ ◆ ⏸ ⊘ */
const char *body_state_word(enum body_state s);  /* English, for tr(): "Good", "Expires soon", … */

#endif
