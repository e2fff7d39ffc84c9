/* Module talaia-picture: one table, one drawing. Two passes: lay out and measure every row, then draw those that fit.
 * State glyphs are paths, so they look the same whatever fonts are installed. */
#include <math.h>
#include <pango/pangocairo.h>

#include "draw/tokens.h"
#include "report/paper_pdf.h"
#include "report/picture.h"
#include "report/picture_png.h"

#define WIDTH 1200.0 /* CSS pixels; the picture has SCALE times as many */
#define SCALE 2.0
#define MARGIN 24.0
#define PAD_X 12.0
#define PAD_Y 8.0
#define FONT_FAMILY "Noto Sans, DejaVu Sans, Liberation Sans, sans-serif"
#define CELL_PX 14.0
#define HEAD_PX 13.0
#define KEEP_MOST 190.0   /* a column that does not wrap takes at most this, then it wraps */
#define SIDE_MOST 32000.0 /* cairo's surfaces end at 32767 pixels */
#define TAG_GLYPH 11.0

struct drawing {
    const struct picture_request *request;
    const struct grid *grid;
    PangoContext *context;
    double x[GRID_COLUMNS_MAX], width[GRID_COLUMNS_MAX]; /* of each column, padding included */
    double *height;                                      /* of each row */
    double head_height, top;                             /* top: where the head row begins */
    size_t end;                                          /* first row that is not drawn */
    double total;
};

struct ink {
    double px;
    bool bold;
    enum token colour;
};
static const struct ink title_ink = {20, true, TOKEN_INK}, sub_ink = {14, false, TOKEN_SOFT},
                        head_ink = {HEAD_PX, true, TOKEN_SOFT}, cell_ink = {CELL_PX, false, TOKEN_INK},
                        name_ink = {CELL_PX, true, TOKEN_INK}, note_ink = {HEAD_PX, false, TOKEN_SOFT};

static void colour(cairo_t *cr, enum token t)
{
    uint32_t c = token_colour(t, THEME_LIGHT);
    cairo_set_source_rgb(cr, (c >> 16 & 0xff) / 255.0, (c >> 8 & 0xff) / 255.0, (c & 0xff) / 255.0);
}

/* Width 0: one line for each line of the text. The caller unrefs. */
static PangoLayout *layout_new(const struct drawing *d, const struct ink *ink, const char *text, double width)
{
    PangoLayout *layout = pango_layout_new(d->context);
    PangoFontDescription *font = pango_font_description_from_string(FONT_FAMILY);
    pango_font_description_set_absolute_size(font, ink->px * PANGO_SCALE);
    pango_font_description_set_weight(font, ink->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_auto_dir(layout, FALSE);
    pango_layout_set_line_spacing(layout, 1.15F);
    pango_layout_set_text(layout, text, -1);
    if (width > 0) {
        pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
        pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
        PangoAttrList *attributes = pango_attr_list_new();
        pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE)); /* an address has none */
        pango_layout_set_attributes(layout, attributes);
        pango_attr_list_unref(attributes);
    }
    return layout;
}

static void measure(const struct drawing *d, const struct ink *ink, const char *text, double width, double *ret_width,
                    double *ret_height)
{
    PangoLayout *layout = layout_new(d, ink, text, width);
    int w, h;
    pango_layout_get_size(layout, &w, &h);
    *ret_width = ceil((double)w / PANGO_SCALE);
    *ret_height = ceil((double)h / PANGO_SCALE);
    g_object_unref(layout);
}

static void draw_text(const struct drawing *d, cairo_t *cr, const struct ink *ink, const char *text, double x, double y,
                      double width, bool right)
{
    PangoLayout *layout = layout_new(d, ink, text, width);
    if (right)
        pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT);
    colour(cr, ink->colour);
    cairo_move_to(cr, x, y);
    pango_cairo_show_layout(cr, layout);
    g_object_unref(layout);
}

static const struct ink *ink_of(const struct drawing *d, size_t column)
{
    return d->grid->columns[column].main ? &name_ink : &cell_ink;
}

/* What a tag needs besides its words: the glyph, the gap and the round ends. */
static double tag_extra(const struct drawing *d, size_t column)
{
    return column == d->grid->state_column ? TAG_GLYPH + 6 + 18 : 0;
}

