#include "web/job.h"

#include <errno.h>
#include <sys/mman.h>

#include "flow/backup.h"
#include "flow/directory.h"
#include "flow/health.h"
#include "flow/mail_server.h"
#include "flow/mail_test.h"
#include "flow/onboard.h"
#include "flow/patrol.h"
#include "flow/sweep.h"
#include "flow/tracker.h"
#include "record/audit.h"
#include "web/child.h"

/* What a thread has of its job; the lock is that of all. */
struct run {
    struct jobs *all;
    struct job *job;
    struct desk desk;
    struct err e;
};

static void found(struct run *r, enum job_result result, const char *what, const char *detail)
{
    struct job *j = r->job;
    pthread_mutex_lock(&r->all->lock);
    if (j->line_count < LIMIT_WEB_JOB_LINES)
        j->lines[j->line_count++] = (struct job_line){.result = result,
                                                      .at = clock_system().now,
                                                      .what = arena_strdup(&j->arena, tr(r->desk.lang, what)),
                                                      .detail = arena_strdup(&j->arena, detail)};
    pthread_mutex_unlock(&r->all->lock);
}

/* ------------------------------------------------------------------ each kind */

static bool run_mail(struct run *r)
{
    struct mail_report report;
    const char *to = r->job->input[0] == '\0' ? NULL : r->job->input;
    if (!desk_mail_test(&r->desk, &r->desk.arena, to, &report, &r->e))
        return false;
    for (int i = 0; i < MAIL_CHECK_COUNT; i++) {
        static const enum job_result results[] = {
            [MAIL_CHECK_NOT_ASKED] = JOB_NOT_ASKED, [MAIL_CHECK_GOOD] = JOB_GOOD, [MAIL_CHECK_BAD] = JOB_BAD};
        if (i != MAIL_CHECK_MAIL || to != NULL)
            found(r, results[report.checks[i].result], mail_check_words((enum mail_check)i), report.checks[i].detail);
    }
    return true;
}

static bool run_tracker(struct run *r)
{
    struct tracker *t;
    struct tracker_report report;
    if (!desk_tracker_open(&r->desk, &t, &r->e))
        return false;
    bool ok = desk_tracker_examine(&r->desk, t, &r->desk.arena, &report, &r->e);
    for (int i = 0; ok && i < CHECK_COUNT; i++) {
        static const enum job_result results[] = {
            [CHECK_NOT_ASKED] = JOB_NOT_ASKED, [CHECK_GOOD] = JOB_GOOD, [CHECK_BAD] = JOB_BAD};
        if (report.checks[i].result != CHECK_NOT_ASKED || !tracker_is_local(t)) /* it has no such thing */
            found(r, results[report.checks[i].result], tracker_check_words((enum tracker_check)i),
                  report.checks[i].detail);
    }
    tracker_close(t);
    return ok;
}

/* Somebody who is certainly not there is asked for: what answers "no" has been reached, and takes who searches. */
static bool run_directory(struct run *r)
{
    enum directory_answer answer;
    enum role role;
    if (!desk_directory_ask(&r->desk, "talaia-tries-whether-you-answer", "x", &answer, &role, &r->e))
        return false;
    found(r, JOB_GOOD, N_("the directory answers, and lets us look for people"),
          config_text(r->desk.config, KEY_LDAP_URL));
    return true;
}

static void health_line(void *run, const char *what, const char *detail, const struct err *e)
{
    bool good = e->code == ERR_NONE;
    found(run, good ? JOB_GOOD : JOB_BAD, what, good ? detail : e->text);
}

static bool run_health(struct run *r)
{
    found(r, JOB_GOOD, N_("configuration, profile and store"), store_describe(r->desk.store));
    health_examine(&r->desk, health_line, r);
    health_modules(r->desk.lang, health_line, r);
    return true;
}

static bool run_trail(struct run *r)
{
    struct tx tx;
    int64_t lines = 0;
    if (!tx_begin(r->desk.store, TX_READ, &tx, &r->e))
        return false;
    bool ok = audit_verify(&tx, &lines, &r->e);
    tx_rollback(&tx);
    if (ok)
        found(r, JOB_GOOD, N_("audit trail"),
              arena_printf(&r->desk.arena, tr(r->desk.lang, N_("%lld lines, unbroken")), (long long)lines));
    return ok;
}

