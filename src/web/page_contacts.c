/* Administració, Contactes: who is written to. First the bodies that nobody can be written to and the addresses that
 * take no mail, because they are work to do; then everybody, and one contact with its history. */
#include <inttypes.h>

#include "base/text.h"
#include "flow/change.h"
#include "flow/contacts.h"
#include "web/pages_data.h"
#include "web/routes.h"
#include "web/words.h"

#define CONTACTS_PLACE "/administracio/contactes"

static const char *const langs[][2] = {{"ca", "català"}, {"es", "castellano"}, {"en", "English"}};

static const char *contact_path(struct call *c, int64_t id)
{
    return arena_printf(call_arena(c), CONTACTS_PLACE "/%" PRId64, id);
}

/* ------------------------------------------------------------------ forms */

static void write_fields(struct call *c, const struct form *f, const struct contact *was)
{
    form_field(c, f,
               &(struct field){.name = "nom",
                               .label = N_("Name"),
                               .type = "text",
                               .value = was->name,
                               .optional = true,
                               .most = LIMIT_NAME_CHARS});
    form_field(
        c, f,
        &(struct field){
            .name = "correu", .label = N_("E-mail"), .type = "email", .value = was->email, .most = LIMIT_EMAIL_BYTES});
    html_raw(&c->html, "<div class=\"row fields\">");
    form_field(c, f,
               &(struct field){.name = "rol",
                               .label = N_("Role"),
                               .type = "select",
                               .value = was->role,
                               .help = N_("Warnings go to technical contacts first, in their language."),
                               .choices = contact_roles,
                               .choice_count = CONTACT_ROLE_COUNT});
    form_field(c, f,
               &(struct field){.name = "llengua",
                               .label = N_("Language"),
                               .type = "select",
                               .value = lang_code(was->lang),
                               .choices = langs,
                               .choice_count = LANG_COUNT});
    html_raw(&c->html, "</div>");
}

/* The form that adds one: to that body, or to the one that is written in it. */
void contact_add_form(struct call *c, const struct form *refused, const struct body *b, bool primary)
{
    static const struct contact blank = {.name = "", .email = "", .role = "technical", .lang = LANG_CA};
    struct form f = {.action = CONTACTS_PLACE "/afegeix"};
    if (refused != NULL && strcmp(refused->action, f.action) == 0)
        f = *refused;
    form_fold_open(c, &f, call_tr(c, N_("Add a contact")), primary);
    if (b != NULL)
        form_hidden(c, "ens", arena_printf(call_arena(c), "%" PRId64, b->id));
    else
        form_field(c, &f,
                   &(struct field){.name = "ens",
                                   .label = N_("Body"),
                                   .type = "text",
                                   .value = call_query(c, "ens"),
                                   .help = N_("Its name, or its INE10 code."),
                                   .most = LIMIT_NAME_CHARS});
    write_fields(c, &f, &blank);
    form_close(c, call_tr(c, N_("Add the contact")), true);
    form_fold_close(c);
}

/* ------------------------------------------------------------------ the list */

enum shown { SHOWN_ALL, SHOWN_MISSING, SHOWN_BOUNCED, SHOWN_RETIRED, SHOWN_COUNT };
static const struct {
    const char *code, *words;
} chips[SHOWN_COUNT] = {
    [SHOWN_ALL] = {"", N_("In use")},
    [SHOWN_MISSING] = {"falten", N_("Bodies without a contact")},
    [SHOWN_BOUNCED] = {"tornats", N_("Mail came back")},
    [SHOWN_RETIRED] = {"retirats", N_("Retired")},
};

struct contacts_page {
    const struct view *v;
    struct contact_list list;
    const struct body **missing;
    size_t missing_count, count[SHOWN_COUNT];
    enum shown shown;
    const char *q, *folded;
};

static bool belongs(const struct contact *x, enum shown shown)
{
    switch (shown) {
    case SHOWN_BOUNCED: return x->until == DAY_NONE && x->bounced != DAY_NONE;
    case SHOWN_RETIRED: return x->until != DAY_NONE;
    case SHOWN_ALL: return x->until == DAY_NONE;
    case SHOWN_MISSING:
    case SHOWN_COUNT: break;
    }
    return false;
}

