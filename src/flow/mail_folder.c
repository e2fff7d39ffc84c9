#include "flow/mail_folder.h"

#include "flow/mail_server.h"
#include "mail/imap.h"

static bool take_one(struct imap *m, uint32_t uid, const struct folder_reader *r, struct buf *bytes, struct err *e)
{
    struct err unread = {.lang = e->lang};
    buf_clear(bytes);
    if (imap_fetch(m, uid, bytes, &unread))
        return r->take(r->context, uid, buf_str(bytes), &unread);
    switch (imap_fault(m)) {
    case MAIL_GONE: return true;
    case MAIL_LARGE: return r->take(r->context, uid, (struct str){0}, &unread);
    default: return err_set(e, unread.code, "%s", unread.text);
    }
}

static bool take_all(struct imap *m, const struct folder_reader *r, uint32_t first, day_t since, struct err *e)
{
    struct buf bytes = BUF_INIT(LIMIT_MAIL_BYTES);
    imap_uids uids = {0};
    bool ok = imap_search(m, &(struct imap_query){.uid_first = first, .since = since}, &uids, e);
    for (size_t i = 0; ok && i < uids.count; i++)
        ok = uids.items[i] < first || take_one(m, uids.items[i], r, &bytes, e);
    vec_release(&uids);
    buf_release(&bytes);
    return ok;
}

bool folder_each(struct desk *d, const char *folder, const struct folder_reader *r, struct err *e)
{
    struct arena a = {0};
    struct mail_server server;
    struct imap_folder f = {0};
    struct imap *m = NULL;
    uint32_t first = 1;
    day_t since = DAY_NONE;
    bool ok = desk_mail_server(d, &a, KEY_MAIL_IMAP_URL, &server, e);
    if (ok) {
        m = imap_new(&server, 0);
        ok = imap_select(m, folder, IMAP_READ, &f, e);
    }
    if (ok && r->begin != NULL) {
        const char *mailbox = arena_printf(&a, "%s %s %s", server.place, server.user, folder);
        ok = r->begin(r->context, mailbox, f.uid_validity, &first, &since, e);
    }
    ok = ok && take_all(m, r, first, since, e);
    imap_free(m);
    arena_release(&a);
    return ok && e->code == ERR_NONE;
}
