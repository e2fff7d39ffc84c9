/* Handing a message to the mail server, once.
 *
 *     claimed, rendered ── MAIL, RCPT, DATA, 354 ──► [commit: sending] ── the bytes, 250 ──► [commit: sent]
 *
 * The first commit is on the disk before the first byte goes out; the second one need not be: a machine that stops in
 * between finds the message in `sending`. When a great many wait (LIMIT_OUTBOX_CALM), what may go out is noted for a
 * batch at once, on the disk, with the run of the machine (message_wire), and the first commit does not wait for the
 * disk either: the death of the process changes nothing of what is known, and after a loss of power the batch is
 * ambiguous.
 *
 * Whoever dies before the first commit has sent nothing; between the two the message is in `sending`, and whoever finds
 * it there makes it ambiguous. A message that was cancelled meanwhile stops the conversation before its first byte. */
#include <errno.h>
#include <time.h>

#include "flow/mailer_run.h"
#include "flow/outbox.h"
#include "record/contact.h"

#define RESULT_SECONDS 60 /* how long the answer of the server is held when the store cannot be written */
#define MINUTE (60 * INSTANT_PER_SECOND)

struct sending {
    struct mailer *m;
    struct message message;
    struct message_recipient *all;
    size_t all_count;
    struct smtp_recipient *to; /* those who have not got it yet */
    struct message_recipient **of;
    size_t to_count;
    bool earlier;   /* some have got it in an earlier attempt */
    bool begun;     /* the intent is kept: the message is in `sending` */
    bool gone;      /* it is not ours to send any more: cancelled, or somebody else was faster */
    struct err why; /* why the intent could not be kept */
};

/* ------------------------------------------------------------------ not too many a minute */

static bool load_rate(struct mailer *m, struct err *e)
{
    struct tx tx = {0};
    if (m->sent != NULL || m->rate == 0)
        return true;
    m->sent = mem_alloc(m->rate, sizeof *m->sent);
    bool ok = tx_begin(m->desk->store, TX_READ, &tx, e) &&
              messages_sent_since(&tx, mailer_now(m) - MINUTE, m->sent, m->rate, &m->sent_count, e);
    tx_rollback(&tx);
    return ok;
}

static void note_sent(struct mailer *m)
{
    if (m->rate > 0)
        m->sent[m->sent_count++ % m->rate] = mailer_now(m);
}

/* Waits until one more may go out in this minute. False: somebody asked to stop. */
static bool wait_for_turn(struct mailer *m)
{
    while (m->rate > 0 && m->sent_count >= m->rate) {
        instant_t now = mailer_now(m), oldest = m->sent[m->sent_count % m->rate];
        if (now - oldest >= MINUTE || now < oldest)
            return true;
        const struct timespec nap = {.tv_nsec = 50 * 1000 * 1000};
        if (mailer_is_stopped(m))
            return false;
        (void)nanosleep(&nap, NULL);
    }
    return true;
}

/* ------------------------------------------------------------------ the intent */

static bool keep_intent(void *context)
{
    struct sending *s = context;
    struct mailer *m = s->m;
    struct tx tx = {0};
    struct message now;
    bool found = false;
    mailer_now(m);
    bool ok = tx_begin(m->desk->store, m->hasty ? TX_WRITE_SOON : TX_WRITE, &tx, &s->why) &&
              mailer_take(m, &tx, s->message.id, OUTBOX_RENDERED, &now, &found, &s->why);
    s->gone = ok && !found;
    ok = ok && found && message_move(&tx, &m->desk->by, ACTOR_MAILER, &s->message, OUTBOX_SENDING, "", &s->why) &&
         tx_commit(&tx, &s->why);
    tx_rollback(&tx);
    s->begun = ok;
    return ok;
}

/* ------------------------------------------------------------------ the result */

static const char *reply_text(struct mailer *m, const struct smtp_reply *r)
{
    if (r->code == 0)
        return "";
    return arena_printf(&m->one, "%d%s%s %s", r->code, r->enhanced[0] == '\0' ? "" : " ", r->enhanced, r->text);
}

