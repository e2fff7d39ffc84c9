/* The only door to libxml2: foreign XML in, a tree out, or one reason.
 *
 *     xml_doc_auto doc = NULL;
 *     if (xml_parse(bytes, NULL, &doc, &fault) != XML_SAFE_OK) …
 *
 * Before libxml2 sees a byte, the text is made UTF-8 by tables of ours, and a scan in linear time looks at its
 * tags: any DOCTYPE is refused where it begins, so no entity but the five predefined ones exists and nothing can be
 * expanded or fetched; depth, attributes of a tag, namespaces in force and the number of nodes are bounded (libxml2 2.9
 * is quadratic in them: 2 MB can keep its parser busy for seconds and its canonicaliser for minutes). Then: no network,
 * no DTD (a second time, by its SAX handler), no XInclude, no recovery, no message on standard error. Encodings: UTF-8,
 * UTF-16, US-ASCII, ISO-8859-1, ISO-8859-15, Windows-1252.
 *
 * Trees are walked with the functions below or with <libxml/tree.h>; parsing and writing happen here only. */
#ifndef TALAIA_NET_XML_SAFE_H
#define TALAIA_NET_XML_SAFE_H

#include <libxml/tree.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

enum xml_outcome {
    XML_SAFE_OK,
    XML_SAFE_EMPTY,     /* no bytes, or only white space */
    XML_SAFE_MALFORMED, /* not well-formed, with the namespaces too */
    XML_SAFE_DTD,       /* has a document type declaration */
    XML_SAFE_ENCODING,  /* an encoding that is not read, or bytes that are not in the declared one */
    XML_SAFE_LIMIT,     /* larger, deeper or wider than limits.h says */
};

struct xml_fault {
    int line;         /* from 1, where it was noticed; 0 when it is the whole */
    const char *what; /* one English clause for tr(); never a text of the library */
};

/* Once per process, before threads start and before anything else of libxml2; repeating it is harmless. Without it the
 * memory of trees is not that of base/mem.h, which ends the process when there is none left. After xml_cleanup, at the
 * very end, nothing here may be called. */
void xml_init(void);
void xml_cleanup(void);

/* `charset`: what the transport says, or NULL; used only when the document states none and is not UTF-8. On anything
 * but XML_SAFE_OK *ret is untouched and the fault is set. */
enum xml_outcome xml_parse(struct str bytes, const char *charset, xmlDoc **ret, struct xml_fault *ret_fault);
/* The same for a tree that is only looked at (xmlCopyDoc makes one that may be changed) and needed no longer than the
 * arena: when the document is as plain as messages are, its tree is made there, in a tenth of the time (xml_plain.h).
 */
enum xml_outcome xml_parse_in(struct arena *a, struct str bytes, const char *charset, xmlDoc **ret,
                              struct xml_fault *ret_fault);
/* The same as an error: "line 3: …". */
bool xml_err(struct err *e, enum xml_outcome outcome, const struct xml_fault *fault);

void xml_doc_free(xmlDoc *doc); /* NULL is fine */
static inline void xml_doc_release(xmlDoc **doc)
{
    xml_doc_free(*doc);
}
#define xml_doc_auto __attribute__((cleanup(xml_doc_release))) xmlDoc *

/* --- walking; `uri` NULL means no namespace --- */
bool xml_is(const xmlNode *n, const char *uri, const char *name);
const xmlNode *xml_root(const xmlDoc *doc);
/* First child element and next sibling element with that name; NULL `name`: any element. */
const xmlNode *xml_child(const xmlNode *parent, const char *uri, const char *name);
const xmlNode *xml_next(const xmlNode *n, const char *uri, const char *name);
/* Value of an attribute without namespace; NULL when absent. It lives as long as the tree. */
const char *xml_attribute(const xmlNode *n, const char *name);
/* Namespace that a prefix ("" for the default one) stands for at that place; NULL when none. */
const char *xml_prefix_uri(const xmlNode *n, struct str prefix);

/* --- canonical form --- */
enum xml_c14n {
    XML_C14N_INCLUSIVE,          /* Canonical XML 1.0: keeps every declaration; for QNames in values, as in WSDL */
    XML_C14N_EXCLUSIVE,          /* Exclusive XML Canonicalization 1.0: independent of where the subtree stands */
    XML_C14N_EXCLUSIVE_COMMENTS, /* the same with comments: to find out what somebody else did */
};

/* Adds the canonical form of the subtree (NULL: the whole document). `prefixes`: those that are treated inclusively
 * ("#default" for the default one), ended by NULL, or NULL. False when it cannot be canonicalised or does not fit. */
bool xml_canonical(xmlDoc *doc, const xmlNode *subtree, enum xml_c14n form, const char *const *prefixes,
                   struct buf *to);

#define XML_HASH_BYTES 32
/* SHA-256 of the canonical form, without comments, of the subtree (NULL: the whole document). False when the document
 * cannot be canonicalised (a relative namespace). */
bool xml_hash(xmlDoc *doc, const xmlNode *subtree, enum xml_c14n form, unsigned char ret[XML_HASH_BYTES]);
/* Takes comments, processing instructions and white space between tags out of the tree, so that two printings of one
 * document have one canonical form. */
void xml_strip_formatting(xmlDoc *doc);

#endif
