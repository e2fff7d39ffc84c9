/* Is a certificate revoked: which source to believe, and which to ask next. Pure: what has been fetched comes in, a
 * verdict or one address to fetch comes out; the caller fetches it, notes what came (or that nothing did) and asks
 * again.
 *
 *     for (;;) {
 *         revocation_decide(&arena, &leaf, issuer_der, have, count, now, &r);
 *         if (r.state != REVOCATION_FETCH) break;
 *         … fetch r.url (POST r.request for OCSP, GET for a CRL), add the outcome to `have` …
 *     }
 *
 * Order: the stapled answer, each OCSP address of the certificate, each CRL address. The first usable "good" or
 * "revoked" decides. A responder that says "unknown" passes the question on to the lists. When nothing usable is left
 * the state is REVOCATION_UNKNOWN: an outage of the authority is never "good" and never "revoked". */
#ifndef TALAIA_PKI_REVOCATION_H
#define TALAIA_PKI_REVOCATION_H

#include "core/verdict.h"
#include "pki/certificate.h"

enum revocation_source { REVOCATION_STAPLED, REVOCATION_OCSP, REVOCATION_CRL };

struct revocation_have { /* what one source gave the last time that it was asked */
    enum revocation_source source;
    const char *url;   /* NULL for the stapled answer */
    struct str bytes;  /* empty: it did not answer */
    struct str nonce;  /* the one in the question, empty for none */
    instant_t fetched; /* when that was */
};

enum revocation_state {
    REVOCATION_FETCH, /* ask `url` */
    REVOCATION_GOOD,
    REVOCATION_REVOKED,
    REVOCATION_UNKNOWN,     /* nobody could say, or the responder does not know the certificate */
    REVOCATION_NOT_OFFERED, /* the certificate names no source and none was stapled: there is nobody to ask */
};

struct revocation {
    enum revocation_state state;
    enum revocation_source source; /* GOOD, REVOKED, FETCH; UNKNOWN: the last one that failed */
    const char *url;               /* of that source, "" */
    struct str request;            /* FETCH from OCSP: the body of the POST, in DER */
    instant_t revoked_at;          /* REVOKED */
    day_t revoked_day;
    int reason;                         /* REVOKED: CRLReason, -1 */
    const char *why;                    /* UNKNOWN: English, for tr(); "" */
    instant_t this_update, next_update; /* GOOD, REVOKED: of the answer that decided; INSTANT_NONE when not given */
    instant_t until; /* do not ask again before: nextUpdate within bounds, or the time to try again */
};

/* `issuer`: DER of the certificate that issued it, empty when it is not known (then UNKNOWN). */
void revocation_decide(struct arena *a, const struct certificate *leaf, struct str issuer,
                       const struct revocation_have *have, size_t count, instant_t now, struct revocation *ret);

struct ocsp_signers; /* ocsp.h; NULL is fine */
void revocation_decide_with(struct ocsp_signers *known, struct arena *a, const struct certificate *leaf,
                            struct str issuer, const struct revocation_have *have, size_t count, instant_t now,
                            struct revocation *ret);

/* What it makes of a certificate that is trusted otherwise: GOOD and NOT_OFFERED keep TRUST_OK. */
enum verdict_code revocation_verdict(enum revocation_state s);

#endif