static bool load(struct call *c, struct contacts_page *p)
{
    struct arena *a = call_arena(c);
    if (!contacts_list(c->desk, a, 0, true, &p->list, &c->err))
        return false;
    p->missing = arena_array(a, const struct body *, p->list.bodies.count + 1);
    for (size_t i = 0; i < p->v->bodies.count; i++) { /* the most urgent first */
        const struct body *b = p->v->sorted[i]->body;
        if ((b->flags & BODY_NO_CONTACT) != 0 && b->excluded == NULL && b->vanished == DAY_NONE)
            p->missing[p->missing_count++] = b;
    }
    p->count[SHOWN_MISSING] = p->missing_count;
    for (size_t i = 0; i < p->list.count; i++) {
        for (int s = 0; s < SHOWN_COUNT; s++)
            p->count[s] += belongs(&p->list.items[i], (enum shown)s);
    }
    const char *code = call_query(c, "mostra");
    for (int s = 0; s < SHOWN_COUNT; s++) {
        if (strcmp(chips[s].code, code) == 0)
            p->shown = (enum shown)s;
    }
    p->q = arena_text(a, str_utf8_cut(str_of(call_query(c, "q")), LIMIT_WEB_FILTER_CHARS));
    p->folded = text_fold(a, str_of(p->q));
    return true;
}

static void write_chips(struct call *c, const struct contacts_page *p)
{
    struct html *h = &c->html;
    html_raw(h, "<ul class=\"plain chips\">");
    for (int s = 0; s < SHOWN_COUNT; s++) {
        html_raw(h, "<li>");
        html_open(h, "a");
        html_attr(h, "href",
                  chips[s].code[0] == '\0' ? CONTACTS_PLACE
                                           : arena_printf(call_arena(c), CONTACTS_PLACE "?mostra=%s", chips[s].code));
        if (p->shown == (enum shown)s)
            html_attr(h, "aria-current", "true");
        html_text(h, call_tr(c, chips[s].words));
        html_raw(h, " <span class=\"n\">");
        html_text_int(h, (long)p->count[s]);
        html_raw(h, "</span>");
        html_close(h);
        html_raw(h, "</li>");
    }
    html_raw(h, "</ul>");
}

static void write_filter(struct call *c, const struct contacts_page *p)
{
    struct html *h = &c->html;
    html_raw(h, "<form class=\"filter\" method=\"get\" action=\"" CONTACTS_PLACE "\" role=\"search\">");
    html_open(h, "label");
    html_attr(h, "for", "q");
    html_attr(h, "class", "hide");
    html_text(h, call_tr(c, N_("Search contacts")));
    html_close(h);
    html_open(h, "input");
    html_attr(h, "id", "q");
    html_attr(h, "name", "q");
    html_attr(h, "type", "search");
    html_attr(h, "value", p->q);
    html_attr(h, "placeholder", call_tr(c, N_("body, name or address")));
    if (p->shown != SHOWN_ALL)
        form_hidden(c, "mostra", chips[p->shown].code);
    html_open(h, "button");
    html_attr(h, "class", "btn");
    html_text(h, call_tr(c, N_("Search")));
    html_close(h);
    html_raw(h, "</form>");
}

static void write_missing(struct call *c, const struct contacts_page *p)
{
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    if (p->missing_count == 0) {
        part_empty(c, call_tr(c, N_("Every body has somebody to write to")),
                   call_tr(c, N_("Bodies that lose their last contact will stand here.")));
        return;
    }
    html_raw(h, "<ul class=\"plain places card\">");
    for (size_t i = 0; i < p->missing_count && i < LIMIT_WEB_HISTORY; i++) {
        const struct body *b = p->missing[i];
        int days = body_urgency(b, p->v->day);
        html_raw(h, "<li>");
        html_open(h, "a");
        html_attr(h, "href", arena_printf(a, "%s#contactes", layout_body_path(c, b->id)));
        html_element(h, "strong", b->name);
        html_open(h, "span");
        html_attr(h, "class", "sub");
        if (days != DAYS_NONE)
            html_text(h, arena_printf(
                             a, " · %s",
                             call_text(c, N_("expires %s"), words_distance(a, c->lang, p->v->day + days, p->v->day))));
        html_close(h);
        html_close(h);
        html_raw(h, "</li>");
    }
    html_raw(h, "</ul>");
}

