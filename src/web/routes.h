/* The one table of what can be asked for. Internal to the web. */
#ifndef TALAIA_WEB_ROUTES_H
#define TALAIA_WEB_ROUTES_H

#include "web/call.h"

extern const struct route routes[];
extern const size_t route_count;

/* The route of method and path; NULL when there is none. *ret_id gets {id}; *ret_methods (in the arena) the methods
 * that the path has, "" when it has none. */
const struct route *route_find(struct arena *a, const char *method, const char *path, int64_t *ret_id,
                               const char **ret_methods);

/* The places of the navigation that exist, in order. */
struct place {
    const char *path, *label; /* English, for tr() */
    bool phone;               /* has its place in the bar of a telephone */
};
extern const struct place places[];
extern const size_t place_count;

#endif
