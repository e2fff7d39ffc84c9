/* Writing: whole or not at all, the same bytes for the same report. What the cells hold is checked by
 * check_workbook.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/file.h"
#include "base/module.h"
#include "report/workbook.h"
#include "sample.h"

struct place {
    struct arena a;
    char dir[64];
    const char *path;
};

static int make_place(void **state)
{
    struct place *p = mem_alloc(1, sizeof *p);
    snprintf(p->dir, sizeof p->dir, "/tmp/talaia-workbook-XXXXXX");
    if (mkdtemp(p->dir) == NULL)
        return 1;
    p->path = path_join(&p->a, p->dir, WORKBOOK_FILE_NAME);
    *state = p;
    return 0;
}

static size_t count_files(const char *dir)
{
    size_t n = 0;
    DIR *d = opendir(dir);
    assert_non_null(d);
    for (struct dirent *f; (f = readdir(d)) != NULL;)
        n += f->d_name[0] != '.';
    closedir(d);
    return n;
}

static int remove_place(void **state)
{
    struct place *p = *state;
    unlink(p->path);
    rmdir(p->dir);
    arena_release(&p->a);
    mem_free(p);
    return 0;
}

static void read_back(const struct place *p, struct buf *to)
{
    struct err e = {0};
    buf_clear(to);
    assert_true(file_read(p->path, to, &e));
}

static void test_same_bytes(void **state)
{
    struct place *p = *state;
    struct err e = {0};
    struct buf one = BUF_INIT(LIMIT_MAIL_BYTES), two = BUF_INIT(LIMIT_MAIL_BYTES);
    const struct report *r = sample_report(&p->a, "demo", LANG_CA);
    if (!report_workbook_write(r, p->path, &e))
        fail_msg("%s", e.log);
    read_back(p, &one);
    struct timespec pause = {.tv_sec = 2}; /* ZIP keeps times to two seconds */
    nanosleep(&pause, NULL);
    assert_true(report_workbook_write(r, p->path, &e));
    read_back(p, &two);
    assert_int_equal(one.n, two.n);
    assert_memory_equal(one.p, two.p, one.n);
    assert_int_equal(count_files(p->dir), 1);
    buf_release(&one);
    buf_release(&two);
}

static void test_no_such_directory(void **state)
{
    struct place *p = *state;
    struct err e = {0};
    const char *path = path_join(&p->a, p->dir, "no/such/book.xlsx");
    assert_false(report_workbook_write(sample_report(&p->a, "demo", LANG_CA), path, &e));
    assert_int_equal(e.code, ERR_FILE);
    assert_non_null(strstr(e.log, "No such file or directory; nothing was changed"));
    assert_non_null(strstr(e.log, path));
}

static void test_target_is_a_directory(void **state)
{
    struct place *p = *state;
    struct err e = {0};
    assert_int_equal(mkdir(p->path, 0777), 0);
    assert_false(report_workbook_write(sample_report(&p->a, "demo", LANG_CA), p->path, &e));
    assert_int_equal(e.code, ERR_FILE);
    assert_int_equal(count_files(p->dir), 1); /* no draft is left */
    rmdir(p->path);
}

/* Files may grow to so many bytes and no further, as on a disk that is full: wherever it hits, in a sheet's temporary
 * file or in the workbook itself, the old workbook stays and nothing else is left. */
static void test_full_disk(void **state)
{
    struct place *p = *state;
    struct err e = {0};
    struct buf before = BUF_INIT(LIMIT_MAIL_BYTES), after = BUF_INIT(LIMIT_MAIL_BYTES);
    const struct report *small = sample_report(&p->a, "demo", LANG_CA), *large = sample_rows(&p->a, 3000, LANG_CA);
    assert_true(report_workbook_write(small, p->path, &e));
    read_back(p, &before);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit free_disk, full;
    getrlimit(RLIMIT_FSIZE, &free_disk);
    size_t refused = 0;
    for (rlim_t limit = 2000; limit <= 2048000; limit *= 4) {
        full = (struct rlimit){limit, free_disk.rlim_max};
        setrlimit(RLIMIT_FSIZE, &full);
        struct err why = {0};
        bool good = report_workbook_write(large, p->path, &why);
        setrlimit(RLIMIT_FSIZE, &free_disk);
        if (good)
            continue;
        refused++;
        assert_int_equal(why.code, ERR_FILE);
        assert_non_null(strstr(why.log, p->path));
        read_back(p, &after);
        assert_int_equal(before.n, after.n);
        assert_memory_equal(before.p, after.p, before.n);
        assert_int_equal(count_files(p->dir), 1);
    }
    assert_true(refused >= 5);
    buf_release(&before);
    buf_release(&after);
}

static int failing_rename(const char *from, const char *to)
{
    (void)from;
    (void)to;
    errno = EACCES;
    return -1;
}
static int failing_fsync(int fd)
{
    (void)fd;
    errno = EIO;
    return -1;
}

static void test_system_calls_that_fail(void **state)
{
    struct place *p = *state;
    const struct os real = os;
    const struct report *r = sample_report(&p->a, "empty", LANG_CA);
    for (int i = 0; i < 2; i++) {
        struct err e = {0};
        if (i == 0)
            os.rename = failing_rename;
        else
            os.fsync = failing_fsync;
        bool good = report_workbook_write(r, p->path, &e);
        os = real;
        assert_false(good);
        assert_int_equal(e.code, ERR_FILE);
        assert_int_equal(count_files(p->dir), 0);
    }
}

/* More rows than a sheet holds: told, not cut. */
static void test_too_many_rows(void **state)
{
    struct place *p = *state;
    struct err e = {0};
    struct report r = *sample_report(&p->a, "demo", LANG_CA);
    size_t count = 1048573;
    struct report_ok_row *rows = arena_array(&p->a, struct report_ok_row, count);
    for (size_t i = 0; i < count; i++)
        rows[i] = (struct report_ok_row){.body_name = "B", .day = r.day, .group_word = "", .text = "", .ticket = ""};
    r.ok = rows;
    r.ok_count = count;
    assert_false(report_workbook_write(&r, p->path, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_int_equal(count_files(p->dir), 0);
}

int main(void)
{
    struct arena a = {0};
    const char *build = getenv("TALAIA_TEST_BUILD");
    module_init(arena_printf(&a, "%s/src/report", build == NULL ? "." : build));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_same_bytes, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_no_such_directory, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_target_is_a_directory, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_full_disk, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_system_calls_that_fail, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_too_many_rows, make_place, remove_place),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&a);
    return failed;
}
