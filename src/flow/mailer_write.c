/* The ticket, and then the letter: approved → ticketed → rendered. */
#include "flow/mailer_run.h"
#include "flow/onboard.h"
#include "flow/outbox.h"
#include "record/renewal.h"

/* One message with what is known of its body, in an open transaction. */
struct writing {
    struct mailer *m;
    struct tx tx;
    struct message message;
    struct letter_facts facts;
    struct letter letter;
    bool found; /* it is in the state that was expected */
};

static bool begin(struct writing *w, int64_t id, enum outbox_state state, struct err *e)
{
    struct mailer *m = w->m;
    /* What a loss of power makes it forget is done again: nothing of it has left the house, and a remote tracker is
     * asked by the uid that was kept on the disk before. */
    if (!mailer_facts(m, e) || !tx_begin(m->desk->store, TX_WRITE_SOON, &w->tx, e) ||
        !mailer_take(m, &w->tx, id, state, &w->message, &w->found, e))
        return false;
    if (!w->found || w->message.kind != OUTBOX_WARNING)
        return true;
    return letter_facts_load(m->desk, &w->tx, &m->one, w->message.body_id, m->facts.bodies, &w->facts, e) &&
           letter_look(m->desk, &w->tx, &m->one, &w->facts, &w->message, &w->letter, e);
}

static enum step commit(struct writing *w, enum mailer_count count, struct err *e)
{
    bool ok = tx_commit(&w->tx, e);
    tx_rollback(&w->tx);
    w->m->report->of[count] += ok;
    return ok ? STEP_DONE : STEP_FAILED;
}

static enum step give_up(struct writing *w)
{
    tx_rollback(&w->tx);
    return STEP_FAILED;
}

/* True when the message goes no further now; *ret says how it went. */
static bool stays(struct writing *w, enum step *ret, struct err *e)
{
    struct desk *d = w->m->desk;
    if (w->letter.reason != NULL) {
        *ret = outbox_drop(d, &w->tx, ACTOR_MAILER, &w->message, w->letter.reason, e) ? commit(w, MAILER_CANCELLED, e)
                                                                                      : give_up(w);
        return true;
    }
    const char *trouble = w->letter.tomorrow ? tr(d->lang, N_("goes out on the next working day"))
                          : w->letter.planned.contact_count == 0
                              ? tr(d->lang, outbox_result_words(OUTBOX_RESULT_NO_CONTACT))
                              : NULL;
    if (trouble == NULL)
        return false;
    w->message.trouble = trouble;
    *ret = message_update(&w->tx, &w->message, e) ? commit(w, MAILER_WAITING, e) : give_up(w);
    return true;
}

/* ------------------------------------------------------------------ the ticket */

static const struct case_record *case_of(const struct writing *w)
{
    return renewals_case(&w->facts.renewals, w->message.body_id, w->message.case_id);
}

/* "PRO - PADRO - … - [ST-?]" without the ticket that it does not have yet. */
static const char *summary_of(struct writing *w)
{
    const struct profile *p = &w->m->desk->files.profile;
    struct warning_case c = w->letter.planned.wcase;
    c.ticket = "";
    c.subject = NULL;
    struct str s = str_trim(str_of(warning_subject(&w->m->one, p, w->letter.planned.body->name, &c)));
    if (str_ends(s, "[]"))
        s = str_trim(str_part(s.p, s.n - 2));
    if (str_ends(s, "-"))
        s = str_trim(str_part(s.p, s.n - 1));
    return arena_text(&w->m->one, s);
}

static bool describe(struct writing *w, const char *uid, struct ticket_new *ret, struct err *e)
{
    const char *description;
    if (!letter_description(w->m->desk, &w->m->one, &w->letter, &description, e))
        return false;
    *ret = (struct ticket_new){
        .uid = uid,
        .kind = GROUP_RENEWAL,
        .summary = summary_of(w),
        .description = description,
        .due = case_expires(&w->letter.planned.wcase),
        .tried = w->message.tried,
    };
    return true;
}

/* The message has its ticket: in the case, in the message, and in its state. */
static enum step ticketed(struct writing *w, const char *key, const char *uid, const char *detail, struct err *e)
{
    struct desk *d = w->m->desk;
    const struct case_record *c = case_of(w);
    bool known = c != NULL && c->ticket[0] != '\0';
    w->message.ticket = key;
    w->message.trouble = "";
    bool ok =
        case_ticket_set(&w->tx, &d->by, w->message.case_id, key, uid, e) &&
        (known || case_add_line(d, &w->tx, w->message.case_id, d->by.day,
                                arena_printf(&w->m->one, tr(d->files.profile.language, N_("ticket %s")), key), e)) &&
        message_update(&w->tx, &w->message, e) &&
        message_move(&w->tx, &d->by, ACTOR_MAILER, &w->message, OUTBOX_TICKETED, detail, e);
    return ok ? commit(w, MAILER_TICKETED, e) : give_up(w);
}

