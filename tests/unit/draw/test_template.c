#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "draw/template.h"

static const struct template_value values[] = {
    {.name = "name", .value = "Ajuntament del Prat de Llobregat"},
    {.name = "date", .value = "20/11/2026"},
    {.name = "evil", .value = "**x** {date} [a](https://evil.example) <script>alert(1)</script>"},
    {.name = "lines", .value = "one\ntwo"},
    {.name = "url", .value = "https://example.cat/a?b=1&c=2"},
    {.name = "bad_url", .value = "javascript:alert(1)"},
    {.name = "empty", .value = NULL},
    {.name = "header", .value = "one\r\nBcc: everybody@example.cat"},
    {.name = "table", .slot = true},
};
#define VALUE_COUNT (sizeof values / sizeof *values)

static bool table_html(const char *name, void *context, struct html *h, struct err *e)
{
    (void)context;
    (void)e;
    html_element(h, "table", name);
    return true;
}
static bool table_text(const char *name, void *context, struct buf *to, struct err *e)
{
    (void)e;
    if (context == NULL)
        buf_printf(to, "[%s]\n", name);
    return true;
}

struct row {
    const char *source, *html, *text;
};

static void expect(const struct row *row)
{
    struct arena a = {0};
    struct err e = {0};
    struct template t;
    if (!template_read(&a, str_of(row->source), "m.txt", values, VALUE_COUNT, &t, &e))
        fail_msg("%s: %s", row->source, e.log);
    struct buf b = BUF_INIT(8192);
    struct html h = HTML_INIT(&b);
    assert_true(template_html(&t, false, table_html, NULL, &h, &e));
    assert_true(html_end(&h, &e));
    assert_string_equal(buf_text(&b), row->html);
    buf_clear(&b);
    assert_true(template_text(&t, 40, table_text, NULL, &b, &e));
    assert_string_equal(buf_text(&b), row->text);
    buf_release(&b);
    arena_release(&a);
}

static void test_marks(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"", "", ""},
        {"Bon dia,\n\nAdéu", "<p>Bon dia,</p><p>Adéu</p>", "Bon dia,\n\nAdéu\n"},
        {"Bon dia,\r\n\r\nAdéu\r\n", "<p>Bon dia,</p><p>Adéu</p>", "Bon dia,\n\nAdéu\n"},
        {"\xef\xbb\xbf"
         "a",
         "<p>a</p>", "a\n"},
        {"#! a remark\na\n#! another\nb", "<p>a<br>b</p>", "a\nb\n"},
        {"caduca el\n**{date}**", "<p>caduca el<br><strong>20/11/2026</strong></p>", "caduca el\n20/11/2026\n"},
        {"## Un títol\nText", "<h2>Un títol</h2><p>Text</p>", "Un títol\n--------\n\nText\n"},
        {"- un\n- **dos**\n  i mig\n\nfi", "<ul><li>un</li><li><strong>dos</strong><br>i mig</li></ul><p>fi</p>",
         "- un\n- dos\n  i mig\n\nfi\n"},
        {"Mira [la guia](https://example.cat/x).", "<p>Mira <a href=\"https://example.cat/x\">la guia</a>.</p>",
         "Mira la guia (https://example.cat/x).\n"},
        {"[{name}]({url})", "<p><a href=\"https://example.cat/a?b=1&amp;c=2\">Ajuntament del Prat de Llobregat</a></p>",
         "Ajuntament del Prat de Llobregat\n(https://example.cat/a?b=1&c=2)\n"},
        {"[fitxa](https://example.cat/?q={name})",
         "<p><a href=\"https://example.cat/?q=Ajuntament%20del%20Prat%20de%20Llobregat\">fitxa</a></p>",
         "fitxa\n(https://example.cat/?q=Ajuntament%20del%20Prat%20de%20Llobregat)\n"},
        {"[ajuda@example.cat](mailto:ajuda@example.cat)",
         "<p><a href=\"mailto:ajuda@example.cat\">ajuda@example.cat</a></p>", "ajuda@example.cat\n"},
        {"CDS[20/11/2026] - [ST-3]", "<p>CDS[20/11/2026] - [ST-3]</p>", "CDS[20/11/2026] - [ST-3]\n"},
        {"{{no}} \\*\\* a * b", "<p>{no} ** a * b</p>", "{no} ** a * b\n"},
        {"{lines}", "<p>one<br>two</p>", "one\ntwo\n"},
        {"a {empty}b", "<p>a b</p>", "a b\n"},
        {"a\n{table}\nb", "<p>a</p><table>table</table><p>b</p>", "a\n\n[table]\n\nb\n"},
        {"{evil}", "<p>**x** {date} [a](https://evil.example) &lt;script&gt;alert(1)&lt;/script&gt;</p>",
         "**x** {date} [a](https://evil.example)\n<script>alert(1)</script>\n"},
        {"**{evil}**",
         "<p><strong>**x** {date} [a](https://evil.example) &lt;script&gt;alert(1)&lt;/script&gt;</strong></p>",
         "**x** {date} [a](https://evil.example)\n<script>alert(1)</script>\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect(&rows[i]);
}

