/* What only a store on a server can meet. */
#include "fixture.h"

#include <signal.h>
#include <stdio.h>

#include "suites.h"

/* Ends every other connection of ours, as an administrator or a restart would. */
static void others_terminate(void)
{
    struct err e = {0};
    struct store *s = NULL;
    struct tx tx;
    int64_t n = 0;
    must(store_open_set(fix.url, STORE_EXAMINE, &fix_one, &s, &e), &e);
    must(tx_begin(s, TX_READ, &tx, &e), &e);
    must(
        sql_int(&tx, &n, NULL, &e,
                "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE application_name = 'talaia' "
                "AND pid <> pg_backend_pid()",
                ""),
        &e);
    assert_in_range(n, 1, 10);
    tx_rollback(&tx);
    store_close(s);
}

static void begin_with_one(struct store *s, struct tx *tx)
{
    struct err e = {0};
    must(tx_begin(s, TX_WRITE, tx, &e), &e);
    thing_add(tx, "lost", 1);
}

static void works_again(struct store *s, int64_t before)
{
    struct err e = {0};
    struct tx tx;
    assert_int_equal(count_things(s), before);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    thing_add(&tx, arena_printf(&fix.arena, "after %lld", (long long)before), 1);
    must(tx_commit(&tx, &e), &e);
    assert_int_equal(count_things(s), before + 1);
}

static void connection_ended(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct store *s = open_store(&fix_one);

    begin_with_one(s, &tx);
    others_terminate();
    must_fail(thing_try(&tx, "more", 1, &e), &e, ERR_STORE_LOST, "nothing of the operation was kept");
    err_clear(&e);
    must_fail(tx_commit(&tx, &e), &e, ERR_STORE, "nothing of it was kept");
    works_again(s, 0);

    begin_with_one(s, &tx);
    others_terminate();
    tx_rollback(&tx);
    works_again(s, 1);

    begin_with_one(s, &tx);
    others_terminate();
    err_clear(&e);
    must_fail(tx_commit(&tx, &e), &e, ERR_STORE_LOST, "its end is unknown; look before repeating");
    works_again(s, 2);

    begin_with_one(s, &tx);
    tx_batch_begin(&tx);
    thing_add(&tx, "queued", 1);
    others_terminate();
    err_clear(&e);
    must_fail(tx_batch_end(&tx, &e), &e, ERR_STORE_LOST, "nothing of the operation was kept");
    tx_rollback(&tx);
    works_again(s, 3);

    others_terminate(); /* between two transactions: nobody notices */
    works_again(s, 4);

    /* In the middle of rows, one statement inside the other. */
    err_clear(&e);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    must(
        sql_run(&tx, NULL, &e,
                "INSERT INTO thing (name, size) SELECT repeat('x', 1000) || i, i FROM generate_series(1, 20000) i", ""),
        &e);
    must(tx_commit(&tx, &e), &e);
    must(tx_begin(s, TX_READ, &tx, &e), &e);
    struct stmt *outer = stmt_open(&tx, &e, "SELECT name FROM thing", "");
    assert_true(stmt_next(outer));
    others_terminate();
    int64_t rows = 1;
    while (stmt_next(outer))
        rows++;
    assert_true(rows < 20005);
    must_fail(stmt_close(outer), &e, ERR_STORE_LOST, "nothing of the operation was kept");
    tx_rollback(&tx);
    works_again(s, 20005);
    store_close(s);
}

/* The server ends the connection while it commits: who waits for the answer cannot know. */
static void answer_to_commit_lost(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct store *s = open_store(&fix_one);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    must(store_script(&tx,
                      "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM "
                      "pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';"
                      "CREATE CONSTRAINT TRIGGER last AFTER INSERT ON thing DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
                      "WHEN (NEW.name = 'lost') EXECUTE FUNCTION die()",
                      &e),
         &e);
    must(tx_commit(&tx, &e), &e);
    begin_with_one(s, &tx);
    must_fail(tx_commit(&tx, &e), &e, ERR_STORE_LOST, "its end is unknown; look before repeating");
    assert_false(tx.open);
    works_again(s, 0);
    store_close(s);
}

static void deferred_rule_breaks_at_commit(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct store *s = open_store(&fix_one);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    must(store_script(&tx, "CREATE TABLE later (a BIGINT UNIQUE DEFERRABLE INITIALLY DEFERRED)", &e), &e);
    must(tx_commit(&tx, &e), &e);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    must(sql_run(&tx, NULL, &e, "INSERT INTO later VALUES (1), (1)", ""), &e);
    must_fail(tx_commit(&tx, &e), &e, ERR_STATE, "break a rule of the store");
    works_again(s, 0);
    store_close(s);
}

