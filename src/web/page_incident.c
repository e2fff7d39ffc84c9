/* One incident, as the person on call opens it at three in the morning on a telephone: what failed, since when, what
 * was seen, the next step, and below it everything else. Works without JavaScript; light enough for a poor connection.
 */
#include <inttypes.h>

#include "core/watch.h"
#include "flow/change.h"
#include "web/incident_page.h"
#include "web/pages.h"
#include "web/pages_data.h"
#include "web/probe_page.h"
#include "web/words.h"

struct one {
    struct call *c;
    const struct incident_whole *w;
    const struct form *refused; /* NULL: none */
    bool may, open;
};

static const char *hour(struct call *c, instant_t t)
{
    return incident_hour(call_arena(c), t);
}

/* With its day when that is another than the incident's. */
static const char *moment(struct one *o, instant_t t)
{
    struct call *c = o->c;
    return day_madrid(t) == day_madrid(o->w->incident.since)
               ? hour(c, t)
               : arena_printf(call_arena(c), "%s, %s", words_date(call_arena(c), c->lang, day_madrid(t)), hour(c, t));
}

/* The form that goes there, with what was refused of it. */
static struct form form_to(struct one *o, const char *what, bool upload)
{
    struct form f = {.action = arena_printf(call_arena(o->c), ON_CALL "/%" PRId64 "/%s", o->w->incident.id, what),
                     .upload = upload};
    if (o->refused != NULL && strcmp(o->refused->action, f.action) == 0) {
        f = *o->refused;
        f.upload = upload;
    }
    return f;
}

static void hidden_step(struct one *o, size_t step)
{
    form_hidden(o->c, "pas", arena_printf(call_arena(o->c), "%zu", step + 1));
}

/* ------------------------------------------------------------------ the next step */

/* So that a form that arrives twice, over a poor connection, is kept once. */
static void hidden_once(struct one *o)
{
    form_hidden(o->c, "una", incident_once(call_arena(o->c)));
}

static void call_form(struct one *o, size_t step)
{
    static const char *const answers[][2] = {{"si", N_("They answered")}, {"no", N_("Nobody answered")}};
    struct call *c = o->c;
    struct form f = form_to(o, "trucada", true);
    form_fold_open(c, &f, call_tr(c, N_("I have called")), false);
    hidden_step(o, step);
    hidden_once(o);
    form_field(c, &f,
               &(struct field){
                   .name = "resposta", .label = N_("Answer"), .type = "select", .choices = answers, .choice_count = 2});
    form_field(c, &f,
               &(struct field){
                   .name = "telefon",
                   .label = N_("From which telephone"),
                   .type = "text",
                   .value = o->w->books->phone,
                   .help = o->w->steps[step].step->paid ? N_("Not from the on-call phone: write which one.") : NULL,
                   .most = 30,
                   .optional = true});
    form_field(
        c, &f,
        &(struct field){
            .name = "hora", .label = N_("At what time"), .type = "time", .help = N_("Empty: now."), .optional = true});
    form_field(c, &f,
               &(struct field){.name = "text",
                               .label = N_("What was said"),
                               .type = "textarea",
                               .most = LIMIT_NOTE_CHARS,
                               .optional = true});
    if ((o->w->steps[step].step->record >> CALL_AMOUNT & 1) != 0)
        form_field(c, &f,
                   &(struct field){.name = "import",
                                   .label = N_("Amount"),
                                   .type = "text",
                                   .help = N_("As 12,50. It can be added later."),
                                   .most = 12,
                                   .optional = true});
    if ((o->w->steps[step].step->record >> CALL_STATEMENT & 1) != 0) {
        html_raw(&c->html, "<div class=\"field\"><label for=\"extracte\">");
        html_text(&c->html, call_tr(c, N_("The phone's statement")));
        html_raw(&c->html, "</label><input type=\"file\" id=\"extracte\" name=\"extracte\"></div>");
    }
    form_close(c, call_tr(c, N_("Record the call")), true);
    form_fold_close(c);
}

