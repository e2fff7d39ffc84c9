/* Intake: what is known of an integration. Whose it is: onboard_body.c; its documents: onboard_file.c. */
#include "base/text.h"
#include "flow/onboard_run.h"
#include "record/audit.h"
#include "ticket/ticket.h"

/* ------------------------------------------------------------------ a new one */

static bool is_fp(struct str fp)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";
    if (fp.n == 0 || fp.n > 40 || fp.p[0] == '.' || fp.p[0] == '-')
        return false;
    for (size_t i = 0; i < fp.n; i++) {
        if (fp.p[i] == '\0' || strchr(allowed, fp.p[i]) == NULL)
            return false;
    }
    return true;
}

/* A line that somebody typed, clean and not endless; NULL stays what it was. */
bool onboard_take_line(struct desk *d, const char *text, const char **to, struct err *e)
{
    if (text == NULL)
        return true;
    if (!str_utf8_valid(str_of(text)) || str_utf8_count(str_of(text)) > LIMIT_NAME_CHARS)
        return err_set(e, ERR_VALUE, N_("the text has more than %d characters; shorten it"), LIMIT_NAME_CHARS);
    *to = text_clean(&d->arena, str_of(text), false);
    return true;
}

bool onboard_take_email(struct desk *d, const char *text, const char **to, struct err *e)
{
    const char *clean = *to;
    if (!onboard_take_line(d, text, &clean, e))
        return false;
    if (text != NULL && clean[0] != '\0' && !email_ok(str_of(clean)))
        return err_set(e, ERR_VALUE, N_("'%s' is not an e-mail address"), clean);
    *to = clean;
    return true;
}

static bool take_nif(struct desk *d, const char *text, const char **to, struct err *e)
{
    char *nif = arena_alloc(&d->arena, NIF_BYTES, 1);
    if (text == NULL)
        return true;
    if (text[0] != '\0' && nif_parse(str_of(text), nif) != NIF_CIF)
        return err_set(e, ERR_VALUE, N_("'%s' is not the NIF of an organisation"), text);
    *to = nif;
    return true;
}

static bool fill(struct desk *d, const struct onboard_new *n, struct integration *x, struct err *e)
{
    char *uid = arena_alloc(&d->arena, TICKET_UID_BYTES, 1);
    *x = (struct integration){.fp = n->fp == NULL ? "" : arena_text(&d->arena, str_trim(str_of(n->fp))),
                              .company = "",
                              .company_nif = "",
                              .contact = "",
                              .email = "",
                              .ticket = "",
                              .authority = "",
                              .lang = n->lang,
                              .ticket_uid = ticket_uid_make(uid)};
    if (!is_fp(str_of(x->fp)))
        return err_set(e, ERR_VALUE,
                       N_("'%s' is not the number of a request: letters, digits, \"-\" and \".\", such as FP-2031"),
                       x->fp);
    return onboard_take_line(d, n->company, &x->company, e) && take_nif(d, n->company_nif, &x->company_nif, e) &&
           onboard_take_line(d, n->contact, &x->contact, e) && onboard_take_email(d, n->email, &x->email, e) &&
           onboard_take_line(d, n->ticket, &x->ticket, e);
}

/* Its ticket: summary, a line end, what it is about. */
static const char *ticket_text(struct desk *d, const struct integration *x)
{
    enum lang lang = d->files.profile.language;
    return arena_printf(&d->arena, "HESTIA - %s - %s %s\n%s: %s (%s)\n%s: %s\nFP: %s", x->name,
                        tr(lang, N_("Integration")), x->fp, tr(lang, N_("Body")), x->name, x->ine10,
                        tr(lang, N_("Company")), x->company[0] == '\0' ? "-" : x->company, x->fp);
}

