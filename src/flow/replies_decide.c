/* What a person decides of a mail: each one transaction, with its line in the audit trail. */
#include "flow/replies_decide.h"

#include "base/text.h"
#include "flow/cases.h"
#include "flow/change.h"
#include "record/audit.h"
#include "record/contact.h"
#include "record/message.h"

/* ------------------------------------------------------------------ small */

static bool mail_get(struct tx *tx, struct arena *a, int64_t id, struct incoming *ret, struct err *e)
{
    bool found;
    if (!incoming_get(tx, a, id, ret, &found, e))
        return false;
    return found ||
           err_set(e, ERR_UNKNOWN, N_("there is no mail %lld; `talaia reply list --all` shows them"), (long long)id);
}

static bool is_open(const struct incoming *m)
{
    return m->state == INCOMING_PROPOSED || m->state == INCOMING_QUEUE;
}

static bool must_be_open(const struct incoming *m, struct err *e)
{
    return is_open(m) ||
           err_set(e, ERR_STATE, N_("mail %lld is not to be decided: %s; `talaia reply undo` takes a decision back"),
                   (long long)m->id, tr(e->lang, incoming_state_words(m->state)));
}

static const char *kept_note(struct arena *a, const char *note, struct err *e)
{
    const char *clean = text_clean(a, str_of(note), true);
    if (!str_utf8_valid(str_of(note)))
        err_set(e, ERR_VALUE, N_("the text is not UTF-8"));
    else if (str_utf8_count(str_of(clean)) > LIMIT_NOTE_CHARS)
        err_set(e, ERR_VALUE, N_("the text has more than %d characters; shorten it"), LIMIT_NOTE_CHARS);
    else
        return clean;
    return NULL;
}

static const struct body *body_of(struct desk *d, struct tx *tx, int64_t id, struct err *e)
{
    struct bodies bodies;
    if (!bodies_load(tx, &d->arena, &d->files.profile, d->by.day, &bodies, e))
        return NULL;
    const struct body *b = bodies_by_id(&bodies, id);
    if (b == NULL)
        err_set(e, ERR_STATE, N_("nobody has said yet which body the mail is about: `talaia reply assign`"));
    return b;
}

static bool finish(struct desk *d, struct tx *tx, bool ok, const char *what, const struct incoming *m, const char *note,
                   struct err *e)
{
    struct arena a = {0};
    ok = ok &&
         audit_add(tx, &d->by, what, m->body_id,
                   arena_printf(&a, "%lld %s%s%s", (long long)m->id, m->email, note[0] == '\0' ? "" : ": ", note), e);
    ok = ok && tx_commit(tx, e);
    tx_rollback(tx);
    arena_release(&a);
    return ok;
}

/* ------------------------------------------------------------------ which certificates */

static bool names_kind(const char *named, enum cert_kind kind)
{
    return named[0] == '\0' || strstr(named, cert_kind_code(kind)) != NULL;
}

struct answerable {
    struct warning_case *cases;
    size_t count;
    bool covers[4][CERT_KINDS]; /* of each case */
    size_t certs;
};

/* What an answer of this mail would be about: certificates of its case, else of the body's only case. */
static bool answerable(struct desk *d, struct tx *tx, const struct body *b, const struct incoming *m,
                       const bool covers[CERT_KINDS], const char *named, struct answerable *ret, struct err *e)
{
    struct answerable x = {0};
    bool given = covers[CERT_CDS] || covers[CERT_CDA];
    if (!cases_of_body(d, tx, b, &x.cases, &x.count, e))
        return false;
    x.count = x.count > 4 ? 4 : x.count;
    for (size_t i = 0; i < x.count; i++) {
        const struct warning_case *c = &x.cases[i];
        bool mine = m->case_id != 0 ? c->id == m->case_id : given || x.count == 1;
        for (size_t k = 0; mine && k < c->count; k++) {
            const struct case_cert *cert = &c->certs[k];
            bool wanted = given ? covers[cert->kind] : names_kind(named, cert->kind);
            if (wanted && !cert->renewed && !cert->checked) {
                x.covers[i][cert->kind] = true;
                x.certs++;
            }
        }
    }
    *ret = x;
    return true;
}

bool reply_confirm_possible(struct desk *d, struct tx *tx, const struct incoming *m, bool *ret, struct err *e)
{
    static const bool none[CERT_KINDS] = {0};
    struct answerable x;
    const struct body *b = body_of(d, tx, m->body_id, e);
    if (b == NULL || !answerable(d, tx, b, m, none, "", &x, e))
        return false;
    *ret = x.certs > 0;
    return true;
}

