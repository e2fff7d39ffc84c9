/* What comes in and what follows by itself. What a person decides is in replies_decide.c; where mails come from in
 * replies_read.c. */
#include "base/text.h"
#include "flow/cases.h"
#include "flow/replies_decide.h"
#include "record/contact.h"
#include "record/integration.h"
#include "record/message.h"

/* ------------------------------------------------------------------ what it is about */

struct match {
    enum incoming_match how;
    int64_t body_id, case_id, outbox_id;
    bool closed;              /* its case is */
    const char *certificates; /* that the message names which it answers */
};

/* A message of ours, or a mail that was taken in before, with that id. */
static bool match_id(struct tx *tx, struct arena *a, const char *id, struct match *to, struct err *e)
{
    struct message sent;
    struct incoming known;
    bool found = false;
    if (id[0] == '\0' || to->how != MATCH_NONE)
        return true;
    if (!message_by_message_id(tx, a, id, &sent, &found, e))
        return false;
    if (found) {
        *to = (struct match){MATCH_THREAD, sent.body_id, sent.case_id, sent.id, false, sent.certificates};
        return true;
    }
    if (!incoming_by_message_id(tx, a, id, &known, &found, e))
        return false;
    if (found && known.case_id != 0)
        *to = (struct match){MATCH_THREAD, known.body_id, known.case_id, known.outbox_id, false, ""};
    return true;
}

static bool match_uid(struct tx *tx, struct arena *a, const char *uid, struct match *to, struct err *e)
{
    struct message sent;
    bool found = false;
    if (uid[0] == '\0' || to->how != MATCH_NONE)
        return true;
    if (!message_by_uid(tx, a, uid, &sent, &found, e))
        return false;
    if (found)
        *to = (struct match){MATCH_THREAD, sent.body_id, sent.case_id, sent.id, false, sent.certificates};
    return true;
}

/* By what the mail refers to: the nearest first. */
static bool match_thread(struct tx *tx, struct arena *a, const struct mail_seen *m, struct match *to, struct err *e)
{
    bool ok = true;
    for (size_t i = 0; ok && i < m->in_reply_to.count; i++)
        ok = match_id(tx, a, m->in_reply_to.items[i], to, e);
    for (size_t i = m->references.count; ok && i > 0; i--)
        ok = match_id(tx, a, m->references.items[i - 1], to, e);
    return ok && match_uid(tx, a, m->returned_talaia_id, to, e) && match_id(tx, a, m->returned_id, to, e) &&
           match_id(tx, a, m->original_id, to, e);
}

static bool match_ticket(struct tx *tx, struct arena *a, const struct mail_seen *m, struct match *to, struct err *e)
{
    struct case_brief c;
    bool found = false;
    const char *key = reply_ticket(a, m->subject, "");
    if (key == NULL && m->returned_subject[0] != '\0')
        key = reply_ticket(a, m->returned_subject, "");
    if (to->how != MATCH_NONE || key == NULL)
        return true;
    if (!case_by_ticket(tx, key, &c, &found, e))
        return false;
    if (found)
        *to = (struct match){MATCH_TICKET, c.body_id, c.id, 0, c.closed, ""};
    return true;
}

/* The sender is a contact of one body alone, which has an open case. */
static bool match_address(struct desk *d, struct tx *tx, struct arena *a, const struct mail_seen *m, struct match *to,
                          struct err *e)
{
    int64_t *bodies;
    size_t count;
    if (to->how != MATCH_NONE || m->from_email[0] == '\0')
        return true;
    if (!contact_bodies(tx, a, m->from_email, d->by.day, &bodies, &count, e))
        return false;
    struct renewals renewals;
    if (count != 1)
        return true;
    if (!renewals_load(tx, a, bodies[0], d->by.day, &renewals, e))
        return false;
    size_t open = 0;
    int64_t case_id = 0;
    for (size_t i = 0; i < renewals.case_count; i++) {
        if (renewals.cases[i].closed == DAY_NONE) {
            open++;
            case_id = renewals.cases[i].id;
        }
    }
    if (open > 0)
        *to = (struct match){MATCH_ADDRESS, bodies[0], open == 1 ? case_id : 0, 0, false, ""};
    return true;
}

static bool match_mail(struct tx *tx, struct arena *a, const struct mail_seen *m, struct match *to, struct err *e)
{
    struct case_brief c = {0};
    bool found = false;
    *to = (struct match){.certificates = ""};
    if (!match_thread(tx, a, m, to, e) || !match_ticket(tx, a, m, to, e))
        return false;
    if (to->how == MATCH_THREAD && to->case_id != 0) {
        if (!case_get(tx, to->case_id, &c, &found, e))
            return false;
        to->closed = found && c.closed;
    }
    return true;
}

