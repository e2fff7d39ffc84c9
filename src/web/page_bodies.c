/* Ens: the list of the bodies, its filter and its order. Works as plain links and a plain form; desk.js only asks for
 * the same address while one types. */
#include <inttypes.h>

#include "web/list.h"
#include "web/pages.h"
#include "web/words.h"

static void write_tab(struct call *c, const char *to, const char *name, const char *owner, bool here)
{
    struct html *h = &c->html;
    html_raw(h, "<li>");
    html_open(h, "a");
    html_attr(h, "href", to);
    if (owner != NULL)
        html_attr(h, "title", call_text(c, N_("shared by %s"), owner));
    if (here)
        html_attr(h, "aria-current", "page");
    html_text(h, name);
    html_close(h);
    html_raw(h, "</li>");
}

/* The lists that people keep; none kept, no tabs. */
static void write_tabs(struct call *c, const struct list *l)
{
    struct html *h = &c->html;
    html_open(h, "nav");
    html_attr(h, "class", "tabs");
    html_attr(h, "aria-label", call_tr(c, N_("Lists that are kept")));
    if (l->kept_count > 0) {
        html_raw(h, "<ul class=\"plain\">");
        write_tab(c, l->first == NULL ? "/ens" : "/ens?vista=0", call_tr(c, N_("All")), NULL,
                  l->here == NULL && l->text[0] == '\0' && l->order == ORDER_URGENCY && !l->reverse);
        for (size_t i = 0; i < l->kept_count; i++) {
            const struct saved_view *k = &l->kept[i];
            write_tab(c, arena_printf(call_arena(c), "/ens?vista=%" PRId64, k->id), k->name,
                      k->shared && k->account_id != c->who->account_id ? k->owner : NULL, l->here == k);
        }
        html_raw(h, "</ul>");
    }
    html_close(h);
}

/* Filters that are asked for every day, each with how many bodies it has. */
static void write_chips(struct call *c, const struct view *v, const struct list *l)
{
    static const struct {
        const char *label, *filter; /* in the words of each language, so that people learn them by clicking */
    } chips[] = {
        {N_("All"), ""},
        {N_("Down"), N_("state:down")},
        {N_("Expired"), N_("state:expired")},
        {N_("Below 60 days"), N_("expires<60")},
        {N_("Registry is old"), N_("registry:stale")},
        {N_("Old one served"), N_("registry:served")},
        {N_("They differ"), N_("registry:differ")},
        {N_("Not verifiable"), N_("state:unknown")},
        {N_("Nobody to write to"), N_("contact:no")},
        {N_("Excluded"), N_("state:excluded")},
    };
    struct html *h = &c->html;
    html_open(h, "ul");
    html_attr(h, "class", "plain chips");
    for (size_t i = 0; i < sizeof chips / sizeof *chips; i++) {
        struct filter f;
        size_t n = 0;
        const char *text = chips[i].filter[0] == '\0' ? "" : call_tr(c, chips[i].filter);
        filter_read(call_arena(c), text, &f);
        for (size_t k = 0; k < v->bodies.count; k++)
            n += filter_holds(&f, v->sorted[k], v->day);
        bool here = strcmp(l->text, text) == 0;
        if (n == 0 && !here && i > 0)
            continue;
        html_open(h, "li");
        html_open(h, "a");
        html_attr(h, "href", list_address(c, l, "/ens", text, l->order, l->reverse));
        if (here)
            html_attr(h, "aria-current", "true");
        html_text(h, call_tr(c, chips[i].label));
        html_text(h, " ");
        html_open(h, "span");
        html_attr(h, "class", "n");
        html_text_int(h, (long)n);
        html_close(h);
        html_close(h);
        html_close(h);
    }
    html_close(h);
}

