/* The three tables of the report, each row with what can be corrected in it, and what has changed since the last one.
 * Rows of which nobody has said anything yet come first; in the e-mail they stand by urgency. */
#include <inttypes.h>

#include "web/body_parts.h"
#include "web/friday.h"
#include "web/words.h"

const char *friday_ko_id(struct arena *a, const struct report_ko_row *x)
{
    return arena_printf(a, "k-%" PRId64, x->body_id);
}

const char *friday_certificate_id(struct arena *a, const struct report_certificate_row *x)
{
    return arena_printf(a, "c-%" PRId64 "-%c", x->body_id, x->has[CERT_CDS] ? 'S' : 'A');
}

bool friday_ko_silent(const struct report_ko_row *x)
{
    return x->actions[0] == '\0';
}

bool friday_certificate_silent(const struct report_certificate_row *x)
{
    return x->comment[0] == '\0';
}

/* ------------------------------------------------------------------ parts */

struct column {
    const char *title; /* English, for tr() */
    bool number;
};

static void open_table(struct call *c, const char *id, const char *title, size_t count, const struct column *columns,
                       size_t column_count)
{
    struct html *h = &c->html;
    layout_section(c, id, title, arena_printf(call_arena(c), "%zu", count));
    html_raw(h, "<div class=\"card tablewrap\">");
    html_open(h, "table");
    html_attr(h, "class", "list report");
    html_raw(h, "<thead><tr>");
    for (size_t i = 0; i < column_count; i++) {
        html_open(h, "th");
        html_attr(h, "scope", "col");
        if (columns[i].number)
            html_attr(h, "class", "r");
        html_text(h, call_tr(c, columns[i].title));
        html_close(h);
    }
    html_raw(h, "</tr></thead><tbody>");
}

static void close_table(struct call *c)
{
    html_raw(&c->html, "</tbody>");
    html_close(&c->html);
    html_raw(&c->html, "</div>");
}

static void open_cell(struct call *c, const char *title, bool number)
{
    struct html *h = &c->html;
    html_open(h, "td");
    if (number)
        html_attr(h, "class", "r");
    html_attr(h, "data-h", call_tr(c, title));
}

static void cell(struct call *c, const char *title, const char *text)
{
    open_cell(c, title, false);
    if (text[0] == '\0')
        html_text(&c->html, "—");
    else
        html_text(&c->html, text);
    html_close(&c->html);
}

static void mark(struct call *c, const char *class, const char *text)
{
    struct html *h = &c->html;
    html_raw(h, " ");
    html_open(h, "span");
    html_attr(h, "class", arena_printf(call_arena(c), "mark %s", class));
    html_text(h, text);
    html_close(h);
}

/* The body's name, and what is new about the row. */
static void open_row(struct call *c, const char *id, bool silent, int64_t body_id, const char *name)
{
    struct html *h = &c->html;
    html_open(h, "tr");
    html_attr(h, "id", id);
    if (silent)
        html_attr(h, "class", "silent");
    open_cell(c, N_("Body"), false);
    part_link(c, layout_body_path(c, body_id), "name", name);
}

/* Rows that say nothing first; each kind stays in its order. In the arena. */
static size_t *row_order(struct arena *a, size_t count, bool (*silent)(const struct report *r, size_t i),
                         const struct report *r)
{
    size_t *order = arena_array(a, size_t, count + 1), n = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < count; i++) {
            if (silent(r, i) == (pass == 0))
                order[n++] = i;
        }
    }
    return order;
}

/* ------------------------------------------------------------------ OK */

static const struct action *find_action(const struct friday_page *p, int64_t id)
{
    for (size_t i = 0; i < p->action_count; i++) {
        if (p->actions[i].id == id)
            return &p->actions[i];
    }
    return NULL;
}

static void write_ok_row(struct call *c, const struct friday_page *p, const struct report_ok_row *x)
{
    const struct edit e = {.back = "divendres", .refused = p->refused};
    const struct action *action = find_action(p, x->action_id);
    open_row(c, arena_printf(call_arena(c), "a-%" PRId64, x->action_id), false, x->body_id, x->body_name);
    html_close(&c->html);
    open_cell(c, N_("Action"), false);
    if (action != NULL)
        edit_action(c, &e, action, x->text);
    html_close(&c->html);
    cell(c, N_("Group"), call_tr(c, body_groups[x->group][1]));
    open_cell(c, N_("Date"), false);
    part_day(c, x->day, words_date(call_arena(c), c->lang, x->day));
    html_close(&c->html);
    cell(c, N_("Ticket"), x->ticket);
    html_close(&c->html);
}

