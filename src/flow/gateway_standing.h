/* Whether integrators' certificates are revoked: asked of their authorities (OCSP, then lists; pki/revocation.h) by the
 * role prober, which has the network, and kept for the gateway, which only compares (core/gateway.h). The gateway's
 * verifier has no network and its front waits for nobody.
 *
 * A certificate that was good stays good while an authority is silent, until its last answer is too old; then nobody
 * can say. Silence is never good and never revoked. The addresses stand in foreign certificates: net/guard.h judges
 * them. */
#ifndef TALAIA_FLOW_GATEWAY_STANDING_H
#define TALAIA_FLOW_GATEWAY_STANDING_H

#include "flow/desk.h"
#include "record/gateway_standing.h"

enum gateway_trust gateway_trust_of(const struct config *c);

/* Asks about those that are due, at most LIMIT_GATEWAY_STANDINGS in one call; *ret_count how many. With a line in the
 * audit trail for each that is found revoked, or no longer. No transaction is open while it asks. */
bool gateway_standing_look(struct desk *d, struct arena *a, size_t *ret_count, struct err *e);

/* Pure: the row after an authority was asked, from the one before. `asked`: now. */
struct revocation;
void gateway_standing_next(const struct revocation *r, instant_t asked, struct gateway_standing_row *row);

#endif
