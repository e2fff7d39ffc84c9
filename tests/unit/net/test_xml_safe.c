#include "net/xml_exclusive.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"

#include "sample.h"

static const struct {
    struct str text;
    enum xml_outcome outcome;
    int line;
    const char *what; /* part of it */
    const char *charset;
} cases[] = {
    {BYTES("<a/>"), XML_SAFE_OK},
    {BYTES("\xEF\xBB\xBF<?xml version=\"1.0\" encoding='utf-8'?>\n<!-- c --><?p x?>\n<a "
           "b='1'>x<![CDATA[<]]>&amp;&#65;</a>\n"),
     XML_SAFE_OK},
    {BYTES("<a xmlns='urn:x' xmlns:p=\"urn:y\"><p:b p:c='>' d=\"'\" e='\"'/></a >"), XML_SAFE_OK},
    {BYTES("<a><!-- <b c='--><b/></a>"), XML_SAFE_OK},
    {BYTES("<a\n\tb = 'x'\n/>"), XML_SAFE_OK},
    /* encodings */
    {BYTES("<?xml version='1.0' encoding='ISO-8859-1'?><a>padr\xF3</a>"), XML_SAFE_OK},
    {BYTES("<?xml version='1.0' encoding = \"iso-8859-15\" ?><a>\xA4</a>"), XML_SAFE_OK},
    {BYTES("<?xml version='1.0' encoding='windows-1252'?><a>\x80</a>"), XML_SAFE_OK},
    {BYTES("<?xml version='1.0' encoding='us-ascii'?><a>x</a>"), XML_SAFE_OK},
    {BYTES("<?xml version='1.0'?><a>\xF3</a>"), XML_SAFE_OK, .charset = "ISO-8859-1"},
    {BYTES("<a>\xC3\xB3</a>"), XML_SAFE_OK, .charset = "ISO-8859-1"},
    {BYTES("<?xml version='1.0' encoding='UTF-8'?><a>\xF3</a>"), XML_SAFE_ENCODING, 1, "UTF-8", "ISO-8859-1"},
    {BYTES("<a>\n\n\xF3</a>"), XML_SAFE_ENCODING, 3, "UTF-8"},
    {BYTES("<a>\n\n\xF3</a>"), XML_SAFE_ENCODING, 1, "not read", "klingon"},
    {BYTES("<a>\xED\xA0\x80</a>"), XML_SAFE_ENCODING, 1, "UTF-8"},
    {BYTES("<?xml version='1.0' encoding='us-ascii'?>\n<a>\xF3</a>"), XML_SAFE_ENCODING, 2, "does not have"},
    {BYTES("<?xml version='1.0' encoding='windows-1252'?><a>\x81</a>"), XML_SAFE_ENCODING, 1, "does not have"},
    {BYTES("<?xml version='1.0' encoding='UTF-7'?><a>+ADw-</a>"), XML_SAFE_ENCODING, 1, "not read"},
    {BYTES("<?xml version='1.0' encoding='EBCDIC-CP-US'?><a/>"), XML_SAFE_ENCODING, 1, "not read"},
    {BYTES("<?xml version='1.0' encoding=''?><a/>"), XML_SAFE_ENCODING, 1, "not read"},
    {BYTES("<?xml version='1.0' encoding='UTF-16'?><a/>"), XML_SAFE_ENCODING, 1, "not read"},
    {BYTES("\xFF\xFE<\0a\0/\0>\0"), XML_SAFE_OK},
    {BYTES("\xFE\xFF\0<\0a\0/\0>"), XML_SAFE_OK},
    {BYTES("<\0a\0/\0>\0"), XML_SAFE_OK},
    {BYTES("\0<\0a\0/\0>"), XML_SAFE_OK},
    {BYTES("\xFF\xFE<\0a\0>\0\x3D\xD8\x00\xDE<\0/\0a\0>\0"), XML_SAFE_OK}, /* a pair of surrogates */
    {BYTES("\xFF\xFE<\0a\0>\0\x3D\xD8<\0/\0a\0>\0"), XML_SAFE_ENCODING, 1, "does not have"},
    {BYTES("\xFF\xFE<\0a\0>\0\x00\xDE<\0/\0a\0>\0"), XML_SAFE_ENCODING, 1, "does not have"},
    {BYTES("\xFF\xFE<\0a\0/\0>"), XML_SAFE_ENCODING, 1, "does not have"},
    {BYTES("\xFF\xFE<\0!\0D\0O\0C\0T\0Y\0P\0E\0 \0a\0>\0<\0a\0/\0>\0"), XML_SAFE_DTD, 1, "DOCTYPE"},
    {BYTES("\xFF\xFE\0\0<\0\0\0a\0\0\0/\0\0\0>\0\0\0"), XML_SAFE_MALFORMED, 1, "character"},
    {BYTES("\x4C\x6F\xA7\x94\x93"), XML_SAFE_ENCODING, 1, "UTF-8"},
    /* characters */
    {BYTES("<a>\n\x01</a>"), XML_SAFE_MALFORMED, 2, "character"},
    {BYTES("<a>\0</a>"), XML_SAFE_MALFORMED, 1, "character"},
    {BYTES("<a>\xEF\xBF\xBF</a>"), XML_SAFE_MALFORMED, 1, "character"},
    {BYTES("<a>&#0;</a>"), XML_SAFE_MALFORMED, 1, "control"},
    /* DTDs */
    {BYTES("<!DOCTYPE a><a/>"), XML_SAFE_DTD, 1, "DOCTYPE"},
    {BYTES("<?xml version='1.0'?>\n<!-- x -->\n<!DOCTYPE a SYSTEM \"http://a.example/a.dtd\"><a/>"), XML_SAFE_DTD, 3,
     "DOCTYPE"},
    {BYTES("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>"), XML_SAFE_DTD, 1, "DOCTYPE"},
    {BYTES("<!DOCTYPE a [<!ENTITY % x SYSTEM 'http://a.example/'> %x;]><a/>"), XML_SAFE_DTD, 1, "DOCTYPE"},
    {BYTES("<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol1 \"&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;\">"
           "<!ENTITY lol2 \"&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;\">]><lolz>&lol2;</lolz>"),
     XML_SAFE_DTD, 1, "DOCTYPE"},
    {BYTES("<!DOCTYPE"), XML_SAFE_DTD, 1, "DOCTYPE"},
    {BYTES("<!doctype a><a/>"), XML_SAFE_MALFORMED, 1, "tag"},
    {BYTES("<a><!ENTITY x 'y'></a>"), XML_SAFE_MALFORMED, 1, "tag"},
    {BYTES("<a>&x;</a>"), XML_SAFE_MALFORMED, 1, "entity"},
    {BYTES("<a b='&x;'/>"), XML_SAFE_MALFORMED, 1, "entity"},
    {BYTES("<a b='&lt;&gt;&amp;&quot;&apos;'/>"), XML_SAFE_OK},
    /* nothing, and halves */
    {BYTES(""), XML_SAFE_EMPTY, 0, "empty"},
    {BYTES(" \r\n\t"), XML_SAFE_EMPTY, 0, "empty"},
    {BYTES("\xEF\xBB\xBF"), XML_SAFE_EMPTY, 0, "empty"},
    {BYTES("hello"), XML_SAFE_MALFORMED, 1, "begin"},
    {BYTES("{\"a\": 1}"), XML_SAFE_MALFORMED, 1, "begin"},
    {BYTES("<?xml version='1.0'?>"), XML_SAFE_MALFORMED, 1, "complete"},
    {BYTES("<!-- x"), XML_SAFE_MALFORMED, 1, "complete"},
    {BYTES("<"), XML_SAFE_MALFORMED, 1, "complete"},
    {BYTES("<a"), XML_SAFE_MALFORMED, 1, "complete"},
    {BYTES("<a b"), XML_SAFE_MALFORMED, 1, "complete"},
    {BYTES("<a b="), XML_SAFE_MALFORMED, 1, "complete"},
    {BYTES("<a b='x"), XML_SAFE_MALFORMED, 1, "complete"},
    {BYTES("<a b='x'"), XML_SAFE_MALFORMED, 1, "complete"},
    {BYTES("<a>\n<b>\n"), XML_SAFE_MALFORMED, 3, "complete"},
    {BYTES("<a></a"), XML_SAFE_MALFORMED, 1, "complete"},
    {BYTES("<a><![CDATA[x]]</a>"), XML_SAFE_MALFORMED, 1, "complete"},
    {BYTES("<a><?p x</a>"), XML_SAFE_MALFORMED, 1, "complete"},
    /* not well-formed */
    {BYTES("<a>\n</b>"), XML_SAFE_MALFORMED, 2, "end tag"},
    {BYTES("<a/><b/>"), XML_SAFE_MALFORMED, 1, "after its end"},
    {BYTES("<a/>x"), XML_SAFE_MALFORMED, 1, "after its end"},
    {BYTES("</a>"), XML_SAFE_MALFORMED, 1, "tag"},
    {BYTES("<a></a></a>"), XML_SAFE_MALFORMED, 1, "tag"},
    {BYTES("<a b='<c>'/>"), XML_SAFE_MALFORMED, 1, "&lt;"},
    {BYTES("<a b='x'c='y'/>"), XML_SAFE_MALFORMED, 1, "tag"},
    {BYTES("<a b=x/>"), XML_SAFE_MALFORMED, 1, "quotes"},
    {BYTES("<a b/>"), XML_SAFE_MALFORMED, 1, "tag"},
    {BYTES("<a =''/>"), XML_SAFE_MALFORMED, 1, "tag"},
    {BYTES("<a / >"), XML_SAFE_MALFORMED, 1, "tag"},
    {BYTES("<a b='1' b='2'/>"), XML_SAFE_MALFORMED, 1, "twice"},
    {BYTES("<1a/>"), XML_SAFE_MALFORMED, 1, "by itself"},
    {BYTES("< a/>"), XML_SAFE_MALFORMED, 1, "by itself"},
    {BYTES("<a>]]></a>"), XML_SAFE_MALFORMED, 1, "well-formed"},
    {BYTES("<a><!-- x -- y --></a>"), XML_SAFE_MALFORMED, 1, "well-formed"},
    {BYTES("<a><!></a>"), XML_SAFE_MALFORMED, 1, "tag"},
    {BYTES("<![CDATA[x]]><a/>"), XML_SAFE_MALFORMED, 1, "tag"},
    {BYTES("<a><?"
           "?></a>"),
     XML_SAFE_MALFORMED, 1, "tag"},
    {BYTES("<?xml version='1.0' > <a b='?>'/>"), XML_SAFE_MALFORMED, 1, "tag"},
    {BYTES("<?xml version='1.0' > <a b='x'/> ?><a/>"), XML_SAFE_MALFORMED, 1, "tag"},
    {BYTES("<a><?xml version='1.0'?></a>"), XML_SAFE_MALFORMED, 1, "very beginning"},
    {BYTES(" <?xml version='1.0'?><a/>"), XML_SAFE_MALFORMED, 1, "very beginning"},
    {BYTES("<p:a/>"), XML_SAFE_MALFORMED, 1, "not declared"},
    {BYTES("<a p:b='x'/>"), XML_SAFE_MALFORMED, 1, "not declared"},
    {BYTES("<a xmlns:p='urn:x' xmlns:q='urn:x' p:b='1' q:b='2'/>"), XML_SAFE_MALFORMED, 1, "well-formed"},
    {BYTES("<a xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='/etc/passwd' parse='text'/></a>"),
     XML_SAFE_OK},
};

