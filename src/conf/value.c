#include "conf/value.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"

#define KEY_TEXT_BYTES 256 /* a path shown in a message; longer ones are cut */

/* --- words --- */

int word_index(const char *word, const char *words)
{
    struct str rest = str_of(words), one;
    for (int i = 0; str_split(&rest, ' ', &one); i++) {
        if (str_is(one, word))
            return i;
    }
    return -1;
}

/* How many typing mistakes are forgiven: in a word of three letters, two of them make another word. */
static int distance_forgiven(const char *word)
{
    return strlen(word) <= 3 ? 1 : LIMIT_EDIT_DISTANCE;
}

const char *word_nearest(struct arena *a, const char *word, const char *words)
{
    const char *folded = text_fold(a, str_of(word)), *best = NULL;
    int best_distance = distance_forgiven(word) + 1;
    struct str rest = str_of(words), one;
    while (str_split(&rest, ' ', &one)) {
        const char *candidate = text_fold(a, one);
        int d = text_distance(folded, candidate, best_distance);
        bool kept_some = d < (int)strlen(folded) && d < (int)strlen(candidate);
        if (kept_some && d < best_distance) {
            best_distance = d;
            best = arena_text(a, one);
        }
    }
    return best;
}

/* --- where keys stand --- */

/* The part of `path` after "prefix.", or NULL. */
static const char *path_below(const char *path, const char *prefix)
{
    size_t n = strlen(prefix);
    if (n == 0)
        return path;
    return strncmp(path, prefix, n) == 0 && path[n] == '.' ? path + n + 1 : NULL;
}

bool keys_has_group(const struct config_key_info *keys, size_t count, struct str path)
{
    for (size_t i = 0; i < count; i++) {
        struct str key = str_of(keys[i].key);
        if (key.n > path.n && key.p[path.n] == '.' && memcmp(key.p, path.p, path.n) == 0)
            return true;
    }
    return false;
}

/* The names that may stand directly under the prefix, separated by spaces, each once. */
static const char *keys_under(struct arena *a, const char *prefix, const struct config_key_info *keys, size_t count)
{
    struct buf words = BUF_INIT(LIMIT_CONFIG_BYTES);
    for (size_t i = 0; i < count; i++) {
        const char *below = path_below(keys[i].key, prefix);
        if (below == NULL)
            continue;
        const char *word = arena_text(a, str_part(below, str_find(str_of(below), '.')));
        if (word_index(word, buf_text(&words)) >= 0)
            continue;
        buf_printf(&words, "%s%s", words.n > 0 ? " " : "", word);
    }
    const char *text = arena_strdup(a, buf_text(&words));
    buf_release(&words);
    return text;
}

/* A key that stands elsewhere under the same last name: `url` at the top for store.url. */
static const char *key_elsewhere(const char *name, const struct config_key_info *keys, size_t count)
{
    const char *found = NULL;
    for (size_t i = 0; i < count; i++) {
        const char *dot = strrchr(keys[i].key, '.');
        if (dot == NULL || strcmp(dot + 1, name) != 0)
            continue;
        if (found != NULL)
            return NULL; /* several: no guess is better than a wrong one */
        found = keys[i].key;
    }
    return found;
}

static bool is_dotted_key(const char *path, const struct config_key_info *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(keys[i].key, path) == 0)
            return true;
    }
    return keys_has_group(keys, count, str_of(path));
}

static void unknown_key(struct finder *f, const struct node *n, const char *prefix, const char *path,
                        const struct config_key_info *keys, size_t count)
{
    struct arena a = {0};
    const char *dot = strchr(n->key, '.');
    const char *words = keys_under(&a, prefix, keys, count);
    const char *nearest = word_nearest(&a, n->key, words), *elsewhere = key_elsewhere(n->key, keys, count);
    if (dot != NULL && is_dotted_key(path, keys, count))
        finding_add(f, n->key_line, n->key_column,
                    N_("%s is written in two lines: '%.*s:' and below it, indented by two spaces, '%s: …'"), n->key,
                    (int)(dot - n->key), n->key, dot + 1);
    else if (nearest != NULL)
        finding_add(f, n->key_line, n->key_column, N_("unknown key %s; did you mean %s?"), path, nearest);
    else if (elsewhere != NULL)
        finding_add(f, n->key_line, n->key_column,
                    N_("unknown key %s; did you mean %s, that is, '%s:' indented below '%.*s:'?"), path, elsewhere,
                    n->key, (int)(strrchr(elsewhere, '.') - elsewhere), elsewhere);
    else
        finding_add(f, n->key_line, n->key_column, N_("unknown key %s; the keys here are: %s"), path, words);
    arena_release(&a);
}

