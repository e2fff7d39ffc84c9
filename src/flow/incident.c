/* What opens, moves and closes an incident. Not here: looking at it (incident_look.c), what follows outside
 * (incident_run.c and those beside it). */
#include "flow/incident.h"

#include "base/text.h"
#include "conf/runbook.h"
#include "flow/change.h"
#include "flow/letter.h"
#include "record/audit.h"
#include "ticket/ticket.h"

/* An event; the ticket is told of the kinds that it is told of, under the mark of the form when that has one. */
static bool add_marked(struct desk *d, struct tx *tx, int64_t id, enum incident_event_kind kind, int step,
                       const char *text, const char *once, struct err *e)
{
    char uid[TICKET_UID_BYTES] = "";
    struct incident x;
    bool found;
    if (!incident_get(tx, &d->arena, id, &x, &found, e))
        return false;
    if (incident_event_told(kind, found && x.leader_id != 0))
        (void)ticket_uid_make(uid);
    return incident_event_add(tx, &d->by, id, kind, step, text, once[0] == '\0' ? uid : once, e);
}

static bool add_event(struct desk *d, struct tx *tx, int64_t id, enum incident_event_kind kind, int step,
                      const char *text, struct err *e)
{
    return add_marked(d, tx, id, kind, step, text, "", e);
}

const char *incident_once(struct arena *a)
{
    char uid[TICKET_UID_BYTES];
    return arena_strdup(a, ticket_uid_make(uid));
}

/* What a form with that mark has become already; *ret_found false: nothing. *once becomes "" when it is no mark, or is
 * that of another deed: somebody went back to the form and wrote something else, which is kept as well. */
static bool find_once(struct desk *d, struct tx *tx, int64_t id, enum incident_event_kind kind, int step,
                      const char **once, struct incident_event *ret, bool *ret_found, struct err *e)
{
    *ret_found = false;
    if (*once == NULL || !ticket_uid_valid(str_of(*once)))
        *once = "";
    if ((*once)[0] == '\0')
        return true;
    if (!incident_event_marked(tx, &d->arena, id, *once, ret, ret_found, e))
        return false;
    if (*ret_found && (ret->kind != kind || ret->step != step || strcmp(ret->who, d->by.who) != 0))
        *ret_found = false, *once = "";
    return true;
}

/* The same for what is known again by its text. */
static bool had_once(struct desk *d, struct tx *tx, int64_t id, enum incident_event_kind kind, int step,
                     const char *text, const char **once, bool *ret, struct err *e)
{
    struct incident_event v;
    if (!find_once(d, tx, id, kind, step, once, &v, ret, e))
        return false;
    if (*ret && strcmp(v.text, text) != 0)
        *ret = false, *once = "";
    return true;
}

/* ------------------------------------------------------------------ by what sees it */

static const char *cut(struct desk *d, const char *text, size_t most)
{
    return arena_text(&d->arena, str_utf8_cut(str_of(text_clean(&d->arena, str_of(text), false)), most));
}

