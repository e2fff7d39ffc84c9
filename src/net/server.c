/* Reading requests. Not responsible for sockets: server_http.c. */
#include "net/server.h"

#include "base/module.h"

const struct server_api *server_api(struct err *e)
{
    return module_api(MODULE_SERVER, e);
}

const char *server_header(const struct server_request *r, const char *name, size_t *ret_count)
{
    const char *first = NULL;
    size_t count = 0;
    for (size_t i = 0; i < r->header_count; i++) {
        if (!str_is_nocase(str_of(r->headers[i].name), name))
            continue;
        count++;
        if (first == NULL)
            first = r->headers[i].value;
    }
    if (ret_count != NULL)
        *ret_count = count;
    return first;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decoded in the arena; NULL when a percent is wrong, a NUL comes out, or the result is not UTF-8. */
static char *decode(struct arena *a, struct str s, bool plus_is_space)
{
    char *out = arena_alloc(a, s.n + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%') {
            bool whole = i + 2 < s.n;
            int high = whole ? hex_digit(s.p[i + 1]) : -1, low = whole ? hex_digit(s.p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return NULL;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        if (c == '\0')
            return NULL;
        out[n++] = c;
    }
    return str_utf8_valid(str_part(out, n)) ? out : NULL;
}

/* No control, no backslash, no part that is empty, "." or "..": what remains means one thing to everybody. */
static bool path_is_clean(const char *path)
{
    struct str rest = str_of(path), part;
    if (path[0] != '/')
        return false;
    for (struct str s = rest; s.n > 0;) {
        uint32_t c;
        if (!str_utf8_next(&s, &c) || str_is_control(c) || c == '\\')
            return false;
    }
    rest = str_part(path + 1, rest.n - 1);
    while (str_split(&rest, '/', &part)) {
        bool last = rest.p == NULL;
        if ((part.n == 0 && !last) || str_is(part, ".") || str_is(part, ".."))
            return false;
    }
    return true;
}

bool server_target(struct arena *a, const char *target, const char **ret_path, struct str *ret_query)
{
    struct str whole = str_of(target);
    size_t n = str_find(whole, '?');
    struct str raw = str_part(target, n);
    for (size_t i = 0; i + 2 < raw.n; i++)
        if (raw.p[i] == '%' && (strncmp(raw.p + i, "%2f", 3) == 0 || strncmp(raw.p + i, "%2F", 3) == 0))
            return false;
    const char *path = decode(a, raw, false);
    if (path == NULL || !path_is_clean(path))
        return false;
    *ret_path = path;
    *ret_query = n < whole.n ? str_part(target + n + 1, whole.n - n - 1) : (struct str){"", 0};
    return true;
}

const char *server_param(struct arena *a, struct str encoded, const char *name)
{
    struct str rest = encoded, pair;
    while (rest.p != NULL && str_split(&rest, '&', &pair)) {
        size_t at = str_find(pair, '=');
        const char *key = decode(a, str_part(pair.p, at), true);
        if (key != NULL && strcmp(key, name) == 0)
            return at == pair.n ? "" : decode(a, str_part(pair.p + at + 1, pair.n - at - 1), true);
    }
    return NULL;
}

bool server_params_valid(struct arena *a, struct str encoded)
{
    struct str rest = encoded, pair;
    size_t count = 0;
    while (rest.p != NULL && rest.n > 0 && str_split(&rest, '&', &pair)) {
        if (++count > LIMIT_SERVER_PARAMS || decode(a, pair, true) == NULL)
            return false;
    }
    return true;
}

const char *server_cookie(struct arena *a, const struct server_request *r, const char *name)
{
    const char *found = NULL;
    for (size_t i = 0; i < r->header_count; i++) {
        if (!str_is_nocase(str_of(r->headers[i].name), "Cookie"))
            continue;
        struct str rest = str_of(r->headers[i].value), pair;
        while (str_split(&rest, ';', &pair)) {
            pair = str_trim(pair);
            size_t at = str_find(pair, '=');
            if (at == pair.n || !str_is(str_part(pair.p, at), name))
                continue;
            if (found != NULL)
                return NULL;
            found = arena_text(a, str_part(pair.p + at + 1, pair.n - at - 1));
        }
    }
    return found;
}

void server_answer_header(struct server_answer *a, const char *name, const char *value)
{
    if (a->header_count < SERVER_ANSWER_HEADERS)
        a->headers[a->header_count++] = (struct server_field){name, value};
}

bool server_accepts(const char *accept_encoding, const char *coding)
{
    struct str rest = str_of(accept_encoding == NULL ? "" : accept_encoding), item, part;
    while (str_split(&rest, ',', &item)) {
        struct str parts = item;
        if (!str_split(&parts, ';', &part) || !str_is_nocase(str_trim(part), coding))
            continue;
        bool refused = false;
        while (parts.p != NULL && str_split(&parts, ';', &part)) {
            double q = 1;
            part = str_trim(part);
            if (str_starts(part, "q=") && str_to_double(str_part(part.p + 2, part.n - 2), &q))
                refused = q <= 0;
        }
        return !refused;
    }
    return false;
}
