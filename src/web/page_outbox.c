/* Bústia: what waits to be sent, what a person must decide, and what bodies have answered. Everything goes through the
 * same functions as `talaia warnings approve|settle|cancel` and `talaia reply confirm|dismiss`. */
#include <inttypes.h>

#include "flow/letter.h"
#include "flow/onboard.h"
#include "flow/outbox.h"
#include "flow/replies.h"
#include "flow/wake.h"
#include "record/incoming.h"
#include "web/layout.h"
#include "web/pages.h"
#include "web/words.h"

#define STATES(a, b) (1u << (a) | 1u << (b))

/* A warning that waits for approval: planned already, or what planning the day would make. */
struct due {
    const struct planned *planned;
    const struct message *message; /* NULL: not planned yet */
    bool second;                   /* of a body that stands above: they are approved together */
};

struct outbox_page {
    const struct view *v;
    const struct form *refused;
    struct messages planned, stuck, moving, gone;
    struct incomings replies;
    struct outbox_trouble *troubles;
    size_t trouble_count;
    struct due *due;
    size_t due_count, sendable; /* those with somebody to write to */
};

static bool is_under_way(const struct outbox_page *p, int64_t body_id)
{
    const struct messages *lists[] = {&p->stuck, &p->moving, &p->planned};
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
        for (size_t i = 0; i < lists[k]->count; i++) {
            if (lists[k]->items[i].body_id == body_id && lists[k]->items[i].kind == OUTBOX_WARNING)
                return true;
        }
    }
    return false;
}

static void add_due(struct outbox_page *p, const struct planned *x, const struct message *m)
{
    struct due *d = &p->due[p->due_count];
    *d = (struct due){.planned = x, .message = m};
    for (size_t i = 0; i < p->due_count; i++)
        d->second |= p->due[i].planned->body->id == x->body->id;
    p->due_count++;
    p->sendable += x->contact_count > 0;
}

/* What is planned, as its letter would be today, then what the plan has for today and is not planned yet. */
static bool find_due(struct call *c, struct tx *tx, struct outbox_page *p)
{
    struct arena *a = call_arena(c);
    struct letter_facts facts = {0};
    if (p->planned.count > 0 && !letter_facts_load(c->desk, tx, a, 0, &p->v->bodies, &facts, &c->err))
        return false;
    p->due = arena_array(a, struct due, p->planned.count + p->v->plan.count + 1);
    for (size_t i = 0; i < p->planned.count; i++) {
        struct letter *l = arena_new(a, struct letter);
        if (p->planned.items[i].kind != OUTBOX_WARNING)
            continue;
        if (!letter_look(c->desk, tx, a, &facts, &p->planned.items[i], l, &c->err))
            return false;
        if (l->reason == NULL)
            add_due(p, &l->planned, &p->planned.items[i]);
    }
    for (size_t i = 0; i < p->v->plan.count; i++) {
        const struct planned *x = &p->v->plan.items[i];
        if (x->warning.on <= p->v->day && !is_under_way(p, x->body->id))
            add_due(p, x, NULL);
    }
    return true;
}

static bool load(struct call *c, struct outbox_page *p)
{
    struct arena *a = call_arena(c);
    struct tx tx = {0};
    const struct message_filter planned = {.states = 1u << OUTBOX_PLANNED},
                                stuck = {.states = STATES(OUTBOX_AMBIGUOUS, OUTBOX_REFUSED)},
                                moving = {.states = STATES(OUTBOX_APPROVED, OUTBOX_TICKETED) |
                                                    STATES(OUTBOX_RENDERED, OUTBOX_SENDING)},
                                gone = {.states = STATES(OUTBOX_SENT, OUTBOX_FILED), .from = p->v->day - 14};
    const struct incoming_filter replies = {.states = STATES(INCOMING_PROPOSED, INCOMING_QUEUE), .most = 100};
    bool ok =
        tx_begin(c->desk->store, TX_READ, &tx, &c->err) && messages_load(&tx, a, &planned, &p->planned, &c->err) &&
        messages_load(&tx, a, &stuck, &p->stuck, &c->err) && messages_load(&tx, a, &moving, &p->moving, &c->err) &&
        messages_load(&tx, a, &gone, &p->gone, &c->err) && incomings_load(&tx, a, &replies, &p->replies, &c->err) &&
        troubles_load(&tx, a, &p->troubles, &p->trouble_count, &c->err) && find_due(c, &tx, p);
    tx_rollback(&tx);
    return ok;
}

