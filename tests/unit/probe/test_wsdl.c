#include "probe/wsdl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "net/xml_safe.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define BYTES(literal)                                                                                                 \
    {                                                                                                                  \
        (literal), sizeof(literal) - 1                                                                                 \
    }

#define SOAP "http://schemas.xmlsoap.org/wsdl/soap/"
#define SOAP12 "http://schemas.xmlsoap.org/wsdl/soap12/"

/* A contract like that of the service, around one address element. */
#define CONTRACT(address)                                                                                              \
    "<wsdl:definitions xmlns:wsdl='http://schemas.xmlsoap.org/wsdl/' xmlns:s='" SOAP "' xmlns:s12='" SOAP12 "'"        \
    " xmlns:tns='http://www.example.org/' targetNamespace='http://www.example.org/' name='Sincron'>"                   \
    "<wsdl:message name='m'/><wsdl:portType name='T'><wsdl:operation name='procesa'/></wsdl:portType>"                 \
    "<wsdl:binding name='B' type='tns:T'><s:binding/><wsdl:operation name='procesa'><s:operation/></wsdl:operation>"   \
    "<wsdl:operation name='altra'/></wsdl:binding><wsdl:service name='Servei'><wsdl:port name='P' "                    \
    "binding='tns:B'>" address "</wsdl:port></wsdl:service></wsdl:definitions>"
#define HERE "<s:address location='https://padro.example.cat/altre'/>"

#define CONTRACT_2(address)                                                                                            \
    "<description xmlns='http://www.w3.org/ns/wsdl' xmlns:t='urn:t' targetNamespace='urn:t'><interface name='I'>"      \
    "<operation name='procesa'/></interface><binding name='B' interface='t:I'><operation ref='t:altra'/></binding>"    \
    "<service name='Servei' interface='t:I'><endpoint name='E' binding='t:B' address='" address "'/></service>"        \
    "</description>"

static const char *const expected[] = {"procesa", "altra"};

static struct url asked;

static void examine(struct arena *a, struct str body, const char *type, size_t operations, struct wsdl *ret)
{
    char *exact = mem_alloc(body.n + 1, 1);
    if (body.n > 0)
        memcpy(exact, body.p, body.n);
    wsdl_examine(
        a, str_part(exact, body.n),
        &(struct wsdl_ask){.url = &asked, .content_type = type, .operations = expected, .operation_count = operations},
        ret);
    mem_free(exact);
}

