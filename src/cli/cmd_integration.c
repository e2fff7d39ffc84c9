/* talaia integration list, show, eligible, diagram: looking at the workflow of Hèstia onboarding (procedure B). What is
 * done to one is cmd_integration_do.c's. */
#include "cli/commands.h"
#include "cli/integration.h"
#include "core/integration_draw.h"
#include "core/name.h"
#include "flow/document.h"
#include "flow/onboard_json.h"

bool integration_named(struct cli *c, struct desk *d, struct integration *ret, struct err *e)
{
    return cli_open(c, DESK_STORE, d, e) && onboard_find(d, c->words[0], ret, e);
}

/* --- list --- */

static bool run_list(struct cli *c, struct err *e)
{
    static const struct cli_column columns[] = {{N_("request"), ALIGN_LEFT, 8, 16},
                                                {N_("body"), ALIGN_LEFT, 12, 36},
                                                {N_("state"), ALIGN_LEFT, 10, 44},
                                                {N_("days"), ALIGN_RIGHT, 4, 4},
                                                {N_("whose turn"), ALIGN_LEFT, 8, 26}};
    struct desk d = {0};
    struct integration *list;
    size_t count = 0, shown = 0;
    bool all = c->value[OPT_ALL] != NULL;
    bool ok = cli_open(c, DESK_STORE, &d, e) && onboard_list(&d, &c->arena, 0, &list, &count, e);
    if (ok && c->json) {
        struct cli_list out = {0};
        for (size_t i = 0; i < count; i++) {
            if (all || integration_state_open(list[i].state) || list[i].state == INTEGRATION_PRO)
                cli_list_add(&out, onboard_json(&list[i], d.by.day));
        }
        ok = cli_list_end(&out, e);
    } else if (ok) {
        struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
        for (size_t i = 0; i < count; i++) {
            const struct integration *x = &list[i];
            if (!all && !integration_state_open(x->state) && x->state != INTEGRATION_PRO)
                continue;
            cli_cell(t, x->fp, NULL);
            cli_cell(t, x->name, NULL);
            cli_cell(t, tr(c->lang, integration_state_words(x->state)), NULL);
            cli_cellf(t, "%d", integration_age(x->since_day, d.by.day));
            cli_cell(t, tr(c->lang, integration_turn_words(integration_state_turn(x->state))), NULL);
            shown++;
        }
        if (shown > 0)
            cli_table_print(t);
        else
            cli_say(c, N_("No integration."));
        cli_table_free(t);
    }
    desk_close(&d);
    return ok;
}

const struct command command_integration_list = {
    .name = "integration list",
    .task = TASK_GATEWAY,
    .usage = "",
    .summary = N_("integrations with Hèstia: their state, for how long, and whose turn it is"),
    .more = N_("With --all also those that were closed."),
    .options = {OPT_ALL, OPT_END},
    .run = run_list,
};

/* --- one --- */

static json_t *bits_json(unsigned bits)
{
    json_t *list = json_array();
    for (int k = 0; k < INTEGRATION_CHECK_COUNT; k++) {
        if ((bits >> k & 1) != 0)
            json_array_append_new(list, json_string(integration_check_code((enum integration_check)k)));
    }
    return list;
}

static json_t *view_json(struct arena *a, enum lang lang, const struct onboard_view *v, day_t today)
{
    json_t *o = onboard_json(&v->integration, today), *files = json_array();
    for (size_t i = 0; i < v->file_count; i++)
        json_array_append_new(files, onboard_file_json(a, lang, v, i));
    json_object_set_new(o, "missing", bits_json(v->missing));
    json_object_set_new(o, "ask", bits_json(v->ask));
    json_object_set_new(o, "files", files);
    json_object_set_new(o, "waiting", onboard_waiting_json(v));
    json_object_set_new(o, "steps", onboard_steps_json(v));
    json_object_set_new(o, "messages", onboard_letters_json(v));
    json_object_set_new(o, "tests", onboard_tests_json(v));
    onboard_alarms_json(v, o);
    return o;
}

static void print_files(struct cli *c, const struct onboard_view *v)
{
    for (size_t i = 0; i < v->file_count; i++) {
        const struct integration_file *f = &v->files[i];
        enum document_verdict verdict = DOCUMENT_INVALID;
        if (f->replaced)
            continue;
        (void)document_verdict_find(str_of(f->verdict), &verdict);
        cli_wrap_after("  ", arena_printf(&c->arena, "%lld  %s  %s: %s%s%s", (long long)f->id,
                                          tr(c->lang, integration_role_words(f->role)), f->name,
                                          tr(c->lang, document_verdict_words(verdict)),
                                          f->signer[0] == '\0' ? "" : ", ", f->signer));
        if (f->accepted != INSTANT_NONE)
            cli_wrap(arena_printf(&c->arena, tr(c->lang, N_("taken by %s: %s")), f->accepted_who, f->accepted_why), 6);
        for (size_t k = 0; k < v->finding_counts[i]; k++) {
            struct document_reason r;
            if (onboard_reason(&v->findings[i][k], &r))
                cli_wrap(document_sentence(&c->arena, c->lang, &r), 6);
        }
    }
}