static const char *body_name(const struct view *v, int64_t id)
{
    const struct view_body *b = id == 0 ? NULL : view_find(v, id);
    return b == NULL ? "—" : b->body->name;
}

static struct form form_of(const struct outbox_page *p, const char *action)
{
    if (p->refused != NULL && strcmp(p->refused->action, action) == 0)
        return *p->refused;
    return (struct form){.action = action};
}

/* ------------------------------------------------------------------ to approve */

/* The text as it would go out today; a template that cannot be read says why instead. */
static void write_letter(struct call *c, const struct planned *x)
{
    struct html *h = &c->html;
    struct template text;
    struct err why = {.lang = c->lang};
    struct buf words = BUF_INIT(LIMIT_TEMPLATE_BYTES * 2);
    enum lang lang = x->contact_count > 0 ? x->contacts[0].lang : LANG_CA;
    bool ok =
        plan_message(c->desk, call_arena(c), x, lang, &text, &why) && template_text(&text, 0, NULL, NULL, &words, &why);
    html_raw(h, "<details>");
    html_element(h, "summary", call_tr(c, N_("What it says, and to whom")));
    html_raw(h, "<div class=\"letter\">");
    for (size_t i = 0; i < x->contact_count; i++) {
        html_open(h, "p");
        html_attr(h, "class", "sub");
        html_text(h, arena_printf(call_arena(c), "%s <%s>", x->contacts[i].name, x->contacts[i].email));
        html_close(h);
    }
    html_element(h, "strong", x->subject);
    html_open(h, "p");
    html_text_lines(h, ok ? buf_text(&words) : why.text);
    html_close(h);
    html_raw(h, "</div></details>");
    buf_release(&words);
}

static void write_due(struct call *c, const struct due *d)
{
    const struct planned *x = d->planned;
    const struct message *m = d->message;
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    char certificates[WARNING_CERTIFICATES_BYTES];
    const char *id = arena_printf(a, "e%" PRId64, x->body->id);
    html_raw(h, "<li class=\"pick\">");
    if (d->second) {
        html_raw(h, "<span></span><div><span>");
        html_text(h, call_text(c, N_("%s, with the one above"), x->body->name));
        html_raw(h, "</span>");
    } else {
        html_open(h, "input");
        html_attr(h, "type", "checkbox");
        html_attr(h, "name", id);
        html_attr(h, "id", id);
        html_attr(h, "value", "1");
        if (x->contact_count == 0)
            html_attr(h, "disabled", NULL);
        else
            html_attr(h, "checked", NULL);
        html_raw(h, "<div>");
        html_open(h, "label");
        html_attr(h, "for", id);
        html_text(h, x->body->name);
        html_close(h);
    }
    html_raw(h, " <code>");
    html_text(h, warning_certificates(&x->wcase, certificates));
    html_raw(h, "</code><p class=\"sub\">");
    html_text(h, x->why);
    if (x->contact_count == 0) {
        if (x->why[0] == '\0') /* it says so itself */
            html_element(h, "strong", call_tr(c, N_("Nobody to write to: add a contact.")));
        html_raw(h, " ");
        part_link(c, arena_printf(a, "%s#contactes", layout_body_path(c, x->body->id)), NULL,
                  call_tr(c, N_("Add a contact")));
    }
    if (m != NULL && m->first_who[0] != '\0') {
        html_raw(h, " ");
        html_element(h, "strong", call_text(c, N_("Approved once, by %s."), m->first_who));
    }
    html_raw(h, "</p>");
    write_letter(c, x);
    html_raw(h, "</div></li>");
}

