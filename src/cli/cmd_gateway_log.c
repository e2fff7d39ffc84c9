/* talaia gateway log, show: what came to the gateway. Nothing of a citizen is there to be shown. */
#include "cli/commands.h"
#include "flow/gateway.h"

static json_t *row_json(const struct gateway_log_row *r)
{
    const struct gateway_outcome_info *o = gateway_outcome_info(r->outcome);
    char at[INSTANT_TEXT_BYTES];
    return json_pack("{s:I,s:s,s:o,s:o,s:s,s:o,s:o,s:I,s:s,s:s,s:s,s:o,s:o,s:o,s:I,s:I,s:I}", "number",
                     (json_int_t)r->id, "at", instant_iso(r->at, at), "ine10", json_text(r->ine10), "request",
                     json_text(r->request), "kind", gateway_log_kind_code(r->kind), "product", json_text(r->product),
                     "modality", json_text(r->modality), "elements", (json_int_t)r->elements, "outcome", o->code,
                     "step", gateway_step_code(o->step), "answer", o->number, "result", json_text(r->result),
                     "certificate", json_text(r->certificate), "address", json_text(r->address), "bytes",
                     (json_int_t)r->bytes, "answer_bytes", (json_int_t)r->answer_bytes, "microseconds",
                     (json_int_t)r->micros);
}

/* --- the list --- */

static bool filter_make(struct cli *c, struct gateway_filter *f, struct err *e)
{
    const char *outcome = c->value[OPT_OUTCOME];
    day_t since;
    *f = (struct gateway_filter){.since = INSTANT_NONE, .until = INSTANT_NONE, .most = LIMIT_GATEWAY_LIST};
    if (c->value[OPT_SINCE] != NULL) {
        if (!cli_day(c->value[OPT_SINCE], &since))
            return err_set(e, ERR_USAGE, N_("\"%s\" is no day that exists; write it as YYYY-MM-DD"),
                           c->value[OPT_SINCE]);
        f->since = gateway_day_starts(since);
    }
    if (c->value[OPT_MODALITY] != NULL)
        f->modality = c->value[OPT_MODALITY];
    if (outcome == NULL)
        return true;
    if (strcmp(outcome, "refused") == 0) {
        f->refused = true;
        return true;
    }
    f->has_outcome = true;
    if (gateway_outcome_parse(str_of(outcome), &f->outcome))
        return true;
    const char *all = "refused";
    for (int o = 0; o < GATEWAY_OUTCOME_COUNT; o++)
        all = arena_printf(&c->arena, "%s %s", all, gateway_outcome_info((enum gateway_outcome)o)->code);
    return err_set(e, ERR_USAGE, N_("--outcome takes one of: %s"), all);
}

static void log_print(struct cli *c, const struct gateway_log_row *rows, size_t count)
{
    static const struct cli_column columns[] = {
        {"#", ALIGN_RIGHT, 1, 10},           {N_("when"), ALIGN_LEFT, 16, 16},   {N_("body"), ALIGN_LEFT, 10, 10},
        {N_("modality"), ALIGN_LEFT, 5, 24}, {N_("outcome"), ALIGN_LEFT, 5, 24}, {N_("ms"), ALIGN_RIGHT, 2, 8},
        {"IdPeticion", ALIGN_LEFT, 5, 40},
    };
    struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < count; i++) {
        const struct gateway_log_row *r = &rows[i];
        bool good = gateway_outcome_is_good(r->outcome);
        char at[INSTANT_TEXT_BYTES];
        cli_cellf(t, "%lld", (long long)r->id);
        cli_cell(t, instant_madrid(r->at, at), NULL);
        cli_cell(t, r->ine10, NULL);
        cli_cell(t, r->modality, NULL);
        cli_cell(t, gateway_outcome_info(r->outcome)->code, good ? NULL : "31");
        cli_cellf(t, "%.1f", (double)r->micros / 1000);
        cli_cell(t, r->request, NULL);
    }
    cli_table_print(t);
    cli_table_free(t);
}

