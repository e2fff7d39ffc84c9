/* What there is to take over: mails and tickets, read before the transaction begins. */
#include "base/file.h"
#include "base/text.h"
#include "core/date_text.h"
#include "core/reply.h"
#include "flow/adopt_run.h"
#include "flow/mail_folder.h"
#include "flow/mail_server.h"
#include "flow/replies_decide.h"
#include "flow/tracker.h"
#include "mail/mailbox.h"
#include "mail/read.h"

/* ------------------------------------------------------------------ mails */

static struct str domain_of(const char *email)
{
    const char *at = strchr(email, '@');
    return at == NULL ? (struct str){0} : str_of(at + 1);
}

/* The team's own address, or one beside it: years ago the warnings came from people's own mailboxes. */
static bool is_ours(const struct adopt *x, const char *email)
{
    for (size_t i = 0; i < x->own.count; i++) {
        struct str domain = domain_of(x->own.items[i]);
        if (domain.n > 0 && str_equal(domain, domain_of(email)))
            return true;
    }
    return false;
}

/* Whether the text gives that day, as a warning does. */
static bool gives_day(struct arena *a, const char *folded, day_t day)
{
    char text[DATE_LONG_BYTES], dmy[DAY_TEXT_BYTES];
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        if (strstr(folded, text_fold(a, str_of(date_plain(day, (enum lang)lang, text)))) != NULL)
            return true;
    }
    return strstr(folded, text_fold(a, str_of(day_dmy(day, dmy)))) != NULL ||
           strstr(folded, text_fold(a, str_of(day_dmy_short(day, dmy)))) != NULL;
}

static bool gives_its_dates(struct adopt *x, const struct mail_seen *seen, const struct subject_seen *subject)
{
    const char *fresh = reply_new_text(&x->scratch, &x->desk->files.profile, seen->text);
    const char *folded = text_fold(&x->scratch, str_of(fresh));
    for (int k = 0; k < CERT_KINDS; k++) {
        if (subject->expires[k] != DAY_NONE && gives_day(&x->scratch, folded, subject->expires[k]))
            return true;
    }
    return false;
}

static struct mail_lines lines_copy(struct arena *a, const struct mail_lines *lines)
{
    const char **items = arena_array(a, const char *, lines->count + 1);
    for (size_t i = 0; i < lines->count; i++)
        items[i] = arena_strdup(a, lines->items[i]);
    return (struct mail_lines){items, lines->count};
}

/* Of a mail of ours only what its thread needs. */
static struct mail_seen seen_brief(struct arena *a, const struct mail_seen *m)
{
    return (struct mail_seen){
        .message_id = arena_strdup(a, m->message_id),
        .subject = arena_strdup(a, m->subject),
        .from_email = arena_strdup(a, m->from_email),
        .date = m->date,
        .to = lines_copy(a, &m->to),
        .in_reply_to = lines_copy(a, &m->in_reply_to),
        .references = lines_copy(a, &m->references),
    };
}

static bool adopt_bytes(struct adopt *x, struct str bytes, size_t number, struct err *why)
{
    struct adopt_mail m = {.number = number, .group = ADOPT_NO_GROUP};
    struct mail_seen seen;
    arena_reset(&x->scratch);
    x->mail_count++;
    if (x->options->progress != NULL && x->mail_count % 100 == 0)
        x->options->progress(x->options->progress_context, x->mail_count, 0);
    bool read = why->code == ERR_NONE && mail_read(bytes, &x->scratch, &seen, why);
    if (why->code == ERR_MODULE)
        return err_set(x->e, ERR_MODULE, "%s", why->text);
    if (!read) {
        adopt_miss(x, number, "", "%s", why->text);
        return true;
    }
    if (seen.date == INSTANT_NONE) {
        adopt_miss(x, number, seen.subject, "%s", tr(x->desk->lang, N_("the mail has no date")));
        return true;
    }
    m.day = day_madrid(seen.date);
    if (m.day > x->desk->by.day) {
        adopt_miss(x, number, seen.subject, "%s", tr(x->desk->lang, N_("the mail has a date in the future")));
        return true;
    }
    m.ours = is_ours(x, seen.from_email);
    m.named = subject_read(x->arena, seen.subject, &m.subject);
    m.dated = m.ours && m.named && gives_its_dates(x, &seen, &m.subject);
    if (m.ours)
        m.seen = seen_brief(x->arena, &seen);
    else if (!mail_read(bytes, x->arena, &m.seen, x->e))
        return false;
    vec_push(&x->mails, m);
    return true;
}

