/* Calendari: when certificates expire and warnings go out. What stands in it is decided in src/core and src/flow. */
#include "web/charts.h"
#include "web/feed.h"
#include "web/layout.h"
#include "web/pages.h"
#include "web/words.h"

enum {
    WEEKS = 53,
    PLAN_DAYS = WEEKS * 7,
    OPEN_LINES = 16,  /* more are folded by day */
    SOON_WEEKS = 6,   /* overloaded ones that are named; the map has them all */
    SHOWN_MOST = 600, /* lines of the list: sixty days of a thousand bodies have some hundreds */
};

/* A certificate and its last day. */
struct expiry {
    const struct view_body *body;
    enum cert_kind kind;
    day_t day;
};

struct calendar {
    struct call *call;
    const struct view *view;
    struct plan plan; /* in this person's language */
    struct chart_week weeks[WEEKS];
    const struct expiry *expiries; /* from today on, by day and name */
    size_t expiry_count, past;     /* past: certificates that have expired already */
    day_t week;                    /* Monday of the one that was asked for, DAY_NONE */
};

/* ------------------------------------------------------------------ what stands in it */

static int by_day(const void *a, const void *b)
{
    const struct expiry *x = a, *y = b;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    int name = strcmp(x->body->body->sort_key, y->body->body->sort_key);
    return name != 0 ? name : (int)x->kind - (int)y->kind;
}

static void gather(struct calendar *k)
{
    const struct view *v = k->view;
    struct expiry *all = arena_array(call_arena(k->call), struct expiry, v->bodies.count * CERT_KINDS + 1);
    for (size_t i = 0; i < v->bodies.count; i++) {
        const struct view_body *b = &v->items[i];
        for (int kind = 0; kind < CERT_KINDS && b->body->excluded == NULL && b->body->vanished == DAY_NONE; kind++) {
            day_t day = b->body->expires[kind];
            if (day != DAY_NONE && day < v->day)
                k->past++;
            else if (day != DAY_NONE)
                all[k->expiry_count++] = (struct expiry){b, (enum cert_kind)kind, day};
        }
    }
    if (k->expiry_count > 1)
        qsort(all, k->expiry_count, sizeof *all, by_day);
    k->expiries = all;
}

static void fill_weeks(struct calendar *k)
{
    day_t first = week_monday(k->view->day);
    for (int i = 0; i < WEEKS; i++)
        k->weeks[i].load = week_empty(&k->call->desk->files.profile, first + i * 7);
    for (size_t i = 0; i < k->plan.week_count; i++) {
        day_t monday = k->plan.weeks[i].monday;
        if (monday >= first && monday < first + WEEKS * 7)
            k->weeks[(monday - first) / 7].load = k->plan.weeks[i];
    }
    for (size_t i = 0; i < k->expiry_count && k->expiries[i].day < first + WEEKS * 7; i++)
        k->weeks[(k->expiries[i].day - first) / 7].expiries++;
}

/* The week that the address asks for; DAY_NONE when it asks for none that is here. */
static day_t week_asked(const struct calendar *k)
{
    day_t day, first = week_monday(k->view->day);
    if (!day_parse_iso(str_of(call_query(k->call, "setmana")), &day) || day < first || day >= first + WEEKS * 7)
        return DAY_NONE;
    return week_monday(day);
}

static bool load(struct calendar *k)
{
    struct call *c = k->call;
    if (!plan_make(c->desk, call_arena(c), PLAN_DAYS, &k->plan, &c->err))
        return false;
    gather(k);
    fill_weeks(k);
    k->week = week_asked(k);
    return true;
}

/* ------------------------------------------------------------------ lines */

/* "CDA 12 des. 2026 + CDS 20 des. 2026": those that the message names. */
static const char *certificates_of(struct call *c, const struct planned *p)
{
    struct arena *a = call_arena(c);
    const char *text = "";
    for (size_t i = 0; i < p->wcase.count; i++) {
        const struct case_cert *x = &p->wcase.certs[i];
        if (p->warning.names[x->kind])
            text = arena_printf(a, "%s%s%s %s", text, text[0] == '\0' ? "" : " + ", cert_kind_code(x->kind),
                                words_date(a, c->lang, x->expires));
    }
    return text;
}

static void write_warning(struct call *c, const struct planned *p)
{
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    html_raw(h, "<li>");
    part_state(c, STATE_SOON, call_text(c, N_("Warning < %d"), p->warning.threshold));
    html_raw(h, "<div>");
    part_link(c, layout_body_path(c, p->body->id), "name", p->body->name);
    html_open(h, "span");
    html_attr(h, "class", "why");
    html_text(h, arena_printf(a, "%s · %s", certificates_of(c, p),
                              p->contact_count == 0
                                  ? call_tr(c, N_("nobody to write to"))
                                  : words_count(a, c->lang, "to %zu contact", "to %zu contacts", p->contact_count)));
    html_close(h);
    html_raw(h, "</div></li>");
}

