#include "flow/change.h"

#include "base/text.h"
#include "core/comment.h"
#include "core/date_text.h"
#include "flow/evidence.h"
#include "record/action.h"
#include "record/audit.h"
#include "record/mark.h"
#include "record/outage.h"
#include "record/sweep.h"

bool change_find_body(struct desk *d, const char *text, const struct body **ret, struct err *e)
{
    struct tx tx;
    struct bodies bodies;
    if (!tx_begin(d->store, TX_READ, &tx, e))
        return false;
    bool ok = bodies_load(&tx, &d->arena, &d->files.profile, d->by.day, &bodies, e);
    tx_rollback(&tx);
    if (ok && bodies.count == 0)
        return err_set(e, ERR_UNKNOWN,
                       N_("the desk has no bodies yet; import the registry first (`talaia import FILE`)"));
    return ok && bodies_find(&bodies, text, ret, e);
}

const char *change_text(struct desk *d, const char *text, struct err *e)
{
    char *clean = text_clean(&d->arena, str_of(text), true);
    if (!str_utf8_valid(str_of(text)))
        err_set(e, ERR_VALUE, N_("the text is not UTF-8"));
    else if (clean[0] == '\0')
        err_set(e, ERR_VALUE, N_("the text is empty; say what happened"));
    else if (str_utf8_count(str_of(clean)) > LIMIT_NOTE_CHARS)
        err_set(e, ERR_VALUE, N_("the text has more than %d characters; shorten it"), LIMIT_NOTE_CHARS);
    else
        return clean;
    return NULL;
}

bool change_day(const struct desk *d, day_t day, struct err *e)
{
    char text[DAY_TEXT_BYTES];
    if (day > d->by.day)
        return err_set(e, ERR_VALUE, N_("%s is in the future"), day_dmy(day, text));
    return true;
}

/* A ticket's key as it is kept: one line. NULL with a reason. */
static const char *kept_ticket(struct desk *d, const char *ticket, struct err *e)
{
    const char *clean = text_clean(&d->arena, str_of(ticket), false);
    if (!str_utf8_valid(str_of(ticket)))
        err_set(e, ERR_VALUE, N_("the ticket is not UTF-8"));
    else if (str_utf8_count(str_of(clean)) > LIMIT_TICKET_CHARS)
        err_set(e, ERR_VALUE, N_("a ticket has at most %d characters"), LIMIT_TICKET_CHARS);
    else
        return clean;
    return NULL;
}

bool change_finish(struct desk *d, struct tx *tx, bool ok, const char *what, const struct body *b, const char *detail,
                   struct err *e)
{
    ok = ok && audit_add(tx, &d->by, what, b->id, detail, e) && tx_commit(tx, e); /* b is there when it is ok */
    tx_rollback(tx);
    return ok;
}

/* A dated line in the comment of every case of the body that is below the first threshold; of the most urgent one when
 * none is and `always`. */
