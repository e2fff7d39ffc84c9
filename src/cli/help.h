/* Private to the command line: the help, made from the tables of commands, options, errors and exit codes. */
#ifndef TALAIA_CLI_HELP_H
#define TALAIA_CLI_HELP_H

#include "cli/cli.h"

struct cli_option_info {
    const char *name;
    char letter;
    const char *argument; /* NULL for a switch */
    const char *help;
};
const struct cli_option_info *cli_option_info(enum cli_option o);
bool cli_has_option(const struct command *command, enum cli_option o);

/* All commands by task; or one command ("outage open", or "outage" for its group), an error code ("T-FILE"), or
 * "exit-codes". */
bool help_print(struct cli *c, const char *topic, struct err *e);

#endif
