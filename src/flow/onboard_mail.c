/* Documents out of the mailbox: what is attached to an answer in the thread of an integration. */
#include "base/text.h"
#include "core/mail_seen.h"
#include "flow/letter.h"
#include "flow/onboard_run.h"
#include "flow/replies.h"
#include "mail/read.h"
#include "pki/secret.h"
#include "record/contact.h"
#include "record/incoming_file.h"

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
    if (found && l.told != INTEGRATION_TURN_HEAD)
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

/* Whom a mail is of and about, when it is in no thread of ours. */
struct sender {
    const char *email;
    int64_t *bodies; /* of which that address is a contact */
    size_t count;
};

static bool is_known(const struct sender *s, const struct integration *x)
{
    bool known = x->email[0] != '\0' && str_is_nocase(str_of(s->email), x->email);
    for (size_t i = 0; i < s->count && !known; i++)
        known = x->body_id != 0 && s->bodies[i] == x->body_id;
    return known;
}

static bool is_named(struct arena *a, struct str subject, const struct integration *x, bool *ret_by_body)
{
    *ret_by_body = false;
    if (names(subject, x->fp) || names(subject, x->ticket))
        return true;
    const char *body = text_fold(a, str_of(x->name)), *text = text_fold(a, subject);
    *ret_by_body = body[0] != '\0' && strstr(text, body) != NULL &&
                   (integration_state_open(x->state) || integration_state_in_force(x->state));
    return *ret_by_body;
}

/* By the number of its request or its ticket; else by its body, when that one alone goes on: of a contact's mail. What
 * names one and is of somebody else, and what could be of several, is for a person: *ret_why. */
static bool by_subject(struct desk *d, struct tx *tx, struct arena *a, const struct mail_seen *m, int64_t *ret,
                       const char **ret_why, struct err *e)
{
    struct integration *list;
    struct sender from = {.email = m->from_email};
    size_t count, sure = 0, likely = 0;
    int64_t sure_id = 0, likely_id = 0;
    const char *could = "", *stranger = NULL;
    if (*ret != 0 || m->subject[0] == '\0')
        return true;
    if (!integrations_load(tx, a, 0, &list, &count, e) ||
        (from.email[0] != '\0' && !contact_bodies(tx, a, from.email, d->by.day, &from.bodies, &from.count, e)))
        return false;
    for (size_t i = 0; i < count; i++) {
        bool by_body = false;
        if (!is_named(a, str_of(m->subject), &list[i], &by_body))
            continue;
        if (!is_known(&from, &list[i])) {
            stranger = by_body ? stranger : list[i].fp;
            continue;
        }
        sure += !by_body;
        likely += by_body;
        *(by_body ? &likely_id : &sure_id) = list[i].id;
        could = arena_printf(a, "%s%s%s", could, could[0] == '\0' ? "" : ", ", list[i].fp);
    }
    if (sure == 1 || (sure == 0 && likely == 1 && stranger == NULL))
        *ret = sure == 1 ? sure_id : likely_id;
    else if (sure + likely > 1)
        *ret_why = arena_printf(a, tr(d->lang, N_("it could be of several integrations: %s")), could);
    else if (stranger != NULL)
        *ret_why = arena_printf(
            a, tr(d->lang, N_("its subject names the integration %s, and its sender is none of its contacts")),
            stranger);
    return true;
}

static bool find(struct desk *d, const struct mail_seen *m, int64_t *ret, const char **ret_why, struct err *e)
{
    struct tx tx = {0};
    *ret = 0;
    bool ok = tx_begin(d->store, TX_READ, &tx, e);
    for (size_t i = 0; ok && i < m->in_reply_to.count; i++)
        ok = by_message(&tx, &d->arena, m->in_reply_to.items[i], ret, e);
    for (size_t i = m->references.count; ok && i > 0; i--)
        ok = by_message(&tx, &d->arena, m->references.items[i - 1], ret, e);
    ok = ok && by_subject(d, &tx, &d->arena, m, ret, ret_why, e);
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

/* Whether the name ends in one of these. */
static bool ends(struct str name, const char *const *ends, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(ends[i]);
        if (name.n >= n && str_is_nocase(str_part(name.p + name.n - n, n), ends[i]))
            return true;
    }
    return false;
}

/* Logos of signatures and the like are no documents. */
static bool is_document(const struct mail_file *f)
{
    static const char *const pictures[] = {".png", ".gif", ".jpg", ".jpeg", ".ics", ".vcf"};
    return f->bytes.n > 0 && !ends(str_of(f->name), pictures, sizeof pictures / sizeof *pictures);
}

/* *ret_there: it is one of the integration's files now, or was already. */
static bool take(struct desk *d, int64_t id, const struct mail_seen *m, const struct mail_file *f, bool *ret_there,
                 const char **ret_why, struct err *e)
{
    struct tx tx = {0};
    struct onboarding o = {.desk = d, .tx = &tx, .arena = &d->arena, .reason = ""};
    struct integration after;
    struct document doc;
    struct err why = {.lang = e->lang};
    bool ok = tx_begin(d->store, TX_READ, &tx, e) && onboarding_load(&o, id, e);
    tx_rollback(&tx);
    *ret_there = ok && is_document(f) && is_there(&o, letter_hash(&d->arena, f->bytes));
    if (!ok || !is_document(f) || *ret_there)
        return ok;
    const struct onboard_file given = {.name = f->name, .bytes = f->bytes, .source = m->message_id};
    if (onboard_add_file(d, id, &given, &doc, &after, &why))
        *ret_there = true;
    else if (why.code != ERR_STATE && why.code != ERR_VALUE && why.code != ERR_LIMIT) {
        *e = why;
        return false;
    } else /* it is closed, say: the mail itself waits for a person */
        *ret_why = arena_strdup(&d->arena, why.text);
    return true;
}

