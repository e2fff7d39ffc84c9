/* Private to net: the tree of a plain document, in one pass and without the library.
 *
 * Nearly every message is made of elements, attributes, text, the five predefined entities and numeric references, and
 * nothing else; of what a gateway does with one, libxml2's parser with its two thousand pieces of memory was the
 * largest part. Plain means: lines that end in LF or CR LF; an XML declaration or none; names in ASCII; attribute
 * values without references, tabs and line ends; namespaces that are ordinary absolute URIs, none taken back; no
 * comment, instruction, CDATA section, ']', or anything that starts with "xml" but declarations; every limit of
 * limits.h kept. Whatever is not plain, and whatever is wrong, is left to xml_scan and libxml2, who also find the words
 * for it: this never refuses.
 *
 * The tree is, field for field of what anybody reads, the one that libxml2 2.9 makes of the same text
 * (tests/fuzz/net/fuzz_plain.c compares them, and that libxml2 takes all that was plain). It lives in the arena, its
 * texts in a copy of the document there; it must not be changed or freed by the library. Line numbers are those of
 * elements. */
#ifndef TALAIA_NET_XML_PLAIN_H
#define TALAIA_NET_XML_PLAIN_H

#include "net/xml_safe.h"

/* `text`: as xml_decode leaves it (valid UTF-8, only characters that XML has). NULL: it is not plain. */
xmlDoc *xml_plain(struct arena *a, struct str text);
/* Whether that made it: then every namespace in it is absolute. */
bool xml_plain_made(const xmlDoc *doc);

#endif
