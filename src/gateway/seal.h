/* Private to the gateway: the signature of answers, made by a process that holds the key and nothing else. */
#ifndef TALAIA_GATEWAY_SEAL_H
#define TALAIA_GATEWAY_SEAL_H

#include "base/buf.h"
#include "gateway/gateway.h"

struct seal;
/* `key`: PEM; `certificate`: PEM or DER, which the signer tells, to be sent along. Starts it. */
bool seal_open(const char *key, const char *certificate, gateway_log *log, void *log_context, struct seal **ret,
               struct err *e);
/* Answers that are signed together: one message to the signer, one back. */
#define SEAL_TOGETHER 16
struct sealing {
    struct str answer;
    struct buf to; /* the caller's: gets the signed form of the answer, and of the volants in it (scsp/volant.h) */
    struct buf with_volants, info;
    bool good;
};
/* Signs at most SEAL_TOGETHER of them; `good` tells which, and the error why one is not. One thread. A signer that died
 * is started again once. */
void seal_answers(struct seal *s, struct sealing *items, size_t count, instant_t now, struct err *e);
void seal_close(struct seal *s); /* NULL is fine */

#endif
