/* A request of the platform (Peticion, SolicitudRespuesta): its values, and whether they agree with one another, with
 * the modality and with the rule of pre-production: the body is authorised as itself and asks as the consortium.
 * Source: reference "PCI messaging" §4, §11; "Hèstia modalities" §12. */
#ifndef TALAIA_SCSP_PETICION_H
#define TALAIA_SCSP_PETICION_H

#include "scsp/envelope.h"
#include "scsp/payload.h"

/* Texts are trimmed, as they stand in the message; empty when they are not there. They live as long as the document and
 * the remarks' arena. */
struct solicitud {
    const xmlNode *node, *payload;   /* payload: root of the specific data, NULL */
    const struct modality *modality; /* NULL: unknown */
    struct str code, requester, purpose, id;
    int answer; /* what the service says to it because of its values ("-1"); 0: nothing stands against it */
};

struct peticion {
    struct str id, product, code; /* code: CodigoCertificado of the header */
    struct str own, purpose;      /* of DatosAutorizacion */
    struct solicitud *items;
    size_t count; /* kept, at most LIMIT_SOLICITUDES; all are counted for COUNT */
};

/* Values only; tolerates whatever structure there is. */
void peticion_read(struct arena *a, const struct envelope *e, const struct modalities *known, struct peticion *ret);
/* The rules. `body`: INE10 of who sends it, "" when not known. The payloads are checked too. */
void peticion_check(struct remarks *all, const struct envelope *e, const struct modalities *known, const char *body,
                    struct peticion *p);

#endif
