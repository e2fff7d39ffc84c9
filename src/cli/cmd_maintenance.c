/* talaia maintenance, silence, unsilence: bodies that are checked and do not go down meanwhile. */
#include "cli/commands.h"
#include "flow/change.h"
#include "record/sweep.h"

/* ------------------------------------------------------------------ from today on */

static bool run_silence(struct cli *c, struct err *e)
{
    struct desk d;
    const struct body *b;
    day_t until = DAY_NONE;
    if (c->value[OPT_UNTIL] == NULL || !cli_day(c->value[OPT_UNTIL], &until))
        return err_set(e, ERR_USAGE, N_("a silence needs its last day: --until YYYY-MM-DD"));
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    char day[DAY_TEXT_BYTES];
    bool ok = change_find_body(&d, c->words[0], &b, e) && change_silence(&d, b, until, c->words[1], e);
    if (ok && c->json)
        ok = cli_json(json_pack("{s:s,s:o}", "body", b->description, "until", json_day(until)), e);
    else if (ok)
        cli_say(c, N_("%s is silent until %s: it is checked, and does not count as down."), b->name,
                day_dmy(until, day));
    desk_close(&d);
    return ok;
}

static bool run_unsilence(struct cli *c, struct err *e)
{
    struct desk d;
    const struct body *b;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = change_find_body(&d, c->words[0], &b, e) && change_silence_lift(&d, b, c->words[1], e);
    if (ok && c->json)
        ok = cli_json(json_pack("{s:s}", "body", b->description), e);
    else if (ok)
        cli_say(c, N_("%s counts again."), b->name);
    desk_close(&d);
    return ok;
}

const struct command command_silence = {
    .name = "silence",
    .task = TASK_NOTE,
    .usage = N_("BODY \"reason\" --until YYYY-MM-DD"),
    .summary = N_("maintenance that begins today: the body is checked and does not count as down until that day"),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_UNTIL, OPT_END},
    .run = run_silence,
};

const struct command command_unsilence = {
    .name = "unsilence",
    .task = TASK_NOTE,
    .usage = N_("BODY \"reason\""),
    .summary = N_("the maintenance is over"),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_END},
    .run = run_unsilence,
};

/* ------------------------------------------------------------------ planned */

static json_t *silence_json(const struct body *b, const struct silence *s, day_t today)
{
    return json_pack("{s:I,s:s,s:s,s:o,s:o,s:b,s:s,s:s}", "id", (json_int_t)s->id, "body",
                     b == NULL ? "" : b->description, "name", b == NULL ? "" : b->name, "day", json_day(s->day),
                     "until", json_day(s->until), "in_force", (int)(s->day <= today), "reason", s->reason, "who",
                     s->who);
}

static bool run_plan(struct cli *c, struct err *e)
{
    struct desk d;
    const struct body *b = NULL;
    day_t from = DAY_NONE, until = DAY_NONE;
    int64_t id = 0;
    char first[DAY_TEXT_BYTES], last[DAY_TEXT_BYTES];
    if (c->value[OPT_SINCE] == NULL || !cli_day(c->value[OPT_SINCE], &from))
        return err_set(e, ERR_USAGE, N_("maintenance needs its first day: --since YYYY-MM-DD"));
    if (c->value[OPT_UNTIL] == NULL || !cli_day(c->value[OPT_UNTIL], &until))
        return err_set(e, ERR_USAGE, N_("maintenance needs its last day: --until YYYY-MM-DD"));
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok =
        change_find_body(&d, c->words[0], &b, e) && change_silence_planned(&d, b, from, until, c->words[1], &id, e);
    if (ok && c->json)
        ok = cli_json(json_pack("{s:I,s:s,s:o,s:o}", "id", (json_int_t)id, "body", b->description, "day",
                                json_day(from), "until", json_day(until)),
                      e);
    else if (ok)
        cli_say(c, N_("Maintenance %lld: %s does not count as down from %s to %s."), (long long)id, b->name,
                day_dmy(from, first), day_dmy(until, last));
    desk_close(&d);
    return ok;
}

