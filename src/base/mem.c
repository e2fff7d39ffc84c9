#include "base/mem.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"

/* Under AddressSanitizer what an arena has not handed out cannot be touched: a piece that outlives a reset, or is
 * written beyond its end, is found as it would be with memory of its own. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define WATCHED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(WATCHED)
#include <sanitizer/asan_interface.h>
#define AFTER_EACH sizeof(max_align_t)
#else
#define AFTER_EACH 0
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

/* The one file that may call them. */
#undef calloc
#undef realloc

struct arena_chunk {
    struct arena_chunk *previous;
    size_t size, used;
    max_align_t bytes[];
};

static _Noreturn void give_up(const char *why)
{
    (void)!write(STDERR_FILENO, "talaia: ", 8);
    (void)!write(STDERR_FILENO, why, strlen(why));
    (void)!write(STDERR_FILENO, "\n", 1);
    _exit(70);
}

static size_t total(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > LIMIT_ALLOC_BYTES)
        give_up("an internal size is out of bounds; nothing was kept");
    return bytes == 0 ? 1 : bytes;
}

void *mem_alloc(size_t count, size_t size)
{
    void *p = calloc(1, total(count, size));
    if (p == NULL)
        give_up("no memory left; nothing was kept");
    return p;
}

void *mem_resize(void *p, size_t count, size_t size)
{
    void *grown = realloc(p, total(count, size));
    if (grown == NULL)
        give_up("no memory left; nothing was kept");
    return grown;
}

char *mem_dup_text(const char *text)
{
    size_t n = strlen(text) + 1;
    char *copy = mem_alloc(n, 1);
    memcpy(copy, text, n);
    return copy;
}

void mem_keep_little(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, LIMIT_KEPT_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, LIMIT_KEPT_BYTES);
}

void mem_free(void *p)
{
    free(p);
}

void *arena_alloc(struct arena *a, size_t count, size_t size)
{
    size_t asked = total(count, size);
    size_t bytes = (asked + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t) + AFTER_EACH;
    struct arena_chunk *c = a->last;
    if (c == NULL || c->size - c->used < bytes) {
        size_t room = bytes > LIMIT_ARENA_CHUNK_BYTES ? bytes : LIMIT_ARENA_CHUNK_BYTES;
        c = mem_resize(NULL, 1, sizeof *c + room);
        c->previous = a->last;
        c->size = room;
        c->used = 0;
        a->last = c;
        ASAN_POISON_MEMORY_REGION(c->bytes, room);
    }
    void *p = (char *)c->bytes + c->used;
    c->used += bytes;
    a->used += bytes;
    ASAN_UNPOISON_MEMORY_REGION(p, asked);
    memset(p, 0, asked);
    return p;
}

char *arena_text(struct arena *a, struct str s)
{
    char *copy = arena_alloc(a, s.n + 1, 1);
    if (s.n > 0)
        memcpy(copy, s.p, s.n);
    return copy;
}

char *arena_strdup(struct arena *a, const char *text)
{
    return arena_text(a, str_of(text));
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    char first[256]; /* most texts fit: formatted once */
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(first, sizeof first, format, args);
    va_end(args);
    if (n < 0)
        n = 0;
    char *text = arena_alloc(a, (size_t)n + 1, 1);
    if ((size_t)n < sizeof first)
        memcpy(text, first, (size_t)n);
    else
        (void)vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    return text;
}

void arena_reset(struct arena *a)
{
    struct arena_chunk *c = a->last;
    while (c != NULL && c->previous != NULL) {
        struct arena_chunk *previous = c->previous;
        ASAN_UNPOISON_MEMORY_REGION(c->bytes, c->size); /* it is the allocator's again */
        free(c);
        c = previous;
    }
    if (c != NULL) {
        c->used = 0;
        ASAN_POISON_MEMORY_REGION(c->bytes, c->size);
    }
    a->last = c;
    a->used = 0;
}

void arena_release(struct arena *a)
{
    arena_reset(a);
    if (a->last != NULL)
        ASAN_UNPOISON_MEMORY_REGION(a->last->bytes, a->last->size);
    free(a->last);
    a->last = NULL;
}
