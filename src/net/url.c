/* Reads addresses; does not look names up, does not judge where they lead (guard.c). */
#include "net/url.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <netinet/in.h>

#include "base/buf.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* What may never stand in an address: it would end a header, hide a part of it, or be read in two ways. */
static bool bytes_check(struct str s, struct err *e)
{
    if (s.n > LIMIT_URL_BYTES)
        return err_set(e, ERR_LIMIT, N_("the address has %zu bytes; at most %d are accepted"), s.n, LIMIT_URL_BYTES);
    if (!str_utf8_valid(s))
        return err_set(e, ERR_VALUE, N_("the address has bytes that are not UTF-8; write them with percent signs"));
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == ' ')
            return err_set(e, ERR_VALUE, N_("the address has a space at position %zu; write it as %%20 or remove it"),
                           i + 1);
        if (c == '\\')
            return err_set(e, ERR_VALUE, N_("the address has a backslash at position %zu; use / instead"), i + 1);
    }
    uint32_t c;
    for (struct str rest = s; str_utf8_next(&rest, &c);)
        if (str_is_control(c) || c == 0xA0 || c == 0xFEFF || c == 0x200B)
            return err_set(e, ERR_VALUE, N_("the address has an invisible character (U+%04X); remove it"), (unsigned)c);
    return true;
}

/* "http" of "http://…": the length of the scheme, 0 when the text does not begin with one. */
static size_t scheme_length(struct str s)
{
    size_t i = 0;
    while (i < s.n && (is_letter(s.p[i]) || (i > 0 && (is_digit(s.p[i]) || memchr("+-.", s.p[i], 3) != NULL))))
        i++;
    return i > 0 && i < s.n && s.p[i] == ':' ? i : 0;
}

static bool scheme_read(struct str *s, struct url *u, struct err *e)
{
    size_t n = scheme_length(*s);
    struct str scheme = str_part(s->p, n);
    if (n == 0)
        return err_set(e, ERR_VALUE, N_("\"%.*s\" is not a web address: it must begin with https:// or http://"),
                       STR_ARG(str_utf8_cut(*s, 60)));
    if (str_is_nocase(scheme, "https"))
        u->scheme = URL_HTTPS;
    else if (str_is_nocase(scheme, "http"))
        u->scheme = URL_HTTP;
    else
        return err_set(e, ERR_VALUE, N_("addresses of kind \"%.*s:\" are not used: only https:// and http://"),
                       STR_ARG(str_utf8_cut(scheme, 20)));
    *s = str_part(s->p + n + 1, s->n - n - 1);
    if (!str_starts(*s, "//"))
        return err_set(e, ERR_VALUE, N_("after \"%.*s:\" the address needs two slashes"), STR_ARG(scheme));
    *s = str_part(s->p + 2, s->n - 2);
    return true;
}

static bool port_read(struct str s, struct url *u, struct err *e)
{
    int64_t port = u->scheme == URL_HTTPS ? 443 : 80;
    /* RFC 3986 §3.2.3: an empty port is the default one. */
    if (s.n > 0 && (!is_digit(s.p[0]) || s.n > 5 || !str_to_int64(s, 1, 65535, &port)))
        return err_set(e, ERR_VALUE, N_("\"%.*s\" is no port: it must be a number from 1 to 65535"),
                       STR_ARG(str_utf8_cut(s, 20)));
    u->port = (int)port;
    return true;
}

static bool ipv6_read(struct str inside, struct url *u, struct err *e)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address;
    if (inside.n > 0 && inside.n < sizeof text) {
        memcpy(text, inside.p, inside.n);
        text[inside.n] = '\0';
        /* inet_pton takes neither zones nor anything after the address. */
        if (memchr(inside.p, '\0', inside.n) == NULL && inet_pton(AF_INET6, text, &address) == 1) {
            u->kind = URL_IPV6;
            memcpy(u->address, &address, sizeof address);
            (void)inet_ntop(AF_INET6, &address, u->host, sizeof u->host);
            return true;
        }
    }
    return err_set(e, ERR_VALUE, N_("\"[%.*s]\" is no IPv6 address"), STR_ARG(str_utf8_cut(inside, 60)));
}

