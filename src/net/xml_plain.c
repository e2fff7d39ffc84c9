/* Builds; what a limit or a mistake is called is not its business: NULL says "not by me". It writes NULs over what
 * ended a name or a value, in its own copy and only behind the place where it reads; end tags are compared in the
 * original. */
#include "net/xml_plain.h"

#include <libxml/parserInternals.h>
#include <strings.h>

#include "base/limits.h"
#include "base/mem.h"
#include "net/xml_scan.h"

#define NODES_AT_ONCE 32
#define PLAIN_ATTRIBUTES 32  /* of one tag, declarations included: they are compared with one another */
#define PLAIN_NAMESPACES 64  /* in force at one place */
#define PLAIN_NAME_BYTES 256 /* of a name or a namespace; libxml2 takes 2,000 and more */
#define PLAIN_LINES 65000    /* libxml2 keeps a line in 16 bits */

/* What a character may be part of. */
enum class {
    NAME_START = 1,
    NAME = 2,
    TEXT = 4,  /* says nothing else */
    VALUE = 8, /* of an attribute, and not its quotes */
    URI_HOST = 16,
    URI_PATH = 32,
    LINE = 128, /* ends one */
};
/* One letter for each character, sixteen to a row. */
#define A (TEXT | VALUE)
#define L (NAME_START | NAME | A | URI_HOST | URI_PATH) /* letters */
#define D (NAME | A | URI_HOST | URI_PATH)              /* digits */
#define M (NAME | A | URI_HOST | URI_PATH)              /* - . */
#define U (NAME_START | NAME | A | URI_PATH)            /* _ */
#define S (A | URI_PATH)                                /* / */
#define T TEXT                                          /* quotes, tab */
#define N (TEXT | LINE)
static const unsigned char classes[256] = {
    /* clang-format off */
    0, 0, 0, 0, 0, 0, 0, 0, 0, T, N, 0, 0, 0, 0, 0, /* 00 */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 10 */
    A, A, T, A, A, A, 0, T, A, A, A, A, A, M, M, S, /* 20 */
    D, D, D, D, D, D, D, D, D, D, A, A, 0, A, A, A, /* 30 */
    A, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, /* 40 */
    L, L, L, L, L, L, L, L, L, L, L, A, A, 0, A, U, /* 50 */
    A, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, /* 60 */
    L, L, L, L, L, L, L, L, L, L, L, A, A, A, A, A, /* 70 */
    A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, /* 80 */
    A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, /* 90 */
    A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, /* A0 */
    A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, /* B0 */
    A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, /* C0 */
    A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, /* D0 */
    A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, /* E0 */
    A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, /* F0 */
    /* clang-format on */
};
#undef A
#undef L
#undef D
#undef M
#undef U
#undef S
#undef T
#undef N

static bool is(char c, unsigned class)
{
    return (classes[(unsigned char)c] & class) != 0;
}

struct name {
    const char *prefix, *local; /* prefix: NULL when there is none */
    size_t prefix_bytes, bytes; /* bytes: with the prefix and its colon */
};

struct attribute {
    struct name name;
    const char *value;
};

struct in_force {
    const char *prefix; /* NULL for the default one */
    size_t bytes;
    xmlNs *ns;
};

struct open {
    xmlNode *node;
    size_t name, bytes; /* where its name stands in the original */
    size_t namespaces;  /* in force around it */
};

struct plain {
    struct arena *arena;
    const char *text; /* the original */
    char *copy, *at;  /* ends in NUL, which nothing takes for a part of anything */
    xmlDoc *doc;
    xmlNode *nodes; /* that are not used yet */
    size_t nodes_left;
    size_t count;  /* of tags and attributes */
    uint64_t work; /* as xml_scan counts it */
    int line;
    size_t depth, namespaces;
    struct open open[LIMIT_XML_DEPTH];
    struct in_force in_force[PLAIN_NAMESPACES];
};

static char made_here; /* its address marks a tree */

bool xml_plain_made(const xmlDoc *doc)
{
    return doc->_private == &made_here;
}

