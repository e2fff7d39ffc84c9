/* Against a real server (tests/servers/smtp.py) that fails as it is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>

#include "../net/started.h"
#include "base/file.h"
#include "base/module.h"
#include "mail/smtp.h"

static struct arena arena;
static const char *certificates, *work;

struct place {
    struct started server;
    const char *script, *journal, *keep;
    struct mail_server *mail;
    struct smtp *session;
};

/* Short, because many cases are about a server that says nothing; patient where a server has much to read. */
static const struct smtp_timing timing = {.connect = 3, .reply = 2, .final = 2};
static const struct smtp_timing patient = {.connect = 30, .reply = 60, .final = 60};

#define must(call, e)                                                                                                  \
    do {                                                                                                               \
        if (!(call))                                                                                                   \
            fail_msg("%s", (e).log);                                                                                   \
    } while (0)
#define must_say(e, with)                                                                                              \
    do {                                                                                                               \
        if (strstr((e).log, (with)) == NULL)                                                                           \
            fail_msg("'%s' does not say '%s'", (e).log, (with));                                                       \
    } while (0)

static void script_write(const struct place *p, const char *rules)
{
    struct err e = {0};
    must(file_write(p->script, str_of(rules), &e), e);
}

/* A server with these options (NULL ends them), and a session with it. */
static struct place begin(const char *user, struct mail_settings settings, const char *rules, ...)
{
    struct place p = {0};
    struct err e = {0};
    const char *words[16] = {"tests/servers/smtp.py"};
    size_t n = 1;
    static int number;
    const char *dir = arena_printf(&arena, "%s/%d", work, number++);
    p.script = arena_printf(&arena, "%s/script", dir);
    p.journal = arena_printf(&arena, "%s/journal", dir);
    p.keep = arena_printf(&arena, "%s/keep", dir);
    must(file_make_dirs(p.keep, &e), e);
    script_write(&p, rules);
    const char *const files[] = {"--script", p.script, "--journal", p.journal, "--keep", p.keep};
    for (size_t i = 0; i < 6; i++)
        words[n++] = files[i];
    va_list more;
    va_start(more, rules);
    for (const char *w; (w = va_arg(more, const char *)) != NULL && n < 15;)
        words[n++] = w;
    va_end(more);
    p.server = started_run(words);
    if (settings.url == NULL)
        settings.url = arena_printf(&arena, "smtp://%s127.0.0.1:%d", user, p.server.port);
    else
        settings.url = arena_printf(&arena, "%s://%s127.0.0.1:%d", settings.url, user, p.server.port);
    settings.key = "mail.smtp.url";
    p.mail = arena_new(&arena, struct mail_server);
    must(mail_server_parse(&settings, &arena, p.mail, &e), e);
    p.session = smtp_new(p.mail, &timing);
    return p;
}

/* A new session with the same server. */
static void restart_with(struct place *p, const struct smtp_timing *t)
{
    smtp_free(p->session);
    p->session = smtp_new(p->mail, t);
}
#define restart(p) restart_with((p), &timing)

static struct place begin_plain(const char *rules)
{
    return begin("", (struct mail_settings){.plain = true}, rules, NULL);
}

static void end(struct place *p)
{
    smtp_free(p->session);
    started_end(&p->server);
}

static size_t accepted(const struct place *p)
{
    struct buf b = BUF_INIT(1u << 20);
    struct err e = {0};
    size_t lines = 0;
    if (file_exists(p->journal)) {
        must(file_read(p->journal, &b, &e), e);
        for (size_t i = 0; i < b.n; i++)
            lines += b.p[i] == '\n';
    }
    buf_release(&b);
    return lines;
}

static bool journal_has(const struct place *p, const char *what)
{
    struct buf b = BUF_INIT(1u << 20);
    struct err e = {0};
    must(file_read(p->journal, &b, &e), e);
    bool found = strstr(buf_text(&b), what) != NULL;
    buf_release(&b);
    return found;
}

static const char simple[] = "From: <suport@aoc.example>\r\nTo: <a@example.cat>\r\nMessage-ID: <1@talaia.example>\r\n"
                             "X-Talaia-Id: w-1\r\nSubject: Prova\r\n\r\nHola\r\n.\r\n..\r\n.fi\r\n";

