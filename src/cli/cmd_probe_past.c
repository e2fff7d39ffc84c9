/* talaia probe show, probe history, probe pause, check: probes as they are and as they were. */
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "core/incident.h"
#include "core/watch.h"
#include "flow/probe_look.h"
#include "flow/probe_past.h"

#define SECOND INSTANT_PER_SECOND
#define DAY (86400 * SECOND)
#define SHOW_DAYS 30
#define SHOW_RUNS 10
#define HISTORY_DAYS 365
#define HISTORY_MOST 3660

/* ------------------------------------------------------------------ JSON */

static json_t *json_at(instant_t t)
{
    char text[INSTANT_TEXT_BYTES];
    return t == INSTANT_NONE ? json_null() : json_string(instant_iso(t, text));
}

static json_t *json_number(int64_t x)
{
    return x < 0 ? json_null() : json_integer(x);
}

static json_t *json_percent(int permille)
{
    return permille < 0 ? json_null() : json_real(permille / 1000.0);
}

static json_t *sum_json(const struct probe_sum *s)
{
    const struct probe_tally *t = &s->tally;
    return json_pack(
        "{s:o,s:I,s:I,s:I,s:I,s:I,s:o,s:o,s:o,s:o}", "from", s->began == 0 ? json_null() : json_at(s->began), "runs",
        (json_int_t)t->runs, "up", (json_int_t)t->up, "down", (json_int_t)t->down, "blind", (json_int_t)t->blind,
        "maintenance", (json_int_t)t->maintenance, "availability", json_percent(probe_availability(t)), "us_p50",
        json_number(probe_times_permille(&s->times, 500)), "us_p95", json_number(probe_times_permille(&s->times, 950)),
        "us_p99", json_number(probe_times_permille(&s->times, 990)));
}

static json_t *run_json(const struct probe_run *r)
{
    return json_pack("{s:o,s:s,s:s,s:o,s:i,s:{s:o,s:o,s:o,s:o,s:o},s:I}", "at", json_at(r->at), "outcome", r->outcome,
                     "code", r->code, "detail", json_text(r->detail), "transition", r->transition, "us", "dns",
                     json_number(r->us_dns), "tcp", json_number(r->us_tcp), "tls", json_number(r->us_tls), "http",
                     json_number(r->us_http), "total", json_number(r->us), "us_late", (json_int_t)r->us_late);
}

static const char *state_code(const struct probe_now *n)
{
    return n->at == INSTANT_NONE ? "new" : !n->state.known ? "unknown" : n->state.down ? "down" : "up";
}

static json_t *past_json(const struct probe_past *p)
{
    const struct probe_now *n = &p->now;
    json_t *sums = json_array(), *downs = json_array(), *blind = json_array(), *runs = json_array();
    for (size_t i = 0; i < p->sum_count; i++)
        json_array_append_new(sums, sum_json(&p->sums[i]));
    for (size_t i = 0; i < p->down_count; i++)
        json_array_append_new(downs, json_pack("{s:o,s:o,s:o,s:s,s:o}", "began", json_at(p->downs[i].began), "judged",
                                               json_at(p->downs[i].judged), "ended", json_at(p->downs[i].ended), "code",
                                               p->downs[i].code, "detail", json_text(p->downs[i].detail)));
    for (size_t i = 0; i < p->blind_count; i++)
        json_array_append_new(blind, json_pack("{s:o,s:o,s:s}", "began", json_at(p->blind[i].when.from), "ended",
                                               json_at(p->blind[i].when.until), "why", p->blind[i].why));
    for (size_t i = 0; i < p->run_count; i++)
        json_array_append_new(runs, run_json(&p->runs[i]));
    return json_pack("{s:s,s:s,s:b,s:o,s:o,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "probe", n->name, "state",
                     state_code(n), "flapping", (int)n->state.flapping, "since", json_at(n->state.since), "at",
                     json_at(n->at), "outcome", n->outcome, "code", n->code, "detail", json_text(n->detail), "facts",
                     json_text(n->facts), "level",
                     p->probe != NULL && p->probe->level > 0 ? json_percent(p->probe->level) : json_null(), "whole",
                     sum_json(&p->whole), "spans", sums, "down", downs, "blind", blind, "runs", runs);
}

/* ------------------------------------------------------------------ for people */

static const char *ms(struct cli *c, int64_t us)
{
    return us < 0 ? "" : text_decimal(c->lang, arena_printf(&c->arena, "%.1f ms", (double)us / 1000));
}

static const char *percent(struct cli *c, int permille)
{
    return permille < 0 ? "" : text_decimal(c->lang, arena_printf(&c->arena, "%.3f %%", permille / 1000.0));
}

static const char *seconds(struct cli *c, int64_t s)
{
    return s == 0 ? "—" : duration_words(&c->arena, s);
}

