/* talaia account: who works at the desk. */
#include <sodium.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "cli/commands.h"
#include "flow/account.h"

/* ------------------------------------------------------------------ passwords */

/* One line of standard input, without its end; false when there is none or it is too long. */
static bool read_line(char *out, size_t size)
{
    size_t n = 0;
    int c;
    while ((c = getchar()) != EOF && c != '\n') {
        if (n + 1 >= size)
            return false;
        out[n++] = (char)c;
    }
    out[n] = '\0';
    return c == '\n' || n > 0;
}

/* Asked on the terminal without showing what is typed. */
static bool ask_hidden(struct cli *c, const char *question, char *out, size_t size)
{
    struct termios before, quiet;
    bool terminal = tcgetattr(STDIN_FILENO, &before) == 0;
    if (terminal) {
        fprintf(stderr, "%s ", tr(c->lang, question));
        fflush(stderr);
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    bool ok = read_line(out, size);
    if (terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
    return ok;
}

/* Made here with --generate, typed twice on a terminal, or one line of standard input: never an argument, which others
 * on the machine could see. */
static bool get_password(struct cli *c, char *out, size_t size, struct err *e)
{
    char again[LIMIT_PASSWORD_BYTES + 2];
    if (c->value[OPT_GENERATE] != NULL) {
        password_make(out);
        return true;
    }
    if (!ask_hidden(c, N_("New password:"), out, size))
        return err_set(e, ERR_VALUE,
                       N_("no password was given; type one, give it on standard input, or use --generate"));
    if (!isatty(STDIN_FILENO))
        return true;
    bool same = ask_hidden(c, N_("The same again:"), again, sizeof again) && strcmp(out, again) == 0;
    sodium_memzero(again, sizeof again);
    return same || err_set(e, ERR_VALUE, N_("the two passwords are not the same"));
}

/* What was done, and the password when it was made here. */
static bool done(struct cli *c, struct desk *d, bool ok, const char *format, const char *name, const char *made,
                 struct err *e)
{
    if (ok && c->json) {
        ok = cli_json(made == NULL ? json_pack("{s:s,s:b}", "account", name, "done", 1)
                                   : json_pack("{s:s,s:b,s:s}", "account", name, "done", 1, "password", made),
                      e);
    } else if (ok) {
        cli_say(c, format, name);
        if (made != NULL)
            cli_say(c, N_("Its password, shown this once: %s"), made);
    }
    desk_close(d);
    return ok;
}

static bool read_role(const char *text, enum role *ret, struct err *e)
{
    return role_parse(text, ret) ||
           err_set(e, ERR_USAGE, N_("a role is viewer, technician, head, on-call or administrator, not \"%s\""), text);
}

/* ------------------------------------------------------------------ add, password, role, disable */

static bool run_add(struct cli *c, struct err *e)
{
    struct desk d;
    enum role role;
    char password[LIMIT_PASSWORD_BYTES + 2] = "";
    bool none = c->value[OPT_SSO] != NULL, ok;
    if (!read_role(c->words[1], &role, e) || !cli_open(c, DESK_STORE, &d, e))
        return false;
    ok = (none || get_password(c, password, sizeof password, e)) &&
         account_create(&d, c->words[0], role, none ? NULL : password, e);
    ok = done(c, &d, ok, N_("There is an account %s now."), c->words[0],
              c->value[OPT_GENERATE] != NULL && !none ? password : NULL, e);
    sodium_memzero(password, sizeof password);
    return ok;
}

const struct command command_account_add = {
    .name = "account add",
    .task = TASK_ACCOUNT,
    .usage = N_("NAME ROLE"),
    .summary = N_("a person who may work at the desk in the browser"),
    .more = N_("ROLE is viewer, technician, head (of service), on-call or administrator. The password is asked for, or "
               "read as one line of standard input; it is never an argument. With --sso there is none: the person "
               "comes in through the reverse proxy (web.proxy_header)."),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_GENERATE, OPT_SSO, OPT_END},
    .run = run_add,
};

static bool run_password(struct cli *c, struct err *e)
{
    struct desk d;
    char password[LIMIT_PASSWORD_BYTES + 2] = "";
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = get_password(c, password, sizeof password, e) && account_password(&d, c->words[0], password, NULL, e);
    ok = done(c, &d, ok, N_("%s has a new password; its sessions have ended."), c->words[0],
              c->value[OPT_GENERATE] != NULL ? password : NULL, e);
    sodium_memzero(password, sizeof password);
    return ok;
}

const struct command command_account_password = {
    .name = "account password",
    .task = TASK_ACCOUNT,
    .usage = N_("NAME"),
    .summary = N_("give an account a new password"),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_GENERATE, OPT_END},
    .run = run_password,
};

