/* An HTML writer that escapes by default.
 *
 *     struct html h = HTML_INIT(&buffer);
 *     html_open(&h, "p");
 *     html_attr(&h, "class", "sub");
 *     html_text(&h, name_from_anywhere);
 *     html_close(&h);
 *     if (!html_end(&h, e)) …
 *
 * Text and attribute values may come from anybody: markup is escaped, ill-formed UTF-8 and control characters become
 * U+FFFD, bidirectional controls are dropped. What goes in unescaped is only what the compiler saw as a literal. The
 * first fault (wrong nesting, text in a tag, buffer full) is remembered and html_end reports it. */
#ifndef TALAIA_DRAW_HTML_H
#define TALAIA_DRAW_HTML_H

#include "base/buf.h"
#include "base/err.h"

#define HTML_DEPTH_MAX 48 /* our deepest page nests about 15 */

struct html {
    struct buf *to;
    const char *open[HTML_DEPTH_MAX]; /* names of the open elements: literals */
    size_t depth;
    bool in_tag;       /* the start tag still takes attributes */
    const char *fault; /* first misuse, NULL when none */
};
#define HTML_INIT(buffer)                                                                                              \
    {                                                                                                                  \
        .to = (buffer)                                                                                                 \
    }

/* Starts an element. `name` must be a literal: it is kept, not copied. Void elements (br, img, meta, …) close by
 * themselves. */
#define html_open(h, name) html_open_literal((h), "" name)
void html_open_literal(struct html *h, const char *name);
/* An attribute of the element just opened. NULL value: an attribute without value. */
#define html_attr(h, name, value) html_attr_literal((h), "" name, (value))
void html_attr_literal(struct html *h, const char *name, const char *value);
#define html_attr_int(h, name, value) html_attr_int_literal((h), "" name, (value))
void html_attr_int_literal(struct html *h, const char *name, long value);
/* href or src: only https, http, mailto, cid and relative addresses pass; anything else becomes "#". */
#define html_attr_url(h, name, url) html_attr_url_literal((h), "" name, (url))
void html_attr_url_literal(struct html *h, const char *name, const char *url);
/* style="…" from a literal, with colours of the light theme put in for "$paper", "$ink", … : for mail, where each
 * element carries its own style. */
#define html_style(h, css) html_style_literal((h), "" css)
void html_style_literal(struct html *h, const char *css);

void html_text(struct html *h, const char *text);
void html_text_str(struct html *h, struct str text);
/* Text whose line ends become <br>. */
void html_text_lines(struct html *h, const char *text);
void html_text_int(struct html *h, long value);
void html_close(struct html *h); /* the innermost element */

/* Unescaped, for constants only: the macro does not compile with anything but a literal. */
#define html_raw(h, literal) html_raw_literal((h), "" literal, sizeof(literal) - 1)
void html_raw_literal(struct html *h, const char *bytes, size_t n);

/* <name>text</name> in one call. */
#define html_element(h, name, text)                                                                                    \
    do {                                                                                                               \
        html_open((h), name);                                                                                          \
        html_text((h), (text));                                                                                        \
        html_close((h));                                                                                               \
    } while (0)

/* True when all is closed, nothing was misused and all fitted. */
bool html_end(struct html *h, struct err *e);

/* Escaped text without a writer around it; false when the buffer is full. */
bool html_escape(struct buf *to, struct str text);

#endif
