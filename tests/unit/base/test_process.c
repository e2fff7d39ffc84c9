/* What a program that we start has, and has not. /bin/sh says it. */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static char said[4096];

/* What it writes to 1 and 2 goes into `said`; its exit code. */
static int shell(const char *script, int in, const char *const *environment)
{
    int out = memfd_create("out", MFD_CLOEXEC);
    const char *const words[] = {"sh", "-c", script, NULL};
    const int files[] = {in, out, out};
    const struct process p = {
        .program = "sh", .arguments = words, .environment = environment, .files = files, .file_count = 3};
    pid_t pid;
    assert_int_equal(process_start(&p, &pid), 0);
    int status = process_wait(pid);
    ssize_t n = pread(out, said, sizeof said - 1, 0);
    assert_true(n >= 0);
    said[n] = '\0';
    close(out);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_descriptors(void **state)
{
    (void)state;
    int secret = open("/etc/hostname", O_RDONLY); /* left open at exec by mistake */
    assert_true(secret > 2);
    assert_int_equal(shell("ls /proc/self/fd | wc -l; cat", PROCESS_NOTHING, NULL), 0);
    assert_string_equal(said, "4\n"); /* 0, 1, 2 and the directory that ls looks at */
    close(secret);
}

/* The one that it gets is at its place already: close-on-exec would take it away. */
static void test_same_place(void **state)
{
    (void)state;
    int in = memfd_create("in", MFD_CLOEXEC), place = fcntl(in, F_DUPFD_CLOEXEC, 9);
    const char *const words[] = {"sh", "-c", "read -r line <&9 && test \"$line\" = here", NULL};
    int files[10];
    pid_t pid;
    assert_int_equal(place, 9);
    assert_int_equal(write(in, "here\n", 5), 5);
    assert_int_equal(lseek(in, 0, SEEK_SET), 0);
    for (int i = 0; i < 9; i++)
        files[i] = PROCESS_NOTHING;
    files[9] = place;
    const struct process p = {.program = "sh", .arguments = words, .files = files, .file_count = 10};
    assert_int_equal(process_start(&p, &pid), 0);
    assert_int_equal(process_wait(pid), 0);
    /* One that would have been written over before it is taken. */
    files[9] = in;
    assert_true(in < 9);
    assert_int_equal(process_start(&p, &pid), EINVAL);
    close(in);
    close(place);
}

static void test_signals(void **state)
{
    (void)state;
    sigset_t some, before;
    sigemptyset(&some);
    sigaddset(&some, SIGTERM);
    assert_int_equal(sigprocmask(SIG_BLOCK, &some, &before), 0);
    void (*old)(int) = signal(SIGPIPE, SIG_IGN);
    assert_int_equal(shell("grep -E '^Sig(Blk|Ign):' /proc/self/status", PROCESS_NOTHING, NULL), 0);
    signal(SIGPIPE, old);
    assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
    assert_non_null(strstr(said, "SigBlk:\t0000000000000000\n"));
    /* 1 to 28; the C library's own two above them are not ours. */
    assert_string_equal(said + strlen(said) - 8, "0000000\n");
}

static void test_surroundings(void **state)
{
    static const char *const only[] = {"WORD=alone", NULL};
    (void)state;
    assert_int_equal(shell("echo $WORD $HOME; exit 7", PROCESS_NOTHING, only), 7);
    assert_string_equal(said, "alone\n");
}

static void test_not_there(void **state)
{
    (void)state;
    const char *const words[] = {"talaia-no-such-program", NULL};
    const int files[] = {PROCESS_NOTHING, PROCESS_NOTHING, PROCESS_OURS};
    const struct process p = {.program = words[0], .arguments = words, .files = files, .file_count = 3};
    pid_t pid;
    assert_int_equal(process_start(&p, &pid), ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_descriptors),  cmocka_unit_test(test_same_place), cmocka_unit_test(test_signals),
        cmocka_unit_test(test_surroundings), cmocka_unit_test(test_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
