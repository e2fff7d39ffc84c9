/* Where Talaia may connect to: the public internet, and what net.allow names.
 *
 * Endpoints, redirects and addresses inside foreign certificates are chosen by strangers. The guard judges the address
 * that will really be connected to, after the name was resolved and at every redirect:
 *
 *     const struct address_range *why = guard_address(&guard, (struct sockaddr *)&address);
 *     if (why != NULL) …    // "10.0.0.0/8: private network (RFC 1918)"
 *
 * An address inside another (::ffff:10.0.0.1, and 64:ff9b::10.0.0.1 behind a NAT64) is judged by the inner one.
 * A range in net.allow overrides the table; the addresses where clouds keep the secrets of their machines need an entry
 * of their own (/32 or /128), so that a wide entry never opens them by accident. */
#ifndef TALAIA_NET_GUARD_H
#define TALAIA_NET_GUARD_H

#include <sys/socket.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "core/address.h"

bool cidr_has(const struct cidr *range, const struct sockaddr *address);

/* The owner of the list keeps it as long as the guard. */
struct guard {
    const struct cidr *allow;
    size_t allow_count;
};

/* From net.allow: one range in each text. ERR_VALUE, ERR_LIMIT name the entry. The list is in the arena. */
bool guard_init(struct guard *g, struct arena *a, const struct str *ranges, size_t count, struct err *e);

/* NULL when it may be connected to. The port of `address` is not looked at; a family other than IPv4 and IPv6 is
 * refused. */
const struct address_range *guard_address(const struct guard *g, const struct sockaddr *address);

/* Ports where something else than the web listens and would be disturbed by a request: those that browsers refuse
 * (Fetch standard, "port blocking"). Applies to allowed ranges too. */
bool guard_port(int port);

#endif