static enum smtp_outcome send_to(struct place *p, struct smtp_recipient *to, size_t count, struct smtp_result *r,
                                 struct err *e)
{
    struct smtp_mail m = {.from = "suport@aoc.example", .to = to, .to_count = count, .bytes = str_of(simple)};
    *e = (struct err){0};
    enum smtp_outcome outcome = smtp_send(p->session, &m, r, e);
    assert_int_equal(outcome, r->outcome);
    assert_int_equal(outcome == SMTP_ACCEPTED, e->code == ERR_NONE);
    return outcome;
}

static enum smtp_outcome send_one(struct place *p, struct smtp_result *r, struct err *e)
{
    struct smtp_recipient to = {.address = "a@example.cat"};
    return send_to(p, &to, 1, r, e);
}

/* ------------------------------------------------------------------ what arrives */

static const struct {
    const char *name, *bytes;
} messages[] = {
    {"plain", simple},
    {"dots", ".\r\n..\r\n...\r\n.a\r\n\r\n.\r\n\r\n.\r\n"},
    {"one dot", ".\r\n"},
    {"empty lines", "\r\n\r\n\r\n"},
    {"eight bits", "Subject: x\r\n\r\nàéï · l·l 中\r\n"},
    {"tabs and trailing spaces", "A: b\r\n\r\n\tx \r\n  \r\n \t\r\n"},
};

static void arrive(struct place *p)
{
    struct err e;
    struct smtp_result r;
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        struct smtp_recipient to = {.address = "a@example.cat"};
        struct smtp_mail m = {
            .from = "suport@aoc.example", .to = &to, .to_count = 1, .bytes = str_of(messages[i].bytes)};
        e = (struct err){0};
        if (smtp_send(p->session, &m, &r, &e) != SMTP_ACCEPTED)
            fail_msg("%s: %s", messages[i].name, e.log);
        assert_int_equal(r.accepted, 1);
        assert_int_equal(r.reply.code, 250);
        assert_int_equal(to.outcome, SMTP_ACCEPTED);
        assert_string_equal(to.reply.enhanced, "2.0.0");
    }
    /* A large one: a million lines that begin with a dot. */
    struct buf large = BUF_INIT(LIMIT_MAIL_BYTES);
    for (int i = 0; i < 300000; i++)
        buf_printf(&large, ".line %d\r\n", i);
    struct smtp_recipient to = {.address = "a@example.cat"};
    struct smtp_mail m = {.from = "", .to = &to, .to_count = 1, .bytes = buf_str(&large)};
    e = (struct err){0};
    if (smtp_send(p->session, &m, &r, &e) != SMTP_ACCEPTED)
        fail_msg("%s", e.log);
    /* What the server kept is what was sent, byte for byte. */
    size_t count = sizeof messages / sizeof *messages + 1, found = 0;
    DIR *d = opendir(p->keep);
    for (struct dirent *entry; (entry = readdir(d)) != NULL;) {
        struct buf b = BUF_INIT(LIMIT_MAIL_BYTES);
        if (entry->d_name[0] == '.')
            continue;
        must(file_read(path_join(&arena, p->keep, entry->d_name), &b, &e), e);
        bool same = str_equal(buf_str(&b), buf_str(&large));
        for (size_t i = 0; i + 1 < count; i++)
            same = same || str_is(buf_str(&b), messages[i].bytes);
        assert_true(same);
        found++;
        buf_release(&b);
    }
    closedir(d);
    assert_int_equal(found, count);
    assert_int_equal(accepted(p), count);
    assert_false(journal_has(p, "\"connection\": 2"));
    buf_release(&large);
}

static void test_bytes(void **state)
{
    (void)state;
    struct place p = begin_plain("[]");
    restart_with(&p, &patient);
    arrive(&p);
    end(&p);
    p = begin("", (struct mail_settings){.plain = true}, "[]", "--no-pipelining", NULL);
    restart_with(&p, &patient);
    arrive(&p);
    end(&p);
}