static double natural_width(const struct drawing *d, size_t column)
{
    double widest, w, h;
    measure(d, &head_ink, d->grid->columns[column].title, 0, &widest, &h);
    for (size_t i = d->request->first; i < d->grid->row_count; i++) {
        struct ink ink = *ink_of(d, column);
        ink.bold = ink.bold || column == d->grid->state_column;
        measure(d, &ink, d->grid->rows[i].cells[column].text, 0, &w, &h);
        widest = fmax(widest, w + tag_extra(d, column));
    }
    return widest + 2 * PAD_X;
}

/* Columns that stay whole get what they need; the others share what is left by weight, none more than it needs as long
 * as another can use it. */
static void columns_measure(struct drawing *d)
{
    const struct grid *g = d->grid;
    double natural[GRID_COLUMNS_MAX], left = WIDTH - 2 * MARGIN;
    bool open[GRID_COLUMNS_MAX];
    for (size_t c = 0; c < g->column_count; c++) {
        natural[c] = natural_width(d, c);
        open[c] = !g->columns[c].keep && !g->columns[c].number;
        if (!open[c]) {
            d->width[c] = fmin(natural[c], KEEP_MOST);
            left -= d->width[c];
        }
    }
    for (bool settled = false; !settled;) {
        double weights = 0;
        settled = true;
        for (size_t c = 0; c < g->column_count; c++)
            weights += open[c] ? g->columns[c].weight : 0;
        for (size_t c = 0; c < g->column_count; c++) {
            if (!open[c])
                continue;
            d->width[c] = left * g->columns[c].weight / weights;
            if (natural[c] < d->width[c] && weights > g->columns[c].weight) {
                d->width[c] = natural[c];
                left -= natural[c];
                open[c] = settled = false;
                break;
            }
        }
    }
    double x = MARGIN;
    for (size_t c = 0; c < g->column_count; c++) {
        d->x[c] = x;
        d->width[c] = floor(d->width[c]);
        x += d->width[c];
    }
}

static double row_height(const struct drawing *d, const struct grid_row *row)
{
    double tallest = 0, w, h;
    for (size_t c = 0; c < d->grid->column_count; c++) {
        double room = d->width[c] - 2 * PAD_X - tag_extra(d, c);
        measure(d, ink_of(d, c), row->cells[c].text, room, &w, &h);
        tallest = fmax(tallest, h);
    }
    return tallest + 2 * PAD_Y;
}

static double tallest_picture(void)
{
    return fmin(SIDE_MOST, floor((double)LIMIT_PICTURE_PIXELS / (WIDTH * SCALE))) / SCALE;
}

/* Which rows fit, and how tall all becomes. One row is always drawn, cut when it is taller than a picture. */
static void rows_measure(struct drawing *d)
{
    double w, h, tail = MARGIN + 2 * HEAD_PX + PAD_Y;
    measure(d, &title_ink, d->grid->title, WIDTH - 2 * MARGIN, &w, &h);
    d->top = MARGIN + h;
    measure(d, &sub_ink, d->request->subtitle, WIDTH - 2 * MARGIN, &w, &h);
    d->top += 4 + h + 12;
    d->head_height = 0;
    for (size_t c = 0; c < d->grid->column_count; c++) {
        measure(d, &head_ink, d->grid->columns[c].title, d->width[c] - 2 * PAD_X, &w, &h);
        d->head_height = fmax(d->head_height, h + 2 * PAD_Y);
    }
    d->total = d->top + d->head_height;
    for (d->end = d->request->first; d->end < d->grid->row_count; d->end++) {
        double height = row_height(d, &d->grid->rows[d->end]);
        double room = tallest_picture() - tail - d->total;
        if (height > room && d->end > d->request->first)
            break;
        d->height[d->end] = fmin(height, room);
        d->total += d->height[d->end];
    }
    bool more = d->end < d->grid->row_count && d->request->remainder != NULL;
    d->total += d->grid->row_count == 0 || more ? tail : MARGIN;
}