static void call_link(struct one *o, const struct runbook_step *s, const char *class)
{
    struct html *h = &o->c->html;
    char number[PHONE_BYTES];
    if (phone_link(s->phone, number)[0] == '\0')
        return;
    html_open(h, "a");
    html_attr(h, "class", class);
    html_attr(h, "href", arena_printf(call_arena(o->c), "tel:%s", number)); /* nothing but digits and + */
    html_text(h, call_text(o->c, N_("Call %s"), s->phone));
    html_close(h);
}

static void call_buttons(struct one *o, size_t step, bool first)
{
    call_link(o, o->w->steps[step].step, first ? "btn main" : "btn");
    if (o->may)
        call_form(o, step);
}

static void tick_form(struct one *o, size_t step, bool first)
{
    struct form f = form_to(o, "pas", false);
    form_open(o->c, &f, NULL);
    hidden_step(o, step);
    form_hidden(o->c, "fet", "1");
    /* Whether to call is a person's decision, and what was not done does not stand there as done. */
    form_close(o->c,
               call_tr(o->c, o->w->steps[step].step->kind == RUNBOOK_CALL ? N_("I do not call") : N_("It is done")),
               first);
}

static void note_form(struct one *o, size_t step, bool first)
{
    struct form f = form_to(o, "nota", false);
    form_open(o->c, &f, "form");
    hidden_step(o, step);
    hidden_once(o);
    form_field(o->c, &f,
               &(struct field){
                   .name = "text", .label = N_("What you note down"), .type = "textarea", .most = LIMIT_NOTE_CHARS});
    form_close(o->c, call_tr(o->c, N_("Note it")), first);
}

/* A mail that Talaia could not send is a person's: to whom. */
static void mail_links(struct one *o)
{
    struct html *h = &o->c->html;
    for (size_t i = 0; i < o->w->runbook->to_count; i++) {
        const char *email = o->w->runbook->to[i].email;
        html_raw(h, "<p>");
        part_link(o->c, arena_printf(call_arena(o->c), "mailto:%s", layout_encode(o->c, email)), NULL, email);
        html_raw(h, "</p>");
    }
}

static void write_next(struct one *o)
{
    struct call *c = o->c;
    struct html *h = &c->html;
    size_t i = o->w->next;
    if (i == o->w->step_count)
        return;
    const struct runbook_step *s = o->w->steps[i].step;
    bool first = !o->open || o->w->incident.acked != INSTANT_NONE;
    html_raw(h, "<section class=\"card now\" aria-labelledby=\"ara\"><h2 id=\"ara\">");
    html_text(h, call_text(c, N_("Step %zu of %zu"), i + 1, o->w->step_count));
    html_raw(h, "</h2>");
    html_element(h, "strong", s->text);
    const char *warnings[] = {o->w->steps[i].text, s->warning};
    for (size_t k = 0; k < 2; k++) {
        if (warnings[k][0] == '\0')
            continue;
        html_raw(h, "<p class=\"warn\">");
        html_text(h, warnings[k]);
        html_raw(h, "</p>");
    }
    html_raw(h, "<div class=\"row\">");
    if (s->kind == RUNBOOK_CALL)
        call_buttons(o, i, first);
    if (o->may && s->kind == RUNBOOK_NOTE)
        note_form(o, i, first);
    if (o->may && s->kind != RUNBOOK_NOTE)
        tick_form(o, i, first && s->kind != RUNBOOK_CALL);
    html_raw(h, "</div>");
    if (s->kind == RUNBOOK_MAIL)
        mail_links(o);
    if (s->more[0] != '\0') {
        html_raw(h, "<p class=\"sub\">");
        html_text(h, s->more);
        html_raw(h, "</p>");
    }
    html_raw(h, "</section>");
}

/* ------------------------------------------------------------------ all steps */

