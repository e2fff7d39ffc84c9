/* The charts of one probe's page: each with its words, its legend and its data as a table. */
#include <inttypes.h>

#include "core/incident.h"
#include "web/admin.h"
#include "web/pages_data.h"
#include "web/probe_page.h"
#include "web/words.h"

#define BUCKET (10 * 60 * INSTANT_PER_SECOND) /* of a day's runs */

struct drawing {
    struct call *c;
    const struct probe_whole *w;
    enum probe_range range;
};

static struct probe_slot *slots_of_sums(struct drawing *g, size_t *ret_count)
{
    const struct probe_whole *w = g->w;
    enum probe_span span = probe_ranges[g->range].drawn;
    size_t count = 0, k = 0;
    for (instant_t t = w->from; t < w->until; t = probe_span_end(span, t))
        count++;
    struct probe_slot *slots = arena_array(call_arena(g->c), struct probe_slot, count + 1);
    instant_t t = w->from;
    for (size_t i = 0; i < count; i++, t = probe_span_end(span, t)) {
        slots[i] = (struct probe_slot){.half = -1, .most = -1};
        while (k < w->sum_count && w->sums[k].began < t)
            k++;
        if (k < w->sum_count && w->sums[k].began == t)
            slots[i] = (struct probe_slot){.known = true,
                                           .tally = w->sums[k].tally,
                                           .half = probe_times_permille(&w->sums[k].times, 500),
                                           .most = probe_times_permille(&w->sums[k].times, 950)};
    }
    *ret_count = count;
    return slots;
}

static void slot_phases(struct probe_slot *slot, const struct probe_phases *p)
{
    *slot = (struct probe_slot){.half = -1, .most = -1, .has_phases = p->runs > 0};
    for (int k = 0; k < PROBE_PHASES && p->runs > 0; k++)
        slot->phases[k] = p->us[k] / p->runs;
}

/* The mean of the good runs of each ten minutes, phase by phase. */
static struct probe_slot *phases_of_runs(struct drawing *g, size_t *ret_count)
{
    const struct probe_whole *w = g->w;
    size_t count = (size_t)((w->until - w->from + BUCKET - 1) / BUCKET);
    struct probe_slot *slots = arena_array(call_arena(g->c), struct probe_slot, count + 1);
    struct probe_phases *sums = arena_array(call_arena(g->c), struct probe_phases, count + 1);
    for (size_t i = 0; i < w->run_count; i++) {
        const struct probe_run *r = &w->runs[i];
        size_t k = (size_t)((r->at - w->from) / BUCKET);
        const int64_t us[] = {r->us_dns, r->us_tcp, r->us_tls, r->us_http};
        if (k < count && strcmp(r->outcome, "good") == 0 && r->us >= 0)
            probe_phases_add(&sums[k], us, r->us);
    }
    for (size_t k = 0; k < count; k++)
        slot_phases(&slots[k], &sums[k]);
    *ret_count = count;
    return slots;
}

/* Those of the stretches that were summed up. */
static struct probe_slot *phases_of_sums(struct drawing *g, size_t *ret_count)
{
    const struct probe_whole *w = g->w;
    enum probe_span span = probe_ranges[g->range].drawn;
    size_t count, k = 0;
    struct probe_slot *slots = slots_of_sums(g, &count);
    instant_t t = w->from;
    for (size_t i = 0; i < count; i++, t = probe_span_end(span, t)) {
        const struct probe_phases none = {0};
        while (k < w->sum_count && w->sums[k].began < t)
            k++;
        slot_phases(&slots[i], k < w->sum_count && w->sums[k].began == t ? &w->sums[k].phases : &none);
    }
    *ret_count = count;
    return slots;
}

