#include "net/guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "sample.h"

static struct sockaddr_storage address_of(const char *text)
{
    struct sockaddr_storage sa = {0};
    struct sockaddr_in *four = (struct sockaddr_in *)&sa;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&sa;
    if (inet_pton(AF_INET, text, &four->sin_addr) == 1)
        sa.ss_family = AF_INET;
    else if (inet_pton(AF_INET6, text, &six->sin6_addr) == 1)
        sa.ss_family = AF_INET6;
    else
        fail_msg("the test itself has a wrong address: %s", text);
    return sa;
}

static const struct address_range *judged(const struct guard *g, const char *text)
{
    struct sockaddr_storage sa = address_of(text);
    return guard_address(g, (struct sockaddr *)&sa);
}

static const struct guard nothing_allowed = {0};

/* A table, one case beside another: */
/* clang-format off */
static void addresses(void **state)
{
    (void)state;
    static const struct {
        const char *address, *range; /* NULL: allowed */
    } cases[] = {
        {"0.0.0.0", "0.0.0.0/32"}, {"0.1.2.3", "0.0.0.0/8"}, {"1.0.0.0", NULL}, {"9.255.255.255", NULL},
        {"10.0.0.0", "10.0.0.0/8"}, {"10.255.255.255", "10.0.0.0/8"}, {"11.0.0.0", NULL},
        {"100.63.255.255", NULL}, {"100.64.0.0", "100.64.0.0/10"}, {"100.127.255.255", "100.64.0.0/10"}, {"100.128.0.0", NULL},
        {"100.100.100.200", "100.100.100.200/32"},
        {"126.255.255.255", NULL}, {"127.0.0.1", "127.0.0.0/8"}, {"127.255.255.255", "127.0.0.0/8"}, {"128.0.0.0", NULL},
        {"168.63.129.16", "168.63.129.16/32"}, {"168.63.129.17", NULL},
        {"169.253.255.255", NULL}, {"169.254.0.1", "169.254.0.0/16"}, {"169.254.169.254", "169.254.169.254/32"},
        {"169.255.0.0", NULL},
        {"172.15.255.255", NULL}, {"172.16.0.0", "172.16.0.0/12"}, {"172.31.255.255", "172.16.0.0/12"}, {"172.32.0.0", NULL},
        {"192.0.0.8", "192.0.0.0/24"}, {"192.0.0.192", "192.0.0.192/32"}, {"192.0.1.0", NULL},
        {"192.0.2.1", "192.0.2.0/24"}, {"192.0.3.0", NULL}, {"192.88.99.1", "192.88.99.0/24"}, {"192.88.100.0", NULL},
        {"192.167.255.255", NULL}, {"192.168.1.1", "192.168.0.0/16"}, {"192.169.0.0", NULL},
        {"198.17.255.255", NULL}, {"198.18.0.0", "198.18.0.0/15"}, {"198.19.255.255", "198.18.0.0/15"}, {"198.20.0.0", NULL},
        {"198.51.100.9", "198.51.100.0/24"}, {"203.0.113.9", "203.0.113.0/24"},
        {"223.255.255.255", NULL}, {"224.0.0.1", "224.0.0.0/4"}, {"239.255.255.255", "224.0.0.0/4"},
        {"240.0.0.0", "240.0.0.0/4"}, {"255.255.255.254", "240.0.0.0/4"}, {"255.255.255.255", "255.255.255.255/32"},

        {"::", "::/128"}, {"::1", "::1/128"}, {"::2", "::/96"}, {"::127.0.0.1", "::/96"}, {"::8.8.8.8", "::/96"},
        /* IPv4 inside */
        {"::ffff:127.0.0.1", "127.0.0.0/8"}, {"::ffff:10.1.2.3", "10.0.0.0/8"}, {"::ffff:169.254.169.254", "169.254.169.254/32"},
        {"::ffff:9.9.9.9", NULL}, {"::ffff:0:127.0.0.1", "::ffff:0:0:0/96"},
        {"64:ff9b::127.0.0.1", "127.0.0.0/8"}, {"64:ff9b::10.0.0.1", "10.0.0.0/8"}, {"64:ff9b::9.9.9.9", NULL},
        {"64:ff9b::169.254.169.254", "169.254.169.254/32"}, {"64:ff9b:1::9.9.9.9", "64:ff9b:1::/48"},
        {"64:ff9b:0:1::9.9.9.9", "::/0"}, {"2002:0a00:0001::1", "2002::/16"}, {"2002:0909:0909::1", "2002::/16"},
        {"2001:0:1:2:3:4:5:6", "2001::/32"}, {"2001:1::1", "2001::/23"}, {"2001:2::1", "2001:2::/48"},
        {"2001:10::1", "2001:10::/28"}, {"2001:2f::1", "2001:20::/28"}, {"2001:1ff::1", "2001::/23"}, {"2001:200::1", NULL},
        {"2001:db8::1", "2001:db8::/32"}, {"2001:db9::1", NULL}, {"2a00:1450::1", NULL}, {"2000::1", NULL},
        {"3fff::1", "3fff::/20"}, {"3fff:1000::1", NULL},
        {"100::1", "100::/64"}, {"100:0:0:1::1", "::/0"}, {"1fff::1", "::/0"}, {"4000::1", "::/0"}, {"5f00::1", "::/0"},
        {"fbff::1", "::/0"}, {"fc00::1", "fc00::/7"}, {"fdff::1", "fc00::/7"}, {"fd00:ec2::254", "fd00:ec2::254/128"},
        {"fd00:ec2::253", "fc00::/7"}, {"fe00::1", "::/0"}, {"fe80::1", "fe80::/10"}, {"febf::1", "fe80::/10"},
        {"fec0::1", "fec0::/10"}, {"feff::1", "fec0::/10"}, {"ff02::1", "ff00::/8"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct address_range *r = judged(&nothing_allowed, cases[i].address);
        if ((r == NULL) != (cases[i].range == NULL) || (r != NULL && strcmp(r->range, cases[i].range) != 0))
            fail_msg("%s: %s", cases[i].address, r == NULL ? "allowed" : r->range);
    }
}
/* clang-format on */

static void other_families_are_refused(void **state)
{
    (void)state;
    struct sockaddr_un local = {.sun_family = AF_UNIX, .sun_path = "/run/secret"};
    assert_non_null(guard_address(&nothing_allowed, (struct sockaddr *)&local));
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    assert_non_null(guard_address(&nothing_allowed, &none));
    struct cidr all = {.bits = 0};
    assert_false(cidr_has(&all, &none));
}

/* The bytes of the table are what the text beside them says, and each row can be reached. */
static void table_agrees_with_its_text(void **state)
{
    (void)state;
    size_t count;
    const struct address_range *table = address_table(&count);
    assert_true(count > 40);
    for (size_t i = 0; i < count; i++) {
        struct cidr r;
        struct err e = {.lang = LANG_EN};
        if (!cidr_parse(str_of(table[i].range), &r, &e))
            fail_msg("%s: %s", table[i].range, e.log);
        assert_int_equal(r.bits, table[i].bits);
        assert_memory_equal(r.address, table[i].address, 16);
        assert_true(strlen(table[i].what) > 3 && strlen(table[i].source) > 4);
        for (size_t j = 0; j < i; j++) {
            bool hidden = table[j].bits <= table[i].bits;
            for (int bit = 0; hidden && bit < table[j].bits; bit++)
                hidden = ((table[i].address[bit / 8] ^ table[j].address[bit / 8]) & 0x80 >> bit % 8) == 0;
            if (hidden)
                fail_msg("%s is hidden behind %s", table[i].range, table[j].range);
        }
    }
    assert_string_equal(table[count - 1].range, "::/0");
}

static void allow_list(void **state)
{
    (void)state;
    static const struct {
        const char *allow, *address;
        bool allowed;
    } cases[] = {
        {"127.0.0.0/8", "127.0.0.1", true},
        {"127.0.0.0/8", "10.0.0.1", false},
        {"127.0.0.0/8", "::ffff:127.0.0.1", true},    /* the kernel connects to the same */
        {"127.0.0.0/8", "64:ff9b::127.0.0.1", false}, /* and here to somebody else's */
        {"127.0.0.0/8", "::127.0.0.1", false},
        {"127.0.0.1", "127.0.0.1", true},
        {"127.0.0.1", "127.0.0.2", false},
        {"10.20.0.0/15", "10.21.255.255", true},
        {"10.20.0.0/15", "10.22.0.0", false},
        {"::1", "::1", true},
        {"::1", "127.0.0.1", false},
        {"fd12:3456::/32", "fd12:3456::1", true},
        {"fd12:3456::/32", "fd12:3457::1", false},
        {"64:ff9b::/96", "64:ff9b::10.0.0.1", true},
        {"0.0.0.0/0", "192.168.1.1", true},
        {"0.0.0.0/0", "fe80::1", false},
        {"::/0", "fe80::1", true},
        {"::/0", "192.168.1.1", false},
        {"::/0", "::ffff:192.168.1.1", false},
        /* the secrets of clouds want an entry of their own */
        {"0.0.0.0/0", "169.254.169.254", false},
        {"169.254.0.0/16", "169.254.169.254", false},
        {"169.254.169.254/31", "169.254.169.254", false},
        {"169.254.169.254", "169.254.169.254", true},
        {"169.254.169.254/32", "::ffff:169.254.169.254", true},
        {"64:ff9b::/96", "64:ff9b::169.254.169.254", false},
        {"64:ff9b::169.254.169.254", "64:ff9b::169.254.169.254", true},
        {"fd00::/8", "fd00:ec2::254", false},
        {"fd00:ec2::254", "fd00:ec2::254", true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena a = {0};
        struct err e = {.lang = LANG_EN};
        struct guard g;
        struct str ranges[2] = {str_of("192.0.2.0/24"), str_of(cases[i].allow)};
        assert_true(guard_init(&g, &a, ranges, 2, &e));
        bool allowed = judged(&g, cases[i].address) == NULL;
        if (allowed != cases[i].allowed)
            fail_msg("net.allow %s: %s is %s", cases[i].allow, cases[i].address, allowed ? "allowed" : "refused");
        arena_release(&a);
    }
}

static void ranges_that_are_refused(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        const char *reason;
    } cases[] = {
        {BYTES(""), "no range"},
        {BYTES("/8"), "no range"},
        {BYTES("example.cat"), "no range"},
        {BYTES("10.0.0/8"), "no range"},
        {BYTES("10.0.0.0\0/8"), "no range"},
        {BYTES("010.0.0.0/8"), "no range"},
        {BYTES("[::1]"), "no range"},
        {BYTES("fe80::1%eth0"), "no range"},
        {BYTES("10.0.0.0/"), "from 0 to 32"},
        {BYTES("10.0.0.0/33"), "from 0 to 32"},
        {BYTES("10.0.0.0/-1"), "from 0 to 32"},
        {BYTES("10.0.0.0/+8"), "from 0 to 32"},
        {BYTES("10.0.0.0/8 "), "from 0 to 32"},
        {BYTES("10.0.0.0/8/8"), "from 0 to 32"},
        {BYTES("10.0.0.0/255.0.0.0"), "from 0 to 32"},
        {BYTES("fd00::/129"), "from 0 to 128"},
        {BYTES("10.1.2.3/8"), "the range is 10.0.0.0/8"},
        {BYTES("192.168.1.7/30"), "the range is 192.168.1.4/30"},
        {BYTES("fd12:3456::1/32"), "the range is fd12:3456::/32"},
        {BYTES("::ffff:10.0.0.0/104"), "in the form of IPv6"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cidr r = {.bits = -7};
        struct err e = {.lang = LANG_EN};
        assert_false(cidr_parse(cases[i].text, &r, &e));
        assert_int_equal(r.bits, -7);
        assert_int_equal(e.code, ERR_VALUE);
        if (strstr(e.log, cases[i].reason) == NULL)
            fail_msg("%.*s: \"%s\" without \"%s\"", STR_ARG(cases[i].text), e.log, cases[i].reason);
    }
    struct arena a = {0};
    struct err e = {.lang = LANG_EN};
    struct guard g = {.allow_count = 7};
    struct str many[LIMIT_ALLOW_RANGES + 1] = {BYTES(" 10.0.0.0/8 "), BYTES("x")};
    assert_false(guard_init(&g, &a, many, 2, &e));
    assert_non_null(strstr(e.log, "net.allow: \"x\""));
    err_clear(&e);
    assert_false(guard_init(&g, &a, many, COUNT(many), &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_int_equal(g.allow_count, 7);
    err_clear(&e);
    assert_true(guard_init(&g, &a, many, 1, &e));
    assert_null(judged(&g, "10.9.9.9"));
    assert_true(guard_init(&g, &a, NULL, 0, &e));
    arena_release(&a);
}

static void ports(void **state)
{
    (void)state;
    static const int good[] = {80, 81, 443, 444, 1024, 4443, 7001, 8080, 8443, 9443, 65535};
    static const int bad[] = {-1,  0,   1,   22,  23,  25,   53,   110,  143,   389,
                              465, 587, 636, 993, 995, 2049, 6000, 6667, 10080, 65536};
    for (size_t i = 0; i < COUNT(good); i++)
        assert_true(guard_port(good[i]));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(guard_port(bad[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(other_families_are_refused),
        cmocka_unit_test(table_agrees_with_its_text),
        cmocka_unit_test(allow_list),
        cmocka_unit_test(ranges_that_are_refused),
        cmocka_unit_test(ports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
