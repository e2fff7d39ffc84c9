/* Certificates that are handed in, because they are not on the wire: a CDA, or a CDS before it is installed. */
#ifndef TALAIA_FLOW_GIVEN_H
#define TALAIA_FLOW_GIVEN_H

#include "core/watch.h"
#include "flow/desk.h"
#include "flow/owners.h"
#include "pki/certificate.h"
#include "record/body.h"

struct given {
    struct certificate certificate;
    bool is_new;
    enum reconciliation registry; /* AGREES, REGISTRY_STALE (the certificate is newer), OLD_SERVED (older), NO_DATE */
    struct owner_told owner;      /* whose it is: OWNER_OTHER wants a look */
};

#define GIVEN_SIGNED_MESSAGE "signed message" /* the source of what given_from_message keeps */

/* Reads the file (PEM, DER, PKCS #7; or a signed SOAP message, as given_from_message does), keeps its certificate as
 * the body's, notes it in the comment of its renewal and in the audit trail. A file with a private key is refused:
 * nothing of it is kept. Lives in the desk's arena. */
bool given_add(struct desk *d, const struct body *b, enum cert_kind kind, const char *path, struct given *ret,
               struct err *e);
/* The same from a signed message that was seen: the certificate of its signer as the body's CDA. The signature is not
 * looked at: it is worth what an uploaded file is worth, so whoever calls this has verified the message, or a person
 * vouches for it. Nothing else of the message is kept; one that shows a certificate that is known changes nothing. */
bool given_from_message(struct desk *d, const struct body *b, struct str message, struct given *ret, struct err *e);
/* The same from the certificate alone (DER), by whoever has verified such a message elsewhere. */
bool given_from_certificate(struct desk *d, const struct body *b, struct str der, struct given *ret, struct err *e);

/* What is in such a file, and nothing is kept: `what` names it in reasons. `alone`: a chain is refused, else its first
 * certificate that is no authority's is taken. */
bool given_read(struct desk *d, struct str bytes, const char *what, bool alone, struct certificate *ret, struct err *e);

#endif
