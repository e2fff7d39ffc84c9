/* Mails in the shapes of the programs that people and servers use (tests/mails), read and judged with the words of the
 * profile that comes with Talaia. expected.tsv says of each: kind, what it says, ticket, recipients of a report ("!":
 * for good), new text ("|" for line ends). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/module.h"
#include "conf/profile_file.h"
#include "core/reply.h"
#include "mail/read.h"

#define LEAST_MAILS 60

static struct arena arena;
static struct profile_files files;
static const char *dir;

static const char *recipients_text(const struct reply *r)
{
    const char *text = "";
    for (size_t i = 0; i < r->recipient_count; i++)
        text = arena_printf(&arena, "%s%s%s%s", text, i > 0 ? "," : "", r->recipients[i].address,
                            r->recipients[i].for_good ? "!" : "");
    return text[0] == '\0' ? "-" : text;
}

static bool lines_same(const char *text, const char *wanted)
{
    char *flat = arena_strdup(&arena, text);
    for (char *p = flat; *p != '\0'; p++)
        *p = *p == '\n' ? '|' : *p;
    return strcmp(flat, wanted) == 0;
}

static bool in_thread(const struct mail_seen *m)
{
    for (size_t i = 0; i < m->references.count; i++) {
        if (strcmp(m->references.items[i], "warning-12-1.5f3a@talaia.example.org") == 0)
            return true;
    }
    return false;
}

/* 1 when the mail is not what the row says. */
static int row_wrong(const char *const f[6])
{
    static const char *const own_items[] = {"suport.padro@example.org"};
    const struct mail_lines own = {own_items, 1};
    struct err e = {0};
    struct buf bytes = BUF_INIT(LIMIT_MAIL_BYTES);
    struct mail_seen m;
    struct reply r;
    if (!file_read(path_join(&arena, dir, f[0]), &bytes, &e) || !mail_read(buf_str(&bytes), &arena, &m, &e))
        fail_msg("%s: %s", f[0], e.log);
    buf_release(&bytes);
    reply_judge(&arena, &files.profile, &m, &own, in_thread(&m), &r);
    const char *ticket = reply_ticket(&arena, m.subject, "ST");
    const char *now = arena_printf(&arena, "%s\t%s\t%s\t%s", reply_kind_code(r.kind), reply_says_code(r.says),
                                   ticket == NULL ? "-" : ticket, recipients_text(&r));
    const char *wanted = arena_printf(&arena, "%s\t%s\t%s\t%s", f[1], f[2], f[3], f[4]);
    bool text_wrong =
        f[5][0] != '\0' && f[5][0] != '?' && strncmp(f[5], "Benvolguts", 10) != 0 && !lines_same(r.text, f[5]);
    if (strcmp(now, wanted) == 0 && !text_wrong)
        return 0;
    print_error("%s\n   wanted %s\n   is     %s (%s)\n%s%s%s", f[0], wanted, now, r.word,
                text_wrong ? "   text   " : "", text_wrong ? r.text : "", text_wrong ? "\n" : "");
    return 1;
}

static void test_samples(void **state)
{
    (void)state;
    struct err e = {0};
    struct buf table = BUF_INIT(1u << 20);
    assert_true(file_read(path_join(&arena, dir, "expected.tsv"), &table, &e));
    struct str rest = buf_str(&table), line;
    int wrong = 0, mails = 0;
    while (str_split(&rest, '\n', &line) && line.n > 0) {
        const char *f[6] = {"", "", "", "", "", ""};
        struct str field;
        for (size_t i = 0; i < 6 && str_split(&line, '\t', &field); i++)
            f[i] = arena_text(&arena, field);
        wrong += row_wrong(f);
        mails++;
    }
    buf_release(&table);
    print_message("%d mails\n", mails);
    assert_true(mails >= LEAST_MAILS);
    assert_int_equal(wrong, 0);
}

static void test_report_fields(void **state)
{
    (void)state;
    struct err e = {0};
    struct buf bytes = BUF_INIT(LIMIT_MAIL_BYTES);
    struct mail_seen m;
    assert_true(file_read(path_join(&arena, dir, "postfix-two.eml"), &bytes, &e));
    assert_true(mail_read(buf_str(&bytes), &arena, &m, &e));
    buf_release(&bytes);
    assert_string_equal(m.report_type, "delivery-status");
    assert_true(m.null_sender);
    assert_int_equal(m.delivery_count, 2);
    assert_string_equal(m.deliveries[0].recipient, "joan.puig@berga.example");
    assert_string_equal(m.deliveries[0].action, "failed");
    assert_string_equal(m.deliveries[0].status, "5.1.1");
    assert_string_equal(m.deliveries[0].diagnostic, "550 user unknown");
    assert_string_equal(m.deliveries[1].action, "delayed");
    assert_string_equal(m.returned_id, "warning-12-1.5f3a@talaia.example.org");
    assert_string_equal(m.returned_talaia_id, "warning-12-1");
    assert_int_equal(m.returned_to.count, 1);
}

static void test_bounds(void **state)
{
    (void)state;
    struct err e = {0};
    struct buf bytes = BUF_INIT(LIMIT_MAIL_BYTES);
    struct mail_seen m;
    assert_true(file_read(path_join(&arena, dir, "endless-references.eml"), &bytes, &e));
    assert_true(mail_read(buf_str(&bytes), &arena, &m, &e));
    assert_int_equal(m.references.count, LIMIT_MAIL_LINES);
    buf_clear(&bytes);
    buf_add_text(&bytes, "From: a@b.example\nSubject: x\nContent-Type: multipart/report; report-type=delivery-status; "
                         "boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n");
    for (int i = 0; i < 2 * LIMIT_MAIL_DELIVERIES; i++)
        buf_printf(&bytes, "Final-Recipient: rfc822; a%d@b.example\nAction: failed\nStatus: 5.1.1\n\n", i);
    buf_add_text(&bytes, "--b--\n");
    assert_true(mail_read(buf_str(&bytes), &arena, &m, &e));
    assert_int_equal(m.delivery_count, LIMIT_MAIL_DELIVERIES);
    buf_release(&bytes);
}

static int set_up(void **state)
{
    (void)state;
    const char *root = getenv("TALAIA_TEST_SOURCE");
    struct err e = {0};
    dir = path_join(&arena, root, "tests/mails");
    const char *path = path_join(&arena, root, "share/profile/aoc/profile.yaml");
    struct buf text = BUF_INIT(LIMIT_CONFIG_BYTES);
    bool good = file_read(path, &text, &e) && profile_load_text(&arena, buf_str(&text), path, "aoc", &files, NULL, &e);
    if (!good)
        print_error("%s\n", e.log);
    buf_release(&text);
    return good ? 0 : -1;
}

int main(void)
{
    static char modules[4096];
    const char *build = getenv("TALAIA_TEST_BUILD");
    snprintf(modules, sizeof modules, "%s/src/mail", build == NULL ? "." : build);
    module_init(modules);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_report_fields),
        cmocka_unit_test(test_bounds),
    };
    int failed = cmocka_run_group_tests(tests, set_up, NULL);
    arena_release(&arena);
    return failed;
}
