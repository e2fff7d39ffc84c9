/* talaia runbook: what is done when a probe has failed, and who is told. */
#include "cli/commands.h"
#include "conf/runbook.h"

/* Where a channel goes, without what may be secret in it: the address of a person, or the host of a server. */
static const char *target_words(struct arena *a, const struct channel *c)
{
    struct str s = str_of(c->target), scheme;
    if (c->kind == CHANNEL_EMAIL)
        return c->target;
    (void)str_split(&s, '/', &scheme);
    (void)str_split(&s, '/', &scheme);
    struct str host = str_part(s.p, str_find(s, '/'));
    size_t at = str_find(host, '@');
    if (at < host.n)
        host = str_part(host.p + at + 1, host.n - at - 1);
    return c->kind == CHANNEL_SMS ? arena_printf(a, "%s (%.*s)", c->to, STR_ARG(host)) : arena_text(a, host);
}

static const char *joined(struct arena *a, const char *const *items, size_t count)
{
    const char *text = "";
    for (size_t i = 0; i < count; i++)
        text = arena_printf(a, "%s%s%s", text, i == 0 ? "" : ", ", items[i]);
    return text;
}

static size_t paged_count(const struct runbook *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->level_count; i++)
        n += r->levels[i].count;
    return n;
}

static json_t *texts_json(const char *const *items, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(items[i]));
    return list;
}

static json_t *addresses_json(const struct address *items, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(items[i].email));
    return list;
}

static json_t *levels_json(struct arena *a, const struct runbook *r)
{
    json_t *list = json_array();
    for (size_t i = 0; i < r->level_count; i++) {
        for (size_t k = 0; k < r->levels[i].count; k++) {
            const struct channel *c = r->levels[i].channels[k];
            json_array_append_new(
                list, json_pack("{s:i,s:i,s:s,s:s,s:s,s:s}", "after", r->levels[i].minutes, "every", r->levels[i].every,
                                "channel", c->name, "kind", channel_kind_code(c->kind), "person", c->person, "target",
                                target_words(a, c)));
        }
    }
    return list;
}

static json_t *steps_json(const struct runbook *r)
{
    json_t *list = json_array();
    for (size_t i = 0; i < r->step_count; i++) {
        const struct runbook_step *s = &r->steps[i];
        json_t *record = json_array();
        for (int f = 0; f < CALL_FACT_COUNT; f++) {
            if ((s->record >> f & 1) != 0)
                json_array_append_new(record, json_string(call_fact_code((enum call_fact)f)));
        }
        json_array_append_new(
            list, json_pack("{s:I,s:s,s:s,s:o,s:o,s:o,s:o,s:b,s:o}", "step", (json_int_t)(i + 1), "does",
                            runbook_step_code(s->kind), "text", s->text, "more", json_text(s->more), "contact",
                            json_text(s->contact), "phone", json_text(s->phone), "warning", json_text(s->warning),
                            "paid", s->paid, "record", record));
    }
    return list;
}

static json_t *runbook_json(struct arena *a, const struct runbook *r)
{
    return json_pack("{s:s,s:o,s:o,s:o,s:o,s:{s:o,s:s,s:o,s:o},s:o}", "name", r->name, "probes",
                     texts_json(r->probes, r->probe_count), "page", levels_json(a, r), "observers",
                     texts_json(r->observers, r->observer_count), "related", texts_json(r->related, r->related_count),
                     "provider", "name", json_text(r->provider), "language", lang_code(r->provider_lang), "to",
                     addresses_json(r->to, r->to_count), "cc", addresses_json(r->cc, r->cc_count), "steps",
                     steps_json(r));
}

static bool run_list(struct cli *c, struct err *e)
{
    static const struct cli_column columns[] = {{N_("Runbook"), ALIGN_LEFT, 8, 24},
                                                {N_("Probes"), ALIGN_LEFT, 8, 30},
                                                {N_("Steps"), ALIGN_RIGHT, 5, 6},
                                                {N_("Channels"), ALIGN_RIGHT, 6, 8},
                                                {N_("Provider"), ALIGN_LEFT, 8, 28}};
    struct desk d;
    struct runbooks all;
    if (!cli_open(c, DESK_CONFIG, &d, e))
        return false;
    bool ok = runbooks_load(&c->arena, &d.files, &all, e);
    struct cli_list list = {0};
    struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; ok && i < all.count; i++) {
        const struct runbook *r = &all.items[i];
        if (c->json) {
            cli_list_add(&list, runbook_json(&c->arena, r));
            continue;
        }
        cli_cell(t, r->name, NULL);
        cli_cell(t, joined(&c->arena, r->probes, r->probe_count), NULL);
        cli_cellf(t, "%zu", r->step_count);
        cli_cellf(t, "%zu", paged_count(r));
        cli_cell(t, r->to_count == 0 ? "—" : r->provider, NULL);
    }
    if (ok && c->json)
        ok = cli_list_end(&list, e);
    else if (ok && all.count == 0)
        cli_say(c, N_("There are no runbooks: the profile has no runbook.yaml."));
    else if (ok)
        cli_table_print(t);
    cli_table_free(t);
    desk_close(&d);
    return ok;
}