static bool print_list(struct cli *c, const struct desk *d, const struct bodies *bodies, const struct silence *all,
                       size_t count, struct err *e)
{
    static const struct cli_column columns[] = {
        {N_("No."), ALIGN_RIGHT, 3, 8},     {N_("Body"), ALIGN_LEFT, 10, 40}, {N_("From"), ALIGN_LEFT, 10, 10},
        {N_("Until"), ALIGN_LEFT, 10, 10},  {N_("State"), ALIGN_LEFT, 6, 12}, {N_("Who"), ALIGN_LEFT, 5, 16},
        {N_("Reason"), ALIGN_LEFT, 10, 60},
    };
    struct cli_list list = {0};
    char day[DAY_TEXT_BYTES];
    struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < count; i++) {
        const struct body *b = bodies_by_id(bodies, all[i].body_id);
        if (c->json) {
            cli_list_add(&list, silence_json(b, &all[i], d->by.day));
            continue;
        }
        cli_cellf(t, "%lld", (long long)all[i].id);
        cli_cell(t, b == NULL ? "" : b->name, NULL);
        cli_cell(t, day_dmy(all[i].day, day), NULL);
        cli_cell(t, day_dmy(all[i].until, day), NULL);
        cli_cell(t, tr(c->lang, all[i].day <= d->by.day ? N_("In force") : N_("Planned")), NULL);
        cli_cell(t, all[i].who, NULL);
        cli_cell(t, all[i].reason, NULL);
    }
    bool ok = true;
    if (c->json)
        ok = cli_list_end(&list, e);
    else if (count > 0)
        cli_table_print(t);
    else
        cli_say(c, N_("None is in force, and none is planned."));
    cli_table_free(t);
    return ok;
}

static bool run_list(struct cli *c, struct err *e)
{
    struct desk d;
    struct tx tx = {0};
    struct bodies bodies;
    struct silence *all = NULL;
    size_t count = 0;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = tx_begin(d.store, TX_READ, &tx, e) &&
              bodies_load(&tx, &c->arena, &d.files.profile, d.by.day, &bodies, e) &&
              silences_coming(&tx, &c->arena, d.by.day, &all, &count, e);
    tx_rollback(&tx);
    ok = ok && print_list(c, &d, &bodies, all, count, e);
    desk_close(&d);
    return ok;
}

static bool run_lift(struct cli *c, struct err *e)
{
    struct desk d;
    int64_t id;
    if (!str_to_int64(str_of(c->words[0]), 1, INT64_MAX, &id))
        return err_set(e, ERR_USAGE, N_("\"%s\" is no number of a silence; `talaia maintenance list` has them"),
                       c->words[0]);
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = change_silence_lift_one(&d, id, c->words[1], e);
    if (ok && c->json)
        ok = cli_json(json_pack("{s:I}", "id", (json_int_t)id), e);
    else if (ok)
        cli_say(c, N_("Maintenance %lld is lifted."), (long long)id);
    desk_close(&d);
    return ok;
}

const struct command command_maintenance_list = {
    .name = "maintenance list",
    .task = TASK_LOOK,
    .usage = "",
    .summary = N_("silences and maintenance: what is in force and what is planned"),
    .options = {OPT_END},
    .run = run_list,
};

const struct command command_maintenance_plan = {
    .name = "maintenance plan",
    .task = TASK_NOTE,
    .usage = N_("BODY \"reason\" --since YYYY-MM-DD --until YYYY-MM-DD"),
    .summary = N_("maintenance from a day on: the body is checked and does not count as down in those days"),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_SINCE, OPT_UNTIL, OPT_END},
    .run = run_plan,
};

const struct command command_maintenance_lift = {
    .name = "maintenance lift",
    .task = TASK_NOTE,
    .usage = N_("NUMBER \"reason\""),
    .summary = N_("one that is in force or planned is over, or will not take place"),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_END},
    .run = run_lift,
};
