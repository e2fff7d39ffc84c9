/* The forms of a body: one table says what each sends, and each goes through the same function as its command. */
#include <stdio.h>

#include "flow/change.h"
#include "web/body_parts.h"
#include "web/edit.h"
#include "web/pages.h"

const char *const body_groups[][2] = {
    [GROUP_RENEWAL] = {"renewal", N_("renewal")},
    [GROUP_MIGRATION] = {"migration", N_("migration")},
    [GROUP_OUTAGE] = {"outage", N_("outage")},
    [GROUP_OTHER] = {"other", N_("other")},
};

/* ------------------------------------------------------------------ what is sent */

static bool send_action(struct call *c, const struct body *b)
{
    enum action_group group;
    day_t day;
    bool is_new;
    if (!action_group_parse(call_field(c, "grup"), &group))
        return err_set(&c->err, ERR_VALUE, N_("choose a group for the action"));
    return form_read_day(c, "dia", &day) &&
           change_action(c->desk, b, day, group, call_field(c, "text"), call_field(c, "tiquet"), &is_new, &c->err);
}

static bool send_comment(struct call *c, const struct body *b)
{
    return change_comment_line(c->desk, b, c->desk->by.day, call_field(c, "text"), &c->err);
}

static bool send_answer(struct call *c, const struct body *b)
{
    const char *which = call_field(c, "certificats");
    bool covers[CERT_KINDS] = {[CERT_CDS] = strstr(which, "CDS") != NULL, [CERT_CDA] = strstr(which, "CDA") != NULL};
    if (!covers[CERT_CDS] && !covers[CERT_CDA])
        return err_set(&c->err, ERR_VALUE, N_("choose the certificates that the answer is about"));
    return change_answered(c->desk, b, covers, call_field(c, "text"), &c->err);
}

static bool send_mark(struct call *c, const struct body *b)
{
    return change_mark(c->desk, b, true, call_field(c, "text"), &c->err);
}

static bool send_unmark(struct call *c, const struct body *b)
{
    return change_mark(c->desk, b, false, call_field(c, "text"), &c->err);
}

static bool send_outage(struct call *c, const struct body *b)
{
    day_t day;
    return form_read_day(c, "dia", &day) && change_outage_open(c->desk, b, day, call_field(c, "text"), &c->err);
}

static bool send_outage_note(struct call *c, const struct body *b)
{
    day_t day;
    return form_read_day(c, "dia", &day) &&
           change_outage_note(c->desk, b, day, call_field(c, "text"), call_field(c, "tiquet"), &c->err);
}

static bool send_outage_end(struct call *c, const struct body *b)
{
    day_t day;
    return form_read_day(c, "dia", &day) && change_outage_close(c->desk, b, day, call_field(c, "text"), &c->err);
}

static bool send_silence(struct call *c, const struct body *b)
{
    day_t day;
    if (call_field(c, "dia")[0] == '\0')
        return err_set(&c->err, ERR_VALUE, N_("say until which day it is silent"));
    return form_read_day(c, "dia", &day) && change_silence(c->desk, b, day, call_field(c, "text"), &c->err);
}

static bool send_unsilence(struct call *c, const struct body *b)
{
    return change_silence_lift(c->desk, b, call_field(c, "text"), &c->err);
}

/* ------------------------------------------------------------------ the table */

enum when { ALWAYS, WHEN_UP, WHEN_DOWN, WHEN_SILENT, WHEN_LOUD, WHEN_MARKED, WHEN_UNMARKED, WHEN_DATES };

static const struct body_form_kind {
    const char *what; /* the last part of its address */
    enum when when;
    const char *button; /* opens it */
    const char *text_label, *text_help;
    bool group, ticket, certificates;
    const char *day_label; /* NULL: no day */
    bool day_is_today;
    const char *send; /* English, for tr(): what happens */
    bool (*run)(struct call *c, const struct body *b);
} kinds[] = {
    {"accio", ALWAYS, N_("Note an action"), N_("What was done"), N_("Goes into the report's table OK."), true, true,
     false, N_("Date"), true, N_("Note the action"), send_action},
    {"caiguda", WHEN_UP, N_("It is down"), N_("What is seen"), NULL, false, false, false, N_("Since"), true,
     N_("Open the outage"), send_outage},
    {"caiguda-nota", WHEN_DOWN, N_("Note in the outage"), N_("What was done"),
     N_("Stands in KO while the body is down."), false, true, false, N_("Date"), true, N_("Note it"), send_outage_note},
    {"caiguda-fi", WHEN_DOWN, N_("It is up again"), N_("How it recovered"), NULL, false, false, false, N_("Since"),
     true, N_("Close the outage"), send_outage_end},
    {"silenci", WHEN_LOUD, N_("Silence"), N_("Why"), N_("It is checked, and does not go down until that day."), false,
     false, false, N_("Until (last day)"), false, N_("Silence it"), send_silence},
    {"silenci-fi", WHEN_SILENT, N_("Lift the silence"), N_("Why"), NULL, false, false, false, NULL, false,
     N_("Lift the silence"), send_unsilence},
    {"comentari", WHEN_DATES, N_("Comment"), N_("A line for the comment"),
     N_("Follows the renewal; stands in Certificats."), false, false, false, NULL, false, N_("Add the line"),
     send_comment},
    {"resposta", WHEN_DATES, N_("It has answered"), N_("What the body said"),
     N_("No more warnings go out for the certificates that the answer covers."), false, false, true, NULL, false,
     N_("Note the answer"), send_answer},
    {"marca", WHEN_UNMARKED, N_("Not verifiable"), N_("Why its dates cannot be verified"), NULL, false, false, false,
     NULL, false, N_("Mark it"), send_mark},
    {"desmarca", WHEN_MARKED, N_("Verifiable again"), N_("Why"), NULL, false, false, false, NULL, false,
     N_("Lift the mark"), send_unmark},
};
#define KINDS (sizeof kinds / sizeof *kinds)

