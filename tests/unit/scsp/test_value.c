#include "scsp/value.h"

#include "../base/check.h"

static const struct {
    struct value_rule rule;
    const char *text;
    enum value_fault fault;
} cases[] = {
    {{.kind = VALUE_STRING}, "", VALUE_GOOD},
    {{.kind = VALUE_STRING, .max = 3}, "àèò", VALUE_GOOD},
    {{.kind = VALUE_STRING, .max = 3}, "àèòu", VALUE_BAD_LONG},
    {{.kind = VALUE_STRING, .min = 1, .max = 3}, "", VALUE_BAD_SHORT},
    {{.kind = VALUE_STRING, .choices = "Si Ley NoOpo"}, "Ley", VALUE_GOOD},
    {{.kind = VALUE_STRING, .choices = "Si Ley NoOpo"}, "Si Ley", VALUE_BAD_CHOICE},
    {{.kind = VALUE_STRING, .choices = "Si Ley NoOpo"}, "", VALUE_BAD_CHOICE},
    {{.kind = VALUE_INT}, "0", VALUE_GOOD},
    {{.kind = VALUE_INT}, " +007\n", VALUE_GOOD},
    {{.kind = VALUE_INT}, "-2147483648", VALUE_GOOD},
    {{.kind = VALUE_INT}, "-2147483649", VALUE_BAD_KIND},
    {{.kind = VALUE_INT}, "2147483648", VALUE_BAD_KIND},
    {{.kind = VALUE_INT}, "99999999999999999999999", VALUE_BAD_KIND},
    {{.kind = VALUE_INT}, "", VALUE_BAD_KIND},
    {{.kind = VALUE_INT}, "+", VALUE_BAD_KIND},
    {{.kind = VALUE_INT}, "1 2", VALUE_BAD_KIND},
    {{.kind = VALUE_INT}, "1.0", VALUE_BAD_KIND},
    {{.kind = VALUE_INT, .min = 1}, "-0", VALUE_GOOD},
    {{.kind = VALUE_INT, .min = 1}, "-1", VALUE_BAD_RANGE},
    {{.kind = VALUE_INT, .min = 1, .max = 4}, "00009999", VALUE_GOOD},
    {{.kind = VALUE_INT, .min = 1, .max = 4}, "10000", VALUE_BAD_LONG},
    {{.kind = VALUE_DOUBLE}, "150.12", VALUE_GOOD},
    {{.kind = VALUE_DOUBLE}, "-.5e-3", VALUE_GOOD},
    {{.kind = VALUE_DOUBLE}, "INF", VALUE_GOOD},
    {{.kind = VALUE_DOUBLE}, "150,12", VALUE_BAD_KIND},
    {{.kind = VALUE_DOUBLE}, "1e", VALUE_BAD_KIND},
    {{.kind = VALUE_DOUBLE}, ".", VALUE_BAD_KIND},
    {{.kind = VALUE_BOOLEAN}, "1", VALUE_GOOD},
    {{.kind = VALUE_BOOLEAN}, "True", VALUE_BAD_KIND},
    {{.kind = VALUE_DATE_TIME}, "2020-03-03T23:00:00.000", VALUE_GOOD},
    {{.kind = VALUE_DATE_TIME}, "2020-03-03T24:00:00Z", VALUE_GOOD},
    {{.kind = VALUE_DATE_TIME}, "2020-03-03T24:00:01Z", VALUE_BAD_KIND},
    {{.kind = VALUE_DATE_TIME}, "2020-02-30T00:00:00", VALUE_BAD_KIND},
    {{.kind = VALUE_DATE_TIME}, "2020-03-03T23:00:00+14:00", VALUE_GOOD},
    {{.kind = VALUE_DATE_TIME}, "2020-03-03T23:00:00+14:01", VALUE_BAD_KIND},
    {{.kind = VALUE_DATE_TIME}, "2020-03-03T23:00:00.", VALUE_BAD_KIND},
    {{.kind = VALUE_DATE_TIME}, "2020-03-03 23:00:00", VALUE_BAD_KIND},
    {{.kind = VALUE_DATE_TIME}, "2020-03-03", VALUE_BAD_KIND},
    {{.kind = VALUE_DATE_TIME}, "2020-03-03T23:00:60", VALUE_BAD_KIND},
    {{.kind = VALUE_BASE64}, "", VALUE_GOOD},
    {{.kind = VALUE_BASE64}, "QU\nJD", VALUE_GOOD},
    {{.kind = VALUE_BASE64}, "QUI=", VALUE_GOOD},
    {{.kind = VALUE_BASE64}, "QUI", VALUE_BAD_KIND},
    {{.kind = VALUE_BASE64}, "Q=I=", VALUE_BAD_KIND},
    {{.kind = VALUE_BASE64}, "QUI*", VALUE_BAD_KIND},
    {{.kind = VALUE_UUID}, "123e4567-E89B-42d3-a456-426614174000", VALUE_GOOD},
    {{.kind = VALUE_UUID}, "123e4567e89b42d3a456426614174000", VALUE_BAD_KIND},
    {{.kind = VALUE_UUID}, "123e4567-e89b-42d3-a456-42661417400g", VALUE_BAD_KIND},
    {{.kind = VALUE_IDS}, "841265XYZ", VALUE_GOOD}, /* plain text for the schema */
};

static void test_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (value_check(&cases[i].rule, str_of(cases[i].text)) != cases[i].fault)
            fail_msg("%zu: \"%s\"", i, cases[i].text);
}

static void test_instants(void **state)
{
    (void)state;
    instant_t t;
    bool zoned;
    assert_true(date_time_parse(str_of("2026-11-20T09:00:00.123456789+01:00"), &t, &zoned) && zoned);
    assert_int_equal(t, INSTANT_PER_SECOND * 1795161600 + 123456);
    assert_true(date_time_parse(str_of("2026-11-20T08:00:00"), &t, &zoned) && !zoned);
    assert_int_equal(t, INSTANT_PER_SECOND * 1795161600);
    assert_true(date_time_parse(str_of("1969-12-31T23:59:59Z"), &t, &zoned));
    assert_int_equal(t, -INSTANT_PER_SECOND);
    assert_true(time_stamp_documented(str_of("2026-11-20T09:00:00.000+01:00")));
    assert_false(time_stamp_documented(str_of("2026-11-20T09:00:00+01:00")));
    assert_false(time_stamp_documented(str_of("20070417 10:00:00")));
    assert_false(time_stamp_documented(str_of("")));
}

static void test_squeeze(void **state)
{
    (void)state;
    char out[4];
    size_t n = 0;
    assert_true(xml_squeeze(str_of(" a b\tc\n"), out, sizeof out, &n) && n == 3 && memcmp(out, "abc", 3) == 0);
    assert_false(xml_squeeze(str_of("abcde"), out, sizeof out, &n));
    assert_int_equal(xml_trim(str_of(" \r\n")).n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_values), cmocka_unit_test(test_instants),
                                       cmocka_unit_test(test_squeeze)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
