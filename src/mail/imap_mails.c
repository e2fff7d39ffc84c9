/* Mails of a mailbox: searched, read, marked, filed. */
#include <stdlib.h>

#include "mail/imap_session.h"

/* ------------------------------------------------------------------ dates */

static const char *month(int n)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    return names + 3 * (n - 1);
}

/* ------------------------------------------------------------------ search */

struct search {
    imap_uids *to;
    uint32_t first, last;
    bool wrong, too_many;
};

/* SEARCH 3 5 8; the answer to "100:*" may hold a UID below 100 (RFC 3501 §6.4.8). */
static void search_take(void *context, const struct imap_answer *a)
{
    struct search *s = context;
    if (!str_is_nocase(a->word, "SEARCH"))
        return;
    struct str rest = a->rest, word;
    while (str_split(&rest, ' ', &word)) {
        uint32_t uid;
        if (word.n == 0)
            continue;
        if (!imap_number(word, &uid)) {
            s->wrong = true;
            return;
        }
        if (uid < s->first || uid > s->last)
            continue;
        s->too_many = s->too_many || s->to->count >= LIMIT_IMAP_UIDS;
        if (s->too_many)
            return;
        vec_push(s->to, uid);
    }
}

static int uid_compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void sort_once(imap_uids *u)
{
    size_t n = 0;
    if (u->count > 0)
        qsort(u->items, u->count, sizeof *u->items, uid_compare);
    for (size_t i = 0; i < u->count; i++)
        if (n == 0 || u->items[i] != u->items[n - 1])
            u->items[n++] = u->items[i];
    u->count = n;
}

static bool is_ascii_line(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text < 0x20 || *text > 0x7e)
            return false;
    return true;
}

static bool search_write(struct imap *m, const struct imap_query *q, struct err *e)
{
    buf_add_text(&m->out, "UID SEARCH");
    size_t before = m->out.n;
    if (q->uid_first > 0 || q->uid_last > 0) {
        buf_printf(&m->out, " UID %u:", q->uid_first > 0 ? q->uid_first : 1);
        (void)(q->uid_last > 0 ? buf_printf(&m->out, "%u", q->uid_last) : buf_add_char(&m->out, '*'));
    }
    if (q->unseen)
        buf_add_text(&m->out, " UNSEEN");
    if (q->since != 0 && q->since != DAY_NONE) {
        struct civil c = day_to_civil(q->since);
        buf_printf(&m->out, " SINCE %d-%.3s-%d", c.day, month(c.month), c.year);
    }
    if (q->header != NULL) {
        if (!is_ascii_line(q->header) || q->value == NULL || !is_ascii_line(q->value)) {
            m->fault = MAIL_REFUSED;
            return err_set(e, ERR_VALUE, N_("what is searched for in the mailbox must be plain ASCII text"));
        }
        buf_add_text(&m->out, " HEADER ");
        imap_quote(m, q->header);
        buf_add_char(&m->out, ' ');
        imap_quote(m, q->value);
    }
    if (m->out.n == before)
        buf_add_text(&m->out, " ALL");
    return true;
}

bool imap_search(struct imap *m, const struct imap_query *q, imap_uids *ret, struct err *e)
{
    imap_uids found = {0};
    struct search s = {.to = &found, .first = q->uid_first, .last = q->uid_last > 0 ? q->uid_last : UINT32_MAX};
    bool good = imap_ready(m, true, e) && search_write(m, q, e) && imap_run(m, search_take, &s, m->selected, e);
    if (good && s.wrong) {
        good = imap_fail(m, MAIL_BROKEN, e);
        imap_drop(m);
    }
    if (good && s.too_many)
        good = imap_fail(m, MAIL_LARGE, e);
    if (!good) {
        vec_release(&found);
        return false;
    }
    sort_once(&found);
    vec_release(ret);
    *ret = found;
    return true;
}

/* ------------------------------------------------------------------ one mail */

static const char *const flag_names[] = {"\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft"};

struct fetch {
    struct imap *m;
    uint32_t uid;
    bool found, body_found, too_large;
    struct imap_state state;
    struct buf *to;
};

