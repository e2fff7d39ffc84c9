/* Imports for programs, in two steps as on the page: a file is looked at and waits, and then exactly what was looked at
 * is done, or nothing. */
#include "base/text.h"
#include "web/api.h"

static struct importer importer_of(struct call *c)
{
    return (struct importer){
        .options = &c->site->jobs.options, .who = c->desk->by.who, .day = c->site->fixed_day, .lang = c->lang};
}

bool api_run_import_look(struct call *c, json_t **ret)
{
    struct upload u;
    json_t *changes;
    const struct importer x = importer_of(c);
    if (c->request->body.n == 0)
        return err_set(&c->err, ERR_VALUE, N_("choose a file that has something in it"));
    if (!upload_make(&u, call_arena(c), str_of(call_query(c, "name")), c->request->body, &c->err))
        return false;
    u.account_id = c->who->account_id;
    u.at = c->desk->by.at;
    if (!importer_look(&c->site->uploads, &x, &u, &changes, &c->err)) {
        upload_drop(&u);
        return false;
    }
    *ret = json_pack("{s:s,s:s,s:I,s:s,s:s,s:b,s:o,s:o}", "upload", u.token, "name", u.name, "bytes",
                     (json_int_t)u.bytes, "sha256", u.digest, "plan", u.plan, "needs_reason", (int)u.guarded, "until",
                     instant_json(u.at + LIMIT_WEB_UPLOAD_MINUTES * 60 * INSTANT_PER_SECOND), "changes", changes);
    uploads_put(&c->site->uploads, &u);
    return true;
}

/* It is not done and may be asked for again: the file goes on waiting. */
static bool refuse(struct call *c, struct upload *u, int status, const char *field, const char *what)
{
    uploads_put(&c->site->uploads, u);
    api_problem(c, status, field, what);
    return false;
}

bool api_run_import_apply(struct call *c, json_t **ret)
{
    struct upload u;
    const struct importer x = importer_of(c);
    const char *reason = text_clean(call_arena(c), str_of(call_field(c, "motiu")), false);
    if (!uploads_take(&c->site->uploads, call_field(c, "fitxer"), c->who->account_id, "", c->desk->by.at, &u, &c->err))
        return false;
    if (strcmp(call_field(c, "pla"), u.plan) != 0)
        return refuse(c, &u, 409, "plan", N_("This is not the plan of that file: nothing was done."));
    if (u.guarded && reason[0] == '\0')
        return refuse(c, &u, 422, "reason",
                      N_("So many bodies may only go missing with a reason: say in \"reason\" why it is right."));
    if (importer_do(&c->site->uploads, &x, &u, reason, ret, &c->err)) {
        upload_drop(&u);
        return true;
    }
    if (c->err.code == ERR_STATE || c->err.code == ERR_GUARD) { /* the desk has changed, or another one is being read */
        const char *why = arena_strdup(call_arena(c), c->err.text);
        err_clear(&c->err);
        return refuse(c, &u, 409, "plan", why);
    }
    upload_drop(&u);
    return false;
}
