/* Whose every mail and ticket is, and which of them belong together. */
#include <stdlib.h>

#include "base/text.h"
#include "core/name.h"
#include "core/reply.h"
#include "flow/adopt_run.h"
#include "record/contact.h"

/* ------------------------------------------------------------------ the body */

static bool date_fits(const struct body *b, const struct subject_seen *s)
{
    for (int k = 0; k < CERT_KINDS; k++) {
        if (s->expires[k] != DAY_NONE && s->expires[k] == b->expires[k])
            return true;
    }
    return false;
}

static const struct body *by_name(struct adopt *x, const struct subject_seen *s)
{
    for (size_t i = 0; i < s->name_count; i++) {
        bool several;
        const struct body *b = body_index_find(x->index, &x->scratch, str_of(s->names[i]), &several);
        if (b != NULL && !several)
            return b;
    }
    for (size_t i = 0; i < s->name_count; i++) {
        const char *fold = text_fold(&x->scratch, str_of(s->names[i]));
        const struct body *found = NULL;
        size_t count = 0;
        for (size_t k = 0; k < x->bodies.count; k++) {
            if (fold[0] != '\0' && strcmp(x->shorts[k], fold) == 0 && x->bodies.items[k].vanished == DAY_NONE) {
                found = &x->bodies.items[k];
                count++;
            }
        }
        if (count == 1)
            return found;
    }
    return NULL;
}

/* The nearest to a misspelt name; it counts only when the registry gives that body the date that the subject names. */
static const struct body *by_slip(struct adopt *x, const struct subject_seen *s, bool *ret_fits)
{
    const struct body *best = NULL;
    *ret_fits = false;
    for (size_t i = 0; i < s->name_count; i++) {
        const char *fold = text_fold(&x->scratch, str_of(s->names[i]));
        const struct body *b = body_index_nearest(x->index, &x->scratch, str_of(s->names[i]));
        for (size_t k = 0; b == NULL && strlen(fold) > 4 && k < x->bodies.count; k++) {
            if (text_distance(fold, x->shorts[k], LIMIT_EDIT_DISTANCE) <= LIMIT_EDIT_DISTANCE)
                b = &x->bodies.items[k];
        }
        if (b != NULL && (best == NULL || date_fits(b, s)))
            best = b;
    }
    *ret_fits = best != NULL && date_fits(best, s);
    return best;
}

/* The one body whose contact is among those addresses and to which the date fits. */
static bool by_addresses(struct adopt *x, const struct mail_lines *to, const struct subject_seen *s,
                         const struct body **ret)
{
    const struct body *found = NULL;
    size_t bodies = 0;
    for (size_t i = 0; i < to->count; i++) {
        int64_t *ids;
        size_t count;
        if (!contact_bodies(x->tx, &x->scratch, to->items[i], x->desk->by.day, &ids, &count, x->e))
            return false;
        for (size_t k = 0; k < count; k++) {
            const struct body *b = bodies_by_id(&x->bodies, ids[k]);
            if (b == NULL || b == found || !date_fits(b, s))
                continue;
            found = b;
            bodies++;
        }
    }
    *ret = bodies == 1 ? found : NULL;
    return true;
}

static const char *names_text(struct adopt *x, const struct subject_seen *s)
{
    const char *longest = "";
    for (size_t i = 0; i < s->name_count; i++)
        longest = strlen(s->names[i]) > strlen(longest) ? s->names[i] : longest;
    return longest[0] == '\0' ? "?" : arena_strdup(x->arena, longest);
}

/* ------------------------------------------------------------------ groups */

static bool overlaps(const struct adopt_group *g, const struct body *b, const struct subject_seen *s)
{
    if (g->gone || g->body != b)
        return false;
    for (int k = 0; k < CERT_KINDS; k++) {
        if (s->expires[k] != DAY_NONE && g->expires[k] == s->expires[k])
            return true;
    }
    return false;
}

/* Whether the certificates of the subject can be in the group beside those it has. */
static bool joins(const struct adopt_group *g, const struct subject_seen *s)
{
    for (int k = 0; k < CERT_KINDS; k++) {
        if (s->expires[k] != DAY_NONE && g->expires[k] != DAY_NONE && g->expires[k] != s->expires[k])
            return false;
    }
    return true;
}

