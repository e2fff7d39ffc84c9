#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int real_open(const char *path, int flags, mode_t mode)
{
    return open(path, flags, mode);
}

struct os os = {
    .open = real_open,
    .read = read,
    .write = write,
    .fsync = fsync,
    .close = close,
    .rename = rename,
    .unlink = unlink,
    .mkdir = mkdir,
    .fstat = fstat,
};

static const char *kind_of(mode_t mode)
{
    if (S_ISDIR(mode))
        return N_("%s is a directory; name a file in it");
    if (S_ISFIFO(mode))
        return N_("%s is a pipe (FIFO); save its content to a file first");
    return N_("%s is not an ordinary file; save its content to a file first");
}

bool file_open_read(const char *path, int *ret_fd, size_t *ret_size, struct err *e)
{
    /* O_NONBLOCK: opening a FIFO without a writer would wait for ever. */
    int fd = os.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
    if (fd < 0) {
        int why = errno;
        if (why == ENOENT)
            return err_set(e, ERR_FILE, N_("%s does not exist"), path);
        if (why == EACCES)
            return err_set(e, ERR_FILE, N_("no permission to read %s; ask its owner for read access"), path);
        return err_set(e, ERR_FILE, N_("cannot open %s: %s"), path, err_system(e, why));
    }
    struct stat st;
    if (os.fstat(fd, &st) != 0) {
        err_set(e, ERR_FILE, N_("cannot open %s: %s"), path, err_system(e, errno));
    } else if (!S_ISREG(st.st_mode)) {
        err_set(e, ERR_FILE, kind_of(st.st_mode), path);
    } else {
        *ret_fd = fd;
        *ret_size = (size_t)st.st_size;
        return true;
    }
    os.close(fd);
    return false;
}

bool file_read(const char *path, struct buf *to, struct err *e)
{
    int fd;
    size_t size;
    if (!file_open_read(path, &fd, &size, e))
        return false;
    bool ok = false;
    size_t before = to->n;
    for (;;) {
        char *at = buf_reserve(to, 65536 < to->max - to->n ? 65536 : to->max - to->n);
        size_t room = to->max - to->n < 65536 ? to->max - to->n : 65536;
        char extra;
        ssize_t n = room > 0 ? os.read(fd, at, room) : os.read(fd, &extra, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            err_set(e, ERR_FILE, N_("cannot read %s: %s"), path, err_system(e, errno));
            break;
        }
        if (n == 0) {
            ok = true;
            break;
        }
        if (room == 0) {
            err_set(e, ERR_LIMIT, N_("%s is larger than the %zu bytes accepted for such a file"), path, to->max);
            break;
        }
        to->n += (size_t)n;
        to->p[to->n] = '\0';
    }
    os.close(fd);
    if (!ok && to->p != NULL) { /* half a file is no file */
        to->n = before;
        to->p[before] = '\0';
    }
    return ok;
}

bool file_write(const char *path, struct str content, struct err *e)
{
    struct arena a = {0};
    char *draft = arena_printf(&a, "%s.%ld.part", path, (long)getpid());
    int fd = os.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0 && errno == EEXIST) { /* left by a killed process that had our number */
        os.unlink(draft);
        fd = os.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    }
    bool ok = fd >= 0;
    for (size_t done = 0; ok && done < content.n;) {
        ssize_t n = os.write(fd, content.p + done, content.n - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            ok = false;
        else
            done += (size_t)n;
    }
    ok = ok && os.fsync(fd) == 0;
    int why = errno;
    if (fd >= 0 && os.close(fd) != 0 && ok) {
        why = errno;
        ok = false;
    }
    if (ok && os.rename(draft, path) != 0) {
        why = errno;
        ok = false;
    }
    if (!ok) {
        if (fd >= 0)
            os.unlink(draft);
        err_set(e, ERR_FILE, N_("cannot write %s: %s; nothing was changed"), path, err_system(e, why));
    }
    arena_release(&a);
    return ok;
}

bool file_make_dirs(const char *path, struct err *e)
{
    struct arena a = {0};
    char *copy = arena_strdup(&a, path);
    bool ok = true;
    for (char *p = copy + 1; ok && *path != '\0'; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        char kept = *p;
        *p = '\0';
        struct stat st;
        if (os.mkdir(copy, 0777) != 0 && (errno != EEXIST || stat(copy, &st) != 0 || !S_ISDIR(st.st_mode)))
            ok = err_set(e, ERR_FILE, N_("cannot create the directory %s: %s"), copy, err_system(e, errno));
        *p = kept;
        if (kept == '\0')
            break;
    }
    arena_release(&a);
    return ok;
}

bool file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

char *path_join(struct arena *a, const char *dir, const char *name)
{
    if (name[0] == '/' || dir[0] == '\0')
        return arena_strdup(a, name);
    size_t n = strlen(dir);
    return arena_printf(a, "%s%s%s", dir, dir[n - 1] == '/' ? "" : "/", name);
}

char *path_dir(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return arena_strdup(a, ".");
    return arena_text(a, str_part(path, slash == path ? 1 : (size_t)(slash - path)));
}

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}
