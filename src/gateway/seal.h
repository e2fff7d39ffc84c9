/* Private to the gateway: the signature of answers, made by a process that holds the key and nothing else. */
#ifndef TALAIA_GATEWAY_SEAL_H
#define TALAIA_GATEWAY_SEAL_H

#include "gateway/gateway.h"

struct seal;
/* `key`: PEM; `certificate`: PEM or DER, which the front reads too, to send it along. Starts the signer. */
bool seal_open(const char *key, const char *certificate, gateway_log *log, void *log_context, struct seal **ret,
               struct err *e);
/* Adds the signed form of an answer, and of the volants in it (scsp/volant.h). One thread. A signer that died is started again once. */
bool seal_answer(struct seal *s, struct str answer, instant_t now, struct buf *to, struct err *e);
void seal_close(struct seal *s); /* NULL is fine */

#endif
