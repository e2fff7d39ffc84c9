/* The Friday report as plain text, at most 78 columns wide: the e-mail's text part, report.txt, a terminal. */
#ifndef TALAIA_REPORT_TEXT_H
#define TALAIA_REPORT_TEXT_H

#include "base/buf.h"
#include "report/grid.h"
#include "report/texts.h"

#define REPORT_TEXT_WIDTH 78 /* RFC 5322 §2.1.1 */

/* Lines end in LF. */
bool report_text(const struct report *r, const struct report_texts *t, struct buf *text, struct err *e);

#endif
