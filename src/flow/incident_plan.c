/* Who is paged now. A channel gets one page about all that is due for it, and the next one not before
 * LIMIT_PAGE_GAP_SECONDS: when many probes fail together, that is one page with a list. */
#include "flow/incident_run.h"

/* A channel with the incidents that are due for it. */
struct due {
    const struct channel *channel;
    const struct incident **list;
    size_t count;
};

static struct due *due_of(struct due *all, const struct channel *c)
{
    while (all->channel != c && all->channel != NULL)
        all++;
    all->channel = c;
    return all;
}

/* Whether none of the level's channels was paged a moment ago. */
static bool may_page(struct tx *tx, const struct escalation *level, instant_t now, bool *ret, struct err *e)
{
    *ret = true;
    for (size_t i = 0; i < level->count; i++) {
        instant_t last;
        if (!incident_page_last(tx, level->channels[i]->name, &last, e))
            return false;
        if (last != INSTANT_NONE && last <= now && now - last < LIMIT_PAGE_GAP_SECONDS * INSTANT_PER_SECOND)
            *ret = false;
    }
    return true;
}

static bool plan_one(struct incident_pass *p, struct tx *tx, struct incident *x, size_t all_count, struct due *due,
                     struct err *e)
{
    const struct runbook *r = runbook_find(&p->books, x->runbook);
    size_t levels = r == NULL ? 0 : incident_levels_due(r, x->counted, p->desk->by.at), before = x->level;
    for (bool may = true; may && x->level < levels;) {
        const struct escalation *level = &r->levels[x->level];
        if (!may_page(tx, level, p->desk->by.at, &may, e))
            return false;
        for (size_t i = 0; may && i < level->count; i++) {
            struct due *one = due_of(due, level->channels[i]);
            if (one->list == NULL)
                one->list = arena_array(&p->a, const struct incident *, all_count);
            if (one->count == 0 || one->list[one->count - 1] != x)
                one->list[one->count++] = x;
        }
        x->level += may;
    }
    return x->level == before || incident_update(tx, x, e);
}

bool incident_plan(struct incident_pass *p, struct err *e)
{
    struct tx tx = {0};
    struct incidents all = {0};
    struct due *due = arena_array(&p->a, struct due, p->books.channel_count + 1);
    const struct incident_filter open = {.open_only = true};
    incident_now(p);
    bool ok = tx_begin(p->desk->store, TX_WRITE, &tx, e) && tx_lock(&tx, "incident", e) &&
              incidents_load(&tx, &p->a, &open, &all, e);
    struct incident *items = arena_array(&p->a, struct incident, all.count);
    for (size_t i = 0; ok && i < all.count; i++) {
        items[i] = all.items[all.count - 1 - i]; /* oldest first */
        if (items[i].acked == INSTANT_NONE)
            ok = plan_one(p, &tx, &items[i], all.count, due, e);
    }
    for (struct due *one = due; ok && one->channel != NULL; one++)
        ok = incident_page(p, &tx, one->channel, one->list, one->count, false, e);
    ok = ok && tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
}
