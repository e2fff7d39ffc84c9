#include "web/build.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "web/child.h"

/* talaia --config FILE [--set …] --lang LANG [--on DAY] report build */
static const char *const *make_arguments(struct build *b, day_t day, enum lang lang)
{
    size_t n;
    const char **list = child_arguments(&b->arena, b->options, lang, day, 2, &n);
    list[n++] = "report";
    list[n++] = "build";
    return list;
}

/* With `err_fd` as its standard error, and none of the signals blocked that this role waits for. */
static bool spawn(const struct build *b, int err_fd, pid_t *ret)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t none;
    sigemptyset(&none);
    if (posix_spawn_file_actions_init(&files) != 0)
        return false;
    bool ok = posix_spawnattr_init(&how) == 0;
    if (ok) {
        ok = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0) == 0 &&
             posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
             posix_spawn_file_actions_adddup2(&files, err_fd, STDERR_FILENO) == 0 &&
             posix_spawnattr_setsigmask(&how, &none) == 0 &&
             posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK) == 0 &&
             posix_spawn(ret, "/proc/self/exe", &files, &how, (char *const *)(uintptr_t)b->arguments,
                         (char *const *)(uintptr_t)b->environment) == 0;
        posix_spawnattr_destroy(&how);
    }
    posix_spawn_file_actions_destroy(&files);
    return ok;
}

/* What it said, as far as it fits; to the end, so that it is never kept waiting. */
static void read_reason(int fd, char *reason, size_t room)
{
    char chunk[512];
    size_t n = 0;
    for (;;) {
        ssize_t got = read(fd, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        size_t take = (size_t)got < room - 1 - n ? (size_t)got : room - 1 - n;
        memcpy(reason + n, chunk, take);
        n += take;
    }
    reason[str_utf8_cut(str_part(reason, n), n).n] = '\0';
    reason[strcspn(reason, "\n")] = '\0';
}

static void *run(void *build)
{
    struct build *b = build;
    char reason[LIMIT_ERR_BYTES] = "";
    int ends[2] = {-1, -1}, status = 0;
    pid_t pid;
    bool ok = pipe2(ends, O_CLOEXEC) == 0 && spawn(b, ends[1], &pid);
    if (ends[1] >= 0)
        (void)close(ends[1]);
    if (ok) {
        read_reason(ends[0], reason, sizeof reason);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            continue;
        ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    if (ends[0] >= 0)
        (void)close(ends[0]);
    if (!ok)
        b->log(b->log_context, reason[0] == '\0' ? "report build: it could not be run" : reason);
    pthread_mutex_lock(&b->lock);
    /* "talaia: reason (T-CODE)" */
    const char *from = strncmp(reason, "talaia: ", 8) == 0 ? reason + 8 : reason;
    memset(b->reason, 0, sizeof b->reason);
    if (!ok)
        memcpy(b->reason, from[0] == '\0' ? "?" : from, from[0] == '\0' ? 1 : strlen(from));
    pthread_mutex_unlock(&b->lock);
    atomic_store(&b->running, false);
    return NULL;
}

bool build_begin(struct build *b, const char *who, day_t day, enum lang lang, bool *ret_began, struct err *e)
{
    pthread_mutex_lock(&b->lock);
    *ret_began = !atomic_load(&b->running);
    bool ok = true;
    if (*ret_began) {
        if (b->started)
            pthread_join(b->thread, NULL);
        arena_reset(&b->arena);
        b->arguments = make_arguments(b, day, lang);
        b->environment = child_environment(&b->arena, who);
        b->reason[0] = '\0';
        atomic_store(&b->running, true);
        b->started = pthread_create(&b->thread, NULL, run, b) == 0;
        ok = b->started || err_set(e, ERR_INTERNAL, N_("a thread cannot be started"));
        if (!ok)
            atomic_store(&b->running, false);
    }
    pthread_mutex_unlock(&b->lock);
    return ok;
}

bool build_runs(struct build *b)
{
    return atomic_load(&b->running);
}

const char *build_reason(struct build *b, struct arena *a)
{
    pthread_mutex_lock(&b->lock);
    const char *reason = arena_strdup(a, b->reason);
    pthread_mutex_unlock(&b->lock);
    return reason;
}

void build_end(struct build *b)
{
    if (b->started)
        pthread_join(b->thread, NULL);
    arena_release(&b->arena);
}
