/* One exchange over one connection: TCP, the proxy's CONNECT, TLS, one request, one answer. Internal to the engine.
 *
 * A wire moves by itself once begun and calls `over` when it is over: with an answer, or with the verdict of what went
 * wrong and where. It is told an address that may be connected to: names, the guard, redirects and limits are its
 * owner's. Certificates are taken as they come: nothing is trusted here. */
#ifndef TALAIA_PROBE_WIRE_H
#define TALAIA_PROBE_WIRE_H

/* OpenSSL has a type of this name, and base/err.h a code: theirs is called otherwise here. */
#define ERR_STATE openssl_ERR_STATE
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#undef ERR_STATE

#include "net/http1.h"
#include "probe/names.h"

struct wire;

/* What all wires of a run share. */
struct wires {
    struct loop *loop;
    SSL_CTX *tls;
    BIO_METHOD *bio;
    const struct probe_settings *settings;
    union address proxy; /* where CONNECT is asked; has_proxy */
    bool has_proxy;
    size_t moving;    /* wires that hold a place */
    size_t open;      /* wires with a descriptor */
    size_t tls_count; /* of them, those that hold the memory of a TLS connection */
    size_t most_open, connections;
    bool freed;                                             /* a descriptor was given back since the owner looked */
    void (*wants_place)(struct wires *all, struct wire *w); /* its connection stands, all places are taken */
    struct wire *spare;                                     /* released wires, with their buffers */
    unsigned char scratch[LIMIT_PROBE_READ_BYTES];
};

bool wires_open(struct wires *all, struct loop *l, const struct probe_settings *s, struct err *e);
void wires_close(struct wires *all);

enum wire_phase { WIRE_CONNECT, WIRE_PROXY, WIRE_READY, WIRE_TLS, WIRE_HTTP, WIRE_OVER };

struct wire {
    /* --- what to do: set by the owner before wire_begin --- */
    const struct url *url;
    union address address;
    struct http1_request request; /* its url is `url` */
    const char *source;           /* an address of ours to connect from; NULL */
    bool bare; /* nothing is asked: over as soon as the connection (with TLS, its handshake) stands */
    size_t max_body_bytes;
    int64_t deadline; /* of the whole, on the loop's clock */
    bool patient;     /* there is no other: a phase may take all of it, and not what the settings say */
    void (*over)(struct wire *w);
    void *owner;

    /* --- what came of it: from `over` until wire_free --- */
    enum verdict_code code; /* CONNECTION_OK: there is an answer, whatever its status */
    const char *detail;     /* already in the settings' language; NULL when there is none */
    char detail_text[96];
    int seconds;
    int64_t tcp_us, tls_us, http_us;
    const char *protocol, *cipher; /* "" without TLS */
    int protocol_version;          /* TLS1_2_VERSION */
    STACK_OF(X509) * chain;        /* as sent, leaf first; NULL when none; the owner may take it */
    struct buf stapled;            /* OCSP answer, empty when none */
    struct http1_reader reader;
    struct buf body;

    /* --- private --- */
    struct wires *all;
    struct loop_io io;
    struct loop_timer timer;
    enum wire_phase phase;
    SSL *ssl;
    struct buf out, plain; /* bytes for the socket; the request, before TLS */
    size_t out_at;
    struct http1_reader proxy_reader;
    struct buf proxy_body;
    int64_t began, phase_deadline, progress;
    bool holds, hung_up, drained, ended, send_failed, reader_used, proxy_used;
    int io_error;
    unsigned char first[8]; /* the first bytes that came, to tell TLS from what is not */
    size_t first_count;
    struct wire *next; /* in `spare`, or in a queue of the owner */
};

/* A clean wire. */
struct wire *wire_new(struct wires *all);
/* False: there is no descriptor left, nothing happened; try again later. May be over before it returns. */
bool wire_begin(struct wire *w);
/* Goes on after wants_place. */
void wire_go_on(struct wire *w);
/* Ends it now with that verdict: calls `over`. */
void wire_stop(struct wire *w, enum verdict_code code);
void wire_free(struct wire *w); /* NULL is fine */

#endif
