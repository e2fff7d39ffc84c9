/* Whether a certificate has been renewed and checked (procedure A3): the registry has the new date, the endpoint serves
 * the new certificate (or the new CDA was handed in), the service answers. Pure: facts come in, a decision goes out. */
#ifndef TALAIA_CORE_EVIDENCE_H
#define TALAIA_CORE_EVIDENCE_H

#include "core/watch.h"

/* What the registry declares, beside the date that is to be renewed. Dates one day apart are the same: registries
 * round. */
enum evidence_registry {
    REGISTRY_OLD,     /* that date, or none */
    REGISTRY_EARLIER, /* an earlier one: hardly a renewal */
    REGISTRY_NEW,     /* a later one */
    REGISTRY_KINDS
};
/* What was seen of the certificate itself. */
enum evidence_seen {
    SEEN_NOTHING,   /* it cannot be seen, or has not been */
    SEEN_OLD,       /* the old one, everywhere */
    SEEN_DIFFERENT, /* the new one on some addresses only */
    SEEN_BAD,       /* a new one that must not be trusted, or somebody else's */
    SEEN_OTHER,     /* a new one, with another date than the registry's new one */
    SEEN_NEW,       /* the new one everywhere */
    SEEN_KINDS
};
enum evidence_service { SERVICE_UNKNOWN, SERVICE_DOWN, SERVICE_UP, SERVICE_KINDS };

struct evidence {
    enum evidence_registry registry;
    enum evidence_seen seen;
    enum evidence_service service;
    bool confirmed; /* by a person */
};

/* X(name, code, short words, sentence; what is missing and who does it) */
#define EVIDENCE_LIST(X)                                                                                               \
    X(WAITING, "waiting", N_("not renewed yet"), N_("the registry and what is seen are still the old ones"))           \
    X(REGISTRY_OLD, "registry-old", N_("renewed, registry still old"),                                                 \
      N_("renewed: the new certificate is seen and the registry still has the old date; update the registry"))         \
    X(OLD_SERVED, "old-served", N_("registry new, old one served"),                                                    \
      N_("the registry has the new date and the old certificate is still served; it has to be installed"))             \
    X(ADDRESSES_DIFFER, "addresses-differ", N_("new one on some addresses only"),                                      \
      N_("some addresses serve the new certificate and others do not; install it on all of them"))                     \
    X(BAD, "not-trusted", N_("new one, not trusted"),                                                                  \
      N_("the new certificate that is served is not trusted or not the body's own; the body has to correct it"))       \
    X(DATES_DIFFER, "dates-differ", N_("another date than the registry's"),                                            \
      N_("the new certificate and the registry's new date do not agree; correct the registry"))                        \
    X(EARLIER, "earlier", N_("the registry has an earlier date"),                                                      \
      N_("the registry now has an earlier date than before: a person says whether it is a correction"))                \
    X(DOWN, "service-down", N_("renewed, service does not answer"),                                                    \
      N_("the new date and the new certificate are there, and the service does not answer"))                           \
    X(PERSON, "person", N_("a person confirms"),                                                                       \
      N_("the new certificate cannot be seen from here; a person confirms it"))                                        \
    X(CHECKED, "checked", N_("renewed and checked"), N_("renewed and checked"))
enum evidence_outcome {
#define X(name, code, words, sentence) EVIDENCE_##name,
    EVIDENCE_LIST(X)
#undef X
        EVIDENCE_COUNT
};
const char *evidence_code(enum evidence_outcome o);
const char *evidence_words(enum evidence_outcome o);    /* English, for tr() */
const char *evidence_sentence(enum evidence_outcome o); /* the same */
bool evidence_parse(const char *code, enum evidence_outcome *ret);

enum evidence_outcome evidence_decide(const struct evidence *x);

/* ------------------------------------------------------------------ the facts */

enum evidence_registry evidence_registry(day_t expires, day_t declared);
/* What the addresses of the last round showed of a CDS that expires on `expires`. `reconciliation`: the round's word
 * (blocked, somebody else's). */
enum evidence_seen evidence_served(const struct seen_address *seen, size_t count, day_t expires, day_t declared,
                                   enum reconciliation reconciliation);
/* What a certificate that was handed in shows (a CDA); DAY_NONE when there is none. */
enum evidence_seen evidence_given(day_t not_after, day_t expires, day_t declared);
/* NULL: nobody watches it. */
enum evidence_service evidence_service(const struct watch *w);

#endif
