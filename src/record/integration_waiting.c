#include "record/integration_waiting.h"

#include "record/blob.h"

bool integration_waiting_add(struct tx *tx, const struct integration_waiting *x, struct str bytes, struct err *e)
{
    char *text = blob_text(bytes);
    bool ok =
        sql_run(tx, NULL, e,
                "INSERT INTO integration_waiting (integration_id, name, source, lang, bytes, base64, day, at, who, "
                "worker, tries, why) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', 0, '')",
                "isssisdts", x->integration_id, x->name, x->source, lang_code(x->lang), (int64_t)bytes.n, text,
                x->by.day, x->by.at, x->by.who);
    mem_free(text);
    return ok;
}

bool integration_waiting_load(struct tx *tx, struct arena *a, int64_t integration_id, struct integration_waiting **ret,
                              size_t *ret_count, struct err *e)
{
    VEC(struct integration_waiting) found = {0};
    struct stmt *s = stmt_open(tx, e,
                               "SELECT id, integration_id, name, source, lang, bytes, day, at, who, worker, taken, "
                               "tries, why FROM integration_waiting WHERE $1 = 0 OR integration_id = $1 ORDER BY id",
                               "i", integration_id);
    while (stmt_next(s)) {
        struct integration_waiting x = {
            .id = stmt_int(s, 0),
            .integration_id = stmt_int(s, 1),
            .name = arena_strdup(a, stmt_text(s, 2)),
            .source = arena_strdup(a, stmt_text(s, 3)),
            .lang = LANG_CA,
            .bytes = stmt_int(s, 5),
            .by = {.day = stmt_day(s, 6), .at = stmt_instant(s, 7), .who = arena_strdup(a, stmt_text(s, 8))},
            .worker = arena_strdup(a, stmt_text(s, 9)),
            .taken = stmt_instant(s, 10),
            .tries = stmt_int(s, 11),
            .why = arena_strdup(a, stmt_text(s, 12)),
        };
        (void)lang_parse(stmt_text(s, 4), &x.lang);
        vec_push(&found, x);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool integration_waiting_bytes(struct tx *tx, int64_t id, struct buf *to, struct err *e)
{
    struct stmt *s = stmt_open(tx, e, "SELECT base64 FROM integration_waiting WHERE id = $1", "i", id);
    bool found = stmt_next(s), good = !found || blob_read(stmt_str(s, 0), to);
    if (!stmt_close(s))
        return false;
    if (!found)
        return err_set(e, ERR_UNKNOWN, N_("the file %lld does not wait any more"), (long long)id);
    return good || err_set(e, ERR_STORE, N_("the bytes of the file %lld cannot be read"), (long long)id);
}

bool integration_waiting_take(struct tx *tx, int64_t id, const char *worker, instant_t now, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "UPDATE integration_waiting SET worker = $2, taken = $3, tries = tries + 1 WHERE id = $1", "ist", id,
                   worker, now);
}

bool integration_waiting_leave(struct tx *tx, int64_t id, const char *worker, const char *why, struct err *e)
{
    return sql_run(tx, NULL, e,
                   "UPDATE integration_waiting SET worker = '', taken = NULL, why = $3, tries = CASE WHEN $3 = '' THEN "
                   "tries - 1 ELSE tries END WHERE id = $1 AND worker = $2",
                   "iss", id, worker, why);
}

bool integration_waiting_again(struct tx *tx, int64_t integration_id, int64_t id, bool *ret_found, struct err *e)
{
    int64_t changed = 0;
    bool ok =
        sql_run(tx, &changed, e,
                "UPDATE integration_waiting SET why = '', tries = 0 WHERE id = $1 AND integration_id = $2 AND why "
                "<> ''",
                "ii", id, integration_id);
    *ret_found = changed == 1;
    return ok;
}

bool integration_waiting_remove(struct tx *tx, int64_t id, bool *ret_found, struct err *e)
{
    int64_t changed = 0;
    bool ok = sql_run(tx, &changed, e, "DELETE FROM integration_waiting WHERE id = $1", "i", id);
    *ret_found = changed == 1;
    return ok;
}

bool integration_waiting_forget(struct tx *tx, int64_t integration_id, instant_t before, struct err *e)
{
    return sql_run(tx, NULL, e, "DELETE FROM integration_waiting WHERE integration_id = $1 AND why <> '' AND at < $2",
                   "it", integration_id, before);
}
