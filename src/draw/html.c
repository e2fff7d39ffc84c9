/* Not responsible for what a page says or how it looks. */
#include "draw/html.h"

#include "draw/tokens.h"

static const char *const void_elements[] = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"};

static bool is_void(const char *name)
{
    for (size_t i = 0; i < sizeof void_elements / sizeof *void_elements; i++)
        if (strcmp(name, void_elements[i]) == 0)
            return true;
    return false;
}

static void fault(struct html *h, const char *what)
{
    if (h->fault == NULL)
        h->fault = what;
}

static void end_tag_if_open(struct html *h)
{
    if (!h->in_tag)
        return;
    buf_add_char(h->to, '>');
    h->in_tag = false;
    if (is_void(h->open[h->depth - 1]))
        h->depth--;
}

/* U+200E/F and U+061C are marks without an override, but nobody types them in a name: dropped with the others. */
static bool is_bidi_control(uint32_t c)
{
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f || c == 0x061c;
}

static void escape_character(struct buf *to, uint32_t c, struct str source)
{
    switch (c) {
    case '&': buf_add_text(to, "&amp;"); return;
    case '<': buf_add_text(to, "&lt;"); return;
    case '>': buf_add_text(to, "&gt;"); return;
    case '"': buf_add_text(to, "&quot;"); return;
    case '\'': buf_add_text(to, "&#39;"); return;
    case '\n':
    case '\t': buf_add_char(to, (char)c); return;
    default:
        if (is_bidi_control(c))
            return;
        if (str_is_control(c))
            buf_add_text(to, "\xef\xbf\xbd");
        else
            buf_add_str(to, source);
    }
}

/* Most text has nothing to escape: it is added in stretches. */
static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '&' && c != '<' && c != '>' && c != '"' && c != '\'';
}

bool html_escape(struct buf *to, struct str text)
{
    while (text.n > 0) {
        size_t run = 0;
        while (run < text.n && is_plain((unsigned char)text.p[run]))
            run++;
        buf_add_str(to, str_part(text.p, run));
        text = str_part(text.p + run, text.n - run);
        if (text.n == 0)
            break;
        struct str before = text;
        uint32_t c;
        if (str_utf8_next(&text, &c)) {
            escape_character(to, c, str_part(before.p, before.n - text.n));
        } else {
            buf_add_text(to, "\xef\xbf\xbd");
            text = str_part(before.p + 1, before.n - 1);
        }
    }
    return !buf_full(to);
}

void html_open_literal(struct html *h, const char *name)
{
    end_tag_if_open(h);
    if (h->depth == HTML_DEPTH_MAX) {
        fault(h, "nested too deep");
        return;
    }
    h->open[h->depth++] = name;
    h->in_tag = true;
    buf_add_char(h->to, '<');
    buf_add_text(h->to, name);
}

void html_attr_literal(struct html *h, const char *name, const char *value)
{
    if (!h->in_tag) {
        fault(h, "attribute outside of a tag");
        return;
    }
    buf_add_char(h->to, ' ');
    buf_add_text(h->to, name);
    if (value == NULL)
        return;
    buf_add_text(h->to, "=\"");
    html_escape(h->to, str_of(value));
    buf_add_char(h->to, '"');
}

void html_attr_int_literal(struct html *h, const char *name, long value)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%ld", value);
    html_attr_literal(h, name, digits);
}

/* What comes before the first ':' when that stands before any '/', '?' or '#'; without one the address is relative. */
static bool url_is_safe(const char *url)
{
    static const char *const schemes[] = {"https:", "http:", "mailto:", "cid:"};
    struct str s = str_of(url);
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= 0x20 || s.p[i] == 0x7f || s.p[i] == '\\')
            return false;
    if (str_starts(s, "//"))
        return false; /* another host without saying so */
    size_t end = strcspn(url, ":/?#");
    if (url[end] != ':')
        return true;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (str_is_nocase(str_part(url, end + 1), schemes[i]))
            return true;
    return false;
}

void html_attr_url_literal(struct html *h, const char *name, const char *url)
{
    html_attr_literal(h, name, url_is_safe(url) ? url : "#");
}

/* The longest property that the text begins with: "soon-bg" before "soon". */
static int token_at(const char *text, size_t *ret_length)
{
    int found = -1;
    *ret_length = 0;
    for (int t = 0; t < TOKEN_COUNT; t++) {
        size_t n = strlen(token_property((enum token)t));
        if (n > *ret_length && strncmp(text, token_property((enum token)t), n) == 0) {
            found = t;
            *ret_length = n;
        }
    }
    return found;
}

void html_style_literal(struct html *h, const char *css)
{
    if (!h->in_tag) {
        fault(h, "style outside of a tag");
        return;
    }
    buf_add_text(h->to, " style=\"");
    for (const char *p = css; *p != '\0';) {
        size_t n = strcspn(p, "$");
        buf_add(h->to, p, n);
        p += n;
        if (*p == '\0')
            break;
        int t = token_at(p + 1, &n);
        if (t < 0) {
            fault(h, "no such colour in a style");
            break;
        }
        buf_add_text(h->to, token_hex((enum token)t));
        p += 1 + n;
    }
    buf_add_char(h->to, '"');
}

void html_text(struct html *h, const char *text)
{
    html_text_str(h, str_of(text));
}

void html_text_str(struct html *h, struct str text)
{
    end_tag_if_open(h);
    html_escape(h->to, text);
}

void html_text_lines(struct html *h, const char *text)
{
    struct str rest = str_of(text), line;
    for (bool first = true; str_split(&rest, '\n', &line); first = false) {
        if (!first)
            html_open(h, "br");
        html_text_str(h, line);
    }
}

void html_text_int(struct html *h, long value)
{
    end_tag_if_open(h);
    buf_printf(h->to, "%ld", value);
}

void html_raw_literal(struct html *h, const char *bytes, size_t n)
{
    end_tag_if_open(h);
    buf_add(h->to, bytes, n);
}

void html_close(struct html *h)
{
    end_tag_if_open(h);
    if (h->depth == 0) {
        fault(h, "closed more than was open");
        return;
    }
    h->depth--;
    buf_add_text(h->to, "</");
    buf_add_text(h->to, h->open[h->depth]);
    buf_add_char(h->to, '>');
}

bool html_end(struct html *h, struct err *e)
{
    end_tag_if_open(h);
    if (h->depth > 0)
        fault(h, "an element is left open");
    if (h->fault != NULL)
        return err_set(e, ERR_INTERNAL, N_("a page is not well formed: %s"), h->fault);
    if (buf_full(h->to))
        return err_set(e, ERR_LIMIT, N_("a page is larger than %zu bytes"), h->to->max);
    return true;
}
