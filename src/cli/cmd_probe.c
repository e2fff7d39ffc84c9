/* talaia probe: what is tried around the clock. */
#include "cli/commands.h"
#include "conf/probes.h"

static const char *hours_words(struct cli *c, const struct probe_hours *h)
{
    static const char *const days[] = {N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun")};
    if (h->always)
        return tr(c->lang, N_("always"));
    const char *text = "";
    for (int d = 0; d < 7; d++) {
        if ((h->days >> (MONDAY + d) & 1) != 0)
            text = arena_printf(&c->arena, "%s%s%s", text, text[0] == '\0' ? "" : " ", tr(c->lang, days[d]));
    }
    return arena_printf(&c->arena, "%s %02d:%02d–%02d:%02d%s", text, h->from / 60, h->from % 60, h->until / 60,
                        h->until % 60, h->holidays ? tr(c->lang, N_(", holidays too")) : "");
}

/* As probes.yaml writes it. */
static const char *hours_code(struct arena *a, const struct probe_hours *h)
{
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    const char *text = "";
    for (int d = 0; d < 7 && !h->always; d++) {
        if ((h->days >> (MONDAY + d) & 1) != 0)
            text = arena_printf(a, "%s%s%s", text, text[0] == '\0' ? "" : ",", days[d]);
    }
    return h->always ? "24x7"
                     : arena_printf(a, "%s %02d:%02d-%02d:%02d%s", text, h->from / 60, h->from % 60, h->until / 60,
                                    h->until % 60, h->holidays ? " holidays" : "");
}

static json_t *check_json(const struct probe_check *k)
{
    return json_pack("{s:s,s:s,s:s,s:i,s:o}", "kind", probe_kind_code(k->kind), "target", k->target, "name", k->name,
                     "timeout", k->timeout_seconds, "slow_ms", k->slow_ms > 0 ? json_integer(k->slow_ms) : json_null());
}

static json_t *probe_json(struct cli *c, const struct probe *p, instant_t next)
{
    char text[INSTANT_TEXT_BYTES];
    json_t *checks = json_array();
    for (size_t i = 0; i < p->check_count; i++)
        json_array_append_new(checks, check_json(&p->checks[i]));
    return json_pack("{s:s,s:o,s:s,s:i,s:i,s:i,s:o,s:o,s:o,s:o}", "name", p->name, "service", json_text(p->service),
                     "hours", hours_code(&c->arena, &p->hours), "seconds", p->rule.seconds, "failures",
                     p->rule.failures, "recoveries", p->rule.recoveries, "depends", json_text(p->depends), "level",
                     p->level > 0 ? json_real(p->level / 1000.0) : json_null(), "next",
                     next == INSTANT_NONE ? json_null() : json_string(instant_iso(next, text)), "transitions", checks);
}

static bool run_probe_list(struct cli *c, struct err *e)
{
    static const struct cli_column columns[] = {{N_("Probe"), ALIGN_LEFT, 8, 24}, {N_("Service"), ALIGN_LEFT, 7, 20},
                                                {N_("Hours"), ALIGN_LEFT, 6, 34}, {N_("Every"), ALIGN_RIGHT, 5, 8},
                                                {N_("Steps"), ALIGN_RIGHT, 5, 6}, {N_("Next run"), ALIGN_LEFT, 16, 16}};
    struct desk d;
    struct probes all;
    if (!cli_open(c, DESK_CONFIG, &d, e))
        return false;
    bool ok = probes_load(&c->arena, &d.files, &all, e);
    struct cli_list list = {0};
    struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; ok && i < all.count; i++) {
        const struct probe *p = &all.items[i];
        char text[INSTANT_TEXT_BYTES];
        instant_t next = probe_due(p->name, p->rule.seconds, &p->hours, &d.files.profile, clock_system().now);
        if (c->json) {
            cli_list_add(&list, probe_json(c, p, next));
            continue;
        }
        cli_cell(t, p->name, NULL);
        cli_cell(t, p->service, NULL);
        cli_cell(t, hours_words(c, &p->hours), NULL);
        cli_cellf(t, "%d s", p->rule.seconds);
        cli_cellf(t, "%zu", p->check_count);
        cli_cell(t, next == INSTANT_NONE ? "" : instant_madrid(next, text), NULL);
    }
    if (ok && c->json)
        ok = cli_list_end(&list, e);
    else if (ok && all.count == 0)
        cli_say(c, N_("There are no probes: the profile has no probes.yaml."));
    else if (ok)
        cli_table_print(t);
    cli_table_free(t);
    desk_close(&d);
    return ok;
}

const struct command command_probe_list = {
    .name = "probe list",
    .task = TASK_LOOK,
    .usage = "",
    .summary = N_("what is tried around the clock, and when next"),
    .options = {OPT_END},
    .run = run_probe_list,
};
