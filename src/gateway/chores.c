#include "gateway/chores.h"

#include <pthread.h>
#include <time.h>

#include "base/limits.h"

struct chores {
    struct chores_options options;
    struct desk desk;
    bool opened, running, stopping;
    bool told; /* the last look failed, and that was said */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
};

/* Without the lock of the store where there is nothing to do, which is nearly always. */
static bool later_waits(struct chores *c, struct arena *a, instant_t now, bool *ret, struct err *e)
{
    struct gateway_async *rows;
    size_t count = 0;
    struct tx tx = {0};
    bool good = tx_begin(c->desk.store, TX_READ, &tx, e) && gateway_async_due(&tx, a, now, 1, &rows, &count, e);
    tx_rollback(&tx);
    *ret = count > 0;
    return good;
}

static bool later_look(struct chores *c, struct err *e)
{
    struct arena a = {0};
    instant_t now = clock_system().now;
    bool waits = false;
    size_t count = 0;
    bool good = later_waits(c, &a, now, &waits, e);
    if (good && waits) {
        struct tx tx = {0};
        good = tx_begin(c->desk.store, TX_WRITE, &tx, e) &&
               later_work(&c->options.later, &tx, &a, now, LIMIT_GATEWAY_LATER_BATCH, &count, e) && tx_commit(&tx, e);
        tx_rollback(&tx);
    }
    arena_release(&a);
    return good;
}

/* A trouble that lasts is said once, and when it has ended. */
static void tell(struct chores *c, bool good, const struct err *e)
{
    if (!good && !c->told)
        c->options.log(c->options.log_context, e->log);
    if (good && c->told)
        c->options.log(c->options.log_context, "what waits is worked on again");
    c->told = !good;
}

static void *run(void *chores)
{
    struct chores *c = chores;
    pthread_mutex_lock(&c->lock);
    while (!c->stopping) {
        pthread_mutex_unlock(&c->lock);
        struct err e = {.lang = LANG_EN};
        bool good = later_look(c, &e);
        tell(c, good, &e);
        struct timespec until;
        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += LIMIT_GATEWAY_CHORE_SECONDS;
        pthread_mutex_lock(&c->lock);
        if (!c->stopping)
            (void)pthread_cond_timedwait(&c->wake, &c->lock, &until);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

bool chores_start(const struct chores_options *o, struct chores **ret, struct err *e)
{
    struct chores *c = mem_alloc(1, sizeof *c);
    c->options = *o;
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->wake, NULL);
    c->opened = desk_open(o->desk, DESK_STORE, &c->desk, e);
    c->running = c->opened && pthread_create(&c->thread, NULL, run, c) == 0;
    if (c->running) {
        *ret = c;
        return true;
    }
    chores_stop(c);
    return e->code != ERR_NONE ? false : err_set(e, ERR_INTERNAL, N_("a thread cannot be started"));
}

void chores_stop(struct chores *c)
{
    if (c == NULL)
        return;
    pthread_mutex_lock(&c->lock);
    c->stopping = true;
    pthread_cond_signal(&c->wake);
    pthread_mutex_unlock(&c->lock);
    if (c->running)
        pthread_join(c->thread, NULL);
    if (c->opened)
        desk_close(&c->desk);
    mem_free(c);
}
