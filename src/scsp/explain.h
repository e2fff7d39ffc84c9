/* What a message is and what is wrong with it: all steps of the gateway that need no permissions, in their order, going
 * on after a mistake as far as that makes sense. Nothing is executed, kept or sent.
 *
 *     struct diagnosis d = {.remarks.arena = &arena};
 *     explain(&d, bytes, &(struct explain_how){.now = now, .known = &modalities, .keys = keys});
 *     …
 *     diagnosis_release(&d);
 */
#ifndef TALAIA_SCSP_EXPLAIN_H
#define TALAIA_SCSP_EXPLAIN_H

#include "net/xml_safe.h"
#include "pki/trust.h"
#include "scsp/peticion.h"
#include "scsp/respuesta.h"
#include "scsp/wss.h"

struct explain_how {
    instant_t now;
    const struct modalities *known;
    struct wss_keys *keys;
    const char *body;      /* INE10 of the sender, "" when not known */
    struct str authorised; /* DER of the certificate that may sign; p NULL: any */
    struct trust *trust;   /* NULL: whether the certificate is trusted is not looked at */
    const char *charset;   /* that the transport says, NULL */
    bool allow_sha1;
    bool brief; /* see wss.h */
    /* DER of the TLS certificate by which the sender is known: the message need not be signed. p NULL: there is none.
     */
    struct str transport;
    const char *transport_name; /* of whom it is */
};

enum step_state { STEP_NONE, STEP_GOOD, STEP_WARNING, STEP_ERROR }; /* NONE: it was not reached */

struct diagnosis {
    struct remarks remarks;
    enum step_state steps[REMARK_GROUP_RULE + 1]; /* by enum remark_group */
    xmlDoc *doc;
    struct envelope envelope;
    struct wss wss;
    struct peticion peticion;   /* of a request */
    struct respuesta respuesta; /* of an answer */
};

/* Returns whether nothing stands against the message (no error). */
bool explain(struct diagnosis *d, struct str bytes, const struct explain_how *how);
void diagnosis_release(struct diagnosis *d);

#endif