/* The value of one name. */
static void fetched(const struct imap_answer *a, size_t at, struct imap_state *state, uint32_t *uid,
                    const struct imap_token **body)
{
    struct str name = a->tokens[at].text;
    const struct imap_token *value = &a->tokens[at + 1];
    if (str_is_nocase(name, "UID")) {
        (void)imap_number(value->text, uid);
    } else if (str_is_nocase(name, "RFC822.SIZE")) {
        (void)imap_number(value->text, &state->size);
    } else if (str_is_nocase(name, "FLAGS")) {
        for (size_t i = at + 2; i < a->token_count && a->tokens[i].kind == IMAP_ATOM; i++)
            for (size_t k = 0; k < sizeof flag_names / sizeof *flag_names; k++)
                state->flags |= str_is_nocase(a->tokens[i].text, flag_names[k]) ? 1u << k : 0;
    } else if (name.n >= 5 && str_is_nocase(str_part(name.p, 5), "BODY[")) {
        *body = value;
    }
}

/* FETCH (UID 5 FLAGS (\Seen) RFC822.SIZE 12 BODY[] {12}…): names and values in any order, a value may be a list; of
 * other mails too, when somebody changes them. */
static void fetch_take(void *context, const struct imap_answer *a)
{
    struct fetch *f = context;
    struct imap_state state = {0};
    uint32_t uid = 0;
    const struct imap_token *body = NULL;
    if (!a->numbered || !str_is_nocase(a->word, "FETCH") || a->token_count < 2 || a->tokens[0].kind != IMAP_OPEN)
        return;
    for (size_t i = 1; i + 1 < a->token_count && a->tokens[i].kind == IMAP_ATOM; i++) {
        fetched(a, i, &state, &uid, &body);
        i++;
        for (int depth = a->tokens[i].kind == IMAP_OPEN; depth > 0 && i + 1 < a->token_count;) {
            i++;
            depth += (a->tokens[i].kind == IMAP_OPEN) - (a->tokens[i].kind == IMAP_CLOSE);
        }
    }
    if (uid != f->uid || (f->to != NULL && body == NULL))
        return;
    f->found = true;
    f->state = state;
    if (f->to == NULL || f->body_found)
        return;
    f->body_found = true;
    const struct buf *kept = &f->m->reader.body;
    f->too_large = body->kind == IMAP_BODY && buf_full(kept);
    if (!f->too_large && body->kind != IMAP_ATOM) /* an atom is NIL: nothing */
        f->too_large = !buf_add_str(f->to, body->kind == IMAP_BODY ? buf_str(kept) : body->text);
}

static bool fetch(struct imap *m, uint32_t uid, const char *what, struct fetch *f, struct err *e)
{
    char about[32];
    (void)snprintf(about, sizeof about, "UID %u", uid);
    if (!imap_ready(m, true, e))
        return false;
    f->m = m;
    f->uid = uid;
    buf_printf(&m->out, "UID FETCH %u %s", uid, what);
    bool good = imap_run(m, fetch_take, f, about, e);
    if (good && !f->found)
        good = imap_fail(m, MAIL_GONE, e);
    if (good && f->too_large)
        good = imap_fail(m, MAIL_LARGE, e);
    return good;
}

bool imap_state(struct imap *m, uint32_t uid, struct imap_state *ret, struct err *e)
{
    struct fetch f = {0};
    if (!fetch(m, uid, "(UID RFC822.SIZE FLAGS)", &f, e))
        return false;
    *ret = f.state;
    return true;
}

static bool fetch_bytes(struct imap *m, uint32_t uid, const char *what, struct buf *to, struct err *e)
{
    struct fetch f = {.to = to};
    m->reader.body.max = to->max - to->n;
    bool good = fetch(m, uid, what, &f, e);
    buf_release(&m->reader.body);
    m->reader.body.max = 0;
    return good;
}

bool imap_fetch(struct imap *m, uint32_t uid, struct buf *to, struct err *e)
{
    return fetch_bytes(m, uid, "(UID BODY.PEEK[])", to, e);
}

