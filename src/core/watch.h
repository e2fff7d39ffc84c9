/* Watching a body: from what its addresses showed to "up", "failing" or "down", and how that compares with the registry
 * (procedures A1, A4). Pure: observations and the time come in, decisions go out.
 *
 * A single failure is dropped: a body is down after `failures` failed rounds in a row over at least `minutes`. Trust is
 * another matter: an expired certificate is not an outage. When too many fail at once, it is us. */
#ifndef TALAIA_CORE_WATCH_H
#define TALAIA_CORE_WATCH_H

#include <stdint.h>

#include "core/body.h"
#include "core/profile.h"
#include "core/verdict.h"

/* What one address of a body showed in one round. */
struct seen_address {
    const char *address; /* "192.0.2.10" */
    enum verdict_code verdict[VERDICT_PARTS];
    day_t not_after;         /* of the certificate it served, DAY_NONE when it showed none */
    const char *fingerprint; /* of that certificate, "" when none */
    bool other_owner;        /* its NIF or organisation is another body's */
    bool middlebox;          /* issued by no authority but by something between us and the body */
};

/* The round's outcome for a body: it is up when one of its addresses serves its contract. */
enum outcome { OUTCOME_UP, OUTCOME_FAILED, OUTCOME_UNKNOWN };
enum outcome watch_outcome(const struct seen_address *seen, size_t count);
/* The address whose verdict tells best what is wrong (or that all is well); NULL when count is 0. */
const struct seen_address *watch_telling(const struct seen_address *seen, size_t count);

/* X(name, code, short words for a table, sentence) — how the registry and the wire agree */
#define RECONCILIATION_LIST(X)                                                                                         \
    X(AGREES, "agrees", N_("agrees"), N_("The registry and the certificate served agree."))                            \
    X(REGISTRY_STALE, "registry-stale", N_("registry is old"),                                                         \
      N_("Renewed: the new certificate is served and the registry still has the old date."))                           \
    X(OLD_SERVED, "old-served", N_("old one served"),                                                                  \
      N_("The registry has the new date and the old certificate is still served."))                                    \
    X(ADDRESSES_DIFFER, "addresses-differ", N_("they differ"), N_("Its addresses serve different certificates."))      \
    X(PERHAPS_BLOCKED, "perhaps-blocked", N_("blocked?"),                                                              \
      N_("Perhaps it blocks us, or something stands between us and it: a person decides."))                            \
    X(WRONG_BODY, "wrong-body", N_("another body's"), N_("The certificate served is another body's."))                 \
    X(NO_DATE, "no-date", N_("no date"), N_("The registry has no date to compare with."))                              \
    X(UNSEEN, "unseen", N_("not seen"), N_("No certificate could be seen."))
enum reconciliation {
#define X(name, code, words, sentence) RECONCILIATION_##name,
    RECONCILIATION_LIST(X)
#undef X
        RECONCILIATION_COUNT
};
const char *reconciliation_code(enum reconciliation r);
const char *reconciliation_words(enum reconciliation r); /* "registry is old": English, for tr() */
const char *reconciliation_text(enum reconciliation r);  /* the sentence */

/* `declared`: the registry's date of the CDS. `others_answer`: other bodies of the round answer, so our way out works.
 * Dates one day apart agree: registries round. A certificate of something in between is proof enough, on one address
 * and also while the service answers through it. */
enum reconciliation watch_reconcile(const struct seen_address *seen, size_t count, day_t declared, bool others_answer);

/* ------------------------------------------------------------------ down or not */

struct watch_rule {
    int failures;      /* in a row */
    int minutes;       /* between the first and the last of them */
    int retry_minutes; /* a failed body is asked again after this */
};
/* What is remembered of a body between rounds. */
struct watch {
    int failures;    /* in a row, 0 when it is up */
    instant_t first; /* of these failures */
    instant_t last;  /* the last round that saw it */
    bool down;       /* counted as KO */
};
enum watch_step {
    WATCH_NOTHING,
    WATCH_FAILING,   /* failed, not yet down: ask again */
    WATCH_WENT_DOWN, /* opens an outage that began at `first` */
    WATCH_STAYS_DOWN,
    WATCH_RECOVERED, /* closes it */
};
/* Takes the outcome of a round at `now` into *w. An unknown outcome changes nothing. A clock that went back counts as
 * no time. */
enum watch_step watch_take(struct watch *w, enum outcome outcome, instant_t now, const struct watch_rule *rule);

/* ------------------------------------------------------------------ when the next round is due */

/* The minute of the day in "09:00" … "23:59"; -1 when it is none. */
int watch_minute_of(const char *text);
/* That minute of that day in Madrid, as an instant. */
instant_t watch_instant(day_t day, int minute);

struct round_plan {
    int minute;                    /* of the daily round */
    instant_t last_daily;          /* when the last one began; INSTANT_NONE: never */
    instant_t last_round;          /* when the last round of any kind ended */
    size_t failing, down;          /* bodies that failed and are not down yet, and those that are */
    const struct profile *working; /* the daily round is made on its working days only; NULL: every day */
    int retry_minutes; /* failing ones are asked again after this; those that are down every WATCH_DOWN_MINUTES */
};
#define WATCH_DOWN_MINUTES 60
/* When the next round is due, `now` at the earliest; *ret_daily: it is the daily one. A daily round that was missed is
 * due at once, once. */
instant_t watch_next_round(const struct round_plan *p, instant_t now, bool *ret_daily);

/* ------------------------------------------------------------------ is it us? */

struct round_counts {
    size_t canaries, canaries_failed; /* destinations that answer when our network works */
    size_t bodies, failed;
    size_t failed_network; /* of them, without any answer (DNS, no connection): what a cut of ours looks like */
    size_t networks, networks_failed; /* where the bodies live (a name that was not resolved counts as one of its own):
                                         and those of them from which nothing came at all */
};
/* True when the round says more about our network than about the bodies: at least `percent` of them failed without any
 * answer, as many of their networks are silent as a whole, and every canary failed too; without canaries, they must be
 * at least `least`. A provider that goes dark takes many bodies with it and one network. Then no body's state changes.
 * While most bodies answer, canaries that fail are wrong themselves. */
bool watch_is_us(const struct round_counts *c, size_t percent, size_t least);

#endif