/* The library's names for characters, which are never written to here. */
static xmlChar *chars(const char *text)
{
    return (xmlChar *)(uintptr_t)text;
}

/* --- nodes --- */

static xmlNode *node_new(struct plain *p, xmlElementType type, const xmlChar *name)
{
    if (p->nodes_left == 0) {
        p->nodes = arena_array(p->arena, xmlNode, NODES_AT_ONCE);
        p->nodes_left = NODES_AT_ONCE;
    }
    xmlNode *n = p->nodes++;
    p->nodes_left--;
    n->type = type;
    n->name = name;
    n->doc = p->doc;
    n->line = (unsigned short)p->line;
    return n;
}

static void child_add(xmlNode *parent, xmlNode *n)
{
    n->parent = parent;
    n->prev = parent->last;
    if (parent->last == NULL)
        parent->children = n;
    else
        parent->last->next = n;
    parent->last = n;
}

static xmlDoc *doc_new(struct arena *a)
{
    xmlDoc *doc = arena_new(a, xmlDoc);
    xmlNs *xml = arena_new(a, xmlNs);
    doc->type = XML_DOCUMENT_NODE;
    doc->doc = doc;
    doc->compression = doc->standalone = -1;
    doc->version = chars("1.0");
    doc->charset = XML_CHAR_ENCODING_UTF8;
    doc->properties = XML_DOC_WELLFORMED | XML_DOC_NSVALID;
    doc->_private = &made_here;
    /* The library makes this one when it is first looked for, and would keep it in memory of its own. */
    xml->type = XML_LOCAL_NAMESPACE;
    xml->href = XML_XML_NAMESPACE;
    xml->prefix = chars("xml");
    doc->oldNs = xml;
    return doc;
}

/* --- names and values --- */

static bool blanks_skip(struct plain *p)
{
    const char *before = p->at;
    for (;; p->at++) {
        if (*p->at == '\n')
            p->line++;
        else if (*p->at != ' ' && *p->at != '\t' && !(*p->at == '\r' && p->at[1] == '\n'))
            return p->at > before;
    }
}

/* A name with one colon at most; what stands behind it is not touched. */
static bool name_take(struct plain *p, struct name *ret)
{
    char *start = p->at, *colon = NULL, *at = start;
    for (;; at++) {
        if (is(*at, NAME))
            continue;
        if (*at != ':' || colon != NULL)
            break;
        colon = at;
    }
    char *local = colon == NULL ? start : colon + 1;
    if (!is(*start, NAME_START) || !is(*local, NAME_START) || at - start > PLAIN_NAME_BYTES)
        return false;
    p->at = at;
    *ret = (struct name){NULL, local, 0, (size_t)(at - start)};
    if (colon != NULL) {
        *colon = '\0';
        ret->prefix = start;
        ret->prefix_bytes = (size_t)(colon - start);
    }
    return true;
}

/* name="value", NULs written behind both. */
static bool attribute_take(struct plain *p, struct attribute *ret)
{
    if (!name_take(p, &ret->name))
        return false;
    char *end = p->at;
    (void)blanks_skip(p);
    if (*p->at != '=')
        return false;
    p->at++;
    (void)blanks_skip(p);
    char quote = *p->at, other = quote == '"' ? '\'' : '"';
    if (quote != '"' && quote != '\'')
        return false;
    char *value = p->at + 1, *at = value;
    while (is(*at, VALUE) || *at == other)
        at++;
    if (*at != quote)
        return false;
    *end = *at = '\0';
    p->at = at + 1;
    ret->value = value;
    return true;
}

/* --- namespaces --- */

