/* Not here: when it goes out (plan.c, scheduler.c) and how (mailer.c). */
#include "flow/letter.h"

#include <sodium.h>

#include "core/calendar.h"
#include "draw/mail_page.h"
#include "flow/texts.h"
#include "mail/compose.h"

#define LETTER_WIDTH 640 /* pixels: lines of some eighty characters */
#define TEXT_COLUMNS 76  /* RFC 5322 §2.1.1 wants 78 at most */

static const char letter_css[] = "@media screen and (max-width:640px){" MAIL_PAGE_PHONE "}\n"
                                 "@media(prefers-color-scheme:dark){strong{color:#e8e6e1!important}}";

bool letter_facts_load(struct desk *d, struct tx *tx, struct arena *a, int64_t body_id, const struct bodies *bodies,
                       struct letter_facts *ret, struct err *e)
{
    struct letter_facts f = {.bodies = bodies};
    if (!texts_refresh(d, tx, e))
        return false;
    if (bodies == NULL) {
        struct bodies *read = arena_new(a, struct bodies);
        if (!bodies_load(tx, a, &d->files.profile, d->by.day, read, e))
            return false;
        f.bodies = read;
    }
    if (!renewals_load(tx, a, body_id, d->by.day, &f.renewals, e) ||
        !contacts_load(tx, a, body_id, d->by.day, &f.contacts, &f.contact_count, e))
        return false;
    *ret = f;
    return true;
}

/* ------------------------------------------------------------------ to whom */

static bool is_technical(const struct contact *c)
{
    return strcmp(c->role, "technical") == 0;
}

const struct contact *letter_contacts(const struct letter_facts *f, struct arena *a, int64_t body_id, size_t *ret_count)
{
    size_t low = 0, high = f->contact_count, count = 0;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (f->contacts[middle].body_id < body_id)
            low = middle + 1;
        else
            high = middle;
    }
    size_t end = low;
    while (end < f->contact_count && f->contacts[end].body_id == body_id)
        end++;
    struct contact *found = arena_array(a, struct contact, end - low);
    for (int technical = 1; technical >= 0; technical--) {
        for (size_t i = low; i < end && count < LIMIT_OUTBOX_RECIPIENTS; i++) {
            if (is_technical(&f->contacts[i]) == (technical == 1))
                found[count++] = f->contacts[i];
        }
    }
    *ret_count = count;
    return found;
}

enum lang letter_lang(const struct contact *contacts, size_t count)
{
    return count == 0 ? LANG_CA : contacts[0].lang; /* technical ones come first */
}

struct message_recipient *letter_recipients(struct arena *a, const struct letter *l, size_t *ret_count)
{
    size_t count = l->planned.contact_count;
    struct message_recipient *list = arena_array(a, struct message_recipient, count);
    for (size_t i = 0; i < count; i++) {
        const struct contact *c = &l->planned.contacts[i];
        list[i] = (struct message_recipient){
            .field = "to", .name = c->name, .email = c->email, .contact_id = c->id, .reply = ""};
    }
    *ret_count = count;
    return list;
}

/* ------------------------------------------------------------------ whether it is still due */

static const char *whether_reason(enum warn_whether w)
{
    switch (w) {
    case WARN_EXCLUDED: return N_("the body is left out now");
    case WARN_NOT_VERIFIABLE: return N_("the body is marked as not verifiable now");
    case WARN_VANISHED: return N_("the body is not in the registry any more");
    case WARN_NO_DATES: return N_("the registry has no date any more");
    case WARN_YES: break;
    }
    return NULL;
}

static bool names_kind(const struct message *m, enum cert_kind kind)
{
    return strstr(m->certificates, cert_kind_code(kind)) != NULL;
}

/* Why none of the certificates that the letter names wants it any more; NULL: one does. */
static const char *certificates_reason(const struct message *m, const struct warning_case *c)
{
    bool answered = false, named = false;
    for (size_t i = 0; i < c->count; i++) {
        if (!names_kind(m, c->certs[i].kind))
            continue;
        named = true;
        if (!c->certs[i].renewed && !c->certs[i].checked && !c->certs[i].answered)
            return NULL;
        answered = answered || (c->certs[i].answered && !c->certs[i].renewed);
    }
    if (!named)
        return N_("its certificates are not in the registry any more");
    return answered ? N_("the body has answered meanwhile") : N_("the certificate has been renewed meanwhile");
}

static const struct warning_case *find_case(const struct desk *d, struct arena *a, const struct letter_facts *f,
                                            const struct body *b, int64_t case_id)
{
    struct warning_case *cases;
    size_t count = renewals_cases(&f->renewals, &d->files.profile, a, b, &cases);
    for (size_t i = 0; i < count; i++) {
        if (cases[i].id == case_id)
            return &cases[i];
    }
    return NULL;
}

