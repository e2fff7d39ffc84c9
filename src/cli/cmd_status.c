/* talaia warnings status: where every open case stands, and one body's whole story. */
#include <stdio.h>

#include "cli/commands.h"
#include "flow/change.h"
#include "flow/story.h"

/* ------------------------------------------------------------------ JSON */

static json_t *told_json(const struct profile *p, unsigned consumed)
{
    json_t *list = json_array();
    for (size_t i = 0; i < p->threshold_count; i++) {
        if ((consumed >> i & 1) != 0)
            json_array_append_new(list, json_integer(p->thresholds[i]));
    }
    return list;
}

static json_t *certificate_json(const struct profile *p, const struct status_certificate *s)
{
    json_t *stages = json_array();
    for (int k = 0; k < STAGE_COUNT; k++) {
        if ((s->cert->stages >> k & 1) != 0)
            json_array_append_new(stages, json_string(stage_code((enum stage)k)));
    }
    return json_pack("{s:s,s:o,s:i,s:o,s:o,s:o,s:b,s:b,s:b,s:s,s:b,s:s}", "certificate", cert_kind_code(s->cert->kind),
                     "expires", json_day(s->cert->expires), "days", s->days, "told", told_json(p, s->cert->consumed),
                     "stages", stages, "registry", json_day(s->cert->declared), "answered", (int)s->cert->answered,
                     "renewed", (int)s->cert->renewed, "checked", (int)s->cert->checked, "evidence",
                     evidence_code(s->outcome), "comes_back", (int)s->comes_back, "detail", s->detail);
}

static json_t *case_json(const struct profile *p, const struct status_case *s)
{
    json_t *certificates = json_array();
    for (size_t i = 0; i < s->wcase.count; i++)
        json_array_append_new(certificates, certificate_json(p, &s->certs[i]));
    bool warns = s->what == STATUS_WARNING;
    return json_pack("{s:s,s:s,s:o,s:i,s:o,s:o,s:o,s:s,s:s,s:o,s:o}", "body", s->body->description, "name",
                     s->body->name, "case", s->wcase.id == 0 ? json_null() : json_integer(s->wcase.id), "days", s->days,
                     "certificates", certificates, "ticket", json_text(s->wcase.ticket), "subject",
                     json_text(s->wcase.subject), "next", status_next_code(s->what), "why", s->next_long, "on",
                     json_day(warns ? s->warning.on : DAY_NONE), "threshold",
                     warns ? json_integer(s->warning.threshold) : json_null());
}

static json_t *events_json(const struct story *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->count; i++)
        json_array_append_new(list, json_pack("{s:o,s:s,s:s,s:o}", "date", json_day(s->events[i].day), "what",
                                              story_code(s->events[i].what), "text", s->events[i].text, "who",
                                              json_text(s->events[i].who)));
    return list;
}

/* ------------------------------------------------------------------ all cases */

static const char *certificates_of(struct cli *c, const struct status_case *s)
{
    const char *text = "";
    for (size_t i = 0; i < s->wcase.count; i++) {
        if (!s->wcase.certs[i].checked)
            text = arena_printf(&c->arena, "%s%s%s", text, text[0] == '\0' ? "" : "+",
                                cert_kind_code(s->wcase.certs[i].kind));
    }
    return text;
}

/* Of the certificate that is most urgent and still to do. */
static const struct status_certificate *first_of(const struct status_case *s)
{
    for (size_t i = 0; i < s->wcase.count; i++) {
        if (!s->wcase.certs[i].checked && s->certs[i].days == s->days)
            return &s->certs[i];
    }
    return &s->certs[0];
}

