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
        "$8) ON CONFLICT (body_id, email) DO UPDATE SET name = $2, role = $4, lang = $5, until = NULL, "
        "bounced = NULL, bounce_reason = '', bounce_lasting = 0",
        "issssdts", c->body_id, c->name, c->email, c->role, lang_code(c->lang), by->day, by->at, by->who);
}

static bool load(struct stmt *s, struct arena *a, struct contact **ret, size_t *ret_count)
{
    VEC(struct contact) found = {0};
    while (stmt_next(s)) {
        struct contact c = {
            .id = stmt_int(s, 0),
            .body_id = stmt_int(s, 1),
            .name = arena_strdup(a, stmt_text(s, 2)),
            .email = arena_strdup(a, stmt_text(s, 3)),
            .role = arena_strdup(a, stmt_text(s, 4)),
            .lang = LANG_CA,
            .bounced = stmt_day(s, 6),
            .bounce_reason = arena_strdup(a, stmt_text(s, 7)),
            .lasting = stmt_bool(s, 8),
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

#define SELECT_CONTACTS                                                                                                \
    "SELECT id, body_id, name, email, role, lang, bounced, bounce_reason, bounce_lasting FROM contact WHERE body_id "  \
    "BETWEEN $1 AND (CASE WHEN $1 = 0 THEN 9223372036854775807 ELSE $1 END) AND (until IS NULL OR until > $2) AND "

bool contacts_load(struct tx *tx, struct arena *a, int64_t body_id, day_t on, struct contact **ret, size_t *ret_count,
                   struct err *e)
{
    return load(stmt_open(tx, e, SELECT_CONTACTS "(bounce_lasting = 0 OR bounced > $2) ORDER BY body_id, email", "id",
                          body_id, on),
                a, ret, ret_count);
}

bool contacts_bounced(struct tx *tx, struct arena *a, int64_t body_id, day_t on, struct contact **ret,
                      size_t *ret_count, struct err *e)
{
    return load(stmt_open(tx, e, SELECT_CONTACTS "bounced <= $2 ORDER BY body_id, email", "id", body_id, on), a, ret,
                ret_count);
}

bool contact_bodies(struct tx *tx, struct arena *a, const char *email, day_t on, int64_t **ret, size_t *ret_count,
                    struct err *e)
{
    VEC(int64_t) found = {0};
    struct stmt *s = stmt_open(tx, e,
                               "SELECT DISTINCT body_id FROM contact WHERE lower(email) = lower($1) AND (until IS NULL "
                               "OR until > $2) ORDER BY body_id",
                               "sd", email, on);
    while (stmt_next(s))
        vec_push(&found, stmt_int(s, 0));
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

bool contact_bounce(struct tx *tx, const struct by *by, const char *email, bool lasting, const char *reason,
                    int64_t *ret_count, struct err *e)
{
    return sql_run(tx, ret_count, e,
                   "UPDATE contact SET bounced = $2, bounce_reason = $3, bounce_lasting = $4 WHERE lower(email) = "
                   "lower($1) AND (until IS NULL OR until > $2)",
                   "sdsb", email, by->day, reason, lasting);
}

bool contact_unbounce(struct tx *tx, const char *email, int64_t *ret_count, struct err *e)
{
    return sql_run(tx, ret_count, e,
                   "UPDATE contact SET bounced = NULL, bounce_reason = '', bounce_lasting = 0 WHERE lower(email) = "
                   "lower($1) AND bounced IS NOT NULL",
                   "s", email);
}
