/* Functions this project does without: each has a bounded or checked replacement.
 * The build puts this file before every source of ours (-include): using one fails to compile.
 * tests/house looks at the compiled objects too, so that nothing escapes through a macro. */
#ifndef TALAIA_BASE_BANNED_H
#define TALAIA_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BANNED(function, instead) banned_##function##_use_##instead

#undef strcpy
#define strcpy(...) BANNED(strcpy, buf_or_arena)
#undef strcat
#define strcat(...) BANNED(strcat, buf)
#undef strncpy
#define strncpy(...) BANNED(strncpy, buf_or_arena)
#undef strncat
#define strncat(...) BANNED(strncat, buf)
#undef stpcpy
#define stpcpy(...) BANNED(stpcpy, buf)
#undef sprintf
#define sprintf(...) BANNED(sprintf, snprintf_or_buf_printf)
#undef vsprintf
#define vsprintf(...) BANNED(vsprintf, vsnprintf)
#undef sscanf
#define sscanf(...) BANNED(sscanf, str_cursor)
#undef strtok
#define strtok(...) BANNED(strtok, str_cursor)
#undef strtok_r
#define strtok_r(...) BANNED(strtok_r, str_cursor)
#undef atoi
#define atoi(...) BANNED(atoi, str_to_int64)
#undef atol
#define atol(...) BANNED(atol, str_to_int64)
#undef atoll
#define atoll(...) BANNED(atoll, str_to_int64)
#undef atof
#define atof(...) BANNED(atof, str_to_double)
#undef system
#define system(...) BANNED(system, posix_spawn)
#undef popen
#define popen(...) BANNED(popen, posix_spawn)
#undef tmpnam
#define tmpnam(...) BANNED(tmpnam, mkostemp)
#undef mktemp
#define mktemp(...) BANNED(mktemp, mkostemp)
#undef localtime
#define localtime(...) BANNED(localtime, day_madrid)
#undef gmtime
#define gmtime(...) BANNED(gmtime, instant_text)
#undef ctime
#define ctime(...) BANNED(ctime, instant_text)
#undef asctime
#define asctime(...) BANNED(asctime, instant_text)
#undef malloc
#define malloc(...) BANNED(malloc, mem_alloc)
#undef calloc
#define calloc(...) BANNED(calloc, mem_alloc)
#undef realloc
#define realloc(...) BANNED(realloc, mem_resize)
#undef strdup
#define strdup(...) BANNED(strdup, mem_dup_text)
#undef strndup
#define strndup(...) BANNED(strndup, arena_text)

#endif