static bool print_all(struct cli *c, struct desk *d, const struct status *status, struct err *e)
{
    static const struct cli_column columns[] = {
        {N_("Body"), ALIGN_LEFT, 14, 30}, {N_("Certificates"), ALIGN_LEFT, 7, 12}, {N_("days"), ALIGN_RIGHT, 4, 5},
        {N_("Stage"), ALIGN_LEFT, 6, 16}, {N_("Warned"), ALIGN_RIGHT, 4, 8},       {N_("Ticket"), ALIGN_LEFT, 4, 10},
        {N_("Next"), ALIGN_LEFT, 30, 38},
    };
    const int first = d->files.profile.thresholds[0];
    if (c->json) {
        json_t *list = json_array();
        for (size_t i = 0; i < status->count; i++)
            json_array_append_new(list, case_json(&d->files.profile, &status->items[i]));
        return cli_json(list, e);
    }
    if (status->count == 0) {
        cli_say(c, N_("No renewal is under way."));
        return true;
    }
    struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < status->count; i++) {
        const struct status_case *s = &status->items[i];
        const struct status_certificate *x = first_of(s);
        cli_cell(t, s->body->name, NULL);
        cli_cell(t, certificates_of(c, s), NULL);
        cli_cell(t, arena_printf(&c->arena, "%d", s->days),
                 cli_state_ink(body_state(s->body, d->by.day, d->by.at, first, false)));
        cli_cell(t, x->stage, NULL);
        cli_cell(t, x->told == 0 ? "" : arena_printf(&c->arena, "< %d", x->told), NULL);
        cli_cell(t, s->wcase.ticket == NULL ? "" : s->wcase.ticket, NULL);
        cli_cell(t, s->next, s->what == STATUS_PERSON ? cli_state_ink(STATE_SOON) : NULL);
    }
    cli_table_print(t);
    cli_table_free(t);
    printf(trn(c->lang, "%zu renewal under way.", "%zu renewals under way.", status->count), status->count);
    putchar('\n');
    return true;
}

/* ------------------------------------------------------------------ one body */

static const struct status_case *status_of(const struct status *status, int64_t case_id)
{
    for (size_t i = 0; i < status->count; i++) {
        if (status->items[i].wcase.id == case_id)
            return &status->items[i];
    }
    return NULL;
}

static void print_now(struct cli *c, const struct status_case *s)
{
    for (size_t i = 0; i < s->wcase.count; i++)
        cli_wrap(arena_printf(&c->arena, "%s %s", cert_kind_code(s->wcase.certs[i].kind), s->certs[i].detail), 2);
    cli_wrap(arena_printf(&c->arena, "%s: %s", tr(c->lang, N_("Next")), s->next_long), 2);
}

static void heading(struct cli *c, const struct body *b, const struct warning_case *wc, bool closed)
{
    char certificates[WARNING_CERTIFICATES_BYTES];
    struct warning_case shown = *wc;
    for (size_t i = 0; i < shown.count; i++)
        shown.certs[i].renewed = false;
    const char *line = arena_printf(&c->arena, "%s · %s%s%s%s%s", b->name, warning_certificates(&shown, certificates),
                                    wc->ticket == NULL ? "" : " · ", wc->ticket == NULL ? "" : wc->ticket,
                                    closed ? " · " : "", closed ? tr(c->lang, N_("closed")) : "");
    printf(c->colour ? "\033[1m%s\033[0m\n" : "%s\n", line);
}

/* "20/11/2026  text", the following lines under the text. */
static void print_event(struct cli *c, const struct story_event *x)
{
    char day[DAY_TEXT_BYTES];
    struct str rest = str_of(x->text), line;
    bool first = true;
    const char *who = x->who[0] == '\0' ? "" : arena_printf(&c->arena, " [%s]", x->who);
    while (str_split(&rest, '\n', &line)) {
        const char *text = arena_text(&c->arena, line);
        if (first)
            cli_wrap_after(arena_printf(&c->arena, "  %s  ", day_dmy(x->day, day)),
                           arena_printf(&c->arena, "%s%s", text, who));
        else
            cli_wrap(text, 14);
        first = false;
    }
}

