#include "net/channel.h"

#include "base/mem.h"
#include "base/module.h"
#include "net/transfer.h"

struct channel {
    const struct channel_source *source;
    void *handle;
    struct buf in; /* what arrived; [at, n) is not read yet */
    size_t at;
    int64_t deadline; /* milliseconds of the monotonic clock */
    enum channel_fault fault;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct channel *channel_over(const struct channel_source *source, void *handle)
{
    struct channel *c = mem_alloc(1, sizeof *c);
    c->source = source;
    c->handle = handle;
    c->in.max = LIMIT_CHANNEL_READ_BYTES;
    channel_deadline(c, LIMIT_CHANNEL_SECONDS);
    return c;
}

enum channel_fault channel_open(const struct channel_target *t, struct channel **ret, struct err *e)
{
    static const enum channel_fault faults[] = {
        [TRANSFER_UNREACHED] = CHANNEL_UNREACHED, [TRANSFER_CERTIFICATE] = CHANNEL_CERTIFICATE,
        [TRANSFER_SETUP] = CHANNEL_SETUP,         [TRANSFER_LOST] = CHANNEL_UNREACHED,
        [TRANSFER_TOO_LARGE] = CHANNEL_UNREACHED,
    };
    const struct transfer_module *module = module_api(MODULE_TRANSFER, e);
    if (module == NULL)
        return CHANNEL_SETUP;
    const struct channel_source *source;
    void *handle;
    enum transfer_end end = module->channel_open(t, &source, &handle, e);
    if (end != TRANSFER_DONE)
        return faults[end];
    *ret = channel_over(source, handle);
    return CHANNEL_FINE;
}

void channel_close(struct channel *c)
{
    if (c == NULL)
        return;
    c->source->close(c->handle);
    buf_release(&c->in);
    mem_free(c);
}

void channel_deadline(struct channel *c, int seconds)
{
    c->deadline = now_ms() + (int64_t)seconds * 1000;
}

static int left_ms(const struct channel *c)
{
    int64_t left = c->deadline - now_ms();
    return left < 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left;
}

static bool broken(struct channel *c, enum channel_fault fault)
{
    if (c->fault == CHANNEL_FINE)
        c->fault = fault;
    return false;
}

bool channel_send(struct channel *c, struct str bytes)
{
    while (c->fault == CHANNEL_FINE && bytes.n > 0) {
        long n = c->source->send(c->handle, bytes.p, bytes.n, left_ms(c));
        if (n <= 0)
            return broken(c, n == CHANNEL_SOURCE_TIME ? CHANNEL_TIME : CHANNEL_ENDED);
        bytes = str_part(bytes.p + n, bytes.n - (size_t)n);
    }
    return c->fault == CHANNEL_FINE;
}

/* One more piece into `in`. A server that trickles does not get more time: the deadline is for the whole. */
static bool fill(struct channel *c, int ms)
{
    if (c->at == c->in.n) {
        buf_clear(&c->in);
        c->at = 0;
    } else if (c->at > 0 && c->in.n + LIMIT_CHANNEL_PIECE_BYTES > c->in.max) {
        memmove(c->in.p, c->in.p + c->at, c->in.n - c->at);
        c->in.n -= c->at;
        c->at = 0;
    }
    size_t room = c->in.max - c->in.n < LIMIT_CHANNEL_PIECE_BYTES ? c->in.max - c->in.n : LIMIT_CHANNEL_PIECE_BYTES;
    char *to = room == 0 ? NULL : buf_reserve(&c->in, room);
    if (to == NULL)
        return broken(c, CHANNEL_LONG);
    long n = c->source->receive(c->handle, to, room, ms);
    if (n <= 0)
        return broken(c, n == CHANNEL_SOURCE_TIME ? CHANNEL_TIME : CHANNEL_ENDED);
    c->in.n += (size_t)n;
    return true;
}

bool channel_line(struct channel *c, size_t max_bytes, struct str *ret)
{
    size_t seen = 0; /* of what is not read: no line end in it */
    while (c->fault == CHANNEL_FINE) {
        const char *from = c->in.p == NULL ? NULL : c->in.p + c->at;
        size_t n = c->in.n - c->at;
        const char *end = n > seen ? memchr(from + seen, '\n', n - seen) : NULL;
        size_t length = end != NULL ? (size_t)(end - from) : n;
        if (length > max_bytes)
            return broken(c, CHANNEL_LONG);
        if (end != NULL) {
            c->at += length + 1;
            *ret = str_part(from, length > 0 && from[length - 1] == '\r' ? length - 1 : length);
            return true;
        }
        seen = n;
        (void)fill(c, left_ms(c));
    }
    return false;
}

bool channel_bytes(struct channel *c, size_t n, struct buf *to)
{
    while (c->fault == CHANNEL_FINE && n > 0) {
        size_t have = c->in.n - c->at < n ? c->in.n - c->at : n;
        if (have == 0) {
            (void)fill(c, left_ms(c));
            continue;
        }
        if (to != NULL)
            (void)buf_add(to, c->in.p + c->at, have);
        c->at += have;
        n -= have;
    }
    return c->fault == CHANNEL_FINE;
}

bool channel_last_words(struct channel *c)
{
    if (c->fault != CHANNEL_ENDED)
        return false;
    c->fault = CHANNEL_FINE;
    return true;
}

bool channel_pending(struct channel *c)
{
    if (c->fault != CHANNEL_FINE || c->at < c->in.n)
        return true;
    if (fill(c, 0))
        return true;
    if (c->fault != CHANNEL_TIME)
        return true;
    c->fault = CHANNEL_FINE;
    return false;
}

enum channel_fault channel_fault(const struct channel *c)
{
    return c->fault;
}

void channel_say(const struct channel *c, const char *place, const char *doing, struct err *e)
{
    switch (c->fault) {
    case CHANNEL_TIME: err_set(e, ERR_NET, N_("%s: the server does not answer in time (%s)"), place, doing); break;
    case CHANNEL_LONG:
        err_set(e, ERR_NET, N_("%s: the server sends a longer line than is accepted (%s)"), place, doing);
        break;
    case CHANNEL_FINE: break;
    default: err_set(e, ERR_NET, N_("%s: the server has ended the connection (%s)"), place, doing); break;
    }
}
