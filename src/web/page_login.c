/* The way in and out, one's own account, language and colours. */
#include <inttypes.h>

#include "web/layout.h"
#include "web/pages.h"

/* A place of ours to go back to: a clean path, or "/". */
static const char *way_back(struct call *c, const char *asked)
{
    const char *path;
    struct str query;
    if (asked[0] != '/' || strlen(asked) > 200 ||
        !server_target(call_arena(c), layout_encode_path(c, asked), &path, &query))
        return "/";
    return layout_encode_path(c, path);
}

/* The address from which people are counted: what the proxy says when it proves itself, else the peer's. */
static const char *person_address(struct call *c)
{
    size_t count;
    const char *secret = server_header(c->request, "X-Talaia-Proxy-Secret", &count);
    const char *forwarded = server_header(c->request, "X-Forwarded-For", NULL);
    if (forwarded == NULL || !c->request->local || c->site->proxy_secret[0] == '\0' || count != 1 ||
        !secret_same(secret, c->site->proxy_secret))
        return c->request->address;
    const char *last = strrchr(forwarded, ',');
    struct str text = str_trim(str_of(last == NULL ? forwarded : last + 1));
    for (size_t i = 0; i < text.n; i++) {
        if (strchr("0123456789abcdefABCDEF.:", text.p[i]) == NULL)
            return c->request->address;
    }
    return text.n == 0 || text.n > 45 ? c->request->address : arena_text(call_arena(c), text);
}

/* ------------------------------------------------------------------ logging in */

struct login_page {
    const char *name, *half, *back;
    const char *refused; /* NULL: nothing was tried */
};

static void write_login(struct call *c, const struct login_page *p, int status)
{
    const struct form f = {.action = "/entra", .refused = p->refused, .typed = c->request->body};
    const char *title = call_tr(c, p->half == NULL ? N_("Log in") : N_("One-time code"));
    layout_begin(c, title, "");
    html_open(&c->html, "h1");
    html_text(&c->html, title);
    html_close(&c->html);
    form_open(c, &f, "card form login");
    form_hidden(c, "cap", p->back);
    if (p->half == NULL) {
        form_field(c, &f,
                   &(struct field){.name = "compte",
                                   .label = N_("Account"),
                                   .type = "text",
                                   .value = p->name,
                                   .complete = "username",
                                   .most = LIMIT_ACCOUNT_NAME_CHARS});
        form_field(c, &f,
                   &(struct field){.name = "contrasenya",
                                   .label = N_("Password"),
                                   .type = "password",
                                   .complete = "current-password",
                                   .most = LIMIT_PASSWORD_BYTES});
    } else {
        form_hidden(c, "mig", p->half);
        form_field(c, &f,
                   &(struct field){.name = "codi",
                                   .label = N_("The six digits of the authenticator"),
                                   .type = "text",
                                   .value = "",
                                   .complete = "one-time-code",
                                   .most = 30,
                                   .help = N_("Without the telephone: one of your recovery codes.")});
    }
    form_close(c, call_tr(c, N_("Enter")), true);
    layout_end(c);
    call_page(c, status);
}

void page_login(struct call *c)
{
    struct login_page p = {.name = "", .back = way_back(c, call_query(c, "cap"))};
    if (c->who != NULL) {
        call_redirect(c, p.back);
        return;
    }
    write_login(c, &p, 200);
}

static const char *why_not(struct call *c, const struct login_done *d, bool code)
{
    if (d->result == LOGIN_WAIT)
        return call_text(c, N_("There were too many wrong attempts: wait %d seconds."), d->wait_seconds);
    if (d->result == LOGIN_BUSY)
        return call_tr(c, N_("Many people are logging in: try again in a moment."));
    return code ? call_tr(c, N_("The code is not right, or was used already."))
                : call_tr(c, N_("The account or the password is not right."));
}

void form_login(struct call *c)
{
    const char *half = server_param(call_arena(c), c->request->body, "mig");
    struct login l = {.name = call_field(c, "compte"),
                      .password = call_field(c, "contrasenya"),
                      .half = half,
                      .code = call_field(c, "codi"),
                      .address = person_address(c)};
    struct login_page p = {.name = l.name, .back = way_back(c, call_field(c, "cap"))};
    struct login_done done;
    if (!login_try(c->desk, c->site->guard, &l, &done, &c->err)) {
        call_failed(c);
        return;
    }
    if (done.result == LOGIN_IN) {
        atomic_fetch_add(&c->site->logins, 1);
        /* A session that this browser had before ends: what it holds from now on is new. */
        if (c->who != NULL && !logout(c->desk, c->who, &c->err))
            err_clear(&c->err);
        call_cookie(c, done.secret);
        call_redirect(c, p.back);
        return;
    }
    p.half = done.half;
    if (done.result != LOGIN_CODE) {
        atomic_fetch_add(&c->site->failed_logins, 1);
        site_say(c->site, "%s %s: a login was refused", c->request->id, l.address);
        p.refused = why_not(c, &done, half != NULL);
    }
    if (done.result == LOGIN_WAIT)
        call_header(c, "Retry-After", arena_printf(call_arena(c), "%d", done.wait_seconds));
    write_login(c, &p,
                done.result == LOGIN_WAIT || done.result == LOGIN_BUSY ? 429
                : done.result == LOGIN_CODE                            ? 200
                                                                       : 401);
}

