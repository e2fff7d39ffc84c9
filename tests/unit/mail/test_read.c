#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>

#include "base/file.h"
#include "base/module.h"
#include "mail/mailbox.h"
#include "mail/read.h"

#define MOMENT ((instant_t)1795162320 * INSTANT_PER_SECOND) /* 2026-11-20T08:12:00Z */
#define HEAD                                                                                                           \
    "From: Monitor <monitor@example.cat>\r\nDate: Fri, 20 Nov 2026 09:12:00 +0100\r\nMessage-ID: <1@example.cat>\r\n"

static struct arena arena;

static struct mail_seen read_ok(struct str bytes)
{
    struct err e = {0};
    struct mail_seen m;
    if (!mail_read(bytes, &arena, &m, &e))
        fail_msg("%s", e.log);
    assert_true(str_utf8_valid(str_of(m.subject)) && str_utf8_valid(str_of(m.text)) && str_utf8_valid(str_of(m.from)));
    return m;
}

static enum err_code read_fails(struct str bytes)
{
    struct err e = {0};
    struct mail_seen m = {.subject = "untouched"};
    assert_false(mail_read(bytes, &arena, &m, &e));
    assert_string_equal(m.subject, "untouched");
    return e.code;
}

static void test_plain(void **state)
{
    (void)state;
    struct mail_seen m =
        read_ok(str_of(HEAD "Subject: CRITICAL: Berga\r\n\r\nNo respon.\r\nhttps://berga.example/\r\n"));
    assert_string_equal(m.message_id, "1@example.cat");
    assert_string_equal(m.subject, "CRITICAL: Berga");
    assert_non_null(strstr(m.from, "monitor@example.cat"));
    assert_true(m.date == MOMENT);
    assert_string_equal(m.text, "No respon.\nhttps://berga.example/");
    assert_false(m.html);
}

static void test_encodings(void **state)
{
    (void)state;
    static const char *const subjects[] = {
        "=?ISO-8859-1?Q?Caiguda_a_Gav=E0?=",
        "=?iso-8859-1?B?Q2FpZ3VkYSBhIEdhduA=?=",
        "=?utf-8?Q?Caiguda_a_?=\r\n =?utf-8?Q?Gav=C3=A0?=",
        "Caiguda a Gav\xc3\xa0",
        "Caiguda a Gav\xe0",
    };
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        struct mail_seen m = read_ok(str_of(arena_printf(&arena, HEAD "Subject: %s\r\n\r\nx\r\n", subjects[i])));
        assert_string_equal(m.subject, "Caiguda a Gavà");
    }
    static const char *const bodies[] = {
        "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGav=E0 "
        "=\r\ncau\r\n",
        "Content-Type: text/plain; charset=iso-8859-15\r\nContent-Transfer-Encoding: base64\r\n\r\nR2F24CBjYXU=\r\n",
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGav\xc3\xa0 cau\r\n",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        assert_string_equal(read_ok(str_of(arena_printf(&arena, HEAD "%s", bodies[i]))).text, "Gavà cau");
}

static void test_subjects_of_several_words(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"=?utf-8?b?w6A=?= =?utf-8?b?w6A=?=\r\n =?utf-8?B?w6DDoA==?= x", "àààà x"},
        {"=?utf-8?b?w6A=?= =?utf-8?b?w6DDoA==?= a =?=  =?utf-8?q?=C3=A0?=", "ààà a =?=à"},
        {"=?utf-8?Q?=C3?= =?utf-8?Q?=A0?= b", "à b"}, /* a character that was cut in two */
        {"=?=", "=?="},
        {"=?= =?", "=?==?"},
        {"a =?utf-8?b?w6A=?=b", "a àb"},
        {"=?utf-8?b?w6A=?= b", "à b"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mail_seen m = read_ok(str_of(arena_printf(&arena, HEAD "Subject: %s\r\n\r\nx\r\n", cases[i][0])));
        assert_string_equal(m.subject, cases[i][1]);
    }
}

