/* The certificates that were shown in a round, each read and kept once, however many bodies show it.
 *
 *     struct served s = {.arena = &a};
 *     const struct served_entry *c = served_see(&s, der);   (NULL: it cannot be read)
 *     … served_release(&s)
 *
 * Entries and texts live in the arena. */
#ifndef TALAIA_FLOW_SERVED_H
#define TALAIA_FLOW_SERVED_H

#include "pki/certificate.h"
#include "record/sweep.h"

struct served_entry {
    struct certificate certificate;
    bool readable;
    bool shown; /* some body's server sent it: it goes into the store */
};

struct served {
    struct arena *arena;
    VEC(struct served_entry *) entries; /* each in the arena */
    size_t *slots;                      /* places in entries plus one, 0 for none; by the bytes */
    size_t slot_count;
};

struct served_entry *served_see(struct served *s, struct str der);
/* As the store keeps it, with names and DER spelt out in the arena. */
struct served_certificate served_record(struct arena *a, const struct certificate *c);
/* The certificates of a kept chain (struct observation), those that the store has; in the arena. */
bool served_chain_load(struct tx *tx, struct arena *a, const char *fingerprints, struct certificate **ret,
                       size_t *ret_count, struct err *e);
void served_release(struct served *s);

#endif