/* Nothing of the case is left to be warned about: what waits to be sent is not sent any more, and has told nothing. */
static bool cancel_waiting(struct desk *d, struct tx *tx, struct arena *a, int64_t case_id, struct err *e)
{
    const int64_t *ids;
    size_t count;
    const char *why = tr(d->files.profile.language, N_("The body has answered."));
    if (!messages_cancel(tx, &d->by, ACTOR_PERSON, case_id, why, a, &ids, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!thresholds_release(tx, ids[i], NULL, e))
            return false;
    }
    return true;
}

static bool answer_case(struct desk *d, struct tx *tx, struct arena *a, const struct body *b, struct warning_case *c,
                        const bool covers[CERT_KINDS], const struct incoming *m, int64_t *ret_case_id, struct err *e)
{
    bool live = false;
    if (!case_ensure(tx, &d->by, b->id, c, ret_case_id, e))
        return false;
    for (size_t k = 0; k < c->count; k++) {
        const struct case_cert *cert = &c->certs[k];
        live = live || (!covers[cert->kind] && !cert->renewed && !cert->checked && !cert->answered);
        if (!covers[cert->kind])
            continue;
        const char *line =
            arena_printf(a, tr(d->files.profile.language, stage_line(STAGE_ANSWERED)), cert_kind_code(cert->kind));
        if (!renewal_answer(tx, &d->by, b->id, cert->kind, cert->expires, m->words[0] == '\0' ? m->subject : m->words,
                            e) ||
            !case_add_line(d, tx, *ret_case_id, d->by.day, line, e))
            return false;
    }
    return live || cancel_waiting(d, tx, a, *ret_case_id, e);
}

bool reply_confirm_in(struct desk *d, struct tx *tx, struct arena *a, struct incoming *m, const bool covers[CERT_KINDS],
                      const char *named, const char *note, struct err *e)
{
    struct answerable x;
    bool all[CERT_KINDS] = {0};
    const struct body *b = body_of(d, tx, m->body_id, e);
    if (b == NULL || !answerable(d, tx, b, m, covers, named, &x, e))
        return false;
    if (x.certs == 0)
        return err_set(e, ERR_STATE,
                       N_("%s has no certificate left that mail %lld could answer for; name them with --certificates, "
                          "or `talaia reply dismiss`"),
                       b->name, (long long)m->id);
    for (size_t i = 0; i < x.count; i++) {
        int64_t case_id;
        if (!x.covers[i][CERT_CDS] && !x.covers[i][CERT_CDA])
            continue;
        if (!answer_case(d, tx, a, b, &x.cases[i], x.covers[i], m, &case_id, e))
            return false;
        struct incoming of = *m;
        of.case_id = case_id;
        if (!m->noted && !reply_note(d, tx, a, &of, e))
            return false;
        if (note[0] != '\0' && (!case_add_line(d, tx, case_id, d->by.day, note, e) ||
                                !ticket_job_add(tx, &d->by, case_id, TICKET_JOB_COMMENT, note, e)))
            return false;
        for (int k = 0; k < CERT_KINDS; k++)
            all[k] = all[k] || x.covers[i][k];
    }
    memcpy(m->covers, all, sizeof all);
    m->note = note;
    return incoming_move(tx, &d->by, m, INCOMING_CONFIRMED, all, note, e);
}

