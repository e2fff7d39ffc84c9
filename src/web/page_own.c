/* One's own account: password, one-time codes, tokens, sessions, language and colours. */
#include "draw/qr.h"
#include "web/admin.h"
#include "web/pages.h"
#include "web/words.h"

/* ------------------------------------------------------------------ lists, also for administrators */

void own_sessions(struct call *c, const struct account_whole *w, const char *action)
{
    static const char *const titles[] = {N_("From the address"), N_("Since"), N_("Last seen"), N_("Ends at the latest"),
                                         N_("What to do")};
    layout_section(c, "sessions", call_tr(c, N_("Sessions")), "");
    if (w->session_count == 0) {
        part_empty(c, call_tr(c, N_("There is no session")), call_tr(c, N_("Nobody is in with this account now.")));
        return;
    }
    list_open(c, call_tr(c, N_("Sessions")), titles, sizeof titles / sizeof *titles);
    for (size_t i = 0; i < w->session_count; i++) {
        const struct session_record *s = &w->sessions[i];
        bool here = c->who->session != NULL && strcmp(c->who->session, s->hash) == 0;
        list_row(c);
        list_cell(c, titles[0]);
        html_text(&c->html, s->address);
        if (here)
            html_element(&c->html, "small", call_tr(c, N_("this one")));
        list_cell_end(c);
        list_instant(c, titles[1], s->at, "");
        list_instant(c, titles[2], s->seen, "");
        list_instant(c, titles[3], s->until, "");
        list_cell(c, NULL);
        if (!here)
            admin_button(c, action, "sessio", s->hash, call_tr(c, N_("End it")));
        list_cell_end(c);
        list_row_end(c);
    }
    list_close(c);
}

static const char *const scopes[][2] = {
    {"read", N_("only look")},
    {"write", N_("all that the account may, but accounts")},
    {"accounts", N_("all that the account may")},
};

static const char *scope_words(enum scope s)
{
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++) {
        if (strcmp(scopes[i][0], scope_code(s)) == 0)
            return scopes[i][1];
    }
    return N_("only the feed of the calendar");
}

void own_tokens(struct call *c, const struct account_whole *w, const char *action)
{
    static const char *const titles[] = {N_("What it is for"), N_("May"),       N_("Since"),
                                         N_("Last day"),       N_("Last used"), N_("What to do")};
    layout_section(c, "tokens", call_tr(c, N_("Tokens of the API")), "");
    if (w->token_count == 0) {
        part_empty(c, call_tr(c, N_("There is no token")),
                   call_tr(c, N_("With a token a program calls the API in this account's name.")));
        return;
    }
    list_open(c, call_tr(c, N_("Tokens of the API")), titles, sizeof titles / sizeof *titles);
    for (size_t i = 0; i < w->token_count; i++) {
        const struct token_record *t = &w->tokens[i];
        list_row(c);
        list_text(c, NULL, t->label);
        list_text(c, titles[1], call_tr(c, scope_words(t->scope)));
        list_instant(c, titles[2], t->at, "");
        list_text(c, titles[3], words_date(call_arena(c), c->lang, t->until));
        list_instant(c, titles[4], t->used, call_tr(c, N_("never")));
        list_cell(c, NULL);
        admin_button(c, action, "nom", t->label, call_tr(c, N_("Revoke")));
        list_cell_end(c);
        list_row_end(c);
    }
    list_close(c);
}

/* ------------------------------------------------------------------ the page */

static void write_password(struct call *c, const struct form *refused, bool open)
{
    struct html *h = &c->html;
    struct form f = admin_form(refused, "/compte/contrasenya");
    layout_section(c, "contrasenya", call_tr(c, N_("Password")), "");
    if (open)
        form_open(c, &f, "card form");
    else
        form_fold_open(c, &f, call_tr(c, N_("Change the password")), false);
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
    if (!open)
        form_fold_close(c);
}

static void write_codes(struct call *c, const struct account *x, const struct form *refused)
{
    struct html *h = &c->html;
    bool on = x->totp[0] != '\0';
    layout_section(c, "codis", call_tr(c, N_("One-time codes")), "");
    html_element(h, "p",
                 on ? call_text(c, N_("The login asks for a code of the telephone too. %lld recovery codes are left."),
                                (long long)x->recovery_codes)
                    : call_tr(c, N_("The password alone lets you in. With a code of the telephone too, a password "
                                    "that somebody has seen is not enough.")));
    html_raw(h, "<div class=\"folds\">");
    part_link(c, "/compte/codis", "btn", call_tr(c, on ? N_("Set up another telephone") : N_("Set up one-time codes")));
    if (on) {
        struct form again = admin_form(refused, "/compte/recuperacio"), off = admin_form(refused, "/compte/codis-fi");
        form_fold_open(c, &again, call_tr(c, N_("New recovery codes")), false);
        html_element(h, "p", call_tr(c, N_("The old ones no longer work.")));
        prove_field(c, &again);
        form_close(c, call_tr(c, N_("Make new recovery codes")), true);
        form_fold_close(c);
        form_fold_open(c, &off, call_tr(c, N_("Remove one-time codes")), false);
        html_element(h, "p", call_tr(c, N_("The password alone lets you in then.")));
        prove_field(c, &off);
        form_close(c, call_tr(c, N_("Remove them")), true);
        form_fold_close(c);
    }
    html_raw(h, "</div>");
}

