/* Administració, Textos: the words of warnings and report, with how they come out for a real body. The preview is made
 * here; desk.js only asks for it while one writes. */
#include <inttypes.h>

#include "flow/change.h"
#include "flow/texts.h"
#include "web/pages_data.h"
#include "web/words.h"

#define TEXTS_PLACE "/administracio/textos"

struct text_page {
    const struct text_kind *kind;
    enum lang lang;
    struct text_now now;
    struct text_version *versions;
    size_t version_count;
    const struct form *refused;
    const char *text; /* as it stands in the form */
    const struct body *body;
};

static const char *text_path(struct call *c, const struct text_kind *k, enum lang lang)
{
    return arena_printf(call_arena(c), TEXTS_PLACE "/%s.%s", k->name, lang_code(lang));
}

/* ------------------------------------------------------------------ the list */

void page_texts(struct call *c)
{
    static const char *const titles[] = {N_("Text"), N_("Language"), N_("In force"), N_("Who"), N_("When")};
    struct html *h = &c->html;
    if (call_view(c) == NULL)
        return;
    layout_begin(c, call_tr(c, N_("Texts")), ADMIN_PLACE);
    layout_head(c, call_tr(c, N_("Texts")),
                call_tr(c, N_("what goes out: each with its preview, its check and every version")));
    html_raw(h, "<div class=\"card tablewrap\"><table class=\"list\">");
    part_table_head(c, titles, sizeof titles / sizeof *titles, NO_NUMBER);
    bool ok = true;
    for (size_t i = 0; ok && i < text_kind_count; i++) {
        for (size_t k = 0; ok && k < LANG_COUNT; k++) {
            enum lang lang = words_languages[k];
            struct text_now now;
            ok = texts_get(c->desk, &text_kinds[i], lang, &now, &c->err);
            if (!ok)
                break;
            html_raw(h, "<tr><td>");
            part_link(c, text_path(c, &text_kinds[i], lang), "name", call_tr(c, text_kinds[i].words));
            html_raw(h, "</td>");
            const char *cells[] = {
                words_language(lang), now.at_desk ? call_tr(c, N_("written here")) : call_tr(c, N_("the profile's")),
                now.at_desk ? now.who : "—", now.at_desk ? words_instant(call_arena(c), c->lang, now.at) : "—"};
            for (size_t n = 0; n < sizeof cells / sizeof *cells; n++) {
                html_open(h, "td");
                html_attr(h, "data-h", call_tr(c, titles[n + 1]));
                html_text(h, cells[n]);
                html_close(h);
            }
            html_raw(h, "</tr>");
        }
    }
    if (!ok) {
        call_failed(c);
        return;
    }
    html_raw(h, "</tbody></table></div>");
    layout_end(c);
    call_page(c, 200);
}

/* ------------------------------------------------------------------ one text */

/* "/administracio/textos/warning-single.ca" */
static bool read_name(struct call *c, struct text_page *p)
{
    const char *name = c->request->path + strlen(TEXTS_PLACE) + 1;
    struct str whole = str_part(name, strcspn(name, "/"));
    size_t dot = str_find(whole, '.');
    p->kind = text_kind_find(arena_text(call_arena(c), str_part(whole.p, dot)));
    bool known = p->kind != NULL && dot < whole.n &&
                 lang_parse(arena_text(call_arena(c), str_part(whole.p + dot + 1, whole.n - dot - 1)), &p->lang);
    if (!known)
        call_problem(c, 404, N_("There is no such text."));
    return known;
}

static bool load(struct call *c, struct text_page *p)
{
    const struct view *v = call_view(c);
    if (v == NULL || !read_name(c, p))
        return false;
    if (!texts_get(c->desk, p->kind, p->lang, &p->now, &c->err) ||
        !texts_history(c->desk, p->kind, p->lang, &p->versions, &p->version_count, &c->err)) {
        call_failed(c);
        return false;
    }
    bool sent = c->route->kind == ROUTE_FORM && server_param(call_arena(c), c->request->body, "text") != NULL;
    p->text = sent ? call_field(c, "text") : p->now.text;
    const char *body = sent ? call_field(c, "ens") : call_query(c, "ens");
    struct err unknown = {.lang = c->lang};
    if (str_trim(str_of(body)).n == 0 || !change_find_body(c->desk, body, &p->body, &unknown))
        p->body = texts_sample(c->desk, call_arena(c), p->kind, &v->bodies);
    return true;
}

