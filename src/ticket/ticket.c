/* What all trackers share: looking at the arguments, cutting to what a tracker takes (the whole text is attached). Not
 * here: how each tracker does it (local.c, jira.c, redmine.c). */
#include "ticket/ticket.h"

#include <sodium.h>

#include "base/file.h"
#include "base/text.h"
#include "ticket/adapter.h"

#define WHOLE_TEXT_TYPE "text/plain; charset=utf-8"

struct tracker {
    const struct adapter *adapter;
    struct tracker_options options;
    void *self;
};

static const struct adapter *const adapters[] = {
    [TRACKER_LOCAL] = &adapter_local,
    [TRACKER_JIRA] = &adapter_jira,
    [TRACKER_REDMINE] = &adapter_redmine,
};

bool tracker_open(const struct tracker_options *o, struct tracker **ret, struct err *e)
{
    const struct adapter *adapter = adapters[o->kind];
    if (o->project[0] == '\0')
        return err_set(e, ERR_CONFIG, N_("the tracker has no project: set tracker.project"));
    struct tracker *t = mem_alloc(1, sizeof *t);
    *t = (struct tracker){.adapter = adapter, .options = *o};
    if (!adapter->open(&t->options, &t->self, e)) {
        mem_free(t);
        return false;
    }
    *ret = t;
    return true;
}

void tracker_close(struct tracker *t)
{
    if (t == NULL)
        return;
    t->adapter->close(t->self);
    mem_free(t);
}

bool tracker_is_local(const struct tracker *t)
{
    return t->adapter->local;
}

const char *tracker_code(const struct tracker *t)
{
    return t->adapter->code;
}

bool ticket_is_later(const struct err *e)
{
    return e->code == ERR_NET || e->code == ERR_STORE_BUSY || e->code == ERR_STORE_LOST;
}

int tracker_retry_seconds(const struct tracker *t)
{
    return t->adapter->retry_seconds == NULL ? 0 : t->adapter->retry_seconds(t->self);
}

const char *ticket_uid_make(char out[TICKET_UID_BYTES])
{
    unsigned char random[16];
    randombytes_buf(random, sizeof random);
    return ticket_uid_write(random, out);
}

/* ------------------------------------------------------------------ arguments */

static bool key_good(const struct tracker *t, const char *key, struct err *e)
{
    if (t->adapter->key_valid(str_of(key)))
        return true;
    return err_set(e, ERR_VALUE, N_("\"%s\" is not the key of a ticket of this tracker (%s)"), key, t->adapter->code);
}

static bool mark_good(const char *mark, struct err *e)
{
    return ticket_uid_valid(str_of(mark)) || err_set(e, ERR_INTERNAL, N_("\"%s\" is not a mark of ours"), mark);
}

static bool text_good(const char *text, struct err *e)
{
    if (!str_utf8_valid(str_of(text)))
        return err_set(e, ERR_VALUE, N_("the text for the ticket is not UTF-8"));
    if (strlen(text) > LIMIT_TICKET_TEXT_BYTES)
        return err_set(e, ERR_LIMIT, N_("the text for the ticket has more than %u bytes; shorten it"),
                       LIMIT_TICKET_TEXT_BYTES);
    return true;
}

/* Text with line ends as \n and without other control characters but the tab: trackers refuse them, or worse. */
static char *text_kept(struct arena *a, const char *text)
{
    struct str rest = str_of(text);
    struct buf b = BUF_INIT(LIMIT_TICKET_TEXT_BYTES + 1);
    uint32_t c;
    for (const char *at = rest.p; str_utf8_next(&rest, &c); at = rest.p) {
        if (c == '\n' || c == '\t' || !str_is_control(c))
            (void)buf_add(&b, at, (size_t)(rest.p - at));
    }
    char *kept = arena_text(a, str_trim(buf_str(&b)));
    buf_release(&b);
    return kept;
}

/* The first `most` characters; *ret_cut tells whether something is missing. */
static const char *cut(struct arena *a, const char *text, size_t most, bool *ret_cut)
{
    struct str rest = str_of(text);
    uint32_t c;
    for (size_t n = 0; n < most && str_utf8_next(&rest, &c); n++)
        ;
    *ret_cut = rest.n > 0;
    return rest.n == 0 ? text : arena_text(a, str_part(text, (size_t)(rest.p - text)));
}

/* A text that is too long for the tracker: what of it goes there, with a last line that says where the rest is. */
static const char *text_fitted(const struct tracker *t, struct arena *a, const char *text, const char *file,
                               bool *ret_cut)
{
    const char *note = arena_printf(a, "\n\n[… %s]", file);
    const char *whole = cut(a, text, t->adapter->text_chars, ret_cut);
    if (!*ret_cut)
        return whole;
    bool again;
    return arena_printf(a, "%s%s", cut(a, text, t->adapter->text_chars - str_utf8_count(str_of(note)), &again), note);
}

static bool attach_whole(struct tracker *t, struct tx *tx, const char *key, const char *file, const char *text,
                         struct err *e)
{
    const struct ticket_file f = {.name = file, .type = WHOLE_TEXT_TYPE, .bytes = str_of(text)};
    return t->adapter->attach(t->self, tx, key, &f, e);
}

/* ------------------------------------------------------------------ writing */

