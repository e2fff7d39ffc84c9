/* How the workbook looks: the same tokens as pages and e-mail, in the light theme (Excel has no other). */
#include "report/sheet.h"

#include "draw/tokens.h"

/* Metric twins of Arial exist everywhere, so the widths that we compute hold. */
static lxw_format *format_new(lxw_workbook *workbook, enum token ink, double size)
{
    lxw_format *f = workbook_add_format(workbook);
    format_set_font_name(f, "Arial");
    format_set_font_size(f, size);
    format_set_font_color(f, token_colour(ink, THEME_LIGHT));
    format_set_align(f, LXW_ALIGN_VERTICAL_TOP);
    return f;
}

static lxw_format *cell_format(lxw_workbook *workbook)
{
    lxw_format *f = format_new(workbook, TOKEN_INK, 10);
    format_set_bottom(f, LXW_BORDER_THIN);
    format_set_bottom_color(f, token_colour(TOKEN_LINE, THEME_LIGHT));
    return f;
}

static lxw_format *head_format(lxw_workbook *workbook)
{
    lxw_format *f = cell_format(workbook);
    format_set_bold(f);
    format_set_font_color(f, token_colour(TOKEN_SOFT, THEME_LIGHT));
    format_set_bg_color(f, token_colour(TOKEN_HOVER, THEME_LIGHT));
    format_set_align(f, LXW_ALIGN_VERTICAL_CENTER);
    return f;
}

static lxw_format *condition_format(lxw_workbook *workbook, enum token ink, enum token back, bool bold)
{
    lxw_format *f = workbook_add_format(workbook);
    format_set_font_color(f, token_colour(ink, THEME_LIGHT));
    if (back != TOKEN_COUNT)
        format_set_bg_color(f, token_colour(back, THEME_LIGHT));
    if (bold)
        format_set_bold(f);
    return f;
}

static void conditions_make(lxw_workbook *workbook, struct formats *f)
{
    for (int s = 0; s < STATE_COUNT; s++) {
        const struct token_state *t = token_state((enum body_state)s);
        f->state[s] = condition_format(workbook, t->ink, t->back, true);
    }
    f->warn = condition_format(workbook, TOKEN_INK, TOKEN_SOON_BG, false);
    f->negative = condition_format(workbook, TOKEN_PAST, TOKEN_COUNT, true);
    f->soon = condition_format(workbook, TOKEN_SOON, TOKEN_COUNT, true);
    f->negative_warn = condition_format(workbook, TOKEN_PAST, TOKEN_SOON_BG, true);
    f->soon_warn = condition_format(workbook, TOKEN_SOON, TOKEN_SOON_BG, true);
    f->struck = condition_format(workbook, TOKEN_MUTED, TOKEN_COUNT, false);
    format_set_font_strikeout(f->struck);
}

void formats_make(lxw_workbook *workbook, struct formats *f)
{
    f->title = format_new(workbook, TOKEN_INK, 14);
    format_set_bold(f->title);
    format_set_align(f->title, LXW_ALIGN_VERTICAL_CENTER);
    f->sub = format_new(workbook, TOKEN_SOFT, 10);
    f->sub_lines = format_new(workbook, TOKEN_SOFT, 10);
    format_set_text_wrap(f->sub_lines);
    f->sub_day = format_new(workbook, TOKEN_INK, 10);
    format_set_num_format(f->sub_day, "dd/mm/yyyy");
    format_set_bold(f->sub_day);
    format_set_align(f->sub_day, LXW_ALIGN_LEFT);
    f->head = head_format(workbook);
    f->head_number = head_format(workbook);
    format_set_align(f->head_number, LXW_ALIGN_RIGHT);
    format_set_indent(f->head_number, 2); /* room for the filter's arrow */
    f->text = cell_format(workbook);
    f->wrap = cell_format(workbook);
    format_set_text_wrap(f->wrap);
    f->name = cell_format(workbook);
    format_set_text_wrap(f->name);
    format_set_bold(f->name);
    f->day = cell_format(workbook);
    format_set_num_format(f->day, "dd/mm/yyyy");
    format_set_align(f->day, LXW_ALIGN_LEFT);
    f->number = cell_format(workbook);
    format_set_num_format(f->number, "0");
    format_set_align(f->number, LXW_ALIGN_RIGHT);
    format_set_indent(f->number, 1);
    conditions_make(workbook, f);
}
