/* Structure by structure; that the tables agree with the published schemas is tried end to end, with documents by
 * thousands. */
#include "scsp/shape.h"

#include "../base/check.h"

#include "net/xml_safe.h"
#include "scsp/modality.h"

static const char described[] = "modality: X\nproduct: P\nnamespace: urn:x\nrequest:\n"
                                "  R:\n"
                                "    - A string max=3\n"
                                "    - choice:\n"
                                "        - B int ? wrong=warning\n"
                                "        - sequence:\n"
                                "            - C string\n"
                                "            - D string ?\n"
                                "    - L *:\n"
                                "        - E string\n"
                                "    - F all:\n"
                                "        - G string ?\n"
                                "        - H string ?\n"
                                "    - Y any ? in=urn:y\n";

/* The codes that are remarked, in order, and at which XPath the first stands. */
static const struct {
    const char *inside, *codes, *xpath;
} cases[] = {
    {"<A>1</A><B>2</B><F/>", "", NULL},
    {"<A>1</A><C>2</C><D/><L><E/></L><L><E/></L><F><H/><G/></F><Y xmlns='urn:y'><q/></Y>", "", NULL},
    {"<A>1</A><F/>", "", NULL}, /* the choice may be empty: B is optional */
    {"<A>1234</A><F/>", "value-long", "/*[local-name()='R']/*[local-name()='A']"},
    {"<F/>", "element-missing", "/*[local-name()='R']"},
    {"<a>1</a><F/>", "element-case", "/*[local-name()='R']/*[local-name()='a']"},
    {"<A>1</A><B>x</B><F/>", "value-type", "/*[local-name()='R']/*[local-name()='B']"},
    {"<A>1</A><B>1</B><C/><F/>", "choice-both", NULL},
    {"<A>1</A><D/><F/>", "element-missing", NULL},
    {"<A>1</A><D/><C/><F/>", "element-order", NULL},
    {"<F/><A>1</A>", "element-order", NULL},
    {"<A>1</A><A>1</A><F/>", "element-repeated", "/*[local-name()='R']/*[local-name()='A'][2]"},
    {"<A>1</A><L/><L><E/></L><F/>", "element-missing", "/*[local-name()='R']/*[local-name()='L'][1]"},
    {"<A>1</A><F/><Z/>", "element-unexpected", NULL},
    {"<A>1</A><F/>loose", "text-unexpected", "/*[local-name()='R']"},
    {"<A x='1'>1</A><F/>", "attribute-unexpected", NULL},
    {"<A><B/></A><F/>", "child-unexpected", NULL},
    {"<A>1</A><F/><Y/>", "element-namespace", NULL},
    {"<A xmlns='urn:z'>1</A><F/>", "element-namespace", NULL},
    /* said once where it begins, not of each element in it */
    {"<A>1</A><L xmlns='urn:z'><E/></L><F/>", "element-namespace", NULL},
    {"<A>1</A><F xmlns='urn:z'><G/><H xmlns='urn:x'/></F>", "element-namespace", NULL},
};

static const char *codes_of(struct arena *a, const struct remarks *all)
{
    const char *text = "";
    for (size_t i = 0; i < all->list.count; i++)
        text = arena_printf(a, "%s%s%s", text, i == 0 ? "" : " ", remark_code_text(all->list.items[i].code));
    return text;
}

static void test_structures(void **state)
{
    (void)state;
    struct arena a = {0};
    struct modality m;
    struct finder f = {.lang = LANG_EN, .code = ERR_PROFILE};
    assert_true(modality_load_text(&a, str_of(described), "x.yaml", &m, &f));
    for (size_t i = 0; i < COUNT(cases); i++) {
        xml_doc_auto doc = NULL;
        struct xml_fault fault;
        struct remarks all = {.arena = &a};
        const char *text = arena_printf(&a, "<R xmlns='urn:x'>%s</R>", cases[i].inside);
        assert_int_equal(xml_parse(str_of(text), NULL, &doc, &fault), XML_SAFE_OK);
        shape_check_root(&all, xml_root(doc), &m.request, "urn:x");
        if (strcmp(codes_of(&a, &all), cases[i].codes) != 0)
            fail_msg("%s: %s", cases[i].inside, codes_of(&a, &all));
        if (cases[i].xpath != NULL)
            assert_string_equal(all.list.items[0].xpath, cases[i].xpath);
        remarks_release(&all);
    }
    config_findings_release(&f.found);
    arena_release(&a);
}

static void test_sentences(void **state)
{
    (void)state;
    struct arena a = {0};
    struct remarks all = {.arena = &a};
    remark_add(&all, REMARK_COUNT, NULL, .found = "2\u202e\n3", .expected = "1", .line = 4);
    const struct remark *r = &all.list.items[0];
    assert_string_equal(remark_fill(&a, remark_sentence(r->code), r, LANG_EN),
                        "NumElementos is 2 3, and there are 1 SolicitudTransmision.");
    assert_int_equal(r->line, 4);
    assert_string_equal(r->xpath, "/");
    for (int i = 0; i < LIMIT_REMARKS + 5; i++)
        remark_add(&all, REMARK_COUNT, NULL);
    assert_int_equal(all.list.count, LIMIT_REMARKS);
    assert_int_equal(all.errors, LIMIT_REMARKS + 6);
    assert_int_equal(all.left_out, 6);
    /* every code has a text of its own */
    for (int c = 0; c < REMARK_CODE_COUNT; c++)
        for (int other = 0; other < c; other++)
            assert_string_not_equal(remark_code_text((enum remark_code)c), remark_code_text((enum remark_code)other));
    remarks_release(&all);
    arena_release(&a);
}

int main(void)
{
    xml_init();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_structures), cmocka_unit_test(test_sentences)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
