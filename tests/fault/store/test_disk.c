/* The Nth operation on the disk fails, for N = 1, 2 … until one run goes through: what was confirmed is there, what was
 * refused is not, and no failure passes in silence. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/file.h"
#include "fault_vfs.h"

static const char *const fault_names[FAULT_COUNT] = {"input/output", "no room", "fsync"};

/* --- the deed: rows of size 1 become 2, and new ones come --- */

/* A small deed, each of whose operations fails once, and one beyond the cache, which writes before its end too: there
 * ever fewer of the operations are tried. */
enum { OLD_ROWS = 100, FEW = 30, MANY = 2500 };

static int new_rows;

static void prepare(void)
{
    struct err e = {0};
    struct tx tx;
    struct store *s = open_store(&fix_one);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    for (int i = 0; i < OLD_ROWS; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "an old row with a name of some length %d", i);
        thing_add(&tx, name, 1);
    }
    must(tx_commit(&tx, &e), &e);
    store_close(s);
}

static bool deed(struct store *s, struct err *e)
{
    struct tx tx;
    if (!tx_begin(s, TX_WRITE, &tx, e))
        return false;
    bool ok = sql_run(&tx, NULL, e, "UPDATE thing SET size = 2", "");
    for (int i = 0; ok && i < new_rows; i++) {
        char name[1200];
        memset(name, 'x', sizeof name);
        (void)snprintf(name, 32, "a new row %d", i);
        name[strlen(name)] = ' ';
        name[sizeof name - 1] = '\0';
        ok = thing_try(&tx, name, 2, e);
    }
    if (ok)
        return tx_commit(&tx, e);
    tx_rollback(&tx);
    return false;
}

enum outcome { OLD_STATE, NEW_STATE };

static enum outcome look(void)
{
    struct err e = {0};
    struct store *s = NULL;
    struct tx tx;
    int64_t rows = -1, least = -1, most = -1;
    must(store_open_set(fix.url, STORE_OPEN, &fix_one, &s, &e), &e);
    must(store_check(s, &e), &e);
    must(tx_begin(s, TX_READ, &tx, &e), &e);
    must(sql_int(&tx, &rows, NULL, &e, "SELECT count(*) FROM thing", ""), &e);
    must(sql_int(&tx, &least, NULL, &e, "SELECT min(size) FROM thing", ""), &e);
    must(sql_int(&tx, &most, NULL, &e, "SELECT max(size) FROM thing", ""), &e);
    tx_rollback(&tx);
    store_close(s);
    assert_int_equal(least, most);
    assert_int_equal(rows, least == 1 ? OLD_ROWS : OLD_ROWS + new_rows);
    return least == 1 ? OLD_STATE : NEW_STATE;
}

static void file_copy(const char *from, const char *to)
{
    (void)unlink(to);
    int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0)
        return;
    int out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(out >= 0);
    char piece[65536];
    ssize_t n;
    while ((n = read(in, piece, sizeof piece)) > 0)
        assert_int_equal(write(out, piece, (size_t)n), n);
    close(in);
    close(out);
}

/* As a crash leaves them: without the connection's own tidying up. */
static void files_copy(const char *from, const char *to)
{
    static const char *const parts[] = {"", "-wal", "-journal", "-shm"};
    for (int i = 0; i < 4; i++) {
        const char *copy = arena_printf(&fix.arena, "%s%s", to, parts[i]);
        if (i < 3)
            file_copy(arena_printf(&fix.arena, "%s%s", from, parts[i]), copy);
        else
            (void)unlink(copy); /* a crashed machine has no shared memory */
    }
}

static int run_until_clean(enum fault fault, bool forever, int rows)
{
    new_rows = rows;
    const char *path = fix.url + strlen("sqlite:");
    const char *kept = arena_printf(&fix.arena, "%s.kept", path), *crashed = arena_printf(&fix.arena, "%s.crash", path);
    const char *url = fix.url;
    prepare();
    files_copy(path, kept);
    int refused = 0, unknown = 0, at = 1;
    for (;; at += 1 + (rows == MANY ? at / 6 : 0)) {
        struct err e = {0};
        struct store *s = NULL;
        files_copy(kept, path);
        fault_plan = (struct fault_plan){.fault = fault, .at = at, .forever = forever};
        bool ok = store_open_set(fix.url, STORE_OPEN, &fix_one, &s, &e);
        bool done = ok && deed(s, &e);
        bool is_unknown = strstr(e.log, "its end is unknown") != NULL;
        assert_true(done == (e.code == ERR_NONE)); /* a failure has a reason */
        if (!done && strstr(e.log, path) == NULL)
            fail_msg("the reason names no file: %s", e.log);
        if (!done && (fault == FAULT_FULL) != (e.code == ERR_STORE_FULL))
            fail_msg("%s: %s %s", fault_names[fault], err_code_text(e.code), e.log);
        /* What a crash at this moment would leave. */
        files_copy(path, crashed);
        if (is_unknown) { /* nothing more is done with a disk that lied */
            struct err again = {0};
            struct tx tx;
            must_fail(tx_begin(s, TX_WRITE, &tx, &again), &again, ERR_STORE, "failed before");
        }
        store_close(ok ? s : NULL);
        bool fired = fault_plan.fired;
        fault_plan.at = 0;
        for (int crash = 0; crash < 2; crash++) {
            fix.url = crash ? arena_printf(&fix.arena, "sqlite:%s", crashed) : url;
            enum outcome outcome = look();
            if (done && outcome != NEW_STATE)
                fail_msg("%s %d: confirmed and lost (%s)", fault_names[fault], at, crash ? "crash" : "closed");
            if (!done && !is_unknown && outcome != OLD_STATE)
                fail_msg("%s %d: refused and kept (%s): %s", fault_names[fault], at, crash ? "crash" : "closed", e.log);
        }
        fix.url = url;
        refused += !done;
        unknown += is_unknown;
        if (!fired)
            break;
    }
    print_message("%s%s, %d rows: %d operations, %d refusals, %d of them of unknown end\n", fault_names[fault],
                  forever ? " from then on" : "", rows, at - 1, refused, unknown);
    assert_true(refused > 0);
    return unknown;
}

