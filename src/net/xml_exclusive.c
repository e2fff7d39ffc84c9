/* Follows libxml2's own way through a tree (c14n.c of 2.9), so that both say the same of every tree. Not responsible
 * for what is rare: a namespace with a character that would have to be written otherwise, nodes that no parse of ours
 * makes, and anything that canonicalisation refuses. */
#include "net/xml_exclusive.h"

#include <libxml/uri.h>

#include "base/limits.h"
#include "base/mem.h"
#include "net/xml_plain.h"

#define PER_ELEMENT (LIMIT_XML_ATTRIBUTES + LIMIT_WSS_PREFIXES + 2)

/* What libxml2 calls the stack of visible namespaces: those of the parent begin at `parent`, our own at `own`. */
struct place {
    size_t count, parent, own;
    size_t name, name_bytes; /* of the element, in what was written: its end tag is copied from there */
};

struct writer {
    const xmlDoc *doc;
    const char *const *prefixes; /* ended by NULL, or NULL */
    bool prefixes_default;       /* the default namespace is among them */
    struct buf *to;
    size_t room; /* for so many bytes more nothing has to be asked */
    VEC(const xmlNs *) stack;
    struct place place;
    bool strange; /* something that is left to libxml2 */
};

/* --- writing --- */

enum escape { ESCAPE_TEXT = 1, ESCAPE_ATTRIBUTE = 2, ESCAPE_INSTRUCTION = 4 };

/* Which characters are written otherwise where (Canonical XML 1.0 §2.3). */
static const unsigned char escaped[256] = {
    ['&'] = ESCAPE_TEXT | ESCAPE_ATTRIBUTE,
    ['<'] = ESCAPE_TEXT | ESCAPE_ATTRIBUTE,
    ['>'] = ESCAPE_TEXT,
    ['"'] = ESCAPE_ATTRIBUTE,
    ['\t'] = ESCAPE_ATTRIBUTE,
    ['\n'] = ESCAPE_ATTRIBUTE,
    ['\r'] = ESCAPE_TEXT | ESCAPE_ATTRIBUTE | ESCAPE_INSTRUCTION,
};

static const char *escape_of(char c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\t': return "&#x9;";
    case '\n': return "&#xA;";
    default: return "&#xD;";
    }
}

#define ROOM 4096 /* nearly every form fits in it */

/* Room for n bytes, or the form does not fit. */
static bool room_make(struct writer *w, size_t n)
{
    if (buf_reserve(w->to, n) == NULL)
        return false;
    w->room = w->to->capacity - w->to->n - 1;
    if (w->room > w->to->max - w->to->n)
        w->room = w->to->max - w->to->n;
    return true;
}

static inline void put(struct writer *w, const void *bytes, size_t n)
{
    if (n > w->room && !room_make(w, n))
        return;
    memcpy(w->to->p + w->to->n, bytes, n);
    w->to->n += n;
    w->room -= n;
}

static void put_text(struct writer *w, const xmlChar *text)
{
    put(w, text, strlen((const char *)text));
}

static void put_escaped(struct writer *w, const xmlChar *text, enum escape how)
{
    const xmlChar *from = text, *p = text;
    for (; *p != '\0'; p++) {
        if ((escaped[*p] & how) == 0)
            continue;
        put(w, from, (size_t)(p - from));
        put_text(w, (const xmlChar *)escape_of((char)*p));
        from = p + 1;
    }
    put(w, from, (size_t)(p - from));
}

static void put_name(struct writer *w, const xmlNs *ns, const xmlChar *name)
{
    if (ns != NULL && ns->prefix != NULL && ns->prefix[0] != '\0') {
        put_text(w, ns->prefix);
        put(w, ":", 1);
    }
    put_text(w, name);
}

/* --- namespaces --- */

static const char *text_or_empty(const xmlChar *text)
{
    return text == NULL ? "" : (const char *)text;
}

static bool same(const xmlChar *a, const xmlChar *b)
{
    return a == b || strcmp(text_or_empty(a), text_or_empty(b)) == 0;
}