static void write_filter(struct call *c, const struct list *l)
{
    struct html *h = &c->html;
    html_open(h, "form");
    html_attr(h, "class", "filter");
    html_attr(h, "role", "search");
    html_attr(h, "action", "/ens");
    html_open(h, "input");
    html_attr(h, "type", "search");
    html_attr(h, "name", "q");
    html_attr(h, "id", "q");
    html_attr(h, "value", l->text);
    html_attr_int(h, "maxlength", LIMIT_WEB_FILTER_CHARS);
    html_attr(h, "aria-label", call_tr(c, N_("Filter")));
    html_attr(h, "placeholder", call_tr(c, N_("caduca<30 plataforma:JAVA vallès")));
    html_attr(h, "autocomplete", "off");
    if (l->first != NULL) /* an empty filter means all, not the list that one begins with */
        form_hidden(c, "vista", "0");
    if (l->order != ORDER_URGENCY)
        form_hidden(c, "ordre", list_orders[l->order].code);
    html_open(h, "button");
    html_attr(h, "class", "btn");
    html_text(h, call_tr(c, N_("Search")));
    html_close(h);
    html_close(h);
}

/* ------------------------------------------------------------------ the table */

static void write_title(struct call *c, const struct list *l, enum order o)
{
    struct html *h = &c->html;
    bool here = l->order == o;
    html_open(h, "th");
    html_attr(h, "scope", "col");
    if (list_orders[o].right)
        html_attr(h, "class", "r");
    if (here)
        html_attr(h, "aria-sort", l->reverse ? "descending" : "ascending");
    part_link(c, list_address(c, l, "/ens", l->text, o, here && !l->reverse), NULL, call_tr(c, list_orders[o].title));
    html_close(h);
}

static void write_days(struct call *c, const struct view *v, const struct view_body *b, enum cert_kind kind)
{
    struct html *h = &c->html;
    day_t d = b->body->expires[kind];
    html_open(h, "td");
    html_attr(h, "class", "r");
    html_attr(h, "data-h", cert_kind_code(kind));
    if (d == DAY_NONE) {
        html_raw(h, "—");
    } else {
        html_text(h, words_expiry(c, b->body, kind, v->day));
        html_element(h, "small", words_date(call_arena(c), c->lang, d));
    }
    html_close(h);
}

static void write_row(struct call *c, const struct view *v, const struct view_body *b)
{
    struct html *h = &c->html;
    html_raw(h, "<tr>");
    html_raw(h, "<td>");
    html_open(h, "a");
    html_attr(h, "class", b->state == STATE_EXCLUDED ? "name struck" : "name");
    html_attr(h, "href", layout_body_path(c, b->body->id));
    html_text(h, b->short_name);
    html_close(h);
    html_raw(h, "</td>");
    html_open(h, "td");
    html_attr(h, "data-h", call_tr(c, N_("Platform")));
    html_text(h, platform_code(b->body->platform));
    html_close(h);
    write_days(c, v, b, CERT_CDS);
    write_days(c, v, b, CERT_CDA);
    html_raw(h, "<td>");
    part_state(c, b->state, list_state_words(c, b));
    html_raw(h, "</td>");
    html_open(h, "td");
    if (b->watch == NULL)
        html_attr(h, "class", "none");
    html_attr(h, "data-h", call_tr(c, N_("Registry and wire")));
    html_text(h, b->watch == NULL ? "—" : call_tr(c, reconciliation_words(b->watch->reconciliation)));
    html_close(h);
    const char *what = list_what_happens(c, v, b);
    html_raw(h, "<td class=\"what\">");
    if (what[0] != '\0')
        html_element(h, "span", what);
    html_raw(h, "</td></tr>\n");
}

