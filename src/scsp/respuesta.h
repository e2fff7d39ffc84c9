/* What comes back from the platform: Respuesta, ConfirmacionPeticion, or a fault.
 * Source: reference "PCI messaging" §5, §6, §9. */
#ifndef TALAIA_SCSP_RESPUESTA_H
#define TALAIA_SCSP_RESPUESTA_H

#include "scsp/envelope.h"
#include "scsp/payload.h"

struct transmision {
    const struct modality *modality; /* NULL: unknown */
    const xmlNode *payload;          /* NULL */
    struct str code, result, text;   /* result: what the service says, "0", "-2"; text: in words */
};

/* Texts are trimmed; empty when they are not there. */
struct respuesta {
    struct str id, state, literal, hours; /* of a fault: state = faultcode, literal = faultstring */
    struct transmision *items;
    size_t count; /* at most LIMIT_SOLICITUDES */
};

/* Reads it, and remarks on its structure, on an error state and on a fault. */
void respuesta_check(struct remarks *all, const struct envelope *e, const struct modalities *known,
                     struct respuesta *ret);

#endif
