/* Calls libxml2 with its hands tied. Decoding and the limits are in xml_decode.c and xml_scan.c; what a document means
 * is for the callers. */
#include "net/xml_safe.h"

#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#include <sodium.h>

#include "base/mem.h"
#include "net/xml_exclusive.h"
#include "net/xml_plain.h"
#include "net/xml_scan.h"

static void *memory_new(size_t n)
{
    return mem_resize(NULL, n, 1);
}

static void *memory_resize(void *p, size_t n)
{
    return mem_resize(p, n, 1);
}

void xml_init(void)
{
    (void)xmlMemSetup(mem_free, memory_new, memory_resize, mem_dup_text);
    xmlInitParser();
}

void xml_cleanup(void)
{
    xmlCleanupParser();
}

/* What the SAX handler noticed; ctxt->_private. */
struct watch {
    int line, code; /* of the first error */
    bool dtd;
};

/* What people get wrong, by the parser's number of it. */
static const char *reason_words(int code)
{
    static const struct {
        int code;
        const char *words;
    } reasons[] = {
        {XML_ERR_NAME_REQUIRED, N_("an & stands there by itself: write &amp;")},
        {XML_ERR_ENTITYREF_SEMICOL_MISSING, N_("an & stands there by itself: write &amp;")},
        {XML_ERR_UNDECLARED_ENTITY, N_("an entity that XML does not have, such as &nbsp;: write the character itself")},
        {XML_ERR_INVALID_CHAR, N_("a control character, which XML cannot hold")},
        {XML_ERR_TAG_NAME_MISMATCH, N_("an end tag is not that of the element that is open (capitals count)")},
        {XML_ERR_ATTRIBUTE_REDEFINED, N_("an element has the same attribute twice")},
        {XML_ERR_RESERVED_XML_NAME,
         N_("the XML declaration is not at the very beginning: delete what stands before it")},
        {XML_NS_ERR_UNDEFINED_NAMESPACE, N_("a prefix is used that is not declared (xmlns:…)")},
        {XML_NS_ERR_XML_NAMESPACE, N_("a namespace is not valid: look for blanks and line ends inside it")},
        {XML_WAR_NS_URI, N_("a namespace is not valid: look for blanks and line ends inside it")},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].code == code)
            return reasons[i].words;
    return N_("it is not well-formed XML");
}

static void on_error(void *context, xmlErrorPtr error)
{
    xmlParserCtxt *ctxt = context;
    struct watch *w = ctxt == NULL ? NULL : ctxt->_private;
    if (w != NULL && w->line == 0 && error->level >= XML_ERR_ERROR) {
        w->line = error->line;
        w->code = error->code;
    }
}

static void on_nothing(void *context, xmlErrorPtr error)
{
    (void)context;
    (void)error;
}

/* The scan refuses every DOCTYPE; should one get by, it ends here, before anything in it is read. */
static void on_subset(void *context, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
    xmlParserCtxt *ctxt = context;
    (void)name;
    (void)external;
    (void)system;
    ((struct watch *)ctxt->_private)->dtd = true;
    xmlStopParser(ctxt);
}

static xmlParserInputPtr on_external(void *context, const xmlChar *public, const xmlChar *system)
{
    (void)context;
    (void)public;
    (void)system;
    return NULL;
}

static xmlEntityPtr on_entity(void *context, const xmlChar *name)
{
    (void)context;
    return xmlGetPredefinedEntity(name);
}

static xmlDoc *tree_make(struct str text, struct watch *w)
{
    xmlParserCtxt *ctxt = xmlNewParserCtxt();
    if (ctxt == NULL)
        return NULL;
    ctxt->_private = w;
    ctxt->sax->serror = on_error;
    ctxt->sax->internalSubset = on_subset;
    ctxt->sax->externalSubset = on_subset;
    ctxt->sax->resolveEntity = on_external;
    ctxt->sax->getEntity = on_entity;
    ctxt->sax->getParameterEntity = on_entity;
    xmlDoc *doc = xmlCtxtReadMemory(ctxt, text.p, (int)text.n, NULL, NULL,
                                    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA |
                                        XML_PARSE_IGNORE_ENC | XML_PARSE_COMPACT);
    if (doc != NULL && (!ctxt->wellFormed || !ctxt->nsWellFormed || w->dtd || doc->intSubset != NULL)) {
        xmlFreeDoc(doc);
        doc = NULL;
    }
    xmlFreeParserCtxt(ctxt);
    return doc;
}