static bool is_xml(const xmlNs *ns)
{
    return ns->prefix != NULL && ns->prefix[0] == 'x' && strcmp((const char *)ns->prefix, "xml") == 0 &&
           strcmp(text_or_empty(ns->href), (const char *)XML_XML_NAMESPACE) == 0;
}

static bool is_default(const xmlNs *ns)
{
    return ns->prefix == NULL || ns->prefix[0] == '\0';
}

/* Whether what the prefix means here was rendered above, from `first` on. */
static bool is_rendered(const struct writer *w, const xmlNs *ns, size_t first)
{
    bool nothing = is_default(ns) && (ns->href == NULL || ns->href[0] == '\0');
    for (size_t i = w->place.count; i > first; i--) {
        const xmlNs *one = w->stack.items[i - 1];
        if (one == ns)
            return true;
        if (same(one->prefix, ns->prefix))
            return same(one->href, ns->href);
    }
    return nothing;
}

static bool is_rendered_inclusively(const struct writer *w, const xmlNs *ns)
{
    bool nothing = is_default(ns) && (ns->href == NULL || ns->href[0] == '\0');
    return is_rendered(w, ns, nothing ? 0 : w->place.parent);
}

static void stack_add(struct writer *w, const xmlNs *ns)
{
    w->stack.count = w->place.count;
    vec_push(&w->stack, ns);
    w->place.count++;
}

/* Namespaces of one element that have to be written, in the order of their prefixes. */
struct rendered {
    const xmlNs *items[PER_ELEMENT];
    size_t count;
};

static void rendered_add(struct writer *w, struct rendered *r, const xmlNs *ns)
{
    if (r->count == PER_ELEMENT) {
        w->strange = true;
        return;
    }
    size_t i = r->count++;
    for (; i > 0 && strcmp(text_or_empty(r->items[i - 1]->prefix), text_or_empty(ns->prefix)) >= 0; i--)
        r->items[i] = r->items[i - 1];
    r->items[i] = ns;
}

static const xmlNs *namespace_in_force(const struct writer *w, const xmlNode *n, const char *prefix)
{
    /* It looks only; its interface has no const. */
    return xmlSearchNs((xmlDoc *)(uintptr_t)w->doc, (xmlNode *)(uintptr_t)n, (const xmlChar *)prefix);
}

/* The prefixes that are treated inclusively; true when one of them renders the default namespace. */
static bool inclusive_collect(struct writer *w, const xmlNode *n, struct rendered *r)
{
    bool has_default = false;
    for (size_t i = 0; w->prefixes != NULL && w->prefixes[i] != NULL; i++) {
        const char *prefix = w->prefixes[i];
        bool none = prefix[0] == '\0' || strcmp(prefix, "#default") == 0;
        const xmlNs *ns = namespace_in_force(w, n, none ? NULL : prefix);
        if (ns == NULL || is_xml(ns))
            continue;
        if (!is_rendered_inclusively(w, ns))
            rendered_add(w, r, ns);
        stack_add(w, ns);
        has_default |= is_default(ns);
    }
    return has_default;
}

static void put_namespace(struct writer *w, const xmlNs *ns)
{
    const char *href = text_or_empty(ns->href);
    /* libxml2 chooses the quotes by what is inside and escapes nothing else. */
    if (strpbrk(href, "\"&<\t\r\n") != NULL) {
        w->strange = true;
        return;
    }
    if (ns->prefix == NULL) {
        put(w, " xmlns=\"", 8);
    } else {
        put(w, " xmlns:", 7);
        put_text(w, ns->prefix);
        put(w, "=\"", 2);
    }
    put(w, href, strlen(href));
    put(w, "\"", 1);
}