/* Folders are named by it, and shares do not tell "FP-1" from "fp-1". */
static bool is_free(struct onboarding *o, const char *fp, struct err *e)
{
    struct integration *all;
    size_t count = 0;
    if (!integrations_load(o->tx, o->arena, 0, &all, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (str_is_nocase(str_of(all[i].fp), fp))
            return err_set(e, ERR_STATE, N_("there is an integration with the request %s already: %s"), all[i].fp,
                           all[i].name);
    }
    return true;
}

bool onboard_open(struct desk *d, const struct onboard_new *n, struct integration *ret, const char **ret_remark,
                  struct err *e)
{
    struct tx tx = {0};
    struct integration x;
    struct onboard_body b;
    const char *remark = "";
    bool found = false;
    struct onboarding o = {.desk = d, .tx = &tx, .arena = &d->arena, .reason = ""};
    if (!fill(d, n, &x, e))
        return false;
    bool ok = tx_begin(d->store, TX_WRITE, &tx, e) && is_free(&o, x.fp, e) &&
              onboard_body_named(d, &tx, n->body, &b, &remark, e);
    if (ok) {
        x.ine10 = b.ine10;
        x.name = b.name;
        x.nif = b.nif;
        x.body_id = b.body_id;
        ok = integration_add(&tx, &d->by, &x, &x.id, e) && integration_get(&tx, o.arena, x.id, &o.x, &found, e) &&
             (x.ticket[0] != '\0' ||
              ticket_job_add_integration(&tx, &d->by, x.id, TICKET_JOB_CREATE, ticket_text(d, &x), e)) &&
             audit_add(&tx, &d->by, "integration-open", x.body_id, arena_printf(o.arena, "%s %s", x.fp, x.name), e) &&
             tx_commit(&tx, e);
    }
    tx_rollback(&tx);
    if (!ok)
        return false;
    *ret = o.x;
    /* What the list says follows at once; what is in the way of it is told, and the integration is there. */
    struct err why = {.lang = e->lang};
    const struct onboard_deed look = {.id = x.id, .event = INTEGRATION_EVENT_ELIGIBLE};
    if (!onboard_move(d, &look, ret, &why))
        remark = arena_printf(o.arena, "%s%s%s", remark, remark[0] == '\0' ? "" : ". ", why.text);
    if (ret_remark != NULL)
        *ret_remark = remark;
    return true;
}

/* ------------------------------------------------------------------ changes */

/* Changed by `change`, kept and noted as `event`. A change of what was verified goes
 * through RECEIVE, so that the state says that it must be looked at again. */
bool onboard_change_it(struct desk *d, int64_t id, const char *event, const char *detail, bool receives,
                       bool (*change)(struct onboarding *o, void *context, struct err *e), void *context,
                       struct integration *ret, struct err *e)
{
    struct tx tx = {0};
    struct onboarding o = {.desk = d, .tx = &tx, .arena = &d->arena, .reason = ""};
    const struct integration_move *m = NULL;
    /* Who changes it at this moment is waited for: a document that was checked for minutes does not fail by it. */
    bool ok = tx_begin(d->store, TX_WRITE, &tx, e) && tx_lock(&tx, "integration", e) && onboarding_load(&o, id, e);
    if (ok && receives) {
        m = integration_next(o.x.state, INTEGRATION_EVENT_RECEIVE);
        ok =
            m != NULL || err_set(e, ERR_STATE,
                                 N_("%s (%s) is in the state \"%s\": nothing can be changed there; take it back first"),
                                 o.x.fp, o.x.name, tr(d->lang, integration_state_words(o.x.state)));
    }
    ok = ok && change(&o, context, e);
    if (ok && m != NULL)
        onboarding_enter(&o, m);
    ok = ok && integration_put(&tx, &o.x, e) && (m == NULL || onboarding_tell(&o, m, e)) &&
         onboarding_note(&o, event, detail, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    if (ok)
        *ret = o.x;
    return ok;
}

bool onboard_as_seen(const struct onboarding *o, int64_t expect, struct err *e)
{
    return expect == 0 || expect == o->x.version ||
           err_set(e, ERR_STATE, N_("somebody has changed the integration %s meanwhile; look at it again"), o->x.fp);
}

static bool edit(struct onboarding *o, void *context, struct err *e)
{
    const struct onboard_edit *w = context;
    struct integration *x = &o->x;
    if (w->lang != NULL)
        x->lang = *w->lang;
    if (!integration_state_in_force(x->state)) { /* what is in force was confirmed, and is not given anew by this */
        x->confirmed = INSTANT_NONE;
        x->confirmed_who = "";
    }
    return onboard_as_seen(o, w->expect, e) && onboard_take_line(o->desk, w->company, &x->company, e) &&
           take_nif(o->desk, w->company_nif, &x->company_nif, e) &&
           onboard_take_line(o->desk, w->contact, &x->contact, e) &&
           onboard_take_email(o->desk, w->email, &x->email, e) &&
           onboard_take_line(o->desk, w->authority, &x->authority, e);
}

bool onboard_change(struct desk *d, int64_t id, const struct onboard_edit *w, struct integration *ret, struct err *e)
{
    const char *detail = w->authority != NULL ? w->authority : w->email != NULL ? w->email : "";
    struct onboard_edit copy = *w;
    return onboard_change_it(d, id, "edit",
                             text_clean(&d->arena, str_utf8_cut(str_of(detail), LIMIT_NOTE_CHARS), false), true, edit,
                             &copy, ret, e);
}
