/* Ens: the list of the bodies, its filter and its order. Works as plain links and a plain form; desk.js only asks for
 * the same address while one types. */
#include <inttypes.h>

#include "web/filter.h"
#include "web/layout.h"
#include "web/pages.h"
#include "web/words.h"

/* ------------------------------------------------------------------ order */

enum order {
    ORDER_URGENCY,
    ORDER_NAME,
    ORDER_PLATFORM,
    ORDER_CDS,
    ORDER_CDA,
    ORDER_STATE,
    ORDER_REGISTRY,
    ORDER_COUNT
};
static const struct {
    const char *code, *title; /* English, for tr(); NULL: no column of its own */
    bool right;
} orders[ORDER_COUNT] = {
    [ORDER_URGENCY] = {"urgencia", NULL, false},
    [ORDER_NAME] = {"nom", N_("Body"), false},
    [ORDER_PLATFORM] = {"plataforma", N_("Platform"), false},
    [ORDER_CDS] = {"cds", N_("CDS"), true},
    [ORDER_CDA] = {"cda", N_("CDA"), true},
    [ORDER_STATE] = {"estat", N_("State"), false},
    [ORDER_REGISTRY] = {"registre", N_("Registry and wire"), false},
};

static enum order read_order(const char *code)
{
    for (int o = 0; o < ORDER_COUNT; o++) {
        if (strcmp(orders[o].code, code) == 0)
            return (enum order)o;
    }
    return ORDER_URGENCY;
}

/* In the order of what a person must look at first. */
static int state_rank(enum body_state s)
{
    static const int ranks[STATE_COUNT] = {
        [STATE_DOWN] = 0, [STATE_PAST] = 1,  [STATE_SOON] = 2,     [STATE_UNKNOWN] = 3,
        [STATE_GOOD] = 5, [STATE_MUTED] = 4, [STATE_EXCLUDED] = 6,
    };
    return ranks[s];
}

static int registry_rank(const struct view_body *b)
{
    return b->watch == NULL                                    ? RECONCILIATION_COUNT
           : b->watch->reconciliation == RECONCILIATION_AGREES ? RECONCILIATION_COUNT + 1
                                                               : (int)b->watch->reconciliation;
}

/* The view's own order, by urgency, decides between equals: the sort is stable. */
static int compare(const struct view_body *a, const struct view_body *b, enum order o)
{
    switch (o) {
    case ORDER_NAME: return strcmp(a->body->sort_key, b->body->sort_key);
    case ORDER_PLATFORM: return (int)a->body->platform - (int)b->body->platform;
    case ORDER_CDS:
    case ORDER_CDA: {
        int kind = o == ORDER_CDS ? CERT_CDS : CERT_CDA;
        day_t one = a->body->expires[kind], other = b->body->expires[kind];
        one = one == DAY_NONE ? INT32_MAX : one;
        other = other == DAY_NONE ? INT32_MAX : other;
        return (one > other) - (one < other);
    }
    case ORDER_STATE: return state_rank(a->state) - state_rank(b->state);
    case ORDER_REGISTRY: return registry_rank(a) - registry_rank(b);
    case ORDER_URGENCY:
    case ORDER_COUNT: break;
    }
    return 0;
}

static void merge_sort(const struct view_body **list, const struct view_body **room, size_t n, enum order o)
{
    if (n < 2)
        return;
    size_t half = n / 2;
    merge_sort(list, room, half, o);
    merge_sort(list + half, room, n - half, o);
    memcpy(room, list, n * sizeof *list);
    for (size_t i = 0, l = 0, r = half; i < n; i++)
        list[i] = r == n || (l < half && compare(room[l], room[r], o) <= 0) ? room[l++] : room[r++];
}

/* ------------------------------------------------------------------ what it shows */

struct list {
    const char *text; /* of the filter, as typed */
    struct filter filter;
    enum order order;
    bool reverse;
    const struct view_body **items;
    size_t count;
};

