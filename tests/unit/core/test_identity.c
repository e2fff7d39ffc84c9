#include "core/identity.h"

#include <stdio.h>

#include "sample.h"

/* Real codes, from the reference. */
static const char *const real_codes[] = {"9821920002", "8100560009", "0805690004", "2512070005", "8101410007"};

static void real_codes_are_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(real_codes); i++) {
        char out[INE10_BYTES] = "";
        assert_int_equal(ine10_parse(str_of(real_codes[i]), out), INE10_GOOD);
        assert_string_equal(out, real_codes[i]);
    }
}

static void spellings_are_forgiven(void **state)
{
    (void)state;
    static const char *const same[] = {"805690004",
                                       " 0805690004 ",
                                       "805690004.0",
                                       "08056 9000 4",
                                       "\t805690004\r\n",
                                       "805690004 .0",
                                       "\xc2\xa0"
                                       "0805690004"};
    for (size_t i = 0; i < COUNT(same); i++) {
        char out[INE10_BYTES] = "";
        assert_int_equal(ine10_parse(str_of(same[i]), out), INE10_GOOD);
        assert_string_equal(out, "0805690004");
    }
}

static void a_wrong_digit_is_a_warning_only(void **state)
{
    (void)state;
    size_t noticed = 0, changed = 0;
    for (size_t i = 0; i < COUNT(real_codes); i++) {
        for (size_t at = 0; at < 10; at++) {
            for (char c = '0'; c <= '9'; c++) {
                char code[INE10_BYTES], out[INE10_BYTES] = "";
                memcpy(code, real_codes[i], sizeof code);
                if (code[at] == c)
                    continue;
                code[at] = c;
                enum ine10_verdict v = ine10_parse(str_of(code), out);
                assert_int_not_equal(v, INE10_FORMAT);
                assert_string_equal(out, code);
                changed++;
                noticed += v == INE10_CHECK;
            }
        }
    }
    assert_int_equal(noticed, changed); /* every single slip is noticed: the tables are permutations */
}

static void what_is_no_code(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",           "  ",        ".0",          "0",   "0000000000", "12345678901", "-5",
        "+805690004", "8056900o4", "805690004.5", "1e9", "８056",      "8056\xff",    "0805690004x"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char out[INE10_BYTES] = "kept";
        assert_int_equal(ine10_parse(str_of(wrong[i]), out), INE10_FORMAT);
        assert_string_equal(out, "kept");
    }
    char out[INE10_BYTES] = "kept";
    assert_int_equal(ine10_parse((struct str){0}, out), INE10_FORMAT);
    assert_int_equal(ine10_parse(str_part("80569\0004", 7), out), INE10_FORMAT);
}

static void towns_by_their_codes(void **state)
{
    (void)state;
    char out[INE10_BYTES] = "kept";
    assert_true(ine10_of_town(8, 56, out));
    assert_string_equal(out, "0805690004");
    assert_true(ine10_of_town(25, 120, out));
    assert_string_equal(out, "2512070005");
    static const int wrong[][2] = {{0, 1}, {53, 1}, {8, 0}, {8, 1000}, {-1, 5}, {8, -3}};
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_false(ine10_of_town(wrong[i][0], wrong[i][1], out));
    assert_string_equal(out, "2512070005");
    for (int province = 1; province <= 52; province++) {
        for (int town = 1; town <= 999; town++) {
            char again[INE10_BYTES];
            assert_true(ine10_of_town(province, town, out));
            assert_int_equal(ine10_parse(str_of(out), again), INE10_GOOD);
        }
    }
}

/* The list of bodies that the profile ships: 988 codes made by somebody else's program. */
static void the_shipped_list_agrees(void **state)
{
    (void)state;
    char path[4096], line[512];
    (void)snprintf(path, sizeof path, "%s/share/profile/aoc/bodies.csv", getenv("TALAIA_TEST_SOURCE"));
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    size_t codes = 0, towns = 0;
    assert_non_null(fgets(line, sizeof line, f)); /* header */
    while (fgets(line, sizeof line, f) != NULL) {
        struct str rest = str_of(line), field, ine10 = {0}, kind = {0}, province = {0}, town = {0};
        if (str_starts(rest, "\"")) { /* a name with commas */
            size_t quote = str_find(str_part(rest.p + 1, rest.n - 1), '"');
            rest = str_part(rest.p + quote + 1, rest.n - quote - 1);
        }
        (void)str_split(&rest, ',', &field);
        (void)str_split(&rest, ',', &ine10);
        (void)str_split(&rest, ',', &kind);
        (void)str_split(&rest, ',', &province);
        (void)str_split(&rest, ',', &town);
        if (ine10.n == 0)
            continue;
        char out[INE10_BYTES];
        assert_int_equal(ine10_parse(ine10, out), INE10_GOOD);
        codes++;
        int64_t p, t;
        if (str_is(kind, "town") && str_to_int64(province, 1, 52, &p) && str_to_int64(town, 1, 999, &t)) {
            char made[INE10_BYTES];
            assert_true(ine10_of_town((int)p, (int)t, made));
            assert_string_equal(made, out);
            towns++;
        }
    }
    (void)fclose(f);
    assert_true(codes > 900 && towns > 900);
}