void form_logout(struct call *c)
{
    if (!logout(c->desk, c->who, &c->err)) {
        call_failed(c);
        return;
    }
    call_cookie(c, NULL);
    call_redirect(c, "/entra");
}

/* ------------------------------------------------------------------ one's own account */

static void show_account(struct call *c, const struct form *refused, int status)
{
    struct html *h = &c->html;
    struct form f = {.action = "/compte/contrasenya"}, out = {.action = "/surt"};
    if (refused != NULL)
        f = *refused;
    layout_begin(c, call_tr(c, N_("Account")), "/compte");
    layout_head(c, c->who->name, call_tr(c, role_words(c->who->role)));
    if (strcmp(call_query(c, "fet"), "contrasenya") == 0)
        part_notice(c, true, call_tr(c, N_("Done.")),
                    call_tr(c, N_("You have a new password; your other sessions have ended.")));
    if (c->who->session != NULL) {
        form_open(c, &out, NULL);
        form_close(c, call_tr(c, N_("Log out")), false);
        layout_section(c, "contrasenya", call_tr(c, N_("Change the password")), "");
        form_open(c, &f, "card form");
        /* For password managers: whose password this is. */
        html_open(h, "input");
        html_attr(h, "type", "text");
        html_attr(h, "autocomplete", "username");
        html_attr(h, "value", c->who->name);
        html_attr(h, "hidden", NULL);
        form_field(c, &f,
                   &(struct field){.name = "ara",
                                   .label = N_("Password now"),
                                   .type = "password",
                                   .complete = "current-password",
                                   .most = LIMIT_PASSWORD_BYTES});
        form_field(c, &f,
                   &(struct field){.name = "nova",
                                   .label = N_("New password"),
                                   .type = "password",
                                   .complete = "new-password",
                                   .most = LIMIT_PASSWORD_BYTES,
                                   .help = N_("At least 12 characters; several words are best.")});
        form_close(c, call_tr(c, N_("Change the password")), true);
    } else {
        html_element(
            h, "p",
            call_tr(c, N_("You came in through the single sign-on of your organisation; it also lets you out.")));
    }
    layout_end(c);
    call_page(c, status);
}

void page_account(struct call *c)
{
    if (call_view(c) != NULL)
        show_account(c, NULL, 200);
}

void form_password(struct call *c)
{
    struct login l = {.name = c->who->name, .password = call_field(c, "ara"), .code = "", .address = person_address(c)};
    bool right = false;
    struct form refused = {.action = "/compte/contrasenya", .typed = c->request->body};
    if (call_view(c) == NULL)
        return;
    if (!login_confirm(c->desk, c->site->guard, &l, &right, &c->err)) {
        call_failed(c);
        return;
    }
    if (!right)
        refused.refused = call_tr(c, N_("That is not your password now, or there were too many wrong attempts."));
    else if (account_password(c->desk, c->who->name, call_field(c, "nova"), c->who->session, &c->err))
        call_redirect(c, "/compte?fet=contrasenya");
    else if (c->err.code == ERR_VALUE)
        refused.refused = arena_strdup(call_arena(c), c->err.text);
    else
        call_failed(c);
    if (refused.refused != NULL) {
        err_clear(&c->err);
        show_account(c, &refused, 422);
    }
}

/* ------------------------------------------------------------------ language and colours */

static void keep_choice(struct call *c, const char *name, const char *value)
{
    call_header(c, "Set-Cookie",
                arena_printf(call_arena(c), "%s=%s; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000%s", name, value,
                             c->site->https ? "; Secure" : ""));
}

void form_preferences(struct call *c)
{
    const char *lang = call_field(c, "idioma"), *theme = call_field(c, "tema");
    enum lang chosen;
    if (lang_parse(lang, &chosen))
        keep_choice(c, "idioma", lang_code(chosen));
    if (strcmp(theme, "light") == 0 || strcmp(theme, "dark") == 0 || strcmp(theme, "auto") == 0)
        keep_choice(c, "tema", theme);
    call_redirect(c, way_back(c, call_field(c, "cap")));
}
