#include "record/text_version.h"

bool text_version_add(struct tx *tx, const struct by *by, const struct text_version *v, int64_t expect, int64_t *ret_id,
                      struct err *e)
{
    int64_t last = 0;
    if (!tx_lock(tx, "text_version", e) ||
        !sql_int(tx, &last, NULL, e, "SELECT coalesce(max(id), 0) FROM text_version WHERE name = $1 AND lang = $2",
                 "ss", v->name, lang_code(v->lang)))
        return false;
    if (expect >= 0 && last != expect)
        return err_set(e, ERR_STATE, N_("somebody has changed this text meanwhile; look at it and write again"));
    return sql_int(tx, ret_id, NULL, e,
                   "INSERT INTO text_version (name, lang, text, reason, day, at, who) VALUES ($1, $2, $3, $4, $5, $6, "
                   "$7) RETURNING id",
                   "ssssdts", v->name, lang_code(v->lang), v->text, v->reason, by->day, by->at, by->who);
}

bool text_version_mark(struct tx *tx, int64_t *ret, struct err *e)
{
    return sql_int(tx, ret, NULL, e, "SELECT coalesce(max(id), 0) FROM text_version", "");
}

static bool load(struct stmt *s, struct arena *a, struct text_version **ret, size_t *ret_count)
{
    VEC(struct text_version) found = {0};
    while (stmt_next(s)) {
        struct text_version v = {
            .id = stmt_int(s, 0),
            .name = arena_strdup(a, stmt_text(s, 1)),
            .lang = LANG_CA,
            .text = stmt_null(s, 3) ? NULL : arena_strdup(a, stmt_text(s, 3)),
            .reason = arena_strdup(a, stmt_text(s, 4)),
            .day = stmt_day(s, 5),
            .at = stmt_instant(s, 6),
            .who = arena_strdup(a, stmt_text(s, 7)),
        };
        (void)lang_parse(stmt_text(s, 2), &v.lang);
        vec_push(&found, v);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

#define SELECT_VERSIONS "SELECT id, name, lang, text, reason, day, at, who FROM text_version WHERE "

bool text_versions_load(struct tx *tx, struct arena *a, struct text_version **ret, size_t *ret_count, struct err *e)
{
    return load(stmt_open(tx, e,
                          SELECT_VERSIONS "id IN (SELECT max(id) FROM text_version GROUP BY name, lang) ORDER BY name, "
                                          "lang",
                          ""),
                a, ret, ret_count);
}

bool text_version_history(struct tx *tx, struct arena *a, const char *name, enum lang lang, size_t most,
                          struct text_version **ret, size_t *ret_count, struct err *e)
{
    return load(stmt_open(tx, e, SELECT_VERSIONS "name = $1 AND lang = $2 ORDER BY id DESC LIMIT $3", "ssi", name,
                          lang_code(lang), (int64_t)most),
                a, ret, ret_count);
}