static void write_step(struct one *o, size_t i)
{
    struct call *c = o->c;
    struct html *h = &c->html;
    const struct incident_step *s = &o->w->steps[i];
    html_open(h, "li");
    html_attr(h, "class", s->skipped ? "later" : s->done ? "done" : i == o->w->next ? "now" : "later");
    html_element(h, "strong", s->step->text);
    html_raw(h, "<span class=\"sub\">");
    if (s->done)
        html_text(h, call_text(c, s->skipped ? N_("left out, %s, %s") : N_("%s, %s"), moment(o, s->at), s->who));
    else
        html_text(h, call_tr(c, s->persons ? N_("not yet") : N_("Talaia does it")));
    html_raw(h, "</span>");
    if (s->step->kind == RUNBOOK_CALL && i != o->w->next)
        call_link(o, s->step, "btn small");
    if (s->done && o->may && s->persons) {
        struct form f = form_to(o, "desfes", false);
        form_open(c, &f, NULL);
        hidden_step(o, i);
        html_open(h, "button");
        html_attr(h, "class", "btn small");
        html_attr(h, "aria-label", call_text(c, N_("Undo: %s"), s->step->text));
        html_text(h, call_tr(c, N_("Undo")));
        html_close(h);
        html_close(h);
    }
    html_close(h);
}

static void write_steps(struct one *o)
{
    if (o->w->step_count == 0 && o->w->unread[0] != '\0')
        return;
    if (o->w->step_count == 0) {
        html_element(&o->c->html, "p", call_tr(o->c, N_("This probe has no runbook.")));
        return;
    }
    layout_section(o->c, "protocol", call_tr(o->c, N_("Runbook")), "");
    html_raw(&o->c->html, "<ol class=\"runbook card\">");
    for (size_t i = 0; i < o->w->step_count; i++)
        write_step(o, i);
    html_raw(&o->c->html, "</ol>");
}

/* ------------------------------------------------------------------ more to do, and what happened */

/* A second call is recorded like the first one, when the step is done already. */
static void fold_call(struct one *o)
{
    size_t i = o->w->step_count;
    while (i > 0 && o->w->steps[i - 1].step->kind != RUNBOOK_CALL)
        i--;
    bool at_hand = o->w->next < o->w->step_count && o->w->steps[o->w->next].step->kind == RUNBOOK_CALL;
    if (i > 0 && !at_hand)
        call_form(o, i - 1);
}

static void write_folds(struct one *o)
{
    struct call *c = o->c;
    struct form note = form_to(o, "anota", false), over = form_to(o, "relleu", false),
                close = form_to(o, "tanca", false);
    html_raw(&c->html, "<div class=\"folds\">");
    fold_call(o);
    form_fold_open(c, &note, call_tr(c, N_("Note something")), false);
    hidden_once(o);
    form_field(
        c, &note,
        &(struct field){.name = "text", .label = N_("What happened"), .type = "textarea", .most = LIMIT_NOTE_CHARS});
    form_close(c, call_tr(c, N_("Note it")), true);
    form_fold_close(c);
    if (o->open) {
        form_fold_open(c, &over, call_tr(c, N_("Hand it over")), false);
        hidden_once(o);
        form_field(c, &over, &(struct field){.name = "persona", .label = N_("To whom"), .type = "text", .most = 80});
        form_field(
            c, &over,
            &(struct field){
                .name = "text", .label = N_("What they must know"), .type = "textarea", .most = LIMIT_NOTE_CHARS});
        form_close(c, call_tr(c, N_("Hand it over")), true);
        form_fold_close(c);
        form_fold_open(c, &close, call_tr(c, N_("Close it by hand")), false);
        form_field(c, &close,
                   &(struct field){.name = "text",
                                   .label = N_("Why"),
                                   .type = "textarea",
                                   .help = N_("When the probe recovers it is closed by itself."),
                                   .most = LIMIT_NOTE_CHARS});
        form_close(c, call_tr(c, N_("Close it")), true);
        form_fold_close(c);
    }
    html_raw(&c->html, "</div>");
}

static void write_calls(struct one *o)
{
    struct call *c = o->c;
    struct html *h = &c->html;
    if (o->w->call_count == 0)
        return;
    layout_section(c, "trucades", call_tr(c, N_("Calls")), "");
    html_raw(h, "<ul class=\"plain card owned\">");
    for (size_t i = 0; i < o->w->call_count; i++) {
        const struct incident_call *k = &o->w->calls[i];
        html_raw(h, "<li><div><strong>");
        html_text(h, arena_printf(call_arena(c), "%s · %s", moment(o, k->at),
                                  k->contact[0] == '\0' ? k->number : k->contact));
        html_raw(h, "</strong><small class=\"sub\">");
        html_text(h, arena_printf(call_arena(c), "%s · %s%s%s%s%s", k->who,
                                  call_tr(c, k->answered ? N_("They answered") : N_("Nobody answered")),
                                  k->phone[0] == '\0' ? "" : " · ", k->phone, k->cents < 0 ? "" : " · ",
                                  k->cents < 0 ? "" : amount_words(call_arena(c), k->cents)));
        html_raw(h, "</small>");
        if (k->claim) {
            html_raw(h, "<small>");
            html_text(h, call_tr(c, k->cents >= 0 && k->file_name[0] != '\0'
                                        ? N_("For the expense claim, complete.")
                                        : N_("For the expense claim; the amount or the statement is still missing.")));
            html_raw(h, "</small>");
        }
        html_raw(h, "</div></li>");
    }
    html_raw(h, "</ul>");
}

