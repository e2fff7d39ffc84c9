#include "core/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/limits.h"

/* Bytes of the addresses, so that the table is constant; the tests compare them with the text beside them. */
#define V4(a, b, c, d)                                                                                                 \
    {                                                                                                                  \
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d                                                           \
    }
#define V4_BITS CIDR_V4_BITS
#define REFUSE4(text, what, source, n, ...)                                                                            \
    {                                                                                                                  \
        text, what, source, V4(__VA_ARGS__), V4_BITS + n, ADDRESS_IS_REFUSE                                            \
    }
#define EXACT4(text, what, source, n, ...)                                                                             \
    {                                                                                                                  \
        text, what, source, V4(__VA_ARGS__), V4_BITS + n, ADDRESS_IS_EXACT                                             \
    }
#define REFUSE6(text, what, source, n, ...)                                                                            \
    {                                                                                                                  \
        text, what, source, {__VA_ARGS__}, n, ADDRESS_IS_REFUSE                                                        \
    }

/* The first that fits decides: narrow ranges stand before the wide ones around them. IANA special-purpose registries
 * for IPv4 and IPv6 as of RFC 6890 and its updates. */
static const struct address_range table[] = {
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
    {"0.0.0.0/0", N_("public"), "RFC 791", V4(0, 0, 0, 0), V4_BITS, ADDRESS_IS_PUBLIC},

    {"fd00:ec2::254/128",
     N_("metadata of cloud machines"),
     "Amazon EC2",
     {0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54},
     128,
     ADDRESS_IS_EXACT},
    REFUSE6("::/128", N_("unspecified address"), "RFC 4291", 128, 0),
    REFUSE6("::1/128", N_("this machine"), "RFC 4291", 128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
    REFUSE6("::/96", N_("IPv4-compatible address"), "RFC 4291", 96, 0),
    REFUSE6("::ffff:0:0:0/96", N_("IPv4-translated address"), "RFC 2765", 96, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff),
    {"64:ff9b::/96", N_("NAT64"), "RFC 6052", {0, 0x64, 0xff, 0x9b}, 96, ADDRESS_IS_INSIDE},
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
    {"2000::/3", N_("public"), "RFC 4291", {0x20}, 3, ADDRESS_IS_PUBLIC},
    REFUSE6("fc00::/7", N_("unique local network"), "RFC 4193", 7, 0xfc),
    REFUSE6("fe80::/10", N_("link-local"), "RFC 4291", 10, 0xfe, 0x80),
    REFUSE6("fec0::/10", N_("site-local"), "RFC 3879", 10, 0xfe, 0xc0),
    REFUSE6("ff00::/8", N_("multicast"), "RFC 4291", 8, 0xff),
    REFUSE6("::/0", N_("not assigned to the public internet"), "RFC 4291", 0, 0),
};
#define TABLE_COUNT (sizeof table / sizeof *table)

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

bool cidr_has_bytes(const struct cidr *range, const unsigned char address[16])
{
    return is_v4(range->address) == is_v4(address) && prefix_same(address, range->address, range->bits);
}

static const struct address_range *table_find(const unsigned char *address)
{
    size_t i = 0;
    while (!prefix_same(address, table[i].address, table[i].bits))
        i++; /* ends: the last one has everything */
    return &table[i];
}

const struct address_range *address_range_of(const unsigned char address[16])
{
    return table_find(address);
}

const struct address_range *address_table(size_t *ret_count)
{
    *ret_count = TABLE_COUNT;
    return table;
}

static void bits_clear(unsigned char *address, int bits)
{
    for (int i = bits; i < 128; i++)
        address[i / 8] = (unsigned char)(address[i / 8] & ~(0x80 >> (i % 8)));
}

static bool bytes_parse(struct str s, unsigned char ret[16], bool *ret_four)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char four[4];
    if (s.n == 0 || s.n >= sizeof text || memchr(s.p, '\0', s.n) != NULL)
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    *ret_four = inet_pton(AF_INET, text, four) == 1;
    if (*ret_four)
        mapped(ret, four);
    return *ret_four || inet_pton(AF_INET6, text, ret) == 1;
}

