/* Judges addresses; does not resolve names and does not connect. */
#include "net/guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>

/* Bytes of the addresses, so that the table is constant; the tests compare them with the text beside them. */
#define V4(a, b, c, d)                                                                                                 \
    {                                                                                                                  \
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d                                                           \
    }
#define V4_BITS 96
#define REFUSE4(text, what, source, n, ...)                                                                            \
    {                                                                                                                  \
        text, what, source, V4(__VA_ARGS__), V4_BITS + n, GUARD_REFUSE                                                 \
    }
#define EXACT4(text, what, source, n, ...)                                                                             \
    {                                                                                                                  \
        text, what, source, V4(__VA_ARGS__), V4_BITS + n, GUARD_EXACT                                                  \
    }
#define REFUSE6(text, what, source, n, ...)                                                                            \
    {                                                                                                                  \
        text, what, source, {__VA_ARGS__}, n, GUARD_REFUSE                                                             \
    }

/* The first that fits decides: narrow ranges stand before the wide ones around them. IANA special-purpose registries
 * for IPv4 and IPv6 as of RFC 6890 and its updates. */
static const struct guard_range table[] = {
    EXACT4("169.254.169.254/32", N_("metadata of cloud machines"), "RFC 3927", 32, 169, 254, 169, 254),
    EXACT4("168.63.129.16/32", N_("metadata of cloud machines"), "Azure", 32, 168, 63, 129, 16),
    EXACT4("100.100.100.200/32", N_("metadata of cloud machines"), "Alibaba Cloud", 32, 100, 100, 100, 200),
    EXACT4("192.0.0.192/32", N_("metadata of cloud machines"), "Oracle Cloud", 32, 192, 0, 0, 192),
    REFUSE4("0.0.0.0/32", N_("unspecified address"), "RFC 1122", 32, 0, 0, 0, 0),
    REFUSE4("0.0.0.0/8", N_("this network"), "RFC 791", 8, 0, 0, 0, 0),
    REFUSE4("10.0.0.0/8", N_("private network"), "RFC 1918", 8, 10, 0, 0, 0),
    REFUSE4("100.64.0.0/10", N_("network shared by an operator's customers"), "RFC 6598", 10, 100, 64, 0, 0),
    REFUSE4("127.0.0.0/8", N_("this machine"), "RFC 1122", 8, 127, 0, 0, 0),
    REFUSE4("169.254.0.0/16", N_("link-local"), "RFC 3927", 16, 169, 254, 0, 0),
    REFUSE4("172.16.0.0/12", N_("private network"), "RFC 1918", 12, 172, 16, 0, 0),
    REFUSE4("192.0.0.0/24", N_("protocol assignments"), "RFC 6890", 24, 192, 0, 0, 0),
    REFUSE4("192.0.2.0/24", N_("documentation"), "RFC 5737", 24, 192, 0, 2, 0),
    REFUSE4("192.88.99.0/24", N_("6to4 relay"), "RFC 7526", 24, 192, 88, 99, 0),
    REFUSE4("192.168.0.0/16", N_("private network"), "RFC 1918", 16, 192, 168, 0, 0),
    REFUSE4("198.18.0.0/15", N_("benchmarking"), "RFC 2544", 15, 198, 18, 0, 0),
    REFUSE4("198.51.100.0/24", N_("documentation"), "RFC 5737", 24, 198, 51, 100, 0),
    REFUSE4("203.0.113.0/24", N_("documentation"), "RFC 5737", 24, 203, 0, 113, 0),
    REFUSE4("224.0.0.0/4", N_("multicast"), "RFC 5771", 4, 224, 0, 0, 0),
    REFUSE4("255.255.255.255/32", N_("broadcast"), "RFC 919", 32, 255, 255, 255, 255),
    REFUSE4("240.0.0.0/4", N_("reserved"), "RFC 1112", 4, 240, 0, 0, 0),
    {"0.0.0.0/0", N_("public"), "RFC 791", V4(0, 0, 0, 0), V4_BITS, GUARD_PUBLIC},

    {"fd00:ec2::254/128",
     N_("metadata of cloud machines"),
     "Amazon EC2",
     {0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54},
     128,
     GUARD_EXACT},
    REFUSE6("::/128", N_("unspecified address"), "RFC 4291", 128, 0),
    REFUSE6("::1/128", N_("this machine"), "RFC 4291", 128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
    REFUSE6("::/96", N_("IPv4-compatible address"), "RFC 4291", 96, 0),
    REFUSE6("::ffff:0:0:0/96", N_("IPv4-translated address"), "RFC 2765", 96, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff),
    {"64:ff9b::/96", N_("NAT64"), "RFC 6052", {0, 0x64, 0xff, 0x9b}, 96, GUARD_INSIDE},
    REFUSE6("64:ff9b:1::/48", N_("local NAT64"), "RFC 8215", 48, 0, 0x64, 0xff, 0x9b, 0, 1),
    REFUSE6("100::/64", N_("discarded"), "RFC 6666", 64, 0x01),
    REFUSE6("2001::/32", N_("Teredo tunnel"), "RFC 4380", 32, 0x20, 0x01),
    REFUSE6("2001:2::/48", N_("benchmarking"), "RFC 5180", 48, 0x20, 0x01, 0, 0x02),
    REFUSE6("2001:10::/28", N_("ORCHID"), "RFC 4843", 28, 0x20, 0x01, 0, 0x10),
    REFUSE6("2001:20::/28", N_("ORCHID"), "RFC 7343", 28, 0x20, 0x01, 0, 0x20),
    REFUSE6("2001:db8::/32", N_("documentation"), "RFC 3849", 32, 0x20, 0x01, 0x0d, 0xb8),
    REFUSE6("2001::/23", N_("protocol assignments"), "RFC 2928", 23, 0x20, 0x01),
    REFUSE6("2002::/16", N_("6to4 tunnel"), "RFC 3056", 16, 0x20, 0x02),
    REFUSE6("3fff::/20", N_("documentation"), "RFC 9637", 20, 0x3f, 0xff),
    {"2000::/3", N_("public"), "RFC 4291", {0x20}, 3, GUARD_PUBLIC},
    REFUSE6("fc00::/7", N_("unique local network"), "RFC 4193", 7, 0xfc),
    REFUSE6("fe80::/10", N_("link-local"), "RFC 4291", 10, 0xfe, 0x80),
    REFUSE6("fec0::/10", N_("site-local"), "RFC 3879", 10, 0xfe, 0xc0),
    REFUSE6("ff00::/8", N_("multicast"), "RFC 4291", 8, 0xff),
    REFUSE6("::/0", N_("not assigned to the public internet"), "RFC 4291", 0, 0),
};
#define TABLE_COUNT (sizeof table / sizeof *table)

/* What an address of no known family is refused with. */
static const struct guard_range other_family = {.range = "-", .what = N_("neither IPv4 nor IPv6"), .source = "-"};

static bool prefix_same(const unsigned char *a, const unsigned char *b, int bits)
{
    size_t whole = (size_t)bits / 8;
    int rest = bits % 8;
    return memcmp(a, b, whole) == 0 && (rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0);
}

static void mapped(unsigned char ret[16], const void *four)
{
    static const unsigned char front[12] = {[10] = 0xff, [11] = 0xff};
    memcpy(ret, front, sizeof front);
    memcpy(ret + sizeof front, four, 4);
}

static bool is_v4(const unsigned char *address)
{
    return prefix_same(address, (const unsigned char[16])V4(0, 0, 0, 0), V4_BITS);
}

/* ::/0 means all of IPv6, and nothing of IPv4. */
static bool range_has(const struct cidr *range, const unsigned char *address)
{
    return is_v4(range->address) == is_v4(address) && prefix_same(address, range->address, range->bits);
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

static const struct guard_range *table_find(const unsigned char *address)
{
    size_t i = 0;
    while (!prefix_same(address, table[i].address, table[i].bits))
        i++; /* ends: the last one has everything */
    return &table[i];
}

static bool is_allowed(const struct guard *g, const unsigned char *address, bool exact)
{
    for (size_t i = 0; i < g->allow_count; i++)
        if ((!exact || g->allow[i].bits == 128) && range_has(&g->allow[i], address))
            return true;
    return false;
}

const struct guard_range *guard_address(const struct guard *g, const struct sockaddr *address)
{
    unsigned char bytes[16];
    if (!address_bytes(address, bytes))
        return &other_family;
    const struct guard_range *r = table_find(bytes);
    if (r->rule == GUARD_INSIDE) {
        /* The network behind a NAT64 may be another than ours: what net.allow says of IPv4 is not about it. */
        unsigned char inner[16];
        mapped(inner, bytes + 12);
        r = table_find(inner);
    }
    return r->rule == GUARD_PUBLIC || is_allowed(g, bytes, r->rule == GUARD_EXACT) ? NULL : r;
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

const struct guard_range *guard_table(size_t *ret_count)
{
    *ret_count = TABLE_COUNT;
    return table;
}

static void bits_clear(unsigned char *address, int bits)
{
    for (int i = bits; i < 128; i++)
        address[i / 8] = (unsigned char)(address[i / 8] & ~(0x80 >> (i % 8)));
}

static bool address_parse(struct str s, struct cidr *r, bool *ret_four)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char four[4];
    if (s.n == 0 || s.n >= sizeof text || memchr(s.p, '\0', s.n) != NULL)
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    *ret_four = inet_pton(AF_INET, text, four) == 1;
    if (*ret_four)
        mapped(r->address, four);
    return *ret_four || inet_pton(AF_INET6, text, r->address) == 1;
}

static const char *cidr_text(const struct cidr *r, bool four, char out[INET6_ADDRSTRLEN + 4])
{
    char address[INET6_ADDRSTRLEN];
    (void)inet_ntop(four ? AF_INET : AF_INET6, r->address + (four ? 12 : 0), address, sizeof address);
    (void)snprintf(out, INET6_ADDRSTRLEN + 4, "%s/%d", address, r->bits - (four ? V4_BITS : 0));
    return out;
}

bool cidr_parse(struct str text, struct cidr *ret, struct err *e)
{
    struct cidr r = {0}, cleared;
    bool four = false;
    size_t slash = str_find(text, '/');
    if (!address_parse(str_part(text.p, slash), &r, &four))
        return err_set(e, ERR_VALUE, N_("\"%.*s\" is no range of addresses: write it as 192.0.2.0/24 or 2001:db8::/32"),
                       STR_ARG(str_utf8_cut(text, 60)));
    if (!four && is_v4(r.address))
        return err_set(e, ERR_VALUE, N_("\"%.*s\" is an IPv4 address in the form of IPv6: write it as 192.0.2.0/24"),
                       STR_ARG(str_utf8_cut(text, 60)));
    int64_t bits = four ? 32 : 128;
    struct str length = slash < text.n ? str_part(text.p + slash + 1, text.n - slash - 1) : str_part("", 0);
    if (slash < text.n &&
        (length.n == 0 || length.n > 3 || strchr("+-", length.p[0]) != NULL || !str_to_int64(length, 0, bits, &bits)))
        return err_set(e, ERR_VALUE, N_("\"%.*s\": the length after the slash must be a number from 0 to %d"),
                       STR_ARG(str_utf8_cut(text, 60)), four ? 32 : 128);
    r.bits = (int)bits + (four ? V4_BITS : 0);
    cleared = r;
    bits_clear(cleared.address, r.bits);
    if (memcmp(cleared.address, r.address, sizeof r.address) != 0) {
        char proposed[INET6_ADDRSTRLEN + 4];
        return err_set(e, ERR_VALUE, N_("\"%.*s\" is an address inside a range; the range is %s"),
                       STR_ARG(str_utf8_cut(text, 60)), cidr_text(&cleared, four, proposed));
    }
    *ret = r;
    return true;
}

bool cidr_has(const struct cidr *range, const struct sockaddr *address)
{
    unsigned char bytes[16];
    return address_bytes(address, bytes) && range_has(range, bytes);
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
