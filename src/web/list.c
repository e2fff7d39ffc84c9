/* Choosing and ordering; how a list looks is page_bodies.c's. */
#include "web/list.h"

#include <inttypes.h>

#include "web/words.h"

/* ------------------------------------------------------------------ order */

const struct order_kind list_orders[ORDER_COUNT] = {
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
        if (strcmp(list_orders[o].code, code) == 0)
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

static bool load_kept(struct call *c, struct list *l)
{
    struct tx tx = {0};
    struct saved_view *kept;
    bool ok = tx_begin(c->desk->store, TX_READ, &tx, &c->err) &&
              saved_views_load(&tx, call_arena(c), c->who->account_id, &kept, &l->kept_count, &c->err);
    tx_rollback(&tx);
    if (!ok)
        return false;
    l->kept = kept;
    for (size_t i = 0; i < l->kept_count; i++)
        l->first = kept[i].first ? &kept[i] : l->first;
    return true;
}

/* The list that the address means: the one it names, or without a word the one that the account begins with. */
static const struct saved_view *asked(struct call *c, const struct list *l)
{
    int64_t id;
    if (c->request->query.n == 0)
        return l->first;
    if (!str_to_int64(str_of(call_query(c, "vista")), 1, INT64_MAX, &id))
        return NULL;
    for (size_t i = 0; i < l->kept_count; i++) {
        if (l->kept[i].id == id)
            return &l->kept[i];
    }
    return NULL;
}

static void read_address(struct call *c, struct list *l)
{
    const struct saved_view *v = asked(c, l);
    l->text = v != NULL ? v->filter
                        : arena_text(call_arena(c), str_utf8_cut(str_of(call_query(c, "q")), LIMIT_WEB_FILTER_CHARS));
    l->order = read_order(v != NULL ? v->sort : call_query(c, "ordre"));
    l->reverse = v != NULL ? v->reverse : strcmp(call_query(c, "sentit"), "baixa") == 0;
    for (size_t i = 0; i < l->kept_count && l->here == NULL; i++) {
        const struct saved_view *k = &l->kept[i];
        if (k == v || (v == NULL && strcmp(k->filter, l->text) == 0 && read_order(k->sort) == l->order &&
                       k->reverse == l->reverse))
            l->here = k;
    }
}

bool list_choose(struct call *c, const struct view *v, struct list *ret)
{
    struct list *l = ret;
    *l = (struct list){0};
    if (!load_kept(c, l)) {
        call_failed(c);
        return false;
    }
    read_address(c, l);
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
    return true;
}

const char *list_address(struct call *c, const struct list *l, const char *page, const char *filter, enum order order,
                         bool reverse)
{
    struct arena *a = call_arena(c);
    const char *q = filter[0] == '\0' ? "" : arena_printf(a, "&q=%s", layout_encode(c, filter));
    const char *o = order == ORDER_URGENCY ? "" : arena_printf(a, "&ordre=%s", list_orders[order].code);
    const char *all = arena_printf(a, "%s%s%s", q, o, reverse ? "&sentit=baixa" : "");
    if (all[0] == '\0') /* without a word it would be the list that the account begins with */
        return l->first == NULL ? page : arena_printf(a, "%s?vista=0", page);
    return arena_printf(a, "%s?%s", page, all + 1);
}

/* ------------------------------------------------------------------ words */

/* One line of what matters most. */
const char *list_what_happens(struct call *c, const struct view *v, const struct view_body *b)
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
const char *list_state_words(struct call *c, const struct view_body *b)
{
    if (b->state != STATE_UNKNOWN)
        return NULL;
    return (b->body->flags & BODY_NOT_VERIFIABLE) != 0 ? call_tr(c, N_("Not verifiable")) : call_tr(c, N_("No date"));
}