static void say_state(struct cli *c, const struct probe_past *p)
{
    char at[INSTANT_TEXT_BYTES];
    const struct probe_now *n = &p->now;
    if (n->at == INSTANT_NONE) {
        cli_say(c, N_("%s has not run yet."), n->name);
        return;
    }
    if (n->state.since != INSTANT_NONE)
        cli_say(c, n->state.down ? N_("%s is down since %s.") : N_("%s is up since %s."), n->name,
                instant_madrid(n->state.since, at));
    cli_say(c, N_("Last run: %s, %s. %s"), instant_madrid(n->at, at), n->code, n->detail);
    struct str facts = str_of(n->facts), one;
    while (str_split(&facts, '\n', &one))
        cli_say(c, "  %.*s", STR_ARG(one));
    if (n->state.flapping)
        cli_say(c, N_("It is flapping: it changes again and again."));
}

static void print_spans(struct cli *c, const struct probe_past *p)
{
    static const struct cli_column columns[] = {
        {N_("From"), ALIGN_LEFT, 10, 10},      {N_("Available"), ALIGN_RIGHT, 9, 10}, {N_("Down"), ALIGN_RIGHT, 6, 12},
        {N_("Not known"), ALIGN_RIGHT, 6, 12}, {N_("Runs"), ALIGN_RIGHT, 5, 9},       {N_("Half"), ALIGN_RIGHT, 8, 11},
        {N_("95 of 100"), ALIGN_RIGHT, 8, 11}};
    struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < p->sum_count; i++) {
        const struct probe_sum *s = &p->sums[i];
        char day[DAY_TEXT_BYTES];
        int up = probe_availability(&s->tally);
        bool below = p->probe != NULL && p->probe->level > 0 && up >= 0 && up < p->probe->level;
        cli_cell(t, day_iso(day_madrid(s->began), day), NULL);
        cli_cell(t, percent(c, up), below ? "1;31" : NULL);
        cli_cell(t, seconds(c, s->tally.down), NULL);
        cli_cell(t, seconds(c, s->tally.blind), NULL);
        cli_cellf(t, "%lld", (long long)s->tally.runs);
        cli_cell(t, ms(c, probe_times_permille(&s->times, 500)), NULL);
        cli_cell(t, ms(c, probe_times_permille(&s->times, 950)), NULL);
    }
    cli_table_print(t);
    cli_table_free(t);
}

static void say_stretches(struct cli *c, const struct probe_past *p)
{
    char from[INSTANT_TEXT_BYTES], until[INSTANT_TEXT_BYTES];
    for (size_t i = 0; i < p->down_count; i++)
        cli_say(c, N_("Down from %s to %s: %s"), instant_madrid(p->downs[i].began, from),
                p->downs[i].ended == INSTANT_NONE ? "…" : instant_madrid(p->downs[i].ended, until), p->downs[i].detail);
    for (size_t i = 0; i < p->blind_count; i++)
        cli_say(c, N_("The watcher has been blind from %s to %s (%s)."), instant_madrid(p->blind[i].when.from, from),
                p->blind[i].when.until == INSTANT_NONE ? "…" : instant_madrid(p->blind[i].when.until, until),
                tr(c->lang, probe_blind_words(p->blind[i].why)));
}

static bool run_probe_show(struct cli *c, struct err *e)
{
    struct desk d;
    struct probe_past p;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    instant_t now = clock_system().now;
    const struct probe_ask_past ask = {SPAN_MONTH, probe_span_begin(SPAN_MONTH, now - 395 * DAY), now + 1, SHOW_RUNS};
    bool ok = probe_past_read(&d, &c->arena, c->words[0], &ask, &p, e);
    if (ok && c->json) {
        ok = cli_json(past_json(&p), e);
    } else if (ok) {
        say_state(c, &p);
        if (p.sum_count > 0)
            print_spans(c, &p);
        say_stretches(c, &p);
    }
    desk_close(&d);
    return ok;
}

static bool draw(struct cli *c, const struct probe_ask_past *ask, const struct probe_past *p, struct err *e)
{
    struct buf svg = BUF_INIT(LIMIT_PROBE_CHART_BYTES);
    bool ok = probe_past_draw(&c->arena, c->lang, c->words[0], ask, p, &svg, e) &&
              file_write(c->value[OPT_OUT], buf_str(&svg), e);
    buf_release(&svg);
    return ok;
}

