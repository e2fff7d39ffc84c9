/* The session: connection, login, commands and what refusals mean. Folders: imap_folder.c; mails: imap_mails.c. */
#include "mail/imap.h"

#include "mail/imap_name.h"
#include "mail/imap_session.h"

struct imap *imap_new(const struct mail_server *server, int seconds)
{
    struct imap *m = mem_alloc(1, sizeof *m);
    m->server = server;
    m->seconds = seconds > 0 ? seconds : LIMIT_CHANNEL_SECONDS;
    m->able.max = LIMIT_IMAP_STRING_BYTES;
    m->out.max = LIMIT_IMAP_STRING_BYTES;
    return m;
}

void imap_drop(struct imap *m)
{
    channel_close(m->reader.channel);
    m->reader.channel = NULL;
    buf_clear(&m->out);
}

void imap_free(struct imap *m)
{
    if (m == NULL)
        return;
    if (m->reader.channel != NULL) {
        struct err ignored = {0};
        m->seconds = LIMIT_SMTP_QUIT_SECONDS;
        buf_clear(&m->out);
        buf_add_text(&m->out, "LOGOUT");
        (void)imap_run(m, NULL, NULL, "LOGOUT", &ignored);
    }
    imap_drop(m);
    imap_reader_release(&m->reader);
    buf_release(&m->able);
    mail_secret_release(&m->out);
    mem_free(m->selected);
    mem_free(m);
}

enum mail_fault imap_fault(const struct imap *m)
{
    return m->fault;
}

/* ------------------------------------------------------------------ what refusals mean */

static const struct {
    const char *code; /* RFC 5530, 3501, 2087 */
    enum mail_fault fault;
} refusals[] = {
    {"OVERQUOTA", MAIL_FULL},
    {"TRYCREATE", MAIL_NO_FOLDER},
    {"NONEXISTENT", MAIL_NO_FOLDER},
    {"NOPERM", MAIL_FORBIDDEN},
    {"AUTHENTICATIONFAILED", MAIL_LOGIN},
    {"AUTHORIZATIONFAILED", MAIL_LOGIN},
    {"EXPIRED", MAIL_LOGIN},
    {"PRIVACYREQUIRED", MAIL_SETUP},
    {"CONTACTADMIN", MAIL_LOGIN},
    {"UNAVAILABLE", MAIL_UNREACHED},
    {"INUSE", MAIL_UNREACHED},
    {"SERVERBUG", MAIL_UNREACHED},
    {"EXPUNGEISSUED", MAIL_GONE},
    {"LIMIT", MAIL_LARGE},
    {"TOOBIG", MAIL_LARGE},
};

static const struct {
    enum mail_fault fault;
    enum err_code code;
    const char *text; /* format: place, about, the server's words */
} sentences[] = {
    {MAIL_FULL, ERR_REMOTE,
     N_("%s: the mailbox is full (%s): %s. Somebody must make room or raise its limit; it is tried again")},
    {MAIL_NO_FOLDER, ERR_REMOTE, N_("%s: the folder \"%s\" does not exist: %s")},
    {MAIL_FORBIDDEN, ERR_REMOTE, N_("%s: the account may not do this (%s): %s. The mailbox's owner must allow it")},
    {MAIL_LOGIN, ERR_LOGIN, N_("%s: the server refuses the login of %s: %s. Check the user and the password or token")},
    {MAIL_SETUP, ERR_CONFIG, N_("%s: the server does not allow this on this connection (%s): %s. Use imaps:// or TLS")},
    {MAIL_UNREACHED, ERR_NET, N_("%s: the server cannot do this now (%s): %s")},
    {MAIL_GONE, ERR_REMOTE, N_("%s: the mail is not in the folder any more (%s) %s")},
    {MAIL_LARGE, ERR_LIMIT, N_("%s: this is more than is accepted (%s) %s")},
    {MAIL_BROKEN, ERR_NET, N_("%s: what the server says is no IMAP, or beyond every measure (%s) %s")},
};

