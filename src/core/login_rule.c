#include "core/login_rule.h"

#include <string.h>

#include "base/limits.h"
#include "base/str.h"

bool account_name_valid(const char *name)
{
    static const char begin[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    static const char all[] = "abcdefghijklmnopqrstuvwxyz0123456789._-@";
    size_t n = strlen(name);
    return n >= 1 && n <= LIMIT_ACCOUNT_NAME_CHARS && strchr(begin, name[0]) != NULL && strspn(name, all) == n;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool holds(const char *text, const char *part)
{
    for (size_t n = strlen(part); n >= 3 && *text != '\0'; text++) {
        size_t i = 0;
        while (i < n && lower(text[i]) == lower(part[i]))
            i++;
        if (i == n)
            return true;
    }
    return false;
}

/* Fewer than five different bytes, or nothing but steps of one: "aaaaaaaaaaaa", "abcdefghijkl", "098765432109". */
static bool is_simple(const char *password)
{
    static const char *const common[] = {"password", "contrasenya", "talaia", "qwerty", "1234567890", "admin"};
    unsigned char seen[256] = {0};
    size_t different = 0, steps = 0, n = strlen(password);
    for (size_t i = 0; i < n; i++) {
        different += seen[(unsigned char)password[i]]++ == 0;
        if (i > 0) {
            int step = password[i] - password[i - 1];
            steps += step >= -1 && step <= 1;
        }
    }
    for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
        if (holds(password, common[i]) && n < strlen(common[i]) + 8)
            return true;
    }
    return different < 5 || steps + 3 >= n;
}

enum password_fault password_judge(const char *password, const char *name)
{
    struct str s = str_of(password);
    if (!str_utf8_valid(s))
        return PASSWORD_TEXT;
    for (const char *p = password; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return PASSWORD_TEXT;
    if (s.n > LIMIT_PASSWORD_BYTES)
        return PASSWORD_LONG;
    if (str_utf8_count(s) < LIMIT_PASSWORD_MIN_CHARS)
        return PASSWORD_SHORT;
    if (holds(password, name))
        return PASSWORD_NAME;
    return is_simple(password) ? PASSWORD_SIMPLE : PASSWORD_GOOD;
}

int login_wait_seconds(int failures, int free)
{
    if (failures <= free)
        return 0;
    int doublings = failures - free;
    return doublings >= 10 || (1 << doublings) > LIMIT_LOGIN_WAIT_SECONDS ? LIMIT_LOGIN_WAIT_SECONDS : 1 << doublings;
}
