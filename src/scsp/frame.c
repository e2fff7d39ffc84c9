#include "scsp/frame.h"

void frame_add_byte(struct buf *to, unsigned value)
{
    (void)buf_add_char(to, (char)value);
}

static void number_put(struct buf *to, uint64_t value, size_t bytes)
{
    unsigned char out[8];
    for (size_t i = 0; i < bytes; i++)
        out[i] = (unsigned char)(value >> (8 * i));
    (void)buf_add(to, out, bytes);
}

void frame_add_number(struct buf *to, int64_t value)
{
    number_put(to, (uint64_t)value, 8);
}

void frame_add_text(struct buf *to, struct str text)
{
    number_put(to, text.n, 4);
    (void)buf_add_str(to, text);
}

size_t frame_text_begin(struct buf *to)
{
    number_put(to, 0, 4);
    return to->n;
}

void frame_text_end(struct buf *to, size_t began)
{
    for (size_t i = 0; i < 4 && !buf_full(to); i++)
        to->p[began - 4 + i] = (char)((to->n - began) >> (8 * i));
}

void frame_add_count(struct buf *to, size_t count)
{
    number_put(to, count, 4);
}

/* So many bytes off the front; NULL when there are fewer. */
static const unsigned char *take(struct frame *f, size_t n)
{
    if (f->bad || f->rest.n < n) {
        f->bad = true;
        return NULL;
    }
    const unsigned char *p = (const unsigned char *)f->rest.p;
    f->rest = str_part(f->rest.p + n, f->rest.n - n);
    return p;
}

static uint64_t number_get(struct frame *f, size_t bytes)
{
    const unsigned char *p = take(f, bytes);
    uint64_t value = 0;
    for (size_t i = 0; p != NULL && i < bytes; i++)
        value |= (uint64_t)p[i] << (8 * i);
    return value;
}

unsigned frame_byte(struct frame *f)
{
    return (unsigned)number_get(f, 1);
}

int64_t frame_number(struct frame *f)
{
    return (int64_t)number_get(f, 8);
}

struct str frame_text(struct frame *f)
{
    size_t n = (size_t)number_get(f, 4);
    const unsigned char *p = take(f, n);
    return p == NULL ? str_part("", 0) : str_part((const char *)p, n);
}

size_t frame_count(struct frame *f, size_t least, size_t most)
{
    uint64_t n = number_get(f, 4);
    if (n > most || n > f->rest.n / least) {
        f->bad = true;
        return 0;
    }
    return (size_t)n;
}

unsigned frame_choice(struct frame *f, unsigned most)
{
    unsigned value = frame_byte(f);
    if (value >= most) {
        f->bad = true;
        return 0;
    }
    return value;
}
