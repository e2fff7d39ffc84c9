#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "gateway/child.h"
#include "gateway/parcel.h"

extern char **environ;

/* Every descriptor of the front closes at exec but 2 and the socket; signals are as a new program expects them. */
static int spawn(const char *const *arguments, int fd, pid_t *ret_pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t none, usual;
    sigemptyset(&none);
    sigfillset(&usual);
    int why = posix_spawn_file_actions_init(&files);
    if (why != 0)
        return why;
    why = posix_spawnattr_init(&how);
    if (why == 0) {
        (void)posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        (void)posix_spawnattr_setsigmask(&how, &none);
        (void)posix_spawnattr_setsigdefault(&how, &usual);
        (void)posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
        (void)posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
        (void)posix_spawn_file_actions_adddup2(&files, fd, CHILD_FD);
        (void)posix_spawn_file_actions_addclosefrom_np(&files, CHILD_FD + 1);
        why = posix_spawn(ret_pid, "/proc/self/exe", &files, &how, (char *const *)(uintptr_t)arguments, environ);
        (void)posix_spawnattr_destroy(&how);
    }
    (void)posix_spawn_file_actions_destroy(&files);
    return why;
}

bool child_start(const char *const *arguments, pid_t *ret_pid, int *ret_fd, struct err *e)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return err_set(e, ERR_INTERNAL, N_("%s cannot be started: %s"), arguments[0], err_system(e, errno));
    /* dup2 onto itself would leave close-on-exec set. */
    int other = fcntl(pair[1], F_DUPFD_CLOEXEC, CHILD_FD + 1);
    int why = other < 0 ? errno : spawn(arguments, other, ret_pid);
    if (other >= 0)
        close(other);
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
    return message.n > 0 ? err_set(e, ERR_INTERNAL, "%s", text)
                         : err_set(e, ERR_INTERNAL, N_("a process of the gateway ended while it was starting"));
}

void child_end(pid_t pid, int fd)
{
    close(fd);
    (void)kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}