static bool run_role(struct cli *c, struct err *e)
{
    struct desk d;
    enum role role;
    if (!read_role(c->words[1], &role, e) || !cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = account_role(&d, c->words[0], role, e);
    return done(c, &d, ok, N_("%s has another role now."), c->words[0], NULL, e);
}

const struct command command_account_role = {
    .name = "account role",
    .task = TASK_ACCOUNT,
    .usage = N_("NAME ROLE"),
    .summary = N_("change what an account may do"),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_END},
    .run = run_role,
};

static bool run_disable(struct cli *c, struct err *e)
{
    struct desk d;
    bool disable = c->command == &command_account_disable;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = account_disable(&d, c->words[0], disable, e);
    return done(c, &d, ok, disable ? N_("%s cannot log in any more.") : N_("%s can log in again."), c->words[0], NULL,
                e);
}

const struct command command_account_disable = {
    .name = "account disable",
    .task = TASK_ACCOUNT,
    .usage = N_("NAME"),
    .summary = N_("let nobody in with an account; its sessions and tokens end"),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_END},
    .run = run_disable,
};

const struct command command_account_enable = {
    .name = "account enable",
    .task = TASK_ACCOUNT,
    .usage = N_("NAME"),
    .summary = N_("the contrary"),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_END},
    .run = run_disable,
};

static bool run_logout(struct cli *c, struct err *e)
{
    struct desk d;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = account_logout(&d, c->words[0], NULL, NULL, e);
    return done(c, &d, ok, N_("The sessions of %s have ended."), c->words[0], NULL, e);
}

const struct command command_account_logout = {
    .name = "account logout",
    .task = TASK_ACCOUNT,
    .usage = N_("NAME"),
    .summary = N_("end all sessions of an account: the person logs in again"),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_END},
    .run = run_logout,
};

/* ------------------------------------------------------------------ one-time codes */

static bool run_totp(struct cli *c, struct err *e)
{
    struct desk d;
    struct totp_made made;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    if (c->value[OPT_OFF] != NULL)
        return done(c, &d, account_totp_off(&d, c->words[0], e), N_("%s logs in with its password alone."), c->words[0],
                    NULL, e);
    bool ok = account_totp(&d, c->words[0], &made, e);
    if (ok && c->json) {
        json_t *codes = json_array();
        for (size_t i = 0; i < LIMIT_RECOVERY_CODES; i++)
            json_array_append_new(codes, json_string(made.recovery[i]));
        ok = cli_json(json_pack("{s:s,s:s,s:s,s:o}", "account", c->words[0], "key", made.key, "url", made.url,
                                "recovery_codes", codes),
                      e);
    } else if (ok) {
        cli_say(c, N_("Key for the authenticator, shown this once: %s"), made.key);
        cli_say(c, "%s", made.url);
        cli_say(c, N_("For the day the telephone is lost, each works once:"));
        for (size_t i = 0; i < LIMIT_RECOVERY_CODES; i++)
            printf("  %s\n", made.recovery[i]);
    }
    desk_close(&d);
    return ok;
}

const struct command command_account_totp = {
    .name = "account totp",
    .task = TASK_ACCOUNT,
    .usage = N_("NAME"),
    .summary = N_("ask an account for a one-time code too"),
    .more =
        N_("Prints the key for an authenticator (RFC 6238) and the codes for when the telephone is lost. Done again, "
           "the old key and codes no longer work."),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_OFF, OPT_END},
    .run = run_totp,
};

/* ------------------------------------------------------------------ tokens */

static bool run_token(struct cli *c, struct err *e)
{
    struct desk d;
    enum scope scope = SCOPE_READ;
    day_t until = DAY_NONE;
    const char *token;
    if (c->value[OPT_SCOPE] != NULL && !scope_parse(c->value[OPT_SCOPE], &scope))
        return err_set(e, ERR_USAGE, N_("--scope takes read, write, accounts or calendar, not \"%s\""),
                       c->value[OPT_SCOPE]);
    if (c->value[OPT_UNTIL] != NULL && !cli_day(c->value[OPT_UNTIL], &until))
        return err_set(e, ERR_USAGE, N_("--until takes a day that exists, as YYYY-MM-DD, not \"%s\""),
                       c->value[OPT_UNTIL]);
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = account_token(&d, c->words[0], c->words[1], scope, until, &token, e);
    if (ok && c->json)
        ok = cli_json(json_pack("{s:s,s:s,s:s,s:s,s:o}", "account", c->words[0], "name", c->words[1], "scope",
                                scope_code(scope), "token", token, "until", json_day(until)),
                      e);
    else if (ok)
        cli_say(c, N_("The token, shown this once: %s"), token);
    desk_close(&d);
    return ok;
}

