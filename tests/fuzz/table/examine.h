/* What must hold of every table that a reader gives, whatever bytes it was made of. */
#ifndef TALAIA_FUZZ_EXAMINE_H
#define TALAIA_FUZZ_EXAMINE_H

#include <stddef.h>
#include <stdint.h>

/* Reads the bytes as a file and aborts when something does not hold. Returns a sum over all cells and the error: two
 * readings of the same bytes have the same. */
uint64_t table_examine(const void *bytes, size_t n);

#endif
