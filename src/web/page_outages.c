/* Caigudes: what is down now and for how long, how available the bodies were, what was down before. */
#include "web/outages.h"

#include "base/text.h"
#include "web/charts.h"
#include "web/csv.h"
#include "web/pages.h"
#include "web/pages_data.h"
#include "web/words.h"

enum { SHOWN_MOST = 300 }; /* lines of the past; the file has all */

/* ------------------------------------------------------------------ what there is */

/* A body that is or was down lately, and its days. */
struct troubled {
    const struct view_body *body;
    struct chart_days days;
};

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

static bool was_down_lately(const struct view *v, int64_t body_id)
{
    for (size_t i = 0; i < v->outage_count; i++) {
        const struct outage *o = &v->outages[i];
        if (o->body_id == body_id && (o->closed == DAY_NONE || o->closed > v->day - LIMIT_WEB_PAST_DAYS))
            return true;
    }
    return false;
}

static int most_down(const void *a, const void *b)
{
    const struct troubled *x = a, *y = b;
    if ((x->body->outage != NULL) != (y->body->outage != NULL))
        return x->body->outage != NULL ? -1 : 1;
    if (x->days.down_count != y->days.down_count)
        return x->days.down_count > y->days.down_count ? -1 : 1;
    return strcmp(x->body->body->sort_key, y->body->body->sort_key);
}

/* False after an answer. */
static bool load_troubled(struct call *c, const struct view *v, struct troubled **ret, size_t *ret_count)
{
    struct arena *a = call_arena(c);
    struct troubled *list = arena_array(a, struct troubled, v->bodies.count + 1);
    struct tx tx = {0};
    size_t n = 0;
    bool ok = tx_begin(c->desk->store, TX_READ, &tx, &c->err);
    for (size_t i = 0; ok && i < v->bodies.count; i++) {
        const struct view_body *b = v->sorted[i];
        const struct outage *own;
        bool checked[LIMIT_WEB_PAST_DAYS];
        if (b->state == STATE_EXCLUDED || b->long_gone || !was_down_lately(v, b->body->id))
            continue;
        size_t count = outages_of(v, b->body->id, a, &own);
        ok = days_checked(&tx, b->body->id, v->day, checked, LIMIT_WEB_PAST_DAYS, &c->err);
        list[n++] = (struct troubled){b, chart_days_of(c, own, count, checked, v->day)};
    }
    tx_rollback(&tx);
    if (!ok) {
        call_failed(c);
        return false;
    }
    if (n > 1)
        qsort(list, n, sizeof *list, most_down);
    *ret = list;
    *ret_count = n;
    return true;
}

/* ------------------------------------------------------------------ now */

static void write_now(struct call *c, const struct view *v, const struct troubled *t)
{
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    const struct view_body *b = t->body;
    const struct outage *o = b->outage;
    html_raw(h, "<li class=\"card outage\"><div class=\"row between\"><div>");
    part_link(c, layout_body_path(c, b->body->id), "name", b->body->name);
    html_raw(h, "<p>");
    html_text(h, o->error);
    html_raw(h, "</p></div>");
    part_state(c, b->state, NULL);
    html_raw(h, "</div><p class=\"sub\">");
    part_day(c, o->since, call_text(c, N_("since %s"), words_weekday_date(a, c->lang, o->since)));
    html_text(h, arena_printf(a, " · %s",
                              words_count(a, c->lang, "%zu day down", "%zu days down",
                                          (size_t)(v->day > o->since ? v->day - o->since : 0))));
    if (b->silence != NULL) {
        html_text(h, " · ");
        html_text(h, call_text(c, N_("silenced until %s: %s"), words_date(a, c->lang, b->silence->until),
                               b->silence->reason));
    }
    html_raw(h, "</p><div class=\"row\">");
    part_link(c, layout_body_path(c, b->body->id), "btn", call_tr(c, N_("Note, silence or close")));
    html_raw(h, "</div></li>");
}

/* ------------------------------------------------------------------ availability */

