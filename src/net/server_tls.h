/* Private to the server: TLS on its own listener, which libmicrohttpd does with GnuTLS. The handshake proves that
 * whoever connects has the key of the certificate that it shows; nothing here says whether that certificate is worth
 * anything. */
#ifndef TALAIA_NET_SERVER_TLS_H
#define TALAIA_NET_SERVER_TLS_H

#include <microhttpd.h>

#include "net/server.h"

enum { TLS_OPTIONS = 4 };
/* Fills the library's options, ended as it wants them; the flags to start it with. */
unsigned tls_options(const struct server_options *o, struct MHD_OptionItem ret[TLS_OPTIONS]);
/* Whether key and certificate can be read and belong together. True without TLS. */
bool tls_may(const struct server_options *o, struct err *e);
/* A connection begins: its certificate is asked for. */
void tls_ask(struct MHD_Connection *c);
/* The certificate that it showed, as DER in the arena; n 0: none. */
struct str tls_shown(struct arena *a, struct MHD_Connection *c);

#endif