bool reply_confirm(struct desk *d, struct arena *a, int64_t id, const bool covers[CERT_KINDS], const char *note,
                   struct incoming *ret, struct err *e)
{
    struct tx tx = {0};
    struct incoming m = {0};
    struct message sent;
    bool found = false;
    const char *text = kept_note(a, note, e);
    if (text == NULL || !tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok = mail_get(&tx, a, id, &m, e) && must_be_open(&m, e) &&
              (m.outbox_id == 0 || message_get(&tx, a, m.outbox_id, &sent, &found, e)) &&
              reply_confirm_in(d, &tx, a, &m, covers, found ? sent.certificates : "", text, e);
    if (!finish(d, &tx, ok, "reply-confirm", &m, text, e))
        return false;
    *ret = m;
    return true;
}

/* ------------------------------------------------------------------ the others */

/* The addresses of a report: "joan@berga.example: 5.1.1 …" in each line of its detail. */
static bool contacts_back(struct tx *tx, struct arena *a, const struct incoming *m, struct err *e)
{
    struct str rest = str_of(m->detail), line;
    while (rest.n > 0 && str_split(&rest, '\n', &line)) {
        int64_t count;
        const char *email = arena_text(a, str_part(line.p, str_find(line, ':')));
        if (!contact_unbounce(tx, email, &count, e))
            return false;
    }
    return true;
}

bool reply_dismiss(struct desk *d, struct arena *a, int64_t id, const char *note, struct incoming *ret, struct err *e)
{
    static const bool none[CERT_KINDS] = {0};
    struct tx tx = {0};
    struct incoming m = {0};
    const char *text = kept_note(a, note, e);
    if (text == NULL || !tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok = mail_get(&tx, a, id, &m, e);
    bool report = m.kind == REPLY_BOUNCE || m.kind == REPLY_UNDELIVERED;
    ok = ok && ((report && m.state == INCOMING_NONE) || must_be_open(&m, e)) &&
         (!report || contacts_back(&tx, a, &m, e)) && incoming_move(&tx, &d->by, &m, INCOMING_DISMISSED, none, text, e);
    if (!finish(d, &tx, ok, "reply-dismiss", &m, text, e))
        return false;
    m.note = text;
    *ret = m;
    return true;
}

/* The case that a person means by a body: its only open one that the record has; 0 when it has none or several. */
static bool only_case(struct desk *d, struct tx *tx, const struct body *b, int64_t *ret, struct err *e)
{
    struct warning_case *cases;
    size_t count, known = 0;
    *ret = 0;
    if (!cases_of_body(d, tx, b, &cases, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (cases[i].id != 0 && !cases[i].closed) {
            known++;
            *ret = cases[i].id;
        }
    }
    *ret = known == 1 ? *ret : 0;
    return true;
}

static bool find_target(struct desk *d, struct tx *tx, const char *body, const char *ticket, int64_t *ret_body,
                        int64_t *ret_case, struct err *e)
{
    if (ticket[0] != '\0') {
        struct case_brief c;
        bool found;
        if (!case_by_ticket(tx, ticket, &c, &found, e))
            return false;
        if (!found)
            return err_set(e, ERR_UNKNOWN, N_("no renewal has the ticket %s"), ticket);
        *ret_body = c.body_id;
        *ret_case = c.id;
        return true;
    }
    struct bodies bodies;
    const struct body *b;
    if (!bodies_load(tx, &d->arena, &d->files.profile, d->by.day, &bodies, e) || !bodies_find(&bodies, body, &b, e) ||
        !only_case(d, tx, b, ret_case, e))
        return false;
    *ret_body = b->id;
    return true;
}

bool reply_assign(struct desk *d, struct arena *a, int64_t id, const char *body, const char *ticket,
                  struct incoming *ret, struct err *e)
{
    struct tx tx = {0};
    struct incoming m = {0};
    int64_t body_id = 0, case_id = 0;
    if (!tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok = mail_get(&tx, a, id, &m, e);
    if (ok && m.state == INCOMING_CONFIRMED)
        ok = must_be_open(&m, e);
    ok = ok && find_target(d, &tx, body, ticket, &body_id, &case_id, e) &&
         incoming_assign(&tx, &d->by, &m, body_id, case_id, e);
    if (!finish(d, &tx, ok, "reply-assign", &m, ticket, e))
        return false;
    *ret = m;
    return true;
}

static bool take_back(struct desk *d, struct tx *tx, struct arena *a, const struct incoming *m, const char *why,
                      struct err *e)
{
    struct renewals renewals;
    int64_t noted = 0;
    const char *line = why[0] != '\0' ? why : tr(d->files.profile.language, N_("The answer was noted by mistake."));
    if (!tx_lock(tx, "renewal", e) || !renewals_load(tx, a, m->body_id, d->by.day, &renewals, e))
        return false;
    for (size_t i = 0; i < renewals.count; i++) {
        const struct renewal *r = &renewals.items[i];
        int64_t undone = 0;
        if (!m->covers[r->kind] || r->answered == DAY_NONE || r->of->closed != DAY_NONE ||
            (m->case_id != 0 && r->case_id != m->case_id))
            continue;
        if (!renewal_unreach(tx, &d->by, r->id, STAGE_ANSWERED, NULL, line, &undone, e))
            return false;
        if (undone > 0 && r->case_id != noted &&
            (!case_add_line(d, tx, r->case_id, d->by.day, line, e) ||
             !ticket_job_add(tx, &d->by, r->case_id, TICKET_JOB_COMMENT, line, e)))
            return false;
        noted = r->case_id;
    }
    return true;
}

bool reply_undo(struct desk *d, struct arena *a, int64_t id, const char *note, struct incoming *ret, struct err *e)
{
    static const bool none[CERT_KINDS] = {0};
    struct tx tx = {0};
    struct incoming m = {0};
    const char *text = kept_note(a, note, e);
    if (text == NULL || !tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok = mail_get(&tx, a, id, &m, e);
    if (ok && m.state != INCOMING_CONFIRMED && m.state != INCOMING_DISMISSED)
        ok = err_set(e, ERR_STATE, N_("nothing has been decided of mail %lld: there is nothing to take back"),
                     (long long)id);
    ok = ok && (m.state != INCOMING_CONFIRMED || take_back(d, &tx, a, &m, text, e)) &&
         incoming_move(&tx, &d->by, &m, m.body_id != 0 ? INCOMING_PROPOSED : INCOMING_QUEUE, none, text, e);
    if (!finish(d, &tx, ok, "reply-undo", &m, text, e))
        return false;
    *ret = m;
    return true;
}
