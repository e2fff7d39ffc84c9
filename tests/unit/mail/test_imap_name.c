#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/limits.h"
#include "mail/imap_name.h"

static void test_pairs(void **state)
{
    static const char *const pairs[][2] = {
        {"INBOX", "INBOX"},   {"Renovació certificats", "Renovaci&APM- certificats"},
        {"R&D", "R&-D"},      {"&", "&-"},
        {"&&", "&-&-"},       {"à&è", "&AOA-&-&AOg-"},
        {"台北", "&U,BTFw-"}, {"~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"},
        {"😀", "&2D3eAA-"},    {"a😀b", "a&2D3eAA-b"},
        {"l·l", "l&ALc-l"},   {"+-/,", "+-/,"},
        {"\"\\", "\"\\"},     {"é", "&AOk-"},
        {"éé", "&AOkA6Q-"},   {"ééé", "&AOkA6QDp-"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct buf b = BUF_INIT(1000);
        assert_true(imap_name_add(str_of(pairs[i][0]), &b));
        assert_string_equal(buf_text(&b), pairs[i][1]);
        buf_clear(&b);
        assert_true(imap_name_read(str_of(pairs[i][1]), &b));
        assert_string_equal(buf_text(&b), pairs[i][0]);
        buf_release(&b);
    }
}

static void test_refused(void **state)
{
    static const char *const names[] = {"", "a\nb", "a\x7f", "\xff", "\xe2\x80\xae"};
    static const char *const wires[] = {"",         "&",       "&AOk",  "&AO-", "&A-",   "&AGE-",  "&2D0-",    "&3gA-",
                                        "&2D0A6Q-", "caf\xc3", "&AOl-", "&!!-", "&AAA-", "&AOk=-", "&AOkAYQ-", "a\tb"};
    (void)state;
    struct buf b = BUF_INIT(8000);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (imap_name_add(str_of(names[i]), &b))
            fail_msg("name %zu", i);
    for (size_t i = 0; i < sizeof wires / sizeof *wires; i++)
        if (imap_name_read(str_of(wires[i]), &b))
            fail_msg("%s", wires[i]);
    assert_int_equal(b.n, 0);
    char longer[LIMIT_IMAP_NAME_BYTES + 2];
    memset(longer, 'a', sizeof longer);
    assert_false(imap_name_add(str_part(longer, sizeof longer - 1), &b));
    assert_true(imap_name_add(str_part(longer, sizeof longer - 2), &b));
    buf_release(&b);
}

/* Every letter of the basic plane and beyond comes back. */
static void test_round(void **state)
{
    (void)state;
    for (uint32_t c = 0x20; c < 0x11000; c += c < 0x3000 ? 1 : 37) {
        char name[5] = "";
        size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        if (c < 0x80) {
            name[0] = (char)c;
        } else {
            static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
            uint32_t rest = c;
            for (size_t i = n; i-- > 1; rest >>= 6)
                name[i] = (char)(0x80 | (rest & 0x3f));
            name[0] = (char)(first[n] | rest);
        }
        struct buf wire = BUF_INIT(100), back = BUF_INIT(100);
        bool surrogate = c >= 0xd800 && c <= 0xdfff;
        bool good = imap_name_add(str_part(name, n), &wire);
        assert_int_equal(good, !surrogate && !str_is_control(c));
        if (good) {
            assert_true(imap_name_read(buf_str(&wire), &back));
            assert_string_equal(buf_text(&back), name);
        }
        buf_release(&wire);
        buf_release(&back);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
