#include "flow/worker.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/str.h"

#define PROC_BYTES 1024

/* The beginning of a small file of /proc, "" when it cannot be read. Its size is not known beforehand. */
static const char *proc_text(const char *path, char text[PROC_BYTES])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, PROC_BYTES - 1);
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

/* When the process began, in clock ticks since boot: field 22 of stat, counted behind the name, which may hold anything
 * (proc(5)). 0: there is no such process. */
static long long started(long pid)
{
    char path[64], text[PROC_BYTES];
    (void)snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    const char *p = strrchr(proc_text(path, text), ')');
    struct str rest = str_of(p == NULL ? "" : p + 2), field = {0};
    for (int i = 3; i <= 22; i++) {
        if (!str_split(&rest, ' ', &field))
            return 0;
    }
    int64_t ticks = 0;
    return str_to_int64(field, 0, INT64_MAX, &ticks) ? ticks : 0;
}

const char *worker_boot(struct arena *a)
{
    char boot[PROC_BYTES];
    return arena_text(a, str_trim(str_of(proc_text("/proc/sys/kernel/random/boot_id", boot))));
}

/* This run of this machine, and the namespace in which its process numbers hold. */
static const char *here(struct arena *a)
{
    char space[64] = "";
    ssize_t n = readlink("/proc/self/ns/pid", space, sizeof space - 1);
    space[n > 0 ? n : 0] = '\0';
    char *name = arena_printf(a, "%s:%s", worker_boot(a), space);
    for (char *p = name; *p != '\0'; p++) {
        if (*p == ':' && p[1] == '[')
            *p = '-';
    }
    return name;
}

const char *worker_name(struct arena *a)
{
    long pid = (long)getpid();
    return arena_printf(a, "%s:%ld:%lld", here(a), pid, started(pid));
}

bool worker_is_dead(struct arena *a, const char *name)
{
    const char *place = here(a);
    size_t n = strlen(place);
    struct str rest = str_of(name), pid, start;
    int64_t number, ticks;
    if (strncmp(name, place, n) != 0 || name[n] != ':')
        return false;
    rest = str_part(name + n + 1, rest.n - n - 1);
    if (!str_split(&rest, ':', &pid) || !str_split(&rest, ':', &start) || !str_to_int64(pid, 1, INT32_MAX, &number) ||
        !str_to_int64(start, 0, INT64_MAX, &ticks))
        return false;
    return started((long)number) != ticks;
}
