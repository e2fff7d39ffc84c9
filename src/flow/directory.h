/* Login through the directory that the configuration names (ldap.*). */
#ifndef TALAIA_FLOW_DIRECTORY_H
#define TALAIA_FLOW_DIRECTORY_H

#include "core/permission.h"
#include "flow/desk.h"

bool desk_has_directory(const struct desk *d);

enum directory_answer {
    DIRECTORY_WRONG,   /* no such person, or the password is not right */
    DIRECTORY_NO_ROLE, /* right, and in no group of ldap.roles */
    DIRECTORY_TAKEN,
};
/* False when it cannot be known: it does not answer, or the configuration is not right. */
bool desk_directory_ask(struct desk *d, const char *name, const char *password, enum directory_answer *ret,
                        enum role *ret_role, struct err *e);

#endif
