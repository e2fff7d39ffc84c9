/* Un ens: everything that is known of one body. */
#include <stdio.h>

#include "record/contact.h"
#include "record/history.h"
#include "record/renewal.h"
#include "web/body_parts.h"
#include "web/charts.h"
#include "web/layout.h"
#include "web/pages.h"
#include "web/words.h"

static bool load(struct call *c, struct body_page *p)
{
    struct desk *d = c->desk;
    struct arena *a = &d->arena;
    struct tx tx = {0};
    int64_t id = p->item->body->id;
    if (!tx_begin(d->store, TX_READ, &tx, &c->err))
        return false;
    bool ok = observations_last(&tx, a, id, &p->seen, &p->seen_count, &c->err) &&
              contacts_every(&tx, a, id, false, &p->contacts, &p->contact_count, &c->err) &&
              given_certificates_load(&tx, a, id, &p->given, &p->given_count, &c->err) &&
              outages_load(&tx, a, id, d->by.day, false, &p->outages, &p->outage_count, &c->err) &&
              actions_load(&tx, a, id, DAY_NONE, d->by.day, &p->actions, &p->action_count, &c->err) &&
              renewals_load(&tx, a, id, d->by.day, &p->renewals, &c->err) &&
              history_load(&tx, a, id, LIMIT_WEB_TIMELINE, &p->events, &p->event_count, &c->err);
    ok = ok && days_checked(&tx, id, d->by.day, p->checked, LIMIT_WEB_PAST_DAYS, &c->err);
    ok = ok && status_load(d, &tx, a, p->item->body, &p->status, &c->err);
    ok = ok && body_chains_load(c, &tx, p);
    tx_rollback(&tx);
    return ok;
}

/* ------------------------------------------------------------------ facts */

static void fact_open(struct call *c, const char *label)
{
    struct html *h = &c->html;
    html_raw(h, "<div class=\"card\">");
    html_element(h, "dt", label);
    html_open(h, "dd");
}

static void fact_close(struct call *c, const char *remark)
{
    struct html *h = &c->html;
    if (remark[0] != '\0')
        html_element(h, "small", remark);
    html_close(h);
    html_raw(h, "</div>");
}

static void fact_state(struct call *c, const struct body_page *p)
{
    struct arena *a = call_arena(c);
    const struct view_body *b = p->item;
    const char *remark = view_reason(c->desk, b, c->lang);
    fact_open(c, call_tr(c, N_("State")));
    part_state(c, b->state, NULL);
    if (b->outage != NULL)
        remark = call_text(c, N_("since %s (%s)"), words_weekday_date(a, c->lang, b->outage->since),
                           words_distance(a, c->lang, b->outage->since, p->view->day));
    if (b->silence != NULL)
        remark = call_text(c, N_("silenced until %s by %s: %s"), words_date(a, c->lang, b->silence->until),
                           b->silence->who, b->silence->reason);
    if (b->body->vanished != DAY_NONE)
        remark = call_text(c, N_("left the registry on %s"), words_date(a, c->lang, b->body->vanished));
    fact_close(c, remark);
}

static void fact_certificate(struct call *c, const struct body_page *p, enum cert_kind kind)
{
    struct arena *a = call_arena(c);
    const struct view_body *b = p->item;
    day_t d = b->body->expires[kind];
    fact_open(c, kind == CERT_CDS ? call_tr(c, N_("CDS · server")) : call_tr(c, N_("CDA · application")));
    const char *remark = call_tr(c, N_("the registry has no date"));
    if (d == DAY_NONE) {
        html_text(&c->html, "—");
    } else {
        part_day(c, d, words_expiry(c, b->body, kind, p->view->day));
        const char *agrees = kind == CERT_CDS && b->watch != NULL
                                 ? call_tr(c, reconciliation_text(b->watch->reconciliation))
                                 : call_tr(c, N_("as the registry declares it"));
        /* On its last day the hour matters. */
        instant_t ends = d == p->view->day ? b->body->ends[kind] : INSTANT_NONE;
        const char *when = ends == INSTANT_NONE ? words_weekday_date(a, c->lang, d) : words_instant(a, c->lang, ends);
        remark = arena_printf(a, "%s · %s", when, agrees);
    }
    fact_close(c, remark);
}

/* Of the case that is most urgent, in this person's language: the plan is in that of whoever asked first. */
static const char *why_next(const struct body_page *p)
{
    return p->status.count == 0 ? "" : p->status.items[0].next_long;
}

