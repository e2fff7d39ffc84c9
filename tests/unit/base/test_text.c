#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

#include "check.h"

static struct arena arena;

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void folding(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"Prat de Llobregat, Ajuntament  del", "prat de llobregat ajuntament del"},
        {"PRAT DE LLOBREGAT, AJUNTAMENT DEL", "prat de llobregat ajuntament del"},
        {"l'Hospitalet", "l hospitalet"},
        {"L’HOSPITALET", "l hospitalet"},
        {"L`Hospitalet", "l hospitalet"},
        {"Vilanova i la Geltrú", "vilanova i la geltru"},
        {"Alt Àneu", "alt aneu"},
        {"ALT A\xcc\x80NEU", "alt aneu"}, /* decomposed */
        {"Barberà del Vallès – nord", "barbera del valles nord"},
        {"Col·legi", "collegi"},
        {"COL·LEGI", "collegi"},
        {"Col.legi", "col legi"}, /* a full stop does separate */
        {"Ço de Ñam", "co de nam"},
        {"  a -- b  ", "a b"},
        {"a\xff\xfe"
         "b",
         "ab"},
        {"ﬁ", "fi"}, /* a ligature of a PDF */
        {"Núm. 12", "num 12"},
        {"", ""},
        {" ,;. ", ""},
        {"Ελλάδα", "ελλαδα"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(text_fold(&arena, str_of(cases[i][0])), cases[i][1]);
    assert_string_equal(text_fold(&arena, (struct str){0}), "");
}

static void a_fold_is_its_own_fold(void **state)
{
    (void)state;
    static const char *const pieces[] = {"A", "à", "Ç", "·",    "l", "'", "’", " ",  "-", "\xcc\x81",
                                         "ß", "İ", "ñ", "\xff", "1", "º", "ﬀ", "\n", "😀", "ŀ"};
    uint32_t random = 3;
    for (int round = 0; round < 20000; round++) {
        char text[128];
        size_t n = 0;
        for (int k = 0; k < 8; k++) {
            random = random * 1664525u + 1013904223u;
            n += (size_t)snprintf(text + n, sizeof text - n, "%s", pieces[(random >> 20) % COUNT(pieces)]);
        }
        const char *once = text_fold(&arena, str_of(text));
        assert_true(str_utf8_valid(str_of(once)));
        assert_string_equal(text_fold(&arena, str_of(once)), once);
        arena_reset(&arena);
    }
}

static void dictionary_order(void **state)
{
    (void)state;
    static const char *const sorted[] = {
        "Abrera",   "Àger",     "Agramunt", "Alt Àneu", "Alta Ribagorça", "Arbúcies",    "Cabra",        "Caçà",
        "Cadaqués", "Col·legi", "Collet",   "Colomers", "Es Bòrdes",      "Espot",       "l'Hospitalet", "Òrrius",
        "Ossó",     "Prat",     "Prats",    "Vic",      "Vilà",           "Vila-rodona", "Vilassar",
    };
    for (size_t i = 0; i + 1 < COUNT(sorted); i++) {
        const char *one = text_sort_key(&arena, str_of(sorted[i])),
                   *next = text_sort_key(&arena, str_of(sorted[i + 1]));
        if (strcmp(one, next) >= 0)
            fail_msg("%s does not come before %s", sorted[i], sorted[i + 1]);
    }
    /* accents and case only break ties */
    static const char *const ties[][2] = {{"cama", "çama"}, {"Mura", "Múra"}, {"ana", "aña"}};
    for (size_t i = 0; i < COUNT(ties); i++) {
        const char *one = text_sort_key(&arena, str_of(ties[i][0])), *next = text_sort_key(&arena, str_of(ties[i][1]));
        assert_true(strcmp(one, next) < 0);
        assert_int_equal(strcspn(one, "\x01"), strcspn(next, "\x01"));
    }
    assert_string_equal(text_sort_key(&arena, str_of("")), "\x01");
}

/* Letters of Western Europe take a quick way; one letter that is not of them sends the whole text the general way. */
static void both_ways_to_a_sort_key_agree(void **state)
{
    (void)state;
    for (unsigned c = 0x20; c < 0x100; c++) {
        char one[16], two[24];
        if (c < 0x80)
            snprintf(one, sizeof one, "x%cY", (int)c);
        else
            snprintf(one, sizeof one, "x%c%cY", (int)(0xc0 | c >> 6), (int)(0x80 | (c & 0x3f)));
        snprintf(two, sizeof two, "%s\u0101", one);
        const char *quick = strchr(text_sort_key(&arena, str_of(one)), '\x01');
        const char *general = strchr(text_sort_key(&arena, str_of(two)), '\x01');
        if (strncmp(quick, general, strlen(quick)) != 0 || strcmp(general + strlen(quick), "a\u0304") != 0)
            fail_msg("U+%04X: \"%s\" and \"%s\"", c, quick + 1, general + 1);
        arena_reset(&arena);
    }
}