static void tax_numbers(void **state)
{
    (void)state;
    /* Numbers made for the test: sequences of digits with the control that the rule gives. */
    static const struct {
        const char *text;
        enum nif_kind kind;
        const char *out;
    } cases[] = {
        {"12345678Z", NIF_DNI, "12345678Z"},
        {"12345678z", NIF_DNI, "12345678Z"},
        {"12.345.678-Z", NIF_DNI, "12345678Z"},
        {" 12345678 Z ", NIF_DNI, "12345678Z"},
        {"00000000T", NIF_DNI, "00000000T"},
        {"12345678A", NIF_BAD, NULL},
        {"X1234567L", NIF_NIE, "X1234567L"},
        {"Y1234567X", NIF_NIE, "Y1234567X"},
        {"Z1234567R", NIF_NIE, "Z1234567R"},
        {"X1234567R", NIF_BAD, NULL},
        {"K1234567L", NIF_DNI, "K1234567L"},
        {"L1234567L", NIF_DNI, "L1234567L"},
        {"M1234567L", NIF_DNI, "M1234567L"},
        {"M1234567A", NIF_BAD, NULL},
        {"A58818501", NIF_CIF, "A58818501"},
        {"A5881850A", NIF_BAD, NULL}, /* companies: a digit */
        {"P1234567D", NIF_CIF, "P1234567D"},
        {"P12345674", NIF_BAD, NULL}, /* local bodies: a letter */
        {"Q1234567D", NIF_CIF, "Q1234567D"},
        {"S1234567D", NIF_CIF, "S1234567D"},
        {"G12345674", NIF_CIF, "G12345674"},
        {"G1234567D", NIF_CIF, "G1234567D"}, /* either */
        {"VATES-P1234567D", NIF_CIF, "P1234567D"},
        {"ESP1234567D", NIF_CIF, "P1234567D"},
        {"es-p1234567d", NIF_CIF, "P1234567D"},
        {"P\xe2\x80\x90"
         "1234567\xc2\xa0"
         "D",
         NIF_CIF, "P1234567D"},
        {"", NIF_BAD, NULL},
        {"1234567Z", NIF_BAD, NULL},
        {"123456789Z", NIF_BAD, NULL},
        {"I1234567D", NIF_BAD, NULL},
        {"P123456D", NIF_BAD, NULL},
        {"P12345678D", NIF_BAD, NULL},
        {"Ñ1234567D", NIF_BAD, NULL},
        {"P1234567Ð", NIF_BAD, NULL},
        {"ESESP1234567D", NIF_BAD, NULL},
        {"P1234\xff"
         "567D",
         NIF_BAD, NULL},
        {"VATES-VATES-VATES-P1234567D", NIF_BAD, NULL},
        {"????????????????????????????????", NIF_BAD, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char out[NIF_BYTES] = "kept";
        enum nif_kind kind = nif_parse(str_of(cases[i].text), out);
        if (kind != cases[i].kind)
            fail_msg("%s: %d", cases[i].text, (int)kind);
        assert_string_equal(out, cases[i].out == NULL ? "kept" : cases[i].out);
    }
    char out[NIF_BYTES] = "kept";
    assert_int_equal(nif_parse(str_part("\0001234567D", 9), out), NIF_BAD);
}

/* What a list of bodies may hold, and why not. */
static void numbers_of_bodies(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum cif_verdict verdict;
    } cases[] = {
        {"P1234567D", CIF_GOOD},    {" p-1234567-d ", CIF_GOOD}, {"VATES-P1234567D", CIF_GOOD},
        {"A58818501", CIF_GOOD},    {"P1234567E", CIF_CHECK},    {"P12345674", CIF_CHECK},
        {"A58818502", CIF_CHECK},   {"G12345679", CIF_CHECK},    {"12345678Z", CIF_PERSON},
        {"12345678A", CIF_PERSON},  {"X1234567L", CIF_PERSON},   {"M1234567A", CIF_PERSON},
        {"", CIF_FORMAT},           {"P123456", CIF_FORMAT},     {"P1234567K", CIF_FORMAT},
        {"I1234567D", CIF_FORMAT},  {"123456789", CIF_FORMAT},   {"Ajuntament", CIF_FORMAT},
        {"P12345678D", CIF_FORMAT}, {"0801930008", CIF_FORMAT},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char out[NIF_BYTES] = "kept";
        enum cif_verdict v = cif_parse(str_of(cases[i].text), out);
        if (v != cases[i].verdict)
            fail_msg("%s: %d", cases[i].text, (int)v);
        assert_int_equal(strcmp(out, "kept") == 0, v != CIF_GOOD);
    }
}

/* Of the 36 characters that could stand last, exactly one is right (for a letter or a digit type), or two. */
static void one_control_only(void **state)
{
    (void)state;
    static const struct {
        char first;
        int right;
    } types[] = {{'5', 1}, {'X', 1}, {'K', 1}, {'A', 1}, {'P', 1}, {'G', 2}};
    uint32_t random = 1;
    for (size_t t = 0; t < COUNT(types); t++) {
        for (int round = 0; round < 500; round++) {
            random = random * 1664525u + 1013904223u;
            char nif[16], out[NIF_BYTES];
            (void)snprintf(nif, sizeof nif, "%c%07u?", types[t].first, random % 10000000u);
            int right = 0;
            for (const char *c = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"; *c != '\0'; c++) {
                nif[8] = *c;
                right += nif_parse(str_of(nif), out) != NIF_BAD;
            }
            assert_int_equal(right, types[t].right);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_codes_are_good),
        cmocka_unit_test(spellings_are_forgiven),
        cmocka_unit_test(a_wrong_digit_is_a_warning_only),
        cmocka_unit_test(what_is_no_code),
        cmocka_unit_test(towns_by_their_codes),
        cmocka_unit_test(the_shipped_list_agrees),
        cmocka_unit_test(tax_numbers),
        cmocka_unit_test(numbers_of_bodies),
        cmocka_unit_test(one_control_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
