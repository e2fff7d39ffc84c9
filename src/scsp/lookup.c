/* Reads only; service.c does what it says. */
#include "scsp/lookup.h"

#include "conf/value.h"
#include "scsp/shape_read.h"

/* X(NAME, key, type, default) */
#define LOOKUP_KEYS(X)                                                                                                 \
    X(FIRST, "lookup.first", CONFIG_TREE, NULL)                                                                        \
    X(TABLE, "lookup.table", CONFIG_TEXT, "")                                                                          \
    X(BY, "lookup.by", CONFIG_TREE, NULL)                                                                              \
    X(COMPARE, "lookup.compare", CONFIG_TREE, NULL)                                                                    \
    X(ROWS, "lookup.rows", CONFIG_TEXT, "")                                                                            \
    X(INSIDE, "lookup.inside", CONFIG_TREE, NULL)                                                                      \
    X(BUILD, "lookup.build", CONFIG_TREE, NULL)                                                                        \
    X(FIXED, "lookup.fixed", CONFIG_TREE, NULL)                                                                        \
    X(FOUND, "lookup.found", CONFIG_INT, "0")                                                                          \
    X(NONE, "lookup.none", CONFIG_INT, "0")                                                                            \
    X(WRONG, "lookup.wrong", CONFIG_INT, "0")

#define X(name, ...) L_##name,
enum { LOOKUP_KEYS(X) L_COUNT };
#undef X

