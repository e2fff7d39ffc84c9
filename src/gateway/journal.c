#include "gateway/journal.h"

#include <pthread.h>

#include "flow/given.h"
#include "gateway/front.h"

struct journal {
    struct store *store;
    struct gateway_marks *marks;
    bool running, stopping;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t come;
    VEC(struct job *) waiting;
    VEC(char *) given; /* fingerprints that were handed on to the desk since the start */
};

static bool write_rows(struct journal *j, struct gateway_entry *entries, size_t count, struct err *e)
{
    struct tx tx = {0};
    bool good = tx_begin(j->store, TX_WRITE, &tx, e) && gateway_log_write(&tx, j->marks, entries, count, e) &&
                tx_commit(&tx, e);
    tx_rollback(&tx);
    if (good)
        gateway_marks_committed(j->marks);
    return good;
}

static bool is_given(struct journal *j, const char *fingerprint)
{
    for (size_t i = 0; i < j->given.count; i++)
        if (strcmp(j->given.items[i], fingerprint) == 0)
            return true;
    if (j->given.count < LIMIT_WSS_KEYS)
        vec_push(&j->given, mem_dup_text(fingerprint));
    return false;
}

static bool body_given(struct desk *d, const struct job *job, struct err *e)
{
    struct tx tx = {0};
    struct bodies bodies;
    struct given given;
    bool good =
        tx_begin(d->store, TX_READ, &tx, e) && bodies_load(&tx, &d->arena, &d->files.profile, d->by.day, &bodies, e);
    tx_rollback(&tx);
    const struct body *b = good ? bodies_by_id(&bodies, job->body_id) : NULL;
    return good && (b == NULL || given_from_certificate(d, b, job->opinion.signer, &given, e));
}

/* A certificate that is new here becomes the body's, as if somebody had handed it in. The desk is opened for it: what
 * that takes is given back. */
static void hand_on(struct journal *j, const struct job *job)
{
    struct desk_options o = job->front->options;
    struct err e = {.lang = LANG_EN};
    struct clock now = clock_system();
    struct desk d = {0};
    if (!job->judgement.proceed || job->body_id == 0 || job->opinion.signer.n == 0 ||
        is_given(j, job->opinion.facts.gateway.signer.fingerprint))
        return;
    o.by.at = now.now;
    o.by.day = now.today;
    if (!desk_open(&o, DESK_STORE, &d, &e) || !body_given(&d, job, &e))
        job->front->log(job->front->log_context, e.log);
    desk_close(&d);
}

/* At most LIMIT_GATEWAY_BATCH of them. */
static void commit(struct journal *j, struct job *const *jobs, size_t count)
{
    struct gateway_entry entries[LIMIT_GATEWAY_BATCH];
    struct err e = {.lang = LANG_EN};
    for (size_t i = 0; i < count; i++)
        entries[i] = jobs[i]->entry;
    bool kept = write_rows(j, entries, count, &e);
    if (!kept)
        jobs[0]->front->log(jobs[0]->front->log_context, e.log);
    for (size_t i = 0; i < count; i++) {
        struct job *job = jobs[i];
        job->entry = entries[i];
        if (job->request != NULL)
            job->request->kept = kept;
        if (!kept)
            job_lost(job);
        else if (entries[i].ret_repeated || entries[i].ret_replayed)
            job_repeated(job);
        else
            hand_on(j, job);
    }
    jobs_finish(jobs, count);
}

static void *run(void *journal)
{
    struct journal *j = journal;
    struct job *jobs[LIMIT_GATEWAY_BATCH];
    pthread_mutex_lock(&j->lock);
    while (!j->stopping || j->waiting.count > 0) {
        if (j->waiting.count == 0) {
            pthread_cond_wait(&j->come, &j->lock);
            continue;
        }
        size_t count = j->waiting.count < LIMIT_GATEWAY_BATCH ? j->waiting.count : LIMIT_GATEWAY_BATCH;
        memcpy(jobs, j->waiting.items, count * sizeof *jobs);
        j->waiting.count -= count;
        memmove(j->waiting.items, j->waiting.items + count, j->waiting.count * sizeof *jobs);
        pthread_mutex_unlock(&j->lock);
        commit(j, jobs, count);
        pthread_mutex_lock(&j->lock);
    }
    pthread_mutex_unlock(&j->lock);
    return NULL;
}

bool journal_start(const char *store_url, int keep_days, struct journal **ret, struct err *e)
{
    struct journal *j = mem_alloc(1, sizeof *j);
    pthread_mutex_init(&j->lock, NULL);
    pthread_cond_init(&j->come, NULL);
    j->marks = gateway_marks_new(keep_days, LIMIT_GATEWAY_MARKS);
    /* The marks are read before anybody waits for an answer. */
    j->running = store_open(store_url, STORE_OPEN, &j->store, e) && write_rows(j, NULL, 0, e) &&
                 store_move_beside(j->store, e) && pthread_create(&j->thread, NULL, run, j) == 0;
    if (j->running) {
        *ret = j;
        return true;
    }
    journal_stop(j);
    return e->code != ERR_NONE ? false : err_set(e, ERR_INTERNAL, N_("a thread cannot be started"));
}

void journal_add(struct journal *j, struct job *job)
{
    pthread_mutex_lock(&j->lock);
    vec_push(&j->waiting, job);
    bool first = j->waiting.count == 1;
    pthread_mutex_unlock(&j->lock);
    if (first)
        pthread_cond_signal(&j->come);
}

void journal_stop(struct journal *j)
{
    if (j == NULL)
        return;
    pthread_mutex_lock(&j->lock);
    j->stopping = true;
    pthread_cond_signal(&j->come);
    pthread_mutex_unlock(&j->lock);
    if (j->running)
        pthread_join(j->thread, NULL);
    store_close(j->store);
    gateway_marks_free(j->marks);
    for (size_t i = 0; i < j->given.count; i++)
        mem_free(j->given.items[i]);
    vec_release(&j->given);
    vec_release(&j->waiting);
    mem_free(j);
}
