/* The parts of the suite, in the order of main. Each returns the number of failures. */
#ifndef TALAIA_TESTS_TICKET_SUITES_H
#define TALAIA_TESTS_TICKET_SUITES_H

int suite_tracker(void);
int suite_wire(void);
int suite_child(const char *url, const char *count);

#endif
