#include "flow/friday_send.h"

#include "core/identity.h"
#include "flow/letter.h"
#include "flow/mail_server.h"
#include "record/audit.h"
#include "record/report.h"

/* ------------------------------------------------------------------ keeping what was built */

static const char *folder_of(const struct desk *d)
{
    return desk_has_mail(d, KEY_MAIL_IMAP_URL) ? d->files.profile.report_folder : "";
}

static struct message_recipient *add_addresses(struct message_recipient *at, const char *field,
                                               const struct address *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        *at++ = (struct message_recipient){
            .field = field, .name = list[i].name == NULL ? "" : list[i].name, .email = list[i].email, .reply = ""};
    return at;
}

static bool drop_older(struct desk *d, struct tx *tx, struct arena *a, struct err *e)
{
    struct messages older;
    const struct message_filter f = {.states = 1u << OUTBOX_PLANNED, .kinds = 1u << OUTBOX_REPORT};
    if (!messages_load(tx, a, &f, &older, e))
        return false;
    for (size_t i = 0; i < older.count; i++) {
        struct message m = older.items[i];
        if (!message_move(tx, &d->by, ACTOR_PERSON, &m, OUTBOX_CANCELLED, tr(d->lang, N_("a newer one was built")), e))
            return false;
    }
    return true;
}

bool friday_keep(struct desk *d, struct tx *tx, struct arena *a, const struct friday_mail *mail, struct err *e)
{
    const struct profile *p = &d->files.profile;
    struct report_record report;
    struct message m = {
        .uid = mail->uid,
        .kind = OUTBOX_REPORT,
        .day = d->by.day,
        .certificates = "",
        .lang = p->language,
        .subject = mail->subject,
        .ticket = "",
        .folder = folder_of(d),
        .trouble = "",
        .message_id = mail->message_id,
        .in_reply_to = "",
        .references = "",
        .date = mail->date,
        .sha256 = letter_hash(a, mail->bytes),
    };
    struct message_recipient *to = arena_array(a, struct message_recipient, p->to_count + p->cc_count);
    (void)add_addresses(add_addresses(to, "to", p->to, p->to_count), "cc", p->cc, p->cc_count);
    bool found;
    if (!report_by_uid(tx, a, mail->uid, &report, &found, e) || !drop_older(d, tx, a, e))
        return false;
    m.report_id = found ? report.id : 0;
    return message_add(tx, &d->by, &m, "", &m.id, e) && message_freeze(tx, &m, mail->text, mail->bytes, e) &&
           recipients_put(tx, m.id, to, p->to_count + p->cc_count, e);
}

/* ------------------------------------------------------------------ sending */

/* The newest that was built and did not give way to another. */
static bool find_newest(struct desk *d, struct tx *tx, struct arena *a, struct message *ret, struct err *e)
{
    struct messages all;
    const struct message_filter f = {
        .states = ~(1u << OUTBOX_CANCELLED), .kinds = 1u << OUTBOX_REPORT, .until = d->by.day};
    if (!messages_load(tx, a, &f, &all, e))
        return false;
    for (size_t i = all.count; i-- > 0;) {
        if (all.items[i].sha256[0] != '\0') {
            *ret = all.items[i];
            return true;
        }
    }
    return err_set(e, ERR_UNKNOWN, N_("no report has been built; make it with `talaia report build`"));
}

/* One of that day that went out, or is on its way. */
static bool find_sent(struct tx *tx, struct arena *a, day_t day, struct message *ret, bool *ret_found, struct err *e)
{
    struct messages all;
    const struct message_filter f = {
        .states = ~(1u << OUTBOX_CANCELLED | 1u << OUTBOX_PLANNED | 1u << OUTBOX_REFUSED),
        .kinds = 1u << OUTBOX_REPORT,
        .from = day,
        .until = day,
    };
    if (!messages_load(tx, a, &f, &all, e))
        return false;
    *ret_found = all.count > 0;
    if (all.count > 0)
        *ret = all.items[all.count - 1];
    return true;
}

/* A header's line with another value; the rest of the bytes as they are. */
static bool restamp(struct str bytes, const char *message_id, const char *uid, struct buf *to, struct err *e)
{
    struct str rest = bytes, line;
    size_t stamped = 0;
    bool head = true;
    while (head && str_split(&rest, '\n', &line)) {
        head = line.n > 1;
        if (line.n > 11 && str_is_nocase(str_part(line.p, 11), "Message-Id:"))
            stamped += buf_printf(to, "Message-Id: <%s>\r\n", message_id);
        else if (line.n > 12 && str_is_nocase(str_part(line.p, 12), "X-Talaia-Id:"))
            stamped += buf_printf(to, "X-Talaia-Id: %s\r\n", uid);
        else
            (void)buf_printf(to, "%.*s\n", STR_ARG(line));
    }
    (void)buf_add_str(to, rest);
    return (stamped == 2 && !buf_full(to)) ||
           err_set(e, ERR_INTERNAL, N_("the report's bytes have no Message-ID of ours; build it again"));
}