static void write_story(struct one *o)
{
    struct call *c = o->c;
    struct html *h = &c->html;
    layout_section(c, "historia", call_tr(c, N_("What happened")), "");
    html_raw(h, "<ol class=\"story card\">");
    for (size_t i = o->w->event_count; i-- > 0;) {
        const struct incident_event *v = &o->w->events[i];
        html_raw(h, "<li>");
        html_open(h, "time");
        char iso[INSTANT_TEXT_BYTES];
        html_attr(h, "datetime", instant_iso(v->at, iso));
        html_text(h, moment(o, v->at));
        html_close(h);
        html_raw(h, " <strong>");
        html_text(h, call_tr(c, incident_event_words(v->kind)));
        html_raw(h, "</strong> ");
        html_text(h, incident_event_text(c->desk, call_arena(c), o->w, v, c->lang));
        html_raw(h, " <span class=\"sub\">");
        html_text(h, v->who);
        html_raw(h, "</span></li>");
    }
    html_raw(h, "</ol>");
}

static void write_summary(struct one *o)
{
    struct call *c = o->c;
    struct buf text = BUF_INIT(LIMIT_MAIL_BYTES);
    if (incident_summary(c->desk, call_arena(c), o->w, c->lang, &text, &c->err)) {
        html_raw(&c->html, "<details class=\"fold\"><summary class=\"btn\">");
        html_text(&c->html, call_tr(c, N_("Summary to paste")));
        html_raw(&c->html, "</summary><pre class=\"card mailtext\" tabindex=\"0\">");
        html_text(&c->html, buf_text(&text));
        html_raw(&c->html, "</pre></details>");
    }
    buf_release(&text);
}

/* ------------------------------------------------------------------ the page */

static void write_head_of(struct one *o)
{
    struct call *c = o->c;
    const struct incident *x = &o->w->incident;
    layout_head_open(c, call_text(c, o->open ? N_("%s has failed") : N_("%s has recovered"), x->probe),
                     incident_since(c, x));
    if (o->open && x->acked == INSTANT_NONE && o->may) {
        struct form f = form_to(o, "agafa", false);
        form_open(c, &f, NULL);
        form_close(c, call_tr(c, N_("I take it")), true);
    }
    layout_head_close(c);
    html_raw(&c->html, "<p class=\"evidence\">");
    part_state(c, incident_look_of(x), incident_standing(c, x));
    html_raw(&c->html, " ");
    html_text(&c->html, x->seen);
    if (x->ticket[0] != '\0') {
        html_raw(&c->html, " <span class=\"sub\">");
        html_text(&c->html, x->ticket);
        html_raw(&c->html, "</span>");
    }
    html_raw(&c->html, "</p>");
}

static void write_others(struct one *o)
{
    struct call *c = o->c;
    if (o->w->others.count == 0)
        return;
    html_raw(&c->html, "<p class=\"sub\">");
    html_text(&c->html,
              call_text(c, N_("Failed together with %s: one cause, one ticket. Whoever takes one has them all."),
                        incident_names(call_arena(c), &o->w->others, c->lang)));
    html_raw(&c->html, "</p>");
}

/* What whoever had it before leaves to whoever has it now. */
static void write_handover(struct one *o)
{
    struct html *h = &o->c->html;
    for (size_t i = o->w->event_count; o->open && i-- > 0;) {
        const struct incident_event *v = &o->w->events[i];
        if (v->kind != EVENT_HANDOVER)
            continue;
        html_raw(h, "<p class=\"notice\"><strong>");
        html_text(h, call_text(o->c, N_("Handed over at %s:"), moment(o, v->at)));
        html_raw(h, "</strong> ");
        html_text(h, v->text);
        html_raw(h, "</p>");
        return;
    }
}

