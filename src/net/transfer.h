/* What the module talaia-transfer.so exports: libcurl, seen from the rest of Talaia. Private to net: others use
 * net/http.h (requests) and net/channel.h (a connection with TLS under a dialogue of our own).
 *
 * Nothing else links libcurl. The module keeps no state but libcurl's own; every handle belongs to its caller and to
 * one thread at a time. The addresses of mail servers and trackers come from the administrator (talaia.yaml), so
 * net/guard.h is not asked: one on a private network is the usual case. Addresses that somebody else chose come here
 * with a guard only (http_options). */
#ifndef TALAIA_NET_TRANSFER_H
#define TALAIA_NET_TRANSFER_H

#include "net/channel.h"
#include "net/http.h"

/* How a transfer ended. But for TRANSFER_DONE an error says why, with the host and what to do. */
enum transfer_end {
    TRANSFER_DONE,
    TRANSFER_UNREACHED,   /* no such name, no route, refused, not there in time: nothing was sent */
    TRANSFER_CERTIFICATE, /* the server's certificate is not accepted: nothing was sent */
    TRANSFER_SETUP,       /* a setting of ours is wrong (authorities' file, TLS not offered): nothing was sent */
    TRANSFER_LOST,        /* the connection or the time ended after something was sent */
    TRANSFER_TOO_LARGE,   /* the answer passes a limit */
};

struct transfer_http;
typedef const struct address_range *transfer_judge(const struct guard *g, const struct sockaddr *address);

struct transfer_module {
    /* Never NULL. The options are copied. `judge`: guard_address, asked about each address when there is a guard. */
    struct transfer_http *(*http_open)(const struct http_options *o, transfer_judge *judge);
    /* One request, one answer; redirections are answers. `url` has been parsed, `place` is its host and port for
     * texts. `head` and `body` are cleared and filled. */
    enum transfer_end (*http_run)(struct transfer_http *h, const struct http_request *r, const char *url,
                                  const char *place, struct buf *head, struct buf *body, int *ret_status,
                                  struct err *e);
    void (*http_close)(struct transfer_http *h);
    /* TCP and TLS (at once, or after the protocol's own STARTTLS); greeting and capabilities are read by libcurl. */
    enum transfer_end (*channel_open)(const struct channel_target *t, const struct channel_source **ret_source,
                                      void **ret_handle, struct err *e);
};

#endif