/* Files that came by a form of the desk and are no documents yet. */
static void print_waiting(struct cli *c, const struct onboard_view *v)
{
    for (size_t i = 0; i < v->waiting_count; i++) {
        const struct integration_waiting *x = &v->waiting[i];
        const char *how = x->why[0] != '\0'      ? x->why
                          : x->worker[0] != '\0' ? tr(c->lang, N_("is being checked"))
                                                 : tr(c->lang, N_("waits"));
        cli_wrap_after("  ", arena_printf(&c->arena, "%s: %s", x->name, how));
    }
}

static void print_tests(struct cli *c, const struct onboard_view *v)
{
    if (v->integration.state < INTEGRATION_PRE || v->integration.state > INTEGRATION_PRO)
        return;
    for (int m = 0; m < HOMOLOGATION_COUNT; m++) {
        const struct homologation_test *t = &v->tests.tests[m];
        char at[INSTANT_TEXT_BYTES];
        cli_wrap_after("  ", arena_printf(&c->arena, "%s: %s%s%s", homologation_modality((enum homologation_modality)m),
                                          tr(c->lang, homologation_lack_words(t->lack)), t->request == NULL ? "" : ", ",
                                          t->request == NULL ? "" : instant_madrid(t->request->at, at)));
    }
}

static void print_steps(struct cli *c, const struct onboard_view *v)
{
    for (size_t i = 0; i < v->step_count; i++) {
        const struct integration_step *s = &v->steps[i];
        char at[INSTANT_TEXT_BYTES];
        cli_wrap_after(
            "  ", arena_printf(&c->arena, "%s  %s → %s  %s%s%s", instant_madrid(s->at, at), s->event,
                               integration_state_code(s->state), s->who, s->detail[0] == '\0' ? "" : ": ", s->detail));
    }
}

static void print_view(struct cli *c, const struct onboard_view *v)
{
    const struct integration *x = &v->integration;
    printf("%s  %s (%s)  %s\n", x->fp, x->name, x->ine10, x->ticket);
    cli_say(c, N_("%s, for %d days; the turn of: %s"), tr(c->lang, integration_state_words(x->state)), v->age,
            tr(c->lang, integration_turn_words(v->turn)));
    cli_say(c, N_("Eligibility: %s %s"), tr(c->lang, integration_standing_words(x->standing)), x->through);
    cli_say(c, N_("Company: %s; contact: %s <%s>"), x->company[0] == '\0' ? "-" : x->company, x->contact, x->email);
    cli_say(c, N_("Addresses: %s"), x->addresses[0] == '\0' ? "-" : x->addresses);
    for (int k = 0; k < INTEGRATION_CHECK_COUNT && integration_state_open(x->state); k++) {
        if ((v->missing >> k & 1) != 0)
            cli_say(c, N_("  missing: %s"), tr(c->lang, integration_check_words((enum integration_check)k)));
    }
    if (v->alarm != INTEGRATION_ALARM_NONE)
        cli_wrap(tr(c->lang, integration_alarm_words(v->alarm)), 2);
    if (v->filed_problem[0] != '\0')
        cli_wrap(v->filed_problem, 2);
    print_files(c, v);
    print_waiting(c, v);
    print_tests(c, v);
    print_steps(c, v);
}

static bool run_show(struct cli *c, struct err *e)
{
    struct desk d = {0};
    struct integration x;
    struct onboard_view v;
    bool ok = integration_named(c, &d, &x, e) && onboard_view(&d, &c->arena, x.id, &v, e);
    if (ok && c->json)
        ok = cli_json(view_json(&c->arena, c->lang, &v, d.by.day), e);
    else if (ok)
        print_view(c, &v);
    desk_close(&d);
    return ok;
}

const struct command command_integration_show = {
    .name = "integration show",
    .task = TASK_GATEWAY,
    .usage = N_("FP"),
    .summary = N_("one integration: what is there, what is missing, its tests, its history"),
    .more = N_("FP is the number of the request; the body's name or INE10 code do as well."),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_END},
    .run = run_show,
};

/* --- CDAs that are watched --- */

static json_t *cda_json(const struct integration_cda_row *r, enum integration_alarm alarm, day_t today)
{
    json_t *o = json_pack("{s:s,s:s,s:s,s:s,s:s,s:b}", "fp", r->fp, "body", r->body, "state",
                          integration_state_code(r->state), "fingerprint", r->fingerprint, "alarm",
                          integration_alarm_code(alarm), "answered", (int)r->rule.answered);
    json_object_set_new(o, "expires", json_day(r->rule.expires));
    json_object_set_new(o, "days", r->rule.expires == DAY_NONE ? json_null() : json_integer(r->rule.expires - today));
    json_object_set_new(o, "revoked", json_boolean(r->rule.revoked));
    return o;
}