/* The server's words, safe and short enough for a sentence. */
static void say(struct imap *m, enum mail_fault fault, const char *about, struct str words, struct err *e)
{
    char line[LIMIT_SMTP_REPLY_SHOWN_BYTES + 4];
    (void)snprintf(
        line, sizeof line, "%.*s",
        STR_ARG(str_part(words.p, words.n < LIMIT_SMTP_REPLY_SHOWN_BYTES ? words.n : LIMIT_SMTP_REPLY_SHOWN_BYTES)));
    str_make_printable(line);
    if (m->fault == MAIL_FINE)
        m->fault = fault;
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
        if (sentences[i].fault == fault) {
            err_set(e, sentences[i].code, sentences[i].text, m->server->place, about, line);
            return;
        }
    err_set(e, ERR_REMOTE, N_("%s: the server refuses this (%s): %s"), m->server->place, about, line);
}

bool imap_fail(struct imap *m, enum mail_fault fault, struct err *e)
{
    if (m->fault == MAIL_FINE)
        m->fault = fault;
    if (e->code == ERR_NONE)
        say(m, fault, m->selected == NULL ? "IMAP" : m->selected, (struct str){0}, e);
    return false;
}

static enum mail_fault refusal_fault(const struct imap_answer *a)
{
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (str_is_nocase(a->code, refusals[i].code))
            return refusals[i].fault;
    return MAIL_REFUSED;
}

/* The conversation broke: what it was about is unknown from here on. */
static bool lost(struct imap *m, enum imap_heard heard, const char *about, struct err *e)
{
    enum mail_fault fault = heard == IMAP_NOISE ? MAIL_BROKEN : mail_fault_of(channel_fault(m->reader.channel));
    if (m->fault == MAIL_FINE)
        m->fault = fault;
    if (heard == IMAP_NOISE)
        say(m, MAIL_BROKEN, about, (struct str){0}, e);
    else
        channel_say(m->reader.channel, m->server->place, about, e);
    imap_drop(m);
    return false;
}

/* ------------------------------------------------------------------ commands */

void imap_quote(struct imap *m, const char *text)
{
    buf_add_char(&m->out, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            buf_add_char(&m->out, '\\');
        buf_add_char(&m->out, *text);
    }
    buf_add_char(&m->out, '"');
}

bool imap_quote_folder(struct imap *m, const char *folder, struct err *e)
{
    struct buf name = BUF_INIT(4 * LIMIT_IMAP_NAME_BYTES);
    bool good = imap_name_add(str_of(folder), &name);
    if (good)
        imap_quote(m, name.p);
    else
        err_set(e, ERR_VALUE, N_("'%s' cannot be the name of a folder"), folder);
    buf_release(&name);
    if (!good)
        m->fault = MAIL_REFUSED;
    return good;
}

static void able_take(struct imap *m, struct str list)
{
    buf_clear(&m->able);
    buf_add_char(&m->able, ' ');
    buf_add_str(&m->able, list);
    buf_add_char(&m->able, ' ');
    for (size_t i = 0; i < m->able.n; i++)
        if (m->able.p[i] >= 'a' && m->able.p[i] <= 'z')
            m->able.p[i] -= 'a' - 'A';
}

/* "1795165066 7" of APPENDUID, "1795165066 3 7" of COPYUID: the last number. */
static void filed_take(struct imap *m, const struct imap_answer *a)
{
    if (!str_is_nocase(a->code, "APPENDUID") && !str_is_nocase(a->code, "COPYUID"))
        return;
    struct str rest = a->code_text, word = {0};
    while (str_split(&rest, ' ', &word))
        ;
    uint32_t uid;
    if (imap_number(word, &uid))
        m->filed = uid;
}

static void untagged(struct imap *m, const struct imap_answer *a, imap_take *take, void *context)
{
    if (a->status == IMAP_OK)
        filed_take(m, a);
    if (str_is_nocase(a->word, "CAPABILITY"))
        able_take(m, a->rest);
    if (take != NULL)
        take(context, a);
}

/* Answers up to the one that is awaited: our tag, or "+" when `go_on`. */
static enum imap_heard hear(struct imap *m, bool go_on, imap_take *take, void *context, struct imap_answer *ret)
{
    char tag[16];
    (void)snprintf(tag, sizeof tag, "a%u", m->tag);
    for (unsigned n = 0; n < LIMIT_IMAP_LINES; n++) {
        channel_deadline(m->reader.channel, m->seconds);
        enum imap_heard heard = imap_read(&m->reader, ret);
        if (heard != IMAP_HEARD)
            return heard;
        if (str_is(ret->tag, "*")) {
            untagged(m, ret, take, context);
            continue;
        }
        if (str_is(ret->tag, "+"))
            return go_on ? IMAP_HEARD : IMAP_NOISE;
        return str_is(ret->tag, tag) ? IMAP_HEARD : IMAP_NOISE;
    }
    return IMAP_NOISE;
}

