/* The desk in the browser: pages, forms, the JSON API, metrics and static files, from one table of routes. */
#ifndef TALAIA_WEB_WEB_H
#define TALAIA_WEB_WEB_H

#include "flow/desk.h"

typedef void web_log(void *context, const char *line);

/* Listens on web.listen and serves until stop_fd is readable; then finishes what it began. The log gets "listening on
 * http://…" when it is ready, one line for each request, and each trouble; in English. False when it cannot begin. */
bool web_run(const struct desk_options *o, int stop_fd, web_log *log, void *context, struct err *e);

#endif
