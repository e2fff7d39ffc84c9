/* Accounts, for those who look after them. Each form goes through the same function of flow as its command. */
#include <inttypes.h>

#include "web/admin.h"
#include "web/pages.h"

#define PAGE "/administracio/comptes"

static const char *const roles[][2] = {
#define X(name, code, words) {code, words},
    ROLE_LIST(X)
#undef X
};

static const char *comes_by(struct call *c, const struct account *x)
{
    return call_tr(c, x->disabled != INSTANT_NONE     ? N_("disabled")
                      : x->directory                  ? N_("directory")
                      : x->password[0] == '\0'        ? N_("reverse proxy")
                      : x->once_until != INSTANT_NONE ? N_("invited")
                      : x->totp[0] != '\0'            ? N_("password and code")
                                                      : N_("password"));
}

/* ------------------------------------------------------------------ the list */

static void write_new(struct call *c, const struct form *refused)
{
    struct form f = admin_form(refused, PAGE);
    html_raw(&c->html, "<div class=\"folds\">");
    form_fold_open(c, &f, call_tr(c, N_("Invite a person")), true);
    form_field(c, &f,
               &(struct field){.name = "compte",
                               .label = N_("Account"),
                               .type = "text",
                               .most = LIMIT_ACCOUNT_NAME_CHARS,
                               .complete = "off",
                               .help = N_("Lower-case letters, digits and . _ - @, as the person will type it.")});
    form_field(c, &f,
               &(struct field){.name = "rol",
                               .label = N_("Role"),
                               .type = "select",
                               .value = "technician",
                               .choices = roles,
                               .choice_count = ROLE_COUNT});
    prove_field(c, &f);
    form_close(c, call_tr(c, N_("Make the account")), true);
    form_fold_close(c);
    html_raw(&c->html, "</div>");
}

static void write_list(struct call *c, const struct account *all, size_t count)
{
    static const char *const titles[] = {N_("Account"), N_("Role"), N_("Comes in by"), N_("Last seen")};
    list_open(c, call_tr(c, N_("Accounts")), titles, sizeof titles / sizeof *titles);
    for (size_t i = 0; i < count; i++) {
        const struct account *x = &all[i];
        list_row(c);
        list_cell(c, NULL);
        part_link(c, arena_printf(call_arena(c), PAGE "/%" PRId64, x->id),
                  x->disabled != INSTANT_NONE ? "name struck" : "name", x->name);
        list_cell_end(c);
        list_text(c, NULL, call_tr(c, role_words(x->role)));
        list_text(c, titles[2], comes_by(c, x));
        list_instant(c, titles[3], x->seen, "—");
        list_row_end(c);
    }
    list_close(c);
}

static void show_accounts(struct call *c, const struct form *refused, int status)
{
    struct account *all = NULL;
    struct token_record *tokens = NULL;
    size_t count = 0, token_count = 0;
    if (call_view(c) == NULL)
        return;
    if (!account_list(c->desk, &all, &count, &tokens, &token_count, &c->err)) {
        call_failed(c);
        return;
    }
    layout_begin(c, call_tr(c, N_("Accounts")), "/administracio");
    layout_head(c, call_tr(c, N_("Accounts")),
                call_tr(c, N_("Nobody is deleted: the audit trail names them. Who leaves is disabled.")));
    write_new(c, refused);
    write_list(c, all, count);
    layout_end(c);
    call_page(c, status);
}

void page_accounts(struct call *c)
{
    show_accounts(c, NULL, 200);
}

static const char *once_text(struct call *c, const char *name)
{
    return call_text(c,
                     N_("The first password of %s. It works for %d days, and another one must be chosen at the first "
                        "login. Hand it over in person or by telephone."),
                     name, LIMIT_INVITATION_DAYS);
}

void form_invite(struct call *c)
{
    enum role role = ROLE_COUNT;
    const char *password, *name = call_field(c, "compte");
    if (!role_parse(call_field(c, "rol"), &role))
        err_set(&c->err, ERR_VALUE, N_("choose a role"));
    if (role == ROLE_COUNT || !prove_check(c) || !account_invite(c->desk, name, role, &password, &c->err)) {
        admin_done(c, false, PAGE, "", show_accounts);
        return;
    }
    if (call_view(c) != NULL)
        admin_once(c, call_text(c, N_("Account %s"), name), once_text(c, name), &password, 1, PAGE);
}