static int both(enum fault fault, bool forever)
{
    int unknown = run_until_clean(fault, forever, FEW);
    (void)fixture_setup(NULL);
    return unknown + run_until_clean(fault, forever, MANY);
}

static void each_operation_fails(void **state)
{
    (void)state;
    assert_true(both(FAULT_IO, false) > 0);
}

static void each_operation_fails_for_ever(void **state)
{
    (void)state;
    (void)both(FAULT_IO, true);
}

static void disk_is_full(void **state)
{
    (void)state;
    assert_int_equal(both(FAULT_FULL, false), 0);
}

static void disk_stays_full(void **state)
{
    (void)state;
    assert_int_equal(both(FAULT_FULL, true), 0);
}

static void each_fsync_fails(void **state)
{
    (void)state;
    assert_true(both(FAULT_SYNC, false) > 0);
}

static void each_fsync_fails_for_ever(void **state)
{
    (void)state;
    assert_true(both(FAULT_SYNC, true) > 0);
}

/* --- backup --- */

static int fsyncs_left;

static int failing_fsync(int fd)
{
    if (fsyncs_left-- > 0)
        return fsync(fd);
    errno = EIO;
    return -1;
}

static int files_like(const char *part)
{
    char line[512];
    (void)snprintf(line, sizeof line, "exit $(ls '%s' | grep -c -- '%s')", fix.dir, part);
    const char *const argv[] = {"sh", "-c", line, NULL};
    return reap(spawn(argv, NULL));
}

static void backup_fails_whole(void **state)
{
    (void)state;
    const char *copy = arena_printf(&fix.arena, "%s/the-copy", fix.dir);
    prepare();
    struct store *s = open_store(&fix_one);
    int refused = 0;
    for (int at = 1;; at++) {
        struct err e = {0};
        fault_plan = (struct fault_plan){.fault = FAULT_IO, .at = at};
        bool ok = store_backup(s, copy, &e);
        bool fired = fault_plan.fired;
        fault_plan.at = 0;
        assert_true(ok == (e.code == ERR_NONE));
        assert_int_equal(files_like("part"), 0);
        assert_int_equal(file_exists(copy), ok);
        refused += !ok;
        if (ok) {
            const char *url = fix.url;
            fix.url = arena_printf(&fix.arena, "sqlite:%s", copy);
            assert_int_equal(look(), OLD_STATE);
            fix.url = url;
            assert_int_equal(unlink(copy), 0);
        }
        if (!fired)
            break;
    }
    assert_true(refused > 10);
    for (int left = 0; left < 2; left++) { /* of the file, of the directory */
        struct err e = {0};
        os.fsync = failing_fsync;
        fsyncs_left = left;
        must_fail(store_backup(s, copy, &e), &e, ERR_FILE, "cannot write the backup");
        os.fsync = fsync;
        assert_int_equal(files_like("the-copy"), 0);
    }
    store_close(s);
}

int main(void)
{
    fault_vfs_install();
    if (fixture_start("sqlite") != 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_operation_fails, fixture_setup),
        cmocka_unit_test_setup(each_operation_fails_for_ever, fixture_setup),
        cmocka_unit_test_setup(disk_is_full, fixture_setup),
        cmocka_unit_test_setup(disk_stays_full, fixture_setup),
        cmocka_unit_test_setup(each_fsync_fails, fixture_setup),
        cmocka_unit_test_setup(each_fsync_fails_for_ever, fixture_setup),
        cmocka_unit_test_setup(backup_fails_whole, fixture_setup),
    };
    int status = cmocka_run_group_tests_name("disk", tests, NULL, NULL);
    fixture_stop();
    return status != 0;
}
