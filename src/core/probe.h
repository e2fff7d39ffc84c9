/* Probes: what is tried around the clock, when the next run is due, and what a row of runs means (procedure C). Pure.
 *
 * A run is good, bad, or says nothing (BLIND: our own network, or what the probe depends on, was down). A probe is down
 * after `failures` bad runs in a row, and up again after `recoveries` good ones; one that keeps changing is flapping,
 * and its changes are told no more until it settles. What is blind is time of which nothing is known: neither up nor
 * down. */
#ifndef TALAIA_CORE_PROBE_H
#define TALAIA_CORE_PROBE_H

#include <stddef.h>
#include <stdint.h>

#include "core/profile.h"

/* ------------------------------------------------------------------ when */

/* The hours in which a probe runs; in Madrid, as people count them. */
struct probe_hours {
    bool always;     /* 24×7: the rest says nothing */
    unsigned days;   /* bit (1 << enum weekday) */
    int from, until; /* minutes of the day, from ≤ m < until; until may be 1440 */
    bool holidays;   /* also on the profile's holidays */
};
bool probe_hours_have(const struct probe_hours *h, const struct profile *p, instant_t t);

/* The first run after `after`. Runs stand on a grid of `seconds` whose beginning depends on the probe's name, so that a
 * thousand probes of one minute do not all run in the same second, and begin with a whole second: those of one second
 * run side by side, which takes the processor half of what each alone does; the grid is that of the world's clock, so
 * that an hour that is there twice has its runs twice and one that is skipped has none. INSTANT_NONE when there are no
 * such hours in the next two weeks. */
instant_t probe_due(const char *name, int seconds, const struct probe_hours *h, const struct profile *p,
                    instant_t after);

/* ------------------------------------------------------------------ what a row of runs means */

enum probe_outcome { PROBE_GOOD, PROBE_BAD, PROBE_BLIND };

/* One outcome out of those of several addresses of the same thing: bad when fewer than `need` are good, and blind when
 * those that say something cannot decide. */
enum probe_outcome probe_outcome_of(const enum probe_outcome *outcomes, size_t count, size_t need);

struct probe_rule {
    int failures, recoveries; /* in a row; at least 1 */
    int flaps;                /* so many changes between good and bad in the last PROBE_ROW runs: flapping; 0: never */
    int seconds;              /* between runs: after a silence of PROBE_SILENT of them nothing is in a row any more */
};
#define PROBE_ROW 21
#define PROBE_SILENT 3

struct probe_state {
    bool known, down, flapping;
    int bad, good;   /* in a row */
    instant_t since; /* that it is up or down: of the first run that showed it */
    instant_t first; /* of the bad (up) or good (down) runs in a row that do not count yet; INSTANT_NONE */
    instant_t last;  /* run that said something; INSTANT_NONE */
    uint32_t row;    /* the last runs, newest in bit 0: 1 = bad */
    int row_count;
};
extern const struct probe_state PROBE_STATE_NEW;

enum probe_step {
    PROBE_NOTHING,
    PROBE_FAILING,    /* bad, and not yet down */
    PROBE_WENT_DOWN,  /* opens an incident that began at `since` */
    PROBE_STAYS_DOWN, /* */
    PROBE_RECOVERING, /* good, and not yet up */
    PROBE_RECOVERED,  /* closes it; it was good from `since` on */
};
/* The clock was set back to `now`: what began later began now. */
void probe_state_clock_back(struct probe_state *s, instant_t now);
/* Takes a run into *s. The steps are true also while flapping: whoever tells people looks at s->flapping. A clock that
 * went back is taken for no time. */
enum probe_step probe_take(struct probe_state *s, enum probe_outcome outcome, instant_t at,
                           const struct probe_rule *rule);

/* ------------------------------------------------------------------ what is tried */

/* X(KIND, the key that names its target, what its target is: English, for tr()) */
#define PROBE_KIND_LIST(X)                                                                                             \
    X(HTTP, "http", N_("an address of the web"))                                                                       \
    X(WSDL, "wsdl", N_("the address of a contract"))                                                                   \
    X(SOAP, "soap", N_("a service of the gateway"))                                                                    \
    X(TLS, "tls", N_("HOST:PORT"))                                                                                     \
    X(TCP, "tcp", N_("HOST:PORT"))                                                                                     \
    X(DNS, "dns", N_("a name"))                                                                                        \
    X(OCSP, "ocsp", N_("the address of a responder"))