/* ------------------------------------------------------------------ what follows */

struct mail_lines replies_own(const struct desk *d, struct arena *a)
{
    const char *const sources[] = {config_text(d->config, KEY_MAIL_FROM), d->files.profile.from.email};
    const char **own = arena_array(a, const char *, 2);
    size_t count = 0;
    for (size_t i = 0; i < 2; i++) {
        if (sources[i] == NULL || sources[i][0] == '\0')
            continue;
        char *lower = arena_strdup(a, sources[i]);
        for (char *p = lower; *p != '\0'; p++)
            *p = *p >= 'A' && *p <= 'Z' ? (char)(*p + ('a' - 'A')) : *p;
        own[count++] = lower;
    }
    return (struct mail_lines){own, count};
}

/* Whether one of the marked contacts was known: else somebody must look at the report. */
static bool mark_contacts(struct desk *d, struct tx *tx, const struct reply *r, int64_t *ret_marked, struct err *e)
{
    int64_t marked = 0;
    for (size_t i = 0; i < r->recipient_count; i++) {
        int64_t count = 0;
        if (!contact_bounce(tx, &d->by, r->recipients[i].address, r->recipients[i].for_good, r->recipients[i].reason,
                            &count, e))
            return false;
        marked += r->recipients[i].for_good ? count : 0;
    }
    *ret_marked = marked;
    return true;
}

static enum incoming_state state_of(const struct reply *r, const struct match *match, int64_t marked)
{
    switch (r->kind) {
    case REPLY_ANSWER: return match->body_id == 0 || match->closed ? INCOMING_QUEUE : INCOMING_PROPOSED;
    case REPLY_BOUNCE: return marked > 0 ? INCOMING_NONE : INCOMING_QUEUE;
    case REPLY_UNDELIVERED:
    case REPLY_UNKNOWN: return INCOMING_QUEUE;
    case REPLY_AWAY:
    case REPLY_AUTOMATIC:
    case REPLY_DELAYED:
    case REPLY_COPY:
    case REPLY_LIST:
    case REPLY_KINDS: break;
    }
    return INCOMING_NONE;
}

static const char *lines_text(struct arena *a, const struct mail_lines *lines)
{
    struct buf all = BUF_INIT(LIMIT_MAIL_LINES * (LIMIT_SUBJECT_BYTES + 1));
    for (size_t i = 0; i < lines->count; i++)
        buf_printf(&all, "%s%s", i > 0 ? "\n" : "", lines->items[i]);
    const char *text = arena_text(a, buf_str(&all));
    buf_release(&all);
    return text;
}

static const char *report_detail(struct arena *a, const struct reply *r)
{
    struct buf all = BUF_INIT(LIMIT_MAIL_REPORT_BYTES);
    for (size_t i = 0; i < r->recipient_count; i++)
        buf_printf(&all, "%s%s: %s", i > 0 ? "\n" : "", r->recipients[i].address, r->recipients[i].reason);
    const char *text = arena_text(a, buf_str(&all));
    buf_release(&all);
    return text;
}

const char *reply_line(struct desk *d, struct arena *a, const struct incoming *m)
{
    enum { SHOWN_CHARS = 200 };
    const char *words = text_clean(a, str_of(m->words), false);
    struct str rest = str_of(words);
    uint32_t c;
    for (int i = 0; i < SHOWN_CHARS && str_utf8_next(&rest, &c); i++)
        ;
    const char *more = rest.n > 0 ? "…" : "";
    const char *shown = arena_text(a, str_part(words, (size_t)(rest.p == NULL ? 0 : rest.p - words)));
    return arena_printf(a, tr(d->files.profile.language, N_("Mail of %s: %s%s")), m->email, shown, more);
}

bool reply_note(struct desk *d, struct tx *tx, struct arena *a, const struct incoming *m, struct err *e)
{
    const char *whole =
        arena_printf(a, tr(d->files.profile.language, N_("Mail of %s: %s%s")), m->email, "\n\n", m->words);
    return case_add_line(d, tx, m->case_id, m->day > d->by.day ? d->by.day : m->day, reply_line(d, a, m), e) &&
           ticket_job_add(tx, &d->by, m->case_id, TICKET_JOB_COMMENT, whole, e);
}

