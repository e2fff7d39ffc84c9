/* One pass, and the role. Pages first: a tracker that hangs keeps nobody from being woken. */
#include "flow/incident_run.h"

#include <errno.h>
#include <poll.h>

#include "conf/runbook.h"
#include "flow/texts.h"
#include "flow/tracker.h"
#include "flow/wake.h"
#include "flow/worker.h"

#define LOOK_SECONDS 5

static const struct {
    const char *code, *words;
} counts[INCIDENT_COUNT_COUNT] = {
#define X(name, text, shown) [INCIDENT_DID_##name] = {(text), (shown)},
    INCIDENT_COUNTS(X)
#undef X
};

const char *incident_count_code(enum incident_count c)
{
    return counts[c].code;
}

const char *incident_count_words(enum incident_count c)
{
    return counts[c].words;
}

instant_t incident_now(struct incident_pass *p)
{
    p->desk->by.at = clock_system().now;
    return p->desk->by.at;
}

static bool has_step(const struct runbook *r, enum runbook_step_kind kind)
{
    for (size_t i = 0; r != NULL && i < r->step_count; i++) {
        if (r->steps[i].kind == kind)
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------ mails to the provider */

/* The failure is told once the ticket has its number, or will not have it for a while; a recovery only to those who
 * were told of the failure, and only the first one. */
static bool tell_provider(struct incident_pass *p, int64_t id, struct err *e)
{
    struct tx tx = {0};
    struct incident x = {0};
    bool found = false;
    instant_t now = incident_now(p);
    bool ok = tx_begin(p->desk->store, TX_WRITE, &tx, e) && incident_get(&tx, &p->a, id, &x, &found, e) && found;
    const struct runbook *r = ok ? runbook_find(&p->books, x.runbook) : NULL;
    bool mails = ok && r != NULL && r->to_count > 0 && has_step(r, RUNBOOK_MAIL);
    bool waits = !x.ticket_ready && has_step(r, RUNBOOK_TICKET) &&
                 now - x.opened < LIMIT_INCIDENT_TICKET_SECONDS * INSTANT_PER_SECOND;
    if (mails && x.closed == INSTANT_NONE && x.mail_id == 0 && !waits)
        ok = incident_provider_mail(p, &tx, &x, r, false, e) && incident_update(&tx, &x, e) &&
             incident_event_add(&tx, &p->desk->by, id, EVENT_MAIL, 0, r->provider, "", e) && tx_commit(&tx, e);
    else if (mails && x.closed != INSTANT_NONE && x.mail_id != 0 && x.mail_over_id == 0)
        ok = incident_provider_mail(p, &tx, &x, r, true, e) && incident_update(&tx, &x, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
}

/* ------------------------------------------------------------------ recoveries */

/* Whoever was paged of the failure, each channel once. */
static bool page_over(struct incident_pass *p, struct tx *tx, const struct incident *x, struct err *e)
{
    struct incident_page *pages;
    size_t count;
    if (!incident_pages_load(tx, &p->a, x->id, &pages, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct channel *c = channel_find(&p->books, pages[i].channel);
        bool reached = pages[i].state != PAGE_CANCELLED && pages[i].state != PAGE_REFUSED && !pages[i].over;
        for (size_t k = 0; k < count; k++) {
            bool same = k != i && strcmp(pages[k].channel, pages[i].channel) == 0;
            reached = reached && !(same && (pages[k].over || k < i));
        }
        if (reached && c != NULL && !incident_page(p, tx, c, &x, 1, true, e))
            return false;
    }
    return true;
}

static bool tell_over(struct incident_pass *p, int64_t id, struct err *e)
{
    struct tx tx = {0};
    struct incident x;
    bool found = false;
    incident_now(p);
    bool ok = tx_begin(p->desk->store, TX_WRITE, &tx, e) && tx_lock(&tx, "incident", e) &&
              incident_get(&tx, &p->a, id, &x, &found, e) && found;
    if (ok && x.closed != INSTANT_NONE && !x.over_told) {
        x.over_told = true;
        ok = page_over(p, &tx, &x, e) && incident_update(&tx, &x, e) && tx_commit(&tx, e);
        p->report->of[INCIDENT_DID_OVER] += ok;
    }
    tx_rollback(&tx);
    return ok;
}

/* ------------------------------------------------------------------ the pass */

/* An incident without a ticket step has its ticket as ready as it will be. */
static bool no_ticket(struct incident_pass *p, const struct incident *seen, struct err *e)
{
    struct tx tx = {0};
    struct incident x = {0};
    bool found = false;
    bool ok = tx_begin(p->desk->store, TX_WRITE, &tx, e) && incident_get(&tx, &p->a, seen->id, &x, &found, e) && found;
    x.ticket_ready = true;
    ok = ok && incident_update(&tx, &x, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
}

static bool follow(struct incident_pass *p, struct tracker *tracker, const struct incident *x, struct err *e)
{
    const struct runbook *r = runbook_find(&p->books, x->runbook);
    bool wants = has_step(r, RUNBOOK_TICKET) || x->ticket[0] != '\0';
    instant_t now = incident_now(p);
    bool rests = x->next_try != INSTANT_NONE && x->next_try > now && x->next_try < now + 2 * 3600 * INSTANT_PER_SECOND;
    if (!wants && !x->ticket_ready && !no_ticket(p, x, e))
        return false;
    return (x->closed == INSTANT_NONE || tell_over(p, x->id, e)) &&
           (!wants || rests || incident_ticket(p, tracker, x->id, e)) && tell_provider(p, x->id, e);
}

static bool load_work(struct incident_pass *p, struct incidents *ret, struct err *e)
{
    struct tx tx = {0};
    const struct incident_filter f = {.unfinished = true};
    bool ok = tx_begin(p->desk->store, TX_READ, &tx, e) && incidents_load(&tx, &p->a, &f, ret, e);
    tx_rollback(&tx);
    return ok;
}

static bool carry_on(struct incident_pass *p, struct err *e)
{
    struct incidents work = {0};
    struct tracker *tracker = NULL;
    if (!incident_plan(p, e) || !incident_send(p, e) || !load_work(p, &work, e))
        return false;
    if (work.count == 0)
        return true;
    bool ok = desk_tracker_open(p->desk, &tracker, e);
    for (size_t i = work.count; ok && i-- > 0;)
        ok = follow(p, tracker, &work.items[i], e);
    tracker_close(tracker);
    return ok && (p->report->of[INCIDENT_DID_OVER] == 0 || incident_send(p, e));
}

bool incident_run(struct desk *d, struct incident_report *ret, struct err *e)
{
    struct incident_report report = {.server = {.lang = e->lang}};
    struct incident_pass p = {.desk = d, .report = &report};
    struct tx tx = {0};
    const char *who = d->by.who;
    p.worker = worker_name(&p.a);
    d->by.who = "talaia"; /* whoever asked for the pass did not do what it does */
    bool ok =
        runbooks_load(&p.a, &d->files, &p.books, e) && tx_begin(d->store, TX_READ, &tx, e) && texts_refresh(d, &tx, e);
    tx_rollback(&tx);
    ok = ok && carry_on(&p, e);
    arena_release(&p.a);
    d->by.who = who;
    if (report.of[INCIDENT_DID_PLANNED] + report.of[INCIDENT_DID_MAILED] > 0)
        wake_mailer(d);
    if (ok)
        *ret = report;
    return ok;
}

/* ------------------------------------------------------------------ the role */

static void tell(struct arena *a, const struct incident_report *r, prober_log *log, void *context)
{
    const char *line = "";
    for (int i = 0; i < INCIDENT_COUNT_COUNT; i++) {
        if (r->of[i] > 0 && i != INCIDENT_DID_WAITING)
            line = arena_printf(a, "%s%s%zu %s", line, line[0] == '\0' ? "" : ", ", r->of[i],
                                incident_count_code((enum incident_count)i));
    }
    if (line[0] != '\0')
        log(context, line);
    if (r->server.code != ERR_NONE)
        log(context, r->server.log);
}

static bool look(const struct desk_options *options, prober_log *log, void *context, struct err *e)
{
    struct desk_options o = *options;
    struct clock now = clock_system();
    struct incident_report report;
    struct desk d;
    o.by.day = now.today;
    o.by.at = now.now;
    if (!desk_open(&o, DESK_STORE, &d, e))
        return false;
    bool ok = incident_run(&d, &report, e);
    if (ok)
        tell(&d.arena, &report, log, context);
    desk_close(&d);
    return ok;
}

bool incident_serve(const struct desk_options *o, int stop_fd, prober_log *log, void *context, struct err *e)
{
    struct desk d;
    if (!desk_open(o, DESK_STORE, &d, e))
        return false;
    desk_close(&d);
    for (;;) {
        struct err trouble = {.lang = LANG_EN};
        if (!look(o, log, context, &trouble))
            log(context, trouble.log);
        struct pollfd fd = {.fd = stop_fd, .events = POLLIN};
        int got = poll(&fd, 1, LOOK_SECONDS * 1000);
        if (got > 0 || (got < 0 && errno != EINTR))
            return true;
    }
}
