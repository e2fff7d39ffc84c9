/* talaia integration open, edit, and the events of the table: what is done to an integration. */
#include "base/file.h"
#include "cli/commands.h"
#include "cli/integration.h"
#include "flow/onboard_json.h"

/* What came of it, in one line. */
bool integration_tell(struct cli *c, const struct desk *d, const struct integration *x, const char *remark,
                      struct err *e)
{
    if (c->json) {
        json_t *o = onboard_json(x, d->by.day);
        json_object_set_new(o, "remark", json_text(remark));
        return cli_json(o, e);
    }
    cli_say(c, N_("%s, %s: %s. The turn of: %s."), x->fp, x->name, tr(c->lang, integration_state_words(x->state)),
            tr(c->lang, integration_turn_words(integration_state_turn(x->state))));
    if (remark[0] != '\0')
        cli_wrap(remark, 2);
    return true;
}

static bool language(struct cli *c, enum lang *ret, struct err *e)
{
    return c->value[OPT_LANGUAGE] == NULL || lang_parse(c->value[OPT_LANGUAGE], ret) ||
           err_set(e, ERR_USAGE, N_("there is no language \"%s\"; ca, es and en are known"), c->value[OPT_LANGUAGE]);
}

/* --- open, edit --- */

static bool run_open(struct cli *c, struct err *e)
{
    struct desk d = {0};
    struct integration x;
    const char *remark = "";
    struct onboard_new n = {.fp = c->words[0],
                            .body = c->words[1],
                            .company = c->value[OPT_COMPANY],
                            .company_nif = c->value[OPT_COMPANY_NIF],
                            .contact = c->value[OPT_NAME],
                            .email = c->value[OPT_EMAIL],
                            .ticket = c->value[OPT_TICKET],
                            .lang = LANG_CA};
    bool ok = language(c, &n.lang, e) && cli_open(c, DESK_STORE, &d, e) && onboard_open(&d, &n, &x, &remark, e) &&
              integration_tell(c, &d, &x, remark, e);
    desk_close(&d);
    return ok;
}

const struct command command_integration_open = {
    .name = "integration open",
    .task = TASK_GATEWAY,
    .usage = N_("FP BODY"),
    .summary = N_("take in a body that wants to integrate with Hèstia, and look up whether it may"),
    .more = N_("FP is the number of the help-desk request. BODY is a name (slips of the pen are forgiven), an INE10 "
               "code or a NIF. What the list of those who may says follows at once: `talaia integration eligible`."),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_COMPANY, OPT_COMPANY_NIF, OPT_NAME, OPT_EMAIL, OPT_LANGUAGE, OPT_TICKET, OPT_END},
    .run = run_open,
};

static bool run_edit(struct cli *c, struct err *e)
{
    struct desk d = {0};
    struct integration x;
    enum lang lang = LANG_CA;
    struct onboard_edit w = {.company = c->value[OPT_COMPANY],
                             .company_nif = c->value[OPT_COMPANY_NIF],
                             .contact = c->value[OPT_NAME],
                             .email = c->value[OPT_EMAIL],
                             .authority = c->value[OPT_AUTHORITY],
                             .lang = c->value[OPT_LANGUAGE] == NULL ? NULL : &lang};
    bool ok = language(c, &lang, e) && integration_named(c, &d, &x, e) && onboard_change(&d, x.id, &w, &x, e) &&
              integration_tell(c, &d, &x, "", e);
    desk_close(&d);
    return ok;
}

const struct command command_integration_edit = {
    .name = "integration edit",
    .task = TASK_GATEWAY,
    .usage = N_("FP"),
    .summary = N_("correct company, contact, language or written authorisation of an integration"),
    .more = N_("--authority names the body's written authorisation by which the provider's own CDA may sign; add the "
               "CDA again after it."),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_COMPANY, OPT_COMPANY_NIF, OPT_NAME, OPT_EMAIL, OPT_AUTHORITY, OPT_LANGUAGE, OPT_END},
    .run = run_edit,
};

/* --- what happens --- */

/* "integration take-back": the event is the command's second word; check and place have their own words. */
static enum integration_event event_of(const struct cli *c)
{
    enum integration_event v = INTEGRATION_EVENT_ELIGIBLE;
    const char *word = c->command->name + strlen("integration ");
    if (strcmp(word, "place") == 0)
        v = INTEGRATION_EVENT_FILE;
    else
        (void)integration_event_parse(str_of(word), &v);
    return v;
}

static bool run_event(struct cli *c, struct err *e)
{
    struct desk d = {0};
    struct integration x;
    struct onboard_deed w = {.event = event_of(c), .reason = c->value[OPT_REASON], .tell = c->value[OPT_TELL] != NULL};
    bool ok = integration_named(c, &d, &x, e);
    w.id = ok ? x.id : 0;
    ok = ok && onboard_move(&d, &w, &x, e) && integration_tell(c, &d, &x, "", e);
    desk_close(&d);
    return ok;
}

