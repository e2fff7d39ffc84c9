#include "base/buf.h"

#include <stdio.h>

#include "base/mem.h"

char *buf_reserve(struct buf *b, size_t n)
{
    if (b->full || n > b->max - b->n) {
        b->full = true;
        return NULL;
    }
    size_t needed = b->n + n + 1;
    if (needed > b->capacity) {
        size_t grown = b->capacity == 0 ? 256 : b->capacity * 2;
        if (grown < needed)
            grown = needed;
        b->p = mem_resize(b->p, grown, 1);
        b->capacity = grown;
        b->p[b->n] = '\0'; /* buf_text() is right even when nothing is added */
    }
    return b->p + b->n;
}

bool buf_add(struct buf *b, const void *bytes, size_t n)
{
    char *to = buf_reserve(b, n);
    if (to == NULL)
        return false;
    if (n > 0)
        memcpy(to, bytes, n);
    to[n] = '\0';
    b->n += n;
    return true;
}

bool buf_add_text(struct buf *b, const char *text)
{
    return buf_add(b, text, strlen(text));
}

bool buf_add_str(struct buf *b, struct str s)
{
    return buf_add(b, s.p, s.n);
}

bool buf_add_char(struct buf *b, char c)
{
    return buf_add(b, &c, 1);
}

bool buf_vprintf(struct buf *b, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    char first[256]; /* most texts fit: formatted once */
    int n = vsnprintf(first, sizeof first, format, args);
    char *to = n < 0 ? NULL : buf_reserve(b, (size_t)n);
    if (to != NULL) {
        if ((size_t)n < sizeof first)
            memcpy(to, first, (size_t)n + 1);
        else
            (void)vsnprintf(to, (size_t)n + 1, format, again);
        b->n += (size_t)n;
    }
    va_end(again);
    return to != NULL;
}

bool buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    bool ok = buf_vprintf(b, format, args);
    va_end(args);
    return ok;
}

const char *buf_text(const struct buf *b)
{
    return b->p == NULL ? "" : b->p;
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    b->full = false;
    if (b->p != NULL)
        b->p[0] = '\0';
}

void buf_release(struct buf *b)
{
    mem_free(b->p);
    b->p = NULL;
    b->n = b->capacity = 0;
    b->full = false;
}