/* The last label is a number: then the whole is meant as an IPv4 address, and must be one in its only clear form. */
static bool looks_numeric(const char *host)
{
    const char *last = strrchr(host, '.');
    last = last == NULL ? host : last + 1;
    if (last[0] == '0' && last[1] == 'x' && last[2 + strspn(last + 2, "0123456789abcdef")] == '\0')
        return true;
    return last[0] != '\0' && last[strspn(last, "0123456789")] == '\0';
}

/* RFC 1035 §2.3.4: labels of 1–63. The underscore is in no host name of the standards and in many of the world. */
static bool labels_check(const char *host, struct err *e)
{
    struct str rest = str_of(host), label;
    while (str_split(&rest, '.', &label)) {
        if (label.n == 0 || label.n > 63)
            return err_set(e, ERR_VALUE, N_("the host name \"%s\" has an empty or too long part between dots"), host);
        for (size_t i = 0; i < label.n; i++)
            if (!is_letter(label.p[i]) && !is_digit(label.p[i]) && label.p[i] != '-' && label.p[i] != '_')
                return err_set(e, ERR_VALUE, N_("the host name \"%s\" has a \"%c\", which no host name has"), host,
                               label.p[i]);
        if (label.p[0] == '-' || label.p[label.n - 1] == '-')
            return err_set(e, ERR_VALUE, N_("the host name \"%s\" has a hyphen at the edge of a part"), host);
    }
    return true;
}

static bool idn_read(struct str name, struct url *u, struct err *e)
{
    char text[LIMIT_URL_BYTES + 1];
    uint8_t *ascii = NULL;
    memcpy(text, name.p, name.n);
    text[name.n] = '\0';
    int code = idn2_lookup_u8((const uint8_t *)text, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    bool good = code == IDN2_OK && ascii != NULL && strlen((const char *)ascii) < sizeof u->host;
    if (good)
        memcpy(u->host, ascii, strlen((const char *)ascii) + 1);
    idn2_free(ascii);
    if (!good)
        return err_set(e, ERR_VALUE, N_("\"%.*s\" cannot be a host name, not even an international one"),
                       STR_ARG(str_utf8_cut(name, 60)));
    return true;
}

static bool name_read(struct str name, struct url *u, struct err *e)
{
    bool ascii = true;
    for (size_t i = 0; i < name.n; i++) {
        ascii = ascii && (unsigned char)name.p[i] < 0x80;
        if (name.p[i] == '%')
            return err_set(e, ERR_VALUE, N_("the host name has a percent sign; write its letters as they are"));
    }
    if (name.n > 0 && name.p[name.n - 1] == '.')
        name.n--;
    if (name.n == 0)
        return err_set(e, ERR_VALUE, N_("the address has no host"));
    if (!ascii) {
        if (!idn_read(name, u, e))
            return false;
    } else {
        if (name.n > LIMIT_HOST_BYTES)
            return err_set(e, ERR_LIMIT, N_("the host name has more than %d bytes"), LIMIT_HOST_BYTES);
        memcpy(u->host, name.p, name.n);
        u->host[name.n] = '\0';
    }
    for (char *p = u->host; *p != '\0'; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    if (!labels_check(u->host, e))
        return false;
    u->kind = URL_NAME;
    if (looks_numeric(u->host)) {
        u->kind = URL_IPV4;
        if (inet_pton(AF_INET, u->host, u->address) != 1)
            return err_set(e, ERR_VALUE,
                           N_("\"%s\" is no IPv4 address: it must be four numbers from 0 to 255, without "
                              "leading zeros"),
                           u->host);
    }
    return true;
}

/* "host:port", "[::1]:port". */
static bool authority_read(struct str s, struct url *u, struct err *e)
{
    if (memchr(s.p, '@', s.n) != NULL)
        return err_set(e, ERR_VALUE, N_("the address has a user name before \"@\", which is not accepted"));
    if (s.n > 0 && s.p[0] == '[') {
        size_t end = str_find(s, ']');
        struct str after = end < s.n ? str_part(s.p + end + 1, s.n - end - 1) : str_part("", 0);
        if (end == s.n || (after.n > 0 && after.p[0] != ':'))
            return err_set(e, ERR_VALUE, N_("the bracket of the IPv6 address is not closed, or something follows it"));
        if (after.n > 0)
            after = str_part(after.p + 1, after.n - 1);
        return ipv6_read(str_part(s.p + 1, end - 1), u, e) && port_read(after, u, e);
    }
    size_t colon = str_find(s, ':');
    struct str port = colon < s.n ? str_part(s.p + colon + 1, s.n - colon - 1) : str_part("", 0);
    if (colon == 0)
        return err_set(e, ERR_VALUE, N_("the address has no host"));
    return name_read(str_part(s.p, colon), u, e) && port_read(port, u, e);
}

/* RFC 3986 §3.3 and §3.4: what path and query may have as it is. */
static bool is_plain(unsigned char c)
{
    return is_letter((char)c) || is_digit((char)c) || (c != 0 && strchr("-._~!$&'()*+,;=:@/?%", c) != NULL);
}

static bool escaped_add(struct buf *out, struct str s, struct err *e)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '%' && (i + 2 >= s.n || !is_hex(s.p[i + 1]) || !is_hex(s.p[i + 2])))
            return err_set(e, ERR_VALUE,
                           N_("a percent sign in the address must be followed by two hexadecimal digits"));
        char escaped[3] = {'%', hex[c >> 4], hex[c & 15]};
        (void)(is_plain(c) ? buf_add_char(out, (char)c) : buf_add(out, escaped, sizeof escaped));
    }
    return true;
}

