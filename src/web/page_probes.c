/* Sondes: what is tried around the clock and how each stands now. Works as plain links and a plain form. */
#include "web/probe_page.h"

#include <stdlib.h>

#include "base/text.h"
#include "core/incident.h"
#include "flow/incident.h"
#include "web/incident_page.h"
#include "web/pages.h"
#include "web/pages_data.h"
#include "web/words.h"

/* ------------------------------------------------------------------ words that both pages need */

const char *probe_path(struct call *c, const char *name)
{
    return arena_printf(call_arena(c), PROBES "/%s", name);
}

const char *probe_percent(struct call *c, int permille)
{
    if (permille < 0)
        return "—";
    return text_decimal(c->lang,
                        arena_printf(call_arena(c), permille == 100000 ? "%.0f %%" : "%.3f %%", permille / 1000.0));
}

const char *probe_ms(struct call *c, int64_t us)
{
    if (us < 0)
        return "—";
    double ms = (double)us / 1000;
    return text_decimal(c->lang, us >= 2000000 ? arena_printf(call_arena(c), "%.1f s", ms / 1000)
                                 : us >= 10000 ? arena_printf(call_arena(c), "%.0f ms", ms)
                                               : arena_printf(call_arena(c), "%.1f ms", ms));
}

const char *probe_when(struct call *c, instant_t t)
{
    char at[INSTANT_TEXT_BYTES];
    if (t == INSTANT_NONE)
        return "—";
    if (day_madrid(t) == day_madrid(c->desk->by.at))
        return arena_strdup(call_arena(c), instant_madrid(t, at) + 11);
    return words_instant(call_arena(c), c->lang, t);
}

const char *probe_why(struct call *c, const struct probe_line *x)
{
    if (x->why[0] != '\0')
        return call_tr(c, x->why);
    if (x->standing == STANDING_PAUSED)
        return x->pause->note;
    return x->standing == STANDING_GOOD || x->standing == STANDING_RESTING ? "" : x->now.detail;
}

void part_standing(struct call *c, const struct probe_line *x, instant_t at)
{
    bool bad = x->standing == STANDING_DOWN || x->standing == STANDING_FAILING;
    instant_t since = x->standing == STANDING_DOWN      ? x->now.state.since
                      : x->standing == STANDING_FAILING ? x->now.state.first
                                                        : INSTANT_NONE;
    part_state(c, probe_standing_look(x->standing), call_tr(c, probe_standing_words(x->standing)));
    if (bad && since != INSTANT_NONE)
        html_element(&c->html, "small",
                     call_text(c, N_("since %s (for %s)"), probe_when(c, since),
                               duration_words(call_arena(c), (at - since) / INSTANT_PER_SECOND)));
    if (x->standing == STANDING_PAUSED)
        html_element(&c->html, "small", call_text(c, N_("until %s"), probe_when(c, x->pause->when.until)));
}

const char *probe_strip_words(struct call *c, const char *of, const struct probe_slot *slots, size_t count)
{
    size_t down = 0, blind = 0, none = 0, still = 0;
    for (size_t i = 0; i < count; i++) {
        const struct probe_tally *t = &slots[i].tally;
        bool known = slots[i].known && t->up + t->down + t->blind + t->maintenance > 0;
        down += known && t->down > 0;
        blind += known && t->blind > 0;
        still += known && t->maintenance > 0;
        none += !known;
    }
    return call_text(c, N_("%s, of %zu: with a failure %zu, blind %zu, maintenance %zu, no data %zu"), of, count, down,
                     blind, still, none);
}

/* ------------------------------------------------------------------ the list */

struct view_of {
    const struct probe_lines *all;
    const char *text, *folded; /* of the filter */
    int standing;              /* -1: all */
    const struct probe_line **items;
    size_t count;
};

static int worst_first(const void *a, const void *b)
{
    const struct probe_line *const *x = a, *const *y = b;
    if ((*x)->standing != (*y)->standing)
        return (*x)->standing < (*y)->standing ? -1 : 1;
    return strcmp((*x)->now.name, (*y)->now.name);
}

static bool has_text(struct call *c, const struct probe_line *x, const char *folded)
{
    const char *all = arena_printf(call_arena(c), "%s %s", x->now.name, x->probe->service);
    for (size_t i = 0; i < x->probe->check_count; i++)
        all = arena_printf(call_arena(c), "%s %s", all, x->probe->checks[i].target);
    return strstr(text_fold(call_arena(c), str_of(all)), folded) != NULL;
}

