#include "net/server_table.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

static void name_peer(struct connection *c, const struct sockaddr *peer)
{
    const struct sockaddr_in6 *six = (const void *)peer;
    if (peer->sa_family == AF_INET) {
        const struct sockaddr_in *four = (const void *)peer;
        (void)inet_ntop(AF_INET, &four->sin_addr, c->address, sizeof c->address);
        c->local = ntohl(four->sin_addr.s_addr) >> 24 == 127;
    } else if (peer->sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&six->sin6_addr)) {
        (void)inet_ntop(AF_INET, &six->sin6_addr.s6_addr[12], c->address, sizeof c->address);
        c->local = six->sin6_addr.s6_addr[12] == 127;
    } else if (peer->sa_family == AF_INET6) {
        (void)inet_ntop(AF_INET6, &six->sin6_addr, c->address, sizeof c->address);
        c->local = IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
    } else {
        (void)snprintf(c->address, sizeof c->address, "unix");
        c->local = true;
    }
}

static void cut(struct connection *c)
{
    c->cut = true;
    (void)shutdown(c->fd, SHUT_RDWR);
}

/* The oldest that waits, of one address or (NULL) of all; *ret_count: how many there are, those cut not counted. */
static struct connection *oldest_waiting(struct server_table *t, const char *address, size_t *ret_count)
{
    struct connection *oldest = NULL;
    *ret_count = 0;
    for (size_t i = 0; i < t->all.count; i++) {
        struct connection *c = t->all.items[i];
        if (c->cut || (address != NULL && strcmp(c->address, address) != 0))
            continue;
        ++*ret_count;
        if (c->state == CONNECTION_WAITS && (oldest == NULL || c->since < oldest->since))
            oldest = c;
    }
    return oldest;
}

static bool make_room(struct server_table *t, const char *address)
{
    size_t count;
    struct connection *oldest = oldest_waiting(t, address, &count);
    size_t most = address == NULL ? LIMIT_SERVER_CONNECTIONS : LIMIT_SERVER_PER_ADDRESS;
    if (count < most)
        return true;
    if (oldest == NULL)
        return false;
    cut(oldest);
    return true;
}

struct connection *table_add(struct server_table *t, int fd, const struct sockaddr *peer, int64_t now)
{
    struct connection *c = mem_alloc(1, sizeof *c);
    *c = (struct connection){.fd = fd, .since = now};
    name_peer(c, peer);
    pthread_mutex_lock(&t->lock);
    bool room = make_room(t, c->address) && make_room(t, NULL);
    if (!room)
        cut(c);
    c->place = t->all.count;
    vec_push(&t->all, c);
    pthread_mutex_unlock(&t->lock);
    return c;
}

void table_remove(struct server_table *t, struct connection *c)
{
    pthread_mutex_lock(&t->lock);
    struct connection *last = t->all.items[--t->all.count];
    t->all.items[c->place] = last;
    last->place = c->place;
    pthread_mutex_unlock(&t->lock);
    mem_free(c);
}

void table_state(struct server_table *t, struct connection *c, enum connection_state state, int64_t now)
{
    pthread_mutex_lock(&t->lock);
    c->state = state;
    c->since = now;
    pthread_mutex_unlock(&t->lock);
}

/* Nothing more will come, and all that came was read: the rest of the request is missing for good. The library waits
 * for its idle time when the end arrives while it is busy with the part before. */
static bool broken_off(const struct connection *c, int64_t now)
{
    char byte;
    return c->state == CONNECTION_READS && now - c->since > INSTANT_PER_SECOND &&
           recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void table_reap(struct server_table *t, int64_t now)
{
    static const int64_t seconds[] = {
        [CONNECTION_WAITS] = LIMIT_SERVER_HEAD_SECONDS,
        [CONNECTION_READS] = LIMIT_SERVER_BODY_SECONDS,
        [CONNECTION_WORKS] = LIMIT_SERVER_SEND_SECONDS,
        [CONNECTION_ANSWERED] = LIMIT_SERVER_SEND_SECONDS,
    };
    pthread_mutex_lock(&t->lock);
    for (size_t i = 0; i < t->all.count; i++) {
        struct connection *c = t->all.items[i];
        if (!c->cut && (now - c->since > seconds[c->state] * INSTANT_PER_SECOND || broken_off(c, now)))
            cut(c);
    }
    pthread_mutex_unlock(&t->lock);
}

size_t table_drain(struct server_table *t)
{
    size_t busy = 0;
    pthread_mutex_lock(&t->lock);
    for (size_t i = 0; i < t->all.count; i++) {
        struct connection *c = t->all.items[i];
        if (c->state != CONNECTION_WAITS)
            busy++;
        else if (!c->cut)
            cut(c);
    }
    pthread_mutex_unlock(&t->lock);
    return busy;
}

size_t table_count(struct server_table *t)
{
    pthread_mutex_lock(&t->lock);
    size_t count = t->all.count;
    pthread_mutex_unlock(&t->lock);
    return count;
}
