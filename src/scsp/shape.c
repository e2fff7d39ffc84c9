#include "scsp/shape.h"

#include <strings.h>

#include "base/limits.h"
#include "base/text.h"
#include "net/xml_safe.h"
#include "scsp/names.h"

/* The elements that may stand in one parent, in the order of its shape. */
struct leaf {
    const struct shape *shape;
    const xmlNode *first;
    size_t count;
};
struct level {
    struct remarks *all;
    const xmlNode *parent;
    const struct shape *shape;
    const char *uri;   /* that the elements must have */
    const char *alias; /* wrong namespace that was already complained about, NULL */
    struct leaf leaves[LIMIT_SHAPE_LEAVES];
    size_t count;
};

static void check(struct remarks *all, const xmlNode *n, const struct shape *shape, const char *uri, const char *alias);

static const char *uri_of(const xmlNode *n)
{
    return n->ns == NULL || n->ns->href == NULL ? "" : (const char *)n->ns->href;
}

static void leaves_list(struct level *l, const struct shape *group)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct shape *part = &group->parts[i];
        if (part->name == NULL)
            leaves_list(l, part);
        else if (l->count < LIMIT_SHAPE_LEAVES)
            l->leaves[l->count++] = (struct leaf){.shape = part};
    }
}

static void level_begin(struct level *l, struct remarks *all, const xmlNode *parent, const struct shape *shape,
                        const char *uri, const char *alias)
{
    l->all = all;
    l->parent = parent;
    l->shape = shape;
    l->uri = uri;
    l->alias = alias;
    l->count = 0;
    leaves_list(l, shape);
}

/* "pet:TimeStamp" as the messages should write it. */
static const char *name_shown(struct arena *a, const char *uri, const char *name)
{
    const char *prefix = namespace_prefix(uri);
    return prefix == NULL ? name : arena_printf(a, "%s:%s", prefix, name);
}

static void names_of(struct arena *a, const struct shape *group, const char *between, const char **text)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct shape *part = &group->parts[i];
        if (part->name == NULL)
            names_of(a, part, between, text);
        else
            *text = arena_printf(a, "%s%s%s", *text, (*text)[0] == '\0' ? "" : between, part->name);
    }
}

static const char *names_joined(struct arena *a, const struct shape *group, const char *between)
{
    const char *text = "";
    names_of(a, group, between, &text);
    return text;
}

/* --- which element is it? --- */

static bool namespace_fits(const struct level *l, const struct leaf *leaf, const xmlNode *n)
{
    const char *own = uri_of(n), *must = leaf->shape->uri != NULL ? leaf->shape->uri : l->uri;
    return strcmp(own, must) == 0 || (l->alias != NULL && strcmp(own, l->alias) == 0);
}

static size_t leaf_named(const struct level *l, const xmlNode *n, bool any_case)
{
    const char *name = (const char *)n->name;
    for (size_t i = 0; i < l->count; i++)
        if (any_case ? strcasecmp(l->leaves[i].shape->name, name) == 0
                     : l->leaves[i].shape->name[0] == name[0] && strcmp(l->leaves[i].shape->name, name) == 0)
            return i;
    return l->count;
}

/* Another spelling of one that has not been seen: a letter or two, or what people call it. */
static size_t leaf_nearest(const struct level *l, const xmlNode *n)
{
    size_t best = l->count;
    int least = LIMIT_EDIT_DISTANCE + 1;
    size_t length = strlen((const char *)n->name);
    if (length < 3 || length > LIMIT_REMARK_CHARS)
        return best;
    struct arena a = {0};
    const char *folded = text_fold(&a, str_of((const char *)n->name));
    for (size_t i = 0; i < l->count; i++) {
        int far = text_distance(folded, text_fold(&a, str_of(l->leaves[i].shape->name)), LIMIT_EDIT_DISTANCE);
        if (far < least && l->leaves[i].first == NULL) {
            least = far;
            best = i;
        }
    }
    arena_release(&a);
    return best;
}

