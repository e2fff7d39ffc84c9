/* Not here: what the descriptors are for. */
#include "probe/loop.h"

#include <errno.h>
#include <stddef.h>

bool loop_open(struct loop *l, struct probe_clock clock, struct err *e)
{
    int fd = epoll_create1(EPOLL_CLOEXEC);
    if (fd < 0)
        return err_set(e, ERR_FILE, N_("No event loop can be made: %s."), err_system(e, errno));
    *l = (struct loop){.epoll = fd, .clock = clock, .now = clock.monotonic(clock.ctx)};
    return true;
}

void loop_close(struct loop *l)
{
    close(l->epoll);
    timers_release(&l->timers);
}

static bool control(struct loop *l, int what, struct loop_io *io, uint32_t events)
{
    struct epoll_event ev = {.events = events, .data.ptr = io};
    return epoll_ctl(l->epoll, what, io->fd, &ev) == 0;
}

bool loop_add(struct loop *l, struct loop_io *io, uint32_t events)
{
    return control(l, EPOLL_CTL_ADD, io, events);
}

bool loop_change(struct loop *l, struct loop_io *io, uint32_t events)
{
    return control(l, EPOLL_CTL_MOD, io, events);
}

void loop_remove(struct loop *l, struct loop_io *io, bool close_it)
{
    if (io->fd < 0)
        return;
    if (close_it)
        close(io->fd); /* which takes it out of the epoll set: nothing here duplicates descriptors */
    else
        control(l, EPOLL_CTL_DEL, io, 0);
    io->fd = -1;
    for (int i = l->batch_at; i < l->batch_count; i++)
        if (l->batch[i].data.ptr == io)
            l->batch[i].data.ptr = NULL;
}

void loop_timer_set(struct loop *l, struct loop_timer *t, int64_t at)
{
    timers_set(&l->timers, t, at);
}

void loop_timer_stop(struct loop *l, struct loop_timer *t)
{
    timers_stop(&l->timers, t);
}

/* ---------------------------------------------------------------- a turn */

static int wait_ms(const struct loop *l)
{
    const struct loop_timer *first = timers_first(&l->timers);
    if (first == NULL)
        return -1;
    int64_t left = first->at - l->clock.monotonic(l->clock.ctx);
    if (left <= 0)
        return 0;
    /* rounded up, so that a timer is due when the wait ends; in steps of a second at most, as a test's clock may run
       faster than epoll's */
    return left > INSTANT_PER_SECOND ? 1000 : (int)((left + 999) / 1000);
}

bool loop_turn(struct loop *l)
{
    int n = epoll_wait(l->epoll, l->batch, LOOP_BATCH, wait_ms(l));
    l->now = l->clock.monotonic(l->clock.ctx);
    if (n < 0)
        return errno == EINTR;
    l->batch_count = n;
    for (l->batch_at = 0; l->batch_at < l->batch_count;) {
        struct epoll_event ev = l->batch[l->batch_at++];
        struct loop_io *io = ev.data.ptr;
        if (io != NULL)
            io->ready(io, ev.events);
    }
    l->batch_count = l->batch_at = 0;
    for (struct loop_timer *t; (t = timers_first(&l->timers)) != NULL && t->at <= l->now;) {
        loop_timer_stop(l, t);
        t->due(t);
    }
    return true;
}
