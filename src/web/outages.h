/* The parts of the page Caigudes. Internal to the web. */
#ifndef TALAIA_WEB_OUTAGES_H
#define TALAIA_WEB_OUTAGES_H

#include "web/layout.h"

/* The page with its form of maintenance refused (NULL: none). `status` 200 or 422. */
void outages_show(struct call *c, const struct form *refused, int status);
/* False after an answer. */
bool silences_section(struct call *c, const struct view *v, const struct form *refused);

#endif
