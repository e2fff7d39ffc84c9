/* The demo's watch: a year of sums for the probes that the desk has of its own, and one night with an incident. Both
 * are invented, and written by the same functions as what really happened (record/probe.h, flow/incident.h). */
#ifndef TALAIA_FLOW_DEMO_WATCH_H
#define TALAIA_FLOW_DEMO_WATCH_H

#include "conf/probes.h"
#include "flow/desk.h"

/* Up to d->by.at. Does nothing in a desk without a probes.yaml of its own: the profile's are real, and have no invented
 * past. `data_dir`: share. */
bool demo_watch(struct desk *d, const char *data_dir, struct err *e);

/* When it was that probe's first one that failed that night, three nights ago. */
#define DEMO_NIGHTS_AGO 3
#define DEMO_NIGHT_BEGAN (2 * 60 + 58) /* minutes of Madrid, as in night.csv */
#define DEMO_NIGHT_ENDED (4 * 60 + 5)
/* What night.csv tells of the desk's first probe (demo_night.c). Leaves d->by as it was. */
bool demo_night(struct desk *d, const char *data_dir, const struct probe *probe, struct err *e);

#endif
