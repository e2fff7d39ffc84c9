#include "flow/saved.h"

#include "base/text.h"
#include "record/audit.h"

static bool finish(struct desk *d, struct tx *tx, bool ok, const char *what, const char *detail, struct err *e)
{
    ok = ok && audit_add(tx, &d->by, what, 0, detail, e) && tx_commit(tx, e);
    tx_rollback(tx);
    return ok;
}

bool saved_keep(struct desk *d, const struct saved_view *v, bool begin, int64_t *ret_id, struct err *e)
{
    struct tx tx = {0};
    struct saved_view kept = *v;
    int64_t id = 0;
    kept.name = text_clean(&d->arena, str_of(v->name), false);
    kept.filter = text_clean(&d->arena, str_of(v->filter), false);
    if (!str_utf8_valid(str_of(v->name)) || kept.name[0] == '\0' ||
        str_utf8_count(str_of(kept.name)) > LIMIT_SAVED_VIEW_CHARS)
        return err_set(e, ERR_VALUE, N_("a list's name has 1 to %d characters"), LIMIT_SAVED_VIEW_CHARS);
    if (!str_utf8_valid(str_of(v->filter)) || str_utf8_count(str_of(kept.filter)) > LIMIT_WEB_FILTER_CHARS)
        return err_set(e, ERR_VALUE, N_("a list's filter has at most %d characters"), LIMIT_WEB_FILTER_CHARS);
    if (!tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok =
        saved_view_add(&tx, &d->by, &kept, &id, e) && (!begin || saved_view_begin_with(&tx, v->account_id, id, e));
    const char *detail = arena_printf(&d->arena, "%s: %s%s", kept.name, kept.filter, kept.shared ? " (shared)" : "");
    if (!finish(d, &tx, ok, "list-add", detail, e))
        return false;
    *ret_id = id;
    return true;
}

/* The list of that number among those that the account sees. */
static bool find(struct desk *d, struct tx *tx, int64_t account_id, int64_t id, struct saved_view *ret, struct err *e)
{
    struct saved_view *list;
    size_t count;
    if (!saved_views_load(tx, &d->arena, account_id, &list, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (list[i].id == id) {
            *ret = list[i];
            return true;
        }
    }
    return err_set(e, ERR_UNKNOWN, N_("there is no such list any more"));
}

bool saved_drop(struct desk *d, int64_t account_id, int64_t id, bool others, struct err *e)
{
    struct tx tx = {0};
    struct saved_view v = {.name = ""};
    if (!tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok = find(d, &tx, account_id, id, &v, e);
    if (ok && v.account_id != account_id && !others)
        ok = err_set(e, ERR_STATE, N_("the list \"%s\" is %s's"), v.name, v.owner);
    ok = ok && saved_view_remove(&tx, &d->by, id, e);
    return finish(d, &tx, ok, "list-remove", v.name, e);
}

bool saved_begin_with(struct desk *d, int64_t account_id, int64_t id, struct err *e)
{
    struct tx tx = {0};
    struct saved_view v = {.name = ""};
    if (!tx_begin(d->store, TX_WRITE, &tx, e))
        return false;
    bool ok = (id == 0 || find(d, &tx, account_id, id, &v, e)) && saved_view_begin_with(&tx, account_id, id, e);
    return finish(d, &tx, ok, "list-first", v.name, e);
}
