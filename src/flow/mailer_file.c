/* Filing what was sent, and looking for what may have been. Both are searches by X-Talaia-Id first: a worker may have
 * died between the server's deed and our note of it. */
#include "flow/mailer_run.h"
#include "flow/outbox.h"

#define LOOKS_MOST 5 /* the server's own copy is there after seconds, or after minutes; then a person decides */

static struct imap *mailbox(struct mailer *m)
{
    if (m->imap == NULL)
        m->imap = imap_new(&m->imap_server, 0);
    return m->imap;
}

/* A folder that the server cannot go on with is everybody's trouble; anything else is this message's own. */
static enum step imap_trouble(struct mailer *m, const struct message *x, const struct err *why, struct err *e)
{
    enum mail_fault fault = imap_fault(m->imap);
    enum step step = mailer_wait(m, x, why->text, "", e);
    if (step == STEP_FAILED || fault == MAIL_LARGE || fault == MAIL_REFUSED || fault == MAIL_GONE)
        return step;
    return mailer_trouble(m, "imap", why, e);
}

/* The message in that folder: its UID, 0 when it is not there or there is no such folder. */
static bool find_in(struct mailer *m, const char *folder, enum imap_mode mode, const struct message *x,
                    uint32_t *ret_uid, struct err *e)
{
    const char *const headers[][2] = {
        {"X-Talaia-Id", x->uid}, {"Message-ID", x->message_id}, {"X-Microsoft-Original-Message-ID", x->message_id}};
    bool exists;
    struct imap_folder f;
    imap_uids uids = {0};
    *ret_uid = 0;
    if (!imap_exists(mailbox(m), folder, &exists, e))
        return false;
    if (!exists)
        return true;
    bool ok = imap_select(m->imap, folder, mode, &f, e);
    for (size_t i = 0; ok && *ret_uid == 0 && i < sizeof headers / sizeof *headers; i++) {
        uids.count = 0;
        ok = imap_search(m->imap,
                         &(struct imap_query){.header = headers[i][0], .value = headers[i][1], .since = DAY_NONE},
                         &uids, e);
        if (ok && uids.count > 0)
            *ret_uid = uids.items[0];
    }
    vec_release(&uids);
    return ok;
}

static bool load(struct mailer *m, int64_t id, enum outbox_state state, struct message *ret, struct buf *bytes,
                 bool *ret_found, struct err *e)
{
    struct tx tx = {0};
    bool written = true;
    bool ok = tx_begin(m->desk->store, TX_READ, &tx, e) && mailer_take(m, &tx, id, state, ret, ret_found, e) &&
              (!*ret_found || bytes == NULL || message_bytes(&tx, id, NULL, bytes, &written, e));
    tx_rollback(&tx);
    *ret_found = ok && *ret_found && written;
    return ok;
}

/* ------------------------------------------------------------------ filing */

static bool move_own_copy(struct mailer *m, const struct message *x, bool *ret_filed, struct err *e)
{
    uint32_t uid;
    *ret_filed = false;
    if (!find_in(m, config_text(m->desk->config, KEY_MAIL_SENT), IMAP_WRITE, x, &uid, e))
        return false;
    if (uid == 0)
        return true;
    bool ok = imap_move(m->imap, uid, x->folder, NULL, e);
    *ret_filed = ok;
    return ok;
}

static bool append(struct mailer *m, const struct message *x, struct str bytes, struct err *e)
{
    return imap_append(m->imap, x->folder, bytes, IMAP_SEEN, x->sent == INSTANT_NONE ? x->date : x->sent, NULL, e);
}

/* *ret_filed false without an error: the server's own copy is not there yet. */
static bool put_away(struct mailer *m, const struct message *x, struct str bytes, bool *ret_filed, struct err *e)
{
    uint32_t uid;
    bool exists;
    *ret_filed = false;
    if (!find_in(m, x->folder, IMAP_READ, x, &uid, e))
        return false;
    if (uid != 0) {
        *ret_filed = true;
        return true;
    }
    if (!imap_exists(m->imap, x->folder, &exists, e) || (!exists && !imap_create(m->imap, x->folder, e)))
        return false;
    if (config_bool(m->desk->config, KEY_MAIL_SERVER_FILES))
        return move_own_copy(m, x, ret_filed, e);
    *ret_filed = append(m, x, bytes, e);
    return *ret_filed;
}