static const char *remark(struct call *c, const struct contact *x)
{
    struct arena *a = call_arena(c);
    if (x->until != DAY_NONE)
        return call_text(c, N_("retired %s"), words_date(a, c->lang, x->until));
    if (x->bounced == DAY_NONE)
        return "";
    return arena_printf(a, "%s: %s", x->lasting ? call_tr(c, N_("takes no mail")) : call_tr(c, N_("a mail came back")),
                        x->bounce_reason);
}

static void write_row(struct call *c, const struct contacts_page *p, const struct contact *x, const char *const *titles)
{
    struct html *h = &c->html;
    const struct body *b = bodies_by_id(&p->list.bodies, x->body_id);
    const char *odd = remark(c, x);
    html_raw(h, "<tr><td>");
    part_link(c, contact_path(c, x->id), x->until != DAY_NONE ? "name struck" : "name",
              x->name[0] == '\0' ? x->email : x->name);
    html_raw(h, "</td>");
    const char *cells[] = {x->email, b == NULL ? "" : b->name, words_role(c->lang, x->role), lang_code(x->lang)};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        html_open(h, "td");
        html_attr(h, "data-h", call_tr(c, titles[i + 1]));
        if (i == 1 && b != NULL)
            part_link(c, layout_body_path(c, b->id), NULL, b->name);
        else
            html_text(h, cells[i]);
        html_close(h);
    }
    html_open(h, "td");
    html_attr(h, "class", "what");
    if (odd[0] != '\0' && x->until == DAY_NONE)
        part_state(c, x->lasting ? STATE_DOWN : STATE_SOON, odd);
    else
        html_text(h, odd);
    html_close(h);
    html_raw(h, "</tr>");
}

static bool found(struct call *c, const struct contacts_page *p, const struct contact *x)
{
    struct arena *a = call_arena(c);
    const struct body *b = bodies_by_id(&p->list.bodies, x->body_id);
    if (p->folded[0] == '\0')
        return true;
    const char *all = text_fold(a, str_of(arena_printf(a, "%s|%s|%s", x->name, x->email, b == NULL ? "" : b->name)));
    return strstr(all, p->folded) != NULL;
}

static void write_contacts(struct call *c, const struct contacts_page *p)
{
    static const char *const titles[] = {N_("Name"), N_("E-mail"),   N_("Body"),
                                         N_("Role"), N_("Language"), N_("Remark")};
    struct html *h = &c->html;
    size_t n = 0;
    for (size_t i = 0; i < p->list.count; i++) {
        const struct contact *x = &p->list.items[i];
        if (!belongs(x, p->shown) || !found(c, p, x) || n++ >= LIMIT_WEB_CONTACTS)
            continue;
        if (n == 1) {
            html_raw(h, "<div class=\"card tablewrap\"><table class=\"list\">");
            part_table_head(c, titles, sizeof titles / sizeof *titles, NO_NUMBER);
        }
        write_row(c, p, x, titles);
    }
    if (n > 0)
        html_raw(h, "</tbody></table></div>");
    else
        part_empty(c, call_tr(c, N_("No contact")),
                   call_tr(c, N_("Nobody fits. Add one above, or bring in a file of contacts.")));
    if (n > LIMIT_WEB_CONTACTS)
        html_element(h, "p", call_text(c, N_("… and %zu more: search for less"), n - LIMIT_WEB_CONTACTS));
}

