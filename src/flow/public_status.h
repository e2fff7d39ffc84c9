/* The public status page: what everybody may know of the probes that have a name for the public (`public` in
 * probes.yaml; none has by default), in words of the public. No host, no name of a probe or a person, no text that
 * somebody wrote goes into it: its service's public name, how it stands, ninety days of availability, since when and
 * until when it had an incident, agreed maintenance.
 *
 * It is files that need nothing else: a page in each language (index.html is the desk's own), its stylesheet,
 * status.json and an SVG of each service. Each page is whole in itself (the bars are in it). */
#ifndef TALAIA_FLOW_PUBLIC_STATUS_H
#define TALAIA_FLOW_PUBLIC_STATUS_H

#include "flow/desk.h"

#define PUBLIC_STATUS_DAYS 90
#define PUBLIC_STATUS_INCIDENTS 10 /* past ones that are shown */
#define PUBLIC_STATUS_INDEX "index.html"

struct public_file {
    const char *name, *type; /* "index.html", its media type */
    struct str bytes;
};
struct public_status {
    const struct public_file *files;
    size_t count;
    size_t services, failing; /* that are shown; of them those that do not work */
};
/* `base`: before the addresses of the other files, "" when they lie side by side. In the arena. At most
 * LIMIT_STATUS_SERVICES are shown, in the order of probes.yaml. */
bool public_status_make(struct desk *d, struct arena *a, const char *base, instant_t at, struct public_status *ret,
                        struct err *e);

/* Writes them into the directory, which is made. All of them change at one moment, where the file system has links: a
 * reader never sees a new one beside an old one, whenever the export ends (public_status_export.c). What an earlier
 * export left of services that are shown no more goes; other files there stay. */
bool public_status_export(struct desk *d, const char *dir, instant_t at, struct public_status *ret, struct err *e);

#endif