static void write_availability(struct call *c, const struct view *v, const struct troubled *list, size_t count)
{
    struct html *h = &c->html;
    layout_section(c, "disponibilitat", call_tr(c, N_("Availability")),
                   call_text(c, N_("bodies that were down in the last %d days"), LIMIT_WEB_PAST_DAYS));
    if (count == 0) {
        part_empty(c, call_tr(c, N_("No body was down")),
                   call_tr(c, N_("Each body's page has its own days, whether it was down or not.")));
        return;
    }
    html_raw(h, "<ul class=\"plain card avail\">");
    for (size_t i = 0; i < count; i++) {
        html_raw(h, "<li>");
        part_link(c, layout_body_path(c, list[i].body->body->id), "name", list[i].body->short_name);
        chart_bars(c, &list[i].days, v->day);
        html_open(h, "span");
        html_attr(h, "class", "num");
        html_text(h, list[i].days.words);
        html_close(h);
        html_raw(h, "</li>");
    }
    html_raw(h, "</ul><p class=\"sub\">");
    html_text(h, call_tr(c, N_("A low bar is a day without data: nobody looked, or it was our own network.")));
    html_raw(h, "</p>");
}

/* ------------------------------------------------------------------ before */

struct past {
    const char *text, *folded; /* words of a body's name or of the cause */
    day_t from, until;
};

static struct past read_past(struct call *c, const struct view *v)
{
    struct past p = {.from = v->day - LIMIT_WEB_PAST_DAYS, .until = v->day};
    p.text = arena_text(call_arena(c), str_utf8_cut(str_of(call_query(c, "q")), LIMIT_WEB_FILTER_CHARS));
    p.folded = text_fold(call_arena(c), str_of(p.text));
    if (!words_day(str_of(call_query(c, "des")), &p.from))
        p.from = v->day - LIMIT_WEB_PAST_DAYS;
    if (!words_day(str_of(call_query(c, "fins")), &p.until))
        p.until = v->day;
    return p;
}

/* Over, touching those days, with those words. */
static bool past_holds(struct call *c, const struct past *p, const struct outage *o, const struct view_body *b,
                       day_t today)
{
    if (b == NULL || o->closed == DAY_NONE || o->closed > today || o->closed < p->from || o->since > p->until)
        return false;
    return p->folded[0] == '\0' || strstr(b->fold, p->folded) != NULL ||
           strstr(text_fold(call_arena(c), str_of(o->error)), p->folded) != NULL ||
           strstr(text_fold(call_arena(c), str_of(o->closing)), p->folded) != NULL;
}

static const char *const past_titles[] = {N_("Body"), N_("Since"),         N_("Until"),
                                          N_("Days"), N_("What was seen"), N_("How it recovered")};
enum { PAST_COLUMNS = sizeof past_titles / sizeof *past_titles };

static void write_past_row(struct call *c, const struct outage *o, const struct view_body *b)
{
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    const char *cells[] = {words_date(a, c->lang, o->since), words_date(a, c->lang, o->closed),
                           arena_printf(a, "%d", (int)(o->closed - o->since)), o->error, o->closing};
    html_raw(h, "<tr><td>");
    part_link(c, layout_body_path(c, b->body->id), "name", b->short_name);
    html_raw(h, "</td>");
    for (size_t k = 0; k < sizeof cells / sizeof *cells; k++) {
        html_open(h, "td");
        html_attr(h, "class", k == 2 ? "r" : k > 2 ? "what" : "nowrap");
        html_attr(h, "data-h", call_tr(c, past_titles[k + 1]));
        html_text(h, cells[k][0] == '\0' ? "—" : cells[k]);
        html_close(h);
    }
    html_raw(h, "</tr>");
}

static void write_past_form(struct call *c, const struct past *p)
{
    struct html *h = &c->html;
    char from[DAY_TEXT_BYTES], until[DAY_TEXT_BYTES];
    const struct {
        const char *name, *label, *value;
    } fields[] = {{"q", N_("Filter"), p->text},
                  {"des", N_("From"), day_iso(p->from, from)},
                  {"fins", N_("Until"), day_iso(p->until, until)}};
    html_raw(h, "<form class=\"filter\" role=\"search\" action=\"/caigudes#abans\">");
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (i > 0) {
            form_date(c, fields[i].name, fields[i].value);
        } else {
            html_open(h, "input");
            html_attr(h, "type", "search");
            html_attr(h, "name", fields[i].name);
            html_attr(h, "value", fields[i].value);
        }
        html_attr(h, "aria-label", call_tr(c, fields[i].label));
        if (i == 0) {
            html_attr(h, "id", "qa");
            html_attr_int(h, "maxlength", LIMIT_WEB_FILTER_CHARS);
            html_attr(h, "placeholder", call_tr(c, N_("name of a body, or what was seen")));
        }
    }
    html_open(h, "button");
    html_attr(h, "class", "btn");
    html_text(h, call_tr(c, N_("Search")));
    html_close(h);
    html_raw(h, "</form>");
    html_raw(h, "<p class=\"sub row tools\">");
    part_link(c,
              arena_printf(call_arena(c), "/caigudes.csv?q=%s&des=%s&fins=%s", layout_encode(c, p->text), from, until),
              NULL, call_tr(c, N_("Download CSV")));
    html_raw(h, "</p>");
}