/* The same report as another message: for a second sending, or for somebody's eyes. */
static bool copy(struct desk *d, struct tx *tx, struct arena *a, const struct message *from,
                 const struct friday_sending *s, struct message *ret, struct err *e)
{
    char uid[MESSAGE_UID_BYTES];
    struct buf words = BUF_INIT(LIMIT_MAIL_BYTES), old = BUF_INIT(LIMIT_MAIL_BYTES), bytes = BUF_INIT(LIMIT_MAIL_BYTES);
    struct message m = *from;
    struct message_recipient *to;
    size_t count;
    bool found;
    const char *at = strchr(from->message_id, '@');
    message_new_uid(uid);
    m.uid = arena_strdup(a, uid);
    m.message_id = arena_printf(a, "%s%s", uid, at == NULL ? "@localhost" : at);
    m.kind = s->to_count > 0 ? OUTBOX_COPY : OUTBOX_REPORT;
    m.state = OUTBOX_PLANNED;
    m.folder = s->to_count > 0 ? "" : folder_of(d);
    m.day = d->by.day;
    bool ok = message_bytes(tx, from->id, &words, &old, &found, e) && recipients_load(tx, a, from->id, &to, &count, e);
    if (ok && s->to_count > 0) {
        count = s->to_count;
        to = arena_array(a, struct message_recipient, count);
        (void)add_addresses(to, "to", s->to, count);
    }
    ok = ok && restamp(buf_str(&old), m.message_id, m.uid, &bytes, e);
    m.sha256 = ok ? letter_hash(a, buf_str(&bytes)) : "";
    ok = ok && message_add(tx, &d->by, &m, s->reason == NULL ? "" : s->reason, &m.id, e) &&
         message_freeze(tx, &m, buf_str(&words), buf_str(&bytes), e) && recipients_put(tx, m.id, to, count, e);
    buf_release(&words);
    buf_release(&old);
    buf_release(&bytes);
    if (ok)
        *ret = m;
    return ok;
}

static bool choose(struct desk *d, struct tx *tx, struct arena *a, const struct friday_sending *s, struct message *ret,
                   struct err *e)
{
    struct message newest, sent;
    char day[DAY_TEXT_BYTES], at[INSTANT_TEXT_BYTES];
    bool found;
    if (!find_newest(d, tx, a, &newest, e) || !find_sent(tx, a, newest.day, &sent, &found, e))
        return false;
    if (s->to_count > 0)
        return copy(d, tx, a, &newest, s, ret, e);
    if (found && !s->again)
        return err_set(e, ERR_STATE,
                       N_("the report of %s was approved already and is %s (message %lld, %s); to send it once more on "
                          "purpose: --again --reason \"…\""),
                       day_dmy(newest.day, day), outbox_state_code(sent.state), (long long)sent.id,
                       instant_madrid(sent.approved, at));
    if (newest.state != OUTBOX_PLANNED)
        return copy(d, tx, a, &newest, s, ret, e);
    *ret = newest;
    ret->folder = folder_of(d);
    return message_update(tx, ret, e);
}

bool friday_approve(struct desk *d, struct arena *a, const struct friday_sending *s, struct message *ret, struct err *e)
{
    struct tx tx = {0};
    struct message m;
    const char *reason = s->reason == NULL ? "" : s->reason;
    if (s->again && reason[0] == '\0')
        return err_set(e, ERR_USAGE, N_("say why: add --reason \"…\""));
    for (size_t i = 0; i < s->to_count; i++) {
        if (!email_ok(str_of(s->to[i].email)))
            return err_set(e, ERR_VALUE, N_("%s: '%s' is not an e-mail address"), "--to", s->to[i].email);
    }
    bool ok = tx_begin(d->store, TX_WRITE, &tx, e) && tx_lock(&tx, "outbox", e) && choose(d, &tx, a, s, &m, e) &&
              message_move(&tx, &d->by, ACTOR_PERSON, &m, OUTBOX_APPROVED, reason, e) &&
              audit_add(&tx, &d->by,
                        s->to_count > 0 ? "report-copy"
                        : s->again      ? "report-send-again"
                                        : "report-send",
                        0, arena_printf(a, "%lld%s%s", (long long)m.id, reason[0] == '\0' ? "" : ": ", reason), e) &&
              tx_commit(&tx, e);
    tx_rollback(&tx);
    if (ok)
        *ret = m;
    return ok;
}