static const char *path_make(char out[KEY_TEXT_BYTES], const char *prefix, const char *key)
{
    struct str cut = str_utf8_cut(str_of(key), KEY_TEXT_BYTES / 2);
    (void)snprintf(out, KEY_TEXT_BYTES, "%s%s%.*s", prefix, prefix[0] == '\0' ? "" : ".", STR_ARG(cut));
    return out;
}

void keys_find(struct finder *f, const struct node *map, const char *prefix, const struct config_key_info *keys,
               size_t count, const struct node **ret)
{
    for (const struct node *n = map->first; n != NULL; n = n->next) {
        char path[KEY_TEXT_BYTES];
        path_make(path, prefix, n->key);
        size_t i = 0;
        while (i < count && (strcmp(keys[i].key, path) != 0 || strchr(n->key, '.') != NULL))
            i++;
        if (i < count)
            ret[i] = n;
        else if (strchr(n->key, '.') != NULL || !keys_has_group(keys, count, str_of(path)))
            unknown_key(f, n, prefix, path, keys, count);
        else if (n->kind == NODE_MAP)
            keys_find(f, n, path, keys, count, ret);
        else if (n->kind == NODE_TEXT || n->kind == NODE_LIST)
            finding_add(f, n->line, n->column, N_("%s is a group of keys; write them below it, indented by two spaces"),
                        path);
        /* NODE_NONE: a group whose keys are all commented out. */
    }
}

/* --- values --- */

/* What of a value may be shown: secrets are not. */
static const char *shown(const struct config_key_info *key, const char *text)
{
    return key->secret ? "…" : text;
}

static bool is_scalar(struct finder *f, const struct config_key_info *key, const struct node *n)
{
    switch (n->kind) {
    case NODE_TEXT: return true;
    case NODE_NONE:
        finding_add(f, n->line, n->column,
                    N_("%s has no value; write one, or \"\" for an empty one, or delete the line"), key->key);
        return false;
    case NODE_LIST: finding_add(f, n->line, n->column, N_("%s takes one value, not a list"), key->key); return false;
    case NODE_MAP:
        finding_add(f, n->line, n->column, N_("%s takes one value, not a group of keys"), key->key);
        return false;
    case NODE_BAD: break;
    }
    return false;
}

static bool int_read(struct finder *f, const struct config_key_info *key, const struct node *n, struct value *v)
{
    struct str s = str_trim(str_of(n->text));
    bool percent = key->type == CONFIG_PERCENT;
    if (percent && str_ends(s, "%"))
        s = str_trim(str_part(s.p, s.n - 1));
    if (str_to_int64(s, key->min, key->max, &v->number))
        return true;
    finding_add(f, n->line, n->column,
                percent ? N_("%s must be a percentage from %lld%% to %lld%%, not '%s'")
                        : N_("%s must be a whole number from %lld to %lld, not '%s'"),
                key->key, (long long)key->min, (long long)key->max, shown(key, n->text));
    return false;
}

static bool bool_read(struct finder *f, const struct config_key_info *key, const struct node *n, struct value *v)
{
    struct str s = str_of(n->text);
    v->flag = str_is_nocase(s, "true") || str_is_nocase(s, "yes");
    if (v->flag || str_is_nocase(s, "false") || str_is_nocase(s, "no"))
        return true;
    finding_add(f, n->line, n->column, N_("%s must be true or false, not '%s'"), key->key, shown(key, n->text));
    return false;
}

static bool enum_read(struct finder *f, struct arena *a, const struct config_key_info *key, const struct node *n,
                      struct value *v)
{
    int at = strchr(n->text, ' ') == NULL ? word_index(n->text, key->choices) : -1;
    v->number = at;
    if (at >= 0)
        return true;
    const char *nearest = word_nearest(a, n->text, key->choices);
    if (nearest != NULL)
        finding_add(f, n->line, n->column, N_("%s must be one of: %s; not '%s' (did you mean %s?)"), key->key,
                    key->choices, n->text, nearest);
    else
        finding_add(f, n->line, n->column, N_("%s must be one of: %s; not '%s'"), key->key, key->choices, n->text);
    return false;
}

