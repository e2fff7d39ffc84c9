/* What the pages of the guard share. Internal to the web. */
#ifndef TALAIA_WEB_INCIDENT_PAGE_H
#define TALAIA_WEB_INCIDENT_PAGE_H

#include "core/body.h"
#include "flow/incident.h"
#include "web/layout.h"

#define ON_CALL "/guardia"

const char *incident_path(struct call *c, int64_t id); /* "/guardia/12" */
/* The colour of its state. */
enum body_state incident_look_of(const struct incident *x);
/* In words, with who has it. */
const char *incident_standing(struct call *c, const struct incident *x);
/* "since 02:58 (for 12 min)". */
const char *incident_since(struct call *c, const struct incident *x);

#endif
