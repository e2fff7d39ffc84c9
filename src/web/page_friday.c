/* Divendres: the report as it will go out, row by row to be corrected, and its sending. */
#include "flow/change.h"
#include "flow/friday_send.h"
#include "flow/wake.h"
#include "web/friday.h"
#include "web/pages.h"
#include "web/words.h"

#define WEEKS_SHOWN 60

/* ------------------------------------------------------------------ loading */

const struct message *friday_message_of(const struct messages *mails, int64_t report_id)
{
    const struct message *found = NULL;
    for (size_t i = 0; i < mails->count; i++) {
        const struct message *m = &mails->items[i];
        bool left = outbox_has_left(m->state);
        if (m->report_id == report_id && m->kind == OUTBOX_REPORT && m->sha256[0] != '\0' &&
            (found == NULL || left || !outbox_has_left(found->state)))
            found = m;
    }
    return found;
}

/* The newest of the week that begins after the last report that was sent; a later one gives way to one that left. */
static const struct message *find_mail(const struct friday_page *p)
{
    const struct message *found = NULL;
    for (size_t i = 0; i < p->mails.count; i++) {
        const struct message *m = &p->mails.items[i];
        bool week = p->report.last == DAY_NONE || m->day > p->report.last;
        if (m->kind == OUTBOX_REPORT && m->state != OUTBOX_CANCELLED && m->sha256[0] != '\0' && week &&
            m->day <= p->v->day)
            found = m;
    }
    return found;
}

bool friday_mail_load(struct call *c, struct tx *tx, const struct message *m, struct report_mail *ret)
{
    struct arena *a = call_arena(c);
    ret->message = *m;
    return message_steps_load(tx, a, m->id, 0, &ret->steps, &ret->step_count, &c->err) &&
           recipients_load(tx, a, m->id, &ret->to, &ret->to_count, &c->err);
}

static bool find_stage(struct call *c, struct tx *tx, struct friday_page *p, const struct report *as_sent)
{
    const struct message *m = &p->mail.message;
    struct buf words = BUF_INIT(LIMIT_MAIL_BYTES);
    bool found = false, same = false;
    p->stage = FRIDAY_UNMADE;
    if (!p->has_mail)
        return true;
    bool ok = message_bytes(tx, m->id, &words, NULL, &found, &c->err) &&
              friday_says(c->desk, as_sent, buf_str(&words), &same, &c->err);
    buf_release(&words);
    for (size_t i = 0; i < p->mails.count; i++) {
        const struct message *x = &p->mails.items[i];
        p->again = p->again || (x->id != m->id && x->day == m->day && outbox_has_left(x->state));
    }
    p->stage = m->state == OUTBOX_PLANNED                                   ? same ? FRIDAY_READY : FRIDAY_STALE
               : m->state == OUTBOX_REFUSED || m->state == OUTBOX_AMBIGUOUS ? FRIDAY_TROUBLE
               : m->state == OUTBOX_SENT || m->state == OUTBOX_FILED        ? FRIDAY_SENT
                                                                            : FRIDAY_MOVING;
    return ok;
}

static bool has_message(const struct messages *list, int64_t body_id)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].body_id == body_id)
            return true;
    }
    return false;
}

static bool count_warnings(struct call *c, struct tx *tx, struct friday_page *p)
{
    struct messages all;
    const struct message_filter f = {.kinds = 1u << OUTBOX_WARNING,
                                     .states = 1u << OUTBOX_PLANNED | 1u << OUTBOX_APPROVED | 1u << OUTBOX_TICKETED |
                                               1u << OUTBOX_RENDERED | 1u << OUTBOX_SENDING};
    if (!messages_load(tx, call_arena(c), &f, &all, &c->err))
        return false;
    for (size_t i = 0; i < all.count; i++) {
        const struct message *m = &all.items[i];
        const struct view_body *b = view_find(p->v, m->body_id);
        bool nobody = b != NULL && (b->body->flags & BODY_NO_CONTACT) != 0;
        *(m->state != OUTBOX_PLANNED ? &p->moving : nobody ? &p->unreachable : &p->warnings) += 1;
    }
    for (size_t i = 0; i < p->v->plan.count; i++) {
        const struct planned *x = &p->v->plan.items[i];
        if (x->warning.on <= p->v->day && !has_message(&all, x->body->id))
            *(x->contact_count == 0 ? &p->unreachable : &p->warnings) += 1;
    }
    return true;
}