static const struct {
    struct str body;
    enum verdict_code verdict;
    const char *detail, *type;
    size_t operations;
} cases[] = {
    {BYTES(CONTRACT(HERE)), APPLICATION_OK, "", "text/xml", 2},
    {BYTES(CONTRACT(HERE)), APPLICATION_OK, "", NULL},
    {BYTES(CONTRACT(HERE)), APPLICATION_OK, "", "text/html; charset=utf-8"}, /* the bytes decide */
    {BYTES("\xEF\xBB\xBF<?xml version='1.0'?>\n" CONTRACT(HERE) "\n"), APPLICATION_OK, ""},
    {BYTES("<?xml version='1.0' encoding='iso-8859-1'?><!-- padr\xF3 -->" CONTRACT(HERE)), APPLICATION_OK, ""},
    {BYTES("<!-- padr\xF3 -->" CONTRACT(HERE)), APPLICATION_OK, "", "text/xml; charset=\"ISO-8859-1\""},
    {BYTES("<!-- padr\xF3 -->" CONTRACT(HERE)), APPLICATION_NOT_XML, "", "text/xml"},
    {BYTES(CONTRACT_2("https://padro.example.cat/")), APPLICATION_OK, "", "application/wsdl+xml", 2},
    {BYTES(CONTRACT_2("http://padro.example.cat/")), APPLICATION_ADDRESS, "http://padro.example.cat/", "", 2},
    /* addresses */
    {BYTES(CONTRACT("<s12:address location='https://PADRO.example.cat:443/x'/>")), APPLICATION_OK, ""},
    {BYTES(CONTRACT("<s:address location='http://padro.example.cat/x'/>")), APPLICATION_ADDRESS,
     "http://padro.example.cat/x"},
    {BYTES(CONTRACT("<s:address location='https://padro.example.cat:8443/x'/>")), APPLICATION_ADDRESS,
     "https://padro.example.cat:8443/x"},
    {BYTES(CONTRACT("<s12:address location='http://10.0.0.7:7001/x'/>")), APPLICATION_ADDRESS,
     "http://10.0.0.7:7001/x"},
    {BYTES(CONTRACT(HERE "<s12:address location='http://srv01.local/x'/>")), APPLICATION_ADDRESS,
     "http://srv01.local/x"},
    {BYTES(CONTRACT("<s:address location='REPLACE_WITH_ACTUAL_URL'/>")), APPLICATION_ADDRESS,
     "REPLACE_WITH_ACTUAL_URL"},
    {BYTES(CONTRACT("<s:address location=''/>")), APPLICATION_ADDRESS, "\"\""},
    {BYTES(CONTRACT("<s:address location='http://a.example/&#x202E;gpj&#10;x'/>")), APPLICATION_ADDRESS,
     "http://a.example/gpj x"},
    {BYTES(CONTRACT("<s:address/>")), APPLICATION_OK, ""},
    {BYTES(CONTRACT("<address location='http://other.example/'/>")), APPLICATION_OK, ""},
    {BYTES(CONTRACT("")), APPLICATION_OK, ""},
    /* operations: before addresses */
    {BYTES("<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'/>"), APPLICATION_OK, "", NULL, 0},
    {BYTES("<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'/>"), APPLICATION_OPERATION, "procesa, altra", NULL,
     2},
    {BYTES("<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'><portType><operation name='altra'/></portType>"
           "<service><port><address xmlns='" SOAP
           "' location='http://other.example/'/></port></service></definitions>"),
     APPLICATION_OPERATION, "procesa", NULL, 2},
    {BYTES("<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'><import location='b.wsdl'/></definitions>"),
     APPLICATION_OK, "", NULL, 2},
    {BYTES("<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'><import location='b.wsdl'/><binding>"
           "<operation name='altra'/><operation/></binding></definitions>"),
     APPLICATION_OPERATION, "procesa", NULL, 2},
    {BYTES(
         "<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'><x:portType xmlns:x='urn:x'><operation name='procesa'/>"
         "<operation name='altra'/></x:portType></definitions>"),
     APPLICATION_OPERATION, "procesa, altra", NULL, 2},
    /* no WSDL */
    {BYTES("<definitions/>"), APPLICATION_NOT_WSDL, "definitions"},
    {BYTES("<definitions xmlns='urn:x'/>"), APPLICATION_NOT_WSDL, "{urn:x}definitions"},
    {BYTES("<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><s:Fault/></s:Body></s:Envelope>"),
     APPLICATION_NOT_WSDL, "{http://schemas.xmlsoap.org/soap/envelope/}Envelope", "text/xml"},
    {BYTES("<description xmlns='http://schemas.xmlsoap.org/wsdl/'/>"), APPLICATION_NOT_WSDL,
     "{http://schemas.xmlsoap.org/wsdl/}description"},
    /* nothing */
    {BYTES(""), APPLICATION_EMPTY, "", "text/xml"},
    {BYTES(" \r\n"), APPLICATION_EMPTY, "", "text/html"},
    /* pages */
    {BYTES("<!DOCTYPE html>\n<html><body>Error 500</body></html>"), APPLICATION_HTML, "", "text/html"},
    {BYTES("\xEF\xBB\xBF\n<!doctype HTML PUBLIC '-//W3C//DTD HTML 4.01//EN'><p>x"), APPLICATION_HTML, "", "text/xml"},
    {BYTES("<HTML><br></HTML>"), APPLICATION_HTML, ""},
    {BYTES("<html><head/></html>"), APPLICATION_HTML, "html"},
    {BYTES("<html xmlns='http://www.w3.org/1999/xhtml'/>"), APPLICATION_HTML, "{http://www.w3.org/1999/xhtml}html"},
    {BYTES("<?xml version='1.0'?>\n<!-- x -->\n<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' "
           "'http://a.example/x.dtd'><html/>"),
     APPLICATION_HTML, "", "text/xml"},
    {BYTES("<head><title>404</title></head>"), APPLICATION_NOT_WSDL, "head"},
    {BYTES("<head><title>404</head>"), APPLICATION_HTML, ""},
    {BYTES("<p>Not found<br>"), APPLICATION_HTML, "", "text/html"},
    {BYTES("Not found"), APPLICATION_HTML, "", "Text/HTML; charset=x"},
    {BYTES("<htmlx><br></htmlx>"), APPLICATION_NOT_XML, ""},
    /* not XML */
    {BYTES("Not found"), APPLICATION_NOT_XML, "", "text/plain"},
    {BYTES("\x1F\x8B\x08\x00\x00"), APPLICATION_NOT_XML, "", "text/xml"},
    {BYTES("<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'>"), APPLICATION_NOT_XML, ""},
    {BYTES("<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'>&nbsp;</definitions>"), APPLICATION_NOT_XML, ""},
    /* DTDs */
    {BYTES("<!DOCTYPE definitions SYSTEM 'http://a.example/wsdl.dtd'>" CONTRACT(HERE)), APPLICATION_DTD, "",
     "text/xml"},
    {BYTES("<!DOCTYPE definitions [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><definitions>&x;</definitions>"),
     APPLICATION_DTD, "", "text/html"},
};

