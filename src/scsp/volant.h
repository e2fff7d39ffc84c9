/* The signature of a registration volant (PADRÓ, TITULAR): its town signs VolanteEmpadronamientoDatosFirmados, and the
 * published schema wants the ds:Signature behind it. In pre-production every town's is made with the key of the
 * answers. Without that key a volant has none, which the platform tolerates.
 *
 * An XML signature with one reference by Id, exclusive canonicalisation, RSA with SHA-256 and the certificate in
 * X509Data. Works on the text of answers of ours, which is in canonical form, without parsing it: what stands between
 * tags there is escaped. Source: reference "PADRO" §4. */
#ifndef TALAIA_SCSP_VOLANT_H
#define TALAIA_SCSP_VOLANT_H

#include "scsp/answer.h"

bool volant_is_in(struct str answer);
/* Adds the answer with each of its volants signed; the Ids become V1, V2, … so that each reference leads to one. */
bool volant_sign(struct buf *to, struct str answer, const struct answer_signing *how, struct err *e);

#endif