/* Runs all cases with standard error in a file: nothing may get there. */
static void documents(void **state)
{
    (void)state;
    int kept = dup(STDERR_FILENO), silence = memfd_create("stderr", 0);
    assert_true(kept >= 0 && silence >= 0 && dup2(silence, STDERR_FILENO) >= 0);
    bool good = true;
    for (size_t i = 0; i < COUNT(cases) && good; i++) {
        xml_doc_auto doc = NULL;
        struct xml_fault fault = {.line = -7, .what = ""};
        struct str s = cases[i].text;
        char *exact = mem_alloc(s.n + 1, 1);
        memcpy(exact, s.p, s.n);
        enum xml_outcome outcome = xml_parse(str_part(exact, s.n), cases[i].charset, &doc, &fault);
        mem_free(exact);
        good = outcome == cases[i].outcome && (doc != NULL) == (outcome == XML_SAFE_OK);
        if (good && outcome != XML_SAFE_OK)
            good = fault.line == cases[i].line && strstr(fault.what, cases[i].what) != NULL;
        if (!good)
            printf("case %zu (%.*s): outcome %d, line %d, %s\n", i, STR_ARG(s), outcome, fault.line, fault.what);
    }
    xml_doc_auto relative = NULL;
    struct xml_fault fault;
    unsigned char hash[XML_HASH_BYTES];
    good = good && xml_parse(SPAN("<a xmlns:x='relative'/>"), NULL, &relative, &fault) == XML_SAFE_OK &&
           !xml_hash(relative, NULL, XML_C14N_INCLUSIVE, hash);
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    off_t said = lseek(silence, 0, SEEK_END);
    close(kept);
    close(silence);
    assert_true(good);
    assert_int_equal(said, 0);
}

