/* What is known of a mail before it is parsed, and how its values are cleaned; the parsing is in message.c. */
#include "mail/read.h"

#include "base/module.h"
#include "base/text.h"
#include "mail/compose.h"

static bool starts_nocase(struct str s, const char *prefix)
{
    size_t n = strlen(prefix);
    return s.n >= n && str_is_nocase(str_part(s.p, n), prefix);
}

/* The parser's work and depth grow with the header and with the lines that may open a part. */
static bool shape_ok(struct str bytes, struct err *e)
{
    if (bytes.n > LIMIT_MAIL_BYTES)
        return err_set(e, ERR_LIMIT, N_("the mail has %zu bytes; the limit is %zu"), bytes.n, (size_t)LIMIT_MAIL_BYTES);
    struct str rest = bytes, line;
    size_t head = 0, head_lines = 0, boundaries = 0;
    bool in_head = true;
    while (str_split(&rest, '\n', &line)) {
        if (in_head && (line.n == 0 || (line.n == 1 && line.p[0] == '\r')))
            in_head = false;
        head += in_head ? line.n + 1 : 0;
        head_lines += in_head ? 1 : 0;
        boundaries += str_starts(line, "--") || starts_nocase(line, "content-") ? 1 : 0;
        if (head > LIMIT_MAIL_HEAD_BYTES || head_lines > LIMIT_MAIL_HEADER_LINES)
            return err_set(e, ERR_LIMIT, N_("the header of the mail is longer than %d bytes or %d lines"),
                           (int)LIMIT_MAIL_HEAD_BYTES, LIMIT_MAIL_HEADER_LINES);
        if (boundaries > LIMIT_MAIL_BOUNDARY_LINES)
            return err_set(e, ERR_LIMIT, N_("the mail has too many parts"));
    }
    return head > 0 || err_set(e, ERR_FORMAT, N_("the mail has no header"));
}

static const char *line_clean(struct arena *a, const char *text)
{
    const char *clean = text_clean(a, str_of(text), false);
    return arena_text(a, str_utf8_cut(str_of(clean), LIMIT_SUBJECT_BYTES));
}

static struct mail_lines lines_clean(struct arena *a, const struct mail_lines *lines)
{
    const char **clean = arena_array(a, const char *, lines->count + 1);
    for (size_t i = 0; i < lines->count; i++)
        clean[i] = line_clean(a, lines->items[i]);
    return (struct mail_lines){clean, lines->count};
}

static void seen_clean(struct arena *a, struct mail_seen *m)
{
    const char **const texts[] = {
        &m->message_id,      &m->subject,           &m->from,        &m->from_email,  &m->auto_submitted,
        &m->precedence,      &m->suppress,          &m->autoreply,   &m->list_id,     &m->talaia_id,
        &m->original_id,     &m->failed_recipients, &m->report_type, &m->returned_id, &m->returned_talaia_id,
        &m->returned_subject};
    struct mail_lines *const lists[] = {&m->to, &m->in_reply_to, &m->references, &m->files, &m->returned_to};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = line_clean(a, *texts[i]);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        *lists[i] = lines_clean(a, lists[i]);
    struct mail_delivery *deliveries = arena_array(a, struct mail_delivery, m->delivery_count + 1);
    for (size_t i = 0; i < m->delivery_count; i++) {
        const struct mail_delivery *d = &m->deliveries[i];
        deliveries[i] = (struct mail_delivery){line_clean(a, d->recipient), line_clean(a, d->action),
                                               line_clean(a, d->status), line_clean(a, d->diagnostic)};
    }
    m->deliveries = deliveries;
}

bool mail_read_by(const struct message_module *module, struct str bytes, struct arena *a, struct mail_seen *ret,
                  struct err *e)
{
    struct mail_seen seen = {.date = INSTANT_NONE};
    if (!shape_ok(bytes, e))
        return false;
    if (!module->read(bytes, a, &seen, e))
        return false;
    if (seen.html)
        seen.text = mail_html_text(a, str_of(seen.text));
    seen.text = text_clean(a, str_part(seen.text, strnlen(seen.text, LIMIT_MAIL_TEXT_BYTES)), true);
    seen_clean(a, &seen);
    *ret = seen;
    return true;
}

bool mail_read(struct str bytes, struct arena *a, struct mail_seen *ret, struct err *e)
{
    const struct message_module *module = module_api(MODULE_MESSAGE, e);
    return module != NULL && mail_read_by(module, bytes, a, ret, e);
}