/* The server knows no such mailbox: RFC 3463 X.1.*, or the codes of RFC 5321 for it. Other refusals (policy, relaying)
 * say nothing of the address. */
static bool is_no_address(const struct smtp_recipient *r)
{
    if (r->outcome != SMTP_REFUSED)
        return false;
    if (r->reply.enhanced[0] != '\0')
        return str_starts(str_of(r->reply.enhanced), "5.1.");
    return r->reply.code == 550 || r->reply.code == 551 || r->reply.code == 553;
}

/* `whole`: the message was refused, not an address. */
static bool keep_recipients(struct sending *s, struct tx *tx, bool last, bool whole, struct err *e)
{
    for (size_t i = 0; i < s->to_count; i++) {
        enum recipient_result result = RECIPIENT_WAITING;
        switch (s->to[i].outcome) {
        case SMTP_ACCEPTED: result = RECIPIENT_ACCEPTED; break;
        case SMTP_LATER: result = last ? RECIPIENT_REFUSED : RECIPIENT_DEFERRED; break;
        case SMTP_REFUSED: result = RECIPIENT_REFUSED; break;
        case SMTP_NOT_ASKED:
        case SMTP_AMBIGUOUS:
        case SMTP_NOT_REACHED:
        case SMTP_STOPPED: break;
        }
        const char *reply = reply_text(s->m, &s->to[i].reply);
        int64_t flagged;
        if (!recipient_result(tx, s->of[i]->id, result, reply, e))
            return false;
        /* An address that the server does not know is no recipient any more; the contact's list says why. */
        if (!whole && is_no_address(&s->to[i]) && s->of[i]->contact_id != 0 &&
            !contact_bounce(tx, &s->m->desk->by, s->of[i]->email, true, reply, &flagged, e))
            return false;
        s->of[i]->result = result;
    }
    return true;
}

/* The recipients that were refused, for the step's line: "to a@x; refused: b@y (550 no such user)". */
static const char *outcome_text(struct sending *s, const struct smtp_result *r)
{
    struct buf to = BUF_INIT(LIMIT_NOTE_CHARS);
    (void)buf_add_text(&to, reply_text(s->m, &r->reply));
    for (size_t i = 0; i < s->to_count; i++) {
        if (s->to[i].outcome == SMTP_REFUSED || s->to[i].outcome == SMTP_LATER)
            (void)buf_printf(&to, "; %s: %s", s->to[i].address, reply_text(s->m, &s->to[i].reply));
    }
    const char *text = arena_text(&s->m->one, buf_str(&to));
    buf_release(&to);
    return text;
}

static enum outbox_attempt attempt_of(enum smtp_outcome o)
{
    switch (o) {
    case SMTP_ACCEPTED: return ATTEMPT_ACCEPTED;
    case SMTP_REFUSED: return ATTEMPT_PERMANENT;
    case SMTP_AMBIGUOUS: return ATTEMPT_LOST;
    case SMTP_LATER:
    case SMTP_NOT_REACHED:
    case SMTP_NOT_ASKED:
    case SMTP_STOPPED: break;
    }
    return ATTEMPT_TEMPORARY;
}

