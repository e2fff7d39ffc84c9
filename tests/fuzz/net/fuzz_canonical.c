/* Our canonical form against libxml2's: for every element of any document, with several lists of prefixes, the same
 * bytes; and libxml2 never refuses what ours wrote. */
#include <stdint.h>
#include <stdlib.h>

#include "net/xml_exclusive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ELEMENTS 40 /* of one document: libxml2 walks all of it for each */

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void compare(xmlDoc *doc, const xmlNode *n, const char *const *prefixes)
{
    struct buf ours = BUF_INIT(8u << 20), theirs = BUF_INIT(8u << 20);
    if (xml_exclusive(doc, n, prefixes, &ours)) {
        must(xml_canonical_library(doc, n, XML_C14N_EXCLUSIVE, prefixes, &theirs));
        must(str_equal(buf_str(&ours), buf_str(&theirs)));
    } else {
        must(ours.n == 0);
    }
    buf_release(&ours);
    buf_release(&theirs);
}

static const xmlNode *element_after(const xmlNode *n)
{
    const xmlNode *inside = xml_child(n, NULL, NULL);
    while (inside == NULL && n != NULL && n->type == XML_ELEMENT_NODE) {
        inside = xml_next(n, NULL, NULL);
        n = n->parent;
    }
    return inside;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const lists[][6] = {
        {"a", "soap", "xs", "", NULL}, {"#default", "b", "b", "nobody", NULL}, {"xml", "#default", "", "wsu", "pet"}};
    xml_doc_auto doc = NULL;
    struct xml_fault fault;
    size_t count = 0;
    xml_init();
    if (xml_parse(str_part((const char *)data, size), NULL, &doc, &fault) != XML_SAFE_OK)
        return 0;
    for (const xmlNode *n = xml_root(doc); n != NULL && count < ELEMENTS; n = element_after(n), count++) {
        compare(doc, n, NULL);
        for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
            compare(doc, n, lists[i]);
    }
    return 0;
}