static bool command_send(struct imap *m)
{
    char tag[16];
    (void)snprintf(tag, sizeof tag, "a%u ", ++m->tag);
    struct buf line = BUF_INIT(LIMIT_IMAP_STRING_BYTES + sizeof tag + 2);
    bool whole = buf_add_text(&line, tag) && !buf_full(&m->out) && buf_add_str(&line, buf_str(&m->out)) &&
                 buf_add_text(&line, "\r\n");
    buf_clear(&m->out);
    m->filed = 0;
    channel_deadline(m->reader.channel, m->seconds);
    bool sent = whole && channel_send(m->reader.channel, buf_str(&line));
    mail_secret_release(&line);
    return sent;
}

static bool judged(struct imap *m, const struct imap_answer *a, const char *about, struct err *e)
{
    if (a->status == IMAP_OK) {
        filed_take(m, a);
        return true;
    }
    say(m, refusal_fault(a), about, a->text, e);
    return false;
}

bool imap_run(struct imap *m, imap_take *take, void *context, const char *about, struct err *e)
{
    struct imap_answer a;
    enum imap_heard heard = command_send(m) ? hear(m, false, take, context, &a) : IMAP_LOST;
    return heard == IMAP_HEARD ? judged(m, &a, about, e) : lost(m, heard, about, e);
}

bool imap_run_literal(struct imap *m, struct str literal, imap_take *take, void *context, const char *about,
                      struct err *e)
{
    struct imap_answer a;
    buf_printf(&m->out, "{%zu}", literal.n);
    enum imap_heard heard = command_send(m) ? hear(m, true, take, context, &a) : IMAP_LOST;
    if (heard != IMAP_HEARD)
        return lost(m, heard, about, e);
    if (!str_is(a.tag, "+"))
        return a.status == IMAP_OK ? lost(m, IMAP_NOISE, about, e) : judged(m, &a, about, e);
    channel_deadline(m->reader.channel, LIMIT_SMTP_FINAL_SECONDS);
    heard = channel_send(m->reader.channel, literal) && channel_send(m->reader.channel, str_of("\r\n"))
                ? hear(m, false, take, context, &a)
                : IMAP_LOST;
    return heard == IMAP_HEARD ? judged(m, &a, about, e) : lost(m, heard, about, e);
}

/* ------------------------------------------------------------------ login */

bool imap_can(const struct imap *m, const char *capability)
{
    char word[64];
    (void)snprintf(word, sizeof word, " %s ", capability);
    return strstr(buf_text(&m->able), word) != NULL;
}

/* One answer of a mechanism, already in base64: with the command (SASL-IR), or when asked. A refused token comes as "+"
 * with an explanation, and the dialogue ends with an empty line. */
static bool authenticate(struct imap *m, const char *mechanism, struct buf *secret, struct err *e)
{
    struct imap_answer a;
    bool at_once = imap_can(m, "SASL-IR");
    buf_printf(&m->out, "AUTHENTICATE %s%s%s", mechanism, at_once ? " " : "", at_once ? secret->p : "");
    bool sent = command_send(m);
    mail_secret_release(&m->out);
    enum imap_heard heard = sent ? hear(m, true, NULL, NULL, &a) : IMAP_LOST;
    buf_add_text(secret, "\r\n");
    for (int turn = at_once ? 1 : 0; heard == IMAP_HEARD && str_is(a.tag, "+") && turn < 3; turn++) {
        channel_deadline(m->reader.channel, m->seconds);
        heard = channel_send(m->reader.channel, turn == 0 ? buf_str(secret) : str_of("\r\n"))
                    ? hear(m, true, NULL, NULL, &a)
                    : IMAP_LOST;
    }
    if (heard == IMAP_HEARD && str_is(a.tag, "+"))
        heard = IMAP_NOISE;
    if (heard != IMAP_HEARD)
        return lost(m, heard, mechanism, e);
    if (a.status == IMAP_NO && refusal_fault(&a) == MAIL_REFUSED)
        a.code = str_of("AUTHENTICATIONFAILED"); /* older servers give no reason */
    return judged(m, &a, m->server->user, e);
}