const char *namespace_near(const char *found, const char *must)
{
    size_t n = strlen(must);
    if (n > 0 && must[n - 1] == '/' && strlen(found) == n - 1 && strncmp(found, must, n - 1) == 0)
        return N_(" (the slash at the end is missing)");
    if (strncmp(found, must, n) == 0 && strcmp(found + n, "/") == 0)
        return N_(" (without the slash at the end)");
    if (found[0] == '\0')
        return N_(" (the element has no namespace: declare it on the element or on one around it)");
    return strcasecmp(found, must) == 0 ? N_(" (the capitals differ)") : "";
}

static void namespace_remark(struct level *l, const xmlNode *n, const char *must)
{
    const char *own = uri_of(n);
    remark_add(l->all, REMARK_ELEMENT_NAMESPACE, n, .grade = l->shape->wrong, .found = own[0] == '\0' ? "—" : own,
               .expected = must, .detail = namespace_near(own, must));
}

/* Finds the leaf for a child and says what is nearly right about its name; l->count when it is none. */
static size_t leaf_identify(struct level *l, const xmlNode *n)
{
    struct arena *a = l->all->arena;
    size_t at = leaf_named(l, n, false);
    enum remark_code code = REMARK_ELEMENT_CASE;
    if (at == l->count) {
        at = leaf_named(l, n, true);
        if (at == l->count) {
            at = leaf_nearest(l, n);
            code = REMARK_ELEMENT_SPELLING;
        }
        if (at == l->count)
            return at;
        const struct shape *meant = l->leaves[at].shape;
        remark_add(l->all, code, n, .grade = meant->wrong, .found = (const char *)n->name,
                   .expected = name_shown(a, l->uri, meant->name));
    }
    if (!namespace_fits(l, &l->leaves[at], n))
        namespace_remark(l, n, l->leaves[at].shape->uri != NULL ? l->leaves[at].shape->uri : l->uri);
    return at;
}

/* --- children --- */

static void children_check(struct level *l)
{
    struct arena *a = l->all->arena;
    size_t last = 0;
    bool ordered = l->shape->kind == SHAPE_SEQUENCE, told = false;
    for (const xmlNode *n = xml_child(l->parent, NULL, NULL); n != NULL; n = xml_next(n, NULL, NULL)) {
        size_t at = leaf_identify(l, n);
        if (at == l->count) {
            remark_add(l->all, REMARK_ELEMENT_UNEXPECTED, n, .found = node_name(a, n), .name = node_name(a, l->parent),
                       .expected = names_joined(a, l->shape, " "));
            continue;
        }
        struct leaf *leaf = &l->leaves[at];
        if (leaf->count++ == 0)
            leaf->first = n;
        if (leaf->count == 2 && !leaf->shape->many)
            remark_add(l->all, REMARK_ELEMENT_REPEATED, n, .name = node_name(a, l->parent), .found = leaf->shape->name,
                       .expected = leaf->shape->name);
        if (ordered && at < last && !told) {
            remark_add(l->all, REMARK_ELEMENT_ORDER, n, .name = node_name(a, l->parent), .found = leaf->shape->name,
                       .expected = names_joined(a, l->shape, " "));
            told = true; /* the others of this parent follow from it */
        }
        last = at > last ? at : last;
        const char *must = leaf->shape->uri != NULL ? leaf->shape->uri : l->uri;
        check(l->all, n, leaf->shape, must, namespace_fits(l, leaf, n) ? l->alias : uri_of(n));
    }
}

/* --- what is missing --- */

static const xmlNode *present(const struct level *l, const struct shape *part)
{
    if (part->name != NULL) {
        for (size_t i = 0; i < l->count; i++)
            if (l->leaves[i].shape == part)
                return l->leaves[i].first;
        return NULL;
    }
    for (size_t i = 0; i < part->count; i++) {
        const xmlNode *n = present(l, &part->parts[i]);
        if (n != NULL)
            return n;
    }
    return NULL;
}

/* Whether the part may be absent altogether. */
static bool emptiable(const struct shape *part)
{
    if (part->optional)
        return true;
    if (part->name != NULL)
        return false;
    for (size_t i = 0; i < part->count; i++)
        if (emptiable(&part->parts[i]) != (part->kind != SHAPE_CHOICE))
            return part->kind == SHAPE_CHOICE;
    return part->kind != SHAPE_CHOICE;
}