static void write_tabs(struct drawing *g)
{
    struct call *c = g->c;
    struct html *h = &c->html;
    html_open(h, "nav");
    html_attr(h, "class", "tabs");
    html_attr(h, "aria-label", call_tr(c, N_("Period")));
    html_raw(h, "<ul class=\"plain\">");
    for (int r = 0; r < RANGE_COUNT; r++) {
        html_raw(h, "<li>");
        html_open(h, "a");
        html_attr(h, "href",
                  arena_printf(call_arena(c), "%s?periode=%s#grafics", probe_path(c, g->w->line.now.name),
                               probe_ranges[r].code));
        if ((enum probe_range)r == g->range)
            html_attr(h, "aria-current", "page");
        html_text(h, call_tr(c, probe_ranges[r].label));
        html_close(h);
        html_raw(h, "</li>");
    }
    html_raw(h, "</ul>");
    html_close(h);
}

static void write_key(struct call *c, const char *class, const char *words)
{
    struct html *h = &c->html;
    html_raw(h, "<li>");
    html_open(h, "i");
    html_attr(h, "class", class);
    html_close(h);
    html_text(h, words);
    html_raw(h, "</li>");
}

static void write_ends(struct drawing *g)
{
    struct call *c = g->c;
    struct html *h = &c->html;
    html_raw(h, "<p class=\"ends sub\"><span>");
    html_text(h, words_instant(call_arena(c), c->lang, g->w->from));
    html_raw(h, "</span><span>");
    html_text(h, words_instant(call_arena(c), c->lang, g->w->until - 1));
    html_raw(h, "</span></p>");
}

static void write_up(struct drawing *g)
{
    struct call *c = g->c;
    struct html *h = &c->html;
    size_t count;
    struct probe_slot *slots = slots_of_sums(g, &count);
    const char *up = call_text(c, N_("Available: %s"), probe_percent(c, probe_availability(&g->w->tally)));
    html_raw(h, "<figure class=\"card inset chart\"><figcaption>");
    html_text(h, up);
    html_raw(h, "</figcaption>");
    probe_strip_draw(h, call_arena(c), slots, count, probe_strip_words(c, up, slots, count));
    write_ends(g);
    html_raw(h, "<ul class=\"plain keys\">");
    write_key(c, "g", call_tr(c, N_("up")));
    write_key(c, "d", call_tr(c, N_("down")));
    write_key(c, "b", call_tr(c, N_("we were blind")));
    write_key(c, "m", call_tr(c, N_("maintenance")));
    write_key(c, "u", call_tr(c, N_("no data")));
    html_raw(h, "</ul></figure>");
}

static void write_edge(struct call *c, int64_t top)
{
    struct html *h = &c->html;
    html_raw(h, "<li>");
    html_text(h, call_text(c, N_("upper edge: %s"), probe_ms(c, top)));
    html_raw(h, "</li></ul></figure>");
}

static int64_t write_figure(struct drawing *g, const struct probe_slot *slots, size_t count, const char *words)
{
    struct html *h = &g->c->html;
    html_raw(h, "<figure class=\"card inset chart\"><figcaption>");
    html_text(h, words);
    html_raw(h, "</figcaption>");
    int64_t top = probe_times_draw(h, call_arena(g->c), slots, count, words);
    write_ends(g);
    html_raw(h, "<ul class=\"plain keys\">");
    return top;
}

static const char *times_words(struct drawing *g)
{
    return call_text(g->c, N_("Response time: half of the runs at most %s, 95 of 100 at most %s"),
                     probe_ms(g->c, probe_times_permille(&g->w->times, 500)),
                     probe_ms(g->c, probe_times_permille(&g->w->times, 950)));
}

static void write_times(struct drawing *g)
{
    struct call *c = g->c;
    size_t count;
    struct probe_slot *slots = slots_of_sums(g, &count);
    int64_t top = write_figure(g, slots, count, times_words(g));
    write_key(c, "h", call_tr(c, N_("half of the runs")));
    write_key(c, "q", call_tr(c, N_("95 of 100")));
    write_edge(c, top);
}

