/* What every sheet is made of: cells, header, widths, table, printing. */
#include "report/sheet.h"

#include "base/text.h"

#define CELL_CHARS_MAX 32767 /* Excel's */
#define LINE_POINTS 12.75    /* of 10 point Arial */
#define UNIX_EPOCH_SERIAL 25569

static void keep_error(struct sheet *s, lxw_error error)
{
    if (s->error == LXW_NO_ERROR)
        s->error = error;
}

static lxw_format *column_format(const struct sheet *s, int column)
{
    switch (s->columns[column].kind) {
    case COLUMN_NAME: return s->formats->name;
    case COLUMN_WRAP: return s->formats->wrap;
    case COLUMN_DAY: return s->formats->day;
    case COLUMN_NUMBER: return s->formats->number;
    case COLUMN_TEXT:
    case COLUMN_STATE: break;
    }
    return s->formats->text;
}

/* Pixels to thousandths of the font's size: 10 points are 13.33 pixels; other renderers draw a little wider. */
#define FONT_PIXELS 13.33
#define SLACK 1.03

static int column_most(const struct sheet *s, int column)
{
    double bold = s->columns[column].kind == COLUMN_NAME ? 1.08 : 1.0;
    return (int)(s->columns[column].most * 1000 / (FONT_PIXELS * SLACK * bold));
}

void row_end(struct sheet *s)
{
    if (s->lines > 1) /* Excel's highest row has 409 points */
        keep_error(s, worksheet_set_row(s->to, s->row,
                                        s->lines * LINE_POINTS + 3 < 409 ? s->lines * LINE_POINTS + 3 : 409, NULL));
    s->lines = 1;
    s->row++;
}

/* Longer than a cell may be: cut, with a mark that it was. */
static lxw_error put_cut(struct sheet *s, int column, const char *text)
{
    struct arena a = {0};
    struct str rest = str_of(text);
    uint32_t c;
    for (size_t n = 0; n < CELL_CHARS_MAX - 2 && str_utf8_next(&rest, &c);)
        n += c > 0xffff ? 2 : 1; /* Excel counts UTF-16 */
    const char *cut = arena_printf(&a, "%.*s…", (int)(rest.p - text), text);
    lxw_error error = worksheet_write_string(s->to, s->row, (lxw_col_t)column, cut, column_format(s, column));
    arena_release(&a);
    return error;
}

/* What the model promises not to have: controls, and marks that turn the reading direction. */
static bool has_control(const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        if (((unsigned char)*p < 0x20 && *p != '\n') || *p == 0x7f || (unsigned char)*p == 0xe2 ||
            (unsigned char)*p == 0xc2 || (unsigned char)*p == 0xd8)
            return true; /* or a character that begins like one */
    return false;
}

static void put_clean(struct sheet *s, int column, const char *text);

void put_text(struct sheet *s, int column, const char *text)
{
    if (text != NULL && has_control(text)) {
        struct arena a = {0};
        put_clean(s, column, text_clean(&a, str_of(text), true));
        arena_release(&a);
    } else {
        put_clean(s, column, text);
    }
}

static void put_clean(struct sheet *s, int column, const char *text)
{
    if (text == NULL || text[0] == '\0') {
        keep_error(s, worksheet_write_blank(s->to, s->row, (lxw_col_t)column, column_format(s, column)));
        return;
    }
    struct text_size size = text_measure(text, column_most(s, column));
    if (size.widest > s->width[column])
        s->width[column] = size.widest;
    if (size.lines > s->lines)
        s->lines = size.lines;
    if (strlen(text) > CELL_CHARS_MAX && str_utf8_count(str_of(text)) > CELL_CHARS_MAX)
        keep_error(s, put_cut(s, column, text));
    else
        keep_error(s, worksheet_write_string(s->to, s->row, (lxw_col_t)column, text, column_format(s, column)));
}

double day_serial(day_t d)
{
    return (double)d + UNIX_EPOCH_SERIAL;
}

void put_day(struct sheet *s, int column, day_t d)
{
    if (d == DAY_NONE || day_serial(d) < 61) /* before March 1900 Excel has days that never were */
        put_text(s, column, "");
    else
        keep_error(s,
                   worksheet_write_number(s->to, s->row, (lxw_col_t)column, day_serial(d), column_format(s, column)));
}

void put_formula(struct sheet *s, int column, const char *formula, int value)
{
    lxw_format *format = column_format(s, column);
    keep_error(s, value == DAYS_NONE
                      ? worksheet_write_formula_str(s->to, s->row, (lxw_col_t)column, formula, format, "")
                      : worksheet_write_formula_num(s->to, s->row, (lxw_col_t)column, formula, format, value));
}

