/* A list of bodies as an address asks for it: filter, order, and the lists that people keep. Internal to the web.
 *
 *     /ens?q=caduca%3C30&ordre=nom&sentit=baixa     what stands there
 *     /ens?vista=12                                 a list that was kept; vista=0: all bodies
 *     /ens                                          the one that the account begins with, or all */
#ifndef TALAIA_WEB_LIST_H
#define TALAIA_WEB_LIST_H

#include "record/saved_view.h"
#include "web/filter.h"
#include "web/layout.h"

enum order {
    ORDER_URGENCY,
    ORDER_NAME,
    ORDER_PLATFORM,
    ORDER_CDS,
    ORDER_CDA,
    ORDER_STATE,
    ORDER_REGISTRY,
    ORDER_COUNT
};
struct order_kind {
    const char *code, *title; /* English, for tr(); NULL: no column of its own */
    bool right;
};
extern const struct order_kind list_orders[ORDER_COUNT];

struct list {
    const char *text; /* of the filter, as typed */
    struct filter filter;
    enum order order;
    bool reverse;
    const struct view_body **items;
    size_t count;
    const struct saved_view *kept; /* those that this account sees */
    size_t kept_count;
    const struct saved_view *here;  /* the one that this is, or NULL */
    const struct saved_view *first; /* the one that the account begins with, or NULL */
};
/* False after an answer. */
bool list_choose(struct call *c, const struct view *v, struct list *ret);
/* "/ens?q=…&ordre=…": `page` is "/ens", "/ens.csv", … */
const char *list_address(struct call *c, const struct list *l, const char *page, const char *filter, enum order order,
                         bool reverse);

/* One line of what matters most of a body; "" when there is nothing. */
const char *list_what_happens(struct call *c, const struct view *v, const struct view_body *b);
/* Of the state that has two reasons, the one that it is; NULL: the state's own word. */
const char *list_state_words(struct call *c, const struct view_body *b);

#endif
