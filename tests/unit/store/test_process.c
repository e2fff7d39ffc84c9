/* The store among several processes: waiting, locks, backups while others write. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/file.h"
#include "suites.h"

/* --- what the other process does --- */

/* Holds the write transaction and the lock "x" from "holding" on, until SIGUSR1 comes or for so long. */
int child_hold(const char *url, const char *ms)
{
    struct err e = {0};
    struct store *s;
    struct tx tx;
    int64_t n;
    sigset_t enough;
    sigemptyset(&enough);
    sigaddset(&enough, SIGUSR1);
    sigprocmask(SIG_BLOCK, &enough, NULL);
    if (!str_to_int64(str_of(ms), 0, 60000, &n) || !store_open_set(url, STORE_OPEN, &fix_two, &s, &e) ||
        !tx_begin(s, TX_WRITE, &tx, &e) || !tx_lock(&tx, "x", &e) || !thing_try(&tx, "held", 1, &e))
        return 1;
    say("holding");
    sigtimedwait(&enough, NULL, &(struct timespec){n / 1000, n % 1000 * 1000000});
    bool ok = tx_commit(&tx, &e);
    store_close(s);
    return ok ? 0 : 1;
}

/* Writes pairs, each pair in one transaction, until it is killed. */
int child_pairs(const char *url)
{
    struct err e = {0};
    struct store *s;
    if (!store_open_set(url, STORE_OPEN, &fix_two, &s, &e))
        return 1;
    for (int i = 0;; i++) {
        char one[32], two[32];
        struct tx tx;
        (void)snprintf(one, sizeof one, "%d a", i);
        (void)snprintf(two, sizeof two, "%d b", i);
        if (!tx_begin(s, TX_WRITE, &tx, &e) || !thing_try(&tx, one, i, &e) || !thing_try(&tx, two, i, &e) ||
            !tx_commit(&tx, &e)) {
            fprintf(stderr, "%s\n", e.log);
            return 1;
        }
        if (i == 20)
            say("writing");
    }
}

/* A backup into a file that may not grow. pg_dump inherits the limit. */
int child_backup_small(const char *url, const char *path)
{
    struct err e = {0};
    struct store *s = NULL;
    struct tx tx;
    struct rlimit r = {8192, 8192};
    /* 2 MB that no packing makes small. */
    if (!store_open_set(url, STORE_CREATE, &fix_two, &s, &e) || !tx_begin(s, TX_WRITE, &tx, &e))
        return 1;
    uint64_t seed = 7;
    for (int i = 0; i < 20000; i++) {
        char name[128];
        size_t n = 0;
        for (int k = 0; k < 6; k++, seed = seed * 6364136223846793005u + 1442695040888963407u)
            n += (size_t)snprintf(name + n, sizeof name - n, "%016llx", (unsigned long long)seed);
        if (!thing_try(&tx, name, i, &e))
            return 2;
    }
    signal(SIGXFSZ, SIG_IGN);
    if (!tx_commit(&tx, &e) || setrlimit(RLIMIT_FSIZE, &r) != 0)
        return 3;
    if (store_backup(s, path, &e))
        return 4;
    say(e.code == ERR_STORE_FULL ? "refused" : e.log);
    store_close(s);
    return 0;
}

static const struct {
    const char *name;
    int (*one)(const char *url);
    int (*two)(const char *url, const char *argument);
} children[] = {
    {"create", child_create, NULL},
    {"slow", child_slow, NULL},
    {"pairs", child_pairs, NULL},
    {"hold", NULL, child_hold},
    {"backup-small", NULL, child_backup_small},
    {"fill", NULL, child_fill},
    {"nobody", NULL, child_nobody},
};

int child_run(int argc, char **argv)
{
    modules_find();
    for (size_t i = 0; i < sizeof children / sizeof *children; i++) {
        if (strcmp(argv[0], children[i].name) == 0 && argc == (children[i].one != NULL ? 2 : 3))
            return children[i].one != NULL ? children[i].one(argv[1]) : children[i].two(argv[1], argv[2]);
    }
    return 99;
}

/* --- waiting --- */

static void busy_after_the_wait(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    int out;
    struct store *s = open_store(&fix_two);
    pid_t pid = child(&out, "hold", fix.url, "60000", NULL);
    line_wait(out, "holding");
    must(store_set_wait(s, 200, &e), &e);
    int64_t start = now_ms();
    bool ok = tx_begin(s, TX_WRITE, &tx, &e) && tx_lock(&tx, "x", &e);
    must_fail(ok, &e, ERR_STORE_BUSY, "another command is writing");
    assert_in_range(now_ms() - start, 150, 30000);
    tx_rollback(&tx);
    assert_int_equal(count_things(s), 0); /* reading needs no waiting */
    assert_int_equal(kill(pid, SIGUSR1), 0);
    assert_int_equal(reap(pid), 0);
    close(out);
    err_clear(&e);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    must(tx_lock(&tx, "x", &e), &e);
    thing_add(&tx, "mine", 1);
    must(tx_commit(&tx, &e), &e);
    assert_int_equal(count_things(s), 2);
    store_close(s);
}

static void waits_for_its_turn(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    int out;
    struct store *s = open_store(&fix_two);
    int64_t start = now_ms();
    pid_t pid = child(&out, "hold", fix.url, "400", NULL);
    line_wait(out, "holding");
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    must(tx_lock(&tx, "x", &e), &e);
    assert_in_range(now_ms() - start, 400, INT64_MAX);
    int64_t n = -1;
    must(sql_int(&tx, &n, NULL, &e, "SELECT count(*) FROM thing WHERE name = 'held'", ""), &e);
    assert_int_equal(n, 1); /* what the other one wrote is seen under the lock */
    must(tx_commit(&tx, &e), &e);
    assert_int_equal(reap(pid), 0);
    close(out);
    store_close(s);
}