/* ------------------------------------------------------------------ one account */

static bool change_role(struct call *c, const struct account *x)
{
    enum role role;
    if (!role_parse(call_field(c, "rol"), &role))
        return err_set(&c->err, ERR_VALUE, N_("choose a role"));
    return account_role(c->desk, x->name, role, &c->err);
}

static bool disable(struct call *c, const struct account *x)
{
    return account_disable(c->desk, x->name, true, &c->err);
}

static bool enable(struct call *c, const struct account *x)
{
    return account_disable(c->desk, x->name, false, &c->err);
}

static bool end_sessions(struct call *c, const struct account *x)
{
    const char *own = x->id == c->who->account_id ? c->who->session : NULL;
    return account_logout(c->desk, x->name, NULL, own, &c->err);
}

static bool end_session(struct call *c, const struct account *x)
{
    return account_logout(c->desk, x->name, call_field(c, "sessio"), NULL, &c->err);
}

static bool reset_password(struct call *c, const struct account *x)
{
    const char *password;
    if (x->id == c->who->account_id)
        return err_set(&c->err, ERR_STATE, N_("this is your own account: its password is changed on its own page"));
    if (!account_reset(c->desk, x->name, &password, &c->err))
        return false;
    if (call_view(c) != NULL)
        admin_once(c, call_text(c, N_("Account %s"), x->name), once_text(c, x->name), &password, 1,
                   arena_printf(call_arena(c), PAGE "/%" PRId64, x->id));
    return true;
}

static bool codes_off(struct call *c, const struct account *x)
{
    return account_totp_off(c->desk, x->name, &c->err);
}

static bool revoke_token(struct call *c, const struct account *x)
{
    return account_token_revoke(c->desk, x->name, call_field(c, "nom"), &c->err);
}

static bool may_always(const struct account_whole *w)
{
    return w->account.id > 0;
}
static bool is_disabled(const struct account_whole *w)
{
    return w->account.disabled != INSTANT_NONE;
}
static bool is_enabled(const struct account_whole *w)
{
    return !is_disabled(w);
}
static bool has_password(const struct account_whole *w)
{
    return !w->account.directory;
}
static bool has_codes(const struct account_whole *w)
{
    return w->account.totp[0] != '\0';
}
static bool has_sessions(const struct account_whole *w)
{
    return w->session_count > 0;
}

static const struct account_form {
    const char *what;   /* the last part of its address */
    const char *button; /* opens it; NULL: stands in a list */
    const char *send, *explains;
    const char *done; /* said afterwards; NULL: `run` answers when it went well */
    bool proves;      /* the password is asked for again */
    bool role;
    bool (*applies)(const struct account_whole *w);
    bool (*run)(struct call *c, const struct account *x);
} forms[] = {
    {"rol", N_("Change the role"), N_("Change the role"), NULL, N_("The account has another role."), true, true,
     may_always, change_role},
    {"contrasenya", N_("New first password"), N_("Make a new password"),
     N_("The password of now no longer works, and its sessions end."), NULL, true, false, has_password, reset_password},
    {"codis-fi", N_("Remove one-time codes"), N_("Remove them"),
     N_("When the telephone and the recovery codes are lost: until they are set up again the password is enough."),
     N_("The account has no one-time codes any more."), true, false, has_codes, codes_off},
    {"sessions", N_("End its sessions"), N_("End them"), N_("The person logs in again, everywhere."),
     N_("Its sessions have ended."), false, false, has_sessions, end_sessions},
    {"desactiva", N_("Disable"), N_("Disable the account"),
     N_("Nobody comes in with it any more; its sessions and tokens end."), N_("The account is disabled."), true, false,
     is_enabled, disable},
    {"activa", N_("Enable"), N_("Enable the account"), NULL, N_("The account can log in again."), true, false,
     is_disabled, enable},
    {"sessio-fi", NULL, NULL, NULL, N_("The session has ended."), false, false, may_always, end_session},
    {"token-fi", NULL, NULL, NULL, N_("The token no longer works."), false, false, may_always, revoke_token},
};
#define FORMS (sizeof forms / sizeof *forms)

static const char *form_path(struct call *c, const struct account *x, const char *what)
{
    return arena_printf(call_arena(c), PAGE "/%" PRId64 "/%s", x->id, what);
}