static void write_table(struct call *c, const struct view *v, const struct list *l)
{
    struct html *h = &c->html;
    html_raw(h, "<div class=\"card tablewrap\"><table class=\"list\">");
    html_open(h, "caption");
    html_attr(h, "class", "hide");
    html_text(h, l->order == ORDER_URGENCY ? call_tr(c, N_("Bodies, most urgent first")) : call_tr(c, N_("Bodies")));
    html_close(h);
    html_raw(h, "<thead><tr>");
    for (int o = ORDER_NAME; o < ORDER_COUNT; o++)
        write_title(c, l, (enum order)o);
    html_open(h, "th");
    html_attr(h, "scope", "col");
    html_text(h, call_tr(c, N_("What happens")));
    html_close(h);
    html_raw(h, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < l->count; i++)
        write_row(c, v, l->items[i]);
    html_raw(h, "</tbody></table></div>");
}

static void write_page(struct call *c, const struct view *v, const struct list *l)
{
    struct html *h = &c->html;
    layout_begin(c, call_tr(c, N_("Bodies")), "/ens");
    const char *watched = words_count(call_arena(c), c->lang, "%zu body watched", "%zu bodies watched", v->watched);
    layout_head(c, call_tr(c, N_("Bodies")),
                v->last_round.id == 0 ? watched
                                      : call_text(c, N_("%s · last round %s"), watched,
                                                  words_instant(call_arena(c), c->lang, v->last_round.started)));
    write_tabs(c, l);
    write_chips(c, v, l);
    write_filter(c, l);
    html_open(h, "div");
    html_attr(h, "id", "list");
    html_open(h, "p");
    html_attr(h, "class", "sub");
    html_attr(h, "role", "status");
    html_text(h, words_count(call_arena(c), c->lang, "%zu body", "%zu bodies", l->count));
    if (l->filter.trouble != NULL) {
        html_text(h, ". ");
        html_text(h, call_text(c, N_("\"%s\" is not understood; the help (key ?) has the words of the filter."),
                               l->filter.trouble));
    }
    html_close(h);
    html_raw(h, "<p class=\"sub row tools\">");
    if (l->order != ORDER_URGENCY)
        part_link(c, list_address(c, l, "/ens", l->text, ORDER_URGENCY, false), NULL,
                  call_tr(c, N_("Order by urgency")));
    part_link(c, list_address(c, l, "/ens/llistes", l->text, l->order, l->reverse), NULL,
              l->here == NULL ? call_tr(c, N_("Keep this list")) : call_tr(c, N_("Lists that are kept")));
    part_link(c, list_address(c, l, "/ens.csv", l->text, l->order, l->reverse), NULL, call_tr(c, N_("Download CSV")));
    html_raw(h, "</p>");
    if (l->count > 0)
        write_table(c, v, l);
    else if (v->bodies.count == 0)
        part_empty(c, call_tr(c, N_("The desk has no bodies yet")),
                   call_tr(c, N_("They come with the registry: `talaia import FILE`.")));
    else
        part_empty(c, call_tr(c, N_("No body fits this filter")),
                   call_tr(c, N_("Take a word away, or choose one of the lists above.")));
    html_close(h);
    layout_end(c);
}

void page_bodies(struct call *c)
{
    struct list l = {0};
    const struct view *v = call_view(c);
    if (v == NULL)
        return;
    /* Nothing on this page belongs to one session, so it may be kept for all that would see the same. */
    const char *query = arena_text(call_arena(c), c->request->query);
    const char *key = arena_printf(call_arena(c), "ens %zu %s %s %s %d %s", v->ended, lang_code(c->lang), c->theme,
                                   c->who->name, (int)c->who->role, query);
    struct finished *kept = cache_get(&c->site->cache, key, &v->mark, v->day);
    if (kept == NULL) {
        if (!list_choose(c, v, &l))
            return;
        write_page(c, v, &l);
        if (!html_end(&c->html, &c->err)) {
            call_failed(c);
            return;
        }
        kept = finished_make(&c->out, 4);
        cache_put(&c->site->cache, key, &v->mark, v->day, kept);
    }
    call_finished(c, kept, "text/html; charset=utf-8", "private, no-cache");
}
