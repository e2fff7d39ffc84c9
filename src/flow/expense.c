#include "flow/expense.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/watch.h"
#include "report/workbook_list.h"
#include "table/table.h"

bool expense_month(const char *text, day_t *ret_first)
{
    char day[16];
    (void)snprintf(day, sizeof day, "%.7s-01", text);
    return strlen(text) == 7 && day_parse_iso(str_of(day), ret_first);
}

day_t expense_month_next(day_t first, int months)
{
    struct civil c = day_to_civil(first);
    int m = c.year * 12 + c.month - 1 + months;
    return day_from_civil(m / 12, m % 12 + 1, 1);
}

day_t expense_month_of(instant_t t)
{
    struct civil c = day_to_civil(day_madrid(t));
    return day_from_civil(c.year, c.month, 1);
}

const char *expense_month_code(day_t first, char out[8])
{
    struct civil c = day_to_civil(first);
    (void)snprintf(out, 8, "%04u-%02u", (unsigned)c.year % 10000, (unsigned)c.month % 100);
    return out;
}

bool expenses_read(struct desk *d, struct arena *a, day_t month, struct expenses *ret, struct err *e)
{
    struct tx tx;
    struct incident_call *calls;
    struct expenses x = {.month = month};
    struct call_filter f = {.claims = true, .from = INSTANT_NONE, .until = INSTANT_NONE};
    if (month != DAY_NONE) {
        f.from = watch_instant(month, 0);
        f.until = watch_instant(expense_month_next(month, 1), 0);
    }
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = incident_calls_load(&tx, a, &f, &calls, &x.count, e);
    tx_rollback(&tx);
    if (!ok)
        return false;
    x.items = calls;
    for (size_t i = 0; i < x.count; i++) {
        x.cents += calls[i].cents > 0 ? calls[i].cents : 0;
        x.lacking += calls[i].cents < 0 || calls[i].file_name[0] == '\0';
    }
    *ret = x;
    return true;
}

/* ------------------------------------------------------------------ files */

static const char *const titles[] = {N_("Day"),   N_("Hour"),   N_("Who"),       N_("Contact"), N_("Number"),
                                     N_("Phone"), N_("Amount"), N_("Statement"), N_("Probe"),   N_("Incident")};
enum { COLUMNS = sizeof titles / sizeof *titles, COLUMN_DAY = 0, COLUMN_AMOUNT = 6 };

/* The texts of a row; those of the first and of the amount are what people read. */
static void cells_of(const struct incident_call *k, struct arena *a, const char *cells[COLUMNS])
{
    char day[DAY_TEXT_BYTES], at[INSTANT_TEXT_BYTES];
    const char *all[COLUMNS] = {arena_strdup(a, day_dmy(day_madrid(k->at), day)),
                                arena_strdup(a, instant_madrid(k->at, at) + 11),
                                k->who,
                                k->contact,
                                k->number,
                                k->phone,
                                k->cents < 0 ? "" : amount_words(a, k->cents),
                                k->file_name,
                                k->probe,
                                arena_printf(a, "%" PRId64, k->incident_id)};
    memcpy(cells, all, sizeof all);
}

static void csv_row(struct buf *to, const char *const *cells)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        table_csv_field(to, str_of(cells[i]), ';');
        (void)buf_add_text(to, i + 1 == COLUMNS ? "\r\n" : ";");
    }
}

bool expenses_csv(const struct expenses *x, struct arena *a, enum lang lang, struct buf *to, struct err *e)
{
    const char *cells[COLUMNS];
    (void)buf_add_text(to, "\xEF\xBB\xBF");
    for (size_t i = 0; i < COLUMNS; i++)
        cells[i] = tr(lang, titles[i]);
    csv_row(to, cells);
    for (size_t i = 0; i < x->count; i++) {
        cells_of(&x->items[i], a, cells);
        csv_row(to, cells);
    }
    return !buf_full(to) || err_set(e, ERR_LIMIT, N_("the list is too long"));
}

bool expenses_xlsx(const struct expenses *x, struct arena *a, enum lang lang, instant_t made, const char *path,
                   struct err *e)
{
    struct list_column columns[COLUMNS];
    struct list_value *values = arena_array(a, struct list_value, x->count * COLUMNS + 1);
    char month[8];
    for (size_t c = 0; c < COLUMNS; c++)
        columns[c] = (struct list_column){tr(lang, titles[c]), c == COLUMN_DAY      ? LIST_DAY
                                                               : c == COLUMN_AMOUNT ? LIST_EURO
                                                                                    : LIST_TEXT};
    for (size_t i = 0; i < x->count; i++) {
        const char *cells[COLUMNS];
        cells_of(&x->items[i], a, cells);
        for (size_t c = 0; c < COLUMNS; c++)
            values[i * COLUMNS + c] = (struct list_value){cells[c], day_madrid(x->items[i].at), x->items[i].cents};
    }
    const char *what = tr(lang, N_("Calls to be claimed as expenses"));
    const struct workbook_list list = {
        .title = x->month == DAY_NONE ? what : arena_printf(a, "%s, %s", what, expense_month_code(x->month, month)),
        .sheet = tr(lang, N_("Expenses")),
        .made = made,
        .columns = columns,
        .column_count = COLUMNS,
        .values = values,
        .row_count = x->count,
        .sum = tr(lang, N_("Sum")),
    };
    return report_list_write(&list, path, e);
}

bool expense_statement(struct desk *d, struct arena *a, int64_t call_id, struct incident_call *ret, struct buf *bytes,
                       struct err *e)
{
    struct tx tx;
    bool found = false;
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = incident_call_file(&tx, a, call_id, ret, bytes, &found, e);
    tx_rollback(&tx);
    return ok && (found || err_set(e, ERR_UNKNOWN, N_("call %lld has no statement"), (long long)call_id));
}