static bool run_cdas(struct cli *c, struct err *e)
{
    static const struct cli_column columns[] = {{N_("request"), ALIGN_LEFT, 8, 16},
                                                {N_("body"), ALIGN_LEFT, 12, 36},
                                                {N_("expires"), ALIGN_LEFT, 10, 10},
                                                {N_("days"), ALIGN_RIGHT, 4, 5},
                                                {N_("what to know"), ALIGN_LEFT, 10, 60}};
    struct desk d = {0};
    struct integration_cda_row *rows;
    enum integration_alarm *alarms;
    size_t count = 0;
    bool ok = cli_open(c, DESK_STORE, &d, e) && onboard_cdas(&d, &c->arena, &rows, &alarms, &count, e);
    if (ok && c->json) {
        struct cli_list out = {0};
        for (size_t i = 0; i < count; i++)
            cli_list_add(&out, cda_json(&rows[i], alarms[i], d.by.day));
        ok = cli_list_end(&out, e);
    } else if (ok) {
        struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
        for (size_t i = 0; i < count; i++) {
            char day[DAY_TEXT_BYTES] = "";
            bool known = rows[i].rule.expires != DAY_NONE;
            cli_cell(t, rows[i].fp, NULL);
            cli_cell(t, rows[i].body, NULL);
            cli_cell(t, known ? day_dmy(rows[i].rule.expires, day) : "-", NULL);
            cli_cell(t, known ? arena_printf(&c->arena, "%d", rows[i].rule.expires - d.by.day) : "", NULL);
            cli_cell(t, tr(c->lang, integration_alarm_words(alarms[i])), NULL);
        }
        if (count > 0)
            cli_table_print(t);
        else
            cli_say(c, N_("No integration is in force."));
        cli_table_free(t);
    }
    desk_close(&d);
    return ok;
}

const struct command command_integration_cdas = {
    .name = "integration cdas",
    .task = TASK_GATEWAY,
    .usage = "",
    .summary = N_("the CDAs of integrations in force, those that end first, first"),
    .more = N_("Each is warned of as certificates of the registry are, at the profile's thresholds. A new one comes in "
               "with `talaia integration add-file`, and takes its place with `talaia integration renew`."),
    .options = {OPT_END},
    .run = run_cdas,
};

/* --- the list of those who may --- */

static bool run_eligible(struct cli *c, struct err *e)
{
    struct desk d = {0};
    struct tx tx = {0};
    struct eligible *list;
    size_t count = 0;
    bool one = c->word_count > 0;
    bool ok =
        cli_open(c, DESK_STORE, &d, e) && tx_begin(d.store, TX_READ, &tx, e) &&
        (one ? eligible_history(&tx, &c->arena, name_key(&c->arena, str_of(c->words[0])), c->words[0], &list, &count, e)
             : eligible_load(&tx, &c->arena, d.by.day, &list, &count, e));
    tx_rollback(&tx);
    struct cli_list out = {0};
    for (size_t i = 0; ok && i < count; i++) {
        const struct eligible *x = &list[i];
        char since[DAY_TEXT_BYTES], until[DAY_TEXT_BYTES];
        if (c->json)
            cli_list_add(&out, json_pack("{s:s,s:o,s:o,s:o,s:o,s:o,s:s}", "name", x->name, "ine10", json_text(x->ine10),
                                         "nif", json_text(x->nif), "through", json_text(x->through), "since",
                                         json_day(x->since), "until", json_day(x->until), "source", x->source));
        else
            printf("%-10s  %s%s%s  (%s%s%s, %s)\n", x->ine10, x->name, x->through[0] == '\0' ? "" : " → ", x->through,
                   day_dmy(x->since, since), x->until == DAY_NONE ? "" : "–", day_dmy(x->until, until), x->source);
    }
    if (ok && c->json)
        ok = cli_list_end(&out, e);
    else if (ok && count == 0)
        cli_say(c, N_("Nobody is on the list of those who may integrate."));
    desk_close(&d);
    return ok;
}

const struct command command_integration_eligible = {
    .name = "integration eligible",
    .task = TASK_GATEWAY,
    .usage = N_("[BODY]"),
    .summary = N_("the list of bodies and ABSS that may integrate; of one body, all that the list ever said"),
    .more = N_("The list comes in with `talaia import LIST`: columns Nom, Codi INE10 and ABSS (through which it "
               "integrates, empty when by itself). It is the whole list: what is not in it any more ends."),
    .max_words = 1,
    .options = {OPT_END},
    .run = run_eligible,
};

/* --- the drawing --- */

static bool run_diagram(struct cli *c, struct err *e)
{
    struct buf text = BUF_INIT(LIMIT_TEMPLATE_BYTES);
    bool ok = true;
    integration_draw(&text);
    if (c->json)
        ok = cli_json(json_pack("{s:s}", "markdown", buf_text(&text)), e);
    else
        (void)fwrite(text.p, 1, text.n, stdout);
    buf_release(&text);
    return ok;
}

const struct command command_integration_diagram = {
    .name = "integration diagram",
    .task = TASK_GATEWAY,
    .usage = "",
    .summary = N_("the workflow of integrations, drawn from the table that it runs by"),
    .more = N_("Markdown with a diagram in Mermaid, the states, and all that can happen in each."),
    .options = {OPT_END},
    .run = run_diagram,
};