/* "http://www.aoc.cat/hestia/", "urn:a:b": of the kind that no reading of RFC 3986 can refuse. */
static bool is_ordinary(const char *uri)
{
    size_t n = strlen(uri);
    const char *rest = uri + 4;
    if (n < 5 || n > PLAIN_NAME_BYTES)
        return false;
    if (strncmp(uri, "urn:", 4) == 0) {
        while (is(*rest, URI_HOST) || *rest == ':')
            rest++;
        return *rest == '\0' && is(uri[4], URI_HOST);
    }
    if (strncmp(uri, "http", 4) != 0)
        return false;
    rest += *rest == 's';
    if (strncmp(rest, "://", 3) != 0 || !is(rest[3], URI_HOST))
        return false;
    rest += 3;
    while (is(*rest, URI_HOST))
        rest++;
    if (*rest == '/')
        while (is(*rest, URI_PATH))
            rest++;
    if (*rest == '#')
        for (rest++; is(*rest, URI_PATH);)
            rest++;
    /* What belongs to XML itself may not be declared as anything else. */
    return *rest == '\0' && strcmp(uri, (const char *)XML_XML_NAMESPACE) != 0 &&
           strcmp(uri, "http://www.w3.org/2000/xmlns/") != 0;
}

/* NULL when the prefix means nothing here. */
static xmlNs *namespace_find(const struct plain *p, const char *prefix, size_t bytes)
{
    for (size_t i = p->namespaces; i > 0; i--) {
        const struct in_force *one = &p->in_force[i - 1];
        if (one->bytes == bytes &&
            (bytes == 0 || (one->prefix[0] == prefix[0] && memcmp(one->prefix, prefix, bytes) == 0)))
            return one->ns;
    }
    return NULL;
}

static bool is_declaration(const struct attribute *x)
{
    return x->name.prefix == NULL ? strcmp(x->name.local, "xmlns") == 0 : strcmp(x->name.prefix, "xmlns") == 0;
}

/* `around`: how many were in force before this tag. */
static bool namespace_declare(struct plain *p, size_t around, const struct attribute *x, xmlNs ***last)
{
    const char *prefix = x->name.prefix == NULL ? NULL : x->name.local;
    size_t bytes = prefix == NULL ? 0 : strlen(prefix);
    if (p->namespaces == PLAIN_NAMESPACES || !is_ordinary(x->value) ||
        (prefix != NULL && strncasecmp(prefix, "xml", 3) == 0))
        return false;
    for (size_t i = around; i < p->namespaces; i++)
        if (p->in_force[i].bytes == bytes && (bytes == 0 || memcmp(p->in_force[i].prefix, prefix, bytes) == 0))
            return false; /* twice in one tag */
    xmlNs *ns = arena_new(p->arena, xmlNs);
    ns->type = XML_LOCAL_NAMESPACE;
    ns->href = chars(x->value);
    ns->prefix = prefix == NULL ? NULL : chars(prefix);
    **last = ns;
    *last = &ns->next;
    p->in_force[p->namespaces++] = (struct in_force){prefix, bytes, ns};
    return true;
}

/* --- tags --- */

static bool attribute_add(struct plain *p, xmlNode *n, const struct attribute *x, xmlAttr **last)
{
    xmlAttr *made = arena_new(p->arena, xmlAttr);
    if (x->name.prefix != NULL) {
        made->ns = namespace_find(p, x->name.prefix, x->name.prefix_bytes);
        if (made->ns == NULL)
            return false;
    }
    made->type = XML_ATTRIBUTE_NODE;
    made->name = chars(x->name.local);
    made->parent = n;
    made->doc = p->doc;
    made->prev = *last;
    if (*last == NULL)
        n->properties = made;
    else
        (*last)->next = made;
    *last = made;
    xmlNode *value = node_new(p, XML_TEXT_NODE, xmlStringText);
    value->content = chars(x->value);
    value->parent = (xmlNode *)made;
    made->children = made->last = value;
    return true;
}

