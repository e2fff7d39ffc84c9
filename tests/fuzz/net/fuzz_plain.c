/* Our tree of a plain document against libxml2's: libxml2 takes every document that ours was made of, and both trees
 * are the same in all that anybody reads: nodes, names, values, namespaces, their order and links, lines of elements,
 * and their canonical forms. */
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "net/xml_exclusive.h"
#include "net/xml_plain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static bool same(const void *a, const void *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool same_namespace(const xmlNs *a, const xmlNs *b)
{
    return a == NULL || b == NULL ? a == b : a->type == b->type && same(a->href, b->href) && same(a->prefix, b->prefix);
}

static void declarations_compare(const xmlNs *a, const xmlNs *b)
{
    for (; a != NULL && b != NULL; a = a->next, b = b->next)
        must(same_namespace(a, b));
    must(a == NULL && b == NULL);
}

static void attributes_compare(const xmlNode *one, const xmlNode *other)
{
    const xmlAttr *a = one->properties, *b = other->properties, *before = NULL;
    for (; a != NULL && b != NULL; before = a, a = a->next, b = b->next) {
        must(a->type == b->type && same(a->name, b->name) && same_namespace(a->ns, b->ns) && a->atype == b->atype);
        must(a->parent == one && a->doc == one->doc && a->prev == before);
        const xmlNode *x = a->children, *y = b->children;
        must(x != NULL && y != NULL && a->last == x && x->next == NULL && y->next == NULL);
        must(x->type == y->type && same(x->name, y->name) && same(x->content, y->content) &&
             x->parent == (const xmlNode *)a && x->doc == one->doc);
    }
    must(a == NULL && b == NULL);
}

static void node_compare(const xmlNode *a, const xmlNode *b)
{
    must(a->type == b->type && same(a->name, b->name) && same_namespace(a->ns, b->ns));
    if (a->type == XML_ELEMENT_NODE) {
        must(a->line == b->line && xmlGetLineNo(a) == xmlGetLineNo(b));
        declarations_compare(a->nsDef, b->nsDef);
        attributes_compare(a, b);
    } else {
        must(same(a->content, b->content) && a->properties == NULL && a->nsDef == NULL);
    }
}

/* Both in step, without recursion. */
static void trees_compare(const xmlDoc *one, const xmlDoc *other)
{
    const xmlNode *a = one->children, *b = other->children;
    must(one->children == one->last && other->children == other->last && one->intSubset == NULL);
    must(one->charset == other->charset && one->doc == one && one->ids == NULL && other->ids == NULL);
    must(a->parent == (const xmlNode *)one && a->prev == NULL && a->next == NULL);
    while (a != NULL) {
        node_compare(a, b);
        must((a->children == NULL) == (b->children == NULL) && (a->next == NULL) == (b->next == NULL));
        if (a->children != NULL) {
            must(a->type == XML_ELEMENT_NODE && a->children->parent == a && a->children->prev == NULL);
            a = a->children;
            b = b->children;
            continue;
        }
        while (a != NULL && a->next == NULL) {
            must(a->parent->last == a && a->doc == one);
            a = a->parent == (const xmlNode *)one ? NULL : a->parent;
            b = b->parent;
        }
        if (a != NULL) {
            must(a->next->prev == a && a->next->parent == a->parent);
            a = a->next;
            b = b->next;
        }
    }
}

static void forms_compare(xmlDoc *one, xmlDoc *other)
{
    static const enum xml_c14n forms[] = {XML_C14N_INCLUSIVE, XML_C14N_EXCLUSIVE};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct buf a = BUF_INIT(16u << 20), b = BUF_INIT(16u << 20);
        bool good = xml_canonical(one, i == 0 ? NULL : xml_root(one), forms[i], NULL, &a);
        must(xml_canonical_library(other, i == 0 ? NULL : xml_root(other), forms[i], NULL, &b) == good && good);
        must(str_equal(buf_str(&a), buf_str(&b)));
        buf_release(&a);
        buf_release(&b);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    xmlDoc *ours = NULL;
    xml_doc_auto theirs = NULL;
    struct xml_fault fault, again;
    struct str text = str_part((const char *)data, size);
    xml_init();
    enum xml_outcome outcome = xml_parse_in(&arena, text, NULL, &ours, &fault);
    must(xml_parse(text, NULL, &theirs, &again) == outcome);
    if (outcome != XML_SAFE_OK) {
        must(fault.line == again.line && fault.what == again.what);
    } else if (xml_plain_made(ours)) {
        trees_compare(ours, theirs);
        forms_compare(ours, theirs);
        xml_doc_auto copy = xmlCopyDoc(ours, 1);
        must(copy != NULL && !xml_plain_made(copy));
        trees_compare(ours, theirs);
    }
    if (ours != NULL)
        xml_doc_free(ours);
    arena_release(&arena);
    return 0;
}