static void fact_warning(struct call *c, const struct body_page *p)
{
    struct arena *a = call_arena(c);
    const struct planned *n = p->item->next;
    fact_open(c, call_tr(c, N_("Next warning")));
    if (n == NULL) {
        html_text(&c->html, "—");
        fact_close(c,
                   why_next(p)[0] != '\0' ? why_next(p) : call_text(c, N_("none in the next %d days"), VIEW_PLAN_DAYS));
        return;
    }
    part_day(c, n->warning.on, words_distance(a, c->lang, n->warning.on, p->view->day));
    const char *to = words_count(a, c->lang, "to %zu contact", "to %zu contacts", n->contact_count);
    fact_close(c, arena_printf(a, "%s · %s · %s", words_weekday_date(a, c->lang, n->warning.on), to, why_next(p)));
}

static void write_facts(struct call *c, const struct body_page *p)
{
    html_raw(&c->html, "<dl class=\"facts\">");
    fact_state(c, p);
    fact_certificate(c, p, CERT_CDS);
    fact_certificate(c, p, CERT_CDA);
    fact_warning(c, p);
    html_raw(&c->html, "</dl>");
}

/* ------------------------------------------------------------------ the page */

static void write_heading(struct call *c, const struct body_page *p)
{
    const struct body *b = p->item->body;
    struct arena *a = call_arena(c);
    const char *sub = arena_printf(a, "%s%s%s · %s", b->ine10[0] != '\0' ? "INE10 " : "",
                                   b->ine10[0] != '\0' ? b->ine10 : call_tr(c, N_("INE10 unknown")),
                                   strcmp(b->description, b->name) == 0 ? "" : arena_printf(a, " · %s", b->description),
                                   platform_code(b->platform));
    layout_head_open(c, b->name, sub);
    const struct form f = {.action = arena_printf(a, "%s/comprova", layout_body_path(c, b->id))};
    if (b->endpoint[0] != '\0' && call_may(c, PERMISSION_ROUND) && !p->checking) {
        form_open(c, &f, NULL);
        form_close(c, call_tr(c, N_("Check now")), false);
    }
    layout_head_close(c);
}

/* What is being asked, address by address, with the time since it began. */
static void write_steps(struct call *c)
{
    struct html *h = &c->html;
    struct job_state s;
    job_look(&c->site->jobs, JOB_CHECK, call_arena(c), &s);
    html_open(h, "ol");
    html_attr(h, "class", "steps");
    html_attr(h, "id", "passos");
    html_attr(h, "data-running", s.runs && s.about == c->id ? "1" : "0");
    html_attr(h, "data-from", arena_printf(call_arena(c), "%s/passos", layout_body_path(c, c->id)));
    for (size_t i = 0; s.about == c->id && i < s.line_count; i++) {
        html_raw(h, "<li>");
        html_element(h, "strong", s.lines[i].what);
        html_text(h, " ");
        html_text(h, s.lines[i].detail);
        html_raw(h, " <span class=\"sub num\">");
        html_text(h, arena_printf(call_arena(c), "+%.2f s",
                                  (double)(s.lines[i].at - s.lines[0].at) / (double)INSTANT_PER_SECOND));
        html_raw(h, "</span></li>");
    }
    html_close(h);
}

/* The same alone, for who asks again and again meanwhile. */
void page_checking(struct call *c)
{
    write_steps(c);
    call_page(c, 200);
}

/* While the round goes on the page comes again by itself, also without JavaScript. */
static void write_checking(struct call *c, const struct body_page *p)
{
    if (p->checking) {
        call_header(c, "Refresh", arena_printf(call_arena(c), "2; url=%s", layout_body_path(c, c->id)));
        part_notice(c, true, call_tr(c, N_("It is being checked.")),
                    call_tr(c, N_("What is seen will stand below in some seconds.")));
        write_steps(c);
    } else if (strcmp(call_query(c, "fet"), "ocupat") == 0) {
        part_notice(c, false, call_tr(c, N_("Not done:")),
                    call_tr(c, N_("another body is being checked; try again in some seconds.")));
    }
}

