/* The evidence of an integration: what is missing, who it is, its documents and what was found in them, tests, messages
 * and the way it went. */
#include <inttypes.h>

#include "flow/document.h"
#include "web/integration_page.h"
#include "web/words.h"

/* ------------------------------------------------------------------ what is known */

static void write_fact(struct call *c, const char *label, const char *value)
{
    if (value[0] == '\0')
        return;
    html_element(&c->html, "dt", call_tr(c, label));
    html_element(&c->html, "dd", value);
}

static const char *person_words(struct call *c, const struct integration *x)
{
    return x->contact[0] == '\0' || x->email[0] == '\0' ? arena_printf(call_arena(c), "%s%s", x->contact, x->email)
                                                        : arena_printf(call_arena(c), "%s <%s>", x->contact, x->email);
}

void integration_write_facts(struct integration_page *p)
{
    struct call *c = p->c;
    struct arena *a = call_arena(c);
    const struct integration *x = &p->v.integration;
    const char *who = x->confirmed == INSTANT_NONE
                          ? ""
                          : arena_printf(a, "%s, %s", x->confirmed_who, words_instant(a, c->lang, x->confirmed));
    layout_section(c, "dades", call_tr(c, N_("Details")), "");
    html_raw(&c->html, "<dl class=\"pairs card terms\">");
    write_fact(c, N_("INE10"), x->ine10);
    write_fact(c, N_("NIF"), x->nif);
    write_fact(c, N_("Eligibility"),
               call_text(c, "%s%s%s", call_tr(c, integration_standing_words(x->standing)),
                         x->through[0] == '\0' ? "" : ": ", x->through));
    write_fact(c, N_("Company"),
               arena_printf(a, "%s%s%s", x->company, x->company_nif[0] == '\0' ? "" : " · ", x->company_nif));
    write_fact(c, N_("Contact"), person_words(c, x));
    write_fact(c, N_("Addresses"), x->addresses);
    write_fact(c, N_("Written authorisation"), x->authority);
    write_fact(c, N_("Confirmed"), who);
    write_fact(c, N_("Folder"), x->folder);
    write_fact(c, N_("Ticket"), x->ticket);
    html_raw(&c->html, "</dl>");
    integration_write_edit(p);
}

/* What is named by the next thing itself is not said twice. */
void integration_write_missing(struct integration_page *p)
{
    struct call *c = p->c;
    const struct onboard_view *v = &p->v;
    const unsigned steps = INTEGRATION_BIT(MISSING) | INTEGRATION_BIT(REASON) | INTEGRATION_BIT(FILED) |
                           INTEGRATION_BIT(CONFIRMED) | INTEGRATION_BIT(HOMOLOGATED) | INTEGRATION_BIT(NEXT);
    unsigned missing = integration_state_open(v->integration.state) ? v->missing & ~steps : 0;
    if (v->filed_problem[0] != '\0')
        part_notice(c, false, call_tr(c, N_("What is filed is not what was verified.")), v->filed_problem);
    /* Without documents to wait for, the form of the next thing asks for these. */
    if ((missing & (INTEGRATION_BIT(FORM) | INTEGRATION_BIT(CDA))) == 0)
        missing &= ~(INTEGRATION_BIT(ADDRESSES) | INTEGRATION_BIT(CONTACT));
    if (missing == 0)
        return;
    layout_section(c, "falta", call_tr(c, N_("Not there yet")), "");
    html_raw(&c->html, "<ul class=\"plain card lacks\">");
    for (int k = 0; k < INTEGRATION_CHECK_COUNT; k++) {
        if ((missing >> k & 1) == 0)
            continue;
        html_element(&c->html, "li",
                     words_capital(call_arena(c), call_tr(c, integration_check_words((enum integration_check)k))));
    }
    html_raw(&c->html, "</ul>");
}

/* ------------------------------------------------------------------ documents */

static const enum body_state verdict_looks[] = {
    [DOCUMENT_VALID] = STATE_GOOD, [DOCUMENT_REVIEW] = STATE_SOON, [DOCUMENT_INVALID] = STATE_DOWN};

static void write_reasons(struct call *c, const struct onboard_view *v, size_t i)
{
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    bool begun = false;
    for (size_t k = 0; k < v->finding_counts[i]; k++) {
        struct document_reason r;
        if (!onboard_reason(&v->findings[i][k], &r))
            continue;
        if (!begun)
            html_raw(h, "<ul class=\"plain reasons\">");
        begun = true;
        html_open(h, "li");
        html_attr(h, "class", r.grade == DOCUMENT_VALID ? "fine" : r.grade == DOCUMENT_REVIEW ? "look" : "bad");
        html_text(h, document_sentence(a, c->lang, &r));
        if (r.grade != DOCUMENT_VALID) {
            html_text(h, " ");
            html_open(h, "span");
            html_attr(h, "class", "sub");
            html_text(h, document_advice(a, c->lang, &r));
            html_close(h);
        }
        html_close(h);
    }
    if (begun)
        html_raw(h, "</ul>");
}

