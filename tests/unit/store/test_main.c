#include "fixture.h"

#include <stdio.h>

#include "suites.h"

static int run(const char *name, const struct CMUnitTest *tests, size_t count)
{
    return _cmocka_run_group_tests(name, tests, count, NULL, NULL);
}

int main(int argc, char **argv)
{
    if (argc >= 3 && strcmp(argv[1], "child") == 0)
        return child_run(argc - 2, argv + 2);
    if (argc < 2)
        return 2;
    int status = fixture_start(argv[1]);
    if (status != 0)
        return status == EXIT_SKIP ? EXIT_SKIP : 1;
    if (argc > 2)
        cmocka_set_test_filter(argv[2]);
    int failed = run("statements", suite_store, suite_store_count) + run("transactions", suite_tx, suite_tx_count) +
                 run("versions", suite_migrate, suite_migrate_count) +
                 run("processes", suite_process, suite_process_count);
    failed += fix.kind == STORE_SQLITE ? run("files", suite_sqlite, suite_sqlite_count)
                                       : run("servers", suite_postgresql, suite_postgresql_count);
    fixture_stop();
    return failed > 0;
}
