/* What falls due when: a heap of timers that live inside their owners, the earliest on top. Setting, moving and taking
 * out cost the logarithm of their number. */
#ifndef TALAIA_PROBE_TIMERS_H
#define TALAIA_PROBE_TIMERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

struct loop_timer {
    int64_t at;   /* in the owner's clock */
    size_t place; /* in the heap, from 1; 0: not set */
    void (*due)(struct loop_timer *t);
};
struct timers {
    VEC(struct loop_timer *) heap;
};
void timers_set(struct timers *all, struct loop_timer *t, int64_t at);
void timers_stop(struct timers *all, struct loop_timer *t); /* nothing happens when it is not set */
void timers_release(struct timers *all);                    /* not the timers themselves */

/* The earliest; NULL when none is set. */
static inline struct loop_timer *timers_first(const struct timers *all)
{
    return all->heap.count == 0 ? NULL : all->heap.items[0];
}

/* The owner of what lives inside it. */
#define MEMBER_OF(pointer, type, member) ((type *)((uintptr_t)(pointer)-offsetof(type, member)))

#endif
