/* talaia contacts, contact add|edit|retire: who is written to. */
#include "cli/commands.h"
#include "flow/change.h"
#include "flow/contacts.h"

static const char *role_words(enum lang lang, const char *code)
{
    for (size_t i = 0; i < CONTACT_ROLE_COUNT; i++) {
        if (strcmp(contact_roles[i][0], code) == 0)
            return tr(lang, contact_roles[i][1]);
    }
    return code;
}

static json_t *contact_json(const struct contact *x, const struct body *b)
{
    return json_pack("{s:I,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:b,s:o,s:o}", "id", (json_int_t)x->id, "body",
                     b == NULL ? "" : b->description, "name", b == NULL ? "" : b->name, "contact", x->name, "email",
                     x->email, "role", x->role, "language", lang_code(x->lang), "bounced", json_day(x->bounced),
                     "bounce_reason", json_text(x->bounce_reason), "takes_no_mail", (int)x->lasting, "since",
                     json_day(x->since), "retired", json_day(x->until));
}

static bool is_missing(const struct body *b)
{
    return (b->flags & BODY_NO_CONTACT) != 0 && b->excluded == NULL && b->vanished == DAY_NONE;
}

static void print_missing(struct cli *c, const struct contact_list *l, json_t *list)
{
    static const struct cli_column columns[] = {{N_("Body"), ALIGN_LEFT, 16, 60}, {N_("INE10"), ALIGN_LEFT, 10, 10}};
    struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < l->bodies.count; i++) {
        const struct body *b = &l->bodies.items[i];
        if (!is_missing(b))
            continue;
        c->findings++;
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:o}", "body", b->description, "name", b->name, "ine10", json_text(b->ine10)));
        cli_cell(t, b->name, NULL);
        cli_cell(t, b->ine10, NULL);
    }
    if (!c->json && json_array_size(list) > 0)
        cli_table_print(t);
    else if (!c->json)
        cli_say(c, N_("Every body has somebody to write to."));
    cli_table_free(t);
}

static void print_contacts(struct cli *c, const struct contact_list *l, json_t *list)
{
    static const struct cli_column columns[] = {
        {N_("Number"), ALIGN_RIGHT, 4, 8},  {N_("Body"), ALIGN_LEFT, 14, 26}, {N_("Name"), ALIGN_LEFT, 8, 20},
        {N_("E-mail"), ALIGN_LEFT, 32, 34}, {N_("Role"), ALIGN_LEFT, 8, 20},  {N_("Language"), ALIGN_LEFT, 2, 4},
        {N_("Remark"), ALIGN_LEFT, 6, 40},
    };
    struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < l->count; i++) {
        const struct contact *x = &l->items[i];
        const struct body *b = bodies_by_id(&l->bodies, x->body_id);
        char day[DAY_TEXT_BYTES];
        json_array_append_new(list, contact_json(x, b));
        cli_cellf(t, "%lld", (long long)x->id);
        cli_cell(t, b == NULL ? "" : b->name, NULL);
        cli_cell(t, x->name, NULL);
        cli_cell(t, x->email, NULL);
        cli_cell(t, role_words(c->lang, x->role), NULL);
        cli_cell(t, lang_code(x->lang), NULL);
        if (x->until != DAY_NONE)
            cli_cellf(t, tr(c->lang, N_("retired %s")), day_dmy(x->until, day));
        else if (x->bounced != DAY_NONE)
            cli_cellf(t, tr(c->lang, N_("came back %s: %s")), day_dmy(x->bounced, day), x->bounce_reason);
        else
            cli_cell(t, "", NULL);
    }
    if (!c->json && l->count > 0)
        cli_table_print(t);
    else if (!c->json)
        cli_say(c, N_("There is no contact."));
    cli_table_free(t);
}

static bool print_history(struct cli *c, struct desk *d, int64_t body_id, json_t *list, struct err *e)
{
    struct tx tx;
    struct contact_change *all;
    size_t count = 0;
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = contact_history(&tx, &c->arena, 0, body_id, LIMIT_WEB_HISTORY, &all, &count, e);
    tx_rollback(&tx);
    for (size_t i = 0; ok && i < count; i++) {
        const struct contact_change *x = &all[i];
        char when[INSTANT_TEXT_BYTES];
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "at", instant_iso(x->at, when), "who", x->who,
                            "what", x->what, "contact", x->name, "email", x->email, "role", x->role, "language",
                            lang_code(x->lang), "reason", x->reason, "date", instant_madrid(x->at, when)));
        if (!c->json)
            printf("%s  %s  %s  %s <%s>  %s\n", instant_madrid(x->at, when), x->who, tr(c->lang, x->what), x->name,
                   x->email, x->reason);
    }
    if (ok && count == 0 && !c->json)
        cli_say(c, N_("Nothing has been changed since the history is kept."));
    return ok;
}

