/* Requests to the trackers and other servers that the administrator named; with a guard, to addresses that somebody
 * else chose: each address is judged when it is connected to (net/guard.h).
 *
 *     struct http_client *c = http_open(&options, &e);
 *     struct http_request r = {.method = HTTP_POST, .url = url, .headers = headers, .header_count = 2,
 *                              .type = "application/json", .body = body};
 *     struct http_answer a;
 *     switch (http_send(c, &r, &a, &e)) {
 *     case HTTP_GOOD:   …a.body…
 *     case HTTP_LATER:  …again after a.retry_after seconds; when a.maybe_done, look first whether it was carried out
 *     case HTTP_PERSON: …e says what to do
 *     }
 *
 * - The connection is kept between requests of one client; a client belongs to one thread.
 * - A redirection is followed only for GET and only to the same scheme, host and port, so that an Authorization header
 *   goes nowhere else; any other is HTTP_PERSON with the address that should be configured.
 * - No proxy unless one is given; the environment is not looked at. HTTP/1.1, no compression.
 * - A request other than GET is never sent twice, also not when a kept connection ended under it.
 * - Neither headers nor bodies of requests appear in an error. */
#ifndef TALAIA_NET_HTTP_H
#define TALAIA_NET_HTTP_H

#include "base/buf.h"
#include "base/err.h"
#include "net/guard.h"

struct http_options {
    const char *ca_file;       /* authorities (PEM); NULL or "": the system's */
    const char *proxy;         /* "http://HOST:PORT"; NULL or "": directly */
    const char *url_key;       /* what the texts tell the administrator to look at: "tracker.url", */
    const char *login_key;     /* "tracker.token", */
    const char *ca_key;        /* "tracker.ca" */
    const struct guard *guard; /* must stay; NULL: any address may be connected to. Not with a proxy */
    int connect_seconds;       /* until the connection with TLS stands; 0: 10 */
    int seconds;               /* for one request, connection included; 0: 60 */
};

/* X(word of the request line) */
#define HTTP_METHODS(X) X(GET) X(POST) X(PUT) X(DELETE)
enum http_method {
#define X(word) HTTP_##word,
    HTTP_METHODS(X)
#undef X
};

/* One part of multipart/form-data. */
struct http_file {
    const char *field; /* "file" */
    const char *name;  /* file name that the server is told */
    const char *type;  /* "application/pdf" */
    struct str bytes;
};

struct http_request {
    enum http_method method;
    const char *url;            /* as net/url.h takes it */
    const char *const *headers; /* "Name: value", UTF-8 without control characters */
    size_t header_count;
    const char *type; /* of the body; NULL: there is none */
    struct str body;
    const struct http_file *file; /* instead of the body; NULL: none */
};

enum http_fate {
    HTTP_GOOD,   /* 2xx */
    HTTP_LATER,  /* not reached, timed out, 429, 5xx: the same request may succeed later */
    HTTP_PERSON, /* any other status, a certificate that is refused, a setting of ours: waiting does not help */
};

struct http_answer {
    enum http_fate fate;
    int status;      /* 0: no answer came */
    bool maybe_done; /* HTTP_LATER only: the request, or a part of it, went out, and the server may have carried it out
                      * (no answer, a cut one, or 5xx); false: it certainly did not. Of no interest for GET. */
    int retry_after; /* seconds that the server asks to wait, at most LIMIT_HTTP_RETRY_SECONDS; -1: it says nothing */
    struct str body; /* until the next request of this client; also of answers that are not good */
    struct str head; /* all header lines of the last answer, for http_header */
};

struct http_client;

/* NULL when the module is missing, or the proxy is none (ERR_VALUE). The options' texts are copied. */
struct http_client *http_open(const struct http_options *o, struct err *e);
void http_close(struct http_client *c); /* NULL is fine */

/* `ret` is always filled. `e` is set unless HTTP_GOOD: ERR_NET (later), ERR_LOGIN (401, 403), ERR_CERTIFICATE,
 * ERR_REMOTE (any other refusal), ERR_VALUE (the request itself cannot be), ERR_LIMIT (an answer of more than
 * LIMIT_HTTP_ANSWER_BYTES), ERR_MODULE. A caller that reads the reasons in the body of a refusal clears it first. */
enum http_fate http_send(struct http_client *c, const struct http_request *r, struct http_answer *ret, struct err *e);

/* The first header of that name (ASCII, any case), trimmed; empty when there is none. */
struct str http_header(const struct http_answer *a, const char *name);

#endif
