/* The back office of pre-production: what a service answers to one SolicitudTransmision, out of the data set and of the
 * part `lookup` of its modality's file (lookup.h). Pure: nothing is kept, so a request may be repeated and is answered
 * alike; a resolution is accepted and changes nothing.
 *
 *     struct service service;
 *     if (!service_load(&arena, "share/scsp/data", &known, &service, e)) …      // once; any thread may use it then
 *     struct service_result got;
 *     if (service_answer(&service, &ask.items[i], now, &payload, &got, e))
 *         …payload: the XML of the specific data; got.code, got.text: what it says…
 *
 * The order that the platform's own test set needs: another requester (whatever else is wrong), values that cannot be,
 * no identifier at all, the identifier that counts, the look-up. Elements that the modality does not know, an order or
 * a choice that its schema refuses, are no concern here: they were remarked on before, and the service answers.
 * Source: reference "Hèstia modalities" §1, "PADRÓ service" §4. */
#ifndef TALAIA_SCSP_SERVICE_H
#define TALAIA_SCSP_SERVICE_H

#include "scsp/ask.h"
#include "scsp/dataset.h"
#include "scsp/modality.h"

struct service_modality; /* a modality with its rows, made ready */
struct service {
    const struct modalities *known;
    struct dataset data;
    const struct service_modality *items; /* in the order of `known` */
};

/* Reads the data set and checks all of it: every row can be answered with, in the shape of its modality's answer.
 * ERR_PROFILE, ERR_FILE: "file:line: …". All of it is in the arena; `known` must stay. */
bool service_load(struct arena *a, const char *dir, const struct modalities *known, struct service *ret, struct err *e);
/* The same for a data set that was read otherwise. */
bool service_make(struct arena *a, const struct dataset *data, const struct modalities *known, struct service *ret,
                  struct err *e);

struct service_result {
    const struct modality *modality;
    int code;                          /* of the service itself: 0, -2, … */
    char text[LIMIT_REMARK_CHARS * 2]; /* as the service says it; "" when it says nothing */
    size_t found;                      /* rows that were answered with */
};
/* Adds the payload to `to`. ERR_UNKNOWN: the back office does not have the modality; ERR_VALUE, ERR_LIMIT: the answer
 * cannot be written (the platform says 0502 then). */
bool service_answer(const struct service *s, const struct ask_item *item, instant_t now, struct buf *to,
                    struct service_result *ret, struct err *e);
/* Whether the back office has that modality. */
bool service_has(const struct service *s, struct str modality);

#endif