static void write_new_token(struct call *c, const struct form *refused)
{
    struct form f = admin_form(refused, "/compte/token");
    html_raw(&c->html, "<div class=\"folds over\">");
    form_fold_open(c, &f, call_tr(c, N_("New token")), false);
    form_field(c, &f,
               &(struct field){.name = "nom",
                               .label = N_("What it is for"),
                               .type = "text",
                               .most = LIMIT_TOKEN_LABEL_CHARS,
                               .complete = "off"});
    form_field(c, &f,
               &(struct field){.name = "abast",
                               .label = N_("It may"),
                               .type = "select",
                               .value = "read",
                               .choices = scopes,
                               .choice_count = sizeof scopes / sizeof *scopes});
    form_field(c, &f,
               &(struct field){.name = "fins",
                               .label = N_("Last day"),
                               .type = "date",
                               .optional = true,
                               .help = N_("Empty: until it is revoked.")});
    prove_field(c, &f);
    form_close(c, call_tr(c, N_("Make the token")), true);
    form_fold_close(c);
    html_raw(&c->html, "</div>");
}

static void show_own(struct call *c, const struct form *refused, int status)
{
    static const char *const done[][2] = {
        {"contrasenya", N_("You have a new password; your other sessions have ended.")},
        {"codis-fi", N_("The password alone lets you in now.")},
        {"sessio-fi", N_("The session has ended.")},
        {"sessions", N_("Your other sessions have ended.")},
        {"token-fi", N_("The token no longer works.")},
    };
    struct account_whole w;
    if (call_view(c) == NULL)
        return;
    if (!account_look(c->desk, c->who->account_id, NULL, &w, &c->err)) {
        call_failed(c);
        return;
    }
    struct form out = {.action = "/surt"};
    layout_begin(c, call_tr(c, N_("Account")), "/compte");
    layout_head_open(c, c->who->name, call_tr(c, role_words(c->who->role)));
    if (c->who->session != NULL) {
        form_open(c, &out, NULL);
        form_close(c, call_tr(c, N_("Log out")), false);
    }
    layout_head_close(c);
    admin_notice(c, done, sizeof done / sizeof *done);
    if (refused != NULL && (strstr(refused->action, "-fi") != NULL || strstr(refused->action, "/sessions") != NULL))
        part_notice(c, false, call_tr(c, N_("Not done:")), refused->refused);
    if (c->who->once)
        part_notice(c, false, call_tr(c, N_("Choose your own password first.")),
                    call_tr(c, N_("The one that you came in with was only for the first time.")));
    else if (c->who->session == NULL)
        html_element(
            &c->html, "p",
            call_tr(c, N_("You came in through the single sign-on of your organisation; it also lets you out.")));
    if (w.account.password[0] != '\0')
        write_password(c, refused, c->who->once);
    if (!c->who->once) {
        if (w.account.password[0] != '\0' || w.account.directory)
            write_codes(c, &w.account, refused);
        own_sessions(c, &w, "/compte/sessio-fi");
        if (w.session_count > 1) {
            html_raw(&c->html, "<div class=\"over\">");
            admin_button(c, "/compte/sessions", NULL, NULL, call_tr(c, N_("End all the others")));
            html_raw(&c->html, "</div>");
        }
        own_tokens(c, &w, "/compte/token-fi");
        write_new_token(c, refused);
        layout_section(c, "aspecte", call_tr(c, N_("Language and colours")), "");
        layout_preferences(c);
    }
    layout_end(c);
    call_page(c, status);
}

void page_account(struct call *c)
{
    show_own(c, NULL, 200);
}

/* ------------------------------------------------------------------ forms */

void form_password(struct call *c)
{
    struct login l = {.name = c->who->name, .password = call_field(c, "ara"), .code = "", .address = call_address(c)};
    bool right = false;
    bool ok = login_confirm(c->desk, c->site->guard, &l, &right, &c->err) &&
              (right || err_set(&c->err, ERR_VALUE,
                                N_("that is not your password now, or there were too many wrong attempts"))) &&
              account_password(c->desk, c->who->name, call_field(c, "nova"), c->who->session, &c->err);
    admin_done(c, ok, "/compte", "contrasenya", show_own);
}

void form_own_session(struct call *c)
{
    bool all = strcmp(c->request->path, "/compte/sessions") == 0;
    bool ok = account_logout(c->desk, c->who->name, all ? NULL : call_field(c, "sessio"), c->who->session, &c->err);
    admin_done(c, ok, "/compte", all ? "sessions" : "sessio-fi", show_own);
}

