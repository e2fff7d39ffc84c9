/* What happens to an integration (core/integration.h's table), and how it is looked at. Not here: intake and documents
 * (onboard_intake.c), letters, filing, permissions, tests, links: a file each. */
#include "flow/onboard.h"

#include "base/text.h"
#include "core/identity.h"
#include "core/name.h"
#include "flow/account.h"
#include "flow/onboard_run.h"
#include "flow/wake.h"
#include "record/audit.h"

/* ------------------------------------------------------------------ what is known */

static enum integration_document_state document_state(const struct integration_file *f, instant_t now)
{
    enum document_verdict v = DOCUMENT_INVALID;
    if (f == NULL)
        return INTEGRATION_DOCUMENT_NONE;
    (void)document_verdict_find(str_of(f->verdict), &v);
    if (v == DOCUMENT_INVALID || (f->not_after != INSTANT_NONE && f->not_after < now))
        return INTEGRATION_DOCUMENT_BAD;
    return v == DOCUMENT_VALID || f->accepted != INSTANT_NONE ? INTEGRATION_DOCUMENT_GOOD : INTEGRATION_DOCUMENT_REVIEW;
}

const struct integration_file *onboarding_file(const struct onboarding *o, enum integration_role role)
{
    for (size_t i = o->file_count; i > 0; i--) {
        if (o->files[i - 1].role == role && !o->files[i - 1].replaced)
            return &o->files[i - 1];
    }
    return NULL;
}

static size_t words_in(const char *text)
{
    struct str rest = str_of(text), word;
    size_t count = 0;
    while (rest.n > 0 && str_split(&rest, ' ', &word))
        count += word.n > 0;
    return count;
}

static void judge(struct onboarding *o)
{
    const struct integration *x = &o->x;
    const struct integration_file *cda = onboarding_file(o, INTEGRATION_ROLE_CDA);
    struct integration_facts f = {
        .body = x->ine10[0] != '\0',
        .contact = email_ok(str_of(x->email)),
        .only_cda = x->only_cda,
        .form = document_state(onboarding_file(o, INTEGRATION_ROLE_FORM), o->desk->by.at),
        .cda = document_state(cda, o->desk->by.at),
        .next = document_state(onboarding_file(o, INTEGRATION_ROLE_NEXT), o->desk->by.at),
        .addresses = words_in(x->addresses),
        .confirmed = x->confirmed != INSTANT_NONE,
        .filed = x->folder[0] != '\0' && x->filed != INSTANT_NONE,
        .reason = o->reason[0] != '\0',
    };
    for (size_t i = 0; i < o->file_count; i++) {
        const struct integration_file *file = &o->files[i];
        bool counts = file->role == INTEGRATION_ROLE_FORM || file->role == INTEGRATION_ROLE_CDA;
        if (!file->replaced && counts && file->at > x->filed)
            f.filed = false;
    }
    o->facts = f;
}

bool onboarding_load(struct onboarding *o, int64_t id, struct err *e)
{
    bool found = false;
    if (!integration_get(o->tx, o->arena, id, &o->x, &found, e))
        return false;
    if (!found)
        return err_set(e, ERR_UNKNOWN, N_("there is no integration %lld"), (long long)id);
    if (!integration_files_load(o->tx, o->arena, id, &o->files, &o->file_count, e))
        return false;
    if (o->reason == NULL)
        o->reason = "";
    judge(o);
    return true;
}

const char *onboarding_lacks(struct arena *a, enum lang lang, unsigned bits)
{
    const char *list = "";
    for (int c = 0; c < INTEGRATION_CHECK_COUNT; c++) {
        if ((bits >> c & 1) != 0)
            list = arena_printf(a, "%s%s%s", list, list[0] == '\0' ? "" : "; ",
                                tr(lang, integration_check_words((enum integration_check)c)));
    }
    return list;
}

/* ------------------------------------------------------------------ who may */

/* By the account's role; without an account it is whoever works at the machine, as with every command. */
static bool may(struct desk *d, const struct integration_move *m, bool head, struct err *e)
{
    struct account_whole w;
    struct err none = {.lang = e->lang};
    if (head)
        return true;
    if (!account_look(d, 0, d->by.who, &w, &none))
        return none.code == ERR_UNKNOWN || err_set(e, none.code, "%s", none.text);
    if (w.account.disabled == INSTANT_NONE && integration_may(m, w.account.role))
        return true;
    return err_set(e, ERR_STATE, N_("the account %s is %s, who may not do that: %s"), w.account.name,
                   tr(d->lang, role_words(w.account.role)), tr(d->lang, integration_event_words(m->event)));
}

