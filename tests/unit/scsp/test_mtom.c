/* Messages with attachments: what clients send, what nobody should. */
#include "scsp/mtom.h"

#include "../base/check.h"

#include <sodium.h>

#define TYPE "multipart/related; type=\"application/xop+xml\"; start=\"<root>\"; boundary=\"b\""
#define ROOT "Content-Type: application/xop+xml; charset=UTF-8; type=\"text/xml\"\r\nContent-ID: <root>\r\n\r\n"

static struct arena arena;

static const char *why_of(const char *type, const char *body, struct mtom *m)
{
    const char *why = "";
    *m = (struct mtom){0};
    return mtom_read(&arena, type, str_of(body), m, &why) ? "" : why;
}

static void test_what_is_sent(void **state)
{
    (void)state;
    struct mtom m;
    const char *body = "preamble\r\n--b  \r\n" ROOT "<a>1</a>\r\n--b\r\nContent-Type: text/plain\r\n"
                       "Content-Transfer-Encoding: base64\r\ncontent-id: <x@y>\r\n\r\naGVs\r\nbG8=\r\n--b\r\n"
                       "Content-ID: <z>\r\n\r\nline\r\n--bx\r\n \r\n--b--\r\nepilogue --b";
    assert_string_equal(why_of(TYPE, body, &m), "");
    assert_int_equal(m.count, 3);
    assert_true(m.root == &m.parts[0] && str_is(m.root->bytes, "<a>1</a>"));
    assert_string_equal(m.charset, "UTF-8");
    assert_true(str_is(m.parts[1].bytes, "hello") && str_is(m.parts[1].type, "text/plain"));
    assert_true(str_is(m.parts[2].bytes, "line\r\n--bx\r\n "));
    assert_ptr_equal(mtom_find(&m, str_of("cid:x%40y")), &m.parts[1]);
    assert_ptr_equal(mtom_find(&m, str_of("cid:x@y")), &m.parts[1]);
    assert_null(mtom_find(&m, str_of("cid:w")));
    assert_null(mtom_find(&m, str_of("http://a.example/")));
    assert_null(mtom_find(&m, str_of("cid:")));
    /* no start: the first; a boundary without quotes; an end without a line end; the root in second place */
    assert_string_equal(
        why_of("Multipart/Related;boundary=b", "--b\r\nContent-Type: text/xml\r\n\r\n<a/>\r\n--b--", &m), "");
    assert_true(m.root == &m.parts[0] && m.charset == NULL);
    assert_string_equal(why_of("multipart/related; boundary=b; start=root;",
                               "--b\r\nContent-ID: <z>\r\n\r\n\r\n--b\r\n" ROOT "<a/>\r\n--b--", &m),
                        "");
    assert_true(m.root == &m.parts[1] && m.parts[0].bytes.n == 0);
}