/* The value itself is not shown: URLs carry passwords. */
static bool url_read(struct finder *f, const struct config_key_info *key, const struct node *n)
{
    struct str rest = str_of(key->choices), start, url = str_of(n->text);
    if (url.n == 0 && key->default_text != NULL && key->default_text[0] == '\0')
        return true; /* what is not there yet */
    while (str_split(&rest, ' ', &start)) {
        if (url.n > start.n && memcmp(url.p, start.p, start.n) == 0)
            return true;
    }
    finding_add(f, n->line, n->column, N_("%s must begin with one of: %s; and go on after it"), key->key, key->choices);
    return false;
}

static bool list_value_read(struct finder *f, struct arena *a, const struct config_key_info *key, const struct node *n,
                            struct value *v)
{
    const char **items = arena_array(a, const char *, n->count + 1);
    size_t count = 0;
    bool good = true;
    if (n->kind == NODE_TEXT)
        items[count++] = n->text;
    for (const struct node *item = n->first; item != NULL; item = item->next) {
        if (is_scalar(f, key, item))
            items[count++] = item->text;
        else
            good = false;
    }
    v->items = items;
    v->count = count;
    return good;
}

bool value_read(struct finder *f, struct arena *a, const struct config_key_info *key, const struct node *n,
                struct value *ret)
{
    struct value v = {.node = n, .text = n->text};
    bool list = key->type == CONFIG_LIST && n->kind == NODE_LIST;
    if (!list && !is_scalar(f, key, n))
        return false;
    bool good = true;
    switch (key->type) {
    case CONFIG_INT:
    case CONFIG_PERCENT: good = int_read(f, key, n, &v); break;
    case CONFIG_BOOL: good = bool_read(f, key, n, &v); break;
    case CONFIG_ENUM: good = enum_read(f, a, key, n, &v); break;
    case CONFIG_URL: good = url_read(f, key, n); break;
    case CONFIG_LIST: good = list_value_read(f, a, key, n, &v); break;
    case CONFIG_TEXT:
    case CONFIG_TREE: break;
    }
    if (good)
        *ret = v;
    return good;
}

bool value_read_text(struct finder *f, struct arena *a, const struct config_key_info *key, const char *text,
                     struct value *ret)
{
    if (key->type != CONFIG_LIST) {
        const struct node n = {.kind = NODE_TEXT, .text = text};
        struct value v;
        if (!value_read(f, a, key, &n, &v))
            return false;
        *ret = v;
        ret->node = NULL;
        return true;
    }
    VEC(const char *) items = {0};
    struct str rest = str_of(text), one;
    while (text[0] != '\0' && str_split(&rest, ',', &one)) {
        one = str_trim(one);
        if (one.n > 0)
            vec_push(&items, arena_text(a, one));
    }
    const char **copy = arena_array(a, const char *, items.count + 1);
    for (size_t i = 0; i < items.count; i++)
        copy[i] = items.items[i];
    *ret = (struct value){.text = text, .items = copy, .count = items.count};
    vec_release(&items);
    return true;
}

const struct node **keys_read(struct finder *f, struct arena *a, const struct node *map, const char *prefix,
                              const struct config_key_info *keys, size_t count, struct value *values)
{
    struct arena paths = {
        0}; /* whole paths are of this call only: in a file of thousands of groups they are the most */
    struct config_key_info *own = arena_array(&paths, struct config_key_info, count);
    const struct node **nodes = arena_array(a, const struct node *, count);
    for (size_t i = 0; i < count; i++) {
        own[i] = keys[i];
        own[i].key = prefix[0] == '\0' ? keys[i].key : arena_printf(&paths, "%s.%s", prefix, keys[i].key);
        nodes[i] = NULL;
    }
    keys_find(f, map, prefix, own, count, nodes);
    for (size_t i = 0; i < count; i++) {
        values[i] = (struct value){.text = ""};
        if (nodes[i] != NULL && keys[i].type != CONFIG_TREE)
            (void)value_read(f, a, &own[i], nodes[i], &values[i]);
        else if (nodes[i] == NULL && keys[i].default_text != NULL)
            (void)value_read_text(f, a, &own[i], keys[i].default_text, &values[i]);
    }
    arena_release(&paths);
    return nodes;
}
