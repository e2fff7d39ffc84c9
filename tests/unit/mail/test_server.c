#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mail/server.h"

static struct arena arena;

static bool parse(const char *url, struct mail_settings s, struct mail_server *ret, struct err *e)
{
    *e = (struct err){0};
    s.url = url;
    s.key = "mail.smtp.url";
    return mail_server_parse(&s, &arena, ret, e);
}

static void test_addresses(void **state)
{
    static const struct {
        const char *url, *host, *place;
        int port;
        enum channel_protocol protocol;
        enum channel_tls tls;
        const char *user, *password;
    } good[] = {
        {"smtp://mail.example", "mail.example", "mail.example:25", 25, CHANNEL_SMTP, CHANNEL_STARTTLS, "", ""},
        {"smtp://mail.example/", "mail.example", "mail.example:25", 25, CHANNEL_SMTP, CHANNEL_STARTTLS, "", ""},
        {"smtp://a:b@mail.example", "mail.example", "mail.example:587", 587, CHANNEL_SMTP, CHANNEL_STARTTLS, "a", "b"},
        {"smtp://a:b@mail.example:25", "mail.example", "mail.example:25", 25, CHANNEL_SMTP, CHANNEL_STARTTLS, "a", "b"},
        {"smtp://mail.example:80", "mail.example", "mail.example:80", 80, CHANNEL_SMTP, CHANNEL_STARTTLS, "", ""},
        {"smtps://a@MAIL.example", "mail.example", "mail.example:465", 465, CHANNEL_SMTP, CHANNEL_TLS, "a", ""},
        {"imap://a:b@mail.example", "mail.example", "mail.example:143", 143, CHANNEL_IMAP, CHANNEL_STARTTLS, "a", "b"},
        {"imaps://[2001:db8::25]", "2001:db8::25", "[2001:db8::25]:993", 993, CHANNEL_IMAP, CHANNEL_TLS, "", ""},
        {"imaps://a:b@[::1]:80", "::1", "[::1]:80", 80, CHANNEL_IMAP, CHANNEL_TLS, "a", "b"},
        {"imaps://x@[2001:db8::1:80]", "2001:db8::1:80", "[2001:db8::1:80]:993", 993, CHANNEL_IMAP, CHANNEL_TLS, "x",
         ""},
        {"imap://127.0.0.1:10143", "127.0.0.1", "127.0.0.1:10143", 10143, CHANNEL_IMAP, CHANNEL_STARTTLS, "", ""},
        {"smtp://su%C3%B2rt%40aoc.example:p%40%3A%2F%25%20%22@h", "h", "h:587", 587, CHANNEL_SMTP, CHANNEL_STARTTLS,
         "suòrt@aoc.example", "p@:/% \""},
        {"smtp://a@b:c:d@e@h", "h", "h:587", 587, CHANNEL_SMTP, CHANNEL_STARTTLS, "a@b", "c:d@e"},
        {"smtp://correu.òdena.example", "correu.xn--dena-kqa.example", "correu.xn--dena-kqa.example:25", 25,
         CHANNEL_SMTP, CHANNEL_STARTTLS, "", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct mail_server m;
        struct err e;
        if (!parse(good[i].url, (struct mail_settings){0}, &m, &e))
            fail_msg("%s: %s", good[i].url, e.log);
        assert_string_equal(m.target.host, good[i].host);
        assert_string_equal(m.place, good[i].place);
        assert_int_equal(m.target.port, good[i].port);
        assert_int_equal(m.target.protocol, good[i].protocol);
        assert_int_equal(m.target.tls, good[i].tls);
        assert_string_equal(m.user, good[i].user);
        assert_string_equal(m.password, good[i].password);
        if (!parse(good[i].url, (struct mail_settings){.plain = true}, &m, &e))
            fail_msg("%s: %s", good[i].url, e.log);
        assert_int_equal(m.target.tls, good[i].tls == CHANNEL_TLS ? CHANNEL_TLS : CHANNEL_PLAIN);
    }
}

static void test_refused(void **state)
{
    static const struct {
        const char *url, *says;
    } bad[] = {
        {"", "not configured"},
        {NULL, "not configured"},
        {"http://mail.example", "smtp://"},
        {"mail.example:25", "smtp://"},
        {"smtp://", "no host"},
        {"smtp://u:hidden-word@", "no host"},
        {"smtp://:hidden-word@mail.example", "no user"},
        {"smtp://u:hidden-word@mail.example:0", "port"},
        {"smtp://u:hidden-word@mail.example:65536", "port"},
        {"smtp://u:hidden-word@mail.example:abc", "port"},
        {"smtp://u:hidden-word@mail.example/path", "remove"},
        {"smtp://u:hidden-word@mail.example?x=1", "remove"},
        {"smtp://u:hidden-word/more@mail.example", "%2F"},
        {"smtp://u:hidden-word#more@mail.example", "%2F"},
        {"smtp://u:hidden-word%zz@mail.example", "escape"},
        {"smtp://u:hidden-word%4@mail.example", "escape"},
        {"smtp://u:hidden-word%0d%0a@mail.example", "escape"},
        {"smtp://u:hidden-word%00@mail.example", "escape"},
        {"smtp://u:hidden-word%ff@mail.example", "escape"},
        {"smtp://u:hidden-word@[::1", "bracket"},
        {"smtp://u:hidden-word@ma il.example", "space"},
        {"smtp://u:hidden-word@0x7f.1", "IPv4"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct mail_server m = {.place = "untouched"};
        struct err e;
        assert_false(parse(bad[i].url, (struct mail_settings){0}, &m, &e));
        assert_int_equal(e.code, ERR_CONFIG);
        if (strstr(e.log, bad[i].says) == NULL || strstr(e.log, "mail.smtp.url") == NULL)
            fail_msg("%s: %s", bad[i].url, e.log);
        assert_null(strstr(e.log, "hidden-word"));
        assert_string_equal(m.place, "untouched");
    }
    struct mail_server m;
    struct err e;
    assert_false(parse("smtp://h", (struct mail_settings){.xoauth2 = true, .token_file = "f"}, &m, &e));
    assert_false(parse("smtp://u@h", (struct mail_settings){.xoauth2 = true}, &m, &e));
    assert_non_null(strstr(e.log, "mail.token_file"));
}

static void test_secrets(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(1000);
    mail_plain_add("tim", "tanstaaftanstaaf", &b); /* RFC 4616 §4, without an authorization identity */
    assert_string_equal(buf_text(&b), "AHRpbQB0YW5zdGFhZnRhbnN0YWFm");
    buf_clear(&b);
    mail_xoauth2_add("someuser@example.com", str_of("ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"), &b);
    assert_string_equal(buf_text(&b),
                        "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQm"
                        "hkSFJoZG1semRHRXVZMjl0Q2cBAQ==");
    mail_secret_release(&b);
    assert_int_equal(b.n, 0);
    assert_true(mail_fault_passes(MAIL_UNREACHED) && !mail_fault_passes(MAIL_LOGIN) &&
                !mail_fault_passes(MAIL_CERTIFICATE));
}

static int finish(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, finish);
}
