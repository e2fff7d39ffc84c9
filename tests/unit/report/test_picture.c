#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/module.h"
#include "report/picture.h"
#include "sample.h"

static unsigned big_endian(const char *p)
{
    unsigned n = 0;
    for (int i = 0; i < 4; i++)
        n = n << 8 | (unsigned char)p[i];
    return n;
}

/* 2400 pixels wide, within the limits, eight bits, without transparency. */
static unsigned check_png(const struct buf *png)
{
    assert_true(png->n > 100);
    assert_memory_equal(png->p, "\x89PNG\r\n\x1a\n", 8);
    unsigned width = big_endian(png->p + 16), height = big_endian(png->p + 20);
    assert_int_equal(width, 2400);
    assert_true(height > 100 && height <= 32000 && (size_t)width * height <= LIMIT_PICTURE_PIXELS);
    assert_int_equal(png->p[24], 8);
    assert_true(png->p[25] == 2 || png->p[25] == 3); /* RGB or a palette */
    assert_null(memmem(png->p, png->n, "tRNS", 4));
    return height;
}

static void test_every_table(void **state)
{
    (void)state;
    static const char *const scenarios[] = {"demo", "empty", "hostile"};
    for (size_t s = 0; s < 3; s++) {
        for (int t = 0; t < REPORT_TABLES; t++) {
            struct arena a = {0};
            struct err e = {0};
            struct buf one = BUF_INIT(LIMIT_MAIL_BYTES), two = BUF_INIT(LIMIT_MAIL_BYTES);
            const struct report *r = sample_report(&a, scenarios[s], LANG_CA);
            assert_true(report_table_png(r, (enum report_table)t, &one, &e));
            assert_true(report_table_png(r, (enum report_table)t, &two, &e));
            check_png(&one);
            assert_int_equal(one.n, two.n);
            assert_memory_equal(one.p, two.p, one.n);
            buf_release(&one);
            buf_release(&two);
            arena_release(&a);
        }
    }
}

/* A table that is too tall comes in parts: each row in exactly one of them. */
static void test_tall_table_is_split(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    const struct report *r = sample_report(&a, "many", LANG_CA);
    size_t first = 0, parts = 0;
    while (first < r->certificate_count) {
        struct buf png = BUF_INIT(LIMIT_MAIL_BYTES);
        size_t next = 0;
        assert_true(report_table_png_part(r, REPORT_CERTIFICATES, first, &next, &png, &e));
        assert_true(next > first);
        check_png(&png);
        buf_release(&png);
        first = next;
        parts++;
    }
    assert_int_equal(first, r->certificate_count);
    assert_true(parts > 1);
    struct buf png = BUF_INIT(LIMIT_MAIL_BYTES);
    assert_true(report_table_png(r, REPORT_CERTIFICATES, &png, &e));
    check_png(&png);
    buf_release(&png);
    arena_release(&a);
}

/* One row taller than any picture is cut, not refused. */
static void test_one_enormous_row(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    struct report r = *sample_report(&a, "demo", LANG_CA);
    struct buf text = BUF_INIT(1u << 20);
    for (int i = 0; i < 3000; i++)
        buf_printf(&text, "20/11/2026: line %d\n", i);
    struct report_ko_row ko = r.ko[0];
    ko.actions = buf_text(&text);
    r.ko = &ko;
    r.ko_count = 1;
    struct buf png = BUF_INIT(LIMIT_MAIL_BYTES);
    size_t next = 0;
    assert_true(report_table_png_part(&r, REPORT_KO, 0, &next, &png, &e));
    assert_int_equal(next, 1);
    check_png(&png);
    buf_release(&png);
    buf_release(&text);
    arena_release(&a);
}

static void test_full_buffer(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    struct buf png = BUF_INIT(1000);
    assert_false(report_table_png(sample_report(&a, "demo", LANG_CA), REPORT_KO, &png, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_int_equal(png.n, 0);
    buf_release(&png);
    arena_release(&a);
}

int main(void)
{
    struct arena a = {0};
    const char *build = getenv("TALAIA_TEST_BUILD");
    module_init(arena_printf(&a, "%s/src/report", build == NULL ? "." : build));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_table),
        cmocka_unit_test(test_tall_table_is_split),
        cmocka_unit_test(test_one_enormous_row),
        cmocka_unit_test(test_full_buffer),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&a);
    return failed;
}