static void choose(struct call *c, const struct view *v, struct list *l)
{
    struct str typed = str_utf8_cut(str_of(call_query(c, "q")), LIMIT_WEB_FILTER_CHARS);
    l->text = arena_text(call_arena(c), typed);
    l->order = read_order(call_query(c, "ordre"));
    l->reverse = strcmp(call_query(c, "sentit"), "baixa") == 0;
    filter_read(call_arena(c), l->text, &l->filter);
    l->items = arena_array(call_arena(c), const struct view_body *, v->bodies.count + 1);
    for (size_t i = 0; i < v->bodies.count; i++) {
        if (filter_holds(&l->filter, v->sorted[i], v->day))
            l->items[l->count++] = v->sorted[i];
    }
    if (l->order != ORDER_URGENCY)
        merge_sort(l->items, arena_array(call_arena(c), const struct view_body *, l->count + 1), l->count, l->order);
    for (size_t i = 0; l->reverse && i < l->count / 2; i++) {
        const struct view_body *x = l->items[i];
        l->items[i] = l->items[l->count - 1 - i];
        l->items[l->count - 1 - i] = x;
    }
}

static const char *address(struct call *c, const char *filter, enum order order, bool reverse)
{
    struct arena *a = call_arena(c);
    const char *q = filter[0] == '\0' ? "" : arena_printf(a, "&q=%s", layout_encode(c, filter));
    const char *o = order == ORDER_URGENCY ? "" : arena_printf(a, "&ordre=%s", orders[order].code);
    const char *all = arena_printf(a, "%s%s%s", q, o, reverse ? "&sentit=baixa" : "");
    return all[0] == '\0' ? "/ens" : arena_printf(a, "/ens?%s", all + 1);
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
        html_attr(h, "href", address(c, text, l->order, l->reverse));
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
    if (l->order != ORDER_URGENCY)
        form_hidden(c, "ordre", orders[l->order].code);
    html_open(h, "button");
    html_attr(h, "class", "btn");
    html_text(h, call_tr(c, N_("Filter")));
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
    if (orders[o].right)
        html_attr(h, "class", "r");
    if (here)
        html_attr(h, "aria-sort", l->reverse ? "descending" : "ascending");
    part_link(c, address(c, l->text, o, here && !l->reverse), NULL, call_tr(c, orders[o].title));
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

/* One line of what matters most. */
static const char *what_happens(struct call *c, const struct view *v, const struct view_body *b)
{
    struct arena *a = call_arena(c);
    const char *reason = view_reason(c->desk, b, c->lang);
    if (b->body->excluded != NULL)
        return reason;
    if (b->outage != NULL)
        return arena_printf(a, "%s · %s", words_distance(a, c->lang, b->outage->since, v->day), b->outage->error);
    if (b->silence != NULL)
        return call_text(c, N_("silenced until %s: %s"), words_date(a, c->lang, b->silence->until), b->silence->reason);
    if (b->body->vanished != DAY_NONE)
        return call_text(c, N_("left the registry %s"), words_distance(a, c->lang, b->body->vanished, v->day));
    if (reason[0] != '\0')
        return reason;
    if ((b->body->flags & BODY_ANSWERED) != 0)
        return call_tr(c, N_("the body has answered"));
    if (b->next != NULL)
        return call_text(c, N_("next warning %s"), words_distance(a, c->lang, b->next->warning.on, v->day));
    return "";
}

/* Of the state that has two reasons, the one that it is: shorter, and says more. */
static const char *state_words(struct call *c, const struct view_body *b)
{
    if (b->state != STATE_UNKNOWN)
        return NULL;
    return (b->body->flags & BODY_NOT_VERIFIABLE) != 0 ? call_tr(c, N_("Not verifiable")) : call_tr(c, N_("No date"));
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
    part_state(c, b->state, state_words(c, b));
    html_raw(h, "</td>");
    html_open(h, "td");
    if (b->watch == NULL)
        html_attr(h, "class", "none");
    html_attr(h, "data-h", call_tr(c, N_("Registry and wire")));
    html_text(h, b->watch == NULL ? "—" : call_tr(c, reconciliation_words(b->watch->reconciliation)));
    html_close(h);
    const char *what = what_happens(c, v, b);
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
    if (l->order != ORDER_URGENCY) {
        html_text(h, " · ");
        part_link(c, address(c, l->text, ORDER_URGENCY, false), NULL, call_tr(c, N_("Order by urgency")));
    }
    html_close(h);
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
        choose(c, v, &l);
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
