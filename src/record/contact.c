#include "record/contact.h"

bool contact_put(struct tx *tx, const struct by *by, const struct contact *c, enum contact_put *ret, struct err *e)
{
    struct stmt *s = stmt_open(tx, e, "SELECT name, role, lang, until FROM contact WHERE body_id = $1 AND email = $2",
                               "is", c->body_id, c->email);
    enum contact_put what = CONTACT_NEW;
    if (stmt_next(s)) {
        bool same = strcmp(stmt_text(s, 0), c->name) == 0 && strcmp(stmt_text(s, 1), c->role) == 0 &&
                    strcmp(stmt_text(s, 2), lang_code(c->lang)) == 0 && stmt_null(s, 3);
        what = same ? CONTACT_SAME : CONTACT_CHANGED;
    }
    if (!stmt_close(s))
        return false;
    *ret = what;
    if (what == CONTACT_SAME)
        return true;
    return sql_run(
        tx, NULL, e,
        "INSERT INTO contact (body_id, name, email, role, lang, day, at, who) VALUES ($1, $2, $3, $4, $5, $6, $7, "
        "$8) ON CONFLICT (body_id, email) DO UPDATE SET name = $2, role = $4, lang = $5, until = NULL",
        "issssdts", c->body_id, c->name, c->email, c->role, lang_code(c->lang), by->day, by->at, by->who);
}

bool contacts_load(struct tx *tx, struct arena *a, int64_t body_id, day_t on, struct contact **ret, size_t *ret_count,
                   struct err *e)
{
    VEC(struct contact) found = {0};
    struct stmt *s =
        stmt_open(tx, e,
                  "SELECT id, body_id, name, email, role, lang FROM contact WHERE ($1 = 0 OR body_id = $1) AND "
                  "(until IS NULL OR until > $2) ORDER BY body_id, email",
                  "id", body_id, on);
    while (stmt_next(s)) {
        struct contact c = {
            .id = stmt_int(s, 0),
            .body_id = stmt_int(s, 1),
            .name = arena_strdup(a, stmt_text(s, 2)),
            .email = arena_strdup(a, stmt_text(s, 3)),
            .role = arena_strdup(a, stmt_text(s, 4)),
            .lang = LANG_CA,
        };
        (void)lang_parse(stmt_text(s, 5), &c.lang);
        vec_push(&found, c);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}