bool ticket_create(struct tracker *t, struct tx *tx, struct arena *a, const struct ticket_new *n, struct ticket *ret,
                   struct err *e)
{
    if (!mark_good(n->uid, e) || !text_good(n->summary, e) || !text_good(n->description, e))
        return false;
    struct ticket_new kept = *n;
    struct ticket made;
    bool summary_cut, text_cut;
    kept.summary = cut(a, text_clean(a, str_of(n->summary), false), t->adapter->summary_chars, &summary_cut);
    if (kept.summary[0] == '\0')
        return err_set(e, ERR_VALUE, N_("the ticket has no summary"));
    const char *text = text_kept(a, n->description), *file = arena_printf(a, "%s.txt", n->uid);
    kept.description = text_fitted(t, a, text, file, &text_cut);
    if (!t->adapter->create(t->self, tx, a, &kept, &made, e) ||
        (text_cut && !attach_whole(t, tx, made.key, file, text, e)))
        return false;
    *ret = made;
    return true;
}

bool ticket_note_add(struct tracker *t, struct tx *tx, const char *key, const char *marker, const char *text,
                     instant_t tried, struct err *e)
{
    if (!key_good(t, key, e) || !mark_good(marker, e) || !text_good(text, e))
        return false;
    struct arena a = {0};
    bool was_cut;
    const char *whole = text_kept(&a, text), *file = arena_printf(&a, "%s.txt", marker);
    const char *fitted = text_fitted(t, &a, whole, file, &was_cut);
    bool ok = fitted[0] != '\0' || err_set(e, ERR_VALUE, N_("the note for ticket %s is empty"), key);
    /* The file first: whoever reads the note finds it. */
    ok = ok && (!was_cut || attach_whole(t, tx, key, file, whole, e)) &&
         t->adapter->note_add(t->self, tx, key, marker, fitted, tried, e);
    arena_release(&a);
    return ok;
}

bool ticket_set_due(struct tracker *t, struct tx *tx, const char *key, day_t due, struct err *e)
{
    return key_good(t, key, e) && t->adapter->set_due(t->self, tx, key, due, e);
}

bool ticket_watch(struct tracker *t, struct tx *tx, const char *key, const char *user, struct err *e)
{
    return key_good(t, key, e) && t->adapter->watch(t->self, tx, key, user, e);
}

bool ticket_link(struct tracker *t, struct tx *tx, const char *key, const char *other, struct err *e)
{
    return key_good(t, key, e) && key_good(t, other, e) && t->adapter->link(t->self, tx, key, other, e);
}

bool ticket_set_open(struct tracker *t, struct tx *tx, const char *key, bool open, struct err *e)
{
    return key_good(t, key, e) && t->adapter->set_open(t->self, tx, key, open, e);
}

/* A file name that every tracker and every system keeps as it is: how it is found again. */
static const char *name_kept(struct arena *a, const char *path)
{
    char *name = text_clean(a, str_of(path_base(path)), false);
    for (char *p = name; *p != '\0'; p++) {
        if (strchr("\\/?%*:|\"'<>", *p) != NULL)
            *p = '_';
    }
    return name;
}

bool ticket_attach(struct tracker *t, struct tx *tx, const char *key, const struct ticket_file *f, struct err *e)
{
    if (!key_good(t, key, e))
        return false;
    if (f->bytes.n > LIMIT_TICKET_FILE_BYTES)
        return err_set(e, ERR_LIMIT, N_("%s has %zu bytes; a ticket takes files of up to %u"), f->name, f->bytes.n,
                       LIMIT_TICKET_FILE_BYTES);
    struct arena a = {0};
    struct ticket_file kept = *f;
    kept.name = name_kept(&a, f->name);
    bool ok = kept.name[0] != '\0' || err_set(e, ERR_VALUE, N_("the file for ticket %s has no name"), key);
    ok = ok && t->adapter->attach(t->self, tx, key, &kept, e);
    arena_release(&a);
    return ok;
}

/* ------------------------------------------------------------------ reading */

bool ticket_get(struct tracker *t, struct tx *tx, struct arena *a, const char *key, struct ticket *ret, bool *ret_found,
                struct err *e)
{
    return key_good(t, key, e) && t->adapter->get(t->self, tx, a, key, ret, ret_found, e);
}

bool ticket_find(struct tracker *t, struct tx *tx, struct arena *a, const char *uid, struct ticket *ret,
                 bool *ret_found, struct err *e)
{
    return mark_good(uid, e) && t->adapter->find(t->self, tx, a, uid, ret, ret_found, e);
}

bool ticket_list(struct tracker *t, struct tx *tx, struct arena *a, const struct ticket_query *q, size_t most,
                 struct ticket **ret, size_t *ret_count, int64_t *ret_total, struct err *e)
{
    return t->adapter->list(t->self, tx, a, q, most, ret, ret_count, ret_total, e);
}

bool ticket_count(struct tracker *t, struct tx *tx, const struct ticket_query *q, int64_t *ret, struct err *e)
{
    struct arena a = {0};
    struct ticket *none;
    size_t count;
    bool ok = t->adapter->list(t->self, tx, &a, q, 0, &none, &count, ret, e);
    arena_release(&a);
    return ok;
}

/* ------------------------------------------------------------------ looking whether it works */

static const struct {
    const char *code, *words;
} checks[CHECK_COUNT] = {
#define X(name, code_, words_) [CHECK_##name] = {code_, words_},
    TRACKER_CHECKS(X)
#undef X
};

const char *tracker_check_code(enum tracker_check c)
{
    return checks[c].code;
}

const char *tracker_check_words(enum tracker_check c)
{
    return checks[c].words;
}

bool tracker_examine(struct tracker *t, struct tx *tx, struct arena *a, struct tracker_report *ret, struct err *e)
{
    struct tracker_report r = {0};
    for (int i = 0; i < CHECK_COUNT; i++)
        r.checks[i].detail = "";
    if (!t->adapter->examine(t->self, tx, a, &r, e))
        return false;
    *ret = r;
    return true;
}
