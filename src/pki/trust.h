/* Whether the chain that a server (or a signer) shows leads to an authority that we trust.
 *
 * One `struct trust` per process: it holds the system's authorities and the profile's, takes tens of milliseconds to
 * load and is never written afterwards but for its caches. It asks no clock and no network. One thread at a time.
 *
 *     struct judgement j;
 *     trust_judge(trust, &arena, sent, count, "seu.example", now, &j);
 *     if (j.code == TRUST_OK) …                // TRUST_EXPIRING is the caller's, from j.leaf.last_day
 *
 * What is checked: dates, names, signatures, basic constraints, path length, name constraints, unknown critical
 * extensions, keys and digests of at least 112 bits of security. What is not: extended key usage (bodies' certificates
 * carry all kinds), policies, revocation (revocation.h).
 *
 * Several things may be wrong at once. All are in `findings`, the first to be mended first: an order in which mending
 * one makes those after it moot, because it means a new certificate.
 * - SELF_SIGNED: any certificate of an authority is better; its dates and names then change too
 * - WRONG_HOST: it is another service's certificate, renewing it would mend nothing
 * - EXPIRED, NOT_YET
 * - UNKNOWN_CA: a recognised authority issues neither short keys nor old digests
 * - WEAK_KEY, WEAK_SIGNATURE
 * - BAD_CHAIN: the certificate may be good, what was installed beside it is not
 * - INCOMPLETE: one file to install
 *
 * INCOMPLETE or UNKNOWN_CA, when the issuer is neither among what was sent nor an anchor: INCOMPLETE if an intermediate
 * that is known from elsewhere completes the chain; or, presumed, if the certificate says where its issuer's can be
 * fetched (public authorities do), or an anchor is of the same organisation as the issuer. UNKNOWN_CA otherwise.
 * `presumed` tells a caller that fetching `issuer_url` and trust_learn(), or judging again after other chains were
 * seen, may change it. */
#ifndef TALAIA_PKI_TRUST_H
#define TALAIA_PKI_TRUST_H

#include "core/verdict.h"
#include "pki/certificate.h"

struct trust;
struct stack_st_X509; /* OpenSSL's STACK_OF(X509) */

#define TRUST_SYSTEM_BUNDLE "/etc/ssl/certs/ca-certificates.crt"

/* `bundle`: the system's PEM file, NULL for none. `anchors`: more PEM (or DER, PKCS #7) files. An intermediate among
 * them whose own root is an anchor too only helps to tell INCOMPLETE from UNKNOWN_CA; one whose root is not becomes an
 * anchor. A certificate of the bundle that cannot be read is passed over; in `anchors` it is an error that names the
 * file. */
bool trust_open(const char *bundle, const char *const *anchors, size_t count, struct trust **ret, struct err *e);
void trust_free(struct trust *t);
size_t trust_anchor_count(const struct trust *t);

/* Remembers an intermediate that was fetched or seen. It is never trusted by itself. False when it is no CA
 * certificate. */
bool trust_learn(struct trust *t, struct str der);

/* Why, more exactly than the code. X(NAME, text): {who} is a certificate of the chain, {day} a date, {what} an
 * algorithm. */
#define TRUST_CAUSE_LIST(X)                                                                                            \
    X(LEAF, "{what}")                                                                                                  \
    X(ISSUER, "{who}")                                                                                                 \
    X(CA_EXPIRED, N_("the authority's certificate {who} expired on {day}"))                                            \
    X(CA_NOT_YET, N_("the authority's certificate {who} is not valid before {day}"))                                   \
    X(CA_KEY, N_("the key of {who} is too short: {what}"))                                                             \
    X(CA_SIGNATURE, N_("{who} is signed with {what}"))                                                                 \
    X(SIGNATURE, N_("the signature of {who} is not its issuer's"))                                                     \
    X(NOT_CA, N_("{who} may not issue certificates"))                                                                  \
    X(PATH_LENGTH, N_("there are more intermediates than {who} allows"))                                               \
    X(NAME_CONSTRAINT, N_("{who} is outside the names that its authority may issue for"))                              \
    X(CRITICAL, N_("{who} has a critical extension that is not understood"))                                           \
    X(DATES, N_("the dates of {who} cannot be read"))                                                                  \
    X(UNREADABLE, N_("what was sent is not a certificate"))                                                            \
    X(TOO_LONG, N_("too many or too large certificates were sent"))                                                    \
    X(OTHER, N_("{who} does not fit its issuer"))

enum trust_cause {
#define X(name, text) CAUSE_##name,
    TRUST_CAUSE_LIST(X)
#undef X
        CAUSE_COUNT
};

struct trust_finding {
    enum verdict_code code;
    enum trust_cause cause;
    int depth;        /* 0 = the leaf */
    day_t day;        /* EXPIRED, NOT_YET, CA_EXPIRED, CA_NOT_YET; else DAY_NONE */
    const char *who;  /* certificate or issuer that it is about, never NULL */
    const char *what; /* "RSA 1024", "sha1WithRSAEncryption", the names; "" */
};

struct trust_step {   /* a certificate of the path, leaf first */
    const char *name; /* its common name, or whole subject */
    instant_t not_before, not_after;
    unsigned char fingerprint[FINGERPRINT_BYTES];
    struct str der;
    bool sent, anchor;
};

struct judgement {
    enum verdict_code code; /* TRUST_OK, TRUST_NONE (nothing was sent), or that of findings[0] */
    const struct trust_finding *findings;
    size_t finding_count;
    bool has_leaf; /* the leaf could be read: `leaf` holds its dates and names even when all else is wrong */
    struct certificate leaf;
    const struct trust_step *path; /* as far as it could be built */
    size_t path_count;
    size_t unused;          /* certificates sent that the path does not need: tolerated, as their order is */
    bool presumed;          /* see above */
    const char *issuer_url; /* where the missing issuer can be fetched, "" */
};

/* `sent`: the certificates in the order in which they came, leaf first. `host`: name or address that was asked for,
 * NULL to check none. Chains are remembered by the SHA-256 of their bytes; dates are looked at each time. */
void trust_judge(struct trust *t, struct arena *a, const struct str *sent, size_t count, const char *host,
                 instant_t now, struct judgement *ret);
/* The same for certificates that OpenSSL has read already (SSL_get_peer_cert_chain); they stay the caller's. */
void trust_judge_stack(struct trust *t, struct arena *a, const struct stack_st_X509 *sent, const char *host,
                       instant_t now, struct judgement *ret);

/* The reason of a finding in that language, for {detail}; "" when the code says it all. */
const char *trust_detail(struct arena *a, const struct trust_finding *f, enum lang lang);
/* What verdict_reason() needs. For TRUST_OK and TRUST_EXPIRING the day is the leaf's last. */
struct verdict_facts trust_facts(struct arena *a, const struct judgement *j, const char *host, enum lang lang);

/* Tests and measurements: how many judgements the cache answered. */
size_t trust_cache_hits(const struct trust *t);

#endif
