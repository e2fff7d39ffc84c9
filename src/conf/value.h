/* Keys and their values: where the keys of a table stand in a tree, and what a node means as a number, list or choice.
 * Shared by talaia.yaml and profile.yaml. Every mistake becomes a finding that names the key, the value and what is
 * accepted. */
#ifndef TALAIA_CONF_VALUE_H
#define TALAIA_CONF_VALUE_H

#include <stdint.h>

#include "conf/config.h"
#include "conf/tree.h"

struct value {
    const char *text;         /* all types but lists */
    int64_t number;           /* CONFIG_INT, CONFIG_PERCENT; CONFIG_ENUM: which choice, from 0 */
    bool flag;                /* CONFIG_BOOL */
    const char *const *items; /* CONFIG_LIST */
    size_t count;
    const struct node *node; /* where it stands, NULL for a default */
};

/* Finds each of the table's keys under `map`: ret[i] is its node, NULL when absent. Unknown keys, groups written as
 * values and dotted keys become findings. `prefix` is the path of `map` itself, "" for the root; the table's keys are
 * whole paths, that prefix included. */
void keys_find(struct finder *f, const struct node *map, const char *prefix, const struct config_key_info *keys,
               size_t count, const struct node **ret);

/* "group.key" → whether such a group exists in the table. */
bool keys_has_group(const struct config_key_info *keys, size_t count, struct str path);

/* The value of a node for that key, in the arena. False with a finding; *ret is then untouched. */
bool value_read(struct finder *f, struct arena *a, const struct config_key_info *key, const struct node *n,
                struct value *ret);
/* The same from one text, as after --set KEY= or in a table of defaults. */
bool value_read_text(struct finder *f, struct arena *a, const struct config_key_info *key, const char *text,
                     struct value *ret);

/* The values of the table's keys below `map`, whose path is `prefix`; the table's own keys are without it, so that one
 * table serves many groups. Absent ones get their default; without one, an empty text. Returns their nodes (in the
 * arena), NULL where there is none. */
const struct node **keys_read(struct finder *f, struct arena *a, const struct node *map, const char *prefix,
                              const struct config_key_info *keys, size_t count, struct value *values);

/* "…; did you mean X?" material: the nearest of the words (separated by spaces) or NULL. In the arena. */
const char *word_nearest(struct arena *a, const char *word, const char *words);
/* Index of the word among `words`, or -1. */
int word_index(const char *word, const char *words);

#endif
