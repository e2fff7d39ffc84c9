/* Internal to scsp: a request's values out of its tree. */
#ifndef TALAIA_SCSP_ASK_MAKE_H
#define TALAIA_SCSP_ASK_MAKE_H

#include "scsp/ask.h"
#include "scsp/peticion.h"

/* In the arena and in the tree. False with the reason when an echo cannot be written (a limit). */
bool ask_make(struct arena *a, const struct envelope *e, const struct peticion *p, bool confirmation, struct ask *ret,
              struct err *err);

#endif