static bool run_probe_history(struct cli *c, struct err *e)
{
    struct desk d;
    struct probe_past p;
    int64_t days = HISTORY_DAYS;
    if (c->value[OPT_DAYS] != NULL && !str_to_int64(str_of(c->value[OPT_DAYS]), 1, HISTORY_MOST, &days))
        return err_set(e, ERR_USAGE, N_("--days takes a number from 0 to %d, not \"%s\""), HISTORY_MOST,
                       c->value[OPT_DAYS]);
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    instant_t now = clock_system().now;
    const struct probe_ask_past ask = {SPAN_DAY, probe_span_begin(SPAN_DAY, now - (days - 1) * DAY), now + 1, 0};
    bool ok = probe_past_read(&d, &c->arena, c->words[0], &ask, &p, e);
    if (ok && c->value[OPT_OUT] != NULL)
        ok = draw(c, &ask, &p, e);
    if (ok && c->json) {
        ok = cli_json(past_json(&p), e);
    } else if (ok && c->value[OPT_OUT] == NULL) {
        print_spans(c, &p);
        say_stretches(c, &p);
    }
    desk_close(&d);
    return ok;
}

/* ------------------------------------------------------------------ maintenance */

/* Says it, and closes the desk. `until` INSTANT_NONE: it is over. */
static bool maintenance_end(struct cli *c, struct desk *d, bool ok, instant_t until, const char *text, struct err *e)
{
    if (ok && c->json)
        ok = cli_json(json_pack("{s:s,s:o}", "probe", c->words[0], "until", json_at(until)), e);
    else if (ok)
        cli_say(c, "%s", text);
    desk_close(d);
    return ok;
}

static bool minutes_read(const char *text, int64_t *ret, struct err *e)
{
    return str_to_int64(str_of(text), 1, PROBE_PAUSE_MINUTES_MAX, ret) ||
           err_set(e, ERR_USAGE, N_("the minutes are a number from 1 to %d, not \"%s\""), PROBE_PAUSE_MINUTES_MAX,
                   text);
}

