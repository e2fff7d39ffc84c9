/* Message templates: what an administrator writes, what Talaia puts in.
 *
 *     Subject: Recordatori - {name}
 *
 *     Bon dia,
 *
 *     El certificat **{certificate}** caduca el
 *     **{date}**
 *
 *     ## A heading
 *     - a list
 *     - [the documentation](https://example.cat/help)
 *
 *     {table}
 *
 * A blank line ends a paragraph; line ends inside one are kept. `{name}` is replaced by the value of that name, `{{`,
 * `}}` and `\*` stand for themselves. A value is text and nothing else: whatever it contains, it can make no markup. A
 * placeholder whose value is a *slot* stands alone in its paragraph: the renderer puts something larger there (a
 * table). A first line `Subject: …` (also `Assumpte:`, `Asunto:`) is the subject. Lines beginning with `#!` are
 * remarks. */
#ifndef TALAIA_DRAW_TEMPLATE_H
#define TALAIA_DRAW_TEMPLATE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "draw/html.h"

/* One name and what stands for it. */
struct template_value {
    const char *name;
    const char *value; /* text, may have several lines; ignored for a slot */
    bool slot;
};

/* A stretch of text of one kind. Line ends are runs of their own (line_end). */
struct template_run {
    const char *text;
    const char *url; /* NULL, or the address of a link */
    bool bold, line_end;
};

enum template_block_kind { BLOCK_PARAGRAPH, BLOCK_HEADING, BLOCK_ITEM, BLOCK_SLOT };
struct template_block {
    enum template_block_kind kind;
    const char *slot; /* BLOCK_SLOT: its name */
    const struct template_run *runs;
    size_t run_count;
};

struct template
{
    const char *subject; /* one line, NULL when the template has none */
    const struct template_block *blocks;
    size_t block_count;
};

/* Reads the template and puts the values in. `file` is the name that errors show ("report-mail.ca.txt: line 3: …"). An
 * unknown placeholder is an error that suggests the nearest name; so are an open `{`, `**` or link, a slot amid text,
 * and a link that is not https, http or mailto. Everything lives in the arena. */
bool template_read(struct arena *a, struct str text, const char *file, const struct template_value *values,
                   size_t count, struct template *ret, struct err *e);

/* Plain text, wrapped at `width` columns (0: not wrapped); links as "text (address)", bold as it is, items with "- ". A
 * slot calls `slot`, NULL leaves slots out. Blocks are separated by one blank line. */
typedef bool template_slot_text(const char *name, void *context, struct buf *to, struct err *e);
bool template_text(const struct template *t, int width, template_slot_text *slot, void *context, struct buf *to,
                   struct err *e);

/* HTML: <p>, <h2>, <ul>, <strong>, <a>. `mail` gives every element its own inline style, as mail clients need. */
typedef bool template_slot_html(const char *name, void *context, struct html *h, struct err *e);
bool template_html(const struct template *t, bool mail, template_slot_html *slot, void *context, struct html *h,
                   struct err *e);

/* One line with placeholders and no other markup: subjects in the profile. Line ends and controls in values become
 * spaces. In the arena; NULL with a reason. */
const char *template_line(struct arena *a, const char *line, const char *where, const struct template_value *values,
                          size_t count, struct err *e);

#endif