static void verdicts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena a = {0};
        struct wsdl w;
        examine(&a, cases[i].body, cases[i].type, cases[i].operations, &w);
        if (w.verdict != cases[i].verdict || strcmp(w.detail, cases[i].detail) != 0)
            fail_msg("case %zu: %s, \"%s\", line %d, %s", i, verdict_text(w.verdict), w.detail, w.line,
                     w.fault == NULL ? "" : w.fault);
        bool is_wsdl =
            w.verdict == APPLICATION_OK || w.verdict == APPLICATION_ADDRESS || w.verdict == APPLICATION_OPERATION;
        assert_int_equal(strlen(w.hash), is_wsdl ? 64 : 0);
        assert_int_equal(w.fault != NULL, w.verdict == APPLICATION_NOT_XML);
        assert_int_equal(w.line > 0, w.verdict == APPLICATION_NOT_XML || w.verdict == APPLICATION_DTD);
        arena_release(&a);
    }
}

static void content_to_be_shown(void **state)
{
    (void)state;
    static const struct str versions[] = {
        BYTES(
            CONTRACT(HERE "<s12:address location='https://padro.example.cat/altre'/><s12:address location='urn:x'/>")),
        BYTES(CONTRACT_2("urn:x")),
    };
    for (size_t i = 0; i < COUNT(versions); i++) {
        struct arena a = {0};
        struct wsdl w;
        examine(&a, versions[i], "", 2, &w);
        assert_string_equal(w.target_namespace, i == 0 ? "http://www.example.org/" : "urn:t");
        assert_int_equal(w.operations.count, 2);
        assert_string_equal(w.operations.items[0], "procesa");
        assert_string_equal(w.operations.items[1], "altra");
        assert_int_equal(w.services.count, 1);
        assert_string_equal(w.services.items[0], "Servei");
        assert_int_equal(w.addresses.count, i == 0 ? 2 : 1);
        assert_string_equal(w.addresses.items[w.addresses.count - 1], "urn:x");
        assert_true(!w.operations.more && !w.imports);
        arena_release(&a);
    }
}

static void many_operations(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(LIMIT_XML_BYTES);
    buf_add_text(&b, "<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'><portType>");
    for (int i = 0; i < 20000; i++)
        buf_printf(&b, "<operation name='o%d'/>", i);
    buf_add_text(&b, "<operation name='procesa'/><operation name='");
    for (int i = 0; i < 1000; i++)
        buf_add_text(&b, "\xC3\xB3");
    buf_add_text(&b, "'/></portType><service>");
    for (int i = 0; i < 200; i++)
        buf_printf(&b, "<port><address xmlns='" SOAP "' location='http://h%d.example/'/></port>", i);
    buf_add_text(&b, "</service></definitions>");
    struct arena a = {0};
    struct wsdl w;
    examine(&a, buf_str(&b), NULL, 1, &w); /* procesa is found beyond those that are listed */
    assert_int_equal(w.verdict, APPLICATION_ADDRESS);
    assert_string_equal(w.detail, "http://h0.example/, http://h1.example/, http://h2.example/…");
    assert_int_equal(w.operations.count, LIMIT_WSDL_LISTED);
    assert_true(w.operations.more && w.addresses.more);
    examine(&a, buf_str(&b), NULL, 2, &w);
    assert_int_equal(w.verdict, APPLICATION_OPERATION);
    assert_string_equal(w.detail, "altra");
    arena_release(&a);
    buf_release(&b);
}