static bool take_mail(void *context, struct mailbox_mail *m)
{
    return adopt_bytes(context, m->bytes, m->number, &m->unread);
}

static bool take_uid(void *context, uint32_t uid, struct str bytes, struct err *unread)
{
    return adopt_bytes(context, bytes, uid, unread);
}

/* A name that is no file is a folder of the mailbox. */
bool adopt_gather_mails(struct adopt *x)
{
    const char *path = x->options->sent;
    if (path == NULL)
        return true;
    enum mailbox_kind kind = mailbox_tell(path);
    x->mails_from = arena_strdup(x->arena, path_base(path));
    if (kind == MAILBOX_NONE && !file_exists(path) && desk_has_mail(x->desk, KEY_MAIL_IMAP_URL)) {
        const struct folder_reader reader = {.context = x, .take = take_uid};
        x->mails_from = arena_strdup(x->arena, path);
        return folder_each(x->desk, path, &reader, x->e);
    }
    if (kind == MAILBOX_NONE)
        return err_set(x->e, file_exists(path) ? ERR_FORMAT : ERR_FILE,
                       N_("%s is no mail, mbox or Maildir that can be read"), path);
    return mailbox_each(path, kind, take_mail, x, x->e) && x->e->code == ERR_NONE;
}

/* ------------------------------------------------------------------ tickets */

static struct ticket ticket_copy(struct arena *a, const struct ticket *t)
{
    return (struct ticket){
        .key = arena_strdup(a, t->key), .summary = arena_strdup(a, t->summary), .open = t->open, .created = t->created};
}

static void take_ticket(struct adopt *x, const struct ticket *t)
{
    struct adopt_ticket mine = {.ticket = ticket_copy(x->arena, t), .group = ADOPT_NO_GROUP};
    const char *shown = arena_printf(x->arena, "%s %s", t->key, t->summary);
    x->ticket_count++;
    if (!subject_read(x->arena, t->summary, &mine.subject))
        adopt_miss(x, 0, shown, "%s",
                   tr(x->desk->lang, N_("its summary names no certificate: it is about something else")));
    else
        vec_push(&x->tickets, mine);
}

/* Keys that only the mails know: whether those tickets are still open. */
static bool ask_for_keys(struct adopt *x, struct tracker *t, struct tx *tx)
{
    bool ok = true;
    for (size_t i = 0; ok && i < x->mails.count; i++) {
        const char *key = x->mails.items[i].named ? x->mails.items[i].subject.ticket : "";
        bool known = key[0] == '\0', found = false;
        for (size_t k = 0; k < x->tickets.count && !known; k++)
            known = strcmp(x->tickets.items[k].ticket.key, key) == 0;
        struct ticket got;
        if (known)
            continue;
        ok = ticket_get(t, tx, &x->scratch, key, &got, &found, x->e);
        struct adopt_ticket mine = {.ticket = {.key = key, .summary = found ? "" : NULL, .open = found && got.open},
                                    .subject = {.bad_date = "", .ticket = key},
                                    .group = ADOPT_NO_GROUP};
        if (ok)
            vec_push(&x->tickets, mine);
    }
    return ok;
}

bool adopt_gather_tickets(struct adopt *x)
{
    const char *filter = x->options->tickets;
    struct tracker *t = NULL;
    struct ticket *list;
    size_t count = 0;
    int64_t total = 0;
    struct tx tx = {0};
    if (filter == NULL)
        return true;
    bool open = strcmp(filter, "open") == 0;
    if (!desk_tracker_open(x->desk, &t, x->e))
        return false;
    bool local = tracker_is_local(t);
    struct ticket_query q = {.filter = open ? "" : filter, .open_only = open, .closed_after = DAY_NONE};
    bool ok = !local || tx_begin(x->desk->store, TX_READ, &tx, x->e);
    ok = ok && ticket_list(t, local ? &tx : NULL, x->arena, &q, LIMIT_ADOPT_TICKETS, &list, &count, &total, x->e);
    if (ok && total > (int64_t)count)
        ok = err_set(x->e, ERR_LIMIT,
                     N_("there are %lld tickets, more than the %d that are taken over at once; use a narrower filter"),
                     (long long)total, LIMIT_ADOPT_TICKETS);
    for (size_t i = 0; ok && i < count; i++)
        take_ticket(x, &list[i]);
    ok = ok && ask_for_keys(x, t, local ? &tx : NULL);
    tx_rollback(&tx);
    tracker_close(t);
    return ok;
}