void sheet_begin(struct sheet *s, const char *title)
{
    worksheet_gridlines(s->to, LXW_HIDE_ALL_GRIDLINES);
    worksheet_set_row(s->to, 0, 24, NULL);
    worksheet_write_string(s->to, 0, 0, title, s->formats->title);
    worksheet_set_row(s->to, WORKBOOK_HEADER_ROW - 1, 22, NULL);
    worksheet_freeze_panes(s->to, WORKBOOK_HEADER_ROW, 1);
    s->row = WORKBOOK_HEADER_ROW;
    s->lines = 1;
}

/* Widths in Excel are counted in digits of 7 pixels, plus 5 pixels of padding. */
static void set_widths(struct sheet *s)
{
    static const double least[] = {[COLUMN_NAME] = 180, [COLUMN_WRAP] = 160, [COLUMN_DAY] = 80,
                                   [COLUMN_NUMBER] = 0, [COLUMN_TEXT] = 0,   [COLUMN_STATE] = 90};
    for (int c = 0; c < s->column_count; c++) {
        const struct sheet_column *column = &s->columns[c];
        bool bold = column->kind == COLUMN_NAME || column->kind == COLUMN_STATE;
        int head = text_measure(column->title[s->report->lang], 0).widest;
        double content = s->width[c] * FONT_PIXELS * SLACK / 1000 * (bold ? 1.08 : 1.0);
        double title = head * FONT_PIXELS * SLACK / 1000 * 1.08 + 24; /* the filter's arrow */
        content = content < least[column->kind] ? least[column->kind] : content;
        double pixels = (content > title ? content : title) + 10;
        keep_error(s, worksheet_set_column(s->to, (lxw_col_t)c, (lxw_col_t)c, (pixels - 5) / 7, NULL));
    }
}

static void add_table(struct sheet *s, const char *name)
{
    lxw_table_column columns[SHEET_COLUMNS_MAX];
    lxw_table_column *list[SHEET_COLUMNS_MAX + 1] = {0};
    char titles[SHEET_COLUMNS_MAX][64], table[64];
    for (int c = 0; c < s->column_count; c++) {
        snprintf(titles[c], sizeof titles[c], "%s", s->columns[c].title[s->report->lang]);
        columns[c] = (lxw_table_column){
            .header = titles[c],
            .header_format = s->columns[c].kind == COLUMN_NUMBER ? s->formats->head_number : s->formats->head};
        list[c] = &columns[c];
    }
    snprintf(table, sizeof table, "%s", name);
    lxw_table_options options = {.name = table,
                                 .columns = list,
                                 .no_banded_rows = LXW_TRUE,
                                 .style_type = LXW_TABLE_STYLE_TYPE_LIGHT,
                                 .style_type_number = 1};
    lxw_row_t last = s->row > WORKBOOK_HEADER_ROW ? s->row - 1 : WORKBOOK_HEADER_ROW; /* a table has a row at least */
    keep_error(
        s, worksheet_add_table(s->to, WORKBOOK_HEADER_ROW - 1, 0, last, (lxw_col_t)(s->column_count - 1), &options));
}

/* State cells take the colours of the glyph they begin with: they stay right when a person edits them. */
static void colour_states(struct sheet *s)
{
    for (int c = 0; c < s->column_count; c++) {
        if (s->columns[c].kind != COLUMN_STATE || s->row == WORKBOOK_HEADER_ROW)
            continue;
        for (int state = 0; state < STATE_COUNT; state++) {
            char glyph[16];
            snprintf(glyph, sizeof glyph, "%s", body_state_glyph((enum body_state)state));
            lxw_conditional_format condition = {.type = LXW_CONDITIONAL_TYPE_TEXT,
                                                .criteria = LXW_CONDITIONAL_CRITERIA_TEXT_BEGINS_WITH,
                                                .value_string = glyph,
                                                .format = s->formats->state[state]};
            keep_error(s, worksheet_conditional_format_range(s->to, WORKBOOK_HEADER_ROW, (lxw_col_t)c, s->row - 1,
                                                             (lxw_col_t)c, &condition));
        }
    }
}

static void set_print(struct sheet *s)
{
    char day[DAY_TEXT_BYTES], footer[256];
    worksheet_set_landscape(s->to);
    worksheet_set_paper(s->to, 9); /* A4 */
    worksheet_fit_to_pages(s->to, 1, 0);
    worksheet_set_margins(s->to, 0.4, 0.4, 0.5, 0.6);
    keep_error(s, worksheet_repeat_rows(s->to, WORKBOOK_HEADER_ROW - 1, WORKBOOK_HEADER_ROW - 1));
    snprintf(footer, sizeof footer, "&L&9ResumAjuntaments · &A · %s&R&9&P / &N", day_dmy(s->report->day, day));
    keep_error(s, worksheet_set_footer(s->to, footer));
}

void sheet_end(struct sheet *s, const char *table_name)
{
    add_table(s, table_name);
    set_widths(s);
    colour_states(s);
    set_print(s);
}
