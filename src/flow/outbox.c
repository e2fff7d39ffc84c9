#include "flow/outbox.h"

#include "core/date_text.h"
#include "flow/cases.h"
#include "flow/letter.h"
#include "flow/onboard.h"
#include "record/audit.h"
#include "record/renewal.h"

static const struct {
    const char *code, *words;
} results[OUTBOX_RESULT_COUNT] = {
#define X(name, text, shown) [OUTBOX_RESULT_##name] = {text, shown},
    OUTBOX_RESULTS(X)
#undef X
};

const char *outbox_result_code(enum outbox_result r)
{
    return results[r].code;
}

const char *outbox_result_words(enum outbox_result r)
{
    return results[r].words;
}

/* ------------------------------------------------------------------ planning */

/* One gesture under way. */
struct gesture {
    struct desk *desk;
    struct tx *tx;
    struct arena *arena;
    struct err *e;
    enum outbox_actor actor;
    const struct outbox_gesture *asked; /* NULL: the scheduler */
    struct letter_facts facts;
    VEC(struct outbox_line) lines;
};

static const char *kinds_named(struct arena *a, const struct warning *w)
{
    if (w->names[CERT_CDA] && w->names[CERT_CDS])
        return "CDA CDS";
    return arena_strdup(a, cert_kind_code(w->names[CERT_CDA] ? CERT_CDA : CERT_CDS));
}

/* The case as the record has it now; NULL: it is over. */
static const struct warning_case *case_by_id(struct warning_case *cases, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++) {
        if (cases[i].id == id)
            return &cases[i];
    }
    return NULL;
}

/* What the plan said before this transaction is looked at again inside it: whoever came first has consumed it. */
static bool plan_one(struct gesture *g, const struct planned *x)
{
    struct desk *d = g->desk;
    struct warning_case *cases;
    struct warning w;
    size_t count;
    int64_t case_id, id;
    if (!case_ensure(g->tx, &d->by, x->body->id, &x->wcase, &case_id, g->e) ||
        !cases_of_body(d, g->tx, x->body, &cases, &count, g->e))
        return false;
    const struct warning_case *c = case_by_id(cases, count, case_id);
    if (c == NULL || !warning_next(&d->files.profile, c, d->by.day, d->by.day, &w))
        return true;
    const struct message m = {
        .uid = "",
        .kind = OUTBOX_WARNING,
        .day = d->by.day,
        .body_id = x->body->id,
        .case_id = case_id,
        .threshold = w.threshold,
        .certificates = kinds_named(g->arena, &w),
        .lang = letter_lang(x->contacts, x->contact_count),
        .subject = warning_subject(g->arena, &d->files.profile, x->body->name, c),
        .ticket = c->ticket == NULL ? "" : c->ticket,
        .folder = "",
        .trouble = "",
    };
    return message_add(g->tx, &d->by, &m, x->why, &id, g->e) &&
           (id == 0 || thresholds_consume(g->tx, &d->by, &d->files.profile, c, &w, id, g->e));
}

static bool plan_day(struct gesture *g, const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->items[i].warning.on == g->desk->by.day && !plan_one(g, &plan->items[i]))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------ approving */

static bool is_asked(const struct gesture *g, int64_t body_id)
{
    if (g->asked == NULL || g->asked->count == 0)
        return true;
    for (size_t i = 0; i < g->asked->count; i++) {
        if (g->asked->bodies[i] == body_id)
            return true;
    }
    return false;
}

static void add_line(struct gesture *g, const struct message *m, enum outbox_result result, const char *detail)
{
    const struct body *b = bodies_by_id(g->facts.bodies, m->body_id);
    struct outbox_line line = {
        .message = *m, .body_name = b == NULL ? "" : b->name, .result = result, .detail = detail == NULL ? "" : detail};
    vec_push(&g->lines, line);
}

