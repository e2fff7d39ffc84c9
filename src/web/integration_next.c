/* What is to be done with an integration: the way that it goes, the one next thing, and what else may be done. What may
 * happen, and who may do it, is core/integration's table. */
#include <inttypes.h>

#include "web/integration_page.h"
#include "web/words.h"

/* ------------------------------------------------------------------ the way */

static const struct {
    const char *words;
    unsigned states; /* in which it is the present one */
} stations[] = {
#define IN(s) (1u << INTEGRATION_##s)
    {N_("Eligibility"), IN(INTAKE) | IN(UNLISTED)},
    {N_("Documents"), IN(DOCUMENTS) | IN(ASKED)},
    {N_("Filed"), IN(FILED)},
    {N_("Approval"), IN(APPROVAL_PRE) | IN(APPROVED_PRE)},
    {N_("Pre-production"), IN(PRE)},
    {N_("Approval"), IN(APPROVAL_PRO) | IN(APPROVED_PRO)},
    {N_("Production"), 0},
#undef IN
};
enum { STATION_COUNT = sizeof stations / sizeof *stations };

/* The last day on which it came to a state of that station. */
static const struct integration_step *step_of(const struct onboard_view *v, unsigned states)
{
    const struct integration_step *found = NULL;
    for (size_t i = 0; i < v->step_count; i++) {
        if ((states >> v->steps[i].state & 1) != 0 &&
            (i == 0 || (states >> v->steps[i - 1].state & 1) == 0 || found == NULL))
            found = &v->steps[i];
    }
    return found;
}

void integration_write_way(struct integration_page *p)
{
    struct call *c = p->c;
    struct html *h = &c->html;
    const struct integration *x = &p->v.integration;
    size_t now = STATION_COUNT;
    if (!integration_state_open(x->state) && x->state != INTEGRATION_PRO)
        return;
    for (size_t i = 0; i < STATION_COUNT; i++)
        now = (stations[i].states >> x->state & 1) != 0 ? i : now;
    html_raw(h, "<ol class=\"weeksteps way\">");
    for (size_t i = 0; i < STATION_COUNT; i++) {
        unsigned states = i + 1 == STATION_COUNT ? 1u << INTEGRATION_PRO : stations[i].states;
        const struct integration_step *s = i <= now ? step_of(&p->v, states) : NULL;
        html_open(h, "li");
        html_attr(h, "class", i < now ? "done" : i == now ? "now" : "later");
        if (i == now)
            html_attr(h, "aria-current", "step");
        html_element(h, "strong", call_tr(c, stations[i].words));
        if (s != NULL) {
            html_open(h, "span");
            html_text(h, words_date(call_arena(c), c->lang, s->day));
            html_close(h);
        }
        html_close(h);
    }
    html_raw(h, "</ol>");
}

/* ------------------------------------------------------------------ deeds */

/* What a person may do on the page; the first that can be done now and goes forward is the next thing.
 * X(EVENT, forward, words) */
#define DEEDS(X)                                                                                                       \
    X(ELIGIBLE, true, N_("Look the eligibility up again"))                                                             \
    X(APPROVE, true, N_("Approve it"))                                                                                 \
    X(CONFIGURE, true, N_("Give the permissions"))                                                                     \
    X(RENEW, true, N_("Change the CDA"))                                                                               \
    X(REQUEST, true, N_("Ask for the approval"))                                                                       \
    X(FILE, true, N_("File the documents"))                                                                            \
    X(ASK, true, N_("Ask for what is missing"))                                                                        \
    X(RETURN, false, N_("Return it"))                                                                                  \
    X(REFUSE, false, N_("Refuse it"))                                                                                  \
    X(TAKE_BACK, false, N_("Take it back"))                                                                            \
    X(REOPEN, false, N_("Open it again"))                                                                              \
    X(WITHDRAW, false, N_("Withdraw it"))                                                                              \
    X(REVOKE, false, N_("Revoke it"))
static const struct deed {
    enum integration_event event;
    bool forward;
    const char *words;
} deeds[] = {
#define X(event, forward, words) {INTEGRATION_EVENT_##event, forward, words},
    DEEDS(X)
#undef X
};
enum { DEED_COUNT = sizeof deeds / sizeof *deeds };