/* The profile's rule instead of a person: a clear answer of a contact, in the thread of its case. */
static bool rule_confirms(struct desk *d, struct tx *tx, struct arena *a, const struct incoming *m, bool *ret,
                          struct err *e)
{
    int64_t *bodies;
    size_t count;
    *ret = false;
    if (!d->files.profile.reply_confirms || m->state != INCOMING_PROPOSED || m->says != REPLY_SAYS_UNDER_WAY ||
        m->matched != MATCH_THREAD || m->case_id == 0)
        return true;
    if (!contact_bodies(tx, a, m->email, d->by.day, &bodies, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        *ret = *ret || bodies[i] == m->body_id;
    return true;
}

static bool follow(struct desk *d, struct tx *tx, struct arena *a, struct incoming *m, const struct match *match,
                   struct err *e)
{
    bool confirms = false;
    struct integration_letter l;
    bool found = false;
    if (m->kind == REPLY_ANSWER && m->outbox_id != 0 && !integration_letter_get(tx, a, m->outbox_id, &l, &found, e))
        return false;
    if (found)
        return ticket_job_add_integration(
            tx, &d->by, l.integration_id, TICKET_JOB_COMMENT,
            arena_printf(a, tr(d->files.profile.language, N_("Mail of %s: %s%s")), m->email, "\n\n", m->words), e);
    if (!m->noted)
        return true;
    if (!reply_note(d, tx, a, m, e) || !rule_confirms(d, tx, a, m, &confirms, e))
        return false;
    static const bool none[CERT_KINDS] = {0};
    if (confirms && !reply_confirm_possible(d, tx, m, &confirms, e))
        return false;
    return !confirms || reply_confirm_in(d, tx, a, m, none, match->certificates,
                                         tr(d->files.profile.language, N_("By the rule of the profile.")), e);
}

bool reply_take(struct desk *d, struct tx *tx, struct arena *a, const struct mail_seen *m, const char *source,
                bool history, struct incoming *ret, bool *ret_new, struct err *e)
{
    struct mail_lines own = replies_own(d, a);
    struct match match;
    struct reply r;
    bool known = false;
    int64_t marked = 0;
    if (!incoming_by_message_id(tx, a, m->message_id, ret, &known, e))
        return false;
    *ret_new = !known;
    if (known)
        return true;
    if (!match_mail(tx, a, m, &match, e))
        return false;
    reply_judge(a, &d->files.profile, m, &own, match.how == MATCH_THREAD, &r);
    if ((r.kind == REPLY_ANSWER && !match_address(d, tx, a, m, &match, e)) || !mark_contacts(d, tx, &r, &marked, e))
        return false;
    /* A copy of a message whose Message-ID a server has changed: answers will name the new one. */
    if (r.kind == REPLY_COPY && !match_uid(tx, a, m->talaia_id, &match, e))
        return false;
    /* What a list or a machine says of nothing of ours is nobody's business: that it came is kept, its text is not. */
    bool foreign =
        match.how == MATCH_NONE && (r.kind == REPLY_LIST || r.kind == REPLY_AUTOMATIC || r.kind == REPLY_AWAY);
    struct incoming in = {
        .message_id = m->message_id,
        .at = m->date,
        .day = m->date == INSTANT_NONE ? d->by.day : day_madrid(m->date),
        .read_at = d->by.at,
        .source = source,
        .sender = m->from,
        .email = m->from_email,
        .subject = m->subject,
        .text = foreign ? "" : m->text,
        .words = foreign ? "" : r.text,
        .files = lines_text(a, &m->files),
        .kind = r.kind,
        .says = r.says,
        .word = r.word,
        .state = state_of(&r, &match, marked),
        .matched = match.how,
        .body_id = match.body_id,
        .case_id = match.case_id,
        .outbox_id = match.outbox_id,
        .noted = !history && r.kind == REPLY_ANSWER && match.case_id != 0 && match.how != MATCH_ADDRESS,
        .detail = report_detail(a, &r),
        .note = "",
        .decided_day = DAY_NONE,
        .decided_at = INSTANT_NONE,
        .decided_who = "",
    };
    /* Lines of one comment are added one after the other (case_ensure takes the same lock). */
    if (!tx_lock(tx, "renewal", e) || !incoming_add(tx, &in, &in.id, ret_new, e))
        return false;
    if (!*ret_new) /* somebody else took it in at the same moment */
        return incoming_by_message_id(tx, a, m->message_id, ret, &known, e);
    if (!follow(d, tx, a, &in, &match, e))
        return false;
    *ret = in;
    return true;
}
