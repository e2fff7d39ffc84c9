#include "web/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* ------------------------------------------------------------------ what it is told */

const char **child_arguments(struct arena *a, const struct desk_options *o, enum lang lang, day_t day, size_t more,
                             size_t *ret_count)
{
    const char **list = arena_array(a, const char *, o->override_count * 2 + 8 + more);
    char text[DAY_TEXT_BYTES];
    size_t n = 0;
    list[n++] = "talaia";
    if (o->config_path != NULL) {
        list[n++] = "--config";
        list[n++] = o->config_path;
    }
    for (size_t i = 0; i < o->override_count; i++) {
        list[n++] = "--set";
        list[n++] = o->overrides[i];
    }
    list[n++] = "--lang";
    list[n++] = lang_code(lang);
    if (day != DAY_NONE) {
        list[n++] = "--on";
        list[n++] = arena_strdup(a, day_iso(day, text));
    }
    *ret_count = n;
    return list;
}

const char *const *child_environment(struct arena *a, const char *who)
{
    size_t count = 0, n = 0;
    while (environ[count] != NULL)
        count++;
    const char **list = arena_array(a, const char *, count + 2);
    for (size_t i = 0; i < count; i++) {
        if (strncmp(environ[i], "TALAIA_ACCOUNT=", 15) != 0)
            list[n++] = environ[i];
    }
    list[n++] = arena_printf(a, "TALAIA_ACCOUNT=%s", who);
    return list;
}

bool child_write(int fd, struct str bytes)
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

bool child_read(int fd, struct buf *to)
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

/* ------------------------------------------------------------------ running it */

int child_run(const struct child *x, enum child_end *ret_end, int *ret_code)
{
    pid_t pid;
    const int files[] = {x->in, x->out, x->err};
    const struct process process = {
        .arguments = x->arguments, .environment = x->environment, .files = files, .file_count = 3};
    int why = process_start(&process, &pid), ready;
    if (why != 0)
        return why;
    struct pollfd waits = {.fd = pidfd_open(pid, 0), .events = POLLIN};
    do
        ready = waits.fd < 0 ? 0 : poll(&waits, 1, x->seconds == 0 ? -1 : x->seconds * 1000);
    while (ready < 0 && errno == EINTR);
    if (ready <= 0)
        kill(pid, SIGKILL);
    int status = process_wait(pid);
    if (waits.fd >= 0)
        close(waits.fd);
    *ret_end = ready <= 0 ? CHILD_LATE : WIFEXITED(status) ? CHILD_EXITED : CHILD_DIED;
    *ret_code = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
    return 0;
}

bool child_reason(int fd, enum child_end end, int code, struct err *e)
{
    struct buf text = BUF_INIT(65536);
    struct str rest, line, found = {0};
    (void)child_read(fd, &text);
    rest = str_part(text.p, text.n);
    while (str_split(&rest, '\n', &line)) {
        if (str_starts(line, "talaia: "))
            found = str_part(line.p + 8, line.n - 8);
    }
    size_t cut = found.n;
    while (cut > 0 && found.p[cut - 1] != '(')
        cut--;
    for (int k = ERR_NONE + 1; cut > 1 && k < ERR_COUNT; k++) {
        const char *shown = err_code_text((enum err_code)k);
        if (str_is(str_part(found.p + cut, found.n - cut - 1), shown))
            err_set(e, (enum err_code)k, "%.*s", STR_ARG(str_trim(str_part(found.p, cut - 1))));
    }
    buf_release(&text);
    return err_set(e, ERR_INTERNAL, N_("a process of the desk has failed (%s %d)"),
                   end == CHILD_EXITED ? "exit" : "signal", code);
}
