/* The SOAP 1.1 envelope of the platform: soap:Envelope / soap:Body / o:procesa / one message.
 *
 * Exactly one Envelope, Header and Body in the whole document, so that no signed copy of one can stand elsewhere. What
 * is nearly right (capitals, a slash) is said and read on with; what cannot be read on with ends here. Source: SOAP 1.1
 * §4; reference "PCI messaging" §2, §3. */
#ifndef TALAIA_SCSP_ENVELOPE_H
#define TALAIA_SCSP_ENVELOPE_H

#include "scsp/shape.h"

enum message_kind {
    MESSAGE_NONE,
    MESSAGE_PETICION,     /* to Sincron and Asincron */
    MESSAGE_SOLICITUD,    /* to AsincronResposta */
    MESSAGE_RESPUESTA,    /* from Sincron and AsincronResposta */
    MESSAGE_CONFIRMACION, /* from Asincron */
    MESSAGE_FAULT,
};

struct envelope {
    const xmlNode *root, *header, *body; /* header may be NULL */
    const xmlNode *operation;            /* o:procesa, o:procesaResponse */
    const xmlNode *message;
    enum message_kind kind;
    const struct shape *shape; /* of the message; NULL for a fault */
};

/* True when there is a message to look at; *ret is filled as far as it goes in any case. */
bool envelope_read(struct remarks *all, const xmlDoc *doc, struct envelope *ret);
/* "Peticion"; "" for MESSAGE_NONE. */
const char *message_kind_text(enum message_kind kind);

#endif