static size_t group_of(struct adopt *x, const struct body *b, const struct subject_seen *s)
{
    for (size_t i = 0; i < x->groups.count; i++) {
        struct adopt_group *g = &x->groups.items[i];
        if (!overlaps(g, b, s) || !joins(g, s))
            continue;
        for (int k = 0; k < CERT_KINDS; k++)
            g->expires[k] = s->expires[k] != DAY_NONE ? s->expires[k] : g->expires[k];
        return i;
    }
    struct adopt_group g = {.body = b, .ticket = "", .subject = "", .first = DAY_NONE, .last = DAY_NONE};
    memcpy(g.expires, s->expires, sizeof g.expires);
    vec_push(&x->groups, g);
    return x->groups.count - 1;
}

/* A subject without a body that can be named: the ticket's key tells, when another subject has it too. */
static size_t group_by_ticket(const struct adopt *x, const struct subject_seen *s)
{
    for (size_t i = 0; s->ticket[0] != '\0' && i < x->mails.count; i++) {
        const struct adopt_mail *m = &x->mails.items[i];
        if (m->group != ADOPT_NO_GROUP && m->named && strcmp(m->subject.ticket, s->ticket) == 0 &&
            overlaps(&x->groups.items[m->group], x->groups.items[m->group].body, s))
            return m->group;
    }
    return ADOPT_NO_GROUP;
}

/* ------------------------------------------------------------------ threads */

static int by_id(const void *a, const void *b)
{
    const struct adopt_mail *const *x = a, *const *y = b;
    return strcmp((*x)->seen.message_id, (*y)->seen.message_id);
}

static size_t group_of_id(struct adopt_mail *const *sorted, size_t count, const char *id)
{
    struct adopt_mail key = {.seen.message_id = id};
    const struct adopt_mail *wanted = &key;
    struct adopt_mail *const *found = count == 0 ? NULL : bsearch(&wanted, sorted, count, sizeof *sorted, by_id);
    return found == NULL ? ADOPT_NO_GROUP : (*found)->group;
}

static size_t group_of_thread(const struct adopt_mail *m, struct adopt_mail *const *sorted, size_t count)
{
    const struct mail_lines *const lists[] = {&m->seen.in_reply_to, &m->seen.references};
    for (size_t l = 0; l < 2; l++) {
        for (size_t i = lists[l]->count; i > 0; i--) {
            size_t group = group_of_id(sorted, count, lists[l]->items[i - 1]);
            if (group != ADOPT_NO_GROUP)
                return group;
        }
    }
    return ADOPT_NO_GROUP;
}

/* ------------------------------------------------------------------ mails one by one */

/* Its subject goes on as it is; that the name has a slip is told once. */
static void remark_slip(struct adopt *x, struct adopt_group *g, const struct adopt_mail *m)
{
    char day[DAY_TEXT_BYTES];
    const char *name = arena_printf(&x->scratch, "\"%s\"", names_text(x, &m->subject));
    for (size_t i = 0; i < g->remarks.count; i++) {
        if (strstr(g->remarks.items[i], name) != NULL)
            return;
    }
    adopt_remark(x, g, tr(x->desk->lang, N_("the mail of %s writes %s")), day_dmy(m->day, day), name);
}

/* A mail whose subject names a certificate, by the name; false only on an error. */
static bool place_named(struct adopt *x, struct adopt_mail *m)
{
    struct subject_seen *s = &m->subject;
    const struct body *b = by_name(x, s);
    if (s->bad_date[0] != '\0')
        return true;
    if (b == NULL && !by_addresses(x, &m->seen.to, s, &b))
        return false;
    if (b == NULL) {
        bool fits;
        const struct body *near = by_slip(x, s, &fits);
        b = fits ? near : NULL;
        if (b != NULL && m->ours) {
            m->group = group_of(x, b, s);
            remark_slip(x, &x->groups.items[m->group], m);
        }
    }
    if (b != NULL)
        m->group = group_of(x, b, s);
    return true;
}

static void miss_mail(struct adopt *x, const struct adopt_mail *m)
{
    const char *subject = m->seen.subject;
    enum lang lang = x->desk->lang;
    if (!m->named) {
        adopt_miss(x, m->number, subject, "%s",
                   tr(lang, N_("its subject names no certificate, and it answers no warning that is here")));
        return;
    }
    if (m->subject.bad_date[0] != '\0') {
        adopt_miss(x, m->number, subject, tr(lang, N_("\"%s\" in the subject is no date")), m->subject.bad_date);
        return;
    }
    if (m->subject.name_count == 0) {
        adopt_miss(
            x, m->number, subject, "%s",
            tr(lang, N_("its subject names no body, and the addresses it went to belong to none with such a date")));
        return;
    }
    bool fits;
    const struct body *near = by_slip(x, &m->subject, &fits);
    if (near != NULL)
        adopt_miss(x, m->number, subject,
                   tr(lang, N_("no body is called \"%s\"; the nearest, %s, has other dates in the registry")),
                   names_text(x, &m->subject), near->name);
    else
        adopt_miss(x, m->number, subject, tr(lang, N_("no body is called \"%s\"")), names_text(x, &m->subject));
}

