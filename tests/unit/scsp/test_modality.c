#include "scsp/modality.h"

#include "../base/check.h"

#define HEAD "modality: X\nproduct: P\nnamespace: urn:x\n"

static const struct {
    const char *text;
    size_t line;
    const char *what; /* part of the first finding; NULL: it is accepted */
} cases[] = {
    {HEAD "request:\n  R:\n    - A string\n", 0, NULL},
    {HEAD
     "request:\n  R:\n    - A int ? answer=-1\n    - choice:\n        - B string max=3\n        - C any in=urn:y\n",
     0, NULL},
    {HEAD "request:\n  R all:\n    - L +:\n        - A string of=a|b personal wrong=warning missing=info\n", 0, NULL},
    {HEAD "request:\n  R:\n", 0, NULL}, /* an element that is empty */
    {"product: P\nnamespace: urn:x\nrequest:\n  R:\n    - A string\n", 1, "modality is missing"},
    {HEAD, 1, "request is missing"},
    {HEAD "request: R\n", 4, "its root"},
    {HEAD "request:\n  R:\n    - A string\n  S:\n    - A string\n", 5, "its root"},
    {HEAD "request:\n  R:\n    - A strin\n", 6, "'strin' is no kind"},
    {HEAD "request:\n  R:\n    - A\n", 6, "no kind of value"},
    {HEAD "request:\n  R:\n    - A string max=x\n", 6, "'max=x'"},
    {HEAD "request:\n  R:\n    - A string max=0\n", 6, "'max=0'"},
    {HEAD "request:\n  R:\n    - A string wrong=bad\n", 6, "'wrong=bad'"},
    {HEAD "request:\n  R:\n    - A string\n    - A int\n", 6, "A is described twice"},
    {HEAD "request:\n  R:\n    - A string\n    - choice:\n        - A int\n", 6, "A is described twice"},
    {HEAD "request:\n  R:\n    - L: string\n", 6, "needs a list of elements"},
    {HEAD "request:\n  R:\n    - L:\n        - A string\n      M:\n        - B string\n", 6,
     "write an element as NAME KIND"},
    {HEAD "request:\n  R:\n    - A string\nrequester:\n  element: CodINE\n", 8, "no element CodINE"},
    {HEAD "request:\n  R:\n    - A string\nidentifiers:\n  first: [A, B]\n", 8, "no element B"},
    {HEAD "request:\n  R:\n    - A string\nfront: sincron\n", 7, "did you mean fronts"},
    {HEAD "request:\n  R:\n    - A string\nfronts: sincrona\n", 7, "did you mean sincron"},
    {HEAD "request:\n  R:\n    - A string\nmost: 501\n", 7, "most"},
    {HEAD "request:\n  R:\n    - A string\nanswers: x\n", 7, "CODE: TEXT"},
    {HEAD "request:\n  R:\n   - A string\n  - B string\n", 7, ""},
    {"\xff", 1, "UTF-8"},
};

static void test_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena a = {0};
        struct modality m;
        struct finder f = {.lang = LANG_EN, .code = ERR_PROFILE};
        bool good = modality_load_text(&a, str_of(cases[i].text), "x.yaml", &m, &f);
        findings_sort(&f.found);
        if (good != (cases[i].what == NULL))
            fail_msg("%zu: %s", i, good ? "accepted" : f.found.items[0].reason.log);
        if (!good &&
            (f.found.items[0].line != cases[i].line || strstr(f.found.items[0].reason.log, cases[i].what) == NULL))
            fail_msg("%zu: line %zu: %s", i, f.found.items[0].line, f.found.items[0].reason.log);
        config_findings_release(&f.found);
        arena_release(&a);
    }
}

static void test_the_installed_ones(void **state)
{
    (void)state;
    struct arena a = {0};
    struct modalities all;
    struct err e = {.lang = LANG_EN};
    const char *dir = arena_printf(&a, "%s/share/scsp", getenv("TALAIA_TEST_SOURCE"));
    if (!modalities_load(&a, dir, &all, &e))
        fail_msg("%s", e.log);
    assert_int_equal(all.count, 10);
    assert_string_equal(all.environment.ine10, "9821920002");
    const struct modality *cites = modality_find(&all, str_of("HESTIA_CITES"));
    assert_non_null(cites);
    assert_int_equal(cites->range_days, 7);
    assert_int_equal(cites->requester_answer, -9);
    assert_null(modality_find(&all, str_of("hestia_cites")));
    assert_ptr_equal(modality_nearest(&all, str_of("hestia_cites")), cites);
    assert_null(modality_nearest(&all, str_of("VIA_OBERTA")));
    for (size_t i = 0; i < all.count; i++) {
        assert_non_null(all.items[i].request.name);
        assert_non_null(all.items[i].response.name);
        assert_true(all.items[i].answer_count > 0);
    }
    assert_false(modalities_load(&a, "/nonexistent", &all, &e));
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_files), cmocka_unit_test(test_the_installed_ones)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
