/* A request that we make ourselves: the envelope with one SolicitudTransmision, as the rule of pre-production wants it.
 *
 *     const struct request_field fields[] = {{"IdCites", "841207329"}};
 *     request_write(&text, modality, &known, &(struct request_how){.body = "0805690004", .now = now}, fields, 1, e);
 */
#ifndef TALAIA_SCSP_REQUEST_H
#define TALAIA_SCSP_REQUEST_H

#include "base/buf.h"
#include "scsp/modality.h"

struct request_field {
    const char *name, *value; /* an element of the payload */
};
struct request_how {
    const char *body, *body_name; /* INE10 and name of who is authorised */
    instant_t now;
    const char *holder_kind, *holder; /* Titular: "NIF", "00000000T"; NULL: none */
};

/* Adds the envelope, unsigned. The requester's code in the payload is filled in when it is not given. ERR_VALUE for a
 * field that the modality does not have, or that cannot stand in XML. */
bool request_write(struct buf *to, const struct modality *m, const struct modalities *known,
                   const struct request_how *how, const struct request_field *fields, size_t count, struct err *e);
/* ERR_VALUE names the first field that the modality does not have. */
bool request_fields_known(const struct modality *m, const struct request_field *fields, size_t count, struct err *e);

#endif
