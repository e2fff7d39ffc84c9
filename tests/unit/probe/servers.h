/* Small servers inside the test process, one thread per connection, and a sweep whose observations are kept. */
#ifndef TALAIA_TESTS_PROBE_SERVERS_H
#define TALAIA_TESTS_PROBE_SERVERS_H

#include <pthread.h>
#include <stdatomic.h>

#include "../pki/maker.h"
#include "probe/engine.h"

enum act {
    ACT_ANSWER, /* reads a request, sends `answer`, closes */
    ACT_SILENT, /* accepts, reads, says nothing */
    ACT_PROXY, /* opens the way that CONNECT asks for, to 127.0.0.1 and that port; `answer` instead when there is one */
    ACT_OCSP,  /* answers POSTs with `ocsp` */
};

struct server_script {
    enum act act;
    bool v6;
    const struct made *leaf, *issuer; /* TLS with that certificate; NULL: plain */
    bool issuer_too;                  /* sends the issuer after the leaf */
    const char *answer;               /* NULL: 200 with a WSDL */
    struct str ocsp;
    int delay_ms; /* before the answer */
};

struct server {
    struct server_script script;
    int fd, port;
    pthread_t listener;
    struct ssl_ctx_st *tls;
    atomic_int connections, threads;
    atomic_int open_now, most_open; /* connections that wait for their answer */
    atomic_bool ending;
};

/* Listens on 127.0.0.1 (or ::1). Lives until servers_end(). */
struct server *server_start(const struct server_script *script);
#define SERVE(...) server_start(&(const struct server_script){__VA_ARGS__})
/* A port of 127.0.0.1 where nothing listens. */
int port_of_nobody(void);
void servers_end(void);

#define GOOD_ANSWER                                                                                                    \
    "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n\r\n"                                           \
    "<definitions xmlns=\"http://schemas.xmlsoap.org/wsdl/\"><portType name=\"p\"><operation "                         \
    "name=\"procesa\"/></portType>"                                                                                    \
    "</definitions>"

/* --- sweeps --- */

struct seen {
    int64_t tag;
    bool last;
    enum verdict_code verdict[VERDICT_PARTS];
    char detail[VERDICT_PARTS][256];
    char address[64], host[256], final_url[512], protocol[16], source[16], wsdl_hash[65];
    int port, status, seconds, redirects;
    struct probe_times times;
    size_t chain, bytes, operations;
    day_t last_day, revoked_on;
    enum probe_revocation revocation;
    bool middlebox;
    int64_t at; /* monotonic µs since the sweep began */
};

struct sweep {
    struct probe_settings s;    /* allow-lists loopback; the maker's time; deadlines of a second */
    const char *const *anchors; /* paths, NULL at the end; NULL: an authority that signed nothing */
    bool no_allow;
    int stop_after; /* observations, then the stop flag is set; 0: never */
    bool keep_none; /* counts only: for large sweeps */
    struct probe_summary sum;
    VEC(struct seen) seen;
    size_t count, good;
    int64_t wall_us;
    struct err e;
};

struct sweep sweep_new(void);
/* Each URL is a target, its index the tag; `repeat` goes through them so many times. True as probe_run. */
bool sweep_run(struct sweep *w, const char *const *urls, size_t count, size_t repeat);
/* The only observation of that target; fails the test when there is another number. */
const struct seen *sweep_only(const struct sweep *w, int64_t tag);
void sweep_release(struct sweep *w);
const char *url_at(const char *scheme, int port, const char *path); /* in the maker's memory */

/* An authority, and a leaf for 127.0.0.1 and ::1 that it issued, each made once. */
const struct made *authority(void);
const struct made *good_leaf(void);
const char *const *authority_anchor(void);

#endif
