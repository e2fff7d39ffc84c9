/* The demo: a desk with real bodies and invented dates, three weeks of history, and this week's report, so that a
 * newcomer sees the main job done. It uses the same imports, changes and reports as everybody; only its dates are made
 * up, from offsets to the desk's day (share/demo). */
#ifndef TALAIA_FLOW_DEMO_H
#define TALAIA_FLOW_DEMO_H

#include "flow/desk.h"
#include "report/model.h"

/* Fills an empty desk (ERR_STATE otherwise). `dir` is the desk's directory: the files that were imported stay in
 * dir/demo, each week's report in dir/informes/DATE. `say` is told each step, may be NULL. */
bool demo_fill(struct desk *d, const char *data_dir, const char *dir, struct report *ret_report,
               const char **ret_report_dir, void (*say)(void *context, const char *step), void *context, struct err *e);

#endif