/* RFC 3986 §5.2.4, in place, on a path that begins with '/'. %2e is a dot too, as every server reads it. */
static size_t dots_remove(char *path, size_t n)
{
    size_t in = 0, out = 0;
    while (in < n) {
        size_t start = in++; /* at a slash */
        while (in < n && path[in] != '/')
            in++;
        size_t dots = 0, i = start + 1;
        while (i < in) {
            if (path[i] == '.')
                i++;
            else if (in - i >= 3 && path[i] == '%' && path[i + 1] == '2' && (path[i + 2] | 32) == 'e')
                i += 3;
            else
                break;
            dots++;
        }
        if (i < in || dots == 0 || dots > 2) {
            memmove(path + out, path + start, in - start);
            out += in - start;
            continue;
        }
        while (dots == 2 && out > 0 && path[--out] != '/')
            ;
        if (in == n)
            path[out++] = '/';
    }
    return out;
}

/* Writes `text` and `target_at` from the rest of the struct and these two. */
static bool text_make(struct url *u, struct str path, struct str query, bool has_query, struct err *e)
{
    char authority[URL_AUTHORITY_BYTES];
    struct buf out = BUF_INIT(LIMIT_URL_BYTES);
    buf_printf(&out, "%s://%s", url_scheme_text(u->scheme), url_authority(u, false, authority));
    size_t target_at = out.n;
    if (path.n == 0)
        buf_add_char(&out, '/');
    bool good = escaped_add(&out, path, e);
    if (good && !buf_full(&out))
        out.n = target_at + dots_remove(out.p + target_at, out.n - target_at);
    if (has_query)
        buf_add_char(&out, '?');
    good = good && escaped_add(&out, query, e);
    if (good && buf_full(&out))
        good = err_set(e, ERR_LIMIT, N_("the address has more than %d bytes once it is escaped"), LIMIT_URL_BYTES);
    if (good) {
        memcpy(u->text, out.p, out.n);
        u->text[out.n] = '\0';
        u->target_at = (unsigned)target_at;
    }
    buf_release(&out);
    return good;
}

/* Takes the part before '?' or '#' off, and finds the query. The fragment is forgotten. */
static struct str path_split(struct str s, struct str *ret_query, bool *ret_has_query)
{
    s.n = str_find(s, '#');
    size_t mark = str_find(s, '?');
    *ret_has_query = mark < s.n;
    *ret_query = *ret_has_query ? str_part(s.p + mark + 1, s.n - mark - 1) : str_part("", 0);
    return str_part(s.p, mark);
}

