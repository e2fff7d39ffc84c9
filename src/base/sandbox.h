/* What a process that looks at foreign bytes, or holds the key, can still do. */
#ifndef TALAIA_BASE_SANDBOX_H
#define TALAIA_BASE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

/* From here on, for good: no file can be opened (Landlock where the kernel has it, and the filter), no new descriptor,
 * process, socket or program; only memory, the clock, random numbers and the descriptors that are open. A forbidden
 * call ends the process. `text` says what is in force, for the log: nothing is left out silently. False when the filter
 * is not to be had: then the process must not go on. */
#define SANDBOX_TEXT_BYTES 128
bool sandbox_enter(char text[SANDBOX_TEXT_BYTES]);

#endif
