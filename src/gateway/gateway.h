/* The gateway in the network: `talaia serve --roles gateway`.
 *
 * Three kinds of process. The *front* (this role) speaks HTTP, holds the store and the permissions, and decides; it
 * never parses foreign XML. A *verifier* parses it: it has no key, no store, no network and no files. The *signer*
 * holds the private key of signed answers and does nothing but sign 32 bytes. The front starts the two others, starts
 * them again when they die, and they end with it. */
#ifndef TALAIA_GATEWAY_GATEWAY_H
#define TALAIA_GATEWAY_GATEWAY_H

#include "flow/desk.h"

typedef void gateway_log(void *context, const char *text);
/* Serves until stop_fd becomes readable, then finishes what it began. */
bool gateway_run(const struct desk_options *o, int stop_fd, gateway_log *log, void *context, struct err *e);

/* What main does first: a process that a front started to be a verifier or the signer becomes it, and does not return.
 */
void gateway_child(int argc, char **argv);

#endif
