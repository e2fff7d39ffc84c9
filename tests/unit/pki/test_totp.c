/* One-time codes: the vectors of RFC 6238 appendix B (the last six of its eight digits). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "pki/totp.h"

static const unsigned char key[TOTP_KEY_BYTES + 1] = "12345678901234567890";

static void the_vectors_of_the_standard(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        uint32_t code;
    } cases[] = {{59, 287082},       {1111111109, 81804},  {1111111111, 50471},
                 {1234567890, 5924}, {2000000000, 279037}, {20000000000, 353130}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(totp_code(key, cases[i].seconds / TOTP_STEP_SECONDS), cases[i].code);
}

static void a_code_counts_once_and_near_its_time(void **state)
{
    (void)state;
    const instant_t now = 59 * INSTANT_PER_SECOND; /* step 1 */
    int64_t step = -1;
    assert_true(totp_check(key, "287082", now, 0, &step));
    assert_int_equal(step, 1);
    assert_true(totp_check(key, "287 082", now, 0, &step));
    assert_false(totp_check(key, "287082", now, 1, &step));
    assert_true(totp_check(key, "287082", now + 30 * INSTANT_PER_SECOND, 0, &step)); /* the telephone is slow */
    assert_true(totp_check(key, "287082", now - 30 * INSTANT_PER_SECOND, 0, &step)); /* or fast */
    assert_false(totp_check(key, "287082", now + 61 * INSTANT_PER_SECOND, 0, &step));
    static const char *const wrong[] = {"", "28708", "2870820", "287083", "28708x", "-87082", "      "};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(totp_check(key, wrong[i], now, 0, &step));
}

static void the_key_as_text(void **state)
{
    (void)state;
    char text[TOTP_KEY_TEXT_BYTES];
    unsigned char back[TOTP_KEY_BYTES];
    totp_key_text(key, text);
    assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assert_true(totp_key_read(text, back));
    assert_memory_equal(back, key, TOTP_KEY_BYTES);
    assert_false(totp_key_read("", back));
    assert_false(totp_key_read("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1", back));
    assert_false(totp_key_read("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQQ", back));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_the_standard),
        cmocka_unit_test(a_code_counts_once_and_near_its_time),
        cmocka_unit_test(the_key_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
