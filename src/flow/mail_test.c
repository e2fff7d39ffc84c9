#include "flow/mail_test.h"

#include <sodium.h>

#include "core/identity.h"
#include "flow/mail_server.h"
#include "mail/compose.h"
#include "mail/imap.h"
#include "mail/smtp.h"

static const struct {
    const char *code, *words;
} checks[] = {
#define X(name, code, words) {code, words},
    MAIL_CHECKS(X)
#undef X
};

const char *mail_check_code(enum mail_check c)
{
    return checks[c].code;
}

const char *mail_check_words(enum mail_check c)
{
    return checks[c].words;
}

struct test {
    struct desk *d;
    struct arena *a;
    struct mail_report *r;
};

static void good(struct test *t, enum mail_check c, const char *detail)
{
    t->r->checks[c].result = MAIL_CHECK_GOOD;
    t->r->checks[c].detail = detail;
}

static void bad(struct test *t, enum mail_check c, const char *why)
{
    t->r->checks[c].result = MAIL_CHECK_BAD;
    t->r->checks[c].detail = arena_strdup(t->a, why);
}

/* "mail.example:587, encrypted, as suport@aoc.example" */
static const char *place_of(const struct test *t, const struct mail_server *s)
{
    enum lang lang = t->d->lang;
    const char *how = s->target.tls == CHANNEL_PLAIN ? tr(lang, N_("not encrypted")) : tr(lang, N_("encrypted"));
    if (s->user[0] == '\0')
        return arena_printf(t->a, tr(lang, N_("%s, %s, without login")), s->place, how);
    return arena_printf(t->a, tr(lang, N_("%s, %s, as %s")), s->place, how, s->user);
}

/* ------------------------------------------------------------------ sending */

static bool compose(struct test *t, const struct address *from, const char *to, struct buf *bytes, struct err *e)
{
    char number[33];
    unsigned char random[16];
    randombytes_buf(random, sizeof random);
    (void)sodium_bin2hex(number, sizeof number, random, sizeof random);
    const struct address address = {.email = to};
    enum lang lang = t->d->lang;
    const struct mail_message m = {
        .from = *from,
        .to = &address,
        .to_count = 1,
        .subject = tr(lang, N_("Talaia: a mail to try the configuration")),
        .date = t->d->by.at,
        .message_id = arena_printf(t->a, "test.%s@%s", number, strrchr(from->email, '@') + 1),
        .talaia_id = arena_printf(t->a, "test-%s", number),
        .language = lang_code(lang),
        .text = str_of(tr(lang, N_("This mail was sent by `talaia mail test`. If you read it, mails go out as they "
                                   "should.\n"))),
    };
    return mail_compose(&m, bytes, e);
}

static void send(struct test *t, struct smtp *s, const char *to)
{
    struct err e = {.lang = t->d->lang};
    struct buf bytes = BUF_INIT(LIMIT_MAIL_BYTES);
    struct address from = t->d->files.profile.from;
    if (config_text(t->d->config, KEY_MAIL_FROM)[0] != '\0')
        from.email = config_text(t->d->config, KEY_MAIL_FROM);
    struct smtp_recipient recipient = {.address = to};
    struct smtp_result r;
    if (from.email == NULL || !email_ok(str_of(from.email))) {
        err_set(&e, ERR_CONFIG, N_("mail.from is no address, and the profile has none either"));
    } else if (compose(t, &from, to, &bytes, &e)) {
        struct smtp_mail m = {.from = from.email, .to = &recipient, .to_count = 1, .bytes = buf_str(&bytes)};
        (void)smtp_send(s, &m, &r, &e);
    }
    if (e.code == ERR_NONE)
        good(
            t, MAIL_CHECK_MAIL,
            arena_printf(t->a, tr(t->d->lang, N_("from %s to %s: %d %s")), from.email, to, r.reply.code, r.reply.text));
    else
        bad(t, MAIL_CHECK_MAIL, e.text);
    buf_release(&bytes);
}

