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
    day_t bounced; /* when a mail to it came back last; DAY_NONE: none did, or it was changed since */
    bool lasting;  /* the address takes no mail: it is no recipient */
    const char *bounce_reason;
};

enum contact_put { CONTACT_NEW, CONTACT_CHANGED, CONTACT_SAME };
/* By body and e-mail. A contact that is changed, or brought by an import after it came back, is a recipient again. */
bool contact_put(struct tx *tx, const struct by *by, const struct contact *c, enum contact_put *ret, struct err *e);

/* Those who can be written to on that day, by body then e-mail; of one body, or of all with body_id 0. Addresses that
 * take no mail are not among them. */
bool contacts_load(struct tx *tx, struct arena *a, int64_t body_id, day_t on, struct contact **ret, size_t *ret_count,
                   struct err *e);
/* The same for those whose mail came back, for good or not. */
bool contacts_bounced(struct tx *tx, struct arena *a, int64_t body_id, day_t on, struct contact **ret,
                      size_t *ret_count, struct err *e);
/* The bodies of which that address is a contact in use. */
bool contact_bodies(struct tx *tx, struct arena *a, const char *email, day_t on, int64_t **ret, size_t *ret_count,
                    struct err *e);
/* A mail to that address came back; of every body that has it. *ret_count how many contacts. */
bool contact_bounce(struct tx *tx, const struct by *by, const char *email, bool lasting, const char *reason,
                    int64_t *ret_count, struct err *e);
/* It was a mistake, or is over: they are recipients again. */
bool contact_unbounce(struct tx *tx, const char *email, int64_t *ret_count, struct err *e);

#endif