/* As they stand on the page: KO, then Certificats. */
static void count_silent(struct call *c, struct friday_page *p)
{
    struct arena *a = call_arena(c);
    const char *first = "";
    for (size_t i = 0; i < p->report.ko_count; i++) {
        if (friday_ko_silent(&p->report.ko[i]) && p->silent++ == 0)
            first = friday_ko_id(a, &p->report.ko[i]);
    }
    for (size_t i = 0; i < p->report.certificate_count; i++) {
        if (friday_certificate_silent(&p->report.certificates[i]) && p->silent++ == 0)
            first = friday_certificate_id(a, &p->report.certificates[i]);
    }
    p->first_silent = arena_printf(a, "#%s", first);
}

static bool load(struct call *c, struct friday_page *p)
{
    struct arena *a = call_arena(c);
    struct tx tx = {0};
    struct report as_sent;
    const struct message_filter f = {.kinds = 1u << OUTBOX_REPORT};
    if (!tx_begin(c->desk->store, TX_READ, &tx, &c->err))
        return false;
    bool ok = friday_look(c->desk, &tx, a, &as_sent, &c->err) && messages_load(&tx, a, &f, &p->mails, &c->err) &&
              reports_load(&tx, a, p->v->day, WEEKS_SHOWN, &p->weeks, &p->week_count, &c->err) &&
              actions_load(&tx, a, 0, DAY_NONE, p->v->day, &p->actions, &p->action_count, &c->err) &&
              count_warnings(c, &tx, p);
    if (ok) {
        p->report = as_sent;
        p->report.lang = c->lang;
        count_silent(c, p);
        const struct message *m = find_mail(p);
        p->has_mail = m != NULL;
        ok = (m == NULL || friday_mail_load(c, &tx, m, &p->mail)) && find_stage(c, &tx, p, &as_sent);
    }
    tx_rollback(&tx);
    return ok;
}

/* ------------------------------------------------------------------ the page */

/* What was done is said once, after it was done. */
static void write_done(struct call *c)
{
    static const struct {
        const char *code, *text;
    } done[] = {
        {"envia", N_("Approved: the report goes out by itself.")},
        {"accio", N_("The action is noted; it goes into the report's table OK.")},
        {"accio-corregeix", N_("The action is corrected.")},
        {"accio-retira", N_("The action is taken back.")},
        {"caiguda-nota", N_("Noted in the outage.")},
        {"comentari-sencer", N_("The comment is saved.")},
    };
    const char *code = call_query(c, "fet");
    for (size_t i = 0; i < sizeof done / sizeof *done; i++) {
        if (strcmp(done[i].code, code) == 0)
            part_notice(c, true, call_tr(c, N_("Done.")), call_tr(c, done[i].text));
    }
}

/* The form that was refused and stands nowhere on the page any more: its reason does. */
static void write_refused(struct call *c, const struct friday_page *p)
{
    static const char *const gone[] = {"/divendres/envia", "/divendres/fes"};
    for (size_t i = 0; p->refused != NULL && i < sizeof gone / sizeof *gone; i++) {
        if (strcmp(p->refused->action, gone[i]) == 0)
            part_notice(c, false, call_tr(c, N_("Not done:")), p->refused->refused);
    }
}

/* While it is being made the page comes again by itself, also without JavaScript. */
static void write_building(struct call *c, const struct friday_page *p)
{
    if (p->making.runs) {
        call_header(c, "Refresh", "1; url=/divendres");
        part_notice(c, true, call_tr(c, N_("The report is being made.")), call_tr(c, N_("It takes some seconds.")));
    } else if (p->making.failed != NULL) {
        part_notice(c, false, call_tr(c, N_("The report could not be made:")), p->making.failed);
    }
}

