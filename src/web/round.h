/* "Check now": a round of one body, in a thread of its own with a desk of its own, while pages go on. One at a time.
 * Internal to the web. */
#ifndef TALAIA_WEB_ROUND_H
#define TALAIA_WEB_ROUND_H

#include <pthread.h>
#include <stdatomic.h>

#include "flow/sweep.h"
#include "web/web.h"

struct round {
    pthread_mutex_t lock;
    pthread_t thread;
    bool started; /* there is a thread to be joined */
    atomic_bool running;
    int64_t body_id; /* of the one that runs or ran last */
    struct desk_options options;
    int stop_fd;
    struct arena arena; /* of the round: its names */
    const char *name;
    web_log *log;
    void *log_context;
};

/* *ret_began false: another one is under way. */
bool round_begin(struct round *r, const struct body *b, const struct by *by, bool *ret_began, struct err *e);
bool round_runs(struct round *r, int64_t body_id);
/* Waits for the one under way; stop_fd ends it soon. */
void round_end(struct round *r);

#endif
