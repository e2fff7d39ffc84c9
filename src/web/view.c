#include "web/view.h"

#include "base/text.h"
#include "core/name.h"

struct parts {
    struct outage *open;
    struct silence *silences;
    struct watch_record *watches;
    size_t open_count, silence_count, watch_count;
};

static bool read_parts(struct desk *d, struct tx *tx, struct view *v, struct parts *p, struct err *e)
{
    struct arena *a = &v->arena;
    struct outage *all = NULL;
    struct sweep_info *rounds = NULL;
    size_t round_count = 0;
    bool ok = bodies_load(tx, a, &d->files.profile, v->day, &v->bodies, e) &&
              outages_load(tx, a, 0, v->day, false, &all, &v->outage_count, e) &&
              outages_load(tx, a, 0, v->day, true, &p->open, &p->open_count, e) &&
              silences_load(tx, a, v->day, &p->silences, &p->silence_count, e) &&
              watches_load(tx, a, 0, &p->watches, &p->watch_count, e) && blind_since(tx, &v->blind, e) &&
              sweeps_load(tx, a, 1, &rounds, &round_count, e);
    v->outages = all;
    if (ok && round_count > 0)
        v->last_round = rounds[0];
    return ok;
}

static struct view_body *item_of(struct view *v, struct view_body *items, int64_t id)
{
    struct body *b = bodies_by_id(&v->bodies, id);
    return b == NULL ? NULL : &items[b - v->bodies.items];
}

/* What is known of each body beside what the registry says. */
static void attach(struct view *v, struct view_body *items, const struct parts *p)
{
    struct view_body *at;
    for (size_t i = 0; i < p->open_count; i++) {
        if ((at = item_of(v, items, p->open[i].body_id)) != NULL)
            at->outage = &p->open[i];
    }
    for (size_t i = 0; i < p->silence_count; i++) {
        if ((at = item_of(v, items, p->silences[i].body_id)) != NULL)
            at->silence = &p->silences[i];
    }
    for (size_t i = 0; i < p->watch_count; i++) {
        if ((at = item_of(v, items, p->watches[i].body_id)) != NULL)
            at->watch = &p->watches[i];
    }
    for (size_t i = 0; i < v->plan.count; i++) {
        at = item_of(v, items, v->plan.items[i].body->id);
        if (at != NULL && at->next == NULL) /* they come by day */
            at->next = &v->plan.items[i];
    }
}

static void judge(struct desk *d, struct view *v, struct view_body *x)
{
    const struct profile *p = &d->files.profile;
    const struct body *b = x->body;
    x->urgency = body_urgency(b, v->day);
    x->state = body_state(b, v->day, d->by.at, p->thresholds[0], x->outage != NULL);
    if (x->silence != NULL && x->state != STATE_EXCLUDED)
        x->state = STATE_MUTED;
    x->long_gone = b->vanished != DAY_NONE && v->day - b->vanished > LIMIT_VANISHED_SHOWN_DAYS;
    x->short_name = name_short(&v->arena, str_of(b->name));
    /* Each on its own, so that no phrase is found that begins in one and ends in the next. */
    x->fold = arena_printf(&v->arena, "%s|%s|%s", text_fold(&v->arena, str_of(b->name)),
                           text_fold(&v->arena, str_of(b->description)), b->ine10);
    if (!x->long_gone) {
        v->in_state[x->state]++;
        v->watched += x->state != STATE_EXCLUDED;
    }
}

/* What is true of a certificate's last day changes at an instant, with nobody having changed anything. */
static void look_ahead(struct view *v, instant_t now)
{
    v->until = INT64_MAX;
    for (size_t i = 0; i < v->bodies.count; i++) {
        const struct body *b = &v->bodies.items[i];
        for (int k = 0; k < CERT_KINDS; k++) {
            if (b->ends[k] == INSTANT_NONE)
                continue;
            v->ended += body_has_ended(b, (enum cert_kind)k, v->day, now);
            if (b->ends[k] >= now && b->ends[k] < v->until)
                v->until = b->ends[k];
        }
    }
}

static void sort(struct view *v, const struct view_body *items)
{
    const struct body **order = arena_array(&v->arena, const struct body *, v->bodies.count + 1);
    for (size_t i = 0; i < v->bodies.count; i++)
        order[i] = &v->bodies.items[i];
    bodies_sort(order, v->bodies.count, v->day);
    v->sorted = arena_array(&v->arena, const struct view_body *, v->bodies.count + 1);
    for (size_t i = 0; i < v->bodies.count; i++)
        v->sorted[i] = &items[order[i] - v->bodies.items];
}

bool view_make(struct desk *d, const struct change_mark *mark, struct view **ret, struct err *e)
{
    struct view *v = mem_alloc(1, sizeof *v);
    struct tx tx;
    struct parts parts = {0};
    v->users = 1;
    v->mark = *mark;
    v->day = d->by.day;
    bool ok = tx_begin(d->store, TX_READ, &tx, e);
    if (ok) {
        ok = read_parts(d, &tx, v, &parts, e);
        tx_rollback(&tx);
    }
    if (!ok || !plan_make(d, &v->arena, VIEW_PLAN_DAYS, &v->plan, e)) {
        view_drop(v);
        return false;
    }
    struct view_body *items = arena_array(&v->arena, struct view_body, v->bodies.count + 1);
    for (size_t i = 0; i < v->bodies.count; i++)
        items[i].body = &v->bodies.items[i];
    attach(v, items, &parts);
    for (size_t i = 0; i < v->bodies.count; i++)
        judge(d, v, &items[i]);
    look_ahead(v, d->by.at);
    v->items = items;
    sort(v, items);
    *ret = v;
    return true;
}

void view_take(struct view *v)
{
    atomic_fetch_add(&v->users, 1);
}

void view_drop(struct view *v)
{
    if (v == NULL || atomic_fetch_sub(&v->users, 1) > 1)
        return;
    arena_release(&v->arena);
    mem_free(v);
}

const struct view_body *view_find(const struct view *v, int64_t body_id)
{
    const struct body *b = bodies_by_id(&v->bodies, body_id);
    return b == NULL ? NULL : &v->items[b - v->bodies.items];
}

const char *view_reason(const struct desk *d, const struct view_body *b, enum lang lang)
{
    if (b->body->excluded != NULL)
        return exclusion_words(&d->files.profile, b->body, lang);
    return b->body->mark_reason == NULL ? "" : b->body->mark_reason;
}
