/* A walk over the tags, before and stricter than the parser's: so that what is quadratic or dangerous in the parser is
 * never reached. What the names are, and whether tags match, is left to the parser. */
#include "net/xml_scan.h"

struct scan {
    struct str text;
    size_t at;
    size_t nodes;
    uint64_t work; /* that namespaces will make for the canonicaliser */
    int depth;
    int namespaces;                         /* in force */
    int namespaces_of[LIMIT_XML_DEPTH + 1]; /* declared by the open tag of each depth */
    bool rooted;                            /* the first tag was seen */
    enum xml_outcome outcome;
    struct xml_fault *fault;
};

static bool stop(struct scan *s, enum xml_outcome outcome, const char *what)
{
    s->outcome = outcome;
    *s->fault = (struct xml_fault){.line = xml_line(s->text, s->at), .what = what};
    return false;
}

static bool malformed(struct scan *s)
{
    return stop(s, XML_SAFE_MALFORMED, N_("a tag is not well-formed"));
}

static bool cut(struct scan *s)
{
    return stop(s, XML_SAFE_MALFORMED, N_("it ends before it is complete"));
}

static char here(const struct scan *s)
{
    return s->at < s->text.n ? s->text.p[s->at] : '\0';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool blanks_skip(struct scan *s)
{
    size_t before = s->at;
    while (is_blank(here(s)))
        s->at++;
    return s->at > before;
}

static bool name_starts(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' || (unsigned char)c >= 0x80;
}

/* What ends a name. */
static const bool name_ends[256] = {
    ['\0'] = true, [' '] = true, ['\t'] = true, ['\n'] = true, ['\r'] = true, ['<'] = true, ['>'] = true,
    ['/'] = true,  ['='] = true, ['\''] = true, ['"'] = true,  ['&'] = true,  ['?'] = true, ['!'] = true,
};

static struct str name_take(struct scan *s)
{
    size_t start = s->at;
    while (s->at < s->text.n && !name_ends[(unsigned char)s->text.p[s->at]])
        s->at++;
    return str_part(s->text.p + start, s->at - start);
}

static struct str rest_of(const struct scan *s)
{
    return str_part(s->text.p + s->at, s->text.n - s->at);
}

/* Moves behind the next such mark. */
static bool pass(struct scan *s, const char *mark)
{
    struct str rest = rest_of(s);
    const char *found = memmem(rest.p, rest.n, mark, strlen(mark));
    if (found == NULL)
        return cut(s);
    s->at += (size_t)(found - rest.p) + strlen(mark);
    return true;
}

/* At "<!". */
static bool declaration(struct scan *s)
{
    struct str rest = rest_of(s);
    if (str_starts(rest, "<!DOCTYPE"))
        return stop(s, XML_SAFE_DTD, N_("it has a document type declaration (DOCTYPE)"));
    if (str_starts(rest, "<!--")) {
        s->at += 4;
        return pass(s, "-->");
    }
    if (str_starts(rest, "<![CDATA[") && s->depth > 0) {
        s->at += 9;
        return pass(s, "]]>");
    }
    return malformed(s);
}

/* At "<?". In the XML declaration, which the parser leaves at its first '>' when it is wrong, there is no other mark.
 */
static bool instruction(struct scan *s)
{
    size_t start = s->at;
    s->at += 2;
    if (!name_starts(here(s)))
        return malformed(s);
    struct str name = name_take(s);
    if (!pass(s, "?>"))
        return false;
    size_t inside = s->at - 2 - start - 2;
    if (str_is_nocase(name, "xml") && (memchr(name.p, '<', inside) != NULL || memchr(name.p, '>', inside) != NULL)) {
        s->at = start;
        return malformed(s);
    }
    return true;
}

/* At "</". */
static bool close_tag(struct scan *s)
{
    s->at += 2;
    if (s->depth == 0 || !name_starts(here(s)))
        return malformed(s);
    (void)name_take(s);
    blanks_skip(s);
    if (here(s) != '>')
        return s->at == s->text.n ? cut(s) : malformed(s);
    s->at++;
    s->namespaces -= s->namespaces_of[s->depth--];
    return true;
}

static bool attribute(struct scan *s, int *declared)
{
    if (!name_starts(here(s)))
        return s->at == s->text.n ? cut(s) : malformed(s);
    struct str name = name_take(s);
    *declared += str_is(name, "xmlns") || str_starts(name, "xmlns:");
    blanks_skip(s);
    if (here(s) != '=')
        return s->at == s->text.n ? cut(s) : malformed(s);
    s->at++;
    blanks_skip(s);
    char quote = here(s);
    if (quote != '"' && quote != '\'')
        return s->at == s->text.n ? cut(s)
                                  : stop(s, XML_SAFE_MALFORMED, N_("the value of an attribute is not in quotes"));
    s->at++;
    struct str rest = rest_of(s);
    size_t end = str_find(rest, quote);
    if (end == rest.n)
        return cut(s);
    if (memchr(rest.p, '<', end) != NULL)
        return stop(s, XML_SAFE_MALFORMED, N_("a < stands in the value of an attribute: write &lt;"));
    s->at += end + 1;
    return true;
}

static bool count(struct scan *s)
{
    return ++s->nodes <= LIMIT_XML_NODES || stop(s, XML_SAFE_LIMIT, N_("it has too many tags and attributes"));
}

/* At '<' and a name. */
static bool open_tag(struct scan *s)
{
    int attributes = 0, declared = 0;
    if (s->depth == 0 && s->rooted)
        return stop(s, XML_SAFE_MALFORMED, N_("it goes on after its end"));
    s->at++;
    (void)name_take(s);
    s->rooted = true;
    for (;;) {
        bool apart = blanks_skip(s);
        if (here(s) == '>' || here(s) == '/')
            break;
        if (!apart)
            return s->at == s->text.n ? cut(s) : malformed(s);
        if (!attribute(s, &declared) || !count(s))
            return false;
        if (++attributes > LIMIT_XML_ATTRIBUTES)
            return stop(s, XML_SAFE_LIMIT, N_("a tag has too many attributes"));
        if (s->namespaces + declared > LIMIT_XML_NAMESPACES)
            return stop(s, XML_SAFE_LIMIT, N_("too many namespaces are declared"));
    }
    bool empty = here(s) == '/';
    s->at += empty;
    if (here(s) != '>')
        return s->at == s->text.n ? cut(s) : malformed(s);
    s->at++;
    uint64_t in_force = (uint64_t)(s->namespaces + declared);
    s->work += in_force * (in_force + (uint64_t)attributes);
    if (s->work > LIMIT_XML_NAMESPACE_WORK)
        return stop(s, XML_SAFE_LIMIT, N_("too many namespaces are declared"));
    if (!count(s))
        return false;
    if (empty)
        return true;
    if (++s->depth > LIMIT_XML_DEPTH)
        return stop(s, XML_SAFE_LIMIT, N_("its tags are nested too deep"));
    s->namespaces_of[s->depth] = declared;
    s->namespaces += declared;
    return true;
}

static bool markup(struct scan *s)
{
    char next = s->at + 1 < s->text.n ? s->text.p[s->at + 1] : '\0';
    if (next == '\0')
        return cut(s);
    return next == '!'         ? declaration(s)
           : next == '?'       ? instruction(s)
           : next == '/'       ? close_tag(s)
           : name_starts(next) ? open_tag(s)
                               : stop(s, XML_SAFE_MALFORMED, N_("a < stands there by itself: write &lt;"));
}

enum xml_outcome xml_scan(struct str text, struct xml_fault *ret_fault)
{
    struct scan s = {.text = text, .outcome = XML_SAFE_OK, .fault = ret_fault};
    while (s.at < text.n) {
        struct str rest = rest_of(&s);
        size_t next = str_find(rest, '<');
        if (s.depth == 0 && str_trim(str_part(rest.p, next)).n > 0) {
            (void)stop(&s, XML_SAFE_MALFORMED,
                       s.rooted ? N_("it goes on after its end") : N_("it does not begin with a tag"));
            return s.outcome;
        }
        s.at += next;
        if (s.at < text.n && !markup(&s))
            return s.outcome;
    }
    if (!s.rooted || s.depth > 0)
        (void)cut(&s);
    return s.outcome;
}
