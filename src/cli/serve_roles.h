/* Private to `talaia serve`: the roles, and one process for each of several. */
#ifndef TALAIA_CLI_SERVE_ROLES_H
#define TALAIA_CLI_SERVE_ROLES_H

#include "cli/cli.h"

/* X(name, "code", function, what it does) : bool function(const struct desk_options *, int stop_fd, log, context, e);
 * NULL: a room beside this one, which main brings (struct cli_rooms) */
#define SERVE_ROLES(X)                                                                                                 \
    X(PROBER, "prober", prober_run, N_("the daily round of checks at probe.at, and sooner ones for what failed"))      \
    X(SCHEDULER, "scheduler", scheduler_run, N_("plans the day's warnings at warnings.at on working days"))            \
    X(MAILER, "mailer", mailer_serve, N_("tickets, mails and their filing, as soon as something is approved"))         \
    X(ONCALL, "oncall", incident_serve, N_("pages, tickets and mails when a probe fails, and their escalation"))       \
    X(WEB, "web", NULL, N_("the desk in the browser, at web.listen"))                                                  \
    X(GATEWAY, "gateway", NULL, N_("the integrators' gateway, at gateway.listen"))
enum serve_role {
#define X(name, ...) ROLE_##name,
    SERVE_ROLES(X)
#undef X
        ROLE_COUNT
};
const char *serve_role_code(enum serve_role r);

/* Starts this program once for each role (bits), restarts those that end, and ends them all when stop_fd becomes
 * readable. `log` gets what happens to them. */
bool serve_supervise(struct cli *c, unsigned roles, int stop_fd, void (*log)(void *context, const char *text),
                     struct err *e);

#endif
