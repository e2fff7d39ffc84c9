/* Mails over one kept connection. How it is opened: smtp_login.c; how replies are read: smtp_reply.c. */
#include "mail/smtp.h"

#include <unistd.h>

#include "mail/smtp_session.h"

struct smtp *smtp_new(const struct mail_server *server, const struct smtp_timing *timing)
{
    struct smtp *s = mem_alloc(1, sizeof *s);
    s->server = server;
    if (timing != NULL)
        s->timing = *timing;
    if (s->timing.reply <= 0)
        s->timing.reply = LIMIT_CHANNEL_SECONDS;
    if (s->timing.final <= 0)
        s->timing.final = LIMIT_SMTP_FINAL_SECONDS;
    if (s->timing.helo != NULL)
        (void)snprintf(s->helo, sizeof s->helo, "%s", s->timing.helo);
    else if (gethostname(s->helo, sizeof s->helo - 1) != 0)
        s->helo[0] = '\0';
    if (s->helo[0] == '\0' || s->helo[strspn(s->helo, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                      "0123456789.-")] != '\0')
        (void)snprintf(s->helo, sizeof s->helo, "localhost");
    s->out.max = LIMIT_SMTP_WIRE_BYTES;
    return s;
}

void smtp_free(struct smtp *s)
{
    if (s == NULL)
        return;
    if (s->channel != NULL) {
        struct smtp_reply r;
        channel_deadline(s->channel, LIMIT_SMTP_QUIT_SECONDS);
        if (channel_send(s->channel, str_of("QUIT\r\n")))
            (void)smtp_hear(s, LIMIT_SMTP_QUIT_SECONDS, &r);
    }
    smtp_drop(s);
    buf_release(&s->out);
    mem_free(s);
}

enum mail_fault smtp_connect(struct smtp *s, struct err *e)
{
    return s->channel != NULL ? MAIL_FINE : smtp_begin(s, e);
}

/* ------------------------------------------------------------------ what can be sent at all */

/* CRLF line ends only: a bare one would arrive as something else, or end the message early on the way. */
static bool bytes_ok(struct str b, bool *ret_eight_bit, struct err *e)
{
    unsigned char all = 0;
    size_t line = 1;
    for (size_t i = 0; i < b.n; i++) {
        unsigned char c = (unsigned char)b.p[i];
        all |= c;
        bool wrong = c == '\0' || (c == '\n' && (i == 0 || b.p[i - 1] != '\r')) ||
                     (c == '\r' && (i + 1 == b.n || b.p[i + 1] != '\n'));
        if (wrong)
            return err_set(e, ERR_VALUE,
                           N_("the message cannot be sent: line %zu has a NUL or a line end that is not CRLF"), line);
        line += c == '\n';
    }
    if (b.n < 2 || b.p[b.n - 1] != '\n')
        return err_set(e, ERR_VALUE, N_("the message cannot be sent: its last line is not ended"));
    *ret_eight_bit = all >= 0x80;
    return true;
}

/* What may stand between < and >: no control, space or bracket. */
static bool path_ok(const char *address, bool *ret_ascii)
{
    struct str s = str_of(address);
    bool good = str_utf8_valid(s) && s.n <= LIMIT_EMAIL_BYTES;
    *ret_ascii = true;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        good = good && c > ' ' && c != 0x7f && c != '<' && c != '>';
        *ret_ascii = *ret_ascii && c < 0x80;
    }
    return good;
}

static void recipient_refuse(struct smtp_recipient *r, const char *why)
{
    r->outcome = SMTP_REFUSED;
    (void)snprintf(r->reply.text, sizeof r->reply.text, "%s", why);
}

