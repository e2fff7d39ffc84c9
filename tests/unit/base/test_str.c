#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"

static void comparing(void **state)
{
    (void)state;
    struct str none = {0};
    assert_true(str_equal(none, str_of("")));
    assert_true(str_equal(str_of(NULL), none));
    assert_true(str_is(none, ""));
    assert_true(str_is(str_of("abc"), "abc"));
    assert_false(str_is(str_of("abc"), "ab"));
    assert_false(str_is(str_of("ab"), "abc"));
    assert_false(str_equal(str_part("a\0b", 3), str_part("a\0c", 3)));
    assert_true(str_is_nocase(str_of("JaVa"), "java"));
    assert_false(str_is_nocase(str_of("javá"), "JAVÀ"));
    assert_false(str_is_nocase(str_of("jav"), "java"));
    assert_false(str_is_nocase(str_of("[@"), "{`")); /* 32 apart, and no letters */
    assert_true(str_starts(str_of("Ajuntament"), "Ajun"));
    assert_false(str_starts(str_of("Aj"), "Ajun"));
    assert_true(str_starts(str_of("x"), ""));
    assert_true(str_ends(str_of("12.0"), ".0"));
    assert_false(str_ends(str_of("0"), ".0"));
    assert_int_equal(str_find(str_of("a,b,c"), ','), 1);
    assert_int_equal(str_find(str_of("abc"), ','), 3);
    assert_int_equal(str_find(none, ','), 0);
    char shown[8];
    (void)snprintf(shown, sizeof shown, "<%.*s>", STR_ARG(none));
    assert_string_equal(shown, "<>");
}

static void trimming(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"  a b ", "a b"},
        {"\t\r\n\v\fa\n", "a"},
        {"", ""},
        {" \t ", ""},
        {"a", "a"},
        {"\xc2\xa0 a\xc2\xa0\xe2\x80\x8b", "a"},
        {"\xef\xbb\xbf"
         "a",
         "a"},
        {"\xc2", "\xc2"},
        {"\x1f"
         "a",
         "\x1f"
         "a"},
        {"à", "à"}, /* its last byte is 0xa0 */
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_true(str_is(str_trim(str_of(cases[i][0])), cases[i][1]));
    assert_int_equal(str_trim((struct str){0}).n, 0);
}

static void splitting(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *parts[5];
    } cases[] = {
        {"a,b,c", {"a", "b", "c"}}, {"a", {"a"}}, {"", {""}}, {",", {"", ""}}, {"a,,b,", {"a", "", "b", ""}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str rest = str_of(cases[i].text), part;
        size_t n = 0;
        while (str_split(&rest, ',', &part)) {
            assert_non_null(cases[i].parts[n]);
            assert_true(str_is(part, cases[i].parts[n]));
            n++;
        }
        assert_null(cases[i].parts[n]);
        assert_false(str_split(&rest, ',', &part));
    }
    struct str none = {0}, part = str_of("kept");
    assert_false(str_split(&none, ',', &part));
    assert_true(str_is(part, "kept"));
}

static void whole_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {
        {"0", 0},
        {"-0", 0},
        {"+7", 7},
        {"007", 7},
        {"-12", -12},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
    };
    int64_t v;
    for (size_t i = 0; i < COUNT(good); i++) {
        v = 99;
        assert_true(str_to_int64(str_of(good[i].text), INT64_MIN, INT64_MAX, &v));
        assert_true(v == good[i].value);
    }
    static const char *const wrong[] = {"",
                                        "-",
                                        "+",
                                        "--1",
                                        "1.",
                                        "1 ",
                                        " 1",
                                        "1e3",
                                        "0x10",
                                        "9223372036854775808",
                                        "-9223372036854775809",
                                        "99999999999999999999999",
                                        "１",
                                        "1\xff"};
    v = 99;
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_false(str_to_int64(str_of(wrong[i]), INT64_MIN, INT64_MAX, &v));
    assert_false(str_to_int64((struct str){0}, INT64_MIN, INT64_MAX, &v));
    assert_false(str_to_int64(str_part("1\0", 2), INT64_MIN, INT64_MAX, &v));
    assert_false(str_to_int64(str_of("6"), 0, 5, &v));
    assert_false(str_to_int64(str_of("-1"), 0, 5, &v));
    assert_true(v == 99);
    assert_true(str_to_int64(str_of("5"), 0, 5, &v));
    assert_true(str_to_int64(str_of("0"), 0, 5, &v));
}

static void decimal_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } good[] = {{"0", 0}, {"-1.5", -1.5}, {"46346.39583", 46346.39583}, {"1e3", 1000}, {"1E-2", 0.01}, {"+2.", 2}};
    double v;
    for (size_t i = 0; i < COUNT(good); i++) {
        v = 99;
        assert_true(str_to_double(str_of(good[i].text), &v));
        assert_true(v == good[i].value);
    }
    static const char *const wrong[] = {"",    "-",     ".",     "e",  "1,5",   "1 ",  " 1",   "inf",
                                        "nan", "0x1p3", "1e999", "1e", "1.2.3", "--1", "1\xff"};
    v = 99;
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_false(str_to_double(str_of(wrong[i]), &v));
    char longer[100];
    memset(longer, '1', sizeof longer);
    assert_false(str_to_double(str_part(longer, sizeof longer), &v));
    assert_false(str_to_double(str_part("1\0", 2), &v));
    assert_true(v == 99);
}

