#include "core/permission.h"

#include <string.h>

#include "base/lang.h"

static const char *const permission_codes[PERMISSION_COUNT] = {"",
#define X(name, code) [PERMISSION_##name] = (code),
                                                               PERMISSION_LIST(X)
#undef X
};
static const char *const role_codes[] = {
#define X(name, code, words) [ROLE_##name] = (code),
    ROLE_LIST(X)
#undef X
};
static const char *const role_word[] = {
#define X(name, code, words) [ROLE_##name] = (words),
    ROLE_LIST(X)
#undef X
};
static const char *const scope_codes[] = {
    [SCOPE_READ] = "read", [SCOPE_WRITE] = "write", [SCOPE_CALENDAR] = "calendar", [SCOPE_ACCOUNTS] = "accounts"};

/* The approval of an integration is the head of service's alone: who prepares it does not approve it. */
#define V (1u << ROLE_VIEWER)
#define T (1u << ROLE_TECHNICIAN)
#define H (1u << ROLE_HEAD)
#define O (1u << ROLE_ON_CALL)
#define A (1u << ROLE_ADMINISTRATOR)
static const unsigned allowed[PERMISSION_COUNT] = {
    [PERMISSION_NONE] = V | T | H | O | A,
    [PERMISSION_LOOK] = V | T | H | O | A,
    [PERMISSION_NOTE] = T | H | O | A,
    [PERMISSION_SILENCE] = T | H | O | A,
    [PERMISSION_ROUND] = T | H | O | A,
    [PERMISSION_WARN] = T | H | A,
    [PERMISSION_REPORT] = T | H | A,
    [PERMISSION_IMPORT] = T | A,
    [PERMISSION_INTEGRATE] = T | H | A,
    [PERMISSION_INTEGRATE_APPROVE] = H,
    [PERMISSION_INCIDENT] = T | H | O | A,
    [PERMISSION_SHARE] = T | H | A,
    [PERMISSION_AUDIT] = H | A,
    [PERMISSION_ACCOUNTS] = A,
    [PERMISSION_CONFIGURE] = A,
};
#undef V
#undef T
#undef H
#undef O
#undef A

const char *permission_code(enum permission p)
{
    return permission_codes[p];
}

const char *role_code(enum role r)
{
    return role_codes[r];
}

const char *role_words(enum role r)
{
    return role_word[r];
}

bool role_parse(const char *code, enum role *ret)
{
    for (int r = 0; r < ROLE_COUNT; r++) {
        if (strcmp(role_codes[r], code) == 0) {
            *ret = (enum role)r;
            return true;
        }
    }
    return false;
}

const char *scope_code(enum scope s)
{
    return scope_codes[s];
}

bool scope_parse(const char *code, enum scope *ret)
{
    for (int s = 0; s < SCOPE_COUNT; s++) {
        if (strcmp(scope_codes[s], code) == 0) {
            *ret = (enum scope)s;
            return true;
        }
    }
    return false;
}

bool role_may(enum role r, enum permission p)
{
    return (allowed[p] >> r & 1) != 0;
}

bool scope_may(enum scope s, enum permission p)
{
    return s == SCOPE_ACCOUNTS || p == PERMISSION_NONE || (s == SCOPE_WRITE && p != PERMISSION_ACCOUNTS) ||
           (s == SCOPE_READ && (p == PERMISSION_LOOK || p == PERMISSION_AUDIT));
}