static void locks_have_names(void **state)
{
    (void)state;
    if (fix.kind == STORE_SQLITE)
        return; /* its write transaction is every lock at once */
    struct err e = {0};
    struct tx tx;
    int out;
    struct store *s = open_store(&fix_two);
    pid_t pid = child(&out, "hold", fix.url, "60000", NULL);
    line_wait(out, "holding");
    int64_t start = now_ms();
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    must(tx_lock(&tx, "y", &e), &e);
    thing_add(&tx, "mine", 1);
    must(tx_commit(&tx, &e), &e);
    assert_in_range(now_ms() - start, 0, 30000);
    assert_int_equal(kill(pid, SIGUSR1), 0);
    assert_int_equal(reap(pid), 0);
    close(out);
    store_close(s);
}

/* --- backup --- */

/* The number of rows in a backup. */
static int64_t backup_count(const char *path)
{
    if (fix.kind == STORE_POSTGRESQL) {
        const char *const drop[] = {"psql",
                                    "-qh",
                                    fix.socket,
                                    "-U",
                                    "talaia",
                                    "-c",
                                    "SET client_min_messages = error",
                                    "-c",
                                    "DROP DATABASE IF EXISTS copy",
                                    "talaia",
                                    NULL};
        const char *const make[] = {"createdb", "-h", fix.socket, "-U", "talaia", "copy", NULL};
        const char *const restore[] = {"pg_restore", "-h", fix.socket, "-U", "talaia", "-d", "copy", path, NULL};
        assert_int_equal(reap(spawn(drop, NULL)), 0);
        assert_int_equal(reap(spawn(make, NULL)), 0);
        assert_int_equal(reap(spawn(restore, NULL)), 0);
    }
    char url[256];
    (void)snprintf(url, sizeof url, fix.kind == STORE_SQLITE ? "sqlite:%s" : "postgresql:///copy?host=%s&user=talaia",
                   fix.kind == STORE_SQLITE ? path : fix.socket);
    struct err e = {0};
    struct store *s = NULL;
    must(store_open_set(url, STORE_OPEN, &fix_two, &s, &e), &e);
    must(store_check(s, &e), &e);
    int64_t n = count_things(s);
    store_close(s);
    return n;
}

static void backup_while_others_write(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    int out;
    struct store *s = open_store(&fix_two);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    must(sql_run(&tx, NULL, &e,
                 "INSERT INTO thing (name, size) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
                 "i < 100000) SELECT 'row number ' || i, i FROM n",
                 ""),
         &e);
    must(tx_commit(&tx, &e), &e);
    pid_t pid = child(&out, "pairs", fix.url, NULL);
    line_wait(out, "writing");
    int64_t before = count_things(s), last = 0;
    for (int i = 0; i < 3; i++) {
        const char *path = arena_printf(&fix.arena, "%s/backup-%d", fix.dir, i);
        must(store_backup(s, path, &e), &e);
        struct stat st;
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        int64_t n = backup_count(path);
        assert_int_equal(n % 2, 0); /* never half a pair */
        assert_true(n >= before && n <= count_things(s) && n >= last);
        last = n;
        must_fail(store_backup(s, path, &e), &e, ERR_FILE, "exists already");
        err_clear(&e);
        unlink(path);
    }
    kill(pid, SIGKILL);
    assert_int_equal(reap(pid), 1000 + SIGKILL);
    close(out);
    store_close(s);
    const char *const left[] = {"sh", "-c", "ls \"$1\" | grep -c part; exit 0", "sh", fix.dir, NULL};
    pid = spawn(left, &out);
    line_wait(out, "0");
    assert_int_equal(reap(pid), 0);
    close(out);
}

static void backup_that_cannot_be(void **state)
{
    (void)state;
    struct err e = {0};
    struct store *s = open_store(&fix_two);
    const char *path = arena_printf(&fix.arena, "%s/nowhere/backup", fix.dir);
    must_fail(store_backup(s, path, &e), &e, ERR_FILE, "cannot write the backup");
    err_clear(&e);
    must_fail(store_backup(s, fix.dir, &e), &e, ERR_FILE, "exists already");
    err_clear(&e);
    must_fail(store_backup(s, "", &e), &e, ERR_VALUE, "needs a file name");
    /* No room for it. */
    err_clear(&e);
    int out;
    path = arena_printf(&fix.arena, "%s/small", fix.dir);
    pid_t pid = child(&out, "backup-small", fix.url, path, NULL);
    line_wait(out, "refused");
    assert_int_equal(reap(pid), 0);
    close(out);
    assert_false(file_exists(path));
    store_close(s);
}

static void check_finds_nothing_wrong(void **state)
{
    (void)state;
    struct err e = {0};
    struct store *s = open_store(&fix_two);
    must(store_check(s, &e), &e);
    store_close(s);
}

const struct CMUnitTest suite_process[] = {
    {"busy_after_the_wait", busy_after_the_wait, fixture_setup, NULL, NULL},
    {"waits_for_its_turn", waits_for_its_turn, fixture_setup, NULL, NULL},
    {"locks_have_names", locks_have_names, fixture_setup, NULL, NULL},
    {"backup_while_others_write", backup_while_others_write, fixture_setup, NULL, NULL},
    {"backup_that_cannot_be", backup_that_cannot_be, fixture_setup, NULL, NULL},
    {"check_finds_nothing_wrong", check_finds_nothing_wrong, fixture_setup, NULL, NULL},
};
const size_t suite_process_count = sizeof suite_process / sizeof *suite_process;
