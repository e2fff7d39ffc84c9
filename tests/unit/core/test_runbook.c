/* Runbooks: whose they are, telephones, and calls that somebody must be paid back for. */
#include "core/runbook.h"

#include "sample.h"

static void test_of(void **state)
{
    (void)state;
    const char *const one[] = {"OCSP_AOC"}, *const any[] = {"*"}, *const two[] = {"A", "B"};
    const struct runbook items[] = {{.name = "all", .probes = any, .probe_count = 1},
                                    {.name = "one", .probes = one, .probe_count = 1},
                                    {.name = "two", .probes = two, .probe_count = 2}};
    const struct runbooks all = {.items = items, .count = 3}, none = {0};
    assert_ptr_equal(runbook_of(&all, "OCSP_AOC"), &items[1]);
    assert_ptr_equal(runbook_of(&all, "B"), &items[2]);
    assert_ptr_equal(runbook_of(&all, "C"), &items[0]);
    assert_null(runbook_of(&none, "C"));
    assert_ptr_equal(runbook_find(&all, "two"), &items[2]);
    assert_null(runbook_find(&all, "B"));
}

static void test_phones(void **state)
{
    (void)state;
    static const struct {
        const char *text, *link;
    } cases[] = {
        {"+34 900 000 000", "+34900000000"},
        {"900.000.000", "+34900000000"},
        {"0034 900-000-000", "+34900000000"},
        {"(900) 000 000", "+34900000000"},
        {"+44 20 7946 0000", "+442079460000"},
        {"112", "112"},
        {"", ""},
        {"1", ""},
        {"900 000 x", ""},
        {"javascript:alert(1)", ""},
        {"+3490000000000000000000000000", ""},
        {"tel:900000000", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char out[PHONE_BYTES];
        assert_string_equal(phone_link(cases[i].text, out), cases[i].link);
    }
    assert_true(phone_same("600 000 000", "+34600000000"));
    assert_false(phone_same("600 000 000", "600 000 001"));
    assert_false(phone_same("", ""));
}

static void test_claims(void **state)
{
    (void)state;
    assert_false(call_needs_claim(true, "600 000 000", "+34 600 000 000"));
    assert_true(call_needs_claim(true, "600 000 001", "+34 600 000 000"));
    assert_true(call_needs_claim(true, "", "+34 600 000 000"));
    assert_true(call_needs_claim(true, "600 000 000", ""));
    assert_false(call_needs_claim(false, "600 000 001", ""));
}

static void test_kinds(void **state)
{
    (void)state;
    assert_string_equal(channel_kind_code(CHANNEL_NTFY), "ntfy");
    assert_false(channel_kind_repeats(CHANNEL_SMS));
    assert_true(channel_kind_repeats(CHANNEL_MATRIX));
    assert_true(runbook_step_is_persons(RUNBOOK_CALL));
    assert_false(runbook_step_is_persons(RUNBOOK_MAIL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_of), cmocka_unit_test(test_phones),
                                       cmocka_unit_test(test_claims), cmocka_unit_test(test_kinds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
