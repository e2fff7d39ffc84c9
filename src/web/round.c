#include "web/round.h"

#include <stdio.h>

static void on_step(void *round, const char *host, const char *address, const char *phase)
{
    struct round *r = round;
    pthread_mutex_lock(&r->lock);
    if (r->step_count < ROUND_STEPS) {
        struct round_step *s = &r->steps[r->step_count++];
        s->at = clock_system().now;
        s->phase = phase;
        (void)snprintf(s->host, sizeof s->host, "%s", host);
        (void)snprintf(s->address, sizeof s->address, "%s", address);
    }
    pthread_mutex_unlock(&r->lock);
}

static void *check(void *round)
{
    struct round *r = round;
    struct arena a = {0};
    struct desk d = {0};
    struct sweep done;
    struct err e = {.lang = LANG_EN};
    const struct sweep_options o = {.kind = "manual",
                                    .names = &r->name,
                                    .name_count = 1,
                                    .stop_fd = r->stop_fd,
                                    .step = on_step,
                                    .step_context = r};
    bool ok = desk_open(&r->options, DESK_STORE, &d, &e) && sweep_run(&d, &o, &a, &done, &e);
    if (!ok)
        r->log(r->log_context, e.log);
    desk_close(&d);
    arena_release(&a);
    atomic_store(&r->running, false);
    return NULL;
}

bool round_begin(struct round *r, const struct body *b, const struct by *by, bool *ret_began, struct err *e)
{
    pthread_mutex_lock(&r->lock);
    *ret_began = !atomic_load(&r->running);
    bool ok = true;
    if (*ret_began) {
        if (r->started)
            pthread_join(r->thread, NULL);
        arena_reset(&r->arena);
        /* The registry's number when there is one: two rows may bear one description. */
        r->name = b->source_id[0] != '\0' ? arena_printf(&r->arena, "#%s", b->source_id)
                                          : arena_strdup(&r->arena, b->description);
        r->body_id = b->id;
        r->step_count = 0;
        r->options.by = (struct by){.who = arena_strdup(&r->arena, by->who), .day = by->day, .at = by->at};
        atomic_store(&r->running, true);
        r->started = pthread_create(&r->thread, NULL, check, r) == 0;
        ok = r->started || err_set(e, ERR_INTERNAL, N_("a thread cannot be started"));
        atomic_store(&r->running, r->started && atomic_load(&r->running));
    }
    pthread_mutex_unlock(&r->lock);
    return ok;
}

bool round_runs(struct round *r, int64_t body_id)
{
    pthread_mutex_lock(&r->lock);
    bool runs = atomic_load(&r->running) && r->body_id == body_id;
    pthread_mutex_unlock(&r->lock);
    return runs;
}

size_t round_steps(struct round *r, struct arena *a, int64_t body_id, const struct round_step **ret)
{
    pthread_mutex_lock(&r->lock);
    size_t n = r->body_id == body_id ? r->step_count : 0;
    struct round_step *copy = arena_array(a, struct round_step, n + 1);
    memcpy(copy, r->steps, n * sizeof *copy);
    pthread_mutex_unlock(&r->lock);
    *ret = copy;
    return n;
}

void round_end(struct round *r)
{
    if (r->started)
        pthread_join(r->thread, NULL);
    arena_release(&r->arena);
}