static void hash_of(struct str body, char ret[WSDL_HASH_TEXT_BYTES])
{
    struct arena a = {0};
    struct wsdl w;
    examine(&a, body, NULL, 0, &w);
    assert_int_equal(strlen(w.hash), 64);
    memcpy(ret, w.hash, sizeof w.hash);
    arena_release(&a);
}

static void hashes(void **state)
{
    (void)state;
    static const struct str same[] = {
        BYTES("<d:definitions xmlns:d='http://schemas.xmlsoap.org/wsdl/' targetNamespace='urn:t' "
              "name='padr\xC3\xB3'><d:service name='S'/></d:definitions>"),
        BYTES("<?xml version='1.0' encoding='ISO-8859-1'?>\r\n<!-- made today at 09:00 -->\r\n<d:definitions "
              "name=\"padr\xF3\"\r\n"
              "  targetNamespace=\"urn:t\" xmlns:d=\"http://schemas.xmlsoap.org/wsdl/\">\r\n  <d:service "
              "name=\"S\">\r\n  </d:service>\r\n</d:definitions>"),
    };
    static const struct str other[] = {
        BYTES("<d:definitions xmlns:d='http://schemas.xmlsoap.org/wsdl/' targetNamespace='urn:u' "
              "name='padr\xC3\xB3'><d:service name='S'/></d:definitions>"),
        BYTES("<d:definitions xmlns:d='http://schemas.xmlsoap.org/wsdl/' targetNamespace='urn:t' "
              "name='padr\xC3\xB3'><d:service name='R'/></d:definitions>"),
        BYTES(CONTRACT(HERE)),
        BYTES(CONTRACT("<s:address location='https://other.example/'/>")),
        /* relative namespaces have no canonical form */
        BYTES("<definitions xmlns='http://schemas.xmlsoap.org/wsdl/' xmlns:x='x' name='a'/>"),
        BYTES("<definitions xmlns='http://schemas.xmlsoap.org/wsdl/' xmlns:x='x' name='b'/>"),
    };
    char seen[COUNT(other) + 1][WSDL_HASH_TEXT_BYTES], hash[WSDL_HASH_TEXT_BYTES];
    hash_of(same[0], seen[0]);
    assert_int_equal(strspn(seen[0], "0123456789abcdef"), 64);
    hash_of(same[1], hash);
    assert_string_equal(hash, seen[0]);
    for (size_t i = 0; i < COUNT(other); i++) {
        hash_of(other[i], seen[i + 1]);
        for (size_t j = 0; j <= i; j++)
            assert_string_not_equal(seen[i + 1], seen[j]);
    }
}

static void no_address_to_compare(void **state)
{
    (void)state;
    struct arena a = {0};
    struct wsdl w;
    static const struct str body = BYTES(CONTRACT("<s:address location='http://other.example/'/>"));
    wsdl_examine(&a, body, &(struct wsdl_ask){0}, &w);
    assert_int_equal(w.verdict, APPLICATION_OK);
    assert_string_equal(w.addresses.items[0], "http://other.example/");
    arena_release(&a);
}

static int set_up(void **state)
{
    (void)state;
    struct err e = {.lang = LANG_EN};
    xml_init();
    return url_parse(str_of("https://padro.example.cat/Sincron?wsdl"), &asked, &e) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    xml_cleanup();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts), cmocka_unit_test(content_to_be_shown),   cmocka_unit_test(many_operations),
        cmocka_unit_test(hashes),   cmocka_unit_test(no_address_to_compare),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
