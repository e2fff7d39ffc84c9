#include "probe/timers.h"

static void put(struct timers *all, size_t place, struct loop_timer *t)
{
    all->heap.items[place - 1] = t;
    t->place = place;
}

static void sift(struct timers *all, struct loop_timer *t)
{
    size_t i = t->place;
    struct loop_timer **h = all->heap.items - 1;
    for (; i > 1 && h[i / 2]->at > t->at; i /= 2)
        put(all, i, h[i / 2]);
    for (;;) {
        size_t child = i * 2;
        if (child > all->heap.count)
            break;
        if (child < all->heap.count && h[child + 1]->at < h[child]->at)
            child++;
        if (h[child]->at >= t->at)
            break;
        put(all, i, h[child]);
        i = child;
    }
    put(all, i, t);
}

void timers_set(struct timers *all, struct loop_timer *t, int64_t at)
{
    t->at = at;
    if (t->place == 0) {
        vec_push(&all->heap, t);
        t->place = all->heap.count;
    }
    sift(all, t);
}

void timers_stop(struct timers *all, struct loop_timer *t)
{
    if (t->place == 0)
        return;
    struct loop_timer *last = all->heap.items[--all->heap.count];
    if (last != t) {
        put(all, t->place, last);
        sift(all, last);
    }
    t->place = 0;
}

void timers_release(struct timers *all)
{
    vec_release(&all->heap);
}