/* What is refused may be so for what this one ticket says; the same once more is no matter of one ticket. */
static bool concerns_all(struct mailer *m, const struct err *why)
{
    bool refused = why->code == ERR_REMOTE || why->code == ERR_VALUE || why->code == ERR_LIMIT;
    bool again = strcmp(m->refusal.text, why->text) == 0;
    m->refusal = *why;
    return !refused || again;
}

/* What the tracker could not do: for now, or a person must look. */
static enum step not_ticketed(struct writing *w, const struct err *why, struct err *e)
{
    struct mailer *m = w->m;
    tx_rollback(&w->tx);
    if (mailer_wait(m, &w->message, why->text, "", e) == STEP_FAILED)
        return STEP_FAILED;
    if (!concerns_all(m, why)) {
        if (m->report->server.code == ERR_NONE)
            m->report->server = *why;
        return STEP_DONE;
    }
    m->tracker_rests = true;
    return mailer_trouble(m, "tracker", why, e) == STEP_FAILED ? STEP_FAILED : STEP_DONE;
}

/* The uid by which the ticket will be found is kept before anybody is asked. */
static bool keep_uid(struct writing *w, const char *uid, struct err *e)
{
    tx_rollback(&w->tx);
    bool ok = tx_begin(w->m->desk->store, TX_WRITE, &w->tx, e) &&
              case_ticket_set(&w->tx, &w->m->desk->by, w->message.case_id, "", uid, e) &&
              message_tried(&w->tx, w->message.id, w->m->desk->by.at, e) && tx_commit(&w->tx, e);
    tx_rollback(&w->tx);
    return ok;
}

static enum step make_ticket(struct writing *w, struct err *e)
{
    struct mailer *m = w->m;
    const struct case_record *c = case_of(w);
    struct ticket_new n;
    struct ticket made;
    char uid[TICKET_UID_BYTES];
    struct err why = {.lang = e->lang};
    const char *kept = c != NULL && c->ticket_uid[0] != '\0' ? c->ticket_uid : ticket_uid_make(uid);
    bool local = tracker_is_local(m->tracker), found;
    if (!describe(w, kept, &n, e) || (!local && !keep_uid(w, kept, e)))
        return give_up(w);
    if (!ticket_create(m->tracker, local ? &w->tx : NULL, &m->one, &n, &made, local ? e : &why))
        return local ? give_up(w) : not_ticketed(w, &why, e);
    mailer_now(m);
    if (!local && (!tx_begin(m->desk->store, TX_WRITE, &w->tx, e) ||
                   !mailer_take(m, &w->tx, w->message.id, OUTBOX_APPROVED, &w->message, &found, e)))
        return give_up(w);
    if (!local && !found) { /* cancelled meanwhile: the case keeps its ticket */
        bool ok = case_ticket_set(&w->tx, &m->desk->by, w->message.case_id, made.key, kept, e);
        return ok ? commit(w, MAILER_CANCELLED, e) : give_up(w);
    }
    const char *remark = made.remark == NULL || made.remark[0] == '\0' ? "" : "; ";
    return ticketed(w, made.key, kept,
                    arena_printf(&m->one, "%s%s%s", made.key, remark, remark[0] == '\0' ? "" : made.remark), e);
}

/* Its ticket is made by the tracker's queue (mailer_tell.c); the message waits for it. */
static enum step ticket_of_integration(struct writing *w, struct err *e)
{
    struct mailer *m = w->m;
    const char *key;
    if (!onboard_letter_ticket(m->desk, &w->tx, &m->one, w->message.id, &key, e))
        return give_up(w);
    if (key[0] == '\0') {
        w->message.trouble = tr(m->desk->lang, N_("waits for its ticket"));
        return message_update(&w->tx, &w->message, e) ? commit(w, MAILER_WAITING, e) : give_up(w);
    }
    w->message.ticket = key;
    w->message.trouble = "";
    bool ok = message_update(&w->tx, &w->message, e) &&
              message_move(&w->tx, &m->desk->by, ACTOR_MAILER, &w->message, OUTBOX_TICKETED, key, e);
    return ok ? commit(w, MAILER_TICKETED, e) : give_up(w);
}

