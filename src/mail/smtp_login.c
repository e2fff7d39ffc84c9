/* The beginning of a session: EHLO and the login, on a connection that libcurl has opened and encrypted. */
#include "mail/smtp_session.h"

void smtp_drop(struct smtp *s)
{
    channel_close(s->channel);
    s->channel = NULL;
    s->reset_needed = false;
}

bool smtp_out(struct smtp *s)
{
    channel_deadline(s->channel, s->timing.reply);
    bool good = channel_send(s->channel, buf_str(&s->out));
    buf_clear(&s->out);
    return good;
}

enum smtp_heard smtp_hear(struct smtp *s, int seconds, struct smtp_reply *ret)
{
    channel_deadline(s->channel, seconds);
    return smtp_reply_read(s->channel, ret, NULL, NULL);
}

void smtp_broken_say(const struct smtp *s, enum smtp_heard heard, const char *doing, struct err *e)
{
    if (heard == SMTP_NOISE)
        err_set(e, ERR_NET, N_("%s: what the server says is no SMTP (%s)"), s->server->place, doing);
    else
        channel_say(s->channel, s->server->place, doing, e);
}

const char *smtp_reply_line(const struct smtp_reply *r, char out[SMTP_REPLY_LINE_BYTES])
{
    (void)snprintf(out, SMTP_REPLY_LINE_BYTES, "%d%s%s%s%s", r->code, r->enhanced[0] != '\0' ? " " : "", r->enhanced,
                   r->text[0] != '\0' ? " " : "", r->text);
    return out;
}

/* ------------------------------------------------------------------ EHLO */

/* libcurl has said it too, before and after STARTTLS, but keeps the answer to itself. */
static enum mail_fault greet(struct smtp *s, struct err *e)
{
    struct smtp_reply r;
    s->can = (struct smtp_abilities){0};
    buf_printf(&s->out, "EHLO %s\r\n", s->helo);
    enum smtp_heard heard = SMTP_LOST;
    if (smtp_out(s)) {
        channel_deadline(s->channel, s->timing.reply);
        heard = smtp_reply_read(s->channel, &r, smtp_ability_read, &s->can);
    }
    if (heard != SMTP_HEARD) {
        smtp_broken_say(s, heard, "EHLO", e);
        return heard == SMTP_NOISE ? MAIL_BROKEN : MAIL_UNREACHED;
    }
    if (r.code >= 500) {
        s->can = (struct smtp_abilities){0}; /* an old server: libcurl has said HELO, and that must do */
        return MAIL_FINE;
    }
    if (r.code == 250)
        return MAIL_FINE;
    char line[SMTP_REPLY_LINE_BYTES];
    err_set(e, ERR_NET, N_("%s: the server does not want to talk now: %s"), s->server->place,
            smtp_reply_line(&r, line));
    return MAIL_UNREACHED;
}

/* ------------------------------------------------------------------ login */

static enum mail_fault login_say(const struct smtp *s, const struct smtp_reply *r, struct err *e)
{
    char line[SMTP_REPLY_LINE_BYTES];
    (void)smtp_reply_line(r, line);
    if (r->code / 100 == 4) {
        err_set(e, ERR_NET, N_("%s: nobody can log in at the server now: %s"), s->server->place, line);
        return MAIL_UNREACHED;
    }
    if (s->server->xoauth2)
        err_set(e, ERR_LOGIN,
                N_("%s: the server refuses the token of %s: %s; check mail.token_file, and whether the "
                   "token has expired"),
                s->server->place, s->server->user, line);
    else
        err_set(e, ERR_LOGIN, N_("%s: the server refuses the login of %s: %s; check the user and the password in %s"),
                s->server->place, s->server->user, line, s->server->key);
    return MAIL_LOGIN;
}

