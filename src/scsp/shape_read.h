/* Internal to scsp: a shape out of a modality's file (the notation is in modality.h). */
#ifndef TALAIA_SCSP_SHAPE_READ_H
#define TALAIA_SCSP_SHAPE_READ_H

#include "conf/tree.h"
#include "scsp/shape.h"

/* `n`: a map with the one root element. Mistakes go to `f`. */
void shape_read_root(struct arena *a, const struct node *n, const char *uri, struct shape *ret, struct finder *f);

#endif
