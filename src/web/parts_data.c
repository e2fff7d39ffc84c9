/* What the pages of the administration have in common. */
#include "web/pages_data.h"

/* What was typed, as a form without files would have sent it. */
struct str form_typed(struct call *c)
{
    const char *text = "";
    for (size_t i = 0; i < c->part_count; i++) {
        const struct multipart_part *x = &c->parts[i];
        if (x->is_file || !str_utf8_valid(x->bytes) || memchr(x->bytes.p, '\0', x->bytes.n) != NULL)
            continue;
        text = arena_printf(call_arena(c), "%s%s%s=%s", text, text[0] == '\0' ? "" : "&",
                            layout_encode(c, arena_text(call_arena(c), x->name)),
                            layout_encode(c, arena_text(call_arena(c), x->bytes)));
    }
    return c->part_count == 0 ? c->request->body : str_of(text);
}

bool form_refuse(struct call *c, struct form *ret)
{
    enum err_code code = c->err.code;
    if (code == ERR_NONE)
        return false; /* answered already */
    if (code != ERR_USAGE && code != ERR_VALUE && code != ERR_STATE && code != ERR_LIMIT && code != ERR_GUARD &&
        code != ERR_AMBIGUOUS && code != ERR_FORMAT && code != ERR_PROFILE && (code != ERR_UNKNOWN || c->id != 0)) {
        call_failed(c);
        return false;
    }
    *ret = (struct form){
        .action = c->request->path, .refused = arena_strdup(call_arena(c), c->err.text), .typed = form_typed(c)};
    err_clear(&c->err);
    return true;
}

void part_table_head(struct call *c, const char *const *titles, size_t count, size_t number)
{
    struct html *h = &c->html;
    html_raw(h, "<thead><tr>");
    for (size_t i = 0; i < count; i++) {
        html_open(h, "th");
        html_attr(h, "scope", "col");
        if (i == number)
            html_attr(h, "class", "r");
        html_text(h, call_tr(c, titles[i]));
        html_close(h);
    }
    html_raw(h, "</tr></thead><tbody>");
}