static bool run_contacts(struct cli *c, struct err *e)
{
    struct desk d;
    const struct body *only = NULL;
    struct contact_list l;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    json_t *list = json_array();
    bool ok = (c->word_count == 0 || change_find_body(&d, c->words[0], &only, e)) &&
              contacts_list(&d, &c->arena, only == NULL ? 0 : only->id, c->value[OPT_RETIRED] != NULL, &l, e);
    if (ok && c->value[OPT_HISTORY] != NULL)
        ok = only != NULL ? print_history(c, &d, only->id, list, e)
                          : err_set(e, ERR_USAGE, N_("--history is of one body: name it"));
    else if (ok && c->value[OPT_MISSING] != NULL)
        print_missing(c, &l, list);
    else if (ok)
        print_contacts(c, &l, list);
    if (ok && c->json)
        ok = cli_json(json_incref(list), e);
    json_decref(list);
    desk_close(&d);
    return ok;
}

const struct command command_contacts = {
    .name = "contacts",
    .task = TASK_LOOK,
    .usage = N_("[BODY]"),
    .summary = N_("who is written to; with --missing the bodies that nobody can be written to"),
    .max_words = 1,
    .options = {OPT_RETIRED, OPT_MISSING, OPT_HISTORY, OPT_END},
    .run = run_contacts,
};

/* ------------------------------------------------------------------ changing */

static bool done(struct cli *c, struct desk *d, bool ok, const char *format, const struct contact *x, struct err *e)
{
    if (ok && c->json)
        ok = cli_json(contact_json(x, NULL), e);
    else if (ok)
        cli_say(c, format, x->email);
    desk_close(d);
    return ok;
}

static struct contact_given given(const struct cli *c, const struct contact *was)
{
    return (struct contact_given){
        .name = c->value[OPT_NAME] != NULL ? c->value[OPT_NAME] : was->name,
        .email = c->value[OPT_EMAIL] != NULL ? c->value[OPT_EMAIL] : was->email,
        .role = c->value[OPT_ROLE] != NULL ? c->value[OPT_ROLE] : was->role,
        .lang = c->value[OPT_LANGUAGE] != NULL ? c->value[OPT_LANGUAGE] : lang_code(was->lang),
    };
}

static bool run_contact_add(struct cli *c, struct err *e)
{
    struct desk d;
    const struct body *b;
    struct contact x = {0};
    const struct contact blank = {.name = "", .email = c->words[1], .role = "", .lang = LANG_CA};
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    const struct contact_given g = given(c, &blank);
    bool ok = change_find_body(&d, c->words[0], &b, e) && contacts_add(&d, b, &g, &x, e);
    return done(c, &d, ok, N_("%s is written to from now on."), &x, e);
}

const struct command command_contact_add = {
    .name = "contact add",
    .task = TASK_NOTE,
    .usage = N_("BODY ADDRESS"),
    .summary = N_("somebody to write to; many at once come with `talaia import`"),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_NAME, OPT_ROLE, OPT_LANGUAGE, OPT_END},
    .run = run_contact_add,
};

/* NUMBER of `talaia contacts`. */
static bool open_on_contact(struct cli *c, struct desk *d, struct contact *ret, struct err *e)
{
    int64_t id;
    if (!str_to_int64(str_of(c->words[0]), 1, INT64_MAX, &id))
        return err_set(e, ERR_USAGE, N_("\"%s\" is no number of `talaia contacts`"), c->words[0]);
    if (!cli_open(c, DESK_STORE, d, e))
        return false;
    if (contacts_get(d, id, ret, e))
        return true;
    desk_close(d);
    return false;
}

static bool run_contact_edit(struct cli *c, struct err *e)
{
    struct desk d;
    struct contact x;
    if (!open_on_contact(c, &d, &x, e))
        return false;
    const struct contact_given g = given(c, &x);
    bool ok = contacts_edit(&d, x.id, &g, x.version, &x, e);
    return done(c, &d, ok, N_("%s is kept as you say."), &x, e);
}

const struct command command_contact_edit = {
    .name = "contact edit",
    .task = TASK_NOTE,
    .usage = N_("NUMBER"),
    .summary = N_("change a contact; its history stays, and it is a recipient again"),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_NAME, OPT_EMAIL, OPT_ROLE, OPT_LANGUAGE, OPT_END},
    .run = run_contact_edit,
};

static bool run_contact_retire(struct cli *c, struct err *e)
{
    struct desk d;
    struct contact x;
    if (!open_on_contact(c, &d, &x, e))
        return false;
    bool ok = contacts_retire(&d, x.id, c->words[1], x.version, &x, e);
    return done(c, &d, ok, N_("%s is not written to any more."), &x, e);
}

const struct command command_contact_retire = {
    .name = "contact retire",
    .task = TASK_NOTE,
    .usage = N_("NUMBER \"reason\""),
    .summary = N_("no longer written to; nothing is deleted"),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_END},
    .run = run_contact_retire,
};