static void glyph_path(cairo_t *cr, enum body_state state, double x, double y, double size)
{
    double half = size / 2, cx = x + half, cy = y + half;
    cairo_new_path(cr);
    cairo_set_line_width(cr, size * 0.2);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    switch (state) {
    case STATE_GOOD:
        cairo_arc(cr, cx, cy, half * 0.92, 0, 2 * M_PI);
        cairo_fill(cr);
        break;
    case STATE_SOON:
        cairo_move_to(cr, cx, y);
        cairo_line_to(cr, x + size, y + size * 0.93);
        cairo_line_to(cr, x, y + size * 0.93);
        cairo_close_path(cr);
        cairo_fill(cr);
        break;
    case STATE_PAST:
        cairo_move_to(cr, x + 1, y + 1);
        cairo_line_to(cr, x + size - 1, y + size - 1);
        cairo_move_to(cr, x + size - 1, y + 1);
        cairo_line_to(cr, x + 1, y + size - 1);
        cairo_stroke(cr);
        break;
    case STATE_DOWN:
        cairo_rectangle(cr, x + 0.5, y + 0.5, size - 1, size - 1);
        cairo_fill(cr);
        break;
    case STATE_UNKNOWN:
        cairo_move_to(cr, cx, y);
        cairo_line_to(cr, x + size, cy);
        cairo_line_to(cr, cx, y + size);
        cairo_line_to(cr, x, cy);
        cairo_close_path(cr);
        cairo_fill(cr);
        break;
    case STATE_MUTED:
        cairo_rectangle(cr, x + size * 0.15, y + 0.5, size * 0.25, size - 1);
        cairo_rectangle(cr, x + size * 0.6, y + 0.5, size * 0.25, size - 1);
        cairo_fill(cr);
        break;
    case STATE_EXCLUDED:
    case STATE_COUNT:
        cairo_set_line_width(cr, size * 0.14);
        cairo_arc(cr, cx, cy, half * 0.86, 0, 2 * M_PI);
        cairo_move_to(cr, cx - half * 0.6, cy + half * 0.6);
        cairo_line_to(cr, cx + half * 0.6, cy - half * 0.6);
        cairo_stroke(cr);
        break;
    }
}

static void draw_tag(const struct drawing *d, cairo_t *cr, size_t column, const struct grid_row *row, double y)
{
    const struct token_state *t = token_state(row->state);
    const struct ink ink = {CELL_PX - 1, true, t->ink};
    const char *text = row->cells[column].text;
    double room = d->width[column] - 2 * PAD_X - tag_extra(d, column), w, h, x = d->x[column] + PAD_X;
    measure(d, &ink, text, room, &w, &h);
    double width = w + TAG_GLYPH + 6 + 18, r = fmin(11, (h + 4) / 2);
    cairo_new_sub_path(cr);
    cairo_arc(cr, x + width - r, y - 2 + r, r, -M_PI_2, 0);
    cairo_arc(cr, x + width - r, y + h + 2 - r, r, 0, M_PI_2);
    cairo_arc(cr, x + r, y + h + 2 - r, r, M_PI_2, M_PI);
    cairo_arc(cr, x + r, y - 2 + r, r, M_PI, 3 * M_PI_2);
    cairo_close_path(cr);
    colour(cr, t->back);
    cairo_fill(cr);
    colour(cr, t->ink);
    glyph_path(cr, row->state, x + 9, y + fmin(h, ink.px * 1.5) / 2 - TAG_GLYPH / 2, TAG_GLYPH);
    draw_text(d, cr, &ink, text, x + 9 + TAG_GLYPH + 6, y, room, false);
}

static void draw_line(cairo_t *cr, double y, enum token t)
{
    colour(cr, t);
    cairo_rectangle(cr, MARGIN, y - 1, WIDTH - 2 * MARGIN, 1);
    cairo_fill(cr);
}

static void draw_row(const struct drawing *d, cairo_t *cr, const struct grid_row *row, double y, double height)
{
    cairo_save(cr);
    cairo_rectangle(cr, MARGIN, y, WIDTH - 2 * MARGIN, height);
    cairo_clip(cr);
    for (size_t c = 0; c < d->grid->column_count; c++) {
        const char *text = row->cells[c].text;
        if (text[0] == '\0')
            continue;
        if (c == d->grid->state_column && row->state < STATE_COUNT)
            draw_tag(d, cr, c, row, y + PAD_Y);
        else
            draw_text(d, cr, ink_of(d, c), text, d->x[c] + PAD_X, y + PAD_Y, d->width[c] - 2 * PAD_X,
                      d->grid->columns[c].number);
    }
    cairo_restore(cr);
    draw_line(cr, y + height, TOKEN_LINE);
}