static xmlDoc *read_doc(struct str s)
{
    xmlDoc *doc = NULL;
    struct xml_fault fault;
    if (xml_parse(s, NULL, &doc, &fault) != XML_SAFE_OK)
        fail_msg("%.*s: line %d: %s", STR_ARG(s), fault.line, fault.what);
    return doc;
}

/* `start`, n times `piece` with its number in the place of %zu, `end`. */
static void repeated(struct buf *b, const char *start, const char *piece, size_t n, const char *end)
{
    buf_clear(b);
    buf_add_text(b, start);
    for (size_t i = 0; i < n; i++)
        buf_printf(b, piece, i);
    assert_true(buf_add_text(b, end));
}

static void sizes(void **state)
{
    (void)state;
    static const struct {
        const char *start, *piece, *end;
        size_t n;
        enum xml_outcome outcome;
    } giants[] = {
        {"<a", " b%zu=''", "/>", LIMIT_XML_ATTRIBUTES, XML_SAFE_OK},
        {"<a", " b%zu=''", "/>", LIMIT_XML_ATTRIBUTES + 1, XML_SAFE_LIMIT},
        {"<a", " b%zu=''", "/>", 100000, XML_SAFE_LIMIT},
        {"<a", " xmlns:b%zu='urn:x'", "/>", 100000, XML_SAFE_LIMIT},
        /* hidden from a careless count */
        {"<a", " b%zu='>'", "/>", 100000, XML_SAFE_LIMIT},
        {"<a><!-- \" --><b", " b%zu=''", "/></a>", 100000, XML_SAFE_LIMIT},
        {"<a><!-- ' \x01 <b", " b%zu=''", "/> --></a>", 100000, XML_SAFE_MALFORMED},
        {"<?xml version='1.0' > <a", " b%zu=''", "/><?x ?>", 100000, XML_SAFE_MALFORMED},
        {"<?<a", " b%zu=''", "/> ?><a/>", 100000, XML_SAFE_MALFORMED},
        {"<a b='<b", " b%zu=\"\"", "/>'/>", 100000, XML_SAFE_MALFORMED},
        {"<a><![CDATA[<b", " b%zu=''", "/>]]></a>", 100000, XML_SAFE_OK},
        {"<a>", "<b%zu/>", "</a>", 20000, XML_SAFE_OK},
        {"<a>", "<b%zu/>", "</a>", LIMIT_XML_NODES, XML_SAFE_LIMIT},
        {"<a>", "%zu &amp; &#65; ", "</a>", 100000, XML_SAFE_OK},
        {"<a b='", "%zu &amp; &#65; ", "'/>", 100000, XML_SAFE_OK},
        {"<a b='", "%zu", "'/>", LIMIT_XML_BYTES / 4, XML_SAFE_LIMIT},
    };
    struct buf b = BUF_INIT(8 * LIMIT_XML_BYTES);
    for (size_t i = 0; i < COUNT(giants); i++) {
        xml_doc_auto doc = NULL;
        struct xml_fault fault = {0};
        repeated(&b, giants[i].start, giants[i].piece, giants[i].n, giants[i].end);
        enum xml_outcome outcome = xml_parse(buf_str(&b), NULL, &doc, &fault);
        if (outcome != giants[i].outcome)
            fail_msg("giant %zu of %zu bytes: outcome %d (%s)", i, b.n, outcome, fault.what == NULL ? "" : fault.what);
    }
    for (int deep = LIMIT_XML_DEPTH; deep <= 100000; deep += 99936) {
        xml_doc_auto doc = NULL;
        struct xml_fault fault = {0};
        buf_clear(&b);
        for (int i = 0; i < deep; i++)
            buf_add_text(&b, "<a>");
        for (int i = 0; i < deep; i++)
            buf_add_text(&b, "</a>");
        assert_int_equal(xml_parse(buf_str(&b), NULL, &doc, &fault),
                         deep == LIMIT_XML_DEPTH ? XML_SAFE_OK : XML_SAFE_LIMIT);
    }
    /* Namespaces in force: those of brothers do not add up, those of fathers do. */
    for (int nested = 0; nested < 2; nested++) {
        xml_doc_auto doc = NULL;
        struct xml_fault fault = {0};
        buf_clear(&b);
        buf_add_text(&b, "<r>");
        for (int tag = 0; tag < 4; tag++) {
            buf_add_text(&b, "<a");
            for (int i = 0; i < 200; i++)
                buf_printf(&b, " xmlns:n%d='urn:x'", i);
            buf_add_text(&b, nested ? ">" : "></a>");
        }
        buf_add_text(&b, nested ? "</a></a></a></a></r>" : "</r>");
        assert_int_equal(xml_parse(buf_str(&b), NULL, &doc, &fault), nested ? XML_SAFE_LIMIT : XML_SAFE_OK);
    }
    /* What is declared once weighs on every tag inside. */
    for (int declared = 20; declared <= 250; declared += 230) {
        xml_doc_auto doc = NULL;
        struct xml_fault fault = {0};
        unsigned char hash[XML_HASH_BYTES];
        buf_clear(&b);
        buf_add_text(&b, "<r");
        for (int i = 0; i < declared; i++)
            buf_printf(&b, " xmlns:n%d='urn:x'", i);
        buf_add_text(&b, ">");
        for (int i = 0; i < 20000; i++)
            buf_add_text(&b, "<n0:b/>");
        buf_add_text(&b, "</r>");
        assert_int_equal(xml_parse(buf_str(&b), NULL, &doc, &fault), declared == 20 ? XML_SAFE_OK : XML_SAFE_LIMIT);
        assert_true(doc == NULL || xml_hash(doc, NULL, XML_C14N_INCLUSIVE, hash));
    }
    buf_release(&b);
}