enum step mailer_file(struct mailer *m, int64_t id, struct err *e)
{
    struct message x;
    struct buf bytes = BUF_INIT(LIMIT_MAIL_BYTES);
    struct err why = {.lang = e->lang};
    struct tx tx = {0};
    bool found, filed;
    enum step step = STEP_DONE;
    if (!load(m, id, OUTBOX_SENT, &x, &bytes, &found, e)) {
        step = STEP_FAILED;
    } else if (found && !put_away(m, &x, buf_str(&bytes), &filed, &why)) {
        step = imap_trouble(m, &x, &why, e);
    } else if (found && !filed) {
        step = mailer_wait(
            m, &x,
            arena_printf(&m->one, tr(m->desk->lang, N_("sent; the server's own copy is not in %s (mail.server_files)")),
                         config_text(m->desk->config, KEY_MAIL_SENT)),
            "", e);
    } else if (found) {
        mailer_now(m);
        bool ok = tx_begin(m->desk->store, TX_WRITE, &tx, e) &&
                  message_move(&tx, &m->desk->by, ACTOR_MAILER, &x, OUTBOX_FILED, x.folder, e) && tx_commit(&tx, e);
        tx_rollback(&tx);
        m->report->of[MAILER_FILED] += ok;
        m->imap_works = ok && (m->imap_works || mailer_works(m, "imap", e));
        step = m->imap_works ? STEP_DONE : STEP_FAILED;
    }
    buf_release(&bytes);
    return step;
}

/* ------------------------------------------------------------------ what may have been sent */

/* Where a copy of what was accepted can be: the folder of sent mails, and the inbox, when we stand among the
 * recipients. *ret_folder NULL: nowhere. */
static bool look_everywhere(struct mailer *m, const struct message *x, const char **ret_folder, struct err *e)
{
    const char *const folders[] = {config_text(m->desk->config, KEY_MAIL_SENT),
                                   config_text(m->desk->config, KEY_MAIL_INBOX)};
    *ret_folder = NULL;
    for (size_t i = 0; *ret_folder == NULL && i < sizeof folders / sizeof *folders; i++) {
        uint32_t uid;
        if (!find_in(m, folders[i], IMAP_READ, x, &uid, e))
            return false;
        if (uid != 0)
            *ret_folder = folders[i];
    }
    return true;
}

/* Some have got it in an earlier attempt, so that a copy says nothing of the last one. */
static bool load_earlier(struct mailer *m, int64_t id, bool *ret, struct err *e)
{
    struct tx tx = {0};
    struct message_recipient *to;
    size_t count = 0;
    bool ok = tx_begin(m->desk->store, TX_READ, &tx, e) && recipients_load(&tx, &m->one, id, &to, &count, e);
    tx_rollback(&tx);
    *ret = false;
    for (size_t i = 0; ok && i < count; i++)
        *ret = *ret || to[i].result == RECIPIENT_ACCEPTED;
    return ok;
}

static enum step was_sent(struct mailer *m, struct message *x, const char *folder, struct err *e)
{
    struct tx tx = {0};
    struct message_recipient *to;
    size_t count = 0;
    mailer_now(m);
    bool ok = tx_begin(m->desk->store, TX_WRITE, &tx, e) && recipients_load(&tx, &m->one, x->id, &to, &count, e);
    for (size_t i = 0; ok && i < count; i++)
        ok = to[i].result != RECIPIENT_WAITING || recipient_result(&tx, to[i].id, RECIPIENT_ACCEPTED, "", e);
    ok = ok &&
         message_move(&tx, &m->desk->by, ACTOR_MAILER, x, OUTBOX_SENT,
                      arena_printf(&m->one, "found in the folder %s", folder), e) &&
         outbox_was_sent(m->desk, &tx, &m->one, x, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    m->report->of[MAILER_SENT] += ok;
    return ok ? STEP_DONE : STEP_FAILED;
}

enum step mailer_look_for(struct mailer *m, int64_t id, struct err *e)
{
    struct message x;
    struct err why = {.lang = e->lang};
    const char *folder = NULL;
    bool found, earlier, has = m->imap_server.place != NULL;
    if (!load(m, id, OUTBOX_AMBIGUOUS, &x, NULL, &found, e) || (found && !load_earlier(m, id, &earlier, e)))
        return STEP_FAILED;
    if (!found || x.attempts >= LOOKS_MOST)
        return STEP_DONE;
    if (has && !earlier && !look_everywhere(m, &x, &folder, &why))
        return imap_trouble(m, &x, &why, e);
    if (folder != NULL)
        return was_sent(m, &x, folder, e);
    if (!has || earlier)
        x.attempts = LOOKS_MOST;
    const char *what =
        has && !earlier
            ? arena_printf(
                  &m->one,
                  tr(m->desk->lang, N_("not found in %s: ask a recipient, then `talaia warnings settle %lld`")),
                  config_text(m->desk->config, KEY_MAIL_SENT), (long long)id)
            : arena_printf(&m->one, tr(m->desk->lang, N_("ask a recipient, then `talaia warnings settle %lld`")),
                           (long long)id);
    return mailer_wait(m, &x, what, x.reply, e);
}