static const struct integration_move *move_of(struct onboarding *o, enum integration_event v, struct err *e)
{
    const struct integration_move *m = integration_next(o->x.state, v);
    if (m == NULL)
        (void)err_set(e, ERR_STATE, N_("%s (%s) is in the state \"%s\", in which this cannot be: %s"), o->x.fp,
                      o->x.name, tr(o->desk->lang, integration_state_words(o->x.state)),
                      tr(o->desk->lang, integration_event_words(v)));
    return m;
}

/* ------------------------------------------------------------------ following */

void onboarding_enter(struct onboarding *o, const struct integration_move *m)
{
    struct integration *x = &o->x;
    if (m->to != x->state) {
        x->since_day = o->desk->by.day;
        x->since = o->desk->by.at;
    }
    x->state = m->to;
    if (m->event == INTEGRATION_EVENT_ASK || m->event == INTEGRATION_EVENT_REMIND) {
        x->asked = o->desk->by.day;
        x->reminders = m->event == INTEGRATION_EVENT_ASK ? 0 : x->reminders + 1;
    }
    if (m->from == INTEGRATION_UNLISTED && m->event == INTEGRATION_EVENT_APPROVE)
        x->standing = INTEGRATION_STANDING_ADMITTED;
}

/* What the ticket reads: in the profile's language, with the new state. */
static const char *ticket_line(struct onboarding *o, const struct integration_move *m)
{
    enum lang lang = o->desk->files.profile.language;
    return arena_printf(o->arena, "%s → %s%s%s", tr(lang, integration_event_words(m->event)),
                        tr(lang, integration_state_words(m->to)), o->reason[0] == '\0' ? "" : "\n\n", o->reason);
}

static bool offers(const struct integration_move *m)
{
    return (m->effects >> INTEGRATION_EFFECT_OFFER & 1) != 0;
}

bool onboarding_tell(struct onboarding *o, const struct integration_move *m, struct err *e)
{
    const struct desk *d = o->desk;
    unsigned effects = m->effects;
    const struct {
        enum integration_effect effect;
        enum ticket_job_what what;
    } jobs[] = {
        {INTEGRATION_EFFECT_TICKET, TICKET_JOB_COMMENT},
        {INTEGRATION_EFFECT_CLOSE, TICKET_JOB_CLOSE},
        {INTEGRATION_EFFECT_OPEN, TICKET_JOB_REOPEN},
    };
    if (((effects >> INTEGRATION_EFFECT_MESSAGE & 1) != 0 || (o->tell && offers(m))) && !onboard_letter_plan(o, m, e))
        return false;
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++) {
        if ((effects >> jobs[i].effect & 1) == 0)
            continue;
        const char *text = jobs[i].what == TICKET_JOB_COMMENT ? ticket_line(o, m) : "";
        if (!ticket_job_add_integration(o->tx, &d->by, o->x.id, jobs[i].what, text, e))
            return false;
    }
    return true;
}

bool onboarding_note(struct onboarding *o, const char *event, const char *detail, struct err *e)
{
    const struct integration *x = &o->x;
    return integration_step_add(o->tx, &o->desk->by, x->id, event, x->state, detail, e) &&
           audit_add(o->tx, &o->desk->by, arena_printf(o->arena, "integration-%s", event), x->body_id,
                     arena_printf(o->arena, "%s %s%s%s", x->fp, x->name, detail[0] == '\0' ? "" : ": ", detail), e);
}

/* ------------------------------------------------------------------ a deed */

static bool is_lookup(enum integration_event v)
{
    return v == INTEGRATION_EVENT_ELIGIBLE || v == INTEGRATION_EVENT_DEPEND || v == INTEGRATION_EVENT_UNLIST;
}

/* Whether the body has another integration that goes on or is in force. */
static bool is_integrated(struct onboarding *o, bool *ret, struct err *e)
{
    struct integration *all;
    size_t count;
    const unsigned in =
        1u << INTEGRATION_PRE | 1u << INTEGRATION_APPROVAL_PRO | 1u << INTEGRATION_APPROVED_PRO | 1u << INTEGRATION_PRO;
    if (!integrations_load(o->tx, o->arena, in, &all, &count, e))
        return false;
    *ret = false;
    for (size_t i = 0; i < count; i++)
        *ret = *ret || (all[i].id != o->x.id && strcmp(all[i].ine10, o->x.ine10) == 0);
    return true;
}

