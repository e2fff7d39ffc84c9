/* Who is written to: a body's contacts. */
#ifndef TALAIA_RECORD_CONTACT_H
#define TALAIA_RECORD_CONTACT_H

#include "base/mem.h"
#include "record/by.h"
#include "store/store.h"

struct contact {
    int64_t id, body_id;
    const char *name, *email;
    const char *role; /* technical, secretary, provider, other */
    enum lang lang;
};

enum contact_put { CONTACT_NEW, CONTACT_CHANGED, CONTACT_SAME };
/* By body and e-mail. */
bool contact_put(struct tx *tx, const struct by *by, const struct contact *c, enum contact_put *ret, struct err *e);

/* Contacts in use on that day, by body then e-mail; of one body, or of all with body_id 0. */
bool contacts_load(struct tx *tx, struct arena *a, int64_t body_id, day_t on, struct contact **ret, size_t *ret_count,
                   struct err *e);

#endif