/* By the library, after the scan. */
static enum xml_outcome text_parse(struct str text, xmlDoc **ret, struct xml_fault *ret_fault)
{
    struct watch w = {0};
    enum xml_outcome outcome = xml_scan(text, ret_fault);
    if (outcome != XML_SAFE_OK)
        return outcome;
    xmlInitParser();
    xmlDoc *doc = tree_make(text, &w);
    if (doc != NULL) {
        *ret = doc;
    } else if (w.dtd) {
        *ret_fault = (struct xml_fault){.what = N_("it has a document type declaration (DOCTYPE)")};
        outcome = XML_SAFE_DTD;
    } else {
        *ret_fault = (struct xml_fault){.line = w.line, .what = reason_words(w.code)};
        outcome = XML_SAFE_MALFORMED;
    }
    return outcome;
}

enum xml_outcome xml_parse_in(struct arena *a, struct str bytes, const char *charset, xmlDoc **ret,
                              struct xml_fault *ret_fault)
{
    struct str text;
    if (bytes.n > LIMIT_XML_BYTES) {
        *ret_fault = (struct xml_fault){.what = N_("it is larger than what is accepted")};
        return XML_SAFE_LIMIT;
    }
    if (str_trim(bytes).n == 0) {
        *ret_fault = (struct xml_fault){.what = N_("it is empty")};
        return XML_SAFE_EMPTY;
    }
    struct buf room = BUF_INIT(3 * LIMIT_XML_BYTES);
    enum xml_outcome outcome = xml_decode(bytes, charset, &room, &text, ret_fault);
    if (outcome == XML_SAFE_OK) {
        xmlDoc *plain = a == NULL ? NULL : xml_plain(a, text);
        if (plain != NULL)
            *ret = plain;
        else
            outcome = text_parse(text, ret, ret_fault);
    }
    buf_release(&room);
    return outcome;
}

enum xml_outcome xml_parse(struct str bytes, const char *charset, xmlDoc **ret, struct xml_fault *ret_fault)
{
    return xml_parse_in(NULL, bytes, charset, ret, ret_fault);
}

bool xml_err(struct err *e, enum xml_outcome outcome, const struct xml_fault *fault)
{
    if (outcome == XML_SAFE_OK)
        return true;
    err_set(e, outcome == XML_SAFE_LIMIT ? ERR_LIMIT : ERR_FORMAT, N_("the XML cannot be used: %s"), fault->what);
    if (fault->line > 0)
        err_where(e, N_("line %d"), fault->line);
    return false;
}

void xml_doc_free(xmlDoc *doc)
{
    if (doc != NULL && !xml_plain_made(doc))
        xmlFreeDoc(doc);
}

/* --- walking --- */

bool xml_is(const xmlNode *n, const char *uri, const char *name)
{
    if (n == NULL || n->type != XML_ELEMENT_NODE)
        return false;
    /* Most names differ at once, and this is asked of every element again and again. */
    if (name != NULL && (n->name[0] != (xmlChar)name[0] || strcmp((const char *)n->name, name) != 0))
        return false;
    const char *own = n->ns == NULL ? NULL : (const char *)n->ns->href;
    return name == NULL || (uri == NULL ? own == NULL : own != NULL && strcmp(own, uri) == 0);
}

const xmlNode *xml_root(const xmlDoc *doc)
{
    const xmlNode *n = doc->children;
    while (n != NULL && n->type != XML_ELEMENT_NODE)
        n = n->next;
    return n;
}

static const xmlNode *first_from(const xmlNode *n, const char *uri, const char *name)
{
    while (n != NULL && !xml_is(n, uri, name))
        n = n->next;
    return n;
}

const xmlNode *xml_child(const xmlNode *parent, const char *uri, const char *name)
{
    return parent == NULL ? NULL : first_from(parent->children, uri, name);
}

const xmlNode *xml_next(const xmlNode *n, const char *uri, const char *name)
{
    return n == NULL ? NULL : first_from(n->next, uri, name);
}

const char *xml_attribute(const xmlNode *n, const char *name)
{
    for (const xmlAttr *a = n == NULL || n->type != XML_ELEMENT_NODE ? NULL : n->properties; a != NULL; a = a->next)
        if (a->ns == NULL && strcmp((const char *)a->name, name) == 0)
            return a->children == NULL || a->children->content == NULL ? "" : (const char *)a->children->content;
    return NULL;
}

