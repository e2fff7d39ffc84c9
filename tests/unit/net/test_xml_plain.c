#include "net/xml_plain.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"

#include "sample.h"

/* That both trees are the same is tried with the corpora (fuzz_plain.c); here: which documents are ours to read. */
static const struct {
    struct str text;
    bool plain;
} judged[] = {
    {BYTES("<a/>"), true},
    {BYTES("<?xml version='1.0' encoding=\"UTF-8\" standalone='no' ?>\n<a>\n</a>\n"), true},
    {BYTES("<?xml version='1.1'?><a/>"), false},
    {BYTES("<?xml version='1.0' encoding='U\"?><a/>"), false},
    {BYTES("<?xml version='1.0' standalone='yes' encoding='UTF-8'?><a/>"), false},
    {BYTES("\n <a b = '\"' c=\"'>\"\n/>"), true},
    {BYTES("<p:a xmlns:p='urn:a:b' xmlns='https://a.example/b#c' p:b='1'><c></c ></p:a>"), true},
    {BYTES("<a>&lt;&gt;&amp;&quot;&apos;</a>"), true},
    {BYTES("<a>\xC3\xB3\xE2\x82\xAC</a>"), true},
    {BYTES("<a>&#65;&#x10FFFF;&#13;\r\n&#xe9;</a\r\n>\r\n"), true},
    {BYTES("<a>&#0;</a>"), false},
    {BYTES("<a>&#xD800;</a>"), false},
    {BYTES("<a>&#xFFFE;</a>"), false},
    {BYTES("<a>&#x110000;</a>"), false},
    {BYTES("<a>&#4294967361;</a>"), false},
    {BYTES("<a>&#X41;</a>"), false},
    {BYTES("<a>&#;</a>"), false},
    {BYTES("<a>&#x;</a>"), false},
    {BYTES("<a>&#65</a>"), false},
    {BYTES("<a>&#"), false},
    {BYTES("<a b='&#65;'/>"), false},
    {BYTES("<a>&nbsp;</a>"), false},
    {BYTES("<a>&amp</a>"), false},
    {BYTES("<a>x]</a>"), false},
    {BYTES("<a>x\r</a>"), false},
    {BYTES("<a\r>x</a>"), false},
    {BYTES("<a>x\r"), false},
    {BYTES("<a><!-- --></a>"), false},
    {BYTES("<a><?b?></a>"), false},
    {BYTES("<a><![CDATA[x]]></a>"), false},
    {BYTES("<!DOCTYPE a><a/>"), false},
    {BYTES("<a b='&lt;'/>"), false},
    {BYTES("<a b='x\ny'/>"), false},
    {BYTES("<a b='<'/>"), false},
    {BYTES("<a b='x'c='y'/>"), false},
    {BYTES("<a b=x/>"), false},
    {BYTES("<a b/>"), false},
    {BYTES("<\xC3\xB3/>"), false},
    {BYTES("<a\xC3\xB3/>"), false},
    {BYTES("<1/>"), false},
    {BYTES("<a:b:c xmlns:a='urn:a'/>"), false},
    {BYTES("<:a/>"), false},
    {BYTES("<p:a/>"), false},
    {BYTES("<a p:b=''/>"), false},
    {BYTES("<a b='' b=''/>"), false},
    {BYTES("<a xmlns:p='urn:a' xmlns:q='urn:a' p:b='' q:b=''/>"), false},
    {BYTES("<a xmlns:p='urn:a' xmlns:p='urn:a'/>"), false},
    {BYTES("<a xmlns='urn:a' xmlns='urn:a'/>"), false},
    {BYTES("<a xmlns=''/>"), false},
    {BYTES("<a xmlns='here'/>"), false},
    {BYTES("<a xmlns='urn:'/>"), false},
    {BYTES("<a xmlns='urn:a b'/>"), false},
    {BYTES("<a xmlns='http:///a'/>"), false},
    {BYTES("<a xmlns='http://a.example:80/'/>"), false},
    {BYTES("<a xmlns='http://www.w3.org/2000/xmlns/'/>"), false},
    {BYTES("<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>"), false},
    {BYTES("<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>"), false},
    {BYTES("<a xml:id='x'/>"), false},
    {BYTES("<a></b>"), false},
    {BYTES("<a></aa>"), false},
    {BYTES("<aa></a>"), false},
    {BYTES("</a>"), false},
    {BYTES("<a"), false},
    {BYTES("<a>"), false},
    {BYTES("<a></"), false},
    {BYTES("<a></a"), false},
    {BYTES("<a b="), false},
    {BYTES("<a b='"), false},
    {BYTES("<a>x"), false},
    {BYTES("<a>&l"), false},
    {BYTES("<a/>x"), false},
    {BYTES("<a/><b/>"), false},
    {BYTES("<?xml"), false},
    {BYTES("<?xml version="), false},
    {BYTES("<"), false},
    {BYTES(""), false},
};