static void write_line(struct call *c, const char *text)
{
    html_open(&c->html, "p");
    html_attr(&c->html, "class", "sub");
    html_text(&c->html, text);
    html_close(&c->html);
}

/* Who signed, for which organisation, when; of a CDA until when it is valid. */
static void write_signer(struct call *c, const struct integration_file *f)
{
    struct arena *a = call_arena(c);
    const char *who = f->signer_nif[0] == '\0' ? f->signer : arena_printf(a, "%s (%s)", f->signer, f->signer_nif);
    if (f->role == INTEGRATION_ROLE_CDA || f->role == INTEGRATION_ROLE_NEXT) {
        if (f->not_after != INSTANT_NONE)
            who = call_text(c, N_("%s, valid until %s"), who, words_instant(a, c->lang, f->not_after));
    } else if (f->signer[0] != '\0') {
        who = f->signed_at == INSTANT_NONE
                  ? call_text(c, N_("signed by %s"), who)
                  : call_text(c, N_("signed by %s, %s"), who, words_instant(a, c->lang, f->signed_at));
    }
    if (who[0] != '\0')
        write_line(c, who);
}

static void write_document(struct integration_page *p, size_t i)
{
    struct call *c = p->c;
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    const struct integration_file *f = &p->v.files[i];
    enum document_verdict verdict = DOCUMENT_INVALID;
    (void)document_verdict_find(str_of(f->verdict), &verdict);
    html_raw(h, "<li class=\"card outage\"><div class=\"row between\"><div><strong>");
    html_text(h, words_capital(a, call_tr(c, integration_role_words(f->role))));
    html_raw(h, "</strong> ");
    if (p->by_link || strcmp(f->kind, document_kind_code(DOCUMENT_SECRET)) == 0)
        html_text(h, f->name);
    else
        part_link(c, arena_printf(a, "%s/documents/%" PRId64, p->action, f->id), NULL, f->name);
    write_signer(c, f);
    html_raw(h, "</div>");
    part_state(c, f->accepted != INSTANT_NONE ? STATE_GOOD : verdict_looks[verdict],
               f->accepted != INSTANT_NONE ? call_tr(c, N_("taken by a person"))
                                           : call_tr(c, document_verdict_words(verdict)));
    html_raw(h, "</div>");
    write_reasons(c, &p->v, i);
    if (f->accepted != INSTANT_NONE)
        write_line(c, call_text(c, N_("taken by %s: %s"), f->accepted_who, f->accepted_why));
    html_raw(h, "</li>");
}

bool integration_checks(const struct integration_page *p)
{
    for (size_t i = 0; i < p->v.waiting_count; i++) {
        if (p->v.waiting[i].why[0] == '\0')
            return true;
    }
    return false;
}

void integration_write_checking(struct integration_page *p)
{
    struct call *c = p->c;
    struct html *h = &c->html;
    html_open(h, "ol");
    html_attr(h, "class", "steps");
    html_attr(h, "id", "passos");
    html_attr(h, "data-running", integration_checks(p) ? "1" : "0");
    html_attr(h, "data-from", arena_printf(call_arena(c), "%s/passos", p->action));
    for (size_t i = 0; i < p->v.waiting_count; i++) {
        const struct integration_waiting *f = &p->v.waiting[i];
        if (f->why[0] != '\0')
            continue;
        html_raw(h, "<li><strong>");
        html_text(h, f->name);
        html_raw(h, "</strong> ");
        html_text(h, f->worker[0] != '\0' ? call_tr(c, N_("is being checked")) : call_tr(c, N_("waits")));
        html_raw(h, "</li>");
    }
    html_close(h);
}

void integration_write_documents(struct integration_page *p)
{
    struct call *c = p->c;
    size_t shown = 0;
    bool upload = !p->by_link && call_may(c, PERMISSION_INTEGRATE) &&
                  integration_next(p->v.integration.state, INTEGRATION_EVENT_RECEIVE) != NULL;
    layout_section(c, "documents", call_tr(c, N_("Documents")), "");
    for (size_t i = 0; i < p->v.waiting_count; i++) {
        if (p->v.waiting[i].why[0] == '\0')
            continue;
        part_notice(c, false, call_text(c, N_("%s was not taken:"), p->v.waiting[i].name), p->v.waiting[i].why);
        if (upload)
            integration_write_again(p, &p->v.waiting[i]);
    }
    for (size_t i = 0; i < p->v.file_count; i++) {
        if (p->v.files[i].replaced)
            continue;
        if (shown++ == 0)
            html_raw(&c->html, "<ul class=\"plain outages papers\">");
        write_document(p, i);
    }
    if (shown > 0)
        html_raw(&c->html, "</ul>");
    else if (!upload)
        part_empty(c, call_tr(c, N_("No document yet")), call_tr(c, N_("They come by mail, or the team brings them.")));
    integration_write_upload(p, false);
}

/* ------------------------------------------------------------------ tests */

