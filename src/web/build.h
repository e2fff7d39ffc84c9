/* "Make the report": the command of that name in a process of its own, as the person who asked, while pages go on: what
 * it needs for pictures and workbook, this role does without. One at a time. Internal to the web. */
#ifndef TALAIA_WEB_BUILD_H
#define TALAIA_WEB_BUILD_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/limits.h"
#include "web/web.h"

struct build {
    pthread_mutex_t lock;
    pthread_t thread;
    bool started; /* there is a thread to be joined */
    atomic_bool running;
    const struct desk_options *options; /* of the role */
    struct arena arena;                 /* of the one that runs or ran last: its words */
    const char *const *arguments, *const *environment;
    char reason[LIMIT_ERR_BYTES]; /* why the last one failed, in the language of who asked; "" */
    web_log *log;
    void *log_context;
};

/* Begins, in that language; day DAY_NONE: today. *ret_began false: one is under way already. */
bool build_begin(struct build *b, const char *who, day_t day, enum lang lang, bool *ret_began, struct err *e);
bool build_runs(struct build *b);
/* Why the last one failed; "" when it did not. In the arena. */
const char *build_reason(struct build *b, struct arena *a);
/* Waits for the one under way. */
void build_end(struct build *b);

#endif
