/* YAML text → a tree in which every key and value knows its line and column.
 *
 * The part of YAML that a configuration needs: maps, lists and texts. Anchors, aliases, tags and several documents are
 * refused (nothing here needs them, and aliases are how a small file becomes a huge one), as are duplicate keys,
 * control characters and whatever is not UTF-8. Values are not typed: `no` and `12` are texts until value.h reads
 * them. */
#ifndef TALAIA_CONF_TREE_H
#define TALAIA_CONF_TREE_H

#include "base/mem.h"
#include "conf/finding.h"

enum node_kind {
    NODE_BAD,  /* already reported; say nothing more about it */
    NODE_NONE, /* no value: `key:`, `~` or `null` */
    NODE_TEXT,
    NODE_LIST,
    NODE_MAP,
};
struct node {
    enum node_kind kind;
    size_t line, column; /* of the value, from 1; 0 when it is not from a file */
    const char *text;    /* NODE_TEXT; no control characters but tab and line feed */
    const char *key;     /* its key when it stands in a map */
    size_t key_line, key_column;
    const struct node *first, *next; /* items of a list or map; the next one of the same parent */
    size_t count;
};

/* The root, always a NODE_MAP (empty for an empty file), in the arena with all texts. Mistakes go to `f`;
 * *ret_complete is false when reading stopped before the end, so that nothing can be said about what is missing. */
const struct node *tree_read(struct arena *a, struct str text, struct finder *f, bool *ret_complete);

/* The child of a map, or NULL; what is no map has none. */
const struct node *node_child(const struct node *map, const char *key);

#endif