#define EVENT_COMMAND(id, word, summary_)                                                                              \
    const struct command command_integration_##id = {                                                                  \
        .name = "integration " word,                                                                                   \
        .task = TASK_GATEWAY,                                                                                          \
        .usage = N_("FP"),                                                                                             \
        .summary = summary_,                                                                                           \
        .more = N_("What must be there before, and what follows, is in the table of `talaia integration diagram`."),   \
        .min_words = 1,                                                                                                \
        .max_words = 1,                                                                                                \
        .options = {OPT_REASON, OPT_END},                                                                              \
        .run = run_event,                                                                                              \
    };
EVENT_COMMAND(check, "check", N_("look up again whether the body may integrate"))
EVENT_COMMAND(ask, "ask", N_("ask the requester for exactly what is missing"))
EVENT_COMMAND(place, "place", N_("file what was verified: a folder with form, CDA and a manifest of their hashes"))
EVENT_COMMAND(request, "request", N_("ask the head of service for approval: of pre-production, or of production"))
EVENT_COMMAND(approve, "approve", N_("approve (head of service); what was approved is configured at once"))
EVENT_COMMAND(return, "return", N_("send it back with a reason (head of service)"))
EVENT_COMMAND(refuse, "refuse", N_("refuse a body that is not on the list (head of service)"))
EVENT_COMMAND(take_back, "take-back", N_("take the last step back"))
EVENT_COMMAND(configure, "configure", N_("give the permissions that were approved, when that did not work at once"))
EVENT_COMMAND(revoke, "revoke", N_("take its permissions back, in pre-production and in production"))
EVENT_COMMAND(answer, "answer", N_("the requester says that a new CDA is under way: no more warnings about this one"))
EVENT_COMMAND(renew, "renew", N_("the new CDA takes the place of the old one, which counts for some days more"))
EVENT_COMMAND(reopen, "reopen", N_("it goes on after all"))

const struct command command_integration_withdraw = {
    .name = "integration withdraw",
    .task = TASK_GATEWAY,
    .usage = N_("FP"),
    .summary = N_("it does not go on"),
    .more =
        N_("With --tell the requester gets a message that says so; the reason stays in the desk and in the ticket."),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_REASON, OPT_TELL, OPT_END},
    .run = run_event,
};

static bool run_remind(struct cli *c, struct err *e)
{
    struct desk d = {0};
    size_t count = 0;
    bool ok = cli_open(c, DESK_STORE, &d, e) && onboard_remind(&d, &count, e);
    if (ok && c->json)
        ok = cli_json(json_pack("{s:I}", "reminders", (json_int_t)count), e);
    else if (ok)
        cli_say(c, N_("%zu reminders."), count);
    desk_close(&d);
    return ok;
}

static bool run_watch(struct cli *c, struct err *e)
{
    struct desk d = {0};
    struct onboard_watched done = {0};
    bool ok = cli_open(c, DESK_STORE, &d, e) && onboard_watch(&d, true, &done, e);
    if (ok && c->json)
        ok = cli_json(json_pack("{s:I,s:I}", "warned", (json_int_t)done.warned, "revoked", (json_int_t)done.distrusted),
                      e);
    else if (ok)
        cli_say(c, N_("%zu warned of a CDA that expires, %zu told that theirs was revoked."), done.warned,
                done.distrusted);
    desk_close(&d);
    return ok;
}

const struct command command_integration_watch = {
    .name = "integration watch",
    .task = TASK_GATEWAY,
    .usage = "",
    .summary = N_("warn of CDAs that expire or were revoked, each threshold once"),
    .more = N_("The role scheduler does it: of CDAs that their authority has revoked within a minute, of those that "
               "expire every working day. What is watched: `talaia integration cdas`."),
    .options = {OPT_END},
    .run = run_watch,
};

const struct command command_integration_remind = {
    .name = "integration remind",
    .task = TASK_GATEWAY,
    .usage = "",
    .summary = N_("ask again for what was asked for and did not come, where it is time"),
    .more = N_("The role scheduler does it every working day; after how many days, integrations.reminders says."),
    .options = {OPT_END},
    .run = run_remind,
};

static bool run_decide(struct cli *c, struct err *e)
{
    struct desk d = {0};
    struct integration x;
    enum integration_event v;
    struct buf token = BUF_INIT(1024);
    if (!integration_event_parse(str_of(c->words[1]), &v))
        return err_set(e, ERR_USAGE, N_("a link approves, returns or refuses"));
    bool ok = cli_open(c, DESK_STORE, &d, e) && file_read(c->words[0], &token, e);
    const char *text = ok ? arena_text(&c->arena, str_trim(buf_str(&token))) : "";
    ok = ok && onboard_token_decide(&d, text, v, c->value[OPT_REASON], &x, e) && integration_tell(c, &d, &x, "", e);
    buf_release(&token);
    desk_close(&d);
    return ok;
}

const struct command command_integration_decide = {
    .name = "integration decide",
    .task = TASK_GATEWAY,
    .usage = N_("FILE approve|return|refuse"),
    .summary = N_("decide by the link of an e-mail: FILE holds what stands at its end"),
    .more =
        N_("For whoever holds the link and cannot reach the desk's pages. Each link decides once, until it runs out."),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_REASON, OPT_END},
    .run = run_decide,
};
