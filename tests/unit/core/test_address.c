/* Ranges of addresses as texts, inside one another, and what is said of one that somebody wants to call from. (The
 * table of special ranges is tried in tests/unit/net/test_guard.c.) */
#include "core/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static struct cidr range_of(const char *text)
{
    struct cidr r = {0};
    struct err e = {0};
    if (!cidr_parse(str_of(text), &r, &e))
        fail_msg("%s: %s", text, e.text);
    return r;
}

static void texts(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"84.88.0.0/28", "84.88.0.0/28"},
        {"84.88.0.9", "84.88.0.9"},
        {"84.88.0.9/32", "84.88.0.9"},
        {"0.0.0.0/0", "0.0.0.0/0"},
        {"2a00:1508:0::/48", "2a00:1508::/48"},
        {"2A00:1508::1", "2a00:1508::1"},
        {"::/0", "::/0"},
    };
    char out[CIDR_TEXT_BYTES];
    unsigned char bytes[16];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cidr r = range_of(cases[i][0]);
        assert_string_equal(cidr_text(&r, out), cases[i][1]);
    }
    assert_true(address_bytes_parse(str_of("::ffff:84.88.0.9"), bytes)); /* how a socket of both families tells it */
    assert_string_equal(address_bytes_text(bytes, out), "84.88.0.9");
    static const char *const wrong[] = {"",  "84.88.0",    "84.88.0.256",  "84.88.0.9/",
                                        "x", "84.88.0.9 ", "fe80::1%eth0", "1:2:3:4:5:6:7:8:9"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(address_bytes_parse(str_of(wrong[i]), bytes));
}

/* first, second: overlap, first inside second */
static void one_in_another(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool overlap, inside;
    } cases[] = {
        {"84.88.0.0/28", "84.88.0.0/24", true, true},
        {"84.88.0.0/24", "84.88.0.0/28", true, false},
        {"84.88.0.0/24", "84.88.0.0/24", true, true},
        {"84.88.1.0/24", "84.88.0.0/24", false, false},
        {"84.88.0.7", "84.88.0.0/29", true, true},
        {"84.88.0.8", "84.88.0.0/29", false, false},
        {"2a00:1508::/64", "2a00:1508::/48", true, true},
        {"84.88.0.0/24", "::/0", false, false},
        {"::/0", "0.0.0.0/0", false, false},
        {"84.88.0.1", "0.0.0.0/0", true, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cidr a = range_of(cases[i].a), b = range_of(cases[i].b);
        assert_int_equal(cidr_overlap(&a, &b), cases[i].overlap);
        assert_int_equal(cidr_overlap(&b, &a), cases[i].overlap);
        assert_int_equal(cidr_inside(&a, &b), cases[i].inside);
    }
}

static void judged(void **state)
{
    (void)state;
    const struct cidr internal[] = {range_of("10.1.0.0/16")};
    const struct address_known known[] = {{range_of("84.88.0.0/26"), "Vic", false},
                                          {range_of("84.88.9.0/24"), "Own", true}};
    /* remarks in their order: s special, w wide, h shared, t twice; capitals refuse */
    static const char *const cases[][2] = {
        {"84.88.5.0/28", ""},  {"84.88.0.16/28", "h"}, {"84.88.0.0/24", "h"},  {"84.88.9.7", "t"},
        {"84.88.8.0/23", "W"}, {"84.88.0.0/16", "Wh"}, {"84.88.9.0/24", "t"},  {"10.1.2.0/24", ""},
        {"10.2.2.0/24", "S"},  {"10.0.0.0/8", "SW"},   {"127.0.0.1", "S"},     {"169.254.169.254", "S"},
        {"192.0.2.0/24", "S"}, {"0.0.0.0/0", "SWh"},   {"2a00:1508::/48", ""}, {"2a00:1508::/47", "W"},
        {"::1", "S"},          {"fd00::/64", "S"},     {"::/0", "SW"},         {"64:ff9b::a01:203", "S"},
        {"224.0.0.1", "S"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct address_remark got[8];
        struct cidr r = range_of(cases[i][0]);
        char said[9] = "";
        size_t n = address_judge(&r, internal, 1, known, 2, got, 8);
        for (size_t k = 0; k < n; k++) {
            char letter = "swht"[got[k].code];
            said[k] = got[k].refused ? (char)(letter - 'a' + 'A') : letter;
            assert_int_equal(got[k].code == ADDRESS_SPECIAL, got[k].range != NULL);
            assert_int_equal(got[k].code == ADDRESS_SHARED || got[k].code == ADDRESS_TWICE, got[k].known != NULL);
        }
        if (strcmp(said, cases[i][1]) != 0)
            fail_msg("%s: \"%s\", not \"%s\"", cases[i][0], said, cases[i][1]);
        assert_in_range(address_judge(&r, internal, 1, known, 2, got, 1), 0, 1); /* never more than there is room for */
    }
    for (int c = 0; c < ADDRESS_REMARK_COUNT; c++)
        assert_true(address_remark_code((enum address_remark_code)c)[0] != '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(texts), cmocka_unit_test(one_in_another),
                                       cmocka_unit_test(judged)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
