/* Module talaia-picture: a paper as PDF, A4 upright. Each block is measured before it is drawn, and begins a new page
 * when it does not fit; the table's head is repeated there. */
#include "report/paper_pdf.h"

#include <cairo-pdf.h>
#include <math.h>
#include <pango/pangocairo.h>

#define PAGE_WIDTH 595.28 /* A4 in points of 1/72 inch */
#define PAGE_HEIGHT 841.89
#define MARGIN 56.7 /* 2 cm */
#define FOOT 24.0   /* above the lower margin, for the foot */
#define PAD 4.0
#define COLUMNS_MOST 8
#define FONT_FAMILY "Noto Sans, DejaVu Sans, Liberation Sans, sans-serif"

struct sheet {
    const struct paper *paper;
    PangoContext *context;
    cairo_t *cr;
    double y;
    int page, pages; /* pages: 0 while they are only counted */
    bool draws;
};

static PangoLayout *text_new(const struct sheet *s, const char *text, double size, bool bold, double width)
{
    PangoLayout *layout = pango_layout_new(s->context);
    PangoFontDescription *font = pango_font_description_from_string(FONT_FAMILY);
    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_auto_dir(layout, FALSE);
    pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    PangoAttrList *attributes = pango_attr_list_new();
    pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE)); /* a fingerprint has none */
    pango_layout_set_attributes(layout, attributes);
    pango_attr_list_unref(attributes);
    pango_layout_set_text(layout, text, -1);
    return layout;
}

static double height_of(PangoLayout *layout)
{
    int w, h;
    pango_layout_get_size(layout, &w, &h);
    return ceil((double)h / PANGO_SCALE);
}

static void show(const struct sheet *s, PangoLayout *layout, double x, double y)
{
    if (!s->draws)
        return;
    cairo_move_to(s->cr, x, y);
    pango_cairo_show_layout(s->cr, layout);
}

static void put_foot(const struct sheet *s)
{
    char number[64];
    double y = PAGE_HEIGHT - MARGIN;
    (void)snprintf(number, sizeof number, "%d / %d", s->page, s->pages);
    PangoLayout *left = text_new(s, s->paper->name, 8, false, PAGE_WIDTH - 2 * MARGIN - 60);
    PangoLayout *right = text_new(s, number, 8, false, 60);
    pango_layout_set_alignment(right, PANGO_ALIGN_RIGHT);
    show(s, left, MARGIN, y);
    show(s, right, PAGE_WIDTH - MARGIN - 60, y);
    g_object_unref(left);
    g_object_unref(right);
}

static void page_new(struct sheet *s)
{
    put_foot(s);
    if (s->draws)
        cairo_show_page(s->cr);
    s->page++;
    s->y = MARGIN;
}

static bool fits(const struct sheet *s, double height)
{
    return s->y + height <= PAGE_HEIGHT - MARGIN - FOOT || s->y <= MARGIN;
}

static void put_block(struct sheet *s, const char *text, double size, bool bold, double x, double after)
{
    PangoLayout *layout = text_new(s, text, size, bold, PAGE_WIDTH - MARGIN - x);
    double height = height_of(layout);
    if (!fits(s, height))
        page_new(s);
    show(s, layout, x, s->y);
    s->y += height + after;
    g_object_unref(layout);
}

static void put_row(struct sheet *s, const char *const *cells, bool head)
{
    const struct paper *p = s->paper;
    PangoLayout *layouts[COLUMNS_MOST];
    double widths[COLUMNS_MOST], weights = 0, tallest = 0, x = MARGIN;
    size_t count = p->column_count < COLUMNS_MOST ? p->column_count : COLUMNS_MOST;
    for (size_t c = 0; c < count; c++)
        weights += p->weights[c];
    for (size_t c = 0; c < count; c++) {
        widths[c] = (PAGE_WIDTH - 2 * MARGIN) * p->weights[c] / weights;
        layouts[c] = text_new(s, cells[c], 9, head, widths[c] - 2 * PAD);
        tallest = fmax(tallest, height_of(layouts[c]));
    }
    if (!fits(s, tallest + 2 * PAD)) {
        page_new(s);
        if (!head)
            put_row(s, p->heads, true);
    }
    for (size_t c = 0; c < count; c++) {
        show(s, layouts[c], x + PAD, s->y + PAD);
        cairo_rectangle(s->cr, x, s->y, widths[c], tallest + 2 * PAD);
        x += widths[c];
        g_object_unref(layouts[c]);
    }
    cairo_set_line_width(s->cr, 0.5);
    if (s->draws)
        cairo_stroke(s->cr);
    else
        cairo_new_path(s->cr);
    s->y += tallest + 2 * PAD;
}

static void put_paper(struct sheet *s)
{
    const struct paper *p = s->paper;
    s->page = 1;
    s->y = MARGIN;
    put_block(s, p->title, 18, true, MARGIN, 14);
    for (size_t i = 0; i < p->fact_count; i++) {
        put_block(s, p->facts[i].name, 10, true, MARGIN, 1);
        put_block(s, p->facts[i].value, 10, false, MARGIN + 14, 5);
    }
    s->y += 8;
    put_row(s, p->heads, true);
    for (size_t r = 0; r < p->row_count; r++)
        put_row(s, p->cells + r * p->column_count, false);
    s->y += 12;
    put_block(s, p->note, 10, false, MARGIN, 0);
    put_foot(s);
}

static cairo_status_t take_bytes(void *to, const unsigned char *bytes, unsigned n)
{
    return buf_add(to, bytes, n) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static bool has_fonts(PangoFontMap *map, struct err *e)
{
    PangoFontFamily **families;
    int count = 0;
    pango_font_map_list_families(map, &families, &count);
    g_free(families);
    return count > 0 ||
           err_set(e, ERR_FILE, N_("no fonts are installed, so documents cannot be drawn; install fonts-dejavu-core"));
}

static bool draw(const struct paper *p, PangoFontMap *map, struct buf *pdf, struct err *e)
{
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(take_bytes, pdf, PAGE_WIDTH, PAGE_HEIGHT);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, p->name);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, p->title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Talaia");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, p->made);
    struct sheet s = {.paper = p, .context = pango_font_map_create_context(map), .cr = cairo_create(surface)};
    put_paper(&s); /* how many pages */
    s.pages = s.page;
    s.draws = true;
    put_paper(&s);
    cairo_show_page(s.cr);
    cairo_status_t status = cairo_status(s.cr);
    cairo_destroy(s.cr);
    g_object_unref(s.context);
    cairo_surface_finish(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        return true;
    return buf_full(pdf)
               ? err_set(e, ERR_LIMIT, N_("the document is larger than %zu bytes"), pdf->max)
               : err_set(e, ERR_INTERNAL, N_("the document cannot be drawn: %s"), cairo_status_to_string(status));
}

bool paper_draw(const struct paper *p, struct buf *pdf, struct err *e)
{
    PangoFontMap *map = pango_cairo_font_map_new();
    bool ok = has_fonts(map, e) && draw(p, map, pdf, e);
    g_object_unref(map);
    return ok;
}
