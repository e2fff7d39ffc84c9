/* One probe: how it stands, its charts, its months against what was agreed, when it was down, what is tried; and its
 * maintenance. Charts are in probe_parts.c. */
#include <inttypes.h>

#include "core/watch.h"
#include "flow/incident.h"
#include "web/admin.h"
#include "web/incident_page.h"
#include "web/pages.h"
#include "web/pages_data.h"
#include "web/probe_page.h"
#include "web/words.h"

#define DOWNS_SHOWN 50
#define WEEK (7 * 86400 * INSTANT_PER_SECOND)

struct one {
    struct call *c;
    struct probe_whole w;
    enum probe_range range;
    const struct form *refused; /* NULL: none */
    bool may_pause, may_run;
};

static const char *own_path(struct one *o, const char *what)
{
    return arena_printf(call_arena(o->c), "%s/%s", probe_path(o->c, o->w.line.now.name), what);
}

/* ------------------------------------------------------------------ how it stands */

static const char *hours_words_of(struct call *c, const struct probe_hours *x)
{
    static const char *const days[] = {N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun")};
    if (x->always)
        return call_tr(c, N_("always"));
    const char *text = "";
    for (int d = 0; d < 7; d++)
        if ((x->days >> (MONDAY + d) & 1) != 0)
            text = arena_printf(call_arena(c), "%s%s%s", text, text[0] == '\0' ? "" : " ", call_tr(c, days[d]));
    return arena_printf(call_arena(c), "%s %02d:%02d–%02d:%02d%s", text, x->from / 60, x->from % 60, x->until / 60,
                        x->until % 60, x->holidays ? call_tr(c, N_(", holidays too")) : "");
}

static void write_head_of(struct one *o)
{
    struct call *c = o->c;
    const struct probe *p = o->w.line.probe;
    const char *sub = p == NULL
                          ? call_tr(c, N_("only its past: the profile has it no more"))
                          : arena_printf(call_arena(c), "%s%s%s · %s", p->service, p->service[0] == '\0' ? "" : " · ",
                                         hours_words_of(c, &p->hours), call_text(c, N_("every %d s"), p->rule.seconds));
    layout_head_open(c, o->w.line.now.name, sub);
    if (p != NULL && o->may_run && !job_runs(&c->site->jobs, JOB_PROBE, 0)) {
        const struct form f = {.action = own_path(o, "prova")};
        form_open(c, &f, NULL);
        form_close(c, call_tr(c, N_("Run it now")), false);
    }
    layout_head_close(c);
}

static void write_now(struct one *o)
{
    struct call *c = o->c;
    struct html *h = &c->html;
    const struct probe_line *x = &o->w.line;
    const char *why = probe_why(c, x);
    html_raw(h, "<p class=\"evidence\">");
    part_standing(c, x, c->desk->by.at);
    html_raw(h, " ");
    html_text(h, why);
    if (x->now.at != INSTANT_NONE) {
        html_raw(h, " <span class=\"sub\">");
        html_text(h, call_text(c, N_("Last run: %s, %s."), probe_when(c, x->now.at), probe_ms(c, x->now.us)));
        html_raw(h, "</span>");
    }
    html_raw(h, "</p>");
    struct str facts = str_of(x->now.facts), one;
    while (x->now.id != 0 && str_split(&facts, '\n', &one)) {
        html_raw(h, "<p class=\"sub\">");
        html_text_str(h, one);
        html_raw(h, "</p>");
    }
    if (x->incident != 0)
        part_link(c, incident_path(c, x->incident), "btn main", call_tr(c, N_("What to do")));
}

/* What a run that somebody asked for shows: step by step, with what was seen of certificates and responders. */
static void write_run(struct one *o)
{
    struct call *c = o->c;
    struct job_state s;
    job_look(&c->site->jobs, JOB_PROBE, call_arena(c), &s);
    if (strcmp(call_query(c, "fet"), "ocupat") == 0)
        part_notice(c, false, call_tr(c, N_("Not done:")),
                    call_tr(c, N_("a probe is being run or was a moment ago; try again in some seconds.")));
    if (!s.ever || s.input == NULL || strcmp(s.input, o->w.line.now.name) != 0)
        return;
    if (s.runs)
        call_header(c, "Refresh", arena_printf(call_arena(c), "2; url=%s", probe_path(c, o->w.line.now.name)));
    layout_section(c, "prova", call_tr(c, N_("Run by hand")), call_tr(c, N_("not kept, and nothing is concluded")));
    part_job(c, JOB_PROBE);
}

/* ------------------------------------------------------------------ months */

static const char *const month_titles[] = {N_("Month"),     N_("Available"),   N_("Agreed"), N_("Down"),
                                           N_("Not known"), N_("Maintenance"), N_("Runs"),   N_("Half"),
                                           N_("95 of 100"), N_("99 of 100")};

static const char *seconds_words(struct call *c, int64_t s)
{
    return s == 0 ? "—" : duration_words(call_arena(c), s);
}

static void write_month(struct one *o, const struct probe_sum *s)
{
    struct call *c = o->c;
    struct html *h = &c->html;
    int up = probe_availability(&s->tally), level = o->w.line.probe == NULL ? 0 : o->w.line.probe->level;
    html_raw(h, "<tr><td>");
    html_element(h, "strong", words_month(call_arena(c), c->lang, day_madrid(s->began)));
    html_raw(h, "</td>");
    number_cell(c, month_titles[1], probe_percent(c, up));
    html_open(h, "td");
    html_attr(h, "data-h", call_tr(c, month_titles[2]));
    if (level > 0 && up >= 0)
        part_state(c, up < level ? STATE_DOWN : STATE_GOOD,
                   call_text(c, up < level ? N_("not kept: %s") : N_("kept: %s"), probe_percent(c, level)));
    else
        html_text(h, level > 0 ? probe_percent(c, level) : "—");
    html_close(h);
    number_cell(c, month_titles[3], seconds_words(c, s->tally.down));
    number_cell(c, month_titles[4], seconds_words(c, s->tally.blind));
    number_cell(c, month_titles[5], seconds_words(c, s->tally.maintenance));
    number_cell(c, month_titles[6], arena_printf(call_arena(c), "%" PRId64, s->tally.runs));
    number_cell(c, month_titles[7], probe_ms(c, probe_times_permille(&s->times, 500)));
    number_cell(c, month_titles[8], probe_ms(c, probe_times_permille(&s->times, 950)));
    number_cell(c, month_titles[9], probe_ms(c, probe_times_permille(&s->times, 990)));
    html_raw(h, "</tr>\n");
}

static void write_months(struct one *o)
{
    struct call *c = o->c;
    layout_section(c, "mesos", call_tr(c, N_("Month by month")), "");
    if (o->w.month_count == 0) {
        part_empty(c, call_tr(c, N_("No month yet")),
                   call_tr(c, N_("Hours are summed up when they are over; months out of them.")));
        return;
    }
    numbers_open(c, call_tr(c, N_("Month by month")), month_titles, sizeof month_titles / sizeof *month_titles);
    for (size_t i = o->w.month_count; i-- > 0;)
        write_month(o, &o->w.months[i]);
    list_close(c);
}

/* ------------------------------------------------------------------ what is tried, what was seen */

static void write_transitions(struct one *o)
{
    struct call *c = o->c;
    struct html *h = &c->html;
    const struct probe *p = o->w.line.probe;
    if (p == NULL)
        return;
    layout_section(c, "passos", call_tr(c, N_("What is tried")), "");
    html_raw(h, "<ol class=\"plain card owned\">");
    for (size_t i = 0; i < p->check_count; i++) {
        const struct probe_check *k = &p->checks[i];
        html_raw(h, "<li><div><strong>");
        html_text(h, k->name);
        html_raw(h, "</strong><small class=\"sub\">");
        html_text(h, arena_printf(call_arena(c), "%s · %s · %s", probe_kind_code(k->kind), k->target,
                                  call_text(c, N_("at most %d s"), k->timeout_seconds)));
        html_raw(h, "</small></div></li>");
    }
    html_raw(h, "</ol><p class=\"sub\">");
    html_text(h, call_text(c, N_("Down after %d bad runs in a row, up again after %d good ones."), p->rule.failures,
                           p->rule.recoveries));
    if (p->depends[0] != '\0')
        html_text(h, call_text(c, N_(" It says nothing while %s fails."), p->depends));
    html_raw(h, "</p>");
}

/* That nothing failed is said of what was tried; `words` are of that case. */
static const char *not_failed(const struct one *o, const char *words)
{
    const struct probe_line *x = &o->w.line;
    if (x->now.at == INSTANT_NONE)
        return call_tr(o->c, N_("It has not run yet."));
    bool unknown = x->standing == STANDING_UNKNOWN && x->why[0] != '\0';
    return call_tr(o->c, unknown && x->now.at < o->c->desk->by.at - WEEK ? x->why : words);
}

static void write_bad(struct one *o)
{
    struct call *c = o->c;
    struct html *h = &c->html;
    const struct probe_run *r = &o->w.bad;
    layout_section(c, "evidencia", call_tr(c, N_("The last time it failed")), "");
    if (!o->w.has_bad) {
        html_element(h, "p", not_failed(o, N_("No run failed in the last seven days.")));
        return;
    }
    html_raw(h, "<p class=\"card inset\">");
    part_instant(c, r->at);
    html_raw(h, " ");
    html_element(h, "strong", r->detail);
    html_raw(h, " <span class=\"sub\">");
    html_text(h, call_text(c, N_("step %d, %s, after %s"), r->transition, r->code, probe_ms(c, r->us)));
    html_raw(h, "</span></p>");
}

static void write_downs(struct one *o)
{
    struct call *c = o->c;
    struct html *h = &c->html;
    size_t shown = o->w.down_count < DOWNS_SHOWN ? o->w.down_count : DOWNS_SHOWN;
    layout_section(c, "caigudes", call_tr(c, N_("When it was down")), call_tr(c, N_("in the last thirteen months")));
    if (o->w.down_count == 0)
        html_element(h, "p", not_failed(o, N_("It was not down.")));
    else
        html_raw(h, "<ul class=\"plain card owned\">");
    for (size_t i = 0; i < shown; i++) {
        const struct probe_down *x = &o->w.downs[o->w.down_count - 1 - i];
        bool over = x->ended != INSTANT_NONE;
        instant_t end = over ? x->ended : c->desk->by.at;
        html_raw(h, "<li><div><strong>");
        html_text(h, call_text(c, over ? N_("%s, for %s") : N_("since %s, for %s"), probe_when(c, x->began),
                               duration_words(call_arena(c), (end - x->began) / INSTANT_PER_SECOND)));
        html_raw(h, "</strong><small class=\"sub\">");
        html_text(h, x->detail);
        html_raw(h, "</small></div></li>");
    }
    if (o->w.down_count > 0)
        html_raw(h, "</ul>");
    if (o->w.incidents.count == 0)
        return;
    html_raw(h, "<h3>");
    html_text(h, call_tr(c, N_("Incidents")));
    html_raw(h, "</h3>");
    html_raw(h, "<ul class=\"plain card owned\">");
    for (size_t i = 0; i < o->w.incidents.count; i++) {
        const struct incident *x = &o->w.incidents.items[i];
        html_raw(h, "<li><div>");
        part_state(c, incident_look_of(x), call_tr(c, incident_state_words(incident_state(x))));
        html_raw(h, " ");
        part_link(c, incident_path(c, x->id), "name", incident_since(c, x));
        html_raw(h, "<small class=\"sub\">");
        html_text(h, x->seen);
        html_raw(h, "</small></div></li>");
    }
    html_raw(h, "</ul>");
}

/* ------------------------------------------------------------------ maintenance, blindness */

static struct form form_to(struct one *o, const char *what)
{
    return admin_form(o->refused, own_path(o, what));
}

static void text_field(struct call *c, const struct form *f, const char *help)
{
    form_field(c, f,
               &(struct field){
                   .name = "text", .label = N_("Why"), .type = "textarea", .help = help, .most = LIMIT_NOTE_CHARS});
}

static void write_end(struct one *o, const struct probe_maintenance *m)
{
    struct call *c = o->c;
    struct html *h = &c->html;
    const struct form f = {.action = own_path(o, "repren")};
    bool planned = m->when.from > c->desk->by.at;
    form_open(c, &f, NULL);
    form_hidden(c, "id", arena_printf(call_arena(c), "%" PRId64, m->id));
    form_hidden(
        c, "text",
        planned ? call_tr(c, N_("The maintenance will not take place.")) : call_tr(c, N_("The maintenance is over.")));
    html_open(h, "button");
    html_attr(h, "class", "btn");
    html_text(h, call_tr(c, planned ? N_("It will not take place") : N_("Resume now")));
    html_close(h);
    html_close(h);
}

static void write_maintenance_list(struct one *o)
{
    struct call *c = o->c;
    struct html *h = &c->html;
    html_raw(h, "<ul class=\"plain card owned\">");
    for (size_t i = o->w.maintenance_count; i-- > 0;) {
        const struct probe_maintenance *m = &o->w.maintenance[i];
        instant_t now = c->desk->by.at;
        bool over = m->when.until <= now, planned = m->when.from > now;
        html_raw(h, "<li><div>");
        part_state(c, STATE_MUTED, call_tr(c, over ? N_("Over") : planned ? N_("Planned") : N_("In force")));
        html_raw(h, " ");
        html_text(h, arena_printf(call_arena(c), "%s – %s", probe_when(c, m->when.from), probe_when(c, m->when.until)));
        html_raw(h, "<small class=\"sub\">");
        html_text(h, arena_printf(call_arena(c), "%s · %s", m->note, m->who));
        html_raw(h, "</small></div>");
        if (!over && o->may_pause && m->probe_id != 0 && o->w.line.probe != NULL)
            write_end(o, m);
        html_raw(h, "</li>");
    }
    html_raw(h, "</ul>");
}

static const char *const pauses[][2] = {{"30", N_("30 minutes")}, {"60", N_("1 hour")},   {"120", N_("2 hours")},
                                        {"240", N_("4 hours")},   {"480", N_("8 hours")}, {"1440", N_("1 day")},
                                        {"2880", N_("2 days")},   {"10080", N_("7 days")}};

static void length_field(struct call *c, const struct form *f)
{
    form_field(c, f,
               &(struct field){.name = "minuts",
                               .label = N_("For how long"),
                               .type = "select",
                               .value = "60",
                               .choices = pauses,
                               .choice_count = sizeof pauses / sizeof *pauses});
}

static void write_maintenance_forms(struct one *o)
{
    struct call *c = o->c;
    char day[DAY_TEXT_BYTES];
    struct form now = form_to(o, "pausa"), later = form_to(o, "manteniment");
    html_raw(&c->html, "<div class=\"folds\">");
    form_fold_open(c, &now, call_tr(c, N_("Pause it now")), false);
    length_field(c, &now);
    text_field(c, &now, N_("It runs, and does not go down meanwhile. The time counts neither as up nor as down."));
    form_close(c, call_tr(c, N_("Pause it")), true);
    form_fold_close(c);
    form_fold_open(c, &later, call_tr(c, N_("Plan maintenance")), false);
    html_raw(&c->html, "<div class=\"row fields\">");
    form_field(
        c, &later,
        &(struct field){
            .name = "dia", .label = N_("Day"), .type = "date", .value = day_iso(day_madrid(c->desk->by.at) + 1, day)});
    form_field(c, &later,
               &(struct field){.name = "hora",
                               .label = N_("Hour"),
                               .type = "text",
                               .value = "08:00",
                               .help = N_("As 22:30, of Madrid."),
                               .most = 5});
    html_raw(&c->html, "</div>");
    length_field(c, &later);
    text_field(c, &later, NULL);
    form_close(c, call_tr(c, N_("Plan it")), true);
    form_fold_close(c);
    html_raw(&c->html, "</div>");
}

static void write_maintenance(struct one *o)
{
    struct call *c = o->c;
    static const char *const words[][2] = {{"pausa", N_("It does not go down meanwhile.")},
                                           {"manteniment", N_("The maintenance is planned.")},
                                           {"repren", N_("The maintenance is over.")}};
    layout_section(c, "manteniment", call_tr(c, N_("Maintenance")), "");
    admin_notice(c, words, sizeof words / sizeof *words);
    if (o->w.maintenance_count > 0)
        write_maintenance_list(o);
    else
        html_element(&c->html, "p", call_tr(c, N_("None is in force, and none is planned.")));
    if (o->may_pause && o->w.line.probe != NULL)
        write_maintenance_forms(o);
}

static void write_blind(struct one *o)
{
    struct call *c = o->c;
    struct html *h = &c->html;
    if (o->w.blind_count == 0)
        return;
    layout_section(c, "cecs", call_tr(c, N_("When we were blind")), call_tr(c, N_("neither up nor down")));
    html_raw(h, "<ul class=\"plain card owned\">");
    for (size_t i = o->w.blind_count; i-- > 0;) {
        const struct probe_blind *b = &o->w.blind[i];
        html_raw(h, "<li><div>");
        part_state(c, STATE_UNKNOWN, call_tr(c, N_("Blind")));
        html_raw(h, " ");
        html_text(h, arena_printf(call_arena(c), "%s – %s · %s", probe_when(c, b->when.from),
                                  b->when.until == INSTANT_NONE ? "…" : probe_when(c, b->when.until),
                                  call_tr(c, probe_blind_words(b->why))));
        html_raw(h, "</div></li>");
    }
    html_raw(h, "</ul>");
}

/* ------------------------------------------------------------------ the page */

static enum probe_range range_asked(struct call *c)
{
    for (int r = 0; r < RANGE_COUNT; r++)
        if (strcmp(call_query(c, "periode"), probe_ranges[r].code) == 0)
            return (enum probe_range)r;
    return RANGE_DAY;
}

/* "/sondes/OCSP_AOC/pausa" → "OCSP_AOC" */
static const char *name_asked(struct call *c)
{
    struct str rest = str_of(c->request->path + strlen(PROBES) + 1), name = {0};
    (void)str_split(&rest, '/', &name);
    return arena_text(call_arena(c), name);
}

static void probe_show(struct call *c, const struct form *refused, int status)
{
    struct one o = {.c = c, .range = range_asked(c), .refused = refused};
    if (!probe_whole_read(c->desk, call_arena(c), name_asked(c), o.range, c->desk->by.at, &o.w, &c->err)) {
        if (c->err.code != ERR_UNKNOWN) {
            call_failed(c);
            return;
        }
        err_clear(&c->err);
        call_problem(c, 404, N_("There is no such probe."));
        return;
    }
    o.may_pause = call_may(c, PERMISSION_SILENCE) && c->who->csrf != NULL;
    o.may_run = call_may(c, PERMISSION_ROUND) && c->who->csrf != NULL;
    layout_begin(c, o.w.line.now.name, PROBES);
    write_head_of(&o);
    write_now(&o);
    write_run(&o);
    probe_charts(c, &o.w, o.range);
    write_months(&o);
    write_downs(&o);
    write_bad(&o);
    write_blind(&o);
    write_transitions(&o);
    write_maintenance(&o);
    layout_end(c);
    call_page(c, status);
}

void page_probe(struct call *c)
{
    probe_show(c, NULL, 200);
}

/* ------------------------------------------------------------------ what comes back */

static bool field_number(struct call *c, const char *name, int64_t least, int64_t most, int64_t *ret)
{
    const char *text = call_field(c, name);
    return str_to_int64(str_of(text), least, most, ret) ||
           err_set(&c->err, ERR_VALUE, N_("'%s' is no such number"), text);
}

static bool do_plan(struct call *c, const char *name, int64_t minutes)
{
    day_t day;
    int minute = watch_minute_of(call_field(c, "hora"));
    if (!form_day(c, call_field(c, "dia"), &day))
        return false;
    if (minute < 0)
        return err_set(&c->err, ERR_VALUE, N_("the hour is written as 22:30, not '%s'"), call_field(c, "hora"));
    return probe_pause(c->desk, name, watch_instant(day, minute), minutes, call_field(c, "text"), &c->err);
}

void form_probe(struct call *c)
{
    const char *name = name_asked(c), *what = strrchr(c->request->path, '/') + 1;
    int64_t n = 0;
    bool ok = strcmp(what, "repren") == 0 ? field_number(c, "id", 1, INT64_MAX, &n)
                                          : field_number(c, "minuts", 1, PROBE_PAUSE_MINUTES_MAX, &n);
    if (ok && strcmp(what, "repren") == 0)
        ok = probe_resume(c->desk, name, n, call_field(c, "text"), &c->err);
    else if (ok && strcmp(what, "pausa") == 0)
        ok = probe_pause(c->desk, name, INSTANT_NONE, n, call_field(c, "text"), &c->err);
    else
        ok = ok && do_plan(c, name, n);
    if (!ok && c->err.code == ERR_UNKNOWN) {
        err_clear(&c->err);
        call_problem(c, 404, N_("There is no such probe."));
        return;
    }
    admin_done(c, ok, probe_path(c, name), arena_printf(call_arena(c), "%s#manteniment", what), probe_show);
}

void form_probe_run(struct call *c)
{
    enum job_begun begun;
    struct probe_lines one;
    const char *name = name_asked(c);
    const struct job_request x = {.kind = JOB_PROBE, .input = name, .by = &c->desk->by, .lang = c->lang};
    if (!probe_lines_read(c->desk, call_arena(c), name, c->desk->by.at, &one, &c->err) || one.items[0].probe == NULL) {
        err_clear(&c->err);
        call_problem(c, 404, N_("There is no such probe."));
    } else if (!job_begin(&c->site->jobs, &x, &begun, &c->err)) {
        call_failed(c);
    } else {
        call_redirect(c, begun == JOB_BEGAN ? probe_path(c, name)
                                            : arena_printf(call_arena(c), "%s?fet=ocupat", probe_path(c, name)));
    }
}