/* In some states one says more exactly what it is. */
static const struct {
    enum integration_event event;
    enum integration_state state;
    const char *words;
} exact[] = {
    {INTEGRATION_EVENT_REQUEST, INTEGRATION_FILED, N_("Ask for the approval of pre-production")},
    {INTEGRATION_EVENT_REQUEST, INTEGRATION_PRE, N_("Ask for the approval of production")},
    {INTEGRATION_EVENT_APPROVE, INTEGRATION_APPROVAL_PRE, N_("Approve pre-production")},
    {INTEGRATION_EVENT_APPROVE, INTEGRATION_APPROVAL_PRO, N_("Approve production")},
    {INTEGRATION_EVENT_APPROVE, INTEGRATION_UNLISTED, N_("Admit it")},
    {INTEGRATION_EVENT_TAKE_BACK, INTEGRATION_UNLISTED, N_("Take the question back")},
    {INTEGRATION_EVENT_TAKE_BACK, INTEGRATION_APPROVAL_PRE, N_("Take the question back")},
    {INTEGRATION_EVENT_TAKE_BACK, INTEGRATION_APPROVAL_PRO, N_("Take the question back")},
    {INTEGRATION_EVENT_TAKE_BACK, INTEGRATION_ASKED, N_("Back to the documents")},
    {INTEGRATION_EVENT_TAKE_BACK, INTEGRATION_FILED, N_("Back to the documents")},
    {INTEGRATION_EVENT_TAKE_BACK, INTEGRATION_APPROVED_PRE, N_("Back to the documents")},
};

static const char *deed_words(struct call *c, const struct deed *d, enum integration_state s)
{
    for (size_t i = 0; i < sizeof exact / sizeof *exact; i++) {
        if (exact[i].event == d->event && exact[i].state == s)
            return call_tr(c, exact[i].words);
    }
    return call_tr(c, d->words);
}

bool integration_read_deed(struct call *c, enum integration_event *ret)
{
    for (size_t i = 0; i < DEED_COUNT; i++) {
        if (strcmp(call_field(c, "que"), integration_event_code(deeds[i].event)) == 0) {
            *ret = deeds[i].event;
            return true;
        }
    }
    return err_set(&c->err, ERR_VALUE, N_("say what is to be done with the integration"));
}

/* Whether the one who looks may do it now: on the page by the permission, by a link what the head of service may. */
static bool can(const struct integration_page *p, enum integration_event event, const struct integration_move **ret)
{
    const struct integration_move *m = integration_next(p->v.integration.state, event);
    if (m == NULL || !(p->by_link ? m->permission == PERMISSION_INTEGRATE_APPROVE : call_may(p->c, m->permission)))
        return false;
    *ret = m;
    return (integration_lacks(m, &p->v.facts) & ~INTEGRATION_BIT(REASON)) == 0;
}

static struct form deed_form(const struct integration_page *p, enum integration_event event)
{
    struct call *c = p->c;
    const char *to = arena_printf(call_arena(c), "%s%s", p->action, p->by_link ? "" : "/fes");
    bool again = p->refused != NULL && strcmp(p->refused->action, to) == 0 &&
                 strcmp(call_field(c, "que"), integration_event_code(event)) == 0;
    return again ? *p->refused : (struct form){.action = to};
}

static void deed_hidden(const struct integration_page *p, enum integration_event event)
{
    struct call *c = p->c;
    form_hidden(c, "que", integration_event_code(event));
    form_hidden(c, "versio", arena_printf(call_arena(c), "%" PRId64, p->v.integration.version));
}

/* The message as it would go out now. */
static void write_preview(const struct integration_page *p, enum integration_event event)
{
    struct call *c = p->c;
    struct html *h = &c->html;
    struct onboard_preview m;
    struct err why = {.lang = c->lang};
    if (!onboard_preview(c->desk, call_arena(c), p->v.integration.id, event, &m, &why)) {
        part_notice(c, false, call_tr(c, N_("The message cannot be written:")), why.text);
        return;
    }
    if (m.text[0] == '\0')
        return;
    if (m.to[0] == '\0') {
        html_element(h, "p", call_tr(c, N_("Nobody is written to: no address is known.")));
        return;
    }
    html_open(h, "details");
    html_attr(h, "class", "astable");
    if (event == INTEGRATION_EVENT_ASK)
        html_attr(h, "open", NULL);
    html_element(h, "summary", call_text(c, N_("The message to %s"), m.to));
    html_raw(h, "<div class=\"letter\"><strong>");
    html_text(h, m.subject);
    html_raw(h, "</strong>");
    html_open(h, "p");
    html_text_lines(h, m.text);
    html_close(h);
    html_raw(h, "</div>");
    html_close(h);
}

