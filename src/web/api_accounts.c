/* Accounts for programs: each call goes through the same function of flow as the form and the command. */
#include "flow/account.h"
#include "web/api.h"

json_t *resource_account(struct call *c)
{
    struct account_whole w;
    return account_look(c->desk, c->id, NULL, &w, &c->err) ? account_json(&w.account) : NULL;
}

void api_account(struct call *c)
{
    json_t *value = api_begin(c) ? resource_account(c) : NULL;
    if (value != NULL)
        api_send(c, value);
    else if (c->err.code != ERR_NONE)
        call_failed(c);
}

static int by_id(const void *a, const void *b)
{
    const struct account *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

void api_accounts(struct call *c)
{
    struct api_page p;
    struct account *all;
    struct token_record *tokens;
    size_t count = 0, token_count = 0;
    if (!account_list(c->desk, &all, &count, &tokens, &token_count, &c->err)) {
        call_failed(c);
        return;
    }
    if (!api_page_begin(c, &p))
        return;
    if (count > 1)
        qsort(all, count, sizeof *all, by_id);
    for (size_t i = 0; i < count && !p.more; i++) {
        if (api_page_wants(&p, all[i].id, false))
            api_page_add(&p, account_json(&all[i]));
    }
    api_page_end(c, &p, NULL);
}

/* With the password that is shown this once. */
static bool with_password(struct call *c, const char *name, const char *password, json_t **ret)
{
    struct account_whole w;
    if (!account_look(c->desk, 0, name, &w, &c->err))
        return false;
    *ret = json_pack("{s:o,s:s}", "account", account_json(&w.account), "password", password);
    return true;
}

bool api_run_account_add(struct call *c, json_t **ret)
{
    enum role role = ROLE_VIEWER;
    const char *password, *name = call_field(c, "compte");
    return role_parse(call_field(c, "rol"), &role) && account_invite(c->desk, name, role, &password, &c->err) &&
           with_password(c, name, password, ret);
}

static bool give_role(struct call *c, const struct account *x, json_t **ret)
{
    enum role role = ROLE_VIEWER;
    (void)ret;
    return role_parse(call_field(c, "rol"), &role) && account_role(c->desk, x->name, role, &c->err);
}

static bool disable(struct call *c, const struct account *x, json_t **ret)
{
    (void)ret;
    return account_disable(c->desk, x->name, true, &c->err);
}

static bool enable(struct call *c, const struct account *x, json_t **ret)
{
    (void)ret;
    return account_disable(c->desk, x->name, false, &c->err);
}

static bool reset(struct call *c, const struct account *x, json_t **ret)
{
    const char *password;
    if (x->id == c->who->account_id)
        return err_set(&c->err, ERR_STATE, N_("this is your own account: its password is changed on its own page"));
    return account_reset(c->desk, x->name, &password, &c->err) && with_password(c, x->name, password, ret);
}

/* By the last part of the call's address. */
bool api_run_account(struct call *c, json_t **ret)
{
    static const struct {
        const char *what;
        bool (*run)(struct call *c, const struct account *x, json_t **ret);
    } deeds[] = {{"role", give_role}, {"disable", disable}, {"enable", enable}, {"reset", reset}};
    const char *last = strrchr(c->route->pattern, '/') + 1;
    struct account_whole w;
    if (!account_look(c->desk, c->id, NULL, &w, &c->err))
        return false;
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++) {
        if (strcmp(deeds[i].what, last) == 0)
            return deeds[i].run(c, &w.account, ret);
    }
    return false;
}