bool mail_files(struct str bytes, struct arena *a, struct mail_file **ret, size_t *ret_count, struct err *e)
{
    const struct message_module *module = module_api(MODULE_MESSAGE, e);
    struct mail_file *list;
    size_t count;
    if (module == NULL || !shape_ok(bytes, e) || !module->files(bytes, a, &list, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        list[i].name = line_clean(a, list[i].name);
    *ret = list;
    *ret_count = count;
    return true;
}

/* ------------------------------------------------------------------ HTML */

static const struct {
    const char *name, *text;
} entities[] = {{"nbsp", " "},   {"amp", "&"},    {"lt", "<"},     {"gt", ">"},     {"quot", "\""},  {"apos", "'"},
                {"agrave", "à"}, {"aacute", "á"}, {"eacute", "é"}, {"egrave", "è"}, {"iacute", "í"}, {"iuml", "ï"},
                {"oacute", "ó"}, {"ograve", "ò"}, {"uacute", "ú"}, {"uuml", "ü"},   {"ccedil", "ç"}, {"ntilde", "ñ"},
                {"Agrave", "À"}, {"Aacute", "Á"}, {"Eacute", "É"}, {"Egrave", "È"}, {"Iacute", "Í"}, {"Iuml", "Ï"},
                {"Oacute", "Ó"}, {"Ograve", "Ò"}, {"Uacute", "Ú"}, {"Uuml", "Ü"},   {"Ccedil", "Ç"}, {"Ntilde", "Ñ"},
                {"middot", "·"}, {"rsquo", "’"},  {"lsquo", "‘"},  {"ldquo", "“"},  {"rdquo", "”"},  {"laquo", "«"},
                {"raquo", "»"},  {"hellip", "…"}, {"ndash", "–"},  {"mdash", "—"},  {"euro", "€"},   {"iexcl", "¡"},
                {"iquest", "¿"}, {"ordf", "ª"},   {"ordm", "º"}};

/* One code point as UTF-8; nothing for what may not be one. */
static void add_point(struct buf *to, int64_t c)
{
    unsigned u = (unsigned)c;
    char out[4];
    size_t n = 0;
    if (u < 0x80) {
        out[n++] = (char)u;
    } else if (u < 0x800) {
        out[n++] = (char)(0xc0 | u >> 6);
        out[n++] = (char)(0x80 | (u & 63));
    } else if (u < 0x10000) {
        out[n++] = (char)(0xe0 | u >> 12);
        out[n++] = (char)(0x80 | (u >> 6 & 63));
        out[n++] = (char)(0x80 | (u & 63));
    } else {
        out[n++] = (char)(0xf0 | u >> 18);
        out[n++] = (char)(0x80 | (u >> 12 & 63));
        out[n++] = (char)(0x80 | (u >> 6 & 63));
        out[n++] = (char)(0x80 | (u & 63));
    }
    if (u >= ' ' && (u < 0xd800 || u > 0xdfff))
        buf_add(to, out, n);
}

/* An entity at the front of `s` ("&#233;"): how many bytes it takes, 0 when it is none. */
static size_t add_entity(struct buf *to, struct str s)
{
    struct str name = str_part(s.p + 1, str_find(str_part(s.p + 1, s.n - 1 < 12 ? s.n - 1 : 12), ';'));
    int64_t c;
    if (name.n + 1 >= s.n || s.p[name.n + 1] != ';')
        return 0;
    if (name.n > 1 && name.p[0] == '#' && str_to_int64(str_part(name.p + 1, name.n - 1), 1, 0x10ffff, &c)) {
        add_point(to, c);
        return name.n + 2;
    }
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
        if (str_is(name, entities[i].name)) {
            buf_add_text(to, entities[i].text);
            return name.n + 2;
        }
    }
    return 0;
}

/* Where what the tag opens ends when it is not text: after </script> or </style>, or the end of all. */
static size_t skip_hidden(struct str rest, const char *closing)
{
    for (size_t i = 0; i + 1 < rest.n; i++) {
        if (rest.p[i] == '<' && rest.p[i + 1] == '/' && starts_nocase(str_part(rest.p + i, rest.n - i), closing))
            return i;
    }
    return rest.n;
}

char *mail_html_text(struct arena *a, struct str html)
{
    struct buf out = BUF_INIT(LIMIT_MAIL_BYTES);
    while (html.n > 0 && out.n < 2 * LIMIT_MAIL_TEXT_BYTES) {
        size_t used = html.p[0] == '&' ? add_entity(&out, html) : 0;
        if (html.p[0] == '<') {
            struct str tag = str_part(html.p + 1, html.n - 1);
            used = 1 + str_find(tag, '>');
            used += used < html.n ? 1 : 0;
            static const char *const hidden[][2] = {{"script", "</script"}, {"style", "</style"}};
            for (size_t i = 0; i < 2; i++) {
                if (starts_nocase(tag, hidden[i][0]))
                    used += skip_hidden(str_part(html.p + used, html.n - used), hidden[i][1]);
            }
            static const char *const lines[] = {"br", "p", "/p", "div", "/div", "tr", "/tr", "li", "h"};
            bool line = false;
            for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
                line = line || starts_nocase(tag, lines[i]);
            buf_add_char(&out, line ? '\n' : ' ');
        } else if (used == 0) {
            used = 1;
            buf_add_char(&out, html.p[0]);
        }
        html = str_part(html.p + used, html.n - used);
    }
    char *text = arena_text(a, buf_str(&out));
    buf_release(&out);
    return text;
}