static bool run_backup(struct run *r)
{
    struct backup made;
    if (!backup_make(&r->desk, &made, &r->e))
        return false;
    found(r, JOB_GOOD, N_("a copy was made"), made.name);
    return true;
}

static bool run_verify(struct run *r)
{
    if (!backup_verify(&r->desk, r->job->input, &r->e))
        return false;
    found(r, JOB_GOOD, N_("the copy is as it was written"), r->job->input);
    return true;
}

static void check_step(void *run, const char *host, const char *address, const char *phase)
{
    char detail[LIMIT_HOST_BYTES + 64];
    (void)snprintf(detail, sizeof detail, "%s%s%s", host, address[0] == '\0' ? "" : " · ", address);
    found(run, JOB_STEP, phase, detail);
}

static bool run_check(struct run *r)
{
    struct sweep done;
    const struct sweep_options o = {.kind = "manual",
                                    .names = &r->job->input,
                                    .name_count = 1,
                                    .stop_fd = r->all->stop_fd,
                                    .step = check_step,
                                    .step_context = r};
    return sweep_run(&r->desk, &o, &r->desk.arena, &done, &r->e);
}

static void probe_step(struct run *r, const struct step *s)
{
    const struct step_result *x = &s->result;
    const char *time =
        x->times.total_us < 0 ? "" : arena_printf(&r->desk.arena, " · %.1f ms", (double)x->times.total_us / 1000);
    found(r,
          x->outcome == PROBE_GOOD  ? JOB_GOOD
          : x->outcome == PROBE_BAD ? JOB_BAD
                                    : JOB_NOT_ASKED,
          s->check->name,
          arena_printf(&r->desk.arena, "%s%s%s%s%s%s", x->address, time, x->detail[0] == '\0' ? "" : " · ", x->detail,
                       x->facts == NULL ? "" : " · ", x->facts == NULL ? "" : x->facts));
}

static void probe_seen(void *run, const struct patrol_run *x)
{
    for (size_t i = 0; i < x->tried; i++)
        probe_step(run, &x->steps[i]);
}

static bool run_probe(struct run *r)
{
    return patrol_once(&r->desk, &r->job->input, 1, r->all->stop_fd, probe_seen, r, &r->e);
}

/* talaia report build, in a process of its own: what it needs for pictures and workbook, this role does without. */
static bool run_report(struct run *r)
{
    size_t n;
    enum child_end end;
    int code, reason = memfd_create("reason", MFD_CLOEXEC);
    struct arena *a = &r->desk.arena;
    const char **words = child_arguments(a, &r->all->options, r->desk.lang, r->all->fixed_day, 2, &n);
    words[n++] = "report";
    words[n++] = "build";
    const struct child child = {.arguments = words,
                                .environment = child_environment(a, r->desk.by.who),
                                .in = PROCESS_NOTHING,
                                .out = PROCESS_NOTHING,
                                .err = reason};
    int why = reason < 0 ? errno : child_run(&child, &end, &code);
    bool ok = why == 0 ? (end == CHILD_EXITED && code == EXIT_OK) || child_reason(reason, end, code, &r->e)
                       : err_set(&r->e, ERR_INTERNAL, N_("the process that makes the report cannot begin: %s"),
                                 err_system(&r->e, why));
    if (reason >= 0)
        close(reason);
    return ok;
}

/* Each in the name of whoever sent it. What could not be looked at says why on the integration's page. */
static bool run_documents(struct run *r)
{
    bool more = true;
    while (more) {
        if (!onboard_check_waiting(&r->desk, &more, &r->e))
            return false;
    }
    return true;
}

static const struct {
    bool (*run)(struct run *r);
    bool rests;   /* it asks servers that nobody shall hammer from here */
    bool goes_on; /* with what came while it was under way */
} kinds[JOB_COUNT] = {
    [JOB_MAIL] = {run_mail, true},
    [JOB_TRACKER] = {run_tracker, true},
    [JOB_DIRECTORY] = {run_directory, true},
    [JOB_HEALTH] = {run_health, true},
    [JOB_TRAIL] = {run_trail, true},
    [JOB_BACKUP] = {run_backup, true},
    [JOB_VERIFY] = {run_verify, true},
    [JOB_CHECK] = {run_check, false},
    [JOB_PROBE] = {run_probe, true},
    [JOB_REPORT] = {run_report, false},
    [JOB_DOCUMENTS] = {run_documents, false, true},
};

