/* runbook.yaml of the profile → who is told what when a probe has failed, and what is done then (core/runbook.h).
 *
 *     phone: '+34 600 …'                 # the on-call phone
 *     alerts: {from: [omi@example.cat]}  # whose alert mails open the incident too
 *     channels:
 *       guardia-sms:
 *         sms: https://sms.example/send  # or email, webhook, ntfy, matrix, alertmanager
 *         to: '+34 600 …'
 *         token_file: /etc/talaia/sms.token
 *     runbooks:
 *       certificacio:
 *         probes: [OCSP_AOC]             # or ['*']: all that no other names
 *         page:
 *           - to: [guardia-sms]
 *           - after: 15                  # minutes without anybody taking it
 *             to: [cap-sms]
 *             every: 30                  # the last ones: again and again, for a day, while nobody takes it
 *         forgotten: 60                  # minutes: taken, and nothing was done; it is told anew
 *         ticket:
 *           observers: [oficina.tecnica]
 *           related: [ST-1]
 *         provider:
 *           name: Proveïdor
 *           to: [suport@proveidor.example]
 *         steps:
 *           - does: ticket               # or mail, call, note, do
 *             text: Obre el tiquet
 *
 * The addresses of channels may carry secrets, so no finding shows them. Tokens stand in files or in the environment,
 * never here, and are read when something is sent. */
#ifndef TALAIA_CONF_RUNBOOK_H
#define TALAIA_CONF_RUNBOOK_H

#include "conf/profile_file.h"
#include "core/runbook.h"

/* The runbooks of the profile in force; none when it has no such file. `e`: the first mistake, with its place. */
bool runbooks_load(struct arena *a, const struct profile_files *files, struct runbooks *ret, struct err *e);
/* The same with every mistake: *all (free with config_findings_release); ret->path is set in any case. */
bool runbooks_load_all(struct arena *a, const struct profile_files *files, struct runbooks *ret,
                       struct config_findings *all, struct err *e);
/* The same from memory. False when there is any mistake. */
bool runbooks_load_text(struct arena *a, struct str text, struct finder *f, struct runbooks *ret);

#endif