/* What is planned and may be approved; what is not due any more goes, what has nobody to write to stays. */
static bool sift(struct gesture *g, struct message *m, bool *ret_ready)
{
    struct letter l;
    *ret_ready = false;
    if (!letter_look(g->desk, g->tx, g->arena, &g->facts, m, &l, g->e))
        return false;
    if (l.reason != NULL) {
        if (!outbox_drop(g->desk, g->tx, g->actor, m, l.reason, g->e))
            return false;
        add_line(g, m, OUTBOX_RESULT_CANCELLED, l.reason);
        return true;
    }
    *ret_ready = l.planned.contact_count > 0;
    const char *trouble = *ret_ready ? "" : tr(g->desk->lang, outbox_result_words(OUTBOX_RESULT_NO_CONTACT));
    if (strcmp(trouble, m->trouble) != 0) {
        m->trouble = trouble;
        if (!message_update(g->tx, m, g->e))
            return false;
    }
    if (!*ret_ready)
        add_line(g, m, OUTBOX_RESULT_NO_CONTACT, "");
    return true;
}

static bool approve_one(struct gesture *g, struct message *m, enum outbox_storm storm)
{
    const char *reason = g->asked == NULL || g->asked->reason == NULL ? "" : g->asked->reason;
    if (storm == STORM_FIRST) {
        if (m->first_who[0] == '\0' && !message_approve_first(g->tx, &g->desk->by, m, "first approval of two", g->e))
            return false;
        add_line(g, m, OUTBOX_RESULT_SECOND, m->first_who);
        return true;
    }
    m->day = g->desk->by.day;
    if (!message_update(g->tx, m, g->e) ||
        !message_move(g->tx, &g->desk->by, g->actor, m, OUTBOX_APPROVED, reason, g->e))
        return false;
    add_line(g, m, OUTBOX_RESULT_APPROVED, "");
    return true;
}

/* The second gesture approves what has had its first one; what has not must be approved first. */
static bool may_second(const struct gesture *g, const struct message *const *ready, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (ready[i]->first_who[0] == '\0')
            return err_set(g->e, ERR_GUARD,
                           N_("message %lld has not had its first approval; approve without --second first"),
                           (long long)ready[i]->id);
    }
    return true;
}

static bool approve_planned(struct gesture *g, bool wanted)
{
    struct messages all;
    const struct message_filter planned = {.states = 1u << OUTBOX_PLANNED, .kinds = 1u << OUTBOX_WARNING};
    if (!letter_facts_load(g->desk, g->tx, g->arena, 0, NULL, &g->facts, g->e) ||
        !messages_load(g->tx, g->arena, &planned, &all, g->e))
        return false;
    struct message *items = arena_array(g->arena, struct message, all.count);
    const struct message **ready = arena_array(g->arena, const struct message *, all.count);
    size_t count = 0, today = 0;
    for (size_t i = 0; i < all.count; i++) {
        bool good;
        items[i] = all.items[i];
        if (!is_asked(g, items[i].body_id))
            continue;
        if (!sift(g, &items[i], &good))
            return false;
        if (good)
            ready[count++] = &items[i];
    }
    if (!messages_approved_count(g->tx, OUTBOX_WARNING, g->desk->by.day, &today, g->e))
        return false;
    bool second = g->asked != NULL && g->asked->second;
    enum outbox_storm storm = outbox_storm(g->desk->files.profile.storm, today, count, second);
    if (second && wanted && !may_second(g, ready, count))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct message *m = &items[ready[i] - items];
        if (!wanted)
            add_line(g, m, OUTBOX_RESULT_PLANNED, "");
        else if (!approve_one(g, m, storm))
            return false;
    }
    return true;
}

/* Those asked for by name that somebody approved already. */
static bool tell_taken(struct gesture *g)
{
    struct messages all;
    const struct message_filter today = {
        .kinds = 1u << OUTBOX_WARNING, .from = g->desk->by.day, .until = g->desk->by.day};
    if (!messages_load(g->tx, g->arena, &today, &all, g->e))
        return false;
    for (size_t i = 0; i < all.count; i++) {
        const struct message *m = &all.items[i];
        bool ours = m->state == OUTBOX_PLANNED || m->state == OUTBOX_CANCELLED || !is_asked(g, m->body_id);
        for (size_t k = 0; k < g->lines.count; k++)
            ours = ours || g->lines.items[k].message.id == m->id;
        if (ours)
            continue;
        struct message_step *steps;
        size_t count;
        if (!message_steps_load(g->tx, g->arena, m->id, 0, &steps, &count, g->e))
            return false;
        for (size_t s = count; s-- > 0;) {
            char at[INSTANT_TEXT_BYTES];
            if (steps[s].state != OUTBOX_APPROVED)
                continue;
            add_line(g, m, OUTBOX_RESULT_TAKEN,
                     arena_printf(g->arena, "%s, %s", steps[s].who, instant_madrid(steps[s].at, at)));
            break;
        }
    }
    return true;
}

