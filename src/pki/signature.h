/* Internal to pki: whether a signature and a key are of today: 112 bits of security, as trust.h asks of chains. */
#ifndef TALAIA_PKI_SIGNATURE_H
#define TALAIA_PKI_SIGNATURE_H

#include "pki/openssl.h"

enum { SECURITY_BITS = 112 };

/* The digest is SHA-224 or better (Ed25519 and Ed448 carry their own). RSA-PSS names it in its parameters. */
bool signature_is_strong(const X509_ALGOR *algorithm);
bool key_is_strong(const EVP_PKEY *key);
const X509_ALGOR *x509_signature_algorithm(const X509 *cert);

#endif