static void write_approval(struct call *c, const struct outbox_page *p)
{
    struct html *h = &c->html;
    struct form f = form_of(p, "/bustia/aprova");
    size_t n = p->sendable, second = 0;
    for (size_t i = 0; i < p->due_count; i++)
        second += p->due[i].message != NULL && p->due[i].message->first_who[0] != '\0';
    layout_section(c, "aprova", call_tr(c, N_("To approve")), n == 0 ? "" : arena_printf(call_arena(c), "%zu", n));
    if (p->due_count == 0) {
        part_empty(c, call_tr(c, N_("No warning waits for you")),
                   call_tr(c, N_("They are planned on working days in the morning.")));
        return;
    }
    form_open(c, &f, "card form wide");
    html_raw(h, "<ul class=\"plain picks\">");
    for (size_t i = 0; i < p->due_count; i++)
        write_due(c, &p->due[i]);
    html_raw(h, "</ul>");
    if (second > 0) {
        part_notice(c, false, call_tr(c, N_("That is many for one day.")),
                    call_tr(c, N_("They were approved once; a second approval sends them. Say why they are right.")));
        form_hidden(c, "segona", "1");
        form_field(c, &f,
                   &(struct field){.name = "text", .label = N_("Why"), .type = "text", .most = LIMIT_NOTE_CHARS});
    }
    if (n > 0 && call_may(c, PERMISSION_WARN))
        form_close(
            c, words_count(call_arena(c), c->lang, "Approve and send %zu warning", "Approve and send %zu warnings", n),
            true);
    else
        html_close(h);
}

/* ------------------------------------------------------------------ what is stuck, moves, and went */

/* A small form with a reason. */
static void write_decision(struct call *c, const struct outbox_page *p, const char *action, const char *label,
                           const char *button)
{
    struct form f = form_of(p, action);
    form_fold_open(c, &f, call_tr(c, label), false);
    form_field(c, &f, &(struct field){.name = "text", .label = N_("Why"), .type = "text", .most = LIMIT_NOTE_CHARS});
    form_close(c, call_tr(c, button), true);
    form_fold_close(c);
}

static void write_message(struct call *c, const struct outbox_page *p, const struct message *m, bool decide)
{
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    enum body_state looks = m->state == OUTBOX_AMBIGUOUS ? STATE_UNKNOWN
                            : m->state == OUTBOX_REFUSED ? STATE_DOWN
                            : outbox_has_left(m->state)  ? STATE_GOOD
                                                         : STATE_SOON;
    html_raw(h, "<li class=\"card outage\"><div class=\"row between\"><div>");
    if (m->body_id != 0)
        part_link(c, layout_body_path(c, m->body_id), "name", body_name(p->v, m->body_id));
    html_element(h, "p", m->subject);
    html_raw(h, "</div>");
    part_state(c, looks, call_tr(c, outbox_state_words(m->state)));
    html_raw(h, "</div>");
    html_open(h, "p");
    html_attr(h, "class", "sub");
    html_text(h, words_weekday_date(a, c->lang, m->day));
    if (m->state == OUTBOX_AMBIGUOUS) /* the trouble that is kept names the command, in the mailer's language */
        html_text(h, arena_printf(a, " · %s",
                                  call_tr(c, N_("The connection ended before the server said whether it took the mail. "
                                                "Ask a recipient, then say here what is known."))));
    else if (m->trouble[0] != '\0')
        html_text(h, arena_printf(a, " · %s", m->trouble));
    if (m->reply[0] != '\0')
        html_text(h, arena_printf(a, " · %s", m->reply));
    html_close(h);
    if (decide && call_may(c, PERMISSION_WARN)) {
        html_raw(h, "<div class=\"folds\">");
        if (m->state == OUTBOX_AMBIGUOUS)
            write_decision(c, p, arena_printf(a, "/bustia/%" PRId64 "/enviat", m->id), N_("It was sent"),
                           N_("Note that it was sent"));
        write_decision(c, p, arena_printf(a, "/bustia/%" PRId64 "/torna", m->id), N_("Send it again"),
                       N_("Send it again"));
        write_decision(c, p, arena_printf(a, "/bustia/%" PRId64 "/cancela", m->id), N_("Cancel it"),
                       N_("Cancel the mail"));
        html_raw(h, "</div>");
    }
    html_raw(h, "</li>");
}