static bool note_gesture(struct gesture *g)
{
    struct buf detail = BUF_INIT(LIMIT_NOTE_CHARS);
    size_t count = 0;
    for (size_t i = 0; i < g->lines.count; i++) {
        enum outbox_result r = g->lines.items[i].result;
        if (r != OUTBOX_RESULT_APPROVED && r != OUTBOX_RESULT_SECOND)
            continue;
        /* What does not fit stands in the steps of the messages. */
        (void)buf_printf(&detail, "%s%lld", count++ > 0 ? ", " : "", (long long)g->lines.items[i].message.id);
    }
    bool ok =
        count == 0 ||
        audit_add(g->tx, &g->desk->by, g->asked->second ? "warnings-approve-second" : "warnings-approve", 0,
                  arena_printf(g->arena, "%zu: %s%s%s", count, buf_text(&detail), g->asked->reason == NULL ? "" : "; ",
                               g->asked->reason == NULL ? "" : g->asked->reason),
                  g->e);
    buf_release(&detail);
    return ok;
}

static void hand_over(struct gesture *g, struct outbox_lines *ret)
{
    struct outbox_lines lines = {.items = vec_to_arena(&g->lines, g->arena), .count = g->lines.count};
    for (size_t i = 0; i < lines.count; i++)
        lines.of[lines.items[i].result]++;
    lines.storm = g->desk->files.profile.storm;
    *ret = lines;
}

static bool run_gesture(struct gesture *g, bool approve, struct outbox_lines *ret)
{
    struct plan plan;
    struct tx tx = {0};
    g->tx = &tx;
    bool ok = letter_check_templates(g->desk, g->arena, g->e) && plan_make(g->desk, g->arena, 0, &plan, g->e) &&
              tx_begin(g->desk->store, TX_WRITE, &tx, g->e) && tx_lock(&tx, "outbox", g->e) && plan_day(g, &plan) &&
              approve_planned(g, approve) && (g->asked == NULL || (tell_taken(g) && note_gesture(g))) &&
              tx_commit(&tx, g->e);
    tx_rollback(&tx);
    g->tx = NULL;
    if (ok)
        hand_over(g, ret);
    vec_release(&g->lines);
    return ok;
}

bool outbox_plan(struct desk *d, struct arena *a, struct outbox_lines *ret, struct err *e)
{
    struct gesture g = {.desk = d, .arena = a, .e = e, .actor = ACTOR_SCHEDULER};
    return run_gesture(&g, d->files.profile.automatic, ret);
}

bool outbox_approve(struct desk *d, struct arena *a, const struct outbox_gesture *asked, struct outbox_lines *ret,
                    struct err *e)
{
    struct gesture g = {.desk = d, .arena = a, .e = e, .actor = ACTOR_PERSON, .asked = asked};
    if (asked->second && (asked->reason == NULL || asked->reason[0] == '\0'))
        return err_set(e, ERR_USAGE, N_("a second approval says why so many go out at once: add --reason \"…\""));
    return run_gesture(&g, true, ret);
}

/* ------------------------------------------------------------------ by hand */

bool outbox_find(struct desk *d, struct tx *tx, struct arena *a, int64_t id, struct message *ret, struct err *e)
{
    bool found;
    (void)d;
    if (!message_get(tx, a, id, ret, &found, e))
        return false;
    return found ||
           err_set(e, ERR_UNKNOWN, N_("there is no message %lld; `talaia outbox --all` lists them"), (long long)id);
}