static void write_forms(struct call *c, const struct account_whole *w, const struct form *refused)
{
    html_raw(&c->html, "<div class=\"folds\">");
    for (size_t i = 0; i < FORMS; i++) {
        const struct account_form *k = &forms[i];
        if (k->button == NULL || !k->applies(w))
            continue;
        struct form f = admin_form(refused, form_path(c, &w->account, k->what));
        form_fold_open(c, &f, call_tr(c, k->button), false);
        if (k->explains != NULL)
            html_element(&c->html, "p", call_tr(c, k->explains));
        if (k->role)
            form_field(c, &f,
                       &(struct field){.name = "rol",
                                       .label = N_("Role"),
                                       .type = "select",
                                       .value = role_code(w->account.role),
                                       .choices = roles,
                                       .choice_count = ROLE_COUNT});
        if (k->proves)
            prove_field(c, &f);
        form_close(c, call_tr(c, k->send), true);
        form_fold_close(c);
    }
    html_raw(&c->html, "</div>");
}

static void write_facts(struct call *c, const struct account *x)
{
    struct html *h = &c->html;
    html_raw(h, "<dl class=\"pairs card terms\">");
    html_element(h, "dt", call_tr(c, N_("Comes in by")));
    html_element(h, "dd", comes_by(c, x));
    html_element(h, "dt", call_tr(c, N_("Since")));
    html_open(h, "dd");
    part_instant(c, x->at);
    html_close(h);
    if (x->once_until != INSTANT_NONE) {
        html_element(h, "dt", call_tr(c, N_("First password valid until")));
        html_open(h, "dd");
        part_instant(c, x->once_until);
        html_close(h);
    }
    html_element(h, "dt", call_tr(c, N_("One-time codes")));
    html_element(h, "dd",
                 x->totp[0] == '\0' ? call_tr(c, N_("no"))
                                    : call_text(c, N_("yes, %lld recovery codes left"), (long long)x->recovery_codes));
    html_raw(h, "</dl>");
}

static void show_account(struct call *c, const struct form *refused, int status)
{
    const char *done[FORMS][2];
    struct account_whole w;
    if (call_view(c) == NULL)
        return;
    if (!account_look(c->desk, c->id, NULL, &w, &c->err)) {
        call_failed(c);
        return;
    }
    for (size_t i = 0; i < FORMS; i++) {
        done[i][0] = forms[i].what;
        done[i][1] = forms[i].done == NULL ? "" : forms[i].done;
    }
    layout_begin(c, w.account.name, "/administracio");
    layout_head(c, w.account.name, call_tr(c, role_words(w.account.role)));
    admin_notice(c, (const char *const(*)[2])done, FORMS);
    /* What is refused and has no form on the page (any more): the reason stands alone. */
    bool stands = false;
    for (size_t i = 0; refused != NULL && i < FORMS; i++)
        stands = stands || (forms[i].button != NULL && forms[i].applies(&w) &&
                            strcmp(refused->action, form_path(c, &w.account, forms[i].what)) == 0);
    if (refused != NULL && !stands)
        part_notice(c, false, call_tr(c, N_("Not done:")), refused->refused);
    write_forms(c, &w, refused);
    write_facts(c, &w.account);
    own_sessions(c, &w, form_path(c, &w.account, "sessio-fi"));
    own_tokens(c, &w, form_path(c, &w.account, "token-fi"));
    layout_end(c);
    call_page(c, status);
}

void page_account_of(struct call *c)
{
    show_account(c, NULL, 200);
}

void form_account(struct call *c)
{
    const char *what = call_path_end(c);
    struct account_whole w;
    if (!account_look(c->desk, c->id, NULL, &w, &c->err)) {
        call_failed(c);
        return;
    }
    for (size_t i = 0; i < FORMS; i++) {
        if (strcmp(forms[i].what, what) != 0)
            continue;
        bool ok = (!forms[i].proves || prove_check(c)) && forms[i].run(c, &w.account);
        if (!ok || forms[i].done != NULL)
            admin_done(c, ok, arena_printf(call_arena(c), PAGE "/%" PRId64, w.account.id), what, show_account);
        return;
    }
    call_problem(c, 404, N_("The address is wrong, or what stood here is no longer there."));
}
