#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static char dir[] = "/tmp/talaia-file-XXXXXX";
static struct arena arena;
static struct os real;

/* --- system calls that fail when told --- */

static struct {
    int calls;      /* so far */
    int fail;       /* this one fails; 0: none */
    int error;      /* with this errno */
    bool keep;      /* and all later ones too */
    size_t at_most; /* bytes that one write or read takes; 0: no limit */
    int interrupts; /* so many reads and writes are interrupted first */
} fault;

static bool fails(void)
{
    fault.calls++;
    bool now = fault.fail != 0 && (fault.calls == fault.fail || (fault.keep && fault.calls > fault.fail));
    if (now)
        errno = fault.error;
    return now;
}
static bool interrupted(void)
{
    if (fault.interrupts == 0)
        return false;
    fault.interrupts--;
    errno = EINTR;
    return true;
}
static size_t some(size_t n)
{
    return fault.at_most != 0 && n > fault.at_most ? fault.at_most : n;
}
static int faulty_open(const char *path, int flags, mode_t mode)
{
    return fails() ? -1 : real.open(path, flags, mode);
}
static ssize_t faulty_read(int fd, void *to, size_t n)
{
    return interrupted() || fails() ? -1 : real.read(fd, to, some(n));
}
static ssize_t faulty_write(int fd, const void *from, size_t n)
{
    return interrupted() || fails() ? -1 : real.write(fd, from, some(n));
}
static int faulty_fsync(int fd)
{
    return fails() ? -1 : real.fsync(fd);
}
static int faulty_close(int fd)
{
    int result = real.close(fd); /* Linux closes it even when it says that it failed */
    return fails() ? -1 : result;
}
static int faulty_rename(const char *from, const char *to)
{
    return fails() ? -1 : real.rename(from, to);
}
static int faulty_mkdir(const char *path, mode_t mode)
{
    return fails() ? -1 : real.mkdir(path, mode);
}
static int faulty_fstat(int fd, struct stat *st)
{
    return fails() ? -1 : real.fstat(fd, st);
}

static void with_faults(void)
{
    memset(&fault, 0, sizeof fault);
    os.open = faulty_open;
    os.read = faulty_read;
    os.write = faulty_write;
    os.fsync = faulty_fsync;
    os.close = faulty_close;
    os.rename = faulty_rename;
    os.mkdir = faulty_mkdir;
    os.fstat = faulty_fstat; /* unlink stays real: it is how we clean up */
}

/* --- helpers --- */

static const char *in_dir(const char *name)
{
    return path_join(&arena, dir, name);
}

static int count_entries(const char *path)
{
    int n = 0;
    DIR *d = opendir(path);
    assert_non_null(d);
    while (readdir(d) != NULL)
        n++;
    (void)closedir(d);
    return n;
}
static int open_files(void)
{
    return count_entries("/proc/self/fd");
}

static void check_content(const char *path, const char *wanted)
{
    struct buf b = BUF_INIT(100000);
    struct err e = {0};
    if (!file_read(path, &b, &e))
        fail_msg("%s", e.text);
    assert_string_equal(buf_text(&b), wanted);
    buf_release(&b);
}

static void check_refused(const char *path, enum err_code code, const char *words)
{
    int files = open_files();
    struct buf b = BUF_INIT(100);
    struct err e = {0};
    assert_false(file_read(path, &b, &e));
    assert_int_equal(e.code, code);
    if (strstr(e.text, words) == NULL || strstr(e.text, path) == NULL)
        fail_msg("%s", e.text);
    assert_int_equal(b.n, 0);
    buf_release(&b);
    assert_int_equal(open_files(), files);
}

static int set_up(void **state)
{
    (void)state;
    real = os;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    os = real;
    return 0;
}

/* --- tests --- */

