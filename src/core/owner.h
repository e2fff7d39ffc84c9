/* Whose certificate an endpoint shows (padro-service.md: towns have systems of their own, or a hosting body's). Pure.
 *
 * The tax number decides where both are known: equal, it is the body's own, whatever the names say; different, it is
 * another's. Where one of them is unknown the names decide, and a number that the list of bodies gives to another.
 *
 * Another's may still be in order: a provincial or county council, a consortium or a company lets its server serve
 * towns. So it is a host's when it covers the name that was asked for, and its owner is no town, or several bodies show
 * it that are not its owner. A town's certificate on one other town is a mistake that somebody has to mend. */
#ifndef TALAIA_CORE_OWNER_H
#define TALAIA_CORE_OWNER_H

#include <stdbool.h>
#include <stddef.h>

/* X(name, code) */
#define OWNER_LIST(X)                                                                                                  \
    X(UNKNOWN, "unknown") /* it names nobody that we know */                                                           \
    X(BODY, "body")       /* the body's own */                                                                         \
    X(HOST, "host")       /* of who serves several bodies: in order */                                                 \
    X(OTHER, "other")     /* another body's */
enum owner {
#define X(name, code) OWNER_##name,
    OWNER_LIST(X)
#undef X
        OWNER_COUNT
};
const char *owner_code(enum owner o);

struct owner_facts {
    const char *body_nif; /* of the body, by the list of bodies; "" when it does not say */
    const char *nif;      /* in the certificate, with its right control character; "" when there is none */
    bool own_name;        /* its organisation is called like the body */
    bool other_name;      /* its organisation is called like another body that we know */
    bool listed;          /* the list of bodies gives `nif` to another */
    bool listed_host;     /* and that one (or the one of that name) is a county or provincial council */
    bool covers;          /* it is made out to the host that was asked */
    size_t shown_by;      /* how many bodies show that owner's certificate without being the owner, this one included */
};
#define OWNER_HOST_BODIES 2 /* one may be a mistake; two towns do not make the same one */

enum owner owner_tell(const struct owner_facts *f);

#endif
