/* HTTP/1.1, one exchange per connection: writes requests, reads answers. Bytes in, bytes out; no socket, no clock.
 *
 *     struct buf body = BUF_INIT(LIMIT_XML_BYTES);
 *     struct http1_reader r;
 *     http1_reader_init(&r, HTTP1_GET, &body);
 *     while ((state = http1_feed(&r, bytes, n, &used)) == HTTP1_MORE)
 *         …read more; at the end of the connection: state = http1_end(&r)…
 *     http1_reader_release(&r);
 *
 * Strict where two readers could disagree on where the answer ends (RFC 9112 §6.3, §11.2). Refused: Content-Length
 * twice (even if equal) or next to Transfer-Encoding, a Content-Length that is not only digits, any transfer coding but
 * exactly one "chunked", chunked in HTTP/1.0, folded header lines, white space before the colon or the first header,
 * NUL and other control characters, a CR without LF, a bad chunk size or chunk end. Tolerated, as old servers do it and
 * nothing depends on it: lines of the head that end in LF alone, a status line without reason phrase. Chunked framing
 * must use CRLF. 1xx answers are passed over; 101 is refused, as nothing is ever upgraded. */
#ifndef TALAIA_NET_HTTP1_H
#define TALAIA_NET_HTTP1_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "net/url.h"

enum http1_method { HTTP1_GET, HTTP1_HEAD, HTTP1_POST, HTTP1_CONNECT };

/* --- answers --- */

enum http1_state {
    HTTP1_MORE,      /* not at its end yet */
    HTTP1_DONE,      /* complete */
    HTTP1_MALFORMED, /* not HTTP/1; `fault` says why */
    HTTP1_HUGE,      /* the body is larger than the buffer's maximum, which is what was kept; known before reading it
                        when the answer has a Content-Length (then nothing was kept) */
    HTTP1_TRUNCATED, /* only from http1_end: the connection ended first */
};

/* Fields above the line are read by callers; nothing is allocated unless there is a Location. */
struct http1_reader {
    int status;       /* 200; to be trusted once head_done */
    int minor;        /* 1 of HTTP/1.1 */
    bool started;     /* at least one byte came */
    bool head_done;   /* the head of the final answer is complete: everything but the body is known */
    bool until_close; /* the body ends with the connection: it cannot be told from a cut one */
    bool chunked;
    char encoding[20];                        /* "gzip": a Content-Encoding, which was not asked for; "" none */
    int64_t content_length;                   /* -1 when not stated */
    char content_type[LIMIT_HTTP_TYPE_BYTES]; /* the first one, cut; printable; "" when none */
    struct buf location;                      /* buf_text(); of the first one, without white space around */
    const char *fault;                        /* of HTTP1_MALFORMED and HTTP1_HUGE: one English clause for tr() */
    /* ---- private ---- */
    struct buf *body;
    int64_t left;
    unsigned head_bytes, line_bytes, headers, interim;
    enum http1_method method;
    enum http1_state state;
    uint8_t step, field, name_bytes, number_digits;
    bool transfer_seen, location_seen, type_seen, space;
    char name[20];
    char coding[20];
};

/* `body` receives the content up to its maximum; it is the caller's and must stay until the end. */
void http1_reader_init(struct http1_reader *r, enum http1_method method, struct buf *body);
/* Takes bytes as they come, in any portions. *ret_used < n only when the answer ended before, or its body is
 * full: what follows does not belong to it, or is not wanted. Once the state is not HTTP1_MORE it stays. */
enum http1_state http1_feed(struct http1_reader *r, const void *bytes, size_t n, size_t *ret_used);
/* The connection ended. */
enum http1_state http1_end(struct http1_reader *r);
void http1_reader_release(struct http1_reader *r);

/* --- requests --- */

struct http1_request {
    enum http1_method method; /* GET, HEAD, POST */
    const struct url *url;
    const char *accept;      /* NULL: anything */
    const char *body_type;   /* Content-Type, POST */
    const char *soap_action; /* SOAPAction without quotes; NULL: none; "" is a value */
    struct str body;         /* POST */
};

/* Adds to `out`. Fixed: Host, User-Agent, Accept, Accept-Encoding: identity, Connection: close. ERR_VALUE when a given
 * text has control characters; ERR_LIMIT when it does not fit `out`. */
bool http1_write(struct buf *out, const struct http1_request *q, struct err *e);
/* Opens a way through a proxy to the host and port of `url`. `credentials` ("user:password") or NULL. */
bool http1_write_connect(struct buf *out, const struct url *url, const char *credentials, struct err *e);

#endif
