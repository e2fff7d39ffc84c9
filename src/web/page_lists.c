/* The lists of bodies that people keep: made, begun with, removed; and the list as a file. On a page of its own,
 * because the list itself is kept finished and no session's. */
#include <inttypes.h>

#include "flow/saved.h"
#include "web/csv.h"
#include "web/list.h"
#include "web/pages.h"
#include "web/words.h"

#define LISTS_PATH "/ens/llistes"

/* ------------------------------------------------------------------ the page */

/* In the words of the page: what the list shows. */
static const char *content_of(struct call *c, const char *filter, const char *sort, bool reverse)
{
    const char *what = filter[0] == '\0' ? call_tr(c, N_("all bodies")) : filter;
    for (int o = ORDER_NAME; o < ORDER_COUNT; o++) {
        if (strcmp(list_orders[o].code, sort) == 0)
            return call_text(c, N_("%s · by %s%s"), what, call_tr(c, list_orders[o].title), reverse ? " ↓" : "");
    }
    return call_text(c, N_("%s · most urgent first"), what);
}

static void write_check(struct call *c, const struct form *f, const char *name, const char *label)
{
    struct html *h = &c->html;
    const char *typed = f->refused == NULL ? NULL : server_param(call_arena(c), f->typed, name);
    html_raw(h, "<p class=\"pickone\">");
    html_open(h, "input");
    html_attr(h, "type", "checkbox");
    html_attr(h, "id", name);
    html_attr(h, "name", name);
    html_attr(h, "value", "1");
    if (typed != NULL)
        html_attr(h, "checked", NULL);
    html_open(h, "label");
    html_attr(h, "for", name);
    html_text(h, label);
    html_close(h);
    html_raw(h, "</p>");
}

/* Keeps what the address says: the list one comes from. */
static void write_new(struct call *c, const struct list *l, const struct form *refused)
{
    struct form f = {.action = LISTS_PATH};
    if (refused != NULL)
        f = *refused;
    layout_section(c, "nova", call_tr(c, N_("Keep this list")),
                   content_of(c, l->text, list_orders[l->order].code, l->reverse));
    form_open(c, &f, "card form");
    form_hidden(c, "q", l->text);
    form_hidden(c, "ordre", l->order == ORDER_URGENCY ? "" : list_orders[l->order].code);
    form_hidden(c, "sentit", l->reverse ? "baixa" : "");
    form_field(c, &f,
               &(struct field){.name = "nom",
                               .label = N_("Name"),
                               .type = "text",
                               .help = N_("It stands as a tab above the list of bodies."),
                               .most = LIMIT_SAVED_VIEW_CHARS});
    write_check(c, &f, "primera", call_tr(c, N_("Begin with it")));
    if (call_may(c, PERMISSION_SHARE))
        write_check(c, &f, "compartida", call_tr(c, N_("Everybody sees it")));
    form_close(c, call_tr(c, N_("Keep the list")), true);
}

static void write_button(struct call *c, const struct saved_view *k, const char *what, const char *words)
{
    struct html *h = &c->html;
    const struct form f = {.action = arena_printf(call_arena(c), LISTS_PATH "/%" PRId64 "/%s", k->id, what)};
    form_open(c, &f, NULL);
    html_open(h, "button");
    html_attr(h, "class", "btn");
    html_attr(h, "aria-label", arena_printf(call_arena(c), "%s: %s", words, k->name));
    html_text(h, words);
    html_close(h);
    html_close(h);
}

static void write_kept(struct call *c, const struct list *l)
{
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    layout_section(c, "llistes", call_tr(c, N_("Lists that are kept")), "");
    if (l->kept_count == 0) {
        part_empty(c, call_tr(c, N_("None is kept yet")),
                   call_tr(c, N_("Filter and order the bodies as you need them, and choose \"Keep this list\".")));
        return;
    }
    html_raw(h, "<ul class=\"plain card owned\">");
    for (size_t i = 0; i < l->kept_count; i++) {
        const struct saved_view *k = &l->kept[i];
        bool own = k->account_id == c->who->account_id;
        html_raw(h, "<li><div>");
        part_link(c, arena_printf(a, "/ens?vista=%" PRId64, k->id), "name", k->name);
        html_raw(h, "<small class=\"sub\">");
        html_text(h, content_of(c, k->filter, k->sort, k->reverse));
        if (k->shared)
            html_text(h, arena_printf(a, " · %s", call_text(c, N_("shared by %s"), k->owner)));
        html_raw(h, "</small></div>");
        if (c->who->csrf != NULL) {
            html_raw(h, "<div class=\"row\">");
            write_button(c, k, k->first ? "no-primera" : "primera",
                         k->first ? call_tr(c, N_("Do not begin with it")) : call_tr(c, N_("Begin with it")));
            if (own || call_may(c, PERMISSION_SHARE))
                write_button(c, k, "esborra", call_tr(c, N_("Remove")));
            html_raw(h, "</div>");
        }
        html_raw(h, "</li>");
    }
    html_raw(h, "</ul>");
}

