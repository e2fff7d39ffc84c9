/* A growing byte buffer with a maximum that its creator must name.
 *
 *     struct buf b = BUF_INIT(LIMIT_MAIL_BYTES);
 *     buf_printf(&b, "%d", n);
 *     if (buf_full(&b)) …            // something did not fit: the content is cut, never overrun
 *     use(b.p, b.n);                 // always NUL-terminated when n > 0; buf_text() never NULL
 *     buf_release(&b);
 */
#ifndef TALAIA_BASE_BUF_H
#define TALAIA_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct buf {
    char *p;
    size_t n, capacity, max;
    bool full;
};

#define BUF_INIT(max_bytes)                                                                                            \
    {                                                                                                                  \
        .max = (max_bytes)                                                                                             \
    }

/* Each returns false, and adds nothing, when the maximum would be passed; buf_full tells afterwards. */
bool buf_add(struct buf *b, const void *bytes, size_t n);
bool buf_add_text(struct buf *b, const char *text);
bool buf_add_str(struct buf *b, struct str s);
bool buf_add_char(struct buf *b, char c);
bool buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool buf_vprintf(struct buf *b, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
/* Room for n more bytes at b->p + b->n; NULL when that passes the maximum. */
char *buf_reserve(struct buf *b, size_t n);

static inline bool buf_full(const struct buf *b)
{
    return b->full;
}
static inline struct str buf_str(const struct buf *b)
{
    return str_part(b->p, b->n);
}
const char *buf_text(const struct buf *b);
void buf_clear(struct buf *b);   /* keeps the memory */
void buf_release(struct buf *b); /* gives it back; the buffer may be used again */

#endif
