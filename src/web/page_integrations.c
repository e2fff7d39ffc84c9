/* Integracions: the board by step, one integration with its evidence and what may be done with it now, and the page
 * that the link of an e-mail to the head of service leads to. What may happen, and who may do it, is core/integration's
 * table. */
#include <inttypes.h>

#include "flow/onboard.h"
#include "web/layout.h"
#include "web/pages.h"
#include "web/pages_data.h"
#include "web/words.h"

#define INTEGRATIONS "/integracions"

/* What a person may do on the page, in this order; the first that can be done now is the main one. X(EVENT, words) */
#define DEEDS(X)                                                                                                       \
    X(APPROVE, N_("Approve it"))                                                                                       \
    X(CONFIGURE, N_("Give the permissions"))                                                                           \
    X(REQUEST, N_("Ask for the approval"))                                                                             \
    X(FILE, N_("File the documents"))                                                                                  \
    X(ASK, N_("Ask for what is missing"))                                                                              \
    X(RETURN, N_("Return it"))                                                                                         \
    X(REFUSE, N_("Refuse it"))                                                                                         \
    X(TAKE_BACK, N_("Take it back"))                                                                                   \
    X(REOPEN, N_("Open it again"))                                                                                     \
    X(WITHDRAW, N_("Withdraw it"))                                                                                     \
    X(REVOKE, N_("Revoke it"))
static const struct {
    enum integration_event event;
    const char *words;
} deeds[] = {
#define X(event, words) {INTEGRATION_EVENT_##event, words},
    DEEDS(X)
#undef X
};
enum { DEED_COUNT = sizeof deeds / sizeof *deeds };

static const char *path_of(struct call *c, int64_t id)
{
    return arena_printf(call_arena(c), INTEGRATIONS "/%" PRId64, id);
}

static enum body_state look_of(enum integration_state s)
{
    if (s == INTEGRATION_PRO)
        return STATE_GOOD;
    if (!integration_state_open(s))
        return STATE_EXCLUDED;
    return integration_state_turn(s) == INTEGRATION_TURN_REQUESTER ? STATE_UNKNOWN : STATE_SOON;
}

/* "for 3 days; it is the turn of the team" */
static const char *turn_words(struct call *c, const struct integration *x)
{
    int age = integration_age(x->since_day, c->desk->by.day);
    const char *days = age == 0
                           ? call_tr(c, N_("since today"))
                           : words_count(call_arena(c), c->lang, N_("for %zu day"), N_("for %zu days"), (size_t)age);
    enum integration_turn turn = integration_state_turn(x->state);
    return turn == INTEGRATION_TURN_NOBODY
               ? days
               : call_text(c, N_("%s; whose turn: %s"), days, call_tr(c, integration_turn_words(turn)));
}

/* ------------------------------------------------------------------ the board */

static void write_one(struct call *c, const struct integration *x)
{
    struct html *h = &c->html;
    html_raw(h, "<li><div>");
    part_state(c, look_of(x->state), call_tr(c, integration_state_words(x->state)));
    html_raw(h, " ");
    part_link(c, path_of(c, x->id), "name", x->name);
    html_raw(h, "<small class=\"sub\">");
    html_text(h, x->fp);
    html_text(h, " · ");
    if (x->company[0] != '\0') {
        html_text(h, x->company);
        html_text(h, " · ");
    }
    html_text(h, turn_words(c, x));
    html_raw(h, "</small></div></li>");
}

/* Those whose turn it is; *ret how many. */
static void write_turn(struct call *c, const struct integration *all, size_t count, enum integration_turn turn,
                       const char *id, const char *title)
{
    size_t shown = 0;
    for (size_t i = 0; i < count; i++) {
        if (integration_state_turn(all[i].state) != turn)
            continue;
        if (shown++ == 0) {
            layout_section(c, id, title, "");
            html_raw(&c->html, "<ul class=\"plain card owned\">");
        }
        write_one(c, &all[i]);
    }
    if (shown > 0)
        html_raw(&c->html, "</ul>");
}

void page_integrations(struct call *c)
{
    struct integration *all;
    size_t count = 0;
    if (!onboard_list(c->desk, call_arena(c), 0, &all, &count, &c->err)) {
        call_failed(c);
        return;
    }
    layout_begin(c, call_tr(c, N_("Integrations")), INTEGRATIONS);
    layout_head(c, call_tr(c, N_("Integrations")), call_tr(c, N_("with Hèstia, from the first e-mail to production")));
    if (count == 0)
        part_empty(c, call_tr(c, N_("No integration yet")),
                   call_tr(c, N_("`talaia integration open FP BODY` takes one in, and mails with its FP join it.")));
    write_turn(c, all, count, INTEGRATION_TURN_HEAD, "cap", call_tr(c, N_("Wait for the head of service")));
    write_turn(c, all, count, INTEGRATION_TURN_TECHNICIAN, "equip", call_tr(c, N_("Wait for the team")));
    write_turn(c, all, count, INTEGRATION_TURN_REQUESTER, "fora", call_tr(c, N_("Wait for the body or its provider")));
    write_turn(c, all, count, INTEGRATION_TURN_NOBODY, "fetes", call_tr(c, N_("In production, or closed")));
    layout_end(c);
    call_page(c, 200);
}