static void test_subject(void **state)
{
    (void)state;
    static const struct {
        const char *source, *subject;
    } rows[] = {
        {"Subject: PRO - {name} - [{date}]\n\nBon dia", "PRO - Ajuntament del Prat de Llobregat - [20/11/2026]"},
        {"\n#! remark\nAssumpte: **Un**  avís\nBon dia", "Un avís"},
        {"asunto: {header}", "one Bcc: everybody@example.cat"},
        {"Bon dia\nSubject: no", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena a = {0};
        struct err e = {0};
        struct template t;
        assert_true(template_read(&a, str_of(rows[i].source), "m.txt", values, VALUE_COUNT, &t, &e));
        if (rows[i].subject == NULL)
            assert_null(t.subject);
        else
            assert_string_equal(t.subject, rows[i].subject);
        arena_release(&a);
    }
}

static void test_mistakes_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *source, *error;
    } rows[] = {
        {"a\n\nb {nmae}", "m.txt: line 3: {nmae} is not known; did you mean {name}?"},
        {"{somethingelse}", "m.txt: line 1: {somethingelse} is not known; known are {name}, {date}, {evil}, {lines}, "
                            "{url}, {bad_url}, {empty}, {header}, {table}"},
        {"a {", "m.txt: line 1: '{' without a name and '}' after it; write {{ for a brace"},
        {"a {name", "m.txt: line 1: '{' without a name and '}' after it; write {{ for a brace"},
        {"a {na me}", "m.txt: line 1: '{' without a name and '}' after it; write {{ for a brace"},
        {"**a", "m.txt: line 1: ** is opened and not closed on the same line"},
        {"[a](https://b", "m.txt: line 1: a link is not closed: ')' is missing after its address"},
        {"[a](javascript:x)",
         "m.txt: line 1: 'javascript:x' is not an address for a link; it must begin with https://, "
         "http:// or mailto:"},
        {"[a]({bad_url})", "m.txt: line 1: 'javascript:alert(1)' is not an address for a link; it must begin with "
                           "https://, http:// or mailto:"},
        {"x {table}", "m.txt: line 1: {table} stands for a whole table and must be alone in its paragraph"},
        {"Subject: {table}", "m.txt: line 1: {table} stands for a whole table and must be alone in its paragraph"},
        {"a\xff", "m.txt: the template is not UTF-8 text; save it with the encoding UTF-8"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena a = {0};
        struct err e = {0};
        struct template t = {.subject = "untouched"};
        assert_false(template_read(&a, str_of(rows[i].source), "m.txt", values, VALUE_COUNT, &t, &e));
        assert_int_equal(e.code, ERR_PROFILE);
        assert_string_equal(e.log, rows[i].error);
        assert_string_equal(t.subject, "untouched");
        arena_release(&a);
    }
}

static void test_too_large(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    struct template t;
    char *big = arena_alloc(&a, LIMIT_TEMPLATE_BYTES + 2, 1);
    memset(big, 'a', LIMIT_TEMPLATE_BYTES + 1);
    assert_false(template_read(&a, str_of(big), "m.txt", values, VALUE_COUNT, &t, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    arena_release(&a);
}

/* A slot that draws nothing leaves no hole. */
static void test_empty_slot(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    struct template t;
    struct buf b = BUF_INIT(1024);
    assert_true(template_read(&a, str_of("a\n\n{table}\n\nb"), "m.txt", values, VALUE_COUNT, &t, &e));
    assert_true(template_text(&t, 40, table_text, &a, &b, &e));
    assert_string_equal(buf_text(&b), "a\n\nb\n");
    buf_clear(&b);
    assert_true(template_text(&t, 40, NULL, NULL, &b, &e));
    assert_string_equal(buf_text(&b), "a\n\nb\n");
    buf_release(&b);
    arena_release(&a);
}

static void test_line(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    assert_string_equal(
        template_line(&a, "X : {name} - {date} **[{header}]**", "profile.yaml", values, VALUE_COUNT, &e),
        "X : Ajuntament del Prat de Llobregat - 20/11/2026 **[one Bcc: everybody@example.cat]**");
    assert_null(template_line(&a, "{dat}", "profile.yaml: report.subject", values, VALUE_COUNT, &e));
    assert_string_equal(e.log, "profile.yaml: report.subject: line 1: {dat} is not known; did you mean {date}?");
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marks),     cmocka_unit_test(test_subject), cmocka_unit_test(test_mistakes_are_named),
        cmocka_unit_test(test_too_large), cmocka_unit_test(test_line),    cmocka_unit_test(test_empty_slot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
