/* Internal to pki: what a distinguished name says, in the arena and safe to show (openssl.h). */
#ifndef TALAIA_PKI_CERTIFICATE_NAME_H
#define TALAIA_PKI_CERTIFICATE_NAME_H

#include "core/identity.h"
#include "pki/openssl.h"

/* First value of that kind, "" when there is none. */
const char *x509_name_value(struct arena *a, const X509_NAME *name, int nid);
/* The common name, unless it names a person. */
const char *x509_name_common(struct arena *a, const X509_NAME *name);
/* Some attribute is a person's. */
bool x509_name_is_personal(struct arena *a, const X509_NAME *name);
/* "IDCES-…", or a DNI or NIE with its right letter. */
bool id_is_personal(struct str s);

struct name_nif {
    char nif[NIF_BYTES]; /* "" when none is an organisation's */
    bool disagrees;
};
/* organizationIdentifier (VATES-), then the SAN's directoryName, then serialNumber: the first that is an organisation's
 * with its right control character. `alternative` may be NULL. */
void x509_name_nif(struct arena *a, const X509_NAME *subject, const GENERAL_NAMES *alternative, struct name_nif *ret);

#endif
