/* Internal to pki: certificate.h for those who hold OpenSSL's handle already. */
#ifndef TALAIA_PKI_X509_READ_H
#define TALAIA_PKI_X509_READ_H

#include "pki/certificate.h"
#include "pki/openssl.h"

/* All values of the certificate; cannot fail. (Not const: OpenSSL keeps what it has worked out in the handle.) */
void x509_read(struct arena *a, X509 *cert, struct certificate *ret);
bool x509_is_for(X509 *cert, const char *host);
bool x509_is_ca(X509 *cert);

#endif