/* Sends what is in s->out, which holds a secret, and hears the answer. */
static enum mail_fault secret_send(struct smtp *s, struct smtp_reply *ret, struct err *e)
{
    channel_deadline(s->channel, s->timing.reply);
    bool sent = channel_send(s->channel, buf_str(&s->out));
    mail_secret_release(&s->out);
    enum smtp_heard heard = sent ? smtp_hear(s, s->timing.reply, ret) : SMTP_LOST;
    if (heard == SMTP_HEARD)
        return MAIL_FINE;
    smtp_broken_say(s, heard, "AUTH", e);
    return heard == SMTP_NOISE ? MAIL_BROKEN : MAIL_UNREACHED;
}

/* A refused token comes as 334 with an explanation in base64; the dialogue ends with an empty answer. */
static enum mail_fault token_login(struct smtp *s, struct err *e)
{
    struct buf token = BUF_INIT(LIMIT_MAIL_TOKEN_BYTES);
    struct smtp_reply r;
    if (!mail_token_read(s->server, &token, e)) {
        mail_secret_release(&token);
        return MAIL_SETUP;
    }
    buf_add_text(&s->out, "AUTH XOAUTH2 ");
    mail_xoauth2_add(s->server->user, buf_str(&token), &s->out);
    buf_add_text(&s->out, "\r\n");
    mail_secret_release(&token);
    enum mail_fault fault = secret_send(s, &r, e);
    if (fault == MAIL_FINE && r.code == 334) {
        buf_add_text(&s->out, "\r\n");
        fault = secret_send(s, &r, e);
    }
    return fault != MAIL_FINE || r.code == 235 ? fault : login_say(s, &r, e);
}

static enum mail_fault plain_login(struct smtp *s, struct err *e)
{
    struct smtp_reply r;
    buf_add_text(&s->out, "AUTH PLAIN ");
    mail_plain_add(s->server->user, s->server->password, &s->out);
    buf_add_text(&s->out, "\r\n");
    enum mail_fault fault = secret_send(s, &r, e);
    return fault != MAIL_FINE || r.code == 235 ? fault : login_say(s, &r, e);
}

/* User and password in two answers, whatever the server asks with. */
static enum mail_fault login_login(struct smtp *s, struct err *e)
{
    struct smtp_reply r;
    const char *const answers[] = {s->server->user, s->server->password};
    buf_add_text(&s->out, "AUTH LOGIN\r\n");
    enum mail_fault fault = secret_send(s, &r, e);
    for (size_t i = 0; i < 2 && fault == MAIL_FINE && r.code == 334; i++) {
        mail_base64_add(str_of(answers[i]), &s->out);
        buf_add_text(&s->out, "\r\n");
        fault = secret_send(s, &r, e);
    }
    return fault != MAIL_FINE || r.code == 235 ? fault : login_say(s, &r, e);
}

static enum mail_fault login(struct smtp *s, struct err *e)
{
    const struct mail_server *m = s->server;
    if (m->user[0] == '\0')
        return MAIL_FINE;
    if (m->xoauth2 && s->can.xoauth2)
        return token_login(s, e);
    if (!m->xoauth2 && s->can.plain)
        return plain_login(s, e);
    if (!m->xoauth2 && s->can.login)
        return login_login(s, e);
    if (m->xoauth2)
        err_set(e, ERR_CONFIG, N_("%s: the server offers no login with a token (XOAUTH2); set mail.auth to password"),
                m->place);
    else
        err_set(
            e, ERR_CONFIG,
            N_("%s: the server offers no login with a password (AUTH PLAIN or LOGIN) on this connection; set mail.auth "
               "to xoauth2, or remove the user from %s"),
            m->place, m->key);
    return MAIL_SETUP;
}

enum mail_fault smtp_begin(struct smtp *s, struct err *e)
{
    struct channel_target target = s->server->target;
    target.helo = s->helo;
    target.seconds = s->timing.connect;
    struct channel *c;
    enum channel_fault opened = channel_open(&target, &c, e);
    if (opened != CHANNEL_FINE)
        return mail_fault_of(opened);
    s->channel = c;
    enum mail_fault fault = greet(s, e);
    if (fault == MAIL_FINE)
        fault = login(s, e);
    if (fault != MAIL_FINE)
        smtp_drop(s);
    return fault;
}
