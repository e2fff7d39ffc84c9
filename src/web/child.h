/* A command of this very program in a process of its own: what is foreign is read there and not where the store is
 * open and the sessions are. Internal to the web. */
#ifndef TALAIA_WEB_CHILD_H
#define TALAIA_WEB_CHILD_H

#include "base/buf.h"
#include "base/process.h"
#include "flow/desk.h"

struct child {
    const char *const *arguments, *const *environment; /* ended by NULL */
    int in, out, err;                                  /* files that it reads and writes, as in struct process */
    int seconds;                                       /* after these it is ended; 0: it may take what it wants */
};
enum child_end { CHILD_EXITED = PROCESS_EXITED, CHILD_DIED = PROCESS_DIED, CHILD_LATE = PROCESS_LATE };
/* Waits for it. 0, or as errno why it could not begin; *ret_code: its exit code, or the signal it died of. */
int child_run(const struct child *x, enum child_end *ret_end, int *ret_code);

/* "talaia --config FILE --set … --lang LANG [--on DAY]", with room for `more` words; *ret_count: where they go. */
const char **child_arguments(struct arena *a, const struct desk_options *o, enum lang lang, day_t day, size_t more,
                             size_t *ret_count);
/* Ours, and in whose name it is done (src/cli/cli.c believes it of this program alone). */
const char *const *child_environment(struct arena *a, const char *who);

/* Why it did not do it, as it said in its last line "talaia: reason (T-CODE)" in that file; false. */
bool child_reason(int fd, enum child_end end, int code, struct err *e);

/* Files in memory, without a name in any directory. */
bool child_write(int fd, struct str bytes); /* from where it stands; then it stands at its beginning */
bool child_read(int fd, struct buf *to);    /* all of it; false when `to` is full */

#endif