static const char *range_text(const struct cidr *r, bool length, char out[CIDR_TEXT_BYTES])
{
    char address[INET6_ADDRSTRLEN];
    bool four = is_v4(r->address);
    (void)inet_ntop(four ? AF_INET : AF_INET6, r->address + (four ? 12 : 0), address, sizeof address);
    if (length)
        (void)snprintf(out, CIDR_TEXT_BYTES, "%s/%d", address, r->bits - (four ? V4_BITS : 0));
    else
        (void)snprintf(out, CIDR_TEXT_BYTES, "%s", address);
    return out;
}

const char *cidr_text(const struct cidr *r, char out[CIDR_TEXT_BYTES])
{
    return range_text(r, r->bits < 128, out);
}

const char *address_bytes_text(const unsigned char address[16], char out[CIDR_TEXT_BYTES])
{
    struct cidr one = {.bits = 128};
    memcpy(one.address, address, 16);
    return range_text(&one, false, out);
}

bool address_bytes_parse(struct str text, unsigned char ret[16])
{
    unsigned char bytes[16];
    bool four;
    if (!bytes_parse(text, bytes, &four))
        return false;
    memcpy(ret, bytes, 16);
    return true;
}

bool cidr_parse(struct str text, struct cidr *ret, struct err *e)
{
    struct cidr r = {0}, cleared;
    bool four = false;
    size_t slash = str_find(text, '/');
    if (!bytes_parse(str_part(text.p, slash), r.address, &four))
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
        char proposed[CIDR_TEXT_BYTES];
        return err_set(e, ERR_VALUE, N_("\"%.*s\" is an address inside a range; the range is %s"),
                       STR_ARG(str_utf8_cut(text, 60)), range_text(&cleared, true, proposed));
    }
    *ret = r;
    return true;
}

bool cidr_overlap(const struct cidr *a, const struct cidr *b)
{
    return a->bits <= b->bits ? cidr_has_bytes(a, b->address) : cidr_has_bytes(b, a->address);
}

bool cidr_inside(const struct cidr *inner, const struct cidr *outer)
{
    return outer->bits <= inner->bits && cidr_has_bytes(outer, inner->address);
}

/* --- what an integrator calls from --- */

const char *address_remark_code(enum address_remark_code c)
{
#define X(name, code) code,
    static const char *const codes[] = {ADDRESS_REMARKS(X)};
#undef X
    return codes[c];
}

static bool is_internal(const struct cidr *range, const struct cidr *internal, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (cidr_inside(range, &internal[i]))
            return true;
    return false;
}

static bool is_wide(const struct cidr *range)
{
    return range->bits < (is_v4(range->address) ? V4_BITS + LIMIT_GATEWAY_RANGE_V4 : LIMIT_GATEWAY_RANGE_V6);
}

size_t address_judge(const struct cidr *range, const struct cidr *internal, size_t internal_count,
                     const struct address_known *known, size_t known_count, struct address_remark *ret, size_t most)
{
    const struct address_range *r = table_find(range->address);
    size_t n = 0;
    if (n < most && r->rule != ADDRESS_IS_PUBLIC && !is_internal(range, internal, internal_count))
        ret[n++] = (struct address_remark){.code = ADDRESS_SPECIAL, .refused = true, .range = r};
    if (n < most && is_wide(range))
        ret[n++] = (struct address_remark){.code = ADDRESS_WIDE, .refused = true};
    for (size_t i = 0; i < known_count && n < most; i++) {
        const struct address_known *k = &known[i];
        if (k->same ? cidr_inside(range, &k->cidr) : cidr_overlap(range, &k->cidr))
            ret[n++] = (struct address_remark){.code = k->same ? ADDRESS_TWICE : ADDRESS_SHARED, .known = k};
    }
    return n;
}
