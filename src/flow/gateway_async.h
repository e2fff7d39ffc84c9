/* Requests that are answered later: taken at Asincron, fetched at AsincronResposta with the same IdPeticion. What they
 * ask and what is answered is kept sealed (flow/gateway_secret.h); a restart loses nothing, because the state is in the
 * row and the answer is made out of it.
 *
 *     Asincron:          judged good → later_make() → gateway_done.async → answer_confirmacion({"0001", "", row.hours})
 *     AsincronResposta:  judged good → later_answer() in the transaction of its row of the log →
 *                        answer_respuesta(head, reply.done ? &reply.asked : NULL, &reply.state, reply.payloads, …)
 *
 * In pre-production an answer is there `wait.seconds` after it was asked for, so that a client sees 0001, 0002 and 0003
 * within a minute; `wait.hours` is what it is told (TER). There are no partial results. The role gateway takes up what
 * waits and answers it (later_work, gateway/chores.c); who asks before that moves his own on.
 * Source: reference "PCI messaging" §6; behaviour for an unknown IdPeticion and how long results are kept are not
 * published. */
#ifndef TALAIA_FLOW_GATEWAY_ASYNC_H
#define TALAIA_FLOW_GATEWAY_ASYNC_H

#include "flow/gateway_secret.h"
#include "record/gateway_async.h"
#include "scsp/answer.h"
#include "scsp/service.h"

struct later {
    const struct gateway_secret *secret;
    const struct service *service;
};

/* The row for gateway_done.async, in the arena. `ine10`: of the body that is authorised; `kept`: the IdPeticion as it
 * may be kept (gateway_entry.row.request). ERR_VALUE: the modality is not answered at this front. */
bool later_make(const struct later *l, struct arena *a, const struct ask *ask, const char *ine10, const char *kept,
                instant_t now, struct gateway_async *ret, struct err *e);

struct later_reply {
    bool found;                /* false: 0502, there is no such request of that body, product and modality */
    bool done;                 /* it is answered: `asked` and `payloads` are its items */
    struct answer_state state; /* what the client is told */
    struct ask asked;
    const struct str *payloads;
    const char *result; /* code of the service for the log: that of the first item, "" while there is none */
};
/* `ask`: the SolicitudRespuesta. Moves the row on when it is due. Everything in the arena. */
bool later_answer(const struct later *l, struct tx *tx, struct arena *a, const struct ask *ask, const char *ine10,
                  instant_t now, struct later_reply *ret, struct err *e);
/* Takes up those that wait and answers those that are due, at most `most`; *ret_count how many there were. */
bool later_work(const struct later *l, struct tx *tx, struct arena *a, instant_t now, size_t most, size_t *ret_count,
                struct err *e);

/* Pure: hours that are left of what was promised, rounded up; 1 while it is not there, 0 when it is. */
int later_hours(instant_t at, int64_t promised, instant_t now);

#endif