static void test_refused_before(void **state)
{
    static const char *const bad[] = {"a\nb\r\n", "a\r\n.\nb\r\n", "a\rb\r\n", "a\r\n\r", "no end", "",
                                      "\n",       "a\r\r\n"};
    (void)state;
    struct place p = begin_plain("[]");
    struct smtp_result r;
    struct err e;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct smtp_recipient to = {.address = "a@example.cat"};
        struct smtp_mail m = {.from = "a@b.example", .to = &to, .to_count = 1, .bytes = str_of(bad[i])};
        e = (struct err){0};
        assert_int_equal(smtp_send(p.session, &m, &r, &e), SMTP_REFUSED);
        assert_int_equal(e.code, ERR_VALUE);
    }
    static const char *const addresses[] = {"", "a b@c.example", "a@b>\r\nRCPT TO:<x@y.example", "<a@b>",
                                            "\xff@b.example"};
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        struct smtp_recipient to[] = {{.address = addresses[i]}, {.address = "good@example.cat"}};
        assert_int_equal(send_to(&p, to, 1, &r, &e), SMTP_REFUSED);
        assert_int_equal(e.code, ERR_VALUE);
        assert_int_equal(to[0].outcome, SMTP_REFUSED);
        assert_int_equal(send_to(&p, to, 2, &r, &e), SMTP_ACCEPTED);
        assert_int_equal(to[0].outcome, SMTP_REFUSED);
        assert_int_equal(to[1].outcome, SMTP_ACCEPTED);
        assert_int_equal(r.accepted, 1);
    }
    assert_int_equal(accepted(&p), sizeof addresses / sizeof *addresses);
    end(&p);
    p = begin("", (struct mail_settings){.plain = true}, "[]", "--size", "100", NULL);
    assert_int_equal(send_one(&p, &r, &e), SMTP_REFUSED);
    assert_int_equal(e.code, ERR_LIMIT);
    end(&p);
}

/* ------------------------------------------------------------------ outcomes */

