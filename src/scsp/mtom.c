#include "scsp/mtom.h"

#include <sodium.h>

#include "base/limits.h"
#include "scsp/names.h"

static bool failed(const char **why, const char *reason)
{
    *why = reason;
    return false;
}

/* --- Content-Type --- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct str blanks_skip(struct str s)
{
    while (s.n > 0 && is_blank(s.p[0]))
        s = str_part(s.p + 1, s.n - 1);
    return s;
}

static bool is_token(char c)
{
    return c > ' ' && c < 0x7f && strchr("()<>@,;:\\\"/[]?=", c) == NULL;
}

/* A token or a quoted text, off the front of *s. */
static bool value_take(struct arena *a, struct str *s, const char **ret)
{
    size_t n = 0;
    if (s->n == 0 || s->p[0] != '"') {
        while (n < s->n && (is_token(s->p[n]) || strchr("/:=?", s->p[n]) != NULL))
            n++;
        *ret = arena_text(a, str_part(s->p, n));
        *s = str_part(s->p + n, s->n - n);
        return n > 0;
    }
    char *text = arena_alloc(a, s->n, 1);
    size_t at = 1;
    for (; at < s->n && s->p[at] != '"'; at++) {
        if (s->p[at] == '\\' && at + 1 < s->n)
            at++;
        text[n++] = s->p[at];
    }
    if (at >= s->n)
        return false;
    *s = str_part(s->p + at + 1, s->n - at - 1);
    *ret = text;
    return true;
}

struct parameters {
    const char *boundary, *start, *type, *charset;
};

/* "; name=value" again and again; a name twice is refused. */
static bool parameters_read(struct arena *a, struct str s, struct parameters *ret)
{
    const struct {
        const char *name, **to;
    } known[] = {
        {"boundary", &ret->boundary}, {"start", &ret->start}, {"type", &ret->type}, {"charset", &ret->charset}};
    for (s = blanks_skip(s); s.n > 0; s = blanks_skip(s)) {
        const char *value;
        if (s.p[0] != ';')
            return false;
        s = blanks_skip(str_part(s.p + 1, s.n - 1));
        size_t n = 0;
        while (n < s.n && is_token(s.p[n]))
            n++;
        struct str name = str_part(s.p, n);
        s = str_part(s.p + n, s.n - n);
        if (s.n == 0 && n == 0)
            return true; /* a semicolon at the end */
        if (n == 0 || s.n == 0 || s.p[0] != '=')
            return false;
        s = str_part(s.p + 1, s.n - 1);
        if (!value_take(a, &s, &value))
            return false;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            if (str_is_nocase(name, known[i].name)) {
                if (*known[i].to != NULL)
                    return false;
                *known[i].to = value;
            }
    }
    return true;
}

static struct str type_of(struct str content_type)
{
    return str_trim(str_part(content_type.p, str_find(content_type, ';')));
}

static struct str after_type(struct str content_type)
{
    size_t at = str_find(content_type, ';');
    return str_part(content_type.p + at, content_type.n - at);
}

bool mtom_is(const char *content_type)
{
    return content_type != NULL && str_is_nocase(type_of(str_of(content_type)), "multipart/related");
}

static bool boundary_good(const char *boundary)
{
    size_t n = boundary == NULL ? 0 : strlen(boundary);
    for (size_t i = 0; i < n; i++) {
        char c = boundary[i];
        bool letter = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!letter && strchr("'()+_,-./:=? ", c) == NULL)
            return false;
    }
    return n > 0 && n <= 70 && boundary[n - 1] != ' '; /* RFC 2046 §5.1.1 */
}

/* "<a@b>" without its angles. */
static struct str id_of(struct str s)
{
    s = str_trim(s);
    return s.n > 2 && s.p[0] == '<' && s.p[s.n - 1] == '>' ? str_part(s.p + 1, s.n - 2) : s;
}

/* --- parts --- */

/* The next boundary line at or behind `from`; `s` begins with a line. *ret_line: where it begins, its CRLF before it
 * included; *ret_after: what follows it. */
static bool boundary_find(struct str s, size_t from, const char *mark, size_t *ret_line, size_t *ret_after,
                          bool *ret_last)
{
    size_t n = strlen(mark);
    while (from < s.n) {
        const char *at = memmem(s.p + from, s.n - from, mark, n);
        if (at == NULL)
            return false;
        size_t begin = (size_t)(at - s.p), end = begin + n;
        from = begin + 1;
        bool line = begin == 0 || (begin >= 2 && s.p[begin - 1] == '\n' && s.p[begin - 2] == '\r');
        bool last = end + 2 <= s.n && s.p[end] == '-' && s.p[end + 1] == '-';
        end += last ? 2 : 0;
        while (end < s.n && is_blank(s.p[end]))
            end++;
        bool ends = end + 2 <= s.n && s.p[end] == '\r' && s.p[end + 1] == '\n';
        if (!line || !(ends || (last && end == s.n)))
            continue;
        *ret_line = begin >= 2 ? begin - 2 : 0;
        *ret_after = ends ? end + 2 : end;
        *ret_last = last;
        return true;
    }
    return false;
}