static void choose(struct call *c, struct view_of *v)
{
    const char *standing = call_query(c, "estat");
    v->text = arena_text(call_arena(c), str_utf8_cut(str_of(call_query(c, "q")), LIMIT_WEB_FILTER_CHARS));
    v->folded = text_fold(call_arena(c), str_of(v->text));
    v->standing = -1;
    for (int s = 0; s < STANDING_COUNT; s++)
        if (strcmp(probe_standing_code((enum probe_standing)s), standing) == 0)
            v->standing = s;
    v->items = arena_array(call_arena(c), const struct probe_line *, v->all->count + 1);
    for (size_t i = 0; i < v->all->count; i++) {
        const struct probe_line *x = &v->all->items[i];
        if ((v->standing < 0 || (int)x->standing == v->standing) && (v->folded[0] == '\0' || has_text(c, x, v->folded)))
            v->items[v->count++] = x;
    }
    if (v->count > 1)
        qsort(v->items, v->count, sizeof *v->items, worst_first);
}

static void write_chip(struct call *c, const struct view_of *v, int standing, const char *label, size_t n)
{
    struct html *h = &c->html;
    const char *code = standing < 0 ? "" : probe_standing_code((enum probe_standing)standing);
    html_raw(h, "<li>");
    html_open(h, "a");
    html_attr(h, "href", arena_printf(call_arena(c), PROBES "?estat=%s&q=%s", code, layout_encode(c, v->text)));
    if (standing == v->standing)
        html_attr(h, "aria-current", "true");
    html_text(h, label);
    html_raw(h, " <span class=\"n\">");
    html_text_int(h, (long)n);
    html_raw(h, "</span>");
    html_close(h);
    html_raw(h, "</li>");
}

static void write_filter(struct call *c, const struct view_of *v)
{
    struct html *h = &c->html;
    html_raw(h, "<ul class=\"plain chips\">");
    write_chip(c, v, -1, call_tr(c, N_("All")), v->all->count);
    for (int s = 0; s < STANDING_COUNT; s++)
        if (v->all->in[s] > 0 || s == v->standing)
            write_chip(c, v, s, call_tr(c, probe_standing_words((enum probe_standing)s)), v->all->in[s]);
    html_raw(h, "</ul><form class=\"filter\" role=\"search\" action=\"/sondes\">");
    html_open(h, "input");
    html_attr(h, "type", "search");
    html_attr(h, "name", "q");
    html_attr(h, "value", v->text);
    html_attr_int(h, "maxlength", LIMIT_WEB_FILTER_CHARS);
    html_attr(h, "aria-label", call_tr(c, N_("Filter")));
    html_attr(h, "placeholder", call_tr(c, N_("name, service or address")));
    if (v->standing >= 0)
        form_hidden(c, "estat", probe_standing_code((enum probe_standing)v->standing));
    html_open(h, "button");
    html_attr(h, "class", "btn");
    html_text(h, call_tr(c, N_("Search")));
    html_close(h);
    html_raw(h, "</form>");
}

/* The hours that are summed up, and the one that runs as it stands. */
static void write_hours(struct call *c, const struct probe_line *x, instant_t at)
{
    struct probe_slot slots[PROBE_STRIP_HOURS + 1] = {0};
    instant_t from = probe_span_begin(SPAN_HOUR, at) - (instant_t)PROBE_STRIP_HOURS * 3600 * INSTANT_PER_SECOND;
    for (size_t i = 0; i < x->hour_count; i++) {
        size_t k = (size_t)((x->hours[i].began - from) / (3600 * INSTANT_PER_SECOND));
        if (k <= PROBE_STRIP_HOURS)
            slots[k] = (struct probe_slot){.known = true, .tally = x->hours[i].tally};
    }
    struct probe_slot *now = &slots[PROBE_STRIP_HOURS];
    if (!now->known && x->standing != STANDING_UNKNOWN && x->standing != STANDING_RESTING) {
        now->known = true;
        now->tally.down = x->standing == STANDING_DOWN;
        now->tally.maintenance = x->standing == STANDING_PAUSED;
        now->tally.up = now->tally.down == 0 && now->tally.maintenance == 0;
    }
    probe_strip_draw(&c->html, call_arena(c), slots, PROBE_STRIP_HOURS + 1,
                     probe_strip_words(c, call_tr(c, N_("Last hours")), slots, PROBE_STRIP_HOURS + 1));
}

static const char *const titles[] = {N_("Probe"), N_("Now"), N_("Last run"), N_("Last 24 hours"), N_("This month")};