static void namespaces_write(struct writer *w, const xmlNode *n)
{
    static const xmlNs nothing = {.type = XML_NAMESPACE_DECL};
    struct rendered r;
    r.count = 0;
    bool has_default = inclusive_collect(w, n, &r), uses_none = n->ns == NULL;
    const xmlNs *own = n->ns != NULL ? n->ns : namespace_in_force(w, n, NULL);
    if (own != NULL && !is_xml(own)) {
        if (!is_rendered(w, own, 0))
            rendered_add(w, &r, own);
        stack_add(w, own);
        has_default |= is_default(own);
    }
    for (const xmlAttr *x = n->properties; x != NULL; x = x->next) {
        if (x->ns == NULL || is_xml(x->ns))
            continue;
        if (!is_rendered(w, x->ns, 0))
            rendered_add(w, &r, x->ns);
        stack_add(w, x->ns);
        has_default |= is_default(x->ns);
    }
    if (!has_default && w->prefixes_default ? !is_rendered_inclusively(w, &nothing)
                                            : uses_none && !has_default && !is_rendered(w, &nothing, 0))
        put_namespace(w, &nothing);
    for (size_t i = 0; i < r.count; i++)
        put_namespace(w, r.items[i]);
}

/* --- attributes --- */

/* Those without a namespace first, then by namespace and name. */
static int attribute_compare(const xmlAttr *a, const xmlAttr *b)
{
    if (a->ns != b->ns) {
        if (a->ns == NULL || b->ns == NULL)
            return a->ns == NULL ? -1 : 1;
        if (a->ns->prefix == NULL || b->ns->prefix == NULL)
            return a->ns->prefix == NULL ? -1 : 1;
        int order = strcmp(text_or_empty(a->ns->href), text_or_empty(b->ns->href));
        if (order != 0)
            return order;
    }
    return strcmp((const char *)a->name, (const char *)b->name);
}

static void attribute_write(struct writer *w, const xmlAttr *x)
{
    const xmlNode *value = x->children;
    put(w, " ", 1);
    put_name(w, x->ns, x->name);
    put(w, "=\"", 2);
    if (value != NULL) {
        if (value->type != XML_TEXT_NODE || value->next != NULL || value->content == NULL) {
            w->strange = true;
            return;
        }
        put_escaped(w, value->content, ESCAPE_ATTRIBUTE);
    }
    put(w, "\"", 1);
}

static void attributes_write(struct writer *w, const xmlNode *n)
{
    const xmlAttr *order[LIMIT_XML_ATTRIBUTES];
    size_t count = 0;
    for (const xmlAttr *x = n->properties; x != NULL; x = x->next) {
        if (count == LIMIT_XML_ATTRIBUTES) {
            w->strange = true;
            return;
        }
        size_t i = count++;
        for (; i > 0 && attribute_compare(order[i - 1], x) >= 0; i--)
            order[i] = order[i - 1];
        order[i] = x;
    }
    for (size_t i = 0; i < count; i++)
        attribute_write(w, order[i]);
}

/* --- nodes --- */

static void element_open(struct writer *w, const xmlNode *n)
{
    put(w, "<", 1);
    size_t name = w->to->n;
    put_name(w, n->ns, n->name);
    size_t name_bytes = w->to->n - name;
    namespaces_write(w, n);
    w->place = (struct place){w->place.count, w->place.own, w->place.count, name, name_bytes};
    if (n->properties != NULL)
        attributes_write(w, n);
    put(w, ">", 1);
}

static void element_close(struct writer *w)
{
    const struct place *p = &w->place;
    if (p->name_bytes + 3 > w->room && !room_make(w, p->name_bytes + 3))
        return;
    put(w, "</", 2);
    put(w, w->to->p + p->name, p->name_bytes); /* it has its room: what it is copied from does not move */
    put(w, ">", 1);
}

static void instruction_write(struct writer *w, const xmlNode *n)
{
    put(w, "<?", 2);
    put_text(w, n->name);
    if (n->content != NULL && n->content[0] != '\0') {
        put(w, " ", 1);
        put_escaped(w, n->content, ESCAPE_INSTRUCTION);
    }
    put(w, "?>", 2);
}

static void leaf_write(struct writer *w, const xmlNode *n)
{
    switch (n->type) {
    case XML_TEXT_NODE:
    case XML_CDATA_SECTION_NODE:
        if (n->content != NULL)
            put_escaped(w, n->content, ESCAPE_TEXT);
        break;
    case XML_PI_NODE: instruction_write(w, n); break;
    case XML_COMMENT_NODE: break;
    default: w->strange = true; break;
    }
}

