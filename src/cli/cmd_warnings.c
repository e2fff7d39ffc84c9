/* talaia warnings plan */
#include <stdio.h>

#include "base/buf.h"
#include "cli/commands.h"
#include "core/date_text.h"
#include "flow/plan.h"

#define PLAN_DAYS_DEFAULT 60
#define PLAN_DAYS_MOST 3660

static json_t *planned_json(struct desk *d, struct arena *a, const struct planned *p, bool text, struct err *e)
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
    json_t *o = json_pack("{s:o,s:s,s:s,s:o,s:o,s:i,s:s,s:s,s:s,s:o,s:o}", "on", json_day(p->warning.on), "body",
                          p->body->description, "name", p->body->name, "certificates", kinds, "expires", expires,
                          "threshold", p->warning.threshold, "situation", situation_code(p->warning.situation),
                          "subject", p->subject, "why", p->why, "due", json_day(p->warning.due), "recipients", to);
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
        json_t *o = planned_json(d, &c->arena, &plan->items[i], c->value[OPT_TEXT] != NULL, e);
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

static bool print_plan(struct cli *c, struct desk *d, const struct plan *plan, struct err *e)
{
    day_t day = DAY_NONE;
    for (size_t i = 0; i < plan->count; i++) {
        const struct planned *p = &plan->items[i];
        if (p->warning.on != day) {
            char text[DATE_LONG_BYTES];
            day = p->warning.on;
            printf(c->colour ? "%s\033[1m%s\033[0m\n" : "%s%s\n", i == 0 ? "" : "\n", date_long(day, c->lang, text));
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
    .task = TASK_LOOK,
    .usage = "",
    .summary = N_("who would be warned, when, with which text, and why"),
    .more = N_("Nothing is sent and nothing is changed. A warning goes out on the first calendar day below a "
               "threshold, or on the "
               "next working day; several thresholds crossed at once make one warning."),
    .options = {OPT_DAYS, OPT_TEXT, OPT_END},
    .run = run_plan,
};
