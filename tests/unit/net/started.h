/* Servers that a test starts as programs of tests/servers: a line with their port comes from their standard output, and
 * they end when their standard input does. */
#ifndef TALAIA_TESTS_UNIT_NET_STARTED_H
#define TALAIA_TESTS_UNIT_NET_STARTED_H

#include "base/mem.h"

struct started {
    int pid, to, port;
};

/* argv[0] is relative to the sources' root. Ends the test when the server does not come up. */
struct started started_run(const char *const *argv);
void started_end(struct started *s);

/* Runs a program of tests/servers to its end; what it printed is in the arena. Ends the test when it fails. */
const char *started_output(struct arena *a, const char *const *argv);

/* The directory of the certificates that certificates.sh makes, made once for all tests of this build; in the arena. */
const char *started_certificates(struct arena *a);

/* Removes a directory with all in it. */
void started_remove(const char *dir);

#endif
