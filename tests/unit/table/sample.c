#include "sample.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/file.h"
#include "dump_table.h"
#include "table/reader.h"

extern char **environ;

static char *dump(struct table *t, const char *property, struct err *e)
{
    char *text = NULL;
    size_t n;
    FILE *to = open_memstream(&text, &n);
    assert_non_null(to);
    if (t != NULL && property != NULL && table_property(t, property)[0] != '\0')
        fprintf(to, "property %s = %s\n", property, table_property(t, property));
    if (t != NULL) {
        size_t done, total;
        dump_table(to, t, false, e);
        table_progress(t, &done, &total);
        if (total != 0 && done > total)
            fprintf(to, "progress %zu of %zu\n", done, total);
    }
    dump_error(to, e);
    table_close(t);
    fclose(to);
    return text;
}

char *sample_dump_bytes(const char *name, const void *bytes, size_t n)
{
    struct err e = {0};
    struct table *t = NULL;
    int fd = memfd_create("sample", MFD_CLOEXEC);
    assert_int_equal(write(fd, bytes, n), n);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    if (!table_open_fd(fd, n, name, &t, &e))
        assert_null(t);
    return dump(t, NULL, &e);
}

char *sample_dump_file(const char *path, const char *property)
{
    struct err e = {0};
    struct table *t = NULL;
    if (!table_open(path, &t, &e))
        assert_null(t);
    return dump(t, property, &e);
}

char *sample_dump_odbc(const struct table_odbc *source)
{
    struct err e = {0};
    struct table *t = NULL;
    if (!table_open_odbc(source, &t, &e))
        assert_null(t);
    return dump(t, NULL, &e);
}

void sample_compare_golden(const char *name, const char *found)
{
    struct arena a = {0};
    struct err e = {0};
    char *path = arena_printf(&a, "%s/tests/unit/table/golden/%s.txt", getenv("TALAIA_TEST_SOURCE"), name);
    const char *mode = getenv("TALAIA_TEST_GOLDEN");
    if (mode != NULL && strcmp(mode, "write") == 0) {
        assert_true(file_write(path, str_of(found), &e));
    } else {
        struct buf wanted = BUF_INIT(1 << 20);
        if (!file_read(path, &wanted, &e))
            fail_msg("%s", e.log);
        if (strcmp(buf_text(&wanted), found) != 0)
            fail_msg("%s reads as\n%s\nbut should read as\n%s", name, found, buf_text(&wanted));
        buf_release(&wanted);
    }
    arena_release(&a);
}

int sample_run(const char *const *argv, const char *output)
{
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    if (output != NULL)
        posix_spawn_file_actions_addopen(&files, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    pid_t pid;
    int status = -1;
    int why = posix_spawnp(&pid, argv[0], &files, NULL, (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&files);
    if (why != 0)
        return 127;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
