/* The audit trail: looked through, verified, taken away as a table. */
#include "record/audit.h"
#include "table/table.h"
#include "web/admin.h"
#include "web/pages.h"
#include "web/words.h"

#define TRAIL "/auditoria"

/* ------------------------------------------------------------------ the filter */

/* Midnight in Madrid at the beginning of that day. */
static instant_t midnight(day_t day)
{
    instant_t t = (instant_t)day * 86400 * INSTANT_PER_SECOND;
    return t - (instant_t)madrid_offset(t - (instant_t)madrid_offset(t) * INSTANT_PER_SECOND) * INSTANT_PER_SECOND;
}

static bool read_from(struct call *c, const char *name, int add, instant_t *ret)
{
    const char *text = call_query(c, name);
    day_t day;
    *ret = INSTANT_NONE;
    if (text[0] == '\0')
        return true;
    if (!words_day(str_of(text), &day))
        return false;
    *ret = midnight(day + add);
    return true;
}

/* False when a day is none: it is left out, and said. */
static bool read_filter(struct call *c, struct audit_filter *f)
{
    *f =
        (struct audit_filter){.who = call_query(c, "qui"), .what = call_query(c, "que"), .text = call_query(c, "text")};
    bool from = read_from(c, "des", 0, &f->from), until = read_from(c, "fins", 1, &f->until);
    return from && until;
}

static void option(struct call *c, const char *value, const char *words, const char *now)
{
    struct html *h = &c->html;
    html_open(h, "option");
    html_attr(h, "value", value);
    if (strcmp(value, now) == 0)
        html_attr(h, "selected", NULL);
    html_text(h, words);
    html_close(h);
}

static void choice(struct call *c, const char *id, const char *label, const char *all, const char *const *items,
                   size_t count)
{
    struct html *h = &c->html;
    const char *now = call_query(c, id);
    html_open(h, "label");
    html_element(h, "span", call_tr(c, label));
    html_open(h, "select");
    html_attr(h, "name", id);
    option(c, "", call_tr(c, all), now);
    for (size_t i = 0; i < count; i++)
        option(c, items[i], items[i], now);
    html_close(h);
    html_close(h);
}

static void input(struct call *c, const char *id, const char *label, const char *type)
{
    struct html *h = &c->html;
    html_open(h, "label");
    html_element(h, "span", call_tr(c, label));
    if (strcmp(type, "date") == 0) {
        form_date(c, id, call_query(c, id));
    } else {
        html_open(h, "input");
        html_attr(h, "name", id);
        html_attr(h, "type", type);
        html_attr(h, "value", call_query(c, id));
    }
    html_close(h);
}

/* ------------------------------------------------------------------ the page */

struct trail {
    struct audit_filter filter;
    struct audit_lines lines;
    const char **who, **what;
    size_t who_count, what_count;
    bool understood;
};

static bool load(struct call *c, size_t most, struct trail *t)
{
    struct tx tx = {0};
    t->understood = read_filter(c, &t->filter);
    bool ok = tx_begin(c->desk->store, TX_READ, &tx, &c->err) &&
              audit_find(&tx, call_arena(c), &t->filter, most, &t->lines, &c->err) &&
              audit_kinds(&tx, call_arena(c), &t->who, &t->who_count, &t->what, &t->what_count, &c->err);
    tx_rollback(&tx);
    return ok;
}

static void write_filter(struct call *c, const struct trail *t)
{
    struct html *h = &c->html;
    html_raw(h, "<form method=\"get\" action=\"" TRAIL "\" class=\"filter many\">");
    choice(c, "qui", N_("Who"), N_("anybody"), t->who, t->who_count);
    choice(c, "que", N_("What"), N_("anything"), t->what, t->what_count);
    input(c, "text", N_("In the detail"), "search");
    input(c, "des", N_("From"), "date");
    input(c, "fins", N_("Until"), "date");
    html_open(h, "button");
    html_attr(h, "class", "btn main");
    html_text(h, call_tr(c, N_("Search")));
    html_close(h);
    html_open(h, "button");
    html_attr(h, "class", "btn");
    html_attr(h, "formaction", TRAIL "/exporta");
    html_text(h, call_tr(c, N_("Take away as CSV")));
    html_close(h);
    html_raw(h, "</form>");
}

