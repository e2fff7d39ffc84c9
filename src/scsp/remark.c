#include "scsp/remark.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "scsp/names.h"

static const struct {
    const char *text;
    enum remark_group group;
    enum grade grade;
    const char *sentence, *advice;
} codes[REMARK_CODE_COUNT] = {
#define X(group, name, text, grade, sentence, advice)                                                                  \
    [REMARK_##name] = {text, REMARK_GROUP_##group, GRADE_##grade, sentence, advice},
    REMARK_LIST(X)
#undef X
};

static const char *const groups[] = {
#define X(name, text) text,
    REMARK_GROUPS(X)
#undef X
};

static const char *const grades[] = {
#define X(name, text) text,
    REMARK_GRADES(X)
#undef X
};

const char *remark_code_text(enum remark_code code)
{
    return codes[code].text;
}

const char *remark_sentence(enum remark_code code)
{
    return codes[code].sentence;
}

const char *remark_advice(enum remark_code code)
{
    return codes[code].advice;
}

enum remark_group remark_group(enum remark_code code)
{
    return codes[code].group;
}

const char *remark_group_text(enum remark_group g)
{
    return groups[g];
}

const char *remark_grade_text(enum grade g)
{
    return grades[g];
}

/* --- places --- */

static const struct namespace namespaces[] = {
#define X(prefix, uri) {prefix, uri},
    SCSP_NAMESPACES(X)
#undef X
};

size_t namespace_count(void)
{
    return sizeof namespaces / sizeof *namespaces;
}

const struct namespace *namespace_at(size_t i)
{
    return &namespaces[i];
}

const char *namespace_prefix(const char *uri)
{
    for (size_t i = 0; uri != NULL && i < namespace_count(); i++)
        if (strcmp(namespaces[i].uri, uri) == 0)
            return namespaces[i].prefix;
    return NULL;
}

static const char *uri_of(const xmlNode *n)
{
    return n->ns == NULL ? NULL : (const char *)n->ns->href;
}

const char *node_name(struct arena *a, const xmlNode *n)
{
    const char *prefix = namespace_prefix(uri_of(n));
    const char *name = text_shown(a, str_of((const char *)n->name));
    return prefix == NULL ? name : arena_printf(a, "%s:%s", prefix, name);
}

/* Letters and digits: nothing that would have to be cut or made safe to show. */
static bool is_simple(struct str s)
{
    size_t i = 0;
    while (i < s.n &&
           ((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') || (s.p[i] >= '0' && s.p[i] <= '9')))
        i++;
    return i == s.n && s.n <= LIMIT_REMARK_CHARS;
}

static void step_add(struct arena *a, struct buf *to, const xmlNode *n)
{
    const char *prefix = namespace_prefix(uri_of(n));
    struct str own = str_of((const char *)n->name), name = is_simple(own) ? own : str_of(text_shown(a, own));
    (void)buf_add_text(to, prefix != NULL ? "/" : "/*[local-name()='");
    if (prefix != NULL) {
        (void)buf_add_text(to, prefix);
        (void)buf_add_char(to, ':');
    }
    (void)buf_add_str(to, name);
    if (prefix == NULL)
        (void)buf_add_text(to, "']");
}

#define PATH_STEPS (LIMIT_XML_DEPTH + 2) /* an element may stand in the deepest that is counted */

static bool same_step(const xmlNode *a, const xmlNode *b)
{
    if (b->type != XML_ELEMENT_NODE || strcmp((const char *)a->name, (const char *)b->name) != 0)
        return false;
    /* A step without a prefix counts every brother with that local name. */
    const char *one = namespace_prefix(uri_of(a));
    return one == NULL || one == namespace_prefix(uri_of(b));
}

const char *node_xpath(struct arena *a, const xmlNode *n)
{
    const xmlNode *way[PATH_STEPS];
    size_t count = 0;
    for (; n != NULL && n->type == XML_ELEMENT_NODE && count < PATH_STEPS; n = n->parent)
        way[count++] = n;
    struct buf path = BUF_INIT(PATH_STEPS * (LIMIT_REMARK_CHARS * 4 + 64));
    while (count > 0) {
        const xmlNode *step = way[--count];
        size_t before = 0, all = 0;
        for (const xmlNode *b = step->prev; b != NULL; b = b->prev)
            before += same_step(step, b);
        all = before;
        for (const xmlNode *b = step->next; b != NULL && all == 0; b = b->next)
            all += same_step(step, b);
        step_add(a, &path, step);
        if (all > 0)
            (void)buf_printf(&path, "[%zu]", before + 1);
    }
    const char *text = path.n == 0 ? "/" : arena_text(a, buf_str(&path));
    buf_release(&path);
    return text;
}

const xmlNode *node_after(const xmlNode *n, const xmlNode *top)
{
    if (n->type == XML_ELEMENT_NODE && n->children != NULL)
        return n->children;
    while (n != top && n->next == NULL)
        n = n->parent;
    return n == top ? NULL : n->next;
}

const char *text_shown(struct arena *a, struct str s)
{
    /* Cut first: a value may have the size of the whole message. */
    struct str cut = str_utf8_cut(s, LIMIT_REMARK_CHARS);
    char *clean = arena_text(a, text_clean_str(a, cut));
    str_make_printable(clean);
    return cut.n < s.n ? arena_printf(a, "%s…", clean) : clean;
}

struct str node_text(struct arena *a, const xmlNode *n)
{
    const xmlNode *first = NULL;
    size_t pieces = 0, bytes = 0;
    for (const xmlNode *c = n->children; c != NULL; c = c->next)
        if ((c->type == XML_TEXT_NODE || c->type == XML_CDATA_SECTION_NODE) && c->content != NULL) {
            first = pieces++ == 0 ? c : first;
            bytes += strlen((const char *)c->content);
        }
    if (pieces == 0)
        return str_of("");
    if (pieces == 1)
        return str_of((const char *)first->content);
    char *joined = arena_alloc(a, bytes + 1, 1);
    size_t at = 0;
    for (const xmlNode *c = first; c != NULL; c = c->next)
        if ((c->type == XML_TEXT_NODE || c->type == XML_CDATA_SECTION_NODE) && c->content != NULL) {
            size_t length = strlen((const char *)c->content);
            memcpy(joined + at, c->content, length);
            at += length;
        }
    return str_part(joined, at);
}

/* --- adding --- */

void remark_put(struct remarks *all, enum remark_code code, const struct remark_more *more)
{
    const xmlNode *node = more->node;
    struct arena *a = all->arena;
    enum grade grade = more->grade == GRADE_DEFAULT ? codes[code].grade : more->grade;
    all->errors += grade == GRADE_ERROR;
    all->warnings += grade == GRADE_WARNING;
    all->infos += grade == GRADE_INFO;
    if (all->list.count == LIMIT_REMARKS) {
        all->left_out++;
        return;
    }
    const char *name = more->name != NULL ? more->name : node != NULL ? node_name(a, node) : "";
    vec_push(&all->list, (struct remark){.code = code,
                                         .grade = grade,
                                         .node = node,
                                         .xpath = node_xpath(a, node),
                                         .line = node != NULL ? (int)xmlGetLineNo(node) : more->line,
                                         .name = name,
                                         .found = more->found == NULL ? "" : text_shown(a, str_of(more->found)),
                                         .expected = more->expected == NULL ? "" : more->expected,
                                         .detail = more->detail == NULL ? "" : more->detail,
                                         .answer = more->answer,
                                         .personal = more->personal});
}

void remarks_release(struct remarks *all)
{
    vec_release(&all->list);
}

/* --- in words --- */

static const char *placed(const struct remark *r, struct str name, enum lang lang)
{
    if (str_is(name, "name"))
        return r->name;
    if (str_is(name, "found"))
        return r->found;
    const char *text = str_is(name, "expected") ? r->expected : str_is(name, "detail") ? r->detail : "";
    return text[0] == '\0' ? "" : tr(lang, text);
}

const char *remark_fill(struct arena *a, const char *text, const struct remark *r, enum lang lang)
{
    struct buf to = BUF_INIT(LIMIT_REMARK_LINE_BYTES);
    struct str rest = str_of(tr(lang, text));
    while (rest.n > 0) {
        size_t open = str_find(rest, '{');
        (void)buf_add(&to, rest.p, open);
        rest = str_part(rest.p + open, rest.n - open);
        size_t close = str_find(rest, '}');
        if (close == rest.n)
            break;
        (void)buf_add_text(&to, placed(r, str_part(rest.p + 1, close - 1), lang));
        rest = str_part(rest.p + close + 1, rest.n - close - 1);
    }
    char *line = arena_text(a, buf_str(&to));
    str_make_printable(line);
    buf_release(&to);
    return line;
}