static const char *off(const struct desk *d, struct arena *a, const struct letter_facts *f, const struct message *m,
                       const struct body **ret_body, const struct warning_case **ret_case)
{
    const struct body *b = bodies_by_id(f->bodies, m->body_id);
    if (b == NULL)
        return N_("the body is not in the registry any more");
    const char *why = whether_reason(warning_whether(b));
    const struct warning_case *c = find_case(d, a, f, b, m->case_id);
    if (why == NULL && c == NULL)
        why = N_("its renewal is over");
    if (why == NULL)
        why = certificates_reason(m, c);
    *ret_body = b;
    *ret_case = c;
    return why;
}

const char *letter_is_off(const struct desk *d, struct arena *a, const struct letter_facts *f, const struct message *m)
{
    const struct body *b;
    const struct warning_case *c;
    const char *why = off(d, a, f, m, &b, &c);
    return why == NULL ? NULL : tr(d->lang, why);
}

/* What this message itself has consumed does not count against it. */
static bool give_back(struct desk *d, struct tx *tx, struct arena *a, const struct message *m, struct warning_case *c,
                      struct err *e)
{
    struct consumed *told;
    size_t count;
    if (!consumed_load(tx, a, m->case_id, &told, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (told[i].message_id != m->id)
            continue;
        for (size_t k = 0; k < c->count; k++) {
            for (size_t t = 0; c->certs[k].renewal_id == told[i].renewal_id && t < d->files.profile.threshold_count;
                 t++) {
                if (d->files.profile.thresholds[t] == told[i].threshold)
                    c->certs[k].consumed &= ~(1u << t);
            }
        }
    }
    return true;
}

bool letter_look(struct desk *d, struct tx *tx, struct arena *a, const struct letter_facts *f, const struct message *m,
                 struct letter *ret, struct err *e)
{
    const struct profile *p = &d->files.profile;
    const struct body *b = NULL;
    const struct warning_case *c = NULL;
    struct letter l = {.lang = m->lang};
    const char *why = off(d, a, f, m, &b, &c);
    if (why == NULL) {
        struct warning_case copy = *c;
        if (!give_back(d, tx, a, m, &copy, e))
            return false;
        day_t on = day_next_working(p, d->by.day);
        l.tomorrow = on != d->by.day;
        if (warning_next(p, &copy, on, on, &l.planned.warning)) {
            l.planned.body = b;
            l.planned.wcase = copy;
            l.planned.contacts = letter_contacts(f, a, b->id, &l.planned.contact_count);
            l.planned.subject = warning_subject(a, p, b->name, &copy);
            l.planned.why = "";
            l.lang = letter_lang(l.planned.contacts, l.planned.contact_count);
        } else {
            why = N_("no threshold is left that it would tell");
        }
    }
    l.reason = why == NULL ? NULL : tr(d->lang, why);
    *ret = l;
    return true;
}

/* ------------------------------------------------------------------ its words */

/* The text with that ticket; LF line ends. */
static bool put_words(struct desk *d, struct arena *a, const struct letter *l, const char *ticket, struct template *ret,
                      struct buf *words, struct err *e)
{
    struct planned p = l->planned;
    p.wcase.ticket = ticket;
    return plan_message(d, a, &p, l->lang, ret, e) && template_text(ret, TEXT_COLUMNS, NULL, NULL, words, e);
}

bool letter_description(struct desk *d, struct arena *a, const struct letter *l, const char **ret, struct err *e)
{
    struct template t;
    struct buf words = BUF_INIT(LIMIT_TEMPLATE_BYTES);
    bool ok = put_words(d, a, l, tr(l->lang, N_("this one")), &t, &words, e);
    if (ok)
        *ret = arena_text(a, buf_str(&words));
    buf_release(&words);
    return ok;
}

bool letter_page(enum lang lang, const char *subject, const struct template *t, struct buf *page, struct err *e)
{
    struct html h = HTML_INIT(page);
    mail_page_open(&h, lang, subject, LETTER_WIDTH, letter_css);
    bool ok = template_html(t, true, NULL, NULL, &h, e);
    mail_page_close(&h);
    return ok && html_end(&h, e);
}

bool letter_check_templates(struct desk *d, struct arena *a, struct err *e)
{
    static const enum situation situations[] = {SITUATION_SINGLE, SITUATION_PAIR_ONE, SITUATION_PAIR_BOTH};
    const struct body body = {.name = "", .expires = {DAY_NONE, DAY_NONE}};
    for (size_t i = 0; i < sizeof situations / sizeof *situations; i++) {
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            struct planned p = {.body = &body, .warning = {.situation = situations[i], .driver = CERT_CDS}};
            struct template t;
            if (!plan_message(d, a, &p, (enum lang)lang, &t, e))
                return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------ its bytes */

const char *letter_hash(struct arena *a, struct str bytes)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char hex[sizeof hash * 2 + 1];
    crypto_hash_sha256(hash, (const unsigned char *)bytes.p, bytes.n);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    return arena_strdup(a, hex);
}

/* What it answers: the case's last message, and the thread before it. */
static bool find_thread(struct tx *tx, struct arena *a, struct message *m, struct err *e)
{
    struct message last;
    bool found;
    if (!message_last_of_case(tx, a, m->case_id, &last, &found, e))
        return false;
    m->in_reply_to = m->references = "";
    if (found && last.message_id[0] != '\0' && last.id != m->id) {
        m->in_reply_to = last.message_id;
        m->references =
            last.references[0] == '\0' ? last.message_id : arena_printf(a, "%s %s", last.references, last.message_id);
    }
    return true;
}

/* The last LIMIT_OUTBOX_REFERENCES of them, oldest first. */
static size_t list_references(struct arena *a, const char *references, const char *ret[LIMIT_OUTBOX_REFERENCES])
{
    struct str rest = str_of(references), id;
    size_t count = 0;
    while (references[0] != '\0' && str_split(&rest, ' ', &id)) {
        if (count == LIMIT_OUTBOX_REFERENCES)
            memmove(ret, ret + 1, --count * sizeof *ret);
        ret[count++] = arena_text(a, id);
    }
    return count;
}

static struct address sender(const struct desk *d)
{
    const char *from = config_text(d->config, KEY_MAIL_FROM);
    struct address a = d->files.profile.from;
    if (from[0] != '\0')
        a.email = from;
    return a;
}

bool letter_compose(struct desk *d, struct arena *a, const struct message *m, const struct address *to, size_t to_count,
                    struct str words, struct str page, const struct mail_part *files, size_t file_count,
                    struct buf *bytes, struct err *e)
{
    static const struct mail_header automatic = {.name = "Auto-Submitted", .value = "auto-generated"};
    const char *references[LIMIT_OUTBOX_REFERENCES];
    const struct mail_message mail = {
        .from = sender(d),
        .to = to,
        .to_count = to_count,
        .subject = m->subject,
        .date = m->date,
        .message_id = m->message_id,
        .talaia_id = m->uid,
        .in_reply_to = m->in_reply_to[0] == '\0' ? NULL : m->in_reply_to,
        .references = references,
        .reference_count = list_references(a, m->references, references),
        .extra = &automatic,
        .extra_count = d->files.profile.automatic,
        .language = lang_code(m->lang),
        .text = words,
        .html = page,
        .attachments = files,
        .attachment_count = file_count,
    };
    return mail_compose(&mail, bytes, e);
}

void letter_stamp(struct desk *d, struct arena *a, const char *folder, struct message *m)
{
    const char *from = sender(d).email, *at = strchr(from, '@');
    m->date = d->by.at;
    m->message_id = arena_printf(a, "%s@%s", m->uid, at == NULL ? "localhost" : at + 1);
    m->folder = config_text(d->config, KEY_MAIL_IMAP_URL)[0] == '\0' ? "" : folder;
}

bool letter_write(struct desk *d, struct tx *tx, struct arena *a, const struct letter *l, struct message *m,
                  struct buf *words, struct buf *bytes, struct err *e)
{
    struct template t;
    struct buf page = BUF_INIT(LIMIT_MAIL_BYTES);
    struct message frozen = *m;
    struct address *to = arena_array(a, struct address, l->planned.contact_count);
    for (size_t i = 0; i < l->planned.contact_count; i++)
        to[i] = (struct address){.name = l->planned.contacts[i].name, .email = l->planned.contacts[i].email};
    frozen.subject = l->planned.subject;
    frozen.lang = l->lang;
    letter_stamp(d, a, d->files.profile.warning_folder, &frozen);
    bool ok =
        find_thread(tx, a, &frozen, e) && put_words(d, a, l, l->planned.wcase.ticket, &t, words, e) &&
        letter_page(l->lang, frozen.subject, &t, &page, e) &&
        letter_compose(d, a, &frozen, to, l->planned.contact_count, buf_str(words), buf_str(&page), NULL, 0, bytes, e);
    if (ok) {
        frozen.sha256 = letter_hash(a, buf_str(bytes));
        frozen.size = (int64_t)bytes->n;
        *m = frozen;
    }
    buf_release(&page);
    return ok;
}