static void draw_table(const struct drawing *d, cairo_t *cr)
{
    double w, h, y = d->top;
    colour(cr, TOKEN_CARD);
    cairo_paint(cr);
    draw_text(d, cr, &title_ink, d->grid->title, MARGIN, MARGIN, WIDTH - 2 * MARGIN, false);
    measure(d, &title_ink, d->grid->title, WIDTH - 2 * MARGIN, &w, &h);
    draw_text(d, cr, &sub_ink, d->request->subtitle, MARGIN, MARGIN + h + 4, WIDTH - 2 * MARGIN, false);
    if (d->grid->row_count == 0) {
        draw_line(cr, y, TOKEN_LINE);
        draw_text(d, cr, &sub_ink, d->grid->empty, MARGIN, y + PAD_Y, WIDTH - 2 * MARGIN, false);
        return;
    }
    colour(cr, TOKEN_HOVER);
    cairo_rectangle(cr, MARGIN, y, WIDTH - 2 * MARGIN, d->head_height);
    cairo_fill(cr);
    for (size_t c = 0; c < d->grid->column_count; c++)
        draw_text(d, cr, &head_ink, d->grid->columns[c].title, d->x[c] + PAD_X, y + PAD_Y, d->width[c] - 2 * PAD_X,
                  d->grid->columns[c].number);
    y += d->head_height;
    draw_line(cr, y, TOKEN_LINE);
    for (size_t i = d->request->first; i < d->end; i++) {
        draw_row(d, cr, &d->grid->rows[i], y, d->height[i]);
        y += d->height[i];
    }
    if (d->end < d->grid->row_count && d->request->remainder != NULL) {
        char text[256];
        snprintf(text, sizeof text, d->request->remainder, d->grid->row_count - d->end);
        draw_text(d, cr, &note_ink, text, MARGIN, y + PAD_Y, WIDTH - 2 * MARGIN, false);
    }
}

/* Measuring and drawing use the same context settings, so what was measured is what is drawn. */
static PangoContext *context_new(PangoFontMap *map)
{
    PangoContext *context = pango_font_map_create_context(map);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_context_set_base_dir(context, PANGO_DIRECTION_LTR);
    pango_context_set_round_glyph_positions(context, FALSE);
    return context;
}

static bool has_fonts(PangoFontMap *map)
{
    PangoFontFamily **families;
    int count = 0;
    pango_font_map_list_families(map, &families, &count);
    g_free(families);
    return count > 0;
}

static bool paint(struct drawing *d, struct buf *png, struct err *e)
{
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(WIDTH * SCALE), (int)ceil(d->total * SCALE));
    cairo_t *cr = cairo_create(surface);
    cairo_scale(cr, SCALE, SCALE);
    draw_table(d, cr);
    cairo_status_t status = cairo_status(cr);
    cairo_destroy(cr);
    cairo_surface_flush(surface);
    bool good = status == CAIRO_STATUS_SUCCESS || err_set(e, ERR_INTERNAL, N_("the table '%s' cannot be drawn: %s"),
                                                          d->grid->title, cairo_status_to_string(status));
    if (good) {
        struct pixels pixels = {
            .bytes = cairo_image_surface_get_data(surface),
            .width = (unsigned)cairo_image_surface_get_width(surface),
            .height = (unsigned)cairo_image_surface_get_height(surface),
            .stride = (unsigned)cairo_image_surface_get_stride(surface),
            .per_metre = (unsigned)lround(96 * SCALE / 0.0254),
        };
        good = pixels_to_png(&pixels, png, e);
        if (!good)
            err_where(e, "%s", d->grid->title);
    }
    cairo_surface_destroy(surface);
    return good;
}

static bool picture_table(const struct picture_request *request, size_t *ret_next, struct buf *png, struct err *e)
{
    PangoFontMap *map = pango_cairo_font_map_new();
    bool good = has_fonts(map);
    if (!good)
        err_set(e, ERR_FILE, N_("no fonts are installed, so tables cannot be drawn; install fonts-dejavu-core"));
    if (good) {
        struct arena a = {0};
        struct drawing d = {.request = request, .grid = request->grid, .context = context_new(map)};
        d.height = arena_array(&a, double, request->grid->row_count + 1);
        columns_measure(&d);
        rows_measure(&d);
        good = paint(&d, png, e);
        if (good)
            *ret_next = d.end;
        g_object_unref(d.context);
        arena_release(&a);
    }
    g_object_unref(map);
    return good;
}

__attribute__((visibility("default"))) extern const struct picture_module talaia_module;
const struct picture_module talaia_module = {.paper = paper_draw, .table = picture_table};
