/* What a person does with lists that are kept (record/saved_view.h): each in one transaction with its line in the audit
 * trail. */
#ifndef TALAIA_FLOW_SAVED_H
#define TALAIA_FLOW_SAVED_H

#include "flow/desk.h"
#include "record/saved_view.h"

/* `v` as it is to be kept, its texts as typed; `begin`: the account begins with it from now on. */
bool saved_keep(struct desk *d, const struct saved_view *v, bool begin, int64_t *ret_id, struct err *e);
/* One's own; with `others` also a shared one of somebody else. ERR_UNKNOWN when it is not there. */
bool saved_drop(struct desk *d, int64_t account_id, int64_t id, bool others, struct err *e);
/* 0: with all bodies. */
bool saved_begin_with(struct desk *d, int64_t account_id, int64_t id, struct err *e);

#endif