static const struct {
    const char *name, *rules;
    enum smtp_outcome outcome;
    enum err_code code;
    const char *says, *enhanced;
    size_t taken; /* by the server, after a second mail without faults too */
} cases[] = {
    {"mail 4xx", "[{\"at\":\"mail\",\"do\":\"451 4.3.2 busy\",\"times\":1}]", SMTP_LATER, ERR_NET, "451 4.3.2 busy",
     "4.3.2", 1},
    {"mail 5xx", "[{\"at\":\"mail\",\"do\":\"550 5.1.0 not you\",\"times\":1}]", SMTP_REFUSED, ERR_REMOTE, "not you",
     "5.1.0", 1},
    {"mail 530", "[{\"at\":\"mail\",\"do\":\"530 5.7.0 who are you\",\"times\":1}]", SMTP_NOT_REACHED, ERR_LOGIN,
     "mail.smtp.url", "5.7.0", 1},
    {"rcpt 4xx", "[{\"at\":\"rcpt\",\"do\":\"450 4.2.0 greylisted\",\"times\":1}]", SMTP_LATER, ERR_NET, "greylisted",
     "4.2.0", 1},
    {"rcpt 5xx", "[{\"at\":\"rcpt\",\"do\":\"550-5.1.1 no such\\n550 5.1.1 user\",\"times\":1}]", SMTP_REFUSED,
     ERR_REMOTE, "no such user", "5.1.1", 1},
    {"rcpt 421", "[{\"at\":\"rcpt\",\"do\":\"421 4.7.0 too many\",\"times\":1}]", SMTP_LATER, ERR_NET, "too many",
     "4.7.0", 1},
    {"data 4xx", "[{\"at\":\"data\",\"do\":\"452 4.3.1 full\",\"times\":1}]", SMTP_LATER, ERR_NET, "full", "4.3.1", 1},
    {"data 5xx", "[{\"at\":\"data\",\"do\":\"554 5.7.1 no\",\"times\":1}]", SMTP_REFUSED, ERR_REMOTE, "554 5.7.1 no",
     "5.7.1", 1},
    {"end 4xx", "[{\"at\":\"end\",\"do\":\"451 4.7.1 later\",\"times\":1}]", SMTP_LATER, ERR_NET, "later", "4.7.1", 1},
    {"end 5xx", "[{\"at\":\"end\",\"do\":\"550 5.7.1 spam \\u202e\\u0007\",\"times\":1}]", SMTP_REFUSED, ERR_REMOTE,
     "spam ?", "5.7.1", 1},
    {"end 421", "[{\"at\":\"end\",\"do\":\"421 4.3.0 bye\",\"times\":1}]", SMTP_LATER, ERR_NET, "bye", "4.3.0", 1},
    {"drop at mail", "[{\"at\":\"mail\",\"do\":\"drop\",\"times\":1}]", SMTP_NOT_REACHED, ERR_NET, "ended", "", 1},
    {"drop at rcpt", "[{\"at\":\"rcpt\",\"do\":\"drop\",\"times\":1}]", SMTP_NOT_REACHED, ERR_NET, "ended", "", 1},
    {"drop before 354", "[{\"at\":\"data\",\"do\":\"drop\",\"times\":1}]", SMTP_NOT_REACHED, ERR_NET, "ended", "", 1},
    {"drop after 354", "[{\"at\":\"354\",\"do\":\"drop\",\"times\":1}]", SMTP_AMBIGUOUS, ERR_NET, "nobody knows", "",
     1},
    {"reset in the middle", "[{\"at\":\"middle\",\"do\":\"reset\",\"times\":1}]", SMTP_AMBIGUOUS, ERR_NET,
     "nobody knows", "", 1},
    {"drop at the end, not taken", "[{\"at\":\"end\",\"do\":\"drop\",\"times\":1}]", SMTP_AMBIGUOUS, ERR_NET,
     "nobody knows", "", 1},
    {"drop at the end, taken", "[{\"at\":\"taken\",\"do\":\"drop\",\"times\":1}]", SMTP_AMBIGUOUS, ERR_NET,
     "nobody knows", "", 2},
    {"silent at the end", "[{\"at\":\"taken\",\"do\":\"delay 4\",\"times\":1}]", SMTP_AMBIGUOUS, ERR_NET, "in time", "",
     2},
    {"silent at mail", "[{\"at\":\"mail\",\"do\":\"delay 4\",\"times\":1}]", SMTP_NOT_REACHED, ERR_NET, "in time", "",
     1},
    {"noise at mail", "[{\"at\":\"mail\",\"do\":\"hello\",\"times\":1}]", SMTP_NOT_REACHED, ERR_NET, "no SMTP", "", 1},
    {"noise at the end", "[{\"at\":\"end\",\"do\":\"999 ok\",\"times\":1}]", SMTP_AMBIGUOUS, ERR_NET, "nobody knows",
     "", 1},
    {"354 again at the end", "[{\"at\":\"end\",\"do\":\"354 go on\",\"times\":1}]", SMTP_AMBIGUOUS, ERR_NET,
     "nobody knows", "", 1},
    {"refused in the middle", "[{\"at\":\"middle\",\"do\":\"421 4.7.0 enough\",\"times\":1}]", SMTP_LATER, ERR_NET,
     "enough", "4.7.0", 1},
    {"greeting refused", "[{\"at\":\"connect\",\"do\":\"554 5.7.1 go away\",\"times\":1}]", SMTP_NOT_REACHED, ERR_NET,
     "127.0.0.1", "", 1},
    {"greeting dropped", "[{\"at\":\"connect\",\"do\":\"drop\",\"times\":1}]", SMTP_NOT_REACHED, ERR_NET, "127.0.0.1",
     "", 1},
    {"greeting silent", "[{\"at\":\"connect\",\"do\":\"delay 5\",\"times\":1}]", SMTP_NOT_REACHED, ERR_NET, "in time",
     "", 1},
};

static void outcomes(const char *option)
{
    struct place p = begin("", (struct mail_settings){.plain = true}, "[]", option, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t before = accepted(&p);
        struct smtp_result r;
        struct err e;
        script_write(&p, cases[i].rules);
        enum smtp_outcome outcome = send_one(&p, &r, &e);
        if (outcome != cases[i].outcome || e.code != cases[i].code)
            fail_msg("%s: outcome %d: %s", cases[i].name, outcome, e.log);
        must_say(e, cases[i].says);
        must_say(e, "127.0.0.1");
        assert_string_equal(r.reply.enhanced, cases[i].enhanced);
        assert_int_equal(r.accepted, 0);
        if (outcome == SMTP_NOT_REACHED)
            assert_true(r.fault != MAIL_FINE);
        /* The next one goes through, over the same connection or a new one. */
        if (send_one(&p, &r, &e) != SMTP_ACCEPTED)
            fail_msg("%s, afterwards: %s", cases[i].name, e.log);
        assert_int_equal(accepted(&p) - before, cases[i].taken);
        restart(&p);
    }
    end(&p);
}

