/* Help, the other places on a telephone. */
#include "web/layout.h"
#include "web/pages.h"
#include "web/routes.h"

/* ------------------------------------------------------------------ help */

static void write_terms(struct call *c, const char *const (*terms)[2], size_t count, bool keys)
{
    struct html *h = &c->html;
    html_raw(h, "<dl class=\"pairs card terms\">");
    for (size_t i = 0; i < count; i++) {
        html_open(h, "dt");
        if (keys)
            html_element(h, "kbd", terms[i][0]);
        else
            html_element(h, "code", call_tr(c, terms[i][0]));
        html_close(h);
        html_element(h, "dd", call_tr(c, terms[i][1]));
    }
    html_raw(h, "</dl>");
}

void page_help(struct call *c)
{
    static const char *const keys[][2] = {
        {"/", N_("write in the filter")},
        {"j", N_("next row")},
        {"k", N_("row before")},
        {"Enter", N_("open the row")},
        {"Esc", N_("leave the filter")},
        {"?", N_("this page")},
        {"e", N_("on Friday's page: correct the row")},
        {"n", N_("on Friday's page: the next row that says nothing yet")},
        {"Ctrl Enter", N_("save what is being written")},
    };
    static const char *const words[][2] = {
        {N_("prat \"alt empordà\""), N_("words of the name; several in quotes stand together")},
        {N_("expires<30"), N_("days left of the more urgent certificate; also <= = >= >")},
        {N_("cds<15 cda>60"), N_("of one certificate")},
        {N_("platform:java"), N_("JAVA, NET or OTHER")},
        {N_("state:down"), N_("by the word of the state")},
        {N_("registry:stale"), N_("how registry and wire agree")},
        {N_("contact:no"), N_("bodies that nobody can be written to")},
    };
    struct html *h = &c->html;
    if (call_view(c) == NULL)
        return;
    layout_begin(c, call_tr(c, N_("Help")), "/ajuda");
    layout_head(c, call_tr(c, N_("Help")), NULL);
    layout_section(c, "filtre", call_tr(c, N_("Words of the filter")), "");
    write_terms(c, words, sizeof words / sizeof *words, false);
    layout_section(c, "tecles", call_tr(c, N_("Keys")), "");
    write_terms(c, keys, sizeof keys / sizeof *keys, true);
    layout_section(c, "estats", call_tr(c, N_("States")), "");
    html_raw(h, "<ul class=\"plain states\">");
    for (int s = 0; s < STATE_COUNT; s++) {
        html_raw(h, "<li>");
        part_state(c, (enum body_state)s, NULL);
        html_raw(h, "</li>");
    }
    html_raw(h, "</ul>");
    layout_section(c, "ordres", call_tr(c, N_("From the command line")), "");
    html_open(h, "p");
    part_words(c, call_tr(c, N_("All that is done here can be done there too: `talaia help` lists the commands, "
                                "`talaia help T-CODE` explains an error.")));
    html_close(h);
    layout_end(c);
    call_page(c, 200);
}

/* ------------------------------------------------------------------ more */

void page_more(struct call *c)
{
    struct html *h = &c->html;
    if (call_view(c) == NULL)
        return;
    layout_begin(c, call_tr(c, N_("More")), "/mes");
    layout_head(c, call_tr(c, N_("More")), NULL);
    html_raw(h, "<ul class=\"plain places card\">");
    for (size_t i = 0; i < place_count; i++) {
        int64_t id;
        const char *methods;
        const struct route *r = route_find(call_arena(c), "GET", places[i].path, &id, &methods);
        if (r == NULL || !call_may(c, r->permission) || places[i].phone) /* those stand in the bar */
            continue;
        html_raw(h, "<li>");
        part_link(c, places[i].path, NULL, call_tr(c, places[i].label));
        html_raw(h, "</li>");
    }
    html_raw(h, "<li>");
    part_link(c, "/compte", NULL, call_text(c, N_("Account: %s"), c->who->name));
    html_raw(h, "</li></ul>");
    layout_preferences(c);
    layout_end(c);
    call_page(c, 200);
}