static void write_bodies(struct call *c, const struct friday_page *p)
{
    struct html *h = &c->html;
    html_raw(h, "<datalist id=\"tots\">");
    for (size_t i = 0; i < p->v->bodies.count; i++) {
        const struct body *b = p->v->sorted[i]->body;
        if (b->vanished != DAY_NONE)
            continue;
        html_open(h, "option");
        html_attr(h, "value", b->name);
        html_close(h);
    }
    html_raw(h, "</datalist>");
}

static void write_new_action(struct call *c, const struct friday_page *p)
{
    const struct edit e = {.back = "divendres", .refused = p->refused};
    struct form f = edit_form(&e, "/divendres/accio");
    if (!call_may(c, PERMISSION_NOTE))
        return;
    html_raw(&c->html, "<div class=\"folds\">");
    form_fold_open(c, &f, call_tr(c, N_("Note an action")), false);
    form_field(c, &f,
               &(struct field){.name = "ens",
                               .label = N_("Body"),
                               .type = "text",
                               .list = "tots",
                               .help = N_("Its name, or a part of it that no other has."),
                               .most = LIMIT_NAME_CHARS});
    form_field(
        c, &f,
        &(struct field){.name = "text", .label = N_("What was done"), .type = "textarea", .most = LIMIT_NOTE_CHARS});
    html_raw(&c->html, "<div class=\"row fields\">");
    form_field(c, &f,
               &(struct field){.name = "grup",
                               .label = N_("Group"),
                               .type = "select",
                               .value = "other",
                               .choices = body_groups,
                               .choice_count = BODY_GROUPS});
    form_field(
        c, &f,
        &(struct field){
            .name = "tiquet", .label = N_("Ticket"), .type = "text", .optional = true, .most = LIMIT_TICKET_CHARS});
    html_raw(&c->html, "</div>");
    form_close(c, call_tr(c, N_("Note the action")), true);
    form_fold_close(c);
    write_bodies(c, p);
    html_raw(&c->html, "</div>");
}

static void write_ok(struct call *c, const struct friday_page *p)
{
    static const struct column columns[] = {
        {N_("Body"), false}, {N_("Action"), false}, {N_("Group"), false}, {N_("Date"), false}, {N_("Ticket"), false}};
    const struct report *r = &p->report;
    if (r->ok_count == 0) {
        layout_section(c, "ok", report_table_title(r, REPORT_OK), "");
        part_empty(c, report_table_summary(call_arena(c), r, REPORT_OK),
                   call_tr(c, N_("What is done for a body and noted stands here until the report goes out.")));
    } else {
        open_table(c, "ok", report_table_title(r, REPORT_OK), r->ok_count, columns, sizeof columns / sizeof *columns);
        for (size_t i = 0; i < r->ok_count; i++)
            write_ok_row(c, p, &r->ok[i]);
        close_table(c);
    }
    write_new_action(c, p);
}

/* ------------------------------------------------------------------ KO */

static bool ko_silent(const struct report *r, size_t i)
{
    return i < r->ko_count && friday_ko_silent(&r->ko[i]);
}

static void write_ko_actions(struct call *c, const struct friday_page *p, const struct report_ko_row *x)
{
    const struct edit e = {.back = "divendres", .refused = p->refused};
    char day[DAY_TEXT_BYTES];
    for (size_t i = 0; i < p->action_count; i++) {
        const struct action *n = &p->actions[i];
        if (n->body_id != x->body_id || n->group != GROUP_OUTAGE || n->day < x->since)
            continue;
        edit_action(c, &e, n,
                    arena_printf(call_arena(c), "%s: %s%s%s%s", day_dmy(n->day, day), n->text,
                                 n->ticket[0] == '\0' ? "" : " (", n->ticket, n->ticket[0] == '\0' ? "" : ")"));
    }
    edit_outage_note(c, &e, x->body_id);
}

