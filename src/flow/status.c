#include "flow/status.h"

#include <stdlib.h>

#include "base/buf.h"
#include "core/date_text.h"
#include "record/incoming.h"

#define NEXT_DAYS_MOST 3660 /* a certificate lives three years at most */

const char *status_next_code(enum status_next n)
{
    static const char *const codes[STATUS_NEXT_COUNT] = {
#define X(name, code) [STATUS_##name] = (code),
        STATUS_NEXT_LIST(X)
#undef X
    };
    return codes[n];
}

struct looking {
    struct desk *desk;
    struct arena *arena;
    struct status status;
    struct renewals renewals;
    struct evidence_book book;
    struct messages messages; /* warnings under way */
    struct incomings mails;   /* that wait for a decision */
    VEC(struct status_case) items;
};

/* ------------------------------------------------------------------ one certificate */

/* The furthest stage; being told is the first. */
static const char *stage_of(const struct looking *l, const struct case_cert *c)
{
    enum lang lang = l->desk->lang;
    if (c->checked)
        return tr(lang, stage_words(STAGE_CHECKED));
    for (int s = STAGE_CHECKED; s-- > 0;) {
        if ((c->stages >> s & 1) != 0)
            return tr(lang, stage_words((enum stage)s));
    }
    return c->consumed != 0 ? tr(lang, N_("warned")) : "";
}

static int told_of(const struct profile *p, const struct case_cert *c)
{
    int told = 0;
    for (size_t i = 0; i < p->threshold_count; i++) {
        if ((c->consumed >> i & 1) != 0 && (told == 0 || p->thresholds[i] < told))
            told = p->thresholds[i];
    }
    return told;
}

static void detail_days(struct buf *to, const struct status_certificate *s, enum lang lang)
{
    char day[DATE_LONG_BYTES];
    date_plain(s->cert->expires, lang, day);
    if (s->days > 0)
        buf_printf(to, trn(lang, "expires on %s, in %d day", "expires on %s, in %d days", (unsigned long)s->days), day,
                   s->days);
    else if (s->days == 0)
        buf_printf(to, tr(lang, N_("expires today, %s")), day);
    else
        buf_printf(to, trn(lang, "expired on %s, %d day ago", "expired on %s, %d days ago", (unsigned long)-s->days),
                   day, -s->days);
}

static const char *detail_of(const struct looking *l, const struct status_certificate *s)
{
    const struct profile *p = &l->desk->files.profile;
    enum lang lang = l->desk->lang;
    struct buf to = BUF_INIT(LIMIT_ERR_BYTES);
    char day[DATE_LONG_BYTES];
    bool first = true;
    detail_days(&to, s, lang);
    for (size_t i = 0; i < p->threshold_count; i++) {
        if ((s->cert->consumed >> i & 1) == 0)
            continue;
        if (first)
            buf_printf(&to, "; %s %d", tr(lang, N_("warned below")), p->thresholds[i]);
        else
            buf_printf(&to, ", %d", p->thresholds[i]);
        first = false;
    }
    if (first && !s->cert->renewed)
        buf_printf(&to, "; %s", tr(lang, N_("not warned yet")));
    for (int k = 0; k < STAGE_COUNT; k++) {
        if ((s->cert->stages >> k & 1) != 0 && k != STAGE_CHECKED)
            buf_printf(&to, "; %s", tr(lang, stage_words((enum stage)k)));
    }
    if (s->cert->renewed && s->cert->declared != DAY_NONE && s->cert->declared != s->cert->expires)
        buf_printf(&to, tr(lang, N_("; the registry now says %s")), date_plain(s->cert->declared, lang, day));
    if (s->outcome != EVIDENCE_WAITING)
        buf_printf(&to, "; %s", tr(lang, evidence_sentence(s->outcome)));
    char *text = arena_text(l->arena, buf_str(&to));
    buf_release(&to);
    return text;
}

/* ------------------------------------------------------------------ what comes next */

static const struct message *under_way(const struct looking *l, int64_t case_id)
{
    for (size_t i = 0; case_id != 0 && i < l->messages.count; i++) {
        if (l->messages.items[i].case_id == case_id)
            return &l->messages.items[i];
    }
    return NULL;
}

/* A mail of the body that waits for a decision; the newest. */
static bool next_mail(const struct looking *l, struct status_case *s)
{
    enum lang lang = l->desk->lang;
    for (size_t i = 0; s->wcase.id != 0 && i < l->mails.count; i++) {
        const struct incoming *m = &l->mails.items[i];
        if (m->case_id != s->wcase.id)
            continue;
        s->next = arena_printf(l->arena, tr(lang, N_("the body has written (mail %lld)")), (long long)m->id);
        s->next_long = arena_printf(l->arena, tr(lang, N_("the body has written: %s; `talaia reply show %lld`")),
                                    tr(lang, reply_says_words(m->says)), (long long)m->id);
        return true;
    }
    return false;
}

