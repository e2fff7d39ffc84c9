/* One mail over a connection that stands: MAIL, RCPT, DATA, the message (RFC 5321 §3.3), and what is known of it after
 * each step. Whether it goes again is decided in smtp.c, and beyond that by those who call. */
#include "mail/smtp_session.h"

struct transaction {
    struct smtp *s;
    const struct smtp_mail *m;
    const struct smtp_needs *needs;
    struct smtp_result *r;
    struct err *e;
    bool silent; /* the server has said nothing yet */
    bool ended;  /* it had closed the connection before it heard of this mail */
};

static enum smtp_outcome of_code(int code)
{
    return code / 100 == 2 ? SMTP_ACCEPTED : code / 100 == 4 ? SMTP_LATER : SMTP_REFUSED;
}

static enum smtp_outcome not_reached(struct transaction *t, enum smtp_heard heard, const char *doing)
{
    smtp_broken_say(t->s, heard, doing, t->e);
    t->ended = t->silent && channel_fault(t->s->channel) == CHANNEL_ENDED;
    t->r->fault = heard == SMTP_NOISE ? MAIL_BROKEN : MAIL_UNREACHED;
    smtp_drop(t->s);
    return SMTP_NOT_REACHED;
}

static enum smtp_heard hear(struct transaction *t, struct smtp_reply *ret)
{
    enum smtp_heard heard = smtp_hear(t->s, t->s->timing.reply, ret);
    t->silent = t->silent && heard == SMTP_LOST;
    return heard;
}

/* Says in the error what the reply was: `format` takes the place, a name and the reply. */
static void refusal_say(struct transaction *t, const char *format, const char *name, const struct smtp_reply *reply)
{
    char line[SMTP_REPLY_LINE_BYTES];
    err_set(t->e, reply->code / 100 == 4 ? ERR_NET : ERR_REMOTE, format, t->s->server->place, name,
            smtp_reply_line(reply, line));
}

/* ------------------------------------------------------------------ what is written */

/* With PIPELINING everything up to DATA goes in one packet (RFC 2920 §3.1); without, each line awaits its answer. */
static bool write_line(struct transaction *t)
{
    return t->s->can.pipelining || smtp_out(t->s);
}

static bool write_sender(struct transaction *t)
{
    struct smtp *s = t->s;
    if (s->reset_needed)
        buf_add_text(&s->out, "RSET\r\n");
    buf_printf(&s->out, "MAIL FROM:<%s>", t->m->from);
    if (s->can.size > 0)
        buf_printf(&s->out, " SIZE=%zu", t->m->bytes.n);
    if (t->needs->eight_bit)
        buf_add_text(&s->out, " BODY=8BITMIME");
    if (t->needs->utf8)
        buf_add_text(&s->out, " SMTPUTF8");
    buf_add_text(&s->out, "\r\n");
    if (!s->can.pipelining)
        return smtp_out(s);
    for (size_t i = 0; i < t->m->to_count; i++)
        if (t->m->to[i].outcome != SMTP_REFUSED)
            buf_printf(&s->out, "RCPT TO:<%s>\r\n", t->m->to[i].address);
    buf_add_text(&s->out, "DATA\r\n");
    return smtp_out(s);
}

static bool write_recipient(struct transaction *t, const struct smtp_recipient *to)
{
    if (!t->s->can.pipelining)
        buf_printf(&t->s->out, "RCPT TO:<%s>\r\n", to->address);
    return write_line(t);
}

static bool write_data(struct transaction *t)
{
    if (!t->s->can.pipelining)
        buf_add_text(&t->s->out, "DATA\r\n");
    return write_line(t);
}

/* ------------------------------------------------------------------ what is heard */

/* After a refused sender: the answers to what went out with it. */
static void hear_rest(struct transaction *t)
{
    struct smtp_reply reply = {0};
    bool good = t->s->can.pipelining;
    for (size_t i = 0; good && i < t->m->to_count; i++)
        if (t->m->to[i].outcome != SMTP_REFUSED)
            good = hear(t, &reply) == SMTP_HEARD && reply.code != 421;
    good = good && hear(t, &reply) == SMTP_HEARD && reply.code != 421 && reply.code != 354;
    if (t->s->can.pipelining && !good)
        smtp_drop(t->s);
}

