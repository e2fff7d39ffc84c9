/* Who may do what: one table for pages, commands and the API (design.md, "Who uses it, for what"). Pure. */
#ifndef TALAIA_CORE_PERMISSION_H
#define TALAIA_CORE_PERMISSION_H

#include <stdbool.h>

/* X(NAME, "code") */
#define PERMISSION_LIST(X)                                                                                             \
    X(LOOK, "look")                 /* read everything but accounts and the audit trail */                             \
    X(NOTE, "note")                 /* actions, comments, answers, marks, outages */                                   \
    X(SILENCE, "silence")           /* maintenance: a body that does not go down */                                    \
    X(ROUND, "round")               /* start a round of checks */                                                      \
    X(WARN, "warn")                 /* approve and send warnings, decide about ambiguous mails */                      \
    X(REPORT, "report")             /* build, approve and send the Friday report */                                    \
    X(IMPORT, "import")             /* bring in the registry, contacts, workbooks */                                   \
    X(INTEGRATE, "integrate")       /* work on integrations, short of approving them */                                \
    X(INTEGRATE_APPROVE, "approve") /* approve an integration before PRE and before PRO */                             \
    X(INCIDENT, "incident")         /* the incidents of probes: steps, calls, expenses */                              \
    X(SHARE, "share")               /* lists of bodies that everybody sees */                                          \
    X(AUDIT, "audit")               /* read the audit trail */                                                         \
    X(ACCOUNTS, "accounts")         /* accounts, roles, tokens of others */                                            \
    X(CONFIGURE, "configure")       /* profile, servers, backup */

enum permission {
    PERMISSION_NONE, /* nothing is needed: not even an account */
#define X(name, code) PERMISSION_##name,
    PERMISSION_LIST(X)
#undef X
        PERMISSION_COUNT
};
const char *permission_code(enum permission p); /* "look"; "" for none */

/* X(NAME, "code", words): as accounts keep it and as people see it (English, for tr()) */
#define ROLE_LIST(X)                                                                                                   \
    X(VIEWER, "viewer", N_("viewer"))                                                                                  \
    X(TECHNICIAN, "technician", N_("technician"))                                                                      \
    X(HEAD, "head", N_("head of service"))                                                                             \
    X(ON_CALL, "on-call", N_("on call"))                                                                               \
    X(ADMINISTRATOR, "administrator", N_("administrator"))
enum role {
#define X(name, code, words) ROLE_##name,
    ROLE_LIST(X)
#undef X
        ROLE_COUNT
};
const char *role_code(enum role r);
const char *role_words(enum role r);
bool role_parse(const char *code, enum role *ret);

/* What a token may do of what its account may: "read" looks, "write" does everything but accounts, so that a token that
 * got lost makes nobody an administrator, "accounts" does those too; "calendar" is good for the feed of the calendar
 * and nothing else, because programs that subscribe keep it in an address. Who is there in person has SCOPE_ACCOUNTS.
 */
enum scope { SCOPE_READ, SCOPE_WRITE, SCOPE_CALENDAR, SCOPE_ACCOUNTS, SCOPE_COUNT };
const char *scope_code(enum scope s);
bool scope_parse(const char *code, enum scope *ret);

/* Nobody needs a role for PERMISSION_NONE. */
bool role_may(enum role r, enum permission p);
bool scope_may(enum scope s, enum permission p);

#endif