static void write_expiry(struct call *c, const struct expiry *x)
{
    struct html *h = &c->html;
    html_raw(h, "<li>");
    part_state(c, STATE_PAST, call_text(c, N_("%s expires"), cert_kind_code(x->kind)));
    html_raw(h, "<div>");
    part_link(c, layout_body_path(c, x->body->body->id), "name", x->body->body->name);
    const char *reason = view_reason(c->desk, x->body, c->lang);
    if (reason[0] != '\0') {
        html_open(h, "span");
        html_attr(h, "class", "why");
        html_text(h, reason);
        html_close(h);
    }
    html_raw(h, "</div></li>");
}

static void open_day(struct calendar *k, day_t d, size_t warnings, size_t expiries, bool open)
{
    struct call *c = k->call;
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    const char *sent = words_count(a, c->lang, "%zu warning", "%zu warnings", warnings);
    const char *ends = words_count(a, c->lang, "%zu expiry", "%zu expiries", expiries);
    html_open(h, "details");
    html_attr(h, "class", "day");
    if (open)
        html_attr(h, "open", NULL);
    html_raw(h, "<summary><strong>");
    part_day(c, d, words_weekday_date(a, c->lang, d));
    html_raw(h, "</strong> <span class=\"sub\">");
    html_text(h, words_distance(a, c->lang, d, k->view->day));
    html_raw(h, " · ");
    html_text(h, expiries == 0 ? sent : warnings == 0 ? ends : arena_printf(a, "%s · %s", sent, ends));
    html_raw(h, "</span></summary><ul class=\"plain happens\">");
}

/* Day by day what goes out and what expires; days are open while there are not more than `open` lines, folded after
 * that. What should have gone out before today goes out today. Returns how many lines there are in all. */
static size_t write_days(struct calendar *k, day_t from, day_t until, size_t open)
{
    struct call *c = k->call;
    struct html *h = &c->html;
    size_t w = 0, x = 0, all = 0;
    while (w < k->plan.count && k->plan.items[w].warning.on < from && from > k->view->day)
        w++;
    while (x < k->expiry_count && k->expiries[x].day < from)
        x++;
    for (day_t d = from; d <= until; d++) {
        size_t w_end = w, x_end = x;
        while (w_end < k->plan.count && k->plan.items[w_end].warning.on <= d)
            w_end++;
        while (x_end < k->expiry_count && k->expiries[x_end].day <= d)
            x_end++;
        size_t here = w_end - w + x_end - x;
        if (here > 0 && all < SHOWN_MOST) {
            open_day(k, d, w_end - w, x_end - x, all + here <= open);
            for (; w < w_end; w++)
                write_warning(c, &k->plan.items[w]);
            for (; x < x_end; x++)
                write_expiry(c, &k->expiries[x]);
            html_raw(h, "</ul>");
            html_close(h); /* of the day */
        }
        w = w_end, x = x_end;
        all += here;
    }
    return all;
}

/* ------------------------------------------------------------------ the year */

static void write_legend(struct call *c)
{
    struct html *h = &c->html;
    static const char *const signs[][2] = {
        {"▲", N_("overloaded week: more warnings than the profile allows")},
        {"•", N_("it has a holiday")},
        {"▨", N_("August")},
    };
    html_raw(h, "<ul class=\"plain legend\"><li>");
    html_text(h, call_tr(c, N_("The number is of certificates that expire; the stronger the colour, the more.")));
    html_raw(h, "</li>");
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        html_raw(h, "<li><span aria-hidden=\"true\">");
        html_text(h, signs[i][0]);
        html_raw(h, "</span> ");
        html_text(h, call_tr(c, signs[i][1]));
        html_raw(h, "</li>");
    }
    html_raw(h, "</ul>");
}

static void write_year_table(struct calendar *k)
{
    static const char *const titles[] = {N_("Week of"), N_("Expiries"), N_("Warnings"), N_("What is special")};
    struct call *c = k->call;
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    html_raw(h, "<details class=\"astable\">");
    html_element(h, "summary", call_tr(c, N_("The same as a table")));
    html_raw(h, "<div class=\"card tablewrap\"><table><thead><tr>");
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        html_open(h, "th");
        html_attr(h, "scope", "col");
        if (i == 1 || i == 2)
            html_attr(h, "class", "r");
        html_text(h, call_tr(c, titles[i]));
        html_close(h);
    }
    html_raw(h, "</tr></thead><tbody>");
    for (size_t i = 0; i < WEEKS; i++) {
        const struct chart_week *w = &k->weeks[i];
        const char *cells[] = {words_date(a, c->lang, w->load.monday), arena_printf(a, "%zu", w->expiries),
                               arena_printf(a, "%zu", w->load.count), plan_week_words(c->desk, a, &w->load)};
        html_raw(h, "<tr>");
        for (size_t n = 0; n < sizeof cells / sizeof *cells; n++) {
            html_open(h, "td");
            html_attr(h, "data-h", call_tr(c, titles[n]));
            html_attr(h, "class", n == 0 ? "nowrap" : n == 3 ? "what" : "r");
            html_text(h, cells[n]);
            html_close(h);
        }
        html_raw(h, "</tr>");
    }
    html_raw(h, "</tbody></table></div></details>");
}

