/* talaia probe: what is tried around the clock. */
#include <unistd.h>

#include "cli/commands.h"
#include "flow/patrol.h"

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

/* ------------------------------------------------------------------ once */

static const char *outcome_code(enum probe_outcome o)
{
    static const char *const codes[] = {[PROBE_GOOD] = "good", [PROBE_BAD] = "bad", [PROBE_BLIND] = "blind"};
    return codes[o];
}

static const char *outcome_words(const struct patrol_run *run)
{
    static const char *const words[] = {
        [PROBE_GOOD] = N_("good"), [PROBE_BAD] = N_("bad"), [PROBE_BLIND] = N_("unknown")};
    return run->outcome == PROBE_GOOD && run->degraded ? N_("degraded") : words[run->outcome];
}

static const char *outcome_ink(const struct patrol_run *run)
{
    static const char *const inks[] = {[PROBE_GOOD] = "32", [PROBE_BAD] = "1;31", [PROBE_BLIND] = "35"};
    return run->outcome == PROBE_GOOD && run->degraded ? "33" : inks[run->outcome];
}

static json_t *json_us(int64_t us)
{
    return us < 0 ? json_null() : json_integer(us);
}

static json_t *times_json(const struct probe_times *t)
{
    return json_pack("{s:o,s:o,s:o,s:o,s:o}", "dns", json_us(t->dns_us), "tcp", json_us(t->tcp_us), "tls",
                     json_us(t->tls_us), "http", json_us(t->http_us), "total", json_us(t->total_us));
}

static json_t *run_json(const struct patrol_run *run)
{
    char at[INSTANT_TEXT_BYTES];
    json_t *steps = json_array();
    for (size_t i = 0; i < run->tried; i++) {
        const struct step *s = &run->steps[i];
        json_array_append_new(steps,
                              json_pack("{s:i,s:s,s:s,s:s,s:s,s:o,s:b,s:o,s:o,s:o}", "transition", s->at, "kind",
                                        probe_kind_code(s->check->kind), "name", s->check->name, "outcome",
                                        outcome_code(s->result.outcome), "code", s->result.code, "detail",
                                        json_text(s->result.detail), "degraded", (int)s->result.degraded, "address",
                                        json_text(s->result.address), "us", times_json(&s->result.times), "facts",
                                        json_text(s->result.facts == NULL ? "" : s->result.facts)));
    }
    return json_pack("{s:s,s:s,s:s,s:s,s:o,s:i,s:b,s:o,s:o}", "probe", run->probe->name, "at", instant_iso(run->at, at),
                     "outcome", outcome_code(run->outcome), "code", run->decided->code, "detail",
                     json_text(run->decided->detail), "transition", run->transition, "degraded", (int)run->degraded,
                     "us", times_json(&run->times), "transitions", steps);
}

struct running {
    struct cli *cli;
    struct cli_list list;
    struct cli_table *table;
};

static void on_run(void *context, const struct patrol_run *run)
{
    struct running *r = context;
    struct cli *c = r->cli;
    if (run->outcome != PROBE_GOOD)
        c->findings = 1;
    if (c->json) {
        cli_list_add(&r->list, run_json(run));
        return;
    }
    cli_cell(r->table, run->probe->name, NULL);
    cli_cell(r->table, tr(c->lang, outcome_words(run)), outcome_ink(run));
    cli_cellf(r->table, "%d/%zu", run->transition, run->probe->check_count);
    if (run->times.total_us < 0)
        cli_cell(r->table, "", NULL);
    else
        cli_cellf(r->table, "%.1f ms", (double)run->times.total_us / 1000);
    cli_cell(r->table, run->decided->detail, NULL);
}

static bool run_probe_run(struct cli *c, struct err *e)
{
    static const struct cli_column columns[] = {{N_("Probe"), ALIGN_LEFT, 8, 24},
                                                {N_("Result"), ALIGN_LEFT, 6, 12},
                                                {N_("Step"), ALIGN_RIGHT, 4, 6},
                                                {N_("Time"), ALIGN_RIGHT, 6, 12},
                                                {N_("What was seen"), ALIGN_LEFT, 20, 80}};
    struct desk d;
    bool all = c->value[OPT_ALL] != NULL;
    if (all == (c->word_count > 0))
        return err_set(e, ERR_USAGE, N_("name the probes to run, or give --all"));
    if (!cli_open(c, DESK_CONFIG, &d, e))
        return false;
    int stop = cli_stop_descriptor();
    struct running r = {.cli = c, .table = cli_table_new(c, columns, sizeof columns / sizeof *columns)};
    bool ok = patrol_once(&d, (const char *const *)c->words, c->word_count, stop, on_run, &r, e);
    if (ok && c->json)
        ok = cli_list_end(&r.list, e);
    else if (ok)
        cli_table_print(r.table);
    cli_table_free(r.table);
    if (stop >= 0)
        close(stop);
    desk_close(&d);
    return ok;
}

const struct command command_probe_run = {
    .name = "probe run",
    .task = TASK_LOOK,
    .usage = N_("NAME…"),
    .summary = N_("runs probes once, now, and says what each showed; nothing is kept"),
    .more = N_("Exit code 1 when one of them is not well."),
    .max_words = LIMIT_PROBES,
    .options = {OPT_ALL, OPT_END},
    .run = run_probe_run,
};