static void what_is_written_is_read(void **state)
{
    (void)state;
    struct err e = {0};
    const char *path = in_dir("a.txt");
    assert_false(file_exists(path));
    assert_true(file_write(path, str_of("one"), &e));
    assert_true(file_exists(path));
    check_content(path, "one");
    assert_true(file_write(path, str_of(""), &e));
    check_content(path, "");
    static char longer[200001];
    memset(longer, 'x', sizeof longer - 1);
    assert_true(file_write(path, str_of(longer), &e));
    struct buf b = BUF_INIT(sizeof longer - 1); /* exactly */
    assert_true(file_read(path, &b, &e));
    assert_string_equal(b.p, longer);
    buf_release(&b);
    b = (struct buf)BUF_INIT(sizeof longer - 2); /* one byte short */
    assert_false(file_read(path, &b, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_int_equal(b.n, 0); /* as it was */
    buf_release(&b);
    b = (struct buf)BUF_INIT(300000);
    err_clear(&e);
    assert_true(buf_add_text(&b, "before ") && file_read(path, &b, &e)); /* adds */
    assert_int_equal(b.n, sizeof longer - 1 + 7);
    buf_release(&b);

    struct stat st;
    mode_t mask = umask(027);
    assert_true(file_write(in_dir("mode.txt"), str_of("x"), &e));
    (void)umask(mask);
    assert_int_equal(stat(in_dir("mode.txt"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    (void)unlink(in_dir("mode.txt"));
    (void)unlink(path);
}

static void what_is_no_ordinary_file_is_refused(void **state)
{
    (void)state;
    check_refused(in_dir("nothing"), ERR_FILE, "does not exist");
    check_refused(dir, ERR_FILE, "is a directory");
    check_refused("/dev/null", ERR_FILE, "is not an ordinary file");
    const char *path = in_dir("fifo");
    assert_int_equal(mkfifo(path, 0600), 0);
    (void)alarm(10); /* it must not wait for a writer */
    check_refused(path, ERR_FILE, "pipe");
    (void)alarm(0);
    (void)unlink(path);

    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", dir);
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(s, (struct sockaddr *)&address, sizeof address), 0);
    check_refused(address.sun_path, ERR_FILE, "cannot open");
    (void)close(s);
    (void)unlink(address.sun_path);
    assert_int_equal(symlink("loop", in_dir("loop")), 0);
    check_refused(in_dir("loop"), ERR_FILE, "cannot open");
    (void)unlink(in_dir("loop"));
}

/* As somebody who may not: in a child that stops being root. */
static void permissions_are_explained(void **state)
{
    (void)state;
    struct err e = {0};
    const char *path = in_dir("secret.txt");
    assert_true(file_write(path, str_of("s"), &e));
    assert_int_equal(chmod(path, 0), 0);
    assert_int_equal(chmod(dir, 0755), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(10);
        struct buf b = BUF_INIT(10);
        if (file_read(path, &b, &e) || strstr(e.text, "no permission to read") == NULL)
            _exit(11);
        err_clear(&e);
        if (geteuid() == 65534 && (file_write(path, str_of("x"), &e) || strstr(e.text, "nothing was changed") == NULL))
            _exit(12);
        err_clear(&e);
        if (geteuid() == 65534 && file_make_dirs(in_dir("sub/deeper"), &e))
            _exit(13);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    (void)unlink(path);
}

/* Call N fails, for every N until all succeed: the old file is there whole, and nothing else. */
static void a_write_that_fails_leaves_nothing(void **state)
{
    (void)state;
    static const int errors[] = {ENOSPC, EIO, EDQUOT};
    static char content[5000];
    memset(content, 'n', sizeof content - 1);
    struct err e = {0};
    const char *path = in_dir("kept.txt");
    assert_true(file_write(path, str_of("old"), &e));
    int entries = count_entries(dir), files = open_files();
    for (size_t k = 0; k < COUNT(errors); k++) {
        bool done = false;
        int n = 0;
        while (!done) {
            with_faults();
            fault.fail = ++n;
            fault.error = errors[k];
            fault.keep = k == 1; /* a disk that stays broken */
            fault.at_most = 1000;
            done = file_write(path, str_of(content), &e);
            int calls = fault.calls;
            os = real;
            assert_int_equal(open_files(), files);
            assert_int_equal(count_entries(dir), entries);
            check_content(path, done ? content : "old");
            if (!done) {
                assert_int_equal(e.code, ERR_FILE);
                assert_non_null(strstr(e.text, strerror(errors[k])));
                assert_non_null(strstr(e.text, "nothing was changed"));
                err_clear(&e);
            } else {
                assert_true(calls < n);
            }
            assert_true(n < 50);
        }
        assert_true(n > 8); /* open, five writes, fsync, close, rename */
        assert_true(file_write(path, str_of("old"), &e));
    }
    (void)unlink(path);
}

static void interruptions_and_short_writes_do_no_harm(void **state)
{
    (void)state;
    struct err e = {0};
    const char *path = in_dir("b.txt");
    with_faults();
    fault.at_most = 3;
    fault.interrupts = 5;
    assert_true(file_write(path, str_of("written in small pieces"), &e));
    assert_int_equal(fault.interrupts, 0);
    fault.interrupts = 5;
    check_content(path, "written in small pieces");
    assert_int_equal(fault.interrupts, 0);
    os = real;
    (void)unlink(path);
}

static void a_draft_of_the_dead_is_no_obstacle(void **state)
{
    (void)state;
    struct err e = {0};
    const char *path = in_dir("c.txt");
    const char *draft = arena_printf(&arena, "%s.%ld.part", path, (long)getpid());
    FILE *f = fopen(draft, "w");
    assert_non_null(f);
    (void)fputs("left behind", f);
    (void)fclose(f);
    assert_true(file_write(path, str_of("new"), &e));
    check_content(path, "new");
    assert_false(file_exists(draft));
    /* and a trap in its place is not followed */
    assert_int_equal(symlink(in_dir("victim"), draft), 0);
    assert_true(file_write(path, str_of("newer"), &e));
    check_content(path, "newer");
    assert_false(file_exists(in_dir("victim")));
    (void)unlink(path);
}

static void a_read_that_fails_says_so(void **state)
{
    (void)state;
    struct err e = {0};
    const char *path = in_dir("d.txt");
    assert_true(file_write(path, str_of("0123456789"), &e));
    int files = open_files();
    for (int n = 1;; n++) {
        with_faults();
        fault.fail = n;
        fault.error = EIO;
        fault.at_most = 4;
        struct buf b = BUF_INIT(100);
        assert_true(buf_add_text(&b, "kept"));
        bool done = file_read(path, &b, &e);
        int calls = fault.calls;
        os = real;
        assert_int_equal(open_files(), files);
        assert_string_equal(buf_text(&b), done ? "kept0123456789" : "kept");
        buf_release(&b);
        if (done && calls < n)
            break;
        if (!done)
            assert_int_equal(e.code, ERR_FILE);
        err_clear(&e);
    }
    (void)unlink(path);
}

static void directories(void **state)
{
    (void)state;
    struct err e = {0};
    assert_true(file_make_dirs(in_dir("x/y//z/"), &e));
    assert_true(file_exists(in_dir("x/y/z")));
    assert_true(file_make_dirs(in_dir("x/y/z"), &e)); /* already there */
    assert_true(file_make_dirs(dir, &e));
    assert_true(file_make_dirs("/", &e));
    assert_true(file_make_dirs("", &e));
    assert_true(file_write(in_dir("x/file"), str_of(""), &e));
    assert_false(file_make_dirs(in_dir("x/file/sub"), &e));
    assert_int_equal(e.code, ERR_FILE);
    err_clear(&e);
    assert_false(file_make_dirs(in_dir("x/file"), &e)); /* a file is no directory */
    err_clear(&e);
    with_faults();
    fault.fail = 3;
    fault.error = ENOSPC;
    assert_false(file_make_dirs(in_dir("p/q"), &e));
    assert_non_null(strstr(e.text, strerror(ENOSPC)));
    os = real;
    (void)unlink(in_dir("x/file"));
    (void)rmdir(in_dir("x/y/z"));
    (void)rmdir(in_dir("x/y"));
    (void)rmdir(in_dir("x"));
    assert_false(file_exists(in_dir("p")));
}

static void paths(void **state)
{
    (void)state;
    static const char *const joins[][3] = {
        {"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"/", "b", "/b"}, {"a", "/b", "/b"}, {"", "b", "b"}, {"a", "", "a/"},
    };
    for (size_t i = 0; i < COUNT(joins); i++)
        assert_string_equal(path_join(&arena, joins[i][0], joins[i][1]), joins[i][2]);
    static const char *const parts[][3] = {
        {"a/b/c", "a/b", "c"}, {"c", ".", "c"}, {"/c", "/", "c"}, {"a/", "a", ""}, {"", ".", ""},
    };
    for (size_t i = 0; i < COUNT(parts); i++) {
        assert_string_equal(path_dir(&arena, parts[i][0]), parts[i][1]);
        assert_string_equal(path_base(parts[i][0]), parts[i][2]);
    }
}

int main(void)
{
    if (mkdtemp(dir) == NULL)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_ordinary_file_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(permissions_are_explained, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_write_that_fails_leaves_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(interruptions_and_short_writes_do_no_harm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_draft_of_the_dead_is_no_obstacle, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_read_that_fails_says_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(directories, set_up, tear_down),
        cmocka_unit_test_setup_teardown(paths, set_up, tear_down),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    return rmdir(dir) == 0 ? failed : 1; /* each test took away what it made */
}
