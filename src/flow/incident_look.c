/* An incident as people see it: its runbook with what is done, its story, and the summary for afterwards. */
#include "conf/runbook.h"
#include "core/date_text.h"
#include "flow/incident.h"

#define MINUTE (60 * INSTANT_PER_SECOND)

int64_t incident_seconds(const struct incident *x, instant_t now)
{
    instant_t end = x->recovered != INSTANT_NONE ? x->recovered : x->closed != INSTANT_NONE ? x->closed : now;
    return end < x->since ? 0 : (end - x->since) / INSTANT_PER_SECOND;
}

/* ------------------------------------------------------------------ steps */

/* What Talaia does by itself is done when its event is there. */
static bool does_itself(const struct incident_event *v, const struct runbook_step *s)
{
    return (s->kind == RUNBOOK_TICKET && v->kind == EVENT_TICKET) || (s->kind == RUNBOOK_MAIL && v->kind == EVENT_MAIL);
}

const struct incident_call *incident_call_of(const struct incident_whole *w, const struct incident_event *v)
{
    for (size_t i = 0; v->kind == EVENT_CALL && i < w->call_count; i++) {
        if (w->calls[i].noted == v->at && w->calls[i].step == v->step)
            return &w->calls[i];
    }
    return NULL;
}

/* A call that nobody answered is written down and ticks nothing. */
static bool ticks(const struct incident_whole *w, const struct incident_event *v)
{
    const struct incident_call *c = incident_call_of(w, v);
    return v->kind == EVENT_TICKED || v->kind == EVENT_NOTE || v->kind == EVENT_SKIPPED || (c != NULL && c->answered);
}

static bool is_persons(const struct incident_whole *w, const struct runbook_step *s)
{
    return runbook_step_is_persons(s->kind) || (s->kind == RUNBOOK_MAIL && w->runbook->to_count == 0);
}

static void fill_steps(struct incident_whole *w, struct arena *a)
{
    w->step_count = w->runbook == NULL ? 0 : w->runbook->step_count;
    w->steps = arena_array(a, struct incident_step, w->step_count);
    w->next = w->step_count;
    for (size_t i = 0; i < w->step_count; i++) {
        const struct incident_step none = {.step = &w->runbook->steps[i],
                                           .persons = is_persons(w, &w->runbook->steps[i]),
                                           .at = INSTANT_NONE,
                                           .who = "",
                                           .text = ""};
        struct incident_step s = none;
        for (size_t k = 0; k < w->event_count; k++) {
            const struct incident_event *v = &w->events[k];
            bool mine = v->step == (int)i + 1;
            if (does_itself(v, s.step) || (mine && ticks(w, v))) {
                s.done = true;
                s.skipped = v->kind == EVENT_SKIPPED;
                s.at = v->at;
                s.who = v->who;
                s.text = v->text;
            } else if (mine && v->kind == EVENT_UNTICKED) {
                s = none;
            } else if (s.step->kind == RUNBOOK_MAIL && v->kind == EVENT_UNMAILED) {
                s = none;
                s.persons = true;
                s.text = v->text;
            }
        }
        w->steps[i] = s;
        if (!s.done && w->next == w->step_count && s.persons)
            w->next = i;
    }
}

/* ------------------------------------------------------------------ reading */

bool incident_load(struct desk *d, struct tx *tx, struct arena *a, int64_t id, struct incident_whole *w, struct err *e)
{
    bool found;
    const struct call_filter calls = {.incident_id = id, .from = INSTANT_NONE, .until = INSTANT_NONE};
    struct runbooks *books = arena_new(a, struct runbooks);
    struct err unread = {.lang = d->lang};
    if (!incident_get(tx, a, id, &w->incident, &found, e))
        return false;
    if (!found)
        return err_set(e, ERR_UNKNOWN, N_("there is no incident %lld; `talaia incident list` shows them"),
                       (long long)id);
    bool good = runbooks_load(a, &d->files, books, &unread);
    w->unread = good ? "" : arena_strdup(a, unread.text);
    if (!good)
        *books = (struct runbooks){.phone = "", .path = ""};
    if (!incident_events_load(tx, a, id, false, &w->events, &w->event_count, e) ||
        !incident_cause_load(tx, a, &w->incident, &w->others, e) ||
        !incident_calls_load(tx, a, &calls, &w->calls, &w->call_count, e) ||
        !incident_pages_load(tx, a, id, &w->pages, &w->page_count, e))
        return false;
    w->books = books;
    w->runbook = runbook_in_force(books, w->incident.runbook, w->incident.probe);
    fill_steps(w, a);
    return true;
}

