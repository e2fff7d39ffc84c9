#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

#include "check.h"

static void it_grows_and_ends_in_nul(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(100000);
    assert_string_equal(buf_text(&b), "");
    assert_int_equal(buf_str(&b).n, 0);
    for (int i = 0; i < 10000; i++) {
        assert_true(buf_printf(&b, "%d,", i % 10));
        assert_int_equal(b.n, (size_t)(i + 1) * 2);
        assert_int_equal(b.p[b.n], '\0');
    }
    assert_true(str_starts(buf_str(&b), "0,1,2,"));
    buf_clear(&b);
    assert_string_equal(buf_text(&b), "");
    assert_true(buf_add_text(&b, "") && buf_add_str(&b, (struct str){0}) && buf_add(&b, NULL, 0));
    assert_true(buf_add(&b, "a\0b", 3));
    assert_true(buf_add_char(&b, '!'));
    assert_int_equal(b.n, 4);
    assert_memory_equal(b.p, "a\0b!", 5);
    buf_release(&b);
    assert_null(b.p);
    assert_true(buf_add_text(&b, "again"));
    buf_release(&b);
    buf_release(&b);
}

static void it_stops_at_its_maximum(void **state)
{
    (void)state;
    for (size_t max = 0; max <= 600; max += 37) {
        struct buf b = BUF_INIT(max);
        for (size_t i = 0; i < max; i++)
            assert_true(buf_add_char(&b, 'x'));
        assert_false(buf_full(&b));
        assert_false(buf_add_char(&b, 'y'));
        assert_true(buf_full(&b));
        assert_int_equal(b.n, max);
        assert_false(buf_add(&b, "", 0)); /* once full, nothing more comes in by halves */
        assert_int_equal(strlen(buf_text(&b)), max);
        buf_clear(&b);
        assert_false(buf_full(&b));
        buf_release(&b);
    }
    struct buf b = BUF_INIT(10);
    assert_true(buf_add_text(&b, "12345"));
    assert_false(buf_printf(&b, "%s", "123456"));
    assert_string_equal(buf_text(&b), "12345"); /* whole pieces only */
    buf_clear(&b);
    assert_true(buf_printf(&b, "%s", "1234567890"));
    assert_null(buf_reserve(&b, 1));
    assert_null(buf_reserve(&b, SIZE_MAX));
    buf_release(&b);
}

static void reserved_room_can_be_written(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(5000);
    for (size_t n = 1; n < 90; n++) {
        char *at = buf_reserve(&b, n);
        assert_non_null(at);
        assert_ptr_equal(at, b.p + b.n);
        memset(at, 'a', n + 1); /* with room for the NUL */
        b.n += n;
        b.p[b.n] = '\0';
    }
    assert_int_equal(strlen(b.p), 89 * 90 / 2);
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_grows_and_ends_in_nul),
        cmocka_unit_test(it_stops_at_its_maximum),
        cmocka_unit_test(reserved_room_can_be_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
