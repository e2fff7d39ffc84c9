/* What only a store in a file can meet. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/file.h"
#include "suites.h"

/* --- the file --- */

static const char *place(const char *name)
{
    return arena_printf(&fix.arena, "%s/%s", fix.dir, name);
}

static const char *url_of(const char *path)
{
    return arena_printf(&fix.arena, "sqlite:%s", path);
}

static void refused(const char *url, enum store_open_how how, enum err_code code, const char *part)
{
    struct err e = {0};
    struct store *s = NULL;
    must_fail(store_open_set(url, how, &fix_one, &s, &e), &e, code, part);
    assert_null(s);
}

static void write_file(const char *path, const char *content, size_t n)
{
    struct err e = {0};
    must(file_write(path, str_part(content, n), &e), &e);
}

static void impossible_places(void **state)
{
    (void)state;
    for (int how = STORE_OPEN; how <= STORE_EXAMINE; how++) {
        refused(url_of(fix.dir), how, ERR_STORE, "is a directory");
        refused("sqlite:/dev/null", how, ERR_STORE, "not an ordinary file");
        refused("sqlite:", how, ERR_CONFIG, "names no file");
        refused("oracle:x", how, ERR_CONFIG, "neither sqlite:FILE nor postgresql");
        refused("", how, ERR_CONFIG, "neither");
        write_file(place("text"), "This is not a database, but it is long enough to be one. ", 57);
        refused(url_of(place("text")), how, ERR_STORE, "is not a store of Talaia");
    }
    refused(url_of(place("no/such/dir.db")), STORE_CREATE, ERR_STORE, "directory of");
    refused(url_of(place("no/such/dir.db")), STORE_OPEN, ERR_STORE, "there is no store at");
    refused(url_of(place("text/x.db")), STORE_CREATE, ERR_STORE, "directory of");
}

