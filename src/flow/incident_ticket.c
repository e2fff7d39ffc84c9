/* The ticket of an incident: made or found by its uid, observers and related ones set, and told what happened. Every
 * step may be repeated (ticket/ticket.h); what passes by itself is tried again later. */
#include "core/outbox.h"
#include "flow/incident_run.h"

struct telling {
    struct incident_pass *pass;
    struct tracker *tracker;
    struct incident x;
    const struct runbook *runbook; /* NULL: its file has changed */
    struct tx tx;
    bool local;
};

/* A remote tracker is asked without a transaction. */
static struct tx *tracker_tx(struct telling *t)
{
    return t->local ? &t->tx : NULL;
}

static bool load(struct telling *t, int64_t id, bool *ret_found, struct err *e)
{
    return tx_begin(t->pass->desk->store, TX_WRITE, &t->tx, e) &&
           incident_get(&t->tx, &t->pass->a, id, &t->x, ret_found, e);
}

/* ------------------------------------------------------------------ making it */

/* "2026-10-25 02:30 CEST": the hour that is there twice is told apart. */
static const char *moment(struct arena *a, instant_t t)
{
    char day[DAY_TEXT_BYTES];
    return arena_printf(a, "%s %s", day_iso(day_madrid(t), day), incident_hour(a, t));
}

static const char *description(struct telling *t)
{
    struct arena *a = &t->pass->a;
    const struct incident *x = &t->x;
    enum lang lang = t->pass->desk->files.profile.language;
    const char *text = arena_printf(a, tr(lang, N_("The probe %s has failed since %s.\n\nWhat was seen: %s")), x->probe,
                                    moment(a, x->since), x->seen);
    if (x->service[0] != '\0')
        text = arena_printf(a, tr(lang, N_("%s\nService: %s")), text, x->service);
    return x->target[0] == '\0' ? text : arena_printf(a, tr(lang, N_("%s\nAddress: %s")), text, x->target);
}

/* Kept on the disk before a remote tracker is asked. */
static bool keep_uid(struct telling *t, const char *uid, struct err *e)
{
    t->x.ticket_uid = uid;
    t->x.ticket_tried = t->pass->desk->by.at;
    bool ok = incident_update(&t->tx, &t->x, e) && tx_commit(&t->tx, e);
    tx_rollback(&t->tx);
    return ok;
}

/* Observers and related tickets. What the tracker refuses of one is kept as a remark: the ticket is there. */
static bool complete(struct telling *t, const char *key, struct err *e)
{
    const struct runbook *r = t->runbook;
    for (size_t i = 0; r != NULL && i < r->observer_count + r->related_count; i++) {
        struct err why = {.lang = e->lang};
        bool watch = i < r->observer_count;
        const char *one = watch ? r->observers[i] : r->related[i - r->observer_count];
        bool ok = watch ? ticket_watch(t->tracker, tracker_tx(t), key, one, &why)
                        : ticket_link(t->tracker, tracker_tx(t), key, one, &why);
        if (ok)
            continue;
        if (ticket_is_later(&why) || err_exit_code(why.code) == EXIT_STORE) {
            *e = why;
            return false;
        }
        t->x.trouble = arena_strdup(&t->pass->a, why.text);
    }
    return true;
}

static bool keep_ticket(struct telling *t, const char *key, struct err *e)
{
    struct incident now;
    bool found = false, had;
    const char *remark = t->x.trouble;
    if (!t->local && !load(t, t->x.id, &found, e))
        return false;
    now = t->x;
    had = now.ticket_ready;
    now.ticket = key;
    now.ticket_ready = true;
    now.trouble = remark;
    now.attempts = 0;
    now.next_try = INSTANT_NONE;
    bool ok = incident_update(&t->tx, &now, e) &&
              (had || incident_event_add(&t->tx, &t->pass->desk->by, now.id, EVENT_TICKET, 0, key, "", e)) &&
              tx_commit(&t->tx, e);
    tx_rollback(&t->tx);
    if (ok)
        t->x = now;
    t->pass->report->of[INCIDENT_DID_TICKETED] += ok && !had;
    return ok;
}