enum probe_kind {
#define X(name, key, what) PROBE_##name,
    PROBE_KIND_LIST(X)
#undef X
        PROBE_KIND_COUNT
};
const char *probe_kind_code(enum probe_kind k);

/* One transition. Texts that say nothing are "", numbers 0. */
struct probe_check {
    int line; /* of probes.yaml; 0: it is of no file */
    enum probe_kind kind;
    const char *name, *target;
    int timeout_seconds;                    /* bad after that */
    int slow_ms;                            /* good, and slow beyond that; 0: whatever it takes */
    int status;                             /* of HTTP */
    int64_t max_bytes;                      /* of the answer */
    const char *contains, *lacks, *matches; /* texts, and a regular expression, of the answer */
    int expiring_days;                      /* the certificate has at least so many left; 0: not looked at */
    int warn_days;                          /* with fewer it is degraded; 0: not looked at */
    const char *addresses;                  /* dns: that must be among the answers, blanks between */
    const char *issuer, *good, *revoked;    /* ocsp: files of certificates, or serial numbers ("0x1F") */
    bool nonce;                             /* ocsp: ours must come back */
    const char *modality, *body;            /* soap: what is asked, in whose name (INE10), */
    const char *certificate, *key;          /* files that sign it, */
    const char *const *ask;                 /* and fields, NAME=VALUE */
    size_t ask_count;
};

struct probe {
    const char *name, *service;
    const char *public_name; /* what the public status page calls it; "": it is not shown there */
    struct probe_hours hours;
    struct probe_rule rule;
    const char *depends;     /* a probe without which this one says nothing */
    const char *const *from; /* addresses of this machine to ask from, one after the other; none: as the system does */
    size_t from_count, need; /* it is well when so many of them find it so */
    int level;               /* agreed availability, as probe_availability counts; 0: none */
    const struct probe_check *checks;
    size_t check_count;
};

/* ------------------------------------------------------------------ months and years */

/* How long runs took, in steps of an eighth of a power of two: a percentile is right to 9 %, and hours can be added up
 * to months and years. Times in µs. */
#define PROBE_TIMES 240 /* to an hour and eleven minutes; what is longer counts as that */
struct probe_times_of {
    uint32_t count[PROBE_TIMES];
};
void probe_times_add(struct probe_times_of *t, int64_t us);
void probe_times_join(struct probe_times_of *t, const struct probe_times_of *more);
/* The time that so many per thousand of the runs did not exceed (upper edge of its step); -1 when there are none. */
int64_t probe_times_permille(const struct probe_times_of *t, int permille);

/* In the mean: where the time of good runs goes. */
enum probe_phase_kind {
    PROBE_DNS_TIME,
    PROBE_TCP_TIME,
    PROBE_TLS_TIME,
    PROBE_HTTP_TIME,
    PROBE_REST_TIME,
    PROBE_PHASES
};
struct probe_phases {
    int64_t runs, us[PROBE_PHASES]; /* of all of them together */
};
/* `us`: of one run, up to PROBE_HTTP_TIME; less than 0: the phase did not happen. The rest is what `total` has more. */
void probe_phases_add(struct probe_phases *p, const int64_t us[PROBE_REST_TIME], int64_t total);
void probe_phases_join(struct probe_phases *p, const struct probe_phases *more);

/* Seconds of a stretch of time; maintenance is agreed and counts neither way. */
struct probe_tally {
    int64_t runs, up, down, blind, maintenance;
};
/* Why nobody watched. X(code, words: English, for tr()) */
#define PROBE_BLIND_LIST(X)                                                                                            \
    X("stopped", N_("the watcher did not run"))                                                                        \
    X("network", N_("our own network was down"))                                                                       \
    X("clock", N_("the clock was set"))
const char *probe_blind_words(const char *code); /* the code itself when it is none of them */

/* Up time per mille of thousand (99.95 % = 99950) of what is known; -1 when nothing is. Never rounded up to 100 %. */
int probe_availability(const struct probe_tally *t);

#endif
