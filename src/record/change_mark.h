/* Whether anything has changed: what was rendered under one mark is true while the mark stays. */
#ifndef TALAIA_RECORD_CHANGE_MARK_H
#define TALAIA_RECORD_CHANGE_MARK_H

#include "store/store.h"

/* Grows with every change that a page could show: each leaves a line in the audit trail, a round or an import. */
struct change_mark {
    int64_t audit, sweep, import, report, message, standing;
};
bool change_mark_get(struct tx *tx, struct change_mark *ret, struct err *e);
bool change_mark_same(const struct change_mark *a, const struct change_mark *b);

#endif