const struct command command_account_token = {
    .name = "account token",
    .task = TASK_ACCOUNT,
    .usage = N_("NAME \"what it is for\""),
    .summary = N_("a token with which a program calls the API in an account's name"),
    .more = N_("With --scope read (the default) it looks; with write it may do all that the account may but accounts, "
               "with accounts those too; with calendar it "
               "is good for the feed of the calendar only."),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_SCOPE, OPT_UNTIL, OPT_END},
    .run = run_token,
};

static bool run_revoke(struct cli *c, struct err *e)
{
    struct desk d;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = account_token_revoke(&d, c->words[0], c->words[1], e);
    return done(c, &d, ok, N_("The token of %s no longer works."), c->words[0], NULL, e);
}

const struct command command_account_revoke = {
    .name = "account revoke",
    .task = TASK_ACCOUNT,
    .usage = N_("NAME \"what it is for\""),
    .summary = N_("end a token"),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_END},
    .run = run_revoke,
};

/* ------------------------------------------------------------------ the list */

static json_t *account_json(const struct account *x, const struct token_record *tokens, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        if (tokens[i].account_id == x->id)
            json_array_append_new(list, json_pack("{s:s,s:s,s:o}", "name", tokens[i].label, "scope",
                                                  scope_code(tokens[i].scope), "until", json_day(tokens[i].until)));
    }
    char at[INSTANT_TEXT_BYTES];
    return json_pack("{s:s,s:s,s:b,s:b,s:i,s:b,s:o,s:o}", "account", x->name, "role", role_code(x->role), "password",
                     x->password[0] != '\0', "totp", x->totp[0] != '\0', "recovery_codes", (int)x->recovery_codes,
                     "disabled", x->disabled != INSTANT_NONE, "seen",
                     x->seen == INSTANT_NONE ? json_null() : json_string(instant_iso(x->seen, at)), "tokens", list);
}

static void account_row(struct cli *c, struct cli_table *t, const struct account *x, size_t tokens)
{
    char at[INSTANT_TEXT_BYTES];
    bool off = x->disabled != INSTANT_NONE;
    cli_cell(t, x->name, off ? "2;9" : NULL);
    cli_cell(t, tr(c->lang, role_words(x->role)), NULL);
    cli_cell(t,
             off                      ? tr(c->lang, N_("disabled"))
             : x->totp[0] != '\0'     ? tr(c->lang, N_("password and code"))
             : x->password[0] != '\0' ? tr(c->lang, N_("password"))
                                      : tr(c->lang, N_("reverse proxy")),
             NULL);
    cli_cellf(t, "%zu", tokens);
    cli_cell(t, x->seen == INSTANT_NONE ? "—" : instant_madrid(x->seen, at), NULL);
}

static bool run_list(struct cli *c, struct err *e)
{
    static const struct cli_column columns[] = {
        {N_("Account"), ALIGN_LEFT, 12, 40},    {N_("Role"), ALIGN_LEFT, 8, 20},
        {N_("Comes in by"), ALIGN_LEFT, 8, 20}, {N_("Tokens"), ALIGN_RIGHT, 6, 8},
        {N_("Last seen"), ALIGN_LEFT, 16, 16},
    };
    struct desk d;
    struct account *all = NULL;
    struct token_record *tokens = NULL;
    size_t count = 0, token_count = 0;
    struct cli_list list = {0};
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = account_list(&d, &all, &count, &tokens, &token_count, e);
    struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; ok && i < count; i++) {
        size_t own = 0;
        for (size_t k = 0; k < token_count; k++)
            own += tokens[k].account_id == all[i].id;
        if (c->json)
            cli_list_add(&list, account_json(&all[i], tokens, token_count));
        else
            account_row(c, t, &all[i], own);
    }
    if (ok && c->json)
        ok = cli_list_end(&list, e);
    else if (ok && count > 0)
        cli_table_print(t);
    else if (ok)
        cli_say(c, N_("There is no account yet. The first one: talaia account add NAME administrator"));
    cli_table_free(t);
    desk_close(&d);
    return ok;
}

const struct command command_account_list = {
    .name = "account list",
    .task = TASK_ACCOUNT,
    .usage = "",
    .summary = N_("the accounts, their roles and tokens"),
    .options = {OPT_END},
    .run = run_list,
};
