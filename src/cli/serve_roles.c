#include "cli/serve_roles.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOK_MS 500          /* children that ended are noticed so soon */
#define REST_SECONDS 1       /* before one that ended is started again … */
#define REST_MOST_SECONDS 60 /* … doubled each time up to this, and forgotten when it ran that long */
#define END_SECONDS 90       /* a mail under way is finished; systemd waits as long by default */

static const char *const codes[ROLE_COUNT] = {
#define X(name, code, run, help) [ROLE_##name] = (code),
    SERVE_ROLES(X)
#undef X
};

const char *serve_role_code(enum serve_role r)
{
    return codes[r];
}

struct child {
    pid_t pid; /* 0: it does not run */
    instant_t began, again;
    int rest; /* seconds */
};

struct supervising {
    struct cli *cli;
    void (*log)(void *context, const char *text);
    struct child children[ROLE_COUNT];
    const char **arguments; /* of each child; the last but one is its role */
    size_t role_at;
};

/* talaia --config FILE [--set …] [--lang …] serve --roles ROLE */
static void make_arguments(struct supervising *s)
{
    struct cli *c = s->cli;
    size_t n = 0;
    s->arguments = arena_array(&c->arena, const char *, c->set_count * 2 + 12);
    s->arguments[n++] = "talaia";
    s->arguments[n++] = "--config";
    s->arguments[n++] = c->desk.config_path;
    for (size_t i = 0; i < c->set_count; i++) {
        s->arguments[n++] = "--set";
        s->arguments[n++] = c->sets[i];
    }
    if (c->value[OPT_LANG] != NULL) {
        s->arguments[n++] = "--lang";
        s->arguments[n++] = c->value[OPT_LANG];
    }
    s->arguments[n++] = "serve";
    s->arguments[n++] = "--roles";
    s->role_at = n;
}

/* In the child: it ends with its parent, whatever became of that one. */
static _Noreturn void become(struct supervising *s, enum serve_role role, pid_t parent)
{
    sigset_t none;
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    s->arguments[s->role_at] = codes[role];
    if (getppid() == parent)
        (void)execv("/proc/self/exe", (char *const *)(uintptr_t)s->arguments);
    _exit(EXIT_SYSTEM);
}

static void start(struct supervising *s, enum serve_role role)
{
    struct child *child = &s->children[role];
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        become(s, role, parent);
    child->began = clock_system().now;
    child->pid = pid < 0 ? 0 : pid;
    if (pid < 0)
        child->again = child->began + REST_SECONDS * INSTANT_PER_SECOND;
}

/* One that ended is started again, later each time, unless it had run for long. */
static void has_ended(struct supervising *s, enum serve_role role, int status)
{
    struct child *child = &s->children[role];
    instant_t now = clock_system().now;
    bool long_run = now - child->began >= REST_MOST_SECONDS * INSTANT_PER_SECOND;
    child->rest = long_run || child->rest == 0 ? REST_SECONDS : child->rest * 2;
    if (child->rest > REST_MOST_SECONDS)
        child->rest = REST_MOST_SECONDS;
    child->pid = 0;
    child->again = now + child->rest * INSTANT_PER_SECOND;
    s->log(NULL, arena_printf(&s->cli->arena, "%s ended (%s %d); started again in %d s", codes[role],
                              WIFSIGNALED(status) ? "signal" : "code",
                              WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), child->rest));
}

static bool collect(struct supervising *s, bool ending)
{
    bool any = false;
    for (int r = 0; r < ROLE_COUNT; r++) {
        int status;
        struct child *child = &s->children[r];
        if (child->pid != 0 && waitpid(child->pid, &status, WNOHANG) == child->pid) {
            if (ending)
                child->pid = 0;
            else
                has_ended(s, (enum serve_role)r, status);
        }
        any = any || child->pid != 0;
    }
    return any;
}

static void end_all(struct supervising *s)
{
    static const int signals[] = {SIGTERM, SIGKILL};
    for (size_t k = 0; k < sizeof signals / sizeof *signals; k++) {
        for (int r = 0; r < ROLE_COUNT; r++) {
            if (s->children[r].pid != 0)
                (void)kill(s->children[r].pid, signals[k]);
        }
        for (int waited = 0; waited < END_SECONDS * 1000; waited += 20) {
            if (!collect(s, true))
                return;
            (void)poll(NULL, 0, 20);
        }
    }
}

bool serve_supervise(struct cli *c, unsigned roles, int stop_fd, void (*log)(void *context, const char *text),
                     struct err *e)
{
    struct supervising s = {.cli = c, .log = log};
    (void)e;
    make_arguments(&s);
    for (;;) {
        instant_t now = clock_system().now;
        for (int r = 0; r < ROLE_COUNT; r++) {
            bool far =
                s.children[r].again > now + 2 * REST_MOST_SECONDS * INSTANT_PER_SECOND; /* the clock was put back */
            if ((roles >> r & 1) != 0 && s.children[r].pid == 0 && (s.children[r].again <= now || far))
                start(&s, (enum serve_role)r);
        }
        struct pollfd fd = {.fd = stop_fd, .events = POLLIN};
        int got = poll(&fd, 1, LOOK_MS);
        if (got > 0 || (got < 0 && errno != EINTR))
            break;
        (void)collect(&s, false);
    }
    end_all(&s);
    return true;
}
