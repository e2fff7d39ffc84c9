/* Internal to pki: certificate.h for those who hold OpenSSL's handle already. */
#ifndef TALAIA_PKI_X509_READ_H
#define TALAIA_PKI_X509_READ_H

#include "pki/certificate.h"
#include "pki/openssl.h"

/* All values of the certificate; cannot fail. (Not const: OpenSSL keeps what it has worked out in the handle.) */
void x509_read(struct arena *a, X509 *cert, struct certificate *ret);
/* The same when its bytes are in the arena already. */
void x509_read_with(struct arena *a, X509 *cert, struct str der, struct certificate *ret);
bool x509_is_for(X509 *cert, const char *host);
bool x509_is_ca(X509 *cert);

/* All certificates of a file (certificates_split); lenient: those that cannot be read are passed over. The caller frees
 * the list and what is in it. NULL with a reason. */
STACK_OF(X509) * x509_load(struct str bytes, bool lenient, struct err *e);

#endif