static void print_pages(struct cli *c, const struct runbook *r)
{
    if (paged_count(r) == 0)
        cli_say(c, N_("Nobody is paged: add channels and page: to runbook.yaml."));
    for (size_t i = 0; i < r->level_count; i++) {
        for (size_t k = 0; k < r->levels[i].count; k++) {
            const struct channel *x = r->levels[i].channels[k];
            const char *where = target_words(&c->arena, x);
            if (r->levels[i].minutes == 0)
                cli_say(c, N_("at once: %s (%s, %s)"), x->person, channel_kind_code(x->kind), where);
            else
                cli_say(c, N_("%d minutes later, if nobody takes it: %s (%s, %s)"), r->levels[i].minutes, x->person,
                        channel_kind_code(x->kind), where);
        }
        if (r->levels[i].every > 0)
            cli_say(c, N_("and again every %d minutes, for a day, while nobody takes it"), r->levels[i].every);
    }
    if (r->forgotten > 0)
        cli_say(c, N_("and anew when whoever took it writes nothing down for %d minutes"), r->forgotten);
}

static void print_provider(struct cli *c, const struct runbook *r)
{
    const char *to = "";
    for (size_t i = 0; i < r->to_count; i++)
        to = arena_printf(&c->arena, "%s%s%s", to, i == 0 ? "" : ", ", r->to[i].email);
    if (r->to_count == 0)
        cli_say(c, N_("No provider is written to: add provider.to to runbook.yaml."));
    else
        cli_say(c, N_("Provider: %s (%s)"), r->provider, to);
    if (r->observer_count > 0)
        cli_say(c, N_("Ticket's observers: %s"), joined(&c->arena, r->observers, r->observer_count));
    if (r->related_count > 0)
        cli_say(c, N_("Related tickets: %s"), joined(&c->arena, r->related, r->related_count));
}

static bool run_show(struct cli *c, struct err *e)
{
    struct desk d;
    struct runbooks all;
    if (!cli_open(c, DESK_CONFIG, &d, e))
        return false;
    const struct runbook *r = NULL;
    bool ok = runbooks_load(&c->arena, &d.files, &all, e);
    if (ok) {
        r = runbook_find(&all, c->words[0]);
        if (r == NULL)
            r = runbook_of(&all, c->words[0]);
        ok = r != NULL ||
             err_set(e, ERR_UNKNOWN, N_("there is no runbook %s; `talaia runbook list` shows them"), c->words[0]);
    }
    if (ok && c->json) {
        ok = cli_json(runbook_json(&c->arena, r), e);
    } else if (ok) {
        cli_say(c, N_("%s: for %s"), r->name, joined(&c->arena, r->probes, r->probe_count));
        print_pages(c, r);
        print_provider(c, r);
        for (size_t i = 0; i < r->step_count; i++) {
            const struct runbook_step *s = &r->steps[i];
            cli_wrap_after(arena_printf(&c->arena, "%2zu. ", i + 1), s->text);
            if (s->more[0] != '\0')
                cli_wrap(s->more, 4);
            if (s->contact[0] != '\0' || s->phone[0] != '\0')
                cli_wrap(arena_printf(&c->arena, "%s %s", s->contact, s->phone), 4);
            if (s->warning[0] != '\0')
                cli_wrap_after("    ! ", s->warning);
        }
    }
    desk_close(&d);
    return ok;
}

const struct command command_runbook_list = {
    .name = "runbook list",
    .task = TASK_LOOK,
    .usage = "",
    .summary = N_("what is done when a probe has failed"),
    .options = {OPT_END},
    .run = run_list,
};

const struct command command_runbook_show = {
    .name = "runbook show",
    .task = TASK_LOOK,
    .usage = N_("NAME"),
    .summary = N_("one runbook, or that of a probe: who is told, and the steps"),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_END},
    .run = run_show,
};