static void text_comes_as_it_was_meant(void **state)
{
    (void)state;
    static const struct str same[] = {
        BYTES("<a b='\xC3\xB3\xE2\x82\xAC&lt;'/>"),
        BYTES("<?xml version='1.0' encoding='ISO-8859-15'?><a b='\xF3\xA4&#60;'/>"),
        BYTES("<?xml version='1.0' encoding='Windows-1252'?><a b='\xF3\x80&#x3c;'/>"),
        BYTES("<?xml version='1.0' encoding='ISO-8859-1'?><a b='\xF3&#8364;&lt;'/>"),
        BYTES("\xFF\xFE<\0a\0 \0b\0=\0'\0\xF3\0\xAC\x20&\0l\0t\0;\0'\0/\0>\0"),
        BYTES("\xFE\xFF\0<\0a\0 \0b\0=\0'\0\xF3\x20\xAC\0&\0l\0t\0;\0'\0/\0>"),
    };
    for (size_t i = 0; i < COUNT(same); i++) {
        xml_doc_auto doc = read_doc(same[i]);
        assert_string_equal(xml_attribute(xml_root(doc), "b"), "\xC3\xB3\xE2\x82\xAC<");
    }
    xml_doc_auto utf16 = read_doc(SPAN("\xFF\xFE<\0a\0 \0b\0=\0'\0\x3D\xD8\x00\xDE'\0/\0>\0"));
    assert_string_equal(xml_attribute(xml_root(utf16), "b"), "\xF0\x9F\x98\x80");
}

