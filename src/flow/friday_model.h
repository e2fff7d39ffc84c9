/* Private to the Friday report: filling its model from an open transaction. */
#ifndef TALAIA_FLOW_FRIDAY_MODEL_H
#define TALAIA_FLOW_FRIDAY_MODEL_H

#include "flow/friday.h"

/* Fills the model; opens missing cases and remembers the report when `remember`. */
bool friday_model(struct desk *d, struct tx *tx, struct arena *a, bool remember, struct report *ret, struct err *e);

#endif
