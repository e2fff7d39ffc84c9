/* A server in memory for the fuzz targets: what it says is the input, in pieces of uneven size; what it is told is
 * dropped. */
#ifndef TALAIA_TESTS_FUZZ_MAIL_SERVED_H
#define TALAIA_TESTS_FUZZ_MAIL_SERVED_H

#include "net/channel.h"

struct served {
    const char *at, *end;
    size_t step;
};

static long served_receive(void *handle, char *to, size_t n, int ms)
{
    struct served *s = handle;
    (void)ms;
    s->step = s->step * 7 % 61 + 1;
    size_t have = (size_t)(s->end - s->at), take = have < s->step ? have : s->step;
    take = take < n ? take : n;
    if (take == 0)
        return CHANNEL_SOURCE_ENDED;
    memcpy(to, s->at, take);
    s->at += take;
    return (long)take;
}

static long served_send(void *handle, const char *from, size_t n, int ms)
{
    (void)handle, (void)from, (void)ms;
    return (long)n;
}

static void served_close(void *handle)
{
    (void)handle;
}

static const struct channel_source served_source = {served_receive, served_send, served_close};

#endif