static void write_messages(struct call *c, const struct outbox_page *p, const char *id, const char *title,
                           const struct messages *list, bool decide)
{
    if (list->count == 0)
        return;
    layout_section(c, id, title, arena_printf(call_arena(c), "%zu", list->count));
    html_raw(&c->html, "<ul class=\"plain outages\">");
    for (size_t i = list->count; i > 0; i--)
        write_message(c, p, &list->items[i - 1], decide);
    html_raw(&c->html, "</ul>");
}

/* ------------------------------------------------------------------ answers */

/* A mail of an integration goes on with it; one with documents may begin one. */
static void write_integration(struct call *c, const struct incoming *m)
{
    struct arena *a = call_arena(c);
    struct onboard_mail_view v;
    struct err why = {.lang = c->lang};
    if (!call_may(c, PERMISSION_INTEGRATE) || m->kind != REPLY_ANSWER ||
        !onboard_mail_look(c->desk, a, m->id, &v, &why))
        return;
    if (v.integration_id == 0) {
        part_link(c, arena_printf(a, "/integracions/nova?correu=%" PRId64, m->id),
                  v.file_count > 0 ? "btn main" : "btn", call_tr(c, N_("Begin an integration")));
    } else if (v.file_count == 0) {
        part_link(c, arena_printf(a, "/integracions/%" PRId64, v.integration_id), "btn",
                  call_tr(c, N_("Its integration")));
    } else {
        const struct form f = {.action = arena_printf(a, "/integracions/%" PRId64 "/correu", v.integration_id)};
        form_open(c, &f, NULL);
        form_hidden(c, "correu-id", arena_printf(a, "%" PRId64, m->id));
        form_close(c, call_tr(c, N_("Take its documents")), true);
    }
}

static void write_reply(struct call *c, const struct outbox_page *p, const struct incoming *m)
{
    static const char *const certificates[][2] = {
        {"", N_("those that the message named")}, {"CDS", "CDS"}, {"CDA", "CDA"}, {"CDS CDA", N_("CDS and CDA")}};
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    const char *confirm = arena_printf(a, "/bustia/resposta/%" PRId64 "/confirma", m->id);
    struct form f = form_of(p, confirm);
    html_raw(h, "<li class=\"card outage\"><div class=\"row between\"><div>");
    if (m->body_id != 0)
        part_link(c, layout_body_path(c, m->body_id), "name", body_name(p->v, m->body_id));
    html_element(h, "p", arena_printf(a, "%s — %s", m->sender[0] == '\0' ? m->email : m->sender, m->subject));
    html_raw(h, "</div>");
    part_state(c, m->state == INCOMING_QUEUE ? STATE_UNKNOWN : STATE_SOON, call_tr(c, reply_kind_words(m->kind)));
    html_raw(h, "</div><blockquote>");
    html_text_lines(h, arena_text(a, str_utf8_cut(str_of(m->words), 2000)));
    html_raw(h, "</blockquote>");
    if (m->note[0] != '\0')
        html_element(h, "p", m->note);
    html_open(h, "p");
    html_attr(h, "class", "sub");
    html_text(h, arena_printf(a, "%s · %s · %s", words_instant(a, c->lang, m->at),
                              call_tr(c, reply_says_words(m->says)), call_tr(c, incoming_match_words(m->matched))));
    html_close(h);
    if (call_may(c, PERMISSION_NOTE)) {
        html_raw(h, "<div class=\"folds\">");
        write_integration(c, m);
        if (m->state == INCOMING_PROPOSED) {
            form_fold_open(c, &f, call_tr(c, N_("It answers: stop the warnings")), false);
            form_field(c, &f,
                       &(struct field){.name = "certificats",
                                       .label = N_("Certificates"),
                                       .type = "select",
                                       .value = "",
                                       .choices = certificates,
                                       .choice_count = 4,
                                       .optional = true});
            form_field(
                c, &f,
                &(struct field){
                    .name = "text", .label = N_("Note"), .type = "text", .optional = true, .most = LIMIT_NOTE_CHARS});
            form_close(c, call_tr(c, N_("Confirm")), true);
            form_fold_close(c);
        }
        write_decision(c, p, arena_printf(a, "/bustia/resposta/%" PRId64 "/descarta", m->id), N_("Nothing follows"),
                       N_("Dismiss it"));
        html_raw(h, "</div>");
    }
    html_raw(h, "</li>");
}

