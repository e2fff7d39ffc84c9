#include "mail/pieces.h"

#include <sodium.h>
#include <string.h>

#include "base/limits.h"
#include "base/str.h"

struct walk {
    struct arena *arena;
    struct mail_piece items[LIMIT_MAIL_PIECES];
    size_t count;
    struct err *e;
};

static bool broken(struct err *e)
{
    return err_set(e, ERR_FORMAT, N_("the kept bytes of the mail cannot be read; build the report again"));
}

/* ------------------------------------------------------------------ header */

/* Up to the blank line; *rest becomes what follows it. */
static bool split_head(struct str *rest, struct str *ret_head)
{
    struct str all = *rest, line;
    while (str_split(rest, '\n', &line)) {
        if (str_trim(line).n > 0 || rest->p == NULL)
            continue;
        *ret_head = str_part(all.p, (size_t)(line.p - all.p));
        return true;
    }
    return false;
}

/* The value of a field on one line; NULL when it is not there. */
static const char *field(struct arena *a, struct str head, const char *name)
{
    struct str line;
    struct buf value = BUF_INIT(LIMIT_MAIL_FIELD_BYTES);
    bool in = false, found = false;
    while (str_split(&head, '\n', &line)) {
        bool goes_on = line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t');
        size_t colon = str_find(line, ':');
        if (!goes_on) {
            in = !found && colon < line.n && str_is_nocase(str_part(line.p, colon), name);
            found = found || in;
            if (in)
                line = str_part(line.p + colon + 1, line.n - colon - 1);
        }
        if (!in)
            continue;
        line = str_trim(line);
        (void)(value.n > 0 && buf_add_char(&value, ' '));
        (void)buf_add_str(&value, line);
    }
    const char *text = found ? arena_text(a, buf_str(&value)) : NULL;
    buf_release(&value);
    return text;
}

/* What stands before the first ';', in small letters. */
static const char *main_word(struct arena *a, const char *value)
{
    char *word = arena_text(a, str_trim(str_part(value, strcspn(value, ";"))));
    for (char *p = word; *p != '\0'; p++)
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
    return word;
}

/* `; name=value` or `; name="value"`; "" when it is not there. */
static const char *parameter(struct arena *a, const char *value, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = strchr(value, ';'); p != NULL; p = strchr(p, ';')) {
        p++;
        p += strspn(p, " \t");
        if (strlen(p) <= n || !str_is_nocase(str_part(p, n), name) || p[n] != '=')
            continue;
        p += n + 1;
        bool quoted = *p == '"';
        p += quoted;
        return arena_text(a, str_part(p, strcspn(p, quoted ? "\"" : "; \t")));
    }
    return "";
}

/* ------------------------------------------------------------------ parts */

static bool read_entity(struct walk *w, struct str entity, int depth);

/* Whether the line is the boundary, and the last one. */
static bool is_boundary(struct str line, const char *boundary, bool *ret_last)
{
    size_t n = strlen(boundary);
    line = str_trim(line);
    if (line.n < n + 2 || line.p[0] != '-' || line.p[1] != '-' || memcmp(line.p + 2, boundary, n) != 0)
        return false;
    *ret_last = line.n == n + 4 && line.p[n + 2] == '-' && line.p[n + 3] == '-';
    return *ret_last || line.n == n + 2;
}

static bool read_parts(struct walk *w, struct str body, const char *boundary, int depth)
{
    struct str rest = body, line;
    const char *begin = NULL;
    bool last = false;
    while (!last && str_split(&rest, '\n', &line)) {
        if (!is_boundary(line, boundary, &last))
            continue;
        /* The line end before a boundary belongs to it (RFC 2046 §5.1.1). */
        if (begin != NULL) {
            size_t n = (size_t)(line.p - begin);
            n -= n > 0;
            n -= n > 0 && begin[n - 1] == '\r';
            if (!read_entity(w, str_part(begin, n), depth + 1))
                return false;
        }
        begin = rest.p;
    }
    return last || broken(w->e);
}