static bool add_comment_lines(struct desk *d, struct tx *tx, const struct body *b, day_t day, const char *text,
                              bool always, struct err *e)
{
    struct warning_case *cases;
    size_t count;
    if (!cases_of_body(d, tx, b, &cases, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        int64_t case_id;
        if (!case_is_soon(d, &cases[i]) && !(always && i == 0))
            continue;
        if (!case_ensure(tx, &d->by, b->id, &cases[i], &case_id, e) || !case_add_line(d, tx, case_id, day, text, e))
            return false;
    }
    return true;
}

static const char *with_ticket(struct desk *d, const char *text, const char *ticket)
{
    return ticket[0] == '\0' ? text : arena_printf(&d->arena, "%s (%s)", text, ticket);
}

bool change_action(struct desk *d, const struct body *b, day_t day, enum action_group group, const char *text,
                   const char *ticket, bool *ret_new, struct err *e)
{
    struct tx tx = {0};
    struct action x = {.body_id = b->id,
                       .day = day,
                       .group = group,
                       .text = change_text(d, text, e),
                       .ticket = kept_ticket(d, ticket, e),
                       .source = ""};
    if (x.text == NULL || x.ticket == NULL || !change_day(d, day, e) || !tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool added = false;
    bool ok = action_add(&tx, &d->by, &x, &added, e);
    if (ok && added && (group == GROUP_RENEWAL || group == GROUP_OTHER))
        ok = add_comment_lines(d, &tx, b, day, with_ticket(d, x.text, x.ticket), false, e);
    if (!change_finish(d, &tx, ok, "action-add", b, with_ticket(d, x.text, x.ticket), e))
        return false;
    *ret_new = added;
    return true;
}

/* What a person typed may have meant another body: a refusal says which one it is about. Always false. */
static bool name_body(const struct body *b, struct err *e)
{
    if (e->code == ERR_STATE || e->code == ERR_VALUE)
        err_where(e, "%s", b->name);
    return false;
}

bool change_outage_open(struct desk *d, const struct body *b, day_t since, const char *error, struct err *e)
{
    struct tx tx = {0};
    const char *text = change_text(d, error, e);
    int64_t id;
    if (text == NULL || !change_day(d, since, e) || !tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok = outage_open(&tx, &d->by, b->id, text, since, "", &id, e) || name_body(b, e);
    return change_finish(d, &tx, ok, "outage-open", b, text, e);
}

bool change_outage_note(struct desk *d, const struct body *b, day_t day, const char *text, const char *ticket,
                        struct err *e)
{
    struct tx tx = {0};
    struct action x = {.body_id = b->id,
                       .day = day,
                       .group = GROUP_OUTAGE,
                       .text = change_text(d, text, e),
                       .ticket = kept_ticket(d, ticket, e),
                       .source = ""};
    struct outage *open;
    size_t count = 0;
    bool added;
    if (x.text == NULL || x.ticket == NULL || !change_day(d, day, e) || !tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok = outages_load(&tx, &d->arena, b->id, d->by.day, true, &open, &count, e);
    if (ok && count == 0)
        ok = err_set(e, ERR_STATE, N_("%s has no open outage; `talaia outage open` begins one"), b->name);
    return change_finish(d, &tx, ok && action_add(&tx, &d->by, &x, &added, e), "outage-note", b,
                         with_ticket(d, x.text, x.ticket), e);
}

bool change_outage_close(struct desk *d, const struct body *b, day_t closed, const char *text, struct err *e)
{
    struct tx tx = {0};
    bool added;
    struct action x = {.body_id = b->id,
                       .day = closed,
                       .group = GROUP_OUTAGE,
                       .text = change_text(d, text, e),
                       .ticket = "",
                       .source = ""};
    if (x.text == NULL || !change_day(d, closed, e) || !tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok = outage_close(&tx, &d->by, b->id, x.text, closed, e) || name_body(b, e);
    ok = ok && action_add(&tx, &d->by, &x, &added, e);
    return change_finish(d, &tx, ok, "outage-close", b, x.text, e);
}

bool change_mark(struct desk *d, const struct body *b, bool not_verifiable, const char *reason, struct err *e)
{
    struct tx tx = {0};
    const char *text = change_text(d, reason, e);
    if (text == NULL || !tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok = (not_verifiable ? mark_set(&tx, &d->by, b->id, text, e) : mark_lift(&tx, &d->by, b->id, text, e)) &&
              add_comment_lines(d, &tx, b, d->by.day, text, false, e);
    return change_finish(d, &tx, ok, not_verifiable ? "mark-not-verifiable" : "mark-verified", b, text, e);
}

/* Named by the person; with no name those whose case is under way, and when none is, all of them: an answer of today
 * says nothing of a certificate that expires in two years. */
static bool is_answered(const struct desk *d, const struct warning_case *cases, size_t count, size_t at,
                        const bool covers[CERT_KINDS], enum cert_kind kind)
{
    bool under_way = false;
    if (covers[CERT_CDS] || covers[CERT_CDA])
        return covers[kind];
    for (size_t i = 0; i < count; i++)
        under_way = under_way || case_is_soon(d, &cases[i]);
    return !under_way || case_is_soon(d, &cases[at]);
}

bool change_answered(struct desk *d, const struct body *b, const bool covers[CERT_KINDS], const char *answer,
                     struct err *e)
{
    struct tx tx = {0};
    struct warning_case *cases = NULL;
    const char *text = change_text(d, answer, e);
    size_t count = 0;
    for (int k = 0; k < CERT_KINDS; k++) {
        if (covers[k] && b->expires[k] == DAY_NONE)
            return err_set(e, ERR_STATE, N_("the registry has no date for the %s of %s: there is no renewal to answer"),
                           cert_kind_code((enum cert_kind)k), b->name);
    }
    if (text == NULL || !tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok = cases_of_body(d, &tx, b, &cases, &count, e);
    for (size_t i = 0; ok && i < count; i++) {
        int64_t case_id;
        for (size_t k = 0; ok && k < cases[i].count; k++) {
            const struct case_cert *c = &cases[i].certs[k];
            if (!c->renewed && is_answered(d, cases, count, i, covers, c->kind))
                ok = case_ensure(&tx, &d->by, b->id, &cases[i], &case_id, e) &&
                     renewal_answer(&tx, &d->by, b->id, c->kind, c->expires, text, e);
        }
    }
    ok = ok && add_comment_lines(d, &tx, b, d->by.day, text, true, e) && evidence_follow(d, &tx, b->id, e);
    return change_finish(d, &tx, ok, "answered", b, text, e);
}

/* The case whose comment a person means: of the certificate that is named, else one with a difference to settle (it may
 * be of an earlier renewal), else the most urgent. */
static bool comment_case(struct desk *d, struct tx *tx, const struct body *b, const bool covers[CERT_KINDS],
                         int64_t *ret, struct err *e)
{
    struct warning_case *cases;
    struct conflict *conflicts;
    size_t count, conflict_count = 0;
    bool named = covers[CERT_CDS] || covers[CERT_CDA];
    if (!named && !conflicts_load(tx, &d->arena, &conflicts, &conflict_count, e))
        return false;
    for (size_t i = 0; i < conflict_count; i++) {
        if (conflicts[i].body_id == b->id) {
            *ret = conflicts[i].case_id;
            return true;
        }
    }
    if (!cases_of_body(d, tx, b, &cases, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < cases[i].count; k++) {
            if (!cases[i].certs[k].checked && (!named || covers[cases[i].certs[k].kind]))
                return case_ensure(tx, &d->by, b->id, &cases[i], ret, e);
        }
    }
    return err_set(e, ERR_STATE, N_("%s has no certificate with a date, so it has no comment"), b->name);
}

/* Who changed the comment last, for the person who finds it changed. */
static bool who_changed(struct desk *d, struct tx *tx, int64_t case_id, struct change_kept *ret, struct err *e)
{
    struct comment_version *versions;
    size_t count;
    if (!comments_load(tx, &d->arena, case_id, &versions, &count, e))
        return false;
    if (count > 0) {
        ret->who = versions[count - 1].who;
        ret->at = versions[count - 1].at;
    }
    return true;
}

/* Whether what stands there now is what the person saw and dated lines after it, as everything that happens adds them.
 */
static bool only_dated_since(const char *before, const char *now)
{
    size_t n = strlen(before);
    struct str rest, line;
    if (strncmp(before, now, n) != 0 || (n > 0 && now[n] != '\n'))
        return false;
    rest = str_of(now + n + (n > 0));
    while (str_split(&rest, '\n', &line)) {
        size_t colon = str_find(line, ':');
        day_t day;
        if (colon == line.n || date_parse(str_part(line.p, colon), &day) != DATE_OK)
            return false;
    }
    return true;
}

/* What to keep of the text that the person wrote over `before` and of what stands there now. */
static bool join_comment(struct desk *d, struct tx *tx, int64_t case_id, const char *text, const char *before,
                         struct change_kept *ret, struct err *e)
{
    const char *now, *seen = before == NULL ? NULL : text_clean(&d->arena, str_of(before), true);
    if (!comment_get(tx, &d->arena, case_id, &now, e))
        return false;
    *ret = (struct change_kept){.now = text, .who = "", .at = INSTANT_NONE};
    if (before == NULL)
        return true;
    switch (comment_merge(&d->arena, before, now, text, &ret->now)) {
    case MERGE_NOTHING:
    case MERGE_TAKE: ret->now = strcmp(text, before) == 0 ? now : text; return true;
    case MERGE_JOINED:
        if (!only_dated_since(seen, now))
            break;
        return str_utf8_count(str_of(ret->now)) <= LIMIT_NOTE_CHARS ||
               err_set(e, ERR_VALUE, N_("the text has more than %d characters; shorten it"), LIMIT_NOTE_CHARS);
    case MERGE_CONFLICT: break;
    }
    ret->conflict = true;
    ret->now = now;
    return who_changed(d, tx, case_id, ret, e);
}

bool change_comment(struct desk *d, const struct body *b, const bool covers[CERT_KINDS], const struct change_comment *x,
                    struct change_kept *ret, struct err *e)
{
    struct tx tx = {0};
    struct change_kept kept = {0};
    int64_t case_id;
    bool empty = x->before != NULL && text_clean(&d->arena, str_of(x->text), true)[0] == '\0';
    const char *text = empty ? "" : change_text(d, x->text, e);
    if (text == NULL || !tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok = comment_case(d, &tx, b, covers, &case_id, e) && join_comment(d, &tx, case_id, text, x->before, &kept, e);
    if (!ok || kept.conflict) {
        tx_rollback(&tx);
    } else {
        ok =
            comment_put(&tx, &d->by, case_id, kept.now, "", e) && conflict_solve(&tx, &d->by, case_id, &kept.solved, e);
        ok = change_finish(d, &tx, ok, "comment", b, kept.now, e);
    }
    if (ok)
        *ret = kept;
    return ok;
}

/* ------------------------------------------------------------------ actions that were wrong */

/* The action with its body, in an open transaction. */
static bool find_action(struct desk *d, struct tx *tx, int64_t id, struct action *ret, const struct body **ret_body,
                        struct err *e)
{
    struct bodies bodies;
    bool found;
    if (!action_get(tx, &d->arena, id, ret, &found, e) ||
        !bodies_load(tx, &d->arena, &d->files.profile, d->by.day, &bodies, e))
        return false;
    *ret_body = found ? bodies_by_id(&bodies, ret->body_id) : NULL;
    return *ret_body != NULL ||
           err_set(e, ERR_UNKNOWN, N_("there is no action %lld; `talaia action list` has them"), (long long)id);
}

/* An action of the groups renewal and other stands in the comment too (change_action). `now` NULL: taken back. */
static bool correct_lines(struct desk *d, struct tx *tx, const struct body *b, const struct action *old,
                          const struct action *now, struct err *e)
{
    struct warning_case *cases;
    size_t count;
    if (!cases_of_body(d, tx, b, &cases, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *comment;
        bool found;
        if (cases[i].id == 0)
            continue;
        if (!comment_get(tx, &d->arena, cases[i].id, &comment, e))
            return false;
        const char *instead = now == NULL ? NULL : with_ticket(d, now->text, now->ticket);
        const char *text = comment_replace_line(&d->arena, comment, old->day, with_ticket(d, old->text, old->ticket),
                                                now == NULL ? old->day : now->day, instead, &found);
        if (found && strcmp(text, comment) != 0 && !comment_put(tx, &d->by, cases[i].id, text, "", e))
            return false;
    }
    return true;
}

bool change_action_edit(struct desk *d, int64_t action_id, const struct change_action_edit *x, struct change_kept *ret,
                        struct err *e)
{
    struct tx tx = {0};
    struct action old, now;
    const struct body *b = NULL;
    const char *text = change_text(d, x->text, e);
    const char *ticket = x->ticket == NULL ? "" : kept_ticket(d, x->ticket, e);
    if (text == NULL || ticket == NULL || (x->day != DAY_NONE && !change_day(d, x->day, e)) ||
        !tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok = find_action(d, &tx, action_id, &old, &b, e);
    if (ok && x->before != NULL && strcmp(text_clean(&d->arena, str_of(x->before), true), old.text) != 0 &&
        strcmp(text, old.text) != 0) {
        tx_rollback(&tx);
        *ret = (struct change_kept){.conflict = true, .now = old.text, .who = "", .at = INSTANT_NONE};
        return true;
    }
    if (!ok)
        old = (struct action){0};
    now = old;
    now.day = x->day == DAY_NONE ? old.day : x->day;
    now.group = x->group == GROUP_COUNT ? old.group : x->group;
    now.ticket = x->ticket == NULL ? old.ticket : ticket;
    now.text = text;
    ok = ok && action_correct(&tx, &d->by, &old, &now, e) && correct_lines(d, &tx, b, &old, &now, e);
    const char *detail = ok ? arena_printf(&d->arena, "%s → %s", with_ticket(d, old.text, old.ticket),
                                           with_ticket(d, now.text, now.ticket))
                            : "";
    if (!change_finish(d, &tx, ok, "action-edit", b, detail, e))
        return false;
    *ret = (struct change_kept){.now = text, .who = "", .at = INSTANT_NONE};
    return true;
}

bool change_action_withdraw(struct desk *d, int64_t action_id, const char *reason, struct err *e)
{
    struct tx tx = {0};
    struct action old;
    const struct body *b = NULL;
    const char *why = change_text(d, reason, e);
    if (why == NULL || !tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok = find_action(d, &tx, action_id, &old, &b, e);
    ok = ok && action_withdraw(&tx, &d->by, &old, e) && correct_lines(d, &tx, b, &old, NULL, e);
    const char *detail = ok ? arena_printf(&d->arena, "%s (%s)", with_ticket(d, old.text, old.ticket), why) : "";
    return change_finish(d, &tx, ok, "action-withdraw", b, detail, e);
}

bool change_comment_line(struct desk *d, const struct body *b, day_t day, const char *text, struct err *e)
{
    struct tx tx = {0};
    const char *kept = change_text(d, text, e);
    if (kept == NULL || !change_day(d, day, e))
        return false;
    if ((b->flags & BODY_NO_DATES) != 0)
        return err_set(e, ERR_STATE, N_("%s has no certificate with a date, so it has no comment"), b->name);
    if (!tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    return change_finish(d, &tx, add_comment_lines(d, &tx, b, day, kept, true, e), "comment-line", b, kept, e);
}

bool change_silence_planned(struct desk *d, const struct body *b, day_t from, day_t until, const char *reason,
                            int64_t *ret_id, struct err *e)
{
    struct tx tx = {0};
    int64_t id = 0;
    char day[DAY_TEXT_BYTES], first[DAY_TEXT_BYTES];
    const char *text = change_text(d, reason, e);
    if (text == NULL)
        return false;
    if (until < d->by.day)
        return err_set(e, ERR_VALUE, N_("a silence until %s would be over already"), day_dmy(until, day));
    if (from < d->by.day)
        return err_set(e, ERR_VALUE, N_("a silence begins today or later, not on %s"), day_dmy(from, day));
    if (until < from)
        return err_set(e, ERR_VALUE, N_("it begins on %s and cannot end on %s, before it"), day_dmy(from, first),
                       day_dmy(until, day));
    if (!tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    const char *detail = from == d->by.day
                             ? arena_printf(&d->arena, "%s (%s)", text, day_iso(until, day))
                             : arena_printf(&d->arena, "%s (%s – %s)", text, day_iso(from, first), day_iso(until, day));
    if (!change_finish(d, &tx, silence_add(&tx, &d->by, b->id, text, from, until, &id, e), "silence", b, detail, e))
        return false;
    if (ret_id != NULL)
        *ret_id = id;
    return true;
}

bool change_silence(struct desk *d, const struct body *b, day_t until, const char *reason, struct err *e)
{
    return change_silence_planned(d, b, d->by.day, until, reason, NULL, e);
}

bool change_silence_lift_one(struct desk *d, int64_t id, const char *reason, struct err *e)
{
    struct tx tx = {0};
    struct body b = {0};
    struct silence was;
    bool found = false;
    const char *text = change_text(d, reason, e);
    if (text == NULL || !tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok = silence_get(&tx, &d->arena, id, &was, &found, e) && silence_lift_one(&tx, &d->by, id, &b.id, e);
    if (ok && !found)
        ok = err_set(e, ERR_UNKNOWN, N_("there is no silence %lld; `talaia maintenance list` has them"), (long long)id);
    if (ok && b.id == 0)
        ok = err_set(e, ERR_STATE,
                     N_("that silence is over, or was lifted already; `talaia maintenance list` has the others"));
    return change_finish(d, &tx, ok, "unsilence", &b, text, e);
}

bool change_silence_lift(struct desk *d, const struct body *b, const char *reason, struct err *e)
{
    struct tx tx = {0};
    int64_t lifted = 0;
    const char *text = change_text(d, reason, e);
    if (text == NULL || !tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok = silence_lift(&tx, &d->by, b->id, &lifted, e);
    if (ok && lifted == 0)
        ok = err_set(e, ERR_STATE,
                     N_("%s is not silent: there is nothing to lift; `talaia maintenance list` shows who is"), b->name);
    return change_finish(d, &tx, ok, "unsilence", b, text, e);
}
