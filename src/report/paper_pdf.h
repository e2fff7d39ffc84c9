/* Private to the module talaia-picture. */
#ifndef TALAIA_REPORT_PAPER_PDF_H
#define TALAIA_REPORT_PAPER_PDF_H

#include "report/paper.h"

bool paper_draw(const struct paper *p, struct buf *pdf, struct err *e);

#endif
