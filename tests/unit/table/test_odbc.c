/* The ODBC module against a PostgreSQL of our own and SQLite files, through the drivers that Debian ships. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/module.h"
#include "sample.h"

#define DRIVERS "/usr/lib/x86_64-linux-gnu/odbc/"
#define SECRET "s3cr{t};x"

static char directory[] = "/tmp/talaia-odbc-XXXXXX";
static struct arena arena;
static const char *socket_dir, *postgresql, *sqlite;

/* The query of procedure A1, as it is written for Oracle. */
static const char query[] =
    "SELECT e.ID, e.DESCRIPCIO AS Ens, m.CODI_PROVINCIA AS Provincia, m.CODI_MUNICIPI AS Municipi, e.PLATAFORMA AS "
    "Plataforma, e.URL_WSDL AS Endpoint, e.DATA_CDS AS Data_CDS, e.DATA_CDA AS Data_CDA\n"
    "  FROM REGSERVPADRO.AOC_ENDPOINT e, REGSERVPADRO.AOC_MUNICIPI m\n"
    " WHERE e.ID = m.ID ORDER BY e.ID;\n";

static const char tables[] =
    "CREATE TABLE %sAOC_ENDPOINT (ID NUMERIC(10), DESCRIPCIO VARCHAR(200), PLATAFORMA NUMERIC(1), URL_WSDL "
    "VARCHAR(10), "
    "DATA_CDS DATE, DATA_CDA TIMESTAMP);"
    "CREATE TABLE %sAOC_MUNICIPI (ID NUMERIC(10), CODI_PROVINCIA VARCHAR(2), CODI_MUNICIPI VARCHAR(3));"
    "INSERT INTO %sAOC_ENDPOINT VALUES (1, 'Prat de Llobregat, Ajuntament del', 0, NULL, '2026-12-01', "
    "'2027-01-02 23:59:59'), (2, 'L''Hospitalet · à €', 1, 'u', NULL, '2026-11-30 00:00:00'), (3, 'Vic', 7, NULL, "
    "NULL, "
    "NULL);"
    "INSERT INTO %sAOC_MUNICIPI VALUES (1, '08', '169'), (2, '08', '101'), (3, '08', '298');";

static void psql(const char *sql)
{
    const char *argv[] = {"psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", socket_dir, "-U", "talaia", "-d", "talaia",
                          "-c",   sql,  NULL};
    assert_int_equal(sample_run(argv, NULL), 0);
}

static int server(const char *action, const char *output)
{
    const char *script = arena_printf(&arena, "%s/tests/servers/postgresql.sh", getenv("TALAIA_TEST_SOURCE"));
    const char *argv[] = {"sh", script, action, arena_printf(&arena, "%s/server", directory), NULL};
    return sample_run(argv, output);
}

static bool start_postgresql(void)
{
    struct err e = {0};
    struct buf place = BUF_INIT(1000);
    char *noted = arena_printf(&arena, "%s/socket", directory);
    if (server("start", noted) != 0 || !file_read(noted, &place, &e))
        return false;
    socket_dir = arena_text(&arena, str_trim(buf_str(&place)));
    buf_release(&place);
    postgresql = arena_printf(&arena, "DRIVER=" DRIVERS "psqlodbcw.so;Servername=%s;Database=talaia", socket_dir);
    psql("CREATE SCHEMA REGSERVPADRO");
    psql(arena_printf(&arena, tables, "REGSERVPADRO.", "REGSERVPADRO.", "REGSERVPADRO.", "REGSERVPADRO."));
    psql("CREATE ROLE lector LOGIN PASSWORD '" SECRET "'; GRANT USAGE ON SCHEMA REGSERVPADRO TO lector; "
         "GRANT SELECT ON ALL TABLES IN SCHEMA REGSERVPADRO TO lector");
    return true;
}

static int make(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(directory));
    module_init(arena_printf(&arena, "%s/src/table", getenv("TALAIA_TEST_BUILD")));
    const char *file = arena_printf(&arena, "%s/it's.db", directory);
    const char *argv[] = {"sqlite3", file, arena_printf(&arena, tables, "", "", "", ""), NULL};
    assert_int_equal(sample_run(argv, NULL), 0);
    sqlite = arena_printf(&arena, "DRIVER=" DRIVERS "libsqlite3odbc.so;Database=%s", file);
    return start_postgresql() ? 0 : 1;
}

