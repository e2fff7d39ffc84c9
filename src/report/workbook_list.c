/* Inside the workbook module: a list of one sheet. */
#include "report/workbook_list.h"

#include "report/sheet.h"

#define HEAD_ROW 2

static lxw_format *euro_format(lxw_workbook *workbook)
{
    lxw_format *f = workbook_add_format(workbook);
    if (f != NULL) {
        format_set_num_format(f, "#,##0.00 \"€\"");
        format_set_align(f, LXW_ALIGN_RIGHT);
    }
    return f;
}

static lxw_error put(lxw_worksheet *to, lxw_row_t row, lxw_col_t column, enum list_kind kind,
                     const struct list_value *v, const struct formats *f, lxw_format *euro)
{
    bool nothing = kind == LIST_TEXT  ? v->text == NULL || v->text[0] == '\0'
                   : kind == LIST_DAY ? v->day == DAY_NONE
                                      : v->cents < 0;
    if (nothing)
        return LXW_NO_ERROR;
    if (kind == LIST_DAY)
        return worksheet_write_number(to, row, column, day_serial(v->day), f->day);
    if (kind == LIST_EURO)
        return worksheet_write_number(to, row, column, (double)v->cents / 100, euro);
    return worksheet_write_string(to, row, column, v->text, f->text);
}

/* Widths by the longest text, in characters as Excel counts them. */
static lxw_error set_width(lxw_worksheet *to, const struct workbook_list *x, size_t column)
{
    size_t most = str_utf8_count(str_of(x->columns[column].title)) + 3;
    for (size_t i = 0; i < x->row_count && x->columns[column].kind == LIST_TEXT; i++) {
        const char *text = x->values[i * x->column_count + column].text;
        size_t n = text == NULL ? 0 : str_utf8_count(str_of(text));
        most = n > most ? n : most;
    }
    most = most < 12 ? 12 : most > 50 ? 50 : most;
    return worksheet_set_column(to, (lxw_col_t)column, (lxw_col_t)column, (double)most, NULL);
}

static lxw_error put_sums(lxw_worksheet *to, const struct workbook_list *x, const struct formats *f, lxw_format *euro)
{
    lxw_row_t row = HEAD_ROW + 1 + (lxw_row_t)x->row_count;
    lxw_error error = worksheet_write_string(to, row, 0, x->sum, f->name);
    for (size_t c = 0; c < x->column_count && error == LXW_NO_ERROR; c++) {
        double sum = 0;
        char formula[64];
        if (x->columns[c].kind != LIST_EURO)
            continue;
        for (size_t i = 0; i < x->row_count; i++)
            sum += x->values[i * x->column_count + c].cents > 0 ? (double)x->values[i * x->column_count + c].cents / 100
                                                                : 0;
        (void)snprintf(formula, sizeof formula, "=SUM(%c%d:%c%zu)", (int)('A' + c), HEAD_ROW + 2, (int)('A' + c),
                       HEAD_ROW + 1 + (x->row_count == 0 ? 1 : x->row_count));
        error = worksheet_write_formula_num(to, row, (lxw_col_t)c, formula, euro, sum);
    }
    return error;
}

lxw_error workbook_list_fill(lxw_workbook *workbook, const struct workbook_list *x)
{
    struct formats f;
    lxw_format *euro = euro_format(workbook);
    lxw_worksheet *to = workbook_add_worksheet(workbook, x->sheet);
    lxw_doc_properties properties = {.created = x->made / INSTANT_PER_SECOND};
    formats_make(workbook, &f);
    if (to == NULL || euro == NULL)
        return LXW_ERROR_MEMORY_MALLOC_FAILED;
    lxw_error error = workbook_set_properties(workbook, &properties);
    if (error == LXW_NO_ERROR)
        error = worksheet_write_string(to, 0, 0, x->title, f.title);
    for (size_t c = 0; c < x->column_count && error == LXW_NO_ERROR; c++) {
        error = worksheet_write_string(to, HEAD_ROW, (lxw_col_t)c, x->columns[c].title,
                                       x->columns[c].kind == LIST_EURO ? f.head_number : f.head);
        for (size_t i = 0; i < x->row_count && error == LXW_NO_ERROR; i++)
            error = put(to, HEAD_ROW + 1 + (lxw_row_t)i, (lxw_col_t)c, x->columns[c].kind,
                        &x->values[i * x->column_count + c], &f, euro);
        if (error == LXW_NO_ERROR)
            error = set_width(to, x, c);
    }
    if (error == LXW_NO_ERROR && x->sum != NULL)
        error = put_sums(to, x, &f, euro);
    worksheet_freeze_panes(to, HEAD_ROW + 1, 0);
    worksheet_set_landscape(to);
    worksheet_fit_to_pages(to, 1, 0);
    return error;
}
