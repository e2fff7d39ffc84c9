/* Private to the gateway: the verifiers, from the front's side. Questions go to the one with the fewest; answers come
 * back in the order of the questions. One that dies, is silent for too long or talks nonsense is replaced; what it had
 * in hand is asked once more, one question at a time, and who brings a verifier down twice is told so. */
#ifndef TALAIA_GATEWAY_VERIFIERS_H
#define TALAIA_GATEWAY_VERIFIERS_H

#include "gateway/gateway.h"
#include "scsp/verify.h"

/* Called by the verifier's thread: `worker` is its number. `message`: an opinion as bytes, valid during the call; p
 * NULL when there is none and will be none. */
typedef void verifiers_done(void *context, size_t worker, void *owner, struct str message);

struct verifiers_options {
    size_t count;
    const char *data_dir;
    const char *const *anchors; /* PEM files */
    size_t anchor_count;
    verifiers_done *done;
    void *context;
    gateway_log *log;
    void *log_context;
};

struct verifiers;
/* Starts them all and waits until they are ready. The options' texts must stay. */
bool verifiers_start(const struct verifiers_options *o, struct verifiers **ret, struct err *e);
/* Any thread. The question's texts must stay until done is called for `owner`. False: too many are waiting. */
bool verifiers_ask(struct verifiers *v, struct question *q, void *owner);
/* Nothing may be in flight any more. NULL is fine. */
void verifiers_stop(struct verifiers *v);
/* How often one had to be replaced. */
size_t verifiers_replaced(const struct verifiers *v);

#endif
