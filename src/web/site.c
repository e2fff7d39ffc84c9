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