static void print_story(struct cli *c, const struct body *b, const struct story *s, const struct status_case *now)
{
    heading(c, b, &s->wcase, s->record->closed != DAY_NONE);
    if (now != NULL)
        print_now(c, now);
    putchar('\n');
    for (size_t i = 0; i < s->count; i++)
        print_event(c, &s->events[i]);
}

static json_t *story_json(const struct desk *d, const struct story *s, const struct status_case *now)
{
    json_t *o = now == NULL ? json_object() : case_json(&d->files.profile, now);
    if (now == NULL) {
        json_t *certificates = json_array();
        for (size_t i = 0; i < s->wcase.count; i++)
            json_array_append_new(
                certificates,
                json_pack("{s:s,s:o,s:b}", "certificate", cert_kind_code(s->wcase.certs[i].kind), "expires",
                          json_day(s->wcase.certs[i].expires), "checked", (int)s->wcase.certs[i].checked));
        json_object_set_new(o, "certificates", certificates);
        json_object_set_new(o, "case", json_integer(s->record->id));
        json_object_set_new(o, "ticket", json_text(s->record->ticket));
        json_object_set_new(o, "subject", json_text(s->record->subject));
    }
    json_object_set_new(o, "opened", json_day(s->record->opened));
    json_object_set_new(o, "closed", json_day(s->record->closed));
    json_object_set_new(o, "closing", json_text(s->record->closing));
    json_object_set_new(o, "events", events_json(s));
    return o;
}

static bool print_body(struct cli *c, struct desk *d, const struct body *b, const struct status *status,
                       const struct story *stories, size_t count, struct err *e)
{
    json_t *list = json_array();
    size_t shown = 0;
    for (size_t i = 0; i < count; i++) {
        const struct status_case *now = status_of(status, stories[i].record->id);
        if (c->json) {
            json_array_append_new(list, story_json(d, &stories[i], now));
            continue;
        }
        if (shown++ > 0)
            putchar('\n');
        print_story(c, b, &stories[i], now);
    }
    /* One that is below the first threshold and of which nothing has been done yet. */
    for (size_t i = 0; i < status->count; i++) {
        const struct status_case *s = &status->items[i];
        if (s->wcase.id != 0)
            continue;
        if (c->json) {
            json_array_append_new(list, case_json(&d->files.profile, s));
            continue;
        }
        if (shown++ > 0)
            putchar('\n');
        heading(c, b, &s->wcase, false);
        print_now(c, s);
    }
    if (c->json)
        return cli_json(json_pack("{s:s,s:s,s:o}", "body", b->description, "name", b->name, "cases", list), e);
    json_decref(list);
    if (shown == 0)
        cli_say(c, N_("%s has no renewal under way and never had one."), b->name);
    return true;
}

static bool run_status(struct cli *c, struct err *e)
{
    struct desk d;
    struct tx tx = {0};
    struct status status;
    struct story *stories = NULL;
    size_t count = 0;
    const struct body *b = NULL;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = (c->word_count == 0 || change_find_body(&d, c->words[0], &b, e)) && tx_begin(d.store, TX_READ, &tx, e) &&
              status_load(&d, &tx, &c->arena, b, &status, e) &&
              (b == NULL || story_load(&d, &tx, &c->arena, b, &stories, &count, e));
    tx_rollback(&tx);
    if (ok)
        ok = b == NULL ? print_all(c, &d, &status, e) : print_body(c, &d, b, &status, stories, count, e);
    desk_close(&d);
    return ok;
}

const struct command command_warnings_status = {
    .name = "warnings status",
    .task = TASK_WARN,
    .usage = N_("[BODY]"),
    .summary = N_("where every renewal stands; with a body, its whole story"),
    .more =
        N_("The most urgent first: how far it is, the last warning, the ticket, and what comes next or is missing. "
           "With BODY: its dates, warnings, answers, stages, checks, corrections, comments and the end, in order of "
           "time."),
    .max_words = 1,
    .options = {OPT_END},
    .run = run_status,
};
