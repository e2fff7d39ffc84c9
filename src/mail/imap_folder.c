/* Folders of a mailbox. */
#include "mail/imap_name.h"
#include "mail/imap_session.h"

/* ------------------------------------------------------------------ listing */

struct listing {
    struct arena *arena;
    imap_listing *to;
    bool too_many;
};

/* LIST (flags) "delimiter" name */
static void listed_take(void *context, const struct imap_answer *a)
{
    struct listing *l = context;
    struct imap_listed f = {.selectable = true};
    if (!str_is_nocase(a->word, "LIST") || a->token_count < 4 || a->tokens[0].kind != IMAP_OPEN)
        return;
    size_t i = 1;
    for (; i < a->token_count && a->tokens[i].kind == IMAP_ATOM; i++) {
        struct str flag = a->tokens[i].text;
        if (str_is_nocase(flag, "\\Noselect") || str_is_nocase(flag, "\\NonExistent"))
            f.selectable = false;
        f.sent = f.sent || str_is_nocase(flag, "\\Sent");
    }
    if (i + 3 > a->token_count || a->tokens[i].kind != IMAP_CLOSE || a->tokens[i + 2].kind > IMAP_STRING)
        return;
    if (a->tokens[i + 1].kind == IMAP_STRING && a->tokens[i + 1].text.n == 1)
        f.delimiter = a->tokens[i + 1].text.p[0];
    struct buf name = BUF_INIT(4 * LIMIT_IMAP_NAME_BYTES);
    /* One that cannot be read cannot be used either; it stays out. */
    if (imap_name_read(a->tokens[i + 2].text, &name)) {
        f.name = arena_text(l->arena, buf_str(&name));
        l->too_many = l->too_many || l->to->count >= LIMIT_IMAP_FOLDERS;
        if (!l->too_many)
            vec_push(l->to, f);
    }
    buf_release(&name);
}

bool imap_folders(struct imap *m, struct arena *a, imap_listing *ret, struct err *e)
{
    imap_listing found = {0};
    struct listing l = {.arena = a, .to = &found};
    if (!imap_ready(m, false, e))
        return false;
    buf_add_text(&m->out, "LIST \"\" \"*\"");
    bool good = imap_run(m, listed_take, &l, "LIST", e);
    if (good && l.too_many)
        good = imap_fail(m, MAIL_LARGE, e);
    if (!good) {
        vec_release(&found);
        return false;
    }
    vec_release(ret);
    *ret = found;
    return true;
}

static bool same_folder(const char *a, const char *b)
{
    return strcmp(a, b) == 0 || (str_is_nocase(str_of(a), "INBOX") && str_is_nocase(str_of(b), "INBOX"));
}

/* On a session that stands. A star in the name would list others too: each is compared. */
static bool look_for(struct imap *m, const char *folder, bool *ret, struct err *e)
{
    struct arena a = {0};
    imap_listing found = {0};
    struct listing l = {.arena = &a, .to = &found};
    bool there = false;
    buf_add_text(&m->out, "LIST \"\" ");
    bool good = imap_quote_folder(m, folder, e) && imap_run(m, listed_take, &l, folder, e);
    for (size_t i = 0; i < found.count; i++)
        there = there || (found.items[i].selectable && same_folder(found.items[i].name, folder));
    vec_release(&found);
    arena_release(&a);
    if (good)
        *ret = there;
    return good;
}

bool imap_exists(struct imap *m, const char *folder, bool *ret, struct err *e)
{
    return imap_ready(m, false, e) && look_for(m, folder, ret, e);
}

bool imap_refused_folder(struct imap *m, const char *folder, struct err *e)
{
    struct err ignored = {0};
    bool there = true;
    if (m->fault != MAIL_REFUSED || m->reader.channel == NULL)
        return false;
    if (look_for(m, folder, &there, &ignored) && !there) {
        m->fault = MAIL_NO_FOLDER;
        err_clear(e);
        err_set(e, ERR_REMOTE, N_("%s: the folder \"%s\" does not exist"), m->server->place, folder);
    }
    return false;
}

bool imap_create(struct imap *m, const char *folder, struct err *e)
{
    bool there = false;
    if (!imap_exists(m, folder, &there, e))
        return false;
    if (there)
        return true;
    struct err refusal = {.lang = e->lang}, ignored = {0};
    buf_add_text(&m->out, "CREATE ");
    if (!imap_quote_folder(m, folder, e))
        return false;
    if (imap_run(m, NULL, NULL, folder, &refusal)) {
        buf_add_text(&m->out, "SUBSCRIBE "); /* clients show what is subscribed; a server without it loses nothing */
        if (imap_quote_folder(m, folder, e))
            (void)imap_run(m, NULL, NULL, folder, &ignored);
        m->fault = MAIL_FINE;
        return true;
    }
    enum mail_fault fault = m->fault;
    if (m->reader.channel != NULL && look_for(m, folder, &there, &ignored) && there) {
        m->fault = MAIL_FINE; /* somebody else was quicker */
        return true;
    }
    m->fault = fault;
    if (e->code == ERR_NONE)
        *e = refusal;
    return false;
}

/* ------------------------------------------------------------------ selecting */

static void selected_take(void *context, const struct imap_answer *a)
{
    struct imap_folder *f = context;
    uint32_t n;
    if (a->numbered && str_is_nocase(a->word, "EXISTS"))
        f->exists = a->number;
    if (a->status == IMAP_OK && str_is_nocase(a->code, "UIDVALIDITY") && imap_number(a->code_text, &n))
        f->uid_validity = n;
    if (a->status == IMAP_OK && str_is_nocase(a->code, "UIDNEXT") && imap_number(a->code_text, &n))
        f->uid_next = n;
}

bool imap_select(struct imap *m, const char *folder, enum imap_mode mode, struct imap_folder *ret, struct err *e)
{
    struct imap_folder f = {0};
    if (!imap_ready(m, false, e))
        return false;
    buf_add_text(&m->out, mode == IMAP_WRITE ? "Select " : "Examine ");
    if (!imap_quote_folder(m, folder, e))
        return false;
    /* From here on none is selected, whatever the answer (RFC 3501 §6.3.1). */
    char *name = mem_dup_text(folder);
    mem_free(m->selected);
    m->selected = NULL;
    bool good = imap_run(m, selected_take, &f, name, e);
    if (good && f.uid_validity == 0) {
        m->fault = MAIL_BROKEN;
        good = err_set(e, ERR_NET, N_("%s: the server gives no UIDVALIDITY for the folder \"%s\""), m->server->place,
                       name);
    }
    if (!good) {
        (void)imap_refused_folder(m, name, e);
        mem_free(name);
        return false;
    }
    m->selected = name;
    m->mode = mode;
    m->folder = f;
    *ret = f;
    return true;
}