/* ------------------------------------------------------------------ the evidence */

static void write_fact(struct call *c, const char *label, const char *value)
{
    if (value[0] == '\0')
        return;
    html_raw(&c->html, "<dt>");
    html_text(&c->html, call_tr(c, label));
    html_raw(&c->html, "</dt><dd>");
    html_text(&c->html, value);
    html_raw(&c->html, "</dd>");
}

static void write_facts(struct call *c, const struct integration *x)
{
    html_raw(&c->html, "<dl class=\"pairs card terms\">");
    write_fact(c, N_("INE10"), x->ine10);
    write_fact(c, N_("Eligibility"),
               call_text(c, "%s %s", call_tr(c, integration_standing_words(x->standing)), x->through));
    write_fact(c, N_("Company"), x->company);
    write_fact(c, N_("Contact"), x->contact[0] == '\0' ? x->email : call_text(c, "%s <%s>", x->contact, x->email));
    write_fact(c, N_("Addresses"), x->addresses);
    write_fact(c, N_("Folder"), x->folder);
    write_fact(c, N_("Ticket"), x->ticket);
    html_raw(&c->html, "</dl>");
}

static void write_missing(struct call *c, const struct onboard_view *v)
{
    bool begun = false;
    for (int k = 0; k < INTEGRATION_CHECK_COUNT && integration_state_open(v->integration.state); k++) {
        enum integration_check check = (enum integration_check)k;
        if ((v->missing >> k & 1) == 0 || check == INTEGRATION_CHECK_MISSING || check == INTEGRATION_CHECK_REASON)
            continue;
        if (!begun) {
            layout_section(c, "falta", call_tr(c, N_("Not there yet")), "");
            html_raw(&c->html, "<ul>");
        }
        begun = true;
        html_raw(&c->html, "<li>");
        html_text(&c->html, call_tr(c, integration_check_words(check)));
        html_raw(&c->html, "</li>");
    }
    if (begun)
        html_raw(&c->html, "</ul>");
    if (v->filed_problem[0] != '\0')
        part_notice(c, false, call_tr(c, N_("What is filed is not what was verified.")), v->filed_problem);
}

static void write_reasons(struct call *c, const struct onboard_view *v, size_t i)
{
    for (size_t k = 0; k < v->finding_counts[i]; k++) {
        const struct integration_finding *f = &v->findings[i][k];
        struct document_reason r = {.signature = -1, .what = f->text, .other = f->other, .day = f->day};
        if (f->kind != INTEGRATION_FINDING_REASON || !document_reason_find(str_of(f->code), &r.code))
            continue;
        html_raw(&c->html, "<p>");
        html_text(&c->html, document_fill(call_arena(c), call_tr(c, document_reason_sentence(r.code)), &r));
        html_raw(&c->html, "</p>");
    }
}

static void write_files(struct call *c, const struct onboard_view *v)
{
    static const enum body_state looks[] = {
        [DOCUMENT_VALID] = STATE_GOOD, [DOCUMENT_REVIEW] = STATE_SOON, [DOCUMENT_INVALID] = STATE_DOWN};
    struct html *h = &c->html;
    layout_section(c, "documents", call_tr(c, N_("Documents")), "");
    html_raw(h, "<ul class=\"plain outages\">");
    for (size_t i = 0; i < v->file_count; i++) {
        const struct integration_file *f = &v->files[i];
        enum document_verdict verdict = DOCUMENT_INVALID;
        if (f->replaced)
            continue;
        (void)document_verdict_find(str_of(f->verdict), &verdict);
        html_raw(h, "<li class=\"card outage\"><div class=\"row between\"><div><strong>");
        html_text(h, call_tr(c, integration_role_words(f->role)));
        html_raw(h, "</strong> ");
        html_text(h, f->name);
        if (f->signer[0] != '\0') {
            html_raw(h, "<p class=\"sub\">");
            html_text(h, f->role == INTEGRATION_ROLE_CDA ? f->signer : call_text(c, N_("signed by %s"), f->signer));
            html_raw(h, "</p>");
        }
        write_reasons(c, v, i);
        if (f->accepted != INSTANT_NONE) {
            html_raw(h, "<p class=\"sub\">");
            html_text(h, call_text(c, N_("taken by %s: %s"), f->accepted_who, f->accepted_why));
            html_raw(h, "</p>");
        }
        html_raw(h, "</div>");
        part_state(c, looks[verdict], call_tr(c, document_verdict_words(verdict)));
        html_raw(h, "</div></li>");
    }
    html_raw(h, "</ul>");
}

