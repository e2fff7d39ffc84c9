/* Contacts by hand: who is written to of each body. Each change is one transaction with a line in the contact's history
 * and one in the audit trail. Imports bring many at once (flow/import.h). */
#ifndef TALAIA_FLOW_CONTACTS_H
#define TALAIA_FLOW_CONTACTS_H

#include "flow/desk.h"
#include "record/body.h"
#include "record/contact.h"

/* X(code, words): what a contact is to its body; English for tr() */
#define CONTACT_ROLES(X)                                                                                               \
    X("technical", N_("technical contact"))                                                                            \
    X("secretary", N_("secretary's office"))                                                                           \
    X("provider", N_("provider"))                                                                                      \
    X("other", N_("other contact"))
#define CONTACT_ROLE_COUNT 4
extern const char *const contact_roles[CONTACT_ROLE_COUNT][2]; /* code, words */

/* As a person gives it. */
struct contact_given {
    const char *name, *email, *role, *lang; /* role "" other, lang "" ca */
};

/* A new contact of the body; one that it had and was retired is a recipient again. *ret is how it stands. ERR_STATE
 * when the body has that very contact in use. */
bool contacts_add(struct desk *d, const struct body *b, const struct contact_given *g, struct contact *ret,
                  struct err *e);
/* `expect`: the version that the person saw (contact.version), -1: whatever it is; ERR_STATE when it has changed. */
bool contacts_edit(struct desk *d, int64_t id, const struct contact_given *g, int64_t expect, struct contact *ret,
                   struct err *e);
bool contacts_retire(struct desk *d, int64_t id, const char *reason, int64_t expect, struct contact *ret,
                     struct err *e);
/* ERR_UNKNOWN when there is none. */
bool contacts_get(struct desk *d, int64_t id, struct contact *ret, struct err *e);

/* Bodies and contacts as they stand, for lists. */
struct contact_list {
    struct bodies bodies;
    struct contact *items; /* by body, then e-mail */
    size_t count;
};
bool contacts_list(struct desk *d, struct arena *a, int64_t body_id, bool retired, struct contact_list *ret,
                   struct err *e);

#endif
