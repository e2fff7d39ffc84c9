/* What a part means is for who asked for it. */
#include "net/multipart.h"

#include <string.h>
#include <strings.h>

#include "base/limits.h"

#define TYPE "multipart/form-data"
#define BOUNDARY_MOST 70 /* RFC 2046 §5.1.1 */

bool multipart_is(const char *type)
{
    size_t n = sizeof TYPE - 1;
    return type != NULL && strncasecmp(type, TYPE, n) == 0 && (type[n] == '\0' || type[n] == ';' || type[n] == ' ');
}

static struct str from(struct str s, size_t at)
{
    return str_part(s.p + at, s.n - at);
}

static bool take(struct str *s, const char *text)
{
    if (!str_starts(*s, text))
        return false;
    *s = from(*s, strlen(text));
    return true;
}

/* The value of `; name="…"` or `; name=…`; false when it is not there. A backslash stands before nothing here:
 * browsers write %22 for a quote. */
static bool parameter(struct str line, const char *name, struct str *ret)
{
    struct str rest = line, one;
    (void)str_split(&rest, ';', &one);
    while (rest.p != NULL) {
        rest = str_trim(rest);
        size_t equals = str_find(rest, '=');
        if (equals == rest.n)
            return false;
        struct str key = str_trim(str_part(rest.p, equals));
        rest = from(rest, equals + 1);
        bool quoted = rest.n > 0 && rest.p[0] == '"';
        if (quoted)
            rest = from(rest, 1);
        size_t end = str_find(rest, quoted ? '"' : ';');
        if (quoted && end == rest.n)
            return false;
        struct str value = str_part(rest.p, end);
        rest = from(rest, end);
        if (str_is_nocase(key, name)) {
            *ret = quoted ? value : str_trim(value);
            return true;
        }
        if (!str_split(&rest, ';', &one))
            return false;
    }
    return false;
}

/* The lines of a part up to the empty one. */
static bool head_take(struct str *s, struct multipart_part *ret)
{
    size_t most = s->n < LIMIT_MULTIPART_HEADER_BYTES ? s->n : LIMIT_MULTIPART_HEADER_BYTES;
    const char *end = memmem(s->p, most, "\r\n\r\n", 4);
    bool named = false;
    if (end == NULL)
        return false;
    struct str head = str_part(s->p, (size_t)(end - s->p)), line;
    *s = from(*s, head.n + 4);
    while (str_split(&head, '\n', &line)) {
        struct str name = str_part(line.p, str_find(line, ':'));
        if (str_is_nocase(name, "Content-Transfer-Encoding"))
            return false;
        if (!str_is_nocase(name, "Content-Disposition"))
            continue;
        struct str value = str_trim(from(line, name.n + (name.n < line.n)));
        if (named || !str_starts(value, "form-data") || !parameter(value, "name", &ret->name))
            return false;
        named = true;
        ret->is_file = parameter(value, "filename", &ret->file);
    }
    return named;
}

bool multipart_read(struct arena *a, const char *type, struct str body, const struct multipart_part **ret,
                    size_t *ret_count)
{
    struct str boundary;
    if (!multipart_is(type) || !parameter(str_of(type), "boundary", &boundary) || boundary.n == 0 ||
        boundary.n > BOUNDARY_MOST)
        return false;
    const char *mark = arena_printf(a, "\r\n--%.*s", STR_ARG(boundary));
    struct multipart_part *parts = arena_array(a, struct multipart_part, LIMIT_MULTIPART_PARTS);
    size_t count = 0, n = strlen(mark);
    struct str rest = body;
    if (!take(&rest, mark + 2))
        return false;
    while (!take(&rest, "--")) {
        struct multipart_part p = {.file = str_of("")};
        if (count == LIMIT_MULTIPART_PARTS || !take(&rest, "\r\n") || !head_take(&rest, &p))
            return false;
        const char *end = memmem(rest.p, rest.n, mark, n);
        if (end == NULL)
            return false;
        p.bytes = str_part(rest.p, (size_t)(end - rest.p));
        rest = from(rest, p.bytes.n + n);
        parts[count++] = p;
    }
    if (rest.n > 0 && !str_is(rest, "\r\n"))
        return false;
    *ret = parts;
    *ret_count = count;
    return true;
}
