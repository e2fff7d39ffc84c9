/* The HTTP server that the desk's pages, its API and the gateway stand on: libmicrohttpd behind one small interface.
 *
 * Whoever serves gives a `server_service`; each whole request becomes one call of `answer`, in one of the pool's
 * threads. What is malformed, ambiguous, too large or too slow never gets that far:
 *
 *   - both Content-Length and Transfer-Encoding, either of them twice, Host missing or twice (RFC 9112 §3.2, §6.1), a
 *     target that is no path: 400 and the connection is closed, so that nothing is read as a second request;
 *   - more header lines, bytes or body than limits.h allows: 431, 414, 413;
 *   - a request that is not whole in time, an answer that is not taken in time, a connection that is idle: closed;
 *   - too many connections, of one address or in all: the oldest that have not asked anything give way to new ones.
 *
 * libmicrohttpd (with the libraries that it brings) is in a module of its own; the functions on texts are not. */
#ifndef TALAIA_NET_SERVER_H
#define TALAIA_NET_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/day.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

struct server_field {
    const char *name, *value;
};

#define SERVER_ID_BYTES 20
struct server_request {
    struct arena *arena; /* lives as long as the request */
    const char *method;  /* "GET": as the client wrote it */
    const char *path;    /* decoded once, clean: begins with '/', has no empty, "." or ".." part */
    struct str query;    /* after '?', as it came */
    const struct server_field *headers;
    size_t header_count;
    struct str body;
    const char *address;    /* of the peer: "192.0.2.7", "2001:db8::1", "unix" */
    bool local;             /* the peer is on this machine: loopback, or a Unix socket */
    struct str certificate; /* that it showed over TLS, as DER; n 0: none. The key is its own, nothing else is known */
    char id[SERVER_ID_BYTES]; /* of this request; in the log and in X-Request-Id */
    instant_t at;
    const char *who; /* the service may set it (in the arena) for the line in the log */
    bool kept;       /* the service may set it: it keeps a better record, so the log has no line unless it goes wrong */
};

#define SERVER_ANSWER_HEADERS 20
struct server_answer {
    int status;
    struct server_field headers[SERVER_ANSWER_HEADERS]; /* constants, or in the request's arena */
    size_t header_count;
    const void *bytes;
    size_t n;
    void (*release)(void *owner); /* called once when the bytes have been sent, or will not be; NULL: they stay */
    void *owner;
    bool file; /* the answer is `n` bytes of the file `fd`, which is then ours to close; LIMIT_SERVER_SEND_SECONDS for
                  each piece of it that is taken */
    int fd;
    bool close; /* the connection ends after this answer */
    bool later; /* the answer is given with server_api.finish, by any thread, in any case; nothing else counts */
};

struct server_service {
    void *context;
    /* Before the body is read: how many bytes of it this request may have. */
    size_t (*body_max)(void *context, const struct server_request *r);
    /* Every request gets an answer; `ret` comes zeroed. HEAD is answered like GET and sent without its body. Called
     * from several threads at once. */
    void (*answer)(void *context, struct server_request *r, struct server_answer *ret);
    /* A request that gets no further: 400, 413, … `why` is English, for the log and a programmer. */
    void (*refuse)(void *context, struct server_request *r, int status, const char *why, struct server_answer *ret);
    /* One line for each request that was answered, without its query; see server_request.kept. */
    void (*log)(void *context, const char *line);
};

struct server_options {
    const char *listen; /* "127.0.0.1:8080", "[::1]:0", "localhost:8080", "unix:/run/talaia/web.sock" */
    int threads;
    /* TLS 1.2 and 1.3 with this certificate (PEM, its intermediates behind it) and key; NULL: none. A certificate of
     * the client is asked for and never demanded; whether it is worth anything is the service's to say. Not kept. */
    const char *tls_certificate, *tls_key;
};

struct server;
/* What the module gives; see server_api(). */
struct server_api {
    /* Listens and serves until stopped. `service` must stay. */
    bool (*start)(const struct server_options *o, const struct server_service *service, struct server **ret,
                  struct err *e);
    /* The address it really has: "http://127.0.0.1:43211", "https://…" with TLS, or "unix:/run/…". */
    const char *(*address)(const struct server *s);
    size_t (*connections)(struct server *s);
    /* The answer to a request whose `later` was set; from then on the request is not the service's any more. It may be
     * called before `answer` has returned. */
    void (*finish)(struct server_request *r, const struct server_answer *a);
    /* Takes nothing new, finishes what it began for at most so many seconds, and ends. Answers that come later are
     * waited for, however long the service takes. */
    void (*stop)(struct server *s, int seconds);
};
/* Loads the module; NULL with a reason. */
const struct server_api *server_api(struct err *e);

/* ------------------------------------------------------------------ requests */

/* The first value of a header, NULL when there is none; names without regard to case. *ret_count (may be NULL): how
 * often it is there. */
const char *server_header(const struct server_request *r, const char *name, size_t *ret_count);

/* Path and query of a target as it came ("/ens?q=vic"). False when it is none that we serve: not beginning with '/', a
 * percent that is not followed by two hexadecimal digits, controls, NUL, '\', not UTF-8, an encoded '/', or a part that
 * is empty, "." or "..". A '/' at the end is kept. */
bool server_target(struct arena *a, const char *target, const char **ret_path, struct str *ret_query);

/* The value of a name in "a=1&b=x+y" (a query, or an application/x-www-form-urlencoded body), decoded; NULL when it is
 * not there, or is not UTF-8 or has NUL. The first one counts. */
const char *server_param(struct arena *a, struct str encoded, const char *name);

/* Whether every name and value can be decoded and there are at most LIMIT_SERVER_PARAMS. */
bool server_params_valid(struct arena *a, struct str encoded);

/* The value of a cookie; NULL when it is not there or there twice (somebody planted one). */
const char *server_cookie(struct arena *a, const struct server_request *r, const char *name);

/* Adds a header to an answer; more than fit are a mistake of ours and are dropped. */
void server_answer_header(struct server_answer *a, const char *name, const char *value);

/* Whether an Accept-Encoding header takes that coding (RFC 9110 §12.5.3): named without q=0. */
bool server_accepts(const char *accept_encoding, const char *coding);

#endif
