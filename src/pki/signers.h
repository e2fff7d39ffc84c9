/* Internal to pki: certificates of those who sign answers, read once (ocsp.h, struct ocsp_signers). */
#ifndef TALAIA_PKI_SIGNERS_H
#define TALAIA_PKI_SIGNERS_H

#include "pki/ocsp.h"
#include "pki/openssl.h"

struct signer_id {
    unsigned char hash[FINGERPRINT_BYTES];
};
/* Of an authority (by NULL), or of a responder that this authority certified. */
struct signer_id signer_id(struct str der, const struct signer_id *by);
/* A reference of the caller's own, or NULL when it is not there. `known` may be NULL. */
X509 *signers_find(struct ocsp_signers *known, const struct signer_id *id);
void signers_keep(struct ocsp_signers *known, const struct signer_id *id, X509 *cert);

#endif
