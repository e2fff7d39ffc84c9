#include "record/saved_view.h"

bool saved_view_add(struct tx *tx, const struct by *by, const struct saved_view *v, int64_t *ret_id, struct err *e)
{
    int64_t same = 0, all = 0;
    if (!sql_int(tx, &same, NULL, e,
                 "SELECT count(*) FROM saved_view WHERE account_id = $1 AND name = $2 AND removed IS NULL", "is",
                 v->account_id, v->name) ||
        !sql_int(tx, &all, NULL, e, "SELECT count(*) FROM saved_view WHERE account_id = $1 AND removed IS NULL", "i",
                 v->account_id))
        return false;
    if (same > 0)
        return err_set(e, ERR_STATE, N_("you have a list \"%s\" already; remove it or choose another name"), v->name);
    if (all >= LIMIT_SAVED_VIEWS)
        return err_set(e, ERR_LIMIT, N_("one keeps at most %d lists; remove one first"), LIMIT_SAVED_VIEWS);
    return sql_int(tx, ret_id, NULL, e,
                   "INSERT INTO saved_view (account_id, shared, name, filter, sort, reverse, at, who) VALUES ($1, $2, "
                   "$3, $4, $5, $6, $7, $8) RETURNING id",
                   "ibsssbts", v->account_id, (int)v->shared, v->name, v->filter, v->sort, (int)v->reverse, by->at,
                   by->who);
}

bool saved_view_remove(struct tx *tx, const struct by *by, int64_t id, struct err *e)
{
    return sql_run(tx, NULL, e, "DELETE FROM default_view WHERE view_id = $1", "i", id) &&
           sql_run(tx, NULL, e, "UPDATE saved_view SET removed = $2 WHERE id = $1", "it", id, by->at);
}

bool saved_view_begin_with(struct tx *tx, int64_t account_id, int64_t id, struct err *e)
{
    return sql_run(tx, NULL, e, "DELETE FROM default_view WHERE account_id = $1", "i", account_id) &&
           (id == 0 || sql_run(tx, NULL, e, "INSERT INTO default_view (account_id, view_id) VALUES ($1, $2)", "ii",
                               account_id, id));
}

bool saved_views_load(struct tx *tx, struct arena *a, int64_t account_id, struct saved_view **ret, size_t *ret_count,
                      struct err *e)
{
    VEC(struct saved_view) list = {0};
    struct stmt *s = stmt_open(
        tx, e,
        "SELECT v.id, v.account_id, a.name, v.shared, v.name, v.filter, v.sort, v.reverse, d.view_id FROM saved_view v "
        "JOIN account a ON a.id = v.account_id LEFT JOIN default_view d ON d.view_id = v.id AND d.account_id = $1 "
        "WHERE v.removed IS NULL AND (v.account_id = $1 OR v.shared = 1) ORDER BY v.shared DESC, v.name, v.id",
        "i", account_id);
    while (stmt_next(s)) {
        struct saved_view v = {.id = stmt_int(s, 0),
                               .account_id = stmt_int(s, 1),
                               .owner = arena_strdup(a, stmt_text(s, 2)),
                               .shared = stmt_bool(s, 3),
                               .name = arena_strdup(a, stmt_text(s, 4)),
                               .filter = arena_strdup(a, stmt_text(s, 5)),
                               .sort = arena_strdup(a, stmt_text(s, 6)),
                               .reverse = stmt_bool(s, 7),
                               .first = !stmt_null(s, 8)};
        vec_push(&list, v);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&list, a);
        *ret_count = list.count;
    }
    vec_release(&list);
    return ok;
}