static void test_what_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *type, *body, *why;
    } cases[] = {
        {"text/xml", "<a/>", "not multipart/related"},
        {NULL, "<a/>", "not multipart/related"},
        {"multipart/related", "--b\r\n", "no boundary"},
        {"multipart/related; boundary=", "--b\r\n", "cannot be read"},
        {"multipart/related; boundary=\"b", "--b\r\n", "cannot be read"},
        {"multipart/related; boundary=b; boundary=c", "--b\r\n", "twice"},
        {"multipart/related; boundary=b; Boundary=b", "--b\r\n", "twice"},
        {"multipart/related; boundary=b x", "--b\r\n", "cannot be read"},
        {"multipart/related; boundary=\"b \"", "--b\r\n", "no boundary"},
        {"multipart/related; boundary=\"\xc3\xa9\"", "--b\r\n", "no boundary"},
        {"multipart/related; boundary=b; type=text/html", "--b\r\n", "neither"},
        {TYPE, "", "nowhere"},
        {TYPE, "x--b\r\n" ROOT "<a/>\r\n--b--", "start names"},
        {TYPE, "--b\n" ROOT "<a/>\r\n--b--", "start names"},
        {TYPE, "--b\r\n" ROOT "<a/>\r\n--b\r\n", "cut"},
        {TYPE, "--b\r\n" ROOT "<a/>--b--", "cut"},
        {TYPE, "--b\r\n" ROOT "<a/>\n--b--", "cut"},
        {TYPE, "--b--\r\n", "start names"},
        {"multipart/related; boundary=b", "--b--\r\n", "start names"},
        {TYPE, "--b\r\nContent-ID: <other>\r\nContent-Type: text/xml\r\n\r\n<a/>\r\n--b--", "start names"},
        {TYPE, "--b\r\nContent-ID: <root>\r\nContent-Type: text/html\r\n\r\n<a/>\r\n--b--", "neither"},
        {TYPE, "--b\r\nContent-ID: <root>\r\n\r\n<a/>\r\n--b--", "neither"},
        {TYPE, "--b\r\nContent-ID: <root>\r\nContent-Type: text/xml; x\r\n\r\n<a/>\r\n--b--", "cannot be read"},
        {TYPE, "--b\r\n" ROOT "<a/>\r\n--b\r\n" ROOT "<b/>\r\n--b--", "same Content-ID"},
        {TYPE, "--b\r\nContent-ID: <root>\r\nContent-Id: <x>\r\n\r\n\r\n--b--", "header line twice"},
        {TYPE, "--b\r\nContent-ID\r\n\r\n\r\n--b--", "no name"},
        {TYPE, "--b\r\nContent ID: x\r\n\r\n\r\n--b--", "no name"},
        {TYPE, "--b\r\n: x\r\n\r\n\r\n--b--", "no name"},
        {TYPE, "--b\r\nA: x\r\n y\r\n\r\n\r\n--b--", "folded"},
        {TYPE, "--b\r\nA: x\x01y\r\n\r\n\r\n--b--", "control"},
        {TYPE, "--b\r\nContent-ID: <root>", "cut"},
        {TYPE, "--b\r\nA: x\r\n--b--", "does not end"},
        {TYPE, "--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=41\r\n--b--", "encoded otherwise"},
        {TYPE, "--b\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJ\r\n--b--", "not the base64"},
        {TYPE, "--b\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD!\r\n--b--", "not the base64"},
        {TYPE, "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c--\r\n--b--", "multipart itself"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct mtom m;
        const char *why = why_of(cases[i].type, cases[i].body, &m);
        if (why[0] == '\0' || strstr(why, cases[i].why) == NULL)
            fail_msg("%zu: \"%s\"", i, why);
        assert_int_equal(m.count, 0);
    }
}

static void test_limits(void **state)
{
    (void)state;
    struct mtom m;
    struct buf many = BUF_INIT(LIMIT_MTOM_BYTES), heads = BUF_INIT(LIMIT_MTOM_BYTES);
    for (int i = 0; i <= LIMIT_MTOM_PARTS; i++)
        assert_true(buf_printf(&many, "--b\r\nContent-ID: <%d>\r\n\r\n\r\n", i));
    assert_true(buf_add_text(&many, "--b--"));
    assert_non_null(strstr(why_of(TYPE, buf_text(&many), &m), "too many parts"));
    assert_true(buf_add_text(&heads, "--b\r\n"));
    for (int i = 0; i <= LIMIT_MTOM_HEADERS; i++)
        assert_true(buf_printf(&heads, "A%d: x\r\n", i));
    assert_true(buf_add_text(&heads, "\r\n\r\n--b--"));
    assert_non_null(strstr(why_of(TYPE, buf_text(&heads), &m), "too many header lines"));
    buf_clear(&heads);
    assert_true(buf_printf(&heads, "--b\r\nA: %*s\r\n\r\n\r\n--b--", LIMIT_MTOM_LINE_BYTES, "x"));
    assert_non_null(strstr(why_of(TYPE, buf_text(&heads), &m), "too long"));
    const char *why = "";
    char *large = mem_alloc(LIMIT_MTOM_BYTES + 1, 1);
    assert_false(mtom_read(&arena, TYPE, str_part(large, LIMIT_MTOM_BYTES + 1), &m, &why));
    assert_non_null(strstr(why, "larger"));
    mem_free(large);
    buf_release(&many);
    buf_release(&heads);
}

