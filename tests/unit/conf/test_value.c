/* Types that no key of talaia.yaml has yet, and the words of suggestions. */
#include "conf/value.h"

#include "sample.h"

static const struct config_key_info flag = {.key = "a.flag", .type = CONFIG_BOOL};
static const struct config_key_info list = {.key = "a.list", .type = CONFIG_LIST};

/* Reads `a:` of the text with that key; the findings in `found`. */
static bool read_one(struct arena *a, const char *text, const struct config_key_info *key, struct value *ret,
                     struct buf *found)
{
    struct finder f = {.lang = LANG_EN, .code = ERR_CONFIG};
    bool complete;
    const struct node *nodes[1] = {NULL};
    keys_find(&f, tree_read(a, str_of(text), &f, &complete), "", key, 1, nodes);
    bool good = nodes[0] != NULL && value_read(&f, a, key, nodes[0], ret);
    findings_text(&f.found, found);
    config_findings_release(&f.found);
    return good;
}

static void booleans(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good, value;
    } cases[] = {
        {"a: {flag: true}", true, true}, {"a: {flag: Yes}", true, true},  {"a: {flag: 'false'}", true, false},
        {"a: {flag: no}", true, false},  {"a: {flag: sí}", false, false}, {"a: {flag: 1}", false, false},
    };
    struct arena a = {0};
    struct buf found = BUF_INIT(10000);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct value v = {.flag = !cases[i].value};
        assert_int_equal(read_one(&a, cases[i].text, &flag, &v, &found), cases[i].good);
        assert_int_equal(v.flag, cases[i].good ? cases[i].value : !cases[i].value);
        assert_int_equal(found.n > 0, !cases[i].good);
    }
    assert_string_equal(buf_text(&found), "1:11 a.flag must be true or false, not '1'\n");
    buf_release(&found);
    arena_release(&a);
}

static void lists(void **state)
{
    (void)state;
    struct arena a = {0};
    struct buf found = BUF_INIT(10000);
    struct value v = {0};
    assert_true(read_one(&a, "a:\n  list:\n    - one\n    - two, three\n", &list, &v, &found));
    assert_int_equal(v.count, 2);
    assert_string_equal(v.items[1], "two, three");
    assert_true(read_one(&a, "a: {list: 'one, alone'}", &list, &v, &found));
    assert_int_equal(v.count, 1);
    assert_string_equal(v.items[0], "one, alone");
    assert_true(read_one(&a, "a: {list: []}", &list, &v, &found));
    assert_int_equal(v.count, 0);
    assert_false(read_one(&a, "a: {list: [one, [two], {three: 3}]}", &list, &v, &found));
    assert_string_equal(buf_text(&found), "1:17 a.list takes one value, not a list\n"
                                          "1:24 a.list takes one value, not a group of keys\n");
    assert_false(read_one(&a, "a: {list: {b: c}}", &list, &v, &found));
    buf_release(&found);
    arena_release(&a);
}

static void lists_after_set_are_separated_by_commas(void **state)
{
    (void)state;
    struct arena a = {0};
    struct finder f = {.lang = LANG_EN, .code = ERR_CONFIG};
    struct value v;
    assert_true(value_read_text(&f, &a, &list, "10.0.0.0/8 , 192.168.0.0/16,", &v));
    assert_int_equal(v.count, 2);
    assert_string_equal(v.items[0], "10.0.0.0/8");
    assert_string_equal(v.items[1], "192.168.0.0/16");
    assert_true(value_read_text(&f, &a, &list, "", &v));
    assert_int_equal(v.count, 0);
    assert_int_equal(f.found.count, 0);
    arena_release(&a);
}

static void suggestions_forgive_little(void **state)
{
    (void)state;
    static const struct {
        const char *word, *words, *nearest;
    } cases[] = {
        {"mounday", "monday friday", "monday"},
        {"Friday", "monday friday", "friday"},
        {"tuesday", "monday friday", NULL},
        {"to", "cc from", NULL},
        {"too", "cc to", "to"},
        {"pair_gapdays", "pair_gap_days", "pair_gap_days"},
        {"", "a b", NULL},
        {"x", "", NULL},
    };
    struct arena a = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *nearest = word_nearest(&a, cases[i].word, cases[i].words);
        if (cases[i].nearest == NULL ? nearest != NULL : nearest == NULL || strcmp(nearest, cases[i].nearest) != 0)
            fail_msg("%s among %s: %s", cases[i].word, cases[i].words, nearest == NULL ? "none" : nearest);
    }
    assert_int_equal(word_index("c", "a b c"), 2);
    assert_int_equal(word_index("ab", "a b c"), -1);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(booleans),
        cmocka_unit_test(lists),
        cmocka_unit_test(lists_after_set_are_separated_by_commas),
        cmocka_unit_test(suggestions_forgive_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