static int clean(void **state)
{
    (void)state;
    server("stop", NULL);
    const char *argv[] = {"rm", "-rf", directory, NULL};
    sample_run(argv, NULL);
    arena_release(&arena);
    return 0;
}

static void check(const char *connection, const char *sql, int seconds, const char *wanted)
{
    struct table_odbc source = {.connection = connection, .sql = sql, .seconds = seconds};
    char *found = sample_dump_odbc(&source);
    if (strcmp(found, wanted) != 0)
        fail_msg("%s gives\n%s\nbut should give\n%s", sql, found, wanted);
    free(found);
}

static const char *as(const char *connection, const char *more)
{
    return arena_printf(&arena, "%s;%s", connection, more);
}

#define ROWS                                                                                                           \
    "2: 1 \"Prat de Llobregat, Ajuntament del\" \"08\" \"169\" 0 - d:2026-12-01 d:2027-01-02\n"                        \
    "3: 2 \"L'Hospitalet · à €\" \"08\" \"101\" 1 \"u\" - d:2026-11-30\n"                                          \
    "4: 3 \"Vic\" \"08\" \"298\" 7 - - -\n"

static void test_registry_query(void **state)
{
    (void)state;
    check(as(postgresql, "UID=talaia"), query, 0,
          "sheet 0 \"ODBC\"\n1: \"id\" \"ens\" \"provincia\" \"municipi\" \"plataforma\" \"endpoint\" \"data_cds\" "
          "\"data_cda\"\n" ROWS);
    check(sqlite, query, 0,
          "sheet 0 \"ODBC\"\n1: \"ID\" \"Ens\" \"Provincia\" \"Municipi\" \"Plataforma\" \"Endpoint\" \"Data_CDS\" "
          "\"Data_CDA\"\n" ROWS);
}

static void test_dsn(void **state)
{
    (void)state;
    struct err e = {0};
    char *ini = arena_printf(&arena, "%s/odbc.ini", directory);
    char *text = arena_printf(&arena,
                              "[REGSERVPADRO]\nDriver=" DRIVERS "psqlodbcw.so\nServername=%s\nDatabase=talaia\n"
                              "Username=talaia\n",
                              socket_dir);
    assert_true(file_write(ini, str_of(text), &e));
    setenv("ODBCINI", ini, 1);
    check("REGSERVPADRO", "SELECT 1 AS u", 0, "sheet 0 \"REGSERVPADRO\"\n1: \"u\"\n2: 1\n");
    check("DSN=REGSERVPADRO;UID=talaia", "SELECT 1 AS u", 0, "sheet 0 \"REGSERVPADRO\"\n1: \"u\"\n2: 1\n");
    check("NOBODY", "SELECT 1", 0,
          "error T-SOURCE NOBODY: cannot connect to the database: [unixODBC][Driver Manager]Data source name not found "
          "and "
          "no default driver specified (IM002)\n");
}

static void test_kinds(void **state)
{
    (void)state;
    check(as(postgresql, "UID=talaia"),
          "SELECT 1.50::numeric AS n, 12345678901234567890::numeric AS big, 0.1::float8 AS f, -5::bigint AS i, true AS "
          "b, "
          "E'a\\nb' AS t, '' AS e, '2026-11-20 23:00+00'::timestamptz AS z, '0044-03-15'::date AS old",
          0,
          "sheet 0 \"ODBC\"\n1: \"n\" \"big\" \"f\" \"i\" \"b\" \"t\" \"e\" \"z\" \"old\"\n"
          "2: 1.50 12345678901234567890 0.1 -5 \"1\" \"a\\nb\" - d:2026-11-20 d:0044-03-15\n");
    check(sqlite, "SELECT CAST('15/01/2027' AS TEXT) AS t, 2.5 AS n, NULL AS v", 0,
          "sheet 0 \"ODBC\"\n1: \"t\" \"n\" \"v\"\n2: \"15/01/2027\" 2.5 -\n");
}

