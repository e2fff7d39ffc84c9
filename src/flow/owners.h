/* Whose certificates bodies show: what the list of bodies and the registry know, brought to the rule of core/owner.h.
 *
 *     struct owners o;
 *     owners_load(&tx, &arena, &bodies, &o, e) … owners_note(&o, body_id, nif, organisation) for each that was shown
 *     owners_tell(&o, body, &certificate, "seu.example", &told)
 *
 * Texts live in the arena. owners_release at the end. */
#ifndef TALAIA_FLOW_OWNERS_H
#define TALAIA_FLOW_OWNERS_H

#include "core/owner.h"
#include "pki/certificate.h"
#include "record/body.h"
#include "record/directory.h"
#include "record/sweep.h"

struct shown_now {
    struct shown_owner what;
    bool now;
};

struct owners {
    struct arena *arena;
    const struct bodies *bodies;
    const struct body_index *index;
    const struct directory_entry *list, **by_nif;
    size_t list_count, nif_count;
    VEC(struct shown_now) shown; /* by number or name once it is sorted, then body */
    bool *asked;                 /* of each of the bodies: it was noted, so what it showed before is no longer true */
    bool sorted;
};

struct owner_told {
    enum owner owner;
    const char *name;         /* of who it belongs to, as natural as it is known; "" unknown */
    const struct body *other; /* the same as a body of the registry, or NULL */
};

/* Reads what bodies showed last, too. */
bool owners_load(struct tx *tx, struct arena *a, const struct bodies *list, struct owners *ret, struct err *e);
/* One that a body shows now. */
void owners_note(struct owners *o, int64_t body_id, const char *nif, const char *organisation);
/* `host`: the name that was asked for; NULL when there is none (a certificate that was handed in). */
void owners_tell(struct owners *o, const struct body *b, const struct certificate *c, const char *host,
                 struct owner_told *ret);
void owners_release(struct owners *o);

#endif
