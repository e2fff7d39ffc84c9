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
    p->desk->by.at = p->at == INSTANT_NONE ? clock_system().now : p->at;
    return p->desk->by.at;
}

/* ------------------------------------------------------------------ the pass */

static bool page_all(struct incident_pass *p, struct err *e)
{
    bool ok = incident_post_pages(p, e) && incident_plan(p, e) && incident_send(p, e);
    p->paged = incident_now(p);
    return ok;
}

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

/* A tracker that answers slowly keeps nobody asleep: what fails meanwhile is paged in between. */
static bool page_anew(struct incident_pass *p, struct err *e)
{
    return incident_now(p) - p->paged < LOOK_SECONDS * INSTANT_PER_SECOND || page_all(p, e);
}

static bool follow(struct incident_pass *p, struct tracker *tracker, const struct incident *x, struct err *e)
{
    const struct runbook *r = runbook_in_force(&p->books, x->runbook, x->probe);
    bool wants = runbook_has_step(r, RUNBOOK_TICKET) || x->ticket[0] != '\0';
    int64_t leader = x->leader_id == 0 ? x->id : x->leader_id;
    instant_t now = incident_now(p);
    bool rests = x->next_try != INSTANT_NONE && x->next_try > now && x->next_try < now + 2 * 3600 * INSTANT_PER_SECOND;
    if (!wants && !x->ticket_ready && !no_ticket(p, x, e))
        return false;
    return (leader == x->id || incident_group_ticket(p, x->id, e)) &&
           (!wants || rests || p->tracker_gone || incident_ticket(p, tracker, x->id, e)) &&
           incident_group_provider(p, leader, e) && page_anew(p, e);
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
    if (!page_all(p, e) || !incident_repeat(p, e) || !load_work(p, &work, e))
        return false;
    if (work.count == 0)
        return true;
    bool ok = true;
    for (size_t i = work.count; ok && i-- > 0;)
        ok = work.items[i].leader_id == 0 || incident_group_tell(p, work.items[i].leader_id, e);
    ok = ok && incident_plan_over(p, &work, e) && desk_tracker_open(p->desk, &tracker, e);
    for (size_t i = work.count; ok && i-- > 0;) /* oldest first: leaders before those that share with them */
        ok = follow(p, tracker, &work.items[i], e);
    tracker_close(tracker);
    return ok && (p->report->of[INCIDENT_DID_OVER] == 0 || incident_send(p, e));
}

/* The runbook file as it could last be read: somebody who edits it at night and makes a mistake keeps nobody from being
 * woken. */
struct kept_books {
    struct arena arenas[2]; /* of the ones in force, and of the next */
    int now;
    bool any;
    struct runbooks books;
};

/* `kept` NULL: only the file as it is. Otherwise the mistake is told, and the pass goes on with the books of before. */
static bool books_load(struct incident_pass *p, struct kept_books *kept, struct err *e)
{
    if (kept == NULL)
        return runbooks_load(&p->a, &p->desk->files, &p->books, e);
    struct err why = {.lang = e->lang};
    struct arena *next = &kept->arenas[!kept->now];
    arena_reset(next);
    if (runbooks_load(next, &p->desk->files, &p->books, &why)) {
        kept->now = !kept->now;
        kept->any = true;
        kept->books = p->books;
        return true;
    }
    p->books = kept->books;
    p->report->server = why;
    if (!kept->any)
        *e = why;
    return kept->any;
}

static bool run_pass(struct desk *d, instant_t at, struct kept_books *kept, struct incident_report *ret, struct err *e)
{
    struct incident_report report = {.server = {.lang = e->lang}};
    struct incident_pass p = {.desk = d, .report = &report, .at = at};
    struct tx tx = {0};
    const char *who = d->by.who;
    p.worker = worker_name(&p.a);
    d->by.who = "talaia"; /* whoever asked for the pass did not do what it does */
    bool ok = books_load(&p, kept, e) && tx_begin(d->store, TX_READ, &tx, e) && texts_refresh(d, &tx, e);
    tx_rollback(&tx);
    ok = ok && carry_on(&p, e);
    arena_release(&p.a);
    d->by.who = who;
    if (at == INSTANT_NONE && report.of[INCIDENT_DID_PLANNED] + report.of[INCIDENT_DID_MAILED] > 0)
        wake_mailer(d);
    if (ok)
        *ret = report;
    return ok;
}

bool incident_run_at(struct desk *d, instant_t at, struct incident_report *ret, struct err *e)
{
    return run_pass(d, at, NULL, ret, e);
}

bool incident_run(struct desk *d, struct incident_report *ret, struct err *e)
{
    return run_pass(d, INSTANT_NONE, NULL, ret, e);
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

static bool look(const struct desk_options *options, struct kept_books *kept, prober_log *log, void *context,
                 struct err *e)
{
    struct desk_options o = *options;
    struct clock now = clock_system();
    struct incident_report report;
    struct desk d;
    o.by.day = now.today;
    o.by.at = now.now;
    if (!desk_open(&o, DESK_STORE, &d, e))
        return false;
    bool ok = run_pass(&d, INSTANT_NONE, kept, &report, e);
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
    struct kept_books kept = {.any = false};
    for (int got = 0; got == 0 || (got < 0 && errno == EINTR);) {
        struct err trouble = {.lang = LANG_EN};
        if (!look(o, &kept, log, context, &trouble))
            log(context, trouble.log);
        struct pollfd fd = {.fd = stop_fd, .events = POLLIN};
        got = poll(&fd, 1, LOOK_SECONDS * 1000);
    }
    arena_release(&kept.arenas[0]);
    arena_release(&kept.arenas[1]);
    return true;
}