static bool write_result(struct sending *s, const struct smtp_result *r, const char *text, struct err *e)
{
    struct mailer *m = s->m;
    struct tx tx = {0};
    struct message x = s->message;
    bool deferred = false;
    int tries = x.attempts + 1;
    for (size_t i = 0; i < s->to_count; i++)
        deferred = deferred || s->to[i].outcome == SMTP_LATER;
    enum outbox_attempt got = attempt_of(r->outcome);
    enum outbox_state to = outbox_after(got, deferred, tries);
    /* Nobody that is left will get it, while others have it already: it has been sent. */
    if (to == OUTBOX_REFUSED && s->earlier)
        to = OUTBOX_SENT;
    const char *trouble = to == OUTBOX_SENT ? "" : text;
    instant_t now = mailer_now(m), again = to == OUTBOX_RENDERED ? outbox_retry(x.uid, tries, now) : INSTANT_NONE;
    /* Without waiting for the disk: should the machine lose its power now, the message is found in `sending` and is
     * ambiguous, as it would be without this. The next intent makes it last. */
    bool ok = tx_begin(m->desk->store, TX_WRITE_SOON, &tx, e) &&
              keep_recipients(s, &tx, to == OUTBOX_SENT || to == OUTBOX_REFUSED,
                              s->begun && r->outcome != SMTP_ACCEPTED, e) &&
              (x.state == to || message_move(&tx, &m->desk->by, ACTOR_MAILER, &x, to, outcome_text(s, r), e)) &&
              message_wait(&tx, &x, to == OUTBOX_RENDERED ? tries : 0, again, trouble, reply_text(m, &r->reply), e) &&
              (to != OUTBOX_SENT || outbox_was_sent(m->desk, &tx, &m->one, &x, e)) && tx_commit(&tx, e);
    tx_rollback(&tx);
    if (!ok)
        return false;
    static const enum mailer_count count_of[OUTBOX_STATE_COUNT] = {[OUTBOX_SENT] = MAILER_SENT,
                                                                   [OUTBOX_RENDERED] = MAILER_WAITING,
                                                                   [OUTBOX_REFUSED] = MAILER_REFUSED,
                                                                   [OUTBOX_AMBIGUOUS] = MAILER_AMBIGUOUS};
    m->report->of[count_of[to]]++;
    return true;
}

/* What the server said must not be lost because somebody holds the store for a while: it is written as soon as it can
 * be. When it cannot, the message stays in `sending`, and is ambiguous for whoever finds it. */
static enum step keep_result(struct sending *s, const struct smtp_result *r, const char *text, struct err *e)
{
    instant_t end = mailer_now(s->m) + RESULT_SECONDS * INSTANT_PER_SECOND;
    for (;;) {
        struct err why = {.lang = e->lang};
        if (write_result(s, r, text, &why))
            return STEP_DONE;
        if (why.code != ERR_STORE_BUSY || mailer_now(s->m) >= end) {
            *e = why;
            return STEP_FAILED;
        }
    }
}

/* ------------------------------------------------------------------ one message */

static bool load(struct sending *s, int64_t id, struct buf *bytes, bool *ret_ready, struct err *e)
{
    struct mailer *m = s->m;
    struct tx tx = {0};
    bool found = false, written = false;
    bool ok = tx_begin(m->desk->store, TX_READ, &tx, e) &&
              mailer_take(m, &tx, id, OUTBOX_RENDERED, &s->message, &found, e) &&
              (!found || (message_bytes(&tx, id, NULL, bytes, &written, e) &&
                          recipients_load(&tx, &m->one, id, &s->all, &s->all_count, e)));
    tx_rollback(&tx);
    if (!ok)
        return false;
    s->to = arena_array(&m->one, struct smtp_recipient, s->all_count);
    s->of = arena_array(&m->one, struct message_recipient *, s->all_count);
    for (size_t i = 0; i < s->all_count; i++) {
        if (s->all[i].result == RECIPIENT_WAITING || s->all[i].result == RECIPIENT_DEFERRED) {
            s->of[s->to_count] = &s->all[i];
            s->to[s->to_count++].address = s->all[i].email;
        }
        s->earlier = s->earlier || s->all[i].result == RECIPIENT_ACCEPTED;
    }
    *ret_ready = found && written && s->to_count > 0;
    return true;
}