static bool run_probe_pause(struct cli *c, struct err *e)
{
    struct desk d;
    int64_t minutes;
    char text[INSTANT_TEXT_BYTES];
    if (!minutes_read(c->words[1], &minutes, e) || !cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = probe_pause(&d, c->words[0], INSTANT_NONE, minutes, c->words[2], e);
    instant_t until = d.by.at + minutes * 60 * SECOND;
    return maintenance_end(
        c, &d, ok, until,
        arena_printf(&c->arena, tr(c->lang, N_("%s is in maintenance until %s: it runs, and does not go down.")),
                     c->words[0], instant_madrid(until, text)),
        e);
}

/* "2026-11-21 02:00" of Madrid. */
static bool begin_read(const char *text, instant_t *ret, struct err *e)
{
    day_t day;
    int minute = strlen(text) == 16 && text[10] == ' ' ? watch_minute_of(text + 11) : -1;
    if (minute < 0 || !day_parse_iso(str_part(text, 10), &day))
        return err_set(e, ERR_USAGE, N_("say when as \"2026-11-21 22:30\", in Madrid, not \"%s\""), text);
    *ret = watch_instant(day, minute);
    return true;
}

static bool run_probe_plan(struct cli *c, struct err *e)
{
    struct desk d;
    int64_t minutes;
    instant_t from = INSTANT_NONE;
    if (!begin_read(c->words[1], &from, e) || !minutes_read(c->words[2], &minutes, e) ||
        !cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = probe_pause(&d, c->words[0], from, minutes, c->words[3], e);
    return maintenance_end(c, &d, ok, from + minutes * 60 * SECOND, tr(c->lang, N_("The maintenance is planned.")), e);
}

static bool run_probe_resume(struct cli *c, struct err *e)
{
    struct desk d;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = probe_resume(&d, c->words[0], 0, c->words[1], e);
    return maintenance_end(c, &d, ok, INSTANT_NONE, tr(c->lang, N_("The maintenance is over.")), e);
}

/* ------------------------------------------------------------------ for other monitors */

static void print_time(const char *name, int64_t us)
{
    if (us >= 0)
        printf(" %s=%.6fs;;;0", name, (double)us / 1e6);
}

/* What its last run showed is not why, when nobody knows whether that is still so, or when it counts as down or flaps
 * although that run was good. */
static const char *plugin_text(struct cli *c, const struct probe_now *n, const char *why, enum plugin_state s)
{
    char at[INSTANT_TEXT_BYTES];
    if (n->at == INSTANT_NONE)
        return tr(c->lang, N_("it has not run yet"));
    if (why[0] != '\0' && strcmp(n->outcome, "blind") != 0)
        return tr(c->lang, why);
    if (n->detail[0] != '\0')
        return n->detail;
    if (s == PLUGIN_CRITICAL)
        return arena_printf(&c->arena, tr(c->lang, N_("%s is down since %s.")), n->name,
                            instant_madrid(n->state.since, at));
    return tr(c->lang, s == PLUGIN_OK ? N_("All is well.") : N_("It is flapping: it changes again and again."));
}

/* '|' begins the numbers of a plugin's line, so it is none of the text's. */
static const char *plugin_clean(struct cli *c, const char *text)
{
    char *clean = arena_strdup(&c->arena, text);
    for (char *x = clean; *x != '\0'; x++)
        *x = *x == '|' ? '/' : *x;
    str_make_printable(clean);
    return clean;
}

/* One line as monitoring plugins print it. `why`: nobody knows how it is now, nor how long it takes. */
static void print_plugin(struct cli *c, const struct probe_past *p, const char *why, enum plugin_state s)
{
    const struct probe_now *n = &p->now;
    char at[INSTANT_TEXT_BYTES];
    printf("%s %s - %s", plugin_state_text(s), n->name, plugin_clean(c, plugin_text(c, n, why, s)));
    if (n->at != INSTANT_NONE)
        printf(" (%s)", instant_madrid(n->at, at));
    printf(" |");
    if (p->run_count > 0 && why[0] == '\0') {
        print_time("time", p->runs[0].us);
        print_time("dns", p->runs[0].us_dns);
        print_time("tcp", p->runs[0].us_tcp);
        print_time("tls", p->runs[0].us_tls);
        print_time("http", p->runs[0].us_http);
    }
    int up = probe_availability(&p->whole.tally);
    if (up >= 0)
        printf(" availability=%.3f%%;;;0;100", up / 1000.0);
    putchar('\n');
}

static bool run_check(struct cli *c, struct err *e)
{
    struct desk d;
    struct probe_past p;
    struct err why = {.lang = e->lang};
    instant_t now = clock_system().now;
    const struct probe_ask_past ask = {SPAN_MONTH, probe_span_begin(SPAN_MONTH, now), now + 1, 1};
    bool opened = cli_open(c, DESK_STORE, &d, &why), ok = opened;
    struct probe_lines lines;
    ok = ok && probe_past_read(&d, &c->arena, c->words[0], &ask, &p, &why) &&
         probe_lines_read(&d, &c->arena, c->words[0], now, &lines, &why);
    c->plugin = true;
    c->plugin_code = PLUGIN_UNKNOWN;
    if (ok) {
        const struct probe_line *x = &lines.items[0];
        enum plugin_state s = x->standing == STANDING_UNKNOWN
                                  ? PLUGIN_UNKNOWN
                                  : probe_plugin_state(p.probe, &p.now, &d.files.profile, now);
        c->plugin_code = (int)s;
        print_plugin(c, &p, x->why, s);
    } else {
        printf("%s %s - %s\n", plugin_state_text(PLUGIN_UNKNOWN), plugin_clean(c, c->words[0]),
               plugin_clean(c, why.text));
    }
    if (opened)
        desk_close(&d);
    return true;
}

const struct command command_probe_show = {
    .name = "probe show",
    .task = TASK_LOOK,
    .usage = N_("NAME"),
    .summary = N_("where a probe stands, and how available it was each month"),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_END},
    .run = run_probe_show,
};

const struct command command_probe_history = {
    .name = "probe history",
    .task = TASK_LOOK,
    .usage = N_("NAME"),
    .summary = N_("a probe day by day, for a year or --days; --out draws it as SVG"),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_DAYS, OPT_OUT, OPT_END},
    .run = run_probe_history,
};

const struct command command_probe_pause = {
    .name = "probe pause",
    .task = TASK_NOTE,
    .usage = N_("NAME MINUTES \"why\""),
    .summary = N_("maintenance of what a probe tries, from now on: it runs, and does not go down"),
    .min_words = 3,
    .max_words = 3,
    .options = {OPT_END},
    .run = run_probe_pause,
};

const struct command command_probe_plan = {
    .name = "probe plan",
    .task = TASK_NOTE,
    .usage = N_("NAME \"YYYY-MM-DD HH:MM\" MINUTES \"why\""),
    .summary = N_("plan maintenance of what a probe tries: it runs meanwhile, and does not go down"),
    .min_words = 4,
    .max_words = 4,
    .options = {OPT_END},
    .run = run_probe_plan,
};

const struct command command_probe_resume = {
    .name = "probe resume",
    .task = TASK_NOTE,
    .usage = N_("NAME \"why\""),
    .summary = N_("the maintenance of a probe is over before its time"),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_END},
    .run = run_probe_resume,
};

const struct command command_check = {
    .name = "check",
    .task = TASK_LOOK,
    .usage = N_("NAME"),
    .summary = N_("where a probe stands, as a monitoring plugin says it"),
    .more =
        N_("One line with numbers behind \"|\", and the exit codes of plugins: 0 OK, 1 WARNING (fails and does not "
           "count as down yet, degraded, flapping), 2 CRITICAL (down), 3 UNKNOWN (blind, not run lately, or the desk "
           "cannot be read)."),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_END},
    .run = run_check,
};