struct head {
    struct str id, type, coding;
    bool id_seen, type_seen, coding_seen;
};

static bool field_read(struct str line, struct head *h, const char **why)
{
    size_t colon = str_find(line, ':');
    struct str name = str_part(line.p, colon), value = str_part(line.p + colon, 0);
    const struct {
        const char *name;
        struct str *to;
        bool *seen;
    } known[] = {{"Content-ID", &h->id, &h->id_seen},
                 {"Content-Type", &h->type, &h->type_seen},
                 {"Content-Transfer-Encoding", &h->coding, &h->coding_seen}};
    if (colon == 0 || colon == line.n)
        return failed(why, N_("a header line of a part has no name"));
    for (size_t i = 0; i < name.n; i++)
        if (!is_token(name.p[i]))
            return failed(why, N_("a header line of a part has no name"));
    value = str_trim(str_part(line.p + colon + 1, line.n - colon - 1));
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] < 0x20 && value.p[i] != '\t')
            return failed(why, N_("a header line of a part has a control character"));
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_is_nocase(name, known[i].name)) {
            if (*known[i].seen)
                return failed(why, N_("a part has a header line twice"));
            *known[i].seen = true;
            *known[i].to = value;
        }
    return true;
}

/* Header lines up to the empty one; *s is then the content. */
static bool head_read(struct str *s, struct head *h, const char **why)
{
    for (size_t lines = 0; lines <= LIMIT_MTOM_HEADERS; lines++) {
        const char *end = s->n < 2 ? NULL : memmem(s->p, s->n, "\r\n", 2);
        if (end == NULL)
            return failed(why, N_("the head of a part does not end"));
        struct str line = str_part(s->p, (size_t)(end - s->p));
        *s = str_part(end + 2, s->n - line.n - 2);
        if (line.n == 0)
            return true;
        if (line.n > LIMIT_MTOM_LINE_BYTES)
            return failed(why, N_("a header line of a part is too long"));
        if (is_blank(line.p[0]))
            return failed(why, N_("a header line of a part is folded"));
        if (!field_read(line, h, why))
            return false;
    }
    return failed(why, N_("a part has too many header lines"));
}