const char *xml_prefix_uri(const xmlNode *n, struct str prefix)
{
    for (; n != NULL && n->type == XML_ELEMENT_NODE; n = n->parent)
        for (const xmlNs *ns = n->nsDef; ns != NULL; ns = ns->next)
            if (str_is(prefix, ns->prefix == NULL ? "" : (const char *)ns->prefix))
                return (const char *)ns->href;
    return NULL;
}

/* --- canonical form --- */

static int digest_write(void *context, const char *bytes, int n)
{
    (void)crypto_hash_sha256_update(context, (const unsigned char *)bytes, (unsigned long long)n);
    return n;
}

static int buf_write(void *context, const char *bytes, int n)
{
    return buf_add(context, bytes, (size_t)n) ? n : -1;
}

struct inside {
    const xmlNode *top;
    const xmlNode *known; /* the last element that was found inside: most questions are about what stands in it */
};

/* A namespace declaration is shown where its tag is; it has no way up of its own. */
static int is_inside(void *context, xmlNode *n, xmlNode *parent)
{
    struct inside *in = context;
    if (n != NULL && n->type == XML_NAMESPACE_DECL)
        n = parent;
    const xmlNode *up = n;
    while (up != NULL && up != in->top && up != in->known)
        up = up->parent;
    if (up != NULL && n->type == XML_ELEMENT_NODE)
        in->known = n;
    return up != NULL;
}

static bool canonical_write(xmlDoc *doc, const xmlNode *subtree, enum xml_c14n form, const char *const *prefixes,
                            xmlOutputBuffer *out)
{
    if (out == NULL)
        return false;
    /* The canonicaliser speaks to whoever listens in this thread, by default standard error. */
    xmlStructuredErrorFunc listener = xmlStructuredError;
    void *listener_context = xmlStructuredErrorContext;
    struct inside in = {.top = subtree};
    xmlSetStructuredErrorFunc(NULL, on_nothing);
    int written = xmlC14NExecute(doc, subtree == NULL ? NULL : is_inside, &in,
                                 form == XML_C14N_INCLUSIVE ? XML_C14N_1_0 : XML_C14N_EXCLUSIVE_1_0,
                                 (xmlChar **)(uintptr_t)prefixes, form == XML_C14N_EXCLUSIVE_COMMENTS, out);
    int closed = xmlOutputBufferClose(out);
    xmlSetStructuredErrorFunc(listener_context, listener);
    return written >= 0 && closed >= 0;
}

bool xml_canonical_library(xmlDoc *doc, const xmlNode *subtree, enum xml_c14n form, const char *const *prefixes,
                           struct buf *to)
{
    return canonical_write(doc, subtree, form, prefixes, xmlOutputBufferCreateIO(buf_write, NULL, to, NULL)) &&
           !buf_full(to);
}

bool xml_canonical(xmlDoc *doc, const xmlNode *subtree, enum xml_c14n form, const char *const *prefixes, struct buf *to)
{
    return (form == XML_C14N_EXCLUSIVE && subtree != NULL && xml_exclusive(doc, subtree, prefixes, to)) ||
           xml_canonical_library(doc, subtree, form, prefixes, to);
}

bool xml_hash(xmlDoc *doc, const xmlNode *subtree, enum xml_c14n form, unsigned char ret[XML_HASH_BYTES])
{
    crypto_hash_sha256_state state;
    (void)crypto_hash_sha256_init(&state);
    if (!canonical_write(doc, subtree, form, NULL, xmlOutputBufferCreateIO(digest_write, NULL, &state, NULL)))
        return false;
    (void)crypto_hash_sha256_final(&state, ret);
    return true;
}

/* The node after n in the order of the document, without its children when `below` is false. */
static xmlNode *after(xmlNode *n, bool below)
{
    if (below && n->type == XML_ELEMENT_NODE && n->children != NULL)
        return n->children;
    while (n != NULL && n->next == NULL) {
        n = n->parent;
        if (n != NULL && n->type != XML_ELEMENT_NODE)
            return NULL;
    }
    return n == NULL ? NULL : n->next;
}

void xml_strip_formatting(xmlDoc *doc)
{
    for (xmlNode *n = doc->children, *next; n != NULL; n = next) {
        next = after(n, true);
        if (n->type == XML_COMMENT_NODE || n->type == XML_PI_NODE || xmlIsBlankNode(n) == 1) {
            xmlUnlinkNode(n);
            xmlFreeNode(n);
        }
    }
}
