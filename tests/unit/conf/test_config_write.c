/* The sample and the documentation come from the same table as the loader: here they are read back. */
#include "base/text.h"
#include "conf/config.h"

#include "sample.h"

static struct config *load(struct str text)
{
    struct err e = {.lang = LANG_EN};
    struct config *c = NULL;
    if (!config_load_text(text, "sample.yaml", NULL, 0, &c, NULL, &e))
        fail_msg("%s\nin\n%.*s", e.log, STR_ARG(text));
    return c;
}

/* As a person does who takes every # before a key away ("#key" and what follows a folded value). */
static void uncomment(struct str text, struct buf *to)
{
    struct str line;
    while (str_split(&text, '\n', &line)) {
        size_t spaces = 0;
        while (spaces < line.n && line.p[spaces] == ' ')
            spaces++;
        bool commented = spaces + 1 < line.n && line.p[spaces] == '#';
        char after = commented ? line.p[spaces + 1] : '\0';
        bool folded = commented && after == ' ' && spaces + 2 < line.n && line.p[spaces + 2] == ' ';
        if (commented && ((after >= 'a' && after <= 'z') || folded)) {
            buf_add(to, line.p, spaces);
            line = str_part(line.p + spaces + 1, line.n - spaces - 1);
        }
        buf_add_str(to, line);
        buf_add_char(to, '\n');
    }
}

static void a_sample_without_settings_says_the_defaults(void **state)
{
    (void)state;
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        struct err e = {.lang = LANG_EN};
        struct buf text = BUF_INIT(100000), active = BUF_INIT(100000);
        assert_true(config_write_sample(&text, (enum lang)lang, NULL, 0, &e));
        struct config *c = load(buf_str(&text));
        for (enum config_key k = 0; k < KEY_COUNT; k++)
            assert_string_equal(config_source(c, k), "default");
        config_free(c);

        uncomment(buf_str(&text), &active);
        struct config *defaults = NULL;
        assert_true(config_load(NULL, NULL, 0, &defaults, NULL, &e));
        c = load(buf_str(&active));
        for (enum config_key k = 0; k < KEY_COUNT; k++) {
            assert_true(str_starts(str_of(config_source(c, k)), "sample.yaml:"));
            assert_string_equal(config_text(c, k), config_text(defaults, k));
        }
        config_free(c);
        config_free(defaults);
        buf_release(&text);
        buf_release(&active);
    }
}