bool outbox_drop(struct desk *d, struct tx *tx, enum outbox_actor actor, struct message *m, const char *reason,
                 struct err *e)
{
    return message_move(tx, &d->by, actor, m, OUTBOX_CANCELLED, reason, e) && thresholds_release(tx, m->id, NULL, e);
}

bool outbox_was_sent(struct desk *d, struct tx *tx, struct arena *a, const struct message *m, struct err *e)
{
    if (m->kind == OUTBOX_INTEGRATION)
        return onboard_letter_sent(d, tx, a, m, e);
    if (m->kind != OUTBOX_WARNING)
        return true;
    struct buf words = BUF_INIT(LIMIT_MAIL_BYTES);
    struct message_recipient *to;
    size_t count;
    bool found, ok = message_bytes(tx, m->id, &words, NULL, &found, e) && recipients_load(tx, a, m->id, &to, &count, e);
    if (ok) {
        struct buf list = BUF_INIT(LIMIT_NOTE_CHARS);
        for (size_t i = 0; i < count; i++) {
            if (to[i].result != RECIPIENT_REFUSED)
                (void)buf_printf(&list, "%s%s", list.n > 0 ? ", " : "", to[i].email);
        }
        enum lang lang = d->files.profile.language;
        const char *line =
            arena_printf(a, tr(lang, N_("warning sent (below %d days) to %s")), m->threshold, buf_text(&list));
        ok = ticket_job_add(tx, &d->by, m->case_id, TICKET_JOB_COMMENT,
                            arena_printf(a, "%s\n%s\n\n%s", line, m->subject, buf_text(&words)), e) &&
             case_add_line(d, tx, m->case_id, d->by.day, line, e);
        buf_release(&list);
    }
    buf_release(&words);
    return ok;
}

static bool change(struct desk *d, struct arena *a, int64_t id, const char *what, const char *reason,
                   bool (*deed)(struct desk *d, struct tx *tx, struct arena *a, struct message *m, const char *reason,
                                struct err *e),
                   struct message *ret, struct err *e)
{
    struct tx tx = {0};
    struct message m;
    if (reason == NULL || reason[0] == '\0')
        return err_set(e, ERR_USAGE, N_("say why: add --reason \"…\""));
    bool ok = tx_begin(d->store, TX_WRITE, &tx, e) && outbox_find(d, &tx, a, id, &m, e) &&
              deed(d, &tx, a, &m, reason, e) &&
              audit_add(&tx, &d->by, what, m.body_id, arena_printf(a, "%lld: %s", (long long)id, reason), e) &&
              tx_commit(&tx, e);
    tx_rollback(&tx);
    if (ok)
        *ret = m;
    return ok;
}

static bool settle_sent(struct desk *d, struct tx *tx, struct arena *a, struct message *m, const char *reason,
                        struct err *e)
{
    return message_move(tx, &d->by, ACTOR_PERSON, m, OUTBOX_SENT, reason, e) && outbox_was_sent(d, tx, a, m, e);
}

static bool settle_again(struct desk *d, struct tx *tx, struct arena *a, struct message *m, const char *reason,
                         struct err *e)
{
    (void)a;
    bool anew = m->state == OUTBOX_REFUSED;
    return message_move(tx, &d->by, ACTOR_PERSON, m, anew ? OUTBOX_APPROVED : OUTBOX_RENDERED, reason, e);
}

static bool drop(struct desk *d, struct tx *tx, struct arena *a, struct message *m, const char *reason, struct err *e)
{
    (void)a;
    return outbox_drop(d, tx, ACTOR_PERSON, m, reason, e);
}

bool outbox_settle(struct desk *d, struct arena *a, int64_t id, bool sent, const char *reason, struct message *ret,
                   struct err *e)
{
    return change(d, a, id, sent ? "message-sent" : "message-again", reason, sent ? settle_sent : settle_again, ret, e);
}

bool outbox_cancel(struct desk *d, struct arena *a, int64_t id, const char *reason, struct message *ret, struct err *e)
{
    return change(d, a, id, "message-cancel", reason, drop, ret, e);
}
