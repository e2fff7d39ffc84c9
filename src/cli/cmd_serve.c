/* talaia serve: the roles that run by themselves. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/commands.h"
#include "flow/prober.h"

/* One line for the journal. */
static void log_line(void *context, const char *text)
{
    (void)context;
    char at[INSTANT_TEXT_BYTES];
    fprintf(stderr, "%s prober: %s\n", instant_iso(clock_system().now, at), text);
}

/* SIGTERM and SIGINT as a descriptor that becomes readable. */
static int stop_descriptor(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return -1;
    return signalfd(-1, &set, SFD_CLOEXEC);
}

static bool run_serve(struct cli *c, struct err *e)
{
    if (c->value[OPT_ROLES] != NULL && strcmp(c->value[OPT_ROLES], "prober") != 0)
        return err_set(e, ERR_USAGE, N_("--roles takes prober, not \"%s\""), c->value[OPT_ROLES]);
    struct desk d;
    if (!cli_open(c, DESK_STORE, &d, e)) /* finds the configuration and shows its mistakes at once */
        return false;
    desk_close(&d);
    /* A journal that goes away is no reason to stop watching. */
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);
    int fd = stop_descriptor();
    if (fd < 0)
        return err_set(e, ERR_INTERNAL, N_("the signals that stop the program cannot be watched"));
    log_line(NULL, "watching");
    bool ok = prober_run(&c->desk, fd, log_line, NULL, e);
    log_line(NULL, "stopped");
    close(fd);
    return ok;
}

const struct command command_serve = {
    .name = "serve",
    .task = TASK_KEEP,
    .usage = "",
    .summary = N_("keep watch: the daily round of checks at probe.at, and sooner ones for what failed"),
    .more = N_("Runs until it gets SIGTERM. A round that is stopped in the middle has changed nothing; the next one "
               "asks again."),
    .options = {OPT_ROLES, OPT_END},
    .run = run_serve,
};
