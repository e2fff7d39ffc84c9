/* Starting a program beside ours, with exactly the descriptors that it is given.
 *
 *     int files[] = {PROCESS_NOTHING, PROCESS_NOTHING, complaints};      // of 0, 1, 2
 *     const struct process p = {.arguments = words, .files = files, .file_count = 3};
 *     int why = process_start(&p, &pid);
 *     if (why == 0) status = process_wait(pid);
 */
#ifndef TALAIA_BASE_PROCESS_H
#define TALAIA_BASE_PROCESS_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/mem.h"

#define PROCESS_NOTHING (-1) /* /dev/null */
#define PROCESS_OURS (-2)    /* the one that we have under that number */

struct process {
    const char *program;            /* looked for in PATH; NULL: this very program */
    const char *const *arguments;   /* its name first, then NULL at the end */
    const char *const *environment; /* the same; NULL: ours */
    const int *files;               /* what it has as 0, 1, 2 …: one of ours that is no less than that, or as above */
    size_t file_count;              /* what comes after is closed */
};
/* No signal is blocked in it, and none ignored but SIGXFSZ when it is by us. 0, or as errno why it could not begin. */
int process_start(const struct process *p, pid_t *ret_pid);

/* For a process that reads what strangers sent: of our environment only what a sanitizer is told. In the arena. */
const char *const *process_bare_environment(struct arena *a);

/* Waits until it has ended; as of waitpid. */
int process_wait(pid_t pid);

enum process_end { PROCESS_EXITED, PROCESS_DIED, PROCESS_LATE };
/* Starts it and waits; after so many seconds (0: it may take what it wants) it is killed. 0, or as errno why it could
 * not begin; *ret_code: its exit code, or the signal it died of. */
int process_run(const struct process *p, int seconds, enum process_end *ret_end, int *ret_code);

/* Files in memory (memfd_create), which a process is given and gives back. */
bool process_file_write(int fd, struct str bytes); /* from where it stands; then it stands at its beginning */
bool process_file_read(int fd, struct buf *to);    /* all of it; false when `to` is full */

#endif