bool onboard_mail(struct desk *d, const struct mail_seen *m, struct str bytes, struct onboard_mailed *ret,
                  struct err *e)
{
    struct mail_file *files;
    size_t count = 0;
    struct onboard_mailed done = {.why = ""};
    if (m->talaia_id[0] == '\0' && !find(d, m, &done.id, &done.why, e))
        return false;
    if (done.id != 0 && !mail_files(bytes, &d->arena, &files, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        bool there;
        if (!take(d, done.id, m, &files[i], &there, &done.why, e))
            return false;
        done.files += there;
    }
    *ret = done;
    return true;
}

/* ------------------------------------------------------------------ a mail that could begin one */

/* What is kept of a mail that nobody knows yet: what could be a form, a certificate or a message signed with one. A
 * private key is named alone. */
bool onboard_mail_keep(struct desk *d, struct tx *tx, int64_t incoming_id, struct str bytes, struct err *e)
{
    static const char *const kinds[] = {".pdf", ".p7m", ".cer", ".crt", ".pem", ".der", ".p7b", ".p7c", ".xml"};
    static const char *const keys[] = {".p12", ".pfx", ".jks", ".key"};
    struct mail_file *files;
    struct err why = {.lang = e->lang};
    size_t count, kept = 0;
    if (!mail_files(bytes, &d->arena, &files, &count, &why))
        return true; /* the mail itself waits, and says what it can */
    for (size_t i = 0; i < count && kept < LIMIT_MAIL_DOCUMENTS; i++) {
        struct str name = str_of(files[i].name), b = files[i].bytes;
        bool secret = ends(name, keys, sizeof keys / sizeof *keys) || secret_inside(b);
        if (b.n == 0 || b.n > LIMIT_DOCUMENT_BYTES || (!secret && !ends(name, kinds, sizeof kinds / sizeof *kinds)))
            continue;
        kept++;
        if (!incoming_file_add(tx, incoming_id, files[i].name, b.n, secret ? str_part(NULL, 0) : b, e))
            return false;
    }
    return true;
}

bool onboard_mail_leaves(struct desk *d, struct tx *tx, struct incoming *m, int64_t id, struct err *e)
{
    static const bool none[CERT_KINDS] = {0};
    struct integration x;
    bool found = false;
    if (m->state != INCOMING_QUEUE && m->state != INCOMING_PROPOSED)
        return true;
    if (!integration_get(tx, &d->arena, id, &x, &found, e))
        return false;
    const char *note = arena_printf(&d->arena, tr(d->lang, N_("its documents went to the integration %s")), x.fp);
    return incoming_move(tx, &d->by, m, INCOMING_DISMISSED, none, note, e);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The number of a request that a text names: "FP-2031", "FP 2031" or "FP2031". */
static const char *fp_in(struct arena *a, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        bool begins = (p[0] == 'F' || p[0] == 'f') && (p[1] == 'P' || p[1] == 'p') && (p == text || !is_letter(p[-1]));
        const char *digits = begins ? p + 2 : p;
        while (begins && (*digits == '-' || *digits == ' ' || *digits == '#'))
            digits++;
        size_t n = strspn(digits, "0123456789");
        if (begins && n > 0 && n <= 12)
            return arena_printf(a, "FP-%.*s", (int)n, digits);
    }
    return "";
}

bool onboard_mail_look(struct desk *d, struct arena *a, int64_t incoming_id, struct onboard_mail_view *ret,
                       struct err *e)
{
    struct tx tx = {0};
    struct onboard_mail_view v = {.fp = "", .why = ""};
    struct integration_letter l;
    bool found = false, letter = false;
    bool ok = tx_begin(d->store, TX_READ, &tx, e) && incoming_get(&tx, a, incoming_id, &v.mail, &found, e);
    if (ok && !found)
        ok = err_set(e, ERR_UNKNOWN, N_("there is no mail %lld"), (long long)incoming_id);
    ok = ok && incoming_files_load(&tx, a, incoming_id, &v.files, &v.file_count, e) &&
         (v.mail.outbox_id == 0 || integration_letter_get(&tx, a, v.mail.outbox_id, &l, &letter, e));
    if (ok && letter)
        v.integration_id = l.integration_id;
    if (ok) {
        const struct mail_seen m = {.from_email = v.mail.email, .subject = v.mail.subject};
        v.fp = fp_in(a, v.mail.subject);
        ok = by_subject(d, &tx, a, &m, &v.integration_id, &v.why, e);
    }
    tx_rollback(&tx);
    if (ok)
        *ret = v;
    return ok;
}

bool onboard_mail_file(struct desk *d, int64_t incoming_id, int64_t file_id, struct buf *to, struct err *e)
{
    struct tx tx = {0};
    bool ok = tx_begin(d->store, TX_READ, &tx, e) && incoming_file_bytes(&tx, incoming_id, file_id, to, e);
    tx_rollback(&tx);
    return ok;
}
