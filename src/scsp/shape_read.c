/* The notation of shapes; nothing of what they are used for. */
#include "scsp/shape_read.h"

#include "base/limits.h"

struct reader {
    struct arena *arena;
    struct finder *find;
    size_t nodes;
    bool full;
};

#define wrong(r, n, ...) finding_add((r)->find, (n)->line, (n)->column, __VA_ARGS__)

static bool grade_find(const char *text, enum grade *ret)
{
    for (int g = GRADE_INFO; g <= GRADE_ERROR; g++)
        if (strcmp(remark_grade_text((enum grade)g), text) == 0) {
            *ret = (enum grade)g;
            return true;
        }
    return false;
}

static bool number_find(const char *text, int *ret)
{
    int64_t number;
    if (!str_to_int64(str_of(text), -100000, 100000, &number))
        return false;
    *ret = (int)number;
    return true;
}

static char *choices_read(struct arena *a, const char *text)
{
    char *words = arena_strdup(a, text);
    for (char *p = words; *p != '\0'; p++)
        *p = *p == '|' ? ' ' : *p;
    return words;
}

/* "max=14". False when it is none that is known. */
static bool setting_read(struct reader *r, struct shape *s, struct str word)
{
    size_t at = str_find(word, '=');
    if (at == word.n)
        return false;
    struct str key = str_part(word.p, at);
    const char *value = arena_text(r->arena, str_part(word.p + at + 1, word.n - at - 1));
    if (str_is(key, "max"))
        return number_find(value, &s->value.max) && s->value.max > 0;
    if (str_is(key, "min")) {
        bool good = number_find(value, &s->value.min) && s->value.min >= 0;
        if (s->value.kind == VALUE_INT)
            s->value.min = good; /* a number that is not negative */
        return good;
    }
    if (str_is(key, "digits"))
        return number_find(value, &s->value.digits) && s->value.digits > 0;
    if (str_is(key, "answer"))
        return number_find(value, &s->answer);
    if (str_is(key, "wrong"))
        return grade_find(value, &s->wrong);
    if (str_is(key, "missing"))
        return grade_find(value, &s->missing);
    if (str_is(key, "of"))
        s->value.choices = choices_read(r->arena, value);
    else if (str_is(key, "known"))
        s->value.known = choices_read(r->arena, value);
    else if (str_is(key, "in"))
        s->uri = value;
    else if (str_is(key, "with"))
        s->attributes = value;
    else
        return false;
    return value[0] != '\0';
}

static bool mark_read(struct reader *r, struct shape *s, struct str word)
{
    if (str_is(word, "?"))
        s->optional = true;
    else if (str_is(word, "+"))
        s->many = true;
    else if (str_is(word, "*"))
        s->many = s->optional = true;
    else if (str_is(word, "personal"))
        s->personal = true;
    else
        return setting_read(r, s, word);
    return true;
}

/* NAME, then kind and marks. */
static void words_read(struct reader *r, const struct node *n, const char *line, bool group, struct shape *s)
{
    struct str rest = str_of(line), word;
    bool first = true, kind = group;
    while (str_split(&rest, ' ', &word)) {
        if (word.n == 0)
            continue;
        if (first) {
            s->name = arena_text(r->arena, word);
            first = false;
        } else if (group && str_is(word, "all")) {
            s->kind = SHAPE_ALL;
        } else if (!kind && str_is(word, "any")) {
            s->kind = SHAPE_ANY;
            kind = true;
        } else if (!kind && value_kind_find(word, &s->value.kind)) {
            kind = true;
        } else if (!mark_read(r, s, word)) {
            wrong(r, n, N_("%s: '%.*s' is no kind of value and no mark"), s->name, STR_ARG(word));
        }
    }
    if (first)
        wrong(r, n, N_("an element has no name"));
    else if (!kind)
        wrong(r, n, N_("%s has no kind of value (string, int, …)"), s->name);
}

static void parts_read(struct reader *r, const struct node *n, struct shape *s);

/* A map of one key: an element with elements in it, or a group. */
static void group_read(struct reader *r, const struct node *item, struct shape *s)
{
    s->kind = SHAPE_SEQUENCE;
    if (strcmp(item->key, "choice") == 0)
        s->kind = SHAPE_CHOICE;
    else if (strcmp(item->key, "sequence") != 0)
        words_read(r, item, item->key, true, s);
    parts_read(r, item, s);
}

static void item_read(struct reader *r, const struct node *item, struct shape *s)
{
    if (r->full)
        return;
    if (++r->nodes > LIMIT_SHAPE_NODES) {
        r->full = true;
        wrong(r, item, N_("more than %d elements are described"), LIMIT_SHAPE_NODES);
    } else if (item->kind == NODE_TEXT) {
        words_read(r, item, item->text, false, s);
    } else if (item->kind == NODE_MAP && item->count == 1) {
        group_read(r, item->first, s);
    } else if (item->kind != NODE_BAD) {
        wrong(r, item, N_("write an element as NAME KIND, or as NAME: with a list of elements below it"));
    }
}

static size_t leaves_count(const struct shape *s)
{
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++)
        count += s->parts[i].name == NULL ? leaves_count(&s->parts[i]) : 1;
    return count;
}

static bool leaf_twice(const struct shape *all, const struct shape *group, const char *name, const struct shape *self)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct shape *part = &group->parts[i];
        if (part->name == NULL ? leaf_twice(all, part, name, self) : part != self && strcmp(part->name, name) == 0)
            return true;
    }
    return false;
}

static void twice_check(struct reader *r, const struct node *n, const struct shape *all, const struct shape *group)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct shape *part = &group->parts[i];
        if (part->name == NULL)
            twice_check(r, n, all, part);
        else if (leaf_twice(all, all, part->name, part))
            wrong(r, n, N_("%s is described twice in one element"), part->name);
    }
}

static void parts_read(struct reader *r, const struct node *n, struct shape *s)
{
    if (n->kind == NODE_NONE)
        return; /* an element that is empty */
    if (n->kind != NODE_LIST) {
        if (n->kind != NODE_BAD)
            wrong(r, n, N_("%s needs a list of elements below it, each on a line that begins with '- '"), n->key);
        return;
    }
    struct shape *parts = arena_array(r->arena, struct shape, n->count);
    size_t count = 0;
    for (const struct node *item = n->first; item != NULL; item = item->next)
        item_read(r, item, &parts[count++]);
    s->parts = parts;
    s->count = count;
    if (s->name == NULL)
        return;
    if (leaves_count(s) > LIMIT_SHAPE_LEAVES)
        wrong(r, n, N_("%s has more than %d different elements"), s->name, LIMIT_SHAPE_LEAVES);
    else
        twice_check(r, n, s, s);
}

void shape_read_root(struct arena *a, const struct node *n, const char *uri, struct shape *ret, struct finder *f)
{
    struct reader r = {.arena = a, .find = f};
    struct shape s = {.kind = SHAPE_SEQUENCE, .uri = uri};
    if (n->kind != NODE_MAP || n->count != 1) {
        if (n->kind != NODE_BAD)
            wrong(&r, n, N_("%s has one element, its root, with a list of elements below it"), n->key);
        return;
    }
    words_read(&r, n->first, n->first->key, true, &s);
    parts_read(&r, n->first, &s);
    *ret = s;
}