static void write_ko_row(struct call *c, const struct friday_page *p, size_t at)
{
    const struct report *r = &p->report;
    const struct report_ko_row *x = &r->ko[at];
    struct arena *a = call_arena(c);
    bool counts = at < r->ko_count, silent = ko_silent(r, at);
    open_row(c, friday_ko_id(a, x), silent, x->body_id, x->body_name);
    if (x->is_new)
        mark(c, "new", call_tr(c, N_("new")));
    html_close(&c->html);
    cell(c, N_("Error"), x->error);
    open_cell(c, N_("Since"), false);
    part_day(c, x->since, words_date(a, c->lang, x->since));
    html_close(&c->html);
    open_cell(c, N_("Down for"), false);
    part_state(c, counts ? STATE_DOWN : STATE_MUTED, report_down_text(a, c->lang, x->days));
    int then = r->last == DAY_NONE ? -1 : x->days - (r->day - r->last);
    if (!x->is_new && then >= 0)
        html_element(&c->html, "small", call_text(c, N_("last report: %d"), then));
    html_close(&c->html);
    open_cell(c, N_("Actions"), false);
    if (silent)
        mark(c, "lack", call_tr(c, N_("nothing done yet")));
    write_ko_actions(c, p, x);
    if (counts && !silent && !x->is_told)
        mark(c, "same", call_tr(c, N_("nothing new since the last report")));
    html_close(&c->html);
    html_close(&c->html);
}

/* What stood there in the last report and no longer does. */
static void write_gone(struct call *c, const struct report *r, bool down)
{
    struct html *h = &c->html;
    size_t n = 0;
    for (size_t i = 0; i < r->gone_count; i++) {
        const struct report_gone *x = &r->gone[i];
        if (x->down != down)
            continue;
        if (n++ == 0) {
            html_raw(h, "<p class=\"gone\">");
            html_text(h, call_tr(c, N_("No longer here:")));
        }
        html_text(h, n == 1 ? " " : ", ");
        part_link(c, layout_body_path(c, x->body_id), NULL, x->body_name);
        html_text(h, arena_printf(call_arena(c), " (%s)",
                                  down         ? call_tr(c, N_("up again"))
                                  : x->renewed ? call_tr(c, N_("renewed"))
                                               : call_tr(c, N_("no longer watched, or another date"))));
    }
    if (n > 0)
        html_raw(h, ".</p>");
}

static void write_ko(struct call *c, const struct friday_page *p)
{
    static const struct column columns[] = {{N_("Body"), false},
                                            {N_("Error"), false},
                                            {N_("Since"), false},
                                            {N_("Down for"), false},
                                            {N_("Actions"), false}};
    const struct report *r = &p->report;
    size_t count = r->ko_count + r->ko_silent_count;
    if (count == 0) {
        layout_section(c, "ko", report_table_title(r, REPORT_KO), "");
        part_empty(c, report_table_summary(call_arena(c), r, REPORT_KO),
                   call_tr(c, N_("Bodies that do not answer at the daily round stand here until they do.")));
    } else {
        const size_t *order = row_order(call_arena(c), count, ko_silent, r);
        open_table(c, "ko", report_table_title(r, REPORT_KO), count, columns, sizeof columns / sizeof *columns);
        for (size_t i = 0; i < count; i++)
            write_ko_row(c, p, order[i]);
        close_table(c);
    }
    write_gone(c, r, true);
}

/* ------------------------------------------------------------------ Certificats */

static bool certificate_silent(const struct report *r, size_t i)
{
    return friday_certificate_silent(&r->certificates[i]);
}

static void write_validity(struct call *c, const struct report_certificate_row *x)
{
    size_t n = 0;
    open_cell(c, N_("Validity"), false);
    for (int k = 0; k < CERT_KINDS; k++) {
        if (!x->has[k])
            continue;
        html_raw(&c->html, "<div class=\"nowrap\">");
        html_text(&c->html, arena_printf(call_arena(c), "%s ", cert_kind_code((enum cert_kind)k)));
        part_day(c, x->expires[k], words_date(call_arena(c), c->lang, x->expires[k]));
        html_raw(&c->html, "</div>");
        n++;
    }
    html_close(&c->html);
}

