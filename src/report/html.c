/* The report as a page of its own. The e-mail is in html_mail.c. */
#include "report/html.h"

#include "core/date_text.h"
#include "draw/tokens.h"
#include "report/slots.h"

bool html_slot(const char *name, void *context, struct html *h, struct err *e)
{
    const struct html_slots *s = context;
    size_t count;
    (void)e;
    if (strcmp(name, "changes") == 0) {
        const char *const *lines = report_change_lines(s->arena, s->report, &count);
        s->changes(s, h, lines, count);
    } else if (strcmp(name, "excluded") == 0) {
        const char *const *lines = report_left_out_lines(s->arena, s->report, &count);
        if (count > 0)
            s->left_out(s, h, lines, count);
    } else {
        s->grid(s, h, report_grid(s->arena, s->report, report_slot_table(name)));
    }
    return true;
}

/* On a phone a row becomes a card: each cell a line that begins with its column's name. */
static const char page_css[] =
    "*{box-sizing:border-box}"
    "body{margin:0;background:var(--paper);color:var(--ink);"
    "font:15px/1.45 system-ui,'Noto Sans','DejaVu Sans',sans-serif;overflow-wrap:anywhere}"
    "a{color:var(--accent);text-underline-offset:2px}"
    "main{max-width:1280px;margin:0 auto;padding:24px 32px 64px}"
    "header{margin-bottom:24px}"
    "h1{font-size:24px;line-height:1.2;margin:0}"
    "h2{font-size:17px;line-height:1.3;margin:32px 0 12px}"
    "p,main>ul{max-width:75ch;margin:0 0 16px}"
    ".sub,.note{color:var(--soft)}"
    ".note{font-size:13px;margin-top:32px;border-top:1px solid var(--line);padding-top:16px}"
    ".note h2{font-size:13px;margin:0 0 8px}.note ul{margin:0;padding-left:20px}"
    ".card{background:var(--card);border:1px solid var(--line);border-radius:8px;overflow:hidden;margin-bottom:24px}"
    "p.card{padding:12px 16px;color:var(--soft);max-width:none}"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}"
    "caption{text-align:left;font-size:13px;color:var(--soft);padding:12px 16px 4px}"
    "th,td{text-align:left;vertical-align:top;padding:7px 16px;border-bottom:1px solid var(--line)}"
    "thead th{font-size:13px;color:var(--soft);font-weight:600;white-space:nowrap}"
    "tbody th{font-weight:600}"
    "tbody tr:hover{background:var(--hover)}tbody tr:last-child>*{border-bottom:0}"
    ".r{text-align:right;white-space:nowrap}.k{white-space:nowrap}"
    ".w{min-width:24ch}.w span{display:block}.w span+span{margin-top:4px}"
    ".st{display:inline-flex;gap:6px;align-items:center;padding:2px 8px 2px 6px;border-radius:99px;font-size:13px;"
    "font-weight:600}.st i{font-style:normal;font-size:12px}"
    "@media screen and (max-width:860px){main{padding:16px 16px 48px}"
    "table,thead,tbody,tr,th,td,caption{display:block}"
    "thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}"
    "tbody tr{padding:12px 16px;border-bottom:1px solid var(--line)}tbody tr:last-child{border-bottom:0}"
    "tbody th,tbody td{padding:2px 0;border:0;text-align:left;white-space:normal}"
    "tbody td[data-h]::before{content:attr(data-h) ': ';color:var(--soft)}"
    "tbody td.w[data-h]::before{display:block}tbody td.e{display:none}}"
    "@media print{@page{size:A4 landscape;margin:12mm}"
    ":root{color-scheme:light!important}body{background:#fff;font-size:10pt}main{padding:0;max-width:none}"
    "tr,h2,caption{break-inside:avoid;break-after:auto}h2,caption,thead{break-after:avoid}thead{display:table-header-"
    "group}"
    ".card{border-radius:0}tbody tr:hover{background:none}}\n";

static void state_tag(struct arena *a, struct html *h, enum body_state state, const char *words)
{
    html_open(h, "span");
    html_attr(h, "class", arena_printf(a, "st %s", body_state_code(state)));
    html_open(h, "i");
    html_attr(h, "aria-hidden", "true");
    html_text(h, body_state_glyph(state));
    html_close(h);
    html_text(h, words);
    html_close(h);
}

static const char *cell_class(const struct grid *g, size_t column, const char *text)
{
    const struct grid_column *c = &g->columns[column];
    if (text[0] == '\0')
        return "e";
    bool whole = c->keep && (column != g->state_column || strlen(text) <= GRID_TAG_WHOLE);
    return c->number ? "r" : whole ? "k" : c->weight >= 8 ? "w" : NULL;
}

/* Each line of a long cell is a block of its own, with a little air. */
static void cell_lines(struct html *h, const char *text)
{
    struct str rest = str_of(text), line;
    while (str_split(&rest, '\n', &line)) {
        html_open(h, "span");
        html_text_str(h, line);
        html_close(h);
    }
}