bool imap_fetch_head(struct imap *m, uint32_t uid, struct buf *to, struct err *e)
{
    return fetch_bytes(m, uid, "(UID BODY.PEEK[HEADER])", to, e);
}

/* " (\Seen \Answered)" */
static void flags_write(struct imap *m, unsigned flags)
{
    buf_add_text(&m->out, " (");
    bool first = true;
    for (size_t k = 0; k < sizeof flag_names / sizeof *flag_names; k++)
        if ((flags & 1u << k) != 0) {
            buf_printf(&m->out, "%s%s", first ? "" : " ", flag_names[k]);
            first = false;
        }
    buf_add_char(&m->out, ')');
}

static bool store(struct imap *m, uint32_t uid, unsigned flags, bool on, struct err *e)
{
    buf_printf(&m->out, "UID STORE %u %cFLAGS.SILENT", uid, on ? '+' : '-');
    flags_write(m, flags);
    return imap_run(m, NULL, NULL, m->selected, e);
}

bool imap_flag(struct imap *m, uint32_t uid, unsigned flags, bool on, struct err *e)
{
    return imap_ready(m, true, e) && store(m, uid, flags, on, e);
}

/* ------------------------------------------------------------------ filing */

static void date_write(struct imap *m, instant_t date)
{
    int offset = madrid_offset(date);
    instant_t there = date + offset * INSTANT_PER_SECOND;
    int64_t seconds = there / INSTANT_PER_SECOND;
    struct civil c = day_to_civil((day_t)(seconds / 86400));
    int s = (int)(seconds % 86400);
    buf_printf(&m->out, " \"%02d-%.3s-%04d %02d:%02d:%02d +%02d00\"", c.day, month(c.month), c.year, s / 3600,
               s / 60 % 60, s % 60, offset / 3600);
}

bool imap_append(struct imap *m, const char *folder, struct str bytes, unsigned flags, instant_t date,
                 uint32_t *ret_uid, struct err *e)
{
    if (!imap_ready(m, false, e))
        return false;
    buf_add_text(&m->out, "APPEND ");
    if (!imap_quote_folder(m, folder, e))
        return false;
    if (flags != 0)
        flags_write(m, flags);
    if (date != INSTANT_NONE && date >= 0)
        date_write(m, date);
    buf_add_char(&m->out, ' ');
    if (!imap_run_literal(m, bytes, NULL, NULL, folder, e))
        return imap_refused_folder(m, folder, e);
    if (ret_uid != NULL)
        *ret_uid = m->filed;
    return true;
}

/* COPY or MOVE. A server with UIDPLUS that names no new mail has found no old one. */
static bool carry(struct imap *m, const char *command, uint32_t uid, const char *folder, uint32_t *ret_uid,
                  struct err *e)
{
    buf_printf(&m->out, "UID %s %u ", command, uid);
    if (!imap_quote_folder(m, folder, e))
        return false;
    if (!imap_run(m, NULL, NULL, folder, e))
        return imap_refused_folder(m, folder, e);
    if (m->filed == 0 && imap_can(m, "UIDPLUS"))
        return imap_fail(m, MAIL_GONE, e);
    if (ret_uid != NULL)
        *ret_uid = m->filed;
    return true;
}

bool imap_copy(struct imap *m, uint32_t uid, const char *folder, uint32_t *ret_uid, struct err *e)
{
    return imap_ready(m, true, e) && carry(m, "COPY", uid, folder, ret_uid, e);
}

bool imap_move(struct imap *m, uint32_t uid, const char *folder, uint32_t *ret_uid, struct err *e)
{
    if (!imap_ready(m, true, e))
        return false;
    if (imap_can(m, "MOVE"))
        return carry(m, "MOVE", uid, folder, ret_uid, e);
    uint32_t copy = 0;
    if (!carry(m, "COPY", uid, folder, &copy, e) || !store(m, uid, IMAP_DELETED, true, e))
        return false;
    if (imap_can(m, "UIDPLUS")) {
        buf_printf(&m->out, "UID EXPUNGE %u", uid);
        if (!imap_run(m, NULL, NULL, m->selected, e))
            return false;
    }
    if (ret_uid != NULL)
        *ret_uid = copy;
    return true;
}