bool incident_look(struct desk *d, struct arena *a, int64_t id, struct incident_whole *ret, struct err *e)
{
    struct tx tx = {0};
    struct incident_whole w = {0};
    bool ok = tx_begin(d->store, TX_READ, &tx, e) && incident_load(d, &tx, a, id, &w, e);
    tx_rollback(&tx);
    if (ok)
        *ret = w;
    return ok;
}

bool incidents_list(struct desk *d, struct arena *a, const struct incident_filter *f, struct incidents *ret,
                    struct err *e)
{
    struct tx tx = {0};
    bool ok = tx_begin(d->store, TX_READ, &tx, e) && incidents_load(&tx, a, f, ret, e);
    tx_rollback(&tx);
    return ok;
}

bool incident_find(struct desk *d, struct arena *a, const char *text, int64_t *ret, struct err *e)
{
    struct str s = str_of(text);
    struct tx tx = {0};
    struct incident x;
    bool found;
    if (str_starts(s, "#"))
        s = str_part(s.p + 1, s.n - 1);
    if (str_to_int64(s, 1, INT64_MAX, ret))
        return true;
    bool ok = tx_begin(d->store, TX_READ, &tx, e) && incident_last(&tx, a, text, &x, &found, e);
    tx_rollback(&tx);
    if (!ok)
        return false;
    if (!found)
        return err_set(e, ERR_UNKNOWN, N_("there is no incident of %s; `talaia incident list` shows them"), text);
    *ret = x.id;
    return true;
}

const char *incident_names(struct arena *a, const struct incidents *x, enum lang lang)
{
    const char *text = "";
    for (size_t i = 0; i < x->count && i < LIMIT_PAGE_LIST; i++)
        text = arena_printf(a, "%s%s%s", text, i == 0 ? "" : ", ", x->items[i].probe);
    return x->count <= LIMIT_PAGE_LIST
               ? text
               : arena_printf(a, tr(lang, N_("%s and %zu more")), text, x->count - LIMIT_PAGE_LIST);
}

/* ------------------------------------------------------------------ the summary */

const char *incident_hour(struct arena *a, instant_t t)
{
    const instant_t hour = 3600 * INSTANT_PER_SECOND;
    char text[INSTANT_TEXT_BYTES];
    int now = madrid_offset(t);
    const char *zone = madrid_offset(t + hour) < now ? " CEST" : madrid_offset(t - hour) > now ? " CET" : "";
    return arena_printf(a, "%s%s", instant_madrid(t, text) + 11, zone);
}

static const char *when(struct arena *a, instant_t t, enum lang lang)
{
    char day[DATE_LONG_BYTES];
    return arena_printf(a, "%s, %s", date_plain(day_madrid(t), lang, day), incident_hour(a, t));
}

static void put(struct buf *to, const char *label, const char *text)
{
    if (text[0] != '\0')
        (void)buf_printf(to, "%s: %s\n", label, text);
}

static void put_head(struct arena *a, const struct incident_whole *w, enum lang lang, instant_t now, struct buf *to)
{
    const struct incident *x = &w->incident;
    (void)buf_printf(to, tr(lang, N_("Incident %lld: %s")), (long long)x->id, x->probe);
    (void)buf_add_text(to, "\n\n");
    put(to, tr(lang, N_("Service")), x->service);
    put(to, tr(lang, N_("What was seen")), x->seen);
    put(to, tr(lang, N_("Since")), when(a, x->since, lang));
    if (x->recovered != INSTANT_NONE)
        put(to, tr(lang, N_("Recovered")), when(a, x->recovered, lang));
    else
        put(to, tr(lang, N_("Recovered")), tr(lang, N_("not yet")));
    put(to, tr(lang, N_("Duration")), duration_words(a, incident_seconds(x, now)));
    put(to, tr(lang, N_("Noticed after")), duration_words(a, (x->opened - x->since) / INSTANT_PER_SECOND));
    if (x->acked != INSTANT_NONE)
        put(to, tr(lang, N_("Taken")),
            arena_printf(a, tr(lang, N_("%s, %s after it was opened")), x->acked_who,
                         duration_words(a, (x->acked - x->opened) / INSTANT_PER_SECOND)));
    else
        put(to, tr(lang, N_("Taken")), tr(lang, N_("by nobody")));
    if (x->again > 0)
        put(to, tr(lang, N_("Failed again")), arena_printf(a, "%d", x->again));
    put(to, tr(lang, N_("Ticket")), x->ticket);
    put(to, tr(lang, N_("Failed together with")), incident_names(a, &w->others, lang));
}

const char *incident_cleared_words(struct arena *a, const struct incident *x, const struct incidents *others,
                                   enum lang lang)
{
    instant_t since = x->since, last = x->recovered;
    for (size_t i = 0; i < others->count; i++) {
        since = others->items[i].since < since ? others->items[i].since : since;
        last = others->items[i].recovered > last ? others->items[i].recovered : last;
    }
    return arena_printf(a, tr(lang, N_("the last after %s")), duration_words(a, (last - since) / INSTANT_PER_SECOND));
}