static bool content_read(struct arena *a, struct str text, const struct head *h, struct str *ret, const char **why)
{
    size_t n = 0;
    const char *end = NULL;
    if (!h->coding_seen || str_is_nocase(h->coding, "binary") || str_is_nocase(h->coding, "8bit") ||
        str_is_nocase(h->coding, "7bit")) {
        *ret = text;
        return true;
    }
    if (!str_is_nocase(h->coding, "base64"))
        return failed(why, N_("a part is encoded otherwise than binary, 8bit, 7bit or base64"));
    unsigned char *bytes = arena_alloc(a, text.n + 1, 1);
    if (text.n > 0 &&
        (sodium_base642bin(bytes, text.n, text.p, text.n, " \t\r\n", &n, &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
         end != text.p + text.n))
        return failed(why, N_("a part is not the base64 that its head promises"));
    *ret = str_part((const char *)bytes, n);
    return true;
}

static bool part_read(struct arena *a, struct str text, struct mtom_part *ret, const char **why)
{
    struct head h = {.id = {"", 0}, .type = {"", 0}};
    if (!head_read(&text, &h, why) || !content_read(a, text, &h, &ret->bytes, why))
        return false;
    if (h.type.n >= 10 && str_is_nocase(str_part(h.type.p, 10), "multipart/"))
        return failed(why, N_("a part is a multipart itself"));
    ret->id = id_of(h.id);
    ret->type = h.type;
    return true;
}

static bool parts_read(struct arena *a, const char *boundary, struct str body, struct mtom *m, const char **why)
{
    struct mtom_part *parts = arena_array(a, struct mtom_part, LIMIT_MTOM_PARTS);
    const char *mark = arena_printf(a, "--%s", boundary);
    size_t line, after, next;
    bool last;
    if (!boundary_find(body, 0, mark, &line, &after, &last))
        return failed(why, N_("the boundary that Content-Type announces is nowhere"));
    while (!last) {
        if (!boundary_find(body, after, mark, &line, &next, &last))
            return failed(why, N_("the message has no end boundary: it was cut"));
        if (m->count == LIMIT_MTOM_PARTS)
            return failed(why, N_("the message has too many parts"));
        struct str text = str_part(body.p + after, line > after ? line - after : 0);
        if (!part_read(a, text, &parts[m->count], why))
            return false;
        for (size_t i = 0; i < m->count; i++)
            if (parts[m->count].id.n > 0 && str_equal(parts[i].id, parts[m->count].id))
                return failed(why, N_("two parts have the same Content-ID"));
        m->count++;
        after = next;
    }
    m->parts = parts;
    return true;
}

/* --- the message --- */

static const struct mtom_part *root_find(const struct mtom *m, const char *start)
{
    if (start == NULL)
        return m->count > 0 ? &m->parts[0] : NULL;
    for (size_t i = 0; i < m->count; i++)
        if (str_equal(m->parts[i].id, id_of(str_of(start))))
            return &m->parts[i];
    return NULL;
}

bool mtom_read(struct arena *a, const char *content_type, struct str body, struct mtom *ret, const char **why)
{
    struct parameters p = {0}, of_root = {0};
    struct mtom m = {0};
    if (!mtom_is(content_type))
        return failed(why, N_("Content-Type is not multipart/related"));
    if (body.n > LIMIT_MTOM_BYTES)
        return failed(why, N_("the message is larger than what is accepted"));
    if (!parameters_read(a, after_type(str_of(content_type)), &p))
        return failed(why, N_("Content-Type cannot be read: a parameter has no value, or is there twice"));
    if (!boundary_good(p.boundary))
        return failed(why, N_("Content-Type has no boundary that can be used"));
    if (p.type != NULL && !str_is_nocase(str_of(p.type), "application/xop+xml") &&
        !str_is_nocase(str_of(p.type), "text/xml"))
        return failed(why, N_("the type of Content-Type is neither application/xop+xml nor text/xml"));
    if (!parts_read(a, p.boundary, body, &m, why))
        return false;
    m.root = root_find(&m, p.start);
    if (m.root == NULL)
        return failed(why, N_("there is no part with the Content-ID that start names"));
    struct str type = type_of(m.root->type);
    if (!str_is_nocase(type, "application/xop+xml") && !str_is_nocase(type, "text/xml"))
        return failed(why, N_("the part with the message is neither application/xop+xml nor text/xml"));
    if (!parameters_read(a, after_type(m.root->type), &of_root))
        return failed(why, N_("the Content-Type of the part with the message cannot be read"));
    m.charset = of_root.charset;
    *ret = m;
    return true;
}

static int hex_of(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

const struct mtom_part *mtom_find(const struct mtom *m, struct str href)
{
    char id[LIMIT_MTOM_LINE_BYTES];
    size_t n = 0;
    if (href.n <= 4 || href.n > sizeof id || !str_is_nocase(str_part(href.p, 4), "cid:"))
        return NULL;
    for (size_t i = 4; i < href.n; i++) {
        int high = i + 2 < href.n ? hex_of(href.p[i + 1]) : -1, low = i + 2 < href.n ? hex_of(href.p[i + 2]) : -1;
        bool escaped = href.p[i] == '%' && high >= 0 && low >= 0;
        id[n++] = escaped ? (char)(high * 16 + low) : href.p[i];
        i += escaped ? 2 : 0;
    }
    for (size_t i = 0; i < m->count; i++)
        if (str_equal(m->parts[i].id, str_part(id, n)))
            return &m->parts[i];
    return NULL;
}

/* --- XOP --- */

/* The name of a tag behind '<': "xop:Include"; whether its last part is Include. */
static bool is_include(struct str tag)
{
    size_t n = 0;
    while (n < tag.n && strchr(" \t\r\n/>", tag.p[n]) == NULL)
        n++;
    struct str name = str_part(tag.p, n);
    size_t colon = str_find(name, ':');
    return str_is(colon < name.n ? str_part(name.p + colon + 1, name.n - colon - 1) : name, "Include");
}

/* href="…" of a tag; {NULL, 0} when there is none. */
static struct str href_of(struct str tag)
{
    const char *at = tag.n < 6 ? NULL : memmem(tag.p, tag.n, "href=", 5);
    size_t left = at == NULL ? 0 : tag.n - (size_t)(at - tag.p) - 5;
    if (left < 2 || (at[5] != '"' && at[5] != '\''))
        return (struct str){NULL, 0};
    struct str rest = str_part(at + 6, left - 1);
    size_t end = str_find(rest, at[5]);
    return end == rest.n ? (struct str){NULL, 0} : str_part(rest.p, end);
}

static bool bytes_add(struct buf *to, struct str bytes)
{
    size_t room = sodium_base64_encoded_len(bytes.n, sodium_base64_VARIANT_ORIGINAL);
    char *at = buf_reserve(to, room);
    if (at == NULL)
        return false;
    (void)sodium_bin2base64(at, room, (const unsigned char *)bytes.p, bytes.n, sodium_base64_VARIANT_ORIGINAL);
    to->n += room - 1;
    return true;
}

/* What follows a tag that was not closed in itself: only its end tag. */
static bool end_tag_take(struct str *rest)
{
    struct str s = *rest;
    while (s.n > 0 && strchr(" \t\r\n", s.p[0]) != NULL)
        s = str_part(s.p + 1, s.n - 1);
    if (s.n < 3 || s.p[0] != '<' || s.p[1] != '/' || !is_include(str_part(s.p + 2, s.n - 2)))
        return false;
    size_t end = str_find(s, '>');
    if (end == s.n)
        return false;
    *rest = str_part(s.p + end + 1, s.n - end - 1);
    return true;
}

bool mtom_expand(struct arena *a, const struct mtom *m, struct buf *to, const char **why)
{
    struct str rest = m->root->bytes;
    (void)a;
    while (rest.n > 0) {
        size_t open = str_find(rest, '<');
        bool good = buf_add_str(to, str_part(rest.p, open));
        rest = str_part(rest.p + open, rest.n - open);
        size_t close = str_find(rest, '>');
        struct str tag = str_part(rest.p + (rest.n > 0), rest.n == 0 ? 0 : close - (close == rest.n));
        struct str href = rest.n > 0 && close < rest.n && is_include(tag) ? href_of(tag) : (struct str){NULL, 0};
        if (href.p == NULL) {
            size_t n = rest.n == 0 ? 0 : 1;
            good = good && buf_add_str(to, str_part(rest.p, n));
            rest = str_part(rest.p + n, rest.n - n);
        } else {
            const struct mtom_part *part = mtom_find(m, href);
            if (part == NULL || part == m->root)
                return failed(why, N_("an xop:Include leads to a part that is not there"));
            bool closed = rest.p[close - 1] == '/';
            rest = str_part(rest.p + close + 1, rest.n - close - 1);
            if (!closed && !end_tag_take(&rest))
                return failed(why, N_("an xop:Include is not empty"));
            good = good && bytes_add(to, part->bytes);
        }
        if (!good)
            return failed(why, N_("the message is larger than what is accepted"));
    }
    return true;
}

/* --- writing --- */

const char *mtom_boundary(char out[MTOM_BOUNDARY_BYTES])
{
    unsigned char random[16];
    randombytes_buf(random, sizeof random);
    (void)snprintf(out, MTOM_BOUNDARY_BYTES, "talaia-");
    (void)sodium_bin2hex(out + 7, MTOM_BOUNDARY_BYTES - 7, random, sizeof random);
    return out;
}

const char *mtom_type(struct arena *a, const char *boundary)
{
    return arena_printf(a,
                        "multipart/related; type=\"application/xop+xml\"; start=\"<root>\"; start-info=\"text/xml\"; "
                        "boundary=\"%s\"",
                        boundary);
}

static bool id_good(struct str id)
{
    for (size_t i = 0; i < id.n; i++)
        if (id.p[i] <= ' ' || id.p[i] >= 0x7f || id.p[i] == '<' || id.p[i] == '>')
            return false;
    return id.n > 0;
}

bool mtom_write(struct buf *to, const char *boundary, struct str root, const struct mtom_part *parts, size_t count,
                struct err *e)
{
    bool good = buf_printf(to,
                           "--%s\r\nContent-Type: application/xop+xml; charset=UTF-8; type=\"text/xml\"\r\n"
                           "Content-Transfer-Encoding: 8bit\r\nContent-ID: <root>\r\n\r\n",
                           boundary) &&
                buf_add_str(to, root);
    for (size_t i = 0; good && i < count; i++) {
        if (!id_good(parts[i].id))
            return err_set(e, ERR_VALUE, N_("an attachment has no Content-ID that can be written"));
        good = buf_printf(to,
                          "\r\n--%s\r\nContent-Type: %.*s\r\nContent-Transfer-Encoding: binary\r\n"
                          "Content-ID: <%.*s>\r\n\r\n",
                          boundary, STR_ARG(parts[i].type.n > 0 ? parts[i].type : str_of("application/octet-stream")),
                          STR_ARG(parts[i].id)) &&
               buf_add_str(to, parts[i].bytes);
    }
    good = good && buf_printf(to, "\r\n--%s--\r\n", boundary);
    return good || err_set(e, ERR_LIMIT, N_("the message would be larger than what is accepted"));
}
