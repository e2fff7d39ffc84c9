/* Finished pages, kept while nothing has changed. Shared by all threads; what is handed out is referenced and never
 * changes. Internal to the web. */
#ifndef TALAIA_WEB_CACHE_H
#define TALAIA_WEB_CACHE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "record/change_mark.h"

struct finished {
    atomic_int users;
    char *bytes, *gzip; /* gzip NULL when it would not be smaller */
    size_t n, gzip_n;
    char etag[40]; /* with its quotes */
};
/* The bytes compressed, to be freed with mem_free(); NULL when they are few or would not be smaller. `level` 1 to 9. */
char *gzip_make(const char *bytes, size_t n, int level, size_t *ret_n);
/* Takes the bytes out of the buffer. `level` as above. */
struct finished *finished_make(struct buf *bytes, int level);
void finished_take(struct finished *f);
void finished_drop(void *f); /* a struct finished; NULL is fine */

struct cache_entry {
    unsigned char key[16];
    struct change_mark mark;
    day_t day;
    struct finished *page;
    int64_t used;
};
struct cache {
    pthread_mutex_t lock;
    struct cache_entry entries[LIMIT_WEB_CACHE];
    size_t count, bytes;
    int64_t turn;
};

/* What was kept under that key, mark and day, with a reference for the caller; NULL when there is none. */
struct finished *cache_get(struct cache *c, const char *key, const struct change_mark *mark, day_t day);
/* Keeps a reference of its own; the one used longest ago gives way. */
void cache_put(struct cache *c, const char *key, const struct change_mark *mark, day_t day, struct finished *page);
void cache_empty(struct cache *c);

#endif
