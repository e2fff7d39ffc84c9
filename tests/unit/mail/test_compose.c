#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/module.h"
#include "core/identity.h"
#include "mail/compose.h"

#define MOMENT ((instant_t)1795162320 * INSTANT_PER_SECOND) /* 2026-11-20T08:12:00Z */

static const struct address someone[] = {{"Secretaria de l'Ajuntament d'Òdena, \"SAC\"", "secretaria@odena.example"}};
static const struct mail_part picture = {"taula ok.png", "image/png", "ok.1@talaia", {"\x89PNG\r\n\x1a\n....", 12}};
static const struct mail_part book = {
    "Resum d'ajuntaments – novembre.xlsx", "application/octet-stream", NULL, {"PK\0\1", 4}};

static struct mail_message simple(void)
{
    return (struct mail_message){
        .from = {"Suport PADRÓ", "suport@example.cat"},
        .to = someone,
        .to_count = 1,
        .subject = "PRO - PADRO - Òdena - CDS[04/12/2026] - [ST-3]",
        .date = MOMENT,
        .message_id = "warning-3.7@talaia.example",
        .talaia_id = "warning-3",
        .text = str_of("Bon dia,\n\nEl certificat caduca el\n04/12/2026\n.\nFrom here on\n"),
    };
}

static bool compose(const struct mail_message *m, struct buf *b, struct err *e)
{
    buf_clear(b);
    return mail_compose(m, b, e);
}

static bool has(const struct buf *b, const char *what)
{
    return strstr(buf_text(b), what) != NULL;
}

static void test_plain(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(LIMIT_MAIL_BYTES);
    struct err e = {0};
    struct mail_message m = simple();
    if (!compose(&m, &b, &e))
        fail_msg("%s", e.log);
    assert_true(has(&b, "\r\nDate: Fri, 20 Nov 2026 09:12:00 +0100\r\n"));
    assert_true(has(&b, "\r\nMessage-Id: <warning-3.7@talaia.example>\r\n"));
    assert_true(has(&b, "\r\nX-Talaia-Id: warning-3\r\n"));
    assert_true(has(&b, "\r\nMIME-Version: 1.0\r\n"));
    assert_true(has(&b, "Content-Type: text/plain; charset=utf-8\r\n"));
    assert_true(has(&b, "\r\n\r\nBon dia,\r\n\r\nEl certificat caduca el\r\n04/12/2026\r\n"));
    assert_false(has(&b, "multipart"));
    assert_false(has(&b, "\xc3")); /* nothing but ASCII on the wire */
    buf_release(&b);
}

static void test_summer_offset(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(LIMIT_MAIL_BYTES);
    struct err e = {0};
    struct mail_message m = simple();
    m.date = (instant_t)1784880000 * INSTANT_PER_SECOND; /* 2026-07-24T08:00:00Z */
    assert_true(compose(&m, &b, &e));
    assert_true(has(&b, "\r\nDate: Fri, 24 Jul 2026 10:00:00 +0200\r\n"));
    buf_release(&b);
}

static void test_every_part(void **state)
{
    (void)state;
    static const char *const references[] = {"a@talaia.example", "b@talaia.example"};
    static const struct mail_header extra[] = {{"X-Talaia-Kind", "avís"}, {"Auto-Submitted", "auto-generated"}};
    struct buf b = BUF_INIT(LIMIT_MAIL_BYTES), again = BUF_INIT(LIMIT_MAIL_BYTES);
    struct err e = {0};
    struct mail_message m = simple();
    m.html = str_of("<p>Bon dia<img src=\"cid:ok.1@talaia\"></p>");
    m.inline_parts = &picture;
    m.inline_count = 1;
    m.attachments = &book;
    m.attachment_count = 1;
    m.reply_to = "resposta@example.cat";
    m.in_reply_to = "b@talaia.example";
    m.references = references;
    m.reference_count = 2;
    m.extra = extra;
    m.extra_count = 2;
    m.language = "ca";
    m.bcc = someone;
    m.bcc_count = 1;
    if (!compose(&m, &b, &e))
        fail_msg("%s", e.log);
    assert_true(has(&b, "Content-Type: multipart/mixed; boundary=\"=_talaia-mixed-"));
    assert_true(has(&b, "Content-Type: multipart/related;"));
    assert_true(has(&b, "type=\"text/html\""));
    assert_true(has(&b, "Content-Id: <ok.1@talaia>\r\n"));
    assert_true(has(&b, "Content-Disposition: inline; filename=\"taula ok.png\"\r\n"));
    assert_true(has(&b, "filename*=UTF-8''Resum%20d%27ajuntaments%20%E2%80%93%20novembre.xlsx") ||
                has(&b, "filename*0*=UTF-8''Resum"));
    assert_true(has(&b, "\r\nReply-To: resposta@example.cat\r\n"));
    assert_true(has(&b, "\r\nIn-Reply-To: <b@talaia.example>\r\n"));
    assert_true(has(&b, "\r\nReferences: <a@talaia.example> <b@talaia.example>\r\n"));
    assert_true(has(&b, "\r\nAuto-Submitted: auto-generated\r\n"));
    assert_true(has(&b, "\r\nX-Talaia-Kind: =?UTF-8?"));
    assert_false(has(&b, "Bcc"));
    assert_true(mail_compose(&m, &again, &e));
    assert_int_equal(b.n, again.n);
    assert_memory_equal(b.p, again.p, b.n);
    buf_clear(&again);
    m.talaia_id = "warning-4";
    assert_true(mail_compose(&m, &again, &e));
    assert_int_not_equal(memcmp(b.p, again.p, b.n < again.n ? b.n : again.n), 0); /* another seed, other boundaries */
    buf_release(&b);
    buf_release(&again);
}

