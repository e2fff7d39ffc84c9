/* Addresses of the web: http and https, nothing else. Pure; no name is looked up here.
 *
 *     struct url u, next;
 *     if (url_parse(str_of("https://padro.example.cat/Sincron?wsdl"), &u, &e) &&
 *         url_resolve(&u, r.location, &next, &e) && url_same_host(&u, &next)) …
 *
 * A subset of RFC 3986, strict where addresses are used to deceive. Refused: other schemes, user names and passwords,
 * white space and control characters, backslashes, a host that is neither a name, nor four plain decimal numbers, nor
 * an IPv6 address in brackets without zone (0x7f.1, 2130706433 and 010.0.0.1 are refused), percent signs in the host,
 * ports outside 1–65535, more than LIMIT_URL_BYTES.
 * Made regular: scheme and host in lower case, a name beyond ASCII as Punycode (IDNA 2008), the final dot of a name
 * dropped, the scheme's own port dropped, dot segments resolved (RFC 3986 §5.2.4), bytes that must be escaped in the
 * path or the query escaped (well-formed UTF-8 only), the fragment dropped. */
#ifndef TALAIA_NET_URL_H
#define TALAIA_NET_URL_H

#include <sys/socket.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"

enum url_scheme { URL_HTTP, URL_HTTPS };
enum url_host_kind { URL_NAME, URL_IPV4, URL_IPV6 };

/* A value: it owns nothing and may be copied. */
struct url {
    enum url_scheme scheme;
    enum url_host_kind kind;
    int port;                        /* 1–65535, the scheme's own when none is written */
    unsigned char address[16];       /* of a literal, in network order: 4 bytes for URL_IPV4, 16 for URL_IPV6 */
    char host[LIMIT_HOST_BYTES + 1]; /* without brackets; for the DNS, SNI and the name check */
    unsigned target_at;              /* where path and query begin in `text` */
    char text[LIMIT_URL_BYTES + 1];  /* all of it, printable ASCII without spaces */
};

/* ERR_VALUE (or ERR_LIMIT) says what cannot be. */
bool url_parse(struct str text, struct url *ret, struct err *e);
/* A reference, as in a Location header, seen from `base` (RFC 3986 §5.2). `ret` may be `base`. */
bool url_resolve(const struct url *base, struct str reference, struct url *ret, struct err *e);

/* Path and query as they go in a request line: never empty, begins with '/'. */
static inline const char *url_target(const struct url *u)
{
    return u->text + u->target_at;
}
/* "https" or "http". */
const char *url_scheme_text(enum url_scheme s);
/* Same name or address, whatever the scheme, the port and the path. */
bool url_same_host(const struct url *a, const struct url *b);
/* Same scheme, host and port. */
bool url_same_place(const struct url *a, const struct url *b);

#define URL_AUTHORITY_BYTES (LIMIT_HOST_BYTES + sizeof "[]:65535")
/* Host header: "host", "host:8443", "[2001:db8::1]:8443". With `always_port`, as CONNECT needs it: "host:443".
 * Returns `out`. */
const char *url_authority(const struct url *u, bool always_port, char out[URL_AUTHORITY_BYTES]);

#define URL_SHOWN_BYTES (LIMIT_URL_SHOWN_BYTES + 4)
/* For a sentence: without the query, cut with "…". Returns `out`. */
const char *url_shown(const struct url *u, char out[URL_SHOWN_BYTES]);

/* The socket address of a literal; false for a name. */
bool url_address(const struct url *u, struct sockaddr_storage *ret, socklen_t *ret_n);

#endif
