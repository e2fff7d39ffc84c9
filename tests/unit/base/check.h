/* What every cmocka test of this room includes first. */
#ifndef TALAIA_TESTS_BASE_CHECK_H
#define TALAIA_TESTS_BASE_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

#endif
