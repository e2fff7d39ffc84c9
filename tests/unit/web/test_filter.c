/* The words of the filter above the list of bodies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "web/filter.h"

static const day_t today = 20777;

static struct body body = {.name = "Ajuntament del Prat de Llobregat",
                           .description = "Prat de Llobregat, Ajuntament del",
                           .ine10 = "0816900003",
                           .platform = PLATFORM_JAVA,
                           .expires = {[CERT_CDS] = 20777 + 14, [CERT_CDA] = 20777 + 30}};
static struct watch_record watch = {.reconciliation = RECONCILIATION_REGISTRY_STALE};
static struct view_body item = {.body = &body,
                                .state = STATE_SOON,
                                .urgency = 14,
                                .watch = &watch,
                                .fold = "ajuntament del prat de llobregat|prat de llobregat ajuntament del|0816900003"};

static bool holds(const char *text)
{
    struct arena a = {0};
    struct filter f;
    filter_read(&a, text, &f);
    bool held = filter_holds(&f, &item, today);
    arena_release(&a);
    return held;
}

static void words_that_hold(void **state)
{
    (void)state;
    static const char *const yes[] = {
        "",
        "   ",
        "prat",
        "PRAT",
        "llobregat prat",
        "\"prat de llobregat\"",
        "0816900003",
        "Llóbregat",
        "caduca<15",
        "caduca<=14",
        "caduca=14",
        "caduca:14",
        "caduca>13",
        "caduca>=14",
        "CADUCA<15",
        "expires<15",
        "dias<15",
        "cds<15",
        "cda>29",
        "cda=30",
        "plataforma:java",
        "platform:JAVA",
        "plataforma:j",
        "estat:soon",
        "state:expires",
        "estado:soon",
        "registre:stale",
        "registry:old",
        "contacte:si",
        "contact:yes",
        "caduca<60 plataforma:JAVA prat",
        "prat caduca<15 registre:registry-stale",
    };
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        if (!holds(yes[i]))
            fail_msg("does not hold: %s", yes[i]);
    }
}

static void words_that_do_not(void **state)
{
    (void)state;
    static const char *const no[] = {
        "vic",         "prat vic",       "\"llobregat prat\"", "caduca<14",  "caduca>14",
        "cds>15",      "cda<30",         "plataforma:net",     "estat:down", "registre:agrees",
        "contacte:no", "estat:excluded", "prat estat:down",
    };
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
        if (holds(no[i]))
            fail_msg("holds: %s", no[i]);
    }
}

static void what_is_not_understood_is_told_and_left_out(void **state)
{
    (void)state;
    static const struct {
        const char *text, *trouble;
    } cases[] = {
        {"foo:bar prat", "foo:bar"},
        {"caduca<molt", "caduca<molt"},
        {"caduca<", "caduca<"},
        {"estat:res", "estat:res"},
        {"plataforma<java", "plataforma<java"},
        {"prat caduca<99999999999999999999", "caduca<99999999999999999999"},
        {"a:1 b:2", "a:1"},
        {"prat", NULL},
        {"\"foo:bar\"", NULL},
        {":x", NULL},
        {"<30", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena a = {0};
        struct filter f;
        filter_read(&a, cases[i].text, &f);
        if (cases[i].trouble == NULL)
            assert_null(f.trouble);
        else
            assert_string_equal(f.trouble, cases[i].trouble);
        arena_release(&a);
    }
}

static void excluded_ones_are_shown_when_asked_for(void **state)
{
    (void)state;
    item.state = STATE_EXCLUDED;
    assert_false(holds(""));
    assert_false(holds("prat"));
    assert_true(holds("estat:excluded"));
    assert_true(holds("prat state:excluded"));
    item.state = STATE_SOON;
    item.long_gone = true;
    assert_false(holds(""));
    item.long_gone = false;
}

static void bodies_without_dates_or_rounds(void **state)
{
    (void)state;
    item.urgency = DAYS_NONE;
    item.watch = NULL;
    assert_false(holds("caduca<60"));
    assert_false(holds("caduca>60"));
    assert_false(holds("registre:stale"));
    item.urgency = 14;
    item.watch = &watch;
}

static void more_words_than_fit_are_no_harm(void **state)
{
    (void)state;
    char text[4096];
    for (size_t i = 0; i + 1 < sizeof text; i++)
        text[i] = i % 5 == 4 ? ' ' : "prat"[i % 5];
    text[sizeof text - 2] = ' ';
    text[sizeof text - 1] = '\0';
    struct arena a = {0};
    struct filter f;
    filter_read(&a, text, &f);
    assert_int_equal(f.count, FILTER_TERMS_MAX);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_that_hold),
        cmocka_unit_test(words_that_do_not),
        cmocka_unit_test(what_is_not_understood_is_told_and_left_out),
        cmocka_unit_test(excluded_ones_are_shown_when_asked_for),
        cmocka_unit_test(bodies_without_dates_or_rounds),
        cmocka_unit_test(more_words_than_fit_are_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
