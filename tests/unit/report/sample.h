/* Reports invented for the tests: bodies that exist as names only, dates around 20/11/2026, example domains. */
#ifndef TALAIA_TESTS_REPORT_SAMPLE_H
#define TALAIA_TESTS_REPORT_SAMPLE_H

#include "base/mem.h"
#include "report/model.h"

/* "demo": some twenty varied rows in each table; "empty": a quiet week, nothing in any table; "hostile": names and
 * texts that attack whoever shows them; "first": like demo, without an earlier report; "many": a large number of rows
 * in all. */
const struct report *sample_report(struct arena *a, const char *scenario, enum lang lang);
/* `rows` bodies in Query and as many rows in the other sheets as that makes. */
const struct report *sample_rows(struct arena *a, size_t rows, enum lang lang);

#endif
