/* Versions of the schema. */
#include "fixture.h"

#include <signal.h>
#include <stdio.h>

#include "suites.h"

#define VERSION_TABLE "CREATE TABLE schema_version (version BIGINT NOT NULL PRIMARY KEY, applied_at BIGINT NOT NULL);"

static int version_of(const char *url, const struct migration_set *set)
{
    struct err e = {0};
    struct store *s = NULL;
    must(store_open_set(url, STORE_EXAMINE, set, &s, &e), &e);
    int version = store_schema_version(s, &e);
    must(version >= 0, &e);
    store_close(s);
    return version;
}

static bool has_table(struct store *s, const char *name)
{
    struct err e = {0};
    struct tx tx;
    int64_t n = -1;
    must(tx_begin(s, TX_READ, &tx, &e), &e);
    must(sql_int(&tx, &n, NULL, &e,
                 fix.kind == STORE_SQLITE ? "SELECT count(*) FROM sqlite_schema WHERE name = $1"
                                          : "SELECT count(*) FROM pg_class WHERE relname = $1",
                 "s", name),
         &e);
    tx_rollback(&tx);
    return n > 0;
}

static void the_real_schema(void **state)
{
    (void)state;
    struct err e = {0};
    struct store *s = NULL;
    assert_in_range(store_schema_current(), 1, 999);
    assert_int_equal(migrations_sqlite.count, migrations_postgresql.count);
    must(store_open(fix.url, STORE_CREATE, &s, &e), &e);
    assert_int_equal(store_schema_version(s, &e), store_schema_current());
    must(store_check(s, &e), &e);
    store_close(s);
    must(store_open(fix.url, STORE_OPEN, &s, &e), &e);
    store_close(s);
    must(store_open(fix.url, STORE_CREATE, &s, &e), &e);
    store_close(s);
    assert_int_equal(version_of(fix.url, NULL), store_schema_current());
}

static void upgrade_keeps_data(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct store *s = open_store(&fix_one);
    assert_int_equal(store_schema_version(s, &e), 1);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    thing_add(&tx, "old", 1);
    must(tx_commit(&tx, &e), &e);
    store_close(s);

    must_fail(store_open_set(fix.url, STORE_OPEN, &fix_two, &s, &e), &e, ERR_STORE, "talaia init");
    assert_non_null(strstr(e.log, "version 1"));
    assert_null(strstr(e.log, "password"));
    assert_int_equal(version_of(fix.url, &fix_two), 1);

    s = open_store(&fix_two);
    err_clear(&e);
    assert_int_equal(store_schema_version(s, &e), 2);
    assert_int_equal(count_things(s), 1);
    must(tx_begin(s, TX_READ, &tx, &e), &e);
    int64_t n = -1, at = -1;
    must(sql_int(&tx, &n, NULL, &e, "SELECT count(*) FROM part", ""), &e);
    must(sql_int(&tx, &n, NULL, &e, "SELECT count(*) FROM schema_version", ""), &e);
    must(sql_int(&tx, &at, NULL, &e, "SELECT min(applied_at) FROM schema_version", ""), &e);
    assert_int_equal(n, 2);
    assert_true(at <= clock_system().now && at > clock_system().now - 3600 * INSTANT_PER_SECOND);
    tx_rollback(&tx);
    store_close(s);

    must_fail(store_open_set(fix.url, STORE_OPEN, &fix_one, &s, &e), &e, ERR_STORE, "newer Talaia");
    err_clear(&e);
    must_fail(store_open_set(fix.url, STORE_CREATE, &fix_one, &s, &e), &e, ERR_STORE, "newer Talaia");
    err_clear(&e);
    must(store_open_set(fix.url, STORE_OPEN, &fix_two, &s, &e), &e);
    store_close(s);
}

static void failing_migration_leaves_the_version_before(void **state)
{
    (void)state;
    static const char *const scripts[] = {
        "CREATE TABLE good (a BIGINT); CREATE TABLE bad (a BIGINT, a BIGINT);",
        "CREATE TABLE good (a BIGINT); INSERT INTO good SELECT * FROM nowhere;",
        "CREATE TABLE good (a BIGINT); INSERT INTO schema_version (version, applied_at) VALUES (2, 0);",
    };
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        const struct migration items[] = {{1, VERSION_TABLE}, {2, scripts[i]}};
        const struct migration_set set = {items, 2}, before = {items, 1};
        struct err e = {0};
        struct store *s = NULL;
        assert_false(store_open_set(fix.url, STORE_CREATE, &set, &s, &e));
        assert_int_not_equal(e.code, ERR_NONE);
        assert_null(s);
        assert_int_equal(version_of(fix.url, &set), 1);
        s = open_store(&before);
        assert_false(has_table(s, "good"));
        store_close(s);
    }
}

