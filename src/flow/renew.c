/* Not here: what the evidence alone decides (evidence.c), answers and comments (change.c). */
#include "flow/renew.h"

#include "flow/change.h"
#include "flow/evidence.h"
#include "record/audit.h"
#include "record/message.h"

/* A certificate that a person means, in its case. */
struct meant {
    struct warning_case *wcase;
    struct case_cert *cert;
};

static bool is_under_way(const struct desk *d, const struct warning_case *c, const struct case_cert *cert)
{
    return !cert->checked && ((c->id != 0 && case_is_followed(c)) || (c->id != 0 && cert->renewed) ||
                              days_left(cert->expires, d->by.day) < d->files.profile.thresholds[0]);
}

/* The certificates that are meant, at most one of each kind: the one that expires first. */
static size_t find_meant(const struct desk *d, struct warning_case *cases, size_t count, const bool kinds[CERT_KINDS],
                         struct meant ret[CERT_KINDS])
{
    bool named = kinds[CERT_CDS] || kinds[CERT_CDA], have[CERT_KINDS] = {0};
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < cases[i].count; k++) {
            struct case_cert *c = &cases[i].certs[k];
            bool wanted = named ? kinds[c->kind] && !c->checked : is_under_way(d, &cases[i], c);
            if (wanted && !have[c->kind]) {
                have[c->kind] = true;
                ret[found++] = (struct meant){&cases[i], c};
            }
        }
    }
    return found;
}

/* The same in a transaction, with the rows that they need: each meant certificate has a renewal then. */
static bool load_meant(struct desk *d, struct tx *tx, const struct body *b, const bool kinds[CERT_KINDS],
                       struct meant ret[CERT_KINDS], size_t *ret_count, struct err *e)
{
    struct warning_case *cases;
    size_t count = 0;
    bool named = kinds[CERT_CDS] || kinds[CERT_CDA];
    if (!cases_of_body(d, tx, b, &cases, &count, e))
        return false;
    size_t found = find_meant(d, cases, count, kinds, ret);
    if (found == 0)
        return err_set(e, ERR_STATE, N_("%s has no renewal under way; `talaia warnings status` shows who has"),
                       b->name);
    if (found > 1 && !named)
        return err_set(e, ERR_AMBIGUOUS, N_("%s has both certificates under way; say which: CDS or CDA"), b->name);
    for (size_t i = 0; i < found; i++) {
        if (!case_ensure(tx, &d->by, b->id, ret[i].wcase, &ret[i].wcase->id, e) ||
            !renewal_find(tx, b->id, ret[i].cert->kind, ret[i].cert->expires, &ret[i].cert->renewal_id, e))
            return false;
    }
    *ret_count = found;
    return true;
}

static enum lang words_lang(const struct desk *d)
{
    return d->files.profile.language;
}

/* ------------------------------------------------------------------ stages */

static bool put_stage(struct desk *d, struct tx *tx, const struct meant *m, enum stage stage, day_t day,
                      const char *note, bool undo, struct err *e)
{
    const char *words = arena_printf(&d->arena, tr(words_lang(d), stage_line(stage)), cert_kind_code(m->cert->kind));
    const char *line = note[0] == '\0' ? words : arena_printf(&d->arena, "%s %s", words, note);
    int64_t count = 0;
    if (!undo)
        return renewal_reach(tx, &d->by, m->cert->renewal_id, stage, day, note, "", e) &&
               case_add_line(d, tx, m->wcase->id, day, line, e);
    if (!renewal_unreach(tx, &d->by, m->cert->renewal_id, stage, NULL, note, &count, e))
        return false;
    if (count == 0)
        return err_set(e, ERR_STATE, N_("nothing of the kind is noted of this %s"), cert_kind_code(m->cert->kind));
    return case_add_line(d, tx, m->wcase->id, d->by.day,
                         arena_printf(&d->arena, tr(words_lang(d), N_("Taken back: \"%s\" %s")), words, note), e);
}