/* Declarations first, because they hold for the whole tag. */
static bool attributes_add(struct plain *p, xmlNode *n, const struct attribute *list, size_t count, size_t around)
{
    xmlNs **last_ns = &n->nsDef;
    xmlAttr *last = NULL;
    for (size_t i = 0; i < count; i++)
        if (is_declaration(&list[i]) && !namespace_declare(p, around, &list[i], &last_ns))
            return false;
    for (size_t i = 0; i < count; i++) {
        if (is_declaration(&list[i]))
            continue;
        for (size_t j = 0; j < i; j++) /* two of one local name: the library shall say whether they are the same */
            if (!is_declaration(&list[j]) && strcmp(list[i].name.local, list[j].name.local) == 0)
                return false;
        if (!attribute_add(p, n, &list[i], &last))
            return false;
    }
    return true;
}

/* After the name of a tag. False when it is not plain; *ret_count of them are in `list`. */
static bool attributes_take(struct plain *p, struct attribute *list, size_t *ret_count)
{
    *ret_count = 0;
    for (;;) {
        bool apart = blanks_skip(p);
        if (*p->at == '>' || *p->at == '/')
            return true;
        if (!apart || *ret_count == PLAIN_ATTRIBUTES || !attribute_take(p, &list[*ret_count]))
            return false;
        ++*ret_count;
    }
}

/* At '<' and a letter. */
static bool tag_open(struct plain *p)
{
    struct attribute list[PLAIN_ATTRIBUTES];
    size_t count, around = p->namespaces;
    struct name name;
    char *start = ++p->at, *end;
    if (p->depth == LIMIT_XML_DEPTH || !name_take(p, &name))
        return false;
    end = p->at;
    if (!attributes_take(p, list, &count) || p->line > PLAIN_LINES)
        return false;
    bool empty = *p->at == '/';
    p->at += empty;
    if (*p->at != '>')
        return false;
    *end = '\0'; /* it may stand where the '>' or '/' was, which has been read */
    p->at++;
    p->count += 1 + count;
    xmlNode *n = node_new(p, XML_ELEMENT_NODE, chars(name.local));
    if (p->count > LIMIT_XML_NODES || !attributes_add(p, n, list, count, around))
        return false;
    n->ns = namespace_find(p, name.prefix, name.prefix_bytes);
    p->work += (uint64_t)p->namespaces * (p->namespaces + count);
    if ((n->ns == NULL && name.prefix != NULL) || p->work > LIMIT_XML_NAMESPACE_WORK)
        return false;
    child_add(p->depth == 0 ? (xmlNode *)p->doc : p->open[p->depth - 1].node, n);
    if (empty)
        p->namespaces = around;
    else
        p->open[p->depth++] = (struct open){n, (size_t)(start - p->copy), name.bytes, around};
    return true;
}

/* At "</". */
static bool tag_close(struct plain *p)
{
    const struct open *o = &p->open[p->depth - 1];
    const char *name = p->text + (p->at + 2 - p->copy);
    /* Both end before the NUL of the copy, or they are not the same. */
    if (strnlen(p->at + 2, o->bytes) != o->bytes || memcmp(name, p->text + o->name, o->bytes) != 0)
        return false;
    p->at += 2 + o->bytes;
    (void)blanks_skip(p);
    if (*p->at != '>')
        return false;
    p->at++;
    p->depth--;
    p->namespaces = o->namespaces;
    return true;
}

/* --- text --- */

static unsigned digit_value(char c)
{
    return c >= '0' && c <= '9'   ? (unsigned)(c - '0')
           : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
           : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                  : 16;
}

/* At "&#": writes the character, and how many bytes it has; 0 when it is none. Java's base64 ends its lines so. */
static size_t number_take(struct plain *p, char ret[4])
{
    bool hex = p->at[2] == 'x';
    unsigned base = hex ? 16 : 10;
    char *first = p->at + (hex ? 3 : 2), *at = first;
    uint32_t c = 0;
    for (; at - first < 7 && digit_value(*at) < base; at++)
        c = c * base + digit_value(*at);
    bool good = c < 0x20 ? c == '\t' || c == '\n' || c == '\r'
                         : c < 0xD800 || (c > 0xDFFF && c < 0xFFFE) || (c > 0xFFFF && c <= 0x10FFFF);
    if (*at != ';' || at == first || !good)
        return 0;
    p->at = at + 1;
    return xml_utf8(c, ret);
}

