/* Internal to pki: a cursor over DER, for what OpenSSL would only give together with much work (reading a certificate
 * decodes its key, which costs three times a signature's verification). Lengths are definite and inside the bytes;
 * nothing else is promised of what a span holds: OpenSSL reads it afterwards. */
#ifndef TALAIA_PKI_DER_H
#define TALAIA_PKI_DER_H

#include "base/str.h"

enum {
    DER_INTEGER = 0x02,
    DER_BITS = 0x03,
    DER_OCTETS = 0x04,
    DER_OID = 0x06,
    DER_ENUMERATED = 0x0a,
    DER_UTC_TIME = 0x17,
    DER_GENERALIZED_TIME = 0x18,
    DER_SEQUENCE = 0x30,
    DER_TAG_0 = 0xa0,
};

struct der {
    unsigned tag; /* the identifier octet */
    struct str whole, content;
};

/* The next element; advances. False at the end, at an identifier of several octets, or at a length that is indefinite
 * or goes beyond (then *s is unchanged). */
bool der_next(struct str *s, struct der *ret);
/* The same, when it is of that kind; otherwise *s is unchanged. */
bool der_take(struct str *s, unsigned tag, struct der *ret);

struct der_certificate {
    struct str serial, issuer, subject; /* whole elements */
    struct str key;                     /* the bits of the public key, which OCSP digests */
};
bool der_certificate(struct str bytes, struct der_certificate *ret);

struct der_ocsp {
    int status;
    struct str type;                       /* content of the OID of what is inside */
    struct str data, algorithm, signature; /* whole elements of the BasicOCSPResponse */
    struct str certificates;               /* content: one whole certificate after another; may be empty */
};
/* An OCSPResponse; with another status than 0 only that is set. */
bool der_ocsp(struct str bytes, struct der_ocsp *ret);

struct der_crl {
    struct str body;                 /* whole TBSCertList: what is signed */
    struct str before, after;        /* elements of its content before and behind the entries */
    struct str entries;              /* content of revokedCertificates; may be empty */
    struct str algorithm, signature; /* whole elements */
    struct str inner_algorithm;      /* inside of what is signed: must be the same (RFC 5280 §5.1.1.2) */
};
bool der_crl(struct str bytes, struct der_crl *ret);

struct der_entry {
    struct str whole, serial; /* serial: content of the INTEGER */
};
/* The next entry of a list; advances. */
bool der_entry(struct str *entries, struct der_entry *ret);

#endif
