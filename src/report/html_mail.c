/* The report as the HTML of an e-mail. What decides its shape:
 *   - Outlook draws with Word: widths, padding, borders and backgrounds stand on tables and cells, as attributes too;
 *   - many clients drop <style>: everything is inline, <style> only adds the dark theme and the phone;
 *   - on a phone that honours it, a row becomes a card, each cell with its column's name before it. */
#include "report/html.h"

#include "draw/mail_page.h"
#include "draw/tokens.h"
#include "report/slots.h"

#define MAIL_WIDTH 760
#define THUMB_WIDTH 200
#define THUMB_HEIGHT 150

static const char mail_css[] =
    "@media screen and (max-width:640px){" MAIL_PAGE_PHONE
    ".data,.data tbody,.data tr,.data th,.data td,.data caption{display:block!important;width:auto!important;"
    "text-align:left!important;white-space:normal!important}"
    ".data .head{display:none!important}"
    ".data tr{padding:10px 0!important;border-bottom:1px solid #dcd9d2!important}"
    ".data th,.data td{border:0!important;padding:2px 0!important}"
    ".data .none{display:none!important}"
    ".label{display:inline!important;max-height:none!important}"
    ".thumbs td{display:block!important;padding:0 0 12px!important}}\n"
    "@media(prefers-color-scheme:dark){.data tr{border-color:#333a40!important}";

static void state_tag(struct arena *a, struct html *h, enum body_state state, const char *words)
{
    const struct token_state *t = token_state(state);
    html_open(h, "span");
    html_attr(h, "class", arena_printf(a, "c-%s b-%s", token_property(t->ink), token_property(t->back)));
    html_attr(
        h, "style",
        arena_printf(
            a, "color:%s;background-color:%s;font-weight:bold;padding:1px 6px;border-radius:9px;display:inline-block%s",
            token_hex(t->ink), token_hex(t->back), strlen(words) <= GRID_TAG_WHOLE ? ";white-space:nowrap" : ""));
    html_text(h, arena_printf(a, "%s\u00a0%s", body_state_glyph(state), words));
    html_close(h);
}

/* Running text gets its share of the width; what is not wrapped takes what it needs. */
static void head_cell(struct arena *a, struct html *h, const struct grid *g, size_t column)
{
    const struct grid_column *c = &g->columns[column];
    html_open(h, "th");
    html_attr(h, "scope", "col");
    int share = grid_share(g, column);
    if (share > 0)
        html_attr(h, "width", arena_printf(a, "%d%%", share));
    html_attr(h, "align", c->number ? "right" : "left");
    html_attr(h, "valign", "bottom");
    html_attr(h, "bgcolor", token_hex(TOKEN_HOVER));
    html_attr(h, "class", "c-soft b-hover l");
    html_style(h, "padding:7px 8px;border-bottom:1px solid $line;background-color:$hover;color:$soft;font-size:12px;"
                  "line-height:1.3;font-weight:bold;white-space:nowrap");
    html_text(h, c->title);
    html_close(h);
}

static void body_cell_text(struct arena *a, struct html *h, const struct grid *g, const struct grid_row *row,
                           size_t column)
{
    const struct grid_column *c = &g->columns[column];
    const char *text = row->cells[column].text;
    if (text[0] == '\0') {
        html_raw(h, "&nbsp;");
        return;
    }
    if (!c->main) {
        html_open(h, "span");
        html_attr(h, "class", "label c-soft");
        html_style(h, "display:none;max-height:0;overflow:hidden;mso-hide:all;color:$soft");
        html_text(h, c->title);
        html_raw(h, ": ");
        html_close(h);
    }
    if (column == g->state_column)
        state_tag(a, h, row->state, text);
    else
        html_text_lines(h, text);
}

