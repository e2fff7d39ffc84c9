/* Whether a directory (LDAP, RFC 4511) takes somebody's name and password, and in which groups the person is.
 *
 * Search, then bind: the person's entry is looked for with the filter, then bound to with the password, over TLS with
 * the certificate verified against host name and authorities; ldap:// begins with StartTLS, ldaps:// at once. Nothing
 * goes out in clear. Referrals are not followed. libldap is in a module of its own. */
#ifndef TALAIA_NET_DIRECTORY_H
#define TALAIA_NET_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"

struct directory_options {
    const char *url;                     /* "ldaps://HOST:PORT", "ldap://HOST:PORT" */
    const char *ca;                      /* PEM; "": the system's */
    const char *bind_dn, *bind_password; /* who searches; "": anybody */
    const char *base;                    /* below which people are */
    const char *filter;                  /* "(uid=%s)": %s is the name, escaped */
    const char *groups_base;             /* below which groups are; "": the entry says them itself (memberOf) */
    int seconds;                         /* for each step */
};
struct directory_person {
    bool taken;          /* there is exactly one such person and the password is right */
    const char **groups; /* DNs, in the arena */
    size_t group_count;
};
struct directory_api {
    /* False when it cannot be known: ERR_NET (does not answer, certificate), ERR_CONFIG (who searches is refused, the
     * base does not exist, the filter is wrong). The password is not empty. Texts in the arena. */
    bool (*ask)(const struct directory_options *o, struct arena *a, const char *name, const char *password,
                struct directory_person *ret, struct err *e);
};
/* Loads the module; NULL with a reason. */
const struct directory_api *directory_api(struct err *e);

/* RFC 4515 §3: what stands for itself in a filter, with \2a and the like for what does not. In the arena. */
const char *directory_escape(struct arena *a, const char *value);
/* The filter with the escaped name for each %s. NULL when there is no %s. */
const char *directory_filter(struct arena *a, const char *filter, const char *name);
/* Whether two DNs name the same, as far as case and blanks around commas and equals signs go. */
bool directory_same_dn(const char *a, const char *b);

#endif