static void which_are_plain(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(judged); i++) {
        struct arena a = {0};
        struct str s = judged[i].text;
        char *exact = mem_alloc(s.n + 1, 1); /* nothing behind it may be read */
        memcpy(exact, s.p, s.n);
        char *moved = mem_resize(exact, s.n == 0 ? 1 : s.n, 1);
        xmlDoc *doc = xml_plain(&a, str_part(moved, s.n));
        if ((doc != NULL) != judged[i].plain)
            fail_msg("%.*s", STR_ARG(s));
        assert_true(doc == NULL || xml_plain_made(doc));
        assert_memory_equal(moved, s.p, s.n);
        mem_free(moved);
        arena_release(&a);
    }
}

static void a_tree_is_read(void **state)
{
    (void)state;
    struct arena a = {0};
    xmlDoc *doc = NULL;
    struct xml_fault fault;
    struct str text =
        SPAN("<p:a xmlns:p='urn:p'\n xmlns='urn:q' n='1' p:n2='2'>x &lt;&amp; y<b>\n</b\n><p:b c='3'/></p:a>");
    assert_int_equal(xml_parse_in(&a, text, NULL, &doc, &fault), XML_SAFE_OK);
    assert_true(xml_plain_made(doc));
    const xmlNode *root = xml_root(doc), *b = xml_child(root, "urn:q", "b"), *pb = xml_next(b, "urn:p", "b");
    assert_true(xml_is(root, "urn:p", "a"));
    assert_string_equal((const char *)root->children->content, "x <& y");
    assert_string_equal(xml_attribute(root, "n"), "1");
    assert_null(xml_attribute(root, "n2"));
    assert_string_equal(xml_attribute(pb, "c"), "3");
    assert_int_equal(xmlGetLineNo(root), 2);
    assert_int_equal(xmlGetLineNo(pb), 4);
    xml_doc_free(doc); /* the arena's */
    assert_true(xml_is(root, "urn:p", "a"));
    arena_release(&a);
}

/* The library reads what is not plain, with and without an arena alike, and refuses what is wrong. */
static void the_rest_is_the_librarys(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        enum xml_outcome outcome;
    } documents[] = {{BYTES("<a><!-- x --></a>"), XML_SAFE_OK},
                     {BYTES("<!DOCTYPE a><a/>"), XML_SAFE_DTD},
                     {BYTES("<a><b></a>"), XML_SAFE_MALFORMED},
                     {BYTES("<a>\xF3</a>"), XML_SAFE_ENCODING}};
    for (size_t i = 0; i < COUNT(documents); i++) {
        struct arena a = {0};
        xml_doc_auto doc = NULL;
        struct xml_fault fault;
        assert_int_equal(xml_parse_in(&a, documents[i].text, NULL, &doc, &fault), documents[i].outcome);
        assert_true(doc == NULL || !xml_plain_made(doc));
        arena_release(&a);
    }
}

/* `start`, n times `piece` with its number, `end`. */
static bool is_plain(const char *start, const char *piece, size_t n, const char *end)
{
    struct arena a = {0};
    struct buf b = BUF_INIT(LIMIT_XML_BYTES);
    (void)buf_add_text(&b, start);
    for (size_t i = 0; i < n; i++)
        (void)buf_printf(&b, piece, i);
    assert_true(buf_add_text(&b, end));
    bool plain = xml_plain(&a, buf_str(&b)) != NULL;
    arena_release(&a);
    buf_release(&b);
    return plain;
}

static void sizes(void **state)
{
    (void)state;
    static const struct {
        const char *start, *piece, *end;
        size_t most; /* so many are plain, and one more is not */
    } giants[] = {
        {"<a", " b%zu=''", "/>", 32},
        {"<a xmlns='urn:a'><a", " xmlns:b%zu='urn:a'", "/></a>", 32},
        {"<a>", "<b%zu/>", "</a>", LIMIT_XML_NODES - 1},
        {"<a>", "\n", "</a>", 64999},
        {"<a", "a", "/>", 255},
        {"<a xmlns='urn:", "a", "'/>", 252},
    };
    for (size_t i = 0; i < COUNT(giants); i++) {
        assert_true(is_plain(giants[i].start, giants[i].piece, giants[i].most, giants[i].end));
        assert_false(is_plain(giants[i].start, giants[i].piece, giants[i].most + 1, giants[i].end) && i != 3);
    }
    assert_false(is_plain("<a>", "\n", 65000, "<b/></a>"));
    assert_true(is_plain("<a b='", "xxxxxxxxxx", 100000, "'/>"));
    for (size_t deep = LIMIT_XML_DEPTH; deep <= LIMIT_XML_DEPTH + 1; deep++) {
        struct arena a = {0};
        struct buf b = BUF_INIT(10000);
        for (size_t i = 0; i < deep; i++)
            (void)buf_add_text(&b, "<a>");
        for (size_t i = 0; i < deep; i++)
            (void)buf_add_text(&b, "</a>");
        assert_int_equal(xml_plain(&a, buf_str(&b)) != NULL, deep == LIMIT_XML_DEPTH);
        arena_release(&a);
        buf_release(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(which_are_plain),
        cmocka_unit_test(a_tree_is_read),
        cmocka_unit_test(the_rest_is_the_librarys),
        cmocka_unit_test(sizes),
    };
    xml_init();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    xml_cleanup();
    return failed;
}
