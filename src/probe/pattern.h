/* Regular expressions over answers of strangers, in bounded time: PCRE2 without its just-in-time compiler, stopped when
 * it has used LIMIT_PATTERN_CPU_MS of the processor, whatever the expression and the answer are ("(a+)+$" and a
 * megabyte of "a"). "." is a letter, with its accent, and "(?i)" knows accents: expression and text are in UTF-8. */
#ifndef TALAIA_PROBE_PATTERN_H
#define TALAIA_PROBE_PATTERN_H

#include "base/err.h"
#include "base/str.h"

struct pattern;
/* ERR_VALUE says where the mistake is. */
bool pattern_open(const char *text, struct pattern **ret, struct err *e);
void pattern_free(struct pattern *p); /* NULL is fine */

enum pattern_found { PATTERN_NO, PATTERN_YES, PATTERN_TOO_HARD };
/* Anywhere in the text, which is UTF-8. */
enum pattern_found pattern_find(const struct pattern *p, struct str text);

#endif
