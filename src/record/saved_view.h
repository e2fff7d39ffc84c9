/* Lists of bodies that people keep: a filter and an order under a name. Each is somebody's; a shared one everybody
 * sees. One that is removed is kept, and shown no more. */
#ifndef TALAIA_RECORD_SAVED_VIEW_H
#define TALAIA_RECORD_SAVED_VIEW_H

#include "base/mem.h"
#include "record/by.h"
#include "store/store.h"

struct saved_view {
    int64_t id, account_id;
    const char *owner; /* its name */
    bool shared;
    const char *name, *filter;
    const char *sort; /* code of the web's order, "" by urgency */
    bool reverse;
    bool first; /* the one that the account that asks begins with */
};

/* ERR_STATE when the account has one of that name; ERR_LIMIT when it has LIMIT_SAVED_VIEWS. */
bool saved_view_add(struct tx *tx, const struct by *by, const struct saved_view *v, int64_t *ret_id, struct err *e);
bool saved_view_remove(struct tx *tx, const struct by *by, int64_t id, struct err *e);
/* Begin with it; 0: with all bodies. */
bool saved_view_begin_with(struct tx *tx, int64_t account_id, int64_t id, struct err *e);
/* Those that the account sees: shared ones, then its own, by name. */
bool saved_views_load(struct tx *tx, struct arena *a, int64_t account_id, struct saved_view **ret, size_t *ret_count,
                      struct err *e);

#endif