static bool place_mails(struct adopt *x)
{
    struct adopt_mail **sorted = arena_array(x->arena, struct adopt_mail *, x->mails.count + 1);
    bool ok = true;
    for (size_t i = 0; ok && i < x->mails.count; i++) {
        arena_reset(&x->scratch);
        sorted[i] = &x->mails.items[i];
        ok = !sorted[i]->named || place_named(x, sorted[i]);
    }
    if (x->mails.count > 0)
        qsort(sorted, x->mails.count, sizeof *sorted, by_id);
    /* Twice: an answer to an answer finds its place when the first one has. */
    for (int round = 0; ok && round < 2; round++) {
        for (size_t i = 0; i < x->mails.count; i++) {
            struct adopt_mail *m = &x->mails.items[i];
            if (m->group == ADOPT_NO_GROUP && m->named && m->subject.bad_date[0] == '\0')
                m->group = group_by_ticket(x, &m->subject);
            if (m->group == ADOPT_NO_GROUP && (!m->named || m->subject.bad_date[0] == '\0'))
                m->group = group_of_thread(m, sorted, x->mails.count);
        }
    }
    for (size_t i = 0; ok && i < x->mails.count; i++) {
        struct adopt_mail *m = &x->mails.items[i];
        arena_reset(&x->scratch);
        if (m->group == ADOPT_NO_GROUP)
            miss_mail(x, m);
        bool first = m->seen.in_reply_to.count == 0 && m->seen.references.count == 0 && m->named &&
                     !m->subject.answers && !m->subject.forwards;
        m->warns = m->ours && m->named && m->group != ADOPT_NO_GROUP && (first || m->dated);
    }
    return ok;
}

static void place_tickets(struct adopt *x)
{
    for (size_t i = 0; i < x->tickets.count; i++) {
        struct adopt_ticket *t = &x->tickets.items[i];
        bool fits = false;
        arena_reset(&x->scratch);
        if (t->ticket.summary == NULL || t->ticket.summary[0] == '\0')
            continue; /* asked for because a mail names it */
        const struct body *b = by_name(x, &t->subject);
        if (b == NULL && t->subject.bad_date[0] == '\0') {
            b = by_slip(x, &t->subject, &fits);
            b = fits ? b : NULL;
        }
        t->subject.ticket = t->ticket.key;
        if (b == NULL && (t->group = group_by_ticket(x, &t->subject)) != ADOPT_NO_GROUP)
            continue;
        const char *shown = arena_printf(x->arena, "%s %s", t->ticket.key, t->ticket.summary);
        if (t->subject.bad_date[0] != '\0')
            adopt_miss(x, 0, shown, tr(x->desk->lang, N_("\"%s\" in the summary is no date")), t->subject.bad_date);
        else if (b == NULL)
            adopt_miss(x, 0, shown, tr(x->desk->lang, N_("no body is called \"%s\"")), names_text(x, &t->subject));
        else
            t->group = group_of(x, b, &t->subject);
    }
}

/* ------------------------------------------------------------------ what the registry says */

static void miss_group(struct adopt *x, size_t index, const char *why)
{
    x->groups.items[index].gone = true;
    for (size_t i = 0; i < x->mails.count; i++) {
        if (x->mails.items[i].group == index)
            adopt_miss(x, x->mails.items[i].number, x->mails.items[i].seen.subject, "%s", why);
    }
    for (size_t i = 0; i < x->tickets.count; i++) {
        const struct ticket *t = &x->tickets.items[i].ticket;
        if (x->tickets.items[i].group == index)
            adopt_miss(x, 0, arena_printf(x->arena, "%s %s", t->key, t->summary), "%s", why);
    }
}

