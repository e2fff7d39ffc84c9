/* TLS as the engine speaks it: everything is accepted that shows a certificate, and named afterwards. Internal.
 *
 * TLS 1.0 to 1.3 at security level 0, renegotiation as old servers do it, no verification in the handshake, no
 * sessions, an OCSP answer asked for. Bytes go through a BIO of our own: what is written waits in the wire's buffer, so
 * that the end of a handshake and the request leave in one packet; what is read remembers its first bytes, and a socket
 * known to be empty is not asked again. */
#ifndef TALAIA_PROBE_TLS_H
#define TALAIA_PROBE_TLS_H

#include "probe/wire.h"

bool tls_open(struct wires *all, struct err *e);
void tls_close(struct wires *all);

/* False when memory or the host name does not allow it. */
bool tls_attach(struct wire *w);
/* After the handshake: protocol, cipher, chain, stapled answer. */
void tls_take_facts(struct wire *w);
/* Reads what the socket has into the wire's facts (first bytes, end). -1 and errno as recv, EAGAIN when there is
 * nothing. */
ssize_t wire_receive(struct wire *w, void *to, size_t n);

/* What a failed handshake (or a later fatal alert) means. Empties OpenSSL's queue of reasons. */
enum verdict_code tls_failure(struct wire *w, const char **ret_detail, char *text, size_t text_bytes);

#endif
