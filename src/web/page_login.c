/* The way in and out, language and colours. */
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
        return call_wait(c, d->wait_seconds);
    if (d->result == LOGIN_LATE)
        return call_tr(c, N_("This first password is no longer valid: ask an administrator for a new one."));
    if (d->result == LOGIN_NO_ROLE)
        return call_tr(c, N_("You are known to the directory, and in no group that gives a role at this desk. Ask an "
                             "administrator."));
    if (d->result == LOGIN_DIRECTORY)
        return call_tr(c, N_("The directory of your organisation does not answer, so it is not known whether the "
                             "password is right. Try again later; accounts with a password of this desk still come "
                             "in. An administrator finds the reason in the log."));
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
                      .address = call_address(c)};
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
        site_say(c->site, "%s %s: a login was refused%s%s", c->request->id, l.address,
                 done.result == LOGIN_DIRECTORY ? ": " : "", done.result == LOGIN_DIRECTORY ? done.why : "");
        p.refused = why_not(c, &done, half != NULL);
    }
    if (done.result == LOGIN_WAIT)
        call_header(c, "Retry-After", arena_printf(call_arena(c), "%d", done.wait_seconds));
    write_login(c, &p,
                done.result == LOGIN_WAIT || done.result == LOGIN_BUSY ? 429
                : done.result == LOGIN_DIRECTORY                       ? 503
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
