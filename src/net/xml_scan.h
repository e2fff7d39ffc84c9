/* Private to src/net: what is done to foreign XML before libxml2 sees it. */
#ifndef TALAIA_NET_XML_SCAN_H
#define TALAIA_NET_XML_SCAN_H

#include "base/buf.h"
#include "net/xml_safe.h"

/* The bytes as UTF-8 without a byte-order mark, and only characters that XML has. *ret is `bytes` itself or stands in
 * `room`, which the caller made large enough (three times the bytes) and releases. */
enum xml_outcome xml_decode(struct str bytes, const char *charset, struct buf *room, struct str *ret,
                            struct xml_fault *ret_fault);

/* Tags, comments and the like, in linear time: a DOCTYPE or a limit passed is found here. It accepts some texts that
 * are not well-formed, and never one where libxml2 would see other tags than it saw: every '<' is accounted for. */
enum xml_outcome xml_scan(struct str text, struct xml_fault *ret_fault);

/* The character in UTF-8; how many bytes it takes. */
size_t xml_utf8(uint32_t c, char ret[4]);

/* Number of the line in which that byte stands. */
int xml_line(struct str text, size_t at);

#endif