static void missing_check(struct level *l, const struct shape *part);

static void choice_check(struct level *l, const struct shape *choice)
{
    struct arena *a = l->all->arena;
    size_t branches = 0;
    for (size_t i = 0; i < choice->count; i++) {
        const xmlNode *n = present(l, &choice->parts[i]);
        if (n == NULL)
            continue;
        if (++branches == 2)
            remark_add(l->all, REMARK_CHOICE_BOTH, n, .grade = choice->wrong, .name = node_name(a, l->parent),
                       .found = node_name(a, n), .expected = names_joined(a, choice, ", "));
        missing_check(l, &choice->parts[i]);
    }
    if (branches == 0 && !emptiable(choice))
        remark_add(l->all, REMARK_CHOICE_NONE, l->parent, .grade = choice->missing, .name = node_name(a, l->parent),
                   .expected = names_joined(a, choice, ", "));
}

static void missing_check(struct level *l, const struct shape *part)
{
    struct arena *a = l->all->arena;
    if (part->name != NULL) {
        if (present(l, part) != NULL || part->optional)
            return;
        remark_add(l->all, REMARK_ELEMENT_MISSING, l->parent, .grade = part->missing, .name = node_name(a, l->parent),
                   .expected = name_shown(a, part->uri != NULL ? part->uri : l->uri, part->name),
                   .detail = part->missing == GRADE_WARNING
                                 ? N_("; it is tolerated because official examples leave it out")
                                 : "");
        return;
    }
    if (part->optional && present(l, part) == NULL)
        return;
    if (part->kind == SHAPE_CHOICE) {
        choice_check(l, part);
        return;
    }
    for (size_t i = 0; i < part->count; i++)
        missing_check(l, &part->parts[i]);
}

/* --- one element --- */

static void attributes_check(struct remarks *all, const xmlNode *n)
{
    static const char *const instance[] = {"schemaLocation", "noNamespaceSchemaLocation", "type"};
    for (const xmlAttr *x = n->properties; x != NULL; x = x->next) {
        bool known = false;
        for (size_t i = 0; i < sizeof instance / sizeof *instance; i++)
            known |= x->ns != NULL && strcmp((const char *)x->ns->href, NS_XSI) == 0 &&
                     strcmp((const char *)x->name, instance[i]) == 0;
        if (!known)
            remark_add(all, REMARK_ATTRIBUTE_UNEXPECTED, n, .found = (const char *)x->name);
    }
}

static void text_check(struct remarks *all, const xmlNode *n)
{
    for (const xmlNode *c = n->children; c != NULL; c = c->next)
        if ((c->type == XML_TEXT_NODE || c->type == XML_CDATA_SECTION_NODE) &&
            xml_trim(str_of((const char *)c->content)).n > 0) {
            remark_add(all, REMARK_TEXT_UNEXPECTED, n, .found = (const char *)c->content, .personal = true);
            return;
        }
}

static const char *choices_shown(struct arena *a, const char *choices)
{
    char *text = arena_strdup(a, choices);
    for (char *p = text; *p != '\0'; p++)
        *p = *p == ' ' ? '|' : *p;
    return text;
}

