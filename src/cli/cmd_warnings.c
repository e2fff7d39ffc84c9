/* talaia warnings plan, warnings calendar: what is coming. */
#include <stdio.h>

#include "base/buf.h"
#include "base/file.h"
#include "cli/commands.h"
#include "core/date_text.h"
#include "flow/calendar.h"
#include "flow/plan.h"

#define PLAN_DAYS_DEFAULT 60
#define PLAN_DAYS_MOST 3660

static json_t *planned_json(struct desk *d, struct arena *a, const struct plan *plan, const struct planned *p,
                            bool text, struct err *e)
{
    json_t *kinds = json_array(), *expires = json_object(), *to = json_array();
    for (size_t i = 0; i < p->wcase.count; i++) {
        enum cert_kind k = p->wcase.certs[i].kind;
        if (!p->warning.names[k])
            continue;
        json_array_append_new(kinds, json_string(cert_kind_code(k)));
        json_object_set_new(expires, cert_kind_code(k), json_day(p->wcase.certs[i].expires));
    }
    for (size_t i = 0; i < p->contact_count; i++)
        json_array_append_new(to, json_string(p->contacts[i].email));
    const struct week_load *week = plan_week(plan, p->warning.on);
    json_t *load =
        json_pack("{s:o,s:i,s:b,s:b,s:i}", "monday", json_day(week->monday), "warnings", (int)week->count, "overloaded",
                  (int)week->overloaded, "august", (int)week->august, "holidays", (int)week->holidays);
    json_t *bounced = json_array();
    for (size_t i = 0; i < p->bounced_count; i++)
        json_array_append_new(
            bounced, json_pack("{s:s,s:o,s:s,s:b}", "email", p->bounced[i].email, "on", json_day(p->bounced[i].bounced),
                               "reason", p->bounced[i].bounce_reason, "lasting", (int)p->bounced[i].lasting));
    json_t *o =
        json_pack("{s:o,s:s,s:s,s:o,s:o,s:i,s:s,s:s,s:s,s:o,s:o,s:o,s:o}", "on", json_day(p->warning.on), "body",
                  p->body->description, "name", p->body->name, "certificates", kinds, "expires", expires, "threshold",
                  p->warning.threshold, "situation", situation_code(p->warning.situation), "subject", p->subject, "why",
                  p->why, "due", json_day(p->warning.due), "recipients", to, "week", load, "bounced", bounced);
    if (text) {
        struct template t;
        struct buf words = BUF_INIT(LIMIT_TEMPLATE_BYTES);
        enum lang lang = p->contact_count > 0 ? p->contacts[0].lang : LANG_CA;
        if (!plan_message(d, a, p, lang, &t, e) || !template_text(&t, 0, NULL, NULL, &words, e)) {
            json_decref(o);
            o = NULL;
        } else {
            json_object_set_new(o, "text", json_string(buf_text(&words)));
        }
        buf_release(&words);
    }
    return o;
}

static bool print_json(struct cli *c, struct desk *d, const struct plan *plan, struct err *e)
{
    json_t *list = json_array();
    for (size_t i = 0; i < plan->count; i++) {
        json_t *o = planned_json(d, &c->arena, plan, &plan->items[i], c->value[OPT_TEXT] != NULL, e);
        if (o == NULL) {
            json_decref(list);
            return e->code != ERR_NONE ? false
                                       : err_set(e, ERR_INTERNAL, N_("a planned warning cannot be written as JSON"));
        }
        json_array_append_new(list, o);
    }
    return cli_json(list, e);
}

static bool print_message(struct cli *c, struct desk *d, const struct planned *p, struct err *e)
{
    struct template t;
    struct buf text = BUF_INIT(LIMIT_TEMPLATE_BYTES);
    enum lang lang = p->contact_count > 0 ? p->contacts[0].lang : LANG_CA;
    bool ok = plan_message(d, &c->arena, p, lang, &t, e) && template_text(&t, 76, NULL, NULL, &text, e);
    if (ok) {
        struct str rest = buf_str(&text), line;
        cli_wrap(p->subject, 4);
        while (str_split(&rest, '\n', &line))
            printf("    │ %.*s\n", STR_ARG(line));
    }
    buf_release(&text);
    return ok;
}

/* Only when there is something to say of it: false when not. */
static bool print_week(struct cli *c, struct desk *d, const struct week_load *w, bool first)
{
    char day[DATE_LONG_BYTES];
    const char *words = plan_week_words(d, &c->arena, w);
    if (words[0] == '\0')
        return false;
    const char *line =
        arena_printf(&c->arena, tr(c->lang, N_("Week of %s: %s")), date_short(w->monday, c->lang, day), words);
    const char *ink = c->colour && w->overloaded ? cli_state_ink(STATE_SOON) : NULL;
    printf("%s%s%s%s%s%s\n", first ? "" : "\n", ink == NULL ? "" : "\033[", ink == NULL ? "" : ink,
           ink == NULL ? "" : "m", line, ink == NULL ? "" : "\033[0m");
    return true;
}

