/* What takes longer than a page may: trying servers, examining the desk, copying it, checking one body, making the
 * report. Each kind in a thread of its own with a desk of its own, one at a time, while pages go on; what it found
 * stays until the next time. Internal to the web. */
#ifndef TALAIA_WEB_JOB_H
#define TALAIA_WEB_JOB_H

#include <pthread.h>

#include "flow/desk.h"
#include "web/web.h"

enum job_kind {
    JOB_MAIL,
    JOB_TRACKER,
    JOB_DIRECTORY,
    JOB_HEALTH,
    JOB_TRAIL,
    JOB_BACKUP,
    JOB_VERIFY,
    JOB_CHECK, /* a round of one body, whose name is the input */
    JOB_PROBE, /* one run of a probe, whose name is the input */
    JOB_REPORT,
    JOB_DOCUMENTS, /* files of integrations that wait in the store */
    JOB_COUNT
};

enum job_result { JOB_NOT_ASKED, JOB_GOOD, JOB_BAD, JOB_STEP /* begun; how it ends is told elsewhere */ };
struct job_line {
    enum job_result result;
    instant_t at;
    const char *what, *detail; /* in the language of whoever began it */
};

struct job {
    pthread_t thread;
    bool started; /* there is a thread to be joined */
    bool running;
    bool again; /* more came meanwhile */
    struct desk_options options;
    struct arena arena; /* of this run */
    const char *input;  /* an address, a name; "" */
    int64_t about;      /* the body; 0 */
    instant_t began, ended;
    struct job_line lines[LIMIT_WEB_JOB_LINES];
    size_t line_count;
    const char *failed; /* why it could not be done at all; NULL */
};
struct jobs {
    pthread_mutex_t lock; /* of all that changes in the items */
    struct job items[JOB_COUNT];
    struct desk_options options; /* of the role */
    day_t fixed_day;             /* --on; DAY_NONE: today */
    int stop_fd;                 /* readable when the role ends */
    web_log *log;
    void *log_context;
};

struct job_request {
    enum job_kind kind;
    const char *input; /* NULL: none */
    int64_t about;     /* a body; 0 */
    const struct by *by;
    enum lang lang;
};
enum job_begun { JOB_BEGAN, JOB_RUNS, JOB_RESTS };
/* JOB_RUNS: one is under way (JOB_DOCUMENTS goes on with what came meanwhile: it began, then); JOB_RESTS: it asks
 * others, and ended less than LIMIT_WEB_JOB_REST_SECONDS ago. */
bool job_begin(struct jobs *all, const struct job_request *x, enum job_begun *ret, struct err *e);
/* `about` 0: whatever it is about. */
bool job_runs(struct jobs *all, enum job_kind kind, int64_t about);

/* A copy of how it stands. */
struct job_state {
    bool runs, ever;
    int64_t about;
    const char *who, *input, *failed;
    instant_t began, ended;
    struct job_line *lines;
    size_t line_count;
};
void job_look(struct jobs *all, enum job_kind kind, struct arena *a, struct job_state *ret);

/* Waits for those under way: each server has its time-outs. */
void jobs_end(struct jobs *all);

#endif
