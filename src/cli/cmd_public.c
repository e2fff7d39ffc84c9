/* talaia status export: the public status page as files. */
#include "cli/commands.h"
#include "flow/public_status.h"

static bool run_status_export(struct cli *c, struct err *e)
{
    struct desk d;
    struct public_status s;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = public_status_export(&d, c->words[0], d.by.at, &s, e);
    if (ok && c->json)
        ok = cli_json(json_pack("{s:s,s:I,s:I,s:I}", "directory", c->words[0], "files", (json_int_t)s.count, "services",
                                (json_int_t)s.services, "failing", (json_int_t)s.failing),
                      e);
    else if (ok && s.services == 0)
        cli_say(c,
                N_("The page is in %s, and shows no service: give probes a name for the public (`public` in "
                   "probes.yaml)."),
                c->words[0]);
    else if (ok)
        cli_say(c, N_("The page is in %s. Services: %zu; of them not working: %zu."), c->words[0], s.services,
                s.failing);
    desk_close(&d);
    return ok;
}

const struct command command_status_export = {
    .name = "status export",
    .task = TASK_ON_CALL,
    .usage = N_("DIR"),
    .summary = N_("write the public status page into a directory: pages, SVG and JSON that need nothing else"),
    .more = N_("Only probes with `public` in probes.yaml are shown. `talaia serve` does it by itself when "
               "status.directory is set."),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_END},
    .run = run_status_export,
};