static void write_tests(struct call *c, const struct onboard_view *v)
{
    struct html *h = &c->html;
    if (v->integration.state < INTEGRATION_PRE || v->integration.state > INTEGRATION_PRO)
        return;
    layout_section(c, "proves", call_tr(c, N_("Tests in pre-production")), "");
    html_raw(h, "<ul class=\"plain card owned\">");
    for (int m = 0; m < HOMOLOGATION_COUNT; m++) {
        const struct homologation_test *t = &v->tests.tests[m];
        html_raw(h, "<li><div>");
        part_state(c, t->lack == HOMOLOGATION_LACKS_GOOD ? STATE_GOOD : STATE_UNKNOWN,
                   call_tr(c, homologation_lack_words(t->lack)));
        html_raw(h, " ");
        html_text(h, homologation_modality((enum homologation_modality)m));
        if (t->request != NULL) {
            html_raw(h, "<small class=\"sub\">");
            html_text(h, t->request->request);
            html_raw(h, " · ");
            part_instant(c, t->request->at);
            html_raw(h, "</small>");
        }
        html_raw(h, "</div></li>");
    }
    html_raw(h, "</ul>");
}

static void write_story(struct call *c, const struct onboard_view *v)
{
    struct html *h = &c->html;
    layout_section(c, "historia", call_tr(c, N_("Story")), "");
    html_raw(h, "<ul class=\"line\">");
    for (size_t i = v->step_count; i-- > 0;) {
        const struct integration_step *s = &v->steps[i];
        enum integration_event event;
        html_raw(h, "<li>");
        part_instant(c, s->at);
        html_raw(h, " <strong>");
        html_text(h, integration_event_parse(str_of(s->event), &event) ? call_tr(c, integration_event_words(event))
                                                                       : s->event);
        html_raw(h, "</strong> → ");
        html_text(h, call_tr(c, integration_state_words(s->state)));
        html_raw(h, " <span class=\"sub\">");
        html_text(h, s->who);
        if (s->detail[0] != '\0')
            html_text(h, arena_printf(call_arena(c), ": %s", s->detail));
        html_raw(h, "</span></li>");
    }
    html_raw(h, "</ul>");
}

/* ------------------------------------------------------------------ what may be done */

/* Whether the one who looks may do it now: on the page by the permission, by a link what the head of service may. */
static bool can(struct call *c, const struct onboard_view *v, enum integration_event event, bool by_link,
                const struct integration_move **ret)
{
    const struct integration_move *m = integration_next(v->integration.state, event);
    if (m == NULL || !(by_link ? m->permission == PERMISSION_INTEGRATE_APPROVE : call_may(c, m->permission)))
        return false;
    *ret = m;
    return (integration_lacks(m, &v->facts) & ~INTEGRATION_BIT(REASON)) == 0;
}

static void write_deeds(struct call *c, const struct onboard_view *v, const char *action, bool by_link,
                        const struct form *refused)
{
    bool first = true;
    html_raw(&c->html, "<div class=\"folds\">");
    for (size_t i = 0; i < DEED_COUNT; i++) {
        const struct integration_move *m;
        const char *to = arena_printf(call_arena(c), "%s%s", action, by_link ? "" : "/fes");
        bool again = refused != NULL && strcmp(call_field(c, "que"), integration_event_code(deeds[i].event)) == 0;
        const struct form f = again ? *refused : (struct form){.action = to};
        if (!can(c, v, deeds[i].event, by_link, &m))
            continue;
        bool reason = (m->checks & INTEGRATION_BIT(REASON)) != 0;
        bool main = first && deeds[i].event != INTEGRATION_EVENT_REVOKE &&
                    deeds[i].event != INTEGRATION_EVENT_WITHDRAW && deeds[i].event != INTEGRATION_EVENT_TAKE_BACK;
        form_fold_open(c, &f, call_tr(c, deeds[i].words), main);
        form_hidden(c, "que", integration_event_code(deeds[i].event));
        form_hidden(c, "versio", arena_printf(call_arena(c), "%" PRId64, v->integration.version));
        form_field(c, &f,
                   &(struct field){.name = "motiu",
                                   .label = reason ? N_("Why") : N_("Remark"),
                                   .type = "textarea",
                                   .optional = !reason,
                                   .most = LIMIT_NOTE_CHARS});
        form_close(c, call_tr(c, deeds[i].words), main);
        form_fold_close(c);
        first = false;
    }
    html_raw(&c->html, "</div>");
}