/* Whether it still fails, which is the first that somebody on call wants to know. Nothing when the alert is another
 * monitor's. */
static void write_now(struct one *o)
{
    struct call *c = o->c;
    struct html *h = &c->html;
    struct probe_lines lines;
    struct err none = {.lang = c->lang};
    if (!o->open || !probe_lines_read(c->desk, call_arena(c), o->w->incident.probe, c->desk->by.at, &lines, &none) ||
        lines.items[0].now.at == INSTANT_NONE)
        return;
    const struct probe_line *x = &lines.items[0];
    struct str facts = str_of(x->now.facts), one;
    html_raw(h, "<p class=\"now\">");
    part_state(c, probe_standing_look(x->standing), call_tr(c, probe_standing_words(x->standing)));
    html_raw(h, " ");
    html_text(h, call_text(c, N_("Last run: %s, %s."), probe_when(c, x->now.at), probe_ms(c, x->now.us)));
    if (strcmp(x->now.detail, o->w->incident.seen) != 0) {
        html_raw(h, " ");
        html_text(h, x->now.detail);
    }
    html_raw(h, "</p>");
    while (str_split(&facts, '\n', &one)) {
        html_raw(h, "<p class=\"sub\">");
        html_text_str(h, one);
        html_raw(h, "</p>");
    }
}

static void incident_show(struct call *c, const struct form *refused, int status)
{
    struct incident_whole w;
    if (!incident_look(c->desk, call_arena(c), c->id, &w, &c->err)) {
        if (c->err.code != ERR_UNKNOWN) {
            call_failed(c);
            return;
        }
        err_clear(&c->err);
        call_problem(c, 404, N_("There is no such incident."));
        return;
    }
    struct one o = {.c = c, .w = &w, .refused = refused, .open = incident_state(&w.incident) != INCIDENT_CLOSED};
    o.may = call_may(c, PERMISSION_INCIDENT) && c->who->csrf != NULL;
    layout_begin(c, w.incident.probe, ON_CALL);
    write_head_of(&o);
    if (w.incident.trouble[0] != '\0')
        part_notice(c, false, call_tr(c, N_("The ticket:")), w.incident.trouble);
    if (w.unread[0] != '\0')
        part_notice(c, false, call_tr(c, N_("The runbook cannot be read:")), w.unread);
    if (o.open && w.unread[0] == '\0' && (w.runbook == NULL || w.runbook->level_count == 0))
        part_notice(c, false, call_tr(c, N_("Nobody is paged:")),
                    call_tr(c, N_("the runbook of this probe says no channel (page, in runbook.yaml).")));
    write_handover(&o);
    write_next(&o);
    write_others(&o);
    write_now(&o);
    write_steps(&o);
    if (o.may)
        write_folds(&o);
    write_calls(&o);
    write_story(&o);
    write_summary(&o);
    layout_end(c);
    call_page(c, status);
}

void page_incident(struct call *c)
{
    incident_show(c, NULL, 200);
}

/* ------------------------------------------------------------------ what comes back */

static bool field_step(struct call *c, int *ret)
{
    int64_t n = 0;
    const char *text = call_field(c, "pas");
    *ret = 0;
    if (text[0] != '\0' && !str_to_int64(str_of(text), 1, LIMIT_RUNBOOK_STEPS, &n))
        return err_set(&c->err, ERR_VALUE, N_("'%s' is no step"), text);
    *ret = (int)n;
    return true;
}

/* "03:25": the last time that the clocks of Madrid showed it; "" now. */
static bool field_hour(struct call *c, instant_t *ret)
{
    const char *text = call_field(c, "hora");
    int minute = watch_minute_of(text);
    day_t today = day_madrid(c->desk->by.at);
    *ret = INSTANT_NONE;
    if (text[0] == '\0')
        return true;
    if (minute < 0)
        return err_set(&c->err, ERR_VALUE, N_("'%s' is no hour; write it as 03:25"), text);
    *ret = watch_instant(today, minute);
    if (*ret > c->desk->by.at)
        *ret = watch_instant(today - 1, minute);
    return true;
}

