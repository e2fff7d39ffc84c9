/* Caigudes: what is down now, for how long, and what was down lately. */
#include "web/charts.h"
#include "web/layout.h"
#include "web/pages.h"
#include "web/words.h"

static size_t outages_of(const struct view *v, int64_t body_id, struct arena *a, const struct outage **ret)
{
    struct outage *own = arena_array(a, struct outage, v->outage_count + 1);
    size_t n = 0;
    for (size_t i = 0; i < v->outage_count; i++) {
        if (v->outages[i].body_id == body_id)
            own[n++] = v->outages[i];
    }
    *ret = own;
    return n;
}

static void write_now(struct call *c, const struct view *v, const struct view_body *b)
{
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    const struct outage *o = b->outage, *own;
    size_t n = outages_of(v, b->body->id, a, &own);
    struct chart_days days = chart_days_of(own, n, v->day);
    html_raw(h, "<li class=\"card outage\"><div class=\"row between\"><div>");
    part_link(c, layout_body_path(c, b->body->id), "name", b->body->name);
    html_raw(h, "<p>");
    html_text(h, o->error);
    html_raw(h, "</p></div>");
    part_state(c, b->state, NULL);
    html_raw(h, "</div><p class=\"sub\">");
    part_day(c, o->since,
             call_text(c, N_("since %s (%s)"), words_weekday_date(a, c->lang, o->since),
                       words_distance(a, c->lang, o->since, v->day)));
    if (b->silence != NULL) {
        html_text(h, " · ");
        html_text(h, call_text(c, N_("silenced until %s: %s"), words_date(a, c->lang, b->silence->until),
                               b->silence->reason));
    }
    html_raw(h, "</p>");
    chart_bars(c, &days, v->day);
    html_raw(h, "<div class=\"row\">");
    part_link(c, layout_body_path(c, b->body->id), "btn", call_tr(c, N_("Note, silence or close")));
    html_raw(h, "</div></li>");
}

static void write_past(struct call *c, const struct view *v)
{
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    static const char *const titles[] = {N_("Body"), N_("Since"),         N_("Until"),
                                         N_("Days"), N_("What was seen"), N_("How it recovered")};
    size_t n = 0;
    for (size_t i = v->outage_count; i > 0; i--) {
        const struct outage *o = &v->outages[i - 1];
        const struct view_body *b = view_find(v, o->body_id);
        if (o->closed == DAY_NONE || o->closed > v->day || v->day - o->closed > LIMIT_WEB_PAST_DAYS || b == NULL)
            continue;
        if (n++ == 0) {
            html_raw(h, "<div class=\"card tablewrap\"><table class=\"list\"><thead><tr>");
            for (size_t k = 0; k < sizeof titles / sizeof *titles; k++) {
                html_open(h, "th");
                html_attr(h, "scope", "col");
                if (k == 3)
                    html_attr(h, "class", "r");
                html_text(h, call_tr(c, titles[k]));
                html_close(h);
            }
            html_raw(h, "</tr></thead><tbody>");
        }
        html_raw(h, "<tr><td>");
        part_link(c, layout_body_path(c, b->body->id), "name", b->short_name);
        html_raw(h, "</td>");
        const char *cells[] = {words_date(a, c->lang, o->since), words_date(a, c->lang, o->closed),
                               arena_printf(a, "%d", (int)(o->closed - o->since)), o->error, o->closing};
        for (size_t k = 0; k < sizeof cells / sizeof *cells; k++) {
            html_open(h, "td");
            html_attr(h, "class", k == 2 ? "r" : k > 2 ? "what" : "nowrap");
            html_attr(h, "data-h", call_tr(c, titles[k + 1]));
            html_text(h, cells[k][0] == '\0' ? "—" : cells[k]);
            html_close(h);
        }
        html_raw(h, "</tr>");
    }
    if (n > 0)
        html_raw(h, "</tbody></table></div>");
    else
        part_empty(c, call_tr(c, N_("No outage ended lately")),
                   call_text(c, N_("Those of the last %d days would stand here."), LIMIT_WEB_PAST_DAYS));
}

void page_outages(struct call *c)
{
    const struct view *v = call_view(c);
    struct html *h = &c->html;
    size_t n = 0;
    if (v == NULL)
        return;
    layout_begin(c, call_tr(c, N_("Outages")), "/caigudes");
    layout_head(c, call_tr(c, N_("Outages")),
                v->last_round.id == 0
                    ? call_tr(c, N_("No round of checks has been made yet"))
                    : call_text(c, N_("last round %s"), words_instant(call_arena(c), c->lang, v->last_round.started)));
    if (v->blind != INSTANT_NONE)
        part_notice(c, false, call_tr(c, N_("It is our own network.")),
                    call_tr(c, N_("Most bodies give no answer at all, and neither do the canaries: nothing is "
                                  "concluded of anybody.")));
    layout_section(c, "ara", call_tr(c, N_("Down now")), "");
    for (size_t i = 0; i < v->bodies.count; i++) {
        const struct view_body *b = v->sorted[i];
        if (b->outage == NULL || b->state == STATE_EXCLUDED || b->long_gone)
            continue;
        if (n++ == 0)
            html_raw(h, "<ul class=\"plain outages\">");
        write_now(c, v, b);
    }
    if (n > 0)
        html_raw(h, "</ul>");
    else
        part_empty(c, call_tr(c, N_("No body is down")), call_tr(c, N_("The next round looks again.")));
    layout_section(c, "abans", call_tr(c, N_("Over")), call_text(c, N_("%d days"), LIMIT_WEB_PAST_DAYS));
    write_past(c, v);
    layout_end(c);
    call_page(c, 200);
}
