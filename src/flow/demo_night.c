/* One night of the demo, told by share/demo/night.csv: what people did by their own gestures, and what follows from it
 * by the passes of the role oncall, all with the clock of that night. */
#include "base/file.h"
#include "core/watch.h"
#include "flow/demo_watch.h"
#include "flow/incident_run.h"
#include "record/message.h"
#include "report/paper.h"
#include "table/table.h"

struct night {
    struct desk *desk;
    const struct probe *probe;
    day_t day;
    int64_t incident;
    const char *who, *text, *extra, *amount;
    int step;
};

static bool failed(struct night *n, struct err *e)
{
    struct desk *d = n->desk;
    struct tx tx = {0};
    const struct incident_alert x = {.probe = n->probe->name,
                                     .service = n->probe->service,
                                     .target = n->probe->checks[0].target,
                                     .source = INCIDENT_FROM_PROBE,
                                     .seen = n->text,
                                     .since = watch_instant(n->day, DEMO_NIGHT_BEGAN)};
    bool ok =
        tx_begin(d->store, TX_WRITE, &tx, e) && incident_begin(d, &tx, &x, &n->incident, NULL, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
}

static bool recovered(struct night *n, struct err *e)
{
    struct desk *d = n->desk;
    struct tx tx = {0};
    int64_t id;
    bool ok = tx_begin(d->store, TX_WRITE, &tx, e) &&
              incident_recover(d, &tx, n->probe->name, watch_instant(n->day, DEMO_NIGHT_ENDED), &id, e) &&
              tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
}

/* The demo has no mail server: what was put into the outbox that night left it as if it had one. */
static bool send_mails(struct night *n, struct err *e)
{
    static const enum outbox_state path[] = {OUTBOX_RENDERED, OUTBOX_SENDING, OUTBOX_SENT};
    struct desk *d = n->desk;
    struct tx tx = {0};
    struct messages mails = {0};
    const struct message_filter f = {.states = 1u << OUTBOX_APPROVED, .kinds = 1u << OUTBOX_LETTER};
    bool ok = tx_begin(d->store, TX_WRITE, &tx, e) && messages_load(&tx, &d->arena, &f, &mails, e);
    for (size_t i = 0; ok && i < mails.count; i++) {
        struct message m = mails.items[i];
        for (size_t k = 0; ok && k < sizeof path / sizeof *path; k++)
            ok = message_move(&tx, &d->by, ACTOR_MAILER, &m, path[k], "", e);
    }
    ok = ok && tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
}

static bool passed(struct night *n, struct err *e)
{
    struct incident_report report;
    return incident_run_at(n->desk, n->desk->by.at, &report, e) && send_mails(n, e);
}

static bool taken(struct night *n, struct err *e)
{
    size_t taken;
    const char *who;
    return incident_take(n->desk, n->incident, "page", &taken, &who, e);
}

static bool called(struct night *n, struct err *e)
{
    int64_t id;
    bool claim;
    const struct call_given g = {.step = n->step,
                                 .at = INSTANT_NONE,
                                 .phone = n->extra,
                                 .answered = n->amount[0] != '\0',
                                 .amount = n->amount,
                                 .said = n->text,
                                 .contact = "",
                                 .number = "",
                                 .file_name = "",
                                 .file_type = ""};
    return incident_call(n->desk, n->incident, &g, &id, &claim, e);
}

/* The operator's bill of the last call, as a PDF: `text` names the file, and `extra` is the line. */
static bool stated(struct night *n, struct err *e)
{
    static const char *const heads[] = {N_("Date"), N_("Hour"), N_("Number called"), N_("Minutes"), N_("Amount")};
    static const double weights[] = {2, 1, 3, 1, 2};
    struct desk *d = n->desk;
    struct arena *a = &d->arena;
    enum lang lang = d->files.profile.language;
    char day[DAY_TEXT_BYTES], at[INSTANT_TEXT_BYTES], made[INSTANT_TEXT_BYTES];
    const struct call_filter f = {.incident_id = n->incident, .from = INSTANT_NONE, .until = INSTANT_NONE};
    struct incident_call *calls = NULL;
    struct tx tx = {0};
    size_t count = 0;
    bool ok = tx_begin(d->store, TX_READ, &tx, e) && incident_calls_load(&tx, a, &f, &calls, &count, e);
    tx_rollback(&tx);
    if (!ok || count == 0)
        return ok;
    const struct incident_call *k = &calls[count - 1];
    const struct paper_fact facts[] = {{tr(lang, N_("Operator")), "Telefonia Exemple, SA"},
                                       {tr(lang, N_("Line")), n->extra},
                                       {tr(lang, N_("Holder")), n->who}};
    const char *cells[] = {day_dmy(day_madrid(k->at), day), arena_strdup(a, instant_madrid(k->at, at) + 11), k->number,
                           n->amount, amount_words(a, k->cents)};
    const char *titles[sizeof heads / sizeof *heads];
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        titles[i] = tr(lang, heads[i]);
    const struct paper p = {.lang = lang,
                            .title = tr(lang, N_("Statement of calls")),
                            .name = n->text,
                            .facts = facts,
                            .fact_count = sizeof facts / sizeof *facts,
                            .heads = titles,
                            .weights = weights,
                            .column_count = sizeof heads / sizeof *heads,
                            .cells = cells,
                            .row_count = 1,
                            .note = tr(lang, N_("Invented, for the demo: nobody called and nobody pays.")),
                            .made = instant_iso(d->by.at, made)};
    struct buf pdf = BUF_INIT(LIMIT_STATEMENT_BYTES);
    ok = paper_pdf(&p, &pdf, e) && incident_call_later(d, k->id, "", n->text, "application/pdf", buf_str(&pdf), e);
    buf_release(&pdf);
    return ok;
}

static bool noted(struct night *n, struct err *e)
{
    return incident_note(n->desk, n->incident, n->step, n->text, "", e);
}

static bool ticked(struct night *n, struct err *e)
{
    return incident_tick(n->desk, n->incident, n->step, true, n->text, e);
}

static const struct {
    const char *event;
    bool (*happen)(struct night *, struct err *);
} events[] = {{"fails", failed}, {"pass", passed}, {"taken", taken},        {"call", called},
              {"note", noted},   {"tick", ticked}, {"recovers", recovered}, {"statement", stated}};

/* minute;event;who;step;text;phone;amount */
static bool happen(struct night *n, const struct table_row *row, struct err *e)
{
    const char *cell[7];
    for (size_t i = 0; i < sizeof cell / sizeof *cell; i++)
        cell[i] = i < row->count ? arena_text(&n->desk->arena, row->cells[i].text) : "";
    int minute = watch_minute_of(cell[0]);
    n->desk->by.at = watch_instant(n->day, minute < 0 ? 0 : minute);
    n->desk->by.who = cell[2];
    n->step = cell[3][0] == '\0' ? 0 : cell[3][0] - '0';
    n->text = cell[4];
    n->extra = cell[5];
    n->amount = cell[6];
    for (size_t i = 0; minute >= 0 && i < sizeof events / sizeof *events; i++) {
        if (strcmp(events[i].event, cell[1]) == 0)
            return events[i].happen(n, e);
    }
    return err_set(e, ERR_FORMAT, N_("the demo's file has a row that says nothing: %zu"), row->number);
}

bool demo_night(struct desk *d, const char *data_dir, const struct probe *probe, struct err *e)
{
    const struct by by = d->by;
    struct night n = {.desk = d, .probe = probe, .day = day_madrid(by.at) - DEMO_NIGHTS_AGO};
    const char *path = path_join(&d->arena, path_join(&d->arena, data_dir, "demo"), "night.csv");
    struct table *t;
    const struct table_sheet *sheet;
    const struct table_row *row;
    if (!table_open(path, &t, e))
        return false;
    d->by.day = n.day;
    bool ok = table_next_sheet(t, &sheet, e) && table_next_row(t, &row, e); /* the head */
    while (ok && table_next_row(t, &row, e))
        ok = happen(&n, row, e);
    table_close(t);
    d->by = by;
    if (!ok || e->code != ERR_NONE)
        err_where(e, "night.csv");
    return ok && e->code == ERR_NONE;
}
