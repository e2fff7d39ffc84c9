/* Where a backup is written: a draft beside the target, readable by its owner only, that takes the target's name when
 * it is whole. For both backends (the functions are static: the PostgreSQL module cannot see the program's rooms). */
#ifndef TALAIA_STORE_PLACE_H
#define TALAIA_STORE_PLACE_H

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"

struct place {
    struct arena arena;
    const char *path, *draft;
};

/* An empty draft; the target must not exist. */
static bool place_open(struct place *p, const char *path, struct err *e)
{
    *p = (struct place){.path = path};
    if (*path == '\0')
        return err_set(e, ERR_VALUE, N_("the backup needs a file name"));
    if (file_exists(path))
        return err_set(e, ERR_FILE, N_("%s exists already; give the backup a name of its own"), path);
    p->draft = arena_printf(&p->arena, "%s.%ld.part", path, (long)getpid());
    os.unlink(p->draft); /* left by a killed process that had our number */
    int fd = os.open(p->draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        err_set(e, ERR_FILE, N_("cannot write the backup %s: %s"), path, err_system(e, errno));
        arena_release(&p->arena);
        return false;
    }
    os.close(fd);
    return true;
}

/* Always false. */
static bool place_drop(struct place *p)
{
    os.unlink(p->draft);
    arena_release(&p->arena);
    return false;
}

static bool place_sync(const char *path, int flags)
{
    int fd = os.open(path, flags | O_CLOEXEC, 0);
    bool ok = fd >= 0 && os.fsync(fd) == 0;
    int why = errno;
    if (fd >= 0)
        os.close(fd);
    errno = why;
    return ok;
}

/* On the disk before it has its name, and its name on the disk before it is said to exist. */
static bool place_keep(struct place *p, struct err *e)
{
    bool ok = place_sync(p->draft, O_RDWR);
    /* A link never replaces a file that appeared meanwhile; file systems without links get a plain rename. */
    if (ok && link(p->draft, p->path) == 0)
        os.unlink(p->draft);
    else if (ok && (errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS) && !file_exists(p->path))
        ok = os.rename(p->draft, p->path) == 0;
    else
        ok = false;
    if (ok && !place_sync(path_dir(&p->arena, p->path), O_RDONLY | O_DIRECTORY)) {
        ok = false;
        int why = errno;
        os.unlink(p->path);
        errno = why;
    }
    if (!ok) {
        err_set(e, ERR_FILE, N_("cannot write the backup %s: %s"), p->path, err_system(e, errno));
        return place_drop(p);
    }
    arena_release(&p->arena);
    return true;
}

#endif