static void test_outcomes(void **state)
{
    (void)state;
    outcomes(NULL);
}

static void test_outcomes_without_pipelining(void **state)
{
    (void)state;
    outcomes("--no-pipelining");
}

static void test_recipients(void **state)
{
    static const char rules[] = "[{\"at\":\"rcpt\",\"to\":\"^later\",\"do\":\"451 4.2.1 wait\"},"
                                "{\"at\":\"rcpt\",\"to\":\"^full\",\"do\":\"552 5.2.2 too many\"},"
                                "{\"at\":\"rcpt\",\"to\":\"^never\",\"do\":\"550 5.1.1 gone\"}]";
    (void)state;
    static const char *const options[] = {NULL, "--no-pipelining"};
    for (size_t i = 0; i < 2; i++) {
        struct place p = begin("", (struct mail_settings){.plain = true}, rules, options[i], NULL);
        struct smtp_recipient to[] = {{.address = "later@example.cat"},
                                      {.address = "good@example.cat"},
                                      {.address = "never@example.cat"},
                                      {.address = "full@example.cat"},
                                      {.address = "fine@example.cat"}};
        struct smtp_result r;
        struct err e;
        assert_int_equal(send_to(&p, to, 5, &r, &e), SMTP_ACCEPTED);
        assert_int_equal(r.accepted, 2);
        assert_int_equal(to[0].outcome, SMTP_LATER);
        assert_string_equal(to[0].reply.text, "wait");
        assert_int_equal(to[1].outcome, SMTP_ACCEPTED);
        assert_int_equal(to[2].outcome, SMTP_REFUSED);
        assert_int_equal(to[2].reply.code, 550);
        assert_int_equal(to[3].outcome, SMTP_LATER);
        assert_int_equal(to[4].outcome, SMTP_ACCEPTED);
        assert_true(journal_has(&p, "\"to\": [\"good@example.cat\", \"fine@example.cat\"]"));
        /* Nobody: later, because one of them may go later. */
        struct smtp_recipient none[] = {{.address = "never@example.cat"}, {.address = "later@example.cat"}};
        assert_int_equal(send_to(&p, none, 2, &r, &e), SMTP_LATER);
        assert_int_equal(none[0].outcome, SMTP_REFUSED);
        must_say(e, "later@example.cat");
        assert_int_equal(send_to(&p, none, 1, &r, &e), SMTP_REFUSED);
        assert_int_equal(send_to(&p, to, 5, &r, &e), SMTP_ACCEPTED);
        assert_int_equal(accepted(&p), 2);
        end(&p);
    }
}

/* ------------------------------------------------------------------ the moment */

struct moment {
    struct place *p;
    int calls;
    bool answer;
    size_t taken;
};

static bool moment_comes(void *context)
{
    struct moment *m = context;
    m->calls++;
    m->taken = accepted(m->p);
    return m->answer;
}

static void test_before_data(void **state)
{
    (void)state;
    struct place p = begin_plain("[{\"at\":\"data\",\"to\":\"^never\",\"do\":\"554 no\"}]");
    struct moment at = {.p = &p, .answer = true};
    struct smtp_recipient to = {.address = "a@example.cat"};
    struct smtp_mail m = {.from = "a@b.example",
                          .to = &to,
                          .to_count = 1,
                          .bytes = str_of(simple),
                          .before_data = moment_comes,
                          .context = &at};
    struct smtp_result r;
    struct err e = {0};
    assert_int_equal(smtp_send(p.session, &m, &r, &e), SMTP_ACCEPTED);
    assert_int_equal(at.calls, 1);
    assert_int_equal(at.taken, 0);
    at.answer = false;
    assert_int_equal(smtp_send(p.session, &m, &r, &e), SMTP_STOPPED);
    assert_int_equal(at.calls, 2);
    assert_int_equal(to.outcome, SMTP_NOT_ASKED);
    assert_int_equal(accepted(&p), 1);
    at.answer = true;
    to.address = "never@example.cat"; /* no 354: the moment does not come */
    e = (struct err){0};
    assert_int_equal(smtp_send(p.session, &m, &r, &e), SMTP_REFUSED);
    assert_int_equal(at.calls, 2);
    end(&p);
}