/* ------------------------------------------------------------------ beginning and ending */

static void *work(void *begun)
{
    struct run *r = begun;
    struct job *j = r->job;
    r->e.lang = j->options.lang;
    bool again, ok = desk_open(&j->options, DESK_STORE, &r->desk, &r->e);
    do {
        ok = ok && kinds[j - r->all->items].run(r);
        pthread_mutex_lock(&r->all->lock);
        again = ok && j->again;
        j->again = false;
        if (again)
            pthread_mutex_unlock(&r->all->lock);
    } while (again);
    j->failed = ok ? NULL : arena_strdup(&j->arena, r->e.text);
    j->ended = clock_system().now;
    j->running = false;
    pthread_mutex_unlock(&r->all->lock);
    if (!ok)
        r->all->log(r->all->log_context, r->e.log);
    desk_close(&r->desk);
    mem_free(r);
    return NULL;
}

static bool start(struct jobs *all, struct job *j, const struct job_request *x, struct err *e)
{
    struct run *r = mem_alloc(1, sizeof *r);
    if (j->started)
        pthread_join(j->thread, NULL);
    arena_reset(&j->arena);
    j->options = all->options;
    j->options.lang = x->lang;
    j->options.lang_given = true;
    j->options.by = (struct by){.who = arena_strdup(&j->arena, x->by->who), .day = x->by->day, .at = x->by->at};
    j->input = arena_strdup(&j->arena, x->input == NULL ? "" : x->input);
    j->about = x->about;
    j->began = clock_system().now;
    j->line_count = 0;
    j->failed = NULL;
    *r = (struct run){.all = all, .job = j};
    j->running = true;
    j->started = pthread_create(&j->thread, NULL, work, r) == 0;
    if (j->started)
        return true;
    j->running = false;
    mem_free(r);
    return err_set(e, ERR_INTERNAL, N_("a thread cannot be started"));
}

bool job_begin(struct jobs *all, const struct job_request *x, enum job_begun *ret, struct err *e)
{
    struct job *j = &all->items[x->kind];
    instant_t now = clock_system().now;
    bool ok = true;
    pthread_mutex_lock(&all->lock);
    bool rests = kinds[x->kind].rests && j->started && now >= j->ended &&
                 now - j->ended < (instant_t)LIMIT_WEB_JOB_REST_SECONDS * INSTANT_PER_SECOND;
    *ret = j->running ? JOB_RUNS : rests ? JOB_RESTS : JOB_BEGAN;
    if (*ret == JOB_RUNS && kinds[x->kind].goes_on) {
        j->again = true;
        *ret = JOB_BEGAN;
    } else if (*ret == JOB_BEGAN)
        ok = start(all, j, x, e);
    pthread_mutex_unlock(&all->lock);
    return ok;
}

bool job_runs(struct jobs *all, enum job_kind kind, int64_t about)
{
    const struct job *j = &all->items[kind];
    pthread_mutex_lock(&all->lock);
    bool runs = j->running && (about == 0 || j->about == about);
    pthread_mutex_unlock(&all->lock);
    return runs;
}

void job_look(struct jobs *all, enum job_kind kind, struct arena *a, struct job_state *ret)
{
    const struct job *j = &all->items[kind];
    pthread_mutex_lock(&all->lock);
    *ret = (struct job_state){
        .runs = j->running, .ever = j->started, .about = j->about, .began = j->began, .ended = j->ended};
    if (j->started) {
        ret->who = arena_strdup(a, j->options.by.who);
        ret->input = arena_strdup(a, j->input);
        ret->failed = j->failed == NULL ? NULL : arena_strdup(a, j->failed);
        ret->lines = arena_array(a, struct job_line, j->line_count + 1);
        for (size_t i = 0; i < j->line_count; i++)
            ret->lines[ret->line_count++] = (struct job_line){.result = j->lines[i].result,
                                                              .at = j->lines[i].at,
                                                              .what = arena_strdup(a, j->lines[i].what),
                                                              .detail = arena_strdup(a, j->lines[i].detail)};
    }
    pthread_mutex_unlock(&all->lock);
}

void jobs_end(struct jobs *all)
{
    for (int i = 0; i < JOB_COUNT; i++) {
        if (all->items[i].started)
            pthread_join(all->items[i].thread, NULL);
        arena_release(&all->items[i].arena);
    }
}
