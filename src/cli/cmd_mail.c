/* talaia mail test */
#include <stdio.h>

#include "cli/commands.h"
#include "flow/mail_test.h"

static bool run_test(struct cli *c, struct err *e)
{
    static const char *const glyphs[] = {[MAIL_CHECK_NOT_ASKED] = "·", [MAIL_CHECK_GOOD] = "●", [MAIL_CHECK_BAD] = "■"};
    static const char *const codes[] = {
        [MAIL_CHECK_NOT_ASKED] = "not-asked", [MAIL_CHECK_GOOD] = "good", [MAIL_CHECK_BAD] = "bad"};
    struct desk d;
    struct mail_report r;
    if (!cli_open(c, DESK_CONFIG, &d, e))
        return false;
    bool ok = desk_mail_test(&d, &c->arena, c->value[OPT_TO], &r, e);
    json_t *list = json_object();
    for (int i = 0; ok && i < MAIL_CHECK_COUNT; i++) {
        enum mail_check k = (enum mail_check)i;
        int result = (int)r.checks[i].result;
        char *detail = arena_strdup(&c->arena, r.checks[i].detail);
        str_make_printable(detail);
        c->findings += result == MAIL_CHECK_BAD;
        if (c->json)
            json_object_set_new(list, mail_check_code(k),
                                json_pack("{s:s,s:o}", "result", codes[result], "detail", json_text(detail)));
        else
            cli_wrap(arena_printf(&c->arena, "%s %s%s%s", glyphs[result], tr(c->lang, mail_check_words(k)),
                                  detail[0] == '\0' ? "" : ": ", detail),
                     0);
    }
    if (ok && c->json)
        ok = cli_json(json_pack("{s:O}", "checks", list), e);
    json_decref(list);
    desk_close(&d);
    return ok;
}

const struct command command_mail_test = {
    .name = "mail test",
    .task = TASK_KEEP,
    .usage = "",
    .summary = N_("whether mails can be sent, received and filed as it is configured"),
    .more =
        N_("Connects to mail.smtp.url and mail.imap.url, logs in, and looks for the folders. With --to ADDRESS a short "
           "mail is sent there. Nothing else is changed."),
    .options = {OPT_TO, OPT_END},
    .run = run_test,
};
