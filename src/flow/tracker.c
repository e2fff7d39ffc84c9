#include "flow/tracker.h"

#include "core/calendar.h"
#include "record/message.h"
#include "record/report.h"

bool desk_tracker_open(struct desk *d, struct tracker **ret, struct err *e)
{
    const char *kind = config_text(d->config, KEY_TRACKER_KIND), *project = config_text(d->config, KEY_TRACKER_PROJECT);
    const char *ca = config_text(d->config, KEY_TRACKER_CA);
    struct tracker_options o = {
        .kind = strcmp(kind, "jira") == 0      ? TRACKER_JIRA
                : strcmp(kind, "redmine") == 0 ? TRACKER_REDMINE
                                               : TRACKER_LOCAL,
        .by = &d->by,
        .project = project[0] != '\0' ? project : d->files.profile.ticket_project,
        .template_key = d->files.profile.ticket_template,
        .url = config_text(d->config, KEY_TRACKER_URL),
        .token = config_text(d->config, KEY_TRACKER_TOKEN),
        .type = config_text(d->config, KEY_TRACKER_TYPE),
        .date_field = config_text(d->config, KEY_TRACKER_DATE_FIELD),
        .close = config_text(d->config, KEY_TRACKER_CLOSE),
        .ca = ca[0] == '\0' ? "" : config_path(&d->arena, d->config, KEY_TRACKER_CA),
    };
    o.watcher_count = config_list(d->config, KEY_TRACKER_WATCHERS, &o.watchers);
    return tracker_open(&o, ret, e);
}

/* ------------------------------------------------------------------ reading */

/* Only the local tracker has a transaction. *ret NULL for the others. */
static bool begin(struct desk *d, const struct tracker *t, struct tx *tx, struct tx **ret, struct err *e)
{
    *tx = (struct tx){0};
    *ret = tracker_is_local(t) ? tx : NULL;
    return *ret == NULL || tx_begin(d->store, TX_READ, tx, e);
}

bool desk_tickets(struct desk *d, struct tracker *t, struct arena *a, const struct ticket_query *q, size_t most,
                  struct ticket **ret, size_t *ret_count, int64_t *ret_total, struct err *e)
{
    struct tx tx, *x;
    bool ok = begin(d, t, &tx, &x, e) && ticket_list(t, x, a, q, most, ret, ret_count, ret_total, e);
    tx_rollback(&tx);
    return ok;
}

bool desk_ticket(struct desk *d, struct tracker *t, struct arena *a, const char *key, struct ticket *ret, struct err *e)
{
    struct tx tx, *x;
    bool found = false, ok = begin(d, t, &tx, &x, e) && ticket_get(t, x, a, key, ret, &found, e);
    tx_rollback(&tx);
    return ok && (found || err_set(e, ERR_UNKNOWN, N_("there is no ticket %s (%s)"), key, tracker_code(t)));
}

bool desk_tracker_examine(struct desk *d, struct tracker *t, struct arena *a, struct tracker_report *ret, struct err *e)
{
    struct tx tx, *x;
    bool ok = begin(d, t, &tx, &x, e) && tracker_examine(t, x, a, ret, e);
    tx_rollback(&tx);
    return ok;
}

/* ------------------------------------------------------------------ the dashboard */

/* "This week" means since the last report that was sent; without one, since the last report day. */
static bool week_begin(struct desk *d, struct arena *a, day_t *ret_day, instant_t *ret_at, struct err *e)
{
    struct tx tx;
    struct messages sent;
    const struct message_filter reports = {
        .states = 1u << OUTBOX_SENT | 1u << OUTBOX_FILED, .kinds = 1u << OUTBOX_REPORT, .until = d->by.day};
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = messages_load(&tx, a, &reports, &sent, e);
    tx_rollback(&tx);
    if (!ok)
        return false;
    day_t last = DAY_NONE;
    *ret_at = INSTANT_NONE;
    for (size_t i = 0; i < sent.count; i++) {
        if (sent.items[i].sent == INSTANT_NONE || (last != DAY_NONE && sent.items[i].day < last))
            continue;
        last = sent.items[i].day;
        *ret_at = sent.items[i].sent;
    }
    *ret_day = report_period(&d->files.profile, d->by.day, last).after;
    return true;
}

static bool local_cell(struct desk *d, struct tracker *t, struct arena *a, int group, int column, day_t since,
                       instant_t at, struct dashboard_cell *ret, struct err *e)
{
    struct ticket *none;
    size_t count;
    const struct ticket_query q = {
        .filter = "",
        .open_only = column == DASHBOARD_PENDING,
        .one_kind = true,
        .kind = (enum action_group)group,
        .closed_after = column == DASHBOARD_DONE ? since : DAY_NONE,
        .closed_since = at,
    };
    ret->filter = "";
    ret->why = "";
    ret->known = desk_tickets(d, t, a, &q, 0, &none, &count, &ret->count, e);
    return ret->known;
}

static void remote_cell(struct tracker *t, const char *filter, struct err *why, struct dashboard_cell *ret)
{
    const struct ticket_query q = {.filter = filter, .closed_after = DAY_NONE, .closed_since = INSTANT_NONE};
    ret->filter = filter;
    if (why->code != ERR_NONE)
        return;
    if (filter[0] == '\0')
        err_set(why, ERR_PROFILE, N_("no saved filter is named for it (tickets.dashboard of the profile)"));
    else
        ret->known = ticket_count(t, NULL, &q, &ret->count, why);
}

bool desk_dashboard(struct desk *d, struct tracker *t, struct arena *a, struct dashboard *ret, struct err *e)
{
    struct dashboard board = {0};
    struct err why = {.lang = e->lang};
    instant_t at;
    if (!week_begin(d, a, &board.since, &at, e))
        return false;
    for (int g = 0; g < GROUP_OTHER; g++) {
        for (int c = 0; c < DASHBOARD_COLUMNS; c++) {
            struct dashboard_cell *cell = &board.cells[g][c];
            if (tracker_is_local(t)) {
                if (!local_cell(d, t, a, g, c, board.since, at, cell, e))
                    return false;
                continue;
            }
            remote_cell(t, d->files.profile.dashboard[g][c], &why, cell);
            cell->why = arena_strdup(a, why.text);
            /* What concerns this filter alone does not stop the others. */
            if (why.code == ERR_REMOTE || why.code == ERR_PROFILE || why.code == ERR_VALUE)
                err_clear(&why);
        }
    }
    *ret = board;
    return true;
}