static void show(struct call *c, const struct onboard_view *v, const char *action, bool by_link,
                 const struct form *refused, int status)
{
    const struct integration *x = &v->integration;
    layout_begin(c, x->name, by_link ? "" : INTEGRATIONS);
    layout_head(c, x->name, call_text(c, "%s · %s", x->fp, turn_words(c, x)));
    if (call_query(c, "fet")[0] != '\0')
        part_notice(c, true, call_tr(c, N_("Done.")), call_tr(c, integration_state_words(x->state)));
    html_raw(&c->html, "<p>");
    part_state(c, look_of(x->state), call_tr(c, integration_state_words(x->state)));
    html_raw(&c->html, "</p>");
    write_deeds(c, v, action, by_link, refused);
    write_missing(c, v);
    write_facts(c, x);
    write_files(c, v);
    write_tests(c, v);
    write_story(c, v);
    layout_end(c);
    call_page(c, status);
}

static void show_one(struct call *c, const struct form *refused, int status)
{
    struct onboard_view v;
    struct err e = {.lang = c->lang};
    if (onboard_view(c->desk, call_arena(c), c->id, &v, &e))
        show(c, &v, path_of(c, c->id), false, refused, status);
    else if (e.code == ERR_UNKNOWN)
        call_problem(c, 404, N_("There is no integration with this number."));
    else {
        c->err = e;
        call_failed(c);
    }
}

void page_integration(struct call *c)
{
    show_one(c, NULL, 200);
}

static bool deed_read(struct call *c, enum integration_event *ret)
{
    for (size_t i = 0; i < DEED_COUNT; i++) {
        if (strcmp(call_field(c, "que"), integration_event_code(deeds[i].event)) == 0) {
            *ret = deeds[i].event;
            return true;
        }
    }
    return err_set(&c->err, ERR_VALUE, N_("say what is to be done with the integration"));
}

void form_integration(struct call *c)
{
    struct integration x;
    struct form refused;
    struct onboard_deed w = {.id = c->id, .reason = call_field(c, "motiu")};
    (void)str_to_int64(str_of(call_field(c, "versio")), 1, INT64_MAX, &w.expect);
    if (deed_read(c, &w.event) && onboard_move(c->desk, &w, &x, &c->err))
        call_redirect(c, arena_printf(call_arena(c), "%s?fet=1", path_of(c, c->id)));
    else if (c->err.code == ERR_UNKNOWN)
        call_problem(c, 404, N_("There is no integration with this number."));
    else if (form_refuse(c, &refused))
        show_one(c, &refused, 422);
}

/* ------------------------------------------------------------------ the link of an e-mail */

static const char *token_of(const struct call *c)
{
    const char *slash = strrchr(c->request->path, '/');
    return slash == NULL ? "" : slash + 1;
}

/* Asking does nothing: programs look at links before people do. */
static void show_decision(struct call *c, const struct form *refused, int status)
{
    struct integration x;
    struct onboard_view v;
    struct err e = {.lang = c->lang};
    bool ok = onboard_token_look(c->desk, token_of(c), &x, &e);
    if (ok && onboard_view(c->desk, call_arena(c), x.id, &v, &e))
        show(c, &v, c->request->path, true, refused, status);
    else if (e.code == ERR_STATE || e.code == ERR_UNKNOWN)
        call_problem(c, 404,
                     N_("This link decides nothing: it was used, has run out, or is not whole. Log in at the desk."));
    else {
        c->err = e;
        call_failed(c);
    }
}

void page_decision(struct call *c)
{
    show_decision(c, NULL, 200);
}

void form_decision(struct call *c)
{
    struct integration x;
    struct form refused;
    enum integration_event event;
    if (deed_read(c, &event) &&
        onboard_token_decide(c->desk, token_of(c), event, call_field(c, "motiu"), &x, &c->err)) {
        layout_begin(c, x.name, "");
        layout_head(c, x.name, x.fp);
        part_notice(c, true, call_tr(c, N_("Done.")), call_tr(c, integration_state_words(x.state)));
        layout_end(c);
        call_page(c, 200);
    } else if (c->err.code == ERR_USAGE || c->err.code == ERR_VALUE) {
        c->err.code = ERR_VALUE;
        if (form_refuse(c, &refused))
            show_decision(c, &refused, 422);
    } else if (c->err.code == ERR_STATE) {
        err_clear(&c->err);
        call_problem(c, 404,
                     N_("This link decides nothing: it was used, has run out, or is not whole. Log in at the desk."));
    } else {
        call_failed(c);
    }
}