bool renew_stage(struct desk *d, const struct body *b, const bool kinds[CERT_KINDS], enum stage stage, day_t day,
                 const char *note, bool undo, struct err *e)
{
    struct tx tx = {0};
    struct meant meant[CERT_KINDS];
    size_t count = 0;
    const char *text = note[0] == '\0' && !undo ? "" : change_text(d, note, e);
    if (text == NULL || !change_day(d, day, e) || !tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok = load_meant(d, &tx, b, kinds, meant, &count, e);
    for (size_t i = 0; ok && i < count; i++)
        ok = put_stage(d, &tx, &meant[i], stage, day, text, undo, e);
    ok = ok && evidence_follow(d, &tx, b->id, e);
    const char *detail = arena_printf(&d->arena, "%s%s%s", stage_code(stage), text[0] == '\0' ? "" : ": ", text);
    return change_finish(d, &tx, ok, undo ? "stage-undo" : "stage", b, detail, e);
}

/* ------------------------------------------------------------------ a person's word */

static bool confirm(struct desk *d, struct tx *tx, const struct meant *m, const char *reason, struct err *e)
{
    const char *line = arena_printf(&d->arena, tr(words_lang(d), N_("%s: %s confirms that it is renewed: %s")),
                                    cert_kind_code(m->cert->kind), d->by.who, reason);
    return renewal_reach(tx, &d->by, m->cert->renewal_id, STAGE_CHECKED, d->by.day, reason, "", e) &&
           case_add_line(d, tx, m->wcase->id, d->by.day, line, e);
}

static bool unconfirm(struct desk *d, struct tx *tx, const struct renewal *r, const char *reason, struct err *e)
{
    const char *line = arena_printf(&d->arena, tr(words_lang(d), N_("%s: the confirmation is taken back: %s")),
                                    cert_kind_code(r->kind), reason);
    int64_t count = 0;
    return renewal_unreach(tx, &d->by, r->id, STAGE_CHECKED, "", reason, &count, e) && case_reopen(tx, r->case_id, e) &&
           case_add_line(d, tx, r->case_id, d->by.day, line, e) &&
           (r->of->ticket[0] == '\0' || ticket_job_add(tx, &d->by, r->case_id, TICKET_JOB_REOPEN, line, e));
}

static bool unresolve(struct desk *d, struct tx *tx, const struct body *b, const bool kinds[CERT_KINDS],
                      const char *reason, struct err *e)
{
    struct renewals list;
    bool named = kinds[CERT_CDS] || kinds[CERT_CDA];
    size_t count = 0;
    if (!renewals_load(tx, &d->arena, b->id, d->by.day, &list, e))
        return false;
    for (size_t i = 0; i < list.count; i++) {
        const struct renewal *r = &list.items[i];
        if (!r->confirmed || r->of == NULL || (named && !kinds[r->kind]))
            continue;
        if (!unconfirm(d, tx, r, reason, e))
            return false;
        count++;
    }
    return count > 0 || err_set(e, ERR_STATE, N_("no renewal of %s was confirmed by a person"), b->name);
}

bool renew_resolve(struct desk *d, const struct body *b, const bool kinds[CERT_KINDS], const char *reason, bool undo,
                   bool *ret_closed, struct err *e)
{
    struct tx tx = {0};
    struct meant meant[CERT_KINDS];
    struct renewals after = {0};
    size_t count = 0;
    const char *text = change_text(d, reason, e);
    if (text == NULL || !tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok = undo ? unresolve(d, &tx, b, kinds, text, e) : load_meant(d, &tx, b, kinds, meant, &count, e);
    for (size_t i = 0; ok && i < count; i++)
        ok = confirm(d, &tx, &meant[i], text, e);
    ok = ok && evidence_follow(d, &tx, b->id, e) && renewals_load(&tx, &d->arena, b->id, d->by.day, &after, e);
    bool closed = ok && count > 0;
    for (size_t i = 0; closed && i < count; i++) {
        const struct case_record *c = renewals_case(&after, b->id, meant[i].wcase->id);
        closed = c != NULL && c->closed != DAY_NONE;
    }
    if (!change_finish(d, &tx, ok, undo ? "unresolve" : "resolve", b, text, e))
        return false;
    *ret_closed = closed;
    return true;
}

/* ------------------------------------------------------------------ corrections */

/* What the present date may be a correction of: the renewal of the registry's date of before. */
static bool find_mistaken(struct desk *d, struct tx *tx, const struct body *b, enum cert_kind kind,
                          const struct renewals *list, const struct renewal **ret, struct err *e)
{
    char now[DAY_TEXT_BYTES], then[DAY_TEXT_BYTES];
    day_t declared = b->expires[kind], before;
    (void)d;
    if (declared == DAY_NONE)
        return err_set(e, ERR_STATE, N_("the registry has no date for the %s of %s"), cert_kind_code(kind), b->name);
    if (!body_date_before(tx, b->id, kind, declared, &before, e))
        return false;
    const struct renewal *r = before == DAY_NONE ? NULL : renewals_find(list, b->id, kind, before);
    if (before == DAY_NONE)
        return err_set(e, ERR_STATE, N_("the registry never had another date for the %s of %s than %s"),
                       cert_kind_code(kind), b->name, day_dmy(declared, now));
    if (r == NULL)
        return err_set(
            e, ERR_STATE,
            N_("nothing was warned or noted of the %s of %s with the date of before, %s: there is nothing to "
               "keep, and the mark is not needed"),
            cert_kind_code(kind), b->name, day_dmy(before, then));
    *ret = r;
    return true;
}

/* The tracker's date is that of the earliest certificate of the case; what has not left with the wrong date is made
 * again. */
static bool tell_correction(struct desk *d, struct tx *tx, const struct body *b, int64_t case_id, const char *line,
                            struct err *e)
{
    struct renewals list;
    char day[DAY_TEXT_BYTES];
    const int64_t *ids;
    size_t count = 0;
    if (!case_add_line(d, tx, case_id, d->by.day, line, e) ||
        !messages_cancel(tx, &d->by, ACTOR_SCHEDULER, case_id, line, &d->arena, &ids, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!thresholds_release(tx, ids[i], NULL, e))
            return false;
    }
    if (!renewals_load(tx, &d->arena, b->id, d->by.day, &list, e))
        return false;
    const struct case_record *c = renewals_case(&list, b->id, case_id);
    if (c == NULL || c->ticket[0] == '\0')
        return true;
    struct warning_case known = renewals_known(&list, &d->files.profile, c);
    return ticket_job_add(tx, &d->by, case_id, TICKET_JOB_DATE, day_iso(case_expires(&known), day), e) &&
           ticket_job_add(tx, &d->by, case_id, TICKET_JOB_COMMENT, line, e);
}

static bool mark(struct desk *d, struct tx *tx, const struct body *b, const struct renewal *r, const char *reason,
                 struct renew_dates *ret, struct err *e)
{
    char wrong[DAY_TEXT_BYTES], right[DAY_TEXT_BYTES];
    int64_t count;
    *ret = (struct renew_dates){.wrong = r->expires, .corrected = b->expires[r->kind]};
    const char *line =
        arena_printf(&d->arena, tr(words_lang(d), N_("%s: the date %s was a mistake, the right one is %s: %s")),
                     cert_kind_code(r->kind), day_dmy(ret->wrong, wrong), day_dmy(ret->corrected, right), reason);
    return renewal_unreach(tx, &d->by, r->id, STAGE_REGISTRY, RENEWAL_SEEN, line, &count, e) &&
           renewal_unreach(tx, &d->by, r->id, STAGE_CHECKED, RENEWAL_SEEN, line, &count, e) &&
           renewal_correct(tx, &d->by, r->id, ret->corrected, reason, e) && case_reopen(tx, r->case_id, e) &&
           tell_correction(d, tx, b, r->case_id, line, e);
}

static bool unmark(struct desk *d, struct tx *tx, const struct body *b, enum cert_kind kind,
                   const struct renewals *list, const char *reason, struct renew_dates *ret, struct err *e)
{
    const struct renewal *r = NULL;
    char wrong[DAY_TEXT_BYTES], right[DAY_TEXT_BYTES];
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].kind == kind && list->items[i].former_count > 0)
            r = &list->items[i];
    }
    if (r == NULL)
        return err_set(e, ERR_STATE, N_("no date of the %s of %s is marked as a correction"), cert_kind_code(kind),
                       b->name);
    *ret = (struct renew_dates){.wrong = r->former[0], .corrected = r->expires};
    const char *line =
        arena_printf(&d->arena, tr(words_lang(d), N_("%s: %s was no correction of %s after all: %s")),
                     cert_kind_code(kind), day_dmy(r->expires, right), day_dmy(r->former[0], wrong), reason);
    return renewal_uncorrect(tx, &d->by, r->id, reason, e) && tell_correction(d, tx, b, r->case_id, line, e);
}

bool renew_correct(struct desk *d, const struct body *b, enum cert_kind kind, const char *reason, bool undo,
                   struct renew_dates *ret, struct err *e)
{
    struct tx tx = {0};
    struct renewals list;
    struct renew_dates dates = {DAY_NONE, DAY_NONE};
    const struct renewal *r = NULL;
    const char *text = change_text(d, reason, e);
    if (text == NULL || !tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok = renewals_load(&tx, &d->arena, b->id, d->by.day, &list, e);
    if (undo)
        ok = ok && unmark(d, &tx, b, kind, &list, text, &dates, e);
    else
        ok = ok && find_mistaken(d, &tx, b, kind, &list, &r, e) && mark(d, &tx, b, r, text, &dates, e);
    ok = ok && evidence_follow(d, &tx, b->id, e);
    if (!change_finish(d, &tx, ok, undo ? "correction-undo" : "correction", b, text, e))
        return false;
    *ret = dates;
    return true;
}