/* Where the time went, in the mean. */
static void write_phases(struct drawing *g, bool of_runs)
{
    static const char *const phases[PROBE_PHASES] = {N_("name"), N_("connection"), N_("TLS"), N_("request and answer"),
                                                     N_("the rest")};
    static const char *const classes[PROBE_PHASES] = {"p0", "p1", "p2", "p3", "p4"};
    struct call *c = g->c;
    size_t count;
    bool any = false;
    struct probe_slot *slots = of_runs ? phases_of_runs(g, &count) : phases_of_sums(g, &count);
    for (size_t i = 0; i < count; i++)
        any = any || slots[i].has_phases;
    if (!any)
        return;
    const char *words = of_runs ? times_words(g) : call_tr(c, N_("Where the time goes, in the mean of the good runs"));
    int64_t top = write_figure(g, slots, count, words);
    for (int p = 0; p < PROBE_PHASES; p++)
        write_key(c, classes[p], call_tr(c, phases[p]));
    write_edge(c, top);
}

/* ------------------------------------------------------------------ the same as a table */

static const char *when_of(struct drawing *g, instant_t t)
{
    struct arena *a = call_arena(g->c);
    switch (probe_ranges[g->range].table) {
    case SPAN_HOUR: return words_instant(a, g->c->lang, t);
    case SPAN_DAY: return words_weekday_date(a, g->c->lang, day_madrid(t));
    default: return words_month(a, g->c->lang, day_madrid(t));
    }
}

static const char *seconds_words(struct call *c, int64_t s)
{
    return s == 0 ? "—" : duration_words(call_arena(c), s);
}

void numbers_open(struct call *c, const char *caption, const char *const *titles, size_t count)
{
    struct html *h = &c->html;
    html_raw(h, "<div class=\"card tablewrap\"><table class=\"list numbers\"><caption class=\"hide\">");
    html_text(h, caption);
    html_raw(h, "</caption>");
    part_table_head(c, titles, count, NO_NUMBER);
}

void number_cell(struct call *c, const char *title, const char *text)
{
    html_open(&c->html, "td");
    html_attr(&c->html, "class", "r");
    html_attr(&c->html, "data-h", call_tr(c, title));
    html_text(&c->html, text);
    html_close(&c->html);
}

static void write_table(struct drawing *g)
{
    static const char *const titles[] = {N_("From"),        N_("Available"), N_("Down"), N_("Not known"),
                                         N_("Maintenance"), N_("Runs"),      N_("Half"), N_("95 of 100")};
    struct call *c = g->c;
    struct html *h = &c->html;
    if (g->w->row_count == 0)
        return;
    html_raw(h, "<details class=\"astable\"><summary>");
    html_text(h, call_tr(c, N_("As a table")));
    html_raw(h, "</summary>");
    numbers_open(c, call_tr(c, N_("As a table")), titles, sizeof titles / sizeof *titles);
    for (size_t i = g->w->row_count; i-- > 0;) {
        const struct probe_sum *s = &g->w->rows[i];
        list_row(c);
        list_text(c, NULL, when_of(g, s->began));
        number_cell(c, titles[1], probe_percent(c, probe_availability(&s->tally)));
        number_cell(c, titles[2], seconds_words(c, s->tally.down));
        number_cell(c, titles[3], seconds_words(c, s->tally.blind));
        number_cell(c, titles[4], seconds_words(c, s->tally.maintenance));
        number_cell(c, titles[5], arena_printf(call_arena(c), "%" PRId64, s->tally.runs));
        number_cell(c, titles[6], probe_ms(c, probe_times_permille(&s->times, 500)));
        number_cell(c, titles[7], probe_ms(c, probe_times_permille(&s->times, 950)));
        list_row_end(c);
    }
    list_close(c);
    html_raw(h, "</details>");
}

void probe_charts(struct call *c, const struct probe_whole *w, enum probe_range range)
{
    struct drawing g = {.c = c, .w = w, .range = range};
    layout_section(c, "grafics", call_tr(c, N_("How it has been")), "");
    write_tabs(&g);
    if (w->sum_count == 0 && w->run_count == 0) {
        part_empty(c, call_tr(c, N_("Nothing is kept of this time")),
                   call_tr(c, N_("Hours are summed up when they are over; choose a longer period, or come again.")));
        return;
    }
    bool of_runs = range == RANGE_DAY && w->run_count > 0;
    write_up(&g);
    if (!of_runs)
        write_times(&g);
    write_phases(&g, of_runs);
    write_table(&g);
}