static void script_may_not_end_its_transaction(void **state)
{
    (void)state;
    static const struct migration items[] = {{1, VERSION_TABLE "COMMIT;"}};
    static const struct migration_set set = {items, 1};
    struct err e = {0};
    struct store *s = NULL;
    must_fail(store_open_set(fix.url, STORE_CREATE, &set, &s, &e), &e, ERR_INTERNAL, "ended its transaction");
}

static void empty_and_foreign(void **state)
{
    (void)state;
    struct err e = {0};
    struct store *s = NULL;
    struct tx tx;
    if (fix.kind == STORE_SQLITE) {
        must_fail(store_open_set(fix.url, STORE_OPEN, &fix_one, &s, &e), &e, ERR_STORE, "there is no store at");
        err_clear(&e);
        must_fail(store_open_set(fix.url, STORE_EXAMINE, &fix_one, &s, &e), &e, ERR_STORE, "there is no store at");
        err_clear(&e);
        const char *path = fix.url + strlen("sqlite:");
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fclose(f);
    }
    must_fail(store_open_set(fix.url, STORE_OPEN, &fix_one, &s, &e), &e, ERR_STORE, "is empty: run `talaia init`");
    err_clear(&e);

    must(store_open_set(fix.url, STORE_EXAMINE, &fix_one, &s, &e), &e);
    assert_int_equal(store_schema_version(s, &e), 0);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    must(sql_run(&tx, NULL, &e, "CREATE TABLE somebody_else (a BIGINT)", ""), &e);
    must(tx_commit(&tx, &e), &e);
    assert_int_equal(store_schema_version(s, &e), 0);
    store_close(s);
    must_fail(store_open_set(fix.url, STORE_CREATE, &fix_one, &s, &e), &e, ERR_STORE, "belongs to another program");
    err_clear(&e);
    must_fail(store_open_set(fix.url, STORE_OPEN, &fix_one, &s, &e), &e, ERR_STORE, "belongs to another program");
}

static void two_upgrade_at_once(void **state)
{
    (void)state;
    pid_t pids[4];
    for (int i = 0; i < 4; i++)
        pids[i] = child(NULL, "create", fix.url, NULL);
    for (int i = 0; i < 4; i++)
        assert_int_equal(reap(pids[i]), 0);
    struct store *s = open_store(&fix_two);
    struct err e = {0};
    assert_int_equal(store_schema_version(s, &e), 2);
    store_close(s);
}

/* Long enough to be killed in: rows until somebody does. */
static const struct migration slow_items[] = {
    {1, VERSION_TABLE "CREATE TABLE before (a BIGINT);"},
    {2, "CREATE TABLE half (a BIGINT, b TEXT);"
        "INSERT INTO half WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) "
        "SELECT i, 'row number ' || i FROM n;"},
};
static const struct migration_set slow = {slow_items, 2}, slow_before = {slow_items, 1};

static void killed_in_the_middle(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        int out;
        pid_t pid = child(&out, "slow", fix.url, NULL);
        line_wait(out, "started");
        pause_ms(300 + 150 * i);
        kill(pid, SIGKILL);
        assert_int_equal(reap(pid), 1000 + SIGKILL);
        close(out);
        assert_int_equal(version_of(fix.url, &slow), 1);
        struct store *s = open_store(&slow_before);
        assert_true(has_table(s, "before"));
        assert_false(has_table(s, "half"));
        struct err e = {0};
        must(store_check(s, &e), &e);
        store_close(s);
    }
}

int child_create(const char *url)
{
    struct err e = {0};
    struct store *s = NULL;
    if (!store_open_set(url, STORE_CREATE, &fix_two, &s, &e))
        fprintf(stderr, "%s\n", e.log);
    store_close(s);
    return e.code == ERR_NONE ? 0 : 1;
}

int child_slow(const char *url)
{
    struct err e = {0};
    struct store *s = NULL;
    if (!store_open_set(url, STORE_CREATE, &slow_before, &s, &e))
        return 1;
    store_close(s);
    say("started");
    bool ok = store_open_set(url, STORE_CREATE, &slow, &s, &e);
    store_close(ok ? s : NULL);
    return ok ? 0 : 1;
}

const struct CMUnitTest suite_migrate[] = {
    {"the_real_schema", the_real_schema, fixture_setup, NULL, NULL},
    {"upgrade_keeps_data", upgrade_keeps_data, fixture_setup, NULL, NULL},
    {"failing_migration_leaves_the_version_before", failing_migration_leaves_the_version_before, fixture_setup, NULL,
     NULL},
    {"script_may_not_end_its_transaction", script_may_not_end_its_transaction, fixture_setup, NULL, NULL},
    {"empty_and_foreign", empty_and_foreign, fixture_setup, NULL, NULL},
    {"two_upgrade_at_once", two_upgrade_at_once, fixture_setup, NULL, NULL},
    {"killed_in_the_middle", killed_in_the_middle, fixture_setup, NULL, NULL},
};
const size_t suite_migrate_count = sizeof suite_migrate / sizeof *suite_migrate;