/* A kept connection that the server has closed meanwhile: the mail goes over a new one, once. */
static void test_kept(void **state)
{
    static const char *const ways[] = {
        "[{\"at\":\"after\",\"do\":\"drop\",\"times\":1}]",
        "[{\"at\":\"after\",\"do\":\"421 4.4.2 idle\",\"times\":1}]",
        "[{\"at\":\"mail\",\"do\":\"421 4.4.2 idle\",\"skip\":1,\"times\":1}]",
        "[{\"at\":\"mail\",\"do\":\"drop\",\"skip\":1,\"times\":1}]",
        "[{\"at\":\"mail\",\"do\":\"reset\",\"skip\":1,\"times\":1}]",
    };
    (void)state;
    struct smtp_result r;
    struct err e;
    for (size_t i = 0; i < 2; i++) {
        struct place p =
            begin("", (struct mail_settings){.plain = true}, "[]", i == 0 ? NULL : "--no-pipelining", NULL);
        for (size_t k = 0; k < sizeof ways / sizeof *ways; k++) {
            script_write(&p, ways[k]);
            assert_int_equal(send_one(&p, &r, &e), SMTP_ACCEPTED);
            if (send_one(&p, &r, &e) != SMTP_ACCEPTED)
                fail_msg("%s: %s", ways[k], e.log);
            assert_int_equal(accepted(&p), 2 * (k + 1));
            assert_true(journal_has(&p, arena_printf(&arena, "\"connection\": %zu", 2 * k + 2)));
            restart(&p);
        }
        end(&p);
    }
    /* Once only. */
    struct place p = begin_plain("[{\"at\":\"mail\",\"do\":\"drop\",\"skip\":1}]");
    assert_int_equal(send_one(&p, &r, &e), SMTP_ACCEPTED);
    assert_int_equal(send_one(&p, &r, &e), SMTP_NOT_REACHED);
    assert_int_equal(accepted(&p), 1);
    end(&p);
}

/* A message that is refused takes the next one with it in no way. */
static void test_after_a_refusal(void **state)
{
    static const char refuses[] = "[{\"at\":\"end\",\"do\":\"550 5.6.0 no\",\"times\":1}]";
    (void)state;
    struct smtp_result r;
    struct err e;
    for (size_t i = 0; i < 2; i++) {
        struct place p = begin("", (struct mail_settings){.plain = true}, refuses, "--remembers",
                               i == 0 ? NULL : "--no-pipelining", NULL);
        assert_int_equal(send_one(&p, &r, &e), SMTP_REFUSED);
        if (send_one(&p, &r, &e) != SMTP_ACCEPTED)
            fail_msg("%s", e.log);
        assert_int_equal(accepted(&p), 1);
        assert_true(journal_has(&p, "\"connection\": 1"));
        end(&p);
    }
}

/* ------------------------------------------------------------------ TLS, logins */

static void test_tls(void **state)
{
    static const struct {
        const char *name, *says;
    } certs[] = {{"good", NULL},
                 {"other-name", "another name"},
                 {"expired", "expired"},
                 {"self-signed", "mail.ca"},
                 {"unknown", "mail.ca"}};
    (void)state;
    struct smtp_result r;
    struct err e;
    for (size_t i = 0; i < 2 * sizeof certs / sizeof *certs; i++) {
        bool implicit = i % 2 == 1;
        const char *pem = arena_printf(&arena, "%s/%s.pem", certificates, certs[i / 2].name);
        struct mail_settings settings = {.url = implicit ? "smtps" : "smtp",
                                         .ca_file = arena_printf(&arena, "%s/ca.pem", certificates)};
        struct place p = begin("", settings, "[]", "--tls", implicit ? "implicit" : "starttls", "--cert", pem, NULL);
        enum smtp_outcome outcome = send_one(&p, &r, &e);
        if (certs[i / 2].says == NULL) {
            if (outcome != SMTP_ACCEPTED)
                fail_msg("%s", e.log);
            assert_true(journal_has(&p, "\"tls\": true"));
        } else {
            assert_int_equal(outcome, SMTP_NOT_REACHED);
            assert_int_equal(r.fault, MAIL_CERTIFICATE);
            assert_int_equal(e.code, ERR_CERTIFICATE);
            must_say(e, certs[i / 2].says);
            must_say(e, "127.0.0.1");
            assert_int_equal(accepted(&p), 0);
        }
        end(&p);
    }
    /* STARTTLS is required and not offered. */
    struct place p = begin("", (struct mail_settings){0}, "[]", NULL);
    assert_int_equal(send_one(&p, &r, &e), SMTP_NOT_REACHED);
    assert_int_equal(r.fault, MAIL_SETUP);
    must_say(e, "STARTTLS");
    end(&p);
    /* The authorities' file is missing. */
    p = begin("", (struct mail_settings){.url = "smtps", .ca_file = "/nonexistent/ca.pem"}, "[]", "--tls", "implicit",
              "--cert", arena_printf(&arena, "%s/good.pem", certificates), NULL);
    assert_int_equal(send_one(&p, &r, &e), SMTP_NOT_REACHED);
    assert_int_equal(r.fault, MAIL_SETUP);
    must_say(e, "mail.ca");
    end(&p);
}

