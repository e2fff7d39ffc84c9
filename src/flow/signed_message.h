/* The signer's certificate inside a signed SOAP message (WS-Security, X.509 Token Profile 1.1). The signature is not
 * verified here: a certificate that comes this way is worth what one in an uploaded file is worth.
 *
 * Taken: what the KeyInfo of the only ds:Signature of the only wsse:Security points to, a wsse:BinarySecurityToken of
 * type X509v3 in the same header, or its own ds:X509Certificate (of several, the one that is no authority's); where it
 * only describes the key (issuer and serial number, key identifier), the only token. Everything that leaves open which
 * certificate it is, is refused with what was found. */
#ifndef TALAIA_FLOW_SIGNED_MESSAGE_H
#define TALAIA_FLOW_SIGNED_MESSAGE_H

#include "base/err.h"
#include "base/mem.h"

/* It begins like XML, so that it is read as a message and not as a certificate. */
bool signed_message_is(struct str bytes);
/* DER, in the arena. At most LIMIT_XML_BYTES; a DOCTYPE is refused. */
bool signed_message_certificate(struct arena *a, struct str bytes, struct str *ret_der, struct err *e);

#endif
