/* Where mails come from: files, and the mailbox. */
#include "base/file.h"
#include "flow/incident.h"
#include "flow/mail_folder.h"
#include "flow/onboard.h"
#include "flow/replies.h"
#include "mail/mailbox.h"
#include "mail/read.h"
#include "record/message.h"

struct reading {
    struct desk *desk;
    struct arena *arena;  /* the summary's */
    struct arena scratch; /* of one mail */
    const char *source;
    const char *mailbox; /* how far this one was read is kept with each mail; NULL: files */
    struct incoming_folder folder;
    struct replies_summary summary;
    VEC(struct replies_line) lines;
    struct err *e;
};

static const char *became(struct reading *r, const struct incoming *m)
{
    enum lang lang = r->desk->lang;
    const char *kind = tr(lang, reply_kind_words(m->kind));
    if (m->kind == REPLY_ANSWER && m->state == INCOMING_PROPOSED)
        return arena_printf(r->arena, "%s: %s", m->email, tr(lang, reply_says_words(m->says)));
    if (m->kind == REPLY_BOUNCE || m->kind == REPLY_UNDELIVERED)
        return arena_printf(r->arena, "%s: %s", kind, m->detail);
    return arena_printf(r->arena, "%s: %s; %s", m->email, kind, tr(lang, incoming_state_words(m->state)));
}

static void count(struct reading *r, size_t number, const struct incoming *m, bool new)
{
    r->summary.known += !new;
    if (!new)
        return;
    r->summary.state[m->state]++;
    r->summary.kind[m->kind]++;
    r->summary.bounced += m->kind == REPLY_BOUNCE && m->state == INCOMING_NONE;
    if (r->lines.count < LIMIT_IMPORT_LISTED)
        vec_push(&r->lines, (struct replies_line){m->id, number, arena_strdup(r->arena, m->subject), became(r, m)});
}

/* A mail that nothing can be read of waits for a person, with the reason. Its bytes stay where they are. */
static struct mail_seen unreadable(struct reading *r, struct str bytes, size_t number, const struct err *why)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < bytes.n; i++)
        h = (h ^ (unsigned char)bytes.p[i]) * 0x100000001b3u;
    r->summary.unreadable++;
    return (struct mail_seen){
        .message_id =
            arena_printf(&r->scratch, "unread:%s:%zu:%zu:%016llx", r->source, number, bytes.n, (unsigned long long)h),
        .subject = "",
        .from = "",
        .from_email = "",
        .date = INSTANT_NONE,
        .text = why->text,
        .auto_submitted = "",
        .precedence = "",
        .suppress = "",
        .autoreply = "",
        .list_id = "",
        .talaia_id = "",
        .original_id = "",
        .failed_recipients = "",
        .report_type = "",
        .returned_id = "",
        .returned_talaia_id = "",
        .returned_subject = "",
    };
}

/* One mail, one transaction; what was taken in before it stays whatever happens to it. */
static bool take_bytes(struct reading *r, struct str bytes, size_t number, struct err *why)
{
    struct mail_seen m;
    struct incoming in;
    struct tx tx = {0};
    bool new = false;
    arena_reset(&r->scratch);
    r->summary.read++;
    bool read = why->code == ERR_NONE && mail_read(bytes, &r->scratch, &m, why);
    if (why->code == ERR_MODULE)
        return err_set(r->e, ERR_MODULE, "%s", why->text);
    if (!read)
        m = unreadable(r, bytes, number, why);
    struct onboard_mailed with = {.why = ""};
    if (read && !onboard_mail(r->desk, &m, bytes, &with, r->e))
        return false;
    if (!tx_begin(r->desk->store, TX_WRITE, &tx, r->e))
        return false;
    bool ok =
        reply_take(r->desk, &tx, &r->scratch, &m, r->source, false, &in, &new, r->e) &&
        (!new || (incident_alert_mail(r->desk, &tx, &m, r->e) && incident_post_in(r->desk, &tx, &in, r->e))) &&
        (!new || with.why[0] == '\0' || incoming_remark(&tx, in.id, with.why, r->e)) &&
        (!new || with.files == 0 || with.why[0] != '\0' || onboard_mail_leaves(r->desk, &tx, &in, with.id, r->e)) &&
        (!new || with.files > 0 || !read || (in.state != INCOMING_QUEUE && in.state != INCOMING_PROPOSED) ||
         onboard_mail_keep(r->desk, &tx, in.id, bytes, r->e)) &&
        (r->mailbox == NULL || incoming_folder_put(&tx, &r->desk->by, r->mailbox, &r->folder, r->e)) &&
        ((!new && r->mailbox == NULL) || tx_commit(&tx, r->e));
    tx_rollback(&tx);
    if (ok)
        count(r, number, &in, new);
    return ok;
}