/* ------------------------------------------------------------------ the next thing */

static const struct {
    enum integration_state state;
    const char *act, *wait; /* to whoever may do it, to the others */
} sentences[] = {
    {INTEGRATION_INTAKE, N_("Whether the body may integrate has not been looked up."),
     N_("The team looks up whether the body may integrate.")},
    {INTEGRATION_UNLISTED, N_("The body is not on the list of those who may integrate. Admit it, or refuse it."),
     N_("The body is not on the list. The head of service decides, here or by the link of the e-mail.")},
    {INTEGRATION_ASKED, N_("What is missing was asked for. What comes by mail joins by itself; else bring it below."),
     N_("What is missing was asked for.")},
    {INTEGRATION_FILED, N_("The documents are verified and filed. The head of service is asked by e-mail."),
     N_("The team asks for the approval.")},
    {INTEGRATION_APPROVAL_PRE,
     N_("Approving gives the permissions in pre-production at once, and tells the requester."),
     N_("It waits for the head of service, who decides here or by the link of the e-mail.")},
    {INTEGRATION_APPROVED_PRE, N_("It is approved; the permissions could not be given at once."),
     N_("The team gives the permissions.")},
    {INTEGRATION_PRE, N_("Each modality has a correct and recent test. The head of service is asked by e-mail."),
     N_("The integrator tests. What is missing of it stands below; the gateway's log is looked at each time.")},
    {INTEGRATION_APPROVAL_PRO, N_("Approving records the permissions of production, and tells the requester."),
     N_("It waits for the head of service, who decides here or by the link of the e-mail.")},
    {INTEGRATION_APPROVED_PRO, N_("It is approved; production could not be configured at once."),
     N_("The team gives the permissions.")},
};

static const char *sentence(struct call *c, enum integration_state s, bool acts)
{
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        if (sentences[i].state == s)
            return call_tr(c, acts ? sentences[i].act : sentences[i].wait);
    }
    return "";
}

static void next_open(struct integration_page *p, const char *words)
{
    struct html *h = &p->c->html;
    html_raw(h, "<section class=\"card next\" aria-labelledby=\"ara\"><h2 id=\"ara\">");
    html_text(h, call_tr(p->c, N_("Now")));
    html_raw(h, "</h2>");
    if (words[0] != '\0')
        html_element(h, "p", words);
}

static void next_close(struct integration_page *p)
{
    html_raw(&p->c->html, "</section>");
}

static void next_deed(struct integration_page *p, const struct deed *d, const char *words)
{
    struct call *c = p->c;
    const struct form f = deed_form(p, d->event);
    p->shown = d->event;
    next_open(p, words);
    write_preview(p, d->event);
    form_open(c, &f, NULL);
    deed_hidden(p, d->event);
    form_close(c, deed_words(c, d, p->v.integration.state), true);
    next_close(p);
}

static const struct integration_file *to_look_at(const struct onboard_view *v)
{
    for (size_t i = 0; i < v->file_count; i++) {
        const struct integration_file *f = &v->files[i];
        enum document_verdict verdict;
        if (!f->replaced && f->role != INTEGRATION_ROLE_OTHER && f->accepted == INSTANT_NONE &&
            document_verdict_find(str_of(f->verdict), &verdict) && verdict == DOCUMENT_REVIEW)
            return f;
    }
    return NULL;
}

/* The one that goes on from here; NULL: nothing can be done. */
static const struct deed *next_of(const struct integration_page *p)
{
    const struct integration_move *m;
    for (size_t i = 0; i < DEED_COUNT; i++) {
        if (deeds[i].forward && can(p, deeds[i].event, &m))
            return &deeds[i];
    }
    return NULL;
}

