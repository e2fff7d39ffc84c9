/* Reading: from the text of the template and the values to blocks of runs. How they look is in template_draw.c. */
#include "draw/template.h"

#include "base/text.h"

struct reader {
    struct arena *arena;
    const char *file; /* NULL: a line of the profile, `line` is not shown */
    size_t line;
    const struct template_value *values;
    size_t value_count;
    VEC(struct template_block) blocks;
    VEC(struct template_run) runs; /* of the block being read */
    enum template_block_kind kind; /* of it */
    struct err *e;
};

static bool refuse(struct reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool refuse(struct reader *r, const char *format, ...)
{
    char reason[LIMIT_ERR_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, tr(r->e->lang, format), args);
    va_end(args);
    return err_set(r->e, ERR_PROFILE, N_("line %zu: %s"), r->line, reason);
}

static const struct template_value *value_find(const struct reader *r, struct str name)
{
    for (size_t i = 0; i < r->value_count; i++)
        if (str_is(name, r->values[i].name))
            return &r->values[i];
    return NULL;
}

static bool unknown_placeholder(struct reader *r, struct str name)
{
    const char *written = arena_text(r->arena, name), *nearest = NULL;
    int best = LIMIT_EDIT_DISTANCE + 1;
    struct buf known = BUF_INIT(LIMIT_ERR_BYTES);
    for (size_t i = 0; i < r->value_count; i++) {
        int distance = text_distance(written, r->values[i].name, LIMIT_EDIT_DISTANCE);
        if (distance < best) {
            best = distance;
            nearest = r->values[i].name;
        }
        buf_printf(&known, "%s{%s}", i == 0 ? "" : ", ", r->values[i].name);
    }
    if (nearest != NULL)
        refuse(r, N_("{%s} is not known; did you mean {%s}?"), written, nearest);
    else
        refuse(r, N_("{%s} is not known; known are %s"), written, buf_text(&known));
    buf_release(&known);
    return false;
}

static void run_add(struct reader *r, struct buf *text, bool bold, const char *url)
{
    if (text->n == 0)
        return;
    struct template_run run = {.text = arena_text(r->arena, buf_str(text)), .bold = bold, .url = url};
    vec_push(&r->runs, run);
    buf_clear(text);
}

static void line_end_add(struct reader *r)
{
    struct template_run run = {.text = "", .line_end = true};
    vec_push(&r->runs, run);
}

/* A placeholder at the cursor (which stands on '{'): its value, cleaned. */
static bool placeholder_take(struct reader *r, struct str *cursor, const struct template_value **ret)
{
    struct str inside = str_part(cursor->p + 1, cursor->n - 1);
    size_t end =
        strspn(arena_text(r->arena, inside), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
    if (end == 0 || end >= inside.n || inside.p[end] != '}')
        return refuse(r, N_("'{' without a name and '}' after it; write {{ for a brace"));
    struct str name = str_part(inside.p, end);
    *ret = value_find(r, name);
    if (*ret == NULL)
        return unknown_placeholder(r, name);
    *cursor = str_part(inside.p + end + 1, inside.n - end - 1);
    return true;
}

static bool value_text(struct reader *r, const struct template_value *v, bool keep_lines, const char **ret)
{
    if (v->slot)
        return refuse(r, N_("{%s} stands for a whole table and must be alone in its paragraph"), v->name);
    *ret = text_clean(r->arena, str_of(v->value == NULL ? "" : v->value), keep_lines);
    return true;
}

/* The address of a link with its placeholders. A value inside an address is percent-encoded; one that is the whole
 * address must itself be one. */
static bool url_read(struct reader *r, struct str source, const char **ret)
{
    struct buf url = BUF_INIT(LIMIT_URL_BYTES);
    bool good = true;
    while (good && source.n > 0) {
        if (source.p[0] != '{') {
            buf_add_char(&url, source.p[0]);
            source = str_part(source.p + 1, source.n - 1);
            continue;
        }
        const struct template_value *v;
        const char *text;
        bool whole = url.n == 0;
        good = placeholder_take(r, &source, &v) && value_text(r, v, false, &text);
        if (!good)
            break;
        if (whole && source.n == 0) {
            buf_add_text(&url, text);
            break;
        }
        for (const char *p = text; *p != '\0'; p++) {
            bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
                         strchr("-._~", *p) != NULL;
            if (plain)
                buf_add_char(&url, *p);
            else
                buf_printf(&url, "%%%02X", (unsigned)(unsigned char)*p);
        }
    }
    *ret = arena_text(r->arena, buf_str(&url));
    bool full = buf_full(&url);
    buf_release(&url);
    if (!good)
        return false;
    if (full)
        return refuse(r, N_("the address of a link is longer than %d bytes"), LIMIT_URL_BYTES);
    struct str s = str_of(*ret);
    bool scheme = str_starts(s, "https://") || str_starts(s, "http://") || str_starts(s, "mailto:");
    for (size_t i = 0; i < s.n; i++)
        scheme = scheme && (unsigned char)s.p[i] > 0x20 && strchr("\"<>\\^`{|}\x7f", s.p[i]) == NULL;
    if (!scheme)
        return refuse(r, N_("'%s' is not an address for a link; it must begin with https://, http:// or mailto:"),
                      *ret);
    return true;
}

static bool inline_read(struct reader *r, struct str line, bool bold, const char *url);

/* "[words](address)" at the cursor; anything else that begins with '[' is text. */
static bool link_take(struct reader *r, struct str *cursor, bool bold, struct buf *text, bool *ret_taken)
{
    size_t close = str_find(*cursor, ']');
    *ret_taken = false;
    if (close + 1 >= cursor->n || cursor->p[close + 1] != '(')
        return true;
    struct str address = str_part(cursor->p + close + 2, cursor->n - close - 2);
    size_t end = str_find(address, ')');
    if (end == address.n)
        return refuse(r, N_("a link is not closed: ')' is missing after its address"));
    const char *url;
    if (!url_read(r, str_part(address.p, end), &url))
        return false;
    run_add(r, text, bold, NULL);
    if (!inline_read(r, str_part(cursor->p + 1, close - 1), bold, url))
        return false;
    *cursor = str_part(address.p + end + 1, address.n - end - 1);
    *ret_taken = true;
    return true;
}

/* A value's own line ends become line ends of the block, never marks: it is looked at no further. */
static void value_add(struct reader *r, const char *value, bool bold, const char *url, struct buf *text)
{
    struct str rest = str_of(value), part;
    for (bool first = true; str_split(&rest, '\n', &part); first = false) {
        if (!first) {
            run_add(r, text, bold, url);
            line_end_add(r);
        }
        buf_add_str(text, part);
    }
}

static bool placeholder_read(struct reader *r, struct str *cursor, bool bold, const char *url, struct buf *text)
{
    const struct template_value *v;
    const char *value;
    if (!placeholder_take(r, cursor, &v) || !value_text(r, v, true, &value))
        return false;
    value_add(r, value, bold, url, text);
    return true;
}

/* One line's marks, into r->runs. */
static bool inline_read(struct reader *r, struct str cursor, bool bold, const char *url)
{
    struct buf text = BUF_INIT(LIMIT_MAIL_BYTES);
    bool outer = bold, good = true;
    while (good && cursor.n > 0) {
        char c = cursor.p[0], next = cursor.n > 1 ? cursor.p[1] : '\0';
        bool taken = false;
        if ((c == '{' && next == '{') || (c == '}' && next == '}') ||
            (c == '\\' && next != '\0' && strchr("*[]{}\\#-", next))) {
            buf_add_char(&text, next);
            cursor = str_part(cursor.p + 2, cursor.n - 2);
        } else if (c == '{') {
            good = placeholder_read(r, &cursor, bold, url, &text);
        } else if (c == '*' && next == '*') {
            run_add(r, &text, bold, url);
            bold = !bold;
            cursor = str_part(cursor.p + 2, cursor.n - 2);
        } else if (c == '[' && url == NULL && (good = link_take(r, &cursor, bold, &text, &taken)) && taken) {
            continue;
        } else if (good) {
            buf_add_char(&text, c);
            cursor = str_part(cursor.p + 1, cursor.n - 1);
        }
    }
    if (good && bold != outer)
        good = refuse(r, N_("** is opened and not closed on the same line"));
    run_add(r, &text, bold, url);
    buf_release(&text);
    return good;
}

static void block_end(struct reader *r)
{
    if (r->runs.count == 0)
        return;
    struct template_run *runs = arena_array(r->arena, struct template_run, r->runs.count);
    memcpy(runs, r->runs.items, r->runs.count * sizeof *runs);
    struct template_block block = {.kind = r->kind, .runs = runs, .run_count = r->runs.count};
    vec_push(&r->blocks, block);
    r->runs.count = 0;
}

/* "{name}" alone on its line, where the name is a slot's. */
static const struct template_value *slot_of(const struct reader *r, struct str line)
{
    if (line.n < 3 || line.p[0] != '{' || line.p[line.n - 1] != '}')
        return NULL;
    const struct template_value *v = value_find(r, str_part(line.p + 1, line.n - 2));
    return v != NULL && v->slot ? v : NULL;
}

static bool line_read(struct reader *r, struct str raw)
{
    struct str line = str_trim(raw);
    if (str_starts(line, "#!"))
        return true;
    if (line.n == 0) {
        block_end(r);
        return true;
    }
    const struct template_value *slot = slot_of(r, line);
    if (slot != NULL) {
        block_end(r);
        struct template_block block = {.kind = BLOCK_SLOT, .slot = slot->name};
        vec_push(&r->blocks, block);
        return true;
    }
    size_t mark = str_starts(line, "## ") ? 3 : str_starts(line, "# ") || str_starts(line, "- ") ? 2 : 0;
    if (mark > 0) {
        block_end(r);
        r->kind = line.p[0] == '#' ? BLOCK_HEADING : BLOCK_ITEM;
        bool good = inline_read(r, str_trim(str_part(line.p + mark, line.n - mark)), false, NULL);
        if (r->kind == BLOCK_HEADING)
            block_end(r);
        return good;
    }
    bool indented = raw.p[0] == ' ' || raw.p[0] == '\t';
    if (r->runs.count > 0 && r->kind == BLOCK_ITEM && !indented)
        block_end(r);
    if (r->runs.count > 0)
        line_end_add(r);
    else
        r->kind = BLOCK_PARAGRAPH;
    return inline_read(r, line, false, NULL);
}

static const char *runs_line(struct reader *r)
{
    struct buf line = BUF_INIT(LIMIT_TEMPLATE_BYTES);
    for (size_t i = 0; i < r->runs.count; i++)
        buf_add_text(&line, r->runs.items[i].line_end ? " " : r->runs.items[i].text);
    const char *text = text_clean(r->arena, buf_str(&line), false);
    buf_release(&line);
    r->runs.count = 0;
    return text;
}

/* "Subject: …" in any of the three languages; what follows the colon, or an empty span with p NULL. */
static struct str subject_of(struct str line)
{
    static const char *const words[] = {"Subject:", "Assumpte:", "Asunto:"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);
        if (line.n >= n && str_is_nocase(str_part(line.p, n), words[i]))
            return str_trim(str_part(line.p + n, line.n - n));
    }
    return (struct str){0};
}

static bool lines_read(struct reader *r, struct str text, struct template *ret)
{
    struct str line;
    bool begun = false;
    if (str_starts(text, "\xef\xbb\xbf"))
        text = str_part(text.p + 3, text.n - 3);
    while (str_split(&text, '\n', &line)) {
        r->line++;
        struct str subject = subject_of(str_trim(line));
        if (!begun && subject.p != NULL) {
            if (!inline_read(r, subject, false, NULL))
                return false;
            ret->subject = runs_line(r);
            begun = true;
            continue;
        }
        begun = begun || (str_trim(line).n > 0 && !str_starts(str_trim(line), "#!"));
        if (!line_read(r, line))
            return false;
    }
    block_end(r);
    return true;
}

bool template_read(struct arena *a, struct str text, const char *file, const struct template_value *values,
                   size_t count, struct template *ret, struct err *e)
{
    struct template read = {0};
    struct reader r = {.arena = a, .file = file, .values = values, .value_count = count, .e = e};
    bool good;
    if (text.n > LIMIT_TEMPLATE_BYTES)
        good = err_set(e, ERR_LIMIT, N_("the template is larger than %u bytes"), LIMIT_TEMPLATE_BYTES);
    else if (!str_utf8_valid(text))
        good = err_set(e, ERR_PROFILE, N_("the template is not UTF-8 text; save it with the encoding UTF-8"));
    else
        good = lines_read(&r, text, &read);
    if (good) {
        struct template_block *blocks = arena_array(a, struct template_block, r.blocks.count + 1);
        if (r.blocks.count > 0)
            memcpy(blocks, r.blocks.items, r.blocks.count * sizeof *blocks);
        read.blocks = blocks;
        read.block_count = r.blocks.count;
        *ret = read;
    } else {
        err_where(e, "%s", file);
    }
    vec_release(&r.blocks);
    vec_release(&r.runs);
    return good;
}

const char *template_line(struct arena *a, const char *line, const char *where, const struct template_value *values,
                          size_t count, struct err *e)
{
    struct buf text = BUF_INIT(LIMIT_TEMPLATE_BYTES);
    struct reader r = {.arena = a, .line = 1, .values = values, .value_count = count, .e = e};
    struct str cursor = str_of(line);
    bool good = true;
    while (good && cursor.n > 0) {
        const struct template_value *v;
        const char *value;
        bool twice = cursor.n > 1 && cursor.p[0] == cursor.p[1] && (cursor.p[0] == '{' || cursor.p[0] == '}');
        if (cursor.p[0] != '{' || twice) {
            buf_add_char(&text, cursor.p[0]);
            cursor = str_part(cursor.p + 1 + twice, cursor.n - 1 - twice);
        } else {
            good = placeholder_take(&r, &cursor, &v) && value_text(&r, v, false, &value);
            if (good)
                buf_add_text(&text, value);
        }
    }
    const char *result = good ? text_clean(a, buf_str(&text), false) : NULL;
    if (!good)
        err_where(e, "%s", where);
    buf_release(&text);
    return result;
}
