/* Forms with files. */
#include "net/multipart.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka needs those first */
#include <cmocka.h>

#include "base/buf.h"
#include "base/limits.h"

#define TYPE "multipart/form-data; boundary=x1"
#define PART(head, content) "--x1\r\nContent-Disposition: form-data; " head "\r\n\r\n" content "\r\n"
#define END "--x1--\r\n"

static void forms(void **state)
{
    static const struct {
        const char *type, *body;
        int count; /* -1: refused */
    } cases[] = {
        {TYPE, END, 0},
        {TYPE, "--x1--", 0},
        {TYPE, PART("name=\"a\"", "1") END, 1},
        {TYPE, PART("name=a", "1") PART("name=\"b\"; filename=\"\"", "") END, 2},
        {"multipart/form-data; charset=utf-8; boundary=\"x1\"", PART("name=\"a\"", "1") END, 1},
        {"Multipart/Form-Data; Boundary=x1", PART("NAME=\"a\"", "1") END, 1},
        {TYPE, "", -1},
        {TYPE, "--x1", -1},
        {TYPE, "x--x1--", -1},
        {TYPE, PART("name=\"a\"", "1"), -1},
        {TYPE, PART("filename=\"a\"", "1") END, -1},
        {TYPE, PART("name=\"a", "1") END, -1},
        {TYPE, PART("name=\"a\"", "1") END "more", -1},
        {TYPE, PART("name=\"a\"\r\nContent-Disposition: form-data; name=\"b\"", "1") END, -1},
        {TYPE, PART("name=\"a\"\r\nContent-Transfer-Encoding: base64", "MQ==") END, -1},
        {TYPE, "--x1\nContent-Disposition: form-data; name=a\n\n1\n--x1--\n", -1},
        {"multipart/form-data", PART("name=\"a\"", "1") END, -1},
        {"multipart/form-data; boundary=", PART("name=\"a\"", "1") END, -1},
        {"multipart/mixed; boundary=x1", PART("name=\"a\"", "1") END, -1},
        {"multipart/form-data2; boundary=x1", PART("name=\"a\"", "1") END, -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena a = {0};
        const struct multipart_part *parts = NULL;
        size_t count = 0;
        bool good = multipart_read(&a, cases[i].type, str_of(cases[i].body), &parts, &count);
        if (good != (cases[i].count >= 0) || (good && count != (size_t)cases[i].count))
            fail_msg("case %zu: %d, %zu parts", i, good, count);
        arena_release(&a);
    }
}

static void values(void **state)
{
    static const char body[] =
        PART("name=\"f\"", "a=b&c\r\n") PART("filename=\"x;y%22.xml\"; name=\"g\"\r\nContent-Type: "
                                             "text/xml",
                                             "<a>--x1</a>\r\n--x") END;
    struct arena a = {0};
    const struct multipart_part *parts = NULL;
    size_t count = 0;
    (void)state;
    assert_true(multipart_read(&a, TYPE, str_of(body), &parts, &count));
    assert_int_equal(count, 2);
    assert_true(str_is(parts[0].name, "f") && !parts[0].is_file && str_is(parts[0].bytes, "a=b&c\r\n"));
    assert_true(str_is(parts[1].name, "g") && parts[1].is_file && str_is(parts[1].file, "x;y%22.xml"));
    assert_true(str_is(parts[1].bytes, "<a>--x1</a>\r\n--x"));
    arena_release(&a);
}

static void many(void **state)
{
    struct arena a = {0};
    struct buf body = BUF_INIT(1u << 20);
    const struct multipart_part *parts = NULL;
    size_t count = 0;
    (void)state;
    for (int i = 0; i < LIMIT_MULTIPART_PARTS; i++)
        buf_add_text(&body, PART("name=\"a\"", "1"));
    size_t most = body.n;
    buf_add_text(&body, END);
    assert_true(multipart_read(&a, TYPE, buf_str(&body), &parts, &count));
    assert_int_equal(count, LIMIT_MULTIPART_PARTS);
    body.n = most;
    buf_add_text(&body, PART("name=\"a\"", "1") END);
    assert_false(multipart_read(&a, TYPE, buf_str(&body), &parts, &count));
    buf_release(&body);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(forms), cmocka_unit_test(values), cmocka_unit_test(many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
