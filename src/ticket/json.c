#include "ticket/json.h"

#include "base/text.h"

/* jansson builds values before anybody could look at them: depth and number are counted in the text. */
static const char *too_much(struct str s)
{
    size_t depth = 0, values = 0;
    bool inside = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (inside) {
            if (c == '\\')
                i++;
            else if (c == '"')
                inside = false;
        } else if (c == '"') {
            inside = true;
        } else if (c == '{' || c == '[') {
            values++;
            if (++depth > LIMIT_JSON_DEPTH)
                return N_("it is nested too deeply");
        } else if (c == '}' || c == ']') {
            depth -= depth > 0;
        } else if (c == ',' || c == ':') {
            values++;
        }
        if (values > LIMIT_JSON_VALUES)
            return N_("it has too many values");
    }
    return NULL;
}

json_t *foreign_json(struct str text, const char *from, struct err *e)
{
    const char *why = too_much(text);
    json_error_t wrong;
    if (why != NULL) {
        err_set(e, ERR_REMOTE, N_("%s: the answer cannot be used: %s"), from, tr(e->lang, why));
        return NULL;
    }
    json_t *value = json_loadb(text.n == 0 ? "" : text.p, text.n, JSON_DECODE_ANY, &wrong);
    if (value == NULL)
        err_set(e, ERR_REMOTE, N_("%s: the answer is not the JSON that a tracker gives (line %d: %s)"), from,
                wrong.line, wrong.text);
    return value;
}

const json_t *json_at(const json_t *o, const char *path)
{
    struct str rest = str_of(path), part;
    while (o != NULL && str_split(&rest, '.', &part)) {
        char name[64];
        if (part.n >= sizeof name)
            return NULL;
        memcpy(name, part.p, part.n);
        name[part.n] = '\0';
        o = json_object_get(o, name);
    }
    return json_is_null(o) ? NULL : o;
}

const char *json_text_at(const json_t *o, const char *path)
{
    const char *text = json_string_value(json_at(o, path));
    return text == NULL ? "" : text;
}

int64_t json_int_at(const json_t *o, const char *path)
{
    const json_t *v = json_at(o, path);
    int64_t n = 0;
    if (json_is_string(v))
        (void)str_to_int64(str_of(json_string_value(v)), INT64_MIN, INT64_MAX, &n);
    else
        n = json_integer_value(v);
    return n;
}

day_t json_day_at(const json_t *o, const char *path)
{
    struct str s = str_of(json_text_at(o, path));
    day_t day;
    return s.n >= 10 && day_parse_iso(str_part(s.p, 10), &day) ? day : DAY_NONE;
}

/* Two digits at `at`; -1 when there are none. */
static int two(struct str s, size_t at)
{
    if (at + 2 > s.n || s.p[at] < '0' || s.p[at] > '9' || s.p[at + 1] < '0' || s.p[at + 1] > '9')
        return -1;
    return (s.p[at] - '0') * 10 + (s.p[at + 1] - '0');
}

instant_t instant_read(struct str s)
{
    day_t day;
    if (s.n < 19 || !day_parse_iso(str_part(s.p, 10), &day) || (s.p[10] != 'T' && s.p[10] != ' '))
        return INSTANT_NONE;
    int hour = two(s, 11), minute = two(s, 14), second = two(s, 17), offset = 0;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 || s.p[13] != ':' ||
        s.p[16] != ':')
        return INSTANT_NONE;
    size_t at = 19;
    if (at < s.n && s.p[at] == '.') {
        for (at++; at < s.n && s.p[at] >= '0' && s.p[at] <= '9'; at++)
            ;
    }
    if (at < s.n && (s.p[at] == '+' || s.p[at] == '-')) {
        int hours = two(s, at + 1), minutes = two(s, at + 3 + (at + 3 < s.n && s.p[at + 3] == ':'));
        if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
            return INSTANT_NONE;
        offset = (hours * 60 + minutes) * (s.p[at] == '-' ? -60 : 60);
    }
    return (((instant_t)day * 24 + hour) * 3600 + minute * 60 + second - offset) * INSTANT_PER_SECOND;
}

instant_t json_instant_at(const json_t *o, const char *path)
{
    return instant_read(str_of(json_text_at(o, path)));
}

char *json_kept(struct arena *a, const json_t *o, const char *path)
{
    return arena_strdup(a, json_text_at(o, path));
}

char *foreign_text(struct arena *a, const char *text)
{
    char *out = arena_alloc(a, strlen(text) + 1, 1);
    size_t n = 0;
    for (const char *p = text; *p != '\0'; p++) {
        if (*p != '\r' || p[1] != '\n')
            out[n++] = *p;
    }
    return out;
}

bool names_equal(const char *x, const char *y)
{
    struct arena a = {0};
    bool same = strcmp(text_fold(&a, str_of(x)), text_fold(&a, str_of(y))) == 0;
    arena_release(&a);
    return same;
}

static int add(const char *part, size_t n, void *to)
{
    return buf_add(to, part, n) ? 0 : -1;
}

bool json_write(const json_t *o, struct buf *b, struct err *e)
{
    buf_clear(b);
    if (json_dump_callback(o, add, b, JSON_COMPACT | JSON_ENCODE_ANY) == 0)
        return true;
    return err_set(e, ERR_LIMIT, N_("the request to the tracker would have more than %zu bytes"), b->max);
}
