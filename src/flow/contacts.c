#include "flow/contacts.h"

#include "base/text.h"
#include "core/identity.h"
#include "flow/change.h"

const char *const contact_roles[CONTACT_ROLE_COUNT][2] = {
#define X(code, words) {code, words},
    CONTACT_ROLES(X)
#undef X
};

static bool role_known(const char *role)
{
    for (size_t i = 0; i < CONTACT_ROLE_COUNT; i++) {
        if (strcmp(contact_roles[i][0], role) == 0)
            return true;
    }
    return false;
}

/* What was given, as it is kept. */
static bool take(struct desk *d, const struct contact_given *g, struct contact *c, struct err *e)
{
    struct str email = str_trim(str_of(g->email));
    if (!str_utf8_valid(str_of(g->name)) || !str_utf8_valid(email))
        return err_set(e, ERR_VALUE, N_("the text is not UTF-8"));
    c->name = text_clean(&d->arena, str_of(g->name), false);
    c->email = arena_text(&d->arena, email);
    c->role = g->role[0] == '\0' ? "other" : g->role;
    c->lang = LANG_CA;
    size_t at = str_find(email, '@'); /* a body's mail server has a domain: "maria@ajuntament" is a slip */
    if (email.n == 0)
        return err_set(e, ERR_VALUE, N_("the contact has no e-mail address"));
    if (!email_ok(email) || str_find(str_part(email.p + at, email.n - at), '.') == email.n - at)
        return err_set(e, ERR_VALUE, N_("\"%s\" is not an e-mail address"),
                       text_clean(&d->arena, str_utf8_cut(email, 80), false));
    if (str_utf8_count(str_of(c->name)) > LIMIT_NAME_CHARS)
        return err_set(e, ERR_VALUE, N_("the name has more than %d characters; shorten it"), LIMIT_NAME_CHARS);
    if (!role_known(c->role))
        return err_set(e, ERR_VALUE, N_("a contact is technical, secretary, provider or other"));
    if (g->lang[0] != '\0' && !lang_parse(g->lang, &c->lang))
        return err_set(e, ERR_VALUE, N_("the language is ca, es or en"));
    return true;
}

static const char *shown(struct desk *d, const struct contact *c)
{
    return arena_printf(&d->arena, "%s <%s>, %s, %s", c->name, c->email, c->role, lang_code(c->lang));
}

static bool audit_contact(struct desk *d, struct tx *tx, const char *what, const struct contact *c, const char *detail,
                          bool ok, struct err *e)
{
    const struct body b = {.id = c->body_id};
    return change_finish(d, tx, ok, what, &b, detail, e);
}

/* The contact as it is now, and that nobody has changed it since it was seen. */
static bool find(struct desk *d, struct tx *tx, int64_t id, int64_t expect, struct contact *ret, struct err *e)
{
    bool found;
    if (!contact_find(tx, &d->arena, id, ret, &found, e))
        return false;
    if (!found)
        return err_set(e, ERR_UNKNOWN, N_("there is no contact with the number %lld"), (long long)id);
    return expect < 0 || expect == ret->version ||
           err_set(e, ERR_STATE, N_("somebody has changed this contact meanwhile; look at it and write again"));
}

bool contacts_get(struct desk *d, int64_t id, struct contact *ret, struct err *e)
{
    struct tx tx;
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = find(d, &tx, id, -1, ret, e);
    tx_rollback(&tx);
    return ok;
}

/* How it stands after a change. */
static bool again(struct desk *d, struct tx *tx, int64_t id, struct contact *ret, struct err *e)
{
    return find(d, tx, id, -1, ret, e);
}

static bool find_by_email(struct desk *d, struct tx *tx, int64_t body_id, const char *email, struct contact *ret,
                          bool *ret_found, struct err *e)
{
    struct contact *all;
    size_t count;
    *ret_found = false;
    if (!contacts_every(tx, &d->arena, body_id, true, &all, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(all[i].email, email) == 0) {
            *ret = all[i];
            *ret_found = true;
        }
    }
    return true;
}

bool contacts_add(struct desk *d, const struct body *b, const struct contact_given *g, struct contact *ret,
                  struct err *e)
{
    struct tx tx = {0};
    struct contact c = {.body_id = b->id}, had;
    enum contact_put what;
    bool found;
    if (!take(d, g, &c, e) || !tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok = find_by_email(d, &tx, b->id, c.email, &had, &found, e);
    if (ok && found && had.until == DAY_NONE)
        ok = err_set(e, ERR_STATE, N_("the body has another contact with the address %s; `talaia contacts` shows it"),
                     c.email);
    ok = ok && contact_put(&tx, &d->by, &c, &what, NULL, NULL, e) &&
         find_by_email(d, &tx, b->id, c.email, &had, &found, e);
    if (!audit_contact(d, &tx, "contact-add", &c, shown(d, &c), ok, e))
        return false;
    *ret = had;
    return true;
}

bool contacts_edit(struct desk *d, int64_t id, const struct contact_given *g, int64_t expect, struct contact *ret,
                   struct err *e)
{
    struct tx tx = {0};
    struct contact before, now, c = {.id = id};
    if (!take(d, g, &c, e) || !tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    if (!find(d, &tx, id, expect, &before, e)) {
        tx_rollback(&tx);
        return false;
    }
    c.body_id = before.body_id;
    c.until = before.until;
    const char *detail = arena_printf(&d->arena, "%s → %s", shown(d, &before), shown(d, &c));
    bool ok = contact_edit(&tx, &d->by, &c, e) && again(d, &tx, id, &now, e);
    if (!audit_contact(d, &tx, "contact-edit", &c, detail, ok, e))
        return false;
    *ret = now;
    return true;
}

bool contacts_retire(struct desk *d, int64_t id, const char *reason, int64_t expect, struct contact *ret, struct err *e)
{
    struct tx tx = {0};
    struct contact c = {0}, now;
    const char *text = change_text(d, reason, e);
    if (text == NULL || !tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok = find(d, &tx, id, expect, &c, e) && contact_retire(&tx, &d->by, &c, text, e) && again(d, &tx, id, &now, e);
    if (!audit_contact(d, &tx, "contact-retire", &c, ok ? arena_printf(&d->arena, "%s: %s", c.email, text) : "", ok, e))
        return false;
    *ret = now;
    return true;
}

bool contacts_list(struct desk *d, struct arena *a, int64_t body_id, bool retired, struct contact_list *ret,
                   struct err *e)
{
    struct tx tx;
    struct contact_list list = {0};
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = bodies_load(&tx, a, &d->files.profile, d->by.day, &list.bodies, e) &&
              contacts_every(&tx, a, body_id, retired, &list.items, &list.count, e);
    tx_rollback(&tx);
    if (ok)
        *ret = list;
    return ok;
}