static void odd_names(void **state)
{
    (void)state;
    char back[4096];
    assert_non_null(getcwd(back, sizeof back));
    assert_int_equal(chdir(fix.dir), 0);
    static const char *const names[] = {":memory:", "file:x?mode=memory", "espai i ç.db", "-wal", "100%41.db"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct err e = {0};
        struct store *s = NULL;
        must(store_open_set(url_of(names[i]), STORE_CREATE, &fix_one, &s, &e), &e);
        must(store_backup(s, "copy", &e), &e);
        assert_int_equal(unlink("copy"), 0);
        store_close(s);
        struct stat st;
        assert_int_equal(stat(names[i], &st), 0);
        assert_true(st.st_size > 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        must(store_open_set(url_of(names[i]), STORE_OPEN, &fix_one, &s, &e), &e);
        store_close(s);
    }
    assert_int_equal(chdir(back), 0);
}

static void files_are_private(void **state)
{
    (void)state;
    mode_t before = umask(0);
    struct store *s = open_store(&fix_one);
    struct err e = {0};
    struct tx tx;
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    thing_add(&tx, "a", 1);
    must(tx_commit(&tx, &e), &e);
    static const char *const parts[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++) {
        struct stat st;
        assert_int_equal(stat(arena_printf(&fix.arena, "%s%s", fix.url + 7, parts[i]), &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    umask(before);
    store_close(s);
}

static void settings(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t value;
    } due[] = {{"foreign_keys", 1}, {"synchronous", 2}, {"trusted_schema", 0}, {"temp_store", 1}, {"mmap_size", 0}};
    struct store *s = open_store(&fix_one);
    struct err e = {0};
    struct tx tx;
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    for (size_t i = 0; i < sizeof due / sizeof *due; i++) {
        int64_t got = -1;
        must(sql_int(&tx, &got, NULL, &e, arena_printf(&fix.arena, "PRAGMA %s", due[i].name), ""), &e);
        assert_int_equal(got, due[i].value);
    }
    struct stmt *q = stmt_open(&tx, &e, "PRAGMA journal_mode", "");
    assert_true(stmt_next(q));
    assert_string_equal(stmt_text(q, 0), "wal");
    must(stmt_close(q), &e);
    /* defensive */
    assert_false(sql_run(&tx, NULL, &e, "DELETE FROM sqlite_schema", ""));
    tx_rollback(&tx);
    store_close(s);
}

static int64_t file_size(const char *suffix)
{
    struct stat st;
    assert_int_equal(stat(arena_printf(&fix.arena, "%s%s", fix.url + 7, suffix), &st), 0);
    return st.st_size;
}

/* Three times what the log may hold, while somebody reads what was there before the last third of it. */
static void log_is_moved_beside(void **state)
{
    (void)state;
    const int64_t most = (int64_t)LIMIT_STORE_WAL_PAGES * 4096;
    struct store *s = open_store(&fix_one), *other = open_store(&fix_one);
    struct err e = {0};
    struct tx tx, reading = {0};
    char *name = arena_array(&fix.arena, char, 100001);
    memset(name, 'a', 100000);
    must(store_move_beside(s, &e), &e);
    must(store_move_beside(s, &e), &e); /* once more changes nothing */
    int64_t rows = 3 * most / 100000, before = 0;
    for (int64_t i = 0; i < rows; i++) {
        if (i == rows * 2 / 3) {
            for (int waited = 0; waited < 1000 && file_size("") < most; waited++)
                pause_ms(10);
            assert_true(file_size("") >= most); /* it was in nobody's commit */
            must(tx_begin(other, TX_READ, &reading, &e), &e);
            must(sql_int(&reading, &before, NULL, &e, "SELECT count(*) FROM thing", ""), &e);
        }
        (void)snprintf(name + 99990, 11, "%010d", (int)i);
        must(tx_begin(s, TX_WRITE_SOON, &tx, &e), &e);
        thing_add(&tx, name, i);
        must(tx_commit(&tx, &e), &e);
    }
    must(sql_int(&reading, &rows, NULL, &e, "SELECT count(*) FROM thing", ""), &e);
    assert_int_equal(rows, before);
    tx_rollback(&reading);
    store_close(other);
    store_close(s);
    s = open_store(&fix_one);
    must(store_check(s, &e), &e);
    assert_int_equal(count_things(s), 3 * most / 100000);
    store_close(s);
}

/* --- permissions: as somebody else, for root may do anything --- */

int child_nobody(const char *url, const char *how)
{
    struct err e = {0};
    struct store *s = NULL;
    struct tx tx;
    if (setgid(65534) != 0 || setuid(65534) != 0)
        return 3;
    bool ok = store_open_set(url,
                             *how == 'e'   ? STORE_EXAMINE
                             : *how == 'c' ? STORE_CREATE
                                           : STORE_OPEN,
                             &fix_one, &s, &e);
    if (ok && *how == 'e') {
        ok = store_schema_version(s, &e) == 1 && store_check(s, &e);
        bool wrote = tx_begin(s, TX_WRITE, &tx, &e) && thing_try(&tx, "x", 1, &e);
        ok = ok && !wrote;
    }
    say(e.log);
    return ok ? 0 : e.code == ERR_STORE ? 5 : 4;
}

static void as_nobody(const char *url, const char *how, int due, const char *part)
{
    int out;
    char said[2048];
    pid_t pid = child(&out, "nobody", url, how, NULL);
    ssize_t n = read(out, said, sizeof said - 1);
    said[n > 0 ? n : 0] = '\0';
    close(out);
    assert_int_equal(reap(pid), due);
    if (strstr(said, part) == NULL)
        fail_msg("\"%s\" lacks \"%s\"", said, part);
}

static void no_permission(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        print_message("not root: permissions are not tried\n");
        skip();
    }
    store_close(open_store(&fix_one));
    const char *path = fix.url + strlen("sqlite:");
    as_nobody(fix.url, "open", 5, "cannot open");
    assert_int_equal(chmod(path, 0644), 0);
    as_nobody(fix.url, "open", 5, "no permission to write");
    as_nobody(fix.url, "create", 5, "no permission to write");
    as_nobody(fix.url, "examine", 5, "no permission to write");
    as_nobody(url_of(place("new.db")), "create", 5, "cannot open");
    assert_int_equal(chmod(path, 0666), 0); /* the file may be written, but nothing beside it */
    as_nobody(fix.url, "open", 5, path);
}

/* --- damage --- */

static void truncated_file(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct store *s = open_store(&fix_one);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    for (int i = 0; i < 2000; i++)
        thing_add(&tx, arena_printf(&fix.arena, "a long enough name %d", i), i);
    must(tx_commit(&tx, &e), &e);
    store_close(s);
    const char *path = fix.url + strlen("sqlite:");
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(truncate(path, st.st_size / 2), 0);
    if (!store_open_set(fix.url, STORE_OPEN, &fix_one, &s, &e)) {
        must_fail(false, &e, ERR_STORE, "is damaged");
        return;
    }
    must_fail(store_check(s, &e), &e, ERR_STORE, "is damaged");
    err_clear(&e);
    const char *copy = place("damaged-copy");
    assert_false(store_backup(s, copy, &e));
    assert_false(file_exists(copy)); /* a backup that is damaged is none */
    store_close(s);
}

static void overwritten_page(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct store *s = open_store(&fix_one);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    for (int i = 0; i < 2000; i++)
        thing_add(&tx, arena_printf(&fix.arena, "a long enough name %d", i), i);
    must(tx_commit(&tx, &e), &e);
    store_close(s);
    int fd = open(fix.url + strlen("sqlite:"), O_WRONLY | O_CLOEXEC);
    char noise[4096];
    memset(noise, 0x5a, sizeof noise);
    for (int page = 4; page < 12; page++)
        assert_int_equal(pwrite(fd, noise, sizeof noise, page * 4096), sizeof noise);
    close(fd);
    must(store_open_set(fix.url, STORE_OPEN, &fix_one, &s, &e), &e);
    must_fail(store_check(s, &e), &e, ERR_STORE, "is damaged");
    err_clear(&e);
    must(tx_begin(s, TX_READ, &tx, &e), &e);
    struct stmt *q = stmt_open(&tx, &e, "SELECT note, name FROM thing ORDER BY size", "");
    while (stmt_next(q))
        ;
    must_fail(stmt_close(q), &e, ERR_STORE, "restore the last backup");
    tx_rollback(&tx);
    store_close(s);
}

static void dangling_reference(void **state)
{
    (void)state;
    struct err e = {0};
    struct store *s = open_store(&fix_two);
    must(store_check(s, &e), &e);
    sqlite3 *db;
    assert_int_equal(sqlite3_open(fix.url + strlen("sqlite:"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "INSERT INTO part VALUES ('nobody', 1)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    must_fail(store_check(s, &e), &e, ERR_STORE, "row 1 of part refers to a row of thing");
    store_close(s);
}

/* --- a full disk --- */

/* Rows until the file may not grow, in one transaction; then a little more work. */
int child_fill(const char *url, const char *limit)
{
    struct err e = {0};
    struct store *s;
    struct tx tx;
    int64_t bytes = 0;
    (void)str_to_int64(str_of(limit), 0, INT64_MAX, &bytes);
    if (!store_open_set(url, STORE_CREATE, &fix_one, &s, &e) || !tx_begin(s, TX_WRITE, &tx, &e) ||
        !thing_try(&tx, "kept", 1, &e) || !tx_commit(&tx, &e))
        return 1;
    struct rlimit r = {(rlim_t)bytes, (rlim_t)bytes};
    signal(SIGXFSZ, SIG_IGN);
    if (bytes > 0 && setrlimit(RLIMIT_FSIZE, &r) != 0)
        return 2;
    bool ok = tx_begin(s, TX_WRITE, &tx, &e);
    for (int i = 0; ok && i < 200000; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "a row that takes its room %d", i);
        ok = thing_try(&tx, name, i, &e);
    }
    ok = ok && tx_commit(&tx, &e);
    if (ok)
        return 3;
    tx_rollback(&tx);
    if (e.code != ERR_STORE_FULL) {
        say(e.log);
        return 4;
    }
    err_clear(&e);
    if (count_things(s) != 1 || !store_check(s, &e))
        return 5;
    store_close(s);
    return 0;
}

static void file_size_limit(void **state)
{
    (void)state;
    static const char *const limits[] = {"300000", "1000000", "5000000"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(reap(child(NULL, "fill", fix.url, limits[i], NULL)), 0);
        struct store *s = open_store(&fix_one);
        struct err e = {0};
        struct tx tx;
        must(store_check(s, &e), &e);
        assert_int_equal(count_things(s), 1);
        must(tx_begin(s, TX_WRITE, &tx, &e), &e);
        must(sql_run(&tx, NULL, &e, "DELETE FROM thing", ""), &e);
        must(tx_commit(&tx, &e), &e);
        store_close(s);
    }
}

static void full_file_system(void **state)
{
    (void)state;
    const char *small = place("tmpfs");
    assert_int_equal(mkdir(small, 0700), 0);
    if (mount("tmpfs", small, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m") != 0) {
        print_message("no small file system can be mounted (%s): not tried\n", strerror(errno));
        skip();
    }
    int status = reap(child(NULL, "fill", url_of(place("tmpfs/x.db")), "0", NULL));
    assert_int_equal(umount(small), 0);
    assert_int_equal(status, 0);
}

const struct CMUnitTest suite_sqlite[] = {
    {"impossible_places", impossible_places, fixture_setup, NULL, NULL},
    {"odd_names", odd_names, fixture_setup, NULL, NULL},
    {"files_are_private", files_are_private, fixture_setup, NULL, NULL},
    {"settings", settings, fixture_setup, NULL, NULL},
    {"log_is_moved_beside", log_is_moved_beside, fixture_setup, NULL, NULL},
    {"no_permission", no_permission, fixture_setup, NULL, NULL},
    {"truncated_file", truncated_file, fixture_setup, NULL, NULL},
    {"overwritten_page", overwritten_page, fixture_setup, NULL, NULL},
    {"dangling_reference", dangling_reference, fixture_setup, NULL, NULL},
    {"file_size_limit", file_size_limit, fixture_setup, NULL, NULL},
    {"full_file_system", full_file_system, fixture_setup, NULL, NULL},
};
const size_t suite_sqlite_count = sizeof suite_sqlite / sizeof *suite_sqlite;
