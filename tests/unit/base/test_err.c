#include "base/err.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "check.h"

static void the_first_reason_wins(void **state)
{
    (void)state;
    struct err e = {.lang = LANG_CA};
    assert_false(err_set(&e, ERR_FILE, N_("cannot open %s"), "a.csv"));
    assert_false(err_set(&e, ERR_STORE, N_("a consequence")));
    assert_int_equal(e.code, ERR_FILE);
    assert_string_equal(e.log, "cannot open a.csv");
    assert_string_equal(e.text, "cannot open a.csv"); /* no catalogue here: the text itself */
    err_clear(&e);
    assert_int_equal(e.code, ERR_NONE);
    assert_int_equal(e.lang, LANG_CA);
    assert_string_equal(e.text, "");
    assert_string_equal(e.log, "");
    assert_false(err_set(&e, ERR_STORE, N_("a new one")));
    assert_int_equal(e.code, ERR_STORE);
}

static void where_it_happened(void **state)
{
    (void)state;
    struct err e = {0};
    err_where(&e, "row %d", 3);
    assert_string_equal(e.text, ""); /* nothing happened */
    err_set(&e, ERR_VALUE, N_("31/02 does not exist"));
    err_where(&e, "row %d", 3);
    err_where(&e, "%s", "file.csv");
    assert_string_equal(e.text, "file.csv: row 3: 31/02 does not exist");
    assert_string_equal(e.log, e.text);
}

static void foreign_text_cannot_lie(void **state)
{
    (void)state;
    struct err e = {0};
    err_set(&e, ERR_VALUE, N_("the value \"%s\""), "a\x1b[2J\nb\xe2\x80\xae\xff");
    assert_string_equal(e.text, "the value \"a?[2J b?\"");
    err_where(&e, "%s", "x\ny\x07");
    assert_string_equal(e.log, "x y?: the value \"a?[2J b?\"");
}

static void long_texts_are_cut(void **state)
{
    (void)state;
    for (size_t pad = 0; pad < 4; pad++) { /* so that the cut falls on every byte of a character */
        static char longer[3 * LIMIT_ERR_BYTES + 8];
        memset(longer, 'x', pad);
        for (size_t i = pad; i + 3 < sizeof longer; i += 3)
            memcpy(longer + i, "€", 4);
        struct err e = {0};
        err_set(&e, ERR_VALUE, "%s", longer);
        assert_true(strlen(e.text) < sizeof e.text);
        assert_true(str_utf8_valid(str_of(e.text)) && str_utf8_valid(str_of(e.log)));
        for (int i = 0; i < 3; i++) {
            err_where(&e, "%s", longer);
            assert_true(strlen(e.text) < sizeof e.text && strlen(e.log) < sizeof e.log);
            assert_true(str_utf8_valid(str_of(e.text)) && str_utf8_valid(str_of(e.log)));
        }
    }
}

static void every_code_is_explained(void **state)
{
    (void)state;
    assert_string_equal(err_code_text(ERR_NONE), "");
    assert_int_equal(err_exit_code(ERR_NONE), EXIT_OK);
    for (int i = 1; i < ERR_COUNT; i++) {
        const char *shown = err_code_text((enum err_code)i);
        assert_true(str_starts(str_of(shown), "T-"));
        assert_int_equal(err_code_find(shown), i); /* so none is twice */
        char lower[32] = "";
        for (size_t k = 0; shown[k] != '\0'; k++)
            lower[k] = (char)tolower((unsigned char)shown[k]);
        assert_int_equal(err_code_find(lower), i);
        assert_true(strlen(err_code_help((enum err_code)i)) > 20);
        assert_true(err_exit_code((enum err_code)i) >= EXIT_USAGE);
    }
    assert_int_equal(err_code_find("T-NOTHING"), ERR_NONE);
    assert_int_equal(err_code_find(""), ERR_NONE);
}

static void the_system_has_a_word(void **state)
{
    (void)state;
    const struct err english = {.lang = LANG_EN}, catalan = {.lang = LANG_CA};
    assert_string_equal(err_system(&english, ENOSPC), "No space left on device");
    assert_string_equal(err_system(&english, ENOTUNIQ), strerror(ENOTUNIQ)); /* not in the table */
    assert_string_equal(err_system(&catalan, ENOTUNIQ), strerror(ENOTUNIQ));
    /* Each one of the table is what the C library says today: one that it never says would never be translated. */
    const int met[] = {EPERM,        ENOENT, EIO,        ENOMEM, EACCES,  EBUSY, EEXIST,  ENOTDIR,
                       EISDIR,       EINVAL, EMFILE,     ENFILE, ETXTBSY, EFBIG, ENOSPC,  EROFS,
                       ENAMETOOLONG, ELOOP,  EOPNOTSUPP, EDQUOT, ESTALE,  EBADF, ENOEXEC, EAGAIN};
    for (size_t i = 0; i < sizeof met / sizeof *met; i++)
        assert_ptr_not_equal(err_system(&english, met[i]), strerror(met[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_reason_wins),   cmocka_unit_test(where_it_happened),
        cmocka_unit_test(foreign_text_cannot_lie), cmocka_unit_test(long_texts_are_cut),
        cmocka_unit_test(every_code_is_explained), cmocka_unit_test(the_system_has_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