void friday_show(struct call *c, const struct form *refused, int status)
{
    struct friday_page p = {.refused = refused};
    struct arena *a = call_arena(c);
    job_look(&c->site->jobs, JOB_REPORT, a, &p.making);
    p.v = call_view(c);
    if (p.v == NULL)
        return;
    if (!load(c, &p)) {
        call_failed(c);
        return;
    }
    day_t first = p.report.period.after == DAY_NONE ? p.report.day : p.report.period.after + 1;
    layout_begin(c, call_tr(c, N_("Friday")), "/divendres");
    layout_head(c, call_tr(c, N_("The Friday report")),
                call_text(c, N_("%s to %s, as it would go out now"), words_date(a, c->lang, first),
                          words_weekday_date(a, c->lang, p.report.period.until)));
    write_done(c);
    write_refused(c, &p);
    write_building(c, &p);
    friday_state(c, &p);
    friday_tables(c, &p);
    if (p.has_mail) {
        layout_section(c, "correu",
                       p.stage >= FRIDAY_MOVING ? call_tr(c, N_("The e-mail as it went out"))
                                                : call_tr(c, N_("The e-mail as it will go out")),
                       "");
        if (p.stage == FRIDAY_STALE)
            part_notice(c, false, call_tr(c, N_("It is not up to date:")),
                        call_tr(c, N_("the tables above have changed since it was made. Make it again.")));
        friday_preview(c, &p.mail);
    }
    friday_weeks(c, &p);
    layout_end(c);
    call_page(c, status);
}

void page_friday(struct call *c)
{
    friday_show(c, NULL, 200);
}

/* ------------------------------------------------------------------ forms */

/* A refusal that the person can do something about comes back on the page. */
static void refuse(struct call *c)
{
    bool theirs = c->err.code == ERR_STATE || c->err.code == ERR_UNKNOWN || c->err.code == ERR_VALUE ||
                  c->err.code == ERR_AMBIGUOUS || c->err.code == ERR_USAGE || c->err.code == ERR_LIMIT;
    if (!theirs) {
        call_failed(c);
        return;
    }
    const struct form f = {
        .action = c->request->path, .refused = arena_strdup(call_arena(c), c->err.text), .typed = c->request->body};
    err_clear(&c->err);
    friday_show(c, &f, 422);
}

/* What is approved is what was looked at: the form carries the hash of the bytes that its page showed. */
static bool is_what_was_seen(struct call *c)
{
    struct friday_page p = {.v = call_view(c)};
    const char *seen = call_field(c, "sha256");
    if (p.v == NULL || !load(c, &p))
        return false;
    return (p.has_mail && strcmp(p.mail.message.sha256, seen) == 0) ||
           err_set(&c->err, ERR_STATE,
                   N_("the report was made again meanwhile; look at it once more before you approve it"));
}

void form_friday(struct call *c)
{
    const char *reason = call_field(c, "text");
    const struct friday_sending s = {.again = call_field(c, "altra")[0] != '\0', .reason = reason};
    struct message m;
    if (call_field(c, "sha256")[0] != '\0' && !is_what_was_seen(c)) {
        if (c->err.code != ERR_NONE)
            refuse(c);
        return;
    }
    if (friday_approve(c->desk, call_arena(c), &s, &m, &c->err)) {
        wake_mailer(c->desk);
        call_redirect(c, "/divendres?fet=envia");
        return;
    }
    refuse(c);
}

void form_friday_build(struct call *c)
{
    enum job_begun begun;
    const struct job_request x = {.kind = JOB_REPORT, .by = &c->desk->by, .lang = c->lang};
    if (job_begin(&c->site->jobs, &x, &begun, &c->err))
        call_redirect(c, "/divendres");
    else
        call_failed(c);
}

void form_friday_action(struct call *c)
{
    const struct body *b;
    enum action_group group;
    bool is_new;
    bool ok = action_group_parse(call_field(c, "grup"), &group) ||
              err_set(&c->err, ERR_VALUE, N_("choose a group for the action"));
    ok = ok && change_find_body(c->desk, call_field(c, "ens"), &b, &c->err) &&
         change_action(c->desk, b, c->desk->by.day, group, call_field(c, "text"), call_field(c, "tiquet"), &is_new,
                       &c->err);
    if (ok)
        call_redirect(c, "/divendres?fet=accio#ok");
    else
        refuse(c);
}
