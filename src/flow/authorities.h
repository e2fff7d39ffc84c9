/* Asking certification authorities whether a certificate is revoked, from the desk: over HTTP, through the guard
 * (net.allow), each source once. What to believe is pki/revocation's. Internal to flow. */
#ifndef TALAIA_FLOW_AUTHORITIES_H
#define TALAIA_FLOW_AUTHORITIES_H

#include "flow/desk.h"
#include "net/guard.h"
#include "net/http.h"
#include "pki/revocation.h"

struct authorities { /* stays where it is while it is open */
    struct arena *arena;
    struct guard guard;
    struct http_client *http;
};

/* ERR_CONFIG names net.allow when it is wrong; ERR_MODULE. */
bool authorities_open(struct desk *d, struct arena *a, struct authorities *ret, struct err *e);
void authorities_close(struct authorities *x); /* a zeroed one is fine */

/* `issuer`: DER of the certificate above it. Never REVOCATION_FETCH. *ret_silent (may be NULL): somebody was asked, and
 * nobody said anything at all, be it a refusal or rubbish. */
void authorities_ask(struct authorities *x, const struct certificate *leaf, struct str issuer, instant_t now,
                     struct revocation *ret, bool *ret_silent);

/* What stands at an address of a certificate (http or https, of a port and a place that the guard allows); empty when
 * it does not answer, or may not be asked. In the arena. */
struct str authorities_get(struct authorities *x, const char *url);

#endif