static void walking(void **state)
{
    (void)state;
    xml_doc_auto doc =
        read_doc(SPAN("<?p?><!-- c --><d:a xmlns:d='urn:d' xmlns='urn:e' d:n='no' n='yes' e=''>text<b/><c/>"
                      "<d:b xmlns:d='urn:f'/><b xmlns='' x='1'/></d:a>"));
    const xmlNode *root = xml_root(doc);
    assert_true(xml_is(root, "urn:d", "a") && !xml_is(root, "urn:e", "a") && !xml_is(root, NULL, "a"));
    assert_true(xml_is(root, NULL, NULL) && !xml_is(NULL, NULL, NULL) && !xml_is(root->children, NULL, NULL));
    assert_string_equal(xml_attribute(root, "n"), "yes");
    assert_string_equal(xml_attribute(root, "e"), "");
    assert_null(xml_attribute(root, "x"));
    assert_null(xml_attribute(NULL, "x"));
    const xmlNode *b = xml_child(root, "urn:e", "b");
    assert_non_null(b);
    assert_null(xml_next(b, "urn:e", "b"));
    const xmlNode *foreign = xml_next(b, "urn:f", "b");
    assert_non_null(foreign);
    assert_string_equal(xml_attribute(xml_next(b, NULL, "b"), "x"), "1");
    assert_string_equal((const char *)xml_next(b, NULL, NULL)->name, "c");
    assert_null(xml_child(b, NULL, NULL));
    assert_null(xml_child(NULL, NULL, NULL));
    assert_null(xml_next(NULL, NULL, NULL));
    assert_string_equal(xml_prefix_uri(b, SPAN("d")), "urn:d");
    assert_string_equal(xml_prefix_uri(foreign, SPAN("d")), "urn:f");
    assert_string_equal(xml_prefix_uri(b, SPAN("")), "urn:e");
    assert_null(xml_prefix_uri(b, SPAN("x")));
}

