/* Who is paged now, of failures and of recoveries. A channel gets one page about all that is due for it, and the next
 * one not before LIMIT_PAGE_GAP_SECONDS: when many probes fail together, that is one page with a list. */
#include "flow/incident_run.h"

#define CLOCK_SECONDS 30 /* so far the clocks of several machines may be apart */

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

/* The caller's room holds all incidents that there are to page about. */
static void due_add(struct incident_pass *p, struct due *due, const struct channel *c, const struct incident *x,
                    size_t all_count)
{
    struct due *one = due_of(due, c);
    if (one->list == NULL)
        one->list = arena_array(&p->a, const struct incident *, all_count);
    if (one->count == 0 || one->list[one->count - 1] != x)
        one->list[one->count++] = x;
}

/* Whether none of these channels was paged a moment ago. */
static bool may_page(struct tx *tx, const struct channel *const *channels, size_t count, bool over, instant_t now,
                     bool *ret, struct err *e)
{
    *ret = true;
    for (size_t i = 0; i < count; i++) {
        instant_t last;
        if (!incident_page_last(tx, channels[i]->name, over, &last, e))
            return false;
        if (last != INSTANT_NONE && last <= now && now - last < LIMIT_PAGE_GAP_SECONDS * INSTANT_PER_SECOND)
            *ret = false;
    }
    return true;
}

/* What became of the pages of this round. */
struct heard {
    size_t all, lost, late; /* late: mails that have not left, and will when the server is there again */
    instant_t last;         /* the newest */
};

static bool heard(struct incident_pass *p, struct tx *tx, const struct incident *x, struct heard *ret, struct err *e)
{
    struct incident_page *pages;
    size_t count;
    struct heard h = {.last = INSTANT_NONE};
    if (!incident_pages_load(tx, &p->a, x->id, &pages, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct incident_page *g = &pages[i];
        if (g->over || g->created < x->counted - CLOCK_SECONDS * INSTANT_PER_SECOND)
            continue;
        h.all++;
        h.late += g->state == PAGE_MAILED && g->attempts > 0;
        h.lost += g->state == PAGE_REFUSED || g->state == PAGE_UNKNOWN;
        h.last = g->created;
    }
    *ret = h;
    return true;
}

/* The levels that are due. Nobody waits for an answer to pages that reached nobody: the next level is due at once, and
 * when there is none the last one once more from time to time. */
static bool levels_due(struct incident_pass *p, struct tx *tx, const struct incident *x, const struct runbook *r,
                       size_t *ret, struct err *e)
{
    struct heard h;
    instant_t now = p->desk->by.at;
    *ret = r == NULL ? 0 : incident_levels_due(r, x->counted, now);
    if (r == NULL || x->level == 0 || x->level < *ret)
        return true;
    if (!heard(p, tx, x, &h, e))
        return false;
    if (h.all == 0 || h.lost + h.late < h.all)
        return true; /* somebody may have heard of it */
    bool again = h.late == 0 && now - h.last >= LIMIT_PAGE_UNHEARD_SECONDS * INSTANT_PER_SECOND &&
                 now - x->counted < LIMIT_PAGE_EVERY_SECONDS * INSTANT_PER_SECOND;
    if (x->level < r->level_count || again)
        *ret = x->level + 1;
    return true;
}

static bool plan_one(struct incident_pass *p, struct tx *tx, struct incident *x, size_t all_count, struct due *due,
                     struct err *e)
{
    const struct runbook *r = runbook_in_force(&p->books, x->runbook, x->probe);
    size_t levels, before = x->level;
    if (!levels_due(p, tx, x, r, &levels, e))
        return false;
    for (bool may = true; may && x->level < levels;) {
        const struct escalation *level = incident_level(r, x->level);
        if (!may_page(tx, level->channels, level->count, false, p->desk->by.at, &may, e))
            return false;
        for (size_t i = 0; may && i < level->count; i++)
            due_add(p, due, level->channels[i], x, all_count);
        x->level += may;
    }
    return x->level == before || incident_update(tx, x, e);
}

/* It came back, and stays: whoever was told that it was over, and whoever took it, may be asleep. The provider too is
 * told once more, and hears of the next recovery. */
static bool wake(struct incident_pass *p, struct tx *tx, struct incident *x, struct err *e)
{
    if (!incident_wake(tx, x, e))
        return false;
    return x->leader_id != 0 || x->mail_over_id == 0 || incident_provider_again(p, tx, x, e);
}

/* Taken, and nothing done for as long as the runbook says: whoever has it may have fallen asleep over it. */
static bool forget(struct incident_pass *p, struct tx *tx, struct incident *x, struct err *e)
{
    const struct runbook *r = runbook_in_force(&p->books, x->runbook, x->probe);
    instant_t touched, now = p->desk->by.at;
    if (r == NULL || r->forgotten == 0)
        return true;
    if (!incident_touched(tx, x, &touched, e))
        return false;
    if (touched == INSTANT_NONE || touched < x->acked)
        touched = x->acked;
    if (now - touched < r->forgotten * 60 * INSTANT_PER_SECOND)
        return true;
    const char *who = x->acked_who;
    return incident_forget(tx, &p->desk->by, x, e) && incident_story(p, tx, x, EVENT_FORGOTTEN, who, e);
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
        if (items[i].again > items[i].again_told && incident_stays(items[i].counted, p->desk->by.at))
            ok = wake(p, &tx, &items[i], e);
        if (ok && items[i].acked != INSTANT_NONE)
            ok = forget(p, &tx, &items[i], e);
        if (ok && items[i].acked == INSTANT_NONE)
            ok = plan_one(p, &tx, &items[i], all.count, due, e);
    }
    for (struct due *one = due; ok && one->channel != NULL; one++)
        ok = incident_page(p, &tx, one->channel, one->list, one->count, false, e);
    ok = ok && tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
}