static void show(struct call *c, const struct form *refused, int status)
{
    struct contacts_page p = {.v = call_view(c)};
    if (p.v == NULL)
        return;
    if (!load(c, &p)) {
        call_failed(c);
        return;
    }
    layout_begin(c, call_tr(c, N_("Contacts")), ADMIN_PLACE);
    layout_head_open(c, call_tr(c, N_("Contacts")),
                     p.missing_count == 0 ? call_tr(c, N_("every body has somebody to write to"))
                                          : words_count(call_arena(c), c->lang, "%zu body has nobody to write to",
                                                        "%zu bodies have nobody to write to", p.missing_count));
    int64_t id;
    const char *methods;
    if (call_may(c, PERMISSION_IMPORT) &&
        route_find(call_arena(c), "GET", "/administracio/importacions", &id, &methods) != NULL)
        part_link(c, "/administracio/importacions", "btn", call_tr(c, N_("Bring in a file")));
    layout_head_close(c);
    if (strcmp(call_query(c, "fet"), "afegeix") == 0)
        part_notice(c, true, call_tr(c, N_("Done.")), call_tr(c, N_("The contact is written to from now on.")));
    if (call_may(c, PERMISSION_IMPORT)) {
        html_raw(&c->html, "<div class=\"folds\">");
        contact_add_form(c, refused, NULL, true);
        html_raw(&c->html, "</div>");
    }
    write_chips(c, &p);
    if (p.shown == SHOWN_MISSING) {
        write_missing(c, &p);
    } else {
        write_filter(c, &p);
        write_contacts(c, &p);
    }
    layout_end(c);
    call_page(c, status);
}

void page_contacts(struct call *c)
{
    show(c, NULL, 200);
}

static struct contact_given given(struct call *c)
{
    return (struct contact_given){.name = call_field(c, "nom"),
                                  .email = call_field(c, "correu"),
                                  .role = call_field(c, "rol"),
                                  .lang = call_field(c, "llengua")};
}

/* The body that a form means: its number from its own page, else as a person writes it. */
const struct body *form_named_body(struct call *c, const char *name)
{
    const struct view *v = call_view(c);
    const char *text = call_field(c, name);
    const struct body *b = NULL;
    int64_t id;
    if (v == NULL)
        return NULL;
    if (str_trim(str_of(text)).n == 0)
        err_set(&c->err, ERR_VALUE, N_("say which body"));
    else if (strlen(text) < 8 && str_to_int64(str_of(text), 1, INT64_MAX, &id) && view_find(v, id) != NULL)
        b = view_find(v, id)->body;
    else if (!change_find_body(c->desk, text, &b, &c->err))
        b = NULL;
    return b;
}

void form_contact_add(struct call *c)
{
    struct form refused;
    struct contact x;
    const struct contact_given g = given(c);
    const struct body *b = form_named_body(c, "ens");
    if (b != NULL && contacts_add(c->desk, b, &g, &x, &c->err))
        call_redirect(c, arena_printf(call_arena(c), "%s?fet=contacte#contactes", layout_body_path(c, b->id)));
    else if (form_refuse(c, &refused))
        show(c, &refused, 422);
}

/* ------------------------------------------------------------------ one contact */

static void write_history(struct call *c, const struct contact_change *all, size_t count, const struct contact *x)
{
    static const struct {
        const char *code, *words;
    } what[] = {{"added", N_("Added")},
                {"changed", N_("Changed")},
                {"retired", N_("Retired")},
                {"returned", N_("In use again")}};
    struct html *h = &c->html;
    layout_section(c, "historia", call_tr(c, N_("History")), "");
    html_raw(h, "<ul class=\"line\">");
    for (size_t i = 0; i < count; i++) {
        html_raw(h, "<li>");
        part_instant(c, all[i].at);
        html_raw(h, " <strong>");
        for (size_t k = 0; k < sizeof what / sizeof *what; k++) {
            if (strcmp(what[k].code, all[i].what) == 0)
                html_text(h, call_tr(c, what[k].words));
        }
        html_raw(h, "</strong> ");
        html_text(h, arena_printf(call_arena(c), "%s <%s> · %s · %s", all[i].name, all[i].email,
                                  words_role(c->lang, all[i].role), lang_code(all[i].lang)));
        if (all[i].reason[0] != '\0') {
            html_text(h, " — ");
            html_text_lines(h, all[i].reason);
        }
        html_raw(h, " <span class=\"sub\">");
        html_text(h, all[i].who);
        html_raw(h, "</span></li>");
    }
    if (count == 0 || strcmp(all[count - 1].what, "added") != 0) {
        html_raw(h, "<li>");
        part_day(c, x->since, words_weekday_date(call_arena(c), c->lang, x->since));
        html_raw(h, " <strong>");
        html_text(h, call_tr(c, N_("Added")));
        html_raw(h, "</strong></li>");
    }
    html_raw(h, "</ul>");
}