static bool applies(const struct view_body *x, enum when when)
{
    switch (when) {
    case ALWAYS: return true;
    case WHEN_UP: return x->outage == NULL && x->body->vanished == DAY_NONE;
    case WHEN_DOWN: return x->outage != NULL;
    case WHEN_SILENT: return x->silence != NULL;
    case WHEN_LOUD: return x->silence == NULL;
    case WHEN_MARKED: return (x->body->flags & BODY_NOT_VERIFIABLE) != 0;
    case WHEN_UNMARKED: return (x->body->flags & BODY_NOT_VERIFIABLE) == 0;
    case WHEN_DATES: return (x->body->flags & BODY_NO_DATES) == 0;
    }
    return false;
}

static enum permission needed(const char *what)
{
    return strncmp(what, "silenci", 7) == 0 ? PERMISSION_SILENCE : PERMISSION_NOTE;
}

struct form body_form(struct call *c, const struct body_page *p, const char *what)
{
    const char *action = arena_printf(call_arena(c), "%s/%s", layout_body_path(c, p->item->body->id), what);
    if (p->refused != NULL && strcmp(p->refused->action, action) == 0)
        return *p->refused;
    return (struct form){.action = action};
}

static void write_form(struct call *c, const struct body_page *p, const struct body_form_kind *k, bool primary)
{
    static const char *const certificates[][2] = {{"CDS", "CDS"}, {"CDA", "CDA"}, {"CDS CDA", N_("CDS and CDA")}};
    struct form f = body_form(c, p, k->what);
    char today[DAY_TEXT_BYTES];
    form_fold_open(c, &f, call_tr(c, k->button), primary);
    form_field(c, &f,
               &(struct field){.name = "text",
                               .label = k->text_label,
                               .type = "textarea",
                               .help = k->text_help,
                               .most = LIMIT_NOTE_CHARS});
    html_raw(&c->html, "<div class=\"row fields\">");
    if (k->day_label != NULL)
        form_field(c, &f,
                   &(struct field){.name = "dia",
                                   .label = k->day_label,
                                   .type = "date",
                                   .value = k->day_is_today ? day_iso(p->view->day, today) : ""});
    if (k->group)
        form_field(c, &f,
                   &(struct field){.name = "grup",
                                   .label = N_("Group"),
                                   .type = "select",
                                   .value = "other",
                                   .choices = body_groups,
                                   .choice_count = BODY_GROUPS});
    if (k->certificates)
        form_field(c, &f,
                   &(struct field){.name = "certificats",
                                   .label = N_("Certificates"),
                                   .type = "select",
                                   .value = "CDS",
                                   .choices = certificates,
                                   .choice_count = 3});
    if (k->ticket)
        form_field(
            c, &f,
            &(struct field){
                .name = "tiquet", .label = N_("Ticket"), .type = "text", .optional = true, .most = LIMIT_TICKET_CHARS});
    html_raw(&c->html, "</div>");
    form_close(c, call_tr(c, k->send), true);
    form_fold_close(c);
}

/* The body is no longer as it was when the page was made: its form does not stand there any more, the reason does. */
static void write_stale(struct call *c, const struct body_page *p)
{
    const char *what = p->refused == NULL ? "" : strrchr(p->refused->action, '/') + 1;
    for (size_t i = 0; i < KINDS; i++) {
        if (strcmp(kinds[i].what, what) == 0 && !applies(p->item, kinds[i].when))
            part_notice(c, false, call_tr(c, N_("Not done:")), p->refused->refused);
    }
}

void body_buttons(struct call *c, const struct body_page *p)
{
    write_stale(c, p);
    html_raw(&c->html, "<div class=\"folds\">");
    for (size_t i = 0; i < KINDS; i++) {
        if (applies(p->item, kinds[i].when) && call_may(c, needed(kinds[i].what)))
            write_form(c, p, &kinds[i], i == 0);
    }
    html_raw(&c->html, "</div>");
}

/* ------------------------------------------------------------------ what comes back */

bool body_form_run(struct call *c, const char *what, const struct body *b)
{
    for (size_t i = 0; i < KINDS; i++) {
        if (strcmp(kinds[i].what, what) == 0)
            return kinds[i].run(c, b);
    }
    return err_set(&c->err, ERR_INTERNAL, "a body has no form %s", what);
}

void form_body(struct call *c)
{
    const struct view *v = call_view(c);
    const struct view_body *x = v == NULL ? NULL : view_find(v, c->id);
    const char *what = call_path_end(c);
    if (v == NULL)
        return;
    if (x == NULL) {
        call_problem(c, 404, N_("There is no body with this number."));
        return;
    }
    for (size_t i = 0; i < KINDS; i++) {
        if (strcmp(kinds[i].what, what) != 0)
            continue;
        if (kinds[i].run(c, x->body)) {
            edit_done(c, what, "");
            return;
        }
        if (c->err.code == ERR_VALUE || c->err.code == ERR_STATE || c->err.code == ERR_LIMIT) {
            edit_refused(c, c->request->path, NULL, arena_strdup(call_arena(c), c->err.text));
            return;
        }
        break;
    }
    call_failed(c);
}