/* ------------------------------------------------------------------ recoveries */

/* The channels that were paged of the failure, and not of a recovery since. */
static bool reached(struct incident_pass *p, struct tx *tx, const struct incident *x, const struct channel **ret,
                    size_t *ret_count, struct err *e)
{
    struct incident_page *pages;
    size_t count, n = 0;
    if (!incident_pages_load(tx, &p->a, x->id, &pages, &count, e))
        return false;
    for (size_t i = 0; i < p->books.channel_count; i++) {
        bool pending = false;
        for (size_t k = 0; k < count; k++) {
            if (strcmp(pages[k].channel, p->books.channels[i].name) != 0)
                continue;
            pending =
                pages[k].over ? false : pending || (pages[k].state != PAGE_CANCELLED && pages[k].state != PAGE_REFUSED);
        }
        if (pending)
            ret[n++] = &p->books.channels[i];
    }
    *ret_count = n;
    return true;
}

static bool plan_over(struct incident_pass *p, struct tx *tx, struct incident *x, size_t all_count, struct due *due,
                      struct err *e)
{
    const struct channel **channels = arena_array(&p->a, const struct channel *, p->books.channel_count);
    size_t count;
    bool may;
    if (!reached(p, tx, x, channels, &count, e) || !may_page(tx, channels, count, true, p->desk->by.at, &may, e))
        return false;
    if (!may)
        return true;
    for (size_t i = 0; i < count; i++)
        due_add(p, due, channels[i], x, all_count);
    x->over_told = true;
    p->report->of[INCIDENT_DID_OVER]++;
    return incident_update(tx, x, e);
}

bool incident_plan_over(struct incident_pass *p, const struct incidents *work, struct err *e)
{
    struct tx tx = {0};
    size_t before = p->report->of[INCIDENT_DID_OVER];
    struct due *due = arena_array(&p->a, struct due, p->books.channel_count + 1);
    struct incident *items = arena_array(&p->a, struct incident, work->count);
    incident_now(p);
    bool ok = tx_begin(p->desk->store, TX_WRITE, &tx, e) && tx_lock(&tx, "incident", e);
    for (size_t i = 0; ok && i < work->count; i++) {
        bool found = false;
        if (work->items[work->count - 1 - i].closed == INSTANT_NONE)
            continue;
        ok = incident_get(&tx, &p->a, work->items[work->count - 1 - i].id, &items[i], &found, e);
        if (ok && found && items[i].closed != INSTANT_NONE && !items[i].over_told)
            ok = plan_over(p, &tx, &items[i], work->count, due, e);
    }
    for (struct due *one = due; ok && one->channel != NULL; one++)
        ok = incident_page(p, &tx, one->channel, one->list, one->count, true, e);
    ok = ok && tx_commit(&tx, e);
    tx_rollback(&tx);
    if (!ok)
        p->report->of[INCIDENT_DID_OVER] = before;
    return ok;
}
