#include "core/comment.h"

#include "sample.h"

static struct arena arena;

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void a_line_is_added_at_the_end(void **state)
{
    (void)state;
    day_t d = day_text("2026-11-20");
    static const struct {
        const char *comment, *text, *wanted;
    } cases[] = {
        {"", "Avís enviat", "20/11/2026: Avís enviat"},
        {NULL, "Avís enviat", "20/11/2026: Avís enviat"},
        {"  \n ", "Avís enviat", "20/11/2026: Avís enviat"},
        {"1/10/2026: trucat", "Avís enviat", "1/10/2026: trucat\n20/11/2026: Avís enviat"},
        {"1/10/2026: trucat\r\n", "Avís", "1/10/2026: trucat\n20/11/2026: Avís"},
        {"una\rdues", "tres", "una\ndues\n20/11/2026: tres"},
        {"una", "dues\nlínies\r\n i espais  ", "una\n20/11/2026: dues línies i espais"},
        {"una", "\x1b[31mroig\x07", "una\n20/11/2026: [31mroig"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(comment_add_line(&arena, cases[i].comment, d, cases[i].text), cases[i].wanted);
}

static void merges(void **state)
{
    (void)state;
    static const struct {
        const char *base, *ours, *theirs;
        enum merge merge;
        const char *kept;
    } cases[] = {
        /* nobody, or only we, changed it */
        {"", "", "", MERGE_NOTHING, ""},
        {"a", "a", "a", MERGE_NOTHING, "a"},
        {"a", "a\nb", "a", MERGE_NOTHING, "a\nb"},
        {"a", "x", "a", MERGE_NOTHING, "x"},
        {"a", "", "a", MERGE_NOTHING, ""},
        {"a", "b", "b", MERGE_NOTHING, "b"}, /* both to the same */
        {"", "a", "", MERGE_NOTHING, "a"},
        /* only white space and line ends differ */
        {"a b\nc", "a b\nc", "a  b\r\nc \n", MERGE_NOTHING, "a b\nc"},
        {"a b", "a b\nc", " a\tb ", MERGE_NOTHING, "a b\nc"},
        {"a", "a\nb", "a\rb", MERGE_NOTHING, "a\nb"},
        {"a\n\nb", "a\nb", "a\nb\nc", MERGE_TAKE, "a\nb\nc"},
        /* only they changed it */
        {"a", "a", "b", MERGE_TAKE, "b"},
        {"a", "a", "", MERGE_TAKE, ""}, /* they emptied it */
        {"", "", "nou", MERGE_TAKE, "nou"},
        {"a\nb", "a\nb", "a\nX\nb", MERGE_TAKE, "a\nX\nb"},
        {"a\nb", "a\nb", "b", MERGE_TAKE, "b"},
        {"a", "a", "b\r\nc", MERGE_TAKE, "b\nc"},
        /* we added lines, they edited */
        {"a", "a\nnou", "a corregit", MERGE_JOINED, "a corregit\nnou"},
        {"a", "a\nnou\nmés", "A", MERGE_JOINED, "A\nnou\nmés"},
        {"a", "a\nnou", "a\nseu", MERGE_JOINED, "a\nseu\nnou"},
        {"a", "a\nnou", "", MERGE_JOINED, "nou"},
        {"", "nostre", "seu", MERGE_JOINED, "seu\nnostre"},
        {"a\nb", "a\nb\nc", "b", MERGE_JOINED, "b\nc"},
        {"a", "a\na", "a b", MERGE_JOINED, "a b\na"}, /* the same line again is a line */
        {"a", "a\nnou\nmés", "a!\nnou", MERGE_JOINED, "a!\nnou\nmés"},
        /* they already have what we added */
        {"a", "a\nnou", "a\nnou\nseu", MERGE_TAKE, "a\nnou\nseu"},
        {"a", "a\nnou", "seu\na\nnou", MERGE_TAKE, "seu\na\nnou"},
        /* a person decides */
        {"a", "b", "c", MERGE_CONFLICT, "b"},
        {"a\nb", "a!\nb", "a\nb!", MERGE_CONFLICT, "a!\nb"},
        {"a", "", "b", MERGE_CONFLICT, ""},
        {"a", "b", "", MERGE_CONFLICT, "b"},
        {"a", "ab", "b", MERGE_CONFLICT, "ab"},        /* a longer word is not an added line */
        {"a\nb", "a", "a\nb\nc", MERGE_CONFLICT, "a"}, /* we took a line away */
        {"a\nb", "a\nX\nb", "a", MERGE_CONFLICT, "a\nX\nb"},
        /* what the workbook held is not known */
        {NULL, "a", "a", MERGE_NOTHING, "a"},
        {NULL, "a", " a ", MERGE_NOTHING, "a"},
        {NULL, "", "", MERGE_NOTHING, ""},
        {NULL, "a", "", MERGE_NOTHING, "a"},
        {NULL, "", "a", MERGE_TAKE, "a"},
        {NULL, "a", "a\nb", MERGE_TAKE, "a\nb"},
        {NULL, "b", "a\nb\nc", MERGE_TAKE, "a\nb\nc"},
        {NULL, "a\nb", "a", MERGE_NOTHING, "a\nb"},
        {NULL, "a\nb", "b", MERGE_NOTHING, "a\nb"},
        {NULL, "a\nb", "a\nc", MERGE_CONFLICT, "a\nb"},
        {NULL, "Falten 5", "Falten 50", MERGE_CONFLICT, "Falten 5"}, /* whole words only */
        {NULL, "a", "b", MERGE_CONFLICT, "a"},
        {NULL, NULL, NULL, MERGE_NOTHING, ""},
        {"a", NULL, "a", MERGE_NOTHING, ""},
        {NULL, NULL, "a", MERGE_TAKE, "a"},
        {"a", "a", NULL, MERGE_TAKE, ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *kept = NULL;
        enum merge m = comment_merge(&arena, cases[i].base, cases[i].ours, cases[i].theirs, &kept);
        if (m != cases[i].merge || strcmp(kept, cases[i].kept) != 0)
            fail_msg("case %zu: %d \"%s\"", i, (int)m, kept);
    }
}

static bool has_line(const char *text, struct str line)
{
    struct str rest = str_of(text), each;
    while (str_split(&rest, '\n', &each)) {
        if (str_equal(each, line))
            return true;
    }
    return false;
}

/* Whatever was written, a merge that is no conflict loses no line of the side that changed, and merging the result
 * again changes nothing. */
static void no_merge_loses_a_line(void **state)
{
    (void)state;
    static const char *const words[] = {"a", "b", "c", "1/1/2026: d"};
    uint32_t random = 5;
    for (int round = 0; round < 20000; round++) {
        char texts[3][64];
        for (int t = 0; t < 3; t++) {
            texts[t][0] = '\0';
            size_t n = 0;
            random = random * 1664525u + 1013904223u;
            for (uint32_t lines = random >> 30; lines > 0; lines--) {
                random = random * 1664525u + 1013904223u;
                n +=
                    (size_t)snprintf(texts[t] + n, sizeof texts[t] - n, "%s%s", n > 0 ? "\n" : "", words[random >> 30]);
            }
        }
        const char *kept = NULL;
        enum merge m = comment_merge(&arena, texts[0], texts[1], texts[2], &kept);
        if (m == MERGE_NOTHING || m == MERGE_CONFLICT)
            assert_string_equal(kept, texts[1]);
        if (m == MERGE_TAKE)
            assert_string_equal(kept, texts[2]);
        if (m == MERGE_NOTHING)
            assert_true(strcmp(texts[2], texts[0]) == 0 || strcmp(texts[2], texts[1]) == 0);
        if (m == MERGE_JOINED) {
            struct str rest = str_of(texts[2]), line;
            assert_true(str_starts(str_of(kept), texts[2]));
            assert_true(str_starts(str_of(texts[1]), texts[0]));
            rest = str_of(texts[1] + strlen(texts[0]));
            while (str_split(&rest, '\n', &line))
                assert_true(line.n == 0 || has_line(kept, line));
        }
        if (m != MERGE_CONFLICT) {
            const char *again = NULL;
            assert_int_equal(comment_merge(&arena, kept, kept, kept, &again), MERGE_NOTHING);
            assert_string_equal(again, kept);
        }
        arena_reset(&arena);
    }
}

static void a_line_is_replaced_where_it_stands_whole(void **state)
{
    static const struct {
        const char *comment, *old, *now, *expected;
        bool found;
    } cases[] = {
        {"01/11/2026: a\n02/11/2026: b", "a", "c", "05/11/2026: c\n02/11/2026: b", true},
        {"01/11/2026: a\n02/11/2026: b", "b", "c", "01/11/2026: a\n02/11/2026: b", false},
        {"01/11/2026: a and more", "a", "c", "01/11/2026: a and more", false},
        {"01/11/2026: a", "a", NULL, "", true},
        {"x\n01/11/2026: a\ny", "a", NULL, "x\ny", true},
        {"01/11/2026: a\n01/11/2026: a", "a", "b", "05/11/2026: b\n05/11/2026: b", true},
        {"", "a", "b", "", false},
        {"01/11/2026: two lines", "two\nlines", "one\ntwo", "05/11/2026: one two", true},
    };
    day_t then = day_from_civil(2026, 11, 1), now = day_from_civil(2026, 11, 5);
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool found = !cases[i].found;
        const char *text =
            comment_replace_line(&arena, cases[i].comment, then, cases[i].old, now, cases[i].now, &found);
        assert_string_equal(text, cases[i].expected);
        assert_int_equal(found, cases[i].found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_added_at_the_end),
        cmocka_unit_test(a_line_is_replaced_where_it_stands_whole),
        cmocka_unit_test(merges),
        cmocka_unit_test(no_merge_loses_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
