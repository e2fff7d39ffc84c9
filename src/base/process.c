#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Put in place from 0 up: one that stands below its place would be written over before it is taken. */
static int place_files(const struct process *p, posix_spawn_file_actions_t *to)
{
    int why = 0;
    for (size_t i = 0; why == 0 && i < p->file_count; i++) {
        int fd = p->files[i], place = (int)i;
        if (fd == PROCESS_NOTHING)
            why = posix_spawn_file_actions_addopen(to, place, "/dev/null", place == 0 ? O_RDONLY : O_WRONLY, 0);
        else if (fd != PROCESS_OURS)
            why = fd < place ? EINVAL : posix_spawn_file_actions_adddup2(to, fd, place);
    }
    return why != 0 ? why : posix_spawn_file_actions_addclosefrom_np(to, (int)p->file_count);
}

static int set_signals(posix_spawnattr_t *how)
{
    sigset_t none, usual;
    sigemptyset(&none);
    sigfillset(&usual);
    sigdelset(&usual, SIGXFSZ); /* ignored as by us: a file that may not grow is told, not died of */
    int why = posix_spawnattr_setflags(how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    why = why != 0 ? why : posix_spawnattr_setsigmask(how, &none);
    return why != 0 ? why : posix_spawnattr_setsigdefault(how, &usual);
}

static int start(const struct process *p, const posix_spawn_file_actions_t *files, const posix_spawnattr_t *how,
                 pid_t *ret_pid)
{
    char *const *arguments = (char *const *)(uintptr_t)p->arguments;
    char *const *environment = p->environment == NULL ? environ : (char *const *)(uintptr_t)p->environment;
    return p->program == NULL ? posix_spawn(ret_pid, "/proc/self/exe", files, how, arguments, environment)
                              : posix_spawnp(ret_pid, p->program, files, how, arguments, environment);
}

int process_start(const struct process *p, pid_t *ret_pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    int why = posix_spawn_file_actions_init(&files);
    if (why != 0)
        return why;
    why = posix_spawnattr_init(&how);
    if (why == 0) {
        why = place_files(p, &files);
        why = why != 0 ? why : set_signals(&how);
        why = why != 0 ? why : start(p, &files, &how, ret_pid);
        (void)posix_spawnattr_destroy(&how);
    }
    (void)posix_spawn_file_actions_destroy(&files);
    return why;
}

const char *const *process_bare_environment(struct arena *a)
{
    static const char *const names[] = {"ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS"};
    const char **to = arena_array(a, const char *, sizeof names / sizeof *names + 1);
    size_t count = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (getenv(names[i]) != NULL)
            to[count++] = arena_printf(a, "%s=%s", names[i], getenv(names[i]));
    return to;
}

int process_wait(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

int process_run(const struct process *p, int seconds, enum process_end *ret_end, int *ret_code)
{
    pid_t pid;
    int why = process_start(p, &pid), ready;
    if (why != 0)
        return why;
    struct pollfd waits = {.fd = pidfd_open(pid, 0), .events = POLLIN};
    do
        ready = waits.fd < 0 ? 0 : poll(&waits, 1, seconds == 0 ? -1 : seconds * 1000);
    while (ready < 0 && errno == EINTR);
    if (ready <= 0)
        kill(pid, SIGKILL);
    int status = process_wait(pid);
    if (waits.fd >= 0)
        close(waits.fd);
    *ret_end = ready <= 0 ? PROCESS_LATE : WIFEXITED(status) ? PROCESS_EXITED : PROCESS_DIED;
    *ret_code = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
    return 0;
}

bool process_file_write(int fd, struct str bytes)
{
    while (bytes.n > 0) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        if (n <= 0 && errno != EINTR)
            return false;
        if (n > 0)
            bytes = str_part(bytes.p + n, bytes.n - (size_t)n);
    }
    return lseek(fd, 0, SEEK_SET) == 0;
}

bool process_file_read(int fd, struct buf *to)
{
    char some[65536];
    for (off_t at = 0;;) {
        ssize_t n = pread(fd, some, sizeof some, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0;
        if (!buf_add(to, some, (size_t)n))
            return false;
        at += n;
    }
}
