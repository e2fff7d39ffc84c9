/* What may stand in a message is decided here; its bytes are made by the module talaia-message (message.c). */
#include "mail/compose.h"

#include "base/module.h"
#include "core/identity.h"

/* CR, LF, NUL (as the end of a shorter text) and every other control; bidirectional ones hide what a reader sees. */
static bool header_ok(const char *name, const char *value, struct err *e)
{
    struct str rest = str_of(value);
    uint32_t c;
    while (rest.n > 0) {
        if (!str_utf8_next(&rest, &c))
            return err_set(e, ERR_VALUE, N_("the header %s of the message is not UTF-8 text: %s"), name, value);
        if (str_is_control(c))
            return err_set(e, ERR_VALUE,
                           N_("the header %s of the message has a line end or another control character: %s"), name,
                           value);
    }
    return true;
}

static bool address_ok(const char *header, const struct address *a, struct err *e)
{
    if (a->email == NULL || !email_ok(str_of(a->email)))
        return err_set(e, ERR_VALUE, N_("%s: '%s' is not an e-mail address"), header, a->email == NULL ? "" : a->email);
    return a->name == NULL || header_ok(header, a->name, e);
}

static bool addresses_ok(const char *header, const struct address *list, size_t count, struct err *e)
{
    for (size_t i = 0; i < count; i++)
        if (!address_ok(header, &list[i], e))
            return false;
    return true;
}

/* left@right without spaces or brackets. */
static bool id_ok(const char *header, const char *id, struct err *e)
{
    const char *at = strchr(id, '@');
    bool good =
        at != NULL && at != id && at[1] != '\0' && strchr(at + 1, '@') == NULL && strlen(id) <= LIMIT_EMAIL_BYTES;
    for (const char *p = id; good && *p != '\0'; p++)
        good = *p > 0x20 && *p < 0x7f && strchr("\"(),:;<>[\\]", *p) == NULL;
    return good || err_set(e, ERR_VALUE, N_("%s: '%s' is not a message id"), header, id);
}

/* A header that the caller may add: a plain name, and none that the composer writes itself. */
static bool extra_ok(const struct mail_header *x, struct err *e)
{
    static const char *const ours[] = {"from",       "to",         "cc",          "bcc",      "subject",
                                       "date",       "message-id", "x-talaia-id", "reply-to", "in-reply-to",
                                       "references", "sender",     "mime-version"};
    struct str name = str_of(x->name);
    bool good = name.n > 0 && name.n <= 64;
    for (size_t i = 0; i < name.n; i++)
        good = good && (unsigned char)name.p[i] > 0x20 && (unsigned char)name.p[i] < 0x7f && name.p[i] != ':';
    good = good && !(name.n >= 8 && str_is_nocase(str_part(name.p, 8), "content-"));
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        good = good && !str_is_nocase(name, ours[i]);
    if (!good)
        return err_set(e, ERR_VALUE, N_("'%s' is not a header that may be added to a message"), x->name);
    return header_ok(x->name, x->value, e);
}

static bool contains(struct str text, const char *what)
{
    return text.n > 0 && memmem(text.p, text.n, what, strlen(what)) != NULL;
}

static bool type_ok(const char *type)
{
    const char *slash = type == NULL ? NULL : strchr(type, '/');
    if (slash == NULL || slash == type || slash[1] == '\0')
        return false;
    return strspn(type, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-/") == strlen(type) &&
           strchr(slash + 1, '/') == NULL;
}

static bool part_ok(const struct mail_message *m, const struct mail_part *p, bool in_page, struct err *e)
{
    if (!header_ok("Content-Disposition", p->name, e))
        return false;
    if (p->name[0] == '\0' || strchr(p->name, '/') != NULL || strchr(p->name, '\\') != NULL)
        return err_set(e, ERR_VALUE, N_("'%s' is not a file name for an attachment"), p->name);
    if (!type_ok(p->type))
        return err_set(e, ERR_VALUE, N_("%s: '%s' is not a media type"), p->name, p->type == NULL ? "" : p->type);
    if (!in_page)
        return true;
    if (p->cid == NULL)
        return err_set(e, ERR_VALUE, N_("%s: a picture in the page needs a content id"), p->name);
    if (!id_ok("Content-ID", p->cid, e))
        return false;
    char reference[LIMIT_EMAIL_BYTES + 8];
    snprintf(reference, sizeof reference, "\"cid:%s\"", p->cid);
    return contains(m->html, reference) ||
           err_set(e, ERR_VALUE, N_("%s: the page does not show this picture (%s)"), p->name, reference);
}

static bool headers_ok(const struct mail_message *m, struct err *e)
{
    if (m->to_count + m->cc_count + m->bcc_count == 0)
        return err_set(e, ERR_VALUE, N_("the message has no recipient"));
    if (m->message_id == NULL || m->talaia_id == NULL || m->subject == NULL)
        return err_set(e, ERR_INTERNAL, N_("a message without id or subject"));
    bool good = address_ok("From", &m->from, e) && addresses_ok("To", m->to, m->to_count, e) &&
                addresses_ok("Cc", m->cc, m->cc_count, e) && addresses_ok("Bcc", m->bcc, m->bcc_count, e) &&
                header_ok("Subject", m->subject, e) && header_ok("X-Talaia-Id", m->talaia_id, e) &&
                id_ok("Message-ID", m->message_id, e);
    if (good && m->reply_to != NULL)
        good = address_ok("Reply-To", &(struct address){.email = m->reply_to}, e);
    if (good && m->in_reply_to != NULL)
        good = id_ok("In-Reply-To", m->in_reply_to, e);
    for (size_t i = 0; good && i < m->reference_count; i++)
        good = id_ok("References", m->references[i], e);
    for (size_t i = 0; good && i < m->extra_count; i++)
        good = extra_ok(&m->extra[i], e);
    if (good && m->language != NULL)
        good = header_ok("Content-Language", m->language, e);
    return good;
}

static bool content_ok(const struct mail_message *m, struct err *e)
{
    if (m->text.n == 0)
        return err_set(e, ERR_INTERNAL, N_("a message without text"));
    if (!str_utf8_valid(m->text) || !str_utf8_valid(m->html) || memchr(m->text.p, '\0', m->text.n) != NULL ||
        (m->html.n > 0 && memchr(m->html.p, '\0', m->html.n) != NULL))
        return err_set(e, ERR_VALUE, N_("the text of the message is not UTF-8"));
    if (m->inline_count > 0 && m->html.n == 0)
        return err_set(e, ERR_INTERNAL, N_("a message with pictures and without the page that shows them"));
    for (size_t i = 0; i < m->inline_count; i++)
        if (!part_ok(m, &m->inline_parts[i], true, e))
            return false;
    for (size_t i = 0; i < m->attachment_count; i++)
        if (!part_ok(m, &m->attachments[i], false, e))
            return false;
    return true;
}

bool mail_compose(const struct mail_message *m, struct buf *bytes, struct err *e)
{
    if (!headers_ok(m, e) || !content_ok(m, e))
        return false;
    const struct message_module *module = module_api(MODULE_MESSAGE, e);
    return module != NULL && module->compose(m, bytes, e);
}
