/* What was understood, written down: cases with ticket and subject, messages, told thresholds, answers. */
#include <stdlib.h>

#include "base/buf.h"
#include "core/reply.h"
#include "flow/adopt_run.h"
#include "flow/replies.h"
#include "flow/replies_decide.h"
#include "record/adopted.h"

/* ------------------------------------------------------------------ the case */

static struct warning_case wanted_case(const struct adopt_group *g)
{
    static const enum cert_kind order[CERT_KINDS] = {CERT_CDA, CERT_CDS};
    struct warning_case c = {0};
    for (int i = 0; i < CERT_KINDS; i++) {
        day_t date = g->expires[order[i]];
        if (date != DAY_NONE)
            c.certs[c.count++] =
                (struct case_cert){.kind = order[i], .expires = date, .declared = g->body->expires[order[i]]};
    }
    return c;
}

/* The day on which something is noted: that of the mail, who and when: now. */
static struct by by_on(const struct adopt *x, day_t day)
{
    struct by by = x->desk->by;
    by.day = day;
    return by;
}

static const struct case_record *load_case(struct adopt *x, const struct adopt_group *g, struct renewals *all)
{
    if (!renewals_load(x->tx, &x->scratch, g->body->id, x->desk->by.day, all, x->e))
        return NULL;
    const struct case_record *c = renewals_case(all, g->body->id, g->case_id);
    if (c == NULL)
        err_set(x->e, ERR_INTERNAL, N_("a case that was made is not there"));
    return c;
}

/* Ticket and subject, unless the case has others already: what the desk knows is not changed. */
static bool keep_names(struct adopt *x, struct adopt_group *g, const struct case_record *c)
{
    enum lang lang = x->desk->lang;
    if (g->ticket[0] != '\0' && c->ticket[0] == '\0') {
        if (!case_ticket_set(x->tx, &x->desk->by, g->case_id, g->ticket, "", x->e))
            return false;
        g->changed = true;
    } else if (g->ticket[0] != '\0' && strcmp(g->ticket, c->ticket) != 0) {
        adopt_remark(x, g, tr(lang, N_("the desk has the ticket %s for it already, which stays")), c->ticket);
    }
    if (g->subject[0] != '\0' && c->subject[0] == '\0') {
        if (!case_subject_set(x->tx, g->case_id, g->subject, x->e))
            return false;
        g->changed = true;
    } else if (g->subject[0] != '\0' && strcmp(g->subject, c->subject) != 0) {
        adopt_remark(x, g, tr(lang, N_("its thread has another subject here, which stays: %s")), c->subject);
    }
    return true;
}

static bool keep_case(struct adopt *x, struct adopt_group *g)
{
    struct renewals all;
    struct warning_case c = wanted_case(g);
    int64_t before = 0, after = 0;
    struct by by = by_on(x, g->first == DAY_NONE ? x->desk->by.day : g->first);
    if (!renewals_load(x->tx, &x->scratch, g->body->id, x->desk->by.day, &all, x->e))
        return false;
    before = (int64_t)all.count;
    if (!case_ensure(x->tx, &by, g->body->id, &c, &g->case_id, x->e))
        return false;
    const struct case_record *now = load_case(x, g, &all);
    after = (int64_t)all.count;
    g->changed = g->changed || after != before;
    return now != NULL && keep_names(x, g, now);
}

/* ------------------------------------------------------------------ messages and thresholds */

static const char *named_text(const struct subject_seen *s)
{
    bool cds = s->expires[CERT_CDS] != DAY_NONE, cda = s->expires[CERT_CDA] != DAY_NONE;
    return cds && cda ? "CDA CDS" : cds ? "CDS" : cda ? "CDA" : "";
}

/* Of a mail of that day: the lowest threshold that the earliest certificate had crossed; 0 when it had none. */
static int lowest_crossed(const struct profile *p, const struct subject_seen *s, day_t on)
{
    int lowest = 0;
    for (int k = 0; k < CERT_KINDS; k++) {
        for (size_t t = 0; s->expires[k] != DAY_NONE && t < p->threshold_count; t++) {
            if (days_left(s->expires[k], on) < p->thresholds[t] && (lowest == 0 || p->thresholds[t] < lowest))
                lowest = p->thresholds[t];
        }
    }
    return lowest;
}

static const char *references_text(struct arena *a, const struct mail_lines *lines)
{
    struct buf all = BUF_INIT(LIMIT_MAIL_HEAD_BYTES);
    size_t from = lines->count > LIMIT_OUTBOX_REFERENCES / 2 ? lines->count - LIMIT_OUTBOX_REFERENCES / 2 : 0;
    for (size_t i = from; i < lines->count; i++)
        buf_printf(&all, "%s%s", i > from ? " " : "", lines->items[i]);
    const char *text = arena_text(a, buf_str(&all));
    buf_release(&all);
    return text;
}

static bool keep_message(struct adopt *x, struct adopt_group *g, const struct adopt_mail *m, int64_t *ret_id)
{
    bool added = false;
    const struct profile *p = &x->desk->files.profile;
    struct message sent = {
        .kind = m->warns ? OUTBOX_WARNING : OUTBOX_LETTER,
        .day = m->day,
        .body_id = g->body->id,
        .case_id = g->case_id,
        .threshold = m->warns ? lowest_crossed(p, &m->subject, m->day) : 0,
        .certificates = m->named ? named_text(&m->subject) : "",
        .lang = p->language,
        .subject = m->seen.subject,
        .ticket = m->named ? m->subject.ticket : "",
        .message_id = m->seen.message_id,
        .in_reply_to = m->seen.in_reply_to.count > 0 ? m->seen.in_reply_to.items[0] : "",
        .references = references_text(&x->scratch, &m->seen.references),
        .date = m->seen.date,
        .folder = p->warning_folder,
    };
    if (!message_adopt(x->tx, &x->desk->by, &sent, &m->seen.to, tr(x->desk->lang, N_("taken over from the mailbox")),
                       ret_id, &added, x->e))
        return false;
    g->changed = g->changed || added;
    return true;
}