/* The connection ends under a large mail, encrypted: ambiguous, and no signal ends us. */
static void test_tls_lost(void **state)
{
    static const char *const ways[] = {"drop", "reset", "421 4.3.2 bye"};
    (void)state;
    struct mail_settings settings = {.url = "smtps", .ca_file = arena_printf(&arena, "%s/ca.pem", certificates)};
    struct place p = begin("", settings, "[]", "--tls", "implicit", "--cert",
                           arena_printf(&arena, "%s/good.pem", certificates), NULL);
    struct buf large = BUF_INIT(LIMIT_MAIL_BYTES);
    for (int i = 0; i < 500000; i++)
        buf_printf(&large, "line %d\r\n", i);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        script_write(&p, arena_printf(&arena, "[{\"at\":\"middle\",\"do\":\"%s\",\"times\":1}]", ways[i]));
        struct smtp_recipient to = {.address = "a@example.cat"};
        struct smtp_mail m = {.from = "a@b.example", .to = &to, .to_count = 1, .bytes = buf_str(&large)};
        struct smtp_result r;
        struct err e = {0};
        enum smtp_outcome outcome = smtp_send(p.session, &m, &r, &e);
        if (outcome != SMTP_AMBIGUOUS && !(i == 2 && outcome == SMTP_LATER))
            fail_msg("%s: %d %s", ways[i], outcome, e.log);
        assert_int_equal(send_one(&p, &r, &e), SMTP_ACCEPTED);
    }
    buf_release(&large);
    /* And between two mails: the next goes over a new connection. */
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct smtp_result r;
        struct err e;
        size_t before = accepted(&p);
        script_write(&p, arena_printf(&arena, "[{\"at\":\"after\",\"do\":\"%s\",\"times\":1}]", ways[i]));
        for (int k = 0; k < 3; k++)
            if (send_one(&p, &r, &e) != SMTP_ACCEPTED)
                fail_msg("%s: %s", ways[i], e.log);
        assert_int_equal(accepted(&p) - before, 3);
    }
    end(&p);
}

static void test_logins(void **state)
{
    static const char *const mechanisms[] = {"PLAIN", "LOGIN", "PLAIN,LOGIN"};
    (void)state;
    struct smtp_result r;
    struct err e;
    for (size_t i = 0; i < 3; i++) {
        struct place p = begin("su%C3%B2rt%40x:p%40:%2F%25%20%C3%A0@", (struct mail_settings){.plain = true}, "[]",
                               "--user", "suòrt@x:p@:/% à", "--auth-required", "--mechanisms", mechanisms[i], NULL);
        if (send_one(&p, &r, &e) != SMTP_ACCEPTED)
            fail_msg("%s: %s", mechanisms[i], e.log);
        assert_true(journal_has(&p, "\"user\": \"su\\u00f2rt@x\""));
        end(&p);
        p = begin("who:wrong-word@", (struct mail_settings){.plain = true}, "[]", "--user", "who:right",
                  "--auth-required", "--mechanisms", mechanisms[i], NULL);
        assert_int_equal(send_one(&p, &r, &e), SMTP_NOT_REACHED);
        assert_int_equal(r.fault, MAIL_LOGIN);
        assert_int_equal(e.code, ERR_LOGIN);
        must_say(e, "who");
        must_say(e, "535");
        assert_null(strstr(e.log, "wrong-word"));
        end(&p);
    }
    struct place p =
        begin("", (struct mail_settings){.plain = true}, "[]", "--user", "who:right", "--auth-required", NULL);
    assert_int_equal(send_one(&p, &r, &e), SMTP_NOT_REACHED);
    assert_int_equal(r.fault, MAIL_LOGIN);
    end(&p);
    p = begin("who:right@", (struct mail_settings){.plain = true}, "[{\"at\":\"auth\",\"do\":\"454 4.7.0 later\"}]",
              "--user", "who:right", NULL);
    assert_int_equal(send_one(&p, &r, &e), SMTP_NOT_REACHED);
    assert_int_equal(r.fault, MAIL_UNREACHED);
    assert_true(mail_fault_passes(r.fault));
    end(&p);
    p = begin("who:right@", (struct mail_settings){.plain = true}, "[]", NULL);
    assert_int_equal(send_one(&p, &r, &e), SMTP_NOT_REACHED);
    assert_int_equal(r.fault, MAIL_SETUP);
    end(&p);
}