static void write_past(struct call *c, const struct view *v)
{
    struct html *h = &c->html;
    const struct past p = read_past(c, v);
    size_t n = 0;
    layout_section(c, "abans", call_tr(c, N_("Over")), "");
    write_past_form(c, &p);
    for (size_t i = v->outage_count; i > 0; i--) {
        const struct outage *o = &v->outages[i - 1];
        const struct view_body *b = view_find(v, o->body_id);
        if (!past_holds(c, &p, o, b, v->day) || n++ >= SHOWN_MOST)
            continue;
        if (n == 1) {
            html_raw(h, "<div class=\"card tablewrap\"><table class=\"list\">");
            part_table_head(c, past_titles, PAST_COLUMNS, 3);
        }
        write_past_row(c, o, b);
    }
    if (n > 0)
        html_raw(h, "</tbody></table></div>");
    else
        part_empty(c, call_tr(c, N_("No outage is like this")),
                   call_tr(c, N_("Choose other days, or take a word away.")));
    if (n > SHOWN_MOST)
        html_element(h, "p", call_text(c, N_("There are %zu in all; the file has them."), n));
}

void page_outages_csv(struct call *c)
{
    const struct view *v = call_view(c);
    struct buf out = BUF_INIT(LIMIT_WEB_PAGE_BYTES);
    if (v == NULL)
        return;
    const struct past p = read_past(c, v);
    csv_begin(&out);
    for (size_t k = 0; k < PAST_COLUMNS; k++)
        csv_cell(&out, call_tr(c, past_titles[k]), k + 1 == PAST_COLUMNS);
    for (size_t i = v->outage_count; i > 0; i--) {
        const struct outage *o = &v->outages[i - 1];
        const struct view_body *b = view_find(v, o->body_id);
        char since[DAY_TEXT_BYTES], closed[DAY_TEXT_BYTES];
        if (!past_holds(c, &p, o, b, v->day))
            continue;
        csv_cell(&out, b->body->name, false);
        csv_cell(&out, day_dmy(o->since, since), false);
        csv_cell(&out, day_dmy(o->closed, closed), false);
        csv_cell(&out, arena_printf(call_arena(c), "%d", (int)(o->closed - o->since)), false);
        csv_cell(&out, o->error, false);
        csv_cell(&out, o->closing, true);
    }
    csv_send(c, &out, "caigudes.csv");
}

/* ------------------------------------------------------------------ the page */

void outages_show(struct call *c, const struct form *refused, int status)
{
    const struct view *v = call_view(c);
    struct html *h = &c->html;
    struct troubled *list;
    size_t count, n = 0;
    if (v == NULL || !load_troubled(c, v, &list, &count))
        return;
    layout_begin(c, call_tr(c, N_("Outages")), "/caigudes");
    layout_head(c, call_tr(c, N_("Outages")),
                v->last_round.id == 0
                    ? call_tr(c, N_("No round of checks has been made yet"))
                    : call_text(c, N_("last round %s"), words_instant(call_arena(c), c->lang, v->last_round.started)));
    if (strcmp(call_query(c, "fet"), "silenci") == 0)
        part_notice(c, true, call_tr(c, N_("Done.")), call_tr(c, N_("It stands below, under silences.")));
    if (v->blind != INSTANT_NONE)
        part_notice(c, false, call_tr(c, N_("It is our own network.")),
                    call_tr(c, N_("Most bodies give no answer at all, and neither do the canaries: nothing is "
                                  "concluded of anybody.")));
    layout_section(c, "ara", call_tr(c, N_("Down now")), "");
    for (size_t i = 0; i < count && list[i].body->outage != NULL; i++) {
        if (n++ == 0)
            html_raw(h, "<ul class=\"plain outages\">");
        write_now(c, v, &list[i]);
    }
    if (n > 0)
        html_raw(h, "</ul>");
    else
        part_empty(c, call_tr(c, N_("No body is down")), call_tr(c, N_("The next round looks again.")));
    if (!silences_section(c, v, refused))
        return;
    write_availability(c, v, list, count);
    write_past(c, v);
    layout_end(c);
    call_page(c, status);
}

void page_outages(struct call *c)
{
    outages_show(c, NULL, 200);
}