static void settings_come_back_as_they_were(void **state)
{
    (void)state;
    static const struct {
        enum config_key key;
        const char *set, *value;
    } cases[] = {
        {KEY_STORE_URL, "store.url=postgresql://u@h:5432/d", "postgresql://u@h:5432/d"},
        {KEY_STORE_URL, "store.url=sqlite:C'era una volta #1: x", "sqlite:C'era una volta #1: x"},
        {KEY_REPORT_DIR, "report.dir=~", "~"},
        {KEY_REPORT_DIR, "report.dir=null", "null"},
        {KEY_REPORT_DIR, "report.dir=- no: és\t{una} [llista] & *res* !a|>'\"%@`",
         "- no: és\t{una} [llista] & *res* !a|>'\"%@`"},
        {KEY_REPORT_DIR, "report.dir=a:", "a:"},
        {KEY_REPORT_DIR, "report.dir=", ""},
        {KEY_REPORT_DIR, "report.dir= spaces ", " spaces "},
        {KEY_REGISTRY_SECONDS, "registry.seconds=15", "15"},
        {KEY_IMPORT_MAX_LOSS, "import.max_loss=5%", "5%"},
        {KEY_REGISTRY_QUERY,
         "registry.query=SELECT a, 'x: # y' FROM b WHERE c = 'a much longer query than one line of a screen can show "
         "at "
         "all' AND d = '- e'",
         "SELECT a, 'x: # y' FROM b WHERE c = 'a much longer query than one line of a screen can show at all' AND d = "
         "'- e'"},
        {KEY_REGISTRY_QUERY,
         "registry.query=SELECT  two  spaces, in a query that is also longer than one line of a screen can show, so "
         "fold?",
         "SELECT  two  spaces, in a query that is also longer than one line of a screen can show, so fold?"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct err e = {.lang = LANG_EN};
        struct buf text = BUF_INIT(100000);
        assert_true(config_write_sample(&text, LANG_CA, &cases[i].set, 1, &e));
        struct config *c = load(buf_str(&text));
        assert_string_equal(config_text(c, cases[i].key), cases[i].value);
        for (enum config_key k = 0; k < KEY_COUNT; k++)
            assert_int_equal(strcmp(config_source(c, k), "default") == 0, k != cases[i].key);
        config_free(c);
        buf_release(&text);
    }
}

static void wrong_settings_write_nothing(void **state)
{
    (void)state;
    static const char *const sets[] = {"langage=ca", "language=cat", "store.url=x", "profile"};
    for (size_t i = 0; i < COUNT(sets); i++) {
        struct err e = {.lang = LANG_EN};
        struct buf text = BUF_INIT(100000);
        assert_false(config_write_sample(&text, LANG_CA, &sets[i], 1, &e));
        assert_int_equal(e.code, ERR_CONFIG);
        assert_int_equal(text.n, 0);
        buf_release(&text);
    }
}

static void a_full_buffer_is_an_error(void **state)
{
    (void)state;
    struct err e = {.lang = LANG_EN};
    struct buf text = BUF_INIT(100);
    assert_false(config_write_sample(&text, LANG_CA, NULL, 0, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    err_clear(&e);
    buf_release(&text);
    assert_false(config_write_markdown(&text, LANG_EN, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    buf_release(&text);
}

static void comments_fit_a_screen(void **state)
{
    (void)state;
    struct err e = {.lang = LANG_EN};
    struct buf text = BUF_INIT(100000);
    assert_true(config_write_sample(&text, LANG_CA, NULL, 0, &e));
    struct str rest = buf_str(&text), line;
    while (str_split(&rest, '\n', &line)) {
        if (text_width(line) > 100)
            fail_msg("%.*s", STR_ARG(line));
        assert_false(str_ends(line, " "));
    }
    for (enum config_key k = 0; k < KEY_COUNT; k++) {
        const char *dot = strrchr(config_key_info(k)->key, '.');
        struct arena a = {0};
        assert_non_null(
            strstr(buf_text(&text), arena_printf(&a, "#%s:", dot == NULL ? config_key_info(k)->key : dot + 1)));
        arena_release(&a);
    }
    buf_release(&text);
}

static void the_page_of_the_documentation_is_the_committed_one(void **state)
{
    (void)state;
    struct err e = {.lang = LANG_EN};
    struct arena a = {0};
    struct buf made = BUF_INIT(100000), committed = BUF_INIT(100000);
    assert_true(config_write_markdown(&made, LANG_EN, &e));
    const char *path = path_join(&a, source_dir(), "docs/configuration.md");
    if (!file_read(path, &committed, &e))
        fail_msg("%s", e.log);
    if (strcmp(buf_text(&made), buf_text(&committed)) != 0) {
        text_write("configuration.md.expected", buf_text(&made));
        fail_msg("docs/configuration.md is not what the keys say; see configuration.md.expected here");
    }
    for (enum config_key k = 0; k < KEY_COUNT; k++)
        assert_non_null(strstr(buf_text(&made), arena_printf(&a, "| `%s` | ", config_key_info(k)->key)));
    buf_release(&made);
    buf_release(&committed);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sample_without_settings_says_the_defaults),
        cmocka_unit_test(settings_come_back_as_they_were),
        cmocka_unit_test(wrong_settings_write_nothing),
        cmocka_unit_test(a_full_buffer_is_an_error),
        cmocka_unit_test(comments_fit_a_screen),
        cmocka_unit_test(the_page_of_the_documentation_is_the_committed_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
