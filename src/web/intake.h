/* Documents of integrations that came in by a form and wait to be checked: the check starts a process, asks authorities
 * and takes what it takes, so the page does not wait for it (web/job.h, JOB_DOCUMENTS). What waits is in memory only: a
 * role that dies loses it, and the page of the integration does not have it then. Internal to the web. */
#ifndef TALAIA_WEB_INTAKE_H
#define TALAIA_WEB_INTAKE_H

#include <pthread.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "record/by.h"

struct intake_file {
    int64_t number; /* 0: a free place */
    int64_t integration_id;
    const char *name, *who;
    struct str bytes;
    const char *source; /* Message-ID of the mail that it came with; NULL: a person gave it */
    enum lang lang;
    day_t day;
    instant_t at;
    bool reads;      /* it is being checked now */
    const char *why; /* it could not be looked at: the reason; NULL */
    struct arena arena;
};
struct intake {
    pthread_mutex_t lock;
    struct intake_file items[LIMIT_WEB_INTAKE_FILES];
    size_t bytes;
    int64_t last;
};

struct intake_new {
    int64_t integration_id;
    const char *name, *source;
    struct str bytes;
    const struct by *by;
    enum lang lang;
};
/* Copies what it is given; reasons that stand there of the same integration are forgotten. ERR_LIMIT: too much waits.
 */
bool intake_put(struct intake *all, const struct intake_new *x, struct err *e);
/* The oldest that waits, to be checked by one; false when there is none. It is as it was put until intake_done. */
bool intake_take(struct intake *all, struct intake_file *ret);
/* It was checked, or (`why`) could not be. */
void intake_done(struct intake *all, int64_t number, const char *why);
/* What waits, is being checked or could not be, of that integration; copies in the arena, without bytes. */
size_t intake_look(struct intake *all, int64_t integration_id, struct arena *a, struct intake_file **ret);
void intake_end(struct intake *all);

#endif
