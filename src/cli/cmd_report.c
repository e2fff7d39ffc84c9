/* talaia report build, send */
#include <stdio.h>

#include "base/file.h"
#include "cli/commands.h"
#include "core/calendar.h"
#include "flow/friday.h"
#include "flow/friday_send.h"
#include "flow/mailer.h"

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

/* "a@example.cat,b@example.cat" */
static size_t read_addresses(struct cli *c, struct address **ret)
{
    const char *text = cli_text(c, OPT_TO);
    struct address *list = arena_array(&c->arena, struct address, strlen(text) / 2 + 1);
    struct str rest = str_of(text), one;
    size_t count = 0;
    while (text[0] != '\0' && str_split(&rest, ',', &one)) {
        one = str_trim(one);
        if (one.n > 0)
            list[count++] = (struct address){.name = "", .email = arena_text(&c->arena, one)};
    }
    *ret = list;
    return count;
}

static bool run_report_send(struct cli *c, struct err *e)
{
    struct desk d;
    struct message m;
    struct mailer_report r;
    struct address *to;
    struct friday_sending s = {.again = c->value[OPT_AGAIN] != NULL, .reason = c->value[OPT_REASON]};
    s.to_count = read_addresses(c, &to);
    s.to = to;
    if (c->value[OPT_TO] != NULL && s.to_count == 0)
        return err_set(e, ERR_USAGE, N_("--to takes e-mail addresses, separated by commas"));
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    struct mailer_options o = {.stop_fd = -1};
    bool ok = mailer_can_send(&d, e) && friday_approve(&d, &c->arena, &s, &m, e) && mailer_run(&d, &o, &r, e) &&
              cli_report_mailer(c, &r, e);
    desk_close(&d);
    return ok;
}

const struct command command_report_send = {
    .name = "report send",
    .task = TASK_REPORT,
    .usage = "",
    .summary = N_("approve the report that was built and send it, once"),
    .more =
        N_("What goes out is report.eml as it was built last, to the profile's recipients; it is filed in the folder "
           "report.folder. With --to a copy goes to those addresses alone, which does not count as sending the "
           "report. A report that went out goes again only with --again --reason."),
    .options = {OPT_TO, OPT_AGAIN, OPT_REASON, OPT_END},
    .run = run_report_send,
};
