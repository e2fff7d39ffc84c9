/* On libyaml's event parser: no document is built that aliases could inflate, and reading stops at the first excess. */
#include "conf/tree.h"

#include <yaml.h>

#include "base/limits.h"

struct reader {
    yaml_parser_t parser;
    struct arena *arena;
    struct finder *find;
    struct str text; /* all of it, for explanations */
    size_t nodes;
    bool stopped; /* a mistake after which nothing more can be read */
};

/* --- characters --- */

static bool is_allowed(uint32_t c)
{
    if (c == '\n' || c == '\t' || c == '\r')
        return true;
    return !str_is_control(c) && c != 0xfeff && c != 0xfffe && c != 0xffff;
}

/* Before libyaml looks: it reports such bytes by offset only. False, with one finding, at the first bad one. */
static bool characters_check(struct str s, struct finder *f)
{
    size_t line = 1, column = 1;
    bool after_cr = false;
    while (s.n > 0) {
        uint32_t c;
        unsigned char byte = (unsigned char)s.p[0];
        if (!str_utf8_next(&s, &c)) {
            finding_add(f, line, column, N_("the byte 0x%02X is not UTF-8; save the file with encoding UTF-8"), byte);
            return false;
        }
        if (!is_allowed(c)) {
            finding_add(f, line, column, N_("the control character U+%04X may not stand here; delete it"), (unsigned)c);
            return false;
        }
        if (c == '\r' || (c == '\n' && !after_cr)) {
            line++;
            column = 1;
        } else if (c != '\n') {
            column++;
        }
        after_cr = c == '\r';
    }
    return true;
}

/* --- libyaml's complaints, in words for whoever wrote the file (messages that want it get its own text as %s) --- */

static const struct {
    const char *problem;
    bool at_context; /* the place to show is where the construct begins, not where the parser gave up */
    const char *message;
} complaints[] = {
    {"could not find expected ':'", true, N_("this line has no ':' after its key; write KEY: VALUE")},
    {"mapping values are not allowed in this context", false,
     N_("a ':' is not expected here; check the indentation, or put the value between quotes")},
    {"did not find expected key", false,
     N_("the indentation of this line does not agree with those above; keys of one group begin in the same column")},
    {"did not find expected '-' indicator", false,
     N_("the items of a list must all begin with '- ' in the same column")},
    {"did not find expected ',' or ']'", true, N_("the list that begins here is not closed with ']'")},
    {"did not find expected ',' or '}'", true, N_("the group that begins here is not closed with '}'")},
    {"found unexpected end of stream", true, N_("the quotes that open here are not closed")},
    {"found unexpected document indicator", true, N_("the quotes that open here are not closed")},
    {"block sequence entries are not allowed in this context", false,
     N_("a list item is not expected here; put it on a line of its own")},
    {"found unknown escape character", false,
     N_("between double quotes a backslash begins an escape; write it twice, or use single quotes")},
    {"found a tab character that violates indentation", false, N_("there is a tab here; indent with spaces")},
    {"found a tab character where an indentation space is expected", false,
     N_("there is a tab here; indent with spaces")},
};

/* The byte at that index in characters. */
static char char_at(struct str s, size_t index)
{
    uint32_t c;
    for (size_t i = 0; i < index && str_utf8_next(&s, &c); i++)
        ;
    return s.n > 0 ? s.p[0] : '\0';
}

static void complain(struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    r->stopped = true;
    const char *problem = p->problem == NULL ? "" : p->problem;
    yaml_mark_t at = p->problem_mark;
    if (strcmp(problem, "found character that cannot start any token") == 0) {
        char c = char_at(r->text, at.index);
        if (c == '\t')
            finding_add(r->find, at.line + 1, at.column + 1, N_("there is a tab here; indent with spaces"));
        else
            finding_add(r->find, at.line + 1, at.column + 1,
                        N_("a value may not begin with '%c'; put it between quotes"), c);
        return;
    }
    for (size_t i = 0; i < sizeof complaints / sizeof complaints[0]; i++) {
        if (strcmp(problem, complaints[i].problem) != 0)
            continue;
        if (complaints[i].at_context && p->context != NULL)
            at = p->context_mark;
        finding_add(r->find, at.line + 1, at.column + 1, complaints[i].message, problem);
        return;
    }
    finding_add(r->find, at.line + 1, at.column + 1, N_("this is not YAML: %s"), problem);
}

/* --- events --- */

/* False when the file cannot be read further; the reason is then among the findings. */
static bool event_next(struct reader *r, yaml_event_t *ret)
{
    if (r->stopped)
        return false;
    if (yaml_parser_parse(&r->parser, ret))
        return true;
    complain(r);
    return false;
}

static struct node *node_read(struct reader *r, const yaml_event_t *event, unsigned depth);

