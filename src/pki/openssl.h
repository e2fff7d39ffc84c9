/* Internal to pki: OpenSSL's handles with their cleanup, and what every file here does with them.
 *
 *     AUTO(X509) *cert = d2i_X509(NULL, &p, n);
 *
 * gives the handle back at the end of the scope. OpenSSL keeps reasons in a queue per thread that nobody here reads:
 * each public function ends with openssl_forget(), so that no text of the library reaches a person or the next caller.
 */
#ifndef TALAIA_PKI_OPENSSL_H
#define TALAIA_PKI_OPENSSL_H

/* OpenSSL has a type of this name, and base/err.h a code: theirs is called otherwise here. */
#define ERR_STATE openssl_ERR_STATE
#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#undef ERR_STATE

#include "base/day.h"
#include "base/mem.h"
#include "base/str.h"

/* X(type, function that frees it) */
#define OPENSSL_HANDLES(X)                                                                                             \
    X(X509, X509_free)                                                                                                 \
    X(X509_STORE, X509_STORE_free)                                                                                     \
    X(X509_STORE_CTX, X509_STORE_CTX_free)                                                                             \
    X(X509_CRL, X509_CRL_free)                                                                                         \
    X(PKCS7, PKCS7_free)                                                                                               \
    X(BIGNUM, BN_free)                                                                                                 \
    X(GENERAL_NAMES, GENERAL_NAMES_free)                                                                               \
    X(CERTIFICATEPOLICIES, CERTIFICATEPOLICIES_free)                                                                   \
    X(EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free)                                                                     \
    X(AUTHORITY_INFO_ACCESS, AUTHORITY_INFO_ACCESS_free)                                                               \
    X(CRL_DIST_POINTS, CRL_DIST_POINTS_free)                                                                           \
    X(ISSUING_DIST_POINT, ISSUING_DIST_POINT_free)                                                                     \
    X(OCSP_REQUEST, OCSP_REQUEST_free)                                                                                 \
    X(OCSP_RESPONSE, OCSP_RESPONSE_free)                                                                               \
    X(OCSP_BASICRESP, OCSP_BASICRESP_free)                                                                             \
    X(OCSP_CERTID, OCSP_CERTID_free)

#define X(type, release)                                                                                               \
    static inline void auto_##type(type **handle)                                                                      \
    {                                                                                                                  \
        release(*handle);                                                                                              \
    }
OPENSSL_HANDLES(X)
#undef X

static inline void auto_x509_stack(STACK_OF(X509) * *stack) /* the list alone, not what is in it */
{
    sk_X509_free(*stack);
}

#define AUTO(type) __attribute__((cleanup(auto_##type))) type
#define AUTO_STACK __attribute__((cleanup(auto_x509_stack))) STACK_OF(X509)

static inline void openssl_forget(void)
{
    ERR_clear_error();
}

/* One certificate of exactly these bytes; NULL when it is none, is too large or has something behind it. */
X509 *x509_from_der(struct str der);
/* Its bytes, in the arena. */
struct str x509_to_der(struct arena *a, const X509 *cert);

/* INSTANT_NONE when it is no date, or a year that the calendar here does not know (1–9999). */
instant_t asn1_instant(const ASN1_TIME *t);
/* The dates of a certificate, in the two forms that RFC 5280 §4.1.2.5 allows, to the second and in Z: what is a date
 * elsewhere, clients refuse here. INSTANT_NONE when it is not so. */
instant_t x509_begin(const X509 *cert);
instant_t x509_end(const X509 *cert);
/* Any kind of string as UTF-8 that may be shown: what controls a terminal becomes U+FFFD (a NUL too), what turns the
 * direction of writing is dropped, and more than LIMIT_CERT_TEXT_BYTES is cut. */
const char *asn1_text(struct arena *a, const ASN1_STRING *s);
/* The same for bytes that claim to be UTF-8 or ASCII; others are taken as Latin-1. */
const char *bytes_text(struct arena *a, struct str s);
/* "1.3.6.1.5.5.7.3.1", in the arena. */
const char *oid_text(struct arena *a, const ASN1_OBJECT *oid);
/* A whole subject (RFC 4514 order and escapes), without what names a person (certificate.h). */
const char *x509_name_text(struct arena *a, const X509_NAME *name);
/* What a person calls it: common name, else organisation, else the whole subject. */
const char *x509_name_short(struct arena *a, const X509_NAME *name);
/* "SHA256-RSA"-like name of an algorithm that signed: OpenSSL's long name ("sha256WithRSAEncryption"). */
const char *x509_signature_name(struct arena *a, const X509 *cert);
/* "RSA 2048", "EC P-256", "Ed25519". */
const char *x509_key_name(struct arena *a, const X509 *cert);
/* An address that may be asked: http or https, printable ASCII, a host, not too long. */
bool url_is_web(struct str url);

#endif
