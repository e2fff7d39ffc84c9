/* A body's cases inside a transaction, and the line that every dated event adds to a case's comment (procedure A2). */
#ifndef TALAIA_FLOW_CASES_H
#define TALAIA_FLOW_CASES_H

#include "flow/desk.h"
#include "record/body.h"
#include "record/renewal.h"

/* The body's open cases on the desk's day (core/warning.h, warning_cases_known). In the desk's arena. */
bool cases_of_body(struct desk *d, struct tx *tx, const struct body *b, struct warning_case **ret, size_t *ret_count,
                   struct err *e);

/* Below the first threshold on the desk's day, and not over. */
bool case_is_soon(const struct desk *d, const struct warning_case *c);

/* "20/11/2026: text" at the end of the case's comment: warnings that went out, replies, stages, corrections, evidence.
 * The same line stands there once. */
bool case_add_line(struct desk *d, struct tx *tx, int64_t case_id, day_t day, const char *text, struct err *e);

#endif