static const struct {
    const char *message, *sign;
} refusals[] = {
    {N_("anchors (%sname) are not used here; write the value out"), "&"},
    {N_("aliases (%sname) are not used here; write the value out"), "*"},
    {N_("tags (%sname) are not used here; delete it"), "!"},
};

/* True, with a finding, when the event carries an anchor, an alias or a tag. */
static bool event_refused(struct reader *r, const yaml_event_t *event)
{
    int which = -1;
    switch (event->type) {
    case YAML_ALIAS_EVENT: which = 1; break;
    case YAML_SCALAR_EVENT:
        which = event->data.scalar.anchor != NULL ? 0 : event->data.scalar.tag != NULL ? 2 : -1;
        break;
    case YAML_SEQUENCE_START_EVENT:
        which = event->data.sequence_start.anchor != NULL ? 0 : event->data.sequence_start.tag != NULL ? 2 : -1;
        break;
    case YAML_MAPPING_START_EVENT:
        which = event->data.mapping_start.anchor != NULL ? 0 : event->data.mapping_start.tag != NULL ? 2 : -1;
        break;
    default: break;
    }
    if (which < 0)
        return false;
    finding_add(r->find, event->start_mark.line + 1, event->start_mark.column + 1, refusals[which].message,
                refusals[which].sign);
    return true;
}

/* Escapes between double quotes can write what characters_check has not seen. */
static bool scalar_is_clean(struct reader *r, const yaml_event_t *event, struct str s)
{
    struct str rest = s;
    uint32_t c;
    while (str_utf8_next(&rest, &c)) {
        if (c != '\r' && is_allowed(c))
            continue;
        finding_add(r->find, event->start_mark.line + 1, event->start_mark.column + 1,
                    N_("the value holds the control character U+%04X; delete it"), (unsigned)c);
        return false;
    }
    return true;
}

static void scalar_read(struct reader *r, const yaml_event_t *event, struct node *n)
{
    struct str s = str_part((const char *)event->data.scalar.value, event->data.scalar.length);
    if (!scalar_is_clean(r, event, s))
        return;
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (plain && (s.n == 0 || str_is(s, "~") || str_is_nocase(s, "null"))) {
        n->kind = NODE_NONE;
        return;
    }
    n->kind = NODE_TEXT;
    n->text = arena_text(r->arena, s);
}

static void child_add(struct node *parent, struct node **last, struct node *child)
{
    if (*last == NULL)
        parent->first = child;
    else
        (*last)->next = child;
    *last = child;
    parent->count++;
}

static void list_read(struct reader *r, struct node *list, unsigned depth)
{
    struct node *last = NULL;
    yaml_event_t event;
    while (event_next(r, &event)) {
        bool end = event.type == YAML_SEQUENCE_END_EVENT;
        if (!end)
            child_add(list, &last, node_read(r, &event, depth + 1));
        yaml_event_delete(&event);
        if (end)
            return;
    }
}

/* The keys of a map while it is read: thousands of probes are the keys of one. */
struct key_set {
    const struct node **slots; /* NULL where there is none; each node under the first free place from its number on */
    size_t room, count;
};

static size_t key_place(const struct key_set *s, const char *key)
{
    size_t i = 2166136261u; /* FNV-1a */
    for (const char *c = key; *c != '\0'; c++)
        i = (i ^ (unsigned char)*c) * 16777619u;
    for (i &= s->room - 1; s->slots[i] != NULL && strcmp(s->slots[i]->key, key) != 0;)
        i = (i + 1) & (s->room - 1);
    return i;
}

static const struct node *key_find(const struct key_set *s, const char *key)
{
    return s->count == 0 ? NULL : s->slots[key_place(s, key)];
}

static void key_add(struct key_set *s, const struct node *n)
{
    if (s->count * 2 >= s->room) {
        struct key_set more = {.room = s->room == 0 ? 16 : s->room * 4, .count = s->count};
        more.slots = mem_alloc(more.room, sizeof *more.slots);
        for (size_t i = 0; i < s->room; i++)
            if (s->slots[i] != NULL)
                more.slots[key_place(&more, s->slots[i]->key)] = s->slots[i];
        mem_free(s->slots);
        *s = more;
    }
    s->slots[key_place(s, n->key)] = n;
    s->count++;
}

/* The text of a key; NULL, with a finding, when it is not a text or already stands in the map. */
static const char *key_read(struct reader *r, const struct key_set *keys, const yaml_event_t *event, unsigned depth)
{
    size_t line = event->start_mark.line + 1, column = event->start_mark.column + 1;
    const struct node *n = node_read(r, event, depth + 1);
    if (n->kind == NODE_BAD)
        return NULL;
    if (n->kind != NODE_TEXT) {
        finding_add(r->find, line, column, N_("a key must be a word"));
        return NULL;
    }
    const struct node *same = key_find(keys, n->text);
    if (same == NULL)
        return n->text;
    finding_add(r->find, line, column, N_("%s is already on line %zu; keep one of them"), n->text, same->key_line);
    return NULL;
}