/* Something that a person has to look at, the most pressing first; false when there is nothing. */
static bool next_person(const struct looking *l, struct status_case *s)
{
    enum lang lang = l->desk->lang;
    for (size_t i = 0; i < s->wcase.count; i++) {
        const struct status_certificate *c = &s->certs[i];
        const char *kind = cert_kind_code(c->cert->kind);
        if (c->comes_back) {
            s->next = arena_printf(l->arena, tr(lang, N_("%s: answered, not installed")), kind);
            s->next_long = arena_printf(
                l->arena,
                tr(lang, N_("%s: the body answered, the certificate is about to expire and is not installed; "
                            "a person must look")),
                kind);
            return true;
        }
    }
    if (next_mail(l, s))
        return true;
    for (size_t i = 0; i < s->wcase.count; i++) {
        const struct status_certificate *c = &s->certs[i];
        if (c->outcome == EVIDENCE_WAITING || c->outcome == EVIDENCE_CHECKED)
            continue;
        s->next = arena_printf(l->arena, "%s: %s", cert_kind_code(c->cert->kind), tr(lang, evidence_words(c->outcome)));
        s->next_long =
            arena_printf(l->arena, "%s: %s", cert_kind_code(c->cert->kind), tr(lang, evidence_sentence(c->outcome)));
        return true;
    }
    return false;
}

/* While one certificate waits for a person, the other goes on being warned. */
static void next_warning_too(const struct looking *l, struct status_case *s)
{
    struct warning w;
    char day[DATE_LONG_BYTES];
    day_t today = l->desk->by.day;
    if (warning_whether(s->body) == WARN_YES && under_way(l, s->wcase.id) == NULL &&
        warning_next(&l->desk->files.profile, &s->wcase, today, today + NEXT_DAYS_MOST, &w))
        s->next_long =
            arena_printf(l->arena, tr(l->desk->lang, N_("%s; then a warning on %s, %s below %d")), s->next_long,
                         date_short(w.on, l->desk->lang, day), cert_kind_code(w.driver), w.threshold);
}

static const char *const unwarned_words_of[] = {
    [WARN_EXCLUDED] = N_("left out on purpose"),
    [WARN_NOT_VERIFIABLE] = N_("its dates cannot be verified"),
    [WARN_VANISHED] = N_("no longer in the registry"),
    [WARN_NO_DATES] = N_("the registry has no date"),
};

static void next_of(const struct looking *l, struct status_case *s)
{
    enum lang lang = l->desk->lang;
    day_t today = l->desk->by.day;
    enum warn_whether whether = warning_whether(s->body);
    const struct message *m = under_way(l, s->wcase.id);
    char day[DATE_LONG_BYTES];
    if (next_person(l, s)) {
        s->what = STATUS_PERSON;
        next_warning_too(l, s);
        return;
    }
    if (m != NULL) {
        s->what = m->state == OUTBOX_PLANNED || m->state == OUTBOX_AMBIGUOUS || m->state == OUTBOX_REFUSED
                      ? STATUS_PERSON
                      : STATUS_UNDER_WAY;
        s->next = arena_printf(l->arena, tr(lang, N_("warning below %d: %s")), m->threshold,
                               tr(lang, outbox_state_words(m->state)));
        s->next_long = m->trouble[0] == '\0' ? s->next : arena_printf(l->arena, "%s; %s", s->next, m->trouble);
        return;
    }
    if (whether != WARN_YES) {
        s->what = STATUS_UNWARNED;
        s->next = tr(lang, unwarned_words_of[whether]);
        s->next_long = s->next;
        return;
    }
    if (warning_next(&l->desk->files.profile, &s->wcase, today, today + NEXT_DAYS_MOST, &s->warning)) {
        s->what = STATUS_WARNING;
        char on[DAY_TEXT_BYTES];
        s->next = arena_printf(l->arena, tr(lang, N_("warning on %s (< %d)")), day_dmy(s->warning.on, on),
                               s->warning.threshold);
        s->next_long =
            arena_printf(l->arena, tr(lang, N_("warning on %s, %s below %d")), date_short(s->warning.on, lang, day),
                         cert_kind_code(s->warning.driver), s->warning.threshold);
        return;
    }
    s->what = STATUS_WAITS;
    bool answered = false;
    for (size_t i = 0; i < s->wcase.count; i++)
        answered = answered || (s->wcase.certs[i].answered && !s->wcase.certs[i].renewed);
    s->next = tr(lang, answered ? N_("under way at the body") : N_("all has been told"));
    s->next_long = tr(lang, answered ? N_("the renewal is under way at the body; no further warning goes out")
                                     : N_("all thresholds have been told; nothing more goes out by itself"));
}

/* ------------------------------------------------------------------ the cases */

