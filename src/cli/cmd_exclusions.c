/* talaia exclusions, exclude, exclude lift: who is left out of warnings and report. */
#include "cli/commands.h"
#include "flow/change.h"
#include "flow/exclusions.h"

static json_t *line_json(const struct exclusion_line *x)
{
    return json_pack("{s:s,s:s,s:b,s:o,s:s,s:o,s:o,s:o,s:s}", "body", x->body->description, "name", x->body->name,
                     "out", x->body->excluded != NULL, "code", json_text(x->body->excluded), "reason", x->reason,
                     "since", x->word == NULL ? json_null() : json_day(x->word->day), "until",
                     x->word == NULL ? json_null() : json_day(x->word->until), "who",
                     x->word == NULL ? json_null() : json_string(x->word->who), "source",
                     x->word == NULL ? "profile" : "person");
}

static bool run_exclusions(struct cli *c, struct err *e)
{
    static const struct cli_column columns[] = {
        {N_("Body"), ALIGN_LEFT, 14, 34}, {N_("State"), ALIGN_LEFT, 4, 8},    {N_("Until"), ALIGN_LEFT, 5, 10},
        {N_("Who"), ALIGN_LEFT, 7, 14},   {N_("Reason"), ALIGN_LEFT, 10, 60},
    };
    struct desk d;
    struct exclusion_list l;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = exclusions_list(&d, &c->arena, &l, e);
    json_t *list = json_array();
    struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; ok && i < l.count; i++) {
        const struct exclusion_line *x = &l.items[i];
        char day[DAY_TEXT_BYTES];
        bool has_end = x->word != NULL && x->word->until != DAY_NONE;
        json_array_append_new(list, line_json(x));
        cli_cell(t, x->body->name, NULL);
        cli_cell(t, tr(c->lang, x->body->excluded != NULL ? N_("out") : N_("in")), NULL);
        cli_cell(t, has_end ? day_dmy(x->word->until, day) : "—", NULL);
        cli_cell(t, x->word == NULL ? tr(c->lang, N_("the profile")) : x->word->who, NULL);
        cli_cell(t, x->reason, NULL);
    }
    if (ok && c->json)
        ok = cli_json(json_incref(list), e);
    else if (ok && l.count > 0)
        cli_table_print(t);
    else if (ok)
        cli_say(c, N_("No body is left out."));
    json_decref(list);
    cli_table_free(t);
    desk_close(&d);
    return ok;
}

const struct command command_exclusions = {
    .name = "exclusions",
    .task = TASK_LOOK,
    .usage = "",
    .summary = N_("who is left out of warnings and report, why, until when and by whom"),
    .options = {OPT_END},
    .run = run_exclusions,
};

static bool say(struct cli *c, struct desk *d, bool ok, const char *format, const struct body *b, struct err *e)
{
    if (ok && c->json)
        ok = cli_json(json_pack("{s:s,s:b}", "body", b->name, "done", 1), e);
    else if (ok)
        cli_say(c, format, b->name);
    desk_close(d);
    return ok;
}

static bool run_exclude(struct cli *c, struct err *e)
{
    struct desk d;
    const struct body *b = NULL;
    struct exclusion_given g = {.in = c->value[OPT_IN] != NULL, .code = "", .reason = c->words[1], .until = DAY_NONE};
    if (c->value[OPT_UNTIL] != NULL && !cli_day(c->value[OPT_UNTIL], &g.until))
        return err_set(e, ERR_USAGE, N_("--until takes a day as 2026-11-20, not \"%s\""), c->value[OPT_UNTIL]);
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = change_find_body(&d, c->words[0], &b, e) && exclusions_add(&d, b, &g, e);
    return say(c, &d, ok, g.in ? N_("%s is in from now on.") : N_("%s is left out from now on."), b, e);
}

const struct command command_exclude = {
    .name = "exclude",
    .task = TASK_NOTE,
    .usage = N_("BODY \"reason\""),
    .summary = N_("leave a body out of warnings and report; with --in the contrary of the profile's list"),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_IN, OPT_UNTIL, OPT_END},
    .run = run_exclude,
};

static bool run_exclude_lift(struct cli *c, struct err *e)
{
    struct desk d;
    const struct body *b = NULL;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = change_find_body(&d, c->words[0], &b, e) && exclusions_lift(&d, b, c->words[1], e);
    return say(c, &d, ok, N_("For %s the profile's list holds again."), b, e);
}

const struct command command_exclude_lift = {
    .name = "exclude lift",
    .task = TASK_NOTE,
    .usage = N_("BODY \"reason\""),
    .summary = N_("take back what was said of a body: the profile's list holds again"),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_END},
    .run = run_exclude_lift,
};