/* Marks the recipients that cannot be; false when the mail cannot be sent at all. */
static bool mail_ok(const struct smtp_mail *m, struct smtp_needs *ret, struct err *e)
{
    bool ascii;
    if (!bytes_ok(m->bytes, &ret->eight_bit, e))
        return false;
    if (m->bytes.n > LIMIT_MAIL_BYTES)
        return err_set(e, ERR_LIMIT, N_("a mail of %zu bytes cannot be sent; %u is the most"), m->bytes.n,
                       LIMIT_MAIL_BYTES);
    if (m->to_count == 0 || m->to_count > LIMIT_SMTP_RECIPIENTS)
        return err_set(e, ERR_LIMIT, N_("a mail has %zu recipients; 1 to %d can be sent at once"), m->to_count,
                       LIMIT_SMTP_RECIPIENTS);
    if (!path_ok(m->from, &ascii))
        return err_set(e, ERR_VALUE, N_("'%s' cannot be the sender of a mail"), m->from);
    ret->utf8 = !ascii;
    size_t good = 0;
    for (size_t i = 0; i < m->to_count; i++) {
        m->to[i].outcome = SMTP_NOT_ASKED;
        m->to[i].reply = (struct smtp_reply){0};
        if (m->to[i].address[0] == '\0' || !path_ok(m->to[i].address, &ascii)) {
            recipient_refuse(&m->to[i], "this is not an address");
            (void)err_set(e, ERR_VALUE, N_("'%s' cannot be the recipient of a mail"), m->to[i].address);
            continue;
        }
        ret->utf8 = ret->utf8 || !ascii;
        good++;
    }
    if (good > 0)
        err_clear(e);
    return good > 0;
}

/* The same against what this server can do. */
static bool server_can(const struct smtp *s, const struct smtp_mail *m, const struct smtp_needs *needs, struct err *e)
{
    if (s->can.size > 0 && m->bytes.n > s->can.size)
        return err_set(e, ERR_LIMIT, N_("%s: the mail has %zu bytes; the server takes %llu at most"), s->server->place,
                       m->bytes.n, (unsigned long long)s->can.size);
    if (needs->eight_bit && !s->can.eight_bit)
        return err_set(e, ERR_REMOTE, N_("%s: the mail has 8-bit text, which this server does not take (8BITMIME)"),
                       s->server->place);
    if (needs->utf8 && !s->can.utf8)
        return err_set(e, ERR_REMOTE,
                       N_("%s: an address has letters that this server does not take (SMTPUTF8); use another address"),
                       s->server->place);
    return true;
}

/* ------------------------------------------------------------------ sending */

/* What the recipients are told when the whole mail came to an end after their address was accepted. */
static void recipients_end(const struct smtp_mail *m, struct smtp_result *r)
{
    bool said = r->outcome == SMTP_ACCEPTED || r->outcome == SMTP_LATER || r->outcome == SMTP_REFUSED;
    r->accepted = 0;
    for (size_t i = 0; i < m->to_count; i++) {
        struct smtp_recipient *to = &m->to[i];
        if (to->outcome != SMTP_ACCEPTED)
            continue;
        to->outcome = said || r->outcome == SMTP_AMBIGUOUS ? r->outcome : SMTP_NOT_ASKED;
        if (said)
            to->reply = r->reply;
        r->accepted += r->outcome == SMTP_ACCEPTED;
    }
}

/* Once over the connection that stands, or a new one. *ret_again: a kept one had ended, and nothing was taken. */
static enum smtp_outcome attempt(struct smtp *s, const struct smtp_mail *m, const struct smtp_needs *needs,
                                 struct smtp_result *r, bool *ret_again, struct err *e)
{
    if (s->channel != NULL && channel_pending(s->channel))
        smtp_drop(s); /* it said goodbye, or went without */
    bool kept = s->channel != NULL;
    if (!kept && (r->fault = smtp_begin(s, e)) != MAIL_FINE)
        return SMTP_NOT_REACHED;
    if (!server_can(s, m, needs, e))
        return SMTP_REFUSED;
    bool ended = false;
    enum smtp_outcome outcome = smtp_transact(s, m, needs, r, &ended, e);
    *ret_again = kept && ended;
    return outcome;
}

enum smtp_outcome smtp_send(struct smtp *s, const struct smtp_mail *m, struct smtp_result *ret, struct err *e)
{
    struct smtp_needs needs = {0};
    struct smtp_result r = {.outcome = SMTP_REFUSED};
    if (mail_ok(m, &needs, e)) {
        bool again = false;
        struct err first = {.lang = e->lang};
        r.outcome = attempt(s, m, &needs, &r, &again, &first);
        if (again) {
            struct smtp_needs ignored;
            r = (struct smtp_result){0};
            err_clear(&first);
            (void)mail_ok(m, &ignored, &first);
            r.outcome = attempt(s, m, &needs, &r, &again, &first);
        }
        if (e->code == ERR_NONE)
            *e = first;
    }
    recipients_end(m, &r);
    *ret = r;
    return r.outcome;
}