static void map_read(struct reader *r, struct node *map, unsigned depth)
{
    struct key_set keys = {0};
    struct node *last = NULL;
    yaml_event_t event;
    while (event_next(r, &event)) {
        if (event.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&event);
            break;
        }
        size_t line = event.start_mark.line + 1, column = event.start_mark.column + 1;
        const char *key = key_read(r, &keys, &event, depth);
        yaml_event_delete(&event);
        if (!event_next(r, &event))
            break;
        struct node *value = node_read(r, &event, depth + 1);
        yaml_event_delete(&event);
        if (key == NULL)
            continue;
        value->key = key;
        value->key_line = line;
        value->key_column = column;
        child_add(map, &last, value);
        key_add(&keys, value);
    }
    mem_free(keys.slots);
}

static struct node *node_read(struct reader *r, const yaml_event_t *event, unsigned depth)
{
    struct node *n = arena_new(r->arena, struct node);
    n->line = event->start_mark.line + 1;
    n->column = event->start_mark.column + 1;
    if (depth > LIMIT_CONFIG_DEPTH || ++r->nodes > LIMIT_CONFIG_NODES) {
        if (!r->stopped && depth > LIMIT_CONFIG_DEPTH)
            finding_add(r->find, n->line, n->column, N_("more than %d levels of nesting"), LIMIT_CONFIG_DEPTH);
        else if (!r->stopped)
            finding_add(r->find, n->line, n->column, N_("more than %d keys and values"), LIMIT_CONFIG_NODES);
        r->stopped = true;
        return n;
    }
    bool refused = event_refused(r, event);
    if (event->type == YAML_SCALAR_EVENT)
        scalar_read(r, event, n);
    else if (event->type == YAML_SEQUENCE_START_EVENT)
        list_read(r, n, depth);
    else if (event->type == YAML_MAPPING_START_EVENT)
        map_read(r, n, depth);
    if (event->type == YAML_SEQUENCE_START_EVENT)
        n->kind = NODE_LIST;
    if (event->type == YAML_MAPPING_START_EVENT)
        n->kind = NODE_MAP;
    if (refused)
        n->kind = NODE_BAD;
    return n;
}

/* --- the document --- */

static struct node *document_read(struct reader *r)
{
    struct node *root = arena_new(r->arena, struct node);
    root->kind = NODE_MAP;
    root->line = root->column = 1;
    size_t documents = 0;
    yaml_event_t event;
    for (bool end = false; !end && event_next(r, &event); yaml_event_delete(&event)) {
        end = event.type == YAML_STREAM_END_EVENT;
        if (event.type == YAML_STREAM_START_EVENT || event.type == YAML_DOCUMENT_END_EVENT || end)
            continue;
        if (event.type == YAML_DOCUMENT_START_EVENT) {
            if (++documents > 1) {
                finding_add(r->find, event.start_mark.line + 1, event.start_mark.column + 1,
                            N_("a second document ('---') begins here; a file holds one"));
                r->stopped = true;
            }
            continue;
        }
        struct node *n = node_read(r, &event, 1);
        if (n->kind == NODE_MAP)
            root = n;
        else if (n->kind == NODE_TEXT || n->kind == NODE_LIST) {
            finding_add(r->find, n->line, n->column, N_("the file must be made of lines like KEY: VALUE"));
            r->stopped = true; /* what follows would be blamed for it */
        }
    }
    return root;
}

const struct node *tree_read(struct arena *a, struct str text, struct finder *f, bool *ret_complete)
{
    if (str_starts(text, "\xef\xbb\xbf")) /* what Windows editors put first */
        text = str_part(text.p + 3, text.n - 3);
    struct node *empty = arena_new(a, struct node);
    empty->kind = NODE_MAP;
    *ret_complete = false;
    if (text.n > LIMIT_CONFIG_BYTES) {
        finding_add(f, 1, 1, N_("the file is larger than %u bytes"), LIMIT_CONFIG_BYTES);
        return empty;
    }
    if (!characters_check(text, f))
        return empty;
    struct reader r = {.arena = a, .find = f, .text = text};
    if (!yaml_parser_initialize(&r.parser)) {
        finding_add(f, 1, 1, N_("there is not enough memory to read the file"));
        return empty;
    }
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)(text.p == NULL ? "" : text.p), text.n);
    const struct node *root = document_read(&r);
    yaml_parser_delete(&r.parser);
    *ret_complete = !r.stopped;
    return root;
}

const struct node *node_child(const struct node *map, const char *key)
{
    for (const struct node *n = map->kind == NODE_MAP ? map->first : NULL; n != NULL; n = n->next) {
        if (strcmp(n->key, key) == 0)
            return n;
    }
    return NULL;
}
