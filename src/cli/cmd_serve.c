/* talaia serve: the roles that run by themselves. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/serve_roles.h"
#include "flow/incident_run.h"
#include "flow/mailer.h"
#include "flow/prober.h"
#include "flow/scheduler.h"

/* One line for the journal; the context is the role's code. */
static void log_line(void *context, const char *text)
{
    char at[INSTANT_TEXT_BYTES];
    fprintf(stderr, "%s %s: %s\n", instant_iso(clock_system().now, at), (const char *)context, text);
}

static void log_serve(void *context, const char *text)
{
    (void)context;
    log_line((void *)(uintptr_t) "serve", text);
}

typedef bool role_run(const struct desk_options *o, int stop_fd, prober_log *log, void *context, struct err *e);
static role_run *const runs[ROLE_COUNT] = {
#define X(name, code, run, help) [ROLE_##name] = (run),
    SERVE_ROLES(X)
#undef X
};

int cli_stop_descriptor(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    /* A terminal that closes ends what was started in it. Elsewhere it is said to who should read the files again, and
     * that is done without being told. */
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    if (isatty(STDIN_FILENO))
        sigaddset(&set, SIGHUP);
    else
        (void)sigaction(SIGHUP, &ignore, NULL);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return -1;
    return signalfd(-1, &set, SFD_CLOEXEC);
}

static bool unknown_role(struct cli *c, struct str word, struct err *e)
{
    struct buf list = BUF_INIT(256);
    (void)c;
    for (int r = 0; r < ROLE_COUNT; r++)
        (void)buf_printf(&list, "%s%s", r > 0 ? ", " : "", serve_role_code((enum serve_role)r));
    err_set(e, ERR_USAGE, N_("--roles takes %s, separated by commas, not \"%.*s\""), buf_text(&list), STR_ARG(word));
    buf_release(&list);
    return false;
}

/* Bits of the roles; all when --roles is not given. */
static bool read_roles(struct cli *c, unsigned *ret, struct err *e)
{
    if (c->value[OPT_ROLES] == NULL) {
        *ret = (1u << ROLE_COUNT) - 1;
        return true;
    }
    struct str rest = str_of(c->value[OPT_ROLES]), word;
    unsigned roles = 0;
    while (str_split(&rest, ',', &word)) {
        int found = ROLE_COUNT;
        for (int r = 0; r < ROLE_COUNT; r++)
            found = str_is(str_trim(word), serve_role_code((enum serve_role)r)) ? r : found;
        if (found == ROLE_COUNT)
            return unknown_role(c, word, e);
        roles |= 1u << found;
    }
    *ret = roles;
    return true;
}

static bool run_serve(struct cli *c, struct err *e)
{
    unsigned roles;
    struct desk d;
    if (!read_roles(c, &roles, e) ||
        !cli_open(c, DESK_STORE, &d, e)) /* finds the configuration and shows its mistakes at once */
        return false;
    desk_close(&d);
    if ((roles >> ROLE_PROBER & 1) != 0 && !prober_check(&c->desk, e))
        return false;
    /* A journal that goes away is no reason to stop watching. */
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);
    int fd = cli_stop_descriptor();
    if (fd < 0)
        return err_set(e, ERR_INTERNAL, N_("the signals that stop the program cannot be watched"));
    mem_keep_little();
    bool ok;
    if ((roles & (roles - 1)) != 0) {
        log_serve(NULL, "watching");
        ok = serve_supervise(c, roles, fd, log_serve, e);
        log_serve(NULL, "stopped");
    } else {
        int role = __builtin_ctz(roles);
        void *name = (void *)(uintptr_t)serve_role_code((enum serve_role)role);
        log_line(name, "watching");
        role_run *run = runs[role] != NULL ? runs[role] : role == ROLE_WEB ? c->rooms->web : c->rooms->gateway;
        ok = run(&c->desk, fd, log_line, name, e);
        log_line(name, "stopped");
    }
    close(fd);
    return ok;
}

const struct command command_serve = {
    .name = "serve",
    .task = TASK_KEEP,
    .usage = "",
    .summary = N_("the desk at work: checks, warnings, mails and the pages in the browser, one process for each role"),
    .more =
        N_("The roles: prober (the daily round of checks at probe.at, and sooner ones for what failed), scheduler "
           "(plans the day's warnings at warnings.at on working days), mailer (tickets, mails and their filing as "
           "soon as something is approved), web (the desk in the browser, at web.listen), gateway (the integrators' "
           "gateway, at gateway.listen). Runs until it gets "
           "SIGTERM; whatever is stopped in the middle is taken "
           "up again at the next start."),
    .options = {OPT_ROLES, OPT_END},
    .run = run_serve,
};
