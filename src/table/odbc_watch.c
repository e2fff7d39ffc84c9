#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "table/odbc.h"

struct odbc_watch {
    SQLHSTMT statement;
    struct timespec limit;  /* when the time is over */
    struct timespec cancel; /* when it cancels next */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool ended, fired;
};

/* A cancel between two calls of the driver is lost, so it is repeated until the watch ends. */
static void *watch(void *data)
{
    struct odbc_watch *w = data;
    pthread_mutex_lock(&w->lock);
    while (!w->ended) {
        if (pthread_cond_timedwait(&w->changed, &w->lock, &w->cancel) != ETIMEDOUT || w->ended)
            continue;
        w->fired = true;
        w->cancel.tv_sec++;
        pthread_mutex_unlock(&w->lock);
        (void)SQLCancel(w->statement);
        pthread_mutex_lock(&w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

struct odbc_watch *odbc_watch_start(SQLHSTMT statement, int seconds)
{
    struct odbc_watch *w = mem_alloc(1, sizeof *w);
    w->statement = statement;
    pthread_condattr_t monotonic; /* the wall clock may jump */
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&w->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&w->lock, NULL);
    clock_gettime(CLOCK_MONOTONIC, &w->limit);
    w->limit.tv_sec += seconds;
    w->cancel = w->limit;

    /* The program's signal handlers run in its own threads only. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int why = pthread_create(&w->thread, NULL, watch, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (why == 0)
        return w;
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    mem_free(w);
    return NULL;
}

bool odbc_watch_fired(struct odbc_watch *w)
{
    pthread_mutex_lock(&w->lock);
    bool fired = w->fired;
    pthread_mutex_unlock(&w->lock);
    return fired;
}

bool odbc_watch_over(struct odbc_watch *w)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec != w->limit.tv_sec ? now.tv_sec > w->limit.tv_sec : now.tv_nsec >= w->limit.tv_nsec)
        return true;
    return odbc_watch_fired(w);
}

void odbc_watch_end(struct odbc_watch *w)
{
    if (w == NULL)
        return;
    pthread_mutex_lock(&w->lock);
    w->ended = true;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    mem_free(w);
}
