#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "draw/wrap.h"

static void test_lines(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int width;
        bool hard;
        const char *lines; /* joined by | */
    } rows[] = {
        {"", 10, false, ""},
        {"curt", 10, false, "curt"},
        {"un dos tres quatre", 8, false, "un dos|tres|quatre"},
        {"un dos", 6, false, "un dos"},
        {"un  dos", 2, false, "un|dos"},
        {"a\nb\n\nc", 10, false, "a|b||c"},
        {"a\n", 10, false, "a|"},
        {"https://example.cat/molt/llarg x", 10, false, "https://example.cat/molt/llarg|x"},
        {"abcdefghij", 4, true, "abcd|efgh|ij"},
        {"a abcdefghij", 4, true, "a|abcd|efgh|ij"},
        {"àèìòù çñ", 5, false, "àèìòù|çñ"},
        {"界界界", 4, true, "界界|界"}, /* two columns each */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf b = BUF_INIT(1024);
        struct str rest = str_of(rows[i].text), line;
        for (bool first = true; wrap_next(&rest, rows[i].width, rows[i].hard, &line); first = false) {
            if (!first)
                buf_add_char(&b, '|');
            buf_add_str(&b, line);
        }
        assert_string_equal(buf_text(&b), rows[i].lines);
        buf_release(&b);
    }
}

static void test_indent(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(1024);
    assert_true(wrap_text(&b, "- ", "un dos tres\nquatre", 8));
    assert_string_equal(buf_text(&b), "- un dos\n  tres\n  quatre\n");
    buf_release(&b);
    assert_true(wrap_text(&b, "", "una línia que no es talla mai per molt llarga que sigui", 0));
    assert_string_equal(buf_text(&b), "una línia que no es talla mai per molt llarga que sigui\n");
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines), cmocka_unit_test(test_indent)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
