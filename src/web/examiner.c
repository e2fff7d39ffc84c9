/* Message and explanation go through memory files, so that nobody waits for a pipe. */
#include "web/examiner.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"

enum { MOST_ARGUMENTS = 20, MOST_VARIABLES = 8 };

struct arguments {
    char *list[MOST_ARGUMENTS];
    size_t count;
};

static void add(struct arguments *to, const char *text)
{
    if (to->count < MOST_ARGUMENTS - 1)
        to->list[to->count++] = (char *)(uintptr_t)text;
}

/* The anchors are paths: they are public, unlike much else in a configuration. */
static const char *anchors_text(struct arena *a, const struct config *config)
{
    const char *const *anchors = NULL, *text = "";
    size_t count = config_list(config, KEY_TRUST_ANCHORS, &anchors);
    for (size_t i = 0; i < count; i++)
        text = arena_printf(a, "%s%s%s", text, i == 0 ? "trust.anchors=" : ",", anchors[i]);
    return text;
}

static void arguments_make(struct arena *a, const struct examination *x, struct arguments *to)
{
    const char *anchors = anchors_text(a, x->config);
    add(to, "talaia");
    add(to, "gateway");
    add(to, "explain");
    add(to, "--json");
    add(to, "--lang");
    add(to, lang_code(x->lang));
    if (anchors[0] != '\0') {
        add(to, "--set");
        add(to, anchors);
    }
    if (x->body[0] != '\0') {
        add(to, "--as");
        add(to, x->body);
    }
    if (x->at[0] != '\0') {
        add(to, "--at");
        add(to, x->at);
    }
    if (x->allow_sha1)
        add(to, "--allow-sha1");
    add(to, "-");
}

/* Of our surroundings only what a sanitizer is told. */
static void variables_make(struct arena *a, char **to)
{
    static const char *const names[] = {"ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS"};
    size_t count = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (getenv(names[i]) != NULL)
            to[count++] = arena_printf(a, "%s=%s", names[i], getenv(names[i]));
    to[count] = NULL;
}

static int start(struct arena *a, const struct examination *x, int in, int out, pid_t *ret)
{
    struct arguments arguments = {0};
    char *variables[MOST_VARIABLES];
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t none, usual;
    arguments_make(a, x, &arguments);
    variables_make(a, variables);
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
        (void)posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
        (void)posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
        (void)posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
        why = posix_spawn(ret, "/proc/self/exe", &files, &how, arguments.list, variables);
        (void)posix_spawnattr_destroy(&how);
    }
    (void)posix_spawn_file_actions_destroy(&files);
    return why;
}

/* Waits until it ends, or ends it. True when it ended by itself with an explanation. */
static bool finish(pid_t pid, struct err *e)
{
    struct pollfd waits = {.fd = pidfd_open(pid, 0), .events = POLLIN};
    int status = 0, ready;
    do
        ready = waits.fd < 0 ? 0 : poll(&waits, 1, LIMIT_EXAMINE_SECONDS * 1000);
    while (ready < 0 && errno == EINTR);
    if (ready <= 0)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (waits.fd >= 0)
        close(waits.fd);
    if (ready <= 0)
        return err_set(e, ERR_LIMIT, N_("the message could not be explained within %d seconds"), LIMIT_EXAMINE_SECONDS);
    /* 1: there are findings. */
    if (WIFEXITED(status) && WEXITSTATUS(status) <= 1)
        return true;
    return err_set(e, ERR_INTERNAL, N_("the process that explains messages has failed (%s %d)"),
                   WIFEXITED(status) ? "exit" : "signal", WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}

static bool explanation_read(int fd, json_t **ret, struct err *e)
{
    struct stat st;
    struct buf text = BUF_INIT(LIMIT_EXAMINED_BYTES);
    bool good = fstat(fd, &st) == 0 && st.st_size > 0 && st.st_size < (off_t)LIMIT_EXAMINED_BYTES;
    char some[65536];
    for (off_t at = 0; good && at < st.st_size;) {
        ssize_t n = pread(fd, some, sizeof some, at);
        good = n > 0 && buf_add(&text, some, (size_t)n);
        at += n > 0 ? n : 0;
    }
    json_t *value = good ? json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL) : NULL;
    buf_release(&text);
    if (!json_is_object(value)) {
        json_decref(value);
        return err_set(e, ERR_LIMIT, N_("the explanation of the message is too large to be shown"));
    }
    *ret = value;
    return true;
}

static bool message_write(int fd, struct str message)
{
    while (message.n > 0) {
        ssize_t n = write(fd, message.p, message.n);
        if (n <= 0 && errno != EINTR)
            return false;
        if (n > 0)
            message = str_part(message.p + n, message.n - (size_t)n);
    }
    return lseek(fd, 0, SEEK_SET) == 0;
}

bool examine(const struct examination *x, json_t **ret, struct err *e)
{
    struct arena a = {0};
    pid_t pid;
    int in = memfd_create("message", MFD_CLOEXEC), out = memfd_create("explanation", MFD_CLOEXEC);
    bool good = in >= 0 && out >= 0 && message_write(in, x->message);
    int why = good ? start(&a, x, in, out, &pid) : errno;
    if (why != 0)
        good = err_set(e, ERR_INTERNAL, N_("the process that explains messages cannot begin: %s"), err_system(e, why));
    good = good && finish(pid, e) && explanation_read(out, ret, e);
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    arena_release(&a);
    return good;
}