void form_own_token(struct call *c)
{
    enum scope scope;
    day_t until = DAY_NONE;
    const char *token, *last = call_field(c, "fins");
    bool ok = prove_check(c);
    if (ok && !scope_parse(call_field(c, "abast"), &scope))
        ok = err_set(&c->err, ERR_VALUE, N_("choose what the token may"));
    if (ok && last[0] != '\0')
        ok = form_day(c, last, &until);
    if (!ok || !account_token(c->desk, c->who->name, call_field(c, "nom"), scope, until, &token, &c->err)) {
        admin_done(c, false, "/compte", "", show_own);
        return;
    }
    if (call_view(c) != NULL)
        admin_once(c, call_tr(c, N_("Token of the API")),
                   call_tr(c, N_("The program sends it as: Authorization: Bearer, a blank, and this.")), &token, 1,
                   "/compte");
}

void form_own_token_end(struct call *c)
{
    admin_done(c, account_token_revoke(c->desk, c->who->name, call_field(c, "nom"), &c->err), "/compte", "token-fi",
               show_own);
}

/* ------------------------------------------------------------------ one-time codes */

static void show_recovery(struct call *c, const struct totp_made *made)
{
    if (call_view(c) != NULL)
        admin_once(c, call_tr(c, N_("Recovery codes")),
                   call_tr(c, N_("For the day the telephone is lost: each lets you in once instead of its code. Keep "
                                 "them where the telephone is not.")),
                   made->recovery, LIMIT_RECOVERY_CODES, "/compte");
}

/* In groups of four: it is typed by hand when the picture cannot be taken. */
static const char *key_groups(struct call *c, const char *key)
{
    const char *out = "";
    for (size_t i = 0; key[i] != '\0'; i += 4)
        out = arena_printf(call_arena(c), "%s%s%.4s", out, i == 0 ? "" : " ", key + i);
    return out;
}

/* The key that this page gave before; NULL. A code that was mistyped does not make one begin again. */
static const char *sealed_key(struct call *c)
{
    const char *mine = arena_printf(call_arena(c), "totp %s ", c->who->name);
    const char *text = seal_read(call_arena(c), c->site->guard, call_field(c, "segell"), c->desk->by.at);
    return text != NULL && strncmp(text, mine, strlen(mine)) == 0 ? text + strlen(mine) : NULL;
}

static void show_codes(struct call *c, const struct form *refused, int status)
{
    struct html *h = &c->html;
    struct form f = admin_form(refused, "/compte/codis");
    struct totp_made made;
    struct err ignored = {.lang = c->lang};
    if (call_view(c) == NULL)
        return;
    account_totp_offer(c->desk, c->who->name, refused == NULL ? NULL : sealed_key(c), &made);
    layout_begin(c, call_tr(c, N_("One-time codes")), "/compte");
    layout_head(c, call_tr(c, N_("One-time codes")),
                call_tr(c, N_("With any authenticator on the telephone that takes a QR code or a key.")));
    form_open(c, &f, "card form codes");
    html_element(h, "p", call_tr(c, N_("1. Let the authenticator read this picture, or type the key into it.")));
    if (!qr_svg(h, made.url, call_tr(c, N_("QR code of the key below")), &ignored))
        html_element(h, "p", call_tr(c, N_("The picture cannot be drawn here; the key is enough.")));
    html_raw(h, "<dl class=\"pairs\">");
    html_element(h, "dt", call_tr(c, N_("Key")));
    html_open(h, "dd");
    html_element(h, "code", key_groups(c, made.key));
    html_close(h);
    html_element(h, "dt", call_tr(c, N_("Address")));
    html_open(h, "dd");
    html_element(h, "code", made.url);
    html_close(h);
    html_raw(h, "</dl>");
    form_hidden(c, "segell",
                seal_make(call_arena(c), c->site->guard,
                          arena_printf(call_arena(c), "totp %s %s", c->who->name, made.key), c->desk->by.at));
    f.typed = (struct str){"", 0}; /* an old code is of no use */
    form_field(c, &f,
               &(struct field){.name = "codi",
                               .label = N_("2. The six digits that it shows now"),
                               .type = "text",
                               .complete = "one-time-code",
                               .most = 12,
                               .help = N_("So that nobody is shut out by a key that did not arrive.")});
    prove_field(c, &f);
    form_close(c, call_tr(c, N_("Ask for codes from now on")), true);
    layout_end(c);
    call_page(c, status);
}

void page_codes(struct call *c)
{
    show_codes(c, NULL, 200);
}

void form_codes(struct call *c)
{
    const char *key = sealed_key(c);
    struct totp_made made;
    bool ok = prove_check(c);
    if (ok && key == NULL)
        ok = err_set(&c->err, ERR_VALUE,
                     N_("this page was open too long: here is a new key, take that one and forget the one before"));
    if (ok && account_totp_take(c->desk, c->who->name, key, call_field(c, "codi"), &made, &c->err))
        show_recovery(c, &made);
    else
        admin_done(c, false, "/compte", "", show_codes);
}

void form_recovery(struct call *c)
{
    struct totp_made made;
    if (prove_check(c) && account_recovery(c->desk, c->who->name, &made, &c->err))
        show_recovery(c, &made);
    else
        admin_done(c, false, "/compte", "", show_own);
}

void form_codes_off(struct call *c)
{
    admin_done(c, prove_check(c) && account_totp_off(c->desk, c->who->name, &c->err), "/compte", "codis-fi", show_own);
}
