/* What evidence there is, and what follows from it. The decision itself is in src/core/evidence.c. */
#include "flow/evidence.h"

#include "base/buf.h"
#include "record/action.h"
#include "record/audit.h"
#include "record/message.h"

#define SOURCE_EVIDENCE "evidence" /* of an action that nobody typed */

bool evidence_book_load(struct tx *tx, struct arena *a, int64_t body_id, struct evidence_book *ret, struct err *e)
{
    struct evidence_book book = {0};
    if (!observations_last(tx, a, body_id, &book.seen, &book.seen_count, e) ||
        !watches_load(tx, a, body_id, &book.watches, &book.watch_count, e) ||
        !given_certificates_load(tx, a, body_id, &book.given, &book.given_count, e))
        return false;
    *ret = book;
    return true;
}

/* The place of the first item of that body in a list that is by body. */
#define FIRST_OF_BODY(ret, items, count, wanted)                                                                       \
    do {                                                                                                               \
        size_t low_ = 0, high_ = (count);                                                                              \
        while (low_ < high_) {                                                                                         \
            size_t middle_ = (low_ + high_) / 2;                                                                       \
            if ((items)[middle_].body_id < (wanted))                                                                   \
                low_ = middle_ + 1;                                                                                    \
            else                                                                                                       \
                high_ = middle_;                                                                                       \
        }                                                                                                              \
        (ret) = low_;                                                                                                  \
    } while (0)

static const struct watch_record *watch_of(const struct evidence_book *book, int64_t body_id)
{
    size_t at;
    FIRST_OF_BODY(at, book->watches, book->watch_count, body_id);
    return at < book->watch_count && book->watches[at].body_id == body_id ? &book->watches[at] : NULL;
}

static enum evidence_seen seen_on_wire(const struct evidence_book *book, const struct body *b,
                                       const struct case_cert *c, const struct watch_record *w, day_t *ret_seen)
{
    struct seen_address addresses[LIMIT_PROBE_ADDRESSES] = {0};
    size_t count = 0;
    /* A person said that what we see of it is not to be trusted, or nobody watches it. */
    if (w == NULL || b->mark_reason != NULL || b->excluded != NULL)
        return SEEN_NOTHING;
    size_t at;
    FIRST_OF_BODY(at, book->seen, book->seen_count, b->id);
    while (at < book->seen_count && book->seen[at].body_id == b->id && count < LIMIT_PROBE_ADDRESSES)
        addresses[count++] = observation_seen(&book->seen[at++]);
    enum evidence_seen seen = evidence_served(addresses, count, c->expires, c->declared, w->reconciliation);
    for (size_t i = 0; i < count && seen != SEEN_NOTHING && seen != SEEN_OLD; i++) {
        if (addresses[i].not_after != DAY_NONE && addresses[i].not_after > c->expires)
            *ret_seen = addresses[i].not_after;
    }
    return seen;
}

static enum evidence_seen seen_in_hand(const struct evidence_book *book, const struct body *b,
                                       const struct case_cert *c, day_t *ret_seen)
{
    size_t at;
    FIRST_OF_BODY(at, book->given, book->given_count, b->id);
    for (; at < book->given_count && book->given[at].body_id == b->id; at++) {
        const struct given_certificate *g = &book->given[at];
        if (g->kind != c->kind)
            continue;
        enum evidence_seen seen = evidence_given(g->not_after, c->expires, c->declared);
        if (seen != SEEN_NOTHING)
            *ret_seen = g->not_after;
        return seen;
    }
    return SEEN_NOTHING;
}

enum evidence_outcome evidence_of(const struct evidence_book *book, const struct body *b, const struct case_cert *c,
                                  day_t *ret_seen)
{
    const struct watch_record *w = watch_of(book, b->id);
    day_t seen = DAY_NONE;
    struct evidence x = {
        .registry = evidence_registry(c->expires, c->renewed ? c->declared : c->expires),
        .seen = c->kind == CERT_CDS ? seen_on_wire(book, b, c, w, &seen) : seen_in_hand(book, b, c, &seen),
        .service = evidence_service(w == NULL ? NULL : &w->watch),
        .confirmed = c->checked,
    };
    if (ret_seen != NULL)
        *ret_seen = seen;
    return evidence_decide(&x);
}

/* ------------------------------------------------------------------ what follows */

struct following {
    struct desk *desk;
    struct tx *tx;
    struct arena *arena;
    const struct evidence_book *book;
    const struct body *body;
    struct warning_case *wcase;
    bool followed;
    struct err *e;
};

static enum lang words_lang(const struct following *f)
{
    return f->desk->files.profile.language;
}

static bool add_line(struct following *f, const char *line)
{
    return case_add_line(f->desk, f->tx, f->wcase->id, f->desk->by.day, line, f->e);
}

static bool tell_ticket(struct following *f, enum ticket_job_what what, const char *text)
{
    return f->wcase->ticket == NULL || ticket_job_add(f->tx, &f->desk->by, f->wcase->id, what, text, f->e);
}

