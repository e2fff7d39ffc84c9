/* Private to the gateway: what the role does by itself, in one thread that nobody waits for. Asynchronous requests are
 * taken up and answered; with several gateways on one store each of them does, and the first counts. */
#ifndef TALAIA_GATEWAY_CHORES_H
#define TALAIA_GATEWAY_CHORES_H

#include "flow/gateway_async.h"
#include "gateway/gateway.h"

struct chores;
struct chores_options {
    const struct desk_options *desk;
    struct later later; /* must stay, as all the others */
    gateway_log *log;
    void *log_context;
};
bool chores_start(const struct chores_options *o, struct chores **ret, struct err *e);
/* NULL is fine. */
void chores_stop(struct chores *c);

#endif