static void write_month(struct call *c, const struct probe_line *x)
{
    struct html *h = &c->html;
    int up = probe_availability(&x->month), level = x->probe->level;
    html_open(h, "td");
    html_attr(h, "class", "r");
    html_attr(h, "data-h", call_tr(c, titles[4]));
    html_text(h, probe_percent(c, up));
    if (level > 0)
        html_element(h, "small",
                     call_text(c, up >= 0 && up < level ? N_("below the agreed %s") : N_("agreed: %s"),
                               probe_percent(c, level)));
    html_close(h);
}

static void write_row(struct call *c, const struct probe_line *x, instant_t at)
{
    struct html *h = &c->html;
    const char *why = probe_why(c, x);
    html_raw(h, "<tr><td>");
    part_link(c, probe_path(c, x->now.name), "name", x->now.name);
    if (x->probe->service[0] != '\0')
        html_element(h, "small", x->probe->service);
    html_raw(h, "</td><td>");
    part_standing(c, x, at);
    if (x->incident != 0) {
        html_raw(h, "<small>");
        part_link(c, incident_path(c, x->incident), NULL, call_tr(c, N_("What to do")));
        html_raw(h, "</small>");
    }
    html_raw(h, "</td>");
    html_open(h, "td");
    html_attr(h, "class", "what");
    html_attr(h, "data-h", call_tr(c, titles[2]));
    html_raw(h, "<span>");
    html_text(h, x->now.at == INSTANT_NONE ? "—" : probe_when(c, x->now.at));
    if (x->now.us >= 0)
        html_text(h, arena_printf(call_arena(c), " · %s", probe_ms(c, x->now.us)));
    if (why[0] != '\0')
        html_text(h, arena_printf(call_arena(c), " · %s", why));
    html_raw(h, "</span>");
    html_close(h);
    html_open(h, "td");
    html_attr(h, "class", "hours");
    write_hours(c, x, at);
    html_close(h);
    write_month(c, x);
    html_raw(h, "</tr>\n");
}

static void write_blind(struct call *c, const struct probe_lines *all)
{
    if (all->blind != INSTANT_NONE)
        part_notice(c, false, call_tr(c, N_("We are blind:")),
                    call_text(c, N_("our own network fails since %s. Nothing is concluded of any probe meanwhile."),
                              probe_when(c, all->blind)));
    else if (all->seen == INSTANT_NONE)
        part_notice(c, false, call_tr(c, N_("Nobody watches yet:")),
                    call_tr(c, N_("probes run where `talaia serve --roles prober` does.")));
}

static void write_list(struct call *c, const struct view_of *v)
{
    struct html *h = &c->html;
    if (v->count == 0) {
        part_empty(c, call_tr(c, N_("No probe is like this")), call_tr(c, N_("Take a word away, or choose All.")));
        return;
    }
    html_raw(h, "<div class=\"card tablewrap\"><table class=\"list probes\"><caption class=\"hide\">");
    html_text(h, call_tr(c, N_("Probes, those that fail first")));
    html_raw(h, "</caption>");
    part_table_head(c, titles, sizeof titles / sizeof *titles, 4);
    for (size_t i = 0; i < v->count; i++)
        write_row(c, v->items[i], v->all->at);
    html_raw(h, "</tbody></table></div><p class=\"sub legend\">");
    html_text(h, call_tr(c, N_("Red: down. Violet: we were blind. Grey: maintenance. A thin line: no data. None of the "
                               "last three counts as down, nor as up.")));
    html_raw(h, "</p>");
}

void page_probes(struct call *c)
{
    struct probe_lines all;
    struct view_of v = {.all = &all};
    if (!probe_lines_read(c->desk, call_arena(c), NULL, c->desk->by.at, &all, &c->err)) {
        call_failed(c);
        return;
    }
    choose(c, &v);
    size_t bad = all.in[STANDING_DOWN] + all.in[STANDING_FAILING];
    layout_begin(c, call_tr(c, N_("Probes")), PROBES);
    layout_head(c, call_tr(c, N_("Probes")),
                all.count == 0 ? NULL
                : bad > 0      ? words_count(call_arena(c), c->lang, "%zu probe fails", "%zu probes fail", bad)
                : all.in[STANDING_UNKNOWN] > 0 ? words_count(call_arena(c), c->lang, "nothing is known of %zu probe",
                                                             "nothing is known of %zu probes", all.in[STANDING_UNKNOWN])
                                               : call_tr(c, N_("all is well")));
    if (all.count == 0) {
        part_empty(
            c, call_tr(c, N_("There are no probes")),
            call_tr(c, N_("They are written in the profile's file probes.yaml; `talaia config check` reads it.")));
    } else {
        write_blind(c, &all);
        write_filter(c, &v);
        write_list(c, &v);
    }
    layout_end(c);
    call_page(c, 200);
}
