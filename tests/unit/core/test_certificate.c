#include "core/certificate.h"

#include "sample.h"

static void codes_and_parsing_agree(void **state)
{
    (void)state;
    for (int i = 0; i < CERT_KINDS; i++) {
        enum cert_kind kind = CERT_KINDS;
        assert_true(cert_kind_parse(str_of(cert_kind_code((enum cert_kind)i)), &kind));
        assert_int_equal(kind, i);
    }
    enum cert_kind kind = CERT_KINDS;
    assert_true(cert_kind_parse(str_of(" cda "), &kind));
    assert_int_equal(kind, CERT_CDA);
    static const char *const wrong[] = {"", "CD", "CDSS", "CDS,CDA", "0"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_false(cert_kind_parse(str_of(wrong[i]), &kind));
        assert_int_equal(kind, CERT_CDA); /* untouched */
    }
}

static void platform_accepts_numbers_and_words(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum platform wanted;
    } cases[] = {
        {"0", PLATFORM_JAVA},      {"JAVA", PLATFORM_JAVA}, {"java", PLATFORM_JAVA}, {" 0 ", PLATFORM_JAVA},
        {"0.0", PLATFORM_JAVA},    {"1", PLATFORM_NET},     {"1.0", PLATFORM_NET},   {"NET", PLATFORM_NET},
        {".NET", PLATFORM_NET},    {".net", PLATFORM_NET},  {"2", PLATFORM_OTHER},   {"", PLATFORM_OTHER},
        {"-1", PLATFORM_OTHER},    {"10", PLATFORM_OTHER},  {"PHP", PLATFORM_OTHER}, {"00", PLATFORM_OTHER},
        {"OTHER", PLATFORM_OTHER},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(platform_parse(str_of(cases[i].text)), cases[i].wanted);
    assert_int_equal(platform_parse((struct str){0}), PLATFORM_OTHER);
}

static void platform_code_is_exact(void **state)
{
    (void)state;
    for (int i = PLATFORM_JAVA; i <= PLATFORM_OTHER; i++) {
        enum platform p = PLATFORM_JAVA;
        assert_true(platform_from_code(platform_code((enum platform)i), &p));
        assert_int_equal(p, i);
    }
    enum platform p = PLATFORM_NET;
    assert_false(platform_from_code("java", &p));
    assert_false(platform_from_code("", &p));
    assert_int_equal(p, PLATFORM_NET);
}

static void action_groups(void **state)
{
    (void)state;
    static const char *const wanted[] = {"renewal", "migration", "outage", "other"};
    assert_int_equal(COUNT(wanted), GROUP_COUNT);
    for (int i = 0; i < GROUP_COUNT; i++) {
        enum action_group g = GROUP_COUNT;
        assert_string_equal(action_group_code((enum action_group)i), wanted[i]);
        assert_true(action_group_parse(wanted[i], &g));
        assert_int_equal(g, i);
    }
    enum action_group g = GROUP_OTHER;
    assert_false(action_group_parse("Renewal", &g));
    assert_false(action_group_parse("", &g));
    assert_int_equal(g, GROUP_OTHER);
}

static void days_are_whole_and_signed(void **state)
{
    (void)state;
    assert_int_equal(days_left(day_text("2026-11-20"), day_text("2026-11-20")), 0);
    assert_int_equal(days_left(day_text("2026-11-21"), day_text("2026-11-20")), 1);
    assert_int_equal(days_left(day_text("2026-11-19"), day_text("2026-11-20")), -1);
    assert_int_equal(days_left(day_text("2028-03-01"), day_text("2028-02-28")), 2);
    /* across both changes of the hour a day is still one day */
    assert_int_equal(days_left(day_text("2026-10-26"), day_text("2026-10-24")), 2);
    assert_int_equal(days_left(day_text("2027-03-29"), day_text("2027-03-27")), 2);
    assert_int_equal(days_left(DAY_NONE, day_text("2026-11-20")), DAYS_NONE);
    assert_int_equal(days_left(day_text("2026-11-20"), DAY_NONE), DAYS_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_and_parsing_agree),   cmocka_unit_test(platform_accepts_numbers_and_words),
        cmocka_unit_test(platform_code_is_exact),    cmocka_unit_test(action_groups),
        cmocka_unit_test(days_are_whole_and_signed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