/* SMTP_ACCEPTED, or the end of it. 530 and 535 are about the login, not about this mail. */
static enum smtp_outcome sender(struct transaction *t)
{
    struct smtp *s = t->s;
    struct smtp_reply reply = {0};
    bool reset = s->reset_needed;
    enum smtp_heard heard = write_sender(t) ? SMTP_HEARD : SMTP_LOST;
    if (heard == SMTP_HEARD && reset)
        heard = hear(t, &reply);
    if (heard == SMTP_HEARD && reply.code != 421)
        heard = hear(t, &reply);
    if (heard != SMTP_HEARD)
        return not_reached(t, heard, "MAIL FROM");
    s->reset_needed = true;
    if (reply.code / 100 == 2)
        return SMTP_ACCEPTED;
    t->r->reply = reply;
    enum smtp_outcome outcome = of_code(reply.code);
    if (reply.code == 530 || reply.code == 535) {
        char line[SMTP_REPLY_LINE_BYTES];
        err_set(t->e, ERR_LOGIN,
                N_("%s: the server wants a login before it takes mails: %s; write user and password in %s"),
                s->server->place, smtp_reply_line(&reply, line), s->server->key);
        t->r->fault = MAIL_LOGIN;
        outcome = SMTP_NOT_REACHED;
    }
    refusal_say(t, N_("%s: the server refuses mails from %s: %s"), t->m->from, &reply);
    t->ended = reply.code == 421;
    if (t->ended)
        smtp_drop(s);
    else
        hear_rest(t);
    return outcome;
}

/* Nobody is left to send to; later when it may go later for one of them. */
static enum smtp_outcome nobody(struct transaction *t)
{
    const struct smtp_recipient *why = &t->m->to[0];
    for (size_t i = 1; i < t->m->to_count; i++)
        if (t->m->to[i].outcome == SMTP_LATER && why->outcome != SMTP_LATER)
            why = &t->m->to[i];
    t->r->reply = why->reply;
    refusal_say(t, N_("%s: the server refuses mails to %s: %s"), why->address, &why->reply);
    return why->outcome;
}

/* SMTP_ACCEPTED: somebody takes it, and the answer to DATA may be heard. */
static enum smtp_outcome recipients(struct transaction *t)
{
    for (size_t i = 0; i < t->m->to_count; i++) {
        struct smtp_recipient *to = &t->m->to[i];
        if (to->outcome == SMTP_REFUSED)
            continue; /* an address that cannot be: not even asked */
        enum smtp_heard heard = write_recipient(t, to) ? hear(t, &to->reply) : SMTP_LOST;
        if (heard != SMTP_HEARD)
            return not_reached(t, heard, "RCPT TO");
        /* RFC 5321 §4.5.3.1.10: 552 here means too many recipients, which passes. */
        to->outcome = to->reply.code == 552 ? SMTP_LATER : of_code(to->reply.code);
        t->r->accepted += to->outcome == SMTP_ACCEPTED;
        if (to->reply.code == 421) {
            t->r->reply = to->reply;
            refusal_say(t, N_("%s: the server refuses mails to %s: %s"), to->address, &to->reply);
            smtp_drop(t->s);
            return SMTP_LATER;
        }
    }
    return t->r->accepted > 0 || t->s->can.pipelining ? SMTP_ACCEPTED : nobody(t);
}

