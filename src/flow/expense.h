/* Calls that need an expense claim, month by month (procedure C: the 24×7 number is paid, and a call from any phone
 * that is not the on-call phone is claimed). */
#ifndef TALAIA_FLOW_EXPENSE_H
#define TALAIA_FLOW_EXPENSE_H

#include "base/buf.h"
#include "flow/desk.h"
#include "record/incident.h"

/* "2026-11" → its first day. */
bool expense_month(const char *text, day_t *ret_first);
day_t expense_month_of(instant_t t);                      /* the first day of its month in Madrid */
day_t expense_month_next(day_t first, int months);        /* months on, or back */
const char *expense_month_code(day_t first, char out[8]); /* "2026-11" */

struct expenses {
    day_t month; /* its first day; DAY_NONE: all */
    const struct incident_call *items;
    size_t count;
    int64_t cents;  /* of those that are known */
    size_t lacking; /* that lack amount or statement */
};
bool expenses_read(struct desk *d, struct arena *a, day_t month, struct expenses *ret, struct err *e);
/* As a spreadsheet of our languages reads it (UTF-8 with its mark, semicolons, CR LF). */
bool expenses_csv(const struct expenses *x, struct arena *a, enum lang lang, struct buf *to, struct err *e);
/* The same as a workbook with real dates and amounts, and their sum. */
bool expenses_xlsx(const struct expenses *x, struct arena *a, enum lang lang, instant_t made, const char *path,
                   struct err *e);
/* The statement of a call. ERR_UNKNOWN when there is no such call, or it has none. */
bool expense_statement(struct desk *d, struct arena *a, int64_t call_id, struct incident_call *ret, struct buf *bytes,
                       struct err *e);

#endif