/* Down and up again without recursion; `places` are those of the elements that are open. */
static void tree_write(struct writer *w, const xmlNode *top)
{
    struct place places[LIMIT_XML_DEPTH + 2];
    size_t depth = 0;
    for (const xmlNode *n = top; n != NULL && !w->strange && !buf_full(w->to);) {
        if (n->type == XML_ELEMENT_NODE) {
            if (depth == LIMIT_XML_DEPTH + 2) {
                w->strange = true;
                return;
            }
            places[depth++] = w->place;
            element_open(w, n);
            if (n->children != NULL) {
                n = n->children;
                continue;
            }
        } else {
            leaf_write(w, n);
        }
        for (;; n = n->parent) {
            if (n->type == XML_ELEMENT_NODE) {
                element_close(w);
                w->place = places[--depth];
            }
            if (n == top || n->next != NULL)
                break;
        }
        n = n == top ? NULL : n->next;
    }
}

/* --- what canonicalisation refuses --- */

/* "http://www.aoc.cat/hestia/" or "urn:a": an absolute URI as nearly all are. */
static bool is_plainly_absolute(const char *uri)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
    size_t scheme = strcspn(uri, ":");
    if (uri[scheme] != ':' || scheme == 0 || strspn(uri, "abcdefghijklmnopqrstuvwxyz") != scheme)
        return false;
    size_t rest = scheme + 1 + strspn(uri + scheme + 1, plain);
    if (uri[rest] == '#')
        rest += 1 + strspn(uri + rest + 1, plain);
    return uri[rest] == '\0';
}

static bool is_absolute(const xmlNs *ns)
{
    const char *href = text_or_empty(ns->href);
    if (href[0] == '\0' || is_plainly_absolute(href))
        return true;
    xmlURI *uri = xmlParseURI(href);
    bool absolute = uri != NULL && uri->scheme != NULL && uri->scheme[0] != '\0';
    xmlFreeURI(uri);
    return absolute;
}

static const xmlNode *node_after(const xmlNode *n)
{
    if (n->type == XML_ELEMENT_NODE && n->children != NULL)
        return n->children;
    while (n != NULL && n->next == NULL)
        n = n->parent != NULL && n->parent->type == XML_ELEMENT_NODE ? n->parent : NULL;
    return n == NULL ? NULL : n->next;
}

/* A relative namespace anywhere has no canonical form, and what stands beside the element counts too. */
static bool is_usual(const xmlDoc *doc)
{
    for (const xmlNode *n = doc->children; n != NULL; n = node_after(n)) {
        if (n->type == XML_ELEMENT_NODE) {
            for (const xmlNs *ns = n->nsDef; ns != NULL; ns = ns->next)
                if (!is_absolute(ns))
                    return false;
        } else if (n->type != XML_TEXT_NODE && n->type != XML_COMMENT_NODE && n->type != XML_PI_NODE &&
                   n->type != XML_CDATA_SECTION_NODE) {
            return false;
        }
    }
    return true;
}

bool xml_exclusive(const xmlDoc *doc, const xmlNode *element, const char *const *prefixes, struct buf *to)
{
    size_t before = to->n;
    if (doc->charset != XML_CHAR_ENCODING_UTF8 || element->type != XML_ELEMENT_NODE ||
        (!xml_plain_made(doc) && !is_usual(doc)))
        return false;
    struct writer w = {.doc = doc, .prefixes = prefixes, .to = to};
    for (size_t i = 0; prefixes != NULL && prefixes[i] != NULL; i++)
        w.prefixes_default |= prefixes[i][0] == '\0' || strcmp(prefixes[i], "#default") == 0;
    if (to->max - to->n >= ROOM)
        (void)room_make(&w, ROOM);
    tree_write(&w, element);
    vec_release(&w.stack);
    bool good = !w.strange && !buf_full(to);
    to->n = good ? to->n : before;
    if (to->p != NULL)
        to->p[to->n] = '\0';
    return good;
}