static bool do_call(struct call *c, int step)
{
    int64_t id;
    bool claim;
    struct call_given g = {.step = step,
                           .phone = call_field(c, "telefon"),
                           .answered = strcmp(call_field(c, "resposta"), "no") != 0,
                           .amount = call_field(c, "import"),
                           .said = call_field(c, "text"),
                           .contact = "",
                           .number = "",
                           .once = call_field(c, "una"),
                           .file_name = "",
                           .file_type = "application/octet-stream"};
    if (!field_hour(c, &g.at))
        return false;
    for (size_t i = 0; i < c->part_count; i++) {
        if (str_is(c->parts[i].name, "extracte") && c->parts[i].is_file && c->parts[i].file.n > 0) {
            g.file = c->parts[i].bytes.p == NULL ? str_of("") : c->parts[i].bytes; /* one that is empty is refused */
            g.file_name = arena_text(call_arena(c), c->parts[i].file);
        }
    }
    return incident_call(c->desk, c->id, &g, &id, &claim, &c->err);
}

static bool do_what(struct call *c, const char *what)
{
    int step;
    size_t taken;
    const char *who, *text = call_field(c, "text");
    if (!field_step(c, &step))
        return false;
    if (strcmp(what, "agafa") == 0)
        return incident_take(c->desk, c->id, "page", &taken, &who, &c->err);
    if (strcmp(what, "pas") == 0)
        return incident_tick(c->desk, c->id, step, true, "", &c->err);
    if (strcmp(what, "desfes") == 0)
        return incident_tick(c->desk, c->id, step, false, "", &c->err);
    if (strcmp(what, "nota") == 0 || strcmp(what, "anota") == 0)
        return incident_note(c->desk, c->id, step, text, call_field(c, "una"), &c->err);
    if (strcmp(what, "trucada") == 0)
        return do_call(c, step);
    if (strcmp(what, "relleu") == 0)
        return incident_hand_over(c->desk, c->id, call_field(c, "persona"), text, call_field(c, "una"), &c->err);
    return incident_close_by_hand(c->desk, c->id, text, &c->err);
}

void page_incident_typed(struct call *c)
{
    static const char *const fields[][2] = {{"text", N_("Text")},
                                            {"persona", N_("To whom")},
                                            {"telefon", N_("From which telephone")},
                                            {"hora", N_("At what time")},
                                            {"import", N_("Amount")}};
    struct html *h = &c->html;
    const char *path = incident_path(c, c->id);
    layout_begin(c, call_tr(c, N_("Log in")), "");
    layout_head(c, call_tr(c, N_("Your session is over")), NULL);
    part_notice(c, false, call_tr(c, N_("Nothing was recorded.")),
                call_tr(c, N_("What you wrote stands here: copy it, log in and write it again.")));
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const char *value = call_field(c, fields[i][0]);
        if (value[0] == '\0')
            continue;
        html_element(h, "h2", call_tr(c, fields[i][1]));
        html_raw(h, "<pre class=\"card mailtext\" tabindex=\"0\">");
        html_text(h, value);
        html_raw(h, "</pre>");
    }
    html_raw(h, "<p>");
    part_link(c, c->who == NULL ? arena_printf(call_arena(c), "/entra?cap=%s", layout_encode(c, path)) : path,
              "btn main", call_tr(c, c->who == NULL ? N_("Log in") : N_("What to do")));
    html_raw(h, "</p>");
    layout_end(c);
    call_page(c, c->who == NULL ? 401 : 403);
}

void form_incident(struct call *c)
{
    const char *what = call_path_end(c);
    if (do_what(c, what)) {
        call_redirect(c, incident_path(c, c->id));
        return;
    }
    enum err_code code = c->err.code;
    if (code != ERR_VALUE && code != ERR_STATE && code != ERR_LIMIT && code != ERR_UNKNOWN) {
        call_failed(c);
        return;
    }
    const struct form refused = {
        .action = c->request->path, .refused = arena_strdup(call_arena(c), c->err.text), .typed = form_typed(c)};
    err_clear(&c->err);
    incident_show(c, &refused, 422);
}
