/* What trackers say, understood without them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ticket/jira.h"
#include "ticket/redmine.h"

static json_t *json(const char *text)
{
    struct err e = {0};
    json_t *value = foreign_json(str_of(text), "here", &e);
    if (value == NULL)
        fail_msg("%s: %s", text, e.log);
    return value;
}

static void instants(void **state)
{
    (void)state;
    const instant_t at =
        (((instant_t)day_from_civil(2026, 11, 20) * 24 + 8) * 3600 + 35 * 60 + 47) * INSTANT_PER_SECOND;
    static const char *const same[] = {"2026-11-20T08:35:47Z",      "2026-11-20T08:35:47.000+0000",
                                       "2026-11-20T09:35:47+01:00", "2026-11-20T07:05:47.9-0130",
                                       "2026-11-20 08:35:47",       "2026-11-20T08:35:47"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        assert_int_equal(instant_read(str_of(same[i])), at);
    static const char *const none[] = {"",
                                       "2026-11-20",
                                       "2026-11-20T24:00:00Z",
                                       "2026-02-30T00:00:00Z",
                                       "2026-11-20T08:35:4",
                                       "2026-11-20T08-35-47Z",
                                       "2026-11-20T08:35:47+9900",
                                       "2026-11-20T08:35:47+",
                                       "yesterday"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_true(instant_read(str_of(none[i])) == INSTANT_NONE);
}

static void json_has_limits(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(8u << 20);
    for (int depth = LIMIT_JSON_DEPTH; depth <= LIMIT_JSON_DEPTH + 1; depth++) {
        struct err e = {0};
        buf_clear(&b);
        for (int i = 0; i < depth; i++)
            buf_add_char(&b, '[');
        for (int i = 0; i < depth; i++)
            buf_add_char(&b, ']');
        json_t *value = foreign_json(buf_str(&b), "here", &e);
        assert_true((value != NULL) == (depth == LIMIT_JSON_DEPTH));
        json_decref(value);
    }
    buf_clear(&b);
    buf_add_text(&b, "[\"[[[[{{{{\\\"[[,,,,,\"");
    for (unsigned i = 0; i < LIMIT_JSON_VALUES; i++)
        buf_add_text(&b, ",1");
    buf_add_char(&b, ']');
    struct err e = {0};
    assert_null(foreign_json(buf_str(&b), "here", &e));
    assert_int_equal(e.code, ERR_REMOTE);
    static const char *const bad[] = {"", "{", "<html>", "{\"a\":\"\\u0000\"}", "{'a':1}", "[1,]", "\xff"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        err_clear(&e);
        assert_null(foreign_json(str_of(bad[i]), "here", &e));
        assert_int_equal(e.code, ERR_REMOTE);
    }
    buf_release(&b);
}

static void values_are_copied_by_their_kind(void **state)
{
    (void)state;
    static const struct {
        const char *schema, *value, *copy; /* copy NULL: it is not copied */
    } cases[] = {
        {"{\"type\":\"string\"}", "\"x\"", "\"x\""},
        {"{\"type\":\"number\"}", "1.5", "1.5"},
        {"{\"type\":\"date\"}", "\"2026-12-04\"", "\"2026-12-04\""},
        {"{\"type\":\"string\"}", "{\"id\":\"1\"}", NULL},
        {"{\"type\":\"priority\"}", "{\"self\":\"u\",\"id\":\"2\",\"name\":\"Alta\"}", "{\"id\":\"2\"}"},
        {"{\"type\":\"user\"}", "{\"name\":\"joana\",\"key\":\"k\"}", "{\"name\":\"joana\"}"},
        {"{\"type\":\"option-with-child\"}", "{\"id\":\"1\",\"child\":{\"id\":\"2\",\"value\":\"x\"}}",
         "{\"id\":\"1\",\"child\":{\"id\":\"2\"}}"},
        {"{\"type\":\"array\",\"items\":\"component\"}", "[{\"id\":\"1\"},{\"id\":\"2\",\"name\":\"n\"},7]",
         "[{\"id\":\"1\"},{\"id\":\"2\"}]"},
        {"{\"type\":\"array\",\"items\":\"string\"}", "[\"a\",\"b\"]", "[\"a\",\"b\"]"},
        {"{\"type\":\"array\",\"items\":\"string\"}", "[]", NULL},
        {"{\"type\":\"array\",\"items\":\"attachment\"}", "[{\"id\":\"1\"}]", NULL},
        {"{\"type\":\"array\",\"items\":\"string\",\"custom\":\"com.pyxis.greenhopper.jira:gh-sprint\"}", "[\"s\"]",
         NULL},
        {"{\"type\":\"any\"}", "\"x\"", NULL},
        {"{\"type\":\"option\"}", "{\"value\":\"x\"}", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *schema = json(cases[i].schema), *value = json(cases[i].value);
        json_t *copy = jira_value_copy(value, schema);
        struct buf b = BUF_INIT(4096);
        struct err e = {0};
        assert_true((copy == NULL) == (cases[i].copy == NULL));
        if (copy != NULL) {
            assert_true(json_write(copy, &b, &e));
            assert_string_equal(buf_text(&b), cases[i].copy);
        }
        buf_release(&b);
        json_decref(copy);
        json_decref(value);
        json_decref(schema);
    }
}

static void jql_and_marks(void **state)
{
    (void)state;
    struct arena a = {0};
    assert_string_equal(jql_quote(&a, "x"), "\"x\"");
    assert_string_equal(jql_quote(&a, "a\" OR \\\n\x7f"), "\"a\\\" OR \\\\\"");
    assert_string_equal(jira_text_write(&a, "{a} [b|http://x] !p.png! so! \\"),
                        "\\{a} \\[b|http://x] \\!p.png! so! \\");
    assert_string_equal(jira_text_read(&a, "\\{a} \\[b] \\!p.png! \\x\r\ny"), "{a} [b] !p.png! \\x\ny");
    arena_release(&a);
}

static void reasons_name_fields(void **state)
{
    (void)state;
    struct arena a = {0};
    json_t *body =
        json("{\"errorMessages\":[\"First\",7],\"errors\":{\"customfield_1\":\"is required\",\"summary\":\"no\"}}");
    json_t *screen = json("{\"customfield_1\":{\"name\":\"Servei\"}}");
    assert_string_equal(jira_reasons(&a, body, screen), "First; Servei (customfield_1): is required; summary: no");
    json_decref(body);
    body = json("{\"message\":\"Client must be authenticated\",\"status-code\":401}");
    assert_string_equal(jira_reasons(&a, body, NULL), "Client must be authenticated");
    json_decref(body);
    json_decref(screen);
    body = json("{\"errors\":[\"Subject cannot be blank\",7,\"Servei cannot be blank\"]}");
    assert_string_equal(redmine_reasons(&a, body), "Subject cannot be blank; Servei cannot be blank");
    json_decref(body);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(instants), cmocka_unit_test(json_has_limits),
                                       cmocka_unit_test(values_are_copied_by_their_kind),
                                       cmocka_unit_test(jql_and_marks), cmocka_unit_test(reasons_name_fields)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
