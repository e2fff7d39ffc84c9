/* Files: whole reads with a limit, writes that appear complete or not at all.
 *
 * All system calls go through one table, so that tests can make the Nth of them fail. */
#ifndef TALAIA_BASE_FILE_H
#define TALAIA_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

struct os {
    int (*open)(const char *path, int flags, mode_t mode);
    ssize_t (*read)(int fd, void *to, size_t n);
    ssize_t (*write)(int fd, const void *from, size_t n);
    int (*fsync)(int fd);
    int (*close)(int fd);
    int (*rename)(const char *from, const char *to);
    int (*unlink)(const char *path);
    int (*mkdir)(const char *path, mode_t mode);
    int (*fstat)(int fd, struct stat *st);
};
/* The real calls; a test may replace entries. */
extern struct os os;

/* Opens an ordinary file for reading. A directory, FIFO, socket or device is refused, and never waited
 * for. *ret_size gets its size in bytes. The caller closes. */
bool file_open_read(const char *path, int *ret_fd, size_t *ret_size, struct err *e);

/* Adds the whole file to the buffer; larger than the buffer's maximum is an error. */
bool file_read(const char *path, struct buf *to, struct err *e);

/* Writes a temporary file beside the target, flushes it to the disk and renames it over the target: whoever
 * looks sees the old file or the new one. On an error nothing is left behind. Mode is 0666 less the umask. */
bool file_write(const char *path, struct str content, struct err *e);

/* Creates the directory and its parents; an existing directory is fine. */
bool file_make_dirs(const char *path, struct err *e);

bool file_exists(const char *path);

/* dir + "/" + name; an absolute name stands alone. */
char *path_join(struct arena *a, const char *dir, const char *name);
/* Everything before the last '/', "." when there is none. */
char *path_dir(struct arena *a, const char *path);
const char *path_base(const char *path);

#endif
