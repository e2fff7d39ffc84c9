/* Starting a program beside ours, with exactly the descriptors that it is given.
 *
 *     int files[] = {PROCESS_NOTHING, PROCESS_NOTHING, complaints};      // of 0, 1, 2
 *     const struct process p = {.arguments = words, .files = files, .file_count = 3};
 *     int why = process_start(&p, &pid);
 *     if (why == 0) status = process_wait(pid);
 */
#ifndef TALAIA_BASE_PROCESS_H
#define TALAIA_BASE_PROCESS_H

#include <stddef.h>
#include <sys/types.h>

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

/* Waits until it has ended; as of waitpid. */
int process_wait(pid_t pid);

#endif