static void write_edit(struct call *c, const struct contact *x, const struct form *refused)
{
    struct arena *a = call_arena(c);
    struct form save = {.action = arena_printf(a, "%s/desa", contact_path(c, x->id))};
    struct form retire = {.action = arena_printf(a, "%s/retira", contact_path(c, x->id))};
    if (refused != NULL && strcmp(refused->action, save.action) == 0)
        save = *refused;
    if (refused != NULL && strcmp(refused->action, retire.action) == 0)
        retire = *refused;
    form_open(c, &save, "card form");
    form_hidden(c, "versio", arena_printf(a, "%" PRId64, x->version));
    write_fields(c, &save, x);
    form_close(c, x->until == DAY_NONE ? call_tr(c, N_("Save the contact")) : call_tr(c, N_("Save and use again")),
               true);
    if (x->until != DAY_NONE)
        return;
    html_raw(&c->html, "<div class=\"folds\">");
    form_fold_open(c, &retire, call_tr(c, N_("Retire")), false);
    form_hidden(c, "versio", arena_printf(a, "%" PRId64, x->version));
    form_field(c, &retire,
               &(struct field){.name = "text",
                               .label = N_("Why"),
                               .type = "text",
                               .help = N_("Nothing goes to this address any more; nothing is deleted."),
                               .most = LIMIT_NOTE_CHARS});
    form_close(c, call_tr(c, N_("Retire the contact")), true);
    form_fold_close(c);
    html_raw(&c->html, "</div>");
}

static void show_one(struct call *c, const struct form *refused, int status)
{
    struct arena *a = call_arena(c);
    struct contact x;
    struct contact_change *changes;
    size_t count = 0;
    struct tx tx = {0};
    const struct view *v = call_view(c);
    if (v == NULL)
        return;
    bool ok = contacts_get(c->desk, c->id, &x, &c->err) && tx_begin(c->desk->store, TX_READ, &tx, &c->err) &&
              contact_history(&tx, a, x.id, 0, LIMIT_WEB_HISTORY, &changes, &count, &c->err);
    tx_rollback(&tx);
    if (!ok) {
        call_failed(c);
        return;
    }
    const struct view_body *b = view_find(v, x.body_id);
    const char *name = x.name[0] == '\0' ? x.email : x.name, *odd = remark(c, &x);
    layout_begin(c, name, ADMIN_PLACE);
    layout_head_open(c, name, b == NULL ? NULL : b->body->name);
    if (b != NULL)
        part_link(c, layout_body_path(c, x.body_id), "btn", call_tr(c, N_("The body")));
    part_link(c, CONTACTS_PLACE, "btn", call_tr(c, N_("All contacts")));
    layout_head_close(c);
    if (call_query(c, "fet")[0] != '\0')
        part_notice(c, true, call_tr(c, N_("Done.")), call_tr(c, N_("It is kept; its history has a new line.")));
    if (odd[0] != '\0' && x.until == DAY_NONE)
        part_notice(c, false, odd,
                    call_tr(c, N_("Saving it, with its address corrected, makes it a recipient again.")));
    if (call_may(c, PERMISSION_IMPORT))
        write_edit(c, &x, refused);
    else
        html_element(&c->html, "p", arena_printf(a, "%s · %s", x.email, words_role(c->lang, x.role)));
    write_history(c, changes, count, &x);
    layout_end(c);
    call_page(c, status);
}

void page_contact(struct call *c)
{
    show_one(c, NULL, 200);
}

void form_contact(struct call *c)
{
    const char *what = call_path_end(c);
    const struct contact_given g = given(c);
    struct contact x;
    struct form refused;
    int64_t seen = -1;
    bool ok = str_to_int64(str_of(call_field(c, "versio")), 0, INT64_MAX, &seen) ||
              err_set(&c->err, ERR_VALUE, N_("the form has no version; load the page again"));
    ok = ok && (strcmp(what, "retira") == 0 ? contacts_retire(c->desk, c->id, call_field(c, "text"), seen, &x, &c->err)
                                            : contacts_edit(c->desk, c->id, &g, seen, &x, &c->err));
    if (ok)
        call_redirect(c, arena_printf(call_arena(c), "%s?fet=%s", contact_path(c, c->id), what));
    else if (form_refuse(c, &refused))
        show_one(c, &refused, 422);
}