/* A threshold is consumed when its message is planned; told it is when the message has left. */
static bool untell(struct looking *l, struct tx *tx, struct status_case *s, struct err *e)
{
    const struct profile *p = &l->desk->files.profile;
    const struct message *m = under_way(l, s->wcase.id);
    struct consumed *rows;
    size_t count = 0;
    if (m == NULL || outbox_has_left(m->state))
        return true;
    if (!consumed_load(tx, l->arena, s->wcase.id, &rows, &count, e))
        return false;
    for (size_t i = 0; i < s->wcase.count; i++) {
        s->unsent[i] = 0;
        for (size_t r = 0; r < count; r++) {
            for (size_t t = 0; t < p->threshold_count; t++)
                s->unsent[i] |= (unsigned)(rows[r].renewal_id == s->wcase.certs[i].renewal_id &&
                                           rows[r].message_id == m->id && rows[r].threshold == p->thresholds[t])
                                << t;
        }
    }
    return true;
}

static bool look_at(struct looking *l, struct tx *tx, const struct body *b, const struct warning_case *c, struct err *e)
{
    const struct profile *p = &l->desk->files.profile;
    struct status_case s = {.body = b, .wcase = *c, .days = days_left(case_expires(c), l->desk->by.day)};
    if (!untell(l, tx, &s, e))
        return false;
    for (size_t i = 0; i < c->count; i++) {
        struct case_cert *kept = arena_new(l->arena, struct case_cert);
        *kept = c->certs[i];
        kept->consumed &= ~s.unsent[i];
        struct status_certificate *x = &s.certs[i];
        *x = (struct status_certificate){
            .cert = kept,
            .days = days_left(kept->expires, l->desk->by.day),
            .outcome = evidence_of(&l->book, b, kept, NULL),
            .comes_back = warning_comes_back(p, kept, (kept->stages >> STAGE_INSTALLED & 1) != 0, l->desk->by.day),
            .stage = stage_of(l, kept),
            .told = told_of(p, kept),
        };
        x->detail = detail_of(l, x);
    }
    next_of(l, &s);
    vec_push(&l->items, s);
    return true;
}

static int by_urgency(const void *a, const void *b)
{
    const struct status_case *x = a, *y = b;
    if (x->days != y->days)
        return x->days < y->days ? -1 : 1;
    int name = strcmp(x->body->sort_key, y->body->sort_key);
    return name != 0 ? name : (x->wcase.id > y->wcase.id) - (x->wcase.id < y->wcase.id);
}

static bool look_at_body(struct looking *l, struct tx *tx, const struct body *b, struct err *e)
{
    struct warning_case *cases;
    size_t count = renewals_cases(&l->renewals, &l->desk->files.profile, l->arena, b, &cases);
    for (size_t i = 0; i < count; i++) {
        bool soon = b->excluded == NULL && b->vanished == DAY_NONE && case_is_soon(l->desk, &cases[i]);
        bool followed = cases[i].id != 0 && case_is_followed(&cases[i]);
        if (!case_is_over(&cases[i]) && (soon || followed) && !look_at(l, tx, b, &cases[i], e))
            return false;
    }
    return true;
}

bool status_load(struct desk *d, struct tx *tx, struct arena *a, const struct body *only, struct status *ret,
                 struct err *e)
{
    const int64_t body_id = only == NULL ? 0 : only->id;
    struct looking l = {.desk = d, .arena = a};
    const struct message_filter waiting = {
        .kinds = 1u << OUTBOX_WARNING,
        .states = 1u << OUTBOX_PLANNED | 1u << OUTBOX_APPROVED | 1u << OUTBOX_TICKETED | 1u << OUTBOX_RENDERED |
                  1u << OUTBOX_SENDING | 1u << OUTBOX_AMBIGUOUS | 1u << OUTBOX_REFUSED,
        .body_id = body_id,
    };
    if ((only == NULL && !bodies_load(tx, a, &d->files.profile, d->by.day, &l.status.bodies, e)) ||
        !renewals_load(tx, a, body_id, d->by.day, &l.renewals, e) || !evidence_book_load(tx, a, body_id, &l.book, e) ||
        !messages_load(tx, a, &waiting, &l.messages, e) ||
        !incomings_load(tx, a, &(struct incoming_filter){.states = 1u << INCOMING_PROPOSED, .body_id = body_id},
                        &l.mails, e))
        return false;
    bool ok = only == NULL || look_at_body(&l, tx, only, e);
    for (size_t i = 0; ok && i < l.status.bodies.count; i++)
        ok = look_at_body(&l, tx, &l.status.bodies.items[i], e);
    if (l.items.count > 0)
        qsort(l.items.items, l.items.count, sizeof *l.items.items, by_urgency);
    l.status.items = vec_to_arena(&l.items, a);
    l.status.count = l.items.count;
    vec_release(&l.items);
    if (ok)
        *ret = l.status;
    return ok;
}