static void write_days(struct call *c, const struct report *r, const struct report_certificate_row *x)
{
    int then = r->last == DAY_NONE ? DAYS_NONE : x->days + (r->day - r->last);
    open_cell(c, N_("Days"), true);
    html_text_int(&c->html, x->days);
    if (!x->is_new && then != DAYS_NONE)
        html_element(&c->html, "small", call_text(c, N_("last report: %d"), then));
    html_close(&c->html);
    open_cell(c, N_("State"), false);
    part_state(c, x->state, NULL);
    if (!x->is_new && then != DAYS_NONE && then >= 0 && x->days < 0)
        mark(c, "new", call_tr(c, N_("expired this week")));
    html_close(&c->html);
}

static void write_certificate_row(struct call *c, const struct friday_page *p, size_t at)
{
    const struct edit e = {.back = "divendres", .refused = p->refused};
    const struct report_certificate_row *x = &p->report.certificates[at];
    bool silent = certificate_silent(&p->report, at);
    open_row(c, friday_certificate_id(call_arena(c), x), silent, x->body_id, x->body_name);
    if (x->is_new)
        mark(c, "new", call_tr(c, N_("new")));
    html_element(&c->html, "small", platform_code(x->platform));
    html_close(&c->html);
    write_validity(c, x);
    write_days(c, &p->report, x);
    open_cell(c, N_("Comment"), false);
    edit_comment(c, &e, x->body_id, x->has, x->comment);
    if (!silent && !x->is_new && !x->is_told)
        mark(c, "same", call_tr(c, N_("nothing new since the last report")));
    html_close(&c->html);
    html_close(&c->html);
}

static void write_certificates(struct call *c, const struct friday_page *p)
{
    static const struct column columns[] = {
        {N_("Body"), false}, {N_("Validity"), false}, {N_("Days"), true}, {N_("State"), false}, {N_("Comment"), false}};
    const struct report *r = &p->report;
    if (r->certificate_count == 0) {
        layout_section(c, "certificats", report_table_title(r, REPORT_CERTIFICATES), "");
        part_empty(
            c, report_table_summary(call_arena(c), r, REPORT_CERTIFICATES),
            call_tr(c, N_("Certificates below the first threshold stand here until they are renewed and checked.")));
    } else {
        const size_t *order = row_order(call_arena(c), r->certificate_count, certificate_silent, r);
        open_table(c, "certificats", report_table_title(r, REPORT_CERTIFICATES), r->certificate_count, columns,
                   sizeof columns / sizeof *columns);
        for (size_t i = 0; i < r->certificate_count; i++)
            write_certificate_row(c, p, order[i]);
        close_table(c);
    }
    write_gone(c, r, false);
}

/* ------------------------------------------------------------------ the whole */

static void write_changes(struct call *c, const struct friday_page *p)
{
    struct html *h = &c->html;
    size_t count;
    const char *const *lines = report_change_lines(call_arena(c), &p->report, &count);
    layout_section(c, "canvis", call_tr(c, N_("Since the last report")),
                   p->report.last == DAY_NONE ? "" : words_weekday_date(call_arena(c), c->lang, p->report.last));
    if (count == 0) {
        html_element(h, "p", report_no_change_text(&p->report));
        return;
    }
    html_raw(h, "<ul class=\"changes\">");
    for (size_t i = 0; i < count; i++)
        html_element(h, "li", lines[i]);
    html_raw(h, "</ul>");
}

void friday_tables(struct call *c, const struct friday_page *p)
{
    struct html *h = &c->html;
    write_changes(c, p);
    html_open(h, "div");
    html_attr(h, "id", "taules");
    html_attr(h, "data-saving", call_tr(c, N_("Saving…")));
    html_attr(h, "data-saved", call_tr(c, N_("Saved.")));
    html_attr(h, "data-failed", call_tr(c, N_("Not saved:")));
    html_attr(h, "data-away",
              call_tr(c, N_("the desk does not answer, or your session is over; your text stays here.")));
    html_attr(h, "data-theirs", call_tr(c, N_("Now it says:")));
    write_ok(c, p);
    write_ko(c, p);
    write_certificates(c, p);
    html_close(h);
}