static void hash_of(struct str text, bool strip, enum xml_c14n form, unsigned char ret[XML_HASH_BYTES])
{
    xml_doc_auto doc = read_doc(text);
    if (strip)
        xml_strip_formatting(doc);
    assert_true(xml_hash(doc, NULL, form, ret));
}

/* Known answers: SHA-256 of the canonical text, written down by hand. */
static void canonical_forms(void **state)
{
    (void)state;
    static const struct str document = BYTES("<?xml version='1.0'?>\n<r xmlns:u='urn:u' xmlns:n='urn:n'  b = \"2\" "
                                             "a='1'><!-- x --><n:c z='&#65;'/>\n</r>\n");
    /* <r xmlns:n="urn:n" xmlns:u="urn:u" a="1" b="2"><n:c z="A"></n:c>\n</r> */
    static const unsigned char inclusive[XML_HASH_BYTES] = {
        0x1b, 0x28, 0x82, 0x26, 0x76, 0xc7, 0xda, 0x65, 0xca, 0x12, 0xd4, 0x45, 0x1f, 0x6d, 0xd7, 0xdc,
        0xd6, 0xf5, 0x75, 0x9b, 0xd6, 0x3e, 0x59, 0x95, 0xc4, 0x53, 0xe2, 0x24, 0xfa, 0xa4, 0x4b, 0x61};
    /* <r a="1" b="2"><n:c xmlns:n="urn:n" z="A"></n:c>\n</r> */
    static const unsigned char exclusive[XML_HASH_BYTES] = {
        0xae, 0xe4, 0xcb, 0x30, 0xa7, 0x34, 0xf8, 0x83, 0xa7, 0x3e, 0xd2, 0x66, 0xa8, 0xfb, 0xfe, 0x81,
        0xf7, 0x7c, 0x23, 0xbc, 0x73, 0x39, 0xdd, 0x80, 0xdf, 0x66, 0xd3, 0x8e, 0x25, 0x56, 0x79, 0x53};
    /* <n:c xmlns:n="urn:n" z="A"></n:c> */
    static const unsigned char subtree[XML_HASH_BYTES] = {
        0xee, 0x09, 0xf5, 0x7d, 0xd4, 0x7f, 0x9b, 0x45, 0x4b, 0xc8, 0xa5, 0x2e, 0x26, 0xae, 0x8a, 0x3a,
        0x2a, 0x6a, 0xf7, 0x1a, 0x87, 0x1d, 0x11, 0x94, 0x48, 0x31, 0x18, 0xb5, 0x71, 0xcb, 0xcf, 0x44};
    unsigned char hash[XML_HASH_BYTES];
    hash_of(document, false, XML_C14N_INCLUSIVE, hash);
    assert_memory_equal(hash, inclusive, sizeof hash);
    hash_of(document, false, XML_C14N_EXCLUSIVE, hash);
    assert_memory_equal(hash, exclusive, sizeof hash);
    xml_doc_auto doc = read_doc(document);
    assert_true(xml_hash(doc, xml_child(xml_root(doc), "urn:n", "c"), XML_C14N_EXCLUSIVE, hash));
    assert_memory_equal(hash, subtree, sizeof hash);
}