/* Any bytes: a second cleaning changes nothing, the short way gives the same, and the result is safe to show. */
static void what_is_clean_stays_clean(void **state)
{
    (void)state;
    static const char *const pieces[] = {"A",
                                         "à",
                                         " ",
                                         "\xcc\x81",
                                         "\xc2\xa0",
                                         "\x01",
                                         "\xff",
                                         "\x80",
                                         "\xc2",
                                         "\n",
                                         "\r",
                                         "\xe2\x80\xae",
                                         "\xef\xbb\xbf",
                                         "·",
                                         "\xc3",
                                         "e",
                                         "\xe2\x84\xab",
                                         "\xc2\x85"};
    uint32_t random = 8;
    for (int round = 0; round < 50000; round++) {
        char text[128];
        size_t n = 0;
        for (int k = 0; k < 7; k++) {
            random = random * 1664525u + 1013904223u;
            n += (size_t)snprintf(text + n, sizeof text - n, "%s", pieces[(random >> 20) % COUNT(pieces)]);
        }
        for (int lines = 0; lines < 2; lines++) {
            const char *once = text_clean(&arena, str_of(text), lines == 1);
            assert_string_equal(text_clean(&arena, str_of(once), lines == 1), once);
            struct str s = str_of(once);
            uint32_t c;
            assert_true(str_utf8_valid(s));
            while (str_utf8_next(&s, &c))
                assert_true(!str_is_control(c) || c == '\n');
        }
        assert_true(str_is(text_clean_str(&arena, str_of(text)), text_clean(&arena, str_of(text), false)));
        arena_reset(&arena);
    }
}

static void width_on_a_terminal(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int width;
    } cases[] = {
        {"", 0},
        {"abc", 3},
        {"àç·", 3},
        {"a\xcc\x80", 1},
        {"日本", 4},
        {"\xff", 1},
        {"●▲✕■◆⊘", 6},
        {"a\xe2\x80\x8b"
         "b",
         2},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(text_width(str_of(cases[i].text)), cases[i].width);
}

static void cleaning(void **state)
{
    (void)state;
    static const struct {
        const char *text, *one_line, *lines;
    } cases[] = {
        {"  a   b ", "a b", "a b"},
        {"a\r\nb", "a b", "a\nb"},
        {"a \n\n  b\n", "a b", "a\nb"},
        {"\n a", "a", "a"},
        {"a\tb\xc2\xa0"
         "c\xe2\x80\xaf"
         "d",
         "a b c d", "a b c d"},
        {"A\xcc\x80", "À", "À"},
        {"a\x1b\x07"
         "b\xe2\x80\xae"
         "c",
         "abc", "abc"},
        {"\xef\xbb\xbf"
         "a\xe2\x80\x8b"
         "b",
         "ab", "ab"},
        {"a\xff"
         "b",
         "ab", "ab"},
        {"a\x80"
         "b\xc2\xff"
         "c\xc1",
         "abc", "abc"},
        {"A\x01\xcc\x80", "À", "À"}, /* they meet when the control is gone */
        {"", "", ""},
        {" \n\t", "", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_string_equal(text_clean(&arena, str_of(cases[i].text), false), cases[i].one_line);
        assert_string_equal(text_clean(&arena, str_of(cases[i].text), true), cases[i].lines);
        assert_string_equal(text_clean(&arena, str_of(cases[i].one_line), false), cases[i].one_line);
        assert_true(str_is(text_clean_str(&arena, str_of(cases[i].text)), cases[i].one_line));
    }
    /* what is clean already is not copied */
    struct str clean = str_of("Prat de Llobregat");
    assert_ptr_equal(text_clean_str(&arena, clean).p, clean.p);
}

/* The whole table, without the shortcuts: optimal string alignment as textbooks give it. */
static int plain_distance(const char *a, const char *b)
{
    enum { MOST = 16 };
    int d[MOST][MOST];
    int na = (int)strlen(a), nb = (int)strlen(b);
    for (int i = 0; i <= na; i++) {
        for (int j = 0; j <= nb; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            d[i][j] = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            d[i][j] = d[i - 1][j] + 1 < d[i][j] ? d[i - 1][j] + 1 : d[i][j];
            d[i][j] = d[i][j - 1] + 1 < d[i][j] ? d[i][j - 1] + 1 : d[i][j];
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < d[i][j])
                d[i][j] = d[i - 2][j - 2] + 1;
        }
    }
    return d[na][nb];
}

static void distances(void **state)
{
    (void)state;
    assert_int_equal(text_distance("manresa", "manresa", 2), 0);
    assert_int_equal(text_distance("manresa", "mansera", 2), 2);
    assert_int_equal(text_distance("manresa", "amnresa", 2), 1); /* two letters swapped are one slip */
    assert_int_equal(text_distance("manresa", "mataro", 2), 3);
    assert_int_equal(text_distance("", "", 2), 0);
    assert_int_equal(text_distance("", "ab", 2), 2);
    assert_int_equal(text_distance("", "abc", 2), 3);
    uint32_t random = 17;
    for (int round = 0; round < 50000; round++) {
        char words[2][12];
        for (int w = 0; w < 2; w++) {
            random = random * 1664525u + 1013904223u;
            size_t n = (random >> 20) % 10;
            for (size_t i = 0; i < n; i++) {
                random = random * 1664525u + 1013904223u;
                words[w][i] = "abc"[(random >> 20) % 3];
            }
            words[w][n] = '\0';
        }
        int whole = plain_distance(words[0], words[1]);
        for (int max = 0; max <= 4; max++)
            assert_int_equal(text_distance(words[0], words[1], max), whole > max ? max + 1 : whole);
    }
    static char longer[2][400];
    memset(longer[0], 'a', 399);
    memset(longer[1], 'a', 399);
    assert_int_equal(text_distance(longer[0], longer[1], 2), 3); /* too long to compare: no suggestion */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folding),
        cmocka_unit_test(a_fold_is_its_own_fold),
        cmocka_unit_test(dictionary_order),
        cmocka_unit_test(both_ways_to_a_sort_key_agree),
        cmocka_unit_test(width_on_a_terminal),
        cmocka_unit_test(cleaning),
        cmocka_unit_test(what_is_clean_stays_clean),
        cmocka_unit_test(distances),
    };
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