static void test_crlf_text_gives_the_same(void **state)
{
    (void)state;
    struct buf a = BUF_INIT(LIMIT_MAIL_BYTES), b = BUF_INIT(LIMIT_MAIL_BYTES);
    struct err e = {0};
    struct mail_message m = simple();
    m.text = str_of("one\ntwo\n");
    assert_true(compose(&m, &a, &e));
    m.text = str_of("one\r\ntwo");
    assert_true(compose(&m, &b, &e));
    assert_string_equal(buf_text(&a), buf_text(&b));
    buf_release(&a);
    buf_release(&b);
}

static void test_long_lines_are_folded(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(LIMIT_MAIL_BYTES), text = BUF_INIT(LIMIT_MAIL_BYTES);
    struct err e = {0};
    struct mail_message m = simple();
    for (int i = 0; i < 5000; i++)
        buf_add_text(&text, "molt llarg ");
    m.text = buf_str(&text);
    m.html = buf_str(&text);
    assert_true(compose(&m, &b, &e));
    struct str rest = buf_str(&b), line;
    while (str_split(&rest, '\n', &line)) {
        assert_true(line.n <= 999);
        assert_true(line.n == 0 || line.p[line.n - 1] == '\r');
    }
    buf_release(&b);
    buf_release(&text);
}

/* Each changes one thing of a good message into something that must be refused. */
static void bad_subject_lf(struct mail_message *m)
{
    m->subject = "x\nBcc: all@example.cat";
}
static void bad_subject_cr(struct mail_message *m)
{
    m->subject = "x\rBcc: all@example.cat";
}
static void bad_subject_bidi(struct mail_message *m)
{
    m->subject = "x\xe2\x80\xae"
                 "y";
}
static void bad_subject_utf8(struct mail_message *m)
{
    m->subject = "x\xff";
}
static void bad_subject_separator(struct mail_message *m)
{
    m->subject = "x\xe2\x80\xa8"
                 "y";
}
static void bad_name(struct mail_message *m)
{
    m->from.name = "x\r\nTo: all@example.cat";
}
static void bad_from(struct mail_message *m)
{
    m->from.email = "nobody";
}
static void bad_from_null(struct mail_message *m)
{
    m->from.email = NULL;
}
static void bad_to(struct mail_message *m)
{
    static const struct address list[] = {{"x", "a@b.example>, <all@example.cat"}};
    m->to = list;
}
static void bad_cc_name(struct mail_message *m)
{
    static const struct address list[] = {{"x\ny", "a@b.example"}};
    m->cc = list;
    m->cc_count = 1;
}
static void bad_nobody(struct mail_message *m)
{
    m->to_count = 0;
}
static void bad_reply_to(struct mail_message *m)
{
    m->reply_to = "a@b.example\n";
}
static void bad_message_id(struct mail_message *m)
{
    m->message_id = "<x@y>";
}
static void bad_message_id_space(struct mail_message *m)
{
    m->message_id = "x y@z";
}
static void bad_talaia_id(struct mail_message *m)
{
    m->talaia_id = "a\nb";
}
static void bad_in_reply_to(struct mail_message *m)
{
    m->in_reply_to = "x";
}
static void bad_reference(struct mail_message *m)
{
    static const char *const list[] = {"a@b.example\r\nX: y"};
    m->references = list;
    m->reference_count = 1;
}
static void bad_extra_value(struct mail_message *m)
{
    static const struct mail_header list[] = {{"X-A", "b\r\nX-C: d"}};
    m->extra = list;
    m->extra_count = 1;
}
static void bad_extra_name(struct mail_message *m)
{
    static const struct mail_header list[] = {{"X-A: b\r\nX-C", "d"}};
    m->extra = list;
    m->extra_count = 1;
}
static void bad_extra_ours(struct mail_message *m)
{
    static const struct mail_header list[] = {{"BCC", "a@b.example"}};
    m->extra = list;
    m->extra_count = 1;
}
static void bad_file_name(struct mail_message *m)
{
    static const struct mail_part part = {"a\r\nX: y", "text/plain", NULL, {"x", 1}};
    m->attachments = &part;
    m->attachment_count = 1;
}
static void bad_file_path(struct mail_message *m)
{
    static const struct mail_part part = {"../../etc/passwd", "text/plain", NULL, {"x", 1}};
    m->attachments = &part;
    m->attachment_count = 1;
}
static void bad_type(struct mail_message *m)
{
    static const struct mail_part part = {"a", "text", NULL, {"x", 1}};
    m->attachments = &part;
    m->attachment_count = 1;
}
static void bad_cid_unused(struct mail_message *m)
{
    m->html = str_of("<p>no picture</p>");
    m->inline_parts = &picture;
    m->inline_count = 1;
}
static void bad_text(struct mail_message *m)
{
    m->text = str_part("a\0b", 3);
}
static void bad_text_utf8(struct mail_message *m)
{
    m->text = str_of("a\xff");
}
static void bad_language(struct mail_message *m)
{
    m->language = "ca\nX: y";
}

