/* What the platform answers: Respuesta, ConfirmacionPeticion, faults. The generic data of the request are echoed,
 * element by element, in the order and with the names of the answer's own schema; whatever else was in the request
 * stays behind.
 *
 *     struct answer_state state = {"0003", "OK", 0};
 *     answer_respuesta(&text, &envelope, &peticion, &state, payloads, now, e);
 *
 * Adds an envelope, unsigned: wss_sign() does the rest, and faults are never signed.
 * Source: reference "PCI messaging" §5, §6, §9.2, §11.4. */
#ifndef TALAIA_SCSP_ANSWER_H
#define TALAIA_SCSP_ANSWER_H

#include "base/buf.h"
#include "scsp/peticion.h"

struct answer_state {
    const char *code; /* "0003", "0502", "0001" */
    const char *literal;
    int hours; /* until it is ready; 0 when it is */
};

/* `payloads`: one for each of p->items, the XML of its specific data; p NULL leaves DatosEspecificos empty. NULL for
 * all of them: no Transmisiones, as while an asynchronous request is not finished. */
bool answer_respuesta(struct buf *to, const struct envelope *e, const struct peticion *p,
                      const struct answer_state *state, const struct str *payloads, instant_t now, struct err *err);
bool answer_confirmacion(struct buf *to, const struct envelope *e, const struct answer_state *state, instant_t now,
                         struct err *err);
/* The recorded shape: a bare number as faultcode, no detail. */
bool answer_fault(struct buf *to, const char *code, const char *text, struct err *err);

#endif