static void server_killed(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct store *s = open_store(&fix_one), *none = NULL;
    works_again(s, 0);
    begin_with_one(s, &tx);
    server("kill");
    must_fail(thing_try(&tx, "more", 1, &e), &e, ERR_STORE_LOST, "nothing of the operation was kept");
    tx_rollback(&tx);
    err_clear(&e);
    must_fail(tx_begin(s, TX_WRITE, &tx, &e), &e, ERR_STORE_LOST, "cannot reach the database");
    assert_false(tx.open);
    err_clear(&e);
    must_fail(tx_begin(s, TX_READ, &tx, &e), &e, ERR_STORE_LOST, "cannot reach the database");
    err_clear(&e);
    must_fail(store_open_set(fix.url, STORE_OPEN, &fix_one, &none, &e), &e, ERR_STORE, "cannot reach the database");
    assert_non_null(store_describe(s));
    server("start");
    works_again(s, 1);
    store_close(s);
}

/* Who restarted the server may have upgraded the store too. */
static void upgraded_behind_our_back(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct store *s = NULL;
    store_close(open_store(&fix_one));
    must(store_open_set(fix.url, STORE_OPEN, &fix_one, &s, &e), &e);
    assert_int_equal(count_things(s), 0);
    store_close(open_store(&fix_two));
    others_terminate();
    must_fail(tx_begin(s, TX_WRITE, &tx, &e), &e, ERR_STORE, "newer Talaia");
    assert_false(tx.open);
    store_close(s);
}

static void role_make(void)
{
    struct err e = {0};
    struct tx tx;
    struct store *s = open_store(&fix_one);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    must(store_script(&tx,
                      "DROP ROLE IF EXISTS lector; CREATE ROLE lector LOGIN PASSWORD 'secret/paraula'; GRANT USAGE ON "
                      "SCHEMA public TO lector; GRANT SELECT ON ALL TABLES IN SCHEMA public TO lector",
                      &e),
         &e);
    must(tx_commit(&tx, &e), &e);
    store_close(s);
}

static void role_drop(void)
{
    struct err e = {0};
    struct tx tx;
    struct store *s = open_store(&fix_one);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    must(store_script(&tx, "DROP OWNED BY lector; DROP ROLE lector", &e), &e);
    must(tx_commit(&tx, &e), &e);
    store_close(s);
}

static void passwords_stay_secret(void **state)
{
    (void)state;
    role_make();
    static const char *const urls[] = {
        "postgresql://lector:wrongsecret@/talaia?host=%s",
        "postgresql://lector:secret/paraula@localhost/talaia?host=%s",
        "postgresql://lector:se@cret@/talaia?host=%s",
        "postgresql://lector:secret@localhost:secret/talaia?host=%s",
        "postgresql://lector:wrong?secret@localhost/talaia&host=%s",
        "postgresql://lector:wrong#secret@/nosuch?host=%s",
        "postgresql:///talaia?user=lector&password=wrongsecret&host=%s",
        "postgresql:///talaia?user=lector&password=%%00secret&host=%s",
    };
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct err e = {0};
        struct store *s = NULL;
        char url[512];
        (void)snprintf(url, sizeof url, urls[i], fix.socket);
        assert_false(store_open_set(url, STORE_OPEN, &fix_one, &s, &e));
        if (e.code == ERR_NONE || strstr(e.log, "cret") != NULL || strstr(e.log, "paraula") != NULL)
            fail_msg("%zu: %s", i, e.log);
    }
    struct err e = {0};
    struct store *s = NULL;
    struct tx tx;
    char url[512];
    (void)snprintf(url, sizeof url, "postgresql://lector:secret%%2Fparaula@/talaia?host=%s", fix.socket);
    must(store_open_set(url, STORE_OPEN, &fix_one, &s, &e), &e);
    assert_null(strstr(store_describe(s), "paraula"));
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    must_fail(thing_try(&tx, "x", 1, &e), &e, ERR_STORE, "no permission in the database");
    tx_rollback(&tx);
    /* The tool gets the password, and neither its command line nor our reason shows it. */
    err_clear(&e);
    const char *copy = arena_printf(&fix.arena, "%s/lector.dump", fix.dir);
    must(store_backup(s, copy, &e), &e);
    assert_int_equal(unlink(copy), 0);
    store_close(s);
    role_drop();
}

