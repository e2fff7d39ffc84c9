#include "core/ticket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define UID "talaia-0f8fad5b-d9cb-469f-a165-70867728950e"

static void uids(void **state)
{
    (void)state;
    static const unsigned char random[16] = {0xff, 0, 1, 2, 3, 4, 0xff, 5, 0xff, 6, 7, 8, 9, 10, 11, 12};
    char out[TICKET_UID_BYTES];
    assert_string_equal(ticket_uid_write(random, out), "talaia-ff000102-0304-4f05-bf06-0708090a0b0c");
    assert_true(ticket_uid_valid(str_of(out)));
    assert_true(ticket_uid_valid(str_of(UID)));
    static const char *const bad[] = {"",
                                      "talaia-",
                                      "talaia-0F8fad5b-d9cb-469f-a165-70867728950e",
                                      "talaia-0f8fad5b-d9cb-469f-a165-70867728950",
                                      UID "0",
                                      " " UID,
                                      "talaia-0f8fad5bxd9cb-469f-a165-70867728950e",
                                      "jira-0f8fad5b-d9cb-469f-a165-7086772895012"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(ticket_uid_valid(str_of(bad[i])));
}

static void marks(void **state)
{
    (void)state;
    static const struct {
        const char *text, *rest, *word;
    } good[] = {
        {"one\ntwo\n\n(" UID ")", "one\ntwo", ""},
        {"one\n(" UID " renewal)\n ", "one", "renewal"},
        {"(" UID ")", "", ""},
        {"a (b)\r\n\r\n(" UID ")", "a (b)", ""},
    };
    struct str rest, mark, word;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(ticket_mark_split(str_of(good[i].text), &rest, &mark, &word));
        assert_true(str_is(mark, UID));
        assert_true(str_is(rest, good[i].rest));
        assert_true(str_is(word, good[i].word));
    }
    static const char *const bad[] = {
        "", ")", "()", "text (" UID ")", "(" UID ") text", "(" UID, UID ")", "text\n(talaia-x)", "text\n(see " UID ")"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(ticket_mark_split(str_of(bad[i]), &rest, &mark, &word));
}

static void keys(void **state)
{
    (void)state;
    static const char *const good[] = {"ST-1", "ST-8949", "A_2-9223372036854775807"};
    static const char *const bad[] = {"",
                                      "ST",
                                      "ST-",
                                      "-1",
                                      "ST-0",
                                      "ST-01",
                                      "st-1",
                                      "2ST-1",
                                      "ST-1 ",
                                      "ST-x",
                                      "S/T-1",
                                      "ST-1/",
                                      "#12",
                                      "ST--1",
                                      "ST-+1",
                                      "ST-1-2",
                                      "ST-9223372036854775808"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(ticket_key_is_project_number(str_of(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(ticket_key_is_project_number(str_of(bad[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(uids), cmocka_unit_test(marks), cmocka_unit_test(keys)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
