/* The list of public bodies with their official codes, by which the registry's rows get their INE10 and their NIF. */
#ifndef TALAIA_RECORD_DIRECTORY_H
#define TALAIA_RECORD_DIRECTORY_H

#include "base/mem.h"
#include "store/store.h"

struct directory_entry {
    const char *name_key, *name, *ine10, *nif, *kind, *province, *municipality; /* "" when unknown */
};

/* Adds the entry with that name_key, or brings it up to date: what it leaves open stays as it was, so that a list of
 * NIFs alone takes no INE10 away. *ret_new: it was not there. */
bool directory_put(struct tx *tx, const struct directory_entry *d, bool *ret_new, struct err *e);
bool directory_count(struct tx *tx, int64_t *ret, struct err *e);

/* All entries in the arena, sorted by name_key. */
bool directory_load(struct tx *tx, struct arena *a, struct directory_entry **ret, size_t *ret_count, struct err *e);

#endif