static const struct config_key_info keys[L_COUNT] = {
#define X(name, path, type_, default_)                                                                                 \
    [L_##name] = {.key = path, .type = type_, .default_text = default_, .min = -999, .max = 999},
    LOOKUP_KEYS(X)
#undef X
};

struct reader {
    struct arena *arena;
    const struct shape *request, *response;
    struct finder *find;
};

#define WRONG_AT(r, n, ...) finding_add((r)->find, (n)->line, (n)->column, __VA_ARGS__)

static void element_check(struct reader *r, const struct node *n, const char *name)
{
    const struct shape *s = shape_leaf(r->request, name);
    if (s == NULL || s->kind != SHAPE_VALUE || strcmp(s->name, name) != 0)
        WRONG_AT(r, n, N_("the request has no element %s"), name);
}

/* Where `text` first stands, or s.n. */
static size_t find_text(struct str s, const char *text)
{
    const char *at = s.n == 0 ? NULL : memmem(s.p, s.n, text, strlen(text));
    return at == NULL ? s.n : (size_t)(at - s.p);
}

static bool question_take(struct str *s)
{
    if (s->n == 0 || s->p[s->n - 1] != '?')
        return false;
    s->n--;
    return true;
}

/* "A=b", "A?=via/b", "A..B=c", "c:text"; in a step `given` just "A" or "A?". */
static void word_read(struct reader *r, const struct node *n, struct str word, bool given, struct lookup_word *w)
{
    struct arena *a = r->arena;
    size_t equal = str_find(word, '='), colon = str_find(word, ':');
    *w = (struct lookup_word){.how = LOOKUP_EQUAL};
    if (equal == word.n && colon < word.n && !given) {
        w->how = LOOKUP_FIXED;
        w->column = arena_text(a, str_part(word.p, colon));
        w->text = arena_text(a, str_part(word.p + colon + 1, word.n - colon - 1));
        return;
    }
    if ((equal == word.n) != given) {
        WRONG_AT(r, n, N_("'%.*s' is no ELEMENT=COLUMN"), STR_ARG(word));
        return;
    }
    struct str left = str_part(word.p, equal);
    w->when_given = question_take(&left);
    size_t dots = find_text(left, "..");
    if (dots < left.n) {
        w->how = LOOKUP_RANGE;
        w->until = arena_text(a, str_part(left.p + dots + 2, left.n - dots - 2));
        left.n = dots;
        element_check(r, n, w->until);
    }
    w->element = arena_text(a, left);
    element_check(r, n, w->element);
    if (given)
        return;
    struct str column = str_part(word.p + equal + 1, word.n - equal - 1);
    size_t slash = str_find(column, '/');
    if (slash < column.n) {
        w->via = arena_text(a, str_part(column.p, slash));
        column = str_part(column.p + slash + 1, column.n - slash - 1);
    }
    w->column = arena_text(a, column);
}

/* The words of a line; "else CODE" at its end goes to *ret_code. */
static struct lookup_match match_read(struct reader *r, const struct node *n, struct str line, bool given,
                                      bool *ret_has_code, int *ret_code)
{
    struct lookup_word words[LIMIT_LOOKUP_WORDS] = {0};
    struct lookup_match m = {.line = arena_text(r->arena, line)};
    struct str word;
    int64_t code;
    *ret_has_code = false;
    while (str_split(&line, ' ', &word)) {
        if (word.n == 0)
            continue;
        if (str_is(word, "else")) {
            *ret_has_code = str_to_int64(str_trim(line), -999, 999, &code);
            if (*ret_has_code)
                *ret_code = (int)code;
            else
                WRONG_AT(r, n, N_("behind else stands a code, not '%.*s'"), STR_ARG(line));
            break;
        }
        if (m.count == LIMIT_LOOKUP_WORDS) {
            WRONG_AT(r, n, N_("there are more than %d conditions"), LIMIT_LOOKUP_WORDS);
            break;
        }
        word_read(r, n, word, given, &words[m.count++]);
    }
    if (m.count == 0)
        WRONG_AT(r, n, N_("there is no condition"));
    struct lookup_word *kept = arena_array(r->arena, struct lookup_word, m.count == 0 ? 1 : m.count);
    memcpy(kept, words, m.count * sizeof *words);
    m.words = kept;
    return m;
}

/* A list of texts, or nothing. */
static bool is_list(struct reader *r, const struct node *n)
{
    if (n == NULL || n->kind == NODE_BAD)
        return false;
    bool good = n->kind == NODE_LIST;
    for (const struct node *i = n->first; good && i != NULL; i = i->next)
        good = i->kind == NODE_TEXT;
    if (!good)
        WRONG_AT(r, n, N_("%s is a list of lines, each behind '- '"), n->key);
    return good;
}

static const struct lookup_match *by_read(struct reader *r, const struct node *n, size_t *ret_count)
{
    bool has_code;
    int code;
    if (!is_list(r, n))
        return NULL;
    struct lookup_match *list = arena_array(r->arena, struct lookup_match, n->count == 0 ? 1 : n->count);
    for (const struct node *i = n->first; i != NULL; i = i->next) {
        struct lookup_match *m = &list[(*ret_count)++];
        *m = match_read(r, i, str_of(i->text), false, &has_code, &code);
        if (has_code || (m->count > 0 && m->words[0].element == NULL))
            WRONG_AT(r, i, N_("a way to look begins with an element and has no code of its own"));
    }
    return list;
}

static const struct lookup_step *steps_read(struct reader *r, const struct node *n, bool tables, size_t *ret_count)
{
    if (!is_list(r, n))
        return NULL;
    struct lookup_step *list = arena_array(r->arena, struct lookup_step, n->count == 0 ? 1 : n->count);
    for (const struct node *i = n->first; i != NULL; i = i->next) {
        struct lookup_step *s = &list[(*ret_count)++];
        struct str line = str_of(i->text), table = {NULL, 0};
        bool given = false;
        if (tables) {
            (void)str_split(&line, ' ', &table);
            given = str_is(table, "given");
            s->table = given ? NULL : arena_text(r->arena, table);
        }
        s->match = match_read(r, i, line, given, &s->has_code, &s->code);
        if ((given || !tables) && !s->has_code)
            WRONG_AT(r, i, N_("the line has no code: write else and a number at its end"));
    }
    return list;
}

static void inside_read(struct reader *r, const struct node *n, struct lookup *l)
{
    if (n == NULL || n->kind != NODE_MAP)
        return;
    struct lookup_inside *list = arena_array(r->arena, struct lookup_inside, n->count == 0 ? 1 : n->count);
    for (const struct node *i = n->first; i != NULL; i = i->next) {
        struct arena *a = r->arena;
        struct str line = str_of(i->kind == NODE_TEXT ? i->text : ""), table = {NULL, 0}, column = {NULL, 0};
        (void)str_split(&line, ' ', &table);
        (void)str_split(&line, ' ', &column);
        size_t colon = str_find(line, ':');
        if (table.n == 0 || column.n == 0 || (line.n > 0 && colon == line.n)) {
            WRONG_AT(r, i, N_("%s: write a table and the column that it has in common with ours"), i->key);
            continue;
        }
        struct lookup_inside *in = &list[l->inside_count++];
        *in = (struct lookup_inside){.path = i->key, arena_text(a, table), arena_text(a, column)};
        if (line.n > 0) {
            in->only = arena_text(a, str_part(line.p, colon));
            in->text = arena_text(a, str_part(line.p + colon + 1, line.n - colon - 1));
        }
    }
    l->inside = list;
}

static void fixed_read(struct reader *r, const struct node *n, struct lookup *l)
{
    if (n == NULL || n->kind != NODE_MAP)
        return;
    struct lookup_fixed *list = arena_array(r->arena, struct lookup_fixed, n->count == 0 ? 1 : n->count);
    for (const struct node *i = n->first; i != NULL; i = i->next) {
        if (i->kind == NODE_TEXT && shape_leaf(r->response, i->key) != NULL)
            list[l->fixed_count++] = (struct lookup_fixed){i->key, i->text};
        else
            WRONG_AT(r, i, N_("the answer has no element %s"), i->key);
    }
    l->fixed = list;
}

const struct lookup *lookup_read(struct arena *a, const struct node *n, const struct shape *request,
                                 const struct shape *response, struct finder *f)
{
    struct reader r = {a, request, response, f};
    const struct node *nodes[L_COUNT] = {0};
    struct value v[L_COUNT] = {0};
    struct lookup *l = arena_new(a, struct lookup);
    if (response->name == NULL) {
        WRONG_AT(&r, n, N_("what is looked up needs a description of the answer: %s is missing"), "response");
        return l;
    }
    keys_find(f, n, "lookup", keys, L_COUNT, nodes);
    for (size_t i = 0; i < L_COUNT; i++)
        if (nodes[i] != NULL && keys[i].type != CONFIG_TREE)
            (void)value_read(f, a, &keys[i], nodes[i], &v[i]);
    l->table = v[L_TABLE].text == NULL || v[L_TABLE].text[0] == '\0' ? NULL : v[L_TABLE].text;
    l->rows = v[L_ROWS].text == NULL || v[L_ROWS].text[0] == '\0' ? NULL : v[L_ROWS].text;
    l->found = (int)v[L_FOUND].number;
    l->none = (int)v[L_NONE].number;
    l->wrong = (int)v[L_WRONG].number;
    l->first = steps_read(&r, nodes[L_FIRST], true, &l->first_count);
    l->compare = steps_read(&r, nodes[L_COMPARE], false, &l->compare_count);
    l->by = by_read(&r, nodes[L_BY], &l->by_count);
    inside_read(&r, nodes[L_INSIDE], l);
    fixed_read(&r, nodes[L_FIXED], l);
    if (nodes[L_BUILD] != NULL)
        shape_read_root(a, nodes[L_BUILD], NULL, &l->build, f);
    if ((l->table == NULL) != (l->by_count == 0))
        WRONG_AT(&r, n, N_("table and by belong together"));
    return l;
}
