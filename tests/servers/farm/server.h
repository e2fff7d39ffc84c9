/* The running farm: one process, one thread, one epoll. Private to serve.c, conn.c, answer.c, status.c, tls.c and
 * dns.c. */
#ifndef FARM_SERVER_H
#define FARM_SERVER_H

#include "base/buf.h"
#include "farm.h"
#include "pki.h"

enum {
    REQUEST_MOST = 16384, /* a request; an OCSP POST is far smaller */
    HOLD_SECONDS = 120,   /* how long a silent endpoint stays so: longer than any checker's patience */
    DRAIN_SECONDS = 3,    /* for the peer's FIN after ours */
    SLOW_HANDSHAKE_MS = 2900,
    SLOW_BODY_MS = 2000,
    HUGE_BYTES = 64 << 20,
    FLOOD_BYTES = 16 << 20
};

enum handle { HANDLE_SIGNAL, HANDLE_DNS, HANDLE_LISTENER, HANDLE_CONNECTION };

struct listener {
    enum handle handle;
    int fd;
    const struct farm_case *c; /* NULL: revocation answers over plain HTTP */
    int many;                  /* number among --many, 0 when it is a case of its own */
    bool silent;               /* accepts and says nothing, whatever the case */
    SSL_CTX *context;          /* NULL without TLS; not owned */
};

enum ending { END_CLEAN, END_CUT, END_RESET, END_HOLD }; /* CUT: FIN without TLS's close_notify */

struct answer {
    struct buf bytes;
    const char *repeat; /* after the bytes, this again and again, until so many */
    size_t repeat_bytes;
    uint64_t repeat_total;
    size_t at_once;              /* the rest of the bytes is paced: `pace_bytes` in `pace_ms` */
    int64_t pace_bytes, pace_ms; /* 0: not paced */
    enum ending end;
};

struct request {
    struct str method, path, body;
};

struct farm {
    const char *dir;
    const struct farm_plan *plan;
    const struct farm_serve *options;
    int epoll, signals, dns;
    int64_t now_ms;     /* monotonic, read once per turn of the loop */
    unsigned requests;  /* answered so far; makes ANSWER_WSDL_CHANGING differ */
    SSL_CTX **contexts; /* of farm_cases, NULL where there is none */
    struct listener **listeners;
    size_t listener_count;
    int *fillers; /* connections that keep the queues of black holes full */
    size_t filler_count;
    struct conn *first; /* all connections */
    size_t paced;
    BIO_METHOD *slow_method;
    struct status *status;
    uint64_t handshakes, failed_handshakes;
};

/* tls.c */
SSL_CTX *context_make(const char *dir, const struct farm_case *c, struct err *e);
/* Bytes of the server's first flight, about. */
size_t context_flight(SSL_CTX *context);

/* conn.c */
void listener_accept(struct farm *f, struct listener *l);
void conn_event(struct farm *f, struct conn *conn);
void conn_tick_paced(struct farm *f);
void conn_tick_second(struct farm *f);
void conn_release_all(struct farm *f);
BIO_METHOD *slow_method_make(void);

/* answer.c: what an endpoint says to a request. */
void answer_make(struct farm *f, const struct listener *l, const struct request *r, struct answer *ret);
void answer_page(struct answer *ret, const char *status_line, const char *headers, const char *type, struct str body);

/* status.c: OCSP, CRL and caIssuers; and the answers that servers staple. */
struct status *status_new(struct farm *f, struct err *e);
void status_free(struct status *s);
void status_answer(struct farm *f, const struct request *r, struct answer *ret);

/* dns.c */
bool dns_open(struct farm *f, struct err *e);
void dns_event(struct farm *f);

#endif