static void test_parts(void **state)
{
    (void)state;
    struct mail_seen m = read_ok(str_of(
        HEAD "Subject: a\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n"
             "Content-Disposition: attachment; filename=a.txt\r\n\r\nan attachment\r\n--x\r\nContent-Type: text/html; "
             "charset=utf-8\r\n\r\n<html><style>p{}</style><script>alert('1<2')</script><p>Gav&#224; &amp; "
             "<b>Reus</b>&nbsp;cau<br>https://reus.example/</p></html>\r\n--x--\r\n"));
    assert_true(m.html);
    assert_string_equal(m.text, "Gavà & Reus cau\nhttps://reus.example/");
    m = read_ok(str_of(HEAD
                       "Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n"
                       "<p>html</p>\r\n--x\r\nContent-Type: text/plain\r\n\r\nplain\r\n--x--\r\n"));
    assert_string_equal(m.text, "plain");
    m = read_ok(str_of(HEAD "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n"));
    assert_string_equal(m.text, "");
}

static void test_html(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},
        {"<", " "},
        {"a<b", "a "},
        {"&", "&"},
        {"&;", "&;"},
        {"&#0;x", "&#0;x"},
        {"&#xD800;", "&#xD800;"},
        {"&#55296;x", "x"},
        {"&#128512;", "\xf0\x9f\x98\x80"},
        {"<style>x", " "},
        {"<script>a</script>b", "  b"},
        {"&#99999999;", "&#99999999;"},
        {"&lt", "&lt"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(mail_html_text(&arena, str_of(cases[i][0])), cases[i][1]);
}

static void test_lacking(void **state)
{
    (void)state;
    struct mail_seen a = read_ok(str_of("From: a@example.cat\nSubject: x\n\none\n"));
    struct mail_seen b = read_ok(str_of("From: a@example.cat\nSubject: x\n\ntwo\n"));
    assert_true(a.date == INSTANT_NONE);
    assert_int_equal(strlen(a.message_id), strlen("sha256:") + 64);
    assert_string_not_equal(a.message_id, b.message_id);
    static const char *const ids[] = {"<>", "<\x01\xa0@x>", "", "<\xa0\xa0\xa0"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        a = read_ok(str_of(arena_printf(&arena, "From: a@example.cat\nMessage-ID: %s\n\nx\n", ids[i])));
        assert_true(str_starts(str_of(a.message_id), "sha256:"));
    }
    static const char *const dates[] = {"yesterday", "Fri, 99 Nov 99999 99:99:99 +9999",
                                        "Thu, 01 Jan 1970 00:00:00 +0000", "", "Fri, 20 Nov 2226 09:12:00 +0100"};
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        a = read_ok(str_of(arena_printf(&arena, "From: a@example.cat\nDate: %s\n\nx\n", dates[i])));
        assert_true(a.date == INSTANT_NONE);
    }
}

/* `before`, then `unit` so many times, then `after`. */
static struct str repeated(struct buf *b, const char *before, const char *unit, size_t times, const char *after)
{
    buf_clear(b);
    buf_add_text(b, before);
    for (size_t i = 0; i < times; i++)
        buf_add_text(b, unit);
    buf_add_text(b, after);
    return buf_str(b);
}

static void test_hostile(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(64u << 20);
    assert_int_equal(read_fails(repeated(&b, HEAD "Subject: ", "aaaaaaaaaa", 1 << 20, "\r\n\r\nx")), ERR_LIMIT);
    assert_int_equal(read_fails(repeated(&b, HEAD, "X: y\r\n", 3000, "\r\nx")), ERR_LIMIT);
    assert_int_equal(read_fails(repeated(&b, HEAD "\r\n", "--x\r\n", 5000, "")), ERR_LIMIT);
    assert_int_equal(read_fails(repeated(&b, HEAD "\r\n", "0123456789", 3 << 20, "")), ERR_LIMIT);
    assert_int_equal(read_fails(repeated(&b, "", "Content-Type: message/rfc822\n\n", 100000, "x")), ERR_LIMIT);
    assert_int_equal(read_fails(str_of("")), ERR_FORMAT);
    (void)read_ok(repeated(&b, "Content-Type: message/rfc822\n\n", "Content-Type: message/rfc822\n\n", 3900, "x"));
    (void)read_ok(repeated(&b, HEAD "Content-Type: multipart/mixed; boundary=x\n\n",
                           "--x\nContent-Type: multipart/mixed; boundary=x\n\n", 1900, "--x\n\nx"));
    struct mail_seen m = read_ok(repeated(&b, HEAD "Subject: ", "a\xff\x1b[31m", 9000, "\r\n\r\nx"));
    assert_true(strlen(m.subject) <= LIMIT_SUBJECT_BYTES);
    assert_null(strchr(m.subject, '\x1b'));
    m = read_ok(repeated(&b, HEAD "\r\n", "0123456789", 100000, ""));
    assert_true(strlen(m.text) <= LIMIT_MAIL_TEXT_BYTES);
    static const char nul[] = HEAD "Subject: Be\0rga\r\n\r\nNo\0 respon\r\n";
    m = read_ok(str_part(nul, sizeof nul - 1));
    assert_true(m.date == MOMENT);
    /* Every beginning of a mail is read or refused. */
    static const char whole[] =
        HEAD "Content-Type: multipart/mixed; boundary=\"x\"\r\nSubject: =?utf-8?B?w6A=?=\r\n\r\n--x\r\n"
             "Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPGI+eDwvYj4=\r\n--x--\r\n";
    for (size_t n = 1; n < sizeof whole; n++) {
        struct err e = {0};
        assert_true(mail_read(str_part(whole, n), &arena, &m, &e) || e.code != ERR_NONE);
    }
    buf_release(&b);
}