/* *ret_count: how many were cancelled. */
static bool cancel_idle(struct desk *d, struct tx *tx, const struct warning_case *c, const char *reason,
                        size_t *ret_count, struct err *e)
{
    const int64_t *ids;
    size_t count = 0;
    *ret_count = 0;
    for (size_t i = 0; i < c->count; i++) {
        if (!c->certs[i].renewed && !c->certs[i].answered)
            return true;
    }
    if (!messages_cancel(tx, &d->by, ACTOR_SCHEDULER, c->id, reason, &d->arena, &ids, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!thresholds_release(tx, ids[i], NULL, e))
            return false;
    }
    *ret_count = count;
    return true;
}

/* The registry went back to the date that was taken for renewed: what was concluded from the new one falls. */
static bool take_back(struct following *f, struct case_cert *c)
{
    char day[DAY_TEXT_BYTES];
    bool checked = (c->stages >> STAGE_CHECKED & 1) != 0 && !c->checked;
    bool updated = (c->stages >> STAGE_REGISTRY & 1) != 0 && !c->renewed;
    int64_t count = 0, more = 0;
    if (!checked && !updated)
        return true;
    const char *line = arena_printf(f->arena, tr(words_lang(f), N_("%s: the registry has its old date again, %s.")),
                                    cert_kind_code(c->kind), day_dmy(c->expires, day));
    if ((checked &&
         !renewal_unreach(f->tx, &f->desk->by, c->renewal_id, STAGE_CHECKED, RENEWAL_SEEN, line, &count, f->e)) ||
        (updated &&
         !renewal_unreach(f->tx, &f->desk->by, c->renewal_id, STAGE_REGISTRY, RENEWAL_SEEN, line, &more, f->e)))
        return false;
    return count + more == 0 || (add_line(f, line) && tell_ticket(f, TICKET_JOB_COMMENT, line));
}

const char *evidence_stage_text(struct arena *a, enum lang lang, enum cert_kind kind, enum stage stage, day_t seen)
{
    char day[DAY_TEXT_BYTES];
    const char *format =
        stage == STAGE_REGISTRY ? N_("%s: the registry has the new date, %s.")
        : kind == CERT_CDS
            ? N_("%s renewed and checked: the new certificate, valid until %s, is served and the service answers.")
            : N_("%s renewed and checked: the new certificate, valid until %s, was handed in, the registry has it and "
                 "the service answers.");
    return arena_printf(a, tr(lang, format), cert_kind_code(kind), day_dmy(seen, day));
}

/* A stage that nobody noted: the note is the new certificate's date, so that it can be told in any language. */
static bool reach(struct following *f, const struct case_cert *c, enum stage stage, day_t seen)
{
    char day[DAY_TEXT_BYTES];
    return renewal_reach(f->tx, &f->desk->by, c->renewal_id, stage, f->desk->by.day, day_iso(seen, day), RENEWAL_SEEN,
                         f->e) &&
           add_line(f, evidence_stage_text(f->arena, words_lang(f), c->kind, stage, seen));
}

static bool follow_certificate(struct following *f, struct case_cert *c)
{
    day_t seen;
    bool is_new = false;
    if (!take_back(f, c))
        return false;
    if (c->checked || c->renewal_id == 0)
        return true;
    enum evidence_outcome outcome = evidence_of(f->book, f->body, c, &seen);
    bool updated = c->renewed && evidence_registry(c->expires, c->declared) == REGISTRY_NEW;
    if (updated && f->followed && (c->stages >> STAGE_REGISTRY & 1) == 0 && !reach(f, c, STAGE_REGISTRY, c->declared))
        return false;
    if (outcome == EVIDENCE_CHECKED) {
        c->checked = c->renewed = true;
        return reach(f, c, STAGE_CHECKED, seen);
    }
    if (outcome == EVIDENCE_WAITING)
        return true;
    if (!evidence_note(f->tx, &f->desk->by, c->renewal_id, evidence_code(outcome), &is_new, f->e))
        return false;
    return !is_new || add_line(f, arena_printf(f->arena, "%s: %s.", cert_kind_code(c->kind),
                                               tr(words_lang(f), evidence_sentence(outcome))));
}

/* "CDS until 20/11/2028, CDA (confirmed: the secretary called)" */
static const char *what_was_renewed(struct following *f)
{
    struct buf to = BUF_INIT(LIMIT_NOTE_CHARS);
    struct stage_line *stages;
    size_t count = 0;
    if (!stages_load(f->tx, f->arena, f->wcase->id, &stages, &count, f->e))
        return NULL;
    for (size_t i = 0; i < f->wcase->count; i++) {
        const struct case_cert *c = &f->wcase->certs[i];
        char day[DAY_TEXT_BYTES];
        const char *word = NULL;
        for (size_t k = 0; k < count; k++) {
            if (stages[k].renewal_id == c->renewal_id && stages[k].stage == STAGE_CHECKED &&
                stages[k].source[0] == '\0' && stages[k].undone == DAY_NONE)
                word = stages[k].note;
        }
        buf_add_text(&to, to.n > 0 ? ", " : "");
        if (evidence_registry(c->expires, c->declared) == REGISTRY_NEW)
            buf_printf(&to, tr(words_lang(f), N_("%s until %s")), cert_kind_code(c->kind), day_dmy(c->declared, day));
        else
            buf_add_text(&to, cert_kind_code(c->kind));
        if (word != NULL)
            buf_printf(&to, tr(words_lang(f), N_(" (confirmed: %s)")), word);
    }
    const char *text = arena_text(f->arena, buf_str(&to));
    buf_release(&to);
    return text;
}

