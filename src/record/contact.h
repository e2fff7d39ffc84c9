/* Who is written to: a body's contacts, and what was done to each. */
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
    /* Only contacts_every() and contact_find() fill these: */
    day_t until;     /* retired: no recipient from this day on; DAY_NONE */
    day_t since;     /* when it first came */
    int64_t version; /* the last change of its history; 0: none was kept */
};

enum contact_put { CONTACT_NEW, CONTACT_CHANGED, CONTACT_SAME };
/* By body and e-mail; *ret_before (may be NULL) how one that changes stood, in `a`: "Name · role · ca". A contact that
 * is changed, or brought by an import after it came back, is a recipient again. */
bool contact_put(struct tx *tx, const struct by *by, const struct contact *c, enum contact_put *ret, struct arena *a,
                 const char **ret_before, struct err *e);
/* The contact of c->id becomes what `c` says, also its e-mail; a recipient again. ERR_STATE when another contact of the
 * body has that e-mail. */
bool contact_edit(struct tx *tx, const struct by *by, const struct contact *c, struct err *e);
/* No recipient from by->day on; ERR_STATE when it is retired already. */
bool contact_retire(struct tx *tx, const struct by *by, const struct contact *c, const char *reason, struct err *e);

/* Those who can be written to on that day, by body then e-mail; of one body, or of all with body_id 0. Addresses that
 * take no mail are not among them. */
bool contacts_load(struct tx *tx, struct arena *a, int64_t body_id, day_t on, struct contact **ret, size_t *ret_count,
                   struct err *e);
/* The same for those whose mail came back, for good or not. */
bool contacts_bounced(struct tx *tx, struct arena *a, int64_t body_id, day_t on, struct contact **ret,
                      size_t *ret_count, struct err *e);
/* All of them, by body then e-mail, also those whose mail comes back; retired ones with `retired`. */
bool contacts_every(struct tx *tx, struct arena *a, int64_t body_id, bool retired, struct contact **ret,
                    size_t *ret_count, struct err *e);
bool contact_find(struct tx *tx, struct arena *a, int64_t id, struct contact *ret, bool *ret_found, struct err *e);
/* The bodies of which that address is a contact in use. */
bool contact_bodies(struct tx *tx, struct arena *a, const char *email, day_t on, int64_t **ret, size_t *ret_count,
                    struct err *e);
/* A mail to that address came back; of every body that has it. *ret_count how many contacts. */
bool contact_bounce(struct tx *tx, const struct by *by, const char *email, bool lasting, const char *reason,
                    int64_t *ret_count, struct err *e);
/* It was a mistake, or is over: they are recipients again. */
bool contact_unbounce(struct tx *tx, const char *email, int64_t *ret_count, struct err *e);

/* What was done to a contact and how it stood afterwards. Contacts that came before the history was kept have none of
 * it until they change. */
struct contact_change {
    int64_t id, contact_id, body_id;
    const char *what; /* added, changed, retired, returned */
    const char *name, *email, *role, *reason, *who;
    enum lang lang;
    day_t day;
    instant_t at;
};
/* Of a contact (body_id 0) or of a body's contacts (contact_id 0); newest first, the last `most`. */
bool contact_history(struct tx *tx, struct arena *a, int64_t contact_id, int64_t body_id, size_t most,
                     struct contact_change **ret, size_t *ret_count, struct err *e);
/* What one import did: by its instant and its person. */
bool contact_history_of(struct tx *tx, struct arena *a, instant_t at, const char *who, size_t most,
                        struct contact_change **ret, size_t *ret_count, struct err *e);

#endif