/* Weeks that somebody should spread out before they come. */
static void write_overloaded(struct calendar *k)
{
    struct call *c = k->call;
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    size_t n = 0;
    char iso[DAY_TEXT_BYTES];
    for (size_t i = 0; i < WEEKS; i++) {
        const struct week_load *w = &k->weeks[i].load;
        if (!w->overloaded || n++ >= SOON_WEEKS)
            continue;
        if (n == 1) {
            layout_section(c, "sobrecarrega", call_tr(c, N_("Overloaded weeks")), "");
            html_raw(h, "<ul class=\"plain over weeks\">");
        }
        html_raw(h, "<li>");
        part_link(c, arena_printf(a, "/calendari?setmana=%s#setmana", day_iso(w->monday, iso)), NULL,
                  call_text(c, N_("Week of %s"), words_date(a, c->lang, w->monday)));
        html_text(h, arena_printf(a, ": %s", plan_week_words(c->desk, a, w)));
        html_raw(h, "</li>");
    }
    if (n > SOON_WEEKS) {
        html_raw(h, "<li class=\"sub\">");
        html_text(
            h, words_count(a, c->lang, "and %zu more, marked with ▲", "and %zu more, marked with ▲", n - SOON_WEEKS));
        html_raw(h, "</li>");
    }
    if (n > 0)
        html_raw(h, "</ul>");
}

/* What happens in the week that was asked for, or in the next sixty days. */
static void write_list(struct calendar *k)
{
    struct call *c = k->call;
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    bool asked = k->week != DAY_NONE;
    day_t from = asked && k->week > k->view->day ? k->week : k->view->day;
    day_t until = asked ? k->week + 6 : k->view->day + VIEW_PLAN_DAYS;
    if (asked)
        layout_section(c, "setmana", call_text(c, N_("Week of %s"), words_date(a, c->lang, k->week)),
                       plan_week_words(c->desk, a, &k->weeks[(k->week - k->weeks[0].load.monday) / 7].load));
    else
        layout_section(c, "dies", call_text(c, N_("The next %d days"), VIEW_PLAN_DAYS), "");
    html_raw(h, "<div class=\"card inset\">");
    size_t n = write_days(k, from, until, OPEN_LINES);
    if (n == 0)
        html_element(h, "p", call_tr(c, N_("Nothing goes out and nothing expires.")));
    if (n > SHOWN_MOST)
        html_element(h, "p", call_text(c, N_("There are %zu lines in all; each week of the map has its own."), n));
    html_raw(h, "</div>");
    if (asked) {
        html_raw(h, "<p>");
        part_link(c, "/calendari", NULL, call_text(c, N_("The next %d days"), VIEW_PLAN_DAYS));
        html_raw(h, "</p>");
    }
}

static void write_page(struct calendar *k)
{
    struct call *c = k->call;
    struct html *h = &c->html;
    layout_begin(c, call_tr(c, N_("Calendar")), "/calendari");
    layout_head_open(c, call_tr(c, N_("Calendar")),
                     call_text(c, N_("What expires and what is sent, from %s on"),
                               words_weekday_date(call_arena(c), c->lang, k->view->day)));
    part_link(c, "/calendari.ics", "btn", call_tr(c, N_("Download .ics")));
    layout_head_close(c);
    if (k->past > 0) {
        html_raw(h, "<p class=\"sub\">");
        part_link(c, arena_printf(call_arena(c), "/ens?q=%s", layout_encode(c, call_tr(c, N_("state:expired")))), NULL,
                  words_count(call_arena(c), c->lang, "%zu certificate has expired already",
                              "%zu certificates have expired already", k->past));
        html_raw(h, "</p>");
    }
    html_raw(h, "<div class=\"year\"><div>");
    layout_section(c, "any", call_tr(c, N_("Expiries by week")), "");
    html_raw(h, "<div class=\"card inset\">");
    chart_heat(c, k->weeks, WEEKS, k->week);
    write_legend(c);
    html_raw(h, "</div>");
    write_year_table(k);
    write_overloaded(k);
    html_raw(h, "</div><div>");
    write_list(k);
    html_raw(h, "</div></div>");
}

void page_calendar(struct call *c)
{
    struct calendar *k = arena_new(call_arena(c), struct calendar);
    k->call = c;
    k->view = call_view(c);
    if (k->view == NULL)
        return;
    if (!load(k)) {
        call_failed(c);
        return;
    }
    write_page(k);
    if (feed_section(c, NULL, NULL))
        call_page(c, 200);
}