static void body_cell(struct arena *a, struct html *h, const struct grid *g, const struct grid_row *row, size_t column)
{
    const struct grid_column *c = &g->columns[column];
    bool empty = row->cells[column].text[0] == '\0';
    if (c->main) {
        html_open(h, "th");
        html_attr(h, "scope", "row");
    } else {
        html_open(h, "td");
    }
    html_attr(h, "align", c->number ? "right" : "left");
    html_attr(h, "valign", "top");
    html_attr(h, "bgcolor", token_hex(TOKEN_CARD));
    html_attr(h, "class", empty ? "c-ink b-card l none" : "c-ink b-card l");
    if (c->main)
        html_style(h, "padding:7px 8px;border-bottom:1px solid $line;background-color:$card;color:$ink;font-size:13px;"
                      "line-height:1.4;font-weight:bold");
    else if ((c->number || c->keep) && column != g->state_column)
        html_style(h, "padding:7px 8px;border-bottom:1px solid $line;background-color:$card;color:$ink;font-size:13px;"
                      "line-height:1.4;font-weight:normal;white-space:nowrap");
    else
        html_style(h, "padding:7px 8px;border-bottom:1px solid $line;background-color:$card;color:$ink;font-size:13px;"
                      "line-height:1.4;font-weight:normal");
    body_cell_text(a, h, g, row, column);
    html_close(h);
}

static void mail_empty(struct html *h, const struct grid *g)
{
    html_open(h, "p");
    html_attr(h, "class", "c-soft");
    html_style(h, "margin:0 0 16px;color:$soft");
    html_text(h, g->empty);
    html_close(h);
}

static void mail_grid(const struct html_slots *s, struct html *h, const struct grid *g)
{
    if (g->row_count == 0) {
        mail_empty(h, g);
        return;
    }
    html_open(h, "table");
    html_attr(h, "class", "data b-card");
    html_attr(h, "width", "100%");
    html_attr(h, "border", "0");
    html_attr(h, "cellpadding", "0");
    html_attr(h, "cellspacing", "0");
    html_attr(h, "bgcolor", token_hex(TOKEN_CARD));
    html_style(h, "width:100%;border-collapse:collapse;background-color:$card;color:$ink;"
                  "margin:0;mso-table-lspace:0;mso-table-rspace:0");
    html_open(h, "caption");
    html_attr(h, "align", "left");
    html_attr(h, "class", "c-soft");
    html_style(h, "text-align:left;padding:0 0 8px;color:$soft;font-size:13px");
    html_text(h, g->summary);
    html_close(h);
    html_open(h, "tr");
    html_attr(h, "class", "head");
    for (size_t c = 0; c < g->column_count; c++)
        head_cell(s->arena, h, g, c);
    html_close(h);
    for (size_t i = 0; i < g->row_count; i++) {
        html_raw(h, "\n");
        html_open(h, "tr");
        for (size_t c = 0; c < g->column_count; c++)
            body_cell(s->arena, h, g, &g->rows[i], c);
        html_close(h);
    }
    html_close(h);
    /* Word ignores the margins of tables. */
    html_raw(h, "\n<p style=\"margin:0;font-size:8px;line-height:16px\">&nbsp;</p>\n");
}

static void mail_changes(const struct html_slots *s, struct html *h, const char *const *lines, size_t count)
{
    if (count == 0) {
        html_open(h, "p");
        html_style(h, "margin:0 0 16px");
        html_text(h, report_no_change_text(s->report));
        html_close(h);
        return;
    }
    html_open(h, "ul");
    html_style(h, "margin:0 0 16px;padding:0 0 0 24px");
    for (size_t i = 0; i < count; i++) {
        html_open(h, "li");
        html_style(h, "margin:0 0 4px");
        html_text(h, lines[i]);
        html_close(h);
    }
    html_close(h);
}

static void mail_left_out(const struct html_slots *s, struct html *h, const char *const *lines, size_t count)
{
    html_open(h, "p");
    html_attr(h, "class", "c-soft");
    html_style(h, "margin:24px 0 4px;font-size:12px;line-height:1.4;color:$soft;font-weight:bold");
    html_text(h, tr(s->report->lang, report_left_out_title));
    html_close(h);
    for (size_t i = 0; i < count; i++) {
        html_open(h, "p");
        html_attr(h, "class", "c-soft");
        html_style(h, "margin:0 0 4px;font-size:12px;line-height:1.4;color:$soft");
        html_text(h, lines[i]);
        html_close(h);
    }
}