static size_t encode(uint32_t c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned char marks[] = {0, 0xc0, 0xe0, 0xf0};
    for (size_t i = more; i > 0; i--) {
        out[i] = (char)(0x80 | (c & 0x3f));
        c >>= 6;
    }
    out[0] = (char)(marks[more] | c);
    return more + 1;
}

static void every_code_point(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10ffff + 0x1000; c++) {
        char bytes[4];
        size_t n = encode(c, bytes);
        struct str s = str_part(bytes, n);
        uint32_t got = 0xffffffff;
        bool good = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
        assert_int_equal(str_utf8_next(&s, &got), good);
        assert_int_equal(str_utf8_valid(str_part(bytes, n)), good);
        if (good) {
            assert_int_equal(got, c);
            assert_int_equal(s.n, 0);
            assert_int_equal(str_utf8_count(str_part(bytes, n)), 1);
        } else {
            assert_int_equal(s.n, n); /* unchanged */
        }
        for (size_t cut = 1; good && cut < n; cut++) {
            assert_false(str_utf8_valid(str_part(bytes, cut)));
            assert_int_equal(str_utf8_cut(str_part(bytes, n), cut).n, 0);
        }
    }
}

/* Every pair of bytes, and every pair after a run of ASCII, where blocks of eight are skipped. */
static void ill_formed_bytes(void **state)
{
    (void)state;
    for (int a = 0; a < 256; a++) {
        for (int b = 0; b < 256; b++) {
            char text[] = "0123456789abcdef??";
            text[16] = (char)a;
            text[17] = (char)b;
            bool good = (a < 0x80 && b < 0x80) || (a >= 0xc2 && a < 0xe0 && b >= 0x80 && b < 0xc0);
            for (size_t skip = 0; skip <= 16; skip += 4)
                assert_int_equal(str_utf8_valid(str_part(text + skip, 18 - skip)), good);
        }
    }
    static const char *const wrong[] = {"\xc0\x80",
                                        "\xc1\xbf",
                                        "\xe0\x80\x80",
                                        "\xe0\x9f\xbf",
                                        "\xed\xa0\x80",
                                        "\xf0\x80\x80\x80",
                                        "\xf0\x8f\xbf\xbf",
                                        "\xf4\x90\x80\x80",
                                        "\xf5\x80\x80\x80",
                                        "\xf8\x88\x80\x80\x80",
                                        "\xff",
                                        "\x80",
                                        "a\xe2\x82"};
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_false(str_utf8_valid(str_of(wrong[i])));
    assert_true(str_utf8_valid((struct str){0}));
}

static void cutting_keeps_characters_whole(void **state)
{
    (void)state;
    const char *text = "aà€😀z";
    static const size_t wanted[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
    for (size_t max = 0; max < COUNT(wanted); max++)
        assert_int_equal(str_utf8_cut(str_of(text), max).n, wanted[max]);
    assert_int_equal(str_utf8_count(str_of(text)), 5);
}

static void lines_that_cannot_lie(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"plain", "plain"},
        {"a\tb\nc\rd", "a b c d"},
        {"\x1b[31m", "?[31m"},
        {"\x7f\x01", "??"},
        {"a\xe2\x80\xae"
         "b",
         "ab"},
        {"a\xe2\x81\xa6"
         "b",
         "ab"},
        {"\xd8\x9c", ""},
        {"a\xc2\x85"
         "b",
         "ab"},
        {"\xff\xfe"
         "x",
         "??x"},
        {"\xe2\x80", "??"},
        {"àç·", "àç·"},
        {"", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char line[32];
        (void)snprintf(line, sizeof line, "%s", cases[i][0]);
        str_make_printable(line);
        assert_string_equal(line, cases[i][1]);
    }
    static const uint32_t controls[] = {0,      0x1f,   0x7f,   0x80,   0x9f,  0x200e, 0x200f,
                                        0x202a, 0x202e, 0x2066, 0x2069, 0x61c, 0x2028, 0x2029};
    for (size_t i = 0; i < COUNT(controls); i++)
        assert_true(str_is_control(controls[i]));
    static const uint32_t letters[] = {' ', '~', 0xa0, 0xb7, 0x2019, 0x202f, 0x2065, 0x206a, 0x2027, 0x1f600};
    for (size_t i = 0; i < COUNT(letters); i++)
        assert_false(str_is_control(letters[i]));
    uint32_t random = 1;
    for (int round = 0; round < 20000; round++) { /* any bytes: never longer, always valid, nothing to hide */
        char line[24];
        for (size_t i = 0; i + 1 < sizeof line; i++) {
            random = random * 1664525u + 1013904223u;
            line[i] = (char)(random >> 24 | 1);
        }
        line[sizeof line - 1] = '\0';
        str_make_printable(line);
        struct str s = str_of(line);
        assert_true(s.n < sizeof line && str_utf8_valid(s));
        uint32_t c;
        while (str_utf8_next(&s, &c))
            assert_false(str_is_control(c));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comparing),
        cmocka_unit_test(trimming),
        cmocka_unit_test(splitting),
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(decimal_numbers),
        cmocka_unit_test(every_code_point),
        cmocka_unit_test(ill_formed_bytes),
        cmocka_unit_test(cutting_keeps_characters_whole),
        cmocka_unit_test(lines_that_cannot_lie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
