/* What was read of a message, flattened: all that the judgement (core/gateway.h) and the log need of it, without any
 * pointer into the document. The process that reads strangers' XML hands this on; it knows no permission.
 *
 *     struct diagnosis d = …; explain(&d, bytes, &how);      // how.allow_sha1 true, how.body "", how.authorised none
 *     facts_of(&arena, &d, &(struct facts_how){.known = &modalities, .front = FRONT_SINCRON}, &facts);
 */
#ifndef TALAIA_SCSP_FACTS_H
#define TALAIA_SCSP_FACTS_H

#include "core/gateway.h"
#include "scsp/explain.h"

struct facts_how {
    const struct modalities *known;
    enum front front; /* at which it arrived; 0: AsincronResposta */
};

struct facts {
    /* now, address, bytes, tls, repeated and replayed are left for the caller */
    struct gateway_facts gateway;
    const char *id;                  /* IdPeticion as it stands; never to be kept so */
    const struct modality *modality; /* of the first SolicitudTransmision, or of the header; NULL */
    const char *const *citizens;     /* documents of the holders and in the payloads, as they stand; never to be kept */
    const char *const *personal;     /* those, and the holders' names */
    size_t citizen_count, personal_count;
    char replay[2 * WSS_HASH_BYTES + 1]; /* hexadecimal; "" when there is no signature that is right */
    instant_t dead;                      /* see wss.h */
    const char *reason;                  /* the first error's sentence in Catalan, for the fault; "" none */
};
/* Everything in the arena, or constant. */
void facts_of(struct arena *a, const struct diagnosis *d, const struct facts_how *how, struct facts *ret);

/* The path with only names of ours in it: where a name is not, the rest of the path is left out. */
const char *xpath_kept(struct arena *a, const char *xpath, const struct modalities *known);

#endif
