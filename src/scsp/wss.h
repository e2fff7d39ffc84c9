/* WS-Security of the platform: one signature over the Body, made with the X.509 certificate that comes along.
 *
 *     struct wss w;
 *     if (wss_verify(&all, keys, doc, text, &envelope, &policy, &w)) …    // w.token: whose signature it is
 *
 * A narrow verifier: it can only canonicalise exclusively, digest and verify with the algorithms of its tables. It
 * never fetches, transforms, or looks for a key outside wsse:Security. A Reference must lead to the very Body of the
 * envelope (and may lead to the Timestamp and the token of the header); an Id that is given twice, a second Security or
 * Signature, and signed parts anywhere else are refused. What it says of a digest or signature that does not fit comes
 * from trying what clients get wrong (wss_why.c).
 *
 * Whether the certificate is trusted, valid and authorised is for the caller, as is remembering `replay`.
 * Source: OASIS WSS SOAP Message Security 1.0, X.509 Token Profile 1.0; XML Signature 1.0; reference "PCI messaging"
 * §8. */
#ifndef TALAIA_SCSP_WSS_H
#define TALAIA_SCSP_WSS_H

#include "base/day.h"
#include "base/limits.h"
#include "pki/certificate.h"
#include "scsp/envelope.h"

#define WSS_HASH_BYTES 32

struct wss_policy {
    instant_t now;
    int skew_seconds;   /* how far clocks may differ */
    bool allow_sha1;    /* for this integrator; a warning stays */
    bool signed_inside; /* the Body may hold signatures of its own (answers with signed documents) */
    bool brief;         /* do not look for the reason of a digest that does not fit: the answer is the same */
};

/* What was signed over other bytes: where ours and theirs part. Texts are canonical forms; NULL when it is not known.
 */
struct wss_difference {
    const char *part;        /* "soap:Body" */
    struct str ours, theirs; /* theirs: p NULL when no known mistake explains the digest */
    size_t at;               /* first byte that differs */
};

/* What is kept of a certificate together with its key. */
struct wss_certificate {
    char subject[LIMIT_REMARK_CHARS * 2], name[LIMIT_REMARK_CHARS]; /* name: what a person calls it; safe to show */
    char nif[NIF_BYTES];                                            /* "" when there is none */
    char fingerprint[FINGERPRINT_HEX_BYTES];
    instant_t not_before, not_after; /* INSTANT_NONE */
    day_t first_day, last_day;       /* in Madrid */
};

struct wss {
    bool present;     /* there is a wsse:Security */
    struct str token; /* the certificate as DER, in the arena; p NULL when there is none that can be read */
    bool has_certificate;
    struct wss_certificate certificate; /* of the token */
    const xmlNode *token_node, *time_node;
    unsigned char replay[WSS_HASH_BYTES]; /* the same for every copy of this signed message */
    const char *algorithm, *digest;       /* "rsa-sha256", "sha256"; "" when unknown */
    bool time_signed;
    instant_t created, expires; /* as the Timestamp says; INSTANT_NONE */
    /* From then on it is refused, so `replay` may be forgotten; INSTANT_NONE: never (no Timestamp, or an unsigned one,
     * which can be exchanged for a new one). */
    instant_t dead;
    struct wss_difference difference;
};

/* For a process that will not be able to open files: what the cryptography would load later is loaded now. */
void wss_begin(void);

/* Keys of certificates, read once each; the trust in a certificate is not kept. One thread at a time. */
struct wss_keys;
struct wss_keys *wss_keys_new(void);
void wss_keys_free(struct wss_keys *keys);
void wss_keys_forget(struct wss_keys *keys); /* as if no certificate had been seen */

/* False when the message is not signed as it must be; the remarks say why. `text`: the message as it came. The document
 * is not changed. */
bool wss_verify(struct remarks *all, struct wss_keys *keys, xmlDoc *doc, struct str text, const struct envelope *e,
                const struct wss_policy *policy, struct wss *ret);

#endif
