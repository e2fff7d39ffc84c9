/* OCSP (RFC 6960): the question, and what an answer is worth. Bytes in, meaning out: who fetches them is not known
 * here. A stapled answer is read the same way.
 *
 * An answer is believed only when it is signed by the issuer of the certificate, or by a responder that this very
 * issuer certified for it (extended key usage OCSPSigning), is about this certificate and is in its time. Everything
 * else is OCSP_UNUSABLE, which is never "good". */
#ifndef TALAIA_PKI_OCSP_H
#define TALAIA_PKI_OCSP_H

#include "pki/certificate.h"

enum ocsp_outcome { OCSP_UNUSABLE, OCSP_UNKNOWN, OCSP_GOOD, OCSP_REVOKED };

/* Why it is unusable. X(NAME, "code", text) */
#define OCSP_FAULT_LIST(X)                                                                                             \
    X(NONE, "", "")                                                                                                    \
    X(SIZE, "size", N_("the answer is too large"))                                                                     \
    X(FORMAT, "format", N_("the answer is not OCSP"))                                                                  \
    X(REFUSED, "refused", N_("the responder does not answer this question"))                                           \
    X(LATER, "try-later", N_("the responder asks to try later"))                                                       \
    X(CERTIFICATE, "certificate", N_("the certificate or its issuer cannot be read"))                                  \
    X(OTHER, "other-certificate", N_("the answer is about another certificate"))                                       \
    X(SIGNER, "signer", N_("the signer of the answer is not there, or not authorised by the issuer"))                  \
    X(SIGNER_EXPIRED, "signer-expired", N_("the certificate of the signer of the answer is not in its time"))          \
    X(SIGNATURE, "signature", N_("the signature of the answer is wrong"))                                              \
    X(WEAK, "weak", N_("the answer is signed with an algorithm or key that is no longer safe"))                        \
    X(FUTURE, "future", N_("the answer is from the future"))                                                           \
    X(EXPIRED, "expired", N_("the answer is out of date"))                                                             \
    X(NONCE, "nonce", N_("the answer belongs to another question"))                                                    \
    X(CRITICAL, "critical", N_("the answer has a critical extension that is not understood"))

enum ocsp_fault {
#define X(name, code, text) OCSP_FAULT_##name,
    OCSP_FAULT_LIST(X)
#undef X
        OCSP_FAULT_COUNT
};
const char *ocsp_fault_code(enum ocsp_fault f);
const char *ocsp_fault_text(enum ocsp_fault f); /* English, for tr() */

struct ocsp_answer {
    enum ocsp_outcome outcome;
    enum ocsp_fault fault;
    int status; /* OCSPResponseStatus (RFC 6960 §4.2.1), -1 when there is none to be read */
    instant_t this_update, next_update, produced; /* INSTANT_NONE when not given or not read */
    instant_t revoked_at;                         /* OCSP_REVOKED */
    day_t revoked_day;
    int reason;             /* RFC 5280 CRLReason, -1 when not given */
    bool delegated;         /* signed by a responder, not by the issuer itself */
    bool nonce_matched;     /* a responder that ignores nonces is accepted; one that answers another is not */
    const char *responder;  /* common name of the signer, "" */
    instant_t signer_until; /* end of the responder's certificate, INSTANT_NONE when the issuer signed */
    struct str signer_der;  /* of a delegated responder */
};

/* The question about `leaf` in DER (here and below: the certificate, or its serial number alone as an INTEGER), with a
 * SHA-1 CertID, which is what responders know. `nonce` may be empty; at most LIMIT_NONCE_BYTES, from the caller's
 * randomness. */
bool ocsp_request(struct arena *a, struct str leaf, struct str issuer, struct str nonce, struct str *ret_der,
                  struct err *e);

/* `nonce`: the one that was sent, empty for none (stapled answers). Never fails: what cannot be read is OCSP_UNUSABLE.
 */
void ocsp_read(struct arena *a, struct str bytes, struct str leaf, struct str issuer, struct str nonce, instant_t now,
               struct ocsp_answer *ret);

/* Remembers the certificates of authorities and of responders that were found to be theirs, so that the next answer
 * costs a fifth: pass it to the functions ending in _with. Their dates are looked at each time. One thread at a time.
 */
struct ocsp_signers;
struct ocsp_signers *ocsp_signers_new(void);
void ocsp_signers_free(struct ocsp_signers *known); /* NULL is fine */
void ocsp_read_with(struct ocsp_signers *known, struct arena *a, struct str bytes, struct str leaf, struct str issuer,
                    struct str nonce, instant_t now, struct ocsp_answer *ret);

/* "keyCompromise", "certificateHold", …; "" when there is none. RFC 5280 §5.3.1; also for CRLs. */
const char *revocation_reason_text(int reason);

#endif
