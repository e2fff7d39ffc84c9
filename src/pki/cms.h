/* Detached CMS signatures as PDFs carry them (RFC 5652, ETSI EN 319 122-1 CAdES), and the time stamps in and beside
 * them (RFC 3161). Whether the bytes are what was signed; by whom, as certificates; not whether anybody trusts these
 * (trust.h, revocation.h).
 *
 *     cms_judge(&arena, cms, pieces, 2, &j);
 *     if (j.fault == CMS_GOOD) …  // j.certificates[0] signed exactly these pieces
 *
 * Narrower than the standards: exactly one signer, nothing inside, signed attributes with one content type and one
 * digest, digests of SHA-256 and better, the certificate of the signer inside, only zeros behind. Lengths may be
 * indefinite (BER). */
#ifndef TALAIA_PKI_CMS_H
#define TALAIA_PKI_CMS_H

#include "pki/certificate.h"

/* X(NAME, "words about it in English, for {what}") */
#define CMS_FAULTS(X)                                                                                                  \
    X(GOOD, "")                                                                                                        \
    X(FORM, "it is no CMS signature")                                                                                  \
    X(BEHIND, "")                                                                                                      \
    X(INSIDE, "")                                                                                                      \
    X(SIGNERS, "")                                                                                                     \
    X(ATTRIBUTES, "")                                                                                                  \
    X(DIGEST_WEAK, "")                                                                                                 \
    X(NO_CERTIFICATE, "")                                                                                              \
    X(CERTIFICATE_OTHER, "")                                                                                           \
    X(DIGEST_WRONG, "")                                                                                                \
    X(SIGNATURE_WRONG, "")
#define X(name, ...) CMS_##name,
enum cms_fault { CMS_FAULTS(X) CMS_FAULT_COUNT };
#undef X

struct cms_judgement {
    enum cms_fault fault;
    const char *what;               /* SIGNERS: how many; DIGEST_WEAK: the algorithm; "" */
    const char *digest;             /* "SHA256", "" */
    bool named;                     /* the signature names its certificate (signing-certificate, in v2 or v1) */
    instant_t claimed;              /* signingTime, INSTANT_NONE */
    const struct str *certificates; /* DER, the signer's first; also when the digest or signature is wrong */
    size_t certificate_count;
    struct str value;   /* the signature's own bytes, which its time stamp is of */
    struct str stamp;   /* token of the time stamp inside; empty */
    struct str archive; /* adbe-revocationInfoArchival, a signed attribute (ISO 32000-2 §12.8.3.3.2): DER; empty */
};

/* `content`: what is covered, in pieces one after another. Never fails: what cannot be read is a fault. */
void cms_judge(struct arena *a, struct str cms, const struct str *content, size_t pieces, struct cms_judgement *ret);

/* The OCSP responses and revocation lists of such an attribute, as they stand in it: at most `most` of each, which is
 * the size of the lists. What cannot be read is passed over. */
void cms_archive_split(struct str archive, size_t most, struct str *ret_ocsps, size_t *ret_ocsp_count,
                       struct str *ret_crls, size_t *ret_crl_count);

struct stamp_judgement {
    bool good;       /* it is of these pieces and its signature is right */
    const char *why; /* English, for tr(); "" */
    instant_t at;
    const struct str *certificates; /* of the authority, its own first */
    size_t certificate_count;
    bool may_stamp; /* extended key usage of the first: timeStamping, and critical */
};
/* Zeros behind the token are taken (document time stamps are padded). */
void stamp_judge(struct arena *a, struct str token, const struct str *content, size_t pieces,
                 struct stamp_judgement *ret);

#endif