static void write_replies(struct call *c, const struct outbox_page *p)
{
    layout_section(c, "respostes", call_tr(c, N_("Answers to confirm")),
                   p->replies.count == 0 ? "" : arena_printf(call_arena(c), "%zu", p->replies.count));
    if (p->replies.count == 0) {
        part_empty(c, call_tr(c, N_("No mail waits for a decision")),
                   call_tr(c, N_("What bodies answer is read from the mailbox and proposed here.")));
        return;
    }
    html_raw(&c->html, "<ul class=\"plain outages\">");
    for (size_t i = 0; i < p->replies.count; i++)
        write_reply(c, p, &p->replies.items[i]);
    html_raw(&c->html, "</ul>");
}

/* ------------------------------------------------------------------ the page */

static void show(struct call *c, const struct form *refused, int status)
{
    static const struct {
        const char *code, *text;
    } done[] = {
        {"aprova", N_("Approved: tickets are opened and the mails go out by themselves.")},
        {"segona", N_("Noted as the first approval: that is many for one day, so a second one is needed.")},
        {"enviat", N_("Noted: the mail was sent.")},
        {"torna", N_("It goes out again.")},
        {"cancela", N_("Cancelled: what it would have told is free again.")},
        {"confirma", N_("The answer is noted: no more warnings go out for these certificates.")},
        {"descarta", N_("Dismissed: nothing follows.")},
    };
    struct outbox_page p = {.v = call_view(c), .refused = refused};
    if (p.v == NULL)
        return;
    if (!load(c, &p)) {
        call_failed(c);
        return;
    }
    layout_begin(c, call_tr(c, N_("Mail")), "/bustia");
    layout_head(c, call_tr(c, N_("Mail")), NULL);
    for (size_t i = 0; i < sizeof done / sizeof *done; i++) {
        if (strcmp(done[i].code, call_query(c, "fet")) == 0)
            part_notice(c, true, call_tr(c, N_("Done.")), call_tr(c, done[i].text));
    }
    if (refused != NULL && strncmp(refused->action, "/bustia/aprova", 14) != 0)
        part_notice(c, false, call_tr(c, N_("Not done:")), refused->refused);
    for (size_t i = 0; i < p.trouble_count; i++)
        part_notice(c, false, arena_printf(call_arena(c), "%s:", p.troubles[i].part), p.troubles[i].text);
    write_messages(c, &p, "decideix", call_tr(c, N_("To decide")), &p.stuck, true);
    write_approval(c, &p);
    write_replies(c, &p);
    write_messages(c, &p, "cami", call_tr(c, N_("On their way")), &p.moving, false);
    write_messages(c, &p, "enviats", call_tr(c, N_("Sent in the last two weeks")), &p.gone, false);
    layout_end(c);
    call_page(c, status);
}