static void write_lines(struct call *c, const struct trail *t)
{
    static const char *const titles[] = {N_("When"), N_("Who"), N_("What"), N_("Body"), N_("Detail")};
    struct html *h = &c->html;
    list_open(c, call_tr(c, N_("Audit trail")), titles, sizeof titles / sizeof *titles);
    for (size_t i = 0; i < t->lines.count; i++) {
        const struct audit_line *x = &t->lines.items[i];
        const struct view_body *b = x->body_id == 0 ? NULL : view_find(c->view, x->body_id);
        list_row(c);
        html_raw(h, "<td class=\"nowrap\">");
        part_instant(c, x->at);
        html_raw(h, "</td>");
        list_text(c, NULL, x->who);
        list_cell(c, NULL);
        html_element(h, "code", x->what);
        list_cell_end(c);
        list_cell(c, NULL);
        if (b != NULL)
            part_link(c, layout_body_path(c, x->body_id), NULL, b->short_name);
        list_cell_end(c);
        html_raw(h, "<td class=\"what\">");
        html_text_lines(h, x->detail);
        html_raw(h, "</td>");
        list_row_end(c);
    }
    list_close(c);
}

static void show_audit(struct call *c, const struct form *refused, int status)
{
    struct trail t = {0};
    struct job_state state;
    enum job_begun begun;
    struct err ignored = {.lang = c->lang};
    struct form f = admin_form(refused, TRAIL "/verifica");
    if (call_view(c) == NULL)
        return;
    job_look(&c->site->jobs, JOB_TRAIL, call_arena(c), &state);
    if (!state.ever) /* once by itself: who looks here wants to know */
        (void)!job_begin(&c->site->jobs, &(struct job_request){.kind = JOB_TRAIL, .by = &c->desk->by, .lang = c->lang},
                         &begun, &ignored);
    if (!load(c, LIMIT_WEB_AUDIT, &t)) {
        call_failed(c);
        return;
    }
    layout_begin(c, call_tr(c, N_("Audit trail")), "/administracio");
    layout_head_open(c, call_tr(c, N_("Audit trail")),
                     call_tr(c, N_("Every change by a person, each line bound to the one before: whoever altered one "
                                   "would break the chain.")));
    form_open(c, &f, NULL);
    form_close(c, call_tr(c, N_("Verify now")), false);
    layout_head_close(c);
    part_job(c, JOB_TRAIL);
    if (!t.understood)
        part_notice(c, false, call_tr(c, N_("Not understood:")),
                    call_tr(c, N_("a day is written as 31/12/2026; what is no date is left out.")));
    write_filter(c, &t);
    if (t.lines.count == 0)
        part_empty(c, call_tr(c, N_("No such line")),
                   call_tr(c, N_("Every change stands here; look with less words.")));
    else
        write_lines(c, &t);
    if (t.lines.count == LIMIT_WEB_AUDIT)
        html_element(&c->html, "p",
                     call_text(c, N_("These are the newest %d; older ones come with a filter, and all in the CSV."),
                               LIMIT_WEB_AUDIT));
    layout_end(c);
    call_page(c, status);
}

void page_audit(struct call *c)
{
    show_audit(c, NULL, 200);
}

void form_audit_verify(struct call *c)
{
    admin_done(c, admin_job(c, JOB_TRAIL, ""), TRAIL, "verifica", show_audit);
}

/* ------------------------------------------------------------------ as a table */

/* Oldest first, as a table is read; what a spreadsheet would take for a formula is made text. */
void page_audit_export(struct call *c)
{
    struct trail t = {0};
    struct buf out = BUF_INIT(LIMIT_WEB_EXPORT_BYTES);
    if (!load(c, LIMIT_WEB_AUDIT_EXPORT, &t)) {
        call_failed(c);
        return;
    }
    bool whole = buf_add_text(&out, "\xef\xbb\xbfid;at;who;what;body;detail\r\n");
    for (size_t i = t.lines.count; whole && i > 0; i--) {
        const struct audit_line *x = &t.lines.items[i - 1];
        char at[INSTANT_TEXT_BYTES];
        buf_printf(&out, "%lld;%s;", (long long)x->id, instant_iso(x->at, at));
        table_csv_field(&out, str_of(x->who), ';');
        buf_add_char(&out, ';');
        table_csv_field(&out, str_of(x->what), ';');
        buf_printf(&out, ";%lld;", (long long)x->body_id);
        table_csv_field(&out, str_of(x->detail), ';');
        whole = buf_add_text(&out, "\r\n");
    }
    if (!whole) {
        buf_release(&out);
        call_problem(c, 422, N_("This is too much for one file: choose fewer days."));
        return;
    }
    call_header(c, "Content-Disposition", "attachment; filename=\"talaia-audit.csv\"");
    call_plain(c, 200, "text/csv; charset=utf-8", &out);
}