/* What was done is said once, after it was done. */
static void write_done(struct call *c)
{
    static const struct {
        const char *code, *text;
    } done[] = {
        {"contacte", N_("The contact is written to from now on.")},
        {"accio", N_("The action is noted; it goes into the report's table OK.")},
        {"comentari", N_("The comment has a new line.")},
        {"comentari-sencer", N_("The comment is saved.")},
        {"accio-corregeix", N_("The action is corrected.")},
        {"accio-retira", N_("The action is taken back.")},
        {"resposta", N_("The answer is noted: no more warnings go out for these certificates.")},
        {"marca", N_("Marked as not verifiable.")},
        {"desmarca", N_("The mark is lifted.")},
        {"caiguda", N_("The outage is open.")},
        {"caiguda-nota", N_("Noted in the outage.")},
        {"caiguda-fi", N_("The outage is over.")},
        {"silenci", N_("Silenced: it does not go down meanwhile.")},
        {"silenci-fi", N_("The silence is lifted.")},
    };
    const char *code = call_query(c, "fet");
    for (size_t i = 0; i < sizeof done / sizeof *done; i++) {
        if (strcmp(done[i].code, code) == 0)
            part_notice(c, true, call_tr(c, N_("Done.")), call_tr(c, done[i].text));
    }
}

static void write_availability(struct call *c, const struct body_page *p)
{
    struct arena *a = call_arena(c);
    struct chart_days days = chart_days_of(c, p->outages, p->outage_count, p->checked, p->view->day);
    layout_section(c, "disponibilitat", call_tr(c, N_("Availability")), days.words);
    chart_bars(c, &days, p->view->day);
    if (p->outage_count == 0)
        return;
    html_raw(&c->html, "<ul class=\"plain over\">");
    for (size_t i = p->outage_count; i > 0 && i + 8 > p->outage_count; i--) {
        const struct outage *o = &p->outages[i - 1];
        html_raw(&c->html, "<li>");
        part_day(c, o->since, words_date(a, c->lang, o->since));
        html_text(&c->html, " – ");
        html_text(&c->html, o->closed == DAY_NONE ? call_tr(c, N_("lasts")) : words_date(a, c->lang, o->closed));
        html_text(&c->html, ": ");
        html_text(&c->html, o->error);
        html_raw(&c->html, "</li>");
    }
    html_raw(&c->html, "</ul>");
}

void body_show(struct call *c, const struct form *refused, int status)
{
    struct body_page p = {.refused = refused, .checking = job_runs(&c->site->jobs, JOB_CHECK, c->id)};
    p.view = call_view(c);
    if (p.view == NULL)
        return;
    p.item = view_find(p.view, c->id);
    if (p.item == NULL) {
        call_problem(c, 404, N_("There is no body with this number."));
        return;
    }
    if (!load(c, &p)) {
        call_failed(c);
        return;
    }
    layout_begin(c, p.item->body->name, "/ens");
    write_heading(c, &p);
    write_done(c);
    write_checking(c, &p);
    body_buttons(c, &p);
    write_facts(c, &p);
    body_observed(c, &p);
    body_certificates(c, &p);
    body_cases(c, &p);
    write_availability(c, &p);
    body_contacts(c, &p);
    body_actions(c, &p);
    body_timeline(c, &p);
    layout_end(c);
    call_page(c, status);
}

void page_body(struct call *c)
{
    body_show(c, NULL, 200);
}

bool check_begin(struct call *c, const struct body *b, bool *ret_began)
{
    enum job_begun begun;
    /* The registry's number when there is one: two rows may bear one description. */
    const char *name = b->source_id[0] == '\0' ? b->description : arena_printf(call_arena(c), "#%s", b->source_id);
    const struct job_request x = {
        .kind = JOB_CHECK, .input = name, .about = b->id, .by = &c->desk->by, .lang = c->lang};
    if (!job_begin(&c->site->jobs, &x, &begun, &c->err))
        return false;
    *ret_began = begun == JOB_BEGAN;
    return true;
}

void form_check(struct call *c)
{
    bool began;
    const struct view *v = call_view(c);
    const struct view_body *x = v == NULL ? NULL : view_find(v, c->id);
    if (v == NULL)
        return;
    if (x == NULL)
        call_problem(c, 404, N_("There is no body with this number."));
    else if (!check_begin(c, x->body, &began))
        call_failed(c);
    else
        call_redirect(c, began ? layout_body_path(c, c->id)
                               : arena_printf(call_arena(c), "%s?fet=ocupat", layout_body_path(c, c->id)));
}