/* Its line of the list that is in force: by INE10 where the list has it, else by name. */
static bool find_line(struct onboarding *o, const struct eligible **ret, size_t *ret_count, struct err *e)
{
    struct eligible *list;
    const char *key = name_key(o->arena, str_of(o->x.name));
    if (!eligible_load(o->tx, o->arena, o->desk->by.day, &list, ret_count, e))
        return false;
    *ret = NULL;
    for (size_t i = 0; i < *ret_count; i++) {
        bool same_code = list[i].ine10[0] != '\0' && strcmp(list[i].ine10, o->x.ine10) == 0;
        if (same_code || (*ret == NULL && strcmp(list[i].name_key, key) == 0))
            *ret = &list[i];
    }
    return true;
}

bool onboarding_standing(struct onboarding *o, bool *ret_known, struct err *e)
{
    const struct eligible *line;
    size_t count;
    bool integrated;
    struct integration *x = &o->x;
    if (!find_line(o, &line, &count, e) || !is_integrated(o, &integrated, e))
        return false;
    *ret_known = count > 0;
    x->through = line == NULL ? "" : line->through;
    if (line != NULL && x->nif[0] == '\0')
        x->nif = line->nif;
    x->standing = integration_standing_of(line != NULL, x->through, integrated);
    return true;
}

/* Looks the eligibility up: the event that follows. */
static bool look_up(struct onboarding *o, enum integration_event *ret, struct err *e)
{
    bool known;
    struct integration *x = &o->x;
    if (!onboarding_standing(o, &known, e))
        return false;
    if (!known)
        return err_set(e, ERR_STATE,
                       N_("no list of bodies that may integrate is in force: bring it in with `talaia import LIST` "
                          "(columns Nom and ABSS), then `talaia integration check %s`"),
                       x->fp);
    x->only_cda = x->standing == INTEGRATION_STANDING_INTEGRATED;
    *ret = integration_standing_event(x->standing);
    judge(o);
    return true;
}

/* What must be done outside of the transaction, because it writes elsewhere; it may be repeated. */
static bool do_outside(struct onboarding *o, const struct integration_move *m, struct err *e)
{
    if ((m->checks & INTEGRATION_BIT(FILED)) != 0) {
        const char *problem = onboard_place_problem(o);
        if (problem[0] != '\0')
            return err_set(e, ERR_STATE, "%s", problem);
    }
    return ((m->effects >> INTEGRATION_EFFECT_PLACE & 1) == 0 || onboard_place(o, e)) &&
           ((m->effects >> INTEGRATION_EFFECT_PERMIT_PRE & 1) == 0 || onboard_permit_pre(o, e)) &&
           ((m->effects >> INTEGRATION_EFFECT_EXCHANGE & 1) == 0 || onboard_exchange(o, e)) &&
           ((m->effects >> INTEGRATION_EFFECT_TAKE & 1) == 0 || onboard_take(o, e));
}

static bool check(struct onboarding *o, const struct integration_move *m, bool head, struct err *e)
{
    unsigned lacks = integration_lacks(m, &o->facts);
    if (!may(o->desk, m, head, e))
        return false;
    if (o->tell && offers(m) && !o->facts.contact)
        lacks |= INTEGRATION_BIT(CONTACT);
    if (lacks == INTEGRATION_BIT(REASON))
        return err_set(e, ERR_USAGE, N_("say why: add --reason \"…\""));
    return lacks == 0 || err_set(e, ERR_STATE, N_("%s (%s): this is missing: %s"), o->x.fp, o->x.name,
                                 onboarding_lacks(o->arena, o->desk->lang, lacks));
}

/* Reads it and finds the row of the table; without a transaction afterwards. */
static bool prepare(struct onboarding *o, const struct onboard_deed *w, const struct integration_move **ret,
                    struct err *e)
{
    struct tx tx = {0};
    enum integration_event v = w->event;
    o->tx = &tx;
    bool ok = tx_begin(o->desk->store, TX_READ, &tx, e) && onboarding_load(o, w->id, e);
    ok = ok && onboard_as_seen(o, w->expect, e);
    ok = ok && (!is_lookup(v) || o->x.state != INTEGRATION_INTAKE || look_up(o, &v, e));
    if (ok && o->x.state == INTEGRATION_PRE && v == INTEGRATION_EVENT_REQUEST) {
        ok = onboard_tests_load(o, e);
        o->facts.homologated = ok && o->tests.complete;
    }
    ok = ok && onboard_cda_load(o, e);
    tx_rollback(&tx);
    o->tx = NULL;
    *ret = ok ? move_of(o, v, e) : NULL;
    return *ret != NULL && check(o, *ret, w->head, e) && onboard_cda_ready(o, v, e);
}