static void write_preview(struct call *c, const struct text_page *p)
{
    struct html *h = &c->html;
    struct text_preview shown;
    struct buf words = BUF_INIT(LIMIT_MAIL_BYTES), page = BUF_INIT(LIMIT_MAIL_BYTES);
    struct html inner = HTML_INIT(&page);
    struct err why = {.lang = c->lang};
    html_raw(h, "<section id=\"previsio\" aria-live=\"polite\">");
    layout_section(c, "com-surt", call_tr(c, N_("How it comes out")), p->body == NULL ? "" : p->body->name);
    /* Made apart, so that a mistake in the text leaves nothing half written in the page. */
    bool ok = texts_preview(c->desk, p->kind, p->lang, p->text, p->body, &inner, &words, &shown, &why) &&
              html_end(&inner, &why);
    if (!ok) {
        part_notice(c, false, call_tr(c, N_("It cannot go out so:")), why.text);
    } else {
        html_raw(h, "<div class=\"card seen\"><dl class=\"pairs\">");
        html_element(h, "dt", call_tr(c, N_("Subject")));
        html_element(h, "dd", shown.subject);
        if (shown.to[0] != '\0') {
            html_element(h, "dt", call_tr(c, N_("To")));
            html_element(h, "dd", shown.to);
        }
        html_raw(h, "</dl>");
        if (shown.as_html) {
            html_open(h, "div");
            html_attr(h, "class", "letter");
            html_attr(h, "lang", lang_code(p->lang));
            texts_preview(c->desk, p->kind, p->lang, p->text, p->body, h, &words, &shown, &why);
            html_close(h);
        } else {
            html_open(h, "pre");
            html_attr(h, "class", "mailtext");
            html_attr(h, "tabindex", "0");
            html_attr(h, "lang", lang_code(p->lang));
            html_text(h, buf_text(&words));
            html_close(h);
        }
        html_raw(h, "</div>");
    }
    html_raw(h, "</section>");
    buf_release(&words);
    buf_release(&page);
}

static void write_fields(struct call *c, const struct text_kind *k)
{
    struct html *h = &c->html;
    struct str rest = str_of(k->fields), one;
    html_open(h, "p");
    html_attr(h, "class", "sub");
    html_text(h, call_tr(c, N_("It may hold:")));
    while (rest.n > 0 && str_split(&rest, ' ', &one)) {
        html_text(h, " ");
        html_element(h, "code", arena_printf(call_arena(c), "{%.*s}", STR_ARG(one)));
    }
    html_text(h, ". ");
    html_text(h, call_tr(c, N_("**bold**, [words](https://…), lines that begin with - are a list, an empty line ends a "
                               "paragraph.")));
    html_close(h);
}

static void write_button(struct call *c, const char *value, const char *class, const char *words)
{
    struct html *h = &c->html;
    html_open(h, "button");
    html_attr(h, "name", "fes");
    html_attr(h, "value", value);
    html_attr(h, "class", class);
    html_text(h, words);
    html_close(h);
}

static void write_editor(struct call *c, const struct text_page *p)
{
    struct html *h = &c->html;
    struct form f = {.action = text_path(c, p->kind, p->lang)};
    const char *version = arena_printf(call_arena(c), "%" PRId64, p->now.version);
    if (p->refused != NULL && strcmp(p->refused->action, f.action) == 0)
        f = *p->refused;
    form_open(c, &f, "card form wide writes");
    /* What was seen when the writing began: who saves later is told of what came between. */
    form_hidden(c, "versio",
                c->route->kind == ROUTE_FORM && call_field(c, "versio")[0] != '\0' ? call_field(c, "versio") : version);
    write_fields(c, p->kind);
    struct field text = {.name = "text", .label = N_("Text"), .type = "textarea", .value = p->text};
    form_field(c, &f, &text);
    html_raw(h, "<div class=\"row fields\">");
    if (strchr(p->kind->fields, ' ') != NULL && strstr(p->kind->name, "warning") != NULL)
        form_field(c, &f,
                   &(struct field){.name = "ens",
                                   .label = N_("Preview for the body"),
                                   .type = "text",
                                   .value = p->body == NULL ? "" : p->body->name,
                                   .optional = true,
                                   .most = LIMIT_NAME_CHARS});
    form_field(c, &f,
               &(struct field){.name = "motiu",
                               .label = N_("Why it changes"),
                               .type = "text",
                               .optional = true,
                               .most = LIMIT_NOTE_CHARS});
    html_raw(h, "</div><div class=\"row\">");
    if (call_may(c, PERMISSION_CONFIGURE))
        write_button(c, "desa", "btn main", call_tr(c, N_("Save the text")));
    write_button(c, "mostra", "btn", call_tr(c, N_("Preview")));
    html_raw(h, "</div>");
    html_close(h);
}

