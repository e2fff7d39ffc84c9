#include "started.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "base/file.h"

extern char **environ;

static void give_up(const char *what)
{
    fprintf(stderr, "cannot start %s\n", what);
    exit(99);
}

static int spawn(const char *const *argv, int in, int out)
{
    struct arena a = {0};
    const char *words[16];
    size_t n = 0;
    for (; argv[n] != NULL && n < 15; n++)
        words[n] = argv[n];
    words[n] = NULL;
    words[0] = path_join(&a, getenv("TALAIA_TEST_SOURCE"), argv[0]);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (in >= 0)
        posix_spawn_file_actions_adddup2(&actions, in, 0);
    if (out >= 0)
        posix_spawn_file_actions_adddup2(&actions, out, 1);
    pid_t pid;
    if (posix_spawn(&pid, words[0], &actions, NULL, (char *const *)(uintptr_t)words, environ) != 0)
        give_up(words[0]);
    posix_spawn_file_actions_destroy(&actions);
    arena_release(&a);
    return pid;
}

struct started started_run(const char *const *argv)
{
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
        give_up("a pipe");
    struct started s = {.pid = spawn(argv, in[0], out[1]), .to = in[1]};
    close(in[0]);
    close(out[1]);
    char c;
    while (read(out[0], &c, 1) == 1 && c >= '0' && c <= '9')
        s.port = s.port * 10 + (c - '0');
    close(out[0]);
    if (s.port == 0)
        give_up(argv[0]);
    return s;
}

void started_end(struct started *s)
{
    if (s->pid == 0)
        return;
    close(s->to);
    (void)waitpid(s->pid, NULL, 0);
    *s = (struct started){0};
}

const char *started_output(struct arena *a, const char *const *argv)
{
    int out[2], status = 0;
    struct buf b = BUF_INIT(65536);
    if (pipe2(out, O_CLOEXEC) != 0)
        give_up("a pipe");
    int pid = spawn(argv, -1, out[1]);
    close(out[1]);
    char piece[512];
    for (ssize_t n; (n = read(out[0], piece, sizeof piece)) > 0;)
        buf_add(&b, piece, (size_t)n);
    close(out[0]);
    if (waitpid(pid, &status, 0) != pid || status != 0)
        give_up(argv[0]);
    const char *text = arena_strdup(a, buf_text(&b));
    buf_release(&b);
    return text;
}

const char *started_certificates(struct arena *a)
{
    struct err e = {0};
    const char *dir = path_join(a, getenv("TALAIA_TEST_BUILD"), "test-certificates");
    if (!file_make_dirs(dir, &e))
        give_up(dir);
    int lock = open(path_join(a, dir, "lock"), O_CREAT | O_RDWR | O_CLOEXEC, 0600); /* several tests at once */
    if (lock < 0 || flock(lock, LOCK_EX) != 0)
        give_up(dir);
    int status = 0, pid = spawn((const char *const[]){"tests/servers/certificates.sh", dir, NULL}, -1, -1);
    if (waitpid(pid, &status, 0) != pid || status != 0)
        give_up("certificates.sh");
    close(lock);
    return dir;
}

static int removed(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st, (void)type, (void)where;
    return remove(path);
}

void started_remove(const char *dir)
{
    (void)nftw(dir, removed, 16, FTW_DEPTH | FTW_PHYS);
}
