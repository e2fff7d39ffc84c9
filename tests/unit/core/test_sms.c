/* What an SMS can carry: two parts of its own alphabet, and the link whole at its end. */
#include "core/sms.h"

#include "sample.h"

static void test_letters(void **state)
{
    (void)state;
    struct arena a = {0};
    const char *const pairs[][2] = {{"La pàgina és aquí: no carrega, ço", "La pàgina és aqui: no carrega, co"},
                                    {"instal·lació «nova» – 3 × 2…", "instal.lacio \"nova\" - 3 x 2..."},
                                    {"ÀÉÍÒÚ ñ ü ß €", "AÉIOU ñ ü ß €"},
                                    {"{a}[b]~|^\\", "{a}[b]~|^\\"},
                                    {"\xE2\x80\xAE\xF0\x9F\x94\xA5\t", "???"},
                                    {"", ""}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_string_equal(sms_text(&a, pairs[i][0], ""), pairs[i][1]);
    arena_release(&a);
}

static void test_room(void **state)
{
    (void)state;
    struct arena a = {0};
    char text[2 * LIMIT_SMS_SEPTETS + 1];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    const char *link = "\nhttps://talaia.example/g/0123456789";
    const char *whole = sms_text(&a, text, link);
    assert_int_equal(strlen(whole), LIMIT_SMS_SEPTETS);
    assert_string_equal(whole + strlen(whole) - strlen(link), link);
    assert_non_null(strstr(whole, "x...\n"));
    text[LIMIT_SMS_SEPTETS - strlen(link)] = '\0'; /* exactly as much as there is room for */
    whole = sms_text(&a, text, link);
    assert_int_equal(strlen(whole), LIMIT_SMS_SEPTETS);
    assert_null(strstr(whole, "..."));
    memset(text, '{', 200); /* two each */
    text[200] = '\0';
    whole = sms_text(&a, text, "");
    assert_int_equal(strlen(whole), (LIMIT_SMS_SEPTETS - 3) / 2 + 3);
    /* A link that is longer than an SMS is sent all the same: without it there is nothing to press. */
    memset(text, 'y', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_string_equal(sms_text(&a, "abc", text), text);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_letters), cmocka_unit_test(test_room)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