static bool run_log(struct cli *c, struct err *e)
{
    struct desk d = {0};
    struct gateway_filter f;
    struct gateway_log_row *rows;
    size_t count;
    bool ok = filter_make(c, &f, e) && cli_open(c, DESK_STORE, &d, e) &&
              gateway_log_view(&d, &c->arena, c->word_count > 0 ? c->words[0] : NULL, &f, &rows, &count, e);
    if (ok && c->json) {
        struct cli_list list = {0};
        for (size_t i = 0; i < count; i++)
            cli_list_add(&list, row_json(&rows[i]));
        ok = cli_list_end(&list, e);
    } else if (ok && count == 0) {
        cli_say(c, N_("No requests."));
    } else if (ok) {
        log_print(c, rows, count);
    }
    desk_close(&d);
    return ok;
}

/* --- one request --- */

static json_t *view_json(const struct gateway_view *v)
{
    json_t *o = row_json(&v->row), *steps = json_array(), *remarks = json_array();
    for (size_t i = 0; i < v->step_count; i++)
        json_array_append_new(
            steps, json_pack("{s:s,s:s,s:I}", "step", gateway_step_code(v->steps[i].step), "state",
                             gateway_state_code(v->steps[i].state), "microseconds", (json_int_t)v->steps[i].micros));
    for (size_t i = 0; i < v->remark_count; i++)
        json_array_append_new(
            remarks, json_pack("{s:s,s:s,s:i,s:s}", "grade", v->remarks[i].grade, "code", v->remarks[i].code, "line",
                               v->remarks[i].line, "xpath", v->remarks[i].xpath));
    json_object_set_new(o, "body", json_text(v->body_name));
    json_object_set_new(o, "steps", steps);
    json_object_set_new(o, "remarks", remarks);
    return o;
}

static void view_print(struct cli *c, const struct gateway_view *v)
{
    static const char *const marks[] = {"·", "✓", "!", "✗"};
    const struct gateway_log_row *r = &v->row;
    const struct gateway_outcome_info *o = gateway_outcome_info(r->outcome);
    char at[INSTANT_TEXT_BYTES];
    printf("#%lld  %s  %s\n", (long long)r->id, instant_madrid(r->at, at), r->request);
    printf("  %s %s  %s  %s\n", v->body_name, r->ine10, r->modality, r->address);
    cli_say(c, N_("  %s: %s (%s)"), o->code, tr(c->lang, o->sentence), o->number);
    if (!gateway_outcome_is_good(r->outcome))
        cli_wrap(arena_printf(&c->arena, "→ %s", tr(c->lang, o->advice)), 2);
    if (r->result[0] != '\0')
        cli_say(c, N_("  The service answered %s."), r->result);
    for (size_t i = 0; i < v->step_count; i++)
        printf("  %s %-12s %10.3f ms\n", marks[v->steps[i].state], gateway_step_code(v->steps[i].step),
               (double)v->steps[i].micros / 1000);
    cli_say(c, N_("  %lld bytes, %lld in the answer, %.3f ms in all"), (long long)r->bytes, (long long)r->answer_bytes,
            (double)r->micros / 1000);
    for (size_t i = 0; i < v->remark_count; i++)
        cli_wrap_after("  ", arena_printf(&c->arena, tr(c->lang, N_("%s %s, line %d: %s")), v->remarks[i].grade,
                                          v->remarks[i].code, v->remarks[i].line, v->remarks[i].xpath));
}

static bool run_show(struct cli *c, struct err *e)
{
    struct desk d = {0};
    struct gateway_view v;
    bool ok = cli_open(c, DESK_STORE, &d, e) && gateway_request_view(&d, &c->arena, c->words[0], &v, e);
    if (ok && c->json)
        ok = cli_json(view_json(&v), e);
    else if (ok)
        view_print(c, &v);
    desk_close(&d);
    return ok;
}

const struct command command_gateway_log = {
    .name = "gateway log",
    .task = TASK_GATEWAY,
    .usage = N_("[BODY]"),
    .summary = N_("what came to the gateway, newest first: who, when, which modality, what it came to"),
    .more =
        N_("At most 500 requests. Nothing of a citizen is kept, so nothing is shown. --outcome refused lists what was "
           "not answered."),
    .max_words = 1,
    .options = {OPT_SINCE, OPT_OUTCOME, OPT_MODALITY, OPT_END},
    .run = run_log,
};

const struct command command_gateway_show = {
    .name = "gateway show",
    .task = TASK_GATEWAY,
    .usage = N_("REQUEST"),
    .summary = N_("one request: its steps with their times, and what was remarked, where"),
    .more = N_("REQUEST is its number in the log, or the IdPeticion: then the last one with it."),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_END},
    .run = run_show,
};
