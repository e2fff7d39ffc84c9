#include "web/admin.h"
#include "web/pages_data.h"

#include "web/words.h"

/* ------------------------------------------------------------------ who it is, once more */

static bool prove_needed(const struct call *c)
{
    const struct identity *who = c->who;
    return who->session != NULL &&
           (who->proved == INSTANT_NONE || c->desk->by.at < who->proved ||
            c->desk->by.at - who->proved > (instant_t)LIMIT_PROVED_SECONDS * INSTANT_PER_SECOND);
}

void prove_field(struct call *c, const struct form *f)
{
    if (prove_needed(c))
        form_field(c, f,
                   &(struct field){.name = "clau",
                                   .label = N_("Your password"),
                                   .type = "password",
                                   .complete = "current-password",
                                   .most = LIMIT_PASSWORD_BYTES,
                                   .help = N_("Asked again because this matters; then not for ten minutes.")});
}

bool prove_check(struct call *c)
{
    struct login l = {.name = c->who->name, .password = call_field(c, "clau"), .code = "", .address = call_address(c)};
    bool right = false;
    if (!prove_needed(c))
        return true;
    if (l.password[0] == '\0')
        return err_set(&c->err, ERR_VALUE, N_("give your password again: it was asked some time ago"));
    return login_prove(c->desk, c->site->guard, &l, c->who, &right, &c->err) &&
           (right ||
            err_set(&c->err, ERR_VALUE, N_("that is not your password, or there were too many wrong attempts")));
}

/* ------------------------------------------------------------------ forms */

struct form admin_form(const struct form *refused, const char *action)
{
    if (refused != NULL && strcmp(refused->action, action) == 0)
        return *refused;
    return (struct form){.action = action};
}

void admin_button(struct call *c, const char *action, const char *name, const char *value, const char *label)
{
    struct form f = {.action = action};
    form_open(c, &f, NULL);
    if (name != NULL)
        form_hidden(c, name, value);
    html_open(&c->html, "button");
    html_attr(&c->html, "class", "btn");
    html_text(&c->html, label);
    html_close(&c->html);
    html_close(&c->html);
}

void admin_done(struct call *c, bool ok, const char *page, const char *what,
                void (*show)(struct call *c, const struct form *refused, int status))
{
    enum err_code code = c->err.code;
    if (ok) {
        call_redirect(c, arena_printf(call_arena(c), "%s?fet=%s", page, what));
        return;
    }
    if (code != ERR_VALUE && code != ERR_STATE && code != ERR_LIMIT) {
        call_failed(c);
        return;
    }
    struct form refused = {
        .action = c->request->path, .refused = arena_strdup(call_arena(c), c->err.text), .typed = c->request->body};
    err_clear(&c->err);
    show(c, &refused, 422);
}

void admin_notice(struct call *c, const char *const (*words)[2], size_t count)
{
    const char *what = call_query(c, "fet");
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i][0], what) == 0)
            part_notice(c, true, call_tr(c, N_("Done.")), call_tr(c, words[i][1]));
    }
}

void admin_once(struct call *c, const char *title, const char *text, const char *const *items, size_t count,
                const char *back)
{
    struct html *h = &c->html;
    layout_begin(c, title, "");
    layout_head(c, title, NULL);
    html_open(h, "div");
    html_attr(h, "class", "card empty once");
    html_element(h, "p", text);
    html_raw(h, "<ul class=\"plain\">");
    for (size_t i = 0; i < count; i++) {
        html_raw(h, "<li>");
        html_element(h, "code", items[i]);
        html_raw(h, "</li>");
    }
    html_raw(h, "</ul>");
    html_element(h, "strong", call_tr(c, N_("It is shown this once: keep it now.")));
    part_link(c, back, "btn main", call_tr(c, N_("I have kept it")));
    html_close(h);
    layout_end(c);
    call_page(c, 200);
}

/* ------------------------------------------------------------------ lists */

void list_open(struct call *c, const char *caption, const char *const *titles, size_t count)
{
    struct html *h = &c->html;
    html_raw(h, "<div class=\"card tablewrap\"><table class=\"list\"><caption class=\"hide\">");
    html_text(h, caption);
    html_raw(h, "</caption>");
    part_table_head(c, titles, count, NO_NUMBER);
}

void list_close(struct call *c)
{
    html_raw(&c->html, "</tbody></table></div>");
}

void list_row(struct call *c)
{
    html_raw(&c->html, "<tr>");
}

void list_row_end(struct call *c)
{
    html_raw(&c->html, "</tr>");
}

void list_cell(struct call *c, const char *title)
{
    html_open(&c->html, "td");
    if (title != NULL)
        html_attr(&c->html, "data-h", call_tr(c, title));
}

void list_cell_end(struct call *c)
{
    html_close(&c->html);
}

void list_text(struct call *c, const char *title, const char *text)
{
    list_cell(c, title);
    html_text(&c->html, text);
    list_cell_end(c);
}

void list_instant(struct call *c, const char *title, instant_t t, const char *none)
{
    list_cell(c, title);
    if (t == INSTANT_NONE)
        html_text(&c->html, none);
    else
        part_instant(c, t);
    list_cell_end(c);
}