/* That both write the same is tried with the corpora (fuzz_canonical.c); here: which documents ours takes. */
static void usual_forms_are_ours(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        bool ours;
    } forms[] = {
        {BYTES("<n:r xmlns:n='http://example.cat/x#y' xmlns='urn:a:b'><c n:z='1'>t<?p?></c></n:r>"), true},
        {BYTES("<r><c xmlns='urn:a?b=c' z='&#10;&lt;'/><!-- x --></r>"), true},
        {BYTES("<r><c/><d xmlns:e='here'/></r>"), false},
        {BYTES("<r><c xmlns:e='urn:x?y&amp;z' e:f=''/></r>"), false},
    };
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct buf form = BUF_INIT(1000), small = BUF_INIT(10);
        xml_doc_auto doc = read_doc(forms[i].text);
        const xmlNode *n = xml_root(doc);
        assert_int_equal(xml_exclusive(doc, n, NULL, &form), forms[i].ours);
        assert_int_equal(form.n > 0, forms[i].ours);
        assert_int_equal(xml_canonical(doc, n, XML_C14N_EXCLUSIVE, NULL, &small), false);
        buf_release(&form);
        buf_release(&small);
    }
}

static void formatting_does_not_count(void **state)
{
    (void)state;
    static const struct str same[] = {
        BYTES("<a x='1' y='2'><b>t u</b><c/></a>"),
        BYTES("<?xml version='1.0' encoding='UTF-8'?>\n<!-- made by hand -->\n<a\n  y=\"2\"\n  x=\"1\">\n\t<b>t "
              "u</b>\n  <c></c>\n</a>\n"),
        BYTES("<a x='1' y='2'><?pi?><b>t<!-- x --> u</b><c>\n</c><!-- y --></a><!-- z --><?pi?>"),
    };
    static const struct str other[] = {
        BYTES("<a x='1' y='2'><c/><b>t u</b></a>"),
        BYTES("<a x='1' y='3'><b>t u</b><c/></a>"),
        BYTES("<a x='1' y='2'><b>tu</b><c/></a>"),
        BYTES("<a x='1' y='2' xmlns:q='urn:q'><b>t u</b><c/></a>"),
    };
    unsigned char first[XML_HASH_BYTES], hash[XML_HASH_BYTES];
    hash_of(same[0], true, XML_C14N_INCLUSIVE, first);
    for (size_t i = 1; i < COUNT(same); i++) {
        hash_of(same[i], true, XML_C14N_INCLUSIVE, hash);
        assert_memory_equal(hash, first, sizeof hash);
    }
    for (size_t i = 0; i < COUNT(other); i++) {
        hash_of(other[i], true, XML_C14N_INCLUSIVE, hash);
        assert_memory_not_equal(hash, first, sizeof hash);
    }
}

static void errors(void **state)
{
    (void)state;
    struct err e = {.lang = LANG_EN};
    struct xml_fault fault = {.line = 3, .what = "it has a document type declaration (DOCTYPE)"};
    assert_true(xml_err(&e, XML_SAFE_OK, &fault));
    assert_int_equal(e.code, ERR_NONE);
    assert_false(xml_err(&e, XML_SAFE_DTD, &fault));
    assert_string_equal(e.log, "line 3: the XML cannot be used: it has a document type declaration (DOCTYPE)");
    assert_int_equal(e.code, ERR_FORMAT);
    err_clear(&e);
    fault.line = 0;
    assert_false(xml_err(&e, XML_SAFE_LIMIT, &fault));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_true(str_starts(str_of(e.log), "the XML"));
    xml_doc_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents),
        cmocka_unit_test(sizes),
        cmocka_unit_test(text_comes_as_it_was_meant),
        cmocka_unit_test(walking),
        cmocka_unit_test(canonical_forms),
        cmocka_unit_test(usual_forms_are_ours),
        cmocka_unit_test(formatting_does_not_count),
        cmocka_unit_test(errors),
    };
    xml_init();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    xml_cleanup();
    return failed;
}