static bool log_in(struct imap *m, struct err *e)
{
    const struct mail_server *s = m->server;
    struct buf secret = BUF_INIT(2 * LIMIT_MAIL_TOKEN_BYTES), token = BUF_INIT(LIMIT_MAIL_TOKEN_BYTES);
    bool good = false;
    if (s->xoauth2) {
        if (!mail_token_read(s, &token, e)) {
            m->fault = MAIL_SETUP;
        } else {
            mail_xoauth2_add(s->user, buf_str(&token), &secret);
            good = authenticate(m, "XOAUTH2", &secret, e);
        }
    } else if (imap_can(m, "AUTH=PLAIN")) {
        mail_plain_add(s->user, s->password, &secret);
        good = authenticate(m, "PLAIN", &secret, e);
    } else if (imap_can(m, "LOGINDISABLED")) {
        m->fault = MAIL_SETUP;
        err_set(e, ERR_CONFIG,
                N_("%s: the server offers no login with a password on this connection; use imaps:// or TLS, or set "
                   "mail.auth to xoauth2"),
                s->place);
    } else {
        buf_add_text(&m->out, "LOGIN ");
        imap_quote(m, s->user);
        buf_add_char(&m->out, ' ');
        good = imap_run_literal(m, str_of(s->password), NULL, NULL, s->user, e);
        if (!good && m->fault == MAIL_REFUSED)
            m->fault = MAIL_LOGIN;
    }
    mail_secret_release(&secret);
    mail_secret_release(&token);
    return good;
}

static bool connect(struct imap *m, struct err *e)
{
    struct channel_target target = m->server->target;
    struct channel *c;
    if (target.seconds <= 0 && m->seconds < LIMIT_CHANNEL_CONNECT_SECONDS)
        target.seconds = m->seconds;
    enum channel_fault opened = channel_open(&target, &c, e);
    if (opened != CHANNEL_FINE) {
        m->fault = mail_fault_of(opened);
        return false;
    }
    m->reader.channel = c;
    buf_clear(&m->out);
    buf_add_text(&m->out, "CAPABILITY");
    bool good = imap_run(m, NULL, NULL, "CAPABILITY", e);
    if (good && m->server->user[0] != '\0') {
        good = log_in(m, e);
        if (good) {
            buf_add_text(&m->out, "CAPABILITY"); /* more is offered to those who have logged in */
            good = imap_run(m, NULL, NULL, "CAPABILITY", e);
        }
    }
    if (!good)
        imap_drop(m);
    return good;
}

bool imap_connect(struct imap *m, struct err *e)
{
    m->fault = MAIL_FINE;
    return m->reader.channel != NULL || connect(m, e);
}

/* What a server said while nobody asked; a goodbye ends the session. */
static void overhear(struct imap *m)
{
    struct imap_answer a;
    for (unsigned n = 0; m->reader.channel != NULL && channel_pending(m->reader.channel); n++) {
        channel_deadline(m->reader.channel, m->seconds);
        if (n >= LIMIT_IMAP_LINES || imap_read(&m->reader, &a) != IMAP_HEARD || !str_is(a.tag, "*") ||
            a.status == IMAP_BYE)
            imap_drop(m);
    }
}

bool imap_ready(struct imap *m, bool selected, struct err *e)
{
    m->fault = MAIL_FINE;
    buf_clear(&m->out);
    if (selected && m->selected == NULL) {
        m->fault = MAIL_REFUSED;
        return err_set(e, ERR_INTERNAL, N_("no folder is selected"));
    }
    overhear(m);
    if (m->reader.channel != NULL)
        return true;
    if (!connect(m, e))
        return false;
    if (!selected)
        return true;
    uint32_t validity = m->folder.uid_validity;
    char *name = mem_dup_text(m->selected);
    struct imap_folder f;
    bool good = imap_select(m, name, m->mode, &f, e);
    if (good && f.uid_validity != validity) {
        m->fault = MAIL_GONE;
        good = err_set(e, ERR_REMOTE, N_("%s: the folder \"%s\" was made anew meanwhile; look through it again"),
                       m->server->place, name);
    }
    mem_free(name);
    return good;
}
