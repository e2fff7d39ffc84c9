#include "gateway/parcel.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"

#define READ_BYTES (64u * 1024u)

void parcel_head(unsigned char out[PARCEL_HEAD], size_t n)
{
    for (size_t i = 0; i < PARCEL_HEAD; i++)
        out[i] = (unsigned char)(n >> (8 * i));
}

size_t parcel_begin(struct buf *to)
{
    (void)buf_add(to, "\0\0\0\0", PARCEL_HEAD);
    return to->n;
}

void parcel_end(struct buf *to, size_t began)
{
    unsigned char head[PARCEL_HEAD];
    parcel_head(head, to->n - began);
    memcpy(to->p + began - PARCEL_HEAD, head, PARCEL_HEAD);
}

enum parcel_state parcel_next(struct str *rest, size_t most, struct str *ret)
{
    size_t n = 0;
    if (rest->n < PARCEL_HEAD)
        return PARCEL_PART;
    for (size_t i = 0; i < PARCEL_HEAD; i++)
        n |= (size_t)(unsigned char)rest->p[i] << (8 * i);
    if (n > most)
        return PARCEL_BAD;
    if (rest->n - PARCEL_HEAD < n)
        return PARCEL_PART;
    *ret = str_part(rest->p + PARCEL_HEAD, n);
    *rest = str_part(rest->p + PARCEL_HEAD + n, rest->n - PARCEL_HEAD - n);
    return PARCEL_WHOLE;
}

void parcel_keep(struct buf *in, struct str rest)
{
    if (rest.n > 0)
        memmove(in->p, rest.p, rest.n);
    in->n = rest.n;
    if (in->n == 0 && in->capacity > LIMIT_GATEWAY_KEPT_BYTES)
        buf_release(in);
}

bool parcel_read_some(int fd, struct buf *in)
{
    char *at = buf_reserve(in, READ_BYTES);
    ssize_t n = at == NULL ? -1 : recv(fd, at, READ_BYTES, 0);
    if (n > 0)
        in->n += (size_t)n;
    return n > 0;
}

bool parcel_write_all(int fd, struct str bytes)
{
    while (bytes.n > 0) {
        ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR)
            return false;
        n = n < 0 ? 0 : n;
        bytes = str_part(bytes.p + n, bytes.n - (size_t)n);
    }
    return true;
}
