#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "draw/html.h"

#define PAGE_MAX 4096

/* Escapes one text as content and compares. */
static void expect_text(const char *text, size_t n, const char *html)
{
    struct buf b = BUF_INIT(PAGE_MAX);
    assert_true(html_escape(&b, str_part(text, n)));
    assert_string_equal(buf_text(&b), html);
    buf_release(&b);
}

static void test_text_is_escaped(void **state)
{
    (void)state;
    static const struct {
        const char *text, *html;
    } rows[] = {
        {"", ""},
        {"Ajuntament de l'Hospitalet", "Ajuntament de l&#39;Hospitalet"},
        {"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
        {"a & b \" c", "a &amp; b &quot; c"},
        {"&lt;", "&amp;lt;"},
        {"=cmd|' /C calc'!A0", "=cmd|&#39; /C calc&#39;!A0"},
        {"Passarel·la ● ▲", "Passarel·la ● ▲"},
        {"abc\xe2\x80\xae"
         "fdp.exe",
         "abcfdp.exe"},                     /* U+202E right-to-left override */
        {"\xe2\x81\xa6x\xe2\x81\xa9", "x"}, /* isolates */
        {"a\x01"
         "b\x7f"
         "c\xc2\x85",
         "a\xef\xbf\xbd"
         "b\xef\xbf\xbd"
         "c\xef\xbf\xbd"},
        {"line\nnext\ttab", "line\nnext\ttab"},
        {"bad\xff\xc3", "bad\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xc0\xbcscript", "\xef\xbf\xbd\xef\xbf\xbdscript"}, /* overlong '<' */
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_text(rows[i].text, strlen(rows[i].text), rows[i].html);
    expect_text("a\0b", 3,
                "a\xef\xbf\xbd"
                "b");
}

static void test_elements_nest_and_close(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(PAGE_MAX);
    struct html h = HTML_INIT(&b);
    struct err e = {0};
    html_open(&h, "p");
    html_attr(&h, "title", "\"><script>");
    html_attr(&h, "hidden", NULL);
    html_attr_int(&h, "colspan", 3);
    html_text(&h, "a < b");
    html_open(&h, "img");
    html_attr(&h, "alt", "x");
    html_open(&h, "b");
    html_close(&h);
    html_raw(&h, "<i>raw</i>");
    html_text_lines(&h, "one\ntwo");
    html_close(&h);
    assert_true(html_end(&h, &e));
    assert_string_equal(buf_text(&b), "<p title=\"&quot;&gt;&lt;script&gt;\" hidden colspan=\"3\">a &lt; b<img "
                                      "alt=\"x\"><b></b><i>raw</i>one<br>two</p>");
    buf_release(&b);
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool good;
    } rows[] = {
        {"https://example.cat/a?b=c", true},
        {"http://example.cat", true},
        {"mailto:a@example.cat", true},
        {"cid:ok.1@talaia", true},
        {"#top", true},
        {"/ens/3", true},
        {"ens?filter=a:b", true},
        {"javascript:alert(1)", false},
        {"JaVaScRiPt:alert(1)", false},
        {" javascript:alert(1)", false},
        {"java\nscript:alert(1)", false},
        {"data:text/html,x", false},
        {"//evil.example/x", false},
        {"\\\\evil.example", false},
        {"vbscript:x", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf b = BUF_INIT(PAGE_MAX);
        struct html h = HTML_INIT(&b);
        struct err e = {0};
        html_open(&h, "a");
        html_attr_url(&h, "href", rows[i].url);
        html_close(&h);
        assert_true(html_end(&h, &e));
        if (rows[i].good)
            assert_null(strstr(buf_text(&b), "\"#\""));
        else
            assert_string_equal(buf_text(&b), "<a href=\"#\"></a>");
        buf_release(&b);
    }
}

static void test_styles_take_tokens(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(PAGE_MAX);
    struct html h = HTML_INIT(&b);
    struct err e = {0};
    html_open(&h, "p");
    html_style(&h, "color:$ink;background:$soon-bg;border-color:$soon");
    html_close(&h);
    assert_true(html_end(&h, &e));
    assert_string_equal(buf_text(&b), "<p style=\"color:#1d2327;background:#fbf0d6;border-color:#8a5a00\"></p>");
    buf_release(&b);
}

static void misuse_nesting(struct html *h)
{
    html_open(h, "p");
}
static void misuse_close(struct html *h)
{
    html_close(h);
}
static void misuse_attribute(struct html *h)
{
    html_open(h, "p");
    html_text(h, "x");
    html_attr(h, "class", "late");
    html_close(h);
}
static void misuse_colour(struct html *h)
{
    html_open(h, "p");
    html_style(h, "color:$nothing");
    html_close(h);
}
static void misuse_depth(struct html *h)
{
    for (int i = 0; i < HTML_DEPTH_MAX + 3; i++)
        html_open(h, "div");
    for (int i = 0; i < HTML_DEPTH_MAX; i++)
        html_close(h);
}

static void test_misuse_is_told(void **state)
{
    (void)state;
    static void (*const misuses[])(struct html *) = {misuse_nesting, misuse_close, misuse_attribute, misuse_colour,
                                                     misuse_depth};
    for (size_t i = 0; i < sizeof misuses / sizeof *misuses; i++) {
        struct buf b = BUF_INIT(PAGE_MAX);
        struct html h = HTML_INIT(&b);
        struct err e = {0};
        misuses[i](&h);
        assert_false(html_end(&h, &e));
        assert_int_equal(e.code, ERR_INTERNAL);
        buf_release(&b);
    }
}

static void test_full_buffer_is_told(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(16);
    struct html h = HTML_INIT(&b);
    struct err e = {0};
    html_element(&h, "p", "much more than sixteen bytes");
    assert_false(html_end(&h, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_escaped), cmocka_unit_test(test_elements_nest_and_close),
        cmocka_unit_test(test_addresses),       cmocka_unit_test(test_styles_take_tokens),
        cmocka_unit_test(test_misuse_is_told),  cmocka_unit_test(test_full_buffer_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
