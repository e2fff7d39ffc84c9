/* What names and passwords may be, and how long one waits after wrong ones. Pure. */
#ifndef TALAIA_CORE_LOGIN_RULE_H
#define TALAIA_CORE_LOGIN_RULE_H

#include <stdbool.h>

/* 1 to 64 of a–z 0–9 . _ - @, beginning with a letter or digit: what single sign-on gives, in lower case. */
bool account_name_valid(const char *name);

enum password_fault {
    PASSWORD_GOOD,
    PASSWORD_SHORT,  /* fewer than LIMIT_PASSWORD_MIN_CHARS characters */
    PASSWORD_LONG,   /* more than LIMIT_PASSWORD_BYTES bytes */
    PASSWORD_NAME,   /* holds the account's name */
    PASSWORD_SIMPLE, /* few different characters, a run ("123456789012"), or one that everybody tries */
    PASSWORD_TEXT,   /* not UTF-8, or control characters */
};
/* Length counts, not kinds of characters (NIST SP 800-63B §5.1.1.2). */
enum password_fault password_judge(const char *password, const char *name);

/* Seconds to wait before the next attempt, counted from the last wrong one: nothing for the first `free`, then doubling
 * from 2 up to LIMIT_LOGIN_WAIT_SECONDS. */
int login_wait_seconds(int failures, int free);

#endif
