#include "web/layout.h"

#include <inttypes.h>
#include <stdio.h>

#include "web/routes.h"
#include "web/words.h"

/* ------------------------------------------------------------------ addresses */

static const char *encode(struct call *c, const char *text, const char *keep)
{
    static const char hex[] = "0123456789ABCDEF";
    char *out = arena_alloc(call_arena(c), strlen(text) * 3 + 1, 1), *p = out;
    for (; *text != '\0'; text++) {
        unsigned char b = (unsigned char)*text;
        bool plain =
            (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') || strchr(keep, b) != NULL;
        if (plain) {
            *p++ = (char)b;
        } else {
            *p++ = '%';
            *p++ = hex[b >> 4];
            *p++ = hex[b & 15];
        }
    }
    return out;
}

const char *layout_encode(struct call *c, const char *text)
{
    return encode(c, text, "-._~");
}

const char *layout_encode_path(struct call *c, const char *path)
{
    return encode(c, path, "-._~/");
}

const char *layout_body_path(struct call *c, int64_t id)
{
    return arena_printf(call_arena(c), "/ens/%" PRId64, id);
}

/* ------------------------------------------------------------------ the frame */

static void write_head(struct call *c, const char *title)
{
    struct html *h = &c->html;
    html_raw(h, "<!doctype html>\n");
    html_open(h, "html");
    html_attr(h, "lang", lang_code(c->lang));
    if (c->theme[0] != '\0')
        html_attr(h, "data-theme", c->theme);
    html_raw(h, "<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                "<meta name=\"color-scheme\" content=\"light dark\">");
    html_open(h, "title");
    html_text(h, title);
    html_text(h, " · Talaia");
    html_close(h);
    html_open(h, "link");
    html_attr(h, "rel", "stylesheet");
    html_attr(h, "href", c->site->files[STATIC_CSS].address);
    html_open(h, "link");
    html_attr(h, "rel", "icon");
    html_attr(h, "href", c->site->files[STATIC_ICON].address);
    html_open(h, "script");
    html_attr(h, "src", c->site->files[STATIC_JS].address);
    html_attr(h, "defer", NULL);
    html_close(h);
    html_raw(h, "</head>");
}

static size_t badge(const struct view *v, const char *path)
{
    if (v == NULL)
        return 0;
    return strcmp(path, "/ens") == 0 ? v->watched : strcmp(path, "/caigudes") == 0 ? v->in_state[STATE_DOWN] : 0;
}

static void write_place(struct call *c, const struct place *p, const char *here)
{
    struct html *h = &c->html;
    size_t n = badge(c->view, p->path);
    html_open(h, "li");
    html_attr(h, "class", p->phone ? "phone" : "wide");
    html_open(h, "a");
    html_attr(h, "href", p->path);
    if (strcmp(p->path, here) == 0)
        html_attr(h, "aria-current", "page");
    html_open(h, "span");
    html_text(h, call_tr(c, p->label));
    html_close(h);
    if (n > 0) {
        html_open(h, "span");
        html_attr(h, "class", "n");
        html_text_int(h, (long)n);
        html_close(h);
    }
    html_close(h);
    html_close(h);
}

/* A button of the preferences; pressed when it is what holds now. */
static void preference(struct call *c, const char *name, const char *value, const char *words, bool now)
{
    struct html *h = &c->html;
    html_open(h, "button");
    html_attr(h, "name", name);
    html_attr(h, "value", value);
    html_attr(h, "aria-pressed", now ? "true" : "false");
    if (strcmp(name, "idioma") == 0) {
        html_attr(h, "lang", value);
        html_attr(h, "title", words);
        html_attr(h, "aria-label", arena_printf(call_arena(c), "%s: %s", value, words));
        html_text(h, value);
    } else {
        html_text(h, words);
    }
    html_close(h);
}

void layout_preferences(struct call *c)
{
    struct html *h = &c->html;
    html_open(h, "form");
    html_attr(h, "method", "post");
    html_attr(h, "action", "/preferencies");
    html_attr(h, "class", "prefs");
    /* A page that a form gave has no address of its own to come back to. */
    bool own = c->route != NULL && (c->route->kind == ROUTE_PAGE || c->route->kind == ROUTE_UPLOAD);
    form_hidden(c, "cap",
                own                                                          ? c->request->path
                : str_starts(str_of(c->request->path), "/ens/") && c->id > 0 ? layout_body_path(c, c->id)
                                                                             : "/");
    html_open(h, "div");
    html_attr(h, "role", "group");
    html_attr(h, "aria-label", call_tr(c, N_("Language")));
    for (size_t i = 0; i < LANG_COUNT; i++)
        preference(c, "idioma", lang_code(words_languages[i]), words_language(words_languages[i]),
                   c->lang == words_languages[i]);
    html_close(h);
    html_open(h, "div");
    html_attr(h, "role", "group");
    html_attr(h, "aria-label", call_tr(c, N_("Colours")));
    preference(c, "tema", "light", call_tr(c, N_("Light")), strcmp(c->theme, "light") == 0);
    preference(c, "tema", "dark", call_tr(c, N_("Dark")), strcmp(c->theme, "dark") == 0);
    preference(c, "tema", "auto", call_tr(c, N_("Automatic")), c->theme[0] == '\0');
    html_close(h);
    html_close(h);
}

static void write_brand(struct call *c)
{
    html_raw(&c->html,
             "<div class=\"brand\"><svg width=\"20\" height=\"24\" viewBox=\"0 0 20 26\" aria-hidden=\"true\"><path "
             "d=\"M4 26 6 10h8l2 16zM3 4h3V1h2v3h4V1h2v3h3v5H3z\" fill=\"currentColor\"/></svg>Talaia</div>");
}

/* Its numbers are on every page; where they cannot be had the page does without. */
static void write_navigation(struct call *c, const char *here)
{
    struct html *h = &c->html;
    struct err none = {.lang = c->lang};
    if (c->view == NULL)
        (void)site_view(c->site, c->desk, &c->view, &none);
    html_open(h, "nav");
    html_attr(h, "class", "main");
    html_attr(h, "aria-label", call_tr(c, N_("Main")));
    write_brand(c);
    html_open(h, "ul");
    for (size_t i = 0; i < place_count; i++) {
        int64_t id;
        const char *methods;
        const struct route *r = route_find(call_arena(c), "GET", places[i].path, &id, &methods);
        if (r != NULL && call_may(c, r->permission))
            write_place(c, &places[i], here);
    }
    html_close(h);
    html_open(h, "div");
    html_attr(h, "class", "who");
    part_link(c, "/compte", NULL, c->who->name);
    html_open(h, "span");
    html_attr(h, "class", "sub");
    html_text(h, call_tr(c, role_words(c->who->role)));
    html_close(h);
    layout_preferences(c);
    html_close(h);
    html_close(h);
}

void layout_begin(struct call *c, const char *title, const char *place)
{
    struct html *h = &c->html;
    write_head(c, title);
    html_open(h, "body");
    if (c->who == NULL)
        html_attr(h, "class", "alone");
    part_link(c, "#main", "skip", call_tr(c, N_("Skip to the content")));
    if (c->who != NULL)
        write_navigation(c, place);
    html_open(h, "main");
    html_attr(h, "id", "main");
    html_attr(h, "tabindex", "-1");
    if (c->who == NULL)
        write_brand(c);
}

void layout_end(struct call *c)
{
    html_close(&c->html); /* main */
    if (c->who == NULL) {
        html_open(&c->html, "footer");
        layout_preferences(c);
        html_close(&c->html);
    }
    html_close(&c->html); /* body */
    html_close(&c->html); /* html */
    html_raw(&c->html, "\n");
}

void layout_head_open(struct call *c, const char *title, const char *sub)
{
    struct html *h = &c->html;
    html_open(h, "header");
    html_attr(h, "class", "page");
    html_open(h, "div");
    html_element(h, "h1", title);
    if (sub != NULL) {
        html_open(h, "div");
        html_attr(h, "class", "sub");
        part_words(c, sub);
        html_close(h);
    }
    html_close(h);
    html_open(h, "div");
    html_attr(h, "class", "row");
}

void layout_head_close(struct call *c)
{
    html_close(&c->html);
    html_close(&c->html);
}

void layout_head(struct call *c, const char *title, const char *sub)
{
    layout_head_open(c, title, sub);
    layout_head_close(c);
}

void layout_section(struct call *c, const char *id, const char *title, const char *remark)
{
    struct html *h = &c->html;
    html_open(h, "h2");
    html_attr(h, "id", id);
    html_text(h, title);
    if (remark[0] != '\0') {
        html_text(h, " ");
        html_open(h, "span");
        html_attr(h, "class", "n");
        html_text(h, remark);
        html_close(h);
    }
    html_close(h);
}

/* ------------------------------------------------------------------ small parts */

void part_state(struct call *c, enum body_state s, const char *word)
{
    struct html *h = &c->html;
    char class[24];
    (void)snprintf(class, sizeof class, "st %s", body_state_code(s));
    html_open(h, "span");
    html_attr(h, "class", class);
    html_attr(h, "data-g", body_state_glyph(s));
    html_text(h, words_capital(call_arena(c), word != NULL ? word : call_tr(c, body_state_word(s))));
    html_close(h);
}

const char *words_expiry(struct call *c, const struct body *b, enum cert_kind kind, day_t today)
{
    if (b->expires[kind] != today)
        return words_distance(call_arena(c), c->lang, b->expires[kind], today);
    return body_has_ended(b, kind, today, c->desk->by.at) ? call_tr(c, N_("expired today"))
                                                          : call_tr(c, N_("expires today"));
}

void part_day(struct call *c, day_t d, const char *words)
{
    struct html *h = &c->html;
    char iso[DAY_TEXT_BYTES];
    if (d == DAY_NONE) {
        html_text(h, words);
        return;
    }
    html_open(h, "time");
    html_attr(h, "datetime", day_iso(d, iso));
    html_attr(h, "title", words_weekday_date(call_arena(c), c->lang, d));
    html_text(h, words);
    html_close(h);
}

void part_instant(struct call *c, instant_t t)
{
    struct html *h = &c->html;
    char iso[INSTANT_TEXT_BYTES];
    html_open(h, "time");
    html_attr(h, "datetime", instant_iso(t, iso));
    html_text(h, words_instant(call_arena(c), c->lang, t));
    html_close(h);
}

void part_link(struct call *c, const char *to, const char *class, const char *text)
{
    struct html *h = &c->html;
    html_open(h, "a");
    if (class != NULL)
        html_attr(h, "class", class);
    html_attr_url(h, "href", to);
    html_text(h, text);
    html_close(h);
}

/* A quote that nobody closes stands as it is. */
void part_words(struct call *c, const char *text)
{
    struct html *h = &c->html;
    for (;;) {
        const char *begin = strchr(text, '`'), *end = begin == NULL ? NULL : strchr(begin + 1, '`');
        if (end == NULL)
            break;
        html_text_str(h, str_part(text, (size_t)(begin - text)));
        html_open(h, "code");
        html_text_str(h, str_part(begin + 1, (size_t)(end - begin - 1)));
        html_close(h);
        text = end + 1;
    }
    html_text(h, text);
}

void part_empty(struct call *c, const char *title, const char *text)
{
    struct html *h = &c->html;
    html_open(h, "div");
    html_attr(h, "class", "card empty");
    html_element(h, "strong", title);
    html_open(h, "p");
    part_words(c, text);
    html_close(h);
    html_close(h);
}

void part_notice(struct call *c, bool good, const char *title, const char *text)
{
    struct html *h = &c->html;
    html_open(h, "div");
    html_attr(h, "class", good ? "notice" : "warn");
    html_attr(h, "role", good ? "status" : "alert");
    html_element(h, "strong", title);
    html_text(h, " ");
    part_words(c, text);
    html_close(h);
}

/* ------------------------------------------------------------------ forms */

void form_hidden(struct call *c, const char *name, const char *value)
{
    struct html *h = &c->html;
    html_open(h, "input");
    html_attr(h, "type", "hidden");
    html_attr(h, "name", name);
    html_attr(h, "value", value);
}

void form_open(struct call *c, const struct form *f, const char *class)
{
    struct html *h = &c->html;
    html_open(h, "form");
    html_attr(h, "method", "post");
    html_attr(h, "action", f->action);
    if (f->upload)
        html_attr(h, "enctype", "multipart/form-data");
    if (class != NULL)
        html_attr(h, "class", class);
    if (c->who != NULL && c->who->csrf != NULL)
        form_hidden(c, "_f", c->who->csrf);
    if (f->refused != NULL && f->refused[0] != '\0')
        part_notice(c, false, call_tr(c, N_("Not done:")), f->refused);
}

void form_close(struct call *c, const char *button, bool primary)
{
    struct html *h = &c->html;
    html_open(h, "div");
    html_attr(h, "class", "row");
    html_open(h, "button");
    html_attr(h, "class", primary ? "btn main" : "btn");
    html_text(h, button);
    html_close(h);
    html_close(h);
    html_close(h);
}

static void write_choices(struct call *c, const struct field *x, const char *value)
{
    struct html *h = &c->html;
    for (size_t i = 0; i < x->choice_count; i++) {
        html_open(h, "option");
        html_attr(h, "value", x->choices[i][0]);
        if (strcmp(value, x->choices[i][0]) == 0)
            html_attr(h, "selected", NULL);
        html_text(h, call_tr(c, x->choices[i][1]));
        html_close(h);
    }
}

/* What both kinds of field have in common. */
static void field_attributes(struct call *c, const struct field *x, const char *id)
{
    struct html *h = &c->html;
    html_attr(h, "id", id);
    bool day = strcmp(x->type, "date") == 0; /* form_date() has said some of it */
    if (!day)
        html_attr(h, "name", x->name);
    if (x->complete != NULL)
        html_attr(h, "autocomplete", x->complete);
    if (x->list != NULL)
        html_attr(h, "list", x->list);
    if (x->most > 0 && !day)
        html_attr_int(h, "maxlength", (long)x->most);
    if (!x->optional)
        html_attr(h, "required", NULL);
    if (x->help != NULL || day)
        html_attr(h, "aria-describedby", arena_printf(call_arena(c), "%s-h", id));
}

void form_date(struct call *c, const char *name, const char *value)
{
    struct html *h = &c->html;
    char shown[DAY_TEXT_BYTES];
    day_t day;
    html_open(h, "input");
    html_attr(h, "type", "text");
    html_attr(h, "name", name);
    html_attr(h, "class", "date");
    html_attr_int(h, "size", 11);
    html_attr_int(h, "maxlength", 10);
    html_attr(h, "autocomplete", "off");
    html_attr(h, "placeholder", call_tr(c, N_("dd/mm/yyyy")));
    html_attr(h, "data-choose", call_tr(c, N_("Choose a day")));
    html_attr(h, "value", words_day(str_of(value), &day) ? day_dmy(day, shown) : value);
}

bool form_day(struct call *c, const char *text, day_t *ret)
{
    return words_day(str_of(text), ret) ||
           err_set(&c->err, ERR_VALUE, N_("\"%s\" is no date: write day, month and year, such as 31/12/2026"), text);
}

bool form_read_day(struct call *c, const char *name, day_t *ret)
{
    const char *text = call_field(c, name);
    if (text[0] != '\0')
        return form_day(c, text, ret);
    *ret = c->desk->by.day;
    return true;
}

/* Under a day stands how it is written. */
static const char *field_help(struct call *c, const struct field *x)
{
    const char *help = x->help == NULL ? NULL : call_tr(c, x->help);
    if (strcmp(x->type, "date") != 0)
        return help;
    const char *form = call_tr(c, N_("dd/mm/yyyy"));
    return help == NULL ? form : arena_printf(call_arena(c), "%s · %s", form, help);
}

void form_field(struct call *c, const struct form *f, const struct field *x)
{
    struct html *h = &c->html;
    bool secret = strcmp(x->type, "password") == 0;
    const char *typed = f->refused == NULL || secret ? NULL : server_param(call_arena(c), f->typed, x->name);
    const char *value = typed != NULL ? typed : x->value == NULL ? "" : x->value;
    /* One page may have the same field in several forms. */
    const char *id = arena_printf(call_arena(c), "f%s-%s", layout_encode(c, f->action), x->name);
    html_open(h, "p");
    html_attr(h, "class", "field");
    html_open(h, "label");
    html_attr(h, "for", id);
    html_text(h, call_tr(c, x->label));
    html_close(h);
    if (strcmp(x->type, "textarea") == 0) {
        html_open(h, "textarea");
        field_attributes(c, x, id);
        html_attr(h, "rows", "3");
        html_raw(h, "\n"); /* the first line end of a text area is not part of it */
        html_text(h, value);
        html_close(h);
    } else if (strcmp(x->type, "select") == 0) {
        html_open(h, "select");
        field_attributes(c, x, id);
        write_choices(c, x, value);
        html_close(h);
    } else if (strcmp(x->type, "date") == 0) {
        form_date(c, x->name, value);
        field_attributes(c, x, id);
    } else {
        html_open(h, "input");
        html_attr(h, "type", x->type);
        field_attributes(c, x, id);
        if (!secret)
            html_attr(h, "value", value);
    }
    const char *help = field_help(c, x);
    if (help != NULL) {
        html_open(h, "small");
        html_attr(h, "id", arena_printf(call_arena(c), "%s-h", id));
        part_words(c, help);
        html_close(h);
    }
    html_close(h);
}

void form_fold_open(struct call *c, const struct form *f, const char *label, bool primary)
{
    struct html *h = &c->html;
    html_open(h, "details");
    html_attr(h, "class", "fold");
    if (f->refused != NULL)
        html_attr(h, "open", NULL);
    html_open(h, "summary");
    html_attr(h, "class", primary ? "btn main" : "btn");
    html_text(h, label);
    html_close(h);
    form_open(c, f, "card form");
}

void form_fold_close(struct call *c)
{
    html_close(&c->html);
}