enum step mailer_ticket(struct mailer *m, int64_t id, struct err *e)
{
    struct writing w = {.m = m};
    enum step step;
    if (!begin(&w, id, OUTBOX_APPROVED, e))
        return give_up(&w);
    if (!w.found)
        return commit(&w, MAILER_WAITING, e);
    if (w.message.kind == OUTBOX_INTEGRATION)
        return ticket_of_integration(&w, e);
    if (w.message.kind != OUTBOX_WARNING) { /* written when it was approved, and needs no ticket */
        bool ok = message_move(&w.tx, &m->desk->by, ACTOR_MAILER, &w.message, OUTBOX_RENDERED, w.message.sha256, e);
        return ok ? commit(&w, MAILER_RENDERED, e) : give_up(&w);
    }
    if (stays(&w, &step, e))
        return step;
    const struct case_record *c = case_of(&w);
    if (c != NULL && c->ticket[0] != '\0')
        return ticketed(&w, c->ticket, c->ticket_uid, c->ticket, e);
    if (m->tracker_rests) {
        tx_rollback(&w.tx);
        m->report->of[MAILER_WAITING]++;
        return STEP_DONE;
    }
    return make_ticket(&w, e);
}

/* ------------------------------------------------------------------ the letter */

/* What it names today may be more than what it named when it was planned. */
static bool consume_anew(struct writing *w, struct err *e)
{
    struct desk *d = w->m->desk;
    const struct planned *p = &w->letter.planned;
    w->message.threshold = p->warning.threshold;
    w->message.certificates = p->warning.names[CERT_CDA] && p->warning.names[CERT_CDS] ? "CDA CDS"
                              : p->warning.names[CERT_CDA]                             ? "CDA"
                                                                                       : "CDS";
    return thresholds_release(&w->tx, w->message.id, NULL, e) &&
           thresholds_consume(&w->tx, &d->by, &d->files.profile, &p->wcase, &p->warning, w->message.id, e);
}

static bool keep_integration(struct writing *w, const struct message_recipient *to, size_t count, struct str words,
                             struct str bytes, struct err *e)
{
    w->message.trouble = "";
    return recipients_put(&w->tx, w->message.id, to, count, e) && message_update(&w->tx, &w->message, e) &&
           message_freeze(&w->tx, &w->message, words, bytes, e) &&
           message_move(&w->tx, &w->m->desk->by, ACTOR_MAILER, &w->message, OUTBOX_RENDERED, w->message.sha256, e);
}

static bool keep_letter(struct writing *w, struct str words, struct str bytes, struct err *e)
{
    struct desk *d = w->m->desk;
    size_t count;
    const struct message_recipient *to = letter_recipients(&w->m->one, &w->letter, &count);
    w->message.trouble = "";
    return consume_anew(w, e) && case_subject_set(&w->tx, w->message.case_id, w->message.subject, e) &&
           recipients_put(&w->tx, w->message.id, to, count, e) && message_update(&w->tx, &w->message, e) &&
           message_freeze(&w->tx, &w->message, words, bytes, e) &&
           message_move(&w->tx, &d->by, ACTOR_MAILER, &w->message, OUTBOX_RENDERED, w->message.sha256, e);
}

/* A value that no message may have (a line end in a name, an address that is none): a person must look. */
static bool is_its_own_fault(const struct err *why)
{
    return why->code == ERR_VALUE || why->code == ERR_LIMIT;
}

enum step mailer_write(struct mailer *m, int64_t id, struct err *e)
{
    struct writing w = {.m = m};
    struct err why = {.lang = e->lang};
    enum step step;
    if (!begin(&w, id, OUTBOX_TICKETED, e))
        return give_up(&w);
    if (!w.found) {
        tx_rollback(&w.tx);
        return STEP_DONE;
    }
    if (w.message.kind == OUTBOX_WARNING && stays(&w, &step, e))
        return step;
    struct buf words = BUF_INIT(LIMIT_TEMPLATE_BYTES), bytes = BUF_INIT(LIMIT_MAIL_BYTES);
    struct message_recipient *to = NULL;
    size_t to_count = 0;
    bool is_integration = w.message.kind == OUTBOX_INTEGRATION;
    if (is_integration &&
        onboard_letter_write(m->desk, &w.tx, &m->one, &w.message, &words, &bytes, &to, &to_count, &why)) {
        step = keep_integration(&w, to, to_count, buf_str(&words), buf_str(&bytes), e) ? commit(&w, MAILER_RENDERED, e)
                                                                                       : give_up(&w);
    } else if (!is_integration && letter_write(m->desk, &w.tx, &m->one, &w.letter, &w.message, &words, &bytes, &why)) {
        step = keep_letter(&w, buf_str(&words), buf_str(&bytes), e) ? commit(&w, MAILER_RENDERED, e) : give_up(&w);
    } else if (is_its_own_fault(&why)) {
        bool ok = message_move(&w.tx, &m->desk->by, ACTOR_MAILER, &w.message, OUTBOX_REFUSED, why.text, e) &&
                  message_wait(&w.tx, &w.message, 0, INSTANT_NONE, why.text, "", e);
        step = ok ? commit(&w, MAILER_REFUSED, e) : give_up(&w);
    } else {
        *e = why;
        step = give_up(&w);
    }
    buf_release(&words);
    buf_release(&bytes);
    return step;
}