static void write_version(struct call *c, const struct text_page *p, const struct text_version *x, bool in_force)
{
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    struct form f = {.action = arena_printf(a, "%s/torna", text_path(c, p->kind, p->lang))};
    html_raw(h, "<li>");
    part_instant(c, x->at);
    html_raw(h, " <strong>");
    html_text(h, x->text == NULL ? call_tr(c, N_("The profile's text again"))
                                 : call_text(c, N_("Version %lld"), (long long)x->id));
    html_raw(h, "</strong> ");
    html_text(h, x->reason);
    html_raw(h, " <span class=\"sub\">");
    html_text(h, x->who);
    html_raw(h, "</span>");
    if (in_force)
        part_state(c, STATE_GOOD, call_tr(c, N_("in force")));
    if (x->text != NULL) {
        html_raw(h, "<details><summary>");
        html_text(h, call_tr(c, N_("Its text")));
        html_raw(h, "</summary><pre class=\"card mailtext\" tabindex=\"0\">");
        html_text(h, x->text);
        html_raw(h, "</pre></details>");
    }
    if (!in_force && x->text != NULL && call_may(c, PERMISSION_CONFIGURE)) {
        form_open(c, &f, NULL);
        form_hidden(c, "versio", arena_printf(a, "%" PRId64, x->id));
        form_close(c, call_text(c, N_("Use version %lld again"), (long long)x->id), false);
    }
    html_raw(h, "</li>");
}

static void write_versions(struct call *c, const struct text_page *p)
{
    struct html *h = &c->html;
    struct form f = {.action = arena_printf(call_arena(c), "%s/torna", text_path(c, p->kind, p->lang))};
    layout_section(c, "versions", call_tr(c, N_("Versions")), "");
    if (p->version_count == 0) {
        part_empty(c, call_tr(c, N_("Nobody has changed it")), p->now.where);
        return;
    }
    if (p->now.at_desk && call_may(c, PERMISSION_CONFIGURE)) {
        form_open(c, &f, NULL);
        form_hidden(c, "versio", "0");
        form_close(c, call_tr(c, N_("Use the profile's text again")), false);
    }
    html_raw(h, "<ul class=\"line\">");
    for (size_t i = 0; i < p->version_count; i++)
        write_version(c, p, &p->versions[i], i == 0);
    html_raw(h, "</ul>");
}

static void show(struct call *c, const struct form *refused, int status)
{
    struct text_page p = {.refused = refused};
    if (!load(c, &p))
        return;
    const char *title = call_tr(c, p.kind->words);
    layout_begin(c, title, ADMIN_PLACE);
    layout_head_open(c, title,
                     p.now.at_desk ? call_text(c, N_("%s · written here by %s, %s"), words_language(p.lang), p.now.who,
                                               words_instant(call_arena(c), c->lang, p.now.at))
                                   : call_text(c, N_("%s · the profile's text"), words_language(p.lang)));
    for (size_t i = 0; i < LANG_COUNT; i++) {
        enum lang lang = words_languages[i];
        if (lang != p.lang)
            part_link(c, text_path(c, p.kind, lang), "btn", words_language(lang));
    }
    part_link(c, TEXTS_PLACE, "btn", call_tr(c, N_("All texts")));
    layout_head_close(c);
    if (call_query(c, "fet")[0] != '\0')
        part_notice(c, true, call_tr(c, N_("Done.")),
                    call_tr(c, N_("It is in force for what is written from now on.")));
    if (refused != NULL && strstr(refused->action, "/torna") != NULL)
        part_notice(c, false, call_tr(c, N_("Not done:")), refused->refused);
    write_editor(c, &p);
    write_preview(c, &p);
    write_versions(c, &p);
    layout_end(c);
    call_page(c, status);
}

void page_text(struct call *c)
{
    show(c, NULL, 200);
}

void form_text(struct call *c)
{
    struct text_page p = {0};
    struct form refused;
    int64_t seen, version;
    if (!read_name(c, &p))
        return;
    if (strcmp(call_field(c, "fes"), "desa") != 0) {
        show(c, NULL, 200); /* a preview changes nothing */
        return;
    }
    if (!call_may(c, PERMISSION_CONFIGURE)) {
        call_problem(c, 403, N_("Your account may look at the desk; this needs another role. Ask an administrator."));
        return;
    }
    bool ok = str_to_int64(str_of(call_field(c, "versio")), 0, INT64_MAX, &seen) ||
              err_set(&c->err, ERR_VALUE, N_("the form has no version; load the page again"));
    if (ok &&
        texts_save(c->desk, p.kind, p.lang, call_field(c, "text"), call_field(c, "motiu"), seen, &version, &c->err))
        call_redirect(c, arena_printf(call_arena(c), "%s?fet=desa", text_path(c, p.kind, p.lang)));
    else if (form_refuse(c, &refused))
        show(c, &refused, 422);
}

void form_text_restore(struct call *c)
{
    struct text_page p = {0};
    struct form refused;
    int64_t wanted, version;
    if (!read_name(c, &p))
        return;
    bool ok = str_to_int64(str_of(call_field(c, "versio")), 0, INT64_MAX, &wanted) ||
              err_set(&c->err, ERR_VALUE, N_("the form has no version; load the page again"));
    if (ok && texts_restore(c->desk, p.kind, p.lang, wanted, call_field(c, "motiu"), &version, &c->err))
        call_redirect(c, arena_printf(call_arena(c), "%s?fet=torna", text_path(c, p.kind, p.lang)));
    else if (form_refuse(c, &refused))
        show(c, &refused, 422);
}
