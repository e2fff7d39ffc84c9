/* What the desk knows at one moment, read once and shared by every request until something changes.
 *
 * Reading a thousand bodies takes milliseconds, asking whether anything has changed takes microseconds: so pages are
 * made from a view, and a view stays while its change mark does and the day is the same. It is never written after it
 * was made; who uses it holds a reference. */
#ifndef TALAIA_WEB_VIEW_H
#define TALAIA_WEB_VIEW_H

#include <stdatomic.h>

#include "core/watch.h"
#include "flow/plan.h"
#include "record/change_mark.h"
#include "record/outage.h"
#include "record/sweep.h"

struct view_body {
    const struct body *body;
    enum body_state state;
    int urgency;                      /* days, DAYS_NONE */
    const struct outage *outage;      /* open, or NULL */
    const struct silence *silence;    /* in force, or NULL */
    const struct watch_record *watch; /* or NULL: never checked */
    const struct planned *next;       /* the next warning in sixty days, or NULL */
    const char *short_name;
    const char *fold; /* what a filter's words are looked for in */
    bool long_gone;   /* left the registry long ago: shown only when asked for */
};

#define VIEW_PLAN_DAYS 60
struct view {
    atomic_int users;
    struct arena arena;
    struct change_mark mark;
    day_t day;
    instant_t until; /* the next certificate ends then: from there on it is another view */
    size_t ended;    /* certificates whose last day is today and that have ended: part of the key of a finished page */
    struct bodies bodies;
    const struct view_body *items;   /* by id, as bodies.items */
    const struct view_body **sorted; /* most urgent first */
    const struct outage *outages;    /* open and past, oldest first */
    size_t outage_count;
    struct plan plan;
    instant_t blind;              /* since when our own network keeps us from seeing; INSTANT_NONE */
    struct sweep_info last_round; /* id 0: none */
    size_t in_state[STATE_COUNT]; /* watched bodies by state; excluded ones under STATE_EXCLUDED */
    size_t watched;
};

/* The desk's day and language; `d` is only read. Everything lives in the view. */
bool view_make(struct desk *d, const struct change_mark *mark, struct view **ret, struct err *e);
void view_take(struct view *v);
void view_drop(struct view *v); /* the last one frees it; NULL is fine */

const struct view_body *view_find(const struct view *v, int64_t body_id); /* NULL when there is none */
/* Why it is excluded or not verifiable, in that language; "" when it is neither. */
const char *view_reason(const struct desk *d, const struct view_body *b, enum lang lang);

#endif
