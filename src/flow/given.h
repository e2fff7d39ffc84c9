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

/* Reads the file (PEM, DER, PKCS #7), keeps its certificate as the body's, notes it in the comment of its renewal and
 * in the audit trail. A file with a private key is refused: nothing of it is kept. Lives in the desk's arena. */
bool given_add(struct desk *d, const struct body *b, enum cert_kind kind, const char *path, struct given *ret,
               struct err *e);

#endif
