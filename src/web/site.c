#include "web/site.h"

#include <stdarg.h>

#include "base/file.h"
#include "draw/tokens.h"

struct desk *site_take_desk(struct site *s)
{
    pthread_mutex_lock(&s->lock);
    while (s->idle_count == 0)
        pthread_cond_wait(&s->given_back, &s->lock);
    struct desk *d = s->idle[--s->idle_count];
    pthread_mutex_unlock(&s->lock);
    return d;
}

void site_give_desk(struct site *s, struct desk *d)
{
    pthread_mutex_lock(&s->lock);
    s->idle[s->idle_count++] = d;
    pthread_cond_signal(&s->given_back);
    pthread_mutex_unlock(&s->lock);
}

bool site_view(struct site *s, struct desk *d, struct view **ret, struct err *e)
{
    struct tx tx;
    struct change_mark mark;
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = change_mark_get(&tx, &mark, e);
    tx_rollback(&tx);
    if (!ok)
        return false;
    pthread_mutex_lock(&s->lock);
    struct view *v = s->view;
    bool current = v != NULL && v->day == d->by.day && d->by.at <= v->until && change_mark_same(&v->mark, &mark);
    if (current)
        view_take(v);
    pthread_mutex_unlock(&s->lock);
    if (!current) {
        /* What is read now may hold more than the mark says; a later mark then only makes it anew. */
        if (!view_make(d, &mark, &v, e))
            return false;
        view_take(v);
        pthread_mutex_lock(&s->lock);
        struct view *old = s->view;
        s->view = v;
        pthread_mutex_unlock(&s->lock);
        view_drop(old);
    }
    *ret = v;
    return true;
}

static bool load_file(struct site *s, enum static_name which, const char *dir, const char *stem, const char *ending,
                      const char *type, struct err *e)
{
    struct arena *a = &s->desks[0].arena;
    struct static_file *f = &s->files[which];
    struct buf content = BUF_INIT(LIMIT_WEB_STATIC_BYTES);
    f->name = arena_printf(a, "%s%s", stem, ending);
    f->type = type;
    /* The colours come first, from the one table of them. */
    if ((which == STATIC_CSS && !tokens_css(&content)) || !file_read(path_join(a, dir, f->name), &content, e)) {
        buf_release(&content);
        return false;
    }
    f->content = finished_make(&content, 9);
    f->address = arena_printf(a, "/estatic/%s.%.12s%s", stem, f->content->etag + 1, ending);
    return true;
}

bool site_load_files(struct site *s, const char *data_dir, struct err *e)
{
    const char *dir = path_join(&s->desks[0].arena, data_dir, "web");
    return load_file(s, STATIC_CSS, dir, "desk", ".css", "text/css; charset=utf-8", e) &&
           load_file(s, STATIC_JS, dir, "desk", ".js", "text/javascript; charset=utf-8", e) &&
           load_file(s, STATIC_ICON, dir, "icon", ".svg", "image/svg+xml", e);
}

const struct static_file *site_file(const struct site *s, const char *address)
{
    for (size_t i = 0; i < STATIC_COUNT; i++) {
        if (strcmp(s->files[i].address, address) == 0)
            return &s->files[i];
    }
    return NULL;
}

bool site_may_write(struct site *s, int64_t account_id, instant_t now, int *ret_wait)
{
    pthread_mutex_lock(&s->lock);
    struct api_caller *x = NULL, *oldest = &s->callers[0];
    for (size_t i = 0; i < s->caller_count && x == NULL; i++) {
        if (s->callers[i].account_id == account_id)
            x = &s->callers[i];
        else if (s->callers[i].since < oldest->since)
            oldest = &s->callers[i];
    }
    if (x == NULL) {
        x = s->caller_count < LIMIT_WEB_API_CALLERS ? &s->callers[s->caller_count++] : oldest;
        *x = (struct api_caller){.account_id = account_id, .since = now};
    }
    if (now < x->since || now - x->since >= 60 * INSTANT_PER_SECOND) {
        x->since = now;
        x->count = 0;
    }
    bool may = x->count < LIMIT_WEB_API_WRITES;
    x->count += may;
    *ret_wait = (int)(60 - (now - x->since) / INSTANT_PER_SECOND);
    pthread_mutex_unlock(&s->lock);
    return may;
}

void site_say(struct site *s, const char *format, ...)
{
    va_list args;
    struct buf line = BUF_INIT(LIMIT_ERR_BYTES);
    va_start(args, format);
    buf_vprintf(&line, format, args);
    va_end(args);
    s->log(s->log_context, buf_text(&line));
    buf_release(&line);
}
