/* Private to the gateway: the processes beside the front, from the front's side. One thread each: what it calls back is
 * called from there. */
#ifndef TALAIA_GATEWAY_CHILD_H
#define TALAIA_GATEWAY_CHILD_H

#include <sys/types.h>

#include "base/err.h"
#include "base/mem.h"

#define CHILD_FD 3
#define CHILD_VERIFIER "talaia-verifier"
#define CHILD_SIGNER "talaia-signer"
enum { CHILD_READY = 'R', CHILD_FAILED = 'F' };

/* Starts this program once more under that name, with the other end of *ret_fd as its descriptor 3 and nothing else but
 * standard error. `arguments` begin with the name and end with NULL. */
bool child_start(const char *const *arguments, pid_t *ret_pid, int *ret_fd, struct err *e);
/* Waits for its first message. `text` gets what protects it. */
bool child_greet(int fd, char *text, size_t room, struct err *e);
/* Ends it, at once, and closes its socket. */
void child_end(pid_t pid, int fd);

#endif
