/* Administration: the way to everything about the desk itself. */
#include "web/admin.h"
#include "web/pages.h"
#include "web/routes.h"

const struct admin_card admin_cards[] = {
    {"/administracio/comptes", N_("Accounts"), N_("Who works here and in which role; invitations, sessions, tokens.")},
    {"/administracio/contactes", N_("Contacts"), N_("Whom each body's warnings go to.")},
    {"/administracio/exclusions", N_("Exclusions"), N_("Bodies that are left out, each with its reason.")},
    {"/administracio/textos", N_("Texts"), N_("What warnings and reports say, with a preview.")},
    {"/administracio/importacions", N_("Imports"),
     N_("Bring in the registry, contacts and workbooks, looked at first.")},
    {"/administracio/servidors", N_("Trackers and mail servers"), N_("Where they are, and whether they answer.")},
    {"/auditoria", N_("Audit trail"), N_("Who changed what and when; whether anybody altered it.")},
    {"/administracio/copies", N_("Backup"), N_("Make, check and take away a copy of everything.")},
    {"/administracio/salut", N_("Health"), N_("Configuration, store, parts and free space, examined.")},
};
const size_t admin_card_count = sizeof admin_cards / sizeof *admin_cards;

void page_admin(struct call *c)
{
    struct html *h = &c->html;
    size_t shown = 0;
    if (call_view(c) == NULL)
        return;
    layout_begin(c, call_tr(c, N_("Administration")), "/administracio");
    layout_head(c, call_tr(c, N_("Administration")), NULL);
    html_raw(h, "<ul class=\"plain rooms\">");
    for (size_t i = 0; i < admin_card_count; i++) {
        int64_t id;
        const char *methods;
        const struct route *r = route_find(call_arena(c), "GET", admin_cards[i].path, &id, &methods);
        if (r == NULL || !call_may(c, r->permission))
            continue;
        shown++;
        html_raw(h, "<li class=\"card\">");
        part_link(c, admin_cards[i].path, "name", call_tr(c, admin_cards[i].title));
        html_element(h, "p", call_tr(c, admin_cards[i].text));
        html_raw(h, "</li>");
    }
    html_raw(h, "</ul>");
    if (shown == 0)
        part_empty(c, call_tr(c, N_("Nothing here is for your role")),
                   call_tr(c, N_("An administrator can give your account another one.")));
    layout_end(c);
    call_page(c, 200);
}