/* Of each certificate: declared with that date, renewed since (a later date, too far for a correction), or neither. */
static void judge(struct adopt *x, size_t index)
{
    struct adopt_group *g = &x->groups.items[index];
    const struct profile *p = &x->desk->files.profile;
    enum lang lang = x->desk->lang;
    size_t current = 0, renewed = 0;
    char theirs[DAY_TEXT_BYTES], ours[DAY_TEXT_BYTES];
    for (int k = 0; k < CERT_KINDS; k++) {
        day_t declared = g->body->expires[k], date = g->expires[k];
        const char *kind = cert_kind_code((enum cert_kind)k);
        if (date == DAY_NONE)
            continue;
        current += declared == date;
        if (declared == date)
            continue;
        if (declared != DAY_NONE && declared - date >= p->pair_gap_days) {
            renewed++;
            adopt_remark(x, g, tr(lang, N_("%s renewed since: the registry says %s")), kind, day_dmy(declared, ours));
            continue;
        }
        const char *why =
            declared == DAY_NONE
                ? arena_printf(x->arena, tr(lang, N_("%s: the registry has no date for the %s any more")),
                               g->body->name, kind)
                : arena_printf(x->arena,
                               tr(lang, N_("%s: the subject says %s for the %s, the registry %s: which is right?")),
                               g->body->name, day_dmy(date, theirs), kind, day_dmy(declared, ours));
        miss_group(x, index, why);
        return;
    }
    if (g->body->excluded != NULL || g->body->vanished != DAY_NONE)
        miss_group(x, index,
                   arena_printf(x->arena,
                                g->body->excluded != NULL ? tr(lang, N_("%s is left out on purpose"))
                                                          : tr(lang, N_("%s is no longer in the registry")),
                                g->body->name));
    else
        g->over = current == 0 && renewed > 0;
}

/* The ticket and the subject that go on: of an open ticket before a closed one, then of the latest warning. */
static const struct ticket *ticket_of(const struct adopt *x, const char *key)
{
    for (size_t i = 0; key[0] != '\0' && i < x->tickets.count; i++) {
        if (strcmp(x->tickets.items[i].ticket.key, key) == 0)
            return &x->tickets.items[i].ticket;
    }
    return NULL;
}

static void choose_thread(struct adopt *x, size_t index)
{
    struct adopt_group *g = &x->groups.items[index];
    const struct adopt_mail *best = NULL;
    bool best_open = false, several = false;
    for (size_t i = 0; i < x->mails.count; i++) {
        const struct adopt_mail *m = &x->mails.items[i];
        if (m->group != index || !m->warns)
            continue;
        const struct ticket *t = ticket_of(x, m->subject.ticket);
        bool open = t != NULL && t->open;
        several = several || (best != NULL && strcmp(best->subject.ticket, m->subject.ticket) != 0);
        if (best == NULL || (open && !best_open) || (open == best_open && m->seen.date >= best->seen.date)) {
            best = m;
            best_open = open;
        }
    }
    if (best != NULL) {
        g->ticket = best->subject.ticket;
        g->subject = arena_text(x->arena, reply_subject_bare(str_of(best->seen.subject)));
    }
    for (size_t i = 0; i < x->tickets.count; i++) {
        const struct adopt_ticket *t = &x->tickets.items[i];
        if (t->group != index || (g->ticket[0] != '\0' && strcmp(g->ticket, t->ticket.key) == 0))
            continue;
        several = several || g->ticket[0] != '\0';
        if (g->ticket[0] == '\0' || (best == NULL && t->ticket.open))
            g->ticket = t->ticket.key;
    }
    if (several)
        adopt_remark(x, g, tr(x->desk->lang, N_("several threads or tickets are about it; %s goes on")), g->ticket);
}

static void remark_ticket(struct adopt *x, struct adopt_group *g)
{
    const struct ticket *t = ticket_of(x, g->ticket);
    enum lang lang = x->desk->lang;
    if (x->options->tickets == NULL || g->ticket[0] == '\0')
        return;
    if (t == NULL || t->summary == NULL)
        adopt_remark(x, g, tr(lang, N_("the tracker does not know the ticket %s")), g->ticket);
    else if (!t->open && !g->over)
        adopt_remark(x, g, tr(lang, N_("its ticket %s is closed: open it again")), g->ticket);
    else if (t->open && g->over)
        adopt_remark(x, g, tr(lang, N_("its ticket %s is still open: close it")), g->ticket);
    if (g->subject[0] == '\0' && !g->over)
        adopt_remark(x, g, tr(lang, N_("ticket %s without a mail that was sent: nothing counts as told")), g->ticket);
}

bool adopt_sort(struct adopt *x)
{
    x->index = body_index_make(x->arena, &x->bodies);
    x->shorts = arena_array(x->arena, const char *, x->bodies.count + 1);
    for (size_t i = 0; i < x->bodies.count; i++) {
        const char *brief = name_short(x->arena, str_of(x->bodies.items[i].name));
        x->shorts[i] = text_fold(x->arena, str_of(brief));
    }
    if (!place_mails(x))
        return false;
    place_tickets(x);
    for (size_t i = 0; i < x->groups.count; i++) {
        judge(x, i);
        if (x->groups.items[i].gone)
            continue;
        choose_thread(x, i);
        remark_ticket(x, &x->groups.items[i]);
    }
    return true;
}
