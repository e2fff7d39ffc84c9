#include "conf/config.h"

#include "sample.h"

/* Loads the text as talaia.yaml; the findings as lines in `to`, "" when there is none. */
static const char *load(const char *text, const char *const *set, size_t set_count, struct config **ret, struct buf *to)
{
    struct err e = {.lang = LANG_EN};
    struct config_findings all;
    bool good = config_load_text(str_of(text), "etc/talaia.yaml", set, set_count, ret, &all, &e);
    assert_int_equal(good, all.count == 0);
    assert_int_equal(good, e.code == ERR_NONE);
    findings_text(&all, to);
    config_findings_release(&all);
    return buf_text(to);
}

static void mistakes(const char *text, const char *expected)
{
    struct config *c = NULL;
    struct buf found = BUF_INIT(100000);
    load(text, NULL, 0, &c, &found);
    if (strcmp(buf_text(&found), expected) != 0)
        fail_msg("for\n%s\nexpected\n%s\nfound\n%s", text, expected, buf_text(&found));
    assert_null(c);
    buf_release(&found);
}

static void defaults_need_no_file(void **state)
{
    (void)state;
    struct err e = {.lang = LANG_EN};
    struct config *c = NULL;
    assert_true(config_load(NULL, NULL, 0, &c, NULL, &e));
    assert_string_equal(config_text(c, KEY_PROFILE), "aoc");
    assert_string_equal(config_text(c, KEY_LANGUAGE), "ca");
    assert_string_equal(config_text(c, KEY_STORE_URL), "sqlite:talaia.db");
    assert_string_equal(config_text(c, KEY_REGISTRY_DSN), "");
    assert_int_equal(config_int(c, KEY_REGISTRY_SECONDS), 120);
    assert_int_equal(config_int(c, KEY_IMPORT_MAX_LOSS), 10);
    assert_string_equal(config_source(c, KEY_PROFILE), "default");
    assert_string_equal(config_file(c), "");
    assert_string_equal(config_dir(c), ".");
    config_free(c);
    config_free(NULL);
}

static void a_file_changes_some_and_set_wins(void **state)
{
    (void)state;
    static const char text[] = "\xef\xbb\xbf# a comment\r\nlanguage: es\r\nstore:\r\n  url: \"sqlite:data/x.db\"\r\n"
                               "registry:\r\nimport: {max_loss: 25}\r\nreport:\r\n  dir: 'l''informe'\r\n";
    const char *set[] = {"registry.seconds=7", "registry.dsn=DSN=padro;UID=a=b", "registry.seconds=8", "language=en"};
    struct config *c = NULL;
    struct buf found = BUF_INIT(10000);
    assert_string_equal(load(text, set, COUNT(set), &c, &found), "");
    assert_string_equal(config_text(c, KEY_LANGUAGE), "en");
    assert_string_equal(config_source(c, KEY_LANGUAGE), "--set");
    assert_string_equal(config_text(c, KEY_STORE_URL), "sqlite:data/x.db");
    assert_string_equal(config_source(c, KEY_STORE_URL), "etc/talaia.yaml:4");
    assert_int_equal(config_int(c, KEY_IMPORT_MAX_LOSS), 25);
    assert_int_equal(config_int(c, KEY_REGISTRY_SECONDS), 8);
    assert_string_equal(config_text(c, KEY_REGISTRY_DSN), "DSN=padro;UID=a=b");
    assert_string_equal(config_text(c, KEY_REPORT_DIR), "l'informe");
    assert_string_equal(config_source(c, KEY_PROFILE), "default");
    assert_string_equal(config_file(c), "etc/talaia.yaml");
    config_free(c);
    buf_release(&found);
}