static bool print_plan(struct cli *c, struct desk *d, const struct plan *plan, struct err *e)
{
    day_t day = DAY_NONE;
    const struct week_load *week = NULL;
    for (size_t i = 0; i < plan->count; i++) {
        const struct planned *p = &plan->items[i];
        if (p->warning.on != day) {
            char text[DATE_LONG_BYTES];
            bool close = i == 0; /* to the line above */
            day = p->warning.on;
            if (week != plan_week(plan, day)) {
                week = plan_week(plan, day);
                close = print_week(c, d, week, i == 0) || close;
            }
            printf(c->colour ? "%s\033[1m%s\033[0m\n" : "%s%s\n", close ? "" : "\n", date_long(day, c->lang, text));
        }
        char kinds[WARNING_CERTIFICATES_BYTES];
        printf("  %s  %s\n", p->body->name, warning_certificates(&p->wcase, kinds));
        cli_wrap(p->why, 4);
        if (c->value[OPT_TEXT] != NULL && !print_message(c, d, p, e))
            return false;
    }
    if (plan->count > 0)
        putchar('\n');
    char until[DAY_TEXT_BYTES];
    printf(trn(c->lang, "%zu warning until %s.", "%zu warnings until %s.", plan->count), plan->count,
           day_dmy(plan->until, until));
    putchar('\n');
    for (int u = 0; u < UNWARNED_COUNT; u++) {
        if (plan->unwarned[u] > 0)
            printf(tr(c->lang, N_("  %zu not warned: %s\n")), plan->unwarned[u],
                   tr(c->lang, unwarned_words((enum unwarned)u)));
    }
    for (size_t i = 0; i < plan->to_person_count; i++)
        cli_wrap(arena_text(&c->arena, str_trim(str_of(arena_printf(
                                           &c->arena,
                                           tr(c->lang, N_("  For a person: %s answered, and the new certificate is not "
                                                          "installed yet\n")),
                                           plan->to_person[i]->name)))),
                 2);
    for (size_t i = 0; i < plan->to_check_count; i++) {
        const struct plan_check *x = &plan->to_check[i];
        cli_wrap(arena_printf(&c->arena, tr(c->lang, N_("For a person: %s, %s: %s")), x->body->name,
                              cert_kind_code(x->kind), tr(c->lang, evidence_sentence(x->outcome))),
                 2);
    }
    return true;
}

static bool run_plan(struct cli *c, struct err *e)
{
    int64_t days = PLAN_DAYS_DEFAULT;
    if (c->value[OPT_DAYS] != NULL && !str_to_int64(str_of(c->value[OPT_DAYS]), 0, PLAN_DAYS_MOST, &days))
        return err_set(e, ERR_USAGE, N_("--days takes a number from 0 to %d, not \"%s\""), PLAN_DAYS_MOST,
                       c->value[OPT_DAYS]);
    struct desk d;
    struct plan plan;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = plan_make(&d, &c->arena, (int)days, &plan, e) &&
              (c->json ? print_json(c, &d, &plan, e) : print_plan(c, &d, &plan, e));
    desk_close(&d);
    return ok;
}

const struct command command_warnings_plan = {
    .name = "warnings plan",
    .task = TASK_WARN,
    .usage = "",
    .summary = N_("who would be warned, when, with which text, and why"),
    .more = N_("Nothing is sent and nothing is changed. A warning goes out on the first calendar day below a "
               "threshold, or on the "
               "next working day; several thresholds crossed at once make one warning."),
    .options = {OPT_DAYS, OPT_TEXT, OPT_END},
    .run = run_plan,
};

/* ------------------------------------------------------------------ the calendar */

static bool run_calendar(struct cli *c, struct err *e)
{
    int64_t days = CALENDAR_DAYS_DEFAULT;
    const char *path = c->value[OPT_OUT];
    size_t events = 0;
    struct desk d;
    if (c->value[OPT_DAYS] != NULL && !str_to_int64(str_of(c->value[OPT_DAYS]), 0, CALENDAR_DAYS_MOST, &days))
        return err_set(e, ERR_USAGE, N_("--days takes a number from 0 to %d, not \"%s\""), CALENDAR_DAYS_MOST,
                       c->value[OPT_DAYS]);
    if (c->json && path == NULL)
        return err_set(e, ERR_USAGE, N_("without --out the calendar itself is printed, and that is no JSON"));
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    struct buf text = BUF_INIT(LIMIT_ICS_BYTES);
    bool ok = calendar_write(&d, &c->arena, (int)days, &text, &events, e);
    if (ok && path != NULL)
        ok = file_write(path, buf_str(&text), e);
    else if (ok && fwrite(buf_text(&text), 1, text.n, stdout) != text.n)
        ok = err_set(e, ERR_FILE, N_("the calendar could not be written to standard output"));
    buf_release(&text);
    desk_close(&d);
    if (!ok || path == NULL)
        return ok;
    if (c->json)
        return cli_json(json_pack("{s:s,s:i}", "file", path, "events", (int)events), e);
    printf(trn(c->lang, "%s: %zu event.", "%s: %zu events.", (unsigned long)events), path, events);
    putchar('\n');
    return true;
}

const struct command command_warnings_calendar = {
    .name = "warnings calendar",
    .task = TASK_WARN,
    .usage = "",
    .summary = N_("the warnings and expiries to come as a calendar file (.ics)"),
    .more = N_("All-day events that any calendar program reads: a warning on the day it goes out, a certificate on the "
               "day it expires, weeks with too much in them. The same thing always has the same identifier, so that a "
               "new file moves it. Without --out it is printed."),
    .options = {OPT_OUT, OPT_DAYS, OPT_END},
    .run = run_calendar,
};