void integration_write_tests(struct integration_page *p)
{
    struct call *c = p->c;
    struct html *h = &c->html;
    const struct onboard_view *v = &p->v;
    size_t good = 0;
    if (v->integration.state < INTEGRATION_PRE || v->integration.state > INTEGRATION_PRO)
        return;
    for (int m = 0; m < HOMOLOGATION_COUNT; m++)
        good += v->tests.tests[m].lack == HOMOLOGATION_LACKS_GOOD;
    layout_section(c, "proves", call_tr(c, N_("Tests in pre-production")),
                   call_text(c, N_("%zu of %d"), good, HOMOLOGATION_COUNT));
    html_raw(h, "<ul class=\"plain card owned wide\">");
    for (int m = 0; m < HOMOLOGATION_COUNT; m++) {
        const struct homologation_test *t = &v->tests.tests[m];
        html_raw(h, "<li><div><strong>");
        html_text(h, homologation_modality((enum homologation_modality)m));
        html_raw(h, "</strong>");
        if (t->request != NULL) {
            html_raw(h, "<small class=\"sub\">");
            html_text(h, t->request->request);
            html_raw(h, " · ");
            part_instant(c, t->request->at);
            html_raw(h, "</small>");
        }
        html_raw(h, "</div>");
        part_state(c, t->lack == HOMOLOGATION_LACKS_GOOD ? STATE_GOOD : STATE_UNKNOWN,
                   call_tr(c, homologation_lack_words(t->lack)));
        html_raw(h, "</li>");
    }
    html_raw(h, "</ul>");
    if (p->by_link)
        return;
    html_raw(h, "<p>");
    part_link(c, arena_printf(call_arena(c), "%s/homologacio", p->action), "btn",
              call_tr(c, N_("Homologation document, to print")));
    part_link(c, arena_printf(call_arena(c), "%s/homologacio?format=pdf", p->action), "btn",
              call_tr(c, N_("Homologation document (PDF)")));
    html_raw(h, "</p>");
}

/* ------------------------------------------------------------------ messages and story */

void integration_write_letters(struct integration_page *p)
{
    struct call *c = p->c;
    struct html *h = &c->html;
    if (p->v.letter_count == 0)
        return;
    layout_section(c, "missatges", call_tr(c, N_("Messages")), "");
    html_raw(h, "<ul class=\"plain card owned wide\">");
    for (size_t i = p->v.letter_count; i-- > 0;) {
        const struct message *m = &p->v.messages[i];
        bool gone = outbox_has_left(m->state);
        html_raw(h, "<li><div><strong>");
        html_text(h, m->subject);
        html_raw(h, "</strong><small class=\"sub\">");
        html_text(h, call_text(c, N_("to %s"), call_tr(c, integration_turn_words(p->v.letters[i].told))));
        html_text(h, " · ");
        part_day(c, m->day, words_date(call_arena(c), c->lang, m->day));
        html_raw(h, "</small></div>");
        part_state(c,
                   gone                         ? STATE_GOOD
                   : m->state == OUTBOX_REFUSED ? STATE_DOWN
                                                : STATE_UNKNOWN,
                   call_tr(c, outbox_state_words(m->state)));
        html_raw(h, "</li>");
    }
    html_raw(h, "</ul>");
}

/* What is no event of the table. */
static const char *event_words(struct call *c, const char *code)
{
    static const char *const others[][2] = {{"open", N_("it was taken in")},
                                            {"file-add", N_("a document came in")},
                                            {"confirm", N_("what was read was confirmed")},
                                            {"accept", N_("a person took a document")},
                                            {"edit", N_("details were corrected")}};
    enum integration_event event;
    if (integration_event_parse(str_of(code), &event))
        return call_tr(c, integration_event_words(event));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strcmp(others[i][0], code) == 0)
            return call_tr(c, others[i][1]);
    }
    return code;
}

void integration_write_story(struct integration_page *p)
{
    struct call *c = p->c;
    struct html *h = &c->html;
    const struct onboard_view *v = &p->v;
    layout_section(c, "historia", call_tr(c, N_("Story")), "");
    html_raw(h, "<ul class=\"line\">");
    for (size_t i = v->step_count; i-- > 0;) {
        const struct integration_step *s = &v->steps[i];
        bool moved = i == 0 || v->steps[i - 1].state != s->state;
        html_raw(h, "<li>");
        part_instant(c, s->at);
        html_raw(h, " <strong>");
        html_text(h, words_capital(call_arena(c), event_words(c, s->event)));
        html_raw(h, "</strong> ");
        if (moved)
            html_text(h, arena_printf(call_arena(c), "→ %s ", call_tr(c, integration_state_words(s->state))));
        html_raw(h, "<span class=\"sub\">");
        html_text(h, s->who);
        if (s->detail[0] != '\0')
            html_text(h, arena_printf(call_arena(c), ": %s", s->detail));
        html_raw(h, "</span></li>");
    }
    html_raw(h, "</ul>");
}