static bool read_entity(struct walk *w, struct str entity, int depth)
{
    struct str head, body = entity;
    if (depth > LIMIT_MAIL_PIECE_DEPTH || w->count == LIMIT_MAIL_PIECES)
        return err_set(w->e, ERR_LIMIT, N_("the kept bytes of the mail have too many parts"));
    if (entity.p == NULL || !split_head(&body, &head))
        return broken(w->e);
    const char *type = field(w->arena, head, "Content-Type"), *cid = field(w->arena, head, "Content-Id");
    const char *coding = field(w->arena, head, "Content-Transfer-Encoding");
    const char *place = field(w->arena, head, "Content-Disposition");
    type = type == NULL ? "text/plain" : type;
    const char *word = main_word(w->arena, type);
    if (strncmp(word, "multipart/", 10) == 0) {
        const char *boundary = parameter(w->arena, type, "boundary");
        return (boundary[0] != '\0' || broken(w->e)) && read_parts(w, body, boundary, depth);
    }
    const char *code = coding == NULL ? "" : main_word(w->arena, coding);
    size_t n = cid == NULL ? 0 : strlen(cid);
    bool angled = n > 2 && cid[0] == '<' && cid[n - 1] == '>';
    w->items[w->count++] = (struct mail_piece){
        .type = word,
        .name = place == NULL ? "" : parameter(w->arena, place, "filename"),
        .cid = cid == NULL ? ""
               : angled    ? arena_text(w->arena, str_part(cid + 1, n - 2))
                           : cid,
        .coded = body,
        .coding = strcmp(code, "base64") == 0             ? PIECE_BASE64
                  : strcmp(code, "quoted-printable") == 0 ? PIECE_QUOTED
                                                          : PIECE_PLAIN,
    };
    return true;
}

bool mail_pieces(struct str bytes, struct arena *a, struct mail_piece **ret, size_t *ret_count, struct err *e)
{
    struct walk w = {.arena = a, .e = e};
    if (bytes.n == 0)
        return broken(e);
    if (!read_entity(&w, bytes, 0))
        return false;
    struct mail_piece *items = arena_array(a, struct mail_piece, w.count);
    memcpy(items, w.items, w.count * sizeof *items);
    *ret = items;
    *ret_count = w.count;
    return true;
}

/* ------------------------------------------------------------------ what they say */

static bool decode_base64(struct str coded, struct buf *to, struct err *e)
{
    size_t most = coded.n / 4 * 3 + 3, n;
    unsigned char *plain = mem_alloc(most, 1);
    bool ok =
        sodium_base642bin(plain, most, coded.p, coded.n, "\r\n \t", &n, NULL, sodium_base64_VARIANT_ORIGINAL) == 0
            ? buf_add(to, (const char *)plain, n) || err_set(e, ERR_LIMIT, N_("the mail is too large to be shown"))
            : broken(e);
    mem_free(plain);
    return ok;
}

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

/* One line of quoted-printable (RFC 2045 §6.7); *ret_soft: the next one goes on where it ends. */
static bool decode_line(struct str line, struct buf *to, bool *ret_soft)
{
    while (line.n > 0 && (line.p[line.n - 1] == '\r' || line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t'))
        line.n--;
    *ret_soft = line.n > 0 && line.p[line.n - 1] == '=';
    line.n -= *ret_soft;
    bool ok = true;
    for (size_t i = 0; ok && i < line.n; i++) {
        int high = line.p[i] == '=' && i + 2 < line.n ? hex(line.p[i + 1]) : -1;
        int low = high < 0 ? -1 : hex(line.p[i + 2]);
        ok = buf_add_char(to, low < 0 ? line.p[i] : (char)(high * 16 + low));
        i += low < 0 ? 0 : 2;
    }
    return ok;
}

bool mail_piece_decode(const struct mail_piece *p, struct buf *to, struct err *e)
{
    struct str rest = p->coded, line;
    bool ok = true, soft = false, first = true;
    if (p->coding == PIECE_BASE64)
        return decode_base64(p->coded, to, e);
    while (ok && str_split(&rest, '\n', &line)) {
        ok = first || soft || buf_add_char(to, '\n');
        first = false;
        soft = false;
        if (p->coding == PIECE_QUOTED)
            ok = ok && decode_line(line, to, &soft);
        else
            ok = ok && buf_add_str(to, line.n > 0 && line.p[line.n - 1] == '\r' ? str_part(line.p, line.n - 1) : line);
    }
    return ok || err_set(e, ERR_LIMIT, N_("the mail is too large to be shown"));
}