/* From after the "//". */
static bool hierarchy_read(struct str s, struct url *u, struct err *e)
{
    size_t end = 0;
    while (end < s.n && memchr("/?#", s.p[end], 3) == NULL)
        end++;
    if (end == 0)
        return err_set(e, ERR_VALUE, N_("the address has no host"));
    bool has_query;
    struct str query, path = path_split(str_part(s.p + end, s.n - end), &query, &has_query);
    return authority_read(str_part(s.p, end), u, e) && text_make(u, path, query, has_query, e);
}

bool url_parse(struct str text, struct url *ret, struct err *e)
{
    if (text.n == 0)
        return err_set(e, ERR_VALUE, N_("the address is empty"));
    struct url u = {0};
    if (!bytes_check(text, e) || !scheme_read(&text, &u, e) || !hierarchy_read(text, &u, e))
        return false;
    *ret = u;
    return true;
}

/* A relative path stands beside the last segment of the base's path (RFC 3986 §5.2.3). */
static bool relative_read(const struct url *base, struct str reference, struct url *u, struct err *e)
{
    bool has_query, base_has_query;
    struct str query, base_query, path = path_split(reference, &query, &has_query);
    struct str base_path = path_split(str_of(url_target(base)), &base_query, &base_has_query);
    if (path.n == 0)
        return text_make(u, base_path, has_query ? query : base_query, has_query || base_has_query, e);
    if (path.p[0] == '/')
        return text_make(u, path, query, has_query, e);
    while (base_path.n > 0 && base_path.p[base_path.n - 1] != '/')
        base_path.n--;
    struct buf merged = BUF_INIT(2 * LIMIT_URL_BYTES);
    buf_add_str(&merged, base_path);
    buf_add_str(&merged, path);
    bool good = text_make(u, buf_str(&merged), query, has_query, e);
    buf_release(&merged);
    return good;
}

bool url_resolve(const struct url *base, struct str reference, struct url *ret, struct err *e)
{
    if (!bytes_check(reference, e))
        return false;
    if (scheme_length(reference) > 0)
        return url_parse(reference, ret, e);
    struct url u = *base;
    bool good = str_starts(reference, "//") ? hierarchy_read(str_part(reference.p + 2, reference.n - 2), &u, e)
                                            : relative_read(base, reference, &u, e);
    if (good)
        *ret = u;
    return good;
}

const char *url_scheme_text(enum url_scheme s)
{
    return s == URL_HTTPS ? "https" : "http";
}

bool url_same_host(const struct url *a, const struct url *b)
{
    return a->kind == b->kind && strcmp(a->host, b->host) == 0;
}

bool url_same_place(const struct url *a, const struct url *b)
{
    return a->scheme == b->scheme && a->port == b->port && url_same_host(a, b);
}

const char *url_authority(const struct url *u, bool always_port, char out[URL_AUTHORITY_BYTES])
{
    bool six = u->kind == URL_IPV6;
    int n = snprintf(out, URL_AUTHORITY_BYTES, "%s%s%s", six ? "[" : "", u->host, six ? "]" : "");
    if (always_port || u->port != (u->scheme == URL_HTTPS ? 443 : 80))
        (void)snprintf(out + n, URL_AUTHORITY_BYTES - (size_t)n, ":%d", u->port);
    return out;
}

const char *url_shown(const struct url *u, char out[URL_SHOWN_BYTES])
{
    size_t n = strcspn(u->text, "?");
    bool cut = n > LIMIT_URL_SHOWN_BYTES;
    (void)snprintf(out, URL_SHOWN_BYTES, "%.*s%s", (int)(cut ? LIMIT_URL_SHOWN_BYTES : n), u->text, cut ? "…" : "");
    return out;
}

bool url_address(const struct url *u, struct sockaddr_storage *ret, socklen_t *ret_n)
{
    if (u->kind == URL_NAME)
        return false;
    struct sockaddr_storage address = {0};
    if (u->kind == URL_IPV4) {
        struct sockaddr_in *four = (struct sockaddr_in *)&address;
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)u->port);
        memcpy(&four->sin_addr, u->address, 4);
        *ret_n = sizeof *four;
    } else {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)&address;
        six->sin6_family = AF_INET6;
        six->sin6_port = htons((uint16_t)u->port);
        memcpy(&six->sin6_addr, u->address, 16);
        *ret_n = sizeof *six;
    }
    *ret = address;
    return true;
}
