#ifndef TALAIA_TESTS_STORE_SUITES_H
#define TALAIA_TESTS_STORE_SUITES_H

#include "fixture.h"

extern const struct CMUnitTest suite_store[], suite_tx[], suite_migrate[], suite_process[], suite_sqlite[],
    suite_postgresql[];
extern const size_t suite_store_count, suite_tx_count, suite_migrate_count, suite_process_count, suite_sqlite_count,
    suite_postgresql_count;

/* Other processes of the tests; each returns its exit status. */
int child_run(int argc, char **argv);
int child_create(const char *url);
int child_slow(const char *url);
int child_hold(const char *url, const char *ms);
int child_pairs(const char *url);
int child_backup_small(const char *url, const char *path);
int child_fill(const char *url, const char *limit);
int child_nobody(const char *url, const char *how);

#endif
