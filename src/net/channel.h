/* A connection under a dialogue of lines (SMTP, IMAP): bytes out, lines and counted bytes in, each bounded and with a
 * deadline. TCP, TLS and STARTTLS are libcurl's (module talaia-transfer.so); tests and fuzz targets put a source of
 * their own underneath.
 *
 *     struct channel *c;
 *     enum channel_fault fault = channel_open(&target, &c, &e);
 *     channel_deadline(c, 60);
 *     if (channel_send(c, str_of("NOOP\r\n")) && channel_line(c, LIMIT_SMTP_LINE_BYTES, &line)) …
 *     channel_close(c);
 *
 * After a failure the channel is broken: every later call fails at once, and channel_fault tells the first reason.
 * The server is the administrator's choice, so net/guard.h is not asked; its certificate is always verified. */
#ifndef TALAIA_NET_CHANNEL_H
#define TALAIA_NET_CHANNEL_H

#include "base/buf.h"
#include "base/err.h"

enum channel_protocol { CHANNEL_SMTP, CHANNEL_IMAP };
enum channel_tls { CHANNEL_PLAIN, CHANNEL_STARTTLS, CHANNEL_TLS };

struct channel_target {
    enum channel_protocol protocol;
    enum channel_tls tls; /* with CHANNEL_STARTTLS nothing is said before the connection is encrypted */
    const char *host;     /* name or address, IPv6 without brackets */
    int port;
    const char *ca_file; /* authorities (PEM); NULL or "": the system's */
    const char *ca_key;  /* what texts call that setting: "mail.ca" */
    const char *helo;    /* SMTP: who we say we are; NULL: the name of this machine */
    int seconds;         /* until everything stands, greeting included; 0: 30 */
};

enum channel_fault {
    CHANNEL_FINE,
    CHANNEL_UNREACHED,   /* no such name, no route, refused, not there in time */
    CHANNEL_CERTIFICATE, /* the server's certificate is not accepted */
    CHANNEL_SETUP,       /* a setting of ours: the file of authorities, STARTTLS that the server does not offer */
    CHANNEL_ENDED,       /* the server closed the connection, or it broke */
    CHANNEL_TIME,        /* the deadline passed */
    CHANNEL_LONG,        /* a line passes its maximum */
};

/* What is underneath. Times are milliseconds; 0 and more: how many bytes. */
#define CHANNEL_SOURCE_TIME (-1)
#define CHANNEL_SOURCE_ENDED (-2)
struct channel_source {
    long (*receive)(void *handle, char *to, size_t n, int ms); /* waits until something is there; 0 is the end */
    long (*send)(void *handle, const char *from, size_t n, int ms);
    void (*close)(void *handle);
};

struct channel;

/* CHANNEL_FINE, or why not, and `e` says it with the host and what to do. */
enum channel_fault channel_open(const struct channel_target *t, struct channel **ret, struct err *e);
/* Over a source that the caller has; it is closed with the channel. */
struct channel *channel_over(const struct channel_source *source, void *handle);
void channel_close(struct channel *c); /* NULL is fine; says nothing to the server */

/* What follows must be done within so many seconds from now. */
void channel_deadline(struct channel *c, int seconds);
bool channel_send(struct channel *c, struct str bytes);
/* The next line without its line end (CRLF, or a bare LF), until the next call. A last line without end is none. */
bool channel_line(struct channel *c, size_t max_bytes, struct str *ret);
/* Exactly n bytes, added to the buffer; `to` NULL: they are passed over. All are read also when the buffer takes no
 * more (then buf_full tells). */
bool channel_bytes(struct channel *c, size_t n, struct buf *to);
/* After channel_send has failed because the connection ended: true, and what the server had said before can be read. */
bool channel_last_words(struct channel *c);
/* Something has arrived that nobody read yet, or the connection has ended; does not wait. */
bool channel_pending(struct channel *c);
enum channel_fault channel_fault(const struct channel *c);
/* Says in `e` (ERR_NET) what channel_fault means: "mail.example:25: the connection ended while waiting for …". */
void channel_say(const struct channel *c, const char *place, const char *doing, struct err *e);

#endif
