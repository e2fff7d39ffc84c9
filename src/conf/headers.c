/* Words for the columns of foreign tables: headers → table → field → words. */
#include <stdlib.h>

#include "base/limits.h"
#include "base/text.h"
#include "conf/profile_keys.h"
#include "conf/value.h"

static const struct {
    const char *name, *fields;
} tables[] = {
#define X(table, fields) {table, fields},
    HEADER_TABLES(X)
#undef X
};
enum { TABLE_COUNT = sizeof tables / sizeof tables[0] };

struct word_at {
    struct header_word word;
    size_t line;
};
struct words {
    struct word_at *items;
    size_t count, capacity;
};

static int compare(const void *a, const void *b)
{
    const struct header_word *x = a, *y = b;
    int order = strcmp(x->word, y->word);
    return order != 0 ? order : strcmp(x->table, y->table);
}

static const struct word_at *find(const struct words *all, const char *table, const char *word)
{
    for (size_t i = 0; i < all->count; i++) {
        if (strcmp(all->items[i].word.table, table) == 0 && strcmp(all->items[i].word.word, word) == 0)
            return &all->items[i];
    }
    return NULL;
}

static void word_add(struct finder *f, struct arena *a, struct words *all, const char *table, const char *field,
                     const struct node *n)
{
    if (n->kind != NODE_TEXT) {
        if (n->kind != NODE_BAD)
            finding_add(f, n->line, n->column, N_("headers.%s.%s takes words"), table, field);
        return;
    }
    const char *word = text_fold(a, str_of(n->text));
    if (word[0] == '\0') {
        finding_add(f, n->line, n->column, N_("headers.%s.%s: '%s' has no letter or digit"), table, field, n->text);
        return;
    }
    const struct word_at *same = find(all, table, word);
    if (same != NULL && strcmp(same->word.field, field) != 0)
        finding_add(f, n->line, n->column, N_("headers.%s: '%s' is already a word for %s, on line %zu"), table, n->text,
                    same->word.field, same->line);
    if (same == NULL)
        vec_push(all, (struct word_at){.word = {.table = table, .field = field, .word = word}, .line = n->line});
}

static void table_read(struct finder *f, struct arena *a, struct words *all, const char *table, const char *fields,
                       const struct node *tree)
{
    for (const struct node *n = tree->first; n != NULL; n = n->next) {
        if (word_index(n->key, fields) < 0) {
            const char *nearest = word_nearest(a, n->key, fields);
            if (nearest != NULL)
                finding_add(f, n->key_line, n->key_column, N_("headers.%s has no field %s; did you mean %s?"), table,
                            n->key, nearest);
            else
                finding_add(f, n->key_line, n->key_column, N_("headers.%s has no field %s; its fields are: %s"), table,
                            n->key, fields);
            continue;
        }
        if (n->kind != NODE_LIST)
            word_add(f, a, all, table, n->key, n);
        for (const struct node *w = n->kind == NODE_LIST ? n->first : NULL; w != NULL; w = w->next)
            word_add(f, a, all, table, n->key, w);
    }
}

void headers_read(struct finder *f, struct arena *a, const struct node *tree, const struct header_word **ret,
                  size_t *ret_count)
{
    struct config_key_info keys[TABLE_COUNT] = {0};
    const struct node *nodes[TABLE_COUNT] = {0};
    for (size_t i = 0; i < TABLE_COUNT; i++)
        keys[i].key = arena_printf(a, "headers.%s", tables[i].name);
    keys_find(f, tree, "headers", keys, TABLE_COUNT, nodes);
    struct words all = {0};
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        if (nodes[i] == NULL)
            finding_add(f, tree->key_line, tree->key_column, N_("headers.%s is missing"), tables[i].name);
        else if (nodes[i]->kind == NODE_MAP)
            table_read(f, a, &all, tables[i].name, tables[i].fields, nodes[i]);
        else if (nodes[i]->kind != NODE_BAD)
            finding_add(f, nodes[i]->line, nodes[i]->column, N_("headers.%s must list words for each of: %s"),
                        tables[i].name, tables[i].fields);
    }
    struct header_word *words = arena_array(a, struct header_word, all.count + 1);
    for (size_t i = 0; i < all.count; i++)
        words[i] = all.items[i].word;
    if (all.count > 0)
        qsort(words, all.count, sizeof *words, compare);
    *ret = words;
    *ret_count = all.count;
    vec_release(&all);
}