static bool is_told(const struct consumed *told, size_t count, int64_t renewal_id, int threshold)
{
    for (size_t i = 0; i < count; i++) {
        if (told[i].renewal_id == renewal_id && told[i].threshold == threshold)
            return true;
    }
    return false;
}

/* What the mail told: of each certificate that its subject names, every threshold crossed on its day. */
static bool keep_told(struct adopt *x, struct adopt_group *g, const struct adopt_mail *m, int64_t message_id)
{
    const struct profile *p = &x->desk->files.profile;
    struct by by = by_on(x, m->day);
    struct renewals all;
    struct consumed *told;
    size_t count;
    if (!renewals_load(x->tx, &x->scratch, g->body->id, x->desk->by.day, &all, x->e))
        return false;
    for (int k = 0; k < CERT_KINDS; k++) {
        day_t date = m->subject.expires[k];
        const struct renewal *r = date == DAY_NONE ? NULL : renewals_find(&all, g->body->id, (enum cert_kind)k, date);
        if (r == NULL)
            continue;
        if (!consumed_load(x->tx, &x->scratch, r->case_id, &told, &count, x->e))
            return false;
        for (size_t t = 0; t < p->threshold_count; t++) {
            if (days_left(date, m->day) >= p->thresholds[t] || is_told(told, count, r->id, p->thresholds[t]))
                continue;
            if (!threshold_consume(x->tx, &by, r->id, p->thresholds[t], message_id,
                                   tr(x->desk->lang, N_("taken over from the mailbox")), x->e))
                return false;
            g->changed = true;
        }
    }
    return true;
}

static bool keep_answer(struct adopt *x, struct adopt_group *g, const struct adopt_mail *m)
{
    struct reply r;
    struct incoming in;
    bool new = false;
    char day[DAY_TEXT_BYTES];
    reply_judge(&x->scratch, &x->desk->files.profile, &m->seen, &x->own, true, &r);
    if (r.kind == REPLY_BOUNCE || r.kind == REPLY_UNDELIVERED) {
        adopt_remark(x, g, tr(x->desk->lang, N_("the mail of %s came back from %s: did the body get the warning?")),
                     day_dmy(m->day, day), r.recipient_count > 0 ? r.recipients[0].address : "?");
        return true;
    }
    if (!reply_take(x->desk, x->tx, &x->scratch, &m->seen, x->mails_from, true, &in, &new, x->e))
        return false;
    g->answers += in.kind == REPLY_ANSWER;
    g->changed = g->changed || new;
    return true;
}

/* ------------------------------------------------------------------ in order */

struct ordered {
    const struct adopt_mail *mail;
    bool main; /* of the thread that goes on: its last message is what the next warning answers */
};

static int by_date(const void *a, const void *b)
{
    const struct ordered *x = a, *y = b;
    if (x->main != y->main)
        return x->main - y->main;
    if (x->mail->seen.date != y->mail->seen.date)
        return x->mail->seen.date < y->mail->seen.date ? -1 : 1;
    return (x->mail->number > y->mail->number) - (x->mail->number < y->mail->number);
}

static bool keep_mail(struct adopt *x, struct adopt_group *g, const struct adopt_mail *m)
{
    int64_t id;
    arena_reset(&x->scratch);
    if (!m->ours)
        return keep_answer(x, g, m);
    if (!keep_message(x, g, m, &id) || (m->warns && !keep_told(x, g, m, id)))
        return false;
    g->warnings += m->warns;
    g->letters += !m->warns;
    return true;
}

static bool keep_group(struct adopt *x, size_t index)
{
    struct adopt_group *g = &x->groups.items[index];
    VEC(struct ordered) list = {0};
    for (size_t i = 0; i < x->mails.count; i++) {
        const struct adopt_mail *m = &x->mails.items[i];
        if (m->group != index)
            continue;
        bool other = m->named && m->subject.ticket[0] != '\0' && strcmp(m->subject.ticket, g->ticket) != 0;
        vec_push(&list, (struct ordered){m, !other});
        if (m->warns && (g->first == DAY_NONE || m->day < g->first))
            g->first = m->day;
        if (m->warns && (g->last == DAY_NONE || m->day > g->last))
            g->last = m->day;
    }
    if (list.count > 0)
        qsort(list.items, list.count, sizeof *list.items, by_date);
    bool ok = g->over || keep_case(x, g);
    /* Ours first: an answer is matched with what it answers. */
    for (int ours = 1; ok && !g->over && ours >= 0; ours--) {
        for (size_t i = 0; ok && i < list.count; i++)
            ok = list.items[i].mail->ours != (bool)ours || keep_mail(x, g, list.items[i].mail);
    }
    for (size_t i = 0; g->over && i < list.count; i++)
        g->warnings += list.items[i].mail->warns;
    vec_release(&list);
    return ok;
}

bool adopt_keep(struct adopt *x)
{
    bool ok = true;
    for (size_t i = 0; ok && i < x->groups.count; i++) {
        arena_reset(&x->scratch);
        ok = x->groups.items[i].gone || keep_group(x, i);
    }
    return ok;
}
