/* What tickets must be told: the queue of the record, each job once. */
#include "flow/mailer_run.h"
#include "record/integration.h"
#include "record/message.h"

#define JOBS_AT_ONCE 100

/* The ticket of an integration; found by its uid when it is there already. */
static bool make(struct mailer *m, struct tx *tx, const struct ticket_job *j, const char **ret_key, struct err *e)
{
    struct str rest = str_of(j->text), first;
    struct ticket made;
    (void)str_split(&rest, '\n', &first);
    const struct ticket_new n = {
        .uid = j->ticket_uid,
        .kind = GROUP_OTHER,
        .summary = arena_text(&m->one, first),
        .description = arena_text(&m->one, rest),
        .due = DAY_NONE,
        .tried = j->tried,
    };
    if (!ticket_create(m->tracker, tx, &m->one, &n, &made, e))
        return false;
    *ret_key = made.key;
    return true;
}

/* *ret_key: of a ticket that was made; else left alone. */
static bool carry_out(struct mailer *m, struct tx *tx, const struct ticket_job *j, const char **ret_key, struct err *e)
{
    day_t day = DAY_NONE;
    switch (j->what) {
    case TICKET_JOB_CREATE: return make(m, tx, j, ret_key, e);
    case TICKET_JOB_COMMENT: return ticket_note_add(m->tracker, tx, j->ticket, j->uid, j->text, j->tried, e);
    case TICKET_JOB_DATE:
        return (day_parse_iso(str_of(j->text), &day) ||
                err_set(e, ERR_VALUE, N_("'%s' is no day for the ticket %s"), j->text, j->ticket)) &&
               ticket_set_due(m->tracker, tx, j->ticket, day, e);
    case TICKET_JOB_CLOSE:
    case TICKET_JOB_REOPEN:
        return (j->text[0] == '\0' || ticket_note_add(m->tracker, tx, j->ticket, j->uid, j->text, j->tried, e)) &&
               ticket_set_open(m->tracker, tx, j->ticket, j->what == TICKET_JOB_REOPEN, e);
    case TICKET_JOB_COUNT: break;
    }
    return err_set(e, ERR_INTERNAL, N_("a job for the tracker that nobody knows"));
}

static bool done(struct mailer *m, struct tx *tx, const struct ticket_job *j, const char *key, struct err *e)
{
    return (key == NULL || integration_ticket_set(tx, j->integration_id, key, e)) &&
           ticket_job_done(tx, j->id, mailer_now(m), e);
}

static bool claim(struct mailer *m, const struct ticket_job *j, bool *ret_claimed, struct err *e)
{
    struct tx tx = {0};
    instant_t now = mailer_now(m);
    bool ok = tx_begin(m->desk->store, TX_WRITE, &tx, e) &&
              ticket_job_claim(&tx, j->id, m->worker, now, now + LIMIT_OUTBOX_CLAIM_SECONDS * INSTANT_PER_SECOND,
                               ret_claimed, e) &&
              (!*ret_claimed || ticket_job_tried(&tx, j->id, now, e)) && tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
}

/* In the tracker's own way: what passes by itself is tried again, the rest is for a person. */
static enum step not_told(struct mailer *m, const struct ticket_job *j, const struct err *why, struct err *e)
{
    bool later = ticket_is_later(why);
    instant_t now = mailer_now(m), at = later ? outbox_retry(j->uid, j->attempts + 1, now) : INSTANT_NONE;
    struct tx tx = {0};
    bool ok = tx_begin(m->desk->store, TX_WRITE, &tx, e) &&
              ticket_job_wait(&tx, j->id, j->attempts + 1, at, why->text, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    if (!ok)
        return STEP_FAILED;
    m->report->of[later ? MAILER_WAITING : MAILER_REFUSED]++;
    return later ? mailer_trouble(m, "tracker", why, e) : STEP_DONE;
}

static enum step tell(struct mailer *m, const struct ticket_job *j, struct err *e)
{
    struct tx tx = {0};
    bool local = tracker_is_local(m->tracker), claimed = true;
    const char *key = NULL;
    struct err why = {.lang = e->lang};
    if (!local) {
        if (!claim(m, j, &claimed, e))
            return STEP_FAILED;
        if (!claimed)
            return STEP_DONE;
        if (!carry_out(m, NULL, j, &key, &why))
            return not_told(m, j, &why, e);
    }
    bool ok = tx_begin(m->desk->store, TX_WRITE, &tx, e) && (!local || carry_out(m, &tx, j, &key, &why)) &&
              done(m, &tx, j, key, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    if (!ok && why.code != ERR_NONE && err_exit_code(why.code) != EXIT_STORE)
        return not_told(m, j, &why, e);
    if (!ok && why.code != ERR_NONE)
        *e = why;
    m->report->of[MAILER_TOLD] += ok;
    return ok ? STEP_DONE : STEP_FAILED;
}

/* The local tracker works in our transaction: many at once. One that cannot be told undoes them all, and each is told
 * alone. What a loss of power makes it forget is told again and recognised by its marker. */
static bool tell_many(struct mailer *m, const struct ticket_job *jobs, size_t count, bool *ret_told, struct err *e)
{
    struct tx tx = {0};
    struct err why = {.lang = e->lang};
    bool ok = tx_begin(m->desk->store, TX_WRITE_SOON, &tx, e);
    *ret_told = ok;
    for (size_t i = 0; ok && *ret_told && i < count; i++) {
        arena_reset(&m->one);
        const char *key = NULL;
        *ret_told = carry_out(m, &tx, &jobs[i], &key, &why) && done(m, &tx, &jobs[i], key, &why);
    }
    ok = ok && (!*ret_told || tx_commit(&tx, e));
    tx_rollback(&tx);
    if (ok && *ret_told)
        m->report->of[MAILER_TOLD] += count;
    return ok;
}

/* Those that make tickets, moved to the front. */
static size_t makers_first(struct ticket_job *jobs, size_t count)
{
    size_t makers = 0;
    for (size_t i = 0; i < count; i++) {
        if (jobs[i].what == TICKET_JOB_CREATE)
            jobs[makers++] = jobs[i];
    }
    return makers;
}

static bool tell_all(struct mailer *m, bool only_make, struct err *e)
{
    for (;;) {
        struct ticket_job *jobs;
        size_t count = 0;
        struct tx tx = {0};
        struct arena list = {0};
        enum step step = STEP_DONE;
        bool told = false;
        bool ok = tx_begin(m->desk->store, TX_READ, &tx, e) &&
                  ticket_jobs_ready(&tx, &list, mailer_now(m), JOBS_AT_ONCE, &jobs, &count, e);
        tx_rollback(&tx);
        if (ok && only_make)
            count = makers_first(jobs, count);
        if (ok && count > 0 && tracker_is_local(m->tracker))
            ok = tell_many(m, jobs, count, &told, e);
        for (size_t i = 0; ok && !told && i < count && step == STEP_DONE && !m->tracker_rests; i++) {
            arena_reset(&m->one);
            m->report->stopped = m->report->stopped || mailer_is_stopped(m);
            step = m->report->stopped ? STEP_PART : tell(m, &jobs[i], e);
        }
        arena_release(&list);
        if (!ok || step == STEP_FAILED)
            return false;
        if (count == 0 || step == STEP_PART || m->tracker_rests || m->report->stopped)
            return true;
    }
}

bool mailer_make_tickets(struct mailer *m, struct err *e)
{
    return tell_all(m, true, e);
}

bool mailer_tell_tracker(struct mailer *m, struct err *e)
{
    return tell_all(m, false, e);
}
