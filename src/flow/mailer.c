/* The pass and what its stages share. The stages: mailer_write.c, mailer_send.c, mailer_file.c, mailer_tell.c. */
#include "flow/mailer.h"

#include <poll.h>

#include "flow/mail_server.h"
#include "flow/mailer_run.h"
#include "flow/tracker.h"
#include "flow/worker.h"

#define BATCH 50        /* claimed at once: few transactions for many, and a dead claimer holds up few */
#define FACTS_SECONDS 5 /* the registry is read again after that */

static const struct {
    const char *code, *words;
} counts[MAILER_COUNT_COUNT] = {
#define X(name, text, shown) [MAILER_##name] = {text, shown},
    MAILER_COUNTS(X)
#undef X
};

const char *mailer_count_code(enum mailer_count c)
{
    return counts[c].code;
}

const char *mailer_count_words(enum mailer_count c)
{
    return counts[c].words;
}

instant_t mailer_now(struct mailer *m)
{
    m->desk->by.at = clock_system().now;
    return m->desk->by.at;
}

bool mailer_is_stopped(const struct mailer *m)
{
    struct pollfd fd = {.fd = m->options->stop_fd, .events = POLLIN};
    return m->options->stop_fd >= 0 && poll(&fd, 1, 0) > 0;
}

bool mailer_facts(struct mailer *m, struct err *e)
{
    instant_t now = m->desk->by.at, age = now - m->facts_at;
    struct tx tx = {0};
    if (m->facts_at != 0 && age >= 0 && age < FACTS_SECONDS * INSTANT_PER_SECOND)
        return true;
    arena_release(&m->known);
    m->facts_at = 0;
    bool ok =
        tx_begin(m->desk->store, TX_READ, &tx, e) && letter_facts_load(m->desk, &tx, &m->known, 0, NULL, &m->facts, e);
    tx_rollback(&tx);
    m->facts_at = ok ? now : 0;
    return ok;
}

bool mailer_take(struct mailer *m, struct tx *tx, int64_t id, enum outbox_state state, struct message *ret,
                 bool *ret_found, struct err *e)
{
    bool found;
    if (!message_get(tx, &m->one, id, ret, &found, e))
        return false;
    *ret_found = found && ret->state == state;
    return true;
}

/* ------------------------------------------------------------------ what waits */

enum step mailer_wait(struct mailer *m, const struct message *x, const char *trouble, const char *reply, struct err *e)
{
    struct tx tx = {0};
    instant_t now = mailer_now(m);
    bool ok = tx_begin(m->desk->store, TX_WRITE, &tx, e) &&
              message_wait(&tx, x, x->attempts + 1, outbox_retry(x->uid, x->attempts + 1, now), trouble, reply, e) &&
              tx_commit(&tx, e);
    tx_rollback(&tx);
    m->report->of[MAILER_WAITING] += ok;
    return ok ? STEP_DONE : STEP_FAILED;
}

/* The part's own row, or NULL when it is well. */
static bool find_trouble(struct mailer *m, struct tx *tx, const char *part, const struct outbox_trouble **ret,
                         struct err *e)
{
    struct outbox_trouble *list;
    size_t count;
    if (!troubles_load(tx, &m->one, &list, &count, e))
        return false;
    *ret = NULL;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i].part, part) == 0)
            *ret = &list[i];
    }
    return true;
}

enum step mailer_trouble(struct mailer *m, const char *part, const struct err *why, struct err *e)
{
    const struct outbox_trouble *before = NULL;
    struct tx tx = {0};
    instant_t now = mailer_now(m);
    bool ok =
        tx_begin(m->desk->store, TX_WRITE, &tx, e) && find_trouble(m, &tx, part, &before, e) &&
        trouble_put(&tx, part, now, outbox_retry(part, before == NULL ? 1 : before->attempts + 1, now), why->text, e) &&
        tx_commit(&tx, e);
    tx_rollback(&tx);
    if (!ok)
        return STEP_FAILED;
    if (m->report->server.code == ERR_NONE)
        m->report->server = *why;
    return STEP_PART;
}

