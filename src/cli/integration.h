/* Shared by the commands about integrations. */
#ifndef TALAIA_CLI_INTEGRATION_H
#define TALAIA_CLI_INTEGRATION_H

#include "cli/cli.h"
#include "flow/onboard.h"

/* Opens the desk and finds the integration that the first word names. The desk must be closed either way. */
bool integration_named(struct cli *c, struct desk *d, struct integration *ret, struct err *e);
/* What came of it, in one line, and what else should be known ("" nothing). */
bool integration_tell(struct cli *c, const struct desk *d, const struct integration *x, const char *remark,
                      struct err *e);

#endif