static void test_refusals(void **state)
{
    (void)state;
    static void (*const spoil[])(struct mail_message *) = {
        bad_subject_lf,
        bad_subject_cr,
        bad_subject_bidi,
        bad_subject_utf8,
        bad_subject_separator,
        bad_name,
        bad_from,
        bad_from_null,
        bad_to,
        bad_cc_name,
        bad_nobody,
        bad_reply_to,
        bad_message_id,
        bad_message_id_space,
        bad_talaia_id,
        bad_in_reply_to,
        bad_reference,
        bad_extra_value,
        bad_extra_name,
        bad_extra_ours,
        bad_file_name,
        bad_file_path,
        bad_type,
        bad_cid_unused,
        bad_text,
        bad_text_utf8,
        bad_language,
    };
    for (size_t i = 0; i < sizeof spoil / sizeof *spoil; i++) {
        struct buf b = BUF_INIT(LIMIT_MAIL_BYTES);
        struct err e = {0};
        struct mail_message m = simple();
        spoil[i](&m);
        if (mail_compose(&m, &b, &e))
            fail_msg("message %zu was accepted:\n%s", i, buf_text(&b));
        assert_int_equal(e.code, ERR_VALUE);
        assert_int_equal(b.n, 0);
        assert_null(strchr(e.text, '\n'));
        buf_release(&b);
    }
}

static void test_too_large(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(300);
    struct err e = {0};
    struct mail_message m = simple();
    assert_false(mail_compose(&m, &b, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_int_equal(b.n, 0);
    buf_release(&b);
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *email;
        bool good;
    } rows[] = {
        {"a@b.example", true},
        {"serveis.tic+padro@ajuntament.example", true},
        {"a@localhost", true},
        {"", false},
        {"a", false},
        {"@b", false},
        {"a@", false},
        {"a b@c.example", false},
        {"a@b@c.example", false},
        {"<a@b.example>", false},
        {"a@b.example,c@d.example", false},
        {"à@b.example", false},
        {"a..b@c.example", false},
        {"a@.example", false},
        {"a@b.example.", false},
        {"a\n@b.example", false},
        {"\"a\"@b.example", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (email_ok(str_of(rows[i].email)) != rows[i].good)
            fail_msg("%s", rows[i].email);
}

int main(void)
{
    struct arena a = {0};
    const char *build = getenv("TALAIA_TEST_BUILD");
    module_init(arena_printf(&a, "%s/src/mail", build == NULL ? "." : build));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_summer_offset),
        cmocka_unit_test(test_every_part),
        cmocka_unit_test(test_crlf_text_gives_the_same),
        cmocka_unit_test(test_long_lines_are_folded),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_addresses),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&a);
    return failed;
}
