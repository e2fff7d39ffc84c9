/* What all calls of the API have in common: parameters, pages of lists, answers, problems. */
#include "web/api.h"

#include <inttypes.h>
#include <sodium.h>

#include "web/layout.h"

const struct api_call *api_call_of(const struct route *r)
{
    for (size_t i = 0; i < api_call_count; i++) {
        if (strcmp(api_calls[i].pattern, r->pattern) == 0 && strcmp(api_calls[i].method, r->method) == 0)
            return &api_calls[i];
    }
    return NULL;
}

void api_problem(struct call *c, int status, const char *field, const char *what)
{
    c->problem_field = field;
    call_problem(c, status, what);
}

/* ------------------------------------------------------------------ parameters */

static bool is_listed(const char *names, struct str name)
{
    struct str rest = str_of(names), one;
    while (rest.n > 0 && str_split(&rest, ' ', &one)) {
        if (str_equal(one, name))
            return true;
    }
    return false;
}

bool api_begin(struct call *c)
{
    struct arena *a = call_arena(c);
    const struct api_call *call = api_call_of(c->route);
    struct str rest = c->request->query, part;
    while (rest.n > 0 && str_split(&rest, '&', &part)) {
        struct str name = str_part(part.p, str_find(part, '='));
        if (name.n == 0 || is_listed(call == NULL ? "" : call->parameters, name))
            continue;
        const char *shown = arena_text(a, str_utf8_cut(name, 80));
        api_problem(c, 400, shown, call_text(c, N_("This call has no parameter \"%s\"."), shown));
        return false;
    }
    return true;
}

/* ------------------------------------------------------------------ answers */

void api_send(struct call *c, json_t *value)
{
    struct buf text = BUF_INIT(LIMIT_WEB_PAGE_BYTES);
    char *bytes = value == NULL ? NULL : json_dumps(value, API_JSON);
    json_decref(value);
    if (bytes == NULL) {
        call_problem(c, 500, N_("The desk cannot answer now"));
        return;
    }
    buf_add_text(&text, bytes);
    buf_add_char(&text, '\n');
    free(bytes); /* jansson's own */
    call_finished(c, finished_make(&text, 1), "application/json", "private, no-cache");
}

/* ------------------------------------------------------------------ pages of lists */

/* A cursor names its list, so that one of another is told. */
static const char *cursor_make(struct call *c, const char *position)
{
    struct arena *a = call_arena(c);
    const char *plain = arena_printf(a, "%s|%s", c->route->pattern, position);
    size_t n = strlen(plain), room = sodium_base64_encoded_len(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *out = arena_alloc(a, room, 1);
    return sodium_bin2base64(out, room, (const unsigned char *)plain, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* NULL: it is none of this list's. */
static const char *cursor_read(struct call *c, const char *cursor)
{
    size_t n = strlen(cursor), length;
    const char *pattern = c->route->pattern;
    if (n > LIMIT_URL_BYTES)
        return NULL;
    char *plain = arena_alloc(call_arena(c), n + 1, 1);
    if (sodium_base642bin((unsigned char *)plain, n, cursor, n, NULL, &length, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return NULL;
    plain[length] = '\0';
    size_t own = strlen(pattern);
    return strlen(plain) == length && length > own && strncmp(plain, pattern, own) == 0 && plain[own] == '|'
               ? plain + own + 1
               : NULL;
}

bool api_page_begin(struct call *c, struct api_page *ret)
{
    struct api_page p = {.limit = 100, .position = ""};
    const char *limit = call_query(c, "limit"), *cursor = call_query(c, "cursor");
    if (!api_begin(c))
        return false;
    if (limit[0] != '\0' && !str_to_int64(str_of(limit), 1, LIMIT_WEB_API_PAGE, &p.limit)) {
        api_problem(c, 400, "limit", N_("limit is a number from 1 to 500"));
        return false;
    }
    if (cursor[0] != '\0') {
        const char *position = cursor_read(c, cursor);
        if (position == NULL) {
            api_problem(c, 400, "cursor",
                        N_("cursor is what \"next\" of the last answer says; begin again without it"));
            return false;
        }
        p.position = position;
        (void)str_to_int64(str_of(position), 1, INT64_MAX, &p.after);
    }
    p.items = json_array();
    *ret = p;
    return true;
}

bool api_page_wants(struct api_page *p, int64_t id, bool down)
{
    if (p->more || (p->after != 0 && (down ? id >= p->after : id <= p->after)))
        return false;
    if ((int64_t)json_array_size(p->items) == p->limit) {
        p->more = true;
        return false;
    }
    p->last = id;
    return true;
}

void api_page_add(struct api_page *p, json_t *item)
{
    json_array_append_new(p->items, item);
}

void api_page_end(struct call *c, struct api_page *p, const char *position)
{
    struct arena *a = call_arena(c);
    json_t *next = json_null();
    if (p->more) {
        const struct api_call *call = api_call_of(c->route);
        struct str rest = str_of(call->parameters), name;
        const char *own = position != NULL ? position : arena_printf(a, "%" PRId64, p->last);
        const char *url = arena_printf(a, "%s?cursor=%s", c->request->path, cursor_make(c, own));
        while (rest.n > 0 && str_split(&rest, ' ', &name)) {
            const char *key = arena_text(a, name), *value = call_query(c, key);
            if (value[0] != '\0' && strcmp(key, "cursor") != 0)
                url = arena_printf(a, "%s&%s=%s", url, key, layout_encode(c, value));
        }
        json_decref(next);
        next = json_string(url);
    }
    api_send(c, json_pack("{s:o,s:o}", "items", p->items, "next", next));
}
