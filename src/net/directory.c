/* Texts of directories. Not responsible for asking: directory_ldap.c. */
#include "net/directory.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/module.h"
#include "base/str.h"

const struct directory_api *directory_api(struct err *e)
{
    return module_api(MODULE_LDAP, e);
}

const char *directory_escape(struct arena *a, const char *value)
{
    static const char hex[] = "0123456789abcdef";
    char *out = arena_alloc(a, strlen(value) * 3 + 1, 1), *p = out;
    for (; *value != '\0'; value++) {
        unsigned char c = (unsigned char)*value;
        if (c < 0x20 || c >= 0x7f || strchr("*()\\", c) != NULL) {
            *p++ = '\\';
            *p++ = hex[c >> 4];
            *p++ = hex[c & 15];
        } else {
            *p++ = (char)c;
        }
    }
    return out;
}

const char *directory_filter(struct arena *a, const char *filter, const char *name)
{
    const char *value = directory_escape(a, name), *place;
    struct buf out = BUF_INIT(LIMIT_DIRECTORY_BYTES);
    bool any = false;
    while ((place = strstr(filter, "%s")) != NULL) {
        any = true;
        buf_add(&out, filter, (size_t)(place - filter));
        buf_add_text(&out, value);
        filter = place + 2;
    }
    bool whole = buf_add_text(&out, filter) && any;
    const char *made = whole ? arena_strdup(a, buf_text(&out)) : NULL;
    buf_release(&out);
    return made;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The next character that counts: blanks beside a separator do not. */
static char next(const char **p, char before)
{
    const char *s = *p;
    while (*s == ' ') {
        const char *after = s + strspn(s, " ");
        bool beside =
            before == ',' || before == '=' || before == '\0' || *after == ',' || *after == '=' || *after == '\0';
        if (!beside)
            break;
        s = after;
    }
    *p = *s == '\0' ? s : s + 1;
    return lower(*s);
}

bool directory_same_dn(const char *a, const char *b)
{
    char one = '\0', other = '\0';
    do {
        one = next(&a, one);
        other = next(&b, other);
        if (one != other)
            return false;
    } while (one != '\0');
    return true;
}