static bool probe_name_ok(const char *probe, struct err *e)
{
    size_t n = strlen(probe);
    bool ok = n > 0 && n <= LIMIT_PROBE_NAME_CHARS &&
              strspn(probe, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.") == n;
    return ok ||
           err_set(e, ERR_VALUE, N_("'%.60s' is no name of a probe: letters, digits, '_', '-' and '.', at most %d"),
                   probe, LIMIT_PROBE_NAME_CHARS);
}

static bool add_new(struct desk *d, struct tx *tx, const struct incident_alert *x, const char *seen, int64_t *ret_id,
                    struct err *e)
{
    struct runbooks books;
    struct err unread = {.lang = e->lang};
    /* A mistake in the file hides no failure: it has the runbook as soon as that can be read (runbook_in_force). */
    bool good = runbooks_load(&d->arena, &d->files, &books, &unread);
    const struct runbook *r = good ? runbook_of(&books, x->probe) : NULL;
    int64_t leader = 0;
    if ((r != NULL || !good) &&
        !incident_leader(tx, r == NULL ? "" : r->name, d->by.at - LIMIT_INCIDENT_GATHER_SECONDS * INSTANT_PER_SECOND,
                         &leader, e))
        return false;
    const struct incident n = {
        .probe = x->probe,
        .service = cut(d, x->service, LIMIT_NOTE_CHARS),
        .target = cut(d, x->target, LIMIT_NOTE_CHARS),
        .runbook = r == NULL ? "" : r->name,
        .source = incident_source_code(x->source),
        .seen = seen,
        .since = x->since < d->by.at ? x->since : d->by.at,
        .leader_id = leader,
    };
    return incident_add(tx, &d->by, &n, ret_id, e) &&
           (*ret_id == 0 || add_event(d, tx, *ret_id, EVENT_OPENED, 0, seen, e));
}

bool incident_begin(struct desk *d, struct tx *tx, const struct incident_alert *x, int64_t *ret_id, bool *ret_new,
                    struct err *e)
{
    struct incident last;
    bool found, is_new = false;
    int64_t id = 0;
    const char *seen = cut(d, x->seen, LIMIT_NOTE_CHARS);
    if (!probe_name_ok(x->probe, e) || !tx_lock(tx, "incident", e) ||
        !incident_last(tx, &d->arena, x->probe, &last, &found, e))
        return false;
    if (found && last.closed == INSTANT_NONE) {
        id = last.id;
    } else if (found && incident_goes_on(last.closed, d->by.at)) {
        id = last.id;
        if (!incident_reopen(tx, &d->by, id, seen, e) || !add_event(d, tx, id, EVENT_AGAIN, 0, seen, e))
            return false;
    } else {
        is_new = true;
        if (!add_new(d, tx, x, seen, &id, e))
            return false;
    }
    *ret_id = id;
    if (ret_new != NULL)
        *ret_new = is_new;
    return true;
}

static bool close_one(struct desk *d, struct tx *tx, const struct incident *x, instant_t good, const char *reason,
                      struct err *e)
{
    bool done;
    struct arena *a = &d->arena;
    enum lang lang = d->files.profile.language;
    if (good < x->since || good > d->by.at)
        good = d->by.at;
    const char *text =
        arena_printf(a, tr(lang, N_("after %s%s%s")), duration_words(a, (good - x->since) / INSTANT_PER_SECOND),
                     reason[0] == '\0' ? "" : ": ", reason);
    return incident_close(tx, &d->by, x->id, good, &done, e) && incident_pages_cancel(tx, x->id, e) &&
           (!done || add_event(d, tx, x->id, EVENT_CLOSED, 0, text, e));
}

bool incident_recover(struct desk *d, struct tx *tx, const char *probe, instant_t good, int64_t *ret_id, struct err *e)
{
    struct incident last;
    bool found;
    *ret_id = 0;
    if (!tx_lock(tx, "incident", e) || !incident_last(tx, &d->arena, probe, &last, &found, e))
        return false;
    if (!found || last.closed != INSTANT_NONE)
        return true;
    *ret_id = last.id;
    return close_one(d, tx, &last, good, "", e);
}

bool incident_recover_told(struct desk *d, struct tx *tx, const char *probe, instant_t good, int64_t *ret_id,
                           struct err *e)
{
    struct incident last;
    bool found;
    instant_t fails = INSTANT_NONE;
    *ret_id = 0;
    if (!tx_lock(tx, "incident", e) || !incident_last(tx, &d->arena, probe, &last, &found, e))
        return false;
    if (!found || last.closed != INSTANT_NONE || good < last.since)
        return true;
    if (!incident_still_fails(d, tx, probe, &fails, e))
        return false;
    if (fails != INSTANT_NONE)
        return true;
    *ret_id = last.id;
    return close_one(d, tx, &last, good, "", e);
}

/* ------------------------------------------------------------------ by a person */

/* Begins a gesture about an open incident; `closed_too`: things are written down afterwards too. */
static bool begin(struct desk *d, struct tx *tx, int64_t id, bool closed_too, struct incident *ret, struct err *e)
{
    bool found = false;
    if (!tx_begin(d->store, TX_WRITE, tx, e) || !tx_lock(tx, "incident", e) ||
        !incident_get(tx, &d->arena, id, ret, &found, e))
        return false;
    if (!found)
        return err_set(e, ERR_UNKNOWN, N_("there is no incident %lld; `talaia incident list` shows them"),
                       (long long)id);
    return closed_too || ret->closed == INSTANT_NONE ||
           err_set(e, ERR_STATE, N_("incident %lld (%s) is closed already"), (long long)id, ret->probe);
}

static bool finish(struct desk *d, struct tx *tx, bool ok, const char *what, int64_t id, const char *detail,
                   struct err *e)
{
    ok = ok &&
         audit_add(tx, &d->by, what, 0,
                   arena_printf(&d->arena, "%lld%s%s", (long long)id, detail[0] == '\0' ? "" : ": ", detail), e) &&
         tx_commit(tx, e);
    tx_rollback(tx);
    return ok;
}

bool incident_open_by_hand(struct desk *d, const char *probe, const char *seen, int64_t *ret_id, bool *ret_new,
                           struct err *e)
{
    struct tx tx = {0};
    const char *text = change_text(d, seen, e);
    const struct incident_alert x = {
        .probe = probe, .service = "", .target = "", .source = INCIDENT_FROM_PERSON, .seen = text, .since = d->by.at};
    bool ok = text != NULL && tx_begin(d->store, TX_WRITE, &tx, e) && incident_begin(d, &tx, &x, ret_id, ret_new, e);
    return finish(d, &tx, ok, "incident-open", ok ? *ret_id : 0, text == NULL ? "" : text, e);
}

bool incident_close_by_hand(struct desk *d, int64_t id, const char *reason, struct err *e)
{
    struct tx tx = {0};
    struct incident x;
    const char *text = change_text(d, reason, e);
    instant_t fails = INSTANT_NONE;
    bool ok =
        text != NULL && begin(d, &tx, id, false, &x, e) && incident_still_fails(d, &tx, x.probe, &fails, e) &&
        (fails == INSTANT_NONE ||
         err_set(e, ERR_STATE,
                 N_("%s still fails (last run at %s): its incident is closed by itself when it recovers. When the "
                    "probe is what is wrong, put it into maintenance first"),
                 x.probe, incident_hour(&d->arena, fails))) &&
        close_one(d, &tx, &x, d->by.at, text, e);
    return finish(d, &tx, ok, "incident-close", id, text == NULL ? "" : text, e);
}

static bool take_one(struct desk *d, struct tx *tx, int64_t id, const char *how, size_t *taken, struct err *e)
{
    bool done;
    if (!incident_ack(tx, &d->by, id, how, &done, e))
        return false;
    *taken += done;
    return !done || (incident_pages_cancel(tx, id, e) && add_event(d, tx, id, EVENT_ACKED, 0, "", e));
}

/* With all of its cause. */
static bool take_cause(struct desk *d, struct tx *tx, const struct incident *x, const char *how, size_t *taken,
                       struct err *e)
{
    struct incidents others = {0};
    bool ok = take_one(d, tx, x->id, how, taken, e) && incident_cause_load(tx, &d->arena, x, &others, e);
    for (size_t i = 0; ok && i < others.count; i++)
        ok = take_one(d, tx, others.items[i].id, how, taken, e);
    return ok;
}

bool incident_take(struct desk *d, int64_t id, const char *how, size_t *ret_taken, const char **ret_who, struct err *e)
{
    struct tx tx = {0};
    struct incident x = {0};
    size_t taken = 0;
    bool ok = begin(d, &tx, id, false, &x, e) && take_cause(d, &tx, &x, how, &taken, e);
    if (ok && taken == 0)
        tx_rollback(&tx);
    else
        ok = finish(d, &tx, ok, "incident-ack", id, how, e);
    if (ok) {
        *ret_taken = taken;
        *ret_who = taken == 0 ? x.acked_who : d->by.who;
    }
    return ok;
}

/* The step of the incident's runbook; ERR_VALUE when it has none with that number. */
static bool find_step(struct desk *d, const struct incident *x, int step, const struct runbook_step **ret,
                      struct runbooks *books, struct err *e)
{
    if (!runbooks_load(&d->arena, &d->files, books, e))
        return false;
    const struct runbook *r = runbook_in_force(books, x->runbook, x->probe);
    size_t count = r == NULL ? 0 : r->step_count;
    if (step < 1 || (size_t)step > count)
        return err_set(e, ERR_VALUE, N_("the runbook of incident %lld has steps 1 to %zu, not %d"), (long long)x->id,
                       count, step);
    *ret = &r->steps[step - 1];
    return true;
}

bool incident_tick(struct desk *d, int64_t id, int step, bool done, const char *text, struct err *e)
{
    struct tx tx = {0};
    struct incident x;
    struct incident_whole w = {0};
    struct runbooks books;
    const struct runbook_step *s = NULL;
    const char *said = text[0] == '\0' ? "" : change_text(d, text, e);
    bool ok = said != NULL && begin(d, &tx, id, true, &x, e) && find_step(d, &x, step, &s, &books, e) &&
              incident_load(d, &tx, &d->arena, id, &w, e);
    if (ok && (size_t)step <= w.step_count && w.steps[step - 1].done == done && said[0] == '\0') {
        tx_rollback(&tx); /* somebody was faster, or pressed twice */
        return true;
    }
    enum incident_event_kind kind = !done                                  ? EVENT_UNTICKED
                                    : s != NULL && s->kind == RUNBOOK_CALL ? EVENT_SKIPPED
                                                                           : EVENT_TICKED;
    ok = ok && add_event(d, &tx, id, kind, step,
                         said[0] == '\0' ? s->text : arena_printf(&d->arena, "%s: %s", s->text, said), e);
    return finish(d, &tx, ok, done ? "incident-tick" : "incident-untick", id, arena_printf(&d->arena, "%d", step), e);
}

bool incident_note(struct desk *d, int64_t id, int step, const char *text, const char *once, struct err *e)
{
    struct tx tx = {0};
    bool had = false;
    struct incident x;
    struct runbooks books;
    const struct runbook_step *s = NULL;
    const char *said = change_text(d, text, e);
    bool ok = said != NULL && begin(d, &tx, id, true, &x, e) && (step == 0 || find_step(d, &x, step, &s, &books, e)) &&
              had_once(d, &tx, id, EVENT_NOTE, step, said, &once, &had, e);
    if (ok && had) {
        tx_rollback(&tx);
        return true;
    }
    ok = ok && add_marked(d, &tx, id, EVENT_NOTE, step, said, once, e);
    return finish(d, &tx, ok, "incident-note", id, said == NULL ? "" : said, e);
}

static bool give_one(struct desk *d, struct tx *tx, int64_t id, const char *to, struct err *e)
{
    return incident_give(tx, &d->by, id, to, e) && incident_pages_cancel(tx, id, e);
}

bool incident_hand_over(struct desk *d, int64_t id, const char *to, const char *text, const char *once, struct err *e)
{
    bool had = false;
    struct tx tx = {0};
    struct incident x = {0};
    struct incidents others = {0};
    const char *said = change_text(d, text, e), *name = said == NULL ? NULL : change_text(d, to, e);
    const char *what = name == NULL ? "" : arena_printf(&d->arena, "%s → %s: %s", d->by.who, name, said);
    bool ok = name != NULL && begin(d, &tx, id, false, &x, e) &&
              had_once(d, &tx, id, EVENT_HANDOVER, 0, what, &once, &had, e);
    if (ok && had) {
        tx_rollback(&tx);
        return true;
    }
    ok = ok && give_one(d, &tx, id, name, e) && add_marked(d, &tx, id, EVENT_HANDOVER, 0, what, once, e) &&
         incident_cause_load(&tx, &d->arena, &x, &others, e);
    for (size_t i = 0; ok && i < others.count; i++) { /* the ticket is theirs too, and is told once */
        if (others.items[i].closed == INSTANT_NONE)
            ok = give_one(d, &tx, others.items[i].id, name, e) &&
                 incident_event_add(&tx, &d->by, others.items[i].id, EVENT_HANDOVER, 0, what, "", e);
    }
    return finish(d, &tx, ok, "incident-handover", id, name == NULL ? "" : name, e);
}

/* ------------------------------------------------------------------ calls */

#define CALL_BEFORE_SECONDS 7200 /* somebody may call before a monitor sees anything */

/* A file of a person: its name without a path, and no larger than a statement is. */
static bool file_ok(struct desk *d, const char *name, struct str bytes, const char **ret, struct err *e)
{
    const char *clean = name == NULL ? "" : text_clean(&d->arena, str_of(name), false);
    for (const char *p = clean; *p != '\0'; p++) {
        if (*p == '/' || *p == '\\')
            clean = p + 1;
    }
    *ret = clean;
    if (bytes.p == NULL)
        return true;
    if (clean[0] == '\0' || strlen(clean) > 200)
        return err_set(e, ERR_VALUE, N_("the statement's file has no name that can be kept"));
    return (bytes.n > 0 && bytes.n <= LIMIT_STATEMENT_BYTES) ||
           err_set(e, ERR_LIMIT, N_("the statement has %zu bytes; from 1 to %u can be kept"), bytes.n,
                   LIMIT_STATEMENT_BYTES);
}

static bool read_amount(const char *text, int64_t *ret, struct err *e)
{
    *ret = -1;
    return text[0] == '\0' || amount_parse(str_of(text), ret) ||
           err_set(e, ERR_VALUE, N_("'%s' is no amount; write it as 12,50"), text);
}

const char *incident_call_words(struct arena *a, const struct incident_call *c, enum lang lang, bool hour)
{
    const char *whom = c->contact[0] == '\0' ? c->number : c->contact,
               *answer = tr(lang, c->answered ? N_("answered") : N_("nobody answered"));
    const char *text = hour ? arena_printf(a, tr(lang, N_("%s at %s: %s")), whom, incident_hour(a, c->at), answer)
                            : arena_printf(a, "%s: %s", whom, answer);
    if (c->phone[0] != '\0')
        text = arena_printf(a, tr(lang, N_("%s; from %s")), text, c->phone);
    if (c->cents >= 0)
        text = arena_printf(a, "%s; %s", text, amount_words(a, c->cents));
    if (c->claim)
        text = arena_printf(a, "%s; %s", text, tr(lang, N_("needs an expense claim")));
    return c->said[0] == '\0' ? text : arena_printf(a, "%s. %s", text, c->said);
}

static const char *call_words(struct desk *d, const struct incident_call *c)
{
    return incident_call_words(&d->arena, c, d->files.profile.language, true);
}

static bool make_call(struct desk *d, struct tx *tx, const struct incident *x, const struct call_given *g,
                      struct incident_call *c, struct err *e)
{
    struct runbooks books;
    const struct runbook_step *s = NULL;
    if (g->step != 0 && !find_step(d, x, g->step, &s, &books, e))
        return false;
    if (g->step == 0 && !runbooks_load(&d->arena, &d->files, &books, e))
        return false;
    if (s != NULL && s->kind != RUNBOOK_CALL)
        return err_set(e, ERR_VALUE, N_("step %d is no call: \"%s\""), g->step, s->text);
    char number[PHONE_BYTES];
    if (g->phone[0] != '\0' && phone_link(g->phone, number)[0] == '\0')
        return err_set(e, ERR_VALUE, N_("'%s' is no telephone number"), g->phone);
    c->incident_id = x->id;
    c->step = g->step;
    c->at = g->at == INSTANT_NONE ? d->by.at : g->at;
    c->who = d->by.who;
    c->contact = s != NULL && s->contact[0] != '\0' ? s->contact : cut(d, g->contact, LIMIT_NOTE_CHARS);
    c->number = s != NULL && s->phone[0] != '\0' ? s->phone : cut(d, g->number, LIMIT_NOTE_CHARS);
    c->phone = g->phone;
    c->answered = g->answered;
    c->claim = call_needs_claim(s != NULL && s->paid, g->phone, books.phone);
    if (c->at > d->by.at + 60 * INSTANT_PER_SECOND)
        return err_set(e, ERR_VALUE, N_("the call would have been in the future"));
    if (c->at < x->since - CALL_BEFORE_SECONDS * INSTANT_PER_SECOND)
        return err_set(e, ERR_VALUE, N_("the call would have been at %s, long before it failed (%s)"),
                       incident_hour(&d->arena, c->at), incident_hour(&d->arena, x->since));
    return incident_call_add(tx, &d->by, c, g->file, &c->id, e);
}

/* The call that a form with this mark has become already; *ret_id 0: none. */
static bool find_call(struct desk *d, struct tx *tx, int64_t id, const struct call_given *g, struct incident_call *c,
                      const char **once, struct err *e)
{
    struct incident_event v;
    struct incident_call *calls;
    size_t count;
    bool found;
    const struct call_filter f = {.incident_id = id, .from = INSTANT_NONE, .until = INSTANT_NONE};
    if (!find_once(d, tx, id, EVENT_CALL, g->step, once, &v, &found, e))
        return false;
    if (!found)
        return true;
    if (!incident_calls_load(tx, &d->arena, &f, &calls, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct incident_call *k = &calls[i];
        if (k->noted == v.at && k->step == g->step && k->answered == g->answered && k->cents == c->cents &&
            strcmp(k->phone, g->phone) == 0 && strcmp(k->said, c->said) == 0 && strcmp(k->file_name, c->file_name) == 0)
            c->id = k->id, c->claim = k->claim;
    }
    if (c->id == 0)
        *once = "";
    return true;
}

bool incident_call(struct desk *d, int64_t id, const struct call_given *g, int64_t *ret_call, bool *ret_claim,
                   struct err *e)
{
    struct tx tx = {0};
    struct incident x;
    struct incident_call c = {.file_type = g->file_type};
    const char *said = g->said[0] == '\0' ? "" : change_text(d, g->said, e);
    c.said = said;
    const char *once = g->once;
    bool ok = said != NULL && read_amount(g->amount, &c.cents, e) &&
              file_ok(d, g->file_name, g->file, &c.file_name, e) && begin(d, &tx, id, true, &x, e) &&
              find_call(d, &tx, id, g, &c, &once, e);
    bool had = c.id != 0;
    ok = ok && (had || (make_call(d, &tx, &x, g, &c, e) &&
                        add_marked(d, &tx, id, EVENT_CALL, c.step, call_words(d, &c), once, e)));
    if (ok && had)
        tx_rollback(&tx);
    else if (!finish(d, &tx, ok, "incident-call", id, ok ? call_words(d, &c) : "", e))
        return false;
    *ret_call = c.id;
    *ret_claim = c.claim;
    return true;
}

bool incident_call_later(struct desk *d, int64_t call_id, const char *amount, const char *file_name,
                         const char *file_type, struct str file, struct err *e)
{
    struct tx tx = {0};
    struct incident_call *calls = NULL;
    size_t count = 0, i = 0;
    int64_t cents;
    const char *name;
    const struct call_filter all = {.from = INSTANT_NONE, .until = INSTANT_NONE};
    if (!read_amount(amount, &cents, e) || !file_ok(d, file_name, file, &name, e) ||
        !tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok = incident_calls_load(&tx, &d->arena, &all, &calls, &count, e);
    while (ok && i < count && calls[i].id != call_id)
        i++;
    if (ok && i == count)
        ok = err_set(e, ERR_UNKNOWN, N_("there is no call %lld"), (long long)call_id);
    ok = ok && incident_call_complete(&tx, call_id, cents, name, file_type, file, e);
    return finish(d, &tx, ok, "incident-call-complete", ok ? calls[i].incident_id : 0,
                  arena_printf(&d->arena, "%lld %s %s", (long long)call_id, amount, file.p == NULL ? "" : name), e);
}

/* ------------------------------------------------------------------ by a link */

const char *incident_link_hash(struct arena *a, const char *token)
{
    return letter_hash(a, str_of(token));
}

static bool find_link(struct desk *d, struct tx *tx, struct arena *a, const char *token, struct link_view *ret,
                      struct err *e)
{
    bool found;
    struct link_view v;
    if (strlen(token) > 100 || !incident_link_get(tx, a, incident_link_hash(a, token), &v.link, &found, e))
        return err_set(e, ERR_UNKNOWN, N_("this link is none of ours"));
    if (!found)
        return err_set(e, ERR_UNKNOWN, N_("this link is none of ours"));
    if (v.link.until <= d->by.at)
        return err_set(e, ERR_STATE, N_("this link is too old; log in at the desk"));
    if (!incident_page_items(tx, a, v.link.page_id, &v.incidents, &v.count, e))
        return false;
    *ret = v;
    return true;
}

bool incident_link_look(struct desk *d, struct arena *a, const char *token, struct link_view *ret, struct err *e)
{
    struct tx tx = {0};
    bool ok = tx_begin(d->store, TX_READ, &tx, e) && find_link(d, &tx, a, token, ret, e);
    tx_rollback(&tx);
    return ok;
}

bool incident_link_take(struct desk *d, struct arena *a, const char *token, size_t *ret_taken, struct err *e)
{
    struct tx tx = {0};
    struct link_view v = {.count = 0};
    bool used = false;
    size_t taken = 0;
    bool ok = tx_begin(d->store, TX_WRITE, &tx, e) && tx_lock(&tx, "incident", e) && find_link(d, &tx, a, token, &v, e);
    if (ok)
        d->by.who = v.link.person; /* who has the link is that person, as far as anybody knows */
    for (size_t i = 0; ok && v.link.used == INSTANT_NONE && i < v.count; i++) {
        struct incident x;
        bool found;
        ok = incident_get(&tx, &d->arena, v.incidents[i], &x, &found, e) &&
             (!found || take_cause(d, &tx, &x, "link", &taken, e));
    }
    if (ok && taken == 0) /* not used up: it may fail again before there is another page */
        tx_rollback(&tx);
    else
        ok = finish(d, &tx, ok && incident_link_use(&tx, &d->by, incident_link_hash(a, token), &used, e),
                    "incident-ack-link", v.count > 0 ? v.incidents[0] : 0, "", e);
    if (ok)
        *ret_taken = taken;
    return ok;
}
