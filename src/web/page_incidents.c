/* Guàrdia: the incidents that last, those of before, and the page that the link of a message leads to. */
#include <inttypes.h>

#include "flow/incident.h"
#include "web/incident_page.h"
#include "web/layout.h"
#include "web/pages.h"
#include "web/words.h"

#define PAST_SHOWN 50

const char *incident_path(struct call *c, int64_t id)
{
    return arena_printf(call_arena(c), ON_CALL "/%" PRId64, id);
}

enum body_state incident_look_of(const struct incident *x)
{
    return incident_state(x) == INCIDENT_CLOSED ? STATE_GOOD : STATE_DOWN;
}

const char *incident_standing(struct call *c, const struct incident *x)
{
    return incident_state(x) == INCIDENT_TAKEN ? call_text(c, N_("%s has it"), x->acked_who)
                                               : call_tr(c, incident_state_words(incident_state(x)));
}

const char *incident_since(struct call *c, const struct incident *x)
{
    struct arena *a = call_arena(c);
    const char *hour = incident_hour(a, x->since);
    const char *took = duration_words(a, incident_seconds(x, c->desk->by.at));
    if (incident_state(x) == INCIDENT_CLOSED)
        return call_text(c, N_("%s, %s; it lasted %s"), words_date(a, c->lang, day_madrid(x->since)), hour, took);
    if (day_madrid(x->since) == c->desk->by.day)
        return call_text(c, N_("since %s (for %s)"), hour, took);
    return call_text(c, N_("since %s, %s (for %s)"), words_date(a, c->lang, day_madrid(x->since)), hour, took);
}

static void write_one(struct call *c, const struct incident *x)
{
    struct html *h = &c->html;
    html_raw(h, "<li><div>");
    part_state(c, incident_look_of(x), incident_standing(c, x));
    html_raw(h, " ");
    part_link(c, incident_path(c, x->id), "name", x->probe);
    html_raw(h, "<small class=\"sub\">");
    html_text(h, incident_since(c, x));
    html_text(h, " · ");
    html_text(h, x->seen);
    if (x->ticket[0] != '\0') {
        html_text(h, " · ");
        html_text(h, x->ticket);
    }
    html_raw(h, "</small></div></li>");
}

static void write_list(struct call *c, const struct incidents *all, bool closed)
{
    html_raw(&c->html, "<ul class=\"plain card owned\">");
    for (size_t i = 0; i < all->count; i++) {
        if (!closed || incident_state(&all->items[i]) == INCIDENT_CLOSED)
            write_one(c, &all->items[i]);
    }
    html_raw(&c->html, "</ul>");
}

void page_incidents(struct call *c)
{
    struct incidents open = {0}, last = {0};
    size_t past = 0;
    const struct incident_filter lasting = {.open_only = true}, before = {.most = PAST_SHOWN};
    if (!incidents_list(c->desk, call_arena(c), &lasting, &open, &c->err) ||
        !incidents_list(c->desk, call_arena(c), &before, &last, &c->err)) {
        call_failed(c);
        return;
    }
    for (size_t i = 0; i < last.count; i++)
        past += incident_state(&last.items[i]) == INCIDENT_CLOSED;
    layout_begin(c, call_tr(c, N_("On call")), ON_CALL);
    layout_head_open(c, call_tr(c, N_("On call")), NULL);
    part_link(c, ON_CALL "/despeses", "btn", call_tr(c, N_("Expenses")));
    layout_head_close(c);
    if (open.count == 0)
        part_empty(c, call_tr(c, N_("Nothing has failed")),
                   call_tr(c, N_("When a probe fails, its incident stands here, with what is to be done.")));
    else
        write_list(c, &open, false);
    if (past > 0) {
        layout_section(c, "abans", call_tr(c, N_("Before")), "");
        write_list(c, &last, true);
    }
    layout_end(c);
    call_page(c, 200);
}

/* ------------------------------------------------------------------ the link of a message */

/* Asking does nothing: programs look at links before people do. The button takes it. */
static void show_link(struct call *c, const struct link_view *v, size_t taken)
{
    struct html *h = &c->html;
    struct incident_whole w;
    bool open = false;
    layout_begin(c, call_tr(c, N_("On call")), "");
    layout_head(c, call_tr(c, N_("On call")), NULL);
    html_raw(h, "<ul class=\"plain card owned\">");
    for (size_t i = 0; i < v->count; i++) {
        if (!incident_look(c->desk, call_arena(c), v->incidents[i], &w, &c->err))
            continue;
        write_one(c, &w.incident);
        open = open || incident_state(&w.incident) == INCIDENT_OPEN;
    }
    html_raw(h, "</ul>");
    if (taken > 0)
        part_notice(c, true, call_tr(c, N_("It is yours.")), call_tr(c, N_("Nobody else is woken.")));
    else if (!open || v->link.used != INSTANT_NONE)
        part_notice(c, true, call_tr(c, N_("Nothing to take.")),
                    call_tr(c, N_("Somebody has it, or it is over already.")));
    else {
        const struct form f = {.action = c->request->path};
        form_open(c, &f, NULL);
        form_close(c, call_tr(c, N_("I take it")), true);
    }
    html_raw(h, "<p>");
    part_link(c, v->count == 1 ? incident_path(c, v->incidents[0]) : ON_CALL, "btn", call_tr(c, N_("What to do")));
    html_raw(h, "</p>");
    layout_end(c);
    call_page(c, 200);
}

static void no_link(struct call *c)
{
    if (c->err.code != ERR_UNKNOWN && c->err.code != ERR_STATE) {
        call_failed(c);
        return;
    }
    err_clear(&c->err);
    call_problem(c, 404, N_("This link is none of ours, or too old: log in at the desk, where the incident stands."));
}

void page_incident_link(struct call *c)
{
    struct link_view v;
    if (incident_link_look(c->desk, call_arena(c), call_path_end(c), &v, &c->err))
        show_link(c, &v, 0);
    else
        no_link(c);
}

void form_incident_link(struct call *c)
{
    struct link_view v;
    size_t taken = 0;
    if (incident_link_take(c->desk, call_arena(c), call_path_end(c), &taken, &c->err) &&
        incident_link_look(c->desk, call_arena(c), call_path_end(c), &v, &c->err))
        show_link(c, &v, taken);
    else
        no_link(c);
}