/* Blocks have 64 rows: none is lost or told twice at their edges. Rows without anything are skipped. */
static void test_blocks(void **state)
{
    (void)state;
    static const int counts[] = {0, 1, 63, 64, 65, 128, 1000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct buf wanted = BUF_INIT(1 << 20);
        buf_add_text(&wanted, "sheet 0 \"ODBC\"\n1: \"i\"\n");
        for (int row = 1; row <= counts[i]; row++)
            buf_printf(&wanted, "%d: %d\n", row + 1, row);
        const char *sql = arena_printf(&arena, "SELECT i FROM generate_series(1, %d) i", counts[i]);
        check(as(postgresql, "UID=talaia"), sql, 0, buf_text(&wanted));
        check(as(postgresql, "UID=talaia;UseDeclareFetch=1;Fetch=64"), sql, 0, buf_text(&wanted));
        sql = arena_printf(&arena,
                           "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s) SELECT i FROM s LIMIT %d",
                           counts[i]);
        struct table_odbc source = {.connection = sqlite, .sql = sql};
        char *found = sample_dump_odbc(&source);
        /* SQLite has no type for an expression: text or number, the rows are these. */
        size_t lines = 0;
        for (const char *p = found; (p = strchr(p, '\n')) != NULL; p++)
            lines++;
        assert_int_equal(lines, counts[i] + 2);
        assert_null(strstr(found, "error"));
        free(found);
        buf_release(&wanted);
    }
    check(as(postgresql, "UID=talaia"), "SELECT NULLIF(i, 2) AS i FROM generate_series(1, 3) i", 0,
          "sheet 0 \"ODBC\"\n1: \"i\"\n2: 1\n4: 3\n");
}

static void test_too_long(void **state)
{
    (void)state;
    check(as(postgresql, "UID=talaia"),
          "SELECT i, repeat('y', CASE i WHEN 70 THEN 65536 ELSE 0 END) AS nota FROM "
          "generate_series(70, 70) i",
          0,
          "sheet 0 \"ODBC\"\n1: \"i\" \"nota\"\nerror T-SOURCE ODBC: row 2, column nota: the value is too long for a "
          "table\n");
    check(
        sqlite, "SELECT replace(hex(zeroblob(40000)), '00', 'yy') AS nota", 0,
        "sheet 0 \"ODBC\"\n1: \"nota\"\nerror T-SOURCE ODBC: row 2, column nota: the value is too long for a table\n");
}

static void test_password(void **state)
{
    (void)state;
    /* Braces keep what would end the value; a brace inside is doubled. */
    check(as(postgresql, "UID=lector;PWD={s3cr{t}};x}"), "SELECT count(*) AS n FROM REGSERVPADRO.AOC_ENDPOINT", 0,
          "sheet 0 \"ODBC\"\n1: \"n\"\n2: 3\n");
    struct table_odbc source = {.connection = as(postgresql, "UID=lector;PWD=zwrongz"), .sql = query};
    char *found = sample_dump_odbc(&source);
    assert_non_null(strstr(found, "error T-SOURCE ODBC: cannot connect to the database:"));
    assert_non_null(strstr(found, "password authentication failed for user \"lector\" (08001)"));
    assert_null(strstr(found, "zwrongz"));
    free(found);
}

/* A driver that quotes the connection string in its message: the secret must not come through. */
static void test_secret_hidden(void **state)
{
    (void)state;
    struct table_odbc source = {.connection = "DRIVER=/nowhere/hunter2/driver.so;PassWord=hunter2", .sql = query};
    char *found = sample_dump_odbc(&source);
    assert_non_null(strstr(found, "/nowhere/***/driver.so"));
    assert_null(strstr(found, "hunter2"));
    free(found);
}

static void test_read_only(void **state)
{
    (void)state;
    struct table_odbc source = {.connection = as(postgresql, "UID=talaia"),
                                .sql = "INSERT INTO REGSERVPADRO.AOC_MUNICIPI VALUES (9, '1', '1') RETURNING ID"};
    char *found = sample_dump_odbc(&source);
    assert_non_null(strstr(found, "read-only transaction"));
    free(found);
    source = (struct table_odbc){.connection = sqlite, .sql = "INSERT INTO AOC_MUNICIPI VALUES (9, '1', '1')"};
    found = sample_dump_odbc(&source);
    assert_non_null(strstr(found, "readonly"));
    free(found);
    check(as(postgresql, "UID=talaia"), "SELECT count(*) AS n FROM REGSERVPADRO.AOC_MUNICIPI", 0,
          "sheet 0 \"ODBC\"\n1: \"n\"\n2: 3\n");
}