static void page_cell(struct arena *a, struct html *h, const struct grid *g, const struct grid_row *row, size_t column)
{
    const struct grid_column *c = &g->columns[column];
    const char *text = row->cells[column].text;
    if (c->main) {
        html_open(h, "th");
        html_attr(h, "scope", "row");
        html_attr(h, "role", "rowheader");
    } else {
        html_open(h, "td");
        html_attr(h, "role", "cell");
        html_attr(h, "data-h", c->title);
    }
    const char *class = cell_class(g, column, text);
    if (class != NULL)
        html_attr(h, "class", class);
    if (column == g->state_column)
        state_tag(a, h, row->state, text);
    else if (class != NULL && class[0] == 'w')
        cell_lines(h, text);
    else
        html_text_lines(h, text);
    html_close(h);
    html_raw(h, "\n");
}

static void page_grid(const struct html_slots *s, struct html *h, const struct grid *g)
{
    if (g->row_count == 0) {
        html_open(h, "p");
        html_attr(h, "class", "card");
        html_text(h, g->empty);
        html_close(h);
        return;
    }
    html_open(h, "div");
    html_attr(h, "class", "card");
    html_open(h, "table");
    html_attr(h, "role", "table"); /* as cards the browser would forget that it is one */
    html_element(h, "caption", g->summary);
    html_raw(h, "<thead role=\"rowgroup\"><tr role=\"row\">");
    for (size_t c = 0; c < g->column_count; c++) {
        html_open(h, "th");
        html_attr(h, "scope", "col");
        html_attr(h, "role", "columnheader");
        if (g->columns[c].number)
            html_attr(h, "class", "r");
        if (grid_share(g, c) > 0)
            html_attr(h, "style", arena_printf(s->arena, "width:%d%%", grid_share(g, c)));
        html_text(h, g->columns[c].title);
        html_close(h);
    }
    html_raw(h, "</tr></thead>\n<tbody role=\"rowgroup\">");
    for (size_t i = 0; i < g->row_count; i++) {
        html_open(h, "tr");
        html_attr(h, "role", "row");
        for (size_t c = 0; c < g->column_count; c++)
            page_cell(s->arena, h, g, &g->rows[i], c);
        html_close(h);
    }
    html_raw(h, "</tbody>");
    html_close(h);
    html_close(h);
}

static void page_changes(const struct html_slots *s, struct html *h, const char *const *lines, size_t count)
{
    if (count == 0) {
        html_element(h, "p", report_no_change_text(s->report));
        return;
    }
    html_open(h, "ul");
    for (size_t i = 0; i < count; i++)
        html_element(h, "li", lines[i]);
    html_close(h);
}

static void page_left_out(const struct html_slots *s, struct html *h, const char *const *lines, size_t count)
{
    html_open(h, "section");
    html_attr(h, "class", "note");
    html_element(h, "h2", tr(s->report->lang, report_left_out_title));
    html_open(h, "ul");
    for (size_t i = 0; i < count; i++)
        html_element(h, "li", lines[i]);
    html_close(h);
    html_close(h);
}

static void page_styles(struct html *h)
{
    html_raw(h, "<style>");
    tokens_css(h->to);
    buf_add_text(h->to, page_css);
    for (int s = 0; s < STATE_COUNT; s++) {
        const struct token_state *t = token_state((enum body_state)s);
        buf_printf(h->to, ".st.%s{color:var(--%s);background:var(--%s)}", body_state_code((enum body_state)s),
                   token_property(t->ink), token_property(t->back));
    }
    html_raw(h, "</style>\n");
}

static void page_header(struct arena *a, const struct report *r, struct html *h)
{
    char from[DATE_LONG_BYTES], until[DATE_LONG_BYTES], made[DAY_TEXT_BYTES], time[INSTANT_TEXT_BYTES];
    const char *first = date_short(r->period.after == DAY_NONE ? r->day : r->period.after + 1, r->lang, from);
    html_open(h, "header");
    html_element(h, "h1", tr(r->lang, N_("Weekly monitoring of the PADRÓ service")));
    html_open(h, "div");
    html_attr(h, "class", "sub");
    html_text(h, arena_printf(a, tr(r->lang, N_("%s to %s · made on %s at %s")), first,
                              date_short(r->period.until, r->lang, until), day_dmy(day_madrid(r->made), made),
                              instant_madrid(r->made, time) + strlen("2026-11-20 ")));
    html_close(h);
    html_close(h);
}

bool report_html_page(const struct report *r, const struct report_texts *t, struct buf *html, struct err *e)
{
    struct arena a = {0};
    struct template read;
    struct html_slots slots = {
        .arena = &a, .report = r, .grid = page_grid, .changes = page_changes, .left_out = page_left_out};
    struct html h = HTML_INIT(html);
    const char *subject = report_subject(&a, r, e);
    bool good = subject != NULL && report_template(&a, r, t, &read, e);
    if (good) {
        html_raw(&h, "<!doctype html>\n");
        html_open(&h, "html");
        html_attr(&h, "lang", lang_code(r->lang));
        html_raw(&h, "<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,"
                     "initial-scale=1\">\n<meta name=\"robots\" content=\"noindex\">");
        html_element(&h, "title", subject);
        page_styles(&h);
        html_raw(&h, "</head>\n<body><main>\n");
        page_header(&a, r, &h);
        good = template_html(&read, false, html_slot, &slots, &h, e);
        html_raw(&h, "</main></body>\n");
        html_close(&h);
        html_raw(&h, "\n");
        good = good && html_end(&h, e);
    }
    arena_release(&a);
    return good;
}
