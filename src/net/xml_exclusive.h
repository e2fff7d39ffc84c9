/* Private to net: the canonical forms behind xml_canonical.
 *
 * Exclusive XML Canonicalization 1.0 without comments, of one element of a tree that the parser made, is what every
 * signed message needs three times; libxml2 walks the whole document for each and asks of every node whether it is
 * meant. Ours writes the element straight from the tree, byte for byte what libxml2 2.9 writes (tests/fuzz/net/
 * fuzz_canonical.c compares them), and leaves to libxml2 whatever it does not know. */
#ifndef TALAIA_NET_XML_EXCLUSIVE_H
#define TALAIA_NET_XML_EXCLUSIVE_H

#include "net/xml_safe.h"

/* Adds the form of an element. False: it was left alone, and nothing was added; xml_canonical_library may know. */
bool xml_exclusive(const xmlDoc *doc, const xmlNode *element, const char *const *prefixes, struct buf *to);

/* What xml_canonical promises, by libxml2. */
bool xml_canonical_library(xmlDoc *doc, const xmlNode *subtree, enum xml_c14n form, const char *const *prefixes,
                           struct buf *to);

#endif