const char *report_picture_id(struct arena *a, const struct report *r, enum report_table which)
{
    /* A content id is made of the characters of a mail address; a report's id may have others. */
    char *id = arena_printf(a, "%s.%s@talaia", report_table_word(which), r->id);
    for (char *p = id; *p != '\0'; p++) {
        bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9');
        if (!plain && *p != '-' && *p != '.' && (*p != '@' || strcmp(p, "@talaia") != 0))
            *p = '-';
    }
    return id;
}

/* Width and height out of the PNG's first chunk; false when it is none. */
static bool png_size(struct str png, int *ret_width, int *ret_height)
{
    uint32_t size[2] = {0, 0};
    if (png.n < 24 || memcmp(png.p, "\x89PNG\r\n\x1a\n", 8) != 0)
        return false;
    for (int i = 0; i < 8; i++)
        size[i / 4] = size[i / 4] << 8 | (unsigned char)png.p[16 + i];
    if (size[0] == 0 || size[1] == 0 || size[0] > INT16_MAX || size[1] > INT16_MAX)
        return false;
    *ret_width = (int)size[0];
    *ret_height = (int)size[1];
    return true;
}

static void thumb(struct arena *a, const struct report *r, struct html *h, enum report_table which, int w, int height)
{
    int shown_w = THUMB_WIDTH, shown_h = height * THUMB_WIDTH / w;
    if (shown_h > THUMB_HEIGHT) {
        shown_w = w * THUMB_HEIGHT / height > 0 ? w * THUMB_HEIGHT / height : 1;
        shown_h = THUMB_HEIGHT;
    }
    const struct grid *g = report_grid(a, r, which);
    html_open(h, "td");
    html_attr(h, "valign", "top");
    html_attr(h, "class", "c-soft");
    html_style(h, "padding:0 16px 0 0;font-size:12px;line-height:1.4;color:$soft");
    html_open(h, "img");
    html_attr_url(h, "src", arena_printf(a, "cid:%s", report_picture_id(a, r, which)));
    html_attr_int(h, "width", shown_w);
    html_attr_int(h, "height", shown_h < 1 ? 1 : shown_h);
    html_attr(h, "border", "1");
    html_attr(h, "alt", arena_printf(a, "%s. %s", g->title, g->row_count > 0 ? g->summary : g->empty));
    html_style(h, "display:block;border:1px solid $line");
    html_text(h, g->title);
    html_close(h);
}

static void mail_pictures(struct arena *a, const struct report *r, const struct report_pictures *pictures,
                          struct html *h)
{
    int width[REPORT_TABLES], height[REPORT_TABLES], count = 0;
    for (int t = 0; t < REPORT_TABLES; t++) {
        if (!png_size(pictures->png[t], &width[t], &height[t]))
            width[t] = 0;
        count += width[t] > 0;
    }
    if (count == 0)
        return;
    html_open(h, "p");
    html_attr(h, "class", "c-soft");
    html_style(h, "margin:24px 0 8px;font-size:12px;line-height:1.4;color:$soft");
    html_text(h,
              tr(r->lang, N_("The same tables as pictures, in case you do not see them well; open them to enlarge:")));
    html_close(h);
    html_raw(h, "<table role=\"presentation\" class=\"thumbs\" border=\"0\" cellpadding=\"0\" cellspacing=\"0\"><tr>");
    for (int t = 0; t < REPORT_TABLES; t++)
        if (width[t] > 0)
            thumb(a, r, h, (enum report_table)t, width[t], height[t]);
    html_raw(h, "</tr></table>\n");
}

bool report_html_mail(const struct report *r, const struct report_texts *t, const struct report_pictures *pictures,
                      struct buf *html, struct err *e)
{
    struct arena a = {0};
    struct template read;
    struct html_slots slots = {
        .arena = &a, .report = r, .grid = mail_grid, .changes = mail_changes, .left_out = mail_left_out};
    struct html h = HTML_INIT(html);
    const char *subject = report_subject(&a, r, e);
    bool good = subject != NULL && report_template(&a, r, t, &read, e);
    if (good) {
        mail_page_open(&h, r->lang, subject, MAIL_WIDTH, mail_css);
        good = template_html(&read, true, html_slot, &slots, &h, e);
        if (pictures != NULL)
            mail_pictures(&a, r, pictures, &h);
        mail_page_close(&h);
        good = good && html_end(&h, e);
    }
    arena_release(&a);
    return good;
}
