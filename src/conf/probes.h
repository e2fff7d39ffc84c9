/* probes.yaml of the profile → what is tried around the clock (core/probe.h, procedure C).
 *
 *     OCSP_AOC:
 *       service: Certificació
 *       hours: 24x7            # or "mon-fri 08:00-15:00", "mon,wed 09:00-14:00 holidays"
 *       seconds: 60            # between runs
 *       failures: 3            # in a row until it is down
 *       recoveries: 2          # in a row until it is up again
 *       from: [192.0.2.10, 198.51.100.10]   # addresses of this machine to ask from (names are asked as ever)
 *       need: 1                  # so many of them must find it well
 *       public: Certificació   # its name on the public status page; without it the probe is not there
 *       transitions:
 *         - http: http://ocsp.example/
 *           name: La pàgina carrega
 *           status: 200
 *
 * Every transition has one key that says its kind and target (http, wsdl, soap, tls, tcp, dns, ocsp); which others it
 * may have is in a table in probes.c. */
#ifndef TALAIA_CONF_PROBES_H
#define TALAIA_CONF_PROBES_H

#include "base/err.h"
#include "conf/finding.h"
#include "conf/profile_file.h"
#include "core/probe.h"

struct probes {
    const struct probe *items; /* in the order of the file */
    size_t count;
    const char *path; /* the file that was read */
};

/* The probes of the profile in force; none when it has no such file. `e`: the first mistake, with its place. */
bool probes_load(struct arena *a, const struct profile_files *files, struct probes *ret, struct err *e);
/* The same with every mistake: *all (free with config_findings_release); ret->path is set in any case. */
bool probes_load_all(struct arena *a, const struct profile_files *files, struct probes *ret,
                     struct config_findings *all, struct err *e);
/* The same from memory, with every mistake. False when there is any. */
bool probes_load_text(struct arena *a, struct str text, struct finder *f, struct probes *ret);
/* NULL when there is none. */
const struct probe *probe_find(const struct probes *all, const char *name);

#endif
