/* What the tests of this room share. */
#ifndef TALAIA_TESTS_NET_SAMPLE_H
#define TALAIA_TESTS_NET_SAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A literal with its length, NUL bytes included: in a table, and as an argument. */
#define BYTES(literal)                                                                                                 \
    {                                                                                                                  \
        (literal), sizeof(literal) - 1                                                                                 \
    }
#define SPAN(literal) ((struct str)BYTES(literal))

#endif
