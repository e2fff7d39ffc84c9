/* The leaves of a mail that we composed say what was put in; broken bytes give an error and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mail/compose.h"
#include "mail/pieces.h"

static const struct address someone[] = {{"Secretaria", "secretaria@odena.example"}};
static const char words[] = "Bon dia,\n\nÒdena té 3 avisos = tots.\n.\nFrom here on\n"
                            "Una línia que és més llarga que les que caben en una de les del correu, i encara més.\n";
static const char page[] =
    "<!doctype html>\n<p title=\"a=b\">Òdena &lt;b&gt; <img src=\"cid:ok.1@talaia\" alt=\"\"></p>\n";
static char image[3000], book[70000];

static struct mail_message message(void)
{
    static const struct mail_part picture = {"ok.png", "image/png", "ok.1@talaia", {image, sizeof image}};
    static const struct mail_part sheet = {
        "ResumAjuntaments.xlsx", "application/octet-stream", NULL, {book, sizeof book}};
    for (size_t i = 0; i < sizeof image; i++)
        image[i] = (char)(i * 7);
    for (size_t i = 0; i < sizeof book; i++)
        book[i] = (char)(i * i);
    return (struct mail_message){
        .from = {"Suport", "suport@example.cat"},
        .to = someone,
        .to_count = 1,
        .subject = "AOC_Suport_PADRO",
        .date = (instant_t)1795162320 * INSTANT_PER_SECOND,
        .message_id = "friday.7@talaia.example",
        .talaia_id = "friday",
        .text = str_of(words),
        .html = str_of(page),
        .inline_parts = &picture,
        .inline_count = 1,
        .attachments = &sheet,
        .attachment_count = 1,
    };
}

static void check(const struct mail_piece *p, const char *type, const char *name, const char *cid, struct str says)
{
    struct buf b = BUF_INIT(LIMIT_MAIL_BYTES);
    struct err e = {0};
    assert_string_equal(p->type, type);
    assert_string_equal(p->name, name);
    assert_string_equal(p->cid, cid);
    if (!mail_piece_decode(p, &b, &e))
        fail_msg("%s", e.log);
    assert_int_equal(b.n, says.n);
    assert_memory_equal(b.p, says.p, says.n);
    buf_release(&b);
}

static void what_was_put_in_comes_out(void **state)
{
    struct buf bytes = BUF_INIT(LIMIT_MAIL_BYTES);
    struct arena a = {0};
    struct err e = {0};
    struct mail_piece *pieces;
    size_t count;
    const struct mail_message m = message();
    (void)state;
    if (!mail_compose(&m, &bytes, &e) || !mail_pieces(buf_str(&bytes), &a, &pieces, &count, &e))
        fail_msg("%s", e.log);
    assert_int_equal(count, 4);
    check(&pieces[0], "text/plain", "", "", str_of(words));
    check(&pieces[1], "text/html", "", "", str_of(page));
    check(&pieces[2], "image/png", "ok.png", "ok.1@talaia", str_part(image, sizeof image));
    check(&pieces[3], "application/octet-stream", "ResumAjuntaments.xlsx", "", str_part(book, sizeof book));
    arena_release(&a);
    buf_release(&bytes);
}

static void a_mail_without_parts_is_one_piece(void **state)
{
    struct buf bytes = BUF_INIT(LIMIT_MAIL_BYTES);
    struct arena a = {0};
    struct err e = {0};
    struct mail_piece *pieces;
    size_t count;
    struct mail_message m = message();
    (void)state;
    m.html = (struct str){0};
    m.inline_count = m.attachment_count = 0;
    if (!mail_compose(&m, &bytes, &e) || !mail_pieces(buf_str(&bytes), &a, &pieces, &count, &e))
        fail_msg("%s", e.log);
    assert_int_equal(count, 1);
    check(&pieces[0], "text/plain", "", "", str_of(words));
    arena_release(&a);
    buf_release(&bytes);
}

/* Cut at every place, and with each byte of the structure changed: an answer or an error, never a read beyond. */
static void broken_bytes(void **state)
{
    struct buf bytes = BUF_INIT(LIMIT_MAIL_BYTES);
    struct err e = {0};
    struct mail_message m = message();
    (void)state;
    m.attachment_count = 0;
    if (!mail_compose(&m, &bytes, &e))
        fail_msg("%s", e.log);
    for (size_t n = 0; n < bytes.n; n++) {
        for (int how = 0; how < 2; how++) {
            struct arena a = {0};
            struct mail_piece *pieces;
            size_t count = 0, size = how == 0 ? n : bytes.n;
            char *copy = mem_alloc(size + 1, 1); /* of that very size: what reads beyond is found by the sanitizers */
            memcpy(copy, bytes.p, size);
            if (how == 1)
                copy[n] = copy[n] == '=' ? '\n' : '=';
            struct err why = {0};
            bool ok = mail_pieces(str_part(copy, size), &a, &pieces, &count, &why);
            for (size_t i = 0; ok && i < count; i++) {
                struct buf to = BUF_INIT(LIMIT_MAIL_BYTES);
                struct err never = {0};
                (void)mail_piece_decode(&pieces[i], &to, &never);
                buf_release(&to);
            }
            assert_true(ok || why.code == ERR_FORMAT || why.code == ERR_LIMIT);
            assert_true(how == 1 || n + 2 >= bytes.n || !ok); /* one that is cut is not taken for whole */
            mem_free(copy);
            arena_release(&a);
        }
    }
    buf_release(&bytes);
}

static void too_many_parts(void **state)
{
    struct buf bytes = BUF_INIT(1 << 20);
    struct arena a = {0};
    struct mail_piece *pieces;
    size_t count;
    (void)state;
    struct err e = {0};
    buf_add_text(&bytes, "Content-Type: multipart/mixed; boundary=x\n\n");
    for (int i = 0; i < 100; i++)
        buf_add_text(&bytes, "--x\n\na\n");
    buf_add_text(&bytes, "--x--\n");
    assert_false(mail_pieces(buf_str(&bytes), &a, &pieces, &count, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    buf_clear(&bytes);
    for (int i = 0; i < 100; i++)
        buf_printf(&bytes, "Content-Type: multipart/mixed; boundary=\"x%d\"\n\n--x%d\n", i, i);
    for (int i = 99; i >= 0; i--)
        buf_printf(&bytes, "--x%d--\n", i);
    struct err deep = {0};
    assert_false(mail_pieces(buf_str(&bytes), &a, &pieces, &count, &deep));
    assert_int_equal(deep.code, ERR_LIMIT);
    buf_release(&bytes);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_in_comes_out),
        cmocka_unit_test(a_mail_without_parts_is_one_piece),
        cmocka_unit_test(broken_bytes),
        cmocka_unit_test(too_many_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