/* Renewed, excluded, gone … since it was written; an answer cancels the message itself. */
static bool drop_when_off(struct sending *s, bool *ret_dropped, struct err *e)
{
    struct mailer *m = s->m;
    struct tx tx = {0};
    *ret_dropped = false;
    if (s->message.kind != OUTBOX_WARNING || s->earlier)
        return true;
    if (!mailer_facts(m, e))
        return false;
    const char *why = letter_is_off(m->desk, &m->one, &m->facts, &s->message);
    if (why == NULL)
        return true;
    bool ok = tx_begin(m->desk->store, TX_WRITE, &tx, e) &&
              outbox_drop(m->desk, &tx, ACTOR_MAILER, &s->message, why, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    *ret_dropped = ok;
    m->report->of[MAILER_CANCELLED] += ok;
    return ok;
}

static enum step hand_over(struct sending *s, struct str bytes, struct err *e)
{
    struct mailer *m = s->m;
    const char *from = config_text(m->desk->config, KEY_MAIL_FROM);
    const struct smtp_mail mail = {
        .from = from[0] != '\0' ? from : m->desk->files.profile.from.email,
        .to = s->to,
        .to_count = s->to_count,
        .bytes = bytes,
        .before_data = keep_intent,
        .context = s,
    };
    struct smtp_result r;
    struct err why = {.lang = e->lang};
    enum smtp_outcome outcome = smtp_send(m->smtp, &mail, &r, &why);
    if (outcome == SMTP_STOPPED) {
        if (!s->gone)
            *e = s->why;
        return s->gone ? STEP_DONE : STEP_FAILED;
    }
    if (outcome == SMTP_NOT_REACHED)
        return mailer_trouble(m, "smtp", &why, e);
    note_sent(m);
    if (outcome == SMTP_LATER && !s->begun && r.reply.code == 421) /* the server closes: nothing of the others' now */
        return mailer_trouble(m, "smtp", &why, e);
    enum step step = keep_result(s, &r, why.text, e);
    if (step != STEP_DONE || m->smtp_works)
        return step;
    m->smtp_works = mailer_works(m, "smtp", e);
    return m->smtp_works ? STEP_DONE : STEP_FAILED;
}

enum step mailer_send(struct mailer *m, int64_t id, struct err *e)
{
    struct sending s = {.m = m, .why = {.lang = e->lang}};
    struct buf bytes = BUF_INIT(LIMIT_MAIL_BYTES);
    bool ready, dropped = false;
    enum step step = STEP_DONE;
    if (m->smtp == NULL)
        m->smtp = smtp_new(&m->smtp_server, NULL);
    if (!load_rate(m, e) || !load(&s, id, &bytes, &ready, e) || (ready && !drop_when_off(&s, &dropped, e))) {
        step = STEP_FAILED;
    } else if (ready && !dropped) {
        if (wait_for_turn(m))
            step = hand_over(&s, buf_str(&bytes), e);
        else
            m->report->stopped = true;
    }
    buf_release(&bytes);
    return step;
}

/* ------------------------------------------------------------------ what a dead worker left */

enum step mailer_take_over(struct mailer *m, int64_t id, struct err *e)
{
    struct tx tx = {0};
    struct message x;
    bool found = false;
    const char *why = tr(m->desk->lang, N_("whoever sent it died before the server's answer was kept"));
    bool ok = tx_begin(m->desk->store, TX_WRITE, &tx, e) && mailer_take(m, &tx, id, OUTBOX_SENDING, &x, &found, e) &&
              (!found || message_move(&tx, &m->desk->by, ACTOR_MAILER, &x, outbox_taken_over(x.state), why, e)) &&
              (!found || message_wait(&tx, &x, 0, INSTANT_NONE, why, x.reply, e)) && tx_commit(&tx, e);
    tx_rollback(&tx);
    m->report->of[MAILER_AMBIGUOUS] += ok && found;
    return ok ? STEP_DONE : STEP_FAILED;
}

bool mailer_take_over_wired(struct mailer *m, int64_t id, struct err *e)
{
    struct tx tx = {0};
    struct message x;
    bool found = false;
    const char *why = tr(m->desk->lang, N_("the machine stopped while it was about to be sent"));
    bool ok = tx_begin(m->desk->store, TX_WRITE, &tx, e) && message_get(&tx, &m->one, id, &x, &found, e);
    if (ok && found && x.state == OUTBOX_RENDERED)
        ok = message_move(&tx, &m->desk->by, ACTOR_MAILER, &x, OUTBOX_SENDING, why, e);
    if (ok && found && x.state == OUTBOX_SENDING) {
        ok = message_move(&tx, &m->desk->by, ACTOR_MAILER, &x, OUTBOX_AMBIGUOUS, why, e) &&
             message_wait(&tx, &x, 0, INSTANT_NONE, why, x.reply, e);
        m->report->of[MAILER_AMBIGUOUS] += ok;
    }
    ok = ok && message_wire(&tx, id, "", e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
}
