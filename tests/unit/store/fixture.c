#include "fixture.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/module.h"

extern char **environ;

struct fixture fix;

static const struct migration items[] = {
    {1, "CREATE TABLE schema_version (version BIGINT NOT NULL PRIMARY KEY, applied_at BIGINT NOT NULL);"
        "CREATE TABLE thing (name TEXT NOT NULL UNIQUE, size BIGINT NOT NULL CHECK (size >= 0), note TEXT, day TEXT,"
        " at BIGINT, good INTEGER);"},
    {2, "CREATE TABLE part (thing TEXT NOT NULL REFERENCES thing (name), number BIGINT NOT NULL);"},
};
const struct migration_set fix_one = {items, 1};
const struct migration_set fix_two = {items, 2};

/* --- other processes --- */

pid_t spawn(const char *const *argv, int *ret_out)
{
    int pipes[2] = {-1, -1};
    posix_spawn_file_actions_t files;
    assert_int_equal(posix_spawn_file_actions_init(&files), 0);
    if (ret_out != NULL) {
        assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
        assert_int_equal(posix_spawn_file_actions_adddup2(&files, pipes[1], 1), 0);
    }
    pid_t pid = -1;
    assert_int_equal(posix_spawnp(&pid, argv[0], &files, NULL, (char *const *)argv, environ), 0);
    posix_spawn_file_actions_destroy(&files);
    if (ret_out != NULL) {
        close(pipes[1]);
        *ret_out = pipes[0];
    }
    return pid;
}

pid_t child(int *ret_out, const char *action, ...)
{
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_in_range(n, 1, sizeof self - 1);
    self[n] = '\0';
    const char *argv[10] = {self, "child", action};
    va_list args;
    va_start(args, action);
    for (int i = 3; i < 9 && (argv[i] = va_arg(args, const char *)) != NULL; i++)
        ;
    va_end(args);
    return spawn(argv, ret_out);
}

int reap(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static bool line_read(int fd, char *line, size_t size)
{
    size_t n = 0;
    char c;
    while (read(fd, &c, 1) == 1) {
        if (c == '\n') {
            line[n] = '\0';
            return true;
        }
        if (n < size - 1)
            line[n++] = c;
    }
    line[n] = '\0';
    return false;
}

void line_wait(int fd, const char *line)
{
    char got[256];
    while (line_read(fd, got, sizeof got)) {
        if (strcmp(got, line) == 0)
            return;
    }
    fail_msg("the other process ended without \"%s\"", line);
}

void say(const char *line)
{
    printf("%s\n", line);
    fflush(stdout);
}

int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void pause_ms(int ms)
{
    struct timespec t = {ms / 1000, (long)(ms % 1000) * 1000000};
    while (nanosleep(&t, &t) != 0)
        ;
}

/* --- the databases --- */

static const char *server_run(const char *action, int *ret_status)
{
    const char *source = getenv("TALAIA_TEST_SOURCE");
    const char *script = path_join(&fix.arena, source != NULL ? source : ".", "tests/servers/postgresql.sh");
    const char *place = path_join(&fix.arena, fix.dir, "pg");
    const char *const argv[] = {"sh", script, action, place, NULL};
    int out;
    char line[256];
    pid_t pid = spawn(argv, &out);
    (void)line_read(out, line, sizeof line);
    close(out);
    *ret_status = reap(pid);
    return arena_strdup(&fix.arena, line);
}

void server(const char *action)
{
    int status;
    (void)server_run(action, &status);
    assert_int_equal(status, 0);
}

void modules_find(void)
{
    const char *build = getenv("TALAIA_TEST_BUILD");
    module_init(path_join(&fix.arena, build != NULL ? build : ".", "src/store"));
}

int fixture_start(const char *kind)
{
    modules_find();
    char dir[] = "/tmp/talaia-store-XXXXXX";
    assert_non_null(mkdtemp(dir));
    fix.dir = arena_strdup(&fix.arena, dir);
    assert_int_equal(chmod(dir, 0755), 0);
    fix.kind = strcmp(kind, "postgresql") == 0 ? STORE_POSTGRESQL : STORE_SQLITE;
    if (fix.kind == STORE_SQLITE)
        return 0;
    int status;
    fix.socket = server_run("start", &status);
    if (status != 0) {
        (void)rmdir(path_join(&fix.arena, fix.dir, "pg"));
        (void)rmdir(fix.dir);
    }
    return status;
}

void fixture_stop(void)
{
    if (fix.kind == STORE_POSTGRESQL)
        server("stop");
    const char *const argv[] = {"rm", "-rf", "--", fix.dir, NULL};
    assert_int_equal(reap(spawn(argv, NULL)), 0);
    arena_release(&fix.arena);
}

int fixture_setup(void **state)
{
    (void)state;
    if (fix.kind == STORE_SQLITE) {
        fix.url = arena_printf(&fix.arena, "sqlite:%s/%d.db", fix.dir, ++fix.tests);
        return 0;
    }
    fix.url = arena_printf(&fix.arena, "postgresql:///talaia?host=%s&user=talaia", fix.socket);
    struct err e = {0};
    struct store *s;
    struct tx tx;
    must(store_open_set(fix.url, STORE_EXAMINE, &fix_one, &s, &e), &e);
    must(tx_begin(s, TX_WRITE, &tx, &e), &e);
    must(store_script(&tx, "DROP SCHEMA public CASCADE; CREATE SCHEMA public", &e), &e);
    must(tx_commit(&tx, &e), &e);
    store_close(s);
    return 0;
}

/* --- short words for tests --- */

void must(bool ok, const struct err *e)
{
    if (!ok || e->code != ERR_NONE)
        fail_msg("%s %s", err_code_text(e->code), e->log);
}

void must_fail(bool ok, const struct err *e, enum err_code code, const char *part)
{
    if (ok)
        fail_msg("it went well; %s was due", err_code_text(code));
    if (e->code != code || strstr(e->log, part) == NULL)
        fail_msg("%s %s; due: %s …%s…", err_code_text(e->code), e->log, err_code_text(code), part);
    assert_null(strchr(e->log, '\n'));
}

struct store *open_store(const struct migration_set *set)
{
    struct err e = {0};
    struct store *s = NULL;
    must(store_open_set(fix.url, STORE_CREATE, set, &s, &e), &e);
    return s;
}

int64_t count_things(struct store *s)
{
    struct err e = {0};
    struct tx tx;
    int64_t n = -1;
    must(tx_begin(s, TX_READ, &tx, &e), &e);
    must(sql_int(&tx, &n, NULL, &e, "SELECT count(*) FROM thing", ""), &e);
    must(tx_commit(&tx, &e), &e);
    return n;
}

bool thing_try(struct tx *tx, const char *name, int64_t size, struct err *e)
{
    return sql_run(tx, NULL, e, "INSERT INTO thing (name, size) VALUES ($1, $2)", "si", name, size);
}

void thing_add(struct tx *tx, const char *name, int64_t size)
{
    struct err e = {0};
    must(thing_try(tx, name, size, &e), &e);
}
