/* Makes certificates, lists and answers for the tests of this room. Everything lives until maker_release(). */
#ifndef TALAIA_TESTS_PKI_MAKER_H
#define TALAIA_TESTS_PKI_MAKER_H

#include "../base/check.h"

#include "pki/openssl.h"

#include "base/buf.h"
#include "base/day.h"
#include "base/err.h"

/* In maker_status.c: answers and lists; in maker.c: the rest. */
enum maker_key { MAKER_EC, MAKER_RSA, MAKER_RSA_SHORT, MAKER_ED25519, MAKER_ED448, MAKER_P384 };

struct maker_name { /* one attribute of a subject; n: its bytes when there may be a NUL in them */
    const char *field, *value;
    int n, type; /* 0: UTF-8; else V_ASN1_BMPSTRING, … */
};

struct made {
    X509 *cert;
    EVP_PKEY *key;
    struct str der;
};

struct maker {
    const char *cn;
    struct maker_name names[12]; /* instead of cn */
    const struct made *issuer;   /* NULL: signs itself */
    enum maker_key key;
    const EVP_PKEY *use_key;  /* instead of a new one */
    const EVP_PKEY *sign_key; /* instead of the issuer's: a forged signature */
    const char *from, *to;    /* as they are written in a certificate; NULL: 2026-01-01 to 2027-01-01 */
    const char *extensions;   /* lines of openssl.cnf under [v3], other sections after them; NULL: none */
    const EVP_MD *digest;     /* NULL: SHA-256 */
    bool pss;                 /* an RSA signature with PSS */
    long serial;              /* 0: the next number */
};

/* For authorities and the usual leaf. */
#define MAKER_CA "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
#define MAKER_LEAF                                                                                                     \
    "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\n"

struct made make(const struct maker *m);
#define MAKE(...) make(&(const struct maker){__VA_ARGS__})
void maker_release(void);

/* 2026-11-20T08:00:00Z, when all certificates made without dates are valid. */
#define MAKER_NOW (INSTANT_PER_SECOND * 1795161600)
instant_t maker_time(const char *iso); /* "2026-11-20T08:00:00Z" */

/* --- answers and lists --- */

struct maker_ocsp {
    const struct made *leaf, *issuer; /* whom it is about */
    const struct made *signer;        /* NULL: the issuer */
    int status;                       /* V_OCSP_CERTSTATUS_… */
    int reason;                       /* OCSP_REVOKED_STATUS_… */
    const char *revoked, *from, *to;  /* NULL: 2026-11-10, 2026-11-20 07:00, 2026-11-21; to "" = none */
    const EVP_MD *digest, *id_digest; /* NULL: SHA-256, SHA-1 */
    struct str nonce;
    bool by_key, no_certs;
    bool critical, critical_single; /* an extension that nobody knows */
    bool stamp;                     /* producedAt is the real time, else nothing */
    const struct made *also;        /* an answer about this one comes first */
    const struct made *certs[4];    /* that come along besides the signer's */
};
struct str maker_ocsp(const struct maker_ocsp *m);
#define MAKE_OCSP(...) maker_ocsp(&(const struct maker_ocsp){__VA_ARGS__})

struct maker_crl {
    const struct made *issuer;
    const EVP_PKEY *sign_key;
    const struct made *revoked[4];
    int reason;            /* CRL_REASON_…, -1: none */
    const char *from, *to; /* NULL: 2026-11-19, 2026-11-26; to "" = none */
    const EVP_MD *digest;
    const char *extensions; /* as in struct maker */
    long fill;              /* so many serial numbers from 2^40 on */
};
struct str maker_crl(const struct maker_crl *m);
#define MAKE_CRL(...) maker_crl(&(const struct maker_crl){__VA_ARGS__})

/* PEM of some certificates, in the maker's memory. */
struct str maker_pem(const struct made *const *certs, size_t count);
/* A file in the tests' own directory; its path. */
const char *maker_file(const char *name, struct str content);
const char *maker_dir(void);
struct arena *maker_arena(void);

#endif
