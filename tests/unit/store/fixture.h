/* What the tests of the store share: the same suite runs on both databases.
 *
 *     test_store sqlite|postgresql          runs the suite
 *     test_store child ACTION URL …         another process of a test (never a fork: SQLite's locks belong to a
 * process)
 */
#ifndef TALAIA_TESTS_STORE_FIXTURE_H
#define TALAIA_TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/types.h>

#include "base/mem.h"
#include "store/backend.h"

struct fixture {
    enum store_kind kind;
    struct arena arena;
    const char *dir;    /* of our own; removed at the end */
    const char *socket; /* PostgreSQL's */
    const char *url;    /* of the store of the current test, empty at its start */
    int tests;
};

extern struct fixture fix;

/* For main. EXIT_SKIP: there is no PostgreSQL on this machine. */
#define EXIT_SKIP 77
int fixture_start(const char *kind);
void fixture_stop(void);
/* A clean store for each test. */
int fixture_setup(void **state);

/* The server of the fixture, as tests/servers/postgresql.sh does it. */
void server(const char *action);

/* The tests' own schema: version 1 `thing`, version 2 `part`. */
extern const struct migration_set fix_one, fix_two;
struct store *open_store(const struct migration_set *set);
/* Fails the test with the reason. */
void must(bool ok, const struct err *e);
void must_fail(bool ok, const struct err *e, enum err_code code, const char *part);
int64_t count_things(struct store *s);
void thing_add(struct tx *tx, const char *name, int64_t size);
bool thing_try(struct tx *tx, const char *name, int64_t size, struct err *e);

/* Other processes. */
pid_t spawn(const char *const *argv, int *ret_out);
pid_t child(int *ret_out, const char *action, ...) __attribute__((sentinel));
int reap(pid_t pid);                      /* exit status, or 1000 + signal */
void line_wait(int fd, const char *line); /* until the child prints it */
void say(const char *line);               /* in the child */
int64_t now_ms(void);
void pause_ms(int ms);
void modules_find(void); /* in the child */

#endif
