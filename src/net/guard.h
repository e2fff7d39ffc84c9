/* Where Talaia may connect to: the public internet, and what net.allow names.
 *
 * Endpoints, redirects and addresses inside foreign certificates are chosen by strangers. The guard judges the address
 * that will really be connected to, after the name was resolved and at every redirect:
 *
 *     const struct guard_range *why = guard_address(&guard, (struct sockaddr *)&address);
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

/* All addresses have 16 bytes here, IPv4 as ::ffff:a.b.c.d. */
struct cidr {
    unsigned char address[16];
    int bits; /* 0–128; an IPv4 range has 96 more than it is written with */
};

/* "10.0.0.0/8", "192.0.2.7" (one address), "fd00::/8". ERR_VALUE when it is none, or has bits beyond its length (the
 * message proposes the right one); ::ffff:0:0/96 and IPv4-like ranges inside it must be written as IPv4. */
bool cidr_parse(struct str text, struct cidr *ret, struct err *e);
bool cidr_has(const struct cidr *range, const struct sockaddr *address);

/* The owner of the list keeps it as long as the guard. */
struct guard {
    const struct cidr *allow;
    size_t allow_count;
};

/* From net.allow: one range in each text. ERR_VALUE, ERR_LIMIT name the entry. The list is in the arena. */
bool guard_init(struct guard *g, struct arena *a, const struct str *ranges, size_t count, struct err *e);

struct guard_range {
    const char *range;  /* "10.0.0.0/8" */
    const char *what;   /* English for tr(): "private network" */
    const char *source; /* "RFC 1918" */
    unsigned char address[16];
    int bits;
    enum {
        GUARD_REFUSE,
        GUARD_EXACT,  /* refused, and net.allow must name the very address */
        GUARD_INSIDE, /* the last four bytes are an IPv4 address, which decides */
        GUARD_PUBLIC,
    } rule;
};

/* NULL when it may be connected to. The port of `address` is not looked at; a family other than IPv4 and IPv6 is
 * refused. */
const struct guard_range *guard_address(const struct guard *g, const struct sockaddr *address);

/* Ports where something else than the web listens and would be disturbed by a request: those that browsers refuse
 * (Fetch standard, "port blocking"). Applies to allowed ranges too. */
bool guard_port(int port);

/* The table, for documentation and tests. */
const struct guard_range *guard_table(size_t *ret_count);

#endif
