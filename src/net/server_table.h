/* The open connections of a server: who must give way, and who has been too slow. Internal to the server.
 *
 * A connection *waits* while no whole head of a request has arrived, *reads* a body, is *answered* while its answer is
 * made and sent. Closing one from outside means shutting its socket down: libmicrohttpd then notices by itself. That
 * happens under the table's lock, which its end takes too, so the descriptor is still that connection's. */
#ifndef TALAIA_NET_SERVER_TABLE_H
#define TALAIA_NET_SERVER_TABLE_H

#include <pthread.h>
#include <sys/socket.h>

#include "base/day.h"
#include "base/limits.h"
#include "base/mem.h"

enum connection_state { CONNECTION_WAITS, CONNECTION_READS, CONNECTION_WORKS, CONNECTION_ANSWERED };

struct connection {
    int fd;
    enum connection_state state;
    int64_t since; /* of the state, in µs of the monotonic clock */
    bool cut;      /* shut down; its end is on the way */
    char address[64];
    bool local;
    size_t place; /* in the table */
};

struct server_table {
    pthread_mutex_t lock;
    VEC(struct connection *) all;
};

/* A new one; makes room when there are too many of its address, or in all. NULL when nobody could give way. */
struct connection *table_add(struct server_table *t, int fd, const struct sockaddr *peer, int64_t now);
void table_remove(struct server_table *t, struct connection *c); /* and frees it */
void table_state(struct server_table *t, struct connection *c, enum connection_state state, int64_t now);
/* Cuts those that took too long for what they are doing, and those whose sender went away in the middle of a request.
 */
void table_reap(struct server_table *t, int64_t now);
/* Cuts those that have not begun a request. Returns how many have. */
size_t table_drain(struct server_table *t);
size_t table_count(struct server_table *t);

#endif
