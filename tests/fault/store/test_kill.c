/* SIGKILL at random moments: whoever opens the store next finds the old state or the new one, and never less than what
 * was confirmed. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>

#include "base/file.h"

#define ROWS 10000
#define ROUNDS 20

/* --- the victim --- */

static uint64_t seed;

static int random_below(int n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (int)((seed >> 33) % (uint64_t)n);
}

/* Replaces all rows by those of the next generation, in one transaction; tells each generation when it is confirmed. */
static int victim_rewrite(const char *url)
{
    struct err e = {0};
    struct store *s = NULL;
    if (!store_open_set(url, STORE_OPEN, &fix_one, &s, &e)) {
        fprintf(stderr, "%s\n", e.log);
        return 1;
    }
    say("started");
    for (;;) {
        struct tx tx;
        int64_t generation = 0;
        bool ok = tx_begin(s, TX_WRITE, &tx, &e) && tx_lock(&tx, "rewrite", &e) &&
                  sql_int(&tx, &generation, NULL, &e, "SELECT coalesce(max(size), 0) FROM thing", "") &&
                  sql_run(&tx, NULL, &e, "DELETE FROM thing", "");
        for (int i = 0; ok && i < ROWS; i++) {
            char name[48];
            (void)snprintf(name, sizeof name, "thing number %d of its generation", i);
            ok = thing_try(&tx, name, generation + 1, &e);
        }
        if (!ok || !tx_commit(&tx, &e)) {
            fprintf(stderr, "%s\n", e.log);
            return 1;
        }
        printf("%lld\n", (long long)generation + 1);
        fflush(stdout);
    }
}

static int victim_backup(const char *url, const char *path)
{
    struct err e = {0};
    struct store *s = NULL;
    if (!store_open_set(url, STORE_OPEN, &fix_one, &s, &e))
        return 1;
    say("started");
    for (;;) {
        if (!store_backup(s, path, &e)) {
            fprintf(stderr, "%s\n", e.log);
            return 1;
        }
        pause_ms(random_below(20));
        unlink(path);
    }
}

/* --- the moments --- */

/* What the victim had told when it died. */
static int64_t last_told(int fd, int64_t before)
{
    char text[65536];
    size_t n = 0;
    ssize_t got;
    while (n < sizeof text - 1 && (got = read(fd, text + n, sizeof text - 1 - n)) > 0)
        n += (size_t)got;
    close(fd);
    struct str rest = str_part(text, n), line;
    while (str_find(rest, '\n') < rest.n && str_split(&rest, '\n', &line))
        assert_true(str_to_int64(line, 1, INT64_MAX, &before));
    return before;
}

static int64_t generation_of(struct store *s)
{
    struct err e = {0};
    struct tx tx;
    int64_t rows = -1, least = -1, most = -1;
    must(store_check(s, &e), &e);
    must(tx_begin(s, TX_READ, &tx, &e), &e);
    must(sql_int(&tx, &rows, NULL, &e, "SELECT count(*) FROM thing", ""), &e);
    must(sql_int(&tx, &least, NULL, &e, "SELECT min(size) FROM thing", ""), &e);
    must(sql_int(&tx, &most, NULL, &e, "SELECT max(size) FROM thing", ""), &e);
    tx_rollback(&tx);
    assert_int_equal(least, most);
    assert_int_equal(rows, most == 0 ? 0 : ROWS);
    return most;
}

static void killed_while_writing(void **state)
{
    (void)state;
    int64_t told = 0, in_flight = 0;
    store_close(open_store(&fix_one));
    for (int i = 0; i < ROUNDS; i++) {
        int out;
        pid_t pid = child(&out, "rewrite", fix.url, NULL);
        line_wait(out, "started");
        if (i == 0)
            line_wait(out, "1"); /* however slow this machine is today: once it is killed with something kept */
        pause_ms(random_below(fix.kind == STORE_SQLITE ? 250 : 1500));
        kill(pid, SIGKILL);
        assert_int_equal(reap(pid), 1000 + SIGKILL);
        told = last_told(out, i == 0 ? 1 : told);
        struct err e = {0};
        struct store *s = NULL;
        must(store_open_set(fix.url, STORE_OPEN, &fix_one, &s, &e), &e);
        int64_t found = generation_of(s);
        /* Between commit and telling, one more may have been kept. */
        if (found != told && found != told + 1)
            fail_msg("round %d: %lld was confirmed and %lld is there", i, (long long)told, (long long)found);
        in_flight += found != told;
        told = found;
        store_close(s);
    }
    print_message("%lld generations of %d rows in %d rounds; %lld kept but not yet told\n", (long long)told, ROWS,
                  ROUNDS, (long long)in_flight);
    assert_true(told > 0);
}

static void killed_while_copying(void **state)
{
    (void)state;
    if (fix.kind == STORE_POSTGRESQL)
        return; /* pg_dump's file takes its name the same way */
    struct err e = {0};
    struct tx tx;
    struct store *s = open_store(&fix_one);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    for (int i = 0; i < ROWS; i++)
        thing_add(&tx, arena_printf(&fix.arena, "thing number %d of its generation", i), 1);
    must(tx_commit(&tx, &e), &e);
    const char *path = arena_printf(&fix.arena, "%s/copy.db", fix.dir);
    int whole = 0;
    for (int i = 0; i < ROUNDS; i++) {
        int out;
        pid_t pid = child(&out, "backup", fix.url, path, NULL);
        line_wait(out, "started");
        pause_ms(random_below(60));
        kill(pid, SIGKILL);
        assert_int_equal(reap(pid), 1000 + SIGKILL);
        close(out);
        if (!file_exists(path))
            continue;
        struct store *copy = NULL;
        must(store_open_set(arena_printf(&fix.arena, "sqlite:%s", path), STORE_OPEN, &fix_one, &copy, &e), &e);
        assert_int_equal(generation_of(copy), 1);
        store_close(copy);
        assert_int_equal(unlink(path), 0);
        whole++;
    }
    print_message("%d whole copies in %d rounds\n", whole, ROUNDS);
    assert_int_equal(generation_of(s), 1);
    store_close(s);
}

int main(int argc, char **argv)
{
    if (argc >= 4 && strcmp(argv[1], "child") == 0) {
        modules_find();
        return strcmp(argv[2], "rewrite") == 0 ? victim_rewrite(argv[3]) : victim_backup(argv[3], argv[4]);
    }
    if (argc < 2)
        return 2;
    seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)clock_system().now;
    print_message("repeat with: %s %s %llu\n", argv[0], argv[1], (unsigned long long)seed);
    int status = fixture_start(argv[1]);
    if (status != 0)
        return status == EXIT_SKIP ? EXIT_SKIP : 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(killed_while_writing, fixture_setup),
        cmocka_unit_test_setup(killed_while_copying, fixture_setup),
    };
    status = cmocka_run_group_tests_name("killed", tests, NULL, NULL);
    fixture_stop();
    return status != 0;
}
