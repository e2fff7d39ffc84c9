/* Running one table through a reader and comparing what comes out. */
#ifndef TALAIA_TESTS_TABLE_SAMPLE_H
#define TALAIA_TESTS_TABLE_SAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "table/table.h"

/* The dump of bytes that stand in a file called `name`. The caller frees. */
char *sample_dump_bytes(const char *name, const void *bytes, size_t n);
/* The dump of a file, with its document property `property` when it has one. The caller frees. */
char *sample_dump_file(const char *path, const char *property);
/* The dump of a query. The caller frees. */
char *sample_dump_odbc(const struct table_odbc *source);

/* Fails unless the file below the directory of tests holds the same text. With TALAIA_TEST_GOLDEN=write in the
 * environment the file is written instead: look at the difference before you commit it. */
void sample_compare_golden(const char *name, const char *found);

/* Runs a program to its end; returns its exit code. Output goes to the file, unless NULL. */
int sample_run(const char *const *argv, const char *output);

#endif