bool mailer_works(struct mailer *m, const char *part, struct err *e)
{
    const struct outbox_trouble *before = NULL;
    struct tx tx = {0};
    bool ok = tx_begin(m->desk->store, TX_READ, &tx, e) && find_trouble(m, &tx, part, &before, e);
    tx_rollback(&tx);
    if (!ok || before == NULL)
        return ok;
    ok = tx_begin(m->desk->store, TX_WRITE, &tx, e) && trouble_over(&tx, part, NULL, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
}

/* Whether the role leaves that part alone for now. */
static bool is_resting(struct mailer *m, const char *part, bool *ret, struct err *e)
{
    const struct outbox_trouble *t = NULL;
    struct tx tx = {0};
    instant_t now = mailer_now(m), far = 2 * LIMIT_OUTBOX_RETRY_MOST_SECONDS * INSTANT_PER_SECOND;
    *ret = false;
    if (!m->options->patient)
        return true;
    bool ok = tx_begin(m->desk->store, TX_READ, &tx, e) && find_trouble(m, &tx, part, &t, e);
    tx_rollback(&tx);
    *ret = ok && t != NULL && t->next_try > now && t->next_try < now + far;
    return ok;
}

/* ------------------------------------------------------------------ stages */

/* Up to BATCH messages after `after`; *ret_last is the last that was looked at, 0 when there was none. */
static bool claim_batch(struct mailer *m, enum outbox_state state, int64_t after, int64_t mine[BATCH],
                        size_t *ret_count, int64_t *ret_last, struct err *e)
{
    struct tx tx = {0};
    const int64_t *ids = NULL;
    size_t count = 0, kept = 0;
    instant_t now = mailer_now(m);
    bool wires = state == OUTBOX_RENDERED && m->hasty;
    bool ok = tx_begin(m->desk->store, TX_READ, &tx, e) &&
              messages_ready(&tx, &m->one, state, m->worker, now, after, BATCH, &ids, &count, e);
    tx_rollback(&tx);
    if (ok && count > 0) {
        ok = tx_begin(m->desk->store, TX_WRITE, &tx, e);
        for (size_t i = 0; ok && i < count; i++) {
            bool claimed = false;
            ok = message_claim(&tx, ids[i], m->worker, now, now + LIMIT_OUTBOX_CLAIM_SECONDS * INSTANT_PER_SECOND,
                               &claimed, e);
            ok = ok && (!claimed || !wires || message_wire(&tx, ids[i], m->boot, e));
            if (claimed)
                mine[kept++] = ids[i];
        }
        ok = ok && tx_commit(&tx, e);
        tx_rollback(&tx);
    }
    *ret_count = kept;
    *ret_last = ok && count > 0 ? ids[count - 1] : 0;
    return ok;
}

/* Every message in that state that may be worked on, once. */
static bool stage(struct mailer *m, enum outbox_state state, mailer_deed *deed, struct err *e)
{
    for (int64_t after = 0;;) {
        int64_t batch[BATCH], last;
        size_t count;
        arena_reset(&m->one);
        if (m->report->stopped)
            return true;
        if (!claim_batch(m, state, after, batch, &count, &last, e))
            return false;
        if (last == 0)
            return true;
        for (size_t i = 0; i < count; i++) {
            arena_reset(&m->one);
            if (mailer_is_stopped(m)) {
                m->report->stopped = true;
                return true;
            }
            mailer_now(m);
            enum step step = deed(m, batch[i], e);
            if (step != STEP_DONE)
                return step == STEP_PART;
        }
        after = last;
    }
}

/* A stage that needs a server, unless that one is left alone for now. */
static bool stage_with(struct mailer *m, const char *part, enum outbox_state state, mailer_deed *deed, struct err *e)
{
    bool resting;
    return is_resting(m, part, &resting, e) && (resting || stage(m, state, deed, e));
}

/* What workers of this machine left when they died is free again. */
static bool bury_dead(struct mailer *m, struct err *e)
{
    struct tx tx = {0};
    const char *const *workers;
    size_t count;
    bool ok = tx_begin(m->desk->store, TX_READ, &tx, e) && claims_load(&tx, &m->one, &workers, &count, e);
    tx_rollback(&tx);
    for (size_t i = 0; ok && i < count; i++) {
        if (!worker_is_dead(&m->one, workers[i]))
            continue;
        ok = tx_begin(m->desk->store, TX_WRITE, &tx, e) && claims_release(&tx, workers[i], e) && tx_commit(&tx, e);
        tx_rollback(&tx);
    }
    return ok;
}

/* Where the machine stopped while messages were on their way in haste, nobody knows which of them went out. */
static bool take_over_wired(struct mailer *m, struct err *e)
{
    struct tx tx = {0};
    const int64_t *ids;
    size_t count = 0;
    struct arena list = {0};
    bool ok = tx_begin(m->desk->store, TX_READ, &tx, e) && messages_wired_before(&tx, &list, m->boot, &ids, &count, e);
    tx_rollback(&tx);
    for (size_t i = 0; ok && i < count; i++)
        ok = mailer_take_over_wired(m, ids[i], e);
    arena_release(&list);
    return ok;
}

/* The store of this machine, and a queue beyond what is sent on any ordinary day. */
static bool choose_haste(struct mailer *m, struct err *e)
{
    struct tx tx = {0};
    size_t waiting = 0;
    bool ok = tx_begin(m->desk->store, TX_READ, &tx, e) && messages_count(&tx, OUTBOX_RENDERED, &waiting, e);
    tx_rollback(&tx);
    m->hasty = ok && store_kind(m->desk->store) == STORE_SQLITE && waiting > LIMIT_OUTBOX_CALM;
    return ok;
}

static bool carry_on(struct mailer *m, struct err *e)
{
    bool files = desk_has_mail(m->desk, KEY_MAIL_IMAP_URL);
    if (!bury_dead(m, e) || !take_over_wired(m, e) || !stage(m, OUTBOX_SENDING, mailer_take_over, e) ||
        !is_resting(m, "tracker", &m->tracker_rests, e) || !mailer_make_tickets(m, e) ||
        !stage(m, OUTBOX_APPROVED, mailer_ticket, e) || !stage(m, OUTBOX_TICKETED, mailer_write, e))
        return false;
    if (m->options->only_ready)
        return true;
    return choose_haste(m, e) && stage_with(m, "smtp", OUTBOX_RENDERED, mailer_send, e) &&
           (!files || stage_with(m, "imap", OUTBOX_SENT, mailer_file, e)) &&
           stage_with(m, "imap", OUTBOX_AMBIGUOUS, mailer_look_for, e) && mailer_tell_tracker(m, e);
}

/* ------------------------------------------------------------------ the pass */

static bool finish(struct mailer *m, struct err *e)
{
    struct tx tx = {0};
    bool ok = tx_begin(m->desk->store, TX_WRITE, &tx, e) && claims_release(&tx, m->worker, e) &&
              messages_next_try(&tx, &m->report->wake, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
}

bool mailer_can_send(struct desk *d, struct err *e)
{
    struct arena a = {0};
    struct mail_server server;
    bool ok = desk_mail_server(d, &a, KEY_MAIL_SMTP_URL, &server, e);
    arena_release(&a);
    return ok;
}

bool mailer_run(struct desk *d, const struct mailer_options *o, struct mailer_report *ret, struct err *e)
{
    struct mailer_report report = {.wake = INSTANT_NONE, .server = {.lang = e->lang}};
    struct mailer m = {.desk = d, .options = o, .report = &report};
    m.worker = worker_name(&m.servers);
    m.boot = worker_boot(&m.servers);
    m.rate = (size_t)config_int(d->config, KEY_MAIL_PER_MINUTE);
    bool ok = (o->only_ready || desk_mail_server(d, &m.servers, KEY_MAIL_SMTP_URL, &m.smtp_server, e)) &&
              (!desk_has_mail(d, KEY_MAIL_IMAP_URL) ||
               desk_mail_server(d, &m.servers, KEY_MAIL_IMAP_URL, &m.imap_server, e)) &&
              letter_check_templates(d, &m.one, e) && desk_tracker_open(d, &m.tracker, e);
    if (ok) {
        ok = carry_on(&m, e);
        struct err late = {.lang = e->lang};
        ok = finish(&m, ok ? e : &late) && ok;
    }
    smtp_free(m.smtp);
    imap_free(m.imap);
    tracker_close(m.tracker);
    arena_release(&m.servers);
    arena_release(&m.one);
    arena_release(&m.known);
    mem_free(m.sent);
    if (ok)
        *ret = report;
    return ok;
}
