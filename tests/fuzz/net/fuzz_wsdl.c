/* Any bytes where a WSDL should be: one verdict, texts that are safe to show, the same hash each time and for the tree
 * printed without formatting; and no tag beyond the limits that the parser is quadratic in. */
#include <stdint.h>
#include <stdlib.h>

#include "net/xml_safe.h"
#include "probe/wsdl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_shown(const char *text)
{
    struct str s = str_of(text);
    uint32_t c;
    must(str_utf8_valid(s));
    while (str_utf8_next(&s, &c))
        must(!str_is_control(c));
}

static void check_list(const struct wsdl_list *list)
{
    must(list->count <= LIMIT_WSDL_LISTED);
    for (size_t i = 0; i < list->count; i++)
        check_shown(list->items[i]);
}

static void check_tree(struct str body)
{
    xml_doc_auto doc = NULL;
    struct xml_fault fault = {0};
    unsigned char hash[XML_HASH_BYTES];
    enum xml_outcome outcome = xml_parse(body, "windows-1252", &doc, &fault);
    must((outcome == XML_SAFE_OK) == (doc != NULL) && (doc != NULL || fault.what != NULL));
    if (doc == NULL)
        return;
    must(doc->intSubset == NULL && doc->extSubset == NULL && xml_root(doc) != NULL);
    (void)xml_hash(doc, xml_child(xml_root(doc), NULL, NULL), XML_C14N_EXCLUSIVE, hash);
    xml_strip_formatting(doc);
    (void)xml_hash(doc, NULL, XML_C14N_EXCLUSIVE, hash);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const operations[] = {"procesa", "altra"};
    struct arena a = {0};
    struct url asked;
    struct err e = {.lang = LANG_EN};
    struct str body = str_part((const char *)data, size);
    struct wsdl first, again;
    must(url_parse(str_of("https://padro.example.cat/Sincron?wsdl"), &asked, &e));
    struct wsdl_ask ask = {
        .url = &asked, .content_type = "text/xml; charset=iso-8859-15", .operations = operations, .operation_count = 2};
    wsdl_examine(&a, body, &ask, &first);
    wsdl_examine(&a, body, &ask, &again);
    must(verdict_part(first.verdict) == VERDICT_APPLICATION && first.verdict == again.verdict);
    must(strcmp(first.hash, again.hash) == 0 && strcmp(first.detail, again.detail) == 0);
    check_shown(first.detail);
    check_shown(first.target_namespace);
    check_list(&first.operations);
    check_list(&first.services);
    check_list(&first.addresses);
    check_tree(body);
    arena_release(&a);
    return 0;
}