static void test_tokens(void **state)
{
    (void)state;
    struct smtp_result r;
    struct err e = {0};
    const char *file = arena_printf(&arena, "%s/token", work);
    struct mail_settings settings = {.plain = true, .xoauth2 = true, .token_file = file};
    must(file_write(file, str_of("ey.old\n"), &e), e);
    struct place p =
        begin("who%40x.example@", settings, "[]", "--token", "who@x.example:ey.Good", "--auth-required", NULL);
    assert_int_equal(send_one(&p, &r, &e), SMTP_NOT_REACHED);
    assert_int_equal(r.fault, MAIL_LOGIN);
    must_say(e, "mail.token_file");
    assert_null(strstr(e.log, "ey.old"));
    must(file_write(file, str_of("ey.Good\n"), &e), e); /* another program renews it */
    if (send_one(&p, &r, &e) != SMTP_ACCEPTED)
        fail_msg("%s", e.log);
    end(&p);
    static const char *const bad[] = {"", "two words", "a\nb"};
    for (size_t i = 0; i < 3; i++) {
        e = (struct err){0};
        must(file_write(file, str_of(bad[i]), &e), e);
        p = begin("who@", settings, "[]", "--token", "who:x", NULL);
        assert_int_equal(send_one(&p, &r, &e), SMTP_NOT_REACHED);
        assert_int_equal(r.fault, MAIL_SETUP);
        must_say(e, "mail.token_file");
        end(&p);
    }
    p = begin("who@", settings, "[]", "--user", "who:x", NULL);
    assert_int_equal(send_one(&p, &r, &e), SMTP_NOT_REACHED);
    must_say(e, "XOAUTH2");
    end(&p);
}

static void test_nobody_there(void **state)
{
    (void)state;
    struct err e = {0};
    struct mail_server server;
    struct mail_settings settings = {.url = "smtp://127.0.0.1:1", .key = "mail.smtp.url", .plain = true};
    must(mail_server_parse(&settings, &arena, &server, &e), e);
    struct smtp *s = smtp_new(&server, NULL);
    assert_int_equal(smtp_connect(s, &e), MAIL_UNREACHED);
    must_say(e, "127.0.0.1:1");
    smtp_free(s);
}

static int start(void **state)
{
    (void)state;
    struct err e = {0};
    module_init(arena_printf(&arena, "%s/src/net", getenv("TALAIA_TEST_BUILD")));
    certificates = started_certificates(&arena);
    char template[] = "/tmp/talaia-smtp-XXXXXX";
    work = arena_strdup(&arena, mkdtemp(template));
    return file_exists(work) ? 0 : (fprintf(stderr, "%s\n", e.log), 1);
}

static int finish(void **state)
{
    (void)state;
    started_remove(work);
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_refused_before),
        cmocka_unit_test(test_after_a_refusal),
        cmocka_unit_test(test_outcomes),
        cmocka_unit_test(test_outcomes_without_pipelining),
        cmocka_unit_test(test_recipients),
        cmocka_unit_test(test_before_data),
        cmocka_unit_test(test_kept),
        cmocka_unit_test(test_tls),
        cmocka_unit_test(test_tls_lost),
        cmocka_unit_test(test_logins),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_nobody_there),
    };
    return cmocka_run_group_tests(tests, start, finish);
}
