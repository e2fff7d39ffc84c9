/* Judges addresses; does not resolve names and does not connect. */
#include "net/guard.h"

#include <netinet/in.h>

/* What an address of no known family is refused with. */
static const struct address_range other_family = {.range = "-", .what = N_("neither IPv4 nor IPv6"), .source = "-"};

static void mapped(unsigned char ret[16], const void *four)
{
    static const unsigned char front[12] = {[10] = 0xff, [11] = 0xff};
    memcpy(ret, front, sizeof front);
    memcpy(ret + sizeof front, four, 4);
}

static bool address_bytes(const struct sockaddr *sa, unsigned char ret[16])
{
    /* Copied, because nobody promises the alignment of what stands behind a struct sockaddr *. */
    if (sa->sa_family == AF_INET) {
        struct sockaddr_in four;
        memcpy(&four, sa, sizeof four);
        mapped(ret, &four.sin_addr);
        return true;
    }
    if (sa->sa_family == AF_INET6) {
        struct sockaddr_in6 six;
        memcpy(&six, sa, sizeof six);
        memcpy(ret, &six.sin6_addr, 16);
        return true;
    }
    return false;
}

static bool is_allowed(const struct guard *g, const unsigned char *address, bool exact)
{
    for (size_t i = 0; i < g->allow_count; i++)
        if ((!exact || g->allow[i].bits == 128) && cidr_has_bytes(&g->allow[i], address))
            return true;
    return false;
}

const struct address_range *guard_address(const struct guard *g, const struct sockaddr *address)
{
    unsigned char bytes[16];
    if (!address_bytes(address, bytes))
        return &other_family;
    const struct address_range *r = address_range_of(bytes);
    if (r->rule == ADDRESS_IS_INSIDE) {
        /* The network behind a NAT64 may be another than ours: what net.allow says of IPv4 is not about it. */
        unsigned char inner[16];
        mapped(inner, bytes + 12);
        r = address_range_of(inner);
    }
    return r->rule == ADDRESS_IS_PUBLIC || is_allowed(g, bytes, r->rule == ADDRESS_IS_EXACT) ? NULL : r;
}

bool guard_port(int port)
{
    /* Fetch standard, §2.9 "Port blocking". */
    static const unsigned short bad[] = {
        0,    1,    7,    9,    11,   13,   15,   17,   19,   20,   21,   22,   23,   25,   37,    42,   43,
        53,   69,   77,   79,   87,   95,   101,  102,  103,  104,  109,  110,  111,  113,  115,   117,  119,
        123,  135,  137,  139,  143,  161,  179,  389,  427,  465,  512,  513,  514,  515,  526,   530,  531,
        532,  540,  548,  554,  556,  563,  587,  601,  636,  989,  990,  993,  995,  1719, 1720,  1723, 2049,
        3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (bad[i] == port)
            return false;
    return port > 0 && port <= 65535;
}

bool cidr_has(const struct cidr *range, const struct sockaddr *address)
{
    unsigned char bytes[16];
    return address_bytes(address, bytes) && cidr_has_bytes(range, bytes);
}

bool guard_init(struct guard *g, struct arena *a, const struct str *ranges, size_t count, struct err *e)
{
    if (count > LIMIT_ALLOW_RANGES)
        return err_set(e, ERR_LIMIT, N_("net.allow has %zu ranges; at most %d are accepted"), count,
                       LIMIT_ALLOW_RANGES);
    struct cidr *allow = arena_array(a, struct cidr, count);
    for (size_t i = 0; i < count; i++)
        if (!cidr_parse(str_trim(ranges[i]), &allow[i], e)) {
            err_where(e, "net.allow");
            return false;
        }
    *g = (struct guard){.allow = allow, .allow_count = count};
    return true;
}
