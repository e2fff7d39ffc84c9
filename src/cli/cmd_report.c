/* talaia report build */
#include <stdio.h>

#include "base/file.h"
#include "cli/commands.h"
#include "core/calendar.h"
#include "flow/friday.h"

static bool run_report_build(struct cli *c, struct err *e)
{
    struct desk d;
    struct report r;
    struct friday_files files;
    day_t week;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = true;
    if (c->value[OPT_WEEK] != NULL) {
        ok = cli_day(c->value[OPT_WEEK], &week) ||
             err_set(e, ERR_USAGE, N_("--week takes a day that exists, as YYYY-MM-DD, not \"%s\""), c->value[OPT_WEEK]);
        if (ok)
            d.by.day = report_day(&d.files.profile, week);
    }
    const char *dir = c->value[OPT_OUT] != NULL ? c->value[OPT_OUT] : config_path(&c->arena, d.config, KEY_REPORT_DIR);
    struct cli_progress progress = {.cli = c, .what = tr(c->lang, N_("Building"))};
    ok =
        ok && friday_build(&d, &c->arena, dir, (struct friday_progress){cli_progress_update, &progress}, &r, &files, e);
    cli_progress_end(&progress);
    if (ok && c->json) {
        json_t *paths = json_array();
        for (size_t i = 0; i < files.count; i++)
            json_array_append_new(paths, json_string(files.paths[i]));
        ok = cli_json(
            json_pack("{s:s,s:o,s:o,s:I,s:I,s:I,s:I,s:o}", "id", r.id, "day", json_day(r.day), "after",
                      json_day(r.period.after), "query", (json_int_t)r.query_count, "ok", (json_int_t)r.ok_count, "ko",
                      (json_int_t)r.ko_count, "certificates", (json_int_t)r.certificate_count, "files", paths),
            e);
    } else if (ok) {
        char day[DAY_TEXT_BYTES];
        cli_say(c, N_("Report of %s: %zu actions (OK), %zu bodies down (KO), %zu certificates about to expire."),
                day_dmy(r.day, day), r.ok_count, r.ko_count, r.certificate_count);
        for (size_t i = 0; i < files.count; i++)
            printf("  %s\n", files.paths[i]);
    }
    desk_close(&d);
    return ok;
}

const struct command command_report_build = {
    .name = "report build",
    .task = TASK_REPORT,
    .usage = "",
    .summary = N_("the Friday report: workbook, e-mail, page, text and pictures of the tables"),
    .more = N_("It speaks of the day of --on, or of the report day of the week of --week: Friday, or the working day "
               "before it "
               "when that is a holiday. Actions are those since the report of the week before."),
    .options = {OPT_WEEK, OPT_OUT, OPT_END},
    .run = run_report_build,
};
