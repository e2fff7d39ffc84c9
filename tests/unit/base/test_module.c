#include "base/module.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"
#include "check.h"

static char dir[] = "/tmp/talaia-module-XXXXXX";

static void a_missing_module_is_explained(void **state)
{
    (void)state;
    module_init(dir);
    for (int i = 0; i < MODULE_COUNT; i++) {
        struct err e = {0};
        assert_null(module_api((enum module)i, &e));
        assert_int_equal(e.code, ERR_MODULE);
        assert_non_null(strstr(e.text, "talaia-"));
        assert_non_null(strstr(e.text, "install the package again"));
    }
    static char longer[5000];
    memset(longer, 'x', sizeof longer - 1);
    module_init(longer);
    struct err e = {0};
    assert_null(module_api(MODULE_ODBC, &e));
    assert_int_equal(e.code, ERR_MODULE);
}

static void what_is_no_module_is_refused(void **state)
{
    (void)state;
    /* a library that exists but is not ours, and a file that is no library */
    Dl_info info;
    assert_int_not_equal(dladdr((void *)(uintptr_t)&cmocka_set_message_output, &info), 0);
    char path[300];
    (void)snprintf(path, sizeof path, "%s/talaia-odbc.so", dir);
    assert_int_equal(symlink(info.dli_fname, path), 0);
    module_init(dir);
    struct err e = {0};
    assert_null(module_api(MODULE_ODBC, &e));
    assert_int_equal(e.code, ERR_MODULE);
    assert_non_null(strstr(e.text, "is not a module of Talaia"));
    (void)unlink(path);

    /* under another name: the loader remembers the first */
    (void)snprintf(path, sizeof path, "%s/talaia-picture.so", dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    (void)fputs("not a library", f);
    (void)fclose(f);
    err_clear(&e);
    assert_null(module_api(MODULE_PICTURE, &e));
    assert_non_null(strstr(e.text, "cannot load talaia-picture.so"));
    (void)unlink(path);
}

static void a_module_is_loaded_once(void **state)
{
    (void)state;
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/tests/unit/base", getenv("TALAIA_TEST_BUILD"));
    module_init(path);
    struct err e = {0};
    const int *api = module_api(MODULE_MESSAGE, &e);
    if (api == NULL)
        fail_msg("%s", e.text);
    assert_int_equal(api[0], 4711);
    module_init("/nonexistent");
    assert_ptr_equal(module_api(MODULE_MESSAGE, &e), api);
    assert_int_equal(e.code, ERR_NONE);
}

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(dir) == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    return rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_module_is_explained),
        cmocka_unit_test(what_is_no_module_is_refused),
        cmocka_unit_test(a_module_is_loaded_once),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
