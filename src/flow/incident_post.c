/* What became of the mails about incidents: that somebody was paged, or the provider written to, is told when the mail
 * has left; and that it has not, as soon as that is known (core/outbox.h has their states). */
#include "flow/incident_run.h"
#include "flow/replies_decide.h"
#include "record/message.h"

enum post { POST_UNDER_WAY, POST_LEFT, POST_FAILED, POST_UNKNOWN, POST_LATE };

static enum post post_of(const struct message *m, instant_t now)
{
    switch (m->state) {
    case OUTBOX_SENT:
    case OUTBOX_FILED: return POST_LEFT;
    case OUTBOX_REFUSED:
    case OUTBOX_CANCELLED: return POST_FAILED;
    case OUTBOX_AMBIGUOUS: return POST_UNKNOWN;
    case OUTBOX_PLANNED:
    case OUTBOX_APPROVED:
    case OUTBOX_TICKETED:
    case OUTBOX_RENDERED:
    case OUTBOX_SENDING:
    case OUTBOX_STATE_COUNT: break;
    }
    return now - m->created >= LIMIT_INCIDENT_LATE_SECONDS * INSTANT_PER_SECOND ? POST_LATE : POST_UNDER_WAY;
}

/* Why it has not arrived, in the profile's language. */
static const char *post_why(struct incident_pass *p, const struct message *m, enum post what)
{
    enum lang lang = p->desk->files.profile.language;
    const char *said = m->trouble[0] != '\0' ? m->trouble : m->reply;
    const char *state = what == POST_LATE      ? N_("it has not left yet")
                        : what == POST_UNKNOWN ? outbox_state_words(OUTBOX_AMBIGUOUS)
                                               : outbox_state_words(m->state);
    return arena_printf(&p->a, "%s%s%s", tr(lang, state), said[0] == '\0' ? "" : ": ", said);
}

/* ------------------------------------------------------------------ pages */

static bool tell_page(struct incident_pass *p, struct tx *tx, struct incident_page *x, enum post what, const char *why,
                      struct err *e)
{
    static const enum page_state states[] = {[POST_UNDER_WAY] = PAGE_MAILED,
                                             [POST_LEFT] = PAGE_SENT,
                                             [POST_FAILED] = PAGE_REFUSED,
                                             [POST_UNKNOWN] = PAGE_UNKNOWN,
                                             [POST_LATE] = PAGE_MAILED};
    x->state = states[what];
    x->attempts = what == POST_LATE; /* told once */
    x->reply = why;
    x->sent = what == POST_LEFT ? incident_now(p) : INSTANT_NONE;
    return incident_page_settle(tx, x, e) && incident_page_story(p, tx, x, what == POST_LEFT, e);
}

bool incident_page_story(struct incident_pass *p, struct tx *tx, const struct incident_page *x, bool sent,
                         struct err *e)
{
    const int64_t *ids;
    size_t count;
    const char *text = arena_printf(&p->a, "%s (%s)%s%s", x->person, x->kind, sent ? "" : ": ", sent ? "" : x->reply);
    if (x->over)
        return true;
    if (!incident_page_items(tx, &p->a, x->id, &ids, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!incident_event_add(tx, &p->desk->by, ids[i], sent ? EVENT_PAGED : EVENT_UNPAGED, 0, text, "", e))
            return false;
    }
    return true;
}

