#include "cli/allowed.h"

#include "flow/account.h"

static const struct {
    const char *name; /* a command, or the first words of several */
    enum permission permission;
} needs[] = {
    {"account", PERMISSION_ACCOUNTS},
    {"action", PERMISSION_NOTE},
    {"action list", PERMISSION_LOOK},
    {"adopt", PERMISSION_IMPORT},
    {"audit", PERMISSION_AUDIT},
    {"backup", PERMISSION_CONFIGURE},
    {"backups", PERMISSION_CONFIGURE},
    {"bodies", PERMISSION_LOOK},
    {"certificate", PERMISSION_NOTE},
    {"certificates", PERMISSION_LOOK},
    {"check", PERMISSION_LOOK},
    {"comment", PERMISSION_NOTE},
    {"config", PERMISSION_LOOK},
    {"contact", PERMISSION_IMPORT},
    {"contacts", PERMISSION_LOOK},
    {"correction", PERMISSION_NOTE},
    {"doctor", PERMISSION_LOOK},
    {"document", PERMISSION_LOOK},
    {"exclude", PERMISSION_WARN},
    {"exclusions", PERMISSION_LOOK},
    {"gateway", PERMISSION_INTEGRATE},
    {"gateway explain", PERMISSION_LOOK},
    {"gateway log", PERMISSION_LOOK},
    {"gateway modalities", PERMISSION_LOOK},
    {"gateway permissions", PERMISSION_LOOK},
    {"gateway show", PERMISSION_LOOK},
    {"expense", PERMISSION_INCIDENT},
    {"expense list", PERMISSION_LOOK},
    {"expense statement", PERMISSION_LOOK},
    {"help", PERMISSION_NONE},
    {"import", PERMISSION_IMPORT},
    {"integration", PERMISSION_INTEGRATE},
    {"integration approve", PERMISSION_INTEGRATE_APPROVE},
    {"integration decide", PERMISSION_NONE},
    {"integration diagram", PERMISSION_NONE},
    {"incident", PERMISSION_INCIDENT},
    {"incident list", PERMISSION_LOOK},
    {"incident show", PERMISSION_LOOK},
    {"incident summary", PERMISSION_LOOK},
    {"integration cdas", PERMISSION_LOOK},
    {"integration eligible", PERMISSION_LOOK},
    {"integration examples", PERMISSION_LOOK},
    {"integration homologation", PERMISSION_LOOK},
    {"integration list", PERMISSION_LOOK},
    {"integration refuse", PERMISSION_INTEGRATE_APPROVE},
    {"integration return", PERMISSION_INTEGRATE_APPROVE},
    {"integration show", PERMISSION_LOOK},
    {"mail", PERMISSION_CONFIGURE},
    {"maintenance", PERMISSION_SILENCE},
    {"maintenance list", PERMISSION_LOOK},
    {"mark", PERMISSION_NOTE},
    {"outage", PERMISSION_NOTE},
    {"outage list", PERMISSION_LOOK},
    {"outbox", PERMISSION_LOOK},
    {"probe history", PERMISSION_LOOK},
    {"probe list", PERMISSION_LOOK},
    {"probe pause", PERMISSION_SILENCE},
    {"probe plan", PERMISSION_SILENCE},
    {"probe resume", PERMISSION_SILENCE},
    {"probe run", PERMISSION_ROUND},
    {"probe show", PERMISSION_LOOK},
    {"reply", PERMISSION_NOTE},
    {"reply list", PERMISSION_LOOK},
    {"reply show", PERMISSION_LOOK},
    {"report", PERMISSION_REPORT},
    {"runbook", PERMISSION_LOOK},
    {"silence", PERMISSION_SILENCE},
    {"stage", PERMISSION_NOTE},
    {"status export", PERMISSION_LOOK},
    {"sweep", PERMISSION_ROUND},
    {"text", PERMISSION_CONFIGURE},
    {"text show", PERMISSION_LOOK},
    {"texts", PERMISSION_LOOK},
    {"tickets", PERMISSION_LOOK},
    {"unsilence", PERMISSION_SILENCE},
    {"warnings", PERMISSION_WARN},
    {"warnings calendar", PERMISSION_LOOK},
    {"warnings plan", PERMISSION_LOOK},
    {"warnings preview", PERMISSION_LOOK},
    {"warnings status", PERMISSION_LOOK},
};

enum permission command_permission(const char *name)
{
    enum permission found = PERMISSION_CONFIGURE;
    size_t most = 0;
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
        size_t n = strlen(needs[i].name);
        if (n > most && strncmp(name, needs[i].name, n) == 0 && (name[n] == '\0' || name[n] == ' ')) {
            found = needs[i].permission;
            most = n;
        }
    }
    return found;
}

bool command_allowed(struct cli *c, struct desk *d, struct err *e)
{
    struct account_whole w;
    struct err none = {.lang = e->lang};
    enum permission need = command_permission(c->command->name);
    if (!account_look(d, 0, d->by.who, &w, &none))
        return none.code == ERR_UNKNOWN || err_set(e, none.code, "%s", none.text);
    if (w.account.disabled != INSTANT_NONE)
        return err_set(e, ERR_STATE,
                       N_("the account %s is disabled; an administrator enables it with `talaia account enable`"),
                       w.account.name);
    return role_may(w.account.role, need) ||
           err_set(e, ERR_STATE,
                   N_("the account %s is %s, and `talaia %s` needs more; ask an administrator for another role"),
                   w.account.name, tr(c->lang, role_words(w.account.role)), c->command->name);
}