/* All is renewed and checked. Of a case that nobody was warned of, only the case itself knows. */
static bool close_case(struct following *f)
{
    bool closed = false, added;
    const char *text = tr(words_lang(f), N_("The registry has the new date; nobody had been warned."));
    if (f->followed) {
        const char *what = what_was_renewed(f);
        if (what == NULL)
            return false;
        text = arena_printf(f->arena, tr(words_lang(f), N_("Renewed and checked: %s.")), what);
    }
    if (!case_close(f->tx, &f->desk->by, f->wcase->id, text, &closed, f->e))
        return false;
    if (!closed || !f->followed)
        return true;
    const struct action done = {.body_id = f->body->id,
                                .day = f->desk->by.day,
                                .group = GROUP_RENEWAL,
                                .text = text,
                                .ticket = f->wcase->ticket == NULL ? "" : f->wcase->ticket,
                                .source = SOURCE_EVIDENCE};
    return add_line(f, text) && tell_ticket(f, TICKET_JOB_CLOSE, text) &&
           action_add(f->tx, &f->desk->by, &done, &added, f->e) &&
           audit_add(f->tx, &f->desk->by, "case-close", f->body->id, text, f->e);
}

static bool follow_case(struct following *f, const struct renewals *renewals)
{
    const struct case_record *record = renewals_case(renewals, f->body->id, f->wcase->id);
    bool over = true;
    if (record != NULL && record->closed != DAY_NONE) {
        const char *line =
            tr(words_lang(f), N_("The registry has gone back to a date of this renewal: its case is open again."));
        if (!case_reopen(f->tx, f->wcase->id, f->e) ||
            (f->followed && (!add_line(f, line) || !tell_ticket(f, TICKET_JOB_REOPEN, line))))
            return false;
    }
    for (size_t i = 0; i < f->wcase->count; i++) {
        if (!follow_certificate(f, &f->wcase->certs[i]))
            return false;
        over = over && f->wcase->certs[i].checked;
    }
    return !over || close_case(f);
}

static bool follow_body(struct desk *d, struct tx *tx, const struct evidence_book *book,
                        const struct renewals *renewals, const struct body *b, struct err *e)
{
    const char *reason = tr(d->files.profile.language, N_("renewed or answered meanwhile"));
    struct warning_case *cases;
    struct renewals again;
    size_t count = renewals_cases(renewals, &d->files.profile, &d->arena, b, &cases), gone = 0;
    /* First what need not go out any more: of a warning that never left, nobody was told. */
    for (size_t i = 0; i < count; i++) {
        size_t cancelled = 0;
        if (cases[i].id != 0 && !cancel_idle(d, tx, &cases[i], reason, &cancelled, e))
            return false;
        gone += cancelled;
    }
    if (gone > 0) {
        if (!renewals_load(tx, &d->arena, b->id, d->by.day, &again, e))
            return false;
        renewals = &again;
        count = renewals_cases(renewals, &d->files.profile, &d->arena, b, &cases);
    }
    for (size_t i = 0; i < count; i++) {
        struct following f = {
            .desk = d,
            .tx = tx,
            .arena = &d->arena,
            .book = book,
            .body = b,
            .wcase = &cases[i],
            .followed = case_is_followed(&cases[i]),
            .e = e,
        };
        if (cases[i].id != 0 && !follow_case(&f, renewals))
            return false;
    }
    return true;
}

bool evidence_follow(struct desk *d, struct tx *tx, int64_t body_id, struct err *e)
{
    int64_t count = 0;
    struct bodies bodies;
    struct renewals renewals;
    struct evidence_book book;
    if (!cases_count(tx, &count, e))
        return false;
    if (count == 0) /* a desk that only imports pays nothing for this */
        return true;
    if (!bodies_load(tx, &d->arena, &d->files.profile, d->by.day, &bodies, e) ||
        !renewals_load(tx, &d->arena, body_id, d->by.day, &renewals, e) ||
        !evidence_book_load(tx, &d->arena, body_id, &book, e))
        return false;
    for (size_t i = 0; i < renewals.case_count; i++) {
        const struct body *b = bodies_by_id(&bodies, renewals.cases[i].body_id);
        bool again = i > 0 && renewals.cases[i].body_id == renewals.cases[i - 1].body_id;
        if (b != NULL && !again && !follow_body(d, tx, &book, &renewals, b, e))
            return false;
    }
    return true;
}
