/* One epoll loop: descriptors that become ready, timers that fall due. Internal to the engine.
 *
 * An `io` or `timer` lives inside its owner and may be taken out at any moment, from within a handler too: what was
 * already reported for it in this turn is dropped. Times are µs of the monotonic clock; `now` is read once per turn. */
#ifndef TALAIA_PROBE_LOOP_H
#define TALAIA_PROBE_LOOP_H

#include <stdint.h>
#include <sys/epoll.h>

#include "base/err.h"
#include "base/mem.h"
#include "probe/engine.h"
#include "probe/timers.h"

struct loop_io {
    int fd; /* -1: not in the loop */
    void (*ready)(struct loop_io *io, uint32_t events);
};

#define LOOP_BATCH 64

struct loop {
    int epoll;
    int64_t now;
    struct probe_clock clock;
    struct timers timers;
    struct epoll_event batch[LOOP_BATCH];
    int batch_count, batch_at;
};

bool loop_open(struct loop *l, struct probe_clock clock, struct err *e);
void loop_close(struct loop *l);

/* `events` as for epoll (EPOLLET for edges). False when the system refuses: errno. */
bool loop_add(struct loop *l, struct loop_io *io, uint32_t events);
bool loop_change(struct loop *l, struct loop_io *io, uint32_t events);
/* Closes the descriptor too when `close_it`. */
void loop_remove(struct loop *l, struct loop_io *io, bool close_it);

void loop_timer_set(struct loop *l, struct loop_timer *t, int64_t at);
void loop_timer_stop(struct loop *l, struct loop_timer *t); /* nothing happens when it is not set */

/* Waits for the next event or timer and handles what there is. False when waiting itself failed. */
bool loop_turn(struct loop *l);

#endif
