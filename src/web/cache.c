#include "web/cache.h"

#include <sodium.h>
#include <zlib.h>

static void make_etag(struct finished *f)
{
    unsigned char hash[16];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)f->bytes, f->n, NULL, 0);
    f->etag[0] = '"';
    sodium_bin2hex(f->etag + 1, sizeof hash * 2 + 1, hash, sizeof hash);
    memcpy(f->etag + 1 + sizeof hash * 2, "\"", 2);
}

char *gzip_make(const char *bytes, size_t n, int level, size_t *ret_n)
{
    z_stream z = {0};
    if (n < LIMIT_WEB_GZIP_LEAST || deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        return NULL;
    size_t room = deflateBound(&z, n);
    char *out = mem_alloc(room, 1);
    z.next_in = (Bytef *)bytes;
    z.avail_in = (uInt)n;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)room;
    bool smaller = deflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out < n;
    size_t made = z.total_out;
    deflateEnd(&z);
    if (!smaller) {
        mem_free(out);
        return NULL;
    }
    *ret_n = made;
    return mem_resize(out, made, 1);
}

struct finished *finished_make(struct buf *bytes, int level)
{
    struct finished *f = mem_alloc(1, sizeof *f);
    f->users = 1;
    f->bytes = mem_alloc(bytes->n + 1, 1);
    f->n = bytes->n;
    memcpy(f->bytes, bytes->n == 0 ? "" : bytes->p, bytes->n);
    buf_release(bytes);
    make_etag(f);
    f->gzip = gzip_make(f->bytes, f->n, level, &f->gzip_n);
    return f;
}

void finished_take(struct finished *f)
{
    atomic_fetch_add(&f->users, 1);
}

void finished_drop(void *finished)
{
    struct finished *f = finished;
    if (f == NULL || atomic_fetch_sub(&f->users, 1) > 1)
        return;
    mem_free(f->bytes);
    mem_free(f->gzip);
    mem_free(f);
}

static void key_of(const char *text, unsigned char ret[16])
{
    crypto_generichash(ret, 16, (const unsigned char *)text, strlen(text), NULL, 0);
}

static void remove_at(struct cache *c, size_t i)
{
    c->bytes -= c->entries[i].page->n + c->entries[i].page->gzip_n;
    finished_drop(c->entries[i].page);
    c->entries[i] = c->entries[--c->count];
}

struct finished *cache_get(struct cache *c, const char *key, const struct change_mark *mark, day_t day)
{
    unsigned char hash[16];
    struct finished *found = NULL;
    key_of(key, hash);
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < c->count && found == NULL; i++) {
        struct cache_entry *x = &c->entries[i];
        if (memcmp(x->key, hash, sizeof hash) != 0)
            continue;
        if (x->day == day && change_mark_same(&x->mark, mark)) {
            x->used = ++c->turn;
            found = x->page;
            finished_take(found);
        } else {
            remove_at(c, i);
            break;
        }
    }
    pthread_mutex_unlock(&c->lock);
    return found;
}

void cache_put(struct cache *c, const char *key, const struct change_mark *mark, day_t day, struct finished *page)
{
    size_t size = page->n + page->gzip_n;
    if (size > LIMIT_WEB_CACHE_BYTES / 4)
        return;
    struct cache_entry x = {.mark = *mark, .day = day, .page = page};
    key_of(key, x.key);
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < c->count; i++) {
        if (memcmp(c->entries[i].key, x.key, sizeof x.key) == 0) {
            remove_at(c, i);
            break;
        }
    }
    while (c->count > 0 && (c->count == LIMIT_WEB_CACHE || c->bytes + size > LIMIT_WEB_CACHE_BYTES)) {
        size_t oldest = 0;
        for (size_t i = 1; i < c->count; i++)
            oldest = c->entries[i].used < c->entries[oldest].used ? i : oldest;
        remove_at(c, oldest);
    }
    x.used = ++c->turn;
    finished_take(page);
    c->entries[c->count++] = x;
    c->bytes += size;
    pthread_mutex_unlock(&c->lock);
}

void cache_empty(struct cache *c)
{
    pthread_mutex_lock(&c->lock);
    while (c->count > 0)
        remove_at(c, 0);
    pthread_mutex_unlock(&c->lock);
}
