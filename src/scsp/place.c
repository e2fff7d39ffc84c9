/* libxml2 knows lines only: the n-th element of the tree is the n-th start tag of the text. The text was parsed, so its
 * tags are well-formed; nothing is read beyond its end all the same. */
#include "scsp/place.h"

#include <stdint.h>

#include "net/xml_safe.h"

struct cursor {
    struct str text;
    size_t at;
};

static bool is_at(const struct cursor *c, const char *mark)
{
    return str_starts(str_part(c->text.p + c->at, c->text.n - c->at), mark);
}

/* Behind the next such mark; at the end when there is none. */
static void pass(struct cursor *c, const char *mark)
{
    const char *found = memmem(c->text.p + c->at, c->text.n - c->at, mark, strlen(mark));
    c->at = found == NULL ? c->text.n : (size_t)(found - c->text.p) + strlen(mark);
}

/* At '<' of a tag: behind its '>'; an attribute may hold one. */
static void tag_pass(struct cursor *c)
{
    char quote = '\0';
    for (; c->at < c->text.n; c->at++) {
        char here = c->text.p[c->at];
        if (quote == '\0' && here == '>') {
            c->at++;
            return;
        }
        if (quote == '\0' && (here == '"' || here == '\''))
            quote = here;
        else if (here == quote)
            quote = '\0';
    }
}

/* Moves to the next start tag; false at the end. */
static bool start_find(struct cursor *c)
{
    while (c->at < c->text.n) {
        const char *next = memchr(c->text.p + c->at, '<', c->text.n - c->at);
        c->at = next == NULL ? c->text.n : (size_t)(next - c->text.p);
        if (is_at(c, "<!--"))
            pass(c, "-->");
        else if (is_at(c, "<![CDATA["))
            pass(c, "]]>");
        else if (is_at(c, "<?"))
            pass(c, "?>");
        else if (is_at(c, "</"))
            pass(c, ">");
        else if (c->at < c->text.n)
            return true;
    }
    return false;
}

/* From a start tag, which is passed, to the end tag when only text stands between. */
static size_t element_length(struct cursor *c)
{
    size_t from = c->at;
    tag_pass(c);
    struct cursor end = *c;
    const char *next = memchr(end.text.p + end.at, '<', end.text.n - end.at);
    if (c->text.p[c->at - 1] == '>' && c->at >= 2 && c->text.p[c->at - 2] == '/')
        return c->at - from;
    end.at = next == NULL ? end.text.n : (size_t)(next - end.text.p);
    if (!is_at(&end, "</"))
        return c->at - from;
    pass(&end, ">");
    return end.at - from;
}

void places_find(const struct remarks *all, const xmlDoc *doc, struct str text, struct place_in_text *ret)
{
    struct cursor c = {.text = text};
    for (size_t i = 0; i < all->list.count; i++)
        ret[i] = (struct place_in_text){0};
    if (doc == NULL || text.n == 0 || memchr(text.p, '\0', text.n) != NULL)
        return;
    for (const xmlNode *n = xml_root(doc); n != NULL; n = node_after(n, xml_root(doc))) {
        if (n->type != XML_ELEMENT_NODE)
            continue;
        if (!start_find(&c))
            return;
        struct place_in_text place = {.at = c.at};
        place.n = element_length(&c);
        for (size_t i = 0; i < all->list.count; i++)
            if (all->list.items[i].node == n)
                ret[i] = place;
    }
}
