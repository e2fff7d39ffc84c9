/* Internet addresses and ranges of them, as plain bytes; which ranges are no part of the public internet; and whether a
 * range is one that an integrator may call from. Pure.
 *
 * All addresses have 16 bytes, IPv4 as ::ffff:a.b.c.d. */
#ifndef TALAIA_CORE_ADDRESS_H
#define TALAIA_CORE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

struct cidr {
    unsigned char address[16];
    int bits; /* 0–128; an IPv4 range has 96 more than it is written with */
};
#define CIDR_V4_BITS 96
#define CIDR_TEXT_BYTES 52

/* "10.0.0.0/8", "192.0.2.7" (one address), "fd00::/8". ERR_VALUE when it is none, or has bits beyond its length (the
 * message proposes the right one); ::ffff:0:0/96 and IPv4-like ranges inside it must be written as IPv4. */
bool cidr_parse(struct str text, struct cidr *ret, struct err *e);
/* "192.0.2.0/24"; one address without a length. Returns `out`. */
const char *cidr_text(const struct cidr *range, char out[CIDR_TEXT_BYTES]);
/* ::/0 means all of IPv6, and nothing of IPv4. */
bool cidr_has_bytes(const struct cidr *range, const unsigned char address[16]);
bool cidr_overlap(const struct cidr *a, const struct cidr *b);
/* Or the same. */
bool cidr_inside(const struct cidr *inner, const struct cidr *outer);

/* One address, "192.0.2.7" or "2001:db8::1"; ::ffff:a.b.c.d is taken too. */
bool address_bytes_parse(struct str text, unsigned char ret[16]);
const char *address_bytes_text(const unsigned char address[16], char out[CIDR_TEXT_BYTES]);

/* --- the ranges with a meaning of their own --- */

struct address_range {
    const char *range;  /* "10.0.0.0/8" */
    const char *what;   /* English for tr(): "private network" */
    const char *source; /* "RFC 1918" */
    unsigned char address[16];
    int bits;
    enum {
        ADDRESS_IS_REFUSE,
        ADDRESS_IS_EXACT,  /* refused, and net.allow must name the very address */
        ADDRESS_IS_INSIDE, /* the last four bytes are an IPv4 address, which decides */
        ADDRESS_IS_PUBLIC,
    } rule;
};

/* The narrowest range of the table that has it; never NULL. */
const struct address_range *address_range_of(const unsigned char address[16]);
/* The table, for documentation and tests. */
const struct address_range *address_table(size_t *ret_count);

/* --- what an integrator calls from --- */

/* X(NAME, "code") */
#define ADDRESS_REMARKS(X)                                                                                             \
    X(SPECIAL, "special") /* no public address: nobody can call from there over the internet. Refused */               \
    X(WIDE, "wide")       /* more addresses than a body calls from. Refused */                                         \
    X(SHARED, "shared")   /* it is also another body's: in order when both have the same provider */                   \
    X(TWICE, "twice")     /* it is the same body's already, or inside one of its ranges */
#define X(name, ...) ADDRESS_##name,
enum address_remark_code { ADDRESS_REMARKS(X) ADDRESS_REMARK_COUNT };
#undef X
const char *address_remark_code(enum address_remark_code c);

struct address_remark {
    enum address_remark_code code;
    bool refused;                      /* else it is only said */
    const struct address_range *range; /* SPECIAL: of the table */
    const struct address_known *known; /* SHARED, TWICE */
};

/* One that is known already. */
struct address_known {
    struct cidr cidr;
    const char *whose; /* name of the body */
    bool same;         /* it is the same body's */
};

/* What is to be said of `range`: at most `most` remarks. `internal`: ranges of our own network (net.allow), which are
 * taken although they are not public. A range is too wide beyond LIMIT_GATEWAY_RANGE_V4/V6. Returns how many. */
size_t address_judge(const struct cidr *range, const struct cidr *internal, size_t internal_count,
                     const struct address_known *known, size_t known_count, struct address_remark *ret, size_t most);

#endif
