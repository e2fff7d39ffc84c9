/* "Check now": a round of one body, in a thread of its own with a desk of its own, while pages go on. One at a time.
 * Internal to the web. */
#ifndef TALAIA_WEB_ROUND_H
#define TALAIA_WEB_ROUND_H

#include <pthread.h>
#include <stdatomic.h>

#include "flow/sweep.h"
#include "web/web.h"

/* What has begun so far; no more than ROUND_STEPS. */
struct round_step {
    instant_t at;
    char host[LIMIT_HOST_BYTES + 1], address[48];
    const char *phase; /* "DNS", "TCP", "TLS", "HTTP" */
};
#define ROUND_STEPS 64 /* four addresses, with their redirects and the authorities asked */

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
    struct round_step steps[ROUND_STEPS];
    size_t step_count;
    web_log *log;
    void *log_context;
};

/* *ret_began false: another one is under way. */
bool round_begin(struct round *r, const struct body *b, const struct by *by, bool *ret_began, struct err *e);
bool round_runs(struct round *r, int64_t body_id);
/* The steps of the one under way, or of the last one; a copy in the arena. */
size_t round_steps(struct round *r, struct arena *a, int64_t body_id, const struct round_step **ret);
/* Waits for the one under way; stop_fd ends it soon. */
void round_end(struct round *r);

#endif
