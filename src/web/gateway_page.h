/* What the pages of the gateway have in common. Internal to the web. */
#ifndef TALAIA_WEB_GATEWAY_PAGE_H
#define TALAIA_WEB_GATEWAY_PAGE_H

#include "web/call.h"

#define GATEWAY_PAGES "/passarella"
#define GATEWAY_VALIDATOR GATEWAY_PAGES "/validador"

/* Everything up to the page's own content: heading and the ways to the other pages of the gateway. `here` is the path
 * of the one that is shown. */
void gateway_begin(struct call *c, const char *here, const char *title, const char *sub);

#endif
