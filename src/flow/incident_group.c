/* What fails together for the same runbook is taken for one cause: the technical office gets one ticket about it and
 * the provider one mail, those of the incident that began (the leader); the others (followers) share them. Each keeps
 * its own pages, steps and story. */
#include "flow/incident_run.h"

bool incident_story(struct incident_pass *p, struct tx *tx, const struct incident *x, enum incident_event_kind kind,
                    const char *text, struct err *e)
{
    char uid[TICKET_UID_BYTES] = "";
    if (incident_event_told(kind, x->leader_id != 0))
        (void)ticket_uid_make(uid);
    return incident_event_add(tx, &p->desk->by, x->id, kind, 0, text, uid, e);
}

bool incident_group_load(struct incident_pass *p, struct tx *tx, int64_t leader_id, struct incident_group *ret,
                         bool *ret_found, struct err *e)
{
    struct incidents all;
    struct incident_group g = {.open = 0};
    const struct incident_filter f = {.leader = leader_id};
    if (!incident_get(tx, &p->a, leader_id, &g.leader, ret_found, e) || !incidents_load(tx, &p->a, &f, &all, e))
        return false;
    struct incident *followers = arena_array(&p->a, struct incident, all.count);
    for (size_t i = 0; i < all.count; i++) {
        followers[i] = all.items[all.count - 1 - i];
        g.open += followers[i].closed == INSTANT_NONE;
    }
    g.open += *ret_found && g.leader.closed == INSTANT_NONE;
    g.followers = followers;
    g.count = all.count;
    *ret = g;
    return true;
}

const char *incident_group_names(struct incident_pass *p, const struct incident_group *g, enum lang lang)
{
    return incident_names(&p->a, &(struct incidents){g->followers, g->count}, lang);
}

/* ------------------------------------------------------------------ the leader's story */

static bool has_event(struct incident_pass *p, struct tx *tx, int64_t id, enum incident_event_kind kind, bool *ret,
                      struct err *e)
{
    struct incident_event *events = NULL;
    size_t count = 0;
    if (!incident_events_load(tx, &p->a, id, false, &events, &count, e))
        return false;
    *ret = false;
    for (size_t i = 0; i < count; i++)
        *ret = *ret || events[i].kind == kind;
    return true;
}

static bool tell_once(struct incident_pass *p, struct tx *tx, const struct incident *x, enum incident_event_kind kind,
                      const char *text, struct err *e)
{
    bool had;
    return has_event(p, tx, x->id, kind, &had, e) && (had || incident_story(p, tx, x, kind, text, e));
}

static const char *cleared_words(struct incident_pass *p, const struct incident_group *g)
{
    const struct incidents others = {g->followers, g->count};
    return incident_cleared_words(&p->a, &g->leader, &others, p->desk->files.profile.language);
}

bool incident_group_tell(struct incident_pass *p, int64_t leader_id, struct err *e)
{
    struct tx tx = {0};
    struct incident_group g;
    bool found = false;
    instant_t now = incident_now(p);
    bool ok = tx_begin(p->desk->store, TX_WRITE, &tx, e) && tx_lock(&tx, "incident", e) &&
              incident_group_load(p, &tx, leader_id, &g, &found, e);
    if (ok && found && g.count > 0 && !incident_gathers(g.leader.opened, now)) {
        ok = tell_once(p, &tx, &g.leader, EVENT_JOINED, incident_group_names(p, &g, p->desk->files.profile.language),
                       e) &&
             (g.open > 0 || tell_once(p, &tx, &g.leader, EVENT_CLEARED, cleared_words(p, &g), e)) && tx_commit(&tx, e);
    }
    tx_rollback(&tx);
    return ok;
}

/* ------------------------------------------------------------------ the follower's ticket */

bool incident_group_ticket(struct incident_pass *p, int64_t id, struct err *e)
{
    struct tx tx = {0};
    struct incident x, leader;
    bool found = false;
    incident_now(p);
    bool ok = tx_begin(p->desk->store, TX_WRITE, &tx, e) && incident_get(&tx, &p->a, id, &x, &found, e);
    if (ok && found && !x.ticket_ready) {
        ok = incident_get(&tx, &p->a, x.leader_id, &leader, &found, e);
        if (ok && found && leader.ticket_ready) {
            x.ticket = leader.ticket;
            x.ticket_ready = true;
            ok = incident_update(&tx, &x, e) &&
                 (x.ticket[0] == '\0' || incident_story(p, &tx, &x, EVENT_TICKET, x.ticket, e)) && tx_commit(&tx, e);
        }
    }
    tx_rollback(&tx);
    return ok;
}

/* ------------------------------------------------------------------ the provider */

static bool mail(struct incident_pass *p, struct tx *tx, struct incident_group *g, const struct runbook *r, bool over,
                 struct err *e)
{
    return incident_provider_mail(p, tx, g, r, over, e) && incident_update(tx, &g->leader, e);
}

bool incident_provider_again(struct incident_pass *p, struct tx *tx, struct incident *leader, struct err *e)
{
    const struct runbook *r = runbook_in_force(&p->books, leader->runbook, leader->probe);
    struct incident_group g;
    bool found;
    if (r == NULL || r->to_count == 0)
        return true;
    if (!incident_group_load(p, tx, leader->id, &g, &found, e) || !mail(p, tx, &g, r, false, e))
        return false;
    leader->mail_id = g.leader.mail_id;
    leader->mail_over_id = g.leader.mail_over_id;
    return true;
}

/* A recovery follows the mail of the failure, once that has left; whoever never got that one is told nothing more. */
static bool mail_over(struct incident_pass *p, struct tx *tx, struct incident_group *g, const struct runbook *r,
                      bool mails, enum incident_posted posted, struct err *e)
{
    if (posted == POSTED_NOT_YET)
        return true;
    if (mails && posted == POSTED)
        return mail(p, tx, g, r, true, e);
    g->leader.mail_over_id = g->leader.mail_id; /* the mail of the failure was the last one */
    return incident_update(tx, &g->leader, e);
}

/* The failure is told once what fails together is gathered, and the ticket has its number or will not have it for a
 * while; a recovery only to those who were told of the failure, when all of it is over. */
bool incident_group_provider(struct incident_pass *p, int64_t leader_id, struct err *e)
{
    struct tx tx = {0};
    struct incident_group g = {0};
    bool found = false;
    instant_t now = incident_now(p);
    bool ok = tx_begin(p->desk->store, TX_WRITE, &tx, e) && tx_lock(&tx, "incident", e) &&
              incident_group_load(p, &tx, leader_id, &g, &found, e) && found;
    const struct incident *x = &g.leader;
    const struct runbook *r = ok ? runbook_in_force(&p->books, x->runbook, x->probe) : NULL;
    bool mails = r != NULL && r->to_count > 0 && runbook_has_step(r, RUNBOOK_MAIL);
    bool waits =
        incident_gathers(x->opened, now) || (!x->ticket_ready && runbook_has_step(r, RUNBOOK_TICKET) &&
                                             now - x->opened < LIMIT_INCIDENT_TICKET_SECONDS * INSTANT_PER_SECOND);
    if (ok && mails && g.open > 0 && x->mail_id == 0 && !waits) {
        ok = mail(p, &tx, &g, r, false, e);
    } else if (ok && x->mail_id != 0 && x->mail_over_id == 0) {
        enum incident_posted posted;
        ok = incident_post_provider(p, &tx, &g, r == NULL ? "" : r->provider, &posted, e) &&
             (g.open > 0 || mail_over(p, &tx, &g, r, mails, posted, e));
    }
    ok = ok && tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
}