static void relative_paths_start_at_the_file(void **state)
{
    (void)state;
    static const struct {
        const char *set, *url;
    } cases[] = {
        {"store.url=sqlite:talaia.db", "sqlite:etc/talaia.db"},
        {"store.url=sqlite:/var/lib/t.db", "sqlite:/var/lib/t.db"},
        {"store.url=sqlite::memory:", "sqlite::memory:"},
        {"store.url=postgresql://u@h/d", "postgresql://u@h/d"},
    };
    struct arena a = {0};
    struct buf found = BUF_INIT(10000);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct config *c = NULL;
        assert_string_equal(load("", &cases[i].set, 1, &c, &found), "");
        assert_string_equal(config_store_url(&a, c), cases[i].url);
        assert_string_equal(config_path(&a, c, KEY_REPORT_DIR), "etc/informes");
        config_free(c);
    }
    buf_release(&found);
    arena_release(&a);
}

static void each_kind_of_mistake_is_explained(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        /* keys */
        {"profil: aoc\n", "1:1 unknown key profil; did you mean profile?\n"},
        {"store:\n  ulr: x\n", "2:3 unknown key store.ulr; did you mean url?\n"},
        {"dsn: PADRO\n",
         "1:1 unknown key dsn; did you mean registry.dsn, that is, 'dsn:' indented below 'registry:'?\n"},
        {"colour: red\n",
         "1:1 unknown key colour; the keys here are: profile language store registry import report net trust probe "
         "mail tracker web status ldap backup gateway integration\n"},
        {"registry:\n    colour: red\n", "2:5 unknown key registry.colour; the keys here are: dsn query seconds\n"},
        {"store.url: sqlite:x\n",
         "1:1 store.url is written in two lines: 'store:' and below it, indented by two spaces, 'url: …'\n"},
        {"profile: a\nlanguage: ca\nprofile: b\n", "3:1 profile is already on line 1; keep one of them\n"},
        {"store: sqlite:x\n", "1:8 store is a group of keys; write them below it, indented by two spaces\n"},
        {"[a]: b\n", "1:1 a key must be a word\n"},
        /* values */
        {"language: cat\n", "1:11 language must be one of: ca es en; not 'cat' (did you mean ca?)\n"},
        {"language: suahili\n", "1:11 language must be one of: ca es en; not 'suahili'\n"},
        {"language: ca es\n", "1:11 language must be one of: ca es en; not 'ca es'\n"},
        {"registry: {seconds: abc}\n", "1:21 registry.seconds must be a whole number from 1 to 3600, not 'abc'\n"},
        {"registry: {seconds: 0}\n", "1:21 registry.seconds must be a whole number from 1 to 3600, not '0'\n"},
        {"registry: {seconds: 3601}\n", "1:21 registry.seconds must be a whole number from 1 to 3600, not '3601'\n"},
        {"registry: {seconds: 1.5}\n", "1:21 registry.seconds must be a whole number from 1 to 3600, not '1.5'\n"},
        {"import:\n  max_loss: 101%\n", "2:13 import.max_loss must be a percentage from 0% to 100%, not '101%'\n"},
        {"profile:\n", "1:9 profile has no value; write one, or \"\" for an empty one, or delete the line\n"},
        {"profile: [a]\n", "1:10 profile takes one value, not a list\n"},
        {"profile: {a: b}\n", "1:10 profile takes one value, not a group of keys\n"},
        {"store: {url: 'mysql://u:secret@h/d'}\n",
         "1:14 store.url must begin with one of: sqlite: postgresql:// postgres://; and go on after it\n"},
        {"store: {url: 'sqlite:'}\n",
         "1:14 store.url must begin with one of: sqlite: postgresql:// postgres://; and go on after it\n"},
        {"profile: \"a\\0b\"\n", "1:10 the value holds the control character U+0000; delete it\n"},
        {"profile: \"a\\u202eb\"\n", "1:10 the value holds the control character U+202E; delete it\n"},
        /* YAML */
        {"registry:\n\tseconds: 3\n", "2:1 there is a tab here; indent with spaces\n"},
        {"profile aoc\nlanguage: ca\n", "1:1 the file must be made of lines like KEY: VALUE\n"},
        {"language: ca\nprofile aoc\nstore:\n", "2:1 this line has no ':' after its key; write KEY: VALUE\n"},
        {"profile: a: b\n",
         "1:11 a ':' is not expected here; check the indentation, or put the value between quotes\n"},
        {"profile: 'aoc\nlanguage: ca\n", "1:10 the quotes that open here are not closed\n"},
        {"profile: @aoc\n", "1:10 a value may not begin with '@'; put it between quotes\n"},
        {"profile: [a, b\n",
         "1:10 the list that begins here is not closed with ']'\n1:10 profile takes one value, not a list\n"},
        {"store: {url: sqlite:x\nprofile: a\n", "1:8 the group that begins here is not closed with '}'\n"},
        {"store:\n  url: sqlite:x\n profile: a\n",
         "3:2 the indentation of this line does not agree with those above; keys of one group begin in the same "
         "column\n"},
        {"profile: \"a\\qb\"\n",
         "1:12 between double quotes a backslash begins an escape; write it twice, or use single quotes\n"},
        {"just a sentence\n", "1:1 the file must be made of lines like KEY: VALUE\n"},
        {"- a\n- b\n", "1:1 the file must be made of lines like KEY: VALUE\n"},
        {"profile: a\n---\nprofile: b\n", "2:1 a second document ('---') begins here; a file holds one\n"},
        {"profile: &x aoc\n", "1:10 anchors (&name) are not used here; write the value out\n"},
        {"profile: *x\n", "1:10 aliases (*name) are not used here; write the value out\n"},
        {"profile: !!str aoc\n", "1:10 tags (!name) are not used here; delete it\n"},
        /* bytes */
        {"profile: a\n# caf\xe9\n", "2:6 the byte 0xE9 is not UTF-8; save the file with encoding UTF-8\n"},
        {"profile: a\n# \xe2\x80\xae\n", "2:3 the control character U+202E may not stand here; delete it\n"},
        {"# é\r# \x1b[0m\n", "2:3 the control character U+001B may not stand here; delete it\n"},
        {"\xff\xfep\0", "1:1 the byte 0xFF is not UTF-8; save the file with encoding UTF-8\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        mistakes(cases[i].text, cases[i].expected);
}

static void all_mistakes_come_at_once_in_order(void **state)
{
    (void)state;
    static const char text[] = "profil: aoc\n"
                               "language: cat\n"
                               "store:\n"
                               "  url: nowhere\n"
                               "  colour: red\n"
                               "registry:\n"
                               "  seconds: many\n"
                               "language: ca\n"
                               "report:\n"
                               "\tdir: x\n";
    const char *set[] = {"registry.second=3", "import.max_loss=x", "foo", "\x01=", "language=\xe9", "colour=1"};
    struct config *c = NULL;
    struct buf found = BUF_INIT(10000);
    assert_string_equal(load(text, set, COUNT(set), &c, &found),
                        "1:1 unknown key profil; did you mean profile?\n"
                        "2:11 language must be one of: ca es en; not 'cat' (did you mean ca?)\n"
                        "4:8 store.url must begin with one of: sqlite: postgresql:// postgres://; and go on after it\n"
                        "5:3 unknown key store.colour; the keys here are: url\n"
                        "7:12 registry.seconds must be a whole number from 1 to 3600, not 'many'\n"
                        "8:1 language is already on line 2; keep one of them\n"
                        "10:1 there is a tab here; indent with spaces\n"
                        "0:0 --set registry.second: unknown key; did you mean registry.seconds?\n"
                        "0:0 import.max_loss must be a percentage from 0% to 100%, not 'x'\n"
                        "0:0 --set foo: write KEY=VALUE\n"
                        "0:0 --set ?: unknown key; `talaia config keys` lists them\n"
                        "0:0 --set language: the value must be one line of UTF-8\n"
                        "0:0 --set colour: unknown key; `talaia config keys` lists them\n");
    assert_null(c);
    buf_release(&found);
}

static void the_error_is_the_first_with_its_place(void **state)
{
    (void)state;
    struct err e = {.lang = LANG_EN};
    struct config *c = NULL;
    static const char text[] = "language: ca\nprofil: a\nfoo: 1\n";
    assert_false(config_load_text(str_of(text), "etc/talaia.yaml", NULL, 0, &c, NULL, &e));
    assert_int_equal(e.code, ERR_CONFIG);
    assert_string_equal(e.log, "etc/talaia.yaml:2:1: unknown key profil; did you mean profile?");
    const char *set = "language=x";
    err_clear(&e);
    assert_false(config_load(NULL, &set, 1, &c, NULL, &e));
    assert_string_equal(e.log, "language must be one of: ca es en; not 'x'");
    assert_null(c);
}

static void a_missing_file_is_a_finding(void **state)
{
    (void)state;
    struct err e = {.lang = LANG_EN};
    struct config *c = NULL;
    struct config_findings all;
    assert_false(config_load("no/such/talaia.yaml", NULL, 0, &c, &all, &e));
    assert_int_equal(e.code, ERR_FILE);
    assert_string_equal(e.log, "no/such/talaia.yaml does not exist");
    assert_int_equal(all.count, 1);
    config_findings_release(&all);
}

static void at_most_a_hundred_are_kept(void **state)
{
    (void)state;
    struct buf text = BUF_INIT(LIMIT_CONFIG_BYTES);
    for (int i = 0; i < 1000; i++)
        buf_printf(&text, "wrong%d: 1\n", i);
    struct err e = {.lang = LANG_EN};
    struct config *c = NULL;
    struct config_findings all;
    assert_false(config_load_text(buf_str(&text), "t.yaml", NULL, 0, &c, &all, &e));
    assert_int_equal(all.count, LIMIT_CONFIG_FINDINGS);
    assert_int_equal(all.left_out, 1000 - LIMIT_CONFIG_FINDINGS);
    config_findings_release(&all);
    buf_release(&text);
}

static void secrets_are_not_in_messages(void **state)
{
    (void)state;
    struct buf found = BUF_INIT(10000);
    struct config *c = NULL;
    const char *set[] = {"store.url=mysql://u:geheim@h", "registry.dsn=PWD=geheim\n"};
    load("store: {url: 'ftp://geheim'}\nregistry: {dsn: [geheim]}\n", set, COUNT(set), &c, &found);
    assert_non_null(strstr(buf_text(&found), "store.url"));
    assert_null(strstr(buf_text(&found), "geheim"));
    buf_release(&found);
}

static void keys_are_found_by_their_path(void **state)
{
    (void)state;
    enum config_key k = KEY_PROFILE;
    assert_true(config_key_find("import.max_loss", &k));
    assert_int_equal(k, KEY_IMPORT_MAX_LOSS);
    assert_int_equal(config_key_info(k)->type, CONFIG_PERCENT);
    assert_false(config_key_find("import", &k));
    assert_false(config_key_find("", &k));
    for (enum config_key i = 0; i < KEY_COUNT; i++)
        assert_true(config_key_find(config_key_info(i)->key, &k) && k == i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_need_no_file),
        cmocka_unit_test(a_file_changes_some_and_set_wins),
        cmocka_unit_test(relative_paths_start_at_the_file),
        cmocka_unit_test(each_kind_of_mistake_is_explained),
        cmocka_unit_test(all_mistakes_come_at_once_in_order),
        cmocka_unit_test(the_error_is_the_first_with_its_place),
        cmocka_unit_test(a_missing_file_is_a_finding),
        cmocka_unit_test(at_most_a_hundred_are_kept),
        cmocka_unit_test(secrets_are_not_in_messages),
        cmocka_unit_test(keys_are_found_by_their_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