/* `why` is the tracker's. */
static bool make(struct telling *t, struct err *why, struct err *e)
{
    char room[TICKET_UID_BYTES];
    struct arena *a = &t->pass->a;
    struct ticket made;
    const char *uid = t->x.ticket_uid[0] != '\0' ? t->x.ticket_uid : arena_strdup(a, ticket_uid_make(room));
    instant_t tried = t->x.ticket_tried;
    if (!t->local && !keep_uid(t, uid, e))
        return false;
    t->x.ticket_uid = uid;
    const struct ticket_new n = {
        .uid = uid,
        .kind = GROUP_OUTAGE,
        .summary = arena_printf(a, tr(t->pass->desk->files.profile.language, N_("%s has failed")), t->x.probe),
        .description = description(t),
        .due = DAY_NONE,
        .tried = tried,
    };
    if (!ticket_create(t->tracker, tracker_tx(t), a, &n, &made, why) || !complete(t, made.key, why))
        return false;
    return keep_ticket(t, made.key, e);
}

/* ------------------------------------------------------------------ telling it */

static const char *note_words(struct telling *t, const struct incident_event *v)
{
    const char *words = tr(t->pass->desk->files.profile.language, incident_event_words(v->kind));
    bool shares = t->x.leader_id != 0; /* the ticket is about another probe: which one this is about is said */
    return arena_printf(&t->pass->a, "%s · %s%s%s%s%s · %s", moment(&t->pass->a, v->at), shares ? t->x.probe : "",
                        shares ? " · " : "", words, v->text[0] == '\0' ? "" : ": ", v->text, v->who);
}

static bool tell_one(struct telling *t, const struct incident_event *v, struct err *why, struct err *e)
{
    struct desk *d = t->pass->desk;
    instant_t tried = v->tried;
    if (!t->local) {
        bool kept = tx_begin(d->store, TX_WRITE, &t->tx, e) && incident_event_tried(&t->tx, v->id, d->by.at, e) &&
                    tx_commit(&t->tx, e);
        tx_rollback(&t->tx);
        if (!kept || !ticket_note_add(t->tracker, NULL, t->x.ticket, v->marker, note_words(t, v), tried, why))
            return false;
    }
    bool ok =
        tx_begin(d->store, TX_WRITE, &t->tx, e) &&
        (!t->local || ticket_note_add(t->tracker, &t->tx, t->x.ticket, v->marker, note_words(t, v), tried, why)) &&
        incident_event_told_now(&t->tx, v->id, incident_now(t->pass), e) && tx_commit(&t->tx, e);
    tx_rollback(&t->tx);
    t->pass->report->of[INCIDENT_DID_TOLD] += ok;
    return ok;
}

static bool tell_all(struct telling *t, struct err *why, struct err *e)
{
    struct incident_event *events = NULL;
    size_t count = 0;
    bool ok = tx_begin(t->pass->desk->store, TX_READ, &t->tx, e) &&
              incident_events_load(&t->tx, &t->pass->a, t->x.id, true, &events, &count, e);
    tx_rollback(&t->tx);
    for (size_t i = 0; ok && i < count; i++)
        ok = tell_one(t, &events[i], why, e);
    return ok;
}

/* ------------------------------------------------------------------ what was in the way */

static bool put_off(struct telling *t, const struct err *why, struct err *e)
{
    bool found = false;
    tx_rollback(&t->tx);
    if (t->pass->report->server.code == ERR_NONE)
        t->pass->report->server = *why;
    t->pass->tracker_gone = ticket_is_later(why);
    if (!load(t, t->x.id, &found, e))
        return false;
    t->x.attempts++;
    t->x.trouble = why->text;
    t->x.next_try = outbox_retry(t->x.ticket_uid, t->x.attempts, t->pass->desk->by.at);
    bool ok = incident_update(&t->tx, &t->x, e) && tx_commit(&t->tx, e);
    tx_rollback(&t->tx);
    t->pass->report->of[INCIDENT_DID_WAITING] += ok;
    return ok;
}

bool incident_ticket(struct incident_pass *p, struct tracker *tracker, int64_t id, struct err *e)
{
    struct telling t = {.pass = p, .tracker = tracker, .local = tracker_is_local(tracker)};
    struct err why = {.lang = e->lang};
    bool found = false;
    incident_now(p);
    bool ok = load(&t, id, &found, e) && found;
    t.runbook = ok ? runbook_in_force(&p->books, t.x.runbook, t.x.probe) : NULL;
    bool shares = ok && t.x.leader_id != 0; /* it gets the leader's */
    if (ok && !t.x.ticket_ready && !shares)
        ok = make(&t, &why, e);
    tx_rollback(&t.tx);
    ok = ok && (t.x.ticket[0] == '\0' || tell_all(&t, &why, e));
    if (ok || e->code != ERR_NONE)
        return ok;
    if (err_exit_code(why.code) == EXIT_STORE) {
        *e = why;
        return false;
    }
    return put_off(&t, &why, e);
}