static bool look_at_page(struct incident_pass *p, struct incident_page *x, struct err *e)
{
    struct tx tx = {0};
    struct message m;
    bool found = false;
    instant_t now = incident_now(p);
    bool ok = tx_begin(p->desk->store, TX_WRITE, &tx, e) && tx_lock(&tx, "incident", e) &&
              incident_page_mailed(&tx, x, &found, e); /* another pass may have told it meanwhile */
    if (ok && found)
        ok = message_get(&tx, &p->a, x->message_id, &m, &found, e);
    enum post what = ok && found ? post_of(&m, now) : POST_UNDER_WAY;
    if (what != POST_UNDER_WAY && (what != POST_LATE || x->attempts == 0))
        ok = tell_page(p, &tx, x, what, what == POST_LEFT ? "" : post_why(p, &m, what), e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
}

bool incident_post_pages(struct incident_pass *p, struct err *e)
{
    struct tx tx = {0};
    struct incident_page *pages = NULL;
    size_t count = 0;
    instant_t since = incident_now(p) - LIMIT_INCIDENT_LINK_SECONDS * INSTANT_PER_SECOND;
    bool ok = tx_begin(p->desk->store, TX_READ, &tx, e) && incident_pages_mailed(&tx, &p->a, since, &pages, &count, e);
    tx_rollback(&tx);
    for (size_t i = 0; ok && i < count; i++)
        ok = look_at_page(p, &pages[i], e);
    return ok;
}

/* ------------------------------------------------------------------ the provider */

/* What was told of a mail that was written at `since`: since then, or since it failed again, for clocks may be put
 * back, and nothing is told twice. */
struct told {
    bool mailed, unmailed;
};

static bool told_of(struct tx *tx, struct arena *a, int64_t id, instant_t since, struct told *ret, struct err *e)
{
    struct incident_event *events = NULL;
    size_t count = 0;
    struct told after = {.mailed = false}, again = after;
    if (!incident_events_load(tx, a, id, false, &events, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        bool mailed = events[i].kind == EVENT_MAIL, unmailed = events[i].kind == EVENT_UNMAILED;
        if (events[i].kind == EVENT_AGAIN)
            again = (struct told){.mailed = false};
        again.mailed = again.mailed || mailed;
        again.unmailed = again.unmailed || unmailed;
        after.mailed = after.mailed || (mailed && events[i].at >= since);
        after.unmailed = after.unmailed || (unmailed && events[i].at >= since);
    }
    *ret = (struct told){after.mailed || again.mailed, after.unmailed || again.unmailed};
    return true;
}

static bool tell_group(struct incident_pass *p, struct tx *tx, const struct incident_group *g,
                       enum incident_event_kind kind, const char *text, struct err *e)
{
    bool ok = incident_story(p, tx, &g->leader, kind, text, e);
    for (size_t i = 0; ok && i < g->count; i++)
        ok = incident_story(p, tx, &g->followers[i], kind, text, e);
    return ok;
}

bool incident_post_provider(struct incident_pass *p, struct tx *tx, const struct incident_group *g,
                            const char *provider, enum incident_posted *ret, struct err *e)
{
    static const enum incident_posted posted[] = {[POST_UNDER_WAY] = POSTED_NOT_YET,
                                                  [POST_LEFT] = POSTED,
                                                  [POST_FAILED] = POSTED_NEVER,
                                                  [POST_UNKNOWN] = POSTED,
                                                  [POST_LATE] = POSTED_NOT_YET};
    struct message m;
    bool found = false;
    struct told told;
    *ret = POSTED;
    if (!message_get(tx, &p->a, g->leader.mail_id, &m, &found, e))
        return false;
    if (!found)
        return true;
    enum post what = post_of(&m, p->desk->by.at);
    *ret = posted[what];
    if (what == POST_UNDER_WAY)
        return true;
    if (!told_of(tx, &p->a, g->leader.id, m.created, &told, e))
        return false;
    if (told.mailed || (told.unmailed && what != POST_LEFT))
        return true;
    return what == POST_LEFT ? tell_group(p, tx, g, EVENT_MAIL, provider, e)
                             : tell_group(p, tx, g, EVENT_UNMAILED,
                                          arena_printf(&p->a, "%s: %s", provider, post_why(p, &m, what)), e);
}

/* ------------------------------------------------------------------ what comes back */

static bool provider_mail_in(struct incident_pass *p, struct tx *tx, int64_t id, const struct incoming *in,
                             struct err *e)
{
    struct incident_group g;
    struct message m;
    bool found, returned = in->kind != REPLY_ANSWER;
    struct told told = {.mailed = true};
    if (!incident_group_load(p, tx, id, &g, &found, e) || !message_get(tx, &p->a, in->outbox_id, &m, &found, e))
        return false;
    if (!returned)
        return incident_story(p, tx, &g.leader, EVENT_ANSWERED, reply_line(p->desk, &p->a, in), e);
    /* It has left, or it could not come back; whoever reads that it came back reads that first. */
    return told_of(tx, &p->a, id, m.created, &told, e) &&
           (told.mailed || tell_group(p, tx, &g, EVENT_MAIL, m.subject, e)) &&
           tell_group(p, tx, &g, EVENT_UNMAILED, in->detail, e);
}

static bool mail_in(struct incident_pass *p, struct tx *tx, const struct incoming *in, struct err *e)
{
    int64_t id;
    struct incident_page page;
    bool found = false;
    if (!incident_by_mail(tx, in->outbox_id, &id, e))
        return false;
    if (id != 0)
        return provider_mail_in(p, tx, id, in, e);
    if (in->kind == REPLY_ANSWER)
        return true;
    if (!incident_page_by_mail(tx, &p->a, in->outbox_id, &page, &found, e) || !found)
        return e->code == ERR_NONE;
    page.state = PAGE_REFUSED;
    page.reply = in->detail;
    return incident_page_settle(tx, &page, e) && incident_page_story(p, tx, &page, false, e);
}

bool incident_post_in(struct desk *d, struct tx *tx, const struct incoming *in, struct err *e)
{
    struct incident_report none = {.server = {.lang = e->lang}};
    struct incident_pass p = {.desk = d, .report = &none, .at = d->by.at};
    const char *who = d->by.who;
    if (in->outbox_id == 0 || (in->kind != REPLY_ANSWER && in->kind != REPLY_BOUNCE && in->kind != REPLY_UNDELIVERED))
        return true;
    d->by.who = "talaia";
    bool ok = tx_lock(tx, "incident", e) && mail_in(&p, tx, in, e);
    d->by.who = who;
    arena_release(&p.a);
    return ok;
}
