/* Hostile YAML: what makes other readers hang, swell or fall. */
#include "conf/tree.h"

#include <time.h>

#include "sample.h"

/* Reads; the findings as lines. */
static bool read_all(struct str text, struct buf *found)
{
    struct arena a = {0};
    struct finder f = {.lang = LANG_EN, .code = ERR_CONFIG};
    bool complete = true;
    const struct node *root = tree_read(&a, text, &f, &complete);
    assert_int_equal(root->kind, NODE_MAP);
    findings_sort(&f.found);
    findings_text(&f.found, found);
    config_findings_release(&f.found);
    arena_release(&a);
    return complete;
}

static void positions_are_those_of_a_text_editor(void **state)
{
    (void)state;
    struct arena a = {0};
    struct finder f = {.lang = LANG_EN, .code = ERR_CONFIG};
    bool complete;
    const struct node *root =
        tree_read(&a, str_of("a: 1\nçà:\n  - x\n  - {é: ü}\nn: ~\nq: '~'\nlong: >-\n  one\n  two\n"), &f, &complete);
    assert_true(complete);
    assert_int_equal(f.found.count, 0);
    assert_int_equal(root->count, 5);
    const struct node *list = node_child(root, "çà");
    assert_int_equal(list->kind, NODE_LIST);
    assert_int_equal(list->key_line, 2);
    assert_int_equal(list->key_column, 1);
    assert_int_equal(list->first->line, 3);
    assert_int_equal(list->first->column, 5);
    const struct node *deep = node_child(list->first->next, "é");
    assert_string_equal(deep->text, "ü");
    assert_int_equal(deep->line, 4);
    assert_int_equal(deep->column, 9);
    assert_int_equal(node_child(root, "n")->kind, NODE_NONE);
    assert_string_equal(node_child(root, "q")->text, "~");
    assert_string_equal(node_child(root, "long")->text, "one two");
    assert_null(node_child(root, "b"));
    arena_release(&a);
}

static void an_empty_file_is_an_empty_map(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "\n\n", "# only a comment\n", "---\n", "\xef\xbb\xbf", "~\n", "{}"};
    struct buf found = BUF_INIT(10000);
    for (size_t i = 0; i < COUNT(texts); i++) {
        assert_true(read_all(str_of(texts[i]), &found));
        assert_string_equal(buf_text(&found), "");
    }
    buf_release(&found);
}

static void a_billion_laughs_are_refused(void **state)
{
    (void)state;
    struct buf text = BUF_INIT(10000), found = BUF_INIT(100000);
    buf_add_text(&text, "a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for (char c = 'b'; c <= 'i'; c++) {
        buf_printf(&text, "%c: &%c [", c, c);
        for (int i = 0; i < 9; i++)
            buf_printf(&text, "%s*%c", i > 0 ? ", " : "", c - 1);
        buf_add_text(&text, "]\n");
    }
    assert_true(read_all(buf_str(&text), &found));
    assert_non_null(strstr(buf_text(&found), "1:4 anchors (&name) are not used here; write the value out\n"));
    assert_non_null(strstr(buf_text(&found), "9:8 aliases (*name) are not used here; write the value out\n"));
    buf_release(&text);
    buf_release(&found);
}

