/* Certificate revocation lists (RFC 5280 §5): is this certificate on its issuer's list?
 *
 * A list counts only when the issuer of the certificate signed it, it is in its time, and it covers this certificate: a
 * list divided among addresses must be the one that the certificate points to; delta, indirect and partial lists are
 * not used. Whatever does not count is CRL_UNUSABLE, never "good". Opening a list of 10 MB takes 25 ms, a look into it
 * 4 ms and 10 MB: keep the opened list when several certificates are looked up. */
#ifndef TALAIA_PKI_CRL_H
#define TALAIA_PKI_CRL_H

#include "pki/certificate.h"

enum crl_outcome { CRL_UNUSABLE, CRL_GOOD, CRL_REVOKED };

/* X(NAME, "code", text) */
#define CRL_FAULT_LIST(X)                                                                                              \
    X(NONE, "", "")                                                                                                    \
    X(SIZE, "size", N_("the list is too large"))                                                                       \
    X(FORMAT, "format", N_("the list is not a CRL"))                                                                   \
    X(CERTIFICATE, "certificate", N_("the certificate or its issuer cannot be read"))                                  \
    X(ISSUER, "issuer", N_("the list is another authority's"))                                                         \
    X(SIGNATURE, "signature", N_("the signature of the list is wrong"))                                                \
    X(WEAK, "weak", N_("the list is signed with an algorithm that is no longer safe"))                                 \
    X(FUTURE, "future", N_("the list is from the future"))                                                             \
    X(EXPIRED, "expired", N_("the list is out of date"))                                                               \
    X(SCOPE, "scope", N_("the list does not cover this certificate"))                                                  \
    X(CRITICAL, "critical", N_("the list has a critical extension that is not understood"))

enum crl_fault {
#define X(name, code, text) CRL_FAULT_##name,
    CRL_FAULT_LIST(X)
#undef X
        CRL_FAULT_COUNT
};
const char *crl_fault_code(enum crl_fault f);
const char *crl_fault_text(enum crl_fault f); /* English, for tr() */

struct crl; /* a list whose signature held */

/* DER or PEM. NULL with a fault when it is no list of that issuer; time is looked at later. */
struct crl *crl_open(struct str bytes, struct str issuer, enum crl_fault *ret_fault);
void crl_free(struct crl *c);
size_t crl_count(const struct crl *c);

struct crl_answer {
    enum crl_outcome outcome;
    enum crl_fault fault;
    instant_t this_update, next_update; /* INSTANT_NONE when not given */
    instant_t revoked_at;               /* CRL_REVOKED */
    day_t revoked_day;
    int reason; /* -1 when not given */
};
void crl_look_up(const struct crl *c, struct str leaf, instant_t now, struct crl_answer *ret);

/* Both at once, for one certificate. */
void crl_read(struct str bytes, struct str leaf, struct str issuer, instant_t now, struct crl_answer *ret);

#endif
