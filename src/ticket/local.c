/* The local tracker: our own tables, inside the caller's transaction. Not here: SQL (record/ticket.c). There is no
 * create screen and no template to copy fields from: when the template ticket is kept here too, the new one is linked
 * to it. */
#include "record/ticket.h"
#include "ticket/adapter.h"

struct local {
    const struct tracker_options *o;
};

static bool local_open(const struct tracker_options *o, void **ret, struct err *e)
{
    (void)e;
    struct local *l = mem_alloc(1, sizeof *l);
    l->o = o;
    *ret = l;
    return true;
}

/* The ticket that must be there. */
static bool id_of(struct tx *tx, const char *key, int64_t *ret, struct err *e)
{
    int64_t id = 0;
    if (!ticket_record_find(tx, key, NULL, &id, e))
        return false;
    if (id == 0)
        return err_set(e, ERR_UNKNOWN, N_("there is no ticket %s here"), key);
    *ret = id;
    return true;
}

static bool link_template(struct local *l, struct tx *tx, int64_t id, struct err *e)
{
    int64_t other = 0;
    if (l->o->template_key[0] != '\0' && !ticket_record_find(tx, l->o->template_key, NULL, &other, e))
        return false;
    return other == 0 || ticket_record_link(tx, id, other, e);
}

static bool local_create(void *self, struct tx *tx, struct arena *a, const struct ticket_new *n, struct ticket *ret,
                         struct err *e)
{
    struct local *l = self;
    int64_t id = 0;
    bool is_new;
    const struct ticket t = {
        .uid = n->uid, .kind = n->kind, .summary = n->summary, .description = n->description, .due = n->due};
    if (!ticket_record_add(tx, l->o->by, l->o->project, &t, &id, &is_new, e))
        return false;
    for (size_t i = 0; i < l->o->watcher_count; i++) {
        if (!ticket_record_watch(tx, id, l->o->watchers[i], e))
            return false;
    }
    return link_template(l, tx, id, e) && ticket_record_load(tx, a, id, ret, e);
}

static bool local_note_add(void *self, struct tx *tx, const char *key, const char *marker, const char *text,
                           instant_t tried, struct err *e)
{
    struct local *l = self;
    int64_t id = 0;
    (void)tried;
    return id_of(tx, key, &id, e) && ticket_record_note(tx, l->o->by, id, marker, text, e);
}

static bool local_set_due(void *self, struct tx *tx, const char *key, day_t due, struct err *e)
{
    int64_t id = 0;
    (void)self;
    return id_of(tx, key, &id, e) && ticket_record_due(tx, id, due, e);
}

static bool local_watch(void *self, struct tx *tx, const char *key, const char *user, struct err *e)
{
    int64_t id = 0;
    (void)self;
    return id_of(tx, key, &id, e) && ticket_record_watch(tx, id, user, e);
}

static bool local_link(void *self, struct tx *tx, const char *key, const char *other, struct err *e)
{
    int64_t id = 0, other_id = 0;
    (void)self;
    return id_of(tx, key, &id, e) && id_of(tx, other, &other_id, e) && ticket_record_link(tx, id, other_id, e);
}

static bool local_set_open(void *self, struct tx *tx, const char *key, bool open, struct err *e)
{
    struct local *l = self;
    int64_t id = 0;
    return id_of(tx, key, &id, e) && ticket_record_open(tx, l->o->by, id, open, e);
}

static bool local_attach(void *self, struct tx *tx, const char *key, const struct ticket_file *f, struct err *e)
{
    struct local *l = self;
    int64_t id = 0;
    return id_of(tx, key, &id, e) && ticket_record_file(tx, l->o->by, id, f->name, f->type, f->bytes, e);
}

/* --- reading --- */

static bool load(struct tx *tx, struct arena *a, const char *key, const char *uid, struct ticket *ret, bool *ret_found,
                 struct err *e)
{
    int64_t id = 0;
    if (!ticket_record_find(tx, key, uid, &id, e) || (id != 0 && !ticket_record_load(tx, a, id, ret, e)))
        return false;
    *ret_found = id != 0;
    return true;
}

static bool local_get(void *self, struct tx *tx, struct arena *a, const char *key, struct ticket *ret, bool *ret_found,
                      struct err *e)
{
    (void)self;
    return load(tx, a, key, NULL, ret, ret_found, e);
}

static bool local_find(void *self, struct tx *tx, struct arena *a, const char *uid, struct ticket *ret, bool *ret_found,
                       struct err *e)
{
    (void)self;
    return load(tx, a, NULL, uid, ret, ret_found, e);
}

static bool local_list(void *self, struct tx *tx, struct arena *a, const struct ticket_query *q, size_t most,
                       struct ticket **ret, size_t *ret_count, int64_t *ret_total, struct err *e)
{
    struct local *l = self;
    if (q->filter[0] != '\0')
        return err_set(e, ERR_VALUE, N_("the tickets kept here have no saved filters such as \"%s\""), q->filter);
    const struct ticket_choice c = {
        .project = l->o->project,
        .open_only = q->open_only,
        .kind = q->one_kind ? action_group_code(q->kind) : NULL,
        .closed_after = q->closed_after,
        .closed_since = q->closed_since,
    };
    int64_t total;
    if (!ticket_records_count(tx, &c, &total, e))
        return false;
    *ret_count = 0;
    if (most > 0 && !ticket_records_list(tx, a, &c, most, ret, ret_count, e))
        return false;
    *ret_total = total;
    return true;
}

static bool local_examine(void *self, struct tx *tx, struct arena *a, struct tracker_report *ret, struct err *e)
{
    struct local *l = self;
    int64_t total, template = 0;
    const struct ticket_choice c = {.project = l->o->project, .closed_after = DAY_NONE, .closed_since = INSTANT_NONE};
    if (!ticket_records_count(tx, &c, &total, e) ||
        (l->o->template_key[0] != '\0' && !ticket_record_find(tx, l->o->template_key, NULL, &template, e)))
        return false;
    ret->checks[CHECK_REACHED].result = CHECK_GOOD;
    ret->checks[CHECK_REACHED].detail = tr(e->lang, N_("tickets are kept here"));
    ret->checks[CHECK_LOGIN].result = CHECK_GOOD;
    ret->checks[CHECK_LOGIN].detail = arena_strdup(a, l->o->by->who);
    ret->checks[CHECK_PROJECT].result = CHECK_GOOD;
    ret->checks[CHECK_PROJECT].detail = arena_printf(
        a, trn(e->lang, "%s, %lld ticket", "%s, %lld tickets", (unsigned long)total), l->o->project, (long long)total);
    if (template != 0) {
        ret->checks[CHECK_TEMPLATE].result = CHECK_GOOD;
        ret->checks[CHECK_TEMPLATE].detail = l->o->template_key;
    }
    return true;
}

const struct adapter adapter_local = {
    .code = "local",
    .local = true,
    .summary_chars = LIMIT_TICKET_SUMMARY_CHARS,
    .text_chars = LIMIT_TICKET_TEXT_BYTES,
    .open = local_open,
    .close = mem_free,
    .key_valid = ticket_key_is_project_number,
    .create = local_create,
    .note_add = local_note_add,
    .set_due = local_set_due,
    .watch = local_watch,
    .link = local_link,
    .set_open = local_set_open,
    .attach = local_attach,
    .get = local_get,
    .find = local_find,
    .list = local_list,
    .examine = local_examine,
};