static void nesting_has_an_end(void **state)
{
    (void)state;
    static const struct {
        const char *open;
        const char *expected;
    } cases[] = {
        {"[", "1:20 more than 16 levels of nesting\n"},
        {"{a: ", "1:65 more than 16 levels of nesting\n"},
        {"- ", NULL},
        {"? ", NULL},
        {"a:\n ", NULL},
        {"{", NULL},
        {"[[", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf text = BUF_INIT(LIMIT_CONFIG_BYTES), found = BUF_INIT(100000);
        buf_add_text(&text, i < 2 ? "a: " : "");
        while (text.n + 10 < 400000)
            buf_add_text(&text, cases[i].open);
        clock_t start = clock();
        assert_false(read_all(buf_str(&text), &found));
        assert_true(found.n > 0);
        assert_true((clock() - start) / CLOCKS_PER_SEC < 5);
        if (cases[i].expected != NULL)
            assert_non_null(strstr(buf_text(&found), "more than 16 levels of nesting\n"));
        buf_release(&text);
        buf_release(&found);
    }
}

static void size_and_number_have_an_end(void **state)
{
    (void)state;
    struct buf text = BUF_INIT(4u << 20), found = BUF_INIT(100000);
    while (text.n <= 3u << 20)
        buf_add_text(&text, "# three megabytes of comment\n");
    assert_false(read_all(buf_str(&text), &found));
    assert_string_equal(buf_text(&found), "1:1 the file is larger than 2097152 bytes\n");

    buf_clear(&text);
    for (int i = 0; i < 80000; i++)
        buf_printf(&text, "k%d: %d\n", i, i);
    clock_t start = clock();
    assert_false(read_all(buf_str(&text), &found));
    assert_non_null(strstr(buf_text(&found), "more than 150000 keys and values\n"));
    assert_true((clock() - start) / CLOCKS_PER_SEC < 10);
    buf_clear(&text); /* thousands of keys in one map, and the one that is there twice */
    for (int i = 0; i < 5000; i++)
        buf_printf(&text, "k%d: %d\n", i, i);
    buf_add_text(&text, "k17: 1\n");
    (void)read_all(buf_str(&text), &found);
    assert_string_equal(buf_text(&found), "5001:1 k17 is already on line 18; keep one of them\n");

    buf_clear(&text); /* one value of nearly the whole size is fine */
    buf_add_text(&text, "a: \"");
    while (text.n < LIMIT_CONFIG_BYTES - 2)
        buf_add_char(&text, 'x');
    buf_add_text(&text, "\"");
    assert_true(read_all(buf_str(&text), &found));
    assert_string_equal(buf_text(&found), "");
    buf_release(&text);
    buf_release(&found);
}

static void nul_and_other_encodings_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        const char *expected;
    } cases[] = {
        {"a: b\0c\n", 7, "1:5 the control character U+0000 may not stand here; delete it\n"},
        {"\0", 1, "1:1 the control character U+0000 may not stand here; delete it\n"},
        {"a: pr\xf2\n", 7, "1:6 the byte 0xF2 is not UTF-8; save the file with encoding UTF-8\n"},
        {"\xfe\xff\0a", 4, "1:1 the byte 0xFE is not UTF-8; save the file with encoding UTF-8\n"},
        {"a\0:\0 \0b\0", 8, "1:2 the control character U+0000 may not stand here; delete it\n"},
        {"a: \xed\xa0\x80\n", 7, "1:4 the byte 0xED is not UTF-8; save the file with encoding UTF-8\n"},
        {"a: \xc0\xaf\n", 6, "1:4 the byte 0xC0 is not UTF-8; save the file with encoding UTF-8\n"},
        {"a: \xc2\x85\n", 6, "1:4 the control character U+0085 may not stand here; delete it\n"},
        {"a: \xef\xbb\xbf\n", 7, "1:4 the control character U+FEFF may not stand here; delete it\n"},
    };
    struct buf found = BUF_INIT(10000);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_false(read_all(str_part(cases[i].bytes, cases[i].n), &found));
        assert_string_equal(buf_text(&found), cases[i].expected);
    }
    buf_release(&found);
}

static void truncation_anywhere_is_survived(void **state)
{
    (void)state;
    static const char text[] = "a: {b: [c, \"d\\u00e9\"], 'e': |\n  x\n}\nf:\n  - g\n  - >-\n    h\n? i\n: j\n# é\n";
    struct buf found = BUF_INIT(10000);
    for (size_t n = 0; n < sizeof text; n++) {
        char *copy = mem_alloc(n + 1, 1); /* of that size exactly, so that a read beyond it is seen */
        memcpy(copy, text, n);
        bool complete = read_all(str_part(copy, n), &found);
        assert_true(complete || found.n > 0);
        mem_free(copy);
    }
    buf_release(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(positions_are_those_of_a_text_editor), cmocka_unit_test(an_empty_file_is_an_empty_map),
        cmocka_unit_test(a_billion_laughs_are_refused),         cmocka_unit_test(nesting_has_an_end),
        cmocka_unit_test(size_and_number_have_an_end),          cmocka_unit_test(nul_and_other_encodings_are_refused),
        cmocka_unit_test(truncation_anywhere_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
