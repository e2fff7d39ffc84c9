#include "web/intake.h"

#include <string.h>

#include "base/str.h"

static void drop(struct intake *all, struct intake_file *f)
{
    all->bytes -= f->bytes.n;
    arena_release(&f->arena);
    *f = (struct intake_file){0};
}

static void keep(struct intake *all, struct intake_file *f, const struct intake_new *x)
{
    struct arena *a = &f->arena;
    char *bytes = arena_alloc(a, x->bytes.n + 1, 1);
    memcpy(bytes, x->bytes.p, x->bytes.n);
    f->number = ++all->last;
    f->integration_id = x->integration_id;
    f->name = arena_strdup(a, x->name);
    f->source = x->source == NULL ? NULL : arena_strdup(a, x->source);
    f->who = arena_strdup(a, x->by->who);
    f->bytes = str_part(bytes, x->bytes.n);
    f->lang = x->lang;
    f->day = x->by->day;
    f->at = x->by->at;
    all->bytes += x->bytes.n;
}

bool intake_put(struct intake *all, const struct intake_new *x, struct err *e)
{
    struct intake_file *place = NULL;
    const instant_t old = x->by->at - LIMIT_WEB_UPLOAD_MINUTES * 60 * INSTANT_PER_SECOND;
    pthread_mutex_lock(&all->lock);
    for (size_t i = 0; i < LIMIT_WEB_INTAKE_FILES; i++) {
        struct intake_file *f = &all->items[i];
        if (f->why != NULL && ((f->integration_id == x->integration_id && f->at < x->by->at) || f->at < old))
            drop(all, f);
        if (f->number == 0 && place == NULL)
            place = f;
    }
    bool room = place != NULL && all->bytes + x->bytes.n <= LIMIT_WEB_INTAKE_BYTES;
    if (room)
        keep(all, place, x);
    pthread_mutex_unlock(&all->lock);
    return room ||
           err_set(e, ERR_LIMIT, N_("%s was not taken: too many files wait to be checked; send it again in a minute"),
                   x->name);
}

bool intake_take(struct intake *all, struct intake_file *ret)
{
    struct intake_file *first = NULL;
    pthread_mutex_lock(&all->lock);
    for (size_t i = 0; i < LIMIT_WEB_INTAKE_FILES; i++) {
        struct intake_file *f = &all->items[i];
        if (f->number != 0 && !f->reads && f->why == NULL && (first == NULL || f->number < first->number))
            first = f;
    }
    if (first != NULL) {
        first->reads = true;
        *ret = *first;
    }
    pthread_mutex_unlock(&all->lock);
    return first != NULL;
}

void intake_done(struct intake *all, int64_t number, const char *why)
{
    pthread_mutex_lock(&all->lock);
    for (size_t i = 0; i < LIMIT_WEB_INTAKE_FILES; i++) {
        struct intake_file *f = &all->items[i];
        if (f->number != number)
            continue;
        if (why == NULL) {
            drop(all, f);
            continue;
        }
        f->reads = false;
        f->why = arena_strdup(&f->arena, why);
    }
    pthread_mutex_unlock(&all->lock);
}

size_t intake_look(struct intake *all, int64_t integration_id, struct arena *a, struct intake_file **ret)
{
    size_t count = 0;
    *ret = arena_array(a, struct intake_file, LIMIT_WEB_INTAKE_FILES);
    pthread_mutex_lock(&all->lock);
    for (size_t i = 0; i < LIMIT_WEB_INTAKE_FILES; i++) {
        const struct intake_file *f = &all->items[i];
        if (f->number != 0 && f->integration_id == integration_id)
            (*ret)[count++] = (struct intake_file){.number = f->number,
                                                   .name = arena_strdup(a, f->name),
                                                   .reads = f->reads,
                                                   .why = f->why == NULL ? NULL : arena_strdup(a, f->why),
                                                   .at = f->at};
    }
    pthread_mutex_unlock(&all->lock);
    return count;
}

void intake_end(struct intake *all)
{
    for (size_t i = 0; i < LIMIT_WEB_INTAKE_FILES; i++)
        drop(all, &all->items[i]);
}