/* While documents come and are looked at: what of them is first. True when that is all that is said. */
static bool next_documents(struct integration_page *p)
{
    struct call *c = p->c;
    const struct integration_file *look = to_look_at(&p->v);
    const unsigned papers = INTEGRATION_BIT(FORM) | INTEGRATION_BIT(CDA);
    enum integration_state s = p->v.integration.state;
    if (p->by_link || !call_may(c, PERMISSION_INTEGRATE) || integration_next(s, INTEGRATION_EVENT_RECEIVE) == NULL)
        return false;
    if (integration_checks(p)) {
        next_open(
            p, call_tr(c, N_("The documents are being checked: signatures, chains, and whether they were revoked.")));
        integration_write_checking(p);
        next_close(p);
        return true;
    }
    if (look != NULL) {
        next_open(
            p, call_text(c, N_("%s has to be looked at by a person: what stands with it below says why."), look->name));
        integration_write_accept(p, look, true);
        next_close(p);
        return true;
    }
    if (s != INTEGRATION_DOCUMENTS && s != INTEGRATION_ASKED)
        return false;
    if ((p->v.ask & papers) == 0 &&
        (!p->v.facts.confirmed || !p->v.facts.contact || (!p->v.facts.only_cda && p->v.facts.addresses == 0))) {
        next_open(p, call_tr(c, N_("Confirm what was read from the documents, or correct it.")));
        integration_write_confirm(p);
        next_close(p);
        return true;
    }
    if (s == INTEGRATION_DOCUMENTS && (p->v.ask & papers) != 0 && !p->v.facts.contact) {
        next_open(p, call_tr(c, N_("Documents are missing, and there is nobody to write to: bring them below, or say "
                                   "who the contact is.")));
        next_close(p);
        return true;
    }
    return false;
}

void integration_write_next(struct integration_page *p)
{
    struct call *c = p->c;
    enum integration_state s = p->v.integration.state;
    if (next_documents(p))
        return;
    const struct deed *d = next_of(p);
    if (d != NULL) {
        const char *words =
            d->event == INTEGRATION_EVENT_RENEW
                ? call_tr(c, N_("A new CDA is verified. It takes the place of the old one, and the requester is told."))
            : s != INTEGRATION_DOCUMENTS ? sentence(c, s, true)
            : d->event == INTEGRATION_EVENT_FILE
                ? call_tr(c, N_("Everything is there and verified. What is filed is exactly these bytes."))
                : call_tr(c, N_("One message asks for exactly what is missing. Documents that are there already are "
                                "brought below."));
        next_deed(p, d, words);
    } else if (integration_state_open(s)) {
        next_open(p, s == INTEGRATION_DOCUMENTS
                         ? call_tr(c, N_("The team looks at the documents."))
                         : sentence(c, s, s == INTEGRATION_ASKED && call_may(c, PERMISSION_INTEGRATE)));
        next_close(p);
    }
}

/* ------------------------------------------------------------------ what else may be done */

/* Whether the requester is told: yes, unless one does not want so. */
static void write_offer(struct integration_page *p, bool again)
{
    struct html *h = &p->c->html;
    html_raw(h, "<p class=\"field check\"><label>");
    html_open(h, "input");
    html_attr(h, "type", "checkbox");
    html_attr(h, "name", "avisa");
    html_attr(h, "value", "si");
    if (!again || strcmp(call_field(p->c, "avisa"), "si") == 0)
        html_attr(h, "checked", NULL);
    html_raw(h, " ");
    html_text(h, call_tr(p->c, N_("Tell the requester, without the reason")));
    html_raw(h, "</label></p>");
}

void integration_write_deeds(struct integration_page *p)
{
    struct call *c = p->c;
    bool begun = false;
    for (size_t i = 0; i < DEED_COUNT; i++) {
        const struct integration_move *m;
        const struct deed *d = &deeds[i];
        if (d->event == p->shown || !can(p, d->event, &m))
            continue;
        if (!begun)
            html_raw(&c->html, "<div class=\"folds\">");
        begun = true;
        const struct form f = deed_form(p, d->event);
        bool reason = (m->checks & INTEGRATION_BIT(REASON)) != 0;
        bool offers = (m->effects >> INTEGRATION_EFFECT_OFFER & 1) != 0 && p->v.facts.contact;
        form_fold_open(c, &f, deed_words(c, d, p->v.integration.state), false);
        deed_hidden(p, d->event);
        if (d->forward || offers)
            write_preview(p, d->event);
        form_field(c, &f,
                   &(struct field){.name = "motiu",
                                   .label = reason ? N_("Why") : N_("Remark"),
                                   .type = "textarea",
                                   .optional = !reason,
                                   .most = LIMIT_NOTE_CHARS});
        if (offers)
            write_offer(p, f.refused != NULL);
        form_close(c, deed_words(c, d, p->v.integration.state), false);
        form_fold_close(c);
    }
    if (begun)
        html_raw(&c->html, "</div>");
}
