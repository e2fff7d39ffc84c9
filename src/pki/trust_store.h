/* Internal to pki: what a process trusts and remembers (trust.h), and one run of OpenSSL over a chain. */
#ifndef TALAIA_PKI_TRUST_STORE_H
#define TALAIA_PKI_TRUST_STORE_H

#include "base/limits.h"
#include "pki/openssl.h"
#include "pki/trust.h"

struct fault { /* a finding before it gets its words */
    enum verdict_code code;
    enum trust_cause cause;
    int depth;
};

/* A chain as it was found, without words, names and leaf: what the cache keeps. */
#define CHAIN_PATH_KEPT 6
#define CHAIN_FAULTS_KEPT 4
struct kept_chain {
    unsigned char key[FINGERPRINT_BYTES];  /* of the bytes that were sent */
    unsigned char host[FINGERPRINT_BYTES]; /* SHA-256 of the name that was asked for last; zero for none */
    bool host_good;
    instant_t from, to;          /* no certificate begins or ends in [from, to): the faults stay the same */
    uint64_t used;               /* when, in lookups; 0 = empty */
    X509 *path[CHAIN_PATH_KEPT]; /* without the leaf; each is known or an anchor, so they are few */
    struct fault faults[CHAIN_FAULTS_KEPT];
    uint8_t path_count, fault_count, anchored, unused;
};

#define CACHE_WAYS 16
#define CACHE_SETS (LIMIT_TRUST_CACHE / CACHE_WAYS)

struct known_cert {
    unsigned char fingerprint[FINGERPRINT_BYTES];
    X509 *cert;
    uint64_t used;
};

struct trust {
    X509_STORE *store; /* anchors only: an intermediate in here would hide that a server does not send it */
    bool partial;      /* some anchor is no root */
    struct known_cert known[LIMIT_TRUST_KNOWN];
    size_t known_count;
    const char **organisations; /* of the anchors, sorted by nothing, each once */
    size_t organisation_count;
    struct arena names;
    X509_STORE_CTX *context;
    struct kept_chain *cache; /* CACHE_SETS × CACHE_WAYS */
    uint64_t tick;
    size_t hits;
};

/* The certificate that is remembered under this fingerprint, or NULL. */
X509 *trust_known(struct trust *t, const unsigned char fingerprint[FINGERPRINT_BYTES]);
/* Whether this very handle is one of those. */
bool trust_remembers(const struct trust *t, const X509 *cert);
/* Remembers it (in place of the one used least when there is no room). */
void trust_remember(struct trust *t, X509 *cert);
/* Some anchor's subject has this organisation. */
bool trust_has_organisation(const struct trust *t, const char *organisation);

struct chain {             /* of one run */
    STACK_OF(X509) * path; /* borrowed from the context until the next run */
    int anchored;          /* index in the path of the first that came from the store; path length when none did */
    struct fault faults[LIMIT_CHAIN_FINDINGS];
    size_t fault_count;
    bool issuer_missing; /* the last of the path was issued by somebody who was not found */
};

void chain_add_fault(struct chain *c, enum verdict_code code, enum trust_cause cause, int depth);
/* Builds and verifies the path of sent[0]. `with_known`: with what is remembered as further candidates. Dates of the
 * certificates are not among the faults. */
void chain_verify(struct trust *t, STACK_OF(X509) * sent, bool with_known, instant_t now, struct chain *ret);

#endif
