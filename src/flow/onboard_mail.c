/* Documents out of the mailbox: what is attached to an answer in the thread of an integration. */
#include "core/mail_seen.h"
#include "flow/letter.h"
#include "flow/onboard_run.h"
#include "mail/read.h"

/* The integration whose message has that id. */
static bool by_message(struct tx *tx, struct arena *a, const char *id, int64_t *ret, struct err *e)
{
    struct message sent;
    struct integration_letter l;
    bool found = false;
    if (*ret != 0 || id[0] == '\0')
        return true;
    if (!message_by_message_id(tx, a, id, &sent, &found, e))
        return false;
    if (!found || sent.kind != OUTBOX_INTEGRATION)
        return true;
    if (!integration_letter_get(tx, a, sent.id, &l, &found, e))
        return false;
    if (found && l.told == INTEGRATION_TURN_REQUESTER)
        *ret = l.integration_id;
    return true;
}

/* Whether the word stands in the text by itself. */
static bool names(struct str text, const char *word)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";
    size_t n = strlen(word);
    for (size_t i = 0; n > 0 && i + n <= text.n; i++) {
        bool before = i == 0 || strchr(letters, text.p[i - 1]) == NULL;
        bool after = i + n == text.n || strchr(letters, text.p[i + n]) == NULL;
        if (before && after && str_is_nocase(str_part(text.p + i, n), word))
            return true;
    }
    return false;
}

static bool by_subject(struct tx *tx, struct arena *a, const struct mail_seen *m, int64_t *ret, struct err *e)
{
    struct integration *list;
    size_t count;
    if (*ret != 0)
        return true;
    if (!integrations_load(tx, a, 0, &list, &count, e))
        return false;
    for (size_t i = 0; i < count && *ret == 0; i++) {
        if (list[i].email[0] != '\0' && str_is_nocase(str_of(m->from_email), list[i].email) &&
            names(str_of(m->subject), list[i].fp))
            *ret = list[i].id;
    }
    return true;
}

static bool find(struct desk *d, const struct mail_seen *m, int64_t *ret, struct err *e)
{
    struct tx tx = {0};
    *ret = 0;
    bool ok = tx_begin(d->store, TX_READ, &tx, e);
    for (size_t i = 0; ok && i < m->in_reply_to.count; i++)
        ok = by_message(&tx, &d->arena, m->in_reply_to.items[i], ret, e);
    for (size_t i = m->references.count; ok && i > 0; i--)
        ok = by_message(&tx, &d->arena, m->references.items[i - 1], ret, e);
    ok = ok && by_subject(&tx, &d->arena, m, ret, e);
    tx_rollback(&tx);
    return ok;
}

static bool is_there(const struct onboarding *o, const char *sha256)
{
    for (size_t i = 0; i < o->file_count; i++) {
        if (strcmp(o->files[i].sha256, sha256) == 0)
            return true;
    }
    return false;
}

/* Logos of signatures and the like are no documents. */
static bool is_document(const struct mail_file *f)
{
    static const char *const pictures[] = {".png", ".gif", ".jpg", ".jpeg", ".ics", ".vcf"};
    struct str name = str_of(f->name);
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) {
        size_t n = strlen(pictures[i]);
        if (name.n >= n && str_is_nocase(str_part(name.p + name.n - n, n), pictures[i]))
            return false;
    }
    return f->bytes.n > 0;
}

static bool take(struct desk *d, int64_t id, const struct mail_seen *m, const struct mail_file *f, bool *ret_new,
                 struct err *e)
{
    struct tx tx = {0};
    struct onboarding o = {.desk = d, .tx = &tx, .arena = &d->arena, .reason = ""};
    struct integration after;
    struct document doc;
    struct err why = {.lang = e->lang};
    bool ok = tx_begin(d->store, TX_READ, &tx, e) && onboarding_load(&o, id, e);
    tx_rollback(&tx);
    *ret_new = false;
    if (!ok || !is_document(f) || is_there(&o, letter_hash(&d->arena, f->bytes)))
        return ok;
    const struct onboard_file given = {.name = f->name, .bytes = f->bytes, .source = m->message_id};
    if (onboard_add_file(d, id, &given, &doc, &after, &why))
        *ret_new = true;
    else if (why.code != ERR_STATE && why.code != ERR_VALUE && why.code != ERR_LIMIT) {
        *e = why;
        return false;
    } /* it is closed, say: the mail itself waits for a person */
    return true;
}

bool onboard_mail(struct desk *d, const struct mail_seen *m, struct str bytes, int64_t *ret_id, size_t *ret_files,
                  struct err *e)
{
    struct mail_file *files;
    size_t count = 0, taken = 0;
    int64_t id;
    if (!find(d, m, &id, e))
        return false;
    if (id != 0 && m->talaia_id[0] == '\0' && !mail_files(bytes, &d->arena, &files, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        bool is_new;
        if (!take(d, id, m, &files[i], &is_new, e))
            return false;
        taken += is_new;
    }
    *ret_id = id;
    *ret_files = taken;
    return true;
}