/* "after 12 min: reason" was written in the profile's language, and the reason is somebody's. */
static const char *closed_text(const struct desk *d, struct arena *a, const struct incident_whole *w,
                               const struct incident_event *v, enum lang lang)
{
    const struct incident *x = &w->incident;
    const char *took = duration_words(a, (x->recovered - x->since) / INSTANT_PER_SECOND), *format = N_("after %s%s%s");
    const char *begin = arena_printf(a, tr(d->files.profile.language, format), took, "", "");
    return x->recovered != INSTANT_NONE && str_starts(str_of(v->text), begin)
               ? arena_printf(a, tr(lang, format), took, v->text + strlen(begin), "")
               : v->text;
}

/* "Núria (sms): why" was written with the code of the channel's kind. */
static const char *paged_text(struct arena *a, const struct incident_event *v, enum lang lang)
{
    for (int k = 0; k < CHANNEL_KIND_COUNT; k++) {
        const char *code = arena_printf(a, " (%s)", channel_kind_code((enum channel_kind)k));
        const char *at = strstr(v->text, code);
        if (at != NULL)
            return arena_printf(a, "%.*s (%s)%s", (int)(at - v->text), v->text,
                                tr(lang, channel_kind_words((enum channel_kind)k)), at + strlen(code));
    }
    return v->text;
}

const char *incident_event_text(const struct desk *d, struct arena *a, const struct incident_whole *w,
                                const struct incident_event *v, enum lang lang)
{
    bool leads = w->incident.leader_id == 0 && w->others.count > 0;
    if (v->kind == EVENT_CLOSED)
        return closed_text(d, a, w, v, lang);
    if (v->kind == EVENT_JOINED && leads)
        return incident_names(a, &w->others, lang);
    if (v->kind == EVENT_CLEARED && leads)
        return incident_cleared_words(a, &w->incident, &w->others, lang);
    if (v->kind == EVENT_PAGED || v->kind == EVENT_UNPAGED)
        return paged_text(a, v, lang);
    const struct incident_call *c = incident_call_of(w, v);
    return c == NULL ? v->text : incident_call_words(a, c, lang, c->at / MINUTE != v->at / MINUTE);
}

static void put_story(const struct desk *d, struct arena *a, const struct incident_whole *w, enum lang lang,
                      struct buf *to)
{
    day_t day = DAY_NONE;
    (void)buf_printf(to, "\n%s\n", tr(lang, N_("What happened")));
    for (size_t i = 0; i < w->event_count; i++) {
        const struct incident_event *v = &w->events[i];
        char date[DATE_LONG_BYTES];
        if (day_madrid(v->at) != day) {
            day = day_madrid(v->at);
            (void)buf_printf(to, "%s\n", date_plain(day, lang, date));
        }
        const char *words = tr(lang, incident_event_words(v->kind)), *said = incident_event_text(d, a, w, v, lang);
        (void)buf_printf(to, "  %s  %s%s%s%s\n", incident_hour(a, v->at), words, said[0] == '\0' ? "" : ": ", said,
                         strcmp(v->who, "talaia") == 0 ? "" : arena_printf(a, " (%s)", v->who));
    }
}

static void put_calls(struct arena *a, const struct incident_whole *w, enum lang lang, struct buf *to)
{
    int64_t cents = 0;
    size_t claims = 0, open = 0;
    for (size_t i = 0; i < w->call_count; i++) {
        const struct incident_call *c = &w->calls[i];
        cents += c->cents > 0 ? c->cents : 0;
        claims += c->claim;
        open += c->claim && (c->cents < 0 || c->file_name[0] == '\0');
    }
    if (w->call_count == 0)
        return;
    (void)buf_printf(to, "\n%s: %zu", tr(lang, N_("Calls")), w->call_count);
    if (cents > 0)
        (void)buf_printf(to, ", %s", amount_words(a, cents));
    if (claims > 0)
        (void)buf_printf(to, tr(lang, N_("; to be claimed as expenses: %zu")), claims);
    if (open > 0)
        (void)buf_printf(to, tr(lang, N_("; of them still without amount or statement: %zu")), open);
    (void)buf_add_char(to, '\n');
}

bool incident_summary(const struct desk *d, struct arena *a, const struct incident_whole *w, enum lang lang,
                      struct buf *to, struct err *e)
{
    put_head(a, w, lang, d->by.at, to);
    put_story(d, a, w, lang, to);
    put_calls(a, w, lang, to);
    return !buf_full(to) ||
           err_set(e, ERR_LIMIT, N_("the summary of incident %lld is too long"), (long long)w->incident.id);
}