static bool take_mail(void *context, struct mailbox_mail *m)
{
    return take_bytes(context, m->bytes, m->number, &m->unread);
}

static void finish(struct reading *r, struct replies_summary *ret)
{
    r->summary.lines = vec_to_arena(&r->lines, r->arena);
    r->summary.line_count = r->lines.count;
    *ret = r->summary;
    vec_release(&r->lines);
    arena_release(&r->scratch);
}

bool replies_read(struct desk *d, struct arena *a, const char *path, struct replies_summary *ret, struct err *e)
{
    struct reading r = {.desk = d, .arena = a, .source = arena_strdup(a, path_base(path)), .e = e};
    enum mailbox_kind kind = mailbox_tell(path);
    if (kind == MAILBOX_NONE)
        return err_set(e, file_exists(path) ? ERR_FORMAT : ERR_FILE,
                       N_("%s is no mail, mbox or Maildir that can be read"), path);
    bool ok = mailbox_each(path, kind, take_mail, &r, e) && e->code == ERR_NONE;
    finish(&r, ret);
    return ok;
}

/* ------------------------------------------------------------------ the mailbox */

/* The first look goes back to the first message that went out: what came before it answers nothing of ours. */
static bool first_day(struct reading *r, struct tx *tx, day_t *ret)
{
    struct messages sent;
    const struct message_filter f = {.states = 1u << OUTBOX_SENT | 1u << OUTBOX_FILED | 1u << OUTBOX_AMBIGUOUS};
    if (!messages_load(tx, &r->scratch, &f, &sent, r->e))
        return false;
    *ret = r->desk->by.day;
    for (size_t i = 0; i < sent.count; i++)
        *ret = sent.items[i].day < *ret ? sent.items[i].day : *ret;
    return true;
}

static bool begin(void *context, const char *mailbox, uint32_t validity, uint32_t *ret_first, day_t *ret_since,
                  struct err *e)
{
    struct reading *r = context;
    struct tx tx;
    if (!tx_begin(r->desk->store, TX_READ, &tx, e))
        return false;
    r->mailbox = arena_strdup(r->arena, mailbox);
    bool ok = incoming_folder_get(&tx, mailbox, &r->folder, e);
    /* Another UIDVALIDITY: the server has numbered them anew. Those that are known are known by their ids. */
    bool anew = ok && r->folder.validity != (int64_t)validity;
    if (anew) {
        r->folder = (struct incoming_folder){.validity = (int64_t)validity};
        ok = first_day(r, &tx, ret_since);
    }
    tx_rollback(&tx);
    *ret_first = (uint32_t)(r->folder.last_uid + 1);
    return ok;
}

static bool take_uid(void *context, uint32_t uid, struct str bytes, struct err *unread)
{
    struct reading *r = context;
    r->folder.last_uid = (int64_t)uid;
    return take_bytes(r, bytes, uid, unread);
}

bool replies_poll(struct desk *d, struct arena *a, struct replies_summary *ret, struct err *e)
{
    const char *inbox = config_text(d->config, KEY_MAIL_INBOX);
    struct reading r = {.desk = d, .arena = a, .source = inbox, .e = e};
    const struct folder_reader reader = {.context = &r, .begin = begin, .take = take_uid};
    bool ok = folder_each(d, inbox, &reader, e);
    finish(&r, ret);
    return ok;
}