static void test_sending(struct test *t, const char *to)
{
    struct err e = {.lang = t->d->lang};
    struct mail_server server;
    if (!desk_mail_server(t->d, t->a, KEY_MAIL_SMTP_URL, &server, &e)) {
        bad(t, MAIL_CHECK_SENDING, e.text);
        return;
    }
    struct smtp *s = smtp_new(&server, NULL);
    if (smtp_connect(s, &e) != MAIL_FINE) {
        bad(t, MAIL_CHECK_SENDING, e.text);
    } else {
        good(t, MAIL_CHECK_SENDING, place_of(t, &server));
        if (to != NULL)
            send(t, s, to);
    }
    smtp_free(s);
}

/* ------------------------------------------------------------------ the mailbox */

static bool is_listed(const imap_listing *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].selectable &&
            (strcmp(list->items[i].name, name) == 0 ||
             (str_is_nocase(str_of(name), "INBOX") && str_is_nocase(str_of(list->items[i].name), "INBOX"))))
            return true;
    return false;
}

/* A folder that must be there already: we only read in it. */
static void test_reading(struct test *t, struct imap *m, const imap_listing *list, enum mail_check c, const char *name,
                         const char *key)
{
    struct err e = {.lang = t->d->lang};
    struct imap_folder f;
    const char *marked = NULL;
    for (size_t i = 0; c == MAIL_CHECK_SENT && i < list->count; i++)
        if (list->items[i].sent)
            marked = list->items[i].name;
    if (is_listed(list, name) && imap_select(m, name, IMAP_READ, &f, &e)) {
        good(t, c,
             arena_printf(t->a, trn(t->d->lang, "\"%s\", %u mail", "\"%s\", %u mails", f.exists), name, f.exists));
        return;
    }
    if (marked != NULL)
        err_set(&e, ERR_CONFIG,
                N_("there is no folder \"%s\"; the server's folder for sent mails is \"%s\": write it in %s"), name,
                marked, key);
    else
        err_set(&e, ERR_CONFIG, N_("there is no folder \"%s\"; write the right one in %s"), name, key);
    bad(t, c, e.text);
}

/* A folder that we file in: made when it is first needed. */
static void test_filing(struct test *t, const imap_listing *list, enum mail_check c, const char *name)
{
    if (name == NULL || name[0] == '\0')
        return;
    good(t, c,
         arena_printf(t->a,
                      is_listed(list, name) ? "\"%s\"" : tr(t->d->lang, N_("\"%s\" is made when it is first needed")),
                      name));
}

static void test_mailbox(struct test *t)
{
    struct err e = {.lang = t->d->lang};
    struct mail_server server;
    if (!desk_mail_server(t->d, t->a, KEY_MAIL_IMAP_URL, &server, &e)) {
        bad(t, MAIL_CHECK_MAILBOX, e.text);
        return;
    }
    imap_listing list = {0};
    struct imap *m = imap_new(&server, 0);
    if (!imap_folders(m, t->a, &list, &e)) {
        bad(t, MAIL_CHECK_MAILBOX, e.text);
    } else {
        good(t, MAIL_CHECK_MAILBOX, place_of(t, &server));
        test_reading(t, m, &list, MAIL_CHECK_INBOX, config_text(t->d->config, KEY_MAIL_INBOX), "mail.inbox");
        test_reading(t, m, &list, MAIL_CHECK_SENT, config_text(t->d->config, KEY_MAIL_SENT), "mail.sent");
        test_filing(t, &list, MAIL_CHECK_WARNINGS, t->d->files.profile.warning_folder);
        test_filing(t, &list, MAIL_CHECK_REPORTS, t->d->files.profile.report_folder);
    }
    vec_release(&list);
    imap_free(m);
}

bool desk_mail_test(struct desk *d, struct arena *a, const char *to, struct mail_report *ret, struct err *e)
{
    struct mail_report r = {0};
    struct test t = {.d = d, .a = a, .r = &r};
    if (to != NULL && !email_ok(str_of(to)))
        return err_set(e, ERR_VALUE, N_("'%s' is not an e-mail address"), to);
    for (int i = 0; i < MAIL_CHECK_COUNT; i++)
        r.checks[i].detail = "";
    test_sending(&t, to);
    test_mailbox(&t);
    *ret = r;
    return true;
}