/* SMTP_ACCEPTED: the server said 354 and waits for the message. */
static enum smtp_outcome data(struct transaction *t)
{
    struct smtp_reply reply = {0};
    enum smtp_heard heard = write_data(t) ? hear(t, &reply) : SMTP_LOST;
    if (heard != SMTP_HEARD)
        return not_reached(t, heard, "DATA");
    if (reply.code == 421 || (reply.code == 354 && t->r->accepted == 0))
        smtp_drop(t->s); /* a message to nobody: only the end of the connection ends what it waits for */
    if (t->r->accepted == 0)
        return nobody(t);
    if (reply.code == 354)
        return SMTP_ACCEPTED;
    t->r->reply = reply;
    refusal_say(t, N_("%s: the server does not take the mail from %s: %s"), t->m->from, &reply);
    return reply.code / 100 == 4 ? SMTP_LATER : SMTP_REFUSED;
}

/* ------------------------------------------------------------------ the message */

/* RFC 5321 §4.5.2: a line that begins with a dot gets one more; a line with a dot alone is the end. */
static void message_write(struct buf *to, struct str m)
{
    const char *end = m.p + m.n;
    buf_clear(to);
    for (const char *p = m.p; p < end;) {
        if (*p == '.')
            buf_add_char(to, '.');
        const char *stop = p; /* up to the next line that begins with a dot, in one piece */
        do {
            stop = memchr(stop, '\n', (size_t)(end - stop));
            stop = stop == NULL ? end : stop + 1;
        } while (stop < end && *stop != '.');
        buf_add(to, p, (size_t)(stop - p));
        p = stop;
    }
    buf_add_text(to, ".\r\n");
}

static enum smtp_outcome ambiguous(struct transaction *t, enum smtp_heard heard)
{
    if (heard == SMTP_LOST && channel_fault(t->s->channel) == CHANNEL_TIME)
        err_set(t->e, ERR_NET, N_("%s: the server did not say in time whether it has taken the mail; nobody knows"),
                t->s->server->place);
    else
        err_set(t->e, ERR_NET,
                N_("%s: the connection ended before the server said whether it has taken the mail; nobody knows"),
                t->s->server->place);
    smtp_drop(t->s);
    return SMTP_AMBIGUOUS;
}

static enum smtp_outcome message(struct transaction *t)
{
    struct smtp *s = t->s;
    struct smtp_reply reply = {0};
    message_write(&s->out, t->m->bytes);
    channel_deadline(s->channel, s->timing.final);
    bool whole = channel_send(s->channel, buf_str(&s->out));
    buf_clear(&s->out);
    /* A server may refuse in the middle and close: what it said before is still there to be read. */
    enum smtp_heard heard = SMTP_LOST;
    if (whole || channel_last_words(s->channel))
        heard = smtp_hear(s, whole ? s->timing.final : 1, &reply);
    if (heard != SMTP_HEARD || reply.code / 100 == 3 || (!whole && reply.code / 100 == 2))
        return ambiguous(t, heard == SMTP_HEARD ? SMTP_NOISE : heard);
    t->r->reply = reply;
    s->reset_needed = reply.code / 100 != 2; /* some remember the mail that they refused */
    if (!whole || reply.code == 421)
        smtp_drop(s);
    if (reply.code / 100 == 2)
        return SMTP_ACCEPTED;
    refusal_say(t, N_("%s: the server does not take the mail from %s: %s"), t->m->from, &reply);
    return of_code(reply.code);
}

enum smtp_outcome smtp_transact(struct smtp *s, const struct smtp_mail *m, const struct smtp_needs *needs,
                                struct smtp_result *r, bool *ret_ended, struct err *e)
{
    struct transaction t = {.s = s, .m = m, .needs = needs, .r = r, .e = e, .silent = true};
    buf_clear(&s->out);
    enum smtp_outcome outcome = sender(&t);
    if (outcome == SMTP_ACCEPTED)
        outcome = recipients(&t);
    if (outcome == SMTP_ACCEPTED)
        outcome = data(&t);
    *ret_ended = t.ended;
    if (outcome != SMTP_ACCEPTED)
        return outcome;
    if (m->before_data != NULL && !m->before_data(m->context)) {
        smtp_drop(s); /* a dot alone would send an empty mail */
        err_set(e, ERR_STATE, N_("the mail was given up before it was sent"));
        return SMTP_STOPPED;
    }
    return message(&t);
}
