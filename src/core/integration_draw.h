/* The drawing of the workflow (docs/integration.md), made of the very table that it runs by (core/integration.h). In
 * English, for the documentation. Pure. */
#ifndef TALAIA_CORE_INTEGRATION_DRAW_H
#define TALAIA_CORE_INTEGRATION_DRAW_H

#include "base/buf.h"

/* Markdown: a state diagram in Mermaid, the table of states and the table of transitions. */
void integration_draw(struct buf *to);

#endif
