/* What looking at servers needs of a desk: where it may connect to, whom it trusts, and the engine's settings. */
#ifndef TALAIA_FLOW_OUTLOOK_H
#define TALAIA_FLOW_OUTLOOK_H

#include "flow/desk.h"
#include "net/guard.h"
#include "pki/trust.h"
#include "probe/engine.h"

struct outlook {
    struct guard guard;
    struct trust *trust;
    struct probe_settings settings; /* points to the two above: the outlook stays where it is */
};
/* Loading the authorities takes tens of milliseconds. ERR_CONFIG names the key. */
bool outlook_open(struct outlook *o, const struct desk *d, struct arena *a, struct err *e);
void outlook_close(struct outlook *o);

#endif
