#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/process.h"
#include "gateway/child.h"
#include "gateway/parcel.h"

extern char **environ;

/* A message is some two thousand pieces of memory that come and go together. By default the allocator keeps seven of a
 * size at hand and merges the rest, which costs a verifier a tenth of its time; it can be told only so. What somebody
 * has set already stands. */
#define ALLOCATOR "GLIBC_TUNABLES=glibc.malloc.tcache_count=127"

static const char *const *child_environment(struct arena *a)
{
    size_t n = 0;
    while (environ[n] != NULL)
        n++;
    const char **all = arena_array(a, const char *, n + 2);
    for (size_t i = 0; i < n; i++)
        all[i] = environ[i];
    if (getenv("GLIBC_TUNABLES") == NULL)
        all[n] = ALLOCATOR;
    return all;
}

bool child_start(const char *const *arguments, pid_t *ret_pid, int *ret_fd, struct err *e)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return err_set(e, ERR_INTERNAL, N_("%s cannot be started: %s"), arguments[0], err_system(e, errno));
    const int files[CHILD_FD + 1] = {PROCESS_NOTHING, PROCESS_NOTHING, PROCESS_OURS, pair[1]};
    struct arena a = {0};
    const struct process process = {
        .arguments = arguments, .environment = child_environment(&a), .files = files, .file_count = CHILD_FD + 1};
    int why = process_start(&process, ret_pid);
    arena_release(&a);
    close(pair[1]);
    if (why != 0) {
        close(pair[0]);
        return err_set(e, ERR_INTERNAL, N_("%s cannot be started: %s"), arguments[0], err_system(e, why));
    }
    *ret_fd = pair[0];
    return true;
}

bool child_greet(int fd, char *text, size_t room, struct err *e)
{
    struct buf in = BUF_INIT(128u * 1024u);
    struct str rest = {0}, message = {0};
    struct pollfd waits = {.fd = fd, .events = POLLIN};
    enum parcel_state state = PARCEL_PART;
    while (state == PARCEL_PART && poll(&waits, 1, LIMIT_GATEWAY_START_SECONDS * 1000) > 0 &&
           parcel_read_some(fd, &in)) {
        rest = buf_str(&in);
        state = parcel_next(&rest, LIMIT_ERR_BYTES + 64, &message);
    }
    bool ready = state == PARCEL_WHOLE && message.n > 0 && message.p[0] == CHILD_READY;
    if (message.n > 0)
        message = str_part(message.p + 1, message.n - 1);
    (void)snprintf(text, room, "%.*s", STR_ARG(message));
    buf_release(&in);
    if (ready)
        return true;
    return message.n > 0 ? err_set(e, ERR_CONFIG, "%s", text)
                         : err_set(e, ERR_INTERNAL, N_("a process of the gateway ended while it was starting"));
}

void child_end(pid_t pid, int fd)
{
    close(fd);
    (void)kill(pid, SIGKILL);
    (void)process_wait(pid);
}