void page_outbox(struct call *c)
{
    show(c, NULL, 200);
}

/* A refusal that a person can mend comes back on the page. */
static void refused(struct call *c)
{
    enum err_code code = c->err.code;
    struct form f = {
        .action = c->request->path, .refused = arena_strdup(call_arena(c), c->err.text), .typed = c->request->body};
    if (code != ERR_USAGE && code != ERR_VALUE && code != ERR_STATE && code != ERR_LIMIT && code != ERR_GUARD) {
        call_failed(c);
        return;
    }
    err_clear(&c->err);
    show(c, &f, 422);
}

/* The bodies whose box came ticked. */
static int64_t *chosen_bodies(struct call *c, const struct outbox_page *p, size_t *ret_count)
{
    int64_t *chosen = arena_array(call_arena(c), int64_t, p->due_count + 1);
    *ret_count = 0;
    for (size_t i = 0; i < p->due_count; i++) {
        int64_t id = p->due[i].planned->body->id;
        if (!p->due[i].second && call_field(c, arena_printf(call_arena(c), "e%" PRId64, id))[0] != '\0')
            chosen[(*ret_count)++] = id;
    }
    return chosen;
}

void form_approve(struct call *c)
{
    struct outbox_page p = {.v = call_view(c)};
    struct outbox_lines lines;
    size_t n = 0;
    if (p.v == NULL)
        return;
    if (!load(c, &p)) {
        call_failed(c);
        return;
    }
    int64_t *chosen = chosen_bodies(c, &p, &n);
    struct outbox_gesture g = {
        .bodies = chosen, .count = n, .second = call_field(c, "segona")[0] != '\0', .reason = call_field(c, "text")};
    /* Nothing chosen would mean everything to outbox_approve. */
    if (n == 0) {
        err_set(&c->err, ERR_VALUE, N_("choose at least one warning"));
        refused(c);
        return;
    }
    if (!outbox_approve(c->desk, call_arena(c), &g, &lines, &c->err)) {
        refused(c);
        return;
    }
    if (lines.of[OUTBOX_RESULT_APPROVED] > 0)
        wake_mailer(c->desk);
    call_redirect(c, lines.of[OUTBOX_RESULT_SECOND] > 0 ? "/bustia?fet=segona" : "/bustia?fet=aprova");
}

static bool says_why(struct call *c, const char *why)
{
    return str_trim(str_of(why)).n > 0 || err_set(&c->err, ERR_VALUE, N_("say why, in a few words"));
}

void form_message(struct call *c)
{
    const char *what = call_path_end(c), *why = call_field(c, "text");
    struct message m;
    bool ok = !says_why(c, why) ? false
              : strcmp(what, "cancela") == 0
                  ? outbox_cancel(c->desk, call_arena(c), c->id, why, &m, &c->err)
                  : outbox_settle(c->desk, call_arena(c), c->id, strcmp(what, "enviat") == 0, why, &m, &c->err);
    if (!ok) {
        refused(c);
        return;
    }
    wake_mailer(c->desk);
    call_redirect(c, arena_printf(call_arena(c), "/bustia?fet=%s", what));
}

void form_reply(struct call *c)
{
    const char *what = call_path_end(c), *which = call_field(c, "certificats");
    const bool covers[CERT_KINDS] = {
        [CERT_CDS] = strstr(which, "CDS") != NULL, [CERT_CDA] = strstr(which, "CDA") != NULL};
    struct incoming m;
    bool ok = strcmp(what, "confirma") == 0
                  ? reply_confirm(c->desk, call_arena(c), c->id, covers, call_field(c, "text"), &m, &c->err)
                  : reply_dismiss(c->desk, call_arena(c), c->id, call_field(c, "text"), &m, &c->err);
    if (!ok) {
        refused(c);
        return;
    }
    wake_mailer(c->desk);
    call_redirect(c, arena_printf(call_arena(c), "/bustia?fet=%s", what));
}