static void show(struct call *c, const struct form *refused, int status)
{
    struct list l;
    const struct view *v = call_view(c);
    if (v == NULL || !list_choose(c, v, &l))
        return;
    if (refused != NULL) { /* its fields say which list it was */
        l.text = call_field(c, "q");
        l.reverse = call_field(c, "sentit")[0] != '\0';
    }
    layout_begin(c, call_tr(c, N_("Lists that are kept")), "/ens");
    layout_head_open(c, call_tr(c, N_("Lists that are kept")), NULL);
    part_link(c, list_address(c, &l, "/ens", l.text, l.order, l.reverse), "btn", call_tr(c, N_("Back to the list")));
    layout_head_close(c);
    if (strcmp(call_query(c, "fet"), "si") == 0)
        part_notice(c, true, call_tr(c, N_("Done.")), "");
    write_kept(c, &l);
    if (c->who->csrf != NULL)
        write_new(c, &l, refused);
    layout_end(c);
    call_page(c, status);
}

void page_lists(struct call *c)
{
    show(c, NULL, 200);
}

/* ------------------------------------------------------------------ what comes back */

static const char *known_sort(const char *code)
{
    for (int o = ORDER_NAME; o < ORDER_COUNT; o++) {
        if (strcmp(list_orders[o].code, code) == 0)
            return list_orders[o].code;
    }
    return "";
}

void form_list_keep(struct call *c)
{
    const struct saved_view v = {
        .account_id = c->who->account_id,
        .shared = call_field(c, "compartida")[0] != '\0',
        .name = call_field(c, "nom"),
        .filter = call_field(c, "q"),
        .sort = known_sort(call_field(c, "ordre")),
        .reverse = call_field(c, "sentit")[0] != '\0',
    };
    struct form refused = {.action = LISTS_PATH, .typed = c->request->body};
    int64_t id;
    if (v.shared && !call_may(c, PERMISSION_SHARE)) {
        call_problem(c, 403, N_("Your role keeps lists for itself; a shared one needs another role."));
        return;
    }
    if (saved_keep(c->desk, &v, call_field(c, "primera")[0] != '\0', &id, &c->err)) {
        call_redirect(c, arena_printf(call_arena(c), "/ens?vista=%" PRId64, id));
        return;
    }
    if (c->err.code != ERR_VALUE && c->err.code != ERR_STATE && c->err.code != ERR_LIMIT) {
        call_failed(c);
        return;
    }
    refused.refused = arena_strdup(call_arena(c), c->err.text);
    err_clear(&c->err);
    show(c, &refused, 422);
}

void form_list(struct call *c)
{
    const char *what = call_path_end(c);
    bool ok = strcmp(what, "esborra") == 0
                  ? saved_drop(c->desk, c->who->account_id, c->id, call_may(c, PERMISSION_SHARE), &c->err)
                  : saved_begin_with(c->desk, c->who->account_id, strcmp(what, "primera") == 0 ? c->id : 0, &c->err);
    if (!ok)
        call_failed(c);
    else
        call_redirect(c, LISTS_PATH "?fet=si");
}

/* ------------------------------------------------------------------ the list as a file */

static void add_row(struct call *c, const struct view *v, const struct view_body *b, struct buf *to)
{
    struct arena *a = call_arena(c);
    const char *state = list_state_words(c, b);
    csv_cell(to, b->body->name, false);
    csv_cell(to, b->body->ine10, false);
    csv_cell(to, platform_code(b->body->platform), false);
    for (int k = 0; k < CERT_KINDS; k++) {
        char day[DAY_TEXT_BYTES];
        day_t d = b->body->expires[k];
        csv_cell(to, d == DAY_NONE ? "" : day_dmy(d, day), false);
        csv_cell(to, d == DAY_NONE ? "" : arena_printf(a, "%d", days_left(d, v->day)), false);
    }
    csv_cell(to, state != NULL ? state : call_tr(c, body_state_word(b->state)), false);
    csv_cell(to, b->watch == NULL ? "" : call_tr(c, reconciliation_words(b->watch->reconciliation)), false);
    csv_cell(to, list_what_happens(c, v, b), true);
}

void page_bodies_csv(struct call *c)
{
    static const char *const titles[] = {N_("Body"),
                                         "INE10",
                                         N_("Platform"),
                                         "CDS",
                                         N_("Days CDS"),
                                         "CDA",
                                         N_("Days CDA"),
                                         N_("State"),
                                         N_("Registry and wire"),
                                         N_("What happens")};
    enum { COLUMNS = sizeof titles / sizeof *titles };
    struct list l;
    const struct view *v = call_view(c);
    if (v == NULL || !list_choose(c, v, &l))
        return;
    struct buf out = BUF_INIT(LIMIT_WEB_PAGE_BYTES);
    csv_begin(&out);
    for (size_t i = 0; i < COLUMNS; i++)
        csv_cell(&out, call_tr(c, titles[i]), i + 1 == COLUMNS);
    for (size_t i = 0; i < l.count; i++)
        add_row(c, v, l.items[i], &out);
    csv_send(c, &out, "ens.csv");
}