static void value_remark(struct remarks *all, const xmlNode *n, const struct shape *s, struct str text)
{
    struct arena *a = all->arena;
    enum value_fault fault = value_check(&s->value, text);
    if (fault == VALUE_GOOD)
        return;
    const struct value_rule *v = &s->value;
    bool empty = xml_trim(text).n == 0;
    struct remark_more more = {
        .node = n, .grade = s->wrong, .answer = s->answer, .personal = s->personal, .found = text_shown(a, text)};
    enum remark_code code = REMARK_VALUE_TYPE;
    more.expected = value_must(v->kind);
    if (empty && fault != VALUE_BAD_LONG) {
        code = REMARK_VALUE_EMPTY;
        more.answer = 0; /* it counts as not given */
        if (s->optional && s->wrong == GRADE_DEFAULT)
            more.grade = GRADE_WARNING;
        more.expected = v->choices != NULL ? choices_shown(a, v->choices) : value_must(v->kind);
    } else if (value_check(v, xml_trim(text)) == VALUE_GOOD) {
        code = REMARK_VALUE_BLANKS;
        more.expected = more.found;
    } else if (fault == VALUE_BAD_LONG || fault == VALUE_BAD_SHORT) {
        code = fault == VALUE_BAD_LONG ? REMARK_VALUE_LONG : REMARK_VALUE_SHORT;
        more.found = arena_printf(a, "%zu", v->kind == VALUE_INT ? xml_trim(text).n : str_utf8_count(text));
        more.expected = arena_printf(a, "%d", fault == VALUE_BAD_LONG ? v->max : v->min);
    } else if (fault == VALUE_BAD_RANGE) {
        code = REMARK_VALUE_RANGE;
        more.expected = N_("0 or more");
    } else if (fault == VALUE_BAD_CHOICE) {
        code = REMARK_VALUE_CHOICE;
        more.expected = choices_shown(a, v->choices);
    }
    remark_put(all, code, &more);
}

static void check(struct remarks *all, const xmlNode *n, const struct shape *shape, const char *uri, const char *alias)
{
    if (shape->kind == SHAPE_ANY)
        return;
    attributes_check(all, n);
    if (shape->kind == SHAPE_VALUE) {
        const xmlNode *child = xml_child(n, NULL, NULL);
        if (child != NULL && shape->value.kind == VALUE_BASE64 && xml_is(child, NS_XOP, "Include"))
            return; /* the bytes are an attachment */
        if (child != NULL)
            remark_add(all, REMARK_CHILD_UNEXPECTED, n, .grade = shape->wrong, .found = node_name(all->arena, child));
        else
            value_remark(all, n, shape, node_text(all->arena, n));
        return;
    }
    text_check(all, n);
    if (shape->kind == SHAPE_LAX)
        return;
    struct level l; /* its leaves are filled in as they are counted */
    level_begin(&l, all, n, shape, uri, alias);
    children_check(&l);
    for (size_t i = 0; i < shape->count; i++)
        missing_check(&l, &shape->parts[i]);
}

void shape_check(struct remarks *all, const xmlNode *n, const struct shape *shape, const char *uri)
{
    check(all, n, shape, uri, NULL);
}

const struct shape *shape_leaf(const struct shape *shape, const char *name)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape *part = &shape->parts[i];
        if (part->name == NULL)
            part = shape_leaf(part, name);
        if (part != NULL && strcasecmp(part->name, name) == 0)
            return part;
    }
    return NULL;
}

bool shape_meant(const xmlNode *n, const struct shape *shape)
{
    return strcasecmp((const char *)n->name, shape->name) == 0;
}

void shape_check_root(struct remarks *all, const xmlNode *n, const struct shape *shape, const char *uri)
{
    const struct shape around = {.kind = SHAPE_SEQUENCE, .wrong = shape->wrong, .parts = shape, .count = 1};
    struct level l;
    level_begin(&l, all, n->parent, &around, uri, NULL);
    if (leaf_identify(&l, n) == 0)
        check(all, n, shape, uri, namespace_fits(&l, &l.leaves[0], n) ? NULL : uri_of(n));
}

const xmlNode *shape_find(const xmlNode *parent, const char *name)
{
    const xmlNode *near = NULL;
    for (const xmlNode *n = parent == NULL ? NULL : parent->children; n != NULL; n = n->next) {
        if (n->type != XML_ELEMENT_NODE || ((n->name[0] ^ (xmlChar)name[0]) & ~0x20) != 0)
            continue; /* they differ at once, whatever the capitals */
        if (strcmp((const char *)n->name, name) == 0)
            return n;
        if (near == NULL && strcasecmp((const char *)n->name, name) == 0)
            near = n;
    }
    return near;
}

struct str shape_text(struct arena *a, const xmlNode *parent, const char *name)
{
    const xmlNode *n = shape_find(parent, name);
    return n == NULL ? str_of("") : xml_trim(node_text(a, n));
}