static void rows_read_ahead_have_a_limit(void **state)
{
    (void)state;
    struct err e = {0}, inner = {0};
    struct tx tx;
    int64_t n = 0;
    struct store *s = open_store(&fix_one);
    must(tx_begin(s, TX_READ, &tx, &e), &e);
    struct stmt *q = stmt_open(&tx, &e, "SELECT repeat('x', 1000000) FROM generate_series(1, 1000)", "");
    assert_true(stmt_next(q));
    must_fail(sql_int(&tx, &n, NULL, &inner, "SELECT 1", ""), &inner, ERR_LIMIT, "interrupt");
    assert_false(stmt_next(q));
    assert_false(stmt_close(q));
    tx_rollback(&tx);
    /* Without interruption it takes one row's memory. */
    err_clear(&e);
    must(tx_begin(s, TX_READ, &tx, &e), &e);
    q = stmt_open(&tx, &e, "SELECT repeat('x', 1000000) FROM generate_series(1, 600)", "");
    while (stmt_next(q))
        n += (int64_t)stmt_str(q, 0).n;
    must(stmt_close(q), &e);
    assert_int_equal(n, 600 * 1000000);
    /* Who has seen enough does not wait for the rest. */
    q = stmt_open(&tx, &e, "SELECT repeat('x', 1000000) FROM generate_series(1, 100000)", "");
    assert_true(stmt_next(q));
    int64_t start = now_ms();
    tx_rollback(&tx);
    assert_in_range(now_ms() - start, 0, 20000); /* 100 GB take minutes */
    assert_true(stmt_close(q));
    store_close(s);
}

static void error_while_reading_ahead(void **state)
{
    (void)state;
    struct err e = {0}, inner = {0};
    struct tx tx;
    int64_t n = 0;
    struct store *s = open_store(&fix_one);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    struct stmt *q = stmt_open(&tx, &e, "SELECT 1 / (500 - i) FROM generate_series(1, 1000) i", "");
    assert_true(stmt_next(q));
    assert_false(sql_int(&tx, &n, NULL, &inner, "SELECT 1", ""));
    assert_non_null(strstr(inner.log, "division by zero"));
    while (stmt_next(q))
        ;
    assert_false(stmt_close(q));
    assert_false(tx_commit(&tx, &e));
    works_again(s, 0);
    store_close(s);
}

static void backup_without_server_or_tool(void **state)
{
    (void)state;
    struct err e = {0};
    struct store *s = open_store(&fix_one);
    const char *copy = arena_printf(&fix.arena, "%s/none.dump", fix.dir);
    char *path = mem_dup_text(getenv("PATH"));
    assert_int_equal(setenv("PATH", fix.dir, 1), 0);
    must_fail(store_backup(s, copy, &e), &e, ERR_MODULE, "postgresql-client");
    assert_int_equal(setenv("PATH", path, 1), 0);
    mem_free(path);
    assert_int_not_equal(access(copy, F_OK), 0);
    server("kill");
    err_clear(&e);
    must_fail(store_backup(s, copy, &e), &e, ERR_STORE, "the backup failed");
    assert_int_not_equal(access(copy, F_OK), 0);
    server("start");
    store_close(s);
}

static void check_finds_what_is_not_valid(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct store *s = open_store(&fix_one);
    works_again(s, 0);
    must(store_check(s, &e), &e);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    must(store_script(&tx, "ALTER TABLE thing ADD CONSTRAINT small CHECK (size < 1) NOT VALID", &e), &e);
    must(tx_commit(&tx, &e), &e);
    must_fail(store_check(s, &e), &e, ERR_STORE, "the rule small of the database");
    store_close(s);
}

static void database_of_another_encoding(void **state)
{
    (void)state;
    const char *const make[] = {"createdb",   "-h", fix.socket,  "-U",    "talaia", "--encoding=LATIN1",
                                "--locale=C", "-T", "template0", "latin", NULL};
    assert_int_equal(reap(spawn(make, NULL)), 0);
    struct err e = {0};
    struct store *s = NULL;
    char url[256];
    (void)snprintf(url, sizeof url, "postgresql:///latin?host=%s&user=talaia", fix.socket);
    must_fail(store_open_set(url, STORE_CREATE, &fix_one, &s, &e), &e, ERR_STORE, "keeps its text as LATIN1");
}

const struct CMUnitTest suite_postgresql[] = {
    {"connection_ended", connection_ended, fixture_setup, NULL, NULL},
    {"answer_to_commit_lost", answer_to_commit_lost, fixture_setup, NULL, NULL},
    {"deferred_rule_breaks_at_commit", deferred_rule_breaks_at_commit, fixture_setup, NULL, NULL},
    {"server_killed", server_killed, fixture_setup, NULL, NULL},
    {"upgraded_behind_our_back", upgraded_behind_our_back, fixture_setup, NULL, NULL},
    {"passwords_stay_secret", passwords_stay_secret, fixture_setup, NULL, NULL},
    {"rows_read_ahead_have_a_limit", rows_read_ahead_have_a_limit, fixture_setup, NULL, NULL},
    {"error_while_reading_ahead", error_while_reading_ahead, fixture_setup, NULL, NULL},
    {"backup_without_server_or_tool", backup_without_server_or_tool, fixture_setup, NULL, NULL},
    {"check_finds_what_is_not_valid", check_finds_what_is_not_valid, fixture_setup, NULL, NULL},
    {"database_of_another_encoding", database_of_another_encoding, fixture_setup, NULL, NULL},
};
const size_t suite_postgresql_count = sizeof suite_postgresql / sizeof *suite_postgresql;