static void test_mistakes(void **state)
{
    (void)state;
    check(as(postgresql, "UID=talaia"), "SELECT * FROM nowhere", 0,
          "error T-SOURCE ODBC: the query fails: ERROR: relation \"nowhere\" does not exist; Error while executing the "
          "query "
          "(42P01)\n");
    check(as(postgresql, "UID=talaia"), "SET search_path = public", 0,
          "error T-SOURCE ODBC: the query gives no rows; it must be a SELECT\n");
}

static double elapsed(const struct timespec *since)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - since->tv_sec) + (double)(now.tv_nsec - since->tv_nsec) / 1e9;
}

static const char reason[] = "error T-SOURCE ODBC: the query did not end within 1 seconds and was cancelled\n";

/* Stands before the C library's, for the module too: a busy machine that wakes the watch seconds late. */
static atomic_int late_seconds;

__attribute__((visibility("default"))) int pthread_cond_timedwait(pthread_cond_t *changed, pthread_mutex_t *lock,
                                                                  const struct timespec *until)
{
    int (*real)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *) = NULL;
    *(void **)&real = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    struct timespec later = *until;
    later.tv_sec += atomic_load(&late_seconds);
    return real(changed, lock, &later);
}

static void test_timeout(void **state)
{
    (void)state;
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    check(as(postgresql, "UID=talaia"), "SELECT pg_sleep(20)", 1, reason);
    check(sqlite, "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r", 1, reason);
    assert_true(elapsed(&start) < 20);
}

/* The database heeds the limit that the driver passes on, and is first. */
static void test_database_is_first(void **state)
{
    (void)state;
    atomic_store(&late_seconds, 10);
    check(as(postgresql, "UID=talaia"), "SELECT pg_sleep(20)", 1, reason);
    /* Whoever else cancels it is named by the database. */
    check(as(postgresql, "UID=talaia"), "SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(20)", 60,
          "error T-SOURCE ODBC: the query fails: ERROR: canceling statement due to user request; Error while executing "
          "the query (57014)\n");
    atomic_store(&late_seconds, 0);
}

/* The server dies as in a crash between two blocks: rows that came are kept, the rest is an error, not an end. */
static void test_server_killed(void **state)
{
    (void)state;
    struct err e = {0};
    struct table *t;
    const struct table_sheet *sheet;
    const struct table_row *row;
    struct table_odbc source = {.connection = as(postgresql, "UID=talaia;UseDeclareFetch=1;Fetch=64"),
                                .sql = "SELECT i, repeat('x', 500) AS t FROM generate_series(1, 100000) i"};
    assert_true(table_open_odbc(&source, &t, &e));
    assert_true(table_next_sheet(t, &sheet, &e));
    for (int i = 0; i < 100; i++)
        assert_true(table_next_row(t, &row, &e));
    assert_int_equal(server("kill", NULL), 0);
    size_t more = 0;
    while (table_next_row(t, &row, &e))
        more++;
    assert_in_range(more, 0, 1000);
    assert_int_equal(e.code, ERR_SOURCE);
    assert_non_null(strstr(e.log, "the database stopped giving rows"));
    table_close(t);
    err_clear(&e);
    source.sql = "SELECT 1";
    assert_false(table_open_odbc(&source, &t, &e));
    assert_non_null(strstr(e.log, "cannot connect to the database"));
    assert_int_equal(server("start", arena_printf(&arena, "%s/socket", directory)), 0);
    check(as(postgresql, "UID=talaia"), "SELECT 1 AS u", 0, "sheet 0 \"ODBC\"\n1: \"u\"\n2: 1\n");
}

static void test_closed_early(void **state)
{
    (void)state;
    struct err e = {0};
    struct table *t;
    const struct table_sheet *sheet;
    const struct table_row *row;
    struct table_odbc source = {.connection = as(postgresql, "UID=talaia"), .sql = query};
    assert_true(table_open_odbc(&source, &t, &e));
    assert_true(table_next_sheet(t, &sheet, &e));
    assert_true(table_next_row(t, &row, &e));
    assert_false(table_next_sheet(t, &sheet, &e));
    table_close(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registry_query),
        cmocka_unit_test(test_dsn),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_password),
        cmocka_unit_test(test_secret_hidden),
        cmocka_unit_test(test_read_only),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_timeout),
        cmocka_unit_test(test_database_is_first),
        cmocka_unit_test(test_server_killed),
        cmocka_unit_test(test_closed_early),
    };
    return cmocka_run_group_tests(tests, make, clean);
}