/* ------------------------------------------------------------------ mailboxes */

static const char *put(const char *dir, const char *name, const char *content)
{
    struct err e = {0};
    const char *path = path_join(&arena, dir, name);
    if (!file_make_dirs(path_dir(&arena, path), &e) || !file_write(path, str_of(content), &e))
        fail_msg("%s", e.log);
    return path;
}

static bool gather(void *context, struct mailbox_mail *m)
{
    struct buf *b = context;
    buf_printf(b, "%zu%s[%.*s]", m->number, m->unread.code == ERR_NONE ? "" : "!", STR_ARG(m->bytes));
    return true;
}

static const char *all_of(const char *path, struct buf *b)
{
    struct err e = {0};
    buf_clear(b);
    if (!mailbox_each(path, mailbox_tell(path), gather, b, &e))
        fail_msg("%s", e.log);
    return buf_text(b);
}

static void test_mailboxes(void **state)
{
    (void)state;
    char dir[] = "/tmp/talaia-mailbox-XXXXXX";
    assert_non_null(mkdtemp(dir));
    struct buf b = BUF_INIT(1 << 20);
    static const struct {
        const char *name, *content;
        enum mailbox_kind kind;
    } files[] = {
        {"a.eml", "From: a@example.cat\r\nSubject: x\r\n\r\ny", MAILBOX_MESSAGE},
        {"b.csv", "ID;DESCRIPCIO\r\n1;Subject: x\r\n", MAILBOX_NONE},
        {"c.csv", "From: x;Date: y\nSubject\n", MAILBOX_NONE},
        {"d.txt", "Title: x\nColour: y\n\n", MAILBOX_NONE},
        {"e.mbox", "From a@example.cat Fri Nov 20\nFrom: a\nDate: x\n\ny\n", MAILBOX_MBOX},
        {"f.txt", "From here on nothing\nis a mail", MAILBOX_NONE},
        {"g", "", MAILBOX_NONE},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        assert_int_equal(mailbox_tell(put(dir, files[i].name, files[i].content)), files[i].kind);
    assert_int_equal(mailbox_tell("/nonexistent"), MAILBOX_NONE);
    assert_int_equal(mailbox_tell(dir), MAILBOX_NONE);
    const char *mbox =
        put(dir, "two", "From a\nFrom: a\nDate: 1\n\nx\nFrom inside\n\nFrom b\nFrom: b\nDate: 2\n\n>From y\n");
    assert_string_equal(all_of(mbox, &b), "1[From: a\nDate: 1\n\nx\nFrom inside\n\n]2[From: b\nDate: 2\n\n>From y\n]");
    put(dir, "box/cur/2.x:2,S", "two");
    put(dir, "box/cur/.hidden", "no");
    put(dir, "box/new/1.x", "one");
    assert_int_equal(mkdir(path_join(&arena, dir, "box/new/3.dir"), 0700), 0);
    assert_string_equal(all_of(path_join(&arena, dir, "box"), &b), "1[one]2[two]3![]");
    buf_release(&b);
}

static int end(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    static char dir[4096];
    const char *build = getenv("TALAIA_TEST_BUILD");
    snprintf(dir, sizeof dir, "%s/src/mail", build == NULL ? "." : build);
    module_init(dir);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_subjects_of_several_words),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_html),
        cmocka_unit_test(test_lacking),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_mailboxes),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}