/* A new CDA that waited takes nobody's place any more. */
static bool drop_next(struct onboarding *o, struct err *e)
{
    const struct integration_file *f = onboarding_file(o, INTEGRATION_ROLE_NEXT);
    return f == NULL || integration_file_replace(o->tx, f->id, e);
}

static bool move_once(struct desk *d, const struct onboard_deed *w, struct integration *ret, struct err *e)
{
    const struct integration_move *m;
    struct tx tx = {0};
    struct onboarding o = {.desk = d, .arena = &d->arena, .tell = w->tell};
    const char *given = w->reason == NULL ? "" : w->reason;
    if (!str_utf8_valid(str_of(given)) || str_utf8_count(str_of(given)) > LIMIT_NOTE_CHARS)
        return err_set(e, ERR_VALUE, N_("the text has more than %d characters; shorten it"), LIMIT_NOTE_CHARS);
    o.reason = text_clean(&d->arena, str_of(given), true);
    if (!prepare(&o, w, &m, e) || !do_outside(&o, m, e))
        return false;
    bool tests = m->from == INTEGRATION_PRE && m->event == INTEGRATION_EVENT_REQUEST;
    o.tx = &tx;
    onboarding_enter(&o, m);
    /* Whoever changed it since it was read has won: integration_put compares the version. */
    bool ok = tx_begin(d->store, TX_WRITE, &tx, e) && tx_lock(&tx, "integration", e) && integration_put(&tx, &o.x, e) &&
              (!tests || onboard_tests_keep(&o, e)) &&
              ((m->effects >> INTEGRATION_EFFECT_PERMIT_PRO & 1) == 0 || onboard_permit_pro(&o, e)) &&
              ((m->effects >> INTEGRATION_EFFECT_TAKE & 1) == 0 ||
               (integration_production_revoke(&tx, &d->by, o.x.id, o.reason, e) && drop_next(&o, e))) &&
              onboard_cda_keep(&o, m->event, e) && onboarding_tell(&o, m, e) &&
              onboarding_note(&o, integration_event_code(m->event), o.reason, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    if (ok) {
        *ret = o.x;
        if (m->message[0] != '\0')
            wake_mailer(d);
    }
    return ok;
}

bool onboard_move(struct desk *d, const struct onboard_deed *w, struct integration *ret, struct err *e)
{
    struct integration x;
    if (!move_once(d, w, &x, e))
        return false;
    *ret = x;
    if (w->event != INTEGRATION_EVENT_APPROVE ||
        (x.state != INTEGRATION_APPROVED_PRE && x.state != INTEGRATION_APPROVED_PRO))
        return true;
    /* The approval stands whatever becomes of this; it can be repeated. */
    const struct onboard_deed configure = {.id = w->id, .event = INTEGRATION_EVENT_CONFIGURE, .head = w->head};
    if (move_once(d, &configure, &x, e)) {
        *ret = x;
        return true;
    }
    err_where(e, "%s", tr(d->lang, N_("approved, but not configured yet")));
    return false;
}

bool onboard_remind(struct desk *d, size_t *ret_count, struct err *e)
{
    struct integration *list;
    size_t count, sent = 0;
    const struct profile *p = &d->files.profile;
    if (!onboard_list(d, &d->arena, 1u << INTEGRATION_ASKED, &list, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct integration *x = &list[i];
        const struct onboard_deed w = {.id = x->id, .event = INTEGRATION_EVENT_REMIND, .expect = x->version};
        struct integration after;
        struct err why = {.lang = e->lang};
        if (!integration_remind(x->asked, (size_t)x->reminders, p->reminder_days, p->reminder_count,
                                (size_t)p->reminder_most, d->by.day))
            continue;
        if (onboard_move(d, &w, &after, &why))
            sent++;
        else if (why.code != ERR_STATE) { /* answered at this very moment, say: it is looked at again */
            *e = why;
            return false;
        }
    }
    *ret_count = sent;
    return true;
}