static void test_expansion(void **state)
{
    (void)state;
    static const struct {
        const char *root, *expanded; /* expanded NULL: refused */
    } cases[] = {
        {"<a><xop:Include xmlns:xop=\"u\" href=\"cid:x%40y\"/></a>", "<a>aGVsbG8=</a>"},
        {"<a><i:Include href='cid:x@y'></i:Include>!</a>", "<a>aGVsbG8=!</a>"},
        {"<a><Include\nhref=\"cid:x@y\"\n/ ></a>", NULL},
        {"<a><Include href=\"cid:x@y\"> </Include></a>", "<a>aGVsbG8=</a>"},
        {"<a><Include href=\"cid:x@y\">x</Include></a>", NULL},
        {"<a><Include href=\"cid:nowhere\"/></a>", NULL},
        {"<a><Include href=\"cid:root\"/></a>", NULL},
        {"<a><Include href=\"http://a.example/\"/></a>", NULL},
        {"<a><Included href=\"cid:x@y\"/></a>", "<a><Included href=\"cid:x@y\"/></a>"},
        {"<a><Include/></a>", "<a><Include/></a>"},
        {"<a><Include href=cid:x", "<a><Include href=cid:x"},
        {"<", "<"},
        {"", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct mtom m;
        const char *why = "";
        struct buf text = BUF_INIT(1000);
        const char *body =
            arena_printf(&arena, "--b\r\n%s%s\r\n--b\r\nContent-ID: <x@y>\r\n\r\nhello\r\n--b--", ROOT, cases[i].root);
        assert_string_equal(why_of(TYPE, body, &m), "");
        bool good = mtom_expand(&arena, &m, &text, &why);
        if (good != (cases[i].expanded != NULL))
            fail_msg("%zu: %s%s", i, buf_text(&text), why);
        if (good)
            assert_string_equal(buf_text(&text), cases[i].expanded);
        buf_release(&text);
    }
    struct mtom m;
    struct buf small = BUF_INIT(6);
    const char *why = "";
    assert_string_equal(why_of(TYPE,
                               "--b\r\n" ROOT "<a><Include href=\"cid:x\"/></a>\r\n--b\r\nContent-ID: "
                               "<x>\r\n\r\nhello\r\n--b--",
                               &m),
                        "");
    assert_false(mtom_expand(&arena, &m, &small, &why));
    buf_release(&small);
}

static void test_both_ways(void **state)
{
    (void)state;
    struct err e = {.lang = LANG_EN};
    char boundary[MTOM_BOUNDARY_BYTES], other[MTOM_BOUNDARY_BYTES];
    struct buf text = BUF_INIT(LIMIT_MTOM_BYTES), small = BUF_INIT(100);
    static const char bytes[] = "\0\r\n--b\r\n\xff";
    const struct mtom_part parts[] = {{.id = str_of("f1@talaia.example"), .bytes = str_part(bytes, sizeof bytes - 1)},
                                      {.id = str_of("f2"), .type = str_of("application/pdf"), .bytes = str_of("")}};
    assert_string_not_equal(mtom_boundary(boundary), mtom_boundary(other));
    assert_true(mtom_write(&text, boundary, str_of("<a/>"), parts, 2, &e));
    struct mtom m = {0};
    const char *why = "";
    assert_true(mtom_read(&arena, mtom_type(&arena, boundary), buf_str(&text), &m, &why));
    assert_int_equal(m.count, 3);
    assert_true(str_is(m.root->bytes, "<a/>") && m.parts[2].bytes.n == 0);
    assert_true(str_equal(mtom_find(&m, str_of("cid:f1@talaia.example"))->bytes, parts[0].bytes));
    assert_false(mtom_write(&small, boundary, str_of("<a/>"), parts, 2, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    err_clear(&e);
    const struct mtom_part bad = {.id = str_of("a\r\nX: y")};
    assert_false(mtom_write(&text, boundary, str_of("<a/>"), &bad, 1, &e));
    assert_int_equal(e.code, ERR_VALUE);
    buf_release(&text);
    buf_release(&small);
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_what_is_sent), cmocka_unit_test(test_what_is_refused),
                                       cmocka_unit_test(test_limits), cmocka_unit_test(test_expansion),
                                       cmocka_unit_test(test_both_ways)};
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, teardown);
}