/* At '&'. The same for the five entities too. What it writes is never longer than what it took. */
static size_t reference_take(struct plain *p, char ret[4])
{
    static const struct {
        const char *text;
        char means;
    } entities[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
    if (p->at[1] == '#')
        return number_take(p, ret);
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
        size_t n = strlen(entities[i].text);
        if (strncmp(p->at, entities[i].text, n) == 0) {
            p->at += n;
            ret[0] = entities[i].means;
            return 1;
        }
    }
    return 0;
}

/* Up to the next tag; references and line ends are made shorter in their place. */
static bool text_take(struct plain *p)
{
    char *start = p->at, *to = start, *at;
    for (;;) {
        char *from = at = p->at;
        int lines = 0;
        for (unsigned char c; ((c = classes[(unsigned char)*at]) & TEXT) != 0; at++)
            lines += c / LINE;
        p->at = at;
        p->line += lines;
        size_t n = (size_t)(at - from);
        if (to != from)
            memmove(to, from, n);
        to += n;
        if (*at == '\r' && at[1] == '\n') {
            p->at++; /* it goes on with the LF */
            continue;
        }
        if (*at != '&')
            break;
        char c[4];
        size_t bytes = reference_take(p, c);
        if (bytes == 0)
            return false;
        memcpy(to, c, bytes);
        to += bytes;
    }
    if (*at != '<')
        return false;
    *to = '\0'; /* it may be the '<' that is written over: nobody asks again whether it is there */
    xmlNode *n = node_new(p, XML_TEXT_NODE, xmlStringText);
    n->content = chars(start);
    child_add(p->open[p->depth - 1].node, n);
    return true;
}

/* --- the document --- */

static bool word_pass(struct plain *p, const char *word)
{
    size_t n = strlen(word);
    if (strncmp(p->at, word, n) != 0)
        return false;
    p->at += n;
    return true;
}

/* name="value" of the XML declaration; when it is not that, nothing was taken. */
static bool declared(struct plain *p, const char *name, struct str *ret)
{
    char *start = p->at;
    int line = p->line;
    bool good = blanks_skip(p) && word_pass(p, name) && word_pass(p, "=") && (*p->at == '"' || *p->at == '\'');
    if (good) {
        char quote = *p->at++, *value = p->at;
        while (is(*p->at, NAME))
            p->at++;
        *ret = str_part(value, (size_t)(p->at - value));
        good = *p->at == quote;
        p->at += good;
    }
    if (!good) {
        p->at = start;
        p->line = line;
    }
    return good;
}

/* None is fine. */
static bool declaration_pass(struct plain *p)
{
    struct str version, value;
    if (!word_pass(p, "<?xml"))
        return true;
    if (!declared(p, "version", &version) || !str_is(version, "1.0"))
        return false;
    if (declared(p, "encoding", &value) && (value.n == 0 || !is(value.p[0], NAME_START) || value.p[0] == '_'))
        return false;
    if (declared(p, "standalone", &value) && !str_is(value, "yes") && !str_is(value, "no"))
        return false;
    (void)blanks_skip(p);
    return word_pass(p, "?>");
}

/* From the first tag to its end. */
static bool content_take(struct plain *p)
{
    do {
        if (p->at[1] == '/' ? !tag_close(p) : !tag_open(p))
            return false;
        if (p->depth > 0 && *p->at != '<' && !text_take(p))
            return false;
    } while (p->depth > 0);
    return true;
}

xmlDoc *xml_plain(struct arena *a, struct str text)
{
    struct plain p = {.arena = a, .text = text.p, .line = 1};
    p.copy = p.at = arena_text(a, text);
    p.doc = doc_new(a);
    if (!declaration_pass(&p))
        return NULL;
    (void)blanks_skip(&p);
    if (*p.at != '<' || p.at[1] == '/' || !content_take(&p))
        return NULL;
    (void)blanks_skip(&p);
    return p.at == p.copy + text.n ? p.doc : NULL;
}
