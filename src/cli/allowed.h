/* What a command needs of the one table of permissions (core/permission.h), when the person at the terminal has an
 * account at the desk. Private to the command line. */
#ifndef TALAIA_CLI_ALLOWED_H
#define TALAIA_CLI_ALLOWED_H

#include "cli/cli.h"
#include "core/permission.h"

/* By its name: the entry with the most words in common decides; CONFIGURE for a command that has none. */
enum permission command_permission(const char *name);

/* The account with the name of the operating system's user, if there is one, decides; who has none is judged by the
 * files' rights alone. False when the role does not allow the command, or the account is disabled. */
bool command_allowed(struct cli *c, struct desk *d, struct err *e);

#endif
